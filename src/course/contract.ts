/** What the other rooms may rely on: an exercise as data. */
import type { FileTree } from '../platform/platform.ts';
import type { TeammateAction } from '../world/contract.ts';

/** exercise.yaml, validated. */
export interface ExerciseMeta {
  readonly id: string;
  readonly title: string;
  /** `3.3`: level and place in it. */
  readonly number: string;
  readonly level: number;
  readonly minutes: number;
  readonly facilities: readonly string[];
  /** The repository on the origin, and the folder in the learner's home: `leaf`. */
  readonly repository: string;
  /** Hints in steps (nudge, pointer, almost the answer), keyed by the name a verdict gives. */
  readonly hints: Readonly<Record<string, readonly string[]>>;
  /** The checks in the learner's order, by id, with the sentence that the page shows before anything has loaded. */
  readonly outcomes: readonly { readonly id: string; readonly title: string }[];
  /** What the origin refuses once the exercise has begun. */
  readonly protect: readonly {
    readonly branch: string;
    readonly refuse: readonly ('push' | 'force-push' | 'deletion')[];
    readonly reason: string;
  }[];
  /** What colleagues do by themselves once the exercise has begun. */
  readonly teammates: readonly TeammateAction[];
  /** When the world begins, as an ISO time in UTC. */
  readonly begins: string;
  /** The packed photos that users take, as a path below `exercises/`. */
  readonly photos: string;
}

/** A script that a learner could type: a solution or a wrong attempt. */
export interface Route {
  readonly name: string;
  readonly script: string;
  /** For attempts: the check that must fail, from the header line `# fails: check-id (hint-name)`. */
  readonly fails?: { readonly check: string; readonly hint: string | null };
}

/** One exercise folder, read. */
export interface Exercise {
  readonly meta: ExerciseMeta;
  /** Files that start.sh begins with, at `/start`. */
  readonly start: FileTree;
  readonly startScript: string;
  readonly solutions: readonly Route[];
  readonly attempts: readonly Route[];
}
