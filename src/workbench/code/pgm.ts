/** Portable grey maps (PGM, text `P2` and binary `P5`): the photos of the course. */

export interface GreyImage {
  readonly width: number;
  readonly height: number;
  /** Row by row, 0 black to 255 white. */
  readonly pixels: Uint8Array;
}

/** Larger ones are not drawn: a photo of the course has 256 pixels. */
const MOST_PIXELS = 1 << 20;

/** Reads an image, or gives null when the bytes are not a complete one. */
export function readPgm(bytes: Uint8Array): GreyImage | null {
  let at = 0;
  const word = (): string => {
    while (at < bytes.length && (isSpace(bytes[at]) || bytes[at] === 0x23)) {
      if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at += 1;
      else at += 1;
    }
    const from = at;
    while (at < bytes.length && !isSpace(bytes[at])) at += 1;
    return String.fromCharCode(...bytes.subarray(from, Math.min(at, from + 16)));
  };
  const magic = word();
  if (magic !== 'P2' && magic !== 'P5') return null;
  const [width, height, most] = [Number(word()), Number(word()), Number(word())];
  if (![width, height, most].every((n) => Number.isInteger(n) && n > 0) || width * height > MOST_PIXELS || most > 65535) return null;
  const pixels = new Uint8Array(width * height);
  if (magic === 'P5') {
    const wide = most > 255 ? 2 : 1;
    const from = at + 1;
    if (bytes.length < from + pixels.length * wide) return null;
    for (let i = 0; i < pixels.length; i += 1)
      pixels[i] = ((wide === 2 ? (bytes[from + 2 * i] ?? 0) * 256 + (bytes[from + 2 * i + 1] ?? 0) : (bytes[from + i] ?? 0)) * 255) / most;
    return { width, height, pixels };
  }
  for (let i = 0; i < pixels.length; i += 1) {
    const text = word();
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) return null;
    pixels[i] = (Math.min(most, Math.max(0, value)) * 255) / most;
  }
  return { width, height, pixels };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
