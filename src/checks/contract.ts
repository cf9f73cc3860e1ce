/** What an exercise's checks.ts is written in. It sees a world through `Observed` and nothing else. */
import type { Answer, Deployment, PhoneState, Photo, ServedScore } from '../cloud/contract.ts';
import type { Commit, OriginRepository } from '../forge/contract.ts';
import type { Run } from '../pipelines/contract.ts';

/** A place to look, which the workbench can open. */
export type Place =
  | { readonly kind: 'file'; readonly path: string; readonly line?: number }
  | { readonly kind: 'run'; readonly runId: number; readonly jobKey?: string }
  | { readonly kind: 'commit'; readonly id: string }
  | { readonly kind: 'view'; readonly view: 'code' | 'history' | 'runs' | 'phone' };

export type Verdict =
  | { readonly status: 'holds'; readonly value: string }
  /** Not done yet, and nothing is wrong: `2 of 3 so far`. */
  | { readonly status: 'pending'; readonly value: string }
  | {
      readonly status: 'fails';
      /** Short value for the row: `0.77`. */
      readonly value: string;
      readonly observed: string;
      readonly expected: string;
      readonly lookAt: readonly { readonly text: string; readonly place?: Place }[];
      /** Which hint list of exercise.yaml belongs to this failure. */
      readonly hint: string;
      /** Bars beside the text: recall by species, 0 to 1. */
      readonly bars?: Readonly<Record<string, number>>;
    }
  /** The check could not look: a crash, a timeout, an offline part. Never counts for or against. */
  | { readonly status: 'unknown'; readonly why: string };

/** What a check may look at. Everything is read-only; `fork` gives an independent copy to push probes into. */
export interface Observed {
  readonly origin: OriginRepository;
  /** The ids of main's first-parent commits since the exercise began, oldest first. */
  commitsSinceStart(): Promise<readonly Commit[]>;
  runs(): readonly Run[];
  deployments(environment: string): readonly Deployment[];
  phone(): PhoneState;
  /** The score of a deployed package on the hidden photos. Rejects when no such package was deployed. */
  hiddenScore(digest: string): Promise<ServedScore>;
  /** What a deployed package says to these photos, in their order. Rejects when no such package was deployed. */
  ask(digest: string, photos: readonly Photo[]): Promise<readonly Answer[]>;
  /** The id of main's tip when the exercise began. */
  readonly startCommit: string;
  /** Runs `probe` on a fork of this world, then throws the fork away. */
  fork<T>(probe: (world: Probe) => Promise<T>): Promise<T>;
}

/** A fork of the learner's world in which a check tries a change on the learner's own pipeline. */
export interface Probe extends Observed {
  /**
   * Commits these files on top of `main` as the learner would (merged, where their last commit is a merge), pushes, and resolves when the runs it started have ended. A null removes
   * the file. Nothing but the change itself tells a probe from the learner's own push: a pipeline must judge what it is given.
   */
  pushChange(message: string, files: Readonly<Record<string, string | Uint8Array | null>>): Promise<readonly Run[]>;
}

/** How many of a check's probes have been pushed. */
export interface CheckProgress {
  readonly done: number;
  readonly of: number;
}

/** Anything that can make a verdict outdated. */
export type Relevant = 'push' | 'run' | 'deployment' | 'files';

export interface Check {
  readonly id: string;
  /** The sentence the learner reads as the outcome; it is also the title of the verdict. */
  readonly title: string;
  readonly after: readonly Relevant[];
  /** Looks at the world. A check that pushes several probes says how far it is. */
  check(world: Observed, tell: (progress: CheckProgress) => void): Promise<Verdict>;
}
