/**
 * One binary format for everything that is stored or shipped: plain data whose byte arrays lie, each once, behind a JSON head.
 * `PLMB`, version (u32), length of the head (u32), the head, the bytes. Little-endian.
 */

const MAGIC = 0x424d4c50; // "PLMB" read as a little-endian u32
const VERSION = 1;

/** In the head, `{ [BYTES]: [offset, length] }` stands for a byte array. */
const BYTES = '$bytes';

/** A learner's own object with one of these keys is written as its entries, so that it is not taken for ours. */
const ENTRIES = '$entries';

/** The file is not a world, is cut short, or was made by a newer version. The message is fit to show. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}

/** Packs plain data (no cycles, no Maps; `undefined` becomes absent). The same Uint8Array object is stored once. */
export function pack(data: unknown): Uint8Array<ArrayBuffer> {
  const offsets = new Map<Uint8Array, number>();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const place = (bytes: Uint8Array) => {
    let offset = offsets.get(bytes);
    if (offset === undefined) {
      offset = length;
      offsets.set(bytes, offset);
      chunks.push(bytes);
      length += bytes.length;
    }
    return { [BYTES]: [offset, bytes.length] };
  };
  // A function with `this`: a Buffer has been through its own toJSON by the time it comes as `value`.
  const head = new TextEncoder().encode(
    JSON.stringify({ data }, function (this: Record<string, unknown>, key, value: unknown) {
      const original = this[key];
      if (original instanceof Uint8Array) return place(original);
      if (typeof value !== 'object' || value === null || !(Object.hasOwn(value, BYTES) || Object.hasOwn(value, ENTRIES))) return value;
      return { [ENTRIES]: Object.entries(value) };
    }),
  );
  const packed = new Uint8Array(12 + head.length + length);
  const view = new DataView(packed.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, head.length, true);
  packed.set(head, 12);
  let at = 12 + head.length;
  for (const chunk of chunks) {
    packed.set(chunk, at);
    at += chunk.length;
  }
  return packed;
}

/**
 * The inverse of `pack`. Every byte array is a copy of its own, so that sending one to a worker does not send them all.
 * @throws DamagedFileError
 */
export function unpack(packed: Uint8Array): unknown {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.length < 12 || view.getUint32(0, true) !== MAGIC) throw new DamagedFileError('This is not a Plumbline file.');
  const version = view.getUint32(4, true);
  if (version > VERSION)
    throw new DamagedFileError(`This file was made by a newer Plumbline (format ${version}). Reload the page, then try again.`);
  const headLength = view.getUint32(8, true);
  const base = 12 + headLength;
  if (base > packed.length) throw new DamagedFileError('This file is cut short. Export it again where it came from.');
  const copies = new Map<string, Uint8Array>();
  let copied = 0;
  try {
    const { data } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(packed.subarray(12, base)), (_key, value: unknown) => {
      const entries = entriesOf(value);
      if (entries !== null) return Object.fromEntries(entries);
      const place = placeOf(value);
      if (place === null) return value;
      const [offset, length] = place;
      if (base + offset + length > packed.length) throw new DamagedFileError('This file is cut short. Export it again where it came from.');
      const known = copies.get(place.join());
      if (known !== undefined) return known;
      // Arrays never overlap: a file whose arrays do would take many times its size.
      copied += length;
      if (base + copied > packed.length) throw new DamagedFileError('This file is damaged. Export it again where it came from.');
      const copy = packed.slice(base + offset, base + offset + length);
      copies.set(place.join(), copy);
      return copy;
    }) as { readonly data: unknown };
    return data;
  } catch (error) {
    if (error instanceof DamagedFileError) throw error;
    throw new DamagedFileError('This file is damaged. Export it again where it came from.');
  }
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | null {
  return typeof value === 'object' && value !== null && ENTRIES in value
    ? (value[ENTRIES] as readonly (readonly [string, unknown])[])
    : null;
}

function placeOf(value: unknown): readonly [number, number] | null {
  if (typeof value !== 'object' || value === null || !(BYTES in value)) return null;
  const [offset, length] = value[BYTES] as [unknown, unknown];
  const isCount = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0;
  if (!isCount(offset) || !isCount(length)) throw new DamagedFileError('This file is damaged. Export it again where it came from.');
  return [offset, length];
}
