/** Runs one job on a machine: its steps in order, their conditions, files, commands and outputs. */
import { ActionFailure, type ActionCall } from './actions/action.ts';
import { CATALOG } from './actions/catalog.ts';
import { hashOfHashes } from './actions/digest.ts';
import { findFiles, resolve } from './actions/glob.ts';
import { ACTIONS } from './actions/registry.ts';
import { PYTHON_VERSION } from './actions/setup-python.ts';
import type { ArtifactStore } from './artifacts.ts';
import type { Annotation, Conclusion, JobRun, LogLine, PipelinesHost, Run, StepRun, Trigger } from './contract.ts';
import * as durations from './durations.ts';
import { evaluateCondition, type Scope } from './expressions/evaluate.ts';
import { fillText, fillValue, literalText, type Template } from './expressions/template.ts';
import type { Json } from './expressions/values.ts';
import { logMessage, StepOutput } from './github/commands.ts';
import { defaultVariables, type Dictionary, RUNNER_TEMP, runnerContext, tokenOf, workspaceOf } from './github/contexts.ts';
import { readAssignments, readPaths } from './github/files.ts';
import { JobClock, pacedPython } from './job-clock.ts';
import { Masker } from './masks.ts';
import type { ActionWork, JobPlan, Permissions, Plan, RunWork, StepPlan } from './plan.ts';
import type { Machine, Runner } from './runners/runner.ts';
import { shellFor } from './runners/shells.ts';
import type { Place } from './yaml.ts';

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
export type StopCause = { readonly kind: 'cancelled'; readonly why: string } | { readonly kind: 'job timeout'; readonly minutes: number } | { readonly kind: 'step timeout'; readonly minutes: number };

export type JobConclusion = Exclude<Conclusion, 'skipped'>;

const SUMMARY_LIMIT = 1024 * 1024;
const ANNOTATIONS_PER_STEP = 10;

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
  failed: boolean;
  annotations: Record<Annotation['severity'], number>;
}

export class JobExecution {
  readonly #order: JobOrder;
  readonly #around: JobSurroundings;
  readonly #clock: JobClock;
  readonly #masker = new Masker();
  readonly #variables: Record<string, string> = {};
  readonly #paths: string[] = [];
  readonly #steps: StepState[] = [];
  readonly #posts: { readonly name: string; readonly action: string }[] = [];
  readonly #names = new Map<string, number>();
  readonly #debug: boolean;
  #machine: Machine | null = null;
  #status: JobConclusion = 'success';
  #running: Running | null = null;
  #stepNumber = 1;
  #deadline = Number.POSITIVE_INFINITY;
  #watch: (() => void) | null = null;

  /** From here on the job holds the clock, until `run` has resolved. */
  constructor(order: JobOrder, around: JobSurroundings) {
    this.#order = order;
    this.#around = around;
    this.#clock = new JobClock(around.host.clock, { beforeSleep: () => around.tell(), afterSleep: () => this.#watch?.() });
    this.#debug = order.secrets['ACTIONS_STEP_DEBUG'] === 'true' || order.vars['ACTIONS_STEP_DEBUG'] === 'true';
    for (const secret of Object.values(order.secrets)) this.#masker.add(secret);
    this.#masker.add(this.#token);
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
      job.steps = [stepRun(1, 'Set up job', null), ...definition.steps.map((step, index) => stepRun(index + 2, this.#plannedName(step), step.id)), stepRun(definition.steps.length + 2, 'Complete job', null)];
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
    const { definition, plan, trigger, runnerName, job } = this.#order;
    await this.#builtinStep(0, async () => {
      this.#log('output', `Runner name: '${runnerName}'`);
      this.#group('Runner image', [`Image: ${job.runsOn.join(', ')}, built in`, `Included software: bash, git, Python ${PYTHON_VERSION}`]);
      this.#group('GITHUB_TOKEN Permissions', permissionLines(definition.permissions ?? plan.permissions));
      this.#log('output', 'Prepare workflow directory');
      const workspace = workspaceOf(trigger.repository);
      this.#machine = this.#around.runner.open({ clock: this.#clock, python: (host) => pacedPython(host, this.#clock) });
      const { files } = this.#machine.computer;
      const folders = [workspace, RUNNER_TEMP].flatMap((path) => path.split('/').slice(1).map((_, index, parts) => `/${parts.slice(0, index + 1).join('/')}`));
      files.load([...new Set(folders)].filter((path) => !files.existsSync(path)).map((path) => ({ path, type: 'directory', mode: 0o755, mtime: this.#clock.now() })));
      files.writeSync(String(this.#order.github['event_path']), new TextEncoder().encode(`${JSON.stringify(this.#order.github['event'], null, 2)}\n`));
      const actions = new Set(definition.steps.flatMap(({ work }) => (work.kind === 'action' ? [work.uses] : [])));
      if (actions.size > 0) this.#log('output', 'Prepare all required actions');
      for (const uses of actions) this.#log('output', `Getting action '${uses}' (built in)`);
      this.#log('output', `Complete job name: ${job.name}`);
      const scope = this.#jobScope();
      Object.assign(this.#variables, this.#environmentOf(plan.env, scope), this.#environmentOf(definition.env, scope));
      await this.#clock.sleep(durations.SET_UP_JOB);
    });
  }

  async #post(post: { readonly name: string; readonly action: string }): Promise<void> {
    const index = this.#order.job.steps.findIndex((step) => step.status !== 'completed');
    await this.#builtinStep(index, async () => {
      if (post.action === 'actions/checkout') this.#log('output', 'Cleaning up the credentials that git was given');
      else this.#log('output', 'Nothing to keep');
      await this.#clock.sleep(durations.POST_STEP);
    });
  }

  async #complete(): Promise<void> {
    const { job, definition } = this.#order;
    await this.#builtinStep(job.steps.length - 1, async () => {
      if (definition.outputs.length > 0) this.#log('output', 'Evaluate and set job outputs');
      for (const output of definition.outputs) this.#setJobOutput(output.name, output.value);
      const url = definition.environment?.url ?? null;
      if (url !== null) this.#log('output', `Environment URL: ${fillText(url, this.#stepScope())}`);
      this.#log('output', 'Cleaning up orphan processes');
      await this.#clock.sleep(durations.COMPLETE_JOB);
    });
  }

  #setJobOutput(name: string, template: Template): void {
    const value = fillText(template, this.#stepScope());
    if (this.#masker.touches(value)) {
      this.#warn(`Skip output '${name}' since it may contain secret.`, template.at);
      return;
    }
    if (value !== '') this.#log('output', `Set output '${name}'`);
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
      this.#error(messageOf(error), this.#order.definition.at);
      if (this.#status === 'success') this.#status = 'failure';
      this.#end(step, 'failure', 'failure');
    }
  }

  // The job's own steps

  async #step(plan: StepPlan, index: number): Promise<void> {
    const run = this.#order.job.steps[index];
    if (run === undefined) return;
    const state: StepState = { plan, run, outputs: {} };
    this.#steps.push(state);
    if (this.#machine === null) return this.#skip(run);
    this.#stepNumber = run.number;
    const action = this.#actionName(plan);
    const files = commandFiles(run.number);
    let environment: Readonly<Record<string, string>> = this.#variables;
    const scope = () => this.#stepScope(environment, { action, ...files });
    try {
      environment = { ...this.#variables, ...this.#environmentOf(plan.env, scope()) };
      if (!evaluateCondition(plan.condition.expression, scope())) return this.#skip(run);
    } catch (error) {
      this.#begin(run);
      this.#error(messageOf(error), plan.at);
      return this.#conclude(state, 'failure', false);
    }
    this.#rename(run, plan, scope());
    this.#begin(run);
    const running: Running = { condition: plan.condition.expression, scope, stop: new AbortController(), cause: null, failed: false, annotations: { error: 0, warning: 0, notice: 0 } };
    this.#running = running;
    const stopTimer = this.#armTimeout(plan, running, scope());
    let outcome: JobConclusion;
    try {
      outcome = await this.#work(state, running, environment, scope, files);
    } catch (error) {
      if (running.cause === null) this.#error(messageOf(error), plan.at);
      outcome = 'failure';
    } finally {
      stopTimer();
      this.#running = null;
    }
    if (running.cause !== null) outcome = this.#tellStop(running.cause, run, plan);
    this.#clock.resume();
    this.#conclude(state, outcome, this.#continues(plan, scope()));
  }

  #work(state: StepState, running: Running, environment: Readonly<Record<string, string>>, scope: () => Scope, files: Readonly<Record<string, string>>): Promise<JobConclusion> {
    const { work } = state.plan;
    return work.kind === 'run' ? this.#runScript(state, work, running, environment, scope(), files) : this.#runAction(state, work, running, environment, scope());
  }

  async #runScript(state: StepState, work: RunWork, running: Running, environment: Readonly<Record<string, string>>, scope: Scope, files: Readonly<Record<string, string>>): Promise<JobConclusion> {
    const { definition, trigger } = this.#order;
    const script = fillText(work.script, scope);
    const shellTemplate = work.shell ?? definition.defaults.shell;
    const shell = shellFor(shellTemplate === null ? null : fillText(shellTemplate, scope));
    const folder = work.workingDirectory ?? definition.defaults.workingDirectory;
    const cwd = resolve(workspaceOf(trigger.repository), folder === null ? '' : fillText(folder, scope));
    const lines = script.replaceAll('\r\n', '\n').replace(/\n+$/, '').split('\n');
    this.#log('group', `Run ${firstLine(script)}`);
    for (const line of lines) this.#log('command', line);
    this.#log('output', `shell: ${shell.shown}`);
    this.#logEnvironment(environment);
    this.#log('endgroup', '');
    const machine = this.#machine as Machine;
    if (!isFolder(machine, cwd)) throw new Error(`An error occurred trying to start process '${shell.shown.split(' ')[0]}' with working directory '${cwd}'. No such file or directory`);
    for (const path of Object.values(files)) machine.computer.files.writeSync(path, new Uint8Array());
    const output = new StepOutput(
      {
        log: (kind, text) => this.#log(kind, text),
        annotate: (severity, message, properties) => this.#annotateCommand(severity, message, properties, state.plan.at),
        setOutput: (name, value) => void (state.outputs[name] = value),
        saveState: () => {},
        fail: () => void (running.failed = true),
      },
      this.#masker,
      { debug: this.#debug },
    );
    const stuck = this.#guard(state.plan, running, scope);
    await this.#clock.sleep(durations.RUN_STEP, running.stop.signal).catch(() => {});
    let exitCode = 130;
    if (running.cause === null) {
      exitCode = await machine.run({
        shell,
        script,
        scriptPath: `${RUNNER_TEMP}/step-${state.run.number}.${shell.program === 'python' ? 'py' : 'sh'}`,
        cwd,
        env: this.#processEnvironment(environment, scope),
        signal: running.stop.signal,
        onOutput: (text) => output.write(text),
      });
    }
    output.end();
    await stuck.settle();
    if (running.cause === null && exitCode !== 0) {
      this.#error(`Process completed with exit code ${exitCode}.`, state.plan.at);
      running.failed = true;
    }
    this.#readFiles(state, running, files);
    return running.failed ? 'failure' : 'success';
  }

  async #runAction(state: StepState, work: ActionWork, running: Running, environment: Readonly<Record<string, string>>, scope: Scope): Promise<JobConclusion> {
    const { run, job, trigger } = this.#order;
    const spec = CATALOG.find(({ name }) => name === work.action);
    const code = ACTIONS[work.action];
    if (spec === undefined || code === undefined) throw new ActionFailure(`The action ${work.uses} isn't available here.`);
    const given = Object.fromEntries(work.inputs.map((input) => [input.name.toLowerCase(), fillText(input.value, scope)]));
    const inputs = { ...spec.inputs, ...given };
    this.#log('group', `Run ${work.uses}`);
    const shown = Object.entries(inputs).filter(([, value]) => value !== '');
    if (shown.length > 0) this.#log('output', 'with:');
    for (const [name, value] of shown) for (const [index, line] of value.replace(/\n+$/, '').split('\n').entries()) this.#log('output', index === 0 ? `  ${name}: ${line}` : `    ${line}`);
    this.#logEnvironment(environment);
    this.#log('endgroup', '');
    const known = [...Object.keys(spec.inputs), ...Object.keys(spec.refused)];
    const unknown = Object.keys(given).filter((name) => !known.includes(name));
    if (unknown.length > 0) this.#warn(`Unexpected input(s) ${unknown.map((name) => `'${name}'`).join(', ')}, valid inputs are [${Object.keys(spec.inputs).map((name) => `'${name}'`).join(', ')}]`, work.at);
    if (spec.post) this.#addPost(state, work);
    const call: ActionCall = {
      input: (name) => inputs[name] ?? '',
      workspace: workspaceOf(trigger.repository),
      computer: (this.#machine as Machine).computer,
      host: this.#around.host,
      run,
      jobKey: job.key,
      trigger,
      environment: job.environment,
      artifacts: this.#around.artifacts,
      now: () => this.#clock.now(),
      log: (text) => this.#log('output', text),
      warn: (message) => this.#warn(message, work.at),
      group: (title, lines) => this.#group(title, lines),
      setOutput: (name, value) => void (state.outputs[name] = value),
      exportVariable: (name, value) => void (this.#variables[name] = value),
      takes: (ms) => this.#clock.sleep(ms, running.stop.signal),
    };
    await code(call);
    return 'success';
  }

  #addPost(state: StepState, work: ActionWork): void {
    const { job } = this.#order;
    const name = `Post ${state.run.name}`;
    this.#posts.push({ name, action: work.action });
    // Post steps run in reverse, so each new one comes before those that are there.
    const main = this.#order.definition.steps.length + 1;
    job.steps = [...job.steps.slice(0, main), stepRun(0, name, null), ...job.steps.slice(main)].map((step, index) => (step.number === index + 1 ? step : { ...step, number: index + 1 }));
  }

  // Time limits

  /** Stops the step when its own time is over. Returns how to call it off. */
  #armTimeout(plan: StepPlan, running: Running, scope: Scope): () => void {
    const minutes = this.#minutes(plan, scope);
    if (minutes === null) return () => {};
    const done = new AbortController();
    this.#around.host.clock.sleep(minutes * 60_000, done.signal).then(
      () => this.#stopStep(running, { kind: 'step timeout', minutes }),
      () => {},
    );
    return () => done.abort();
  }

  #minutes(plan: StepPlan, scope: Scope): number | null {
    if (plan.timeoutMinutes === null) return null;
    const minutes = Number(fillValue(plan.timeoutMinutes, scope));
    return Number.isFinite(minutes) && minutes > 0 ? minutes : null;
  }

  /**
   * A step that computes for ever lets no virtual time pass, so that no timeout would ever come. After a stretch of real time it is stopped
   * for what it is, and the clock goes on to the timeout that would have stopped it.
   */
  #guard(plan: StepPlan, running: Running, scope: Scope): { settle(): Promise<void> } {
    const started = this.#clock.now();
    const minutes = this.#minutes(plan, scope);
    const until = Math.min(this.#deadline, minutes === null ? Number.POSITIVE_INFINITY : started + minutes * 60_000);
    const limit = Math.min(this.#around.realLimit, until - started);
    let stuck = false;
    const fire = () => {
      stuck = true;
      running.stop.abort();
    };
    let timer = setTimeout(fire, limit);
    this.#watch = () => {
      clearTimeout(timer);
      timer = setTimeout(fire, limit);
    };
    return {
      settle: async () => {
        this.#watch = null;
        clearTimeout(timer);
        if (!stuck || running.cause !== null) return;
        this.#log('output', `The step computed for ${Math.round(limit / 1000)} s of real time without coming to an end.`);
        // The timeout's own timer is due at the same moment and was set before, so it tells the cause.
        await this.#clock.sleep(until - this.#clock.now()).catch(() => {});
      },
    };
  }

  #tellStop(cause: StopCause, run: StepRun, plan: StepPlan): JobConclusion {
    if (cause.kind === 'step timeout') {
      this.#error(`The action '${run.name}' has timed out after ${cause.minutes} minutes.`, plan.at);
      return 'failure';
    }
    if (cause.kind === 'job timeout') this.#error(`The job has exceeded the maximum execution time of ${cause.minutes}m0s`, this.#order.definition.at);
    this.#error('The operation was canceled.', plan.at);
    return 'cancelled';
  }

  // Results

  #continues(plan: StepPlan, scope: Scope): boolean {
    if (plan.continueOnError === null) return false;
    try {
      const value = fillValue(plan.continueOnError, scope);
      return value === true || value === 'true';
    } catch (error) {
      this.#error(messageOf(error), plan.at);
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
    this.#stepNumber = step.number;
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
    this.#error(`The runner itself failed, which is a fault of this course and not of your workflow: ${messageOf(error)}`, this.#order.definition.at);
    for (const step of this.#order.job.steps) if (step.status !== 'completed') this.#end(step, 'failure', 'failure');
  }

  // What a step wrote to its files

  #readFiles(state: StepState, running: Running, files: Readonly<Record<string, string>>): void {
    const read = (file: string) => this.#readText(files[file] ?? '');
    const assign = (file: string, take: (name: string, value: string) => void) => {
      const assignments = readAssignments(read(file));
      if (assignments.ok) for (const [name, value] of assignments.pairs) take(name, value);
      else this.#fileError(file, assignments.message, running, state.plan.at);
    };
    assign('env', (name, value) => {
      if (name.toUpperCase() === 'NODE_OPTIONS') this.#fileError('env', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.", running, state.plan.at);
      else this.#variables[name] = value;
    });
    assign('output', (name, value) => void (state.outputs[name] = value));
    assign('state', () => {});
    for (const path of readPaths(read('path'))) {
      if (this.#paths.includes(path)) this.#paths.splice(this.#paths.indexOf(path), 1);
      this.#paths.unshift(path);
    }
    const summary = read('step_summary');
    if (summary.length > SUMMARY_LIMIT) this.#error(`$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(summary.length / 1024)}k.`, state.plan.at);
    else if (summary !== '') {
      const { job } = this.#order;
      job.summary += `${job.summary === '' || job.summary.endsWith('\n') ? '' : '\n'}${summary.split('\n').map((line) => this.#masker.mask(line)).join('\n')}`;
    }
  }

  #fileError(file: string, message: string, running: Running, at: Place): void {
    this.#error(`Unable to process file command '${file}' successfully.`, at);
    this.#error(message, at);
    running.failed = true;
  }

  #readText(path: string): string {
    const { files } = (this.#machine as Machine).computer;
    return files.existsSync(path) ? new TextDecoder().decode(files.readSync(path)) : '';
  }

  // Contexts

  get #token(): string {
    return tokenOf(this.#order.run, this.#order.job.key);
  }

  #jobScope(): Scope {
    const { needs, matrix, strategy, vars, secrets } = this.#order;
    const github = { ...this.#order.github, job: this.#order.definition.id, token: this.#token };
    return {
      contexts: {
        github: () => github,
        needs: () => needs,
        matrix: () => matrix,
        strategy: () => strategy,
        vars: () => vars,
        secrets: () => ({ ...secrets, GITHUB_TOKEN: this.#token }),
        inputs: () => ({}),
        runner: () => runnerContext(this.#order.runnerName, this.#debug),
      },
      functions: {},
    };
  }

  #stepScope(environment: Readonly<Record<string, string>> = this.#variables, github: Dictionary = {}): Scope {
    const base = this.#jobScope();
    const stepRuns = () =>
      Object.fromEntries(
        this.#steps.flatMap(({ plan, run, outputs }) => (plan.id === null || run.status !== 'completed' ? [] : [[plan.id, { outputs, outcome: run.outcome, conclusion: run.conclusion }]])),
      );
    return {
      contexts: {
        ...base.contexts,
        github: () => ({ ...(base.contexts['github']?.() as Dictionary), ...github }),
        env: () => environment,
        job: () => ({ status: this.#status, container: {}, services: {} }),
        jobs: () => ({}),
        steps: stepRuns,
      },
      functions: {
        success: () => this.#status === 'success',
        failure: () => this.#status === 'failure',
        cancelled: () => this.#status === 'cancelled',
        always: () => true,
        hashfiles: (...patterns) => this.#hashFiles(patterns.map(String)),
      },
    };
  }

  #hashFiles(patterns: readonly string[]): string {
    const { files } = (this.#machine as Machine).computer;
    const workspace = workspaceOf(this.#order.trigger.repository);
    const found = findFiles(files, patterns.join('\n'), workspace, (path) => path.startsWith(`${workspace}/`)).files;
    return found.length === 0 ? '' : hashOfHashes(found.map((path) => files.readSync(path)));
  }

  #environmentOf(env: JobPlan['env'], scope: Scope): Record<string, string> {
    if (env === null) return {};
    const value = fillValue(env, scope);
    if (value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) throw new Error('`env` is not a mapping of names to values.');
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, item === null ? '' : typeof item === 'object' ? (Array.isArray(item) ? 'Array' : 'Object') : String(item)]));
  }

  /** What the process finds in its environment: what was set, then the variables that can't be overwritten. */
  #processEnvironment(environment: Readonly<Record<string, string>>, scope: Scope): Readonly<Record<string, string>> {
    const defaults = defaultVariables(scope.contexts['github']?.() as Dictionary, runnerContext(this.#order.runnerName, this.#debug));
    const path = this.#paths.length === 0 ? {} : { PATH: [...this.#paths, '/usr/local/bin', '/usr/bin', '/bin'].join(':') };
    return { CI: 'true', ...path, ...environment, ...Object.fromEntries(Object.entries(defaults).filter(([name]) => name !== 'CI')) };
  }

  // Names

  #plannedName(step: StepPlan): string {
    if (step.name !== null) return literalText(step.name) ?? step.name.parts.map((part) => (typeof part === 'string' ? part : `\${{ ${part.expression} }}`)).join('');
    if (step.work.kind === 'action') return `Run ${step.work.uses}`;
    return `Run ${firstLine(step.work.script.parts.map((part) => (typeof part === 'string' ? part : `\${{ ${part.expression} }}`)).join(''))}`;
  }

  #rename(run: StepRun, plan: StepPlan, scope: Scope): void {
    try {
      const name = plan.name !== null ? fillText(plan.name, scope) : plan.work.kind === 'run' ? `Run ${firstLine(fillText(plan.work.script, scope))}` : run.name;
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

  // The log

  #log(kind: LogLine['kind'], text: string): void {
    this.#around.log({ jobKey: this.#order.job.key, step: this.#stepNumber, at: this.#clock.now(), kind, text: this.#masker.mask(text) });
  }

  #group(title: string, lines: readonly string[]): void {
    this.#log('group', title);
    for (const line of lines) this.#log('output', line);
    this.#log('endgroup', '');
  }

  #logEnvironment(environment: Readonly<Record<string, string>>): void {
    const entries = Object.entries(environment);
    if (entries.length > 0) this.#log('output', 'env:');
    for (const [name, value] of entries) this.#log('output', `  ${name}: ${value}`);
  }

  #error(message: string, at: Place): void {
    logMessage((kind, text) => this.#log(kind, text), 'error', message);
    this.#annotate('error', message, { file: this.#order.plan.path, line: at.line, column: at.column, title: null });
  }

  #warn(message: string, at: Place): void {
    logMessage((kind, text) => this.#log(kind, text), 'warning', message);
    this.#annotate('warning', message, { file: this.#order.plan.path, line: at.line, column: at.column, title: null });
  }

  #annotateCommand(severity: Annotation['severity'], message: string, properties: Readonly<Record<string, string>>, at: Place): void {
    const file = properties['file'];
    const title = properties['title'] ?? null;
    if (file === undefined || file === '') return this.#annotate(severity, message, { file: this.#order.plan.path, line: at.line, column: at.column, title });
    const workspace = `${workspaceOf(this.#order.trigger.repository)}/`;
    const number = (name: string) => Math.max(1, Math.floor(Number(properties[name]) || 0));
    const place = { file: file.startsWith(workspace) ? file.slice(workspace.length) : file.replace(/^\.\//, ''), line: number('line'), column: number('col'), title };
    this.#annotate(severity, message, properties['endcolumn'] === undefined ? place : { ...place, endColumn: number('endcolumn') });
  }

  /** At most ten of a kind per step are kept, as on the service. */
  #annotate(severity: Annotation['severity'], message: string, place: { readonly file: string; readonly line: number; readonly column: number; readonly endColumn?: number; readonly title: string | null }): void {
    const running = this.#running;
    if (running !== null && ++running.annotations[severity] > ANNOTATIONS_PER_STEP) return;
    this.#around.annotate({ severity, message: this.#masker.mask(message), jobKey: this.#order.job.key, step: this.#stepNumber, ...place, title: place.title === null ? null : this.#masker.mask(place.title) });
  }
}

function stepRun(number: number, name: string, id: string | null): StepRun {
  return { number, name, id, status: 'queued', outcome: null, conclusion: null, startedAt: null, completedAt: null };
}

function firstLine(script: string): string {
  return script.trimStart().split(/\r?\n/)[0] ?? '';
}

function isFolder(machine: Machine, path: string): boolean {
  const { files } = machine.computer;
  if (!files.existsSync(path)) return false;
  try {
    files.listSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The files that a step can write to, by the name of their property of the github context. */
function commandFiles(step: number): Readonly<Record<string, string>> {
  const file = (prefix: string) => `${RUNNER_TEMP}/_runner_file_commands/${prefix}_${step}`;
  return { env: file('set_env'), output: file('set_output'), path: file('add_path'), state: file('save_state'), step_summary: file('step_summary') };
}

function permissionLines(permissions: Permissions | null): readonly string[] {
  if (permissions === null) return ['Contents: read', 'Metadata: read', 'Packages: read'];
  if (typeof permissions === 'string') return [permissions === 'read-all' ? 'All scopes: read' : 'All scopes: write'];
  const title = (scope: string) => scope.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const granted = Object.entries(permissions).filter(([, level]) => level !== 'none');
  return [...granted.map(([scope, level]) => `${title(scope)}: ${level}`), 'Metadata: read'].sort();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
