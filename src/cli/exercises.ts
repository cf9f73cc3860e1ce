import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Check } from '../checks/contract.ts';
import { readPhotos } from '../cloud/photos.ts';
import type { Photo } from '../cloud/contract.ts';
import type { Exercise } from '../course/contract.ts';
import { ExerciseError, exerciseIds, readExercise } from '../course/exercise.ts';
import type { FileTree } from '../platform/platform.ts';
import { LITTER, readFolder } from './folder.ts';

/** An exercise with its checks and photos, read from the disk. */
export interface LoadedExercise {
  readonly exercise: Exercise;
  readonly checks: readonly Check[];
  readonly photoBytes: Uint8Array;
  readonly photos: readonly Photo[];
}

/** The exercises folder of the project, read once. */
export class ExercisesFolder {
  readonly #root: string;
  readonly #tree: FileTree;

  constructor(root: string) {
    this.#root = root;
    this.#tree = readFolder(root, LITTER);
  }

  get ids(): readonly string[] {
    return exerciseIds(this.#tree);
  }

  /** @throws ExerciseError */
  async load(id: string): Promise<LoadedExercise> {
    if (!this.ids.includes(id)) throw new ExerciseError(`there is no exercise ${id}; there are: ${this.ids.join(', ')}`);
    const exercise = readExercise(id, this.#tree);
    const checksFile = join(this.#root, id, 'checks.ts');
    if (!existsSync(checksFile)) throw new ExerciseError(`exercises/${id}/checks.ts is missing`);
    const module = (await import(pathToFileURL(checksFile).href)) as { readonly default?: readonly Check[] };
    if (!Array.isArray(module.default)) throw new ExerciseError(`exercises/${id}/checks.ts has no list of checks as its default export`);
    assertOutcomes(id, exercise, module.default);
    const photoBytes = this.#file(exercise.meta.photos);
    return { exercise, checks: module.default, photoBytes, photos: readPhotos(photoBytes) };
  }

  #file(path: string): Uint8Array {
    const entry = this.#tree.find((candidate) => candidate.path === `/${path}`);
    if (entry?.type !== 'file') throw new ExerciseError(`exercises/${path} is missing`);
    return entry.bytes;
  }
}

/** exercise.yaml shows the outcomes before anything has loaded, so its sentences must be those of the checks. */
function assertOutcomes(id: string, exercise: Exercise, checks: readonly Check[]): void {
  const written = JSON.stringify(exercise.meta.outcomes);
  const checked = JSON.stringify(checks.map((check) => ({ id: check.id, title: check.title })));
  if (written !== checked)
    throw new ExerciseError(`exercises/${id}: the outcomes of exercise.yaml are not those of checks.ts\n  ${written}\n  ${checked}`);
}
