/** Commands about paths that just-bash's browser build lacks, or tells the real time in. */
import type { CustomCommand } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { FileError } from '../files/errors.ts';
import { parentPath, resolvePath } from '../files/path.ts';
import { parseDate } from './dates.ts';
import type { CommandHost } from './host.ts';
import { failed, printed } from './result.ts';

export function pathCommands(host: CommandHost): readonly CustomCommand[] {
  let made = 0;
  return [
    defineCommand('realpath', async (args, ctx) => {
      const names = args.filter((arg) => !arg.startsWith('-'));
      const lenient = args.includes('-m') || args.includes('--canonicalize-missing');
      const base = args.flatMap((arg) => /^--relative-to=(.*)$/.exec(arg)?.[1] ?? [])[0];
      if (names.length === 0) return failed("realpath: missing operand\nTry 'realpath --help' for more information.\n");
      let stdout = '';
      let stderr = '';
      for (const name of names) {
        const path = resolvePath(ctx.cwd, name);
        try {
          const real = await lastMayBeMissing(host, path, lenient);
          stdout += `${base === undefined ? real : relativeTo(resolvePath(ctx.cwd, base), real)}\n`;
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
          stderr += `realpath: ${name}: ${error.code === 'ENOTDIR' ? 'Not a directory' : 'No such file or directory'}\n`;
        }
      }
      return { stdout, stderr, exitCode: stderr === '' ? 0 : 1 };
    }),
    defineCommand('mktemp', async (args, ctx) => {
      const flags = args.filter((arg) => arg.startsWith('-')).join('');
      const parentOption = /^-p$/.test(args.at(-2) ?? '') ? args.at(-1) : undefined;
      const template = args.find((arg, i) => !arg.startsWith('-') && args[i - 1] !== '-p') ?? 'tmp.XXXXXXXXXX';
      if (!/X{3,}/.test(template)) return failed(`mktemp: too few X's in template '${template}'\n`);
      const inTemporary = !args.includes(template) || flags.includes('t') || parentOption !== undefined;
      const directory = inTemporary ? (parentOption ?? ctx.env.get('TMPDIR') ?? '/tmp') : ctx.cwd;
      let path: string;
      do
        path = resolvePath(
          resolvePath(ctx.cwd, directory),
          template.replace(/X{3,}(?!.*X{3,})/, (marks) => serial(++made, marks.length)),
        );
      while (host.files.existsSync(path));
      if (flags.includes('d')) await host.files.mkdir(path);
      else host.files.writeSync(path, new Uint8Array(), 0o600);
      return printed(`${inTemporary ? path : template.startsWith('/') ? path : path.slice(ctx.cwd.length + 1)}\n`);
    }),
    defineCommand('touch', async (args, ctx) => {
      if (args.length === 0) return failed("touch: missing file operand\nTry 'touch --help' for more information.\n");
      if (args.some((arg) => /^-[a-zA-Z]*[drt]|^--(?:date|reference|help)/.test(arg)) && ctx.origCommand !== undefined)
        return ctx.origCommand(dated(args, host.clock.now()));
      const create = !args.includes('-c') && !args.includes('--no-create');
      let stderr = '';
      for (const name of args.filter((arg) => !/^-[acm]+$|^--no-create$/.test(arg))) {
        const path = resolvePath(ctx.cwd, name);
        const now = new Date(host.clock.now());
        if (await ctx.fs.exists(path)) await ctx.fs.utimes(path, now, now);
        else if (create && host.files.existsSync(parentPath(path))) host.files.writeSync(path, new Uint8Array());
        else if (create) stderr += `touch: cannot touch '${name}': No such file or directory\n`;
      }
      return { stdout: '', stderr, exitCode: stderr === '' ? 0 : 1 };
    }),
  ];
}

/** just-bash's touch takes a day and a time only. */
function dated(args: readonly string[], now: number): string[] {
  return args.map((arg, i) => {
    const [, option = '', attached] = /^(--date=|-d)(.+)$/s.exec(arg) ?? [];
    const text = attached ?? (args[i - 1] === '-d' || args[i - 1] === '--date' ? arg : undefined);
    const time = text === undefined ? null : parseDate(text, now);
    return time === null ? arg : `${attached === undefined ? '' : option}${new Date(time).toISOString()}`;
  });
}

/** `../b/c` */
function relativeTo(base: string, path: string): string {
  const [from, to] = [base, path].map((each) => each.split('/').filter((part) => part !== ''));
  let shared = 0;
  while (shared < from!.length && from![shared] === to![shared]) shared++;
  return [...from!.slice(shared).map(() => '..'), ...to!.slice(shared)].join('/') || '.';
}

async function lastMayBeMissing(host: CommandHost, path: string, lenient: boolean): Promise<string> {
  if (host.files.existsSync(path)) return host.files.realpath(path);
  if (lenient) return path;
  const parent = await host.files.realpath(parentPath(path));
  return resolvePath(parent, path.slice(path.lastIndexOf('/') + 1));
}

/** The same letters in every run of the same commands: a world must not depend on chance. */
function serial(count: number, length: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  let text = '';
  let state = count * 2_654_435_761;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += letters[(state >>> 16) % letters.length];
  }
  return text;
}
