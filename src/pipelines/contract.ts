/** What the other rooms may rely on: runs of workflow files as plain data, and what the pipelines need from the world. */
import type { Computer } from '../computer/contract.ts';
import type { Clock, FileTree, PythonHost } from '../platform/platform.ts';

/** `waiting` is for what waits for a person; whatever waits for a runner or for its concurrency group is `queued`, with the reason. */
export type Status = 'queued' | 'waiting' | 'in_progress' | 'completed';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

/** A message with a place. Lines and columns count from 1. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
  readonly message: string;
}

export interface StepRun {
  readonly number: number;
  readonly name: string;
  readonly id: string | null;
  status: Status;
  /** Before `continue-on-error` is applied. */
  outcome: Conclusion | null;
  conclusion: Conclusion | null;
  /** Virtual ms since the epoch. */
  startedAt: number | null;
  completedAt: number | null;
}

export interface JobRun {
  /** Unique in the run: `gate (seed 42)` has the key `gate-1`. */
  readonly key: string;
  /** The job's id in the file; matrix legs share it. */
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly matrix: Readonly<Record<string, unknown>> | null;
  readonly runsOn: readonly string[];
  readonly environment: string | null;
  status: Status;
  conclusion: Conclusion | null;
  /** One phrase on why it waits, was skipped or failed: `no free runner`, `gate failed`, `if: evaluated to false`. */
  reason: string | null;
  startedAt: number | null;
  completedAt: number | null;
  outputs: Record<string, string>;
  steps: StepRun[];
  /** GITHUB_STEP_SUMMARY of all steps, Markdown. */
  summary: string;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  /** `sha256:` and 64 hex digits over the packed content: same files, same digest. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly jobKey: string;
  readonly createdAt: number;
}

export interface Annotation extends Omit<Diagnostic, 'severity'> {
  readonly severity: 'error' | 'warning' | 'notice';
  readonly jobKey: string;
  readonly step: number;
  readonly title: string | null;
}

export interface Run {
  readonly id: number;
  readonly number: number;
  /** The workflow's `name:`, or its path. */
  readonly workflow: string;
  readonly path: string;
  /** `run-name`, or the commit's first line. */
  readonly title: string;
  readonly event: string;
  readonly ref: string;
  readonly commit: string;
  readonly actor: string;
  readonly createdAt: number;
  status: Status;
  conclusion: Conclusion | null;
  startedAt: number | null;
  completedAt: number | null;
  jobs: JobRun[];
  artifacts: Artifact[];
  annotations: Annotation[];
  /** Why the file could not be run; then there are no jobs and the conclusion is failure. */
  errors: Diagnostic[];
}

/** One line of a step's log, without its line break. ANSI colours stay in `text`. */
export interface LogLine {
  readonly jobKey: string;
  readonly step: number;
  readonly at: number;
  readonly kind: 'output' | 'command' | 'group' | 'endgroup' | 'error' | 'warning' | 'notice' | 'debug';
  readonly text: string;
}

export interface PushTrigger {
  readonly event: 'push';
  readonly repository: string;
  readonly ref: string;
  readonly before: string | null;
  readonly after: string;
  readonly forced: boolean;
  readonly actor: string;
  readonly at: number;
}
/** Further events (pull_request, workflow_dispatch, schedule…) join this union. */
export type Trigger = PushTrigger;

/** A request of the built-in deploy action. `files` is what was handed over, paths relative to `/`. */
export interface DeployRequest {
  readonly repository: string;
  readonly environment: string;
  readonly service: string;
  readonly files: FileTree;
  readonly digest: string;
  readonly commit: string;
  readonly runId: number;
  readonly jobKey: string;
  readonly actor: string;
  /** What the pipeline says the package scored when it was tested, or null when it says nothing. */
  readonly testedScore: number | null;
  /** When the change was pushed. */
  readonly pushedAt: number;
  /** Aborted when the step is stopped: the deployment is given up and nothing goes live. */
  readonly signal: AbortSignal;
}

export type DeployResult =
  { readonly ok: true; readonly deploymentId: number; readonly url: string } | { readonly ok: false; readonly message: string };

/** What a job's computer has to be made with, so that virtual time stands still while the job works and moves while it sleeps. */
export interface JobMachine {
  /** The clock of this job: a `sleep` on it lets time pass; everything else in the job holds time. */
  readonly clock: Clock;
  /** Wraps the platform's Python so that each process takes its modelled time (`durations.ts`). */
  python(host: PythonHost): PythonHost;
}

/**
 * What pipelines need from the world that composes them. A running job holds the clock while these calls are pending, so none of them
 * may wait for virtual time to pass; what they take is modelled in `durations.ts`.
 */
export interface PipelinesHost {
  readonly clock: Clock;
  /** A fresh machine for a job: its own files and Python, made with what `machine` gives. */
  computer(machine: JobMachine): Computer;
  /** The repository's files at a commit, for `actions/checkout` and for reading workflow files. */
  tree(repository: string, commit: string): Promise<FileTree>;
  changedPaths(repository: string, from: string | null, to: string): Promise<readonly string[]>;
  commitMessage(repository: string, commit: string): Promise<string>;
  /**
   * Puts a working repository (with `.git`) at `path` of the job's computer, as `actions/checkout` does. `depth` is how many commits of
   * history come along (1 is what the action does when it isn't told; 0 is all of it).
   */
  checkout(computer: Computer, repository: string, commit: string, ref: string, path: string, depth?: number): Promise<void>;
  /** The commit that a branch, a tag or a full ref points at, for `actions/checkout` with `ref:`; null when there is none. */
  resolve?(repository: string, ref: string): Promise<string | null>;
  deploy(request: DeployRequest): Promise<DeployResult>;
  /** Repository-level `vars` and `secrets`, and an environment's own; secrets are masked in logs. */
  variables(repository: string, environment: string | null): Readonly<Record<string, string>>;
  secrets(repository: string, environment: string | null): Readonly<Record<string, string>>;
  /** The names of the environments that exist, or null when any name is created on first use. */
  environments(repository: string): readonly string[] | null;
}

export type PipelinesEvent =
  | { readonly type: 'run'; readonly run: Run }
  /** `from` is the place of the first of these lines in the run's log. */
  | { readonly type: 'log'; readonly runId: number; readonly from: number; readonly lines: readonly LogLine[] };

export interface PipelinesSnapshot {
  readonly version: 1;
  readonly runs: readonly Run[];
  readonly logs: readonly { readonly runId: number; readonly lines: readonly LogLine[] }[];
  readonly artifacts: readonly { readonly runId: number; readonly id: number; readonly files: FileTree }[];
}

/** The pipeline service. Two jobs run at once; the rest queue. */
export interface Pipelines {
  /** Starts every workflow that the trigger selects; gives the runs (a broken file gives a failed run with its errors). */
  trigger(trigger: Trigger): Promise<readonly Run[]>;
  runs(): readonly Run[];
  run(id: number): Run | undefined;
  log(runId: number): readonly LogLine[];
  artifact(runId: number, artifactId: number): FileTree | undefined;
  cancel(runId: number): void;
  /** Resolves when no run is queued or in progress, but for those that wait for a runner that doesn't exist. */
  idle(): Promise<void>;
  on(listener: (event: PipelinesEvent) => void): () => void;
  /** Runs in progress are stored as they are; `restore` marks them cancelled with the reason `the page was closed`. */
  snapshot(): PipelinesSnapshot;
  restore(snapshot: PipelinesSnapshot): void;
  /** Checks a workflow file without running it, for the editor. */
  validate(path: string, text: string): Promise<readonly Diagnostic[]>;
}
