import { readPhotos } from '../cloud/photos.ts';
import type { Check } from '../checks/contract.ts';
import type { ExerciseMeta } from '../course/contract.ts';
import { pack, unpack } from '../world/pack.ts';
import type { WorldSnapshot } from '../world/world.ts';
import type { PreparedExercise } from './contract.ts';

/** The course's day 1: virtual midnight, UTC, 2 February 2026. */
const EPOCH = Date.UTC(2026, 1, 2);

/** What the site ships of an exercise, in one file. */
export interface ExerciseAsset {
  readonly format: 1;
  readonly meta: ExerciseMeta;
  readonly start: WorldSnapshot;
  readonly photos: Uint8Array;
  readonly solution: string;
}

export function packAsset(asset: ExerciseAsset): Uint8Array<ArrayBuffer> {
  return pack(asset);
}

/** @throws DamagedFileError when the download was cut short. */
export function readAsset(bytes: Uint8Array, checks: readonly Check[]): PreparedExercise {
  const { meta, start, photos, solution } = unpack(bytes) as ExerciseAsset;
  return { meta, start, solution, checks, photos: readPhotos(photos), epoch: EPOCH };
}
