/** Pagers, manuals and editors: what a terminal without full-screen programs does with them. */
import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { failed, printed } from './result.ts';

export function readingCommands(host: CommandHost): readonly CustomCommand[] {
  const pager = (name: string) => defineCommand(name, (args, ctx) => page(name, args, ctx));
  const editor = (name: string) => defineCommand(name, (args, ctx) => edit(host, name, args, ctx));
  return [
    pager('less'),
    pager('more'),
    ...['nano', 'vim', 'vi', 'emacs', 'code'].map(editor),
    defineCommand('man', async (args, ctx) => {
      const [name] = args.filter((arg) => !arg.startsWith('-') && !/^\d$/.test(arg));
      if (name === undefined) return failed('What manual page do you want?\nFor example, try `man ls`.\n');
      const own = await import('./manual.ts').then(({ manualPage }) => manualPage(name)).catch(() => null);
      if (own !== null) return printed(own);
      if (ctx.exec === undefined || ctx.getRegisteredCommands?.().includes(name) !== true)
        return failed(`No manual entry for ${name}\n`, 16);
      return ctx.exec(name, { cwd: ctx.cwd, args: ['--help'] });
    }),
  ];
}

/** Prints the text: the terminal scrolls back, and nobody is caught in a full-screen program. */
async function page(name: string, args: readonly string[], ctx: ResolvedCommandContext) {
  const files = args.filter((arg) => !/^[-+]./.test(arg));
  if (files.length === 0) {
    if ((ctx.stdin as unknown as string) === '') return failed(`Missing filename ("${name} --help" for help)\n`);
    return { stdout: ctx.stdin as unknown as string, stdoutKind: 'bytes' as const, stderr: '', exitCode: 0 };
  }
  let stdout = '';
  let stderr = '';
  for (const file of files) {
    const path = resolvePath(ctx.cwd, file);
    if (!(await ctx.fs.exists(path))) stderr += `${file}: No such file or directory\n`;
    else if ((await ctx.fs.stat(path)).isDirectory) stderr += `${file} is a directory\n`;
    else stdout += await ctx.fs.readFile(path);
  }
  return { ...printed(stdout, stderr === '' ? 0 : 1), stderr };
}

async function edit(host: CommandHost, name: string, args: readonly string[], ctx: ResolvedCommandContext) {
  const file = args.find((arg) => !/^[-+]/.test(arg));
  if (file === undefined) return failed(`${name}: say which file: \`${name} notes.md\` opens it in the editor tab\n`);
  const path = resolvePath(ctx.cwd, file);
  if (host.files.existsSync(path) && (await ctx.fs.stat(path)).isDirectory) return failed(`${name}: ${file} is a directory\n`);
  if (!host.interactive || host.openFile === undefined)
    return failed(`${name}: there is no editor here: a file is edited in the editor tab\n`);
  host.openFile(path);
  return printed(`Opening ${file} in the editor tab.\n`);
}
