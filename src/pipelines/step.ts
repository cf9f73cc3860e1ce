/** What a step is given to run, and what it does to its job. */
import type { ArtifactStore } from './artifacts.ts';
import type { JobRun, PipelinesHost, Run, StepRun, Trigger } from './contract.ts';
import type { Scope } from './expressions/evaluate.ts';
import type { JobClock } from './job-clock.ts';
import type { Environment, JobFacts } from './job-contexts.ts';
import type { JobLog } from './job-log.ts';
import type { Masker } from './masks.ts';
import type { RunDefaults, StepPlan } from './plan.ts';
import type { Machine } from './runners/runner.ts';

export interface StepCall {
  readonly plan: StepPlan;
  readonly run: StepRun;
  readonly job: JobRun;
  readonly workflowRun: Run;
  readonly trigger: Trigger;
  readonly defaults: RunDefaults;
  readonly facts: JobFacts;
  readonly machine: Machine;
  readonly host: PipelinesHost;
  readonly artifacts: ArtifactStore;
  readonly clock: JobClock;
  readonly log: JobLog;
  readonly masker: Masker;
  readonly scope: Scope;
  readonly environment: Environment;
  /** Folders in front of the PATH, the newest first. */
  readonly paths: string[];
  /** Paths of the files that the step can write to, by their name in the github context. */
  readonly files: Readonly<Record<string, string>>;
  readonly outputs: Record<string, string>;
  /** Aborted when the step is stopped; `stopped` says so at once. */
  readonly signal: AbortSignal;
  readonly stopped: () => boolean;
  /** Sets a variable for the steps that follow. */
  exportVariable(name: string, value: string): void;
  /** Adds a step at the end of the job. */
  addPost(): void;
}

export type StepOutcome = 'success' | 'failure';

/** The first line of a script, as a step is named by it. */
export function firstLine(script: string): string {
  return script.trimStart().split(/\r?\n/)[0] ?? '';
}
