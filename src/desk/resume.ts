import { StoreError, type Store } from '../platform/platform.ts';
import { MESSAGES } from './keeper.ts';
import { readKept, type Kept } from './kept.ts';

const UNREADABLE =
  'What the browser keeps of this exercise could not be read, so nothing is saved over it. Reload to try again; what you do meanwhile is only in this tab: export it.';

/** An exercise taken up, and what went wrong with what was stored. */
export interface Resumed<Begun> {
  readonly begun: Begun;
  /** Why nothing may be saved over what is stored; null when saving is fine. */
  readonly unsaved: string | null;
  /** What to tell the learner; null when all is well. */
  readonly fault: string | null;
}

/** The key that an exercise under way is kept by. */
export function storageKey(exerciseId: string): string {
  return `exercise:${exerciseId}`;
}

/**
 * Takes up the exercise where the learner left it, or begins it (`begin(null)`). What is stored and cannot be read or begun from is set
 * aside; where even that fails, nothing may be saved over it.
 */
export async function resume<Begun>(store: Store, exerciseId: string, begin: (kept: Kept | null) => Begun): Promise<Resumed<Begun>> {
  const key = storageKey(exerciseId);
  let stored: Uint8Array | null;
  try {
    stored = await store.load(key).catch(() => store.load(key));
  } catch (error) {
    const forbidden = error instanceof StoreError && error.reason === 'forbidden';
    return { begun: begin(null), unsaved: forbidden ? MESSAGES.forbidden : UNREADABLE, fault: null };
  }
  if (stored === null) return { begun: begin(null), unsaved: null, fault: null };
  try {
    return { begun: begin(readKept(stored, exerciseId)), unsaved: null, fault: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    try {
      await store.save(`${key}:damaged`, stored);
    } catch {
      return { begun: begin(null), unsaved: UNREADABLE, fault: null };
    }
    const fault = `What was stored of this exercise could not be read and was set aside; the exercise begins anew. ${why}`;
    return { begun: begin(null), unsaved: null, fault };
  }
}
