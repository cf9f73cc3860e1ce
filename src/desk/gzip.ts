import { FlateErrorCode, Gunzip, type FlateError } from 'fflate';
import { DamagedFileError } from '../world/pack.ts';

/** What a file may unpack to, in bytes: more than any world has, and less than a page can bear. */
const LIMIT = 400_000_000;

/** So much is unpacked before the size is looked at again. */
const SLICE = 1 << 16;

const CUT_SHORT = 'This file is cut short. Export it again where it came from.';

/** Compresses off this thread, by the platform's own stream: a library's worker comes from a blob, which the policy of workers forbids. */
export async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

/**
 * Unpacks gzip; bytes that are not gzip come back as they are (a host may have unpacked a download on its way).
 * @throws DamagedFileError when the file is damaged, cut short, or unpacks to more than 400 MB.
 */
export function decompress(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  const stream = new Gunzip((chunk, final) => {
    length += chunk.length;
    if (length > LIMIT) throw new DamagedFileError('This file unpacks to more than 400 MB: it is not a Plumbline file.');
    chunks.push(chunk);
    ended ||= final;
  });
  try {
    for (let at = 0; at < bytes.length; at += SLICE) stream.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length);
  } catch (error) {
    if (error instanceof DamagedFileError) throw error;
    const cut = (error as FlateError).code === FlateErrorCode.UnexpectedEOF;
    throw new DamagedFileError(cut ? CUT_SHORT : 'This file is damaged. Export it again where it came from.');
  }
  if (!ended) throw new DamagedFileError(CUT_SHORT);
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
