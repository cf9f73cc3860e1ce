/**
 * site: the page around a lesson. This file is what the page and the workbench agree on, and nothing else:
 * element ids, data attributes and document events. It imports nothing, so that both sides may.
 *
 * Before Start the page shows static text. `start()` of src/workbench/start.ts then owns the *children* of these elements;
 * the elements themselves, their grid and the separator between reading pane and workbench stay with the page.
 */

/** Ids of the elements that the workbench may fill after Start. */
export const lessonIds = {
  /**
   * The whole lesson: `data-tab` says which view a phone shows; `data-phase` is `reading`, `starting`, `running` or `failed`;
   * `data-folded` folds the reading pane to its rail, and either side may set or remove it; `data-offline` is `ready` once everything
   * that the exercise needs is kept on this device.
   */
  page: 'lesson',
  /** Middle of the header: clock and saved state. Empty before Start. */
  status: 'lesson-status',
  /** The outcomes under the prose. Before Start a static list of `data-check` rows. */
  outcomes: 'outcomes',
  /** The strip over the prose on a phone: outcomes at a glance. */
  strip: 'outcomes-strip',
  /** The pane at the right: `start({ root })` gets this element, emptied. */
  workbench: 'workbench',
  /** Status bar, 26 px, hidden while empty. */
  bar: 'lesson-bar',
  /** Bottom tabs on a phone. Before Start: Read and Start. */
  tabs: 'lesson-tabs',
} as const;

/** Views of a lesson on a phone; `data-tab` on the page element. `read` shows the reading pane, every other one the workbench. */
export type LessonTab = 'read' | 'files' | 'terminal' | 'runs' | 'phone' | 'more';

/** What an element with `data-check="<check id>"` shows; the workbench sets it as `data-state` on every such element. */
export type OutcomeState = 'todo' | 'checking' | 'holds' | 'pending' | 'fails' | 'unknown';

/** A button in the prose was pressed: run this in the terminal. */
export interface RunRequest {
  readonly code: string;
}

/** A file named in the prose was pressed: open it in the editor. `path` is relative to the repository. */
export interface OpenRequest {
  readonly path: string;
  readonly line?: number;
}

/** CustomEvents on `document`. The prose dispatches them; the workbench listens after Start. */
export interface LessonEvents {
  'plumbline:run': RunRequest;
  'plumbline:open': OpenRequest;
  /** Show this view (on a phone: this tab). Sent by the page, for example by the strip of outcomes. */
  'plumbline:show': { readonly tab: LessonTab };
  /** The page is about to be replaced by a newer version: save. Put the promise of that into `waitFor`. */
  'plumbline:before-update': { readonly waitFor: Promise<unknown>[] };
}

/** Sends one of the lesson's events. */
export function tell<K extends keyof LessonEvents>(name: K, detail: LessonEvents[K]): void {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Listens to one of the lesson's events; returns a function that stops. */
export function hear<K extends keyof LessonEvents>(name: K, listener: (detail: LessonEvents[K]) => void): () => void {
  const handle = (event: Event): void => listener((event as CustomEvent<LessonEvents[K]>).detail);
  document.addEventListener(name, handle);
  return () => document.removeEventListener(name, handle);
}

/** What the page gives to `start()` of src/workbench/start.ts. */
export interface StartOptions {
  readonly root: HTMLElement;
  readonly exerciseId: string;
  /** The site's base path with a slash at both ends: `/` or `/course/`. */
  readonly base: string;
  /** Absolute URL of this lesson. */
  readonly lessonUrl: string;
}

/** What src/workbench/start.ts exports. It resolves when the prompt is usable, and rejects with an Error fit to show. */
export interface WorkbenchModule {
  start(options: StartOptions): Promise<void>;
}
