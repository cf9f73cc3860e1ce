/** Sizes of the panes, what is folded, and which of the three layouts the window has. Remembered, but never relied upon. */

/** Limits of a pane in px; `fold` is what it becomes when it is folded. */
export interface PaneLimits {
  readonly min: number;
  readonly max: (available: number) => number;
  readonly initial: number;
}

export const LIMITS = {
  reading: { min: 320, max: (width) => Math.max(320, width * 0.5), initial: 432 },
  terminal: { min: 96, max: (height) => Math.max(96, height * 0.7), initial: 240 },
  tree: { min: 140, max: () => 420, initial: 196 },
  summary: { min: 240, max: (width) => Math.max(240, width * 0.6), initial: 404 },
  runs: { min: 200, max: () => 420, initial: 256 },
} as const satisfies Record<string, PaneLimits>;

export type Pane = keyof typeof LIMITS;
export type Width = 'phone' | 'narrow' | 'wide';

const STORE = 'plumbline:layout';
const STEP = 16;
/** Below this width of the window, in px, views that need the room begin with the text folded to its rail. */
const ROOM_FOR_TEXT = 1280;
const NEED_ROOM: ReadonlySet<string> = new Set(['runs', 'origin', 'phone']);

interface Stored {
  readonly sizes?: Partial<Record<Pane, number>>;
  readonly folded?: readonly string[];
  /** Whether the lesson's text is folded, where the learner has chosen, by view. */
  readonly reading?: Readonly<Record<string, boolean>>;
  readonly singleKeys?: boolean;
}

/** Settings that storage holds, or none: private windows and full disks refuse. */
function stored(): Stored {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORE) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** A size after a key on its separator; null when the key is none of a separator's. */
export function sizeAfterKey(key: string, size: number, min: number, max: number, grows: 'left' | 'right' | 'up' | 'down'): number | null {
  const more = { left: 'ArrowLeft', right: 'ArrowRight', up: 'ArrowUp', down: 'ArrowDown' }[grows];
  const less = { left: 'ArrowRight', right: 'ArrowLeft', up: 'ArrowDown', down: 'ArrowUp' }[grows];
  if (key === more) return Math.min(max, size + STEP);
  if (key === less) return Math.max(min, size - STEP);
  if (key === 'Home') return min;
  if (key === 'End') return max;
  return null;
}

export class Layout {
  private sizes = $state<Record<Pane, number>>({ reading: 0, terminal: 0, tree: 0, summary: 0, runs: 0 });
  /** Folded panes of the workbench. */
  private folded = $state<ReadonlySet<string>>(new Set());
  /** What the learner chose for the lesson's text beside each view. */
  private reading = $state<Readonly<Record<string, boolean>>>({});
  singleKeys = $state(true);
  windowWidth = $state(1440);
  windowHeight = $state(900);
  /** Height in px that the phone's keyboard covers. */
  keyboard = $state(0);
  readonly width: Width = $derived(this.windowWidth <= 760 ? 'phone' : this.windowWidth < 1100 ? 'narrow' : 'wide');

  constructor() {
    const kept = stored();
    for (const pane of Object.keys(LIMITS) as Pane[]) {
      const size = kept.sizes?.[pane];
      this.sizes[pane] = typeof size === 'number' && Number.isFinite(size) ? size : LIMITS[pane].initial;
    }
    this.folded = new Set(Array.isArray(kept.folded) ? kept.folded.filter((name) => typeof name === 'string') : []);
    this.reading = Object.fromEntries(Object.entries(kept.reading ?? {}).filter(([, folded]) => typeof folded === 'boolean'));
    this.singleKeys = kept.singleKeys !== false;
  }

  /** The pane's size in px within its limits, given the room there is. */
  size(pane: Pane, available: number): number {
    const { min, max } = LIMITS[pane];
    return Math.round(Math.min(Math.max(min, this.sizes[pane]), Math.max(min, max(available))));
  }

  resize(pane: Pane, size: number, available: number): void {
    const { min, max } = LIMITS[pane];
    this.sizes[pane] = Math.round(Math.min(Math.max(min, size), Math.max(min, max(available))));
    this.keep();
  }

  reset(pane: Pane): void {
    this.sizes[pane] = LIMITS[pane].initial;
    this.keep();
  }

  isFolded(name: string): boolean {
    return this.folded.has(name);
  }

  fold(name: string, folded: boolean): void {
    const next = new Set(this.folded);
    if (folded) next.add(name);
    else next.delete(name);
    this.folded = next;
    this.keep();
  }

  /** Whether the lesson's text is a rail beside this view: what the learner chose, or else what the window has room for. */
  isReadingFolded(view: string): boolean {
    return this.reading[view] ?? (this.windowWidth < ROOM_FOR_TEXT && NEED_ROOM.has(view));
  }

  foldReading(view: string, folded: boolean): void {
    this.reading = { ...this.reading, [view]: folded };
    this.keep();
  }

  setSingleKeys(on: boolean): void {
    this.singleKeys = on;
    this.keep();
  }

  private keep(): void {
    try {
      localStorage.setItem(
        STORE,
        JSON.stringify({
          sizes: this.sizes,
          folded: [...this.folded],
          reading: this.reading,
          singleKeys: this.singleKeys,
        } satisfies Stored),
      );
    } catch {
      // Without storage the sizes last as long as the page.
    }
  }
}
