import type { CheckMemory, CheckRunner } from '../checks/runner.ts';
import type { Platform } from '../platform/platform.ts';
import type { CheckState, WorldSummary } from '../world/contract.ts';
import { DamagedFileError } from '../world/pack.ts';
import { World, type WorldSnapshot } from '../world/world.ts';
import { checkRunner, lookAgain } from './checks.ts';
import type { PreparedExercise } from './contract.ts';

export interface UnderWayOptions {
  readonly exercise: PreparedExercise;
  readonly platform: Platform;
  readonly onChecks: (states: readonly CheckState[]) => void;
}

/** What the page reads of a world at once. */
export type WorldView = Pick<WorldSummary, 'now' | 'checks' | 'runs' | 'phone'>;

/** Takes up a world whose repository lies in `folder`; returns how to leave it. */
export type Follower = (world: World, folder: string) => () => void;

/** The world of now and the checks that look at it. To start over or to import puts another world in its place: who follows goes along. */
export class UnderWay {
  readonly #options: UnderWayOptions;
  readonly #followers: Follower[] = [];
  #leave: (() => void)[] = [];
  #world: World;
  #checks: CheckRunner;

  /** @throws DamagedFileError when the snapshot makes no world that can be shown. */
  constructor(options: UnderWayOptions, snapshot: WorldSnapshot, memory: readonly CheckMemory[]) {
    this.#options = options;
    const { world, checks } = this.#takeUp(snapshot, memory);
    this.#world = world;
    this.#checks = checks;
    this.follow((world) => lookAgain(world, this.#checks));
  }

  get world(): World {
    return this.#world;
  }

  get checks(): CheckRunner {
    return this.#checks;
  }

  get view(): WorldView {
    return viewOf(this.#world, this.#checks);
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

  /**
   * Puts another world in the place of this one; its checks know nothing yet.
   * @throws DamagedFileError when the snapshot makes no world that can be shown; everything stays as it is then.
   */
  replace(snapshot: WorldSnapshot): void {
    const next = this.#takeUp(snapshot, []);
    for (const leave of this.#leave) leave();
    this.#checks.stop();
    this.#world.dispose();
    this.#world = next.world;
    this.#checks = next.checks;
    this.#leave = this.#followers.map((follower) => follower(next.world, this.folder));
  }

  /** A world and its checks, looked over as the page will look at them before anything depends on them. */
  #takeUp(snapshot: WorldSnapshot, memory: readonly CheckMemory[]): { readonly world: World; readonly checks: CheckRunner } {
    const { platform, exercise, onChecks } = this.#options;
    try {
      const { repository, teammates } = exercise.meta;
      const world = World.restore({ platform, photos: exercise.photos, repository, teammates }, snapshot);
      const checks = checkRunner(world, exercise, memory, onChecks);
      viewOf(world, checks);
      return { world, checks };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new DamagedFileError(`This world is damaged or was made by another version (${why}).`, { cause: error });
    }
  }
}

function viewOf(world: World, checks: CheckRunner): WorldView {
  return { now: world.clock.now(), checks: checks.states(), runs: world.pipelines.runs(), phone: world.cloud.phone() };
}
