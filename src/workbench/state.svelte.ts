/** The workbench's one reactive state: what the world says, what is open and what is asked. Components read it; its methods change it. */
import { getContext } from 'svelte';
import type { Place } from '../checks/contract.ts';
import type { PhoneState } from '../cloud/contract.ts';
import type { LogLine, Run } from '../pipelines/contract.ts';
import type { LessonTab } from '../site/lesson-page.ts';
import type {
  CheckState,
  FileNode,
  GraphCommit,
  PythonState,
  RepositoryState,
  SaveState,
  WorldClient,
  WorldEvent,
  WorldNotice,
  WorldSummary,
} from '../world/contract.ts';
import { LEARNER } from '../world/people.ts';
import { foldersAbove } from './code/tree.ts';
import { counted, duration, refName } from './format.ts';
import { Layout } from './layout.svelte.ts';
import { OpenFiles, isWorkflow } from './open-files.svelte.ts';
import type { OriginAddress } from './origin/address.ts';
import { colleagueDid } from './origin/colleagues.ts';
import { Origin } from './origin/origin.svelte.ts';
import { outcomeState, verdictWords } from './outcomes/order.ts';
import { browserProgress } from '../progress/local.ts';
import { ProgressRecorder } from './record-progress.ts';
import { isLive, newestFirst, stateOf } from './runs/status.ts';
import type { StateName } from './runs/status.ts';
import type { TerminalSession } from './terminal/session.ts';

export type View = 'code' | 'history' | 'runs' | 'origin' | 'phone';
export type LowerTab = 'terminal' | 'problems';
export type DialogName = 'start-over' | 'solution' | 'take-home' | 'keys';

export interface Toast {
  readonly id: number;
  readonly state: StateName;
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

type LogNotice = Extract<WorldNotice, { type: 'log' }>;

export interface Trouble {
  readonly what: string;
  readonly why: string;
}

/** How often views hear of new log lines, in ms. */
const LOG_PAUSE = 40;
/** How long a sentence stays for assistive technology to take it up, in ms. */
const SPOKEN_FOR = 5000;
/** More messages than this at once are a wall over the work. */
const MOST_TOASTS = 2;

/** A message that tells of something done, or of what colleagues do, or asks nothing, leaves by itself; what asks for an answer stays. */
export function leavesByItself(toast: Toast): boolean {
  return toast.state === 'success' || toast.state === 'note' || toast.action === null;
}

export class Workbench {
  readonly client: WorldClient;
  readonly exerciseId: string;
  readonly base: string;
  readonly repository: string;
  readonly folder: string;
  readonly epoch: number;
  readonly resumed: boolean;
  readonly layout = new Layout();
  readonly files: OpenFiles;
  readonly origin: Origin;

  checks = $state.raw<readonly CheckState[]>([]);
  /** Newest first. */
  runs = $state.raw<readonly Run[]>([]);
  phone: PhoneState = $state.raw({ live: null, previous: null, score: null, hours: [], deployments: [], recent: [] });
  now = $state(0);
  saved: SaveState = $state.raw({ status: 'saved', at: 0 });
  python: PythonState = $state.raw({ status: 'cold' });
  nodes = $state.raw<readonly FileNode[]>([]);
  git = $state.raw<RepositoryState | null>(null);
  commits = $state.raw<readonly GraphCommit[] | null>(null);
  online = $state(true);

  view = $state<View>('code');
  /** What a phone shows; `history` lives under More. */
  tab = $state<LessonTab>('files');
  lower = $state<LowerTab>('terminal');
  dialog = $state<DialogName | null>(null);
  toasts = $state.raw<readonly Toast[]>([]);
  /** Sentences for assistive technology, in order. Each is an addition of its own, so that the same words are heard again. */
  spoken = $state.raw<readonly { readonly id: number; readonly words: string }[]>([]);
  checking = $state(false);
  /** Says that stored work was set aside, until it is exported. */
  setAside = $state<string | null>(null);
  /** What went wrong, shown over the view until it is dismissed: a later fault does not hide an earlier one. */
  troubles = $state.raw<readonly Trouble[]>([]);

  selectedRun = $state<number | null>(null);
  selectedJob = $state<string | null>(null);
  selectedCommit = $state<string | null>(null);
  openFolders = $state.raw<ReadonlySet<string>>(new Set());
  /** Lines of runs that were looked at, by run; `logVersion` rises with each change. */
  readonly logs = new Map<number, LogLine[]>();
  logVersion = $state(0);
  /** A terminal that code from the lesson goes to. */
  terminal: TerminalSession | null = null;
  /** Rises when the world began anew: terminals show a fresh prompt. */
  generation = $state(0);

  readonly progress: ProgressRecorder;
  private lastToast = 0;
  private lastSpoken = 0;
  private logTimer: ReturnType<typeof setTimeout> | null = null;
  /** Logs that are being read, with what is told of them meanwhile. */
  private readonly loadingLogs = new Map<number, LogNotice[]>();
  /** True from asking for another world until it is taken over. */
  private replacing = false;

  constructor(client: WorldClient, summary: WorldSummary, base: string) {
    this.client = client;
    this.exerciseId = summary.exerciseId;
    this.base = base;
    this.repository = summary.repository;
    this.folder = summary.folder;
    this.epoch = summary.epoch;
    this.resumed = summary.resumed;
    this.files = new OpenFiles(client, summary.exerciseId, (words) => this.toast('success', words));
    this.origin = new Origin(client, summary.exerciseId, (what, why) => this.fault(what, why));
    this.progress = new ProgressRecorder(browserProgress(), summary.exerciseId, summary.checks);
    this.setAside = summary.setAside;
    this.take(summary);
  }

  private take(summary: WorldSummary): void {
    this.checks = summary.checks;
    this.runs = newestFirst(summary.runs);
    this.phone = summary.phone;
    this.now = summary.now;
    this.saved = summary.saved;
    this.python = summary.python;
  }

  /** Begins to listen to the world. */
  async begin(): Promise<void> {
    await this.client.subscribe((notice) => this.hear(notice));
  }

  /** Reads files and history, then makes git and Python ready. Called once the prompt is there: the world does one thing at a time. */
  async afterPrompt(): Promise<void> {
    try {
      await this.readFiles();
      await Promise.all([this.restoreFiles(), this.readRepository()]);
    } catch (error) {
      this.fault('The files could not be listed', error);
    }
    await this.client.warm();
  }

  private async restoreFiles(): Promise<void> {
    const paths = new Set(this.nodes.map((node) => node.path));
    const workflows = [...paths].filter(isWorkflow);
    if (this.openFolders.size === 0) this.openFolders = new Set(workflows.flatMap((path) => foldersAbove(path, this.folder)));
    if (this.files.open.length === 0) await this.files.restoreTabs((path) => paths.has(path), `${this.folder}/README.md`);
    await this.files.restoreDrafts();
    await this.files.checkOthers(workflows);
  }

  // --- what the world says -------------------------------------------------------------------------------------------------------------

  private hear(notice: WorldNotice): void {
    switch (notice.type) {
      case 'event':
        return this.hearColleague(notice.event);
      case 'files':
        void this.readFiles();
        void this.files.changed(new Set(notice.changes.map((change) => this.absolute(change.path))));
        return;
      case 'repository':
        void this.readRepository();
        return;
      case 'origin':
        return this.origin.changed();
      case 'run':
        return this.hearRun(notice.run);
      case 'log':
        return this.hearLog(notice);
      case 'checks':
        return this.hearChecks(notice.checks);
      case 'phone':
        return this.hearPhone(notice.phone);
      case 'clock':
        this.now = notice.now;
        return;
      case 'open':
        void this.openPath(notice.path, 1, 1, true);
        return;
      case 'fault':
        return this.fault('Something in the page went wrong', notice.message);
      case 'saved':
        if (notice.state.status === 'unsaved' && this.saved.status !== 'unsaved') this.say(`Not saved. ${notice.state.message}`);
        // While storage fails, each try again would take the message away and bring it back: it stays until something is saved.
        if (notice.state.status !== 'saving' || this.saved.status !== 'unsaved') this.saved = notice.state;
        this.files.worldSaved(notice.state.status);
        return;
      case 'python':
        if (notice.state.status === 'failed') this.say(`Python could not be loaded. ${notice.state.message}`);
        this.python = notice.state;
    }
  }

  private hearColleague(event: WorldEvent): void {
    const did = colleagueDid(event, LEARNER.login);
    if (did === null) return;
    const { text, pull } = did;
    const look = () => {
      this.show('origin');
      if (pull !== null) this.origin.openPull(pull);
    };
    this.toast('note', text, { label: 'Look', run: look });
  }

  private hearLog(notice: LogNotice): void {
    const known = this.logs.get(notice.runId);
    if (!known) return;
    const waiting = this.loadingLogs.get(notice.runId);
    if (waiting) return void waiting.push(notice);
    for (const line of notice.lines.slice(Math.max(0, known.length - notice.from))) known.push(line);
    this.logGrew();
  }

  private hearPhone(phone: PhoneState): void {
    const before = this.phone.live;
    this.phone = phone;
    const { live } = phone;
    // Deployments are numbered in order. One that came with another world was not made while the learner looked.
    if (this.replacing || live === null || live.id <= (before?.id ?? 0)) return;
    const run = this.runs.find((one) => one.id === live.runId);
    const words = `Run ${run?.number ?? live.runId} reached the phone in ${duration(live.liveAt - live.pushedAt)}`;
    this.toast('success', words, this.view === 'phone' ? null : { label: 'Look', run: () => this.show('phone') });
  }

  private hearRun(run: Run): void {
    const before = this.runs.find((one) => one.id === run.id);
    const others = this.runs.filter((one) => one.id !== run.id);
    this.runs = newestFirst([run, ...others]);
    if (!before && this.runs[0] === run && (this.selectedRun === null || this.selectedRun === others[0]?.id)) this.selectRun(run.id);
    if (run.status === 'completed' && before?.status !== 'completed') {
      const failed = run.jobs.filter((job) => job.conclusion === 'failure').length;
      const state = stateOf(run);
      const outcome =
        state === 'success'
          ? 'passed'
          : state === 'failure'
            ? `failed${failed > 0 ? `, ${counted(failed, 'job')} failed` : ''}`
            : `was ${state}`;
      this.say(`Run ${run.number}, ${run.title}, on ${refName(run.ref)} ${outcome}.`);
    }
  }

  private hearChecks(checks: readonly CheckState[]): void {
    for (const check of checks) {
      const before = this.checks.find((one) => one.id === check.id);
      if (check.state === 'settled' && before && (before.verdict?.status !== check.verdict?.status || before.verdict === null))
        this.say(verdictWords(check));
    }
    this.checks = checks;
    this.progress.checks(checks);
  }

  private async readFiles(): Promise<void> {
    this.nodes = (await this.client.listFiles()).map((node) => ({ ...node, path: this.absolute(node.path) }));
  }

  private async readRepository(): Promise<void> {
    this.git = await this.client.repositoryState().catch(() => null);
    if (this.commits !== null || this.view === 'history') await this.readHistory();
  }

  async readHistory(): Promise<void> {
    this.commits = await this.client.history(400).catch(() => []);
  }

  /** Many lines may come at once: the views hear of them together. */
  private logGrew(): void {
    this.logTimer ??= setTimeout(() => {
      this.logTimer = null;
      this.logVersion += 1;
    }, LOG_PAUSE);
  }

  /** The lines of a run, read once and kept up by notices. */
  async readLog(runId: number): Promise<void> {
    if (this.logs.has(runId)) return;
    const told: LogNotice[] = [];
    this.loadingLogs.set(runId, told);
    this.logs.set(runId, []);
    try {
      this.logs.set(runId, [...(await this.client.runLog(runId))]);
    } finally {
      this.loadingLogs.delete(runId);
      for (const notice of told) this.hearLog(notice);
      this.logVersion += 1;
    }
  }

  // --- paths ---------------------------------------------------------------------------------------------------------------------------

  /** A path as the world's files have it. Paths of workflows and of git are relative to the repository. */
  absolute(path: string): string {
    return path.startsWith('/') ? path : `${this.folder}/${path}`;
  }

  /** A path as people read it: relative to the repository. */
  relative(path: string): string {
    return path.startsWith(`${this.folder}/`) ? path.slice(this.folder.length + 1) : path;
  }

  // --- what is open ----------------------------------------------------------------------------------------------------------------------

  show(view: View): void {
    this.view = view;
    if (view === 'code') this.tab = this.tab === 'terminal' ? 'terminal' : 'files';
    else this.tab = view === 'history' || view === 'origin' ? 'more' : view;
    if (view === 'history' && this.commits === null) void this.readHistory();
    if (view === 'runs' && this.selectedRun === null) this.selectRun(this.runs[0]?.id ?? null);
  }

  showTab(tab: LessonTab): void {
    this.tab = tab;
    if (tab === 'files') this.view = 'code';
    else if (tab === 'terminal') [this.view, this.lower] = ['code', 'terminal'];
    else if (tab === 'runs' || tab === 'phone') this.show(tab);
  }

  showTerminal(): void {
    this.view = 'code';
    this.tab = 'terminal';
    this.lower = 'terminal';
    this.layout.fold('terminal', false);
  }

  /** Opens a file, or unfolds a folder in the tree. With `create`, a file that is not there begins empty. */
  async openPath(path: string, line?: number, column?: number, create = false): Promise<void> {
    const target = this.absolute(path.replace(/\/$/, ''));
    this.view = 'code';
    this.tab = 'files';
    const folders = foldersAbove(target, this.folder);
    const isFolder =
      this.nodes.some((node) => node.path === target && node.type === 'directory') ||
      this.nodes.some((node) => node.path.startsWith(`${target}/`));
    this.openFolders = new Set([...this.openFolders, ...folders, ...(isFolder ? [target] : [])]);
    if (isFolder) return;
    const file = await this.files.show(target, line, column);
    if (create) this.files.begin(file);
  }

  selectRun(id: number | null): void {
    if (id === this.selectedRun) return;
    this.selectedRun = id;
    this.selectedJob = null;
  }

  openRun(id: number, jobKey?: string): void {
    this.show('runs');
    this.selectRun(id);
    if (jobKey !== undefined) this.selectedJob = jobKey;
  }

  /** Goes where an address of the origin leads. */
  async openAddress(address: OriginAddress): Promise<void> {
    if (address.kind !== 'run') {
      this.show('origin');
      return this.origin.open(address);
    }
    if (this.runs.some(({ id }) => id === address.id)) this.openRun(address.id);
    else this.toast('warning', `There is no run ${address.id}.`);
  }

  openCommit(id: string): void {
    this.selectedCommit = id;
    this.show('history');
  }

  openPlace(place: Place): void {
    switch (place.kind) {
      case 'file':
        return void this.openPath(place.path, place.line);
      case 'run':
        return this.openRun(place.runId, place.jobKey);
      case 'commit':
        return this.openCommit(place.id);
      case 'view':
        return this.show(place.view);
    }
  }

  /** Puts code from the lesson into the terminal and runs it. */
  runCode(code: string): void {
    this.showTerminal();
    if (this.terminal?.run(code) !== true)
      this.toast('warning', 'The terminal is busy. Ctrl+C there stops what runs.', {
        label: 'Open the terminal',
        run: () => this.showTerminal(),
      });
  }

  // --- what is asked ---------------------------------------------------------------------------------------------------------------------

  async checkNow(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try {
      await this.files.writeAll();
      await this.client.checkNow();
      const held = this.checks.filter((check) => outcomeState(check) === 'holds').length;
      this.say(`Checked: ${held} of ${this.checks.length} outcomes hold.`);
    } catch (error) {
      this.fault('The outcomes could not be checked', error);
    } finally {
      this.checking = false;
    }
  }

  async nextHint(): Promise<void> {
    const check = this.checks.find((one) => one.verdict?.status === 'fails' && one.hints.shown.length < one.hints.total);
    if (check) await this.client.showHint(check.id);
    else this.say('There is no further hint.');
  }

  /** The solution as text. That it was shown is noted in the learner's progress. */
  async solution(): Promise<string> {
    const text = await this.client.solution();
    this.progress.solutionShown();
    return text;
  }

  async cancelRun(id: number): Promise<void> {
    await this.client.cancelRun(id).catch((error: unknown) => this.fault('The run could not be cancelled', error));
  }

  /** Puts everything back to how the lesson began. */
  async startOver(): Promise<void> {
    await this.replaceWorld(async () => {
      await this.client.reset();
      this.progress.reset();
    });
  }

  /** Replaces this world by one from a file. */
  async importWorld(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.replaceWorld(() => this.client.importWorld(bytes));
  }

  private async replaceWorld(ask: () => Promise<void>): Promise<void> {
    this.replacing = true;
    try {
      await ask();
      this.files.clear();
      await this.takeAnew();
    } finally {
      this.replacing = false;
    }
  }

  private async takeAnew(): Promise<void> {
    this.logs.clear();
    this.logVersion += 1;
    this.selectedRun = null;
    this.selectedJob = null;
    this.selectedCommit = null;
    this.commits = null;
    this.origin.begin();
    this.take(await this.client.summary());
    await Promise.all([this.readFiles(), this.readRepository()]);
    this.generation += 1;
    void this.files.checkOthers(this.nodes.filter((node) => isWorkflow(node.path)).map((node) => node.path));
  }

  // --- telling ---------------------------------------------------------------------------------------------------------------------------

  say(words: string): void {
    const id = ++this.lastSpoken;
    this.spoken = [...this.spoken, { id, words }];
    setTimeout(() => (this.spoken = this.spoken.filter((one) => one.id !== id)), SPOKEN_FOR);
  }

  toast(state: StateName, text: string, action: Toast['action'] = null): void {
    const toasts = [...this.toasts.filter((one) => one.text !== text), { id: ++this.lastToast, state, text, action }];
    while (toasts.length > MOST_TOASTS) toasts.splice(Math.max(0, toasts.findIndex(leavesByItself)), 1);
    this.toasts = toasts;
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  /** An action failed: says which, and why. It stays until it is dismissed. */
  fault(what: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.troubles = [...this.troubles.filter((one) => one.what !== what || one.why !== why), { what, why }];
  }

  dismissTrouble(trouble: Trouble): void {
    this.troubles = this.troubles.filter((one) => one !== trouble);
  }

  get liveRun(): Run | undefined {
    return this.runs.find(isLive);
  }
}

const KEY = Symbol('workbench');

/** The context that `mount` hands to components. */
export function workbenchContext(workbench: Workbench): Map<unknown, unknown> {
  return new Map([[KEY, workbench]]);
}

/** The workbench of the component's page. */
export function useWorkbench(): Workbench {
  return getContext<Workbench>(KEY);
}
