/**
 * desk: one exercise under way: a world, its checks, and where they are kept, behind the interface the page uses.
 * It composes world, checks and course, and imports the platform's interface.
 */
import { zipSync } from 'fflate';
import { CheckRunner, type CheckMemory } from '../checks/runner.ts';
import type { Verdict } from '../checks/contract.ts';
import type { Session } from '../computer/contract.ts';
import { bundle, commitChanges, history, repositoryState } from '../computer/git/history.ts';
import { StoreError, type Platform, type Store } from '../platform/platform.ts';
import type {
  CheckState,
  CommitChange,
  FileNode,
  FileText,
  GraphCommit,
  PythonState,
  RepositoryState,
  TerminalHandle,
  WorldClient,
  WorldNotice,
  WorldSummary,
} from '../world/contract.ts';
import { observe } from '../world/observe.ts';
import { pack } from '../world/pack.ts';
import { World, type WorldSnapshot } from '../world/world.ts';
import type { PreparedExercise } from './contract.ts';
import { compress, decompress } from './gzip.ts';
import { Keeper, MESSAGES } from './keeper.ts';
import { readKept, type Kept } from './kept.ts';
import { watchFolder } from './watch.ts';

/** Files above this are not opened in the editor, in bytes. */
const EDITOR_LIMIT = 2_000_000;

const UNREADABLE =
  'What the browser keeps of this exercise could not be read, so nothing is saved over it. Reload to try again; what you do meanwhile is only in this tab: export it.';

/** Statements that the terminal remembers. */
const HISTORY_LIMIT = 1_000;

export interface DeskOptions {
  readonly exercise: PreparedExercise;
  readonly platform: Platform;
  readonly store: Store;
}

/** The learner's desk. Open it with `openDesk`. */
export class Desk implements WorldClient {
  readonly #options: DeskOptions;
  readonly #keeper: Keeper;
  readonly #resumed: boolean;
  readonly #encoder = new TextEncoder();
  #world: World;
  #checks: CheckRunner;
  #listener: (notice: WorldNotice) => void = () => {};
  #detach: () => void = () => {};
  #terminals = new Map<number, { session: Session; readonly onOutput: (text: string) => void; readonly columns: number }>();
  #lastTerminal = 0;
  #history: string[];
  #versions = new Map<string, number>();
  #clockTold = false;
  #python: PythonState = { status: 'cold' };
  /** What happened before anybody listened. */
  #faults: string[] = [];

  private constructor(options: DeskOptions, kept: Kept | null) {
    this.#options = options;
    this.#resumed = kept !== null;
    this.#history = [...(kept?.history ?? [])];
    this.#world = this.#restoreWorld(kept?.world ?? options.exercise.start);
    this.#checks = this.#newChecks(kept?.checks ?? []);
    this.#keeper = new Keeper({
      store: options.store,
      key: storageKey(options.exercise.meta.id),
      content: () => pack(this.#content()),
      onState: (state) => this.#listener({ type: 'saved', state }),
    });
    this.#attach();
  }

  /**
   * Takes up the exercise where the learner left it, or begins it. What is stored and cannot be read is set aside; where even that fails,
   * nothing is saved over it, and the page says so.
   */
  static async open(options: DeskOptions): Promise<Desk> {
    const key = storageKey(options.exercise.meta.id);
    let stored: Uint8Array | null;
    try {
      stored = await options.store.load(key).catch(() => options.store.load(key));
    } catch (error) {
      const forbidden = error instanceof StoreError && error.reason === 'forbidden';
      return new Desk(options, null).#withoutSaving(forbidden ? MESSAGES.forbidden : UNREADABLE);
    }
    if (stored === null) return new Desk(options, null);
    try {
      return new Desk(options, readKept(stored, options.exercise.meta.id));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      try {
        await options.store.save(`${key}:damaged`, stored);
      } catch {
        return new Desk(options, null).#withoutSaving(UNREADABLE);
      }
      const desk = new Desk(options, null);
      desk.#faults.push(`What was stored of this exercise could not be read and was set aside; the exercise begins anew. ${why}`);
      return desk;
    }
  }

  #withoutSaving(message: string): this {
    this.#keeper.stop(message);
    return this;
  }

  // --- the whole ---------------------------------------------------------------------------------------------------------------------

  async summary(): Promise<WorldSummary> {
    const { meta, epoch } = this.#options.exercise;
    return {
      exerciseId: meta.id,
      repository: meta.repository,
      folder: this.#folder,
      now: this.#world.clock.now(),
      checks: this.#checks.states(),
      runs: this.#world.pipelines.runs(),
      phone: this.#world.cloud.phone(),
      saved: this.#keeper.state,
      python: this.#python,
      resumed: this.#resumed,
      epoch,
    };
  }

  async subscribe(listener: (notice: WorldNotice) => void): Promise<void> {
    this.#listener = listener;
    for (const message of this.#faults.splice(0)) listener({ type: 'fault', message });
    void this.#warmPython();
  }

  async save(): Promise<void> {
    this.#keeper.touch();
    await this.#keeper.flush();
  }

  async reset(): Promise<void> {
    this.#replaceWorld(this.#options.exercise.start, []);
    this.#world.record({ type: 'reset' });
    await this.save().catch(() => {});
  }

  async solution(): Promise<string> {
    this.#world.record({ type: 'solution.shown' });
    return this.#options.exercise.solution;
  }

  async exportRepository(): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    return { name: `${this.#options.exercise.meta.repository}.bundle`, bytes: await bundle(this.#world.computer.files, this.#folder) };
  }

  async exportWorld(): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    return { name: `${this.#options.exercise.meta.id}.plumbline`, bytes: await compress(pack(this.#content())) };
  }

  async importWorld(bytes: Uint8Array): Promise<void> {
    const kept = readKept(decompress(bytes), this.#options.exercise.meta.id);
    this.#replaceWorld(kept.world, []);
    this.#history = [...kept.history];
    await this.save().catch(() => {});
    // A file may come from anywhere: its verdicts are looked at again rather than believed.
    void this.#checks.checkNow('the import');
  }

  // --- files -------------------------------------------------------------------------------------------------------------------------

  async listFiles(): Promise<readonly FileNode[]> {
    const git = `${this.#folder}/.git`;
    return this.#files
      .tree(this.#folder, (path) => path === git)
      .filter((entry) => entry.path !== this.#folder)
      .map((entry) => ({ path: entry.path, type: entry.type, sizeBytes: entry.type === 'file' ? entry.bytes.length : 0 }));
  }

  async readText(path: string): Promise<FileText> {
    if (!this.#files.existsSync(path)) return { ok: false, reason: 'missing', sizeBytes: 0 };
    const bytes = this.#files.readSync(path);
    if (bytes.length > EDITOR_LIMIT) return { ok: false, reason: 'too-large', sizeBytes: bytes.length };
    const text = textOf(bytes);
    return text === null ? { ok: false, reason: 'binary', sizeBytes: bytes.length } : { ok: true, text, version: this.#version(path) };
  }

  async readBytes(path: string): Promise<Uint8Array> {
    return this.#files.readSync(path);
  }

  async writeText(path: string, text: string, version?: number): Promise<{ readonly version: number }> {
    if (version !== undefined && version !== this.#version(path)) {
      throw new Error(`${path} has changed since it was opened; nothing was overwritten.`);
    }
    this.#files.writeSync(path, this.#encoder.encode(text));
    return { version: this.#version(path) };
  }

  async writeBytes(path: string, bytes: Uint8Array): Promise<void> {
    this.#files.writeSync(path, bytes);
  }

  async createFolder(path: string): Promise<void> {
    await this.#files.mkdir(path, { recursive: true });
  }

  async rename(from: string, to: string): Promise<void> {
    if (this.#files.existsSync(to)) throw new Error(`${to} exists already.`);
    await this.#files.mv(from, to);
  }

  async remove(path: string): Promise<void> {
    await this.#files.rm(path, { recursive: true });
  }

  async validateWorkflow(path: string, text: string) {
    const relative = path.startsWith(`${this.#folder}/`) ? path.slice(this.#folder.length + 1) : path;
    return this.#world.pipelines.validate(relative, text);
  }

  // --- the repository ----------------------------------------------------------------------------------------------------------------

  async repositoryState(): Promise<RepositoryState> {
    return repositoryState(this.#files, this.#folder);
  }

  async history(limit = 200): Promise<readonly GraphCommit[]> {
    return history(this.#files, this.#folder, limit);
  }

  async commitChanges(id: string): Promise<readonly CommitChange[]> {
    return commitChanges(this.#files, this.#folder, id);
  }

  // --- terminals ---------------------------------------------------------------------------------------------------------------------

  async openTerminal(columns: number, onOutput: (text: string) => void): Promise<TerminalHandle> {
    const id = ++this.#lastTerminal;
    this.#terminals.set(id, { session: this.#newSession(columns, onOutput), onOutput, columns });
    return { id };
  }

  async terminalRun(id: number, text: string): Promise<{ readonly exitCode: number }> {
    const { session } = this.#terminal(id);
    if (text.trim() !== '') this.#history = [...this.#history, text].slice(-HISTORY_LIMIT);
    const result = await this.#world.type(session, text);
    // What the prompt reports as done is on disk before the prompt comes back. Where nothing can be kept, the page says so already.
    await this.#keeper.flush().catch(() => {});
    return result;
  }

  async terminalNeedsMore(id: number, text: string): Promise<boolean> {
    return this.#terminal(id).session.needsMore(text);
  }

  async terminalPrompt(id: number): Promise<string> {
    return this.#terminal(id).session.prompt();
  }

  async terminalComplete(id: number, line: string, cursor: number) {
    return this.#terminal(id).session.complete(line, cursor);
  }

  async terminalInput(id: number, text: string | null): Promise<void> {
    this.#terminal(id).session.input(text);
  }

  async terminalInterrupt(id: number): Promise<void> {
    this.#terminal(id).session.interrupt();
  }

  async terminalHistory(): Promise<readonly string[]> {
    return this.#history;
  }

  // --- runs, checks, phone -----------------------------------------------------------------------------------------------------------

  async runLog(runId: number) {
    return this.#world.pipelines.log(runId);
  }

  async cancelRun(runId: number): Promise<void> {
    this.#world.pipelines.cancel(runId);
  }

  async downloadArtifact(runId: number, artifactId: number): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    const tree = this.#world.pipelines.artifact(runId, artifactId);
    const artifact = this.#world.pipelines.run(runId)?.artifacts.find((candidate) => candidate.id === artifactId);
    if (tree === undefined || artifact === undefined) throw new Error(`run ${runId} has no artifact ${artifactId}`);
    const entries = tree.flatMap((entry) => (entry.type === 'file' ? [[entry.path.slice(1), entry.bytes] as const] : []));
    return { name: `${artifact.name.replaceAll(/[^\w.-]+/g, '-')}.zip`, bytes: zipSync(Object.fromEntries(entries)) };
  }

  async checkNow(): Promise<void> {
    await this.#checks.checkNow('your request');
  }

  async showHint(checkId: string): Promise<void> {
    this.#checks.showHint(checkId);
  }

  async takePhoto(): Promise<void> {
    this.#world.cloud.takePhoto();
    this.#tellPhone();
    this.#keeper.touch();
  }

  // --- inside ------------------------------------------------------------------------------------------------------------------------

  get #files() {
    return this.#world.computer.files;
  }

  get #folder(): string {
    return `${this.#world.computer.home}/${this.#options.exercise.meta.repository}`;
  }

  #version(path: string): number {
    return this.#versions.get(path) ?? 0;
  }

  #terminal(id: number) {
    const terminal = this.#terminals.get(id);
    if (terminal === undefined) throw new Error(`there is no terminal ${id}`);
    return terminal;
  }

  #newSession(columns: number, onOutput: (text: string) => void): Session {
    return this.#world.computer.session({ interactive: true, cwd: this.#folder, columns, onOutput: (_stream, text) => onOutput(text) });
  }

  #restoreWorld(snapshot: WorldSnapshot): World {
    const { platform, exercise } = this.#options;
    return World.restore({ platform, photos: exercise.photos, repository: exercise.meta.repository }, snapshot);
  }

  #newChecks(memory: readonly CheckMemory[]): CheckRunner {
    // Bound to this world: a check that is still at work when the world is replaced must not speak for the next one.
    const world = this.#world;
    return new CheckRunner({
      checks: this.#options.exercise.checks,
      hints: this.#options.exercise.meta.hints,
      observe: () => observe(world),
      onChange: (states) => this.#checksChanged(states),
      memory,
    });
  }

  #content(): Kept {
    return {
      format: 1,
      exercise: this.#options.exercise.meta.id,
      world: this.#world.snapshot(),
      checks: this.#checks.memory(),
      history: this.#history,
    };
  }

  /** Puts another world in the place of this one; open terminals go on in it with fresh shells. */
  #replaceWorld(snapshot: WorldSnapshot, memory: readonly CheckMemory[]): void {
    // Restored first: when that fails, everything stays as it is.
    const next = this.#restoreWorld(snapshot);
    this.#detach();
    for (const { session } of this.#terminals.values()) session.close();
    this.#checks.stop();
    this.#world.dispose();
    this.#world = next;
    this.#checks = this.#newChecks(memory);
    this.#attach();
    for (const terminal of this.#terminals.values()) terminal.session = this.#newSession(terminal.columns, terminal.onOutput);
    const paths = new Set([...this.#versions.keys(), ...this.#files.tree(this.#folder).map((entry) => entry.path)]);
    for (const path of paths) this.#versions.set(path, this.#version(path) + 1);
    this.#listener({
      type: 'files',
      changes: [...paths].map((path) => ({ path, kind: this.#files.existsSync(path) ? 'written' : 'removed' })),
    });
    this.#listener({ type: 'repository' });
    this.#listener({ type: 'checks', checks: this.#checks.states() });
    this.#listener({ type: 'clock', now: this.#world.clock.now() });
    this.#tellPhone();
  }

  #attach(): void {
    const world = this.#world;
    world.onOpenFile = (path) => this.#listener({ type: 'open', path });
    world.onFault = (error) => this.#listener({ type: 'fault', message: error instanceof Error ? error.message : String(error) });
    const stops = [
      world.computer.files.onChange(({ path }) => {
        this.#versions.set(path, this.#version(path) + 1);
        this.#keeper.touch();
      }),
      watchFolder(world.computer.files, this.#folder, ({ changes, repository }) => {
        if (changes.length > 0) this.#listener({ type: 'files', changes });
        if (repository || changes.length > 0) this.#listener({ type: 'repository' });
      }),
      world.on((event) => {
        this.#listener({ type: 'event', event });
        this.#keeper.touch();
        // Not at the push itself: the runs that it starts do not exist yet.
        if (event.type === 'push.handled') this.#checks.notify('push', 'push');
        if (event.type === 'run.completed') this.#checks.notify('run', `run ${world.pipelines.run(event.runId)?.number ?? event.runId}`);
        if (event.type === 'deployment.created') this.#checks.notify('deployment', `deployment ${event.deploymentId}`);
        if (event.type === 'deployment.created' || event.type === 'users.served') this.#tellPhone();
      }),
      world.pipelines.on((event) => {
        this.#listener(event.type === 'run' ? { type: 'run', run: event.run } : { type: 'log', runId: event.runId, lines: event.lines });
        this.#keeper.touch();
      }),
      world.clock.onMove(() => this.#tellClock()),
    ];
    this.#detach = () => stops.forEach((stop) => stop());
  }

  #checksChanged(states: readonly CheckState[]): void {
    this.#listener({ type: 'checks', checks: states });
    for (const { id, verdict, state } of states) {
      if (state !== 'settled' || verdict === null || verdict.status === this.#lastRecorded(id)) continue;
      this.#world.record({ type: 'check', checkId: id, status: verdict.status });
    }
    this.#keeper.touch();
  }

  #lastRecorded(checkId: string): Verdict['status'] | null {
    const last = this.#world.events.findLast((event) => event.type === 'check' && event.checkId === checkId);
    return last?.type === 'check' ? last.status : null;
  }

  #tellPhone(): void {
    this.#listener({ type: 'phone', phone: this.#world.cloud.phone() });
  }

  /** The clock may jump many times in one moment: the page hears of the last. */
  #tellClock(): void {
    if (this.#clockTold) return;
    this.#clockTold = true;
    setTimeout(() => {
      this.#clockTold = false;
      this.#listener({ type: 'clock', now: this.#world.clock.now() });
    }, 16);
  }

  async #warmPython(): Promise<void> {
    const tell = (state: PythonState) => {
      this.#python = state;
      this.#listener({ type: 'python', state });
    };
    if (this.#python.status === 'ready') return tell(this.#python);
    try {
      await this.#options.platform.python.warm((fraction, what) => tell({ status: 'loading', fraction, what }));
      tell({ status: 'ready', version: '3.14' });
    } catch (error) {
      tell({ status: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** The key that an exercise under way is kept by. */
function storageKey(exerciseId: string): string {
  return `exercise:${exerciseId}`;
}

/** The bytes as UTF-8 text, or null when they are not. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.subarray(0, 8_000).includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
