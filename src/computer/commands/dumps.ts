/** `xxd`, `hexdump`, `od`: bytes as numbers. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { ENDLESS_LIMIT, endlessBytes, isEndless } from '../files/endless.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions, type Options } from './options.ts';
import { failed, printed } from './result.ts';

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
const isPrintable = (byte: number): boolean => byte >= 32 && byte < 127;
const asText = (bytes: Uint8Array): string => [...bytes].map((byte) => (isPrintable(byte) ? String.fromCharCode(byte) : '.')).join('');

/** The bytes of the named files one after the other, or of stdin; a string says which is not there. */
function bytesOf(host: CommandHost, names: readonly string[], limit: number, ctx: ResolvedCommandContext): Uint8Array | string {
  let all = '';
  for (const name of names.length === 0 ? ['-'] : names) {
    const path = resolvePath(ctx.cwd, name);
    if (name === '-') all += ctx.stdin as unknown as string;
    else if (isEndless(path) && limit <= ENDLESS_LIMIT) all += toLatin1(endlessBytes(path, limit));
    else if (!host.files.existsSync(path)) return name;
    else all += toLatin1(host.files.readSync(path));
  }
  return fromLatin1(all);
}

function rows(bytes: Uint8Array, width: number): { readonly at: number; readonly row: Uint8Array }[] {
  return Array.from({ length: Math.ceil(bytes.length / width) }, (_, i) => ({
    at: i * width,
    row: bytes.subarray(i * width, (i + 1) * width),
  }));
}

const numberOf = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text));

export async function xxd(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(
    args.map((arg) => (arg === '-ps' || arg === '-plain' ? '-p' : arg)),
    { letters: 'c:g:l:s:o:prubi' },
  );
  if (typeof options === 'string') return failed(`xxd: ${options}\n`);
  const { flags, operands } = options;
  const limit = numberOf(flags.get('l'), Infinity);
  const skip = numberOf(flags.get('s'), 0);
  const source = bytesOf(host, operands.slice(0, 1), limit + skip, ctx);
  if (typeof source === 'string') return failed(`xxd: ${source}: No such file or directory\n`, 2);
  const result = flags.has('r') ? fromDump(source, flags.has('p')) : null;
  if (result !== null) return written(host, operands[1], result, ctx);
  const bytes = source.subarray(skip, skip + limit);
  const text = flags.has('i') ? asArray(bytes, operands[0]) : dumped(bytes, flags, skip);
  return printed(flags.has('u') ? text.replace(/(?<=: .*)[a-f](?=.*  )/g, (letter) => letter.toUpperCase()) : text);
}

function written(host: CommandHost, name: string | undefined, bytes: Uint8Array, ctx: ResolvedCommandContext): ExecResult {
  if (name === undefined) return { stdout: toLatin1(bytes), stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr: '', exitCode: 0 };
  host.files.writeSync(resolvePath(ctx.cwd, name), bytes);
  return printed('');
}

function dumped(bytes: Uint8Array, flags: Options['flags'], skip: number): string {
  if (flags.has('p'))
    return rows(bytes, numberOf(flags.get('c'), 30))
      .map(({ row }) => `${[...row].map((byte) => hex(byte, 2)).join('')}\n`)
      .join('');
  const isBits = flags.has('b');
  const width = numberOf(flags.get('c'), isBits ? 6 : 16);
  const group = numberOf(flags.get('g'), isBits ? 1 : 2) || width;
  const digits = isBits ? 8 : 2;
  const room = width * digits + Math.ceil(width / group) - 1;
  return rows(bytes, width)
    .map(({ at, row }) => {
      const cells = [...row].map(
        (byte, i) => `${i > 0 && i % group === 0 ? ' ' : ''}${isBits ? byte.toString(2).padStart(8, '0') : hex(byte, 2)}`,
      );
      return `${hex(at + skip, 8)}: ${cells.join('').padEnd(room)}  ${asText(row)}\n`;
    })
    .join('');
}

function asArray(bytes: Uint8Array, name: string | undefined): string {
  const lines = rows(bytes, 12).map(({ row }) => `  ${[...row].map((byte) => `0x${hex(byte, 2)}`).join(', ')}`);
  if (name === undefined || name === '-') return `${lines.join(',\n')}\n`;
  const variable = name.replace(/\W/g, '_');
  return `unsigned char ${variable}[] = {\n${lines.join(',\n')}\n};\nunsigned int ${variable}_len = ${bytes.length};\n`;
}

function fromDump(dump: Uint8Array, isPlain: boolean): Uint8Array {
  const lines = new TextDecoder().decode(dump).split('\n');
  const digits = lines
    .map((line) => (isPlain ? line : (/^[\da-f]+: ?((?:[\da-f]+ ?)*)/i.exec(line)?.[1] ?? '')).replace(/[^\da-f]/gi, ''))
    .join('');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export async function hexdump(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'Cn:s:vbcdox', names: { canonical: 'C', length: 'n', skip: 's', 'no-squeezing': 'v' } });
  if (typeof options === 'string') return failed(`hexdump: ${options}\n`);
  const { flags, operands } = options;
  const other = ['b', 'c', 'd', 'o'].find((flag) => flags.has(flag));
  if (other !== undefined) return failed(`hexdump: -${other} is not among what this one shows: -C is, and od has the rest\n`);
  const limit = numberOf(flags.get('n'), Infinity);
  const skip = numberOf(flags.get('s'), 0);
  const source = bytesOf(host, operands, limit + skip, ctx);
  if (typeof source === 'string') return failed(`hexdump: ${source}: No such file or directory\n`);
  const bytes = source.subarray(skip, skip + limit);
  const isCanonical = flags.has('C');
  const line = ({ at, row }: { readonly at: number; readonly row: Uint8Array }): string => {
    if (isCanonical) {
      const cells = Array.from({ length: 16 }, (_, i) => `${i === 8 ? ' ' : ''}${i < row.length ? hex(row[i]!, 2) : '  '} `).join('');
      return `${hex(at + skip, 8)}  ${cells} |${asText(row)}|\n`;
    }
    const words = Array.from(
      { length: Math.ceil(row.length / 2) },
      (_, i) => ` ${hex(row[i * 2]! | ((row[i * 2 + 1] ?? 0) << 8), 4)}`,
    ).join('');
    return `${hex(at + skip, 7)}${words.padEnd(40)}\n`;
  };
  const end = bytes.length === 0 ? '' : `${hex(bytes.length + skip, isCanonical ? 8 : 7)}\n`;
  return printed(squeezed(rows(bytes, 16), line, flags.has('v')) + end);
}

/** Rows like the one before are left out, and a `*` stands for them. */
function squeezed<T extends { readonly row: Uint8Array }>(all: readonly T[], line: (row: T) => string, showsAll: boolean): string {
  let text = '';
  let before = '';
  let isLeaving = false;
  for (const [i, each] of all.entries()) {
    const content = toLatin1(each.row);
    if (!showsAll && i > 0 && content === before && each.row.length === all[0]!.row.length) {
      if (!isLeaving) text += '*\n';
      isLeaving = true;
      continue;
    }
    isLeaving = false;
    before = content;
    text += line(each);
  }
  return text;
}

/** What `od -t` names: how many bytes make a number, and how it is shown. */
interface Format {
  readonly size: number;
  readonly width: number;
  show(bytes: Uint8Array): string;
}

const NAMED: Readonly<Record<string, string>> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 0: '\\0' };
const NAMES = 'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp'.split(
  ' ',
);

function formatOf(type: string): Format | null {
  if (type === 'c')
    return {
      size: 1,
      width: 4,
      show: ([byte = 0]) => NAMED[byte] ?? (isPrintable(byte) ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0')),
    };
  if (type === 'a')
    return {
      size: 1,
      width: 4,
      show: ([byte = 0]) => NAMES[byte & 127] ?? ((byte & 127) === 127 ? 'del' : String.fromCharCode(byte & 127)),
    };
  const [, kind, unit = ''] = /^([xoduf])([1248CSILFD]?)$/.exec(type) ?? [];
  if (kind === undefined) return null;
  const sizes: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8, F: 4, D: 8, '': kind === 'f' ? 8 : 4 };
  const size = sizes[unit] ?? Number(unit);
  const value = (bytes: Uint8Array): bigint => [...bytes].reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (kind === 'f') {
    if (size < 4) return null;
    const read = (bytes: Uint8Array) => {
      const padded = new Uint8Array(8);
      padded.set(bytes);
      const view = new DataView(padded.buffer);
      return size === 4 ? String(Number(view.getFloat32(0, true).toPrecision(8))) : String(view.getFloat64(0, true));
    };
    return { size, width: size === 4 ? 16 : 25, show: read };
  }
  const digits = BigInt(2) ** BigInt(size * 8) - 1n;
  if (kind === 'x')
    return {
      size,
      width: size * 2 + 1,
      show: (bytes) =>
        value(bytes)
          .toString(16)
          .padStart(size * 2, '0'),
    };
  if (kind === 'o')
    return {
      size,
      width: digits.toString(8).length + 1,
      show: (bytes) => value(bytes).toString(8).padStart(digits.toString(8).length, '0'),
    };
  if (kind === 'u') return { size, width: digits.toString().length + 1, show: (bytes) => String(value(bytes)) };
  return { size, width: (digits / 2n).toString().length + 2, show: (bytes) => String(BigInt.asIntN(size * 8, value(bytes))) };
}

const SHORT: Readonly<Record<string, string>> = { a: 'a', b: 'o1', c: 'c', d: 'u2', o: 'o2', s: 'd2', x: 'x2', i: 'd4' };

export async function od(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const names = { 'address-radix': 'A', format: 't', 'read-bytes': 'N', 'skip-bytes': 'j', 'output-duplicates': 'v', width: 'w' };
  const options = readOptions(args, { letters: 'A:t:N:j:vw:abcdosxi', names });
  if (typeof options === 'string') return failed(`od: ${options}\nTry 'od --help' for more information.\n`);
  const { flags, operands } = options;
  const types = [
    ...(options.all.get('t') ?? []).flatMap((text) => text.match(/[ac]|[xoduf][1248CSILFD]?|./g) ?? [text]),
    ...Object.keys(SHORT)
      .filter((flag) => flags.has(flag))
      .map((flag) => SHORT[flag]!),
  ];
  const formats = (types.length === 0 ? ['o2'] : types).map((type) => [type, formatOf(type)] as const);
  const wrong = formats.find(([, format]) => format === null);
  if (wrong !== undefined) return failed(`od: invalid type string '${wrong[0]}'\n`);
  const radix = flags.get('A') ?? 'o';
  if (!'doxn'.includes(radix)) return failed(`od: invalid output address radix '${radix}'; it must be one character from [doxn]\n`);
  const limit = numberOf(flags.get('N'), Infinity);
  const skip = numberOf(flags.get('j'), 0);
  const source = bytesOf(host, operands, limit + skip, ctx);
  if (typeof source === 'string') return failed(`od: ${source}: No such file or directory\n`);
  const bytes = source.subarray(skip, skip + limit);
  const address = (at: number) =>
    ({ n: '', o: at.toString(8).padStart(7, '0'), d: String(at).padStart(7, '0'), x: hex(at, 6) })[radix] ?? '';
  const width = numberOf(flags.get('w'), 16);
  // Columns of several formats stand below each other.
  const room = Math.max(...formats.map(([, format]) => format!.width / format!.size));
  const line = ({ at, row }: { readonly at: number; readonly row: Uint8Array }): string =>
    formats
      .map(([, format], i) => {
        const { size, show } = format!;
        const cells = rows(row, size).map((cell) => show(cell.row).padStart(room * size));
        return `${i === 0 ? address(at + skip) : ' '.repeat(address(0).length)}${cells.join('')}\n`;
      })
      .join('');
  return printed(squeezed(rows(bytes, width), line, flags.has('v')) + (radix === 'n' ? '' : `${address(bytes.length + skip)}\n`));
}
