import { CheckRunner, type CheckMemory } from '../checks/runner.ts';
import type { Verdict } from '../checks/contract.ts';
import type { CheckState } from '../world/contract.ts';
import { observe } from '../world/observe.ts';
import type { World } from '../world/world.ts';
import type { PreparedExercise } from './contract.ts';

/**
 * The exercise's checks on one world. It stays bound to that world: a check that is still at work when the world is replaced must not
 * speak for the next one.
 */
export function checkRunner(
  world: World,
  exercise: PreparedExercise,
  memory: readonly CheckMemory[],
  onChecks: (states: readonly CheckState[]) => void,
): CheckRunner {
  return new CheckRunner({
    checks: exercise.checks,
    hints: exercise.meta.hints,
    observe: (signal) => observe(world, signal),
    onChange: (states) => {
      onChecks(states);
      recordVerdicts(world, states);
    },
    memory,
  });
}

/** Has the checks look at what was outdated when the world was left, and again after what concerns them; returns how to stop. */
export function lookAgain(world: World, checks: CheckRunner): () => void {
  checks.resume();
  return world.on((event) => {
    // Not at the push itself: the runs that it starts do not exist yet.
    if (event.type === 'push.handled') checks.notify('push', 'push');
    if (event.type === 'run.completed') checks.notify('run', `run ${world.pipelines.run(event.runId)?.number ?? event.runId}`);
    if (event.type === 'deployment.created') checks.notify('deployment', `deployment ${event.deploymentId}`);
  });
}

/** Each verdict goes into the event log once, when it differs from the last one there. */
function recordVerdicts(world: World, states: readonly CheckState[]): void {
  for (const { id, verdict, state } of states) {
    if (state !== 'settled' || verdict === null || verdict.status === lastRecorded(world, id)) continue;
    world.record({ type: 'check', checkId: id, status: verdict.status });
  }
}

function lastRecorded(world: World, checkId: string): Verdict['status'] | null {
  const last = world.events.findLast((event) => event.type === 'check' && event.checkId === checkId);
  return last?.type === 'check' ? last.status : null;
}
