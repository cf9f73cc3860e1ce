/**
 * Readings of a repository for the workbench: its graph, its state, what a commit changed, and a bundle to take home.
 * They go through isomorphic-git, a second implementation over the same `.git`: what our git writes wrongly shows here.
 */
import '../session/buffer.ts';
import {
  currentBranch,
  getConfig,
  listRefs,
  packObjects,
  readBlob,
  readCommit,
  readObject,
  readTag,
  readTree,
  resolveRef,
} from 'isomorphic-git';
import type { FileSystem } from '../contract.ts';
import { promisesFor } from '../files/promises.ts';
import { decode, Disk, encode, joinBytes } from './disk.ts';
import { Repository } from './repository.ts';
import { workStatus } from './status.ts';

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

type PlainCommit = Omit<HistoryCommit, 'refs'>;
type Ref = readonly [name: string, id: string];

/** A file of a tree as isomorphic-git gives it: `100644`, and the id of the blob. */
interface TreeFile {
  readonly mode: string;
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit';
}

/** Commits that any ref or HEAD reaches, children before parents and the youngest first, at most `limit`; none where there is no repository. */
export async function history(files: FileSystem, folder: string, limit = 200): Promise<readonly HistoryCommit[]> {
  const reading = Reading.at(files, folder);
  if (reading === null) return [];
  const names = await namesByCommit(reading);
  const commits = await reading.ancestors(names.keys());
  return childrenFirst([...commits.values()])
    .slice(0, limit)
    .map((commit) => ({ ...commit, refs: names.get(commit.id) ?? [] }));
}

/** Branch, status letters per file, and how far the branch is from its upstream. */
export async function repositoryState(files: FileSystem, folder: string): Promise<RepositorySummary> {
  const reading = Reading.at(files, folder);
  if (reading === null) return { branch: null, head: null, statuses: [], ahead: 0, behind: 0 };
  const statuses = statusLetters(files, folder);
  const [branch, head] = [await reading.branch(), await reading.resolve('HEAD')];
  const upstream = branch === null ? null : await reading.upstream(branch);
  return { branch, head, statuses, ...(await aheadBehind(reading, head, upstream)) };
}

/** What a commit changed against its first parent. */
export async function commitChanges(files: FileSystem, folder: string, id: string): Promise<readonly HistoryChange[]> {
  const reading = Reading.at(files, folder);
  if (reading === null) return [];
  const { tree, parents } = await reading.commit(id);
  const parent = parents[0] === undefined ? null : await reading.commit(parents[0]);
  const changes: HistoryChange[] = [];
  const text = async (file: TreeFile | undefined): Promise<string | null> => {
    if (file === undefined || file.type !== 'blob') return null;
    const bytes = await reading.blob(file.oid);
    return bytes.subarray(0, 8000).includes(0) ? null : decode(bytes);
  };
  const compare = async (before: string | null, after: string | null, path: string): Promise<void> => {
    const [old, now] = [await reading.tree(before), await reading.tree(after)];
    for (const name of new Set([...old.keys(), ...now.keys()])) {
      const [one, other] = [old.get(name), now.get(name)];
      if (one?.oid === other?.oid && one?.mode === other?.mode) continue;
      const folders = [one, other].map((item) => (item?.type === 'tree' ? item.oid : null));
      if (folders.some((folder) => folder !== null)) await compare(folders[0] ?? null, folders[1] ?? null, `${path}${name}/`);
      const [from, to] = [one, other].map((item) => (item?.type === 'tree' ? undefined : item));
      if (from === undefined && to === undefined) continue;
      const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'modified';
      changes.push({ path: path + name, kind, before: await text(from), after: await text(to) });
    }
  };
  await compare(parent?.tree ?? null, tree, '');
  return changes.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/**
 * The repository as a version 2 bundle that `git clone` accepts ("gitformat-bundle" in Git's documentation);
 * `refs` are full names, all branches and tags when not given. Rejects when there is nothing to take home.
 */
export async function bundle(files: FileSystem, folder: string, refs?: readonly string[]): Promise<Uint8Array> {
  const reading = Reading.at(files, folder);
  if (reading === null) throw new Error(`There is no repository in ${folder}: run 'git init' or 'git clone' first.`);
  const wanted = (await reading.refs()).filter(([name]) => (refs ? refs.includes(name) : /^refs\/(heads|tags)\//.test(name)));
  const head = await reading.resolve('HEAD');
  if (head === null && wanted.length === 0) throw new Error(`The repository in ${folder} has no commits yet: make one, then export it.`);
  const taken: readonly Ref[] = head === null ? wanted : [...wanted, ['HEAD', head]];
  const lines = taken.map(([name, id]) => `${id} ${name}\n`);
  const objects = await reachable(
    reading,
    taken.map(([, id]) => id),
  );
  return joinBytes([encode(`# v2 git bundle\n${lines.join('')}\n`), await reading.pack([...objects])]);
}

/** One repository at one moment, through isomorphic-git. */
class Reading {
  /** isomorphic-git keeps the indexes of packs in `cache`, which is what makes reading many objects fast. */
  readonly #source: { readonly fs: { readonly promises: ReturnType<typeof promisesFor> }; readonly gitdir: string; readonly cache: object };
  /** Commits after which a shallow clone was cut: their parents are not here. */
  readonly #cuts: ReadonlySet<string>;
  readonly #commits = new Map<string, Promise<PlainCommit>>();

  private constructor(files: FileSystem, gitdir: string) {
    this.#source = { fs: { promises: promisesFor(files) }, gitdir, cache: {} };
    const shallow = `${gitdir}/shallow`;
    this.#cuts = new Set(files.existsSync(shallow) ? decode(files.readSync(shallow)).split('\n') : []);
  }

  /** The repository whose work tree or bare directory a folder is, or null. */
  static at(files: FileSystem, folder: string): Reading | null {
    const repository = Repository.at(new Disk(files), folder);
    // isomorphic-git awaits at every step: a git command that runs meanwhile must not change what is half read.
    return repository === null ? null : new Reading(files.fork(), repository.gitDir);
  }

  /** `main`, also before its first commit; null when HEAD is detached. */
  async branch(): Promise<string | null> {
    return (await currentBranch(this.#source)) ?? null;
  }

  /** The id behind a full ref name or `HEAD`, or null. */
  async resolve(ref: string): Promise<string | null> {
    return resolveRef({ ...this.#source, ref }).catch(nothingWhenMissing);
  }

  /** All refs that lead to an object, by full name, sorted. */
  async refs(): Promise<readonly Ref[]> {
    const found: Ref[] = [];
    // In `packed-refs` an annotated tag has a second entry, `name^{}`, for what it names.
    for (const path of await listRefs({ ...this.#source, filepath: 'refs' })) {
      const name = `refs/${path}`;
      const id = /\^\{\}$|\.lock$/.test(name) ? null : await this.resolve(name);
      if (id !== null) found.push([name, id]);
    }
    return found.sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** The commit of the branch that a branch follows, as last fetched; null when it follows none. */
  async upstream(branch: string): Promise<string | null> {
    const setting = async (name: string): Promise<string | undefined> => getConfig({ ...this.#source, path: `branch.${branch}.${name}` });
    const [remote, merge] = [await setting('remote'), await setting('merge')];
    if (remote === undefined || merge === undefined) return null;
    return this.resolve(remote === '.' ? merge : merge.replace(/^refs\/heads\//, `refs/remotes/${remote}/`));
  }

  commit(id: string): Promise<PlainCommit> {
    const known = this.#commits.get(id);
    if (known) return known;
    const commit = readCommit({ ...this.#source, oid: id }).then(({ commit: { parent, tree, message, author, committer } }) => ({
      id,
      parents: this.#cuts.has(id) ? [] : parent,
      tree,
      message,
      author: signature(author),
      committer: signature(committer),
    }));
    this.#commits.set(id, commit);
    return commit;
  }

  /** Everything that can be reached from some commits, themselves included. */
  async ancestors(from: Iterable<string>): Promise<ReadonlyMap<string, PlainCommit>> {
    const found = new Map<string, PlainCommit>();
    let ids = [...new Set(from)];
    while (ids.length > 0) {
      const commits = await Promise.all(ids.map((id) => this.commit(id)));
      for (const commit of commits) found.set(commit.id, commit);
      ids = [...new Set(commits.flatMap(({ parents }) => parents))].filter((id) => !found.has(id));
    }
    return found;
  }

  /** A tree's items by name; of null, none. */
  async tree(id: string | null): Promise<ReadonlyMap<string, TreeFile>> {
    if (id === null) return new Map();
    const { tree } = await readTree({ ...this.#source, oid: id });
    return new Map(tree.map((item) => [item.path, item]));
  }

  async blob(id: string): Promise<Uint8Array> {
    return (await readBlob({ ...this.#source, oid: id })).blob;
  }

  async type(id: string): Promise<string> {
    return (await readObject({ ...this.#source, oid: id, format: 'content' })).type;
  }

  /** What an annotated tag names. */
  async tagged(id: string): Promise<string> {
    return (await readTag({ ...this.#source, oid: id })).tag.object;
  }

  async pack(ids: string[]): Promise<Uint8Array> {
    const { packfile } = await packObjects({ ...this.#source, oids: ids });
    if (packfile === undefined) throw new Error(`isomorphic-git gave no pack of ${ids.length} objects.`);
    return packfile;
  }
}

function nothingWhenMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'NotFoundError') return null;
  throw error;
}

function signature({
  name,
  email,
  timestamp,
}: {
  readonly name: string;
  readonly email: string;
  readonly timestamp: number;
}): HistorySignature {
  return { name, email, at: timestamp * 1000 };
}

async function namesByCommit(reading: Reading): Promise<ReadonlyMap<string, HistoryCommit['refs']>> {
  const names = new Map<string, HistoryCommit['refs'][number][]>();
  const add = async (id: string, name: string, kind: HistoryCommit['refs'][number]['kind']): Promise<void> => {
    const type = await reading.type(id);
    if (type === 'tag') await add(await reading.tagged(id), name, kind);
    else if (type === 'commit') names.set(id, [...(names.get(id) ?? []), { name, kind }]);
  };
  const head = await reading.resolve('HEAD');
  if (head !== null) await add(head, 'HEAD', 'head');
  for (const [ref, id] of await reading.refs()) {
    const [, kind, name] = /^refs\/(heads|remotes|tags)\/(.*)$/.exec(ref) ?? [];
    if (name === undefined || (kind === 'remotes' && name.endsWith('/HEAD'))) continue;
    await add(id, name, kind === 'heads' ? 'branch' : kind === 'remotes' ? 'remote' : 'tag');
  }
  return names;
}

/** Orders commits so that none comes before a child of it, the youngest first where that leaves a choice. */
function childrenFirst(commits: readonly PlainCommit[]): readonly PlainCommit[] {
  const known = new Map(commits.map((commit) => [commit.id, commit]));
  const children = new Map<string, number>();
  for (const { parents } of commits) for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  const byAge = (one: PlainCommit, other: PlainCommit): number => other.committer.at - one.committer.at;
  const ready = commits.filter(({ id }) => !children.has(id)).sort(byAge);
  const ordered: PlainCommit[] = [];
  for (let commit = ready.shift(); commit; commit = ready.shift()) {
    ordered.push(commit);
    for (const id of commit.parents) {
      const left = (children.get(id) ?? 0) - 1;
      children.set(id, left);
      const parent = known.get(id);
      if (left === 0 && parent) ready.push(parent);
    }
    ready.sort(byAge);
  }
  return ordered;
}

/** How many commits each of two has that the other has not. */
async function aheadBehind(
  reading: Reading,
  local: string | null,
  upstream: string | null,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  if (local === null || upstream === null || local === upstream) return { ahead: 0, behind: 0 };
  const [ofLocal, ofUpstream] = [await reading.ancestors([local]), await reading.ancestors([upstream])];
  const only = (these: ReadonlyMap<string, unknown>, those: ReadonlyMap<string, unknown>): number =>
    [...these.keys()].filter((id) => !those.has(id)).length;
  return { ahead: only(ofLocal, ofUpstream), behind: only(ofUpstream, ofLocal) };
}

/** All objects that some ids lead to, themselves included, each once. */
async function reachable(reading: Reading, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const visitTree = async (tree: string): Promise<void> => {
    if (found.has(tree)) return;
    found.add(tree);
    for (const { oid, type } of (await reading.tree(tree)).values()) {
      if (type === 'tree') await visitTree(oid);
      else if (type === 'blob') found.add(oid);
    }
  };
  const visit = async (id: string): Promise<void> => {
    if (found.has(id)) return;
    const type = await reading.type(id);
    if (type === 'tree') return visitTree(id);
    if (type !== 'commit') found.add(id);
    if (type === 'tag') return visit(await reading.tagged(id));
    if (type !== 'commit') return;
    for (const commit of (await reading.ancestors([id])).values()) {
      found.add(commit.id);
      await visitTree(commit.tree);
    }
  };
  for (const id of ids) await visit(id);
  return found;
}

/**
 * A letter per file, from our own index code: isomorphic-git's `statusMatrix` takes 135 to 410 ms each time for the 650 files of the leaf
 * repository, too slow for a panel that follows every command; this takes some 100 ms once, and under 10 ms from then on.
 */
function statusLetters(files: FileSystem, folder: string): RepositorySummary['statuses'] {
  const repository = Repository.at(new Disk(files), folder);
  if (repository === null) return [];
  const status = workStatus(repository, repository.ignore(null), 'all');
  const letters = new Map<string, 'M' | 'A' | 'D' | '?' | 'U'>();
  for (const { path, before, after } of [...status.unstaged, ...status.staged]) {
    letters.set(path, after === null ? 'D' : before === null ? 'A' : (letters.get(path) ?? 'M'));
  }
  for (const { path } of status.unmerged) letters.set(path, 'U');
  for (const path of status.untracked) letters.set(path, '?');
  return Array.from(letters, ([path, letter]) => ({ path, letter })).sort((one, other) => (one.path < other.path ? -1 : 1));
}
