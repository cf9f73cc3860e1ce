import { StoreError, type Store } from '../platform/platform.ts';
import { MESSAGES } from './keeper.ts';
import { readKept, type Kept } from './kept.ts';

const UNREADABLE =
  'What the browser keeps of this exercise could not be read, so nothing is saved over it. Reload to try again; what you do meanwhile is only in this tab: export it.';

const NOT_SET_ASIDE =
  'What the browser keeps of this exercise could not be read. Nothing is saved over it, because something is set aside already that was never exported: export that, then reload. What you do meanwhile is only in this tab.';

/** An exercise taken up, and what went wrong with what was stored. */
export interface Resumed<Begun> {
  readonly begun: Begun;
  /** Why nothing may be saved over what is stored; null when saving is fine. */
  readonly unsaved: string | null;
  /** What was set aside, until it is exported; null when there is nothing. */
  readonly setAside: SetAside | null;
}

/** Stored work that could not be read: its bytes as they are, and a sentence for the learner. */
export interface SetAside {
  readonly bytes: Uint8Array;
  readonly message: string;
}

/** The key that an exercise under way is kept by. */
export function storageKey(exerciseId: string): string {
  return `exercise:${exerciseId}`;
}

const asideKey = (exerciseId: string): string => `${storageKey(exerciseId)}:damaged`;
/** Beside what was set aside: the learner has it as a file. Without it nothing is put in its place. */
const exportedKey = (exerciseId: string): string => `${asideKey(exerciseId)}:exported`;

/**
 * Takes up the exercise where the learner left it, or begins it (`begin(null)`). What is stored and cannot be read or begun from is set
 * aside; where that fails, or would overwrite what nobody has exported, nothing may be saved over it.
 */
export async function resume<Begun>(store: Store, exerciseId: string, begin: (kept: Kept | null) => Begun): Promise<Resumed<Begun>> {
  const key = storageKey(exerciseId);
  let stored: Uint8Array | null;
  try {
    stored = await store.load(key).catch(() => store.load(key));
  } catch (error) {
    const forbidden = error instanceof StoreError && error.reason === 'forbidden';
    return { begun: begin(null), unsaved: forbidden ? MESSAGES.forbidden : UNREADABLE, setAside: null };
  }
  const before = await keptAside(store, exerciseId).catch(() => null);
  if (stored === null) return { begun: begin(null), unsaved: null, setAside: before };
  try {
    return { begun: begin(readKept(stored, exerciseId)), unsaved: null, setAside: before };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (before !== null && !sameBytes(before.bytes, stored)) return { begun: begin(null), unsaved: NOT_SET_ASIDE, setAside: before };
    try {
      await store.save(asideKey(exerciseId), stored);
      await store.remove(exportedKey(exerciseId));
    } catch {
      return { begun: begin(null), unsaved: UNREADABLE, setAside: null };
    }
    const message = `What was stored of this exercise could not be read and was set aside; the exercise begins anew. ${why}`;
    return { begun: begin(null), unsaved: null, setAside: { bytes: stored, message } };
  }
}

/** What an earlier visit set aside and nobody has exported. */
async function keptAside(store: Store, exerciseId: string): Promise<SetAside | null> {
  const bytes = await store.load(asideKey(exerciseId));
  if (bytes === null || (await store.load(exportedKey(exerciseId))) !== null) return null;
  return { bytes, message: 'What was stored of this exercise before could not be read and is still set aside.' };
}

/** Notes that the learner has what was set aside as a file. It stays stored until something else takes its place. */
export async function asideExported(store: Store, exerciseId: string): Promise<void> {
  await store.save(exportedKey(exerciseId), new Uint8Array([1]));
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
