/** Keeps the interpreter's image in this browser's IndexedDB, which plain http has too. Without storage there is no image. */
import { clear, createStore, get, set } from 'idb-keyval';
import { imageKey } from '../python/image.ts';
import type { ImageStore } from '../python/pool.ts';
import type { PythonImage, SharedBytes } from '../python/protocol.ts';

/** A database that does not answer within this many ms is done without. */
const patience = 3000;

/** The store of images for this site. */
export function browserImageStore(): ImageStore {
  const open = (): ReturnType<typeof createStore> => createStore('plumbline-python', 'images');
  return {
    load: () =>
      forgiving(async () => {
        const kept = await get<PythonImage>(imageKey, open());
        return kept ? { addresses: kept.addresses, memory: shared(kept.memory) } : null;
      }),
    async save({ addresses, memory }) {
      await forgiving(async () => {
        // Images of other versions go first: each is as large as this one.
        await clear(open());
        await set(imageKey, { addresses, memory: storable(memory) }, open());
      });
    },
    async discard() {
      await forgiving(() => clear(open()));
    },
  };
}

async function forgiving<T>(work: () => Promise<T>): Promise<T | null> {
  const deadline = new Promise<null>((resolve) => setTimeout(resolve, patience, null));
  try {
    return await Promise.race([work(), deadline]);
  } catch {
    return null;
  }
}

/** Shared memory cannot be stored. */
function storable(memory: SharedBytes): Uint8Array<ArrayBuffer> {
  return memory.buffer instanceof ArrayBuffer ? (memory as Uint8Array<ArrayBuffer>) : new Uint8Array(memory);
}

/** The same bytes, in memory that workers can share where the page is isolated. */
export function shared(bytes: SharedBytes): SharedBytes {
  if (typeof SharedArrayBuffer === 'undefined' || bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
