/** What the other rooms may rely on: the origin that hosts repositories. All of it is plain data but `Forge`. */
import type { NetworkPolicy, RawObject } from 'just-git';
import type { FileTree } from '../platform/platform.ts';

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ms since the epoch. */
  readonly at: number;
}

export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly tree: string;
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

/** One ref that a push moved. A hash is null where the ref did not or does not exist. */
export interface RefUpdate {
  readonly ref: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly forced: boolean;
}

/** An accepted push. Listeners are called after the refs have moved and are not awaited. */
export interface Push {
  readonly repository: string;
  readonly by: string;
  readonly at: number;
  readonly updates: readonly RefUpdate[];
}

/**
 * What a branch refuses and asks for. `pattern` is a branch name or a glob (`release/*`).
 * Source of the rules: "About protected branches" of GitHub's documentation.
 */
export interface Protection {
  readonly pattern: string;
  /** Nobody moves the branch, by a push or by merging a pull request. */
  readonly refuseDirectPush: boolean;
  readonly refuseForcePush: boolean;
  readonly refuseDeletion: boolean;
  /** Changes come through a pull request only. */
  readonly requirePullRequest?: boolean;
  /** Approving reviews that a pull request needs; above 0, a review that asks for changes blocks it too. */
  readonly requiredApprovals?: number;
  /** Approvals given before the last push do not count. */
  readonly dismissStaleApprovals?: boolean;
  /** Names of checks (jobs) that have to succeed on the commit. */
  readonly requiredChecks?: readonly string[];
  /** No merge commits. */
  readonly linearHistory?: boolean;
  /** The sentence the person sees in a `remote:` line: what to do instead. */
  readonly reason: string;
  /** Who set it; absent for what the company has set and a learner leaves alone. */
  readonly setBy?: string;
}

/** What a pipeline says of a commit: one job's result, as pull requests and protections look at it. */
export interface CheckResult {
  readonly name: string;
  readonly status: 'queued' | 'waiting' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'skipped' | null;
  readonly runId: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

export interface Comment {
  readonly id: number;
  readonly author: string;
  readonly at: number;
  /** Markdown. */
  readonly body: string;
}

/** What happened to a work item or a pull request besides comments and reviews, oldest first. */
export type TimelineEntry = { readonly at: number; readonly by: string } & (
  | { readonly type: 'closed' | 'reopened' | 'merged'; readonly commit?: string; readonly pull?: number }
  /** A pushed commit names it (`#12`). */
  | { readonly type: 'commit'; readonly commit: string; readonly branch: string }
  /** A pull request names it. */
  | { readonly type: 'pull'; readonly pull: number }
  /** A branch whose name begins with its number (`12-normalise`). */
  | { readonly type: 'branch'; readonly branch: string }
);

/** An issue, or work item: something to be done, or that went wrong. Numbers are shared with pull requests. */
export interface WorkItem {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly assignees: readonly string[];
  readonly labels: readonly string[];
  readonly state: 'open' | 'closed';
  readonly reason: 'completed' | 'not_planned' | null;
  readonly createdAt: number;
  readonly closedAt: number | null;
  readonly comments: readonly Comment[];
  readonly timeline: readonly TimelineEntry[];
}

export type ReviewVerdict = 'approved' | 'changes_requested' | 'commented';

export interface Review {
  readonly id: number;
  readonly author: string;
  readonly at: number;
  readonly verdict: ReviewVerdict;
  readonly body: string;
  /** Tip of the branch that was looked at. */
  readonly commit: string;
}

/** A conversation at one line of the difference. */
export interface Thread {
  readonly id: number;
  readonly review: number;
  readonly path: string;
  /** Line in the new file, or in the old one for `side: 'before'`; from 1. */
  readonly line: number;
  readonly side: 'before' | 'after';
  readonly resolved: boolean;
  readonly comments: readonly Comment[];
}

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  /** Branch that is merged into. */
  readonly base: string;
  /** Branch with the changes. */
  readonly head: string;
  readonly draft: boolean;
  readonly state: 'open' | 'closed' | 'merged';
  /** Tips: of `head` while it was last open, and of `base` when it was closed or merged (null while open). */
  readonly headCommit: string;
  readonly baseCommit: string | null;
  readonly createdAt: number;
  readonly closedAt: number | null;
  readonly mergedBy: string | null;
  readonly mergeCommit: string | null;
  readonly requested: readonly string[];
  readonly reviews: readonly Review[];
  readonly threads: readonly Thread[];
  readonly comments: readonly Comment[];
  readonly timeline: readonly TimelineEntry[];
}

/** Whether a pull request can be merged now, and what it waits for. */
export interface MergeState {
  readonly mergeable: boolean;
  /** One sentence for each thing that stands in the way, fit to show. */
  readonly blockedBy: readonly string[];
  /** Paths that both sides changed in different ways. */
  readonly conflicts: readonly string[];
  readonly checks: readonly (CheckResult & { readonly required: boolean })[];
  /** Required checks that nothing has reported on this commit. */
  readonly expected: readonly string[];
  readonly approvedBy: readonly string[];
  readonly changesRequestedBy: readonly string[];
  readonly requiredApprovals: number;
  readonly methods: readonly MergeMethod[];
  /** Commits of base that head does not have. */
  readonly behind: number;
}

/** One file of a difference; lines of a hunk begin with ` `, `+`, `-` or `\\`. */
export interface FileDifference {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed';
  readonly oldPath: string | null;
  /** Bytes that are no text: there are no hunks then. */
  readonly binary: boolean;
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly {
    readonly oldStart: number;
    readonly oldCount: number;
    readonly newStart: number;
    readonly newCount: number;
    readonly lines: readonly string[];
  }[];
}

export interface Asset {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly at: number;
}

export interface Release {
  readonly id: number;
  readonly tag: string;
  readonly title: string;
  /** Markdown. */
  readonly notes: string;
  readonly author: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly at: number;
  readonly assets: readonly Asset[];
}

/** Names of settings follow the host's rule: letters, digits and `_`, not a digit first, not `GITHUB_`; they are kept in upper case. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** The environment it belongs to, or null: the repository. */
  readonly environment: string | null;
  readonly at: number;
}

/** Work items of one repository. Unknown numbers throw NotFoundError; what the rules forbid throws RefusedError. */
export interface WorkItems {
  /** By number, ascending. */
  list(): readonly WorkItem[];
  get(number: number): WorkItem;
  open(by: string, item: { readonly title: string } & Partial<Pick<WorkItem, 'body' | 'labels' | 'assignees'>>): WorkItem;
  edit(by: string, number: number, change: Partial<Pick<WorkItem, 'title' | 'body' | 'labels' | 'assignees'>>): WorkItem;
  comment(by: string, number: number, body: string): WorkItem;
  close(by: string, number: number, reason?: 'completed' | 'not_planned'): WorkItem;
  reopen(by: string, number: number): WorkItem;
}

export interface NewThread {
  readonly path: string;
  readonly line: number;
  readonly side?: 'before' | 'after';
  readonly body: string;
}

/** Pull requests of one repository. Unknown numbers throw NotFoundError; what the rules forbid throws RefusedError. */
export interface PullRequests {
  /** By number, ascending. */
  list(): readonly PullRequest[];
  get(number: number): PullRequest;
  open(
    by: string,
    pull: Pick<PullRequest, 'title' | 'base' | 'head'> & Partial<Pick<PullRequest, 'body' | 'draft' | 'requested'>>,
  ): Promise<PullRequest>;
  edit(by: string, number: number, change: Partial<Pick<PullRequest, 'title' | 'body' | 'draft' | 'requested'>>): PullRequest;
  comment(by: string, number: number, body: string): PullRequest;
  review(
    by: string,
    number: number,
    review: { readonly verdict: ReviewVerdict; readonly body?: string; readonly threads?: readonly NewThread[] },
  ): PullRequest;
  reply(by: string, number: number, thread: number, body: string): PullRequest;
  resolve(by: string, number: number, thread: number, resolved: boolean): PullRequest;
  close(by: string, number: number): PullRequest;
  reopen(by: string, number: number): Promise<PullRequest>;
  mergeState(number: number): Promise<MergeState>;
  /** What the pull request changes: from where its branch left base. */
  difference(number: number): Promise<readonly FileDifference[]>;
  /** Its commits, oldest first. */
  commits(number: number): Promise<readonly Commit[]>;
  merge(
    by: string,
    number: number,
    how: { readonly method: MergeMethod; readonly title?: string; readonly message?: string; readonly deleteBranch?: boolean },
  ): Promise<PullRequest>;
}

/** Releases of one repository, each at a tag. Unknown tags throw NotFoundError; what the rules forbid throws RefusedError. */
export interface Releases {
  /** Newest first. */
  list(): readonly Release[];
  get(tag: string): Release;
  /** Makes the tag at `target` (a branch or commit; main when not given) when there is none. */
  create(
    by: string,
    release: { readonly tag: string; readonly target?: string } & Partial<Pick<Release, 'title' | 'notes' | 'draft' | 'prerelease'>>,
  ): Promise<Release>;
  edit(by: string, tag: string, change: Partial<Pick<Release, 'title' | 'notes' | 'draft' | 'prerelease'>>): Release;
  /** Replaces an asset of that name only when `replace` says so. */
  upload(by: string, tag: string, asset: { readonly name: string; readonly bytes: Uint8Array }, replace?: boolean): Release;
  remove(by: string, tag: string): void;
}

/** Secrets and variables. A secret's value is given to pipelines and to nobody else. */
export interface Settings {
  list(kind: 'secret' | 'variable'): readonly Setting[];
  set(kind: 'secret' | 'variable', name: string, value: string, environment: string | null): void;
  remove(kind: 'secret' | 'variable', name: string, environment: string | null): void;
}

/** One name in a folder of a commit. `sizeBytes` is 0 for what is no file; a submodule is another repository's commit. */
export interface FolderEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'submodule';
  readonly sizeBytes: number;
}

/** Reads a repository on the origin without a checkout. Unknown ids reject with a NotFoundError that names the id. */
export interface OriginRepository {
  readonly name: string;
  readonly defaultBranch: string;
  /** Branches and tags as `refs/heads/main` -> commit id, sorted. */
  refs(): Promise<ReadonlyMap<string, string>>;
  /** Resolves a branch, tag, full or short id to a commit id, or null. */
  resolve(name: string): Promise<string | null>;
  commit(id: string): Promise<Commit>;
  /** Newest first, following all parents, at most `limit`. */
  log(from: string, limit?: number): Promise<readonly Commit[]>;
  /** Commits that `head` has and `base` does not, parents before their children. */
  commitsBetween(base: string, head: string): Promise<readonly Commit[]>;
  /** The files of a commit, with paths below `root` (default `/`). */
  tree(commit: string, root?: string): Promise<FileTree>;
  /** What lies in one folder of a commit (`''` is the uppermost), in the order of the tree; null when there is no such folder. */
  folder(commit: string, path: string): Promise<readonly FolderEntry[] | null>;
  /** One file at a commit, or null. */
  file(commit: string, path: string): Promise<Uint8Array | null>;
  /** Paths that differ between two commits (`from` null: everything is added). */
  changedPaths(from: string | null, to: string): Promise<readonly string[]>;
  protections(): readonly Protection[];
  protect(protection: Protection): void;
  unprotect(pattern: string): void;
  readonly workItems: WorkItems;
  readonly pullRequests: PullRequests;
  readonly releases: Releases;
  readonly settings: Settings;
}

/** A repository's content without the protocol: what a checkout on the same machine reads instead of cloning. */
export interface OriginContent {
  readonly refs: ReadonlyMap<string, string>;
  /** The full name of the default branch, or null. */
  readonly head: string | null;
  object(id: string): RawObject | undefined;
  objects(): Iterable<readonly [id: string, object: RawObject]>;
}

/** What people have said and decided on a repository, as it is stored. */
export interface Collaboration {
  /** The next work item or pull request gets this number; comments and the like count by themselves. */
  readonly nextNumber: number;
  readonly nextId: number;
  readonly workItems: readonly WorkItem[];
  readonly pullRequests: readonly PullRequest[];
  readonly releases: readonly Release[];
  readonly secrets: readonly Setting[];
  readonly variables: readonly Setting[];
}

/** Something that people did on the origin besides pushing. `number` is the work item's or pull request's. */
export type ForgeEvent = { readonly repository: string; readonly by: string; readonly at: number } & (
  | {
      readonly type: 'work-item';
      readonly action: 'opened' | 'edited' | 'commented' | 'closed' | 'reopened' | 'linked';
      readonly number: number;
    }
  | {
      readonly type: 'pull-request';
      readonly action:
        'opened' | 'edited' | 'commented' | 'reviewed' | 'synchronize' | 'closed' | 'merged' | 'reopened' | 'ready_for_review';
      readonly number: number;
    }
  | { readonly type: 'release'; readonly action: 'published' | 'edited' | 'deleted'; readonly tag: string }
  | { readonly type: 'settings'; readonly action: 'changed' }
);

/** Storage of the whole origin as plain, structured-clonable data. */
export interface ForgeSnapshot {
  readonly version: 1;
  readonly repositories: readonly {
    readonly name: string;
    readonly objects: readonly { readonly id: string; readonly type: string; readonly bytes: Uint8Array }[];
    readonly refs: readonly { readonly name: string; readonly target: string; readonly symbolic: boolean }[];
    readonly protections: readonly Protection[];
    /** Absent in worlds that were stored before there was any. */
    readonly collaboration?: Collaboration;
  }[];
}

/** The origin: hosts repositories at `https://origin.fieldleaf.test/<name>.git`. */
export interface Forge {
  readonly url: string;
  /** Hand this to a Computer: git reaches the origin through it, and nothing else. */
  network(login: string): NetworkPolicy & Required<Pick<NetworkPolicy, 'fetch'>>;
  create(name: string): Promise<OriginRepository>;
  repository(name: string): OriginRepository;
  repositories(): readonly string[];
  /** @throws NotFoundError when there is no repository of that name. */
  content(name: string): OriginContent;
  /** Called after an accepted push, not awaited: this is the hook that starts pipelines. */
  onPush(listener: (push: Push) => void): () => void;
  /** Called when people did something else on the origin, not awaited. */
  onEvent(listener: (event: ForgeEvent) => void): () => void;
  /** What pipelines say of a commit; without it no check has been reported. */
  checks: ((repository: string, commit: string) => readonly CheckResult[]) | null;
  /** The name and address that a login stands for, in the commits that merging makes. */
  person: (login: string) => { readonly name: string; readonly email: string };
  /** Called before a push is answered: gives extra `remote:` lines (a workflow error, a link to open a pull request). */
  remoteMessages: ((push: Push) => Promise<readonly string[]>) | null;
  snapshot(): ForgeSnapshot;
  restore(snapshot: ForgeSnapshot): void;
}
