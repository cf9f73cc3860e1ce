/** A workflow file in GitHub's dialect to a Plan. What can't run here is refused at its line; nothing is left out silently. */
import { CATALOG, findAction } from '../actions/catalog.ts';
import type { Diagnostic } from '../contract.ts';
import { literalText, type Template, templateOf } from '../expressions/template.ts';
import type {
  ActionWork,
  ConcurrencyPlan,
  EnvironmentPlan,
  JobPlan,
  Permissions,
  Plan,
  RunDefaults,
  RunWork,
  StepPlan,
  StrategyPlan,
} from '../plan.ts';
import { shellProblem } from '../runners/shells.ts';
import { type Located, type LocatedEntry, type LocatedMapping, type LocatedScalar, type Place, problem, readYaml } from '../yaml.ts';
import { readCondition } from './conditions.ts';
import { lintReferences } from './lints.ts';
import { closest, list } from './messages.ts';
import { checkAgainstSchema } from './schema.ts';
import { readTriggers, type Triggers } from './triggers.ts';

export interface ParsedWorkflow {
  /** Null when there are errors. */
  readonly plan: Plan | null;
  /** What starts it, also when the rest is broken; null when `on:` itself can't be read. */
  readonly triggers: Triggers | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a workflow file. Never throws: whatever is wrong is a diagnostic with a place. */
export function parseWorkflow(path: string, text: string): ParsedWorkflow {
  try {
    return parse(path, text);
  } catch (error) {
    const at = { line: 1, column: 1, endLine: 1, endColumn: 1 };
    const message =
      error instanceof RangeError
        ? 'This file is nested too deeply to be read.'
        : `This file can't be read: ${error instanceof Error ? error.message : String(error)}`;
    return { plan: null, triggers: null, diagnostics: [problem(path, at, message)] };
  }
}

function parse(path: string, text: string): ParsedWorkflow {
  const document = readYaml(path, text);
  if (!document.ok) return { plan: null, triggers: null, diagnostics: document.diagnostics };
  const { root } = document;
  if (root.kind === 'scalar' && root.value === null)
    return { plan: null, triggers: null, diagnostics: [problem(path, root.at, 'This file is empty. A workflow has `on:` and `jobs:`.')] };
  if (root.kind !== 'mapping')
    return {
      plan: null,
      triggers: null,
      diagnostics: [problem(path, root.at, 'A workflow file begins with keys such as `on:` and `jobs:`.')],
    };
  const diagnostics: Diagnostic[] = [...checkAgainstSchema(path, root)];
  const on = find(root, 'on');
  const triggers = on === undefined || diagnostics.some((found) => within(found, on)) ? null : readTriggers(path, on.value, diagnostics);
  const sound = diagnostics.every(({ severity }) => severity === 'warning');
  const plan = new PlanReader(path, diagnostics).plan(root);
  if (sound && diagnostics.every(({ severity }) => severity === 'warning')) lintReferences(path, plan, root, diagnostics);
  const ordered = [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
  return { plan: ordered.some(({ severity }) => severity === 'error') ? null : plan, triggers, diagnostics: ordered };
}

function within(diagnostic: Diagnostic, entry: LocatedEntry): boolean {
  return diagnostic.line >= entry.keyAt.line && diagnostic.line <= entry.value.at.endLine;
}

function find(mapping: LocatedMapping, key: string): LocatedEntry | undefined {
  return mapping.entries.find((entry) => entry.key === key);
}

class PlanReader {
  readonly #path: string;
  readonly #diagnostics: Diagnostic[];

  constructor(path: string, diagnostics: Diagnostic[]) {
    this.#path = path;
    this.#diagnostics = diagnostics;
  }

  /** Reads as much as can be read; the schema has said what can't. */
  plan(root: LocatedMapping): Plan {
    const defaults = this.#defaults(value(root, 'defaults'));
    const jobs = mapping(value(root, 'jobs'));
    const ids = jobs?.entries.map(({ key }) => key) ?? [];
    if (jobs !== null && ids.length === 0) this.#say(jobs.at, 'There is no job below `jobs:`.');
    const plans = (jobs?.entries ?? []).flatMap((entry) =>
      entry.value.kind === 'mapping' ? [this.#job(entry.key, entry.keyAt, entry.value, defaults)] : [],
    );
    this.#checkNeeds(jobs, plans, ids);
    return {
      dialect: 'github',
      path: this.#path,
      name: String(scalar(value(root, 'name'))?.value ?? '') || this.#path,
      runName: template(value(root, 'run-name')),
      env: value(root, 'env'),
      concurrency: this.#concurrency(value(root, 'concurrency')),
      permissions: permissions(value(root, 'permissions')),
      jobs: plans,
    };
  }

  #say(at: Place, message: string, severity: Diagnostic['severity'] = 'error'): void {
    this.#diagnostics.push(problem(this.#path, at, message, severity));
  }

  #job(id: string, at: Place, job: LocatedMapping, workflowDefaults: RunDefaults): JobPlan {
    this.#refuseInJob(job);
    const defaults = this.#defaults(value(job, 'defaults'));
    const environment = this.#environment(value(job, 'environment'));
    const timeout = value(job, 'timeout-minutes');
    this.#checkTimeout(timeout);
    const steps = value(job, 'steps');
    if (find(job, 'uses') === undefined && (steps?.kind !== 'sequence' || steps.items.length === 0))
      this.#say(at, `Job ${id} has no steps.`);
    const plan: JobPlan = {
      id,
      at,
      name: template(value(job, 'name')),
      needs: strings(value(job, 'needs')).map(({ text }) => text),
      condition: readCondition(this.#path, scalar(value(job, 'if')), at, this.#diagnostics),
      strategy: this.#strategy(value(job, 'strategy')),
      runsOn: value(job, 'runs-on') ?? { kind: 'scalar', value: null, at, source: null, blockHeader: null },
      environment,
      concurrency: this.#concurrency(value(job, 'concurrency')),
      permissions: permissions(value(job, 'permissions')),
      timeoutMinutes: timeout,
      continueOnError: value(job, 'continue-on-error'),
      env: value(job, 'env'),
      defaults: {
        shell: defaults.shell ?? workflowDefaults.shell,
        workingDirectory: defaults.workingDirectory ?? workflowDefaults.workingDirectory,
      },
      outputs: (mapping(value(job, 'outputs'))?.entries ?? []).flatMap((entry) =>
        entry.value.kind === 'scalar' ? [{ name: entry.key, value: templateOf(entry.value) }] : [],
      ),
      steps: steps?.kind === 'sequence' ? steps.items.flatMap((step) => (step.kind === 'mapping' ? [this.#step(step)] : [])) : [],
    };
    for (const { work, at: stepAt } of plan.steps) {
      if (work.kind === 'action' && work.action === 'fieldleaf/deploy' && environment === null) {
        this.#say(
          work.at,
          `fieldleaf/deploy deploys to the environment of its job, and job ${id} has none: write \`environment: production\` beside \`runs-on\` (line ${at.line + 1}).`,
        );
      }
      if (work.kind === 'run' && work.script.at !== stepAt && literalText(work.script)?.trim() === '')
        this.#say(stepAt, 'This step runs an empty command.', 'warning');
    }
    return plan;
  }

  #refuseInJob(job: LocatedMapping): void {
    const refusals = new Map([
      ['container', "Jobs in containers aren't available: leave `container` out, and the job runs on the runner itself."],
      ['services', "Service containers aren't available: there are no containers here. Start what the job needs in a `run` step."],
      ['snapshot', "Images of runners can't be made here."],
      ['uses', "Reusable workflows aren't available yet: write the jobs into this file."],
      ['cancel-timeout-minutes', "`cancel-timeout-minutes` isn't available here; a cancelled step ends at once."],
    ]);
    for (const { key, keyAt } of job.entries) {
      const refusal = refusals.get(key);
      if (refusal !== undefined) this.#say(keyAt, refusal);
    }
    const runsOn = mapping(value(job, 'runs-on'));
    const group = runsOn === null ? undefined : find(runsOn, 'group');
    if (group !== undefined) this.#say(group.keyAt, "Runner groups aren't available: write `runs-on: ubuntu-latest`.");
  }

  #step(step: LocatedMapping): StepPlan {
    const refusals = ['background', 'wait', 'wait-all', 'cancel', 'parallel'];
    const background = step.entries.find(({ key }) => refusals.includes(key));
    if (background !== undefined) this.#say(background.keyAt, `\`${background.key}\` isn't available here: steps run one after another.`);
    const timeout = value(step, 'timeout-minutes');
    this.#checkTimeout(timeout);
    const id = scalar(value(step, 'id'));
    return {
      id: id === null ? null : String(id.value ?? ''),
      at: step.at,
      name: template(value(step, 'name')),
      condition: readCondition(this.#path, scalar(value(step, 'if')), step.at, this.#diagnostics),
      env: value(step, 'env'),
      continueOnError: value(step, 'continue-on-error'),
      timeoutMinutes: timeout,
      work: this.#work(step),
    };
  }

  #work(step: LocatedMapping): RunWork | ActionWork {
    const uses = scalar(value(step, 'uses'));
    if (uses === null) {
      const run = value(step, 'run');
      return {
        kind: 'run',
        script: template(run) ?? { parts: [], at: step.at },
        shell: this.#shell(value(step, 'shell')),
        workingDirectory: template(value(step, 'working-directory')),
      };
    }
    const written = String(uses.value ?? '');
    const found = findAction(written);
    const inputs = mapping(value(step, 'with'))?.entries ?? [];
    if (!found.ok) this.#say(uses.at, this.#nearAction(written) ?? found.message);
    else {
      for (const input of inputs) {
        const name = input.key.toLowerCase();
        const refused = Object.hasOwn(found.spec.refused, name) ? found.spec.refused[name] : undefined;
        const text = input.value.kind === 'scalar' ? String(input.value.value ?? '') : '';
        if (refused !== undefined && text !== refused.unless)
          this.#say(input.keyAt, `\`${input.key}\` of ${found.spec.name} can't be used here: ${refused.because}`);
      }
    }
    return {
      kind: 'action',
      uses: written,
      at: uses.at,
      action: found.ok ? found.spec.name : '',
      inputs: inputs.flatMap((input) =>
        input.value.kind === 'scalar' ? [{ name: input.key, at: input.keyAt, value: templateOf(input.value) }] : [],
      ),
    };
  }

  #nearAction(written: string): string | null {
    const name = written.split('@')[0] ?? '';
    const names = CATALOG.map((spec) => spec.name);
    const near = names.includes(name) ? null : closest(name, names);
    return near === null ? null : `There is no action ${name}; did you mean ${near}?`;
  }

  #shell(shell: Located | null): Template | null {
    const read = template(shell);
    const literal = read === null ? null : literalText(read);
    const wrong = literal === null ? null : shellProblem(literal);
    if (wrong !== null && read !== null) this.#say(read.at, wrong);
    return read;
  }

  #defaults(defaults: Located | null): RunDefaults {
    const run = mapping(value(mapping(defaults), 'run'));
    return { shell: this.#shell(value(run, 'shell')), workingDirectory: template(value(run, 'working-directory')) };
  }

  #environment(environment: Located | null): EnvironmentPlan | null {
    if (environment === null) return null;
    if (environment.kind === 'scalar')
      return environment.value === null ? null : { at: environment.at, name: templateOf(environment), url: null };
    const name = template(value(mapping(environment), 'name'));
    const deployment = mapping(environment)?.entries.find(({ key }) => key === 'deployment');
    if (deployment !== undefined)
      this.#say(deployment.keyAt, "`deployment` isn't available here: a deployment is what fieldleaf/deploy makes.");
    return name === null ? null : { at: environment.at, name, url: template(value(mapping(environment), 'url')) };
  }

  #concurrency(concurrency: Located | null): ConcurrencyPlan | null {
    if (concurrency === null) return null;
    if (concurrency.kind === 'scalar') return { at: concurrency.at, group: concurrency, cancelInProgress: null, queue: 'single' };
    const group = value(mapping(concurrency), 'group');
    if (group === null) return null;
    const queue = scalar(value(mapping(concurrency), 'queue'))?.value === 'max' ? 'max' : 'single';
    return { at: concurrency.at, group, cancelInProgress: value(mapping(concurrency), 'cancel-in-progress'), queue };
  }

  #strategy(strategy: Located | null): StrategyPlan | null {
    if (strategy === null) return null;
    if (strategy.kind === 'scalar') return { at: strategy.at, whole: strategy, matrix: null, failFast: null, maxParallel: null };
    const matrix = value(mapping(strategy), 'matrix');
    for (const { key, keyAt, value: values } of mapping(matrix)?.entries ?? []) {
      if (values.kind === 'sequence' && values.items.length === 0)
        this.#say(keyAt, `\`${key}\` of the matrix has no values, so there would be no job.`);
    }
    const maxParallel = value(mapping(strategy), 'max-parallel');
    if (
      maxParallel !== null &&
      scalar(maxParallel) !== null &&
      typeof scalar(maxParallel)?.value === 'number' &&
      Number(scalar(maxParallel)?.value) < 1
    ) {
      this.#say(maxParallel.at, '`max-parallel` is at least 1.');
    }
    return { at: strategy.at, whole: null, matrix, failFast: value(mapping(strategy), 'fail-fast'), maxParallel };
  }

  #checkTimeout(timeout: Located | null): void {
    const minutes = scalar(timeout)?.value;
    if (timeout !== null && typeof minutes === 'number' && (!Number.isInteger(minutes) || minutes < 1))
      this.#say(timeout.at, '`timeout-minutes` is a whole number from 1.');
  }

  /** Every job named in `needs` exists, and no job waits for itself. */
  #checkNeeds(jobs: LocatedMapping | null, plans: readonly JobPlan[], ids: readonly string[]): void {
    for (const { key, value: job } of jobs?.entries ?? []) {
      for (const { text, at } of strings(value(mapping(job), 'needs'))) {
        if (ids.includes(text)) continue;
        const near = closest(text, ids);
        const others = near === null ? ids.filter((id) => id !== key) : [near];
        this.#say(
          at,
          `Job ${key} needs a job named ${text}; ${others.length === 0 ? 'this file has no other job' : `this file has ${plainList(others)}`}.`,
        );
      }
    }
    for (const plan of plans) {
      const circle = circleThrough(plan.id, plans);
      // Said once, at the job of the circle that stands first.
      if (circle === null || circle.some((id) => ids.indexOf(id) < ids.indexOf(plan.id))) continue;
      const needs = value(mapping(find(jobs as LocatedMapping, plan.id)?.value ?? null), 'needs');
      const word = strings(needs).find(({ text }) => text === circle[1]) ?? null;
      const through = circle.slice(1, -1);
      this.#say(
        word?.at ?? plan.at,
        `Job ${plan.id} waits for itself${through.length === 0 ? '' : ` through ${plainList(through)}`}: it could never start.`,
      );
    }
  }
}

function plainList(words: readonly string[]): string {
  return list(words).replaceAll('`', '');
}

/** `[a, b, a]` when a needs b and b needs a; null when the job isn't part of a circle. */
function circleThrough(id: string, plans: readonly JobPlan[]): readonly string[] | null {
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  const seen = new Set<string>();
  const open: (readonly string[])[] = [[id]];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    for (const need of byId.get(path.at(-1) ?? '')?.needs ?? []) {
      if (need === id) return [...path, id];
      if (seen.has(need)) continue;
      seen.add(need);
      open.push([...path, need]);
    }
  }
  return null;
}

function value(from: LocatedMapping | null, key: string): Located | null {
  return from?.entries.find((entry) => entry.key === key)?.value ?? null;
}

function mapping(node: Located | null): LocatedMapping | null {
  return node?.kind === 'mapping' ? node : null;
}

function scalar(node: Located | null): LocatedScalar | null {
  return node?.kind === 'scalar' ? node : null;
}

function template(node: Located | null): Template | null {
  const read = scalar(node);
  return read === null || read.value === null ? null : templateOf(read);
}

/** The texts of a scalar or a list of scalars. */
function strings(node: Located | null): readonly { readonly text: string; readonly at: Place }[] {
  if (node === null) return [];
  if (node.kind === 'sequence') return node.items.flatMap(strings);
  return node.kind === 'scalar' && node.value !== null ? [{ text: String(node.value), at: node.at }] : [];
}

function permissions(node: Located | null): Permissions | null {
  if (node === null) return null;
  if (node.kind === 'scalar') return node.value === 'read-all' || node.value === 'write-all' ? node.value : {};
  if (node.kind !== 'mapping') return null;
  return Object.fromEntries(
    node.entries.flatMap((entry) => {
      const level = scalar(entry.value)?.value;
      return level === 'read' || level === 'write' || level === 'none' ? [[entry.key, level]] : [];
    }),
  );
}
