/** `tree`: a directory and what is below it, drawn. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions } from './options.ts';
import { failed } from './result.ts';

const NAMES = { dirsfirst: 'D', noreport: 'N', classify: 'F', all: 'a' };

interface Look {
  readonly flags: ReadonlySet<string>;
  readonly depth: number;
  readonly without: readonly RegExp[];
  readonly only: readonly RegExp[];
}

interface Counts {
  directories: number;
  files: number;
}

export async function tree(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'adfFL:I:P:DNnC', names: NAMES });
  if (typeof options === 'string')
    return failed(
      `tree: ${options}\nUsage: tree [-adfF] [-L level] [-I pattern] [-P pattern] [--dirsfirst] [--noreport] [directory ...]\n`,
    );
  const level = options.flags.get('L');
  if (level !== undefined && !/^[1-9]\d*$/.test(level)) return failed('tree: Invalid level, must be greater than 0.\n');
  const look: Look = {
    flags: new Set(options.flags.keys()),
    depth: Number(level ?? Infinity),
    without: (options.all.get('I') ?? []).flatMap(patterns),
    only: (options.all.get('P') ?? []).flatMap(patterns),
  };
  const counts: Counts = { directories: 0, files: 0 };
  let text = '';
  let exitCode = 0;
  for (const name of options.operands.length === 0 ? ['.'] : options.operands) {
    const path = resolvePath(ctx.cwd, name);
    const isDirectory = host.files.existsSync(path) && (await ctx.fs.stat(path)).isDirectory;
    if (!isDirectory) exitCode = 2;
    text += isDirectory ? `${name}\n${await below(ctx, path, name, '', 1, look, counts)}` : `${name}  [error opening dir]\n`;
  }
  const files = look.flags.has('d') ? '' : `, ${counts.files} file${counts.files === 1 ? '' : 's'}`;
  const report = look.flags.has('N') ? '' : `\n${counts.directories} director${counts.directories === 1 ? 'y' : 'ies'}${files}\n`;
  return { stdout: text + report, stdoutKind: 'text', stderr: '', exitCode };
}

/** The lines of what a directory holds. */
async function below(
  ctx: ResolvedCommandContext,
  path: string,
  shown: string,
  indent: string,
  level: number,
  look: Look,
  counts: Counts,
): Promise<string> {
  if (level > look.depth) return '';
  const entries = await entriesOf(ctx, path, look);
  let text = '';
  for (const [i, { name, isDirectory, isExecutable, target }] of entries.entries()) {
    const isLast = i === entries.length - 1;
    counts[isDirectory ? 'directories' : 'files']++;
    const mark = look.flags.has('F') ? (isDirectory ? '/' : isExecutable && target === null ? '*' : '') : '';
    const label = look.flags.has('f') ? `${shown.replace(/\/$/, '')}/${name}` : name;
    text += `${indent}${isLast ? '└── ' : '├── '}${label}${mark}${target === null ? '' : ` -> ${target}`}\n`;
    if (isDirectory && target === null)
      text += await below(
        ctx,
        `${path}/${name}`,
        `${shown.replace(/\/$/, '')}/${name}`,
        `${indent}${isLast ? '    ' : '│   '}`,
        level + 1,
        look,
        counts,
      );
  }
  return text;
}

async function entriesOf(ctx: ResolvedCommandContext, path: string, { flags, without, only }: Look) {
  const entries = await Promise.all(
    (await ctx.fs.readdir(path)).map(async (name) => {
      const { isDirectory, isSymbolicLink, mode } = await ctx.fs.lstat(`${path}/${name}`);
      return {
        name,
        isDirectory,
        isExecutable: (mode & 0o111) !== 0,
        target: isSymbolicLink ? await ctx.fs.readlink(`${path}/${name}`) : null,
      };
    }),
  );
  const order = (name: string) => name.toLowerCase().replace(/^\./, '');
  return entries
    .filter(({ name }) => flags.has('a') || !name.startsWith('.'))
    .filter(({ isDirectory }) => isDirectory || !flags.has('d'))
    .filter(({ name }) => !without.some((pattern) => pattern.test(name)))
    .filter(({ name, isDirectory }) => isDirectory || only.length === 0 || only.some((pattern) => pattern.test(name)))
    .sort((a, b) => (flags.has('D') ? Number(b.isDirectory) - Number(a.isDirectory) : 0) || (order(a.name) < order(b.name) ? -1 : 1));
}

/** `*.pyc|__pycache__` */
function patterns(text: string): RegExp[] {
  return text.split('|').map((glob) => {
    const source = glob
      .replace(/\/$/, '')
      .replace(/[.+^${}()\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^(?:${source})$`);
  });
}
