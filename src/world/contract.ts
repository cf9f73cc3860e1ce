/**
 * What the workbench may rely on: the world behind one asynchronous interface of plain data, so that it works the same
 * through Comlink (browser: the world lives in a worker) and in-process (Node).
 */
import type { Verdict } from '../checks/contract.ts';
import type { PhoneState } from '../cloud/contract.ts';
import type {
  Commit,
  FileDifference,
  FolderEntry,
  MergeMethod,
  MergeState,
  NewThread,
  Protection,
  PullRequest,
  Release,
  ReviewVerdict,
  WorkItem,
} from '../forge/contract.ts';
import type { Diagnostic, LogLine, Run } from '../pipelines/contract.ts';
import type { Completion, FileChange, LineResult } from '../computer/contract.ts';

/** What can happen in a world. */
export type WorldEventBody =
  | { readonly type: 'push'; readonly by: string; readonly ref: string; readonly before: string | null; readonly after: string | null }
  /** The pipelines have looked at a push: these runs came of it, maybe none. */
  | { readonly type: 'push.handled'; readonly ref: string; readonly runs: readonly number[] }
  | { readonly type: 'run.started' | 'run.completed'; readonly runId: number }
  | { readonly type: 'deployment.created'; readonly deploymentId: number; readonly environment: string; readonly digest: string }
  | { readonly type: 'users.served'; readonly hour: number; readonly well: number; readonly badly: number }
  | { readonly type: 'check'; readonly checkId: string; readonly status: Verdict['status'] }
  | { readonly type: 'reset' | 'solution.shown' }
  /** Somebody did something on the origin besides pushing: `number` is a work item's or a pull request's. */
  | { readonly type: 'work-item' | 'pull-request'; readonly action: string; readonly number: number; readonly by: string }
  | { readonly type: 'release'; readonly action: string; readonly tag: string; readonly by: string }
  /** A teammate has done what the exercise has them do; `output` says why when it failed. */
  | { readonly type: 'teammate'; readonly action: string; readonly by: string; readonly exitCode: number; readonly output?: string };

/** The events that a teammate can answer to, and which of their facts a pattern may name. */
export const ANSWERABLE = {
  push: ['by', 'branch', 'tag'],
  'pull-request': ['action', 'number', 'by', 'head', 'base', 'verdict'],
  'work-item': ['action', 'number', 'by'],
  release: ['action', 'tag', 'by'],
  'run.completed': ['workflow', 'conclusion', 'branch', 'event'],
  'deployment.created': ['environment'],
  'users.served': [],
  check: ['check', 'status'],
} as const satisfies Partial<Record<WorldEventBody['type'], readonly string[]>>;

/** Which event it must be, and what its facts must be: `{ event: 'pull-request', action: 'opened', by: 'you' }`. */
export interface EventPattern {
  readonly event: keyof typeof ANSWERABLE;
  readonly facts: Readonly<Record<string, string>>;
}

/** Something that a colleague does by themselves: data of an exercise. */
export interface TeammateAction {
  /** Unique in the exercise: `mei-reviews`. */
  readonly id: string;
  /** A login of the company. */
  readonly who: string;
  readonly when:
    /** So many virtual ms after the exercise began. */
    | { readonly at: number }
    /** So many virtual ms after each of the first `times` such events. */
    | { readonly on: EventPattern; readonly after: number; readonly times: number };
  /**
   * What they type, in a fresh clone, with the facts of the event as `EVENT_NUMBER`, `EVENT_BRANCH` and so on. Each statement has a shell of its
   * own: files and the folder stay, variables do not.
   */
  readonly script: string;
}

/** Everything that happens. Append-only; the UI draws from it and checks may read it. `at` is virtual time in ms. */
export type WorldEvent = { readonly seq: number; readonly at: number } & WorldEventBody;

/** What the page is told while the world lives. */
export type WorldNotice =
  | { readonly type: 'event'; readonly event: WorldEvent }
  | { readonly type: 'files'; readonly changes: readonly FileChange[] }
  | { readonly type: 'run'; readonly run: Run }
  /** `from` is the place of the first of these lines in the run's log: some may be known already. */
  | { readonly type: 'log'; readonly runId: number; readonly from: number; readonly lines: readonly LogLine[] }
  | { readonly type: 'checks'; readonly checks: readonly CheckState[] }
  | { readonly type: 'repository' }
  /** Something on the origin is other than it was: ask again. */
  | { readonly type: 'origin' }
  | { readonly type: 'phone'; readonly phone: PhoneState }
  | { readonly type: 'clock'; readonly now: number }
  /** `nano FILE` and the like: the editor is to open it. */
  | { readonly type: 'open'; readonly path: string }
  /** Something of ours went wrong while the world lived on. */
  | { readonly type: 'fault'; readonly message: string }
  | { readonly type: 'saved'; readonly state: SaveState }
  | { readonly type: 'python'; readonly state: PythonState };

export type SaveState =
  | { readonly status: 'saved'; readonly at: number }
  | { readonly status: 'saving' }
  /** Storage is full or forbidden; the world lives on in memory. `message` says what to do: export. */
  | { readonly status: 'unsaved'; readonly reason: 'quota' | 'forbidden' | 'failed'; readonly message: string };

export type PythonState =
  | { readonly status: 'cold' }
  | { readonly status: 'loading'; readonly fraction: number; readonly what: string }
  | { readonly status: 'ready'; readonly version: string }
  | { readonly status: 'failed'; readonly message: string };

export interface CheckState {
  readonly id: string;
  readonly title: string;
  /** `idle`: never looked; `checking`: at work, with n of m probes where known. */
  readonly state: 'idle' | 'checking' | 'settled';
  readonly progress: { readonly done: number; readonly of: number } | null;
  readonly verdict: Verdict | null;
  /** What it was checked after: `run 19`, `push`, or `your request`. */
  readonly checkedAfter: string | null;
  /** Hints for the verdict's failure that the learner has asked for so far, and how many there are. */
  readonly hints: { readonly shown: readonly string[]; readonly total: number };
}

export interface FileNode {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly sizeBytes: number;
}

/** One file's state against the last commit, as `git status` letters: M modified, A added, D deleted, ? untracked. */
export interface FileStatus {
  readonly path: string;
  readonly letter: 'M' | 'A' | 'D' | '?' | 'U';
}

export interface RepositoryState {
  /** Current branch, or null when detached. */
  readonly branch: string | null;
  readonly head: string | null;
  readonly statuses: readonly FileStatus[];
  readonly ahead: number;
  readonly behind: number;
}

/** A commit of the history graph, with what points at it. */
export interface GraphCommit extends Commit {
  readonly refs: readonly { readonly name: string; readonly kind: 'head' | 'branch' | 'remote' | 'tag' }[];
}

export interface CommitChange {
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'removed';
  /** Texts before and after; null where absent or binary. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A file's text for the editor, or why there is none. `version` changes with every write, for safe saving. */
export type FileText =
  | { readonly ok: true; readonly text: string; readonly version: number }
  | { readonly ok: false; readonly reason: 'binary' | 'too-large' | 'missing'; readonly sizeBytes: number };

/** A card moves when the repository does: branch or commit, pull request, merge, deployment. */
export type BoardColumn = 'to-do' | 'in-progress' | 'in-review' | 'merged' | 'live';

/** A work item on the board, with what it has come to. */
export interface BoardCard {
  readonly item: WorkItem;
  readonly column: BoardColumn;
  readonly branch: string | null;
  readonly pull: number | null;
  /** What brought it to users first. */
  readonly live: { readonly digest: string; readonly runId: number; readonly at: number } | null;
}

/** What is live, back to why. */
export interface TraceRow {
  readonly item: { readonly number: number; readonly title: string } | null;
  readonly pull: number | null;
  readonly commit: string;
  readonly runId: number;
  readonly digest: string;
  readonly approvedBy: readonly string[];
  /** From the push to the phone, in virtual ms. */
  readonly pushToPhone: number;
}

/** The origin as the page shows it. */
export interface OriginView {
  readonly url: string;
  readonly defaultBranch: string;
  readonly branches: readonly {
    readonly name: string;
    readonly commit: string;
    readonly subject: string;
    readonly at: number;
    readonly by: string;
  }[];
  readonly tags: readonly { readonly name: string; readonly commit: string }[];
  /** Newest first. */
  readonly pullRequests: readonly (PullRequest & { readonly checks: 'success' | 'failure' | 'pending' | 'none' })[];
  readonly cards: readonly BoardCard[];
  readonly trace: readonly TraceRow[];
  readonly releases: readonly (Omit<Release, 'assets'> & {
    readonly assets: readonly { readonly name: string; readonly sizeBytes: number }[];
  })[];
  readonly protections: readonly Protection[];
  /** Names of checks that have been reported here, for choosing what is required. */
  readonly checkNames: readonly string[];
}

export interface PullRequestView {
  readonly pull: PullRequest;
  readonly state: MergeState;
  readonly difference: readonly FileDifference[];
  readonly commits: readonly Commit[];
}

/** Where a branch or tag stands. */
export interface OriginTip {
  readonly commit: Commit;
  /** How many commits lead there; with `more` at least so many. */
  readonly commits: number;
  readonly more: boolean;
}

/** One folder at a commit: folders first, a page of `total` names. */
export interface OriginFolder {
  /** `''` is the uppermost. */
  readonly path: string;
  readonly entries: readonly FolderEntry[];
  readonly total: number;
}

/** A file at a commit as text, or why there is none. */
export type OriginFile =
  | { readonly ok: true; readonly text: string; readonly sizeBytes: number }
  | { readonly ok: false; readonly reason: 'binary' | 'too-large' | 'missing'; readonly sizeBytes: number };

/** What the learner does on the origin from the page. */
export type OriginAction =
  | { readonly type: 'open-item'; readonly title: string; readonly body: string; readonly labels: readonly string[] }
  | { readonly type: 'close-item'; readonly number: number; readonly reason: 'completed' | 'not_planned' }
  | { readonly type: 'reopen-item'; readonly number: number }
  | { readonly type: 'comment-item' | 'comment-pull'; readonly number: number; readonly body: string }
  | { readonly type: 'open-pull'; readonly title: string; readonly body: string; readonly head: string; readonly base: string }
  | {
      readonly type: 'review';
      readonly number: number;
      readonly verdict: ReviewVerdict;
      readonly body: string;
      readonly threads?: readonly NewThread[];
    }
  | { readonly type: 'reply'; readonly number: number; readonly thread: number; readonly body: string }
  | { readonly type: 'resolve'; readonly number: number; readonly thread: number; readonly resolved: boolean }
  | { readonly type: 'merge'; readonly number: number; readonly method: MergeMethod; readonly deleteBranch: boolean }
  | { readonly type: 'close-pull' | 'reopen-pull' | 'ready'; readonly number: number }
  | { readonly type: 'protect'; readonly protection: Protection }
  | { readonly type: 'unprotect'; readonly pattern: string };

export interface TerminalHandle {
  readonly id: number;
}

export interface WorldSummary {
  readonly exerciseId: string;
  readonly repository: string;
  /** The repository's folder on the learner's computer: `/home/you/leaf`. */
  readonly folder: string;
  readonly now: number;
  readonly checks: readonly CheckState[];
  readonly runs: readonly Run[];
  readonly phone: PhoneState;
  readonly saved: SaveState;
  readonly python: PythonState;
  /** True when this world was restored from the learner's storage rather than begun. */
  readonly resumed: boolean;
  /** Stored work that could not be read is set aside, as this sentence says; null when there is none, or it was exported. */
  readonly setAside: string | null;
  /** Virtual time the course counts days from: day 1 starts here. */
  readonly epoch: number;
}

/** The world as the page sees it. Every call may reject with an Error whose message is fit to show. */
export interface WorldClient {
  summary(): Promise<WorldSummary>;
  /** One subscriber; notices arrive in order. */
  subscribe(listener: (notice: WorldNotice) => void): Promise<void>;
  /** Makes ready what the first commands need: git's program, and Python, of which notices tell how far it is. For once the prompt is there. */
  warm(): Promise<void>;

  listFiles(): Promise<readonly FileNode[]>;
  readText(path: string): Promise<FileText>;
  readBytes(path: string): Promise<Uint8Array>;
  /** Rejects when `version` is given and the file has changed since: nothing is overwritten unseen. */
  writeText(path: string, text: string, version?: number): Promise<{ readonly version: number }>;
  writeBytes(path: string, bytes: Uint8Array): Promise<void>;
  createFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  validateWorkflow(path: string, text: string): Promise<readonly Diagnostic[]>;

  repositoryState(): Promise<RepositoryState>;
  history(limit?: number): Promise<readonly GraphCommit[]>;
  commitChanges(id: string): Promise<readonly CommitChange[]>;

  openTerminal(columns: number, onOutput: (text: string) => void): Promise<TerminalHandle>;
  /** Runs a statement typed at the prompt. Resolves when the prompt comes back. */
  terminalRun(id: number, text: string): Promise<LineResult>;
  terminalNeedsMore(id: number, text: string): Promise<boolean>;
  terminalPrompt(id: number): Promise<string>;
  terminalComplete(id: number, line: string, cursor: number): Promise<Completion>;
  /** A line for the running command's standard input; null is end of file (Ctrl+D). */
  terminalInput(id: number, text: string | null): Promise<void>;
  terminalInterrupt(id: number): Promise<void>;
  /** Hangs up: what runs in it is killed, and no other call may name it. One that is not there is closed already. */
  closeTerminal(id: number): Promise<void>;
  terminalHistory(): Promise<readonly string[]>;

  origin(): Promise<OriginView>;
  pullRequest(number: number): Promise<PullRequestView>;
  /** Where a branch or tag (`refs/heads/main`) of the origin stands. */
  originTip(ref: string): Promise<OriginTip>;
  /** A folder of the origin at a commit: the names from place `from` (0 when not given) on, as many as fit into an answer. */
  originFolder(commit: string, path: string, from?: number): Promise<OriginFolder>;
  originFile(commit: string, path: string): Promise<OriginFile>;
  /** Does it as the learner. Gives the number of what was opened, or 0; rejects with the sentence that says why not. */
  actOnOrigin(action: OriginAction): Promise<number>;

  runLog(runId: number): Promise<readonly LogLine[]>;
  cancelRun(runId: number): Promise<void>;
  /** A zip of the artifact. */
  downloadArtifact(runId: number, artifactId: number): Promise<{ readonly name: string; readonly bytes: Uint8Array }>;

  checkNow(): Promise<void>;
  showHint(checkId: string): Promise<void>;
  /** Takes the next photo with the phone: the live model's answer to it. */
  takePhoto(): Promise<void>;

  reset(): Promise<void>;
  /** The solution as text, and puts nothing anywhere: the learner types or copies it. */
  solution(): Promise<string>;
  /** The repository as a git bundle, and the whole world as one file. */
  exportRepository(): Promise<{ readonly name: string; readonly bytes: Uint8Array }>;
  /** A folder as a zip, with everything in it: `leaf.zip`. */
  exportFolder(path: string): Promise<{ readonly name: string; readonly bytes: Uint8Array }>;
  exportWorld(): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }>;
  /** What was set aside, as it was stored. From then on other work may take its place. */
  exportSetAside(): Promise<{ readonly name: string; readonly bytes: Uint8Array }>;
  importWorld(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Saves now; resolves when it is on disk or rejects with why not. */
  save(): Promise<void>;
}
