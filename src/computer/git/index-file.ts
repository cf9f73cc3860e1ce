import { sha1 } from '@noble/hashes/legacy.js';
import { decode, encode, joinBytes } from './disk.ts';
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

/** The stages that a path had before its conflict was resolved (the `REUC` extension), so that the conflict can be brought back. */
export interface ResolvedConflict {
  readonly path: string;
  /** Base, ours, theirs. */
  readonly stages: readonly ({ readonly mode: number; readonly id: string } | null)[];
}

const parsed = new WeakMap<Uint8Array, readonly IndexEntry[]>();
const resolved = new WeakMap<Uint8Array, readonly ResolvedConflict[]>();
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
  resolved.set(bytes, parseExtensions(bytes, view, at));
  return entries;
}

/** Conflicts that have been resolved and not yet committed. */
export function resolvedConflicts(bytes: Uint8Array): readonly ResolvedConflict[] {
  parseIndex(bytes);
  return resolved.get(bytes) ?? [];
}

function parseExtensions(bytes: Uint8Array, view: DataView, start: number): readonly ResolvedConflict[] {
  for (let at = start; at + 8 <= bytes.length - 20;) {
    const [name, size] = [decode(bytes.subarray(at, at + 4)), view.getUint32(at + 4)];
    if (name === 'REUC') return parseResolved(bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return [];
}

function parseResolved(bytes: Uint8Array): readonly ResolvedConflict[] {
  const found: ResolvedConflict[] = [];
  for (let at = 0; at < bytes.length;) {
    const text = (): string => {
      const end = bytes.indexOf(0, at);
      const value = decode(bytes.subarray(at, end));
      at = end + 1;
      return value;
    };
    const path = text();
    const modes = [text(), text(), text()].map((mode) => Number.parseInt(mode, 8));
    const stages = modes.map((mode) => {
      if (mode === 0) return null;
      at += 20;
      return { mode, id: hex(bytes.subarray(at - 20, at)) };
    });
    found.push({ path, stages });
  }
  return found;
}

function encodeResolved(conflicts: readonly ResolvedConflict[]): Uint8Array {
  if (conflicts.length === 0) return new Uint8Array(0);
  const body = joinBytes(
    conflicts.flatMap(({ path, stages }) => [
      encode(`${path}\0${stages.map((stage) => `${(stage?.mode ?? 0).toString(8)}\0`).join('')}`),
      ...stages.flatMap((stage) => (stage === null ? [] : [unhex(stage.id)])),
    ]),
  );
  const head = new Uint8Array(8);
  head.set(encode('REUC'));
  new DataView(head.buffer).setUint32(4, body.length);
  return joinBytes([head, body]);
}

function sortEntries(entries: readonly IndexEntry[]): readonly IndexEntry[] {
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

export function encodeIndex(unsorted: readonly IndexEntry[], conflicts: readonly ResolvedConflict[] = []): Uint8Array {
  const entries = sortEntries(unsorted);
  const paths = entries.map(({ path }) => encode(path));
  const lengthOf = (at: number): number => ((entries[at]?.intentToAdd ? 64 : 62) + (paths[at]?.length ?? 0) + 8) & ~7;
  const extension = encodeResolved(conflicts);
  const bytes = new Uint8Array(paths.reduce((sum, _, at) => sum + lengthOf(at), 12) + extension.length + 20);
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
  bytes.set(extension, at);
  at += extension.length;
  bytes.set(sha1(bytes.subarray(0, at)), at);
  parsed.set(bytes, entries);
  resolved.set(bytes, conflicts);
  return bytes;
}
