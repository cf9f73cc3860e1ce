/** What just-bash's text tools have not: `cut` whole, and flags of `grep`, `uniq`, `seq`. */
import type { CustomCommand, ExecResult, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { ENDLESS_PIPE } from '../files/endless.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { runLoaded } from './lazy.ts';
import { readOptions } from './options.ts';
import { failed } from './result.ts';

export function textCommands(host: CommandHost): readonly CustomCommand[] {
  const around = (
    name: string,
    work: (
      args: readonly string[],
      ctx: ResolvedCommandContext & Required<Pick<ResolvedCommandContext, 'origCommand'>>,
    ) => Promise<ExecResult>,
  ) =>
    defineCommand(name, async (args, ctx) => {
      const { origCommand } = ctx;
      return origCommand === undefined ? failed(`${name}: not available\n`) : work(args, { ...ctx, origCommand });
    });
  return [
    around('cut', async (args, ctx) => (args.includes('--help') ? ctx.origCommand(['--help']) : cut(args, ctx))),
    around('grep', (args, ctx) => ctx.origCommand(neverEmpty(onePattern(args, 'basic')))),
    around('egrep', (args, ctx) => ctx.origCommand(neverEmpty(onePattern(args, 'extended')))),
    around('awk', (args, ctx) => ctx.origCommand(withSeparators(args))),
    around('mkdir', async (args, ctx) => {
      const result = await ctx.origCommand([...args]);
      return { ...result, stderr: result.stderr.replace(/directory '([^']*)'/g, 'directory ‘$1’') };
    }),
    around('wc', (args, ctx) => wc(args, ctx)),
    defineCommand('yes', async (args) => yes(host, args)),
    around('uniq', async (args, ctx) => {
      const result = await ctx.origCommand([...args]);
      const counts = args.some((arg) => /^-[a-z]*c|^--count$/.test(arg));
      return counts ? { ...result, stdout: result.stdout.replace(/^ *(\d+) /gm, (_, count: string) => `${count.padStart(7)} `) } : result;
    }),
    around('seq', (args, ctx) => seq(args, ctx.origCommand)),
    around('expr', (args, ctx) => expr(args, ctx.origCommand)),
    around('sort', (args, ctx) => (isGeneralNumeric(args) ? runLoaded('sort', generalSort, host, args, ctx) : ctx.origCommand([...args]))),
    around('split', (args, ctx) => split(args, ctx)),
  ];
}

/** just-bash's grep takes the last of several `-e`: they become alternatives of one. */
function onePattern(args: readonly string[], syntax: 'basic' | 'extended'): string[] {
  const rest: string[] = [];
  const patterns: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      rest.push(...args.slice(i));
      break;
    }
    const [, flags = '', attached] = /^-([A-Za-z]*)e(.*)$/s.exec(arg) ?? [];
    if (attached === undefined || /[ABCmf]/.test(flags)) {
      const named = /^--regexp=(.*)$/s.exec(arg)?.[1];
      if (named === undefined) rest.push(arg);
      else patterns.push(named);
      continue;
    }
    if (flags !== '') rest.push(`-${flags}`);
    patterns.push(attached === '' ? (args[++i] ?? '') : attached);
  }
  if (patterns.length < 2) return [...args];
  const has = (flag: string) => rest.some((arg) => new RegExp(`^-[a-zA-Z]*${flag}`).test(arg));
  const separator = has('F') ? '\n' : syntax === 'extended' || has('E') || has('P') ? '|' : '\\|';
  return ['-e', patterns.join(separator), ...rest];
}

/** just-bash's awk takes no notice of `-v OFS=…` and its like: the program sets them itself. */
function withSeparators(args: readonly string[]): string[] {
  const rest: string[] = [];
  let settings = '';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--' || arg === '-f' || !/^-./.test(arg)) {
      if (settings === '' || arg.startsWith('-')) return [...args];
      return [...rest, `BEGIN {${settings}} ${arg}`, ...args.slice(i + 1)];
    }
    const isVariable = arg.startsWith('-v');
    const takesNext = arg === '-v' || arg === '-F';
    const value = isVariable ? (takesNext ? (args[i + 1] ?? '') : arg.slice(2)) : '';
    const [, name, separator] = /^(OFS|ORS|FS|RS)=(.*)$/s.exec(value) ?? [];
    if (name === undefined || separator === undefined) rest.push(arg, ...(takesNext ? args.slice(i + 1, i + 2) : []));
    else settings += ` ${name} = "${separator.replaceAll('"', '\\"')}";`;
    if (takesNext) i++;
  }
  return [...args];
}

/** just-bash's `grep -o` stops at an empty match, of which it prints nothing anyway: `[0-9]*` is `[0-9][0-9]*` there. */
function neverEmpty(args: readonly string[]): string[] {
  if (!args.some((arg) => /^-[a-zA-Z]*o/.test(arg))) return [...args];
  return args.map((arg) => arg.replace(/^(\[[^\]]+\]|\\?[^\\[\]()*])\*$/, '$1$1*'));
}

/** The counts of named files are as wide as the sum of their sizes. */
async function wc(
  args: readonly string[],
  ctx: ResolvedCommandContext & Required<Pick<ResolvedCommandContext, 'origCommand'>>,
): Promise<ExecResult> {
  if (args.some((arg) => arg === '-L' || arg === '--max-line-length')) return longestLines(args, ctx);
  const result = await ctx.origCommand([...args]);
  const files = args.filter((arg) => !arg.startsWith('-'));
  const counters = args
    .filter((arg) => /^-[a-z]+$/.test(arg))
    .join('')
    .replaceAll('-', '');
  if (files.length === 0 || counters.length === 1 || result.exitCode !== 0) return result;
  const sizes = await Promise.all(files.map(async (file) => (await ctx.fs.stat(ctx.fs.resolvePath(ctx.cwd, file))).size));
  const width = String(sizes.reduce((sum, size) => sum + size, 0)).length;
  const line = (text: string) => {
    const [, counts = '', name = ''] = /^((?: *\d+)+) (.*)$/.exec(text) ?? [];
    return counts === ''
      ? text
      : `${counts
          .trim()
          .split(/ +/)
          .map((count) => count.padStart(width))
          .join(' ')} ${name}`;
  };
  return { ...result, stdout: result.stdout.split('\n').map(line).join('\n') };
}

/** `wc -L`: the width of the longest line, in columns. */
async function longestLines(args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const files = args.filter((arg) => !arg.startsWith('-') || arg === '-');
  if (args.length - files.length > 1) return failed('wc: -L is counted alone here\n');
  let stdout = '';
  let stderr = '';
  let longest = 0;
  for (const name of files.length === 0 ? ['-'] : files) {
    const path = resolvePath(ctx.cwd, name);
    if (name !== '-' && !(await ctx.fs.exists(path))) {
      stderr += `wc: ${name}: No such file or directory\n`;
      continue;
    }
    const bytes = name === '-' ? fromLatin1(ctx.stdin as unknown as string) : await ctx.fs.readFileBuffer(path);
    const width = Math.max(...new TextDecoder().decode(bytes).split('\n').map(columnsOf));
    longest = Math.max(longest, width);
    stdout += files.length === 0 ? `${width}\n` : `${width} ${name}\n`;
  }
  if (files.length > 1) stdout += `${longest} total\n`;
  return { stdout, stderr, exitCode: stderr === '' ? 0 : 1 };
}

/** Tabs go to the next multiple of eight. */
function columnsOf(line: string): number {
  return [...line].reduce((column, character) => (character === '\t' ? column + 8 - (column % 8) : column + 1), 0);
}

/** `expr text : pattern` gives the first group, which just-bash's does not; it binds most tightly, so its value takes its place. */
async function expr(args: readonly string[], original: (args: string[]) => Promise<ExecResult>): Promise<ExecResult> {
  const words = [...args];
  for (let at = words.indexOf(':', 1); at > 0 && at + 1 < words.length; at = words.indexOf(':', 1))
    words.splice(at - 1, 3, matchOf(words[at - 1]!, words[at + 1]!));
  if (words.length !== 1 || args.length === 1) return original(words);
  const [value = ''] = words;
  return { stdout: `${value}\n`, stderr: '', exitCode: value === '' || value === '0' ? 1 : 0 };
}

/** The first group of a basic regular expression at the start of a text, or how long the match is. */
function matchOf(text: string, pattern: string): string {
  const hasGroup = pattern.includes('\\(');
  const extended = pattern.replace(/\\?[(){}|+?]/g, (token) => (token.length === 2 ? (token[1] ?? '') : `\\${token}`));
  const match = new RegExp(`^(?:${extended.replace(/^\^/, '')})`, 's').exec(text);
  return hasGroup ? (match?.[1] ?? '') : String([...(match?.[0] ?? '')].length);
}

/** just-bash's split makes its parts beside the file, which a `<(…)` has no room for. */
async function split(
  args: readonly string[],
  ctx: ResolvedCommandContext & Required<Pick<ResolvedCommandContext, 'origCommand'>>,
): Promise<ExecResult> {
  const at = args.findIndex((arg) => arg.startsWith('/dev/fd/'));
  if (at < 0 || ctx.exec === undefined) return ctx.origCommand([...args]);
  const stdin = toLatin1(await ctx.fs.readFileBuffer(args[at]!));
  const words = args.map((arg, i) => (i === at ? '-' : arg));
  return ctx.exec('split', { cwd: ctx.cwd, args: words, stdin, stdinKind: 'bytes' });
}

/** `-g`, `-rg`, `-k2g`, `--general-numeric-sort` */
function isGeneralNumeric(args: readonly string[]): boolean {
  return args.some((arg) => /^-[bfiMnrsu]*g|^-k?\d[\d.,]*[a-zA-Z]*g|^--general-numeric-sort$|^\d[\d.,]*[a-zA-Z]*g$/.test(arg));
}

const generalSort = async () => (await import('./general-sort.ts')).generalSort;

function yes(host: CommandHost, args: readonly string[]): ExecResult {
  const line = `${args.length === 0 ? 'y' : args.join(' ')}\n`;
  if (host.streams().stdout) return failed(`yes: it never ends: let something take a part of it, as in yes | head\n`);
  return {
    stdout: toLatin1(new TextEncoder().encode(line.repeat(Math.ceil(ENDLESS_PIPE / line.length / 8)))),
    stdoutKind: 'bytes',
    stdoutEncoding: 'binary',
    stderr: '',
    exitCode: 0,
  };
}

async function seq(args: readonly string[], original: (args: string[]) => Promise<ExecResult>): Promise<ExecResult> {
  const at = args.findIndex((arg) => /^-f|^--format/.test(arg));
  if (at < 0) return original([...args]);
  const attached = /^(?:-f|--format=)(.+)$/s.exec(args[at]!)?.[1];
  const format = attached ?? args[at + 1] ?? '';
  const directive = /^((?:[^%]|%%)*)%(0?)(\d*)(?:\.(\d+))?([gf])((?:[^%]|%%)*)$/s.exec(format);
  if (directive === null) return failed(`seq: format '${format}' has no % directive\n`);
  const [, before = '', zero, width = '0', precision, kind, after = ''] = directive;
  const result = await original(args.filter((_, i) => i !== at && (attached !== undefined || i !== at + 1)));
  const shown = (text: string): string => {
    const number = kind === 'f' ? Number(text).toFixed(Number(precision ?? '6')) : String(Number(text));
    return `${before}${number.padStart(Number(width), zero === '0' ? '0' : ' ')}${after}`.replaceAll('%%', '%');
  };
  return { ...result, stdout: result.stdout.replace(/-?\d[\d.]*/g, shown) };
}

type Ranges = readonly (readonly [from: number, to: number])[];

/** `1,3-5,7-` */
function rangesOf(list: string): Ranges | null {
  const ranges = list.split(/[ ,]/).map((part) => {
    const [, from, dash, to] = /^(\d*)(-?)(\d*)$/.exec(part) ?? [];
    if (from === undefined || (from === '' && to === '')) return null;
    const first = from === '' ? 1 : Number(from);
    return [first, dash === '' ? first : to === '' ? Infinity : Number(to)] as const;
  });
  const good = ranges.filter((range) => range !== null);
  return good.length === ranges.length && good.every(([from, to]) => from >= 1 && to >= from) ? good : null;
}

async function cut(args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const names = {
    bytes: 'b',
    characters: 'c',
    fields: 'f',
    delimiter: 'd',
    'only-delimited': 's',
    complement: 'C',
    'output-delimiter': 'O',
  };
  const options = readOptions(args, { letters: 'b:c:f:d:snCO:', names });
  const seeHelp = "Try 'cut --help' for more information.\n";
  if (typeof options === 'string') return failed(`cut: ${options}\n${seeHelp}`);
  const { flags, operands } = options;
  const list = flags.get('f') ?? flags.get('c') ?? flags.get('b');
  if (list === undefined) return failed(`cut: you must specify a list of bytes, characters, or fields\n${seeHelp}`);
  const ranges = rangesOf(list);
  if (ranges === null) return failed(`cut: invalid ${flags.has('f') ? 'field' : 'byte or character'} range\n${seeHelp}`);
  const delimiter = flags.get('d') ?? '\t';
  if ([...delimiter].length !== 1) return failed(`cut: the delimiter must be a single character\n${seeHelp}`);
  const isTaken = (i: number) => ranges.some(([from, to]) => i + 1 >= from && i + 1 <= to) !== flags.has('C');
  const shorten = (line: string): string | null => {
    if (!flags.has('f')) return [...line].filter((_, i) => isTaken(i)).join('');
    if (!line.includes(delimiter)) return flags.has('s') ? null : line;
    return line
      .split(delimiter)
      .filter((_, i) => isTaken(i))
      .join(flags.get('O') ?? delimiter);
  };
  let stdout = '';
  let stderr = '';
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const path = resolvePath(ctx.cwd, name);
    if (name !== '-' && !(await ctx.fs.exists(path))) {
      stderr += `cut: ${name}: No such file or directory\n`;
      continue;
    }
    const bytes = name === '-' ? fromLatin1(ctx.stdin as unknown as string) : await ctx.fs.readFileBuffer(path);
    const lines = new TextDecoder().decode(bytes).split('\n');
    if (lines.at(-1) === '') lines.pop();
    stdout += lines
      .flatMap((line) => shorten(line) ?? [])
      .map((line) => `${line}\n`)
      .join('');
  }
  return {
    stdout: toLatin1(new TextEncoder().encode(stdout)),
    stdoutKind: 'bytes',
    stdoutEncoding: 'binary',
    stderr,
    exitCode: stderr === '' ? 0 : 1,
  };
}
