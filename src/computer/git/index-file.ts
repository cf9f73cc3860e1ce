import { sha1 } from '@noble/hashes/legacy.js';
import { decode, encode } from './disk.ts';
import { compareBytes, comparePaths, hex, unhex } from './objects.ts';

/** One entry of the index ("gitformat-index" in Git's documentation). */
export interface IndexEntry {
  readonly path: string;
  readonly mode: number;
  readonly id: string;
  /** 0, or 1 base, 2 ours, 3 theirs while a merge is unresolved. */
  readonly stage: number;
  /** ms since the epoch and bytes of the file when the entry was made; 0 where nobody looked. */
  readonly mtime: number;
  readonly size: number;
  /** `git add -N`: a promise of a file without content yet. */
  readonly intentToAdd?: boolean;
}

const parsed = new WeakMap<Uint8Array, readonly IndexEntry[]>();
const SIGNATURE = 0x44495243;
const INTENT_TO_ADD = 0x2000;

/** Entries in index order: by path, then stage. */
export function parseIndex(bytes: Uint8Array): readonly IndexEntry[] {
  const known = parsed.get(bytes);
  if (known) return known;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4);
  if (view.getUint32(0) !== SIGNATURE || version < 2 || version > 3) throw new Error(`index file version ${version} is not supported`);
  const entries: IndexEntry[] = [];
  let at = 12;
  for (let left = view.getUint32(8); left > 0; left--) {
    const flags = view.getUint16(at + 60);
    const extended = (flags & 0x4000) !== 0;
    const start = at + (extended ? 64 : 62);
    const end = bytes.indexOf(0, start);
    entries.push({
      path: decode(bytes.subarray(start, end)),
      mode: view.getUint32(at + 24),
      id: hex(bytes.subarray(at + 40, at + 60)),
      stage: (flags >> 12) & 3,
      mtime: view.getUint32(at + 8) * 1000 + Math.floor(view.getUint32(at + 12) / 1e6),
      size: view.getUint32(at + 36),
      ...(extended && view.getUint16(at + 62) & INTENT_TO_ADD ? { intentToAdd: true } : {}),
    });
    at += (end - at + 8) & ~7;
  }
  parsed.set(bytes, entries);
  return entries;
}

export function sortEntries(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  const ordered = (one: IndexEntry, other: IndexEntry): number => compareEntryPaths(one.path, other.path) || one.stage - other.stage;
  const sorted = entries.every((entry, at) => at === 0 || ordered(entries[at - 1] as IndexEntry, entry) <= 0);
  return sorted ? entries : [...entries].sort(ordered);
}

/** Bytes decide the order; plain text of one byte per character compares the same and faster. */
function compareEntryPaths(one: string, other: string): number {
  const difference = comparePaths(one, other);
  return difference === 0 || (isPlain(one) && isPlain(other)) ? difference : compareBytes(encode(one), encode(other));
}

/** Surrogates are the only code units that sort before others whose bytes come first. */
function isPlain(path: string): boolean {
  for (let at = 0; at < path.length; at++) if (path.charCodeAt(at) >= 0xd800) return false;
  return true;
}

export function encodeIndex(unsorted: readonly IndexEntry[]): Uint8Array {
  const entries = sortEntries(unsorted);
  const paths = entries.map(({ path }) => encode(path));
  const lengthOf = (at: number): number => ((entries[at]?.intentToAdd ? 64 : 62) + (paths[at]?.length ?? 0) + 8) & ~7;
  const bytes = new Uint8Array(paths.reduce((sum, _, at) => sum + lengthOf(at), 12) + 20);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SIGNATURE);
  view.setUint32(4, entries.some(({ intentToAdd }) => intentToAdd) ? 3 : 2);
  view.setUint32(8, entries.length);
  let at = 12;
  for (const [number, entry] of entries.entries()) {
    const path = paths[number] as Uint8Array;
    const [seconds, nanoseconds] = [Math.floor(entry.mtime / 1000), (entry.mtime % 1000) * 1e6];
    view.setUint32(at, seconds);
    view.setUint32(at + 4, nanoseconds);
    view.setUint32(at + 8, seconds);
    view.setUint32(at + 12, nanoseconds);
    view.setUint32(at + 24, entry.mode);
    view.setUint32(at + 36, entry.size);
    bytes.set(unhex(entry.id), at + 40);
    view.setUint16(at + 60, (entry.stage << 12) | Math.min(path.length, 0xfff) | (entry.intentToAdd ? 0x4000 : 0));
    if (entry.intentToAdd) view.setUint16(at + 62, INTENT_TO_ADD);
    bytes.set(path, at + (entry.intentToAdd ? 64 : 62));
    at += lengthOf(number);
  }
  bytes.set(sha1(bytes.subarray(0, at)), at);
  parsed.set(bytes, entries);
  return bytes;
}
