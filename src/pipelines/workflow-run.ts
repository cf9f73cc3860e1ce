/** One run of a plan: which jobs may start, which are skipped, and how it ends. It decides; the scheduler acts. */
import type { Conclusion, Diagnostic, JobRun, Run, Trigger } from './contract.ts';
import { evaluateCondition, type Scope } from './expressions/evaluate.ts';
import { fillText, fillValue, literalText } from './expressions/template.ts';
import type { Json } from './expressions/values.ts';
import { ON_SUCCESS } from './github/conditions.ts';
import type { Dictionary } from './github/contexts.ts';
import { expandMatrix, legSuffix, type MatrixValues } from './matrix.ts';
import type { ConcurrencyPlan, JobPlan, Plan } from './plan.ts';
import { type Located, problem } from './yaml.ts';

/** A job of the plan with the jobs it became. */
export interface JobNode {
  readonly definition: JobPlan;
  legs: Leg[];
  /** What `needs` sees: with `continue-on-error` a failure counts as success. Null until all legs have ended. */
  result: Conclusion | null;
  outputs: Record<string, string>;
  failFast: boolean;
  maxParallel: number;
}

/** One job that runs: the only one of its node, or a leg of its matrix. */
export interface Leg {
  readonly node: JobNode;
  readonly job: JobRun;
  readonly matrix: MatrixValues | null;
  readonly strategy: Json;
  readonly continueOnError: boolean;
  readonly timeoutMinutes: number;
  readonly concurrency: ResolvedConcurrency | null;
}

export interface ResolvedConcurrency {
  readonly group: string;
  readonly cancelInProgress: boolean;
  readonly queue: 'single' | 'max';
}

const DEFAULT_TIMEOUT = 360;

export class WorkflowRun {
  readonly run: Run;
  readonly plan: Plan;
  readonly trigger: Trigger;
  readonly github: Dictionary;
  readonly nodes: readonly JobNode[];
  cancelled = false;
  readonly #vars: () => Readonly<Record<string, string>>;
  readonly #ancestors: ReadonlyMap<string, readonly JobNode[]>;

  constructor(run: Run, plan: Plan, trigger: Trigger, github: Dictionary, vars: () => Readonly<Record<string, string>>) {
    this.run = run;
    this.plan = plan;
    this.trigger = trigger;
    this.github = github;
    this.#vars = vars;
    this.nodes = plan.jobs.map((definition) => ({
      definition,
      legs: [],
      result: null,
      outputs: Object.create(null),
      failFast: true,
      maxParallel: Number.POSITIVE_INFINITY,
    }));
    this.#ancestors = new Map(this.nodes.map((node) => [node.definition.id, this.#closure(node)]));
    run.jobs = plan.jobs.map((definition) => placeholder(definition));
  }

  /** Looks at every job whose needs have ended and gives those that may start. Repeats until nothing more is skipped. */
  advance(now: number): readonly Leg[] {
    const started: Leg[] = [];
    for (let settled = false; !settled;) {
      settled = true;
      for (const node of this.nodes) {
        if (node.legs.length > 0 || node.result !== null || this.#needed(node).some(({ result }) => result === null)) continue;
        settled = false;
        started.push(...this.#decide(node, now));
      }
    }
    return started;
  }

  /** Records how a job ended; gives the jobs of the same matrix that it takes with it. */
  ended(leg: Leg): readonly Leg[] {
    const { node } = leg;
    for (const [name, value] of Object.entries(leg.job.outputs)) node.outputs[name] = value;
    if (node.legs.every(({ job }) => job.status === 'completed')) node.result = combined(node.legs);
    const brings = node.failFast && leg.job.conclusion === 'failure' && !leg.continueOnError;
    return brings ? node.legs.filter(({ job }) => job.status !== 'completed') : [];
  }

  /** True when every job has ended. */
  get done(): boolean {
    return this.nodes.every(({ result }) => result !== null);
  }

  /** How the run ended, once it is done. */
  get conclusion(): Conclusion {
    const results = this.nodes.map(({ result }) => result);
    if (this.cancelled) return results.includes('cancelled') || !results.includes('failure') ? 'cancelled' : 'failure';
    if (results.includes('failure')) return 'failure';
    if (results.includes('cancelled')) return 'cancelled';
    return results.every((result) => result === 'skipped') ? 'skipped' : 'success';
  }

  /** Whether a job goes on although its run is cancelled: its condition is asked again. */
  holdsWhenCancelled(node: JobNode): boolean {
    try {
      return evaluateCondition(node.definition.condition.expression, this.#scope(node));
    } catch {
      return false;
    }
  }

  /** The group that the whole run needs. @throws ExpressionFailure */
  concurrency(): ResolvedConcurrency | null {
    return this.plan.concurrency === null ? null : resolveConcurrency(this.plan.concurrency, this.#workflowScope());
  }

  /** `run-name`, or null when there is none or only blanks. @throws ExpressionFailure */
  title(): string | null {
    const title = this.plan.runName === null ? '' : fillText(this.plan.runName, this.#workflowScope()).trim();
    return title === '' ? null : title;
  }

  /** The `needs` context of a job. */
  needsContext(node: JobNode): Json {
    return Object.fromEntries(
      this.#needed(node).map((needed) => [needed.definition.id, { result: needed.result ?? '', outputs: needed.outputs }]),
    );
  }

  #decide(node: JobNode, now: number): readonly Leg[] {
    const { definition } = node;
    try {
      if (!evaluateCondition(definition.condition.expression, this.#scope(node))) {
        this.#close(node, 'skipped', this.#whySkipped(node), now);
        return [];
      }
      return this.#expand(node);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#close(node, 'failure', message, now);
      this.#annotate(problem(this.plan.path, definition.at, message), definition.id);
      return [];
    }
  }

  #whySkipped(node: JobNode): string {
    const { condition } = node.definition;
    if (this.cancelled) return 'the run was cancelled';
    const blocking =
      this.#needed(node).find(({ result }) => result !== 'success') ??
      this.#ancestors.get(node.definition.id)?.find(({ result }) => result !== 'success');
    const byDefault = condition.expression === ON_SUCCESS || condition.expression.startsWith(`${ON_SUCCESS} && `);
    if (!byDefault || blocking === undefined) return 'if: evaluated to false';
    const words: Readonly<Record<string, string>> = { failure: 'failed', cancelled: 'was cancelled', skipped: 'was skipped' };
    return `${blocking.definition.id} ${words[blocking.result ?? ''] ?? 'did not succeed'}`;
  }

  /** The jobs that a node becomes, in place of its placeholder. @throws Error with a sentence */
  #expand(node: JobNode): readonly Leg[] {
    const { definition } = node;
    const scope = this.#scope(node);
    const strategy = readStrategy(definition, scope);
    node.failFast = strategy.failFast;
    node.maxParallel = strategy.maxParallel;
    const taken = new Set(this.run.jobs.map(({ key }) => key));
    taken.delete(definition.id);
    const total = strategy.legs?.length ?? 1;
    node.legs = (strategy.legs ?? [null]).map((matrix, index) => {
      const context: Json = {
        'fail-fast': strategy.failFast,
        'job-index': index,
        'job-total': total,
        'max-parallel': Number.isFinite(strategy.maxParallel) ? strategy.maxParallel : total,
      };
      return this.#leg(node, matrix, context, matrix === null ? definition.id : freeKey(`${definition.id}-${index + 1}`, taken));
    });
    this.run.jobs = this.run.jobs.flatMap((job) =>
      job.key === definition.id && job.id === definition.id ? node.legs.map((leg) => leg.job) : [job],
    );
    return node.legs;
  }

  #leg(node: JobNode, matrix: MatrixValues | null, strategy: Json, key: string): Leg {
    const { definition } = node;
    const scope = this.#scope(node, matrix, strategy);
    const timeout = definition.timeoutMinutes === null ? DEFAULT_TIMEOUT : Number(fillValue(definition.timeoutMinutes, scope));
    if (!Number.isFinite(timeout) || timeout <= 0)
      throw new Error(`\`timeout-minutes\` of job ${definition.id} is not a number of minutes.`);
    const job: JobRun = {
      ...placeholder(definition),
      key,
      name: this.#displayName(definition, matrix, scope),
      matrix,
      runsOn: labelsOf(definition, scope),
      environment: definition.environment === null ? null : fillText(definition.environment.name, scope),
    };
    const continues = definition.continueOnError === null ? false : fillValue(definition.continueOnError, scope);
    return {
      node,
      job,
      matrix,
      strategy,
      continueOnError: continues === true || continues === 'true',
      timeoutMinutes: Math.min(timeout, DEFAULT_TIMEOUT),
      concurrency: definition.concurrency === null ? null : resolveConcurrency(definition.concurrency, scope),
    };
  }

  #displayName(definition: JobPlan, matrix: MatrixValues | null, scope: Scope): string {
    const name = definition.name === null ? '' : fillText(definition.name, scope);
    const base = name === '' ? definition.id : name;
    const ownName = definition.name !== null && literalText(definition.name) === null;
    const suffix = matrix === null || ownName ? '' : legSuffix(matrix);
    return suffix === '' ? base : `${base} (${suffix})`;
  }

  #close(node: JobNode, result: Conclusion, reason: string, now: number): void {
    node.result = result;
    for (const job of this.run.jobs) {
      if (job.id !== node.definition.id) continue;
      job.status = 'completed';
      job.conclusion = result;
      job.reason = reason;
      job.completedAt = now;
    }
  }

  #annotate(diagnostic: Diagnostic, jobKey: string): void {
    this.run.annotations.push({ ...diagnostic, jobKey, step: 0, title: null });
  }

  #needed(node: JobNode): readonly JobNode[] {
    return this.nodes.filter((other) => node.definition.needs.includes(other.definition.id));
  }

  /** A failure or a skip reaches down the whole chain, so the status functions look at all jobs before this one. */
  #closure(node: JobNode): readonly JobNode[] {
    const found = new Set<JobNode>();
    const open = [...this.#needed(node)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...this.#needed(next));
    }
    return this.nodes.filter((other) => found.has(other));
  }

  #workflowScope(): Scope {
    return { contexts: { github: () => this.github, vars: this.#vars, inputs: () => ({}) }, functions: {} };
  }

  #scope(node: JobNode, matrix: MatrixValues | null = null, strategy: Json = null): Scope {
    const ancestors = this.#ancestors.get(node.definition.id) ?? [];
    const asked = (names: readonly Json[]) =>
      names.length === 0
        ? ancestors
        : ancestors.filter(({ definition }) => names.some((name) => String(name).toLowerCase() === definition.id.toLowerCase()));
    return {
      contexts: {
        ...this.#workflowScope().contexts,
        needs: () => this.needsContext(node),
        matrix: () => matrix,
        strategy: () => strategy,
      },
      functions: {
        success: (...names) => !this.cancelled && asked(names).every(({ result }) => result === 'success'),
        failure: (...names) => !this.cancelled && asked(names).some(({ result }) => result === 'failure'),
        cancelled: () => this.cancelled,
        always: () => true,
      },
    };
  }
}

function placeholder(definition: JobPlan): JobRun {
  const { runsOn } = definition;
  const labels = (runsOn.kind === 'sequence' ? runsOn.items : [runsOn]).flatMap((item) =>
    item.kind === 'scalar' && item.value !== null ? [String(item.value)] : [],
  );
  return {
    key: definition.id,
    id: definition.id,
    name: (definition.name === null ? null : literalText(definition.name)) || definition.id,
    needs: definition.needs,
    matrix: null,
    runsOn: labels,
    environment: definition.environment === null ? null : literalText(definition.environment.name),
    status: 'queued',
    conclusion: null,
    reason: null,
    startedAt: null,
    completedAt: null,
    outputs: Object.create(null),
    steps: [],
    summary: '',
  };
}

function combined(legs: readonly Leg[]): Conclusion {
  const results = legs.map(({ job, continueOnError }) => (job.conclusion === 'failure' && continueOnError ? 'success' : job.conclusion));
  for (const result of ['failure', 'cancelled', 'success'] as const) if (results.includes(result)) return result;
  return 'skipped';
}

function freeKey(wanted: string, taken: Set<string>): string {
  let key = wanted;
  while (taken.has(key)) key = `${key}-`;
  taken.add(key);
  return key;
}

interface ReadStrategy {
  readonly legs: readonly MatrixValues[] | null;
  readonly failFast: boolean;
  readonly maxParallel: number;
}

/** @throws Error with a sentence */
function readStrategy(definition: JobPlan, scope: Scope): ReadStrategy {
  const { strategy } = definition;
  if (strategy === null) return { legs: null, failFast: true, maxParallel: Number.POSITIVE_INFINITY };
  const fill = (value: Located | null) => (value === null ? null : fillValue(value, scope));
  const whole = fill(strategy.whole);
  const parts: Dictionary =
    whole !== null && typeof whole === 'object' && !Array.isArray(whole)
      ? (whole as Dictionary)
      : { matrix: fill(strategy.matrix), 'fail-fast': fill(strategy.failFast), 'max-parallel': fill(strategy.maxParallel) };
  const maxParallel =
    parts['max-parallel'] === null || parts['max-parallel'] === undefined ? Number.POSITIVE_INFINITY : Number(parts['max-parallel']);
  if (Number.isNaN(maxParallel) || maxParallel < 1) throw new Error(`\`max-parallel\` of job ${definition.id} is not a number from 1.`);
  const failFast = parts['fail-fast'];
  const matrix = parts['matrix'] ?? null;
  if (matrix === null) return { legs: null, failFast: true, maxParallel };
  const expansion = expandMatrix(matrix);
  if (!expansion.ok) throw new Error(expansion.message);
  return { legs: expansion.legs, failFast: !(failFast === false || failFast === 'false'), maxParallel };
}

/** @throws Error with a sentence */
function labelsOf(definition: JobPlan, scope: Scope): readonly string[] {
  const { runsOn } = definition;
  const read = fillValue(runsOn, scope);
  const labels = typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Dictionary)['labels'] : read;
  const list = (Array.isArray(labels) ? labels : [labels])
    .map((label) => (typeof label === 'string' ? label.trim() : ''))
    .filter((label) => label !== '');
  if (list.length === 0) throw new Error(`\`runs-on\` of job ${definition.id} names no runner.`);
  return list;
}

function resolveConcurrency(plan: ConcurrencyPlan, scope: Scope): ResolvedConcurrency | null {
  const group = fillValue(plan.group, scope);
  const cancel = plan.cancelInProgress === null ? false : fillValue(plan.cancelInProgress, scope);
  const name = group === null || typeof group === 'object' ? '' : String(group);
  return name === '' ? null : { group: name, cancelInProgress: cancel === true || cancel === 'true', queue: plan.queue };
}
