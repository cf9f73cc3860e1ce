/** `shuf`, `cmp`, `truncate`, and what tells of the machine: `nproc`, `df`, `free`. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { fromLatin1 } from '../files/content.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions } from './options.ts';
import { failed, printed } from './result.ts';

/** The disk and the memory that the computer says it has, in KiB. */
const DISK = 1_048_576;
const MEMORY = 4_194_304;

/** `wc`-like reading: a named file, or stdin; null when it is not there. */
function bytesOf(host: CommandHost, name: string, ctx: ResolvedCommandContext): Uint8Array | null {
  if (name === '-') return fromLatin1(ctx.stdin as unknown as string);
  const path = resolvePath(ctx.cwd, name);
  return host.files.existsSync(path) ? host.files.readSync(path) : null;
}

/** The order differs from line to line of a session and is the same in every run of it: a world does not depend on chance. */
export async function shuf(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const names = { echo: 'e', 'input-range': 'i', 'head-count': 'n', repeat: 'r', output: 'o' };
  const options = readOptions(args, { letters: 'eri:n:o:', names });
  if (typeof options === 'string') return failed(`shuf: ${options}\nTry 'shuf --help' for more information.\n`);
  const { flags, operands } = options;
  const range = flags.get('i');
  let lines: string[];
  if (range !== undefined) {
    const [, from, to] = /^(\d+)-(\d+)$/.exec(range) ?? [];
    if (from === undefined || Number(to) < Number(from) - 1) return failed(`shuf: invalid input range: '${range}'\n`);
    lines = Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => String(Number(from) + i));
  } else if (flags.has('e')) lines = [...operands];
  else {
    const bytes = bytesOf(host, operands[0] ?? '-', ctx);
    if (bytes === null) return failed(`shuf: ${operands[0]}: No such file or directory\n`);
    lines = new TextDecoder().decode(bytes).replace(/\n$/, '').split('\n');
    if (bytes.length === 0) lines = [];
  }
  const count = flags.has('n') ? Number(flags.get('n')) : flags.has('r') ? lines.length : Infinity;
  if (Number.isNaN(count)) return failed(`shuf: invalid line count: '${flags.get('n')}'\n`);
  const random = seeded(host.clock.now() + host.history().length);
  const taken = flags.has('r')
    ? Array.from({ length: lines.length === 0 ? 0 : count }, () => lines[Math.floor(random() * lines.length)]!)
    : shuffled(lines, random).slice(0, count);
  const text = taken.map((line) => `${line}\n`).join('');
  if (!flags.has('o')) return printed(text);
  host.files.writeSync(resolvePath(ctx.cwd, flags.get('o')!), new TextEncoder().encode(text));
  return printed('');
}

function shuffled(lines: readonly string[], random: () => number): string[] {
  const order = [...lines];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function cmp(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 's', names: { silent: 's', quiet: 's' } });
  if (typeof options === 'string') return failed(`cmp: ${options}\ncmp: Try 'cmp --help' for more information.\n`, 2);
  const [first, second = '-'] = options.operands;
  if (first === undefined) return failed("cmp: missing operand after 'cmp'\ncmp: Try 'cmp --help' for more information.\n", 2);
  const [a, b] = [bytesOf(host, first, ctx), bytesOf(host, second, ctx)];
  const quiet = options.flags.has('s');
  if (a === null || b === null) return failed(quiet ? '' : `cmp: ${a === null ? first : second}: No such file or directory\n`, 2);
  let line = 1;
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    if (a[at] !== b[at]) return printed(quiet ? '' : `${first} ${second} differ: byte ${at + 1}, line ${line}\n`, 1);
    if (a[at] === 10) line++;
  }
  if (a.length === b.length) return printed('');
  const [name, { length }] = a.length < b.length ? [first, a] : [second, b];
  const ends = (a.length < b.length ? a : b).at(-1) === 10;
  if (quiet) return printed('', 1);
  return failed(
    length === 0
      ? `cmp: EOF on ${name} which is empty\n`
      : `cmp: EOF on ${name} after byte ${length}, ${ends ? `line ${line - 1}` : `in line ${line}`}\n`,
  );
}

export async function truncate(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'cs:', names: { size: 's', 'no-create': 'c' } });
  if (typeof options === 'string') return failed(`truncate: ${options}\nTry 'truncate --help' for more information.\n`);
  const { flags, operands } = options;
  const [, sign = '', digits, unit = ''] = /^([-+]?)(\d+)([KMG]?)$/.exec(flags.get('s') ?? '') ?? [];
  if (!flags.has('s'))
    return failed("truncate: you must specify either ‘--size’ or ‘--reference’\nTry 'truncate --help' for more information.\n");
  if (digits === undefined) return failed(`truncate: Invalid number: '${flags.get('s')}'\n`);
  if (operands.length === 0) return failed("truncate: missing file operand\nTry 'truncate --help' for more information.\n");
  const size = Number(digits) * 1024 ** ' KMG'.indexOf(unit || ' ');
  for (const name of operands) {
    const path = resolvePath(ctx.cwd, name);
    const before = host.files.existsSync(path) ? host.files.readSync(path) : null;
    if (before === null && flags.has('c')) continue;
    const length = before?.length ?? 0;
    const bytes = new Uint8Array(sign === '+' ? length + size : sign === '-' ? Math.max(0, length - size) : size);
    bytes.set((before ?? new Uint8Array()).subarray(0, bytes.length));
    host.files.writeSync(path, bytes);
  }
  return printed('');
}

export async function nproc(): Promise<ExecResult> {
  return printed('2\n');
}

export async function df(host: CommandHost, args: readonly string[]): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'hk', names: { 'human-readable': 'h' } });
  if (typeof options === 'string') return failed(`df: ${options}\nTry 'df --help' for more information.\n`);
  const used = Math.ceil(host.files.usedBytes / 1024);
  const human = options.flags.has('h');
  const shown = (kib: number) => (human ? size(kib) : String(kib)).padStart(human ? 5 : 9);
  const title = human ? 'Filesystem      Size  Used Avail Use% Mounted on' : 'Filesystem     1K-blocks      Used Available Use% Mounted on';
  const percent = `${Math.ceil((100 * used) / DISK)}%`.padStart(4);
  return printed(`${title}\nworld          ${shown(DISK)} ${shown(used)} ${shown(Math.max(0, DISK - used))} ${percent} /\n`);
}

export async function free(_host: CommandHost, args: readonly string[]): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'hmgk', names: { human: 'h', mebi: 'm', gibi: 'g' } });
  if (typeof options === 'string') return failed(`free: ${options}\n`);
  const unit = options.flags.has('m') ? 1024 : options.flags.has('g') ? 1024 ** 2 : 1;
  const shown = (kib: number) => (options.flags.has('h') ? `${size(kib)}i` : String(Math.floor(kib / unit))).padStart(12);
  const used = MEMORY / 8;
  const row = (name: string, values: readonly number[]) => `${name.padEnd(8)}${values.map(shown).join('')}\n`;
  const title = `        ${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((word) => word.padStart(12)).join('')}\n`;
  return printed(title + row('Mem:', [MEMORY, used, MEMORY - used, 0, 0, MEMORY - used]) + row('Swap:', [0, 0, 0]));
}

/** `1.0G` for 1048576 KiB. */
function size(kib: number): string {
  let value = kib;
  let unit = 0;
  for (; value >= 1024 && unit < 2; unit++) value /= 1024;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.ceil(value)}${'KMG'[unit]}`;
}
