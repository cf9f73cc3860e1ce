/** Keeps progress in this browser's localStorage, shared by all tabs; in memory where storage is full or forbidden. */
import { mergeEvents, type ProgressEvent, type ProgressStore } from './progress.ts';

const key = 'plumbline.progress';

/** The part of `Storage` that is used; a private window's may throw on any call. */
export type KeyValueStore = Pick<Storage, 'getItem' | 'setItem'>;

export interface LocalProgress extends ProgressStore {
  /** Adds one event. */
  record(event: ProgressEvent): void;
  /** Null while everything is kept; otherwise what to tell the learner. */
  problem(): string | null;
}

/** Opens the learner's progress. `storage` is null where the browser forbids it; `target` hears other tabs' changes. */
export function openLocalProgress(
  storage: KeyValueStore | null,
  target?: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>,
): LocalProgress {
  const listeners = new Set<() => void>();
  let memory: readonly ProgressEvent[] = [];
  let problem: string | null = storage ? null : forbidden;

  const read = (): readonly ProgressEvent[] => {
    try {
      return parse(storage?.getItem(key) ?? null);
    } catch {
      problem = forbidden;
      return [];
    }
  };
  const events = (): readonly ProgressEvent[] => mergeEvents(memory, read());
  const merge = (added: readonly ProgressEvent[]): void => {
    const all = mergeEvents(events(), added);
    try {
      storage?.setItem(key, JSON.stringify({ version: 1, events: all }));
      memory = storage ? [] : all;
      if (storage) problem = null;
    } catch {
      // Nothing is lost while the page is open: what could not be stored stays in memory and is tried again with the next event.
      memory = all;
      problem = full;
    }
    for (const listener of listeners) listener();
  };

  return {
    events,
    merge,
    record: (event) => merge([event]),
    problem: () => problem,
    subscribe(listener) {
      listeners.add(listener);
      const heard = (event: Event): void => {
        if ((event as StorageEvent).key === key || (event as StorageEvent).key === null) listener();
      };
      target?.addEventListener('storage', heard);
      return () => {
        listeners.delete(listener);
        target?.removeEventListener('storage', heard);
      };
    },
  };
}

const forbidden =
  'This browser keeps nothing for this site (a private window, or storage is blocked). Export your progress before you close the tab.';
const full = 'The browser’s storage for this site is full, so new progress is only in this tab. Export it before you close the tab.';

/** Whatever cannot be read as events is left out: a damaged entry must not take the home page with it. */
function parse(text: string | null): readonly ProgressEvent[] {
  if (text === null) return [];
  try {
    const kept: unknown = JSON.parse(text);
    const list = typeof kept === 'object' && kept !== null && 'events' in kept && Array.isArray(kept.events) ? kept.events : [];
    return list.filter(isEvent);
  } catch {
    return [];
  }
}

function isEvent(value: unknown): value is ProgressEvent {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as Record<string, unknown>;
  return typeof event['what'] === 'string' && typeof event['exercise'] === 'string' && Number.isFinite(event['at']);
}

let own: LocalProgress | undefined;

/** This browser's progress: one for the whole page, so that every part of it hears of every change. */
export function browserProgress(): LocalProgress {
  own ??= openLocalProgress(browserStorage(), window);
  return own;
}

function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null; // reading the property itself throws where storage is blocked
  }
}
