/** `dd`: copies blocks of bytes. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { ENDLESS_LIMIT, endlessBytes, isEndless } from '../files/endless.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { failed } from './result.ts';

const OPERANDS: ReadonlySet<string> = new Set(['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'conv', 'status']);
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  c: 1,
  w: 2,
  b: 512,
  kB: 1000,
  K: 1024,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
};
const SEE_HELP = "Try 'dd --help' for more information.\n";

export async function dd(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const given = new Map<string, string>();
  for (const arg of args) {
    const [, name = arg, value] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    if (value === undefined || !OPERANDS.has(name)) return failed(`dd: unrecognized operand '${arg}'\n${SEE_HELP}`);
    given.set(name, value);
  }
  const conversions = (given.get('conv') ?? '').split(',').filter((each) => each !== '');
  const unknown = conversions.find((each) => !['notrunc', 'ucase', 'lcase', 'fsync', 'fdatasync'].includes(each));
  if (unknown !== undefined) return failed(`dd: invalid conversion: '${unknown}'\n${SEE_HELP}`);
  const numbers = new Map<string, number>();
  for (const name of ['bs', 'ibs', 'obs', 'count', 'skip', 'seek']) {
    const text = given.get(name);
    const number = text === undefined ? undefined : sizeOf(text);
    if (text !== undefined && (number === undefined || (number === 0 && name.endsWith('s'))))
      return failed(`dd: invalid number: '${text}'\n`);
    if (number !== undefined) numbers.set(name, number);
  }
  const block = numbers.get('bs') ?? numbers.get('ibs') ?? 512;
  const out = numbers.get('bs') ?? numbers.get('obs') ?? 512;
  const source = sourceOf(host, given.get('if'), { block, count: numbers.get('count'), skip: numbers.get('skip') ?? 0 }, ctx);
  if (typeof source === 'string') return failed(source);
  const bytes = converted(source, conversions);
  const target = given.get('of');
  if (target !== undefined) {
    const problem = write(host, target, bytes, (numbers.get('seek') ?? 0) * out, conversions.includes('notrunc'), ctx);
    if (problem !== null) return failed(problem);
  }
  const stderr = given.get('status') === 'none' ? '' : report(bytes.length, block, out, given.get('status') === 'noxfer');
  if (target !== undefined) return { stdout: '', stderr, exitCode: 0 };
  return { stdout: toLatin1(bytes), stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr, exitCode: 0 };
}

/** `2x512`, `1M`; undefined for what is no number. */
function sizeOf(text: string): number | undefined {
  const factors = text.split('x').map((factor) => {
    const [, digits, unit = ''] = /^(\d+)(\w*)$/.exec(factor) ?? [];
    return digits === undefined || !Object.hasOwn(UNITS, unit) ? NaN : Number(digits) * UNITS[unit]!;
  });
  const product = factors.reduce((all, factor) => all * factor, 1);
  return Number.isNaN(product) ? undefined : product;
}

interface Part {
  readonly block: number;
  readonly count: number | undefined;
  readonly skip: number;
}

/** The bytes that are asked for; a string says why there are none. */
function sourceOf(
  host: CommandHost,
  name: string | undefined,
  { block, count, skip }: Part,
  ctx: ResolvedCommandContext,
): Uint8Array | string {
  const end = count === undefined ? undefined : (skip + count) * block;
  if (name === undefined) return fromLatin1(ctx.stdin as unknown as string).subarray(skip * block, end);
  const path = resolvePath(ctx.cwd, name);
  if (isEndless(path)) {
    const wanted = count === undefined ? Infinity : count * block;
    if (wanted <= ENDLESS_LIMIT) return endlessBytes(path, wanted);
    return `dd: error reading '${name}': it never ends, and this computer reads at most 64M of it: say bs= and count=\n`;
  }
  if (path === '/dev/null') return new Uint8Array();
  if (!host.files.existsSync(path)) return `dd: failed to open '${name}': No such file or directory\n`;
  try {
    return host.files.readSync(path).subarray(skip * block, end);
  } catch {
    return `dd: error reading '${name}': Is a directory\n`;
  }
}

function converted(bytes: Uint8Array, conversions: readonly string[]): Uint8Array {
  if (!conversions.includes('ucase') && !conversions.includes('lcase')) return bytes;
  const [from, to] = conversions.includes('ucase') ? [97, -32] : [65, 32];
  return bytes.map((byte) => (byte >= from && byte < from + 26 ? byte + to : byte));
}

/** What is wrong; null when it has been written. */
function write(
  host: CommandHost,
  name: string,
  bytes: Uint8Array,
  at: number,
  keepsRest: boolean,
  ctx: ResolvedCommandContext,
): string | null {
  const path = resolvePath(ctx.cwd, name);
  if (path === '/dev/null') return null;
  try {
    const before = host.files.existsSync(path) ? host.files.readSync(path) : new Uint8Array();
    const length = at + bytes.length;
    const after = new Uint8Array(keepsRest ? Math.max(before.length, length) : length);
    after.set(before.subarray(0, keepsRest ? before.length : Math.min(at, before.length)));
    after.set(bytes, at);
    host.files.writeSync(path, after);
    return null;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error && error.code === 'ENOSPC' ? 'No space left on device' : 'Is a directory';
    return `dd: failed to open '${name}': ${reason}\n`;
  }
}

function report(length: number, block: number, out: number, isShort: boolean): string {
  const records = (size: number) => `${Math.floor(length / size)}+${length % size === 0 ? 0 : 1}`;
  const human = length < 1000 ? '' : ` (${scaled(length, 1000, 'kMG', 'B')}, ${scaled(length, 1024, 'KMG', 'iB')})`;
  const size = length === 1 ? '1 byte' : `${length} bytes${human}`;
  // Nothing takes time here: what a disk would need is not measured.
  return `${records(block)} records in\n${records(out)} records out\n${isShort ? '' : `${size} copied, 0.001 s, ${rate(length)}\n`}`;
}

const rate = (length: number): string =>
  length < 1000 ? `${length / 1000} kB/s`.replace(/^0\.(\d+) kB/, '$1 B') : `${scaled(length * 1000, 1000, 'kMG', 'B')}/s`;

/** `1.0 MB`: as GNU does, one decimal below ten. */
function scaled(bytes: number, base: number, letters: string, unit: string): string {
  let value = bytes;
  let power = -1;
  while (value >= base && power < 2) {
    value /= base;
    power++;
  }
  const shown = power < 0 ? String(value) : value < 10 ? (Math.round(value * 10) / 10).toFixed(1) : String(Math.round(value));
  return `${shown} ${power < 0 ? '' : letters[power]}${power < 0 ? unit.replace('i', '') : unit}`;
}
