/** Names and packs interpreter images, for the stores that keep them between visits or runs. */
import { pyodideVersion } from './cpython.ts';
import type { PythonImage, RunnerAddresses, SharedBytes } from './protocol.ts';
import { commonModules, runnerSource } from './runner.ts';

/** Raise when images made by an older version of this folder must not be used. */
const format = 1;

/** Changes whenever an image made elsewhere or earlier would not do. */
export const imageKey = `python-${pyodideVersion}-${format}-${fingerprint(runnerSource + commonModules.join())}`;

/** The image as one block: the length of the addresses in JSON, the addresses, the memory. */
export function packImage({ addresses, memory }: PythonImage): Uint8Array[] {
  const head = new TextEncoder().encode(JSON.stringify(addresses));
  return [new Uint8Array(Uint32Array.of(head.length).buffer), head, memory];
}

/** The reverse of `packImage`. Null when the block is not whole. */
export function unpackImage(block: SharedBytes): PythonImage | null {
  if (block.length < 8) return null;
  const headLength = new DataView(block.buffer, block.byteOffset).getUint32(0, true);
  const memory = block.subarray(4 + headLength) as SharedBytes;
  if (memory.length === 0 || memory.length % 65536 !== 0) return null;
  const head = block.slice(4, 4 + headLength) as Uint8Array<ArrayBuffer>;
  return { addresses: JSON.parse(new TextDecoder().decode(head)) as RunnerAddresses, memory };
}

/** FNV-1a, 32 bits, in hexadecimal: enough to tell one version of a text from another. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
