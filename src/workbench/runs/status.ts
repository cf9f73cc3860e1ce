/** How runs, jobs and steps look: one state for each, with its word. */
import type { Conclusion, JobRun, Run, Status } from '../../pipelines/contract.ts';
import { duration } from '../format.ts';

/** The shapes of the state icons. Each differs by shape first, by colour second. */
export type StateName = 'success' | 'failure' | 'warning' | 'running' | 'queued' | 'skipped' | 'cancelled' | 'waiting' | 'note' | 'todo';

export const stateWord: Readonly<Record<StateName, string>> = {
  success: 'Passed',
  failure: 'Failed',
  warning: 'Warning',
  running: 'Running',
  queued: 'Queued',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
  waiting: 'Waiting for a person',
  note: 'Note',
  todo: 'Not yet',
};

/** The state of a run, job or step. A conclusion counts only once it is completed. */
export function stateOf(of: { readonly status: Status; readonly conclusion: Conclusion | null }): StateName {
  switch (of.status) {
    case 'queued':
      return 'queued';
    case 'waiting':
      return 'waiting';
    case 'in_progress':
      return 'running';
    case 'completed':
      return of.conclusion ?? 'success';
  }
}

/** True while a run can still change. */
export function isLive(run: Pick<Run, 'status'>): boolean {
  return run.status !== 'completed';
}

/** Runs as lists show them: the newest first. */
export function newestFirst(runs: readonly Run[]): readonly Run[] {
  return runs.toSorted((a, b) => b.id - a.id);
}

/** How long it took, or has taken so far, in virtual ms; null before it began. */
export function elapsed(of: { readonly startedAt: number | null; readonly completedAt: number | null }, now: number): number | null {
  return of.startedAt === null ? null : (of.completedAt ?? Math.max(now, of.startedAt)) - of.startedAt;
}

/** The second line of a run node: why it waits, was skipped or failed, else how long. */
export function jobNote(job: JobRun, now: number): string {
  const state = stateOf(job);
  if (job.reason !== null && state !== 'success' && state !== 'running' && state !== 'failure') return job.reason;
  const ms = elapsed(job, now);
  if (ms !== null && state !== 'skipped' && state !== 'queued') return duration(ms);
  return job.reason ?? stateWord[state].toLowerCase();
}

/** What a job of the run is called: by its key where the run has no such job. */
export function jobName(run: Run, key: string): string {
  return run.jobs.find((job) => job.key === key)?.name ?? key;
}

/** How many jobs are at work over all runs: what `Runners 1 of 2 busy` counts. */
export function busyRunners(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + run.jobs.filter((job) => job.status === 'in_progress').length, 0);
}
