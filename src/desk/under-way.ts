import type { CheckMemory, CheckRunner } from '../checks/runner.ts';
import type { Platform } from '../platform/platform.ts';
import type { CheckState } from '../world/contract.ts';
import { World, type WorldSnapshot } from '../world/world.ts';
import { checkRunner, lookAgain } from './checks.ts';
import type { PreparedExercise } from './contract.ts';

export interface UnderWayOptions {
  readonly exercise: PreparedExercise;
  readonly platform: Platform;
  readonly onChecks: (states: readonly CheckState[]) => void;
}

/** Takes up a world whose repository lies in `folder`; returns how to leave it. */
export type Follower = (world: World, folder: string) => () => void;

/** The world of now and the checks that look at it. To start over or to import puts another world in its place: who follows goes along. */
export class UnderWay {
  readonly #options: UnderWayOptions;
  readonly #followers: Follower[] = [];
  #leave: (() => void)[] = [];
  #world: World;
  #checks: CheckRunner;

  constructor(options: UnderWayOptions, snapshot: WorldSnapshot, memory: readonly CheckMemory[]) {
    this.#options = options;
    this.#world = this.#restore(snapshot);
    this.#checks = this.#newChecks(memory);
    this.follow((world) => lookAgain(world, this.#checks));
  }

  get world(): World {
    return this.#world;
  }

  get checks(): CheckRunner {
    return this.#checks;
  }

  /** The repository's folder on the learner's computer. */
  get folder(): string {
    return `${this.#world.computer.home}/${this.#options.exercise.meta.repository}`;
  }

  /** Follows this world, and each that comes after it. */
  follow(follower: Follower): void {
    this.#followers.push(follower);
    this.#leave.push(follower(this.#world, this.folder));
  }

  /** Puts another world in the place of this one; its checks know nothing yet. */
  replace(snapshot: WorldSnapshot): void {
    // Restored first: when that fails, everything stays as it is.
    const next = this.#restore(snapshot);
    for (const leave of this.#leave) leave();
    this.#checks.stop();
    this.#world.dispose();
    this.#world = next;
    this.#checks = this.#newChecks([]);
    this.#leave = this.#followers.map((follower) => follower(next, this.folder));
  }

  #restore(snapshot: WorldSnapshot): World {
    const { platform, exercise } = this.#options;
    return World.restore({ platform, photos: exercise.photos, repository: exercise.meta.repository }, snapshot);
  }

  #newChecks(memory: readonly CheckMemory[]): CheckRunner {
    return checkRunner(this.#world, this.#options.exercise, memory, this.#options.onChecks);
  }
}
