/** Runs one job on a machine: its steps in order, their conditions, files, commands and outputs. */
import { runAction } from './action-step.ts';
import { PYTHON_VERSION } from './actions/setup-python.ts';
import type { ArtifactStore } from './artifacts.ts';
import type { Annotation, Conclusion, JobRun, LogLine, PipelinesHost, Run, StepRun, Trigger } from './contract.ts';
import * as durations from './durations.ts';
import { evaluateCondition, type Scope } from './expressions/evaluate.ts';
import { fillText, fillValue, type Template, writtenText } from './expressions/template.ts';
import type { Json } from './expressions/values.ts';
import { type Dictionary, RUNNER_TEMP, tokenOf, workspaceOf } from './github/contexts.ts';
import { JobClock, pacedPython, type WaitWatcher } from './job-clock.ts';
import { type Environment, fillEnvironment, type JobFacts, jobScope, stepScope } from './job-contexts.ts';
import { JobLog } from './job-log.ts';
import { Masker } from './masks.ts';
import type { JobPlan, Permissions, Plan, StepPlan } from './plan.ts';
import { runScript } from './run-step.ts';
import type { Machine, Runner } from './runners/runner.ts';
import { firstLine, type StepCall } from './step.ts';
import { StepLimits } from './step-limits.ts';

/** Everything that was decided about a job before it began. */
export interface JobOrder {
  readonly run: Run;
  readonly job: JobRun;
  readonly plan: Plan;
  readonly definition: JobPlan;
  readonly trigger: Trigger;
  readonly github: Dictionary;
  readonly needs: Json;
  readonly matrix: Json;
  readonly strategy: Json;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly timeoutMinutes: number;
  readonly runnerName: string;
}

export interface JobSurroundings {
  readonly host: PipelinesHost;
  readonly runner: Runner;
  readonly artifacts: ArtifactStore;
  /** Real milliseconds that a step may compute without letting virtual time pass. */
  readonly realLimit: number;
  log(line: LogLine): void;
  annotate(annotation: Annotation): void;
  /** Something of the job has changed. */
  changed(): void;
  /** Time is about to pass: what has happened until now is told. */
  tell(): void;
}

/** Why a job is stopped; each is told in the log. */
export type StopCause =
  | { readonly kind: 'cancelled'; readonly why: string }
  | { readonly kind: 'job timeout'; readonly minutes: number }
  | { readonly kind: 'step timeout'; readonly minutes: number };

export type JobConclusion = Exclude<Conclusion, 'skipped'>;

interface StepState {
  readonly plan: StepPlan;
  readonly run: StepRun;
  readonly outputs: Record<string, string>;
}

/** The step that runs now, and how to stop it. */
interface Running {
  readonly condition: string;
  readonly scope: () => Scope;
  readonly stop: AbortController;
  cause: StopCause | null;
}

export class JobExecution {
  readonly #order: JobOrder;
  readonly #around: JobSurroundings;
  readonly #watcher: WaitWatcher;
  readonly #clock: JobClock;
  readonly #masker = new Masker();
  /** Without a prototype, as are outputs, so that a step may name one `__proto__`. */
  readonly #variables: Record<string, string> = Object.create(null);
  readonly #paths: string[] = [];
  readonly #steps: StepState[] = [];
  readonly #posts: { readonly name: string; readonly action: string }[] = [];
  readonly #names = new Map<string, number>();
  readonly #facts: JobFacts;
  readonly #log: JobLog;
  #machine: Machine | null = null;
  #status: JobConclusion = 'success';
  #running: Running | null = null;
  #deadline = Number.POSITIVE_INFINITY;
  #limits: StepLimits | null = null;

  /** From here on the job holds the clock, until `run` has resolved. */
  constructor(order: JobOrder, around: JobSurroundings) {
    this.#order = order;
    this.#around = around;
    this.#watcher = {
      sleeps: () => {
        around.tell();
        return this.#limits?.waits() ?? (() => {});
      },
      queues: () => {
        this.#log.write('output', 'Waiting for Python: as many programs run already as this company has room for.');
        return this.#limits?.waits() ?? (() => {});
      },
    };
    this.#clock = new JobClock(around.host.clock, this.#watcher);
    const debug = order.secrets['ACTIONS_STEP_DEBUG'] === 'true' || order.vars['ACTIONS_STEP_DEBUG'] === 'true';
    const { needs, matrix, strategy, vars, secrets, runnerName, definition, job, run, plan } = order;
    const workspace = workspaceOf(order.trigger.repository);
    this.#facts = {
      github: { ...order.github, job: definition.id },
      token: tokenOf(run, job.key),
      needs,
      matrix,
      strategy,
      vars,
      secrets,
      runnerName,
      debug,
      workspace,
    };
    this.#log = new JobLog({
      jobKey: job.key,
      path: plan.path,
      workspace,
      masker: this.#masker,
      now: () => this.#clock.now(),
      line: (line) => around.log(line),
      annotation: (annotation) => around.annotate(annotation),
    });
    for (const secret of [...Object.values(secrets), this.#facts.token]) this.#masker.add(secret);
  }

  /** Lets the time pass until a runner has picked the job up. */
  async pickUp(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(durations.PICK_UP, signal);
  }

  /** Lets go of the clock when the job is given up before it ran. */
  abandon(): void {
    this.#clock.end();
  }

  /** Runs the job to its end. Never rejects. */
  async run(): Promise<JobConclusion> {
    const { job, definition, timeoutMinutes } = this.#order;
    const ended = new AbortController();
    this.#deadline = this.#clock.now() + timeoutMinutes * 60_000;
    this.#around.host.clock.sleep(timeoutMinutes * 60_000, ended.signal).then(
      () => {
        job.reason = `it took longer than ${timeoutMinutes} minutes`;
        this.stop({ kind: 'job timeout', minutes: timeoutMinutes });
      },
      () => {},
    );
    try {
      job.steps = [
        stepRun(1, 'Set up job', null),
        ...definition.steps.map((step, index) => stepRun(index + 2, this.#plannedName(step), step.id)),
        stepRun(definition.steps.length + 2, 'Complete job', null),
      ];
      await this.#setUp();
      for (const [index, step] of definition.steps.entries()) await this.#step(step, index + 1);
      for (const post of this.#posts.reverse()) await this.#post(post);
      await this.#complete();
    } catch (error) {
      this.#fault(error);
    } finally {
      ended.abort();
      this.#clock.end();
    }
    return this.#status;
  }

  /** Stops the job: the step that runs is stopped unless its condition holds for a job that was cancelled. `force` stops it all the same. */
  stop(cause: StopCause, force = false): void {
    this.#status = 'cancelled';
    const running = this.#running;
    if (running === null || (!force && this.#holds(running))) return;
    this.#stopStep(running, cause);
  }

  #holds(running: Running): boolean {
    try {
      return evaluateCondition(running.condition, running.scope());
    } catch {
      return false;
    }
  }

  #stopStep(running: Running, cause: StopCause): void {
    if (running.cause !== null) return;
    running.cause = cause;
    this.#clock.interrupt();
    running.stop.abort();
  }

  // Steps around the job's own

  async #setUp(): Promise<void> {
    const { definition, plan, runnerName, job } = this.#order;
    await this.#builtinStep(0, async () => {
      this.#log.write('output', `Runner name: '${runnerName}'`);
      this.#log.group('Runner image', [
        `Image: ${job.runsOn.join(', ')}, built in`,
        `Included software: bash, git, Python ${PYTHON_VERSION}`,
      ]);
      this.#log.group('GITHUB_TOKEN Permissions', permissionLines(definition.permissions ?? plan.permissions));
      this.#log.write('output', 'Prepare workflow directory');
      const { workspace } = this.#facts;
      this.#machine = this.#around.runner.open({ clock: this.#clock, python: (host) => pacedPython(host, this.#clock, this.#watcher) });
      const { files } = this.#machine.computer;
      const folders = [workspace, RUNNER_TEMP].flatMap((path) =>
        path
          .split('/')
          .slice(1)
          .map((_, index, parts) => `/${parts.slice(0, index + 1).join('/')}`),
      );
      files.load(
        [...new Set(folders)]
          .filter((path) => !files.existsSync(path))
          .map((path) => ({ path, type: 'directory', mode: 0o755, mtime: this.#clock.now() })),
      );
      files.writeSync(
        String(this.#order.github['event_path']),
        new TextEncoder().encode(`${JSON.stringify(this.#order.github['event'], null, 2)}\n`),
      );
      const actions = new Set(definition.steps.flatMap(({ work }) => (work.kind === 'action' ? [work.uses] : [])));
      if (actions.size > 0) this.#log.write('output', 'Prepare all required actions');
      for (const uses of actions) this.#log.write('output', `Getting action '${uses}' (built in)`);
      this.#log.write('output', `Complete job name: ${job.name}`);
      const scope = jobScope(this.#facts);
      Object.assign(this.#variables, fillEnvironment(plan.env, scope), fillEnvironment(definition.env, scope));
      await this.#clock.sleep(durations.SET_UP_JOB);
    });
  }

  async #post(post: { readonly name: string; readonly action: string }): Promise<void> {
    const index = this.#order.job.steps.findIndex((step) => step.status !== 'completed');
    await this.#builtinStep(index, async () => {
      if (post.action === 'actions/checkout') this.#log.write('output', 'Cleaning up the credentials that git was given');
      else this.#log.write('output', 'Nothing to keep');
      await this.#clock.sleep(durations.POST_STEP);
    });
  }

  async #complete(): Promise<void> {
    const { job, definition } = this.#order;
    await this.#builtinStep(job.steps.length - 1, async () => {
      if (definition.outputs.length > 0) this.#log.write('output', 'Evaluate and set job outputs');
      for (const output of definition.outputs) this.#setJobOutput(output.name, output.value);
      const url = definition.environment?.url ?? null;
      if (url !== null) this.#log.write('output', `Environment URL: ${fillText(url, this.#stepScope())}`);
      this.#log.write('output', 'Cleaning up orphan processes');
      await this.#clock.sleep(durations.COMPLETE_JOB);
    });
  }

  #setJobOutput(name: string, template: Template): void {
    const value = fillText(template, this.#stepScope());
    if (this.#masker.touches(value)) {
      this.#log.message('warning', `Skip output '${name}' since it may contain secret.`, template.at);
      return;
    }
    if (value !== '') this.#log.write('output', `Set output '${name}'`);
    this.#order.job.outputs[name] = value;
  }

  /** A step that the runner adds. When it fails the job fails. */
  async #builtinStep(index: number, work: () => Promise<void>): Promise<void> {
    const step = this.#order.job.steps[index];
    if (step === undefined) return;
    this.#begin(step);
    try {
      await work();
      this.#end(step, 'success', 'success');
    } catch (error) {
      this.#log.message('error', messageOf(error), this.#order.definition.at);
      if (this.#status === 'success') this.#status = 'failure';
      this.#end(step, 'failure', 'failure');
    }
  }

  // The job's own steps

  async #step(plan: StepPlan, index: number): Promise<void> {
    const run = this.#order.job.steps[index];
    if (run === undefined) return;
    const state: StepState = { plan, run, outputs: Object.create(null) };
    this.#steps.push(state);
    if (this.#machine === null) return this.#skip(run);
    const action = this.#actionName(plan);
    const files = commandFiles(run.number);
    let environment: Environment = this.#variables;
    const scope = () => this.#stepScope(environment, { action, ...files });
    try {
      environment = { ...this.#variables, ...fillEnvironment(plan.env, scope()) };
      if (!evaluateCondition(plan.condition.expression, scope())) return this.#skip(run);
    } catch (error) {
      this.#begin(run);
      this.#log.message('error', messageOf(error), plan.at);
      return this.#conclude(state, 'failure', false);
    }
    this.#rename(run, plan, scope());
    this.#begin(run);
    const running: Running = { condition: plan.condition.expression, scope, stop: new AbortController(), cause: null };
    this.#running = running;
    const outcome = await this.#runLimited(running, state, environment, files);
    this.#running = null;
    const told = running.cause === null ? outcome : this.#tellStop(running.cause, run, plan);
    this.#clock.resume();
    this.#conclude(state, told, this.#continues(plan, scope()));
  }

  /** Runs the step's work within its time; an error of it fails the step. */
  async #runLimited(
    running: Running,
    state: StepState,
    environment: Environment,
    files: Readonly<Record<string, string>>,
  ): Promise<JobConclusion> {
    const { plan } = state;
    try {
      const limits = this.#limitsOf(running, plan);
      this.#limits = limits;
      try {
        const call = this.#callOf(running, state, environment, files);
        return await (plan.work.kind === 'run' ? runScript(call, plan.work) : runAction(call, plan.work));
      } finally {
        this.#limits = null;
        await limits.settle();
      }
    } catch (error) {
      if (running.cause === null) this.#log.message('error', messageOf(error), plan.at);
      return 'failure';
    }
  }

  #limitsOf(running: Running, plan: StepPlan): StepLimits {
    const minutes = plan.timeoutMinutes === null ? null : Number(fillValue(plan.timeoutMinutes, running.scope()));
    if (minutes !== null && !(minutes > 0)) throw new Error('`timeout-minutes` is not a number of minutes.');
    return new StepLimits({
      hostClock: this.#around.host.clock,
      clock: this.#clock,
      minutes,
      jobDeadline: this.#deadline,
      realLimit: this.#around.realLimit,
      onTimeout: () => this.#stopStep(running, { kind: 'step timeout', minutes: minutes ?? 0 }),
      onStuck: (seconds) => {
        this.#log.write('output', `The step computed for ${seconds} s of real time without coming to an end.`);
        running.stop.abort();
      },
    });
  }

  #callOf(
    running: Running,
    { plan, run, outputs }: StepState,
    environment: Environment,
    files: Readonly<Record<string, string>>,
  ): StepCall {
    const { job, trigger, definition } = this.#order;
    return {
      plan,
      run,
      job,
      workflowRun: this.#order.run,
      trigger,
      defaults: definition.defaults,
      facts: this.#facts,
      machine: this.#machine as Machine,
      host: this.#around.host,
      artifacts: this.#around.artifacts,
      clock: this.#clock,
      log: this.#log,
      masker: this.#masker,
      scope: running.scope(),
      environment,
      paths: this.#paths,
      files,
      outputs,
      signal: running.stop.signal,
      stopped: () => running.cause !== null,
      exportVariable: (name, value) => void (this.#variables[name] = value),
      addPost: () => this.#addPost(run, plan),
    };
  }

  #addPost(run: StepRun, plan: StepPlan): void {
    const { job } = this.#order;
    const name = `Post ${run.name}`;
    this.#posts.push({ name, action: plan.work.kind === 'action' ? plan.work.action : '' });
    // Post steps run in reverse, so each new one comes before those that are there.
    const main = this.#order.definition.steps.length + 1;
    const steps = [...job.steps.slice(0, main), stepRun(0, name, null), ...job.steps.slice(main)];
    job.steps = steps.map((step, index) => (step.number === index + 1 ? step : { ...step, number: index + 1 }));
  }

  #tellStop(cause: StopCause, run: StepRun, plan: StepPlan): JobConclusion {
    if (cause.kind === 'step timeout') {
      this.#log.message('error', `The action '${run.name}' has timed out after ${cause.minutes} minutes.`, plan.at);
      return 'failure';
    }
    if (cause.kind === 'job timeout')
      this.#log.message('error', `The job has exceeded the maximum execution time of ${cause.minutes}m0s`, this.#order.definition.at);
    this.#log.message('error', 'The operation was canceled.', plan.at);
    return 'cancelled';
  }

  // Results

  #continues(plan: StepPlan, scope: Scope): boolean {
    if (plan.continueOnError === null) return false;
    try {
      const value = fillValue(plan.continueOnError, scope);
      return value === true || value === 'true';
    } catch (error) {
      this.#log.message('error', messageOf(error), plan.at);
      return false;
    }
  }

  #conclude(state: StepState, outcome: JobConclusion, continues: boolean): void {
    const conclusion = outcome === 'failure' && continues ? 'success' : outcome;
    if (conclusion === 'failure' && this.#status === 'success') {
      this.#status = 'failure';
      this.#order.job.reason = `${state.run.name} failed`;
    }
    this.#end(state.run, outcome, conclusion);
  }

  #skip(step: StepRun): void {
    step.status = 'completed';
    step.outcome = step.conclusion = 'skipped';
    step.startedAt = step.completedAt = this.#clock.now();
    this.#around.changed();
  }

  #begin(step: StepRun): void {
    this.#log.beginStep(step.number);
    step.status = 'in_progress';
    step.startedAt = this.#clock.now();
    this.#around.changed();
  }

  #end(step: StepRun, outcome: Conclusion, conclusion: Conclusion): void {
    step.status = 'completed';
    step.outcome = outcome;
    step.conclusion = conclusion;
    step.completedAt = this.#clock.now();
    this.#around.changed();
  }

  #fault(error: unknown): void {
    this.#status = 'failure';
    this.#order.job.reason = `the runner failed: ${messageOf(error)}`;
    this.#log.message(
      'error',
      `The runner itself failed, which is a fault of this course and not of your workflow: ${messageOf(error)}`,
      this.#order.definition.at,
    );
    for (const step of this.#order.job.steps) if (step.status !== 'completed') this.#end(step, 'failure', 'failure');
  }

  // Contexts

  #stepScope(environment: Environment = this.#variables, github: Dictionary = {}): Scope {
    const progress = () => ({ status: this.#status, steps: this.#stepResults(), computer: this.#machine?.computer ?? null });
    return stepScope(this.#facts, progress, environment, github);
  }

  #stepResults(): Dictionary {
    const ended = this.#steps.filter(({ plan, run }) => plan.id !== null && run.status === 'completed');
    return Object.fromEntries(
      ended.map(({ plan, run, outputs }) => [plan.id, { outputs, outcome: run.outcome, conclusion: run.conclusion }]),
    );
  }

  // Names

  #plannedName({ name, work }: StepPlan): string {
    if (name !== null) return writtenText(name);
    return `Run ${work.kind === 'action' ? work.uses : firstLine(writtenText(work.script))}`;
  }

  #rename(run: StepRun, plan: StepPlan, scope: Scope): void {
    try {
      const name =
        plan.name !== null
          ? fillText(plan.name, scope)
          : plan.work.kind === 'run'
            ? `Run ${firstLine(fillText(plan.work.script, scope))}`
            : run.name;
      (run as { name: string }).name = this.#masker.mask(name);
    } catch {
      // The step's own evaluation tells what is wrong.
    }
  }

  /** `github.action`: the step's id, or a name made of what it does. */
  #actionName(plan: StepPlan): string {
    if (plan.id !== null) return plan.id;
    const base = plan.work.kind === 'run' ? '__run' : `__${plan.work.action.replace(/[^A-Za-z0-9]/g, '_')}`;
    const count = (this.#names.get(base) ?? 0) + 1;
    this.#names.set(base, count);
    return count === 1 ? base : `${base}_${count}`;
  }
}

function stepRun(number: number, name: string, id: string | null): StepRun {
  return { number, name, id, status: 'queued', outcome: null, conclusion: null, startedAt: null, completedAt: null };
}

/** The files that a step can write to, by the name of their property of the github context. */
function commandFiles(step: number): Readonly<Record<string, string>> {
  const file = (prefix: string) => `${RUNNER_TEMP}/_runner_file_commands/${prefix}_${step}`;
  return {
    env: file('set_env'),
    output: file('set_output'),
    path: file('add_path'),
    state: file('save_state'),
    step_summary: file('step_summary'),
  };
}

function permissionLines(permissions: Permissions | null): readonly string[] {
  if (permissions === null) return ['Contents: read', 'Metadata: read', 'Packages: read'];
  if (typeof permissions === 'string') return [permissions === 'read-all' ? 'All scopes: read' : 'All scopes: write'];
  const title = (scope: string) =>
    scope
      .split('-')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('');
  const granted = Object.entries(permissions).filter(([, level]) => level !== 'none');
  return [...granted.map(([scope, level]) => `${title(scope)}: ${level}`), 'Metadata: read'].sort();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
