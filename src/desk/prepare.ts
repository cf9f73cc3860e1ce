import type { Photo } from '../cloud/contract.ts';
import type { Exercise } from '../course/contract.ts';
import type { Platform } from '../platform/platform.ts';
import { World, type PlayResult, type WorldSnapshot } from '../world/world.ts';

/** A start script or route that did not run through: where it stopped and what was printed last. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/**
 * Makes the world that an exercise starts from: an empty company, the start folder at `/start`, then start.sh as if typed.
 * @throws ScriptError
 */
export async function prepareStart(exercise: Exercise, photos: readonly Photo[], platform: Platform): Promise<WorldSnapshot> {
  const { repository, begins, id } = exercise.meta;
  const world = await World.begin({ platform, photos, repository }, Date.parse(begins));
  const faults: unknown[] = [];
  world.onFault = (error) => faults.push(error);
  world.computer.files.load(exercise.start);
  const printed = await playThrough(world, `exercises/${id}/start.sh`, exercise.startScript);
  await world.idle();
  if (faults.length > 0) throw faults[0];
  const failed = world.pipelines.runs().find((run) => run.conclusion !== 'success');
  if (failed !== undefined) {
    const log = world.pipelines
      .log(failed.id)
      .slice(-30)
      .map((line) => line.text)
      .join('\n');
    throw new ScriptError(
      `exercises/${id}/start.sh: run ${failed.number} (${failed.title}) ended with ${failed.conclusion}\n${log}\n${printed}`,
    );
  }
  world.computer.files.removeSync('/start');
  for (const { branch, refuse, reason } of exercise.meta.protect) {
    world.forge.repository(repository).protect({
      pattern: branch,
      refuseDirectPush: refuse.includes('push'),
      refuseForcePush: refuse.includes('force-push'),
      refuseDeletion: refuse.includes('deletion'),
      reason,
    });
  }
  await world.markBeginning();
  return world.snapshot();
}

/** Types a whole script and waits for what it set going; gives what was printed. @throws ScriptError at the first failing statement. */
export async function playThrough(world: World, file: string, script: string): Promise<string> {
  let printed = '';
  const result: PlayResult = await world.play(script, (_stream, text) => {
    printed = (printed + text).slice(-20_000);
  });
  if (result.exitCode !== 0 && 'line' in result) {
    throw new ScriptError(
      `${file}:${result.line}: exit code ${result.exitCode}: ${result.statement.split('\n')[0]}\n${printed.slice(-3_000)}`,
    );
  }
  await world.idle();
  return printed;
}
