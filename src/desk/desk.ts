/**
 * desk: one exercise under way: a world, its checks, and where they are kept, behind the interface the page uses.
 * It composes world, checks and course, and imports the platform's interface.
 */
import type { LineResult } from '../computer/contract.ts';
import type { Platform, Store } from '../platform/platform.ts';
import type {
  CommitChange,
  FileNode,
  FileText,
  GraphCommit,
  OriginAction,
  OriginFile,
  OriginFolder,
  OriginTip,
  OriginView,
  PullRequestView,
  RepositoryState,
  TerminalHandle,
  WorldClient,
  WorldNotice,
  WorldSummary,
} from '../world/contract.ts';
import { pack } from '../world/pack.ts';
import type { World, WorldSnapshot } from '../world/world.ts';
import { artifactZip } from './artifact-zip.ts';
import type { PreparedExercise } from './contract.ts';
import { EditorFiles } from './editor-files.ts';
import { compress, decompress } from './gzip.ts';
import { Keeper } from './keeper.ts';
import { FORMAT, readKept, type Kept } from './kept.ts';
import { News } from './news.ts';
import { ownedStore } from './owned-store.ts';
import { PythonReadiness } from './python.ts';
import { asideExported, resume, storageKey, type SetAside } from './resume.ts';
import { Terminals } from './terminals.ts';
import { UnderWay } from './under-way.ts';

export interface DeskOptions {
  readonly exercise: PreparedExercise;
  readonly platform: Platform;
  readonly store: Store;
}

/** The learner's desk. Open it with `Desk.open`. */
export class Desk implements WorldClient {
  readonly #exercise: PreparedExercise;
  readonly #resumed: boolean;
  readonly #news = new News();
  readonly #python: PythonReadiness;
  readonly #keeper: Keeper;
  readonly #underWay: UnderWay;
  readonly #editorFiles: EditorFiles;
  readonly #terminals: Terminals;
  readonly #store: Store;
  #setAside: SetAside | null = null;

  private constructor({ exercise, platform, store }: DeskOptions, kept: Kept | null) {
    this.#exercise = exercise;
    this.#resumed = kept !== null;
    this.#store = store;
    this.#python = new PythonReadiness(platform.python, (state) => this.#news.tell({ type: 'python', state }));
    this.#keeper = new Keeper({
      store,
      key: storageKey(exercise.meta.id),
      content: () => pack(this.#content()),
      onState: (state) => this.#news.tell({ type: 'saved', state }),
    });
    const onChecks = (checks: WorldSummary['checks']) => {
      this.#news.tell({ type: 'checks', checks });
      this.#keeper.touch();
    };
    this.#underWay = new UnderWay({ exercise, platform, onChecks }, kept?.world ?? exercise.start, kept?.checks ?? []);
    this.#underWay.follow((world, folder) => this.#news.follow(world, folder));
    this.#underWay.follow((world) => this.#keeper.follow(world));
    this.#editorFiles = new EditorFiles(this.#underWay);
    this.#terminals = new Terminals(this.#underWay, kept?.history ?? []);
  }

  /**
   * Takes up the exercise where the learner left it, or begins it. What is stored and cannot be read is set aside; where even that fails,
   * nothing is saved over it, and the page says so. Whoever had it open in the same store can save no more.
   */
  static async open(options: DeskOptions): Promise<Desk> {
    const { id } = options.exercise.meta;
    const store = await ownedStore(options.store, storageKey(id));
    const { begun: desk, unsaved, setAside } = await resume(store, id, (kept) => new Desk({ ...options, store }, kept));
    if (unsaved !== null) desk.#keeper.stop(unsaved);
    desk.#setAside = setAside;
    return desk;
  }

  // --- the whole ---------------------------------------------------------------------------------------------------------------------

  async summary(): Promise<WorldSummary> {
    const { meta, epoch } = this.#exercise;
    return {
      exerciseId: meta.id,
      repository: meta.repository,
      folder: this.#underWay.folder,
      ...this.#underWay.view,
      saved: this.#keeper.state,
      python: this.#python.state,
      resumed: this.#resumed,
      setAside: this.#setAside?.message ?? null,
      epoch,
    };
  }

  async subscribe(listener: (notice: WorldNotice) => void): Promise<void> {
    this.#news.subscribe(listener);
  }

  async warm(): Promise<void> {
    // Where it cannot be loaded now, the first `git` says so.
    await import('../computer/git/git.ts').catch(() => {});
    await this.#python.warm();
  }

  async save(): Promise<void> {
    this.#keeper.touch();
    await this.#keeper.flush();
  }

  async reset(): Promise<void> {
    this.#replaceWorld(this.#exercise.start);
    this.#world.record({ type: 'reset' });
    await this.save().catch(() => {});
  }

  async solution(): Promise<string> {
    this.#world.record({ type: 'solution.shown' });
    return this.#exercise.solution;
  }

  async exportRepository(): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    return { name: `${this.#exercise.meta.repository}.bundle`, bytes: await (await readings()).bundle(this.#files, this.#underWay.folder) };
  }

  async exportFolder(path: string): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    const { folderZip } = await import('./folder-zip.ts');
    return { name: `${path.slice(path.lastIndexOf('/') + 1)}.zip`, bytes: folderZip(this.#files, path) };
  }

  async exportWorld(): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }> {
    return { name: `${this.#exercise.meta.id}.plumbline`, bytes: await compress(pack(this.#content())) };
  }

  async exportSetAside(): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    if (this.#setAside === null) throw new Error('Nothing is set aside.');
    const bytes = await compress(new Uint8Array(this.#setAside.bytes));
    // Where this cannot be noted, the next visit offers it again.
    await asideExported(this.#store, this.#exercise.meta.id).catch(() => {});
    return { name: `${this.#exercise.meta.id}-set-aside.plumbline`, bytes };
  }

  async importWorld(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const kept = readKept(await decompress(bytes), this.#exercise.meta.id);
    this.#replaceWorld(kept.world);
    this.#terminals.history = kept.history;
    await this.save().catch(() => {});
    // A file may come from anywhere: its verdicts are looked at again rather than believed.
    void this.#underWay.checks.checkNow('the import');
  }

  // --- files -------------------------------------------------------------------------------------------------------------------------

  async listFiles(): Promise<readonly FileNode[]> {
    return this.#editorFiles.list();
  }

  async readText(path: string): Promise<FileText> {
    return this.#editorFiles.readText(path);
  }

  async readBytes(path: string): Promise<Uint8Array> {
    return this.#files.readSync(path);
  }

  async writeText(path: string, text: string, version?: number): Promise<{ readonly version: number }> {
    return { version: this.#editorFiles.writeText(path, text, version) };
  }

  async writeBytes(path: string, bytes: Uint8Array): Promise<void> {
    this.#files.writeSync(path, bytes);
  }

  async createFolder(path: string): Promise<void> {
    await this.#files.mkdir(path, { recursive: true });
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#editorFiles.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    await this.#files.rm(path, { recursive: true });
  }

  async validateWorkflow(path: string, text: string) {
    const { folder } = this.#underWay;
    return this.#world.pipelines.validate(path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path, text);
  }

  // --- the repository ----------------------------------------------------------------------------------------------------------------

  async repositoryState(): Promise<RepositoryState> {
    return (await readings()).repositoryState(this.#files, this.#underWay.folder);
  }

  async history(limit = 200): Promise<readonly GraphCommit[]> {
    return (await readings()).history(this.#files, this.#underWay.folder, limit);
  }

  async commitChanges(id: string): Promise<readonly CommitChange[]> {
    return (await readings()).commitChanges(this.#files, this.#underWay.folder, id);
  }

  // --- terminals ---------------------------------------------------------------------------------------------------------------------

  async openTerminal(columns: number, onOutput: (text: string) => void): Promise<TerminalHandle> {
    return { id: this.#terminals.open(columns, onOutput) };
  }

  async terminalRun(id: number, text: string): Promise<LineResult> {
    const result = await this.#terminals.run(id, text);
    // What the prompt reports as done is on disk before the prompt comes back. Where nothing can be kept, the page says so already.
    await this.#keeper.flush().catch(() => {});
    return result;
  }

  async terminalNeedsMore(id: number, text: string): Promise<boolean> {
    return this.#terminals.session(id).needsMore(text);
  }

  async terminalPrompt(id: number): Promise<string> {
    return this.#terminals.session(id).prompt();
  }

  async terminalComplete(id: number, line: string, cursor: number) {
    return this.#terminals.session(id).complete(line, cursor);
  }

  async terminalInput(id: number, text: string | null): Promise<void> {
    this.#terminals.session(id).input(text);
  }

  async terminalInterrupt(id: number): Promise<void> {
    this.#terminals.session(id).interrupt();
  }

  async closeTerminal(id: number): Promise<void> {
    this.#terminals.close(id);
  }

  async terminalHistory(): Promise<readonly string[]> {
    return this.#terminals.history;
  }

  // --- the origin --------------------------------------------------------------------------------------------------------------------

  async origin(): Promise<OriginView> {
    return (await originRoom()).originView(this.#world);
  }

  async pullRequest(number: number): Promise<PullRequestView> {
    return (await originRoom()).pullRequestView(this.#world, number);
  }

  async originTip(ref: string): Promise<OriginTip> {
    return (await originCode()).originTip(this.#world, ref);
  }

  async originFolder(commit: string, path: string, from = 0): Promise<OriginFolder> {
    return (await originCode()).originFolder(this.#world, commit, path, from);
  }

  async originFile(commit: string, path: string): Promise<OriginFile> {
    return (await originCode()).originFile(this.#world, commit, path);
  }

  async actOnOrigin(action: OriginAction): Promise<number> {
    const opened = await (await originRoom()).actOnOrigin(this.#world, action);
    this.#keeper.touch();
    // As with the prompt: what the page reports as done is on disk.
    await this.#keeper.flush().catch(() => {});
    return opened;
  }

  // --- runs, checks, phone -----------------------------------------------------------------------------------------------------------

  async runLog(runId: number) {
    return this.#world.pipelines.log(runId);
  }

  async cancelRun(runId: number): Promise<void> {
    this.#world.pipelines.cancel(runId);
  }

  async downloadArtifact(runId: number, artifactId: number): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    return artifactZip(this.#world.pipelines, runId, artifactId);
  }

  async checkNow(): Promise<void> {
    await this.#underWay.checks.checkNow('your request');
  }

  async showHint(checkId: string): Promise<void> {
    this.#underWay.checks.showHint(checkId);
  }

  async takePhoto(): Promise<void> {
    this.#world.cloud.takePhoto();
    this.#news.tellPhone(this.#world.cloud);
    this.#keeper.touch();
  }

  // --- inside ------------------------------------------------------------------------------------------------------------------------

  get #world(): World {
    return this.#underWay.world;
  }

  get #files() {
    return this.#world.computer.files;
  }

  /** Everything to keep, at this instant: no await, so that it can be taken at any moment. */
  #content(): Kept {
    return {
      format: FORMAT,
      exercise: this.#exercise.meta.id,
      world: this.#world.snapshot(),
      checks: this.#underWay.checks.memory(),
      history: this.#terminals.history,
    };
  }

  /** Puts another world in the place of this one, and tells the page that nothing is as it was. */
  #replaceWorld(snapshot: WorldSnapshot): void {
    this.#underWay.replace(snapshot);
    this.#news.tell({ type: 'files', changes: this.#editorFiles.allChanged() });
    this.#news.tell({ type: 'repository' });
    this.#news.tell({ type: 'checks', checks: this.#underWay.checks.states() });
    this.#news.tell({ type: 'clock', now: this.#world.clock.now() });
    this.#news.tellPhone(this.#world.cloud);
  }
}

/** Loaded once the prompt is there. */
function readings() {
  return import('../computer/git/history.ts');
}

/** Loaded when somebody looks at the origin. */
function originRoom() {
  return import('../world/origin-view.ts');
}

/** Loaded when somebody looks at the code there. */
function originCode() {
  return import('../world/origin-code.ts');
}
