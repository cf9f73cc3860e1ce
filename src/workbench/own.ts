/** The exercise is open in another tab, which owns it until it closes. */
class OwnedElsewhere extends Error {
  override readonly name = 'OwnedElsewhere';
}

/** What tabs say to each other: one asks, under a random id, and the owner answers. */
type Message = { readonly asks: string } | 'mine';

/** How long an owner has to answer, in ms. */
const ANSWER_WITHIN = 150;

/** The part of a BroadcastChannel that is used. */
export type Channel = Pick<BroadcastChannel, 'onmessage' | 'postMessage' | 'close'>;

/**
 * Holds the exercise for this tab while it lives; gives how to let go. Without the Locks API (plain http on an address that is not
 * localhost) a BroadcastChannel asks the other tabs, and silence means that none has it. A tab that the browser has frozen stays silent
 * too: the store's owner stamp (`desk/owned-store.ts`) keeps it from saving over this one later.
 * @throws OwnedElsewhere
 */
export async function own(exerciseId: string, locks: LockManager | undefined, open: (name: string) => Channel): Promise<() => void> {
  const name = `plumbline:${exerciseId}`;
  const held = locks === undefined ? await ask(open(name)) : await lock(locks, name);
  if (held === null) throw new OwnedElsewhere('This exercise is open in another tab.');
  return held;
}

/** How to release the lock, or null when another tab has it. */
async function lock(locks: LockManager, name: string): Promise<(() => void) | null> {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const granted = await new Promise<boolean>((resolve) => {
    void locks.request(name, { ifAvailable: true }, (given) => {
      resolve(given !== null);
      return given === null ? undefined : held;
    });
  });
  return granted ? release : null;
}

/** How to let go, or null when another tab answers. Of two tabs that ask at the same time the one with the smaller id has it. */
async function ask(channel: Channel): Promise<(() => void) | null> {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const say = (message: Message) => channel.postMessage(message);
  const free = await new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data === 'mine' || data.asks < id) resolve(false);
      else say('mine');
    };
    setTimeout(() => resolve(true), ANSWER_WITHIN);
    say({ asks: id });
  });
  if (!free) {
    channel.close();
    return null;
  }
  channel.onmessage = ({ data }: MessageEvent<Message>) => data !== 'mine' && say('mine');
  return () => channel.close();
}
