/** What the other rooms may rely on: environments, deployments, and the phone's users. All plain data. */
import type { FileTree } from '../platform/platform.ts';

/** A deployment of one package to one environment. */
export interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly service: string;
  readonly digest: string;
  readonly commit: string;
  readonly runId: number;
  readonly actor: string;
  readonly pushedAt: number;
  /** When users began to get answers from it, in virtual ms since the epoch. */
  readonly liveAt: number;
  readonly testedScore: number | null;
  /** True when a person had to act between the push and this deployment. */
  readonly waitedForPerson: boolean;
}

/** A photo as the phone took it: `size` x `size` grey values, row by row, 0 black to 255 white. */
export interface Photo {
  readonly id: string;
  readonly species: string;
  readonly size: number;
  readonly pixels: Uint8Array;
}

/** One answer of the deployed service, as the phone got it. */
export type Answer =
  | { readonly photo: string; readonly ok: true; readonly species: string; readonly votes: Readonly<Record<string, number>> }
  | { readonly photo: string; readonly ok: false; readonly error: string };

/** How a package does on photos it has never seen. */
export interface ServedScore {
  readonly digest: string;
  /** Mean of the recalls, 0 to 1. An error counts as wrong. */
  readonly balancedAccuracy: number;
  readonly accuracy: number;
  readonly recall: Readonly<Record<string, number>>;
  readonly errors: number;
  /** Photos that were answered without a single vote for what they show. */
  readonly ruledOut: number;
  readonly photos: number;
  /** First error message of the service, for the learner. */
  readonly firstError: string | null;
}

/** Users of one hour on one environment. */
export interface ServedHour {
  /** Start of the hour, virtual ms since the epoch. */
  readonly at: number;
  readonly deploymentId: number | null;
  readonly well: number;
  readonly badly: number;
}

/** What the phone screen needs. */
export interface PhoneState {
  readonly live: Deployment | null;
  readonly previous: Deployment | null;
  readonly score: ServedScore | null;
  readonly hours: readonly ServedHour[];
  readonly deployments: readonly Deployment[];
  /** The last photos users took, newest first, with the live model's answers. */
  readonly recent: readonly { readonly photo: Photo; readonly answer: Answer }[];
}

export interface ServiceRunner {
  /**
   * Asks the deployed package for answers: one Python process, in order. Errors in the package become answers with `ok: false`.
   * @throws ServiceStartError when it does not start or never answers, and the signal's reason when that is aborted; the process has ended then
   */
  predict(files: FileTree, photos: readonly Photo[], signal: AbortSignal): Promise<readonly Answer[]>;
}
