/**
 * What a workflow file means, before anything runs: jobs, what they wait for, and steps, with places kept for messages. Both dialects
 * give this type. A stage of the other dialect becomes a prefix of job ids, `needs` on all jobs of the stages it depends on, and its
 * condition in front of each job's; a lifecycle hook of a deployment job becomes a job.
 */
import type { Template } from './expressions/template.ts';
import type { Located, Place } from './yaml.ts';

export interface Plan {
  readonly dialect: 'github';
  readonly path: string;
  /** The workflow's `name:`, or its path. */
  readonly name: string;
  readonly runName: Template | null;
  readonly env: Located | null;
  readonly concurrency: ConcurrencyPlan | null;
  readonly permissions: Permissions | null;
  readonly jobs: readonly JobPlan[];
}

/** `read-all` and `write-all`, or the scopes that are listed; the rest is `none`. */
export type Permissions = 'read-all' | 'write-all' | Readonly<Record<string, 'read' | 'write' | 'none'>>;

/** A condition that is always complete: the dialect's default is written out, `success() && (…)`. */
export interface Condition {
  readonly expression: string;
  /** As it stands in the file, for messages; null when there was none. */
  readonly written: string | null;
  readonly at: Place;
}

export interface ConcurrencyPlan {
  readonly at: Place;
  readonly group: Located;
  readonly cancelInProgress: Located | null;
  /** `max` keeps every waiting run; otherwise a new one takes the waiting one's place. */
  readonly queue: 'single' | 'max';
}

export interface JobPlan {
  readonly id: string;
  readonly at: Place;
  readonly name: Template | null;
  readonly needs: readonly string[];
  readonly condition: Condition;
  readonly strategy: StrategyPlan | null;
  readonly runsOn: Located;
  readonly environment: EnvironmentPlan | null;
  readonly concurrency: ConcurrencyPlan | null;
  readonly permissions: Permissions | null;
  readonly timeoutMinutes: Located | null;
  readonly continueOnError: Located | null;
  readonly env: Located | null;
  readonly defaults: RunDefaults;
  readonly outputs: readonly { readonly name: string; readonly value: Template }[];
  readonly steps: readonly StepPlan[];
}

/** `whole` when `strategy:` is one expression; otherwise its three parts. */
export interface StrategyPlan {
  readonly at: Place;
  readonly whole: Located | null;
  readonly matrix: Located | null;
  readonly failFast: Located | null;
  readonly maxParallel: Located | null;
}

export interface EnvironmentPlan {
  readonly at: Place;
  readonly name: Template;
  readonly url: Template | null;
}

export interface RunDefaults {
  readonly shell: Template | null;
  readonly workingDirectory: Template | null;
}

export interface StepPlan {
  readonly id: string | null;
  readonly at: Place;
  readonly name: Template | null;
  readonly condition: Condition;
  readonly env: Located | null;
  readonly continueOnError: Located | null;
  readonly timeoutMinutes: Located | null;
  readonly work: RunWork | ActionWork;
}

export interface RunWork {
  readonly kind: 'run';
  readonly script: Template;
  readonly shell: Template | null;
  readonly workingDirectory: Template | null;
}

export interface ActionWork {
  readonly kind: 'action';
  /** As written: `actions/checkout@v4`. */
  readonly uses: string;
  readonly at: Place;
  /** Key of the built-in actions: `actions/checkout`. */
  readonly action: string;
  readonly inputs: readonly { readonly name: string; readonly at: Place; readonly value: Template }[];
}
