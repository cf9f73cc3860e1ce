import { createStore, del, get, set, type UseStore } from 'idb-keyval';
import { StoreError, type Store } from '../platform.ts';

/** A store in this browser's IndexedDB. Every put is one transaction: a crash leaves the old blob or the new one. */
export function indexedDbStore(name = 'plumbline'): Store {
  let opened: UseStore | null = null;
  const use = async <T>(work: (store: UseStore) => Promise<T>): Promise<T> => {
    try {
      opened ??= createStore(name, 'worlds');
      return await work(opened);
    } catch (error) {
      // A connection that failed once (the browser forbids it, or closed it) is not tried again with the same handle.
      opened = null;
      throw storeError(error);
    }
  };
  return {
    load: (key) => use(async (store) => (await get<Uint8Array>(key, store)) ?? null),
    save: (key, bytes) => use((store) => set(key, bytes, store)),
    remove: (key) => use((store) => del(key, store)),
  };
}

function storeError(error: unknown): StoreError {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  // Browsers differ in what they throw when storage is off: SecurityError (blocked), InvalidStateError (Firefox, private), or no indexedDB at all.
  const forbidden = ['SecurityError', 'InvalidStateError', 'ReferenceError', 'TypeError', 'NotAllowedError'];
  if (name === 'QuotaExceededError') return new StoreError('quota', message);
  return new StoreError(forbidden.includes(name) ? 'forbidden' : 'failed', message);
}
