import { look } from '../checks/runner.ts';
import type { Verdict } from '../checks/contract.ts';
import { playThrough, prepareStart } from '../desk/prepare.ts';
import type { Platform } from '../platform/platform.ts';
import { observe } from '../world/observe.ts';
import { World, type WorldSnapshot } from '../world/world.ts';
import { ExerciseError } from '../course/exercise.ts';
import type { LoadedExercise } from './exercises.ts';

/** Routes that run at once: while one waits for its Python, another has the thread. */
const AT_ONCE = 3;

/** What `plumbline verify --json` prints of one exercise. */
export interface ExerciseReport {
  readonly id: string;
  readonly solutions: readonly {
    readonly name: string;
    readonly passed: boolean;
    readonly failing: readonly string[];
    readonly error?: string;
  }[];
  readonly start: { readonly failed: boolean; readonly failing: readonly string[]; readonly error?: string };
  readonly attempts: readonly {
    readonly name: string;
    readonly caught: boolean;
    /** The check that must catch it. */
    readonly check: string;
    readonly failing: readonly string[];
    readonly error?: string;
  }[];
}

/** One line of progress while the matrix runs. */
export type OnRoute = (exercise: string, route: string, ok: boolean, verdicts: readonly NamedVerdict[], ms: number, error?: string) => void;

export interface NamedVerdict {
  readonly id: string;
  readonly verdict: Verdict;
}

/**
 * Runs an exercise's matrix: the start must fail, each solution pass, each attempt fail on the check and with the hint it names.
 * With `only`, no more than these of its routes (`start`, `solution`, `attempts/one-giant-commit`).
 * @throws ExerciseError when there is no solution, or no such route.
 */
export async function verifyExercise(
  loaded: LoadedExercise,
  platform: Platform,
  onRoute: OnRoute,
  only?: readonly string[],
): Promise<ExerciseReport> {
  const { exercise } = loaded;
  const { id } = exercise.meta;
  if (exercise.solutions.length === 0) throw new ExerciseError(`exercises/${id} has no solution.sh, so nothing shows that it can be done`);
  const names = ['start', ...exercise.solutions.map(({ name }) => name), ...exercise.attempts.map(({ name }) => `attempts/${name}`)];
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ExerciseError(`exercises/${id} has no route ${unknown}; there are ${names.join(', ')}`);
  const wanted = (name: string) => only === undefined || only.includes(name);
  let snapshot: WorldSnapshot;
  try {
    snapshot = await prepareStart(exercise, loaded.photos, platform);
  } catch (error) {
    const message = messageOf(error);
    onRoute(id, 'start', false, [], 0, message);
    return { id, solutions: [], start: { failed: false, failing: [], error: message }, attempts: [] };
  }
  const route = async (name: string, script: string | null, expected: (verdicts: readonly NamedVerdict[]) => boolean) => {
    const began = performance.now();
    const { repository, teammates } = exercise.meta;
    const world = World.restore({ platform, photos: loaded.photos, repository, teammates }, snapshot);
    let error: string | undefined;
    world.onFault = (fault) => (error ??= messageOf(fault));
    let verdicts: NamedVerdict[] = [];
    try {
      if (script !== null) await playThrough(world, `exercises/${id}/${name}.sh`, script);
      if (exercise.solutions.some((solution) => solution.name === name)) assertTeammates(id, world);
      verdicts = await lookAtAll(loaded, world);
    } catch (caught) {
      error ??= messageOf(caught);
    } finally {
      world.dispose();
    }
    const ok = error === undefined && expected(verdicts);
    onRoute(id, name, ok, verdicts, performance.now() - began, error);
    return {
      ok,
      failing: verdicts.filter(({ verdict }) => verdict.status === 'fails').map((named) => named.id),
      ...(error === undefined ? {} : { error }),
    };
  };

  const passes = (verdicts: readonly NamedVerdict[]) => verdicts.every(({ verdict }) => verdict.status === 'holds');
  const notPassed = (verdicts: readonly NamedVerdict[]) =>
    !passes(verdicts) && verdicts.every(({ verdict }) => verdict.status !== 'unknown');
  const solutions = exercise.solutions.filter(({ name }) => wanted(name));
  const attempts = exercise.attempts.filter(({ name }) => wanted(`attempts/${name}`));
  const turns = turnsOf(AT_ONCE);
  const [start, solved, attempted] = await Promise.all([
    wanted('start') ? turns(() => route('start', null, notPassed)) : { ok: true, failing: [] },
    Promise.all(
      solutions.map(async ({ name, script }) => {
        const { ok, ...rest } = await turns(() => route(name, script, passes));
        return { name, passed: ok, ...rest };
      }),
    ),
    Promise.all(
      attempts.map(async ({ name, script, fails }) => {
        if (fails === undefined) throw new Error(`attempt ${name} names no check`);
        const { ok, ...rest } = await turns(() =>
          route(`attempts/${name}`, script, (verdicts) => {
            const verdict = verdicts.find((named) => named.id === fails.check)?.verdict;
            return verdict?.status === 'fails' && (fails.hint === null || verdict.hint === fails.hint);
          }),
        );
        return { name, caught: ok, check: fails.check, ...rest };
      }),
    ),
  ]);
  const { ok, ...startRest } = start;
  return { id, solutions: solved, start: { failed: ok, ...startRest }, attempts: attempted };
}

/** Lets so many pieces of work run at once, in the order in which they came. */
function turnsOf(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

/** True when every route that was tried did what it should. */
export function isVerified(report: ExerciseReport): boolean {
  return report.start.failed && report.solutions.every(({ passed }) => passed) && report.attempts.every(({ caught }) => caught);
}

/** On a valid route everybody gets through what they have to do. @throws ExerciseError */
function assertTeammates(id: string, world: World): void {
  const failed = world.events.find((event) => event.type === 'teammate' && event.exitCode !== 0);
  if (failed?.type !== 'teammate') return;
  throw new ExerciseError(`exercises/${id}: ${failed.action} of ${failed.by} ended with exit code ${failed.exitCode}\n${failed.output}`);
}

async function lookAtAll(loaded: LoadedExercise, world: World): Promise<NamedVerdict[]> {
  const verdicts: NamedVerdict[] = [];
  for (const check of loaded.checks) verdicts.push({ id: check.id, verdict: await look(check, () => observe(world)) });
  return verdicts;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.name === 'ScriptError' ? error.message : (error.stack ?? error.message)) : String(error);
}
