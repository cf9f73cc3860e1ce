/**
 * progress: what the learner has done, as events that can only be added. It imports no other room, no DOM and no storage:
 * adapters (local.ts here, others later) bring those.
 */

/** One thing the learner did. Every adapter, local or LMS, is fed these and nothing else. */
export interface ProgressEvent {
  readonly what: 'started' | 'checked' | 'completed' | 'hint-shown' | 'solution-shown' | 'reset';
  /** Exercise id: `ship-a-better-leaf`. */
  readonly exercise: string;
  /** Check id for `checked` and `hint-shown`, null otherwise. */
  readonly check: string | null;
  /** What the check said, for `checked`; null otherwise. */
  readonly status: 'holds' | 'pending' | 'fails' | 'unknown' | null;
  /** How often this check (or, for `completed`, the exercise) was judged so far, this time included. */
  readonly attempts: number;
  /** Time at work since `started`, in ms: a night with the tab open is none. */
  readonly durationMs: number;
  /** Wall time in ms since the epoch. */
  readonly at: number;
}

export interface CheckProgress {
  readonly status: NonNullable<ProgressEvent['status']>;
  readonly attempts: number;
  readonly at: number;
}

export interface ExerciseProgress {
  readonly status: 'started' | 'completed';
  readonly startedAt: number;
  readonly lastAt: number;
  readonly completedAt: number | null;
  readonly attempts: number;
  readonly durationMs: number;
  readonly hints: number;
  readonly solutionShown: boolean;
  readonly checks: Readonly<Record<string, CheckProgress>>;
}

/** Exercise id to what was done in it. Exercises never touched are absent. */
export type Progress = Readonly<Record<string, ExerciseProgress>>;

/** Where events are kept. `merge` adds what is missing and never removes, so that two machines' histories can be joined in any order. */
export interface ProgressStore {
  events(): readonly ProgressEvent[];
  merge(events: readonly ProgressEvent[]): void;
  /** Called after every change, also one made in another tab. Returns a function that stops it. */
  subscribe(listener: () => void): () => void;
}

const order = ['at', 'exercise', 'what', 'check', 'status', 'attempts', 'durationMs'] as const;

/** The event as one string: equal events have equal keys, and keys sort by time. */
function eventKey(event: ProgressEvent): string {
  return JSON.stringify(order.map((field) => (field === 'at' ? event.at.toString().padStart(15, '0') : event[field])));
}

/** The union of histories, each event once, in time order. Commutative, associative and idempotent. */
export function mergeEvents(...histories: readonly (readonly ProgressEvent[])[]): readonly ProgressEvent[] {
  const byKey = new Map<string, ProgressEvent>();
  for (const history of histories) for (const event of history) byKey.set(eventKey(event), event);
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, event]) => event);
}

function begun(event: ProgressEvent): ExerciseProgress {
  return {
    status: 'started',
    startedAt: event.at,
    lastAt: event.at,
    completedAt: null,
    attempts: 0,
    durationMs: 0,
    hints: 0,
    solutionShown: false,
    checks: {},
  };
}

/** Progress after one more event. A completed exercise stays completed, whatever is tried in it later. */
function addEvent(progress: Progress, event: ProgressEvent): Progress {
  const before = Object.hasOwn(progress, event.exercise) ? progress[event.exercise]! : begun(event);
  const common: ExerciseProgress = {
    ...before,
    lastAt: Math.max(before.lastAt, event.at),
    durationMs: Math.max(before.durationMs, event.durationMs),
  };
  return { ...progress, [event.exercise]: { ...common, ...effect(common, event) } };
}

function effect(before: ExerciseProgress, event: ProgressEvent): Partial<ExerciseProgress> {
  switch (event.what) {
    case 'checked':
      if (event.check === null || event.status === null) return {};
      return {
        attempts: Math.max(before.attempts, event.attempts),
        checks: { ...before.checks, [event.check]: { status: event.status, attempts: event.attempts, at: event.at } },
      };
    case 'completed':
      return {
        status: 'completed',
        completedAt: before.completedAt ?? event.at,
        attempts: Math.max(before.attempts, event.attempts),
      };
    case 'hint-shown':
      return { hints: before.hints + 1 };
    case 'solution-shown':
      return { solutionShown: true };
    case 'reset':
      return { checks: {} };
    case 'started':
      return {};
  }
}

/** What a history adds up to. */
export function progressOf(events: readonly ProgressEvent[]): Progress {
  return events.reduce(addEvent, {});
}
