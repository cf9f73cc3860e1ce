import type { Store } from '../platform/platform.ts';

/** Another tab has begun to keep the exercise since. The message is fit to show. */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError';

  constructor() {
    super(
      'Another tab has taken over this exercise, and nothing is saved over its work. Go on there; what you do here is only in this tab: export it to keep it.',
    );
  }
}

/**
 * A store for whoever opened `key` last: a stamp beside it says who that is, and each save compares. Asking the other tabs is not enough,
 * because one that the browser has frozen does not answer and goes on later. Saving rejects with TakenOverError then.
 */
export async function ownedStore(store: Store, key: string): Promise<Store> {
  const stampKey = `${key}:owner`;
  const stamp = crypto.getRandomValues(new Uint8Array(16));
  let claimed = false;
  const claim = async () => {
    await store.save(stampKey, stamp);
    claimed = true;
  };
  // Before anything is loaded: what the last owner saves after this is refused, what it saved before is seen. Where storage fails now, the
  // first save claims.
  await claim().catch(() => {});
  return {
    load: (name) => store.load(name),
    remove: (name) => store.remove(name),
    async save(name, bytes) {
      const owner = claimed ? await store.load(stampKey) : null;
      // No stamp at all: the browser's data was cleared meanwhile.
      if (owner === null) await claim();
      else if (owner.some((byte, i) => byte !== stamp[i])) throw new TakenOverError();
      await store.save(name, bytes);
    },
  };
}
