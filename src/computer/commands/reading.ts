/** Pagers, manuals and editors. The pager is the one program that takes the whole screen; an editor is a tab of the page. */
import type { CustomCommand, ExecResult, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { fromLatin1 } from '../files/content.ts';
import { failed, printed } from './result.ts';

export function readingCommands(host: CommandHost): readonly CustomCommand[] {
  const pager = (name: string) => defineCommand(name, (args, ctx) => show(host, name, args, ctx));
  const editor = (name: string) => defineCommand(name, (args, ctx) => edit(host, name, args, ctx));
  return [
    pager('less'),
    pager('more'),
    ...['nano', 'vim', 'vi', 'emacs', 'code'].map(editor),
    defineCommand('man', (args, ctx) => manual(host, args, ctx)),
  ];
}

async function manual(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const paged = isPaged(host);
  const [name] = args.filter((arg) => !arg.startsWith('-') && !/^\d$/.test(arg));
  if (name === undefined) return failed('What manual page do you want?\nFor example, try `man ls`.\n');
  const own = await import('./manual.ts').then(({ manualPage }) => manualPage(name)).catch(() => null);
  if (own === null && (ctx.exec === undefined || ctx.getRegisteredCommands?.().includes(name) !== true))
    return failed(`No manual entry for ${name}\n`, 16);
  const page = own === null ? await ctx.exec!(name, { cwd: ctx.cwd, args: ['--help'] }) : printed(own);
  return paged ? inPager(host, page, `Manual page ${name}`) : page;
}

/** In a pipe or a script a pager is `cat`. */
async function show(host: CommandHost, name: string, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const paged = isPaged(host);
  const files = args.filter((arg) => !/^[-+]./.test(arg));
  const result = files.length === 0 ? input(name, ctx) : await contents(files, ctx);
  return paged && result.stdout !== '' ? inPager(host, result, files[0] ?? '') : result;
}

function input(name: string, ctx: ResolvedCommandContext): ExecResult {
  const stdin = ctx.stdin as unknown as string;
  if (stdin === '') return failed(`Missing filename ("${name} --help" for help)\n`);
  return { stdout: stdin, stdoutKind: 'bytes', stderr: '', exitCode: 0 };
}

async function contents(files: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
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

/** Where a person sits in front of the output. To be asked before the first await. */
const isPaged = (host: CommandHost): boolean => host.interactive && host.streams().stdout;

async function inPager(host: CommandHost, result: ExecResult, title: string): Promise<ExecResult> {
  const pager = await import('./pager.ts').catch(() => null);
  if (pager === null) return result;
  const isBytes = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary';
  await pager.page(host, isBytes ? new TextDecoder().decode(fromLatin1(result.stdout)) : result.stdout, title);
  return { ...result, stdout: '', stdoutKind: 'text' };
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
