import { sha1 } from '@noble/hashes/legacy.js';
import { unzlibSync, zlibSync } from 'fflate';
import { joinBytes } from './disk.ts';
import { hex, unhex, type GitObject, type ObjectType } from './object.ts';

/** Packed objects and where they are ("gitformat-pack" in Git's documentation). */
export interface PackFile {
  has(id: string): boolean;
  ids(): Iterable<string>;
  /** Ids that begin so, sorted. */
  withPrefix(prefix: string): readonly string[];
  /** `external` finds the base of a delta that is not in this pack. */
  read(id: string, external: (id: string) => GitObject): GitObject | null;
}

const TYPES: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;

const opened = new WeakMap<Uint8Array, PackFile>();

/** Opens a pack by its version 2 index; the same bytes give the same opened pack. */
export function openPack(index: Uint8Array, pack: Uint8Array): PackFile {
  const known = opened.get(index);
  if (known) return known;
  const offsets = readIndex(index);
  const ends = [...offsets.values()].sort((one, other) => one - other);
  ends.push(pack.length - 20);
  const objects = new Map<number, GitObject>();

  const at = (offset: number, external: (id: string) => GitObject): GitObject => {
    const cached = objects.get(offset);
    if (cached) return cached;
    const header = readEntryHeader(pack, offset);
    let position = header.next;
    let object: GitObject;
    const inflate = (start: number): Uint8Array => unzlibSync(pack.subarray(start, endOf(offset)), { out: new Uint8Array(header.size) });
    if (header.type === OFFSET_DELTA) {
      const [distance, start] = readOffset(pack, position);
      const base = at(offset - distance, external);
      object = { type: base.type, content: applyDelta(base.content, inflate(start)) };
    } else if (header.type === REFERENCE_DELTA) {
      const id = hex(pack.subarray(position, position + 20));
      position += 20;
      const place = offsets.get(id);
      const base = place === undefined ? external(id) : at(place, external);
      object = { type: base.type, content: applyDelta(base.content, inflate(position)) };
    } else {
      object = { type: TYPES[header.type] ?? 'blob', content: inflate(position) };
    }
    objects.set(offset, object);
    return object;
  };
  const endOf = (offset: number): number => ends[firstWhere(ends, (end) => end > offset)] as number;
  // The index is sorted.
  const sorted = [...offsets.keys()];
  const file: PackFile = {
    has: (id) => offsets.has(id),
    ids: () => offsets.keys(),
    withPrefix: (prefix) => {
      const first = firstWhere(sorted, (id) => id >= prefix);
      let end = first;
      while (sorted[end]?.startsWith(prefix) === true) end++;
      return sorted.slice(first, end);
    },
    read: (id, external) => {
      const offset = offsets.get(id);
      return offset === undefined ? null : at(offset, external);
    },
  };
  opened.set(index, file);
  return file;
}

/** Where a sorted list begins to fulfil a condition, by halving. */
function firstWhere<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function readIndex(index: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  if (view.getUint32(0) !== 0xff744f63 || view.getUint32(4) !== 2) throw new Error('unsupported pack index version');
  const count = view.getUint32(8 + 255 * 4);
  const [ids, places] = [8 + 256 * 4, 8 + 256 * 4 + count * 24];
  const large = places + count * 4;
  const offsets = new Map<string, number>();
  for (let number = 0; number < count; number++) {
    const place = view.getUint32(places + number * 4);
    const offset = place < 0x80000000 ? place : Number(view.getBigUint64(large + (place - 0x80000000) * 8));
    offsets.set(hex(index.subarray(ids + number * 20, ids + number * 20 + 20)), offset);
  }
  return offsets;
}

function readEntryHeader(pack: Uint8Array, offset: number): { readonly type: number; readonly size: number; readonly next: number } {
  let byte = pack[offset++] as number;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let scale = 16; byte & 0x80; scale *= 128) {
    byte = pack[offset++] as number;
    size += (byte & 0x7f) * scale;
  }
  return { type, size, next: offset };
}

function readOffset(pack: Uint8Array, offset: number): readonly [distance: number, next: number] {
  let byte = pack[offset++] as number;
  let distance = byte & 0x7f;
  while (byte & 0x80) {
    byte = pack[offset++] as number;
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  return [distance, offset];
}

export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  let at = 0;
  const size = (): number => {
    let [value, scale, byte] = [0, 1, 0];
    do {
      byte = delta[at++] as number;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte & 0x80);
    return value;
  };
  size();
  const result = new Uint8Array(size());
  let filled = 0;
  while (at < delta.length) {
    const command = delta[at++] as number;
    if ((command & 0x80) === 0) {
      result.set(delta.subarray(at, at + command), filled);
      at += command;
      filled += command;
      continue;
    }
    let [start, length] = [0, 0];
    for (let bit = 0; bit < 4; bit++) if (command & (1 << bit)) start += (delta[at++] as number) * 2 ** (8 * bit);
    for (let bit = 0; bit < 3; bit++) if (command & (1 << (bit + 4))) length += (delta[at++] as number) * 2 ** (8 * bit);
    if (length === 0) length = 0x10000;
    result.set(base.subarray(start, start + length), filled);
    filled += length;
  }
  return result;
}

/** A version 2 pack of whole objects, without deltas. `level` 0 stores them as they are. */
export function writePack(objects: readonly GitObject[], level: 0 | 6 = 6): Uint8Array {
  const body = joinBytes([packHeader(objects.length), ...objects.flatMap((object) => packEntry(object, level))]);
  return joinBytes([body, sha1(body)]);
}

export interface IndexedPack {
  readonly pack: Uint8Array;
  readonly index: Uint8Array;
}

/** A pack of whole, stored objects and its version 2 index. */
export function writeIndexedPack(objects: readonly (readonly [id: string, object: GitObject])[]): IndexedPack {
  return indexed(objects.map(([id, object]) => ({ id, bytes: joinBytes(packEntry(object, 0)) })));
}

/** Longer chains of deltas cost more to read than they save. Source: git-pack-objects, `--depth`. */
const LONGEST_CHAIN = 50;

/**
 * A pack and its index in which an object is a delta where that is much shorter. `base` names an earlier object of the list that is much like
 * it, such as the file's next version.
 */
export function writeDeltaPack(
  objects: readonly { readonly id: string; readonly object: GitObject; readonly base: string | undefined }[],
): IndexedPack {
  const placed = new Map<string, { readonly offset: number; readonly content: Uint8Array; readonly depth: number }>();
  let offset = 12;
  const entries = objects.map(({ id, object, base }) => {
    const before = base === undefined ? undefined : placed.get(base);
    const delta = before === undefined || before.depth === LONGEST_CHAIN ? null : deltaOf(before.content, object.content);
    const parts =
      before === undefined || delta === null
        ? packEntry(object, object.content.length < WORTH_COMPRESSING ? 0 : 6)
        : [entryHeader(OFFSET_DELTA, delta.length), distanceBytes(offset - before.offset), storedZlib(delta)];
    const bytes = joinBytes(parts);
    placed.set(id, { offset, content: object.content, depth: before === undefined || delta === null ? 0 : before.depth + 1 });
    offset += bytes.length;
    return { id, bytes };
  });
  return indexed(entries);
}

/** Bytes below which compressing takes longer than it is worth. */
const WORTH_COMPRESSING = 256;

/**
 * What makes `target` of `base` where they differ in one place: copy, insert, copy ("gitformat-pack", "Deltified representation"). Null where
 * that is not much shorter.
 */
function deltaOf(base: Uint8Array, target: Uint8Array): Uint8Array | null {
  const shorter = Math.min(base.length, target.length);
  let head = 0;
  while (head < shorter && base[head] === target[head]) head++;
  let tail = 0;
  while (tail < shorter - head && base[base.length - 1 - tail] === target[target.length - 1 - tail]) tail++;
  const middle = target.subarray(head, target.length - tail);
  if (middle.length > target.length / 2) return null;
  return Uint8Array.from([
    ...deltaSize(base.length),
    ...deltaSize(target.length),
    ...copies(0, head),
    ...insertions(middle),
    ...copies(base.length - tail, tail),
  ]);
}

function deltaSize(size: number): readonly number[] {
  const bytes: number[] = [];
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function copies(start: number, length: number): readonly number[] {
  const bytes: number[] = [];
  for (let done = 0; done < length;) {
    const part = Math.min(length - done, 0xffffff);
    const numbers = [0, 8, 16, 24]
      .map((bits) => Math.floor((start + done) / 2 ** bits) & 0xff)
      .concat([0, 8, 16].map((bits) => (part >> bits) & 0xff));
    bytes.push(
      numbers.reduce((command, byte, bit) => (byte === 0 ? command : command | (1 << bit)), 0x80),
      ...numbers.filter((byte) => byte !== 0),
    );
    done += part;
  }
  return bytes;
}

function insertions(bytes: Uint8Array): readonly number[] {
  const result: number[] = [];
  for (let at = 0; at < bytes.length; at += 0x7f) {
    const part = bytes.subarray(at, at + 0x7f);
    result.push(part.length, ...part);
  }
  return result;
}

/** How far back a delta's base lies: seven bits a byte, highest first, each further byte counting from one more. */
function distanceBytes(distance: number): Uint8Array {
  const bytes = [distance & 0x7f];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (--rest & 0x7f));
  return Uint8Array.from(bytes);
}

/** Puts entries, in this order, into a pack with its version 2 index. */
function indexed(entries: readonly { readonly id: string; readonly bytes: Uint8Array }[]): IndexedPack {
  const body = joinBytes([packHeader(entries.length), ...entries.map(({ bytes }) => bytes)]);
  const checksum = sha1(body);
  const count = entries.length;
  const index = new Uint8Array(8 + 256 * 4 + count * 28 + 40);
  const view = new DataView(index.buffer);
  view.setUint32(0, 0xff744f63);
  view.setUint32(4, 2);
  const [ids, sums, places] = [8 + 256 * 4, 8 + 256 * 4 + count * 20, 8 + 256 * 4 + count * 24];
  const fanout = new Uint32Array(256);
  let offset = 12;
  const located = entries.map(({ id, bytes }) => {
    const place = { id, bytes, offset };
    offset += bytes.length;
    return place;
  });
  for (const [number, entry] of located.sort((one, other) => (one.id < other.id ? -1 : 1)).entries()) {
    const raw = unhex(entry.id);
    fanout[raw[0] as number] = number + 1;
    index.set(raw, ids + number * 20);
    view.setUint32(sums + number * 4, crc32(entry.bytes));
    view.setUint32(places + number * 4, entry.offset);
  }
  let below = 0;
  for (let byte = 0; byte < 256; byte++) view.setUint32(8 + byte * 4, (below = Math.max(below, fanout[byte] as number)));
  index.set(checksum, places + count * 4);
  index.set(sha1(index.subarray(0, index.length - 20)), index.length - 20);
  return { pack: joinBytes([body, checksum]), index };
}

function packHeader(count: number): Uint8Array {
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x5041434b);
  view.setUint32(4, 2);
  view.setUint32(8, count);
  return header;
}

function packEntry({ type, content }: GitObject, level: 0 | 6): readonly Uint8Array[] {
  return [entryHeader(type, content.length), level === 0 ? storedZlib(content) : zlibSync(content, { level })];
}

function entryHeader(type: ObjectType | typeof OFFSET_DELTA, size: number): Uint8Array {
  const bytes: number[] = [];
  let byte = ((type === OFFSET_DELTA ? OFFSET_DELTA : TYPES.indexOf(type)) << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  bytes.push(byte);
  return Uint8Array.from(bytes);
}

/** zlib (RFC 1950) around stored blocks (RFC 1951, section 3.2.4): no time is spent on what lives as long as a job. */
function storedZlib(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / 0xffff));
  const stream = new Uint8Array(2 + blocks * 5 + bytes.length + 4);
  stream.set([0x78, 0x01]);
  let at = 2;
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * 0xffff, (block + 1) * 0xffff);
    stream.set([block === blocks - 1 ? 1 : 0, part.length & 0xff, part.length >> 8, ~part.length & 0xff, (~part.length >> 8) & 0xff], at);
    stream.set(part, at + 5);
    at += 5 + part.length;
  }
  let [low, high] = [1, 0];
  for (let start = 0; start < bytes.length; start += 3800) {
    const end = Math.min(start + 3800, bytes.length);
    for (let index = start; index < end; index++) high += low += bytes[index] as number;
    low %= 65521;
    high %= 65521;
  }
  stream.set([high >> 8, high & 0xff, low >> 8, low & 0xff], at);
  return stream;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) value = (CRC_TABLE[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
