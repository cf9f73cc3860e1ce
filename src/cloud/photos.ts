import type { Photo } from './contract.ts';

/**
 * Reads a packed photo file: `PLPH`, a version byte, the side in pixels, the number of species, each species as a length byte and ASCII name,
 * a 32-bit little-endian count, then per photo one species index and side x side grey values.
 * @throws Error with the offset when the file is cut short or is something else.
 */
export function readPhotos(bytes: Uint8Array): readonly Photo[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (from: number, length: number) => String.fromCharCode(...bytes.subarray(from, from + length));
  if (ascii(0, 4) !== 'PLPH') throw new Error('not a photo file: it does not begin with PLPH');
  if (bytes[4] !== 1) throw new Error(`photo file version ${bytes[4]} is not known; this build reads version 1`);
  const size = bytes[5] ?? 0;
  const species: string[] = [];
  let at = 7;
  for (let i = 0; i < (bytes[6] ?? 0); i++) {
    const length = bytes[at] ?? 0;
    species.push(ascii(at + 1, length));
    at += 1 + length;
  }
  const count = view.getUint32(at, true);
  at += 4;
  const stride = 1 + size * size;
  if (bytes.length !== at + count * stride) {
    throw new Error(`photo file is damaged: ${count} photos need ${at + count * stride} bytes, it has ${bytes.length}`);
  }
  return Array.from({ length: count }, (_, i) => {
    const from = at + i * stride;
    return {
      id: `user-${String(i + 1).padStart(4, '0')}`,
      species: species[bytes[from] ?? 0] ?? 'unknown',
      size,
      pixels: bytes.slice(from + 1, from + stride),
    };
  });
}
