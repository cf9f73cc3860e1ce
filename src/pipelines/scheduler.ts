/** Runs plans: gives jobs to runners two at a time, keeps concurrency groups, cancels, and brings every run to its end. */
import type { ArtifactStore } from './artifacts.ts';
import { ConcurrencyGroups, type Contender } from './concurrency.ts';
import type { Annotation, LogLine, PipelinesHost, Run } from './contract.ts';
import { type JobConclusion, JobExecution, type StopCause } from './job.ts';
import { hasRunner, missingRunner } from './runners/labels.ts';
import type { Runner } from './runners/runner.ts';
import type { Leg, WorkflowRun } from './workflow-run.ts';

/** Jobs that run at once. */
const RUNNERS = 2;
/** After this, jobs that go on in a cancelled run are ended by force. Source: "Workflow cancellation reference". */
const FORCE_AFTER = 5 * 60_000;
const NO_FREE_RUNNER = 'no free runner';

export interface SchedulerSurroundings {
  readonly host: PipelinesHost;
  readonly runner: Runner;
  readonly artifacts: ArtifactStore;
  readonly realLimit: number;
  log(run: Run, line: LogLine): void;
  /** `part` says whether the run itself changed (it began or ended), or only something in it. */
  changed(run: Run, part: 'run' | 'job'): void;
  /** Time is about to pass: what has happened until now is told. */
  tell(): void;
}

interface Active {
  readonly workflow: WorkflowRun;
  /** Until its concurrency group lets it go on nothing of it starts. */
  admitted: boolean;
  release: () => void;
  force: AbortController | null;
}

/** A job on its way through max-parallel, its concurrency group and the queue for a runner. */
interface Queued {
  readonly active: Active;
  readonly leg: Leg;
  state: 'matrix' | 'group' | 'runner' | 'starting' | 'running';
  execution: JobExecution | null;
  stop: AbortController;
  releaseGroup: () => void;
}

export class Scheduler {
  readonly #around: SchedulerSurroundings;
  readonly #groups = new ConcurrencyGroups();
  readonly #active = new Map<number, Active>();
  #jobs: Queued[] = [];
  readonly #slots: (Queued | null)[] = Array.from({ length: RUNNERS }, () => null);
  #idle: (() => void)[] = [];

  constructor(surroundings: SchedulerSurroundings) {
    this.#around = surroundings;
  }

  /** Takes a run on. @throws ExpressionFailure when its concurrency group can't be evaluated */
  begin(workflow: WorkflowRun): void {
    const { run } = workflow;
    const group = workflow.concurrency();
    const active: Active = { workflow, admitted: false, release: () => {}, force: null };
    this.#active.set(run.id, active);
    const admit = () => {
      active.admitted = true;
      for (const job of run.jobs) job.reason = null;
      this.#around.changed(run, 'run');
      this.#advance();
    };
    if (group === null) return admit();
    const contender: Contender = {
      label: `run ${run.number} of ${run.workflow}`,
      granted: admit,
      waits: (why) => {
        for (const job of run.jobs) job.reason = why;
        this.#around.changed(run, 'run');
      },
      cancelled: (why) => this.cancel(run.id, why),
    };
    active.release = () => this.#groups.release(group.group, contender);
    this.#groups.request(group.group, contender, group);
  }

  /** Cancels a run: jobs whose condition holds for a cancelled run go on, the others stop. A second cancel ends those too. */
  cancel(runId: number, why = 'the run was cancelled'): void {
    const active = this.#active.get(runId);
    if (active === undefined) return;
    const again = active.workflow.cancelled;
    active.workflow.cancelled = true;
    if (!active.admitted) return this.#closeUnstarted(active, why);
    for (const queued of this.#jobs.filter((job) => job.active === active)) {
      if (again || !active.workflow.holdsWhenCancelled(queued.leg.node)) this.#stop(queued, { kind: 'cancelled', why }, again);
    }
    if (active.force === null && this.#active.has(runId)) {
      active.force = new AbortController();
      this.#around.host.clock.sleep(FORCE_AFTER, active.force.signal).then(
        () => this.cancel(runId, why),
        () => {},
      );
    }
    this.#advance();
  }

  /** Resolves when nothing can go on by itself: every run has ended, or waits for a runner that doesn't exist. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Whoever could start has started, so only jobs on a runner can move anything on. */
  #isIdle(): boolean {
    return this.#slots.every((slot) => slot === null);
  }

  /** Does whatever can be done now: starts jobs, ends runs. */
  #advance(): void {
    const now = this.#around.host.clock.now();
    for (const active of this.#active.values()) {
      if (!active.admitted) continue;
      for (const leg of active.workflow.advance(now)) this.#enqueue(active, leg);
    }
    for (const queued of this.#jobs) if (queued.state === 'matrix') this.#leaveMatrix(queued);
    this.#assignRunners();
    for (const active of this.#active.values()) {
      if (active.workflow.done) this.#finish(active);
      else this.#around.changed(active.workflow.run, 'job');
    }
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #enqueue(active: Active, leg: Leg): void {
    const { environment } = leg.job;
    const known = environment === null ? null : this.#around.host.environments(active.workflow.trigger.repository);
    const queued: Queued = { active, leg, state: 'matrix', execution: null, stop: new AbortController(), releaseGroup: () => {} };
    this.#jobs.push(queued);
    if (environment !== null && known !== null && !known.includes(environment)) {
      const message = `There is no environment ${environment}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}.`;
      active.workflow.run.annotations.push(annotation(active, leg, message));
      this.#end(queued, 'failure', message);
    }
  }

  /** A job of a matrix starts when fewer than `max-parallel` of its legs are under way. */
  #leaveMatrix(queued: Queued): void {
    const { node } = queued.leg;
    const underWay = this.#jobs.filter((job) => job.leg.node === node && job.state !== 'matrix').length;
    if (underWay >= node.maxParallel) {
      queued.leg.job.reason = `max-parallel: ${node.maxParallel} of its matrix at once`;
      return;
    }
    const group = queued.leg.concurrency;
    if (group === null) return this.#joinQueue(queued);
    const { run } = queued.active.workflow;
    const { job } = queued.leg;
    const contender: Contender = {
      label: `${job.name} of run ${run.number}`,
      granted: () => this.#joinQueue(queued),
      waits: (why) => void (job.reason = why),
      cancelled: (why) => this.#stop(queued, { kind: 'cancelled', why }, false),
    };
    queued.state = 'group';
    queued.releaseGroup = () => this.#groups.release(group.group, contender);
    this.#groups.request(group.group, contender, group);
  }

  #joinQueue(queued: Queued): void {
    const { job } = queued.leg;
    queued.state = 'runner';
    job.status = 'queued';
    job.reason = hasRunner(job.runsOn) ? NO_FREE_RUNNER : missingRunner(job.runsOn);
    this.#assignRunners();
  }

  #assignRunners(): void {
    for (const queued of this.#jobs) {
      const slot = this.#slots.indexOf(null);
      if (slot < 0) return;
      if (queued.state !== 'runner' || !hasRunner(queued.leg.job.runsOn)) continue;
      queued.state = 'starting';
      queued.leg.job.reason = null;
      this.#slots[slot] = queued;
      void this.#execute(queued, slot);
    }
  }

  async #execute(queued: Queued, slot: number): Promise<void> {
    try {
      queued.execution = this.#prepare(queued, slot);
    } catch (error) {
      return this.#end(queued, 'failure', `the job could not be prepared: ${error instanceof Error ? error.message : String(error)}`);
    }
    try {
      await queued.execution.pickUp(queued.stop.signal);
    } catch {
      // It was cancelled before a runner had picked it up.
      queued.execution.abandon();
      return this.#end(queued, 'cancelled', null);
    }
    queued.state = 'running';
    this.#markStarted(queued.active.workflow.run, queued.leg);
    this.#end(queued, await queued.execution.run(), null);
  }

  #prepare(queued: Queued, slot: number): JobExecution {
    const { active, leg } = queued;
    const { workflow } = active;
    const { run } = workflow;
    const { host, runner, artifacts, realLimit } = this.#around;
    const { repository } = workflow.trigger;
    return new JobExecution(
      {
        run,
        job: leg.job,
        plan: workflow.plan,
        definition: leg.node.definition,
        trigger: workflow.trigger,
        github: workflow.github,
        needs: workflow.needsContext(leg.node),
        matrix: leg.matrix,
        strategy: leg.strategy,
        vars: host.variables(repository, leg.job.environment),
        secrets: host.secrets(repository, leg.job.environment),
        timeoutMinutes: leg.timeoutMinutes,
        runnerName: `Plumbline ${slot + 1}`,
      },
      {
        host,
        runner,
        artifacts,
        realLimit,
        log: (line) => this.#around.log(run, line),
        annotate: (made) => void run.annotations.push(made),
        changed: () => this.#around.changed(run, 'job'),
        tell: () => this.#around.tell(),
      },
    );
  }

  #markStarted(run: Run, leg: Leg): void {
    const now = this.#around.host.clock.now();
    leg.job.status = 'in_progress';
    leg.job.startedAt = now;
    if (run.startedAt !== null) return;
    run.status = 'in_progress';
    run.startedAt = now;
    this.#around.changed(run, 'run');
  }

  #stop(queued: Queued, cause: StopCause, force: boolean): void {
    const why = cause.kind === 'cancelled' ? cause.why : 'it took too long';
    if (queued.state === 'running') {
      queued.leg.job.reason = why;
      queued.execution?.stop(cause, force);
    } else if (queued.state === 'starting') {
      queued.leg.job.reason = why;
      queued.stop.abort(new Error(why));
    } else this.#end(queued, 'cancelled', why);
  }

  #end(queued: Queued, conclusion: JobConclusion, why: string | null): void {
    if (!this.#jobs.includes(queued)) return;
    const { leg, active } = queued;
    const { job } = leg;
    this.#jobs = this.#jobs.filter((other) => other !== queued);
    const slot = this.#slots.indexOf(queued);
    if (slot >= 0) this.#slots[slot] = null;
    job.status = 'completed';
    job.conclusion = conclusion;
    job.completedAt = this.#around.host.clock.now();
    if (why !== null) job.reason = why;
    else if (conclusion === 'failure' && leg.continueOnError) job.reason = 'failed; continue-on-error lets the run pass';
    queued.releaseGroup();
    const taken = active.workflow.ended(leg);
    for (const other of this.#jobs.filter((candidate) => taken.includes(candidate.leg)))
      this.#stop(other, { kind: 'cancelled', why: `${job.name} failed` }, false);
    this.#advance();
  }

  #closeUnstarted(active: Active, why: string): void {
    const now = this.#around.host.clock.now();
    for (const node of active.workflow.nodes) node.result = 'cancelled';
    for (const job of active.workflow.run.jobs)
      Object.assign(job, { status: 'completed', conclusion: 'cancelled', reason: why, completedAt: now });
    this.#finish(active);
  }

  #finish(active: Active): void {
    const { run, conclusion } = active.workflow;
    if (!this.#active.delete(run.id)) return;
    active.force?.abort();
    run.status = 'completed';
    run.conclusion = conclusion;
    run.completedAt = this.#around.host.clock.now();
    this.#around.changed(run, 'run');
    active.release();
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function annotation(active: Active, leg: Leg, message: string): Annotation {
  const { at } = leg.node.definition;
  return {
    severity: 'error',
    file: active.workflow.plan.path,
    line: at.line,
    column: at.column,
    message,
    jobKey: leg.job.key,
    step: 0,
    title: null,
  };
}
