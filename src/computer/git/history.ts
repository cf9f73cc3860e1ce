/** Readings of a repository for the workbench: its graph, its state, what a commit changed, and a bundle to take home. */
import type { FileSystem } from '../contract.ts';
import { decode, Disk, encode, joinBytes } from './disk.ts';
import type { CommitObject, Person } from './objects.ts';
import { writePack } from './pack.ts';
import { Repository, type TreeFile } from './repository.ts';
import { compareFiles, workStatus } from './status.ts';
import { aheadBehind, ancestors, reachableObjects, topological } from './walk.ts';

export interface HistorySignature {
  readonly name: string;
  readonly email: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** A commit of the graph, with what points at it. */
export interface HistoryCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly tree: string;
  readonly message: string;
  readonly author: HistorySignature;
  readonly committer: HistorySignature;
  readonly refs: readonly { readonly name: string; readonly kind: 'head' | 'branch' | 'remote' | 'tag' }[];
}

export interface RepositorySummary {
  readonly branch: string | null;
  readonly head: string | null;
  readonly statuses: readonly { readonly path: string; readonly letter: 'M' | 'A' | 'D' | '?' | 'U' }[];
  readonly ahead: number;
  readonly behind: number;
}

export interface HistoryChange {
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'removed';
  /** Texts before and after; null where absent or binary. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Commits that any ref or HEAD reaches, children before parents and the youngest first, at most `limit`; none where there is no repository. */
export async function history(files: FileSystem, folder: string, limit = 200): Promise<readonly HistoryCommit[]> {
  const repository = Repository.at(new Disk(files), folder);
  if (repository === null) return [];
  const { objects } = repository;
  const names = namesByCommit(repository);
  const tips = [...names.keys()];
  if (tips.length === 0) return [];
  const commits = [...ancestors(objects, tips)].map((id) => objects.commit(id));
  return topological(commits, 'date')
    .slice(0, limit)
    .map((commit) => ({ ...plainCommit(commit), refs: names.get(commit.id) ?? [] }));
}

/** Branch, status letters per file, and how far the branch is from its upstream. */
export async function repositoryState(files: FileSystem, folder: string): Promise<RepositorySummary> {
  const repository = Repository.at(new Disk(files), folder);
  if (repository === null) return { branch: null, head: null, statuses: [], ahead: 0, behind: 0 };
  const { head, branch } = repository;
  const status = workStatus(repository, repository.ignore(null), 'all');
  const letters = new Map<string, 'M' | 'A' | 'D' | '?' | 'U'>();
  for (const { path, before, after } of [...status.unstaged, ...status.staged]) {
    letters.set(path, after === null ? 'D' : before === null ? 'A' : (letters.get(path) ?? 'M'));
  }
  for (const { path } of status.unmerged) letters.set(path, 'U');
  for (const path of status.untracked) letters.set(path, '?');
  const upstream = branch === null ? null : upstreamId(repository, branch);
  const distance = head === null || upstream === null ? { ahead: 0, behind: 0 } : aheadBehind(repository.objects, head, upstream);
  const statuses = Array.from(letters, ([path, letter]) => ({ path, letter })).sort((one, other) => (one.path < other.path ? -1 : 1));
  return { branch, head, statuses, ...distance };
}

/** What a commit changed against its first parent. */
export async function commitChanges(files: FileSystem, folder: string, id: string): Promise<readonly HistoryChange[]> {
  const repository = Repository.at(new Disk(files), folder);
  if (repository === null) return [];
  const commit = repository.objects.commit(id);
  const text = (file: TreeFile | null): string | null => {
    if (file === null || file.mode === 0o160000) return null;
    const bytes = repository.objects.blob(file.id);
    return bytes.subarray(0, 8000).includes(0) ? null : decode(bytes);
  };
  return compareFiles(repository.files(commit.parents[0] ?? null), repository.files(id)).map(({ path, before, after }) => ({
    path,
    kind: before === null ? 'added' : after === null ? 'removed' : 'modified',
    before: text(before),
    after: text(after),
  }));
}

/**
 * The repository as a version 2 bundle that `git clone` accepts ("gitformat-bundle" in Git's documentation);
 * `refs` are full names, all branches and tags when not given. Rejects when there is nothing to take home.
 */
export async function bundle(files: FileSystem, folder: string, refs?: readonly string[]): Promise<Uint8Array> {
  const repository = Repository.at(new Disk(files), folder);
  if (repository === null) throw new Error(`There is no repository in ${folder}: run 'git init' or 'git clone' first.`);
  const wanted = repository.refs.list().filter(([name]) => (refs ? refs.includes(name) : /^refs\/(heads|tags)\//.test(name)));
  const head = repository.head;
  if (head === null && wanted.length === 0) throw new Error(`The repository in ${folder} has no commits yet: make one, then export it.`);
  const lines = wanted.map(([name, id]) => `${id} ${name}\n`);
  if (head !== null) lines.push(`${head} HEAD\n`);
  const ids = [...wanted.map(([, id]) => id), ...(head === null ? [] : [head])];
  const objects = reachableObjects(repository.objects, ids, []);
  return joinBytes([encode(`# v2 git bundle\n${lines.join('')}\n`), writePack([...objects.values()])]);
}

function namesByCommit(repository: Repository): ReadonlyMap<string, HistoryCommit['refs']> {
  const names = new Map<string, { name: string; kind: 'head' | 'branch' | 'remote' | 'tag' }[]>();
  const add = (id: string, name: string, kind: 'head' | 'branch' | 'remote' | 'tag'): void => {
    const peeled = repository.objects.peel(id);
    if (peeled.type === 'commit') names.set(peeled.id, [...(names.get(peeled.id) ?? []), { name, kind }]);
  };
  const { head } = repository;
  if (head !== null) add(head, 'HEAD', 'head');
  for (const [ref, id] of repository.refs.list()) {
    const [, kind, name] = /^refs\/(heads|remotes|tags)\/(.*)$/.exec(ref) ?? [];
    if (name === undefined || (kind === 'remotes' && name.endsWith('/HEAD'))) continue;
    add(id, name, kind === 'heads' ? 'branch' : kind === 'remotes' ? 'remote' : 'tag');
  }
  return names;
}

/** The commit of the remote-tracking branch that a branch follows, or null. */
function upstreamId(repository: Repository, branch: string): string | null {
  const config = repository.config();
  const [remote, merge] = [config.get(`branch.${branch}.remote`), config.get(`branch.${branch}.merge`)];
  if (remote === undefined || merge === undefined) return null;
  return repository.refs.resolve(remote === '.' ? merge : merge.replace(/^refs\/heads\//, `refs/remotes/${remote}/`));
}

function plainCommit({ id, parents, tree, message, author, committer }: CommitObject): Omit<HistoryCommit, 'refs'> {
  const signature = ({ name, email, time }: Person): HistorySignature => ({ name, email, at: time * 1000 });
  return { id, parents, tree, message, author: signature(author), committer: signature(committer) };
}
