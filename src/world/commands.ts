import { defineCommand, type CustomCommand } from 'just-bash/browser';
import type { CommandTerminal, FileSystem } from '../computer/contract.ts';
import type { Run } from '../pipelines/contract.ts';
import type { World } from './world.ts';

const USAGE = `usage: fieldleaf <command>

  wait      wait until every run has ended and users have tried what was released
  status    what is on the phone now
`;

/** The company's own command: what the terminal can ask of the rest of the world. */
export function fieldleafCommand(world: World): CustomCommand {
  // What has ended before `wait` is typed is told too, once: a workflow that does not parse ends at the push.
  const told = new Set(completed(world).map((run) => run.id));
  return defineCommand('fieldleaf', async (args) => {
    switch (args[0]) {
      case 'wait': {
        const from = world.events.length;
        await world.idle();
        const ended = completed(world).filter((run) => !told.has(run.id));
        for (const run of ended) told.add(run.id);
        return printed(ended.length === 0 ? 'Nothing was running.\n' : ended.map(runLine).join('') + usersLine(world, from));
      }
      case 'status':
        return printed(statusText(world));
      case 'help':
      case '--help':
      case undefined:
        return printed(USAGE);
      default:
        return { stdout: '', stderr: `fieldleaf: ${args[0]} is not a fieldleaf command\n${USAGE}`, exitCode: 2 };
    }
  });
}

/** Who types, and how their computer lets time pass until no run is queued or in progress. */
export interface AtTerminal {
  readonly login: string;
  /** Resolves when every push has been looked at: its runs are there. */
  readonly pushesHandled: () => Promise<unknown>;
  readonly runsEnd: () => Promise<void>;
}

/** `gh` for a person of the company; its program is loaded when it is first used. */
export function ghCommand(world: World, person: AtTerminal, terminal: CommandTerminal, files: FileSystem): CustomCommand {
  return defineCommand('gh', async (args, context) => {
    const streams = terminal.streams();
    const { gh } = await import('./gh/gh.ts');
    return gh(world, person, files, args, context, { streams: () => streams, columns: terminal.columns });
  });
}

function completed(world: World): readonly Run[] {
  return world.pipelines.runs().filter((run) => run.status === 'completed');
}

/** What users made of the last release, when there was one since event number `from`. */
function usersLine(world: World, from: number): string {
  const served = world.events.slice(from).findLast((event) => event.type === 'users.served');
  if (served?.type !== 'users.served') return '';
  return `Five hours later: ${served.well} of ${served.well + served.badly} users were served well.\n`;
}

const printed = (stdout: string) => ({ stdout, stderr: '', exitCode: 0 });

function runLine(run: Run): string {
  const seconds = Math.round(((run.completedAt ?? run.createdAt) - (run.startedAt ?? run.createdAt)) / 1000);
  const failed = run.jobs.find((job) => job.conclusion === 'failure');
  const why = run.errors[0]
    ? `: ${run.errors[0].file}:${run.errors[0].line}:${run.errors[0].column} ${run.errors[0].message}`
    : failed
      ? `: ${failed.name} failed`
      : '';
  return `${run.workflow} #${run.number}  ${run.title}  ${run.conclusion} in ${Math.floor(seconds / 60)} min ${seconds % 60} s${why}\n`;
}

function statusText(world: World): string {
  const { live, hours } = world.cloud.phone();
  if (live === null) return 'Nothing is on the phone yet.\n';
  const last = hours.slice(-10);
  const well = last.reduce((sum, hour) => sum + hour.well, 0);
  const all = well + last.reduce((sum, hour) => sum + hour.badly, 0);
  const tested = live.testedScore === null ? 'no tested score' : `tested at ${twoDecimals(live.testedScore)}`;
  return `${live.digest.slice(0, 15)}  from commit ${live.commit.slice(0, 7)}, run ${live.runId}, ${tested}\nServed well in the last ${last.length} h: ${well} of ${all} users\n`;
}

/** Rounded down, as everywhere in the course: 0.799 is not 0.80. */
function twoDecimals(score: number): string {
  return (Math.floor(score * 100 + 1e-9) / 100).toFixed(2);
}
