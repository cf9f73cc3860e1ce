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

/** What a branch refuses. `pattern` is a branch name or a glob (`release/*`). */
export interface Protection {
  readonly pattern: string;
  readonly refuseDirectPush: boolean;
  readonly refuseForcePush: boolean;
  readonly refuseDeletion: boolean;
  /** The sentence the person sees in a `remote:` line: what to do instead. */
  readonly reason: string;
}

/** Reads a repository on the origin without a checkout. Unknown ids reject with a NotFoundError that names the id. */
export interface OriginRepository {
  readonly name: string;
  /** Branches and tags as `refs/heads/main` -> commit id, sorted. */
  refs(): Promise<ReadonlyMap<string, string>>;
  /** Resolves a branch, tag, full or short id to a commit id, or null. */
  resolve(name: string): Promise<string | null>;
  commit(id: string): Promise<Commit>;
  /** Newest first, following all parents, at most `limit`. */
  log(from: string, limit?: number): Promise<readonly Commit[]>;
  /** The files of a commit, with paths below `root` (default `/`). */
  tree(commit: string, root?: string): Promise<FileTree>;
  /** One file at a commit, or null. */
  file(commit: string, path: string): Promise<Uint8Array | null>;
  /** Paths that differ between two commits (`from` null: everything is added). */
  changedPaths(from: string | null, to: string): Promise<readonly string[]>;
  protections(): readonly Protection[];
  protect(protection: Protection): void;
}

/** A repository's content without the protocol: what a checkout on the same machine reads instead of cloning. */
export interface OriginContent {
  readonly refs: ReadonlyMap<string, string>;
  /** The full name of the default branch, or null. */
  readonly head: string | null;
  object(id: string): RawObject | undefined;
  objects(): Iterable<readonly [id: string, object: RawObject]>;
}

/** Storage of the whole origin as plain, structured-clonable data. */
export interface ForgeSnapshot {
  readonly version: 1;
  readonly repositories: readonly {
    readonly name: string;
    readonly objects: readonly { readonly id: string; readonly type: string; readonly bytes: Uint8Array }[];
    readonly refs: readonly { readonly name: string; readonly target: string; readonly symbolic: boolean }[];
    readonly protections: readonly Protection[];
  }[];
}

/** The origin: hosts repositories at `https://origin.fieldleaf.test/<name>.git`. */
export interface Forge {
  readonly url: string;
  /** Hand this to a Computer: git reaches the origin through it, and nothing else. */
  network(login: string): NetworkPolicy;
  create(name: string): Promise<OriginRepository>;
  repository(name: string): OriginRepository;
  repositories(): readonly string[];
  /** @throws NotFoundError when there is no repository of that name. */
  content(name: string): OriginContent;
  /** Called after an accepted push, not awaited: this is the hook that starts pipelines. */
  onPush(listener: (push: Push) => void): () => void;
  /** Called before a push is answered: gives extra `remote:` lines (a workflow error, a link to open a pull request). */
  remoteMessages: ((push: Push) => Promise<readonly string[]>) | null;
  snapshot(): ForgeSnapshot;
  restore(snapshot: ForgeSnapshot): void;
}
