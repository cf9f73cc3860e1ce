/** How the answer to a program's question lies in shared memory: a head in JSON, then bytes. */
import type { FileTree, PythonResumption, TreeEntry } from '../platform.ts';

export interface Answer {
  /** Name of the C library's error (`EADDRINUSE`) that the program meets instead of an answer. */
  readonly error?: string;
  readonly body: Uint8Array;
  readonly resumption: PythonResumption;
}

type FileEntry = Extract<TreeEntry, { type: 'file' }>;
type HeadEntry = Exclude<TreeEntry, FileEntry> | (Omit<FileEntry, 'bytes'> & { readonly size: number });

interface Head {
  readonly error?: string;
  readonly body: number;
  readonly now: number | null;
  readonly removed: readonly string[];
  readonly written: readonly HeadEntry[];
}

/** The answer as one block of bytes. */
export function encodeAnswer({ error, body, resumption: { now, changes } }: Answer): Uint8Array {
  const blocks = [body, ...changes.written.flatMap((entry) => (entry.type === 'file' ? [entry.bytes] : []))];
  const head: Head = {
    ...(error === undefined ? {} : { error }),
    body: body.length,
    now,
    removed: changes.removed,
    written: changes.written.map(headOf),
  };
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const whole = new Uint8Array(blocks.reduce((length, block) => length + block.length, 4 + headBytes.length));
  new DataView(whole.buffer).setUint32(0, headBytes.length, true);
  let at = 4;
  for (const block of [headBytes, ...blocks]) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

/** The reverse of `encodeAnswer`; the bytes of the answer are copies. */
export function decodeAnswer(block: Uint8Array): Answer {
  // A decoder takes no shared memory.
  const bytes = block.slice();
  const headLength = new DataView(bytes.buffer).getUint32(0, true);
  const { error, body, now, removed, written } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headLength))) as Head;
  let at = 4 + headLength;
  const take = (length: number): Uint8Array => bytes.slice(at, (at += length));
  const answer = take(body);
  const entries: FileTree = written.map((entry) => {
    if (!('size' in entry)) return entry;
    const { size, ...rest } = entry;
    return { ...rest, bytes: take(size) };
  });
  return { ...(error === undefined ? {} : { error }), body: answer, resumption: { now, changes: { written: entries, removed } } };
}

function headOf(entry: TreeEntry): HeadEntry {
  if (entry.type !== 'file') return entry;
  const { bytes, ...rest } = entry;
  return { ...rest, size: bytes.length };
}
