/** The tar archives of `git archive`, to the byte: ustar with one pax header for the commit's id (archive-tar.c). */
import { encode, joinBytes } from './disk.ts';
import type { ArchiveEntry } from './commands/archive.ts';

const BLOCK = 512;
/** Archives end on a whole record of so many bytes, after two empty blocks. */
const RECORD = 20 * BLOCK;

interface Header {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  /** Seconds. */
  readonly mtime: number;
  readonly type: string;
  readonly link?: string;
}

/** A tar archive; `commit` is noted at its beginning where the tree is a commit's. */
export function tarOf(entries: readonly ArchiveEntry[], commit: string | null, mtime: number): Uint8Array {
  const parts: Uint8Array[] = [];
  if (commit !== null) {
    const comment = paxRecord('comment', commit);
    parts.push(headerBlock({ name: 'pax_global_header', mode: 0o666, size: comment.length, mtime, type: 'g' }), padded(comment));
  }
  for (const entry of entries) parts.push(...entryBlocks(entry, mtime));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const tail = RECORD - (length % RECORD);
  return joinBytes([...parts, new Uint8Array(tail < 2 * BLOCK ? tail + RECORD : tail)]);
}

function entryBlocks({ path, kind, executable, content, id }: ArchiveEntry, mtime: number): readonly Uint8Array[] {
  const name = kind === 'folder' ? `${path}/` : path;
  const length = encode(name).length;
  const split = length <= 100 ? null : splitName(name);
  const records: Uint8Array[] = [];
  if (length > 100 && split === null) records.push(paxRecord('path', name));
  const link = kind === 'link' ? new TextDecoder().decode(content) : undefined;
  if (link !== undefined && content.length > 100) records.push(paxRecord('linkpath', link));
  const mode = kind === 'link' ? 0o777 : kind === 'folder' || executable ? 0o775 : 0o664;
  const header = headerBlock(
    {
      name: length <= 100 ? name : (split?.[1] ?? `${id}.data`),
      mode,
      size: kind === 'file' ? content.length : 0,
      mtime,
      type: kind === 'folder' ? '5' : kind === 'link' ? '2' : '0',
      ...(link === undefined ? {} : { link: content.length > 100 ? `see ${id}.paxheader` : link }),
    },
    split?.[0] ?? '',
  );
  const extended = joinBytes(records);
  const before =
    records.length === 0
      ? []
      : [headerBlock({ name: `${id}.paxheader`, mode: 0o666, size: extended.length, mtime, type: 'x' }), padded(extended)];
  return [...before, header, ...(kind === 'file' ? [padded(content)] : [])];
}

/** A long name as the folder in front and the rest, or null where no slash stands at the right place. */
function splitName(name: string): readonly [prefix: string, rest: string] | null {
  const bytes = encode(name);
  let at = Math.min(bytes.length - 1, 155);
  if (at > 0 && bytes[at] === 47 && at === bytes.length - 1) at--;
  while (at > 0 && bytes[at] !== 47) at--;
  if (at === 0 || bytes.length - at - 1 > 100) return null;
  const decoder = new TextDecoder();
  return [decoder.decode(bytes.subarray(0, at)), decoder.decode(bytes.subarray(at + 1))];
}

/** `52 comment=…`: the number is the length of the whole record. */
function paxRecord(key: string, value: string): Uint8Array {
  const rest = encode(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return encode(`${length} ${key}=${value}\n`);
}

function headerBlock({ name, mode, size, mtime, type, link = '' }: Header, prefix = ''): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  const put = (at: number, text: string): void => block.set(encode(text), at);
  put(0, name);
  put(100, octal(mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(size, 11));
  put(136, octal(mtime, 11));
  put(148, '        ');
  put(156, type);
  put(157, link);
  put(257, 'ustar');
  put(263, '00');
  put(265, 'root');
  put(297, 'root');
  put(329, octal(0, 7));
  put(337, octal(0, 7));
  put(345, prefix);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 7)}\0`);
  return block;
}

function padded(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(content.length / BLOCK) * BLOCK);
  bytes.set(content);
  return bytes;
}
