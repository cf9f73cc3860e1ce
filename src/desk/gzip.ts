import { DamagedFileError } from '../world/pack.ts';

/** What a file may unpack to, in bytes: more than any world has, and less than a page can bear. */
const LIMIT = 400_000_000;

/** Compresses off this thread, by the platform's own stream: a library's worker comes from a blob, which the policy of workers forbids. */
export async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

/**
 * Unpacks gzip off this thread; bytes that are not gzip come back as they are (a host may have unpacked a download on its way).
 * @throws DamagedFileError when the file is damaged, cut short, or unpacks to more than 400 MB.
 */
export async function decompress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(atMost(LIMIT));
  try {
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (error) {
    if (error instanceof DamagedFileError) throw error;
    throw new DamagedFileError('This file is cut short or damaged. Export it again where it came from.');
  }
}

/** Ends a stream that grows beyond so many bytes: a small file can unpack to more than the memory there is. */
function atMost(limit: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.length;
      if (length > limit) controller.error(new DamagedFileError('This file unpacks to more than 400 MB: it is not a Plumbline file.'));
      else controller.enqueue(chunk);
    },
  });
}
