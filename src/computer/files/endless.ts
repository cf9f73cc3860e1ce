/** Devices that give bytes for as long as somebody reads. A command here gets its input whole, so it must be said how much that is. */

const FILL: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => void>> = {
  '/dev/zero': () => {},
  '/dev/random': fillRandomly,
  '/dev/urandom': fillRandomly,
};

/** The most that one command reads of an endless device, in bytes. It stands in memory several times while a line runs. */
export const ENDLESS_LIMIT = 64 * 1024 * 1024;

/** What a pipeline is given when its end takes a part, in bytes: how large a part is known only once it gets there. */
export const ENDLESS_PIPE = 1024 * 1024;

export function isEndless(path: string): boolean {
  return Object.hasOwn(FILL, path);
}

/** The next `count` bytes of an endless device. */
export function endlessBytes(path: string, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  FILL[path]?.(bytes);
  return bytes;
}

/** `getRandomValues` fills 64 kB at a time. */
function fillRandomly(bytes: Uint8Array<ArrayBuffer>): void {
  for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
}
