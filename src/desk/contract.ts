/** What an exercise under way is made from: the parts that were built with the site. */
import type { Check } from '../checks/contract.ts';
import type { Photo } from '../cloud/contract.ts';
import type { ExerciseMeta } from '../course/contract.ts';
import type { WorldSnapshot } from '../world/world.ts';

/** One exercise, ready to be begun. */
export interface PreparedExercise {
  readonly meta: ExerciseMeta;
  readonly checks: readonly Check[];
  readonly photos: readonly Photo[];
  /** The world as start.sh left it. */
  readonly start: WorldSnapshot;
  readonly solution: string;
  /** Virtual ms that the course's day 1 begins at. */
  readonly epoch: number;
}
