/**
 * pipelines: workflow files become plans, plans become runs, and runs happen on computers in virtual time.
 * It may import platform and computer's contract; the world gives it everything else through `PipelinesHost`.
 */
import type { FileTree } from '../platform/platform.ts';
import { ArtifactStore } from './artifacts.ts';
import type { Diagnostic, LogLine, Pipelines, PipelinesEvent, PipelinesHost, PipelinesSnapshot, Run, Trigger } from './contract.ts';
import { REAL_LIMIT } from './durations.ts';
import { githubContext } from './github/contexts.ts';
import type { ParsedWorkflow } from './github/parse.ts';
import { asksToSkip, startsOn } from './github/triggers.ts';
import { inNextMacrotask } from './macrotask.ts';
import { builtinRunner } from './runners/builtin.ts';
import { Scheduler } from './scheduler.ts';
import { WorkflowRun } from './workflow-run.ts';
import { problem } from './yaml.ts';

export interface PipelinesOptions {
  /** Real milliseconds that a step may compute without an end in sight. */
  readonly realLimit?: number;
}

/** The pipeline service of one company. */
export function createPipelines(host: PipelinesHost, options: PipelinesOptions = {}): Pipelines {
  return new PipelineService(host, options);
}

/** Whether a file of a repository, by its path from the root (`/.github/workflows/ci.yml`), is a workflow. */
export function isWorkflowFile(path: string): boolean {
  return /^\/\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
}
/** Files that were parsed last; an editor and a push ask for the same ones. */
const PARSED_LIMIT = 32;

class PipelineService implements Pipelines {
  readonly #host: PipelinesHost;
  readonly #scheduler: Scheduler;
  readonly #artifacts = new ArtifactStore();
  readonly #listeners = new Set<(event: PipelinesEvent) => void>();
  readonly #logs = new Map<number, LogLine[]>();
  readonly #parsed = new Map<string, ParsedWorkflow>();
  readonly #stored = new Map<number, Run>();
  #runs: Run[] = [];
  #unsent = new Map<number, LogLine[]>();
  #changed = new Set<Run>();
  #flushing = false;

  constructor(host: PipelinesHost, options: PipelinesOptions) {
    this.#host = host;
    this.#scheduler = new Scheduler({
      host,
      runner: builtinRunner((machine) => host.computer(machine)),
      artifacts: this.#artifacts,
      realLimit: options.realLimit ?? REAL_LIMIT,
      log: (run, line) => this.#log(run, line),
      changed: (run, part) => this.#noteChange(run, part),
      tell: () => this.#flush(),
    });
  }

  async trigger(trigger: Trigger): Promise<readonly Run[]> {
    return await this.#host.clock.busy(this.#start(trigger));
  }

  runs(): readonly Run[] {
    return this.#runs;
  }

  run(id: number): Run | undefined {
    return this.#runs.find((run) => run.id === id);
  }

  log(runId: number): readonly LogLine[] {
    return this.#logs.get(runId) ?? [];
  }

  artifact(runId: number, artifactId: number): FileTree | undefined {
    const run = this.run(runId);
    return run === undefined ? undefined : this.#artifacts.files(run, artifactId);
  }

  cancel(runId: number): void {
    this.#scheduler.cancel(runId);
  }

  async idle(): Promise<void> {
    await this.#scheduler.idle();
    this.#flush();
  }

  on(listener: (event: PipelinesEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): PipelinesSnapshot {
    return {
      version: 1,
      runs: this.#runs.map((run) => this.#copy(run)),
      logs: this.#runs.map((run) => ({ runId: run.id, lines: [...this.log(run.id)] })),
      artifacts: this.#runs.flatMap((run) =>
        run.artifacts.flatMap(({ id }) => {
          const files = this.#artifacts.files(run, id);
          return files === undefined ? [] : [{ runId: run.id, id, files }];
        }),
      ),
    };
  }

  restore(snapshot: PipelinesSnapshot): void {
    this.#runs = snapshot.runs.map((run) =>
      run.status === 'completed' ? structuredClone(run) : closed(structuredClone(run), this.#host.clock.now()),
    );
    this.#logs.clear();
    this.#stored.clear();
    this.#artifacts.clear();
    for (const { runId, lines } of snapshot.logs) this.#logs.set(runId, [...lines]);
    for (const { id, files } of snapshot.artifacts) this.#artifacts.restore(id, files);
  }

  async validate(path: string, text: string): Promise<readonly Diagnostic[]> {
    return (await this.#parse(path, text)).diagnostics;
  }

  async #start(trigger: Trigger): Promise<readonly Run[]> {
    if (/^0+$/.test(trigger.after)) return [];
    const tree = await this.#host.tree(trigger.repository, trigger.after);
    const message = await this.#host.commitMessage(trigger.repository, trigger.after);
    if (asksToSkip(message)) return [];
    let changed: Promise<readonly string[]> | null = null;
    const changedPaths = () =>
      (changed ??= this.#host
        .changedPaths(trigger.repository, trigger.before, trigger.after)
        .then((paths) => paths.map((path) => path.replace(/^\//, ''))));
    const selected: { readonly path: string; readonly parsed: ParsedWorkflow }[] = [];
    const files = tree.flatMap((entry) => (entry.type === 'file' && isWorkflowFile(entry.path) ? [entry] : []));
    for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const path = file.path.slice(1);
      const parsed = await this.#parse(path, new TextDecoder().decode(file.bytes));
      if (parsed.triggers !== null && !(await startsOn(parsed.triggers, trigger, changedPaths)).starts) continue;
      selected.push({ path, parsed });
    }
    // All at once, so that a snapshot has either every run of a trigger or none.
    return selected.map(({ path, parsed }) => this.#create(path, parsed, trigger, message));
  }

  #create(path: string, parsed: ParsedWorkflow, trigger: Trigger, message: string): Run {
    const run = this.#newRun(path, parsed.plan?.name ?? path, trigger, message);
    this.#runs.push(run);
    if (parsed.plan === null)
      return this.#failed(
        run,
        parsed.diagnostics.filter(({ severity }) => severity === 'error'),
      );
    const { plan } = parsed;
    const workflow = new WorkflowRun(run, plan, trigger, githubContext(run, trigger, message), () =>
      this.#host.variables(trigger.repository, null),
    );
    try {
      run.title = workflow.title() ?? run.title;
      this.#scheduler.begin(workflow);
    } catch (error) {
      run.jobs = [];
      const at = plan.concurrency?.at ?? plan.runName?.at ?? { line: 1, column: 1, endLine: 1, endColumn: 1 };
      return this.#failed(run, [problem(path, at, error instanceof Error ? error.message : String(error))]);
    }
    return run;
  }

  #newRun(path: string, workflow: string, trigger: Trigger, message: string): MutableRun {
    return {
      id: this.#runs.reduce((highest, run) => Math.max(highest, run.id), 0) + 1,
      number: this.#runs.filter((run) => run.path === path).length + 1,
      workflow,
      path,
      title: message.split('\n')[0] ?? '',
      event: trigger.event,
      ref: trigger.ref,
      commit: trigger.after,
      actor: trigger.actor,
      createdAt: this.#host.clock.now(),
      status: 'queued',
      conclusion: null,
      startedAt: null,
      completedAt: null,
      jobs: [],
      artifacts: [],
      annotations: [],
      errors: [],
    };
  }

  #failed(run: Run, errors: readonly Diagnostic[]): Run {
    run.errors = [...errors];
    run.status = 'completed';
    run.conclusion = 'failure';
    run.completedAt = this.#host.clock.now();
    this.#noteChange(run, 'run');
    return run;
  }

  /** The parser is loaded with the first file: nothing else waits for it. */
  async #parse(path: string, text: string): Promise<ParsedWorkflow> {
    const key = `${path}\n${text}`;
    const known = this.#parsed.get(key);
    if (known !== undefined) return known;
    const { parseWorkflow } = await import('./github/parse.ts');
    const parsed = parseWorkflow(path, text);
    for (const oldest of this.#parsed.keys()) {
      if (this.#parsed.size < PARSED_LIMIT) break;
      this.#parsed.delete(oldest);
    }
    this.#parsed.set(key, parsed);
    return parsed;
  }

  /** A copy that nothing changes any more. Runs that have ended are copied once. */
  #copy(run: Run): Run {
    const known = this.#stored.get(run.id);
    if (known !== undefined) return known;
    const copy = structuredClone(run);
    if (run.status === 'completed') this.#stored.set(run.id, copy);
    return copy;
  }

  // Events

  #log(run: Run, line: LogLine): void {
    const lines = this.#logs.get(run.id);
    if (lines === undefined) this.#logs.set(run.id, [line]);
    else lines.push(line);
    const unsent = this.#unsent.get(run.id);
    if (unsent === undefined) this.#unsent.set(run.id, [line]);
    else unsent.push(line);
    this.#flushSoon();
  }

  /** A run that begins or ends is told at once, everything else with the log lines of the same moment. */
  #noteChange(run: Run, part: 'run' | 'job'): void {
    this.#changed.add(run);
    if (part === 'run') this.#flush();
    else this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    inNextMacrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const logs = this.#unsent;
    const runs = this.#changed;
    this.#unsent = new Map();
    this.#changed = new Set();
    for (const [runId, lines] of logs) this.#emit({ type: 'log', runId, from: this.log(runId).length - lines.length, lines });
    for (const run of runs) this.#emit({ type: 'run', run });
  }

  #emit(event: PipelinesEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

type MutableRun = Run & { title: string };

/** A run that was in progress when the page was closed: it can't go on, and says so. */
function closed(run: Run, now: number): Run {
  const close = (part: { status: Run['status']; conclusion: Run['conclusion']; completedAt: number | null }) => {
    if (part.status === 'completed') return false;
    part.status = 'completed';
    part.conclusion = 'cancelled';
    part.completedAt = now;
    return true;
  };
  close(run);
  for (const job of run.jobs) {
    for (const step of job.steps) if (step.status === 'in_progress') close(step);
    if (close(job)) job.reason = 'the page was closed';
  }
  return run;
}
