/** One repository on the origin: its content, and what people say and decide on it. */
import type { GitRepo } from 'just-git';
import type { Clock, FileTree } from '../platform/platform.ts';
import { itemOfBranch, mentionsIn } from './mentions.ts';
import { ObjectReader } from './objects.ts';
import { refusal } from './protection.ts';
import { StoredPullRequests } from './pull-requests.ts';
import { CollaborationRecord } from './record.ts';
import { StoredReleases } from './releases.ts';
import type { RepositoryAccess } from './repository-access.ts';
import { StoredSettings } from './settings.ts';
import { NotFoundError, type OriginStorage } from './storage.ts';
import { StoredWorkItems } from './work-items.ts';
import type {
  CheckResult,
  Commit,
  FolderEntry,
  ForgeEvent,
  OriginRepository,
  Protection,
  PullRequests,
  Push,
  RefUpdate,
  Releases,
  Settings,
  WorkItems,
} from './contract.ts';

/** What a repository needs of the origin around it. */
export interface Surroundings {
  readonly storage: OriginStorage;
  readonly clock: Clock;
  readonly engine: () => Promise<GitRepo>;
  readonly move: (push: Push) => void;
  readonly tell: (event: ForgeEvent) => void;
  readonly checks: (commit: string) => readonly CheckResult[];
  readonly person: (login: string) => { readonly name: string; readonly email: string };
}

export class StoredOriginRepository implements OriginRepository, RepositoryAccess {
  readonly name: string;
  readonly reader: ObjectReader;
  readonly workItems: WorkItems;
  readonly pullRequests: PullRequests;
  readonly releases: Releases;
  readonly settings: Settings;
  readonly #around: Surroundings;
  readonly #storage: OriginStorage;
  readonly #items: StoredWorkItems;
  readonly #pulls: StoredPullRequests;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    this.#storage = around.storage;
    this.reader = new ObjectReader(name, (id) => this.#storage.objects(name).get(id));
    const record = new CollaborationRecord(name, around.storage, around.clock, around.tell);
    this.#items = new StoredWorkItems(record);
    this.#pulls = new StoredPullRequests(record, this.#items, this);
    this.workItems = this.#items;
    this.pullRequests = this.#pulls;
    this.releases = new StoredReleases(record, this);
    this.settings = new StoredSettings(record);
  }

  get defaultBranch(): string {
    const head = this.#storage.refs(this.name).get('HEAD');
    return head?.type === 'symbolic' ? head.target.replace(/^refs\/heads\//, '') : 'main';
  }

  tip(branch: string): string | null {
    const ref = this.#storage.refs(this.name).get(`refs/heads/${branch}`);
    return ref?.type === 'direct' ? ref.hash : null;
  }

  branches(): readonly string[] {
    return [...branchesAndTags(this.#storage, this.name).keys()]
      .filter((ref) => ref.startsWith('refs/heads/'))
      .map((ref) => ref.slice('refs/heads/'.length));
  }

  engine(): Promise<GitRepo> {
    return this.#around.engine();
  }

  checks(commit: string): readonly CheckResult[] {
    return this.#around.checks(commit);
  }

  person(login: string): { readonly name: string; readonly email: string } {
    return this.#around.person(login);
  }

  async move(by: string, updates: readonly RefUpdate[]): Promise<void> {
    for (const { ref, after } of updates) this.setHiddenRef(ref, after);
    this.#around.move({ repository: this.name, by, at: this.#around.clock.now(), updates });
  }

  setHiddenRef(ref: string, commit: string | null): void {
    if (commit === null) this.#storage.removeRef(this.name, ref);
    else this.#storage.putRef(this.name, ref, { type: 'direct', hash: commit });
  }

  /** What refuses a push's update, as `remote:` lines, or null. */
  refusal(update: RefUpdate): readonly string[] | null {
    return refusal(this.protections(), update, {
      commits: () => this.#newCommits(update),
      checks: (commit) => this.checks(commit),
    });
  }

  /** Lets work items and pull requests know of refs that have moved. */
  follow({ by, updates }: Push): void {
    for (const update of updates) {
      this.#pulls.refMoved(by, update);
      this.#linkCommits(by, update);
    }
  }

  #linkCommits(by: string, update: RefUpdate): void {
    if (update.after === null || !update.ref.startsWith('refs/heads/') || this.#items.list().length === 0) return;
    const branch = update.ref.slice('refs/heads/'.length);
    const named = update.before === null ? itemOfBranch(branch) : null;
    if (named !== null) this.#items.link(named, { type: 'branch', by, branch });
    for (const { id, message } of this.#newCommits(update)) {
      const mentions = mentionsIn(message);
      for (const number of mentions.named) this.#items.link(number, { type: 'commit', by, commit: id, branch });
      if (branch !== this.defaultBranch) continue;
      for (const number of mentions.closed) if (this.#items.find(number)) this.#items.closeFor(by, number, 'completed', { commit: id });
    }
  }

  /** Commits that a branch gets; for a new branch, those that no other has. */
  #newCommits({ ref, before, after }: RefUpdate): readonly Commit[] {
    if (after === null) return [];
    const others = this.branches().filter((branch) => `refs/heads/${branch}` !== ref);
    const known = before === null ? others.flatMap((branch) => this.tip(branch) ?? []) : [before];
    return this.reader.between(known, after);
  }

  async refs(): Promise<ReadonlyMap<string, string>> {
    return branchesAndTags(this.#storage, this.name);
  }

  async resolve(name: string): Promise<string | null> {
    return this.commitNamed(name);
  }

  async commit(id: string): Promise<Commit> {
    return this.reader.commit(this.#require(id));
  }

  async log(from: string, limit = Number.POSITIVE_INFINITY): Promise<readonly Commit[]> {
    return this.reader.log(this.#require(from), limit);
  }

  async commitsBetween(base: string, head: string): Promise<readonly Commit[]> {
    return this.reader.between([this.#require(base)], this.#require(head));
  }

  async tree(commit: string, root = '/'): Promise<FileTree> {
    return this.reader.files(this.#require(commit), root);
  }

  async folder(commit: string, path: string): Promise<readonly FolderEntry[] | null> {
    const item = this.reader.find(this.#require(commit), path);
    return item?.mode === '40000' ? this.reader.folder(item.id) : null;
  }

  async file(commit: string, path: string): Promise<Uint8Array | null> {
    const item = this.reader.find(this.#require(commit), path);
    return item === null || item.mode === '40000' || item.mode === '160000' ? null : this.reader.read(item.id, 'blob');
  }

  async changedPaths(from: string | null, to: string): Promise<readonly string[]> {
    const before = from === null ? null : this.reader.commit(this.#require(from)).tree;
    return this.reader.changed(before, this.reader.commit(this.#require(to)).tree);
  }

  protections(): readonly Protection[] {
    return this.#storage.protections(this.name);
  }

  protect(protection: Protection): void {
    this.#storage.protect(this.name, protection);
  }

  unprotect(pattern: string): void {
    this.#storage.unprotect(this.name, pattern);
  }

  #require(name: string): string {
    const id = this.commitNamed(name);
    if (id === null) throw new NotFoundError(`Repository '${this.name}' has no commit ${name}.`);
    return id;
  }

  commitNamed(name: string): string | null {
    const refs = this.#storage.refs(this.name);
    const full = name === 'HEAD' ? refs.get('HEAD') : undefined;
    const start = full?.type === 'symbolic' ? full.target : name;
    for (const candidate of [start, `refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`]) {
      const ref = refs.get(candidate);
      if (ref?.type === 'direct') return this.reader.peel(ref.hash);
    }
    if (/^[0-9a-f]{40}$/.test(name)) return this.reader.peel(name);
    if (!/^[0-9a-f]{4,39}$/.test(name)) return null;
    const commits = new Set(this.#storage.findObjectsByPrefix(this.name, name).map((id) => this.reader.peel(id)));
    commits.delete(null);
    return commits.size === 1 ? ([...commits][0] ?? null) : null;
  }
}

/** Branches and tags by full name, sorted. */
export function branchesAndTags(storage: OriginStorage, name: string): ReadonlyMap<string, string> {
  const refs: [string, string][] = [];
  for (const [ref, target] of storage.refs(name)) {
    if (target.type === 'direct' && /^refs\/(heads|tags)\//.test(ref)) refs.push([ref, target.hash]);
  }
  return new Map(refs.sort(([one], [other]) => (one < other ? -1 : 1)));
}
