import { TREE_MODE, type CommitObject, type GitObject, type ObjectDatabase } from './objects.ts';

/** Commits in an order that a walk takes them from: the youngest committer date first, the first added first among equals. */
export class DateQueue {
  readonly #commits: CommitObject[] = [];

  get size(): number {
    return this.#commits.length;
  }

  push(commit: CommitObject): void {
    let [low, high] = [0, this.#commits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#commits[middle] as CommitObject).committer.time < commit.committer.time) high = middle;
      else low = middle + 1;
    }
    this.#commits.splice(low, 0, commit);
  }

  pop(): CommitObject | undefined {
    return this.#commits.shift();
  }
}

/** Everything that can be reached from some commits, themselves included. */
export function ancestors(objects: ObjectDatabase, from: Iterable<string>, parentsOf = parents): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = [...from];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    queue.push(...parentsOf(objects.commit(id)));
  }
  return seen;
}

const parents = (commit: CommitObject): readonly string[] => commit.parents;

/** True when one commit can be reached from another, or is it. */
export function isAncestor(objects: ObjectDatabase, ancestor: string, descendant: string): boolean {
  if (ancestor === descendant) return true;
  const { time } = objects.commit(ancestor).committer;
  const seen = new Set<string>();
  const queue = [descendant];
  const older: string[] = [];
  // Commits that are older than the one looked for can only lead to it where clocks were wrong: those come last.
  for (let id = queue.pop() ?? older.pop(); id !== undefined; id = queue.pop() ?? older.pop()) {
    if (id === ancestor) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const commit = objects.commit(id);
    (commit.committer.time < time ? older : queue).push(...commit.parents);
  }
  return false;
}

/** The best common ancestors of two commits, the youngest first. */
export function mergeBases(objects: ObjectDatabase, one: string, other: string): readonly string[] {
  if (one === other) return [one];
  const ofOne = ancestors(objects, [one]);
  const common = [...ancestors(objects, [other])].filter((id) => ofOne.has(id));
  const beaten = new Set<string>();
  for (const id of ancestors(
    objects,
    common.flatMap((id) => objects.commit(id).parents),
  ))
    beaten.add(id);
  return common
    .filter((id) => !beaten.has(id))
    .sort((first, second) => objects.commit(second).committer.time - objects.commit(first).committer.time);
}

/** How many commits each of two has that the other has not. */
export function aheadBehind(objects: ObjectDatabase, local: string, upstream: string): { readonly ahead: number; readonly behind: number } {
  if (local === upstream) return { ahead: 0, behind: 0 };
  const [ofLocal, ofUpstream] = [ancestors(objects, [local]), ancestors(objects, [upstream])];
  const only = (these: ReadonlySet<string>, those: ReadonlySet<string>) => [...these].filter((id) => !those.has(id)).length;
  return { ahead: only(ofLocal, ofUpstream), behind: only(ofUpstream, ofLocal) };
}

/** Orders commits so that none comes before a child of it, by date where that leaves a choice (`--date-order`) or keeping lines of history together (`--topo-order`). */
export function topological(commits: readonly CommitObject[], order: 'date' | 'topo', parentsOf = parents): readonly CommitObject[] {
  const known = new Map(commits.map((commit) => [commit.id, commit]));
  const children = new Map<string, number>();
  for (const commit of commits) for (const parent of parentsOf(commit)) children.set(parent, (children.get(parent) ?? 0) + 1);
  const ready = commits.filter(({ id }) => !children.get(id));
  const queue = new DateQueue();
  const stack: CommitObject[] = [];
  if (order === 'date') for (const commit of ready) queue.push(commit);
  else stack.push(...ready.reverse());
  const ordered: CommitObject[] = [];
  for (let commit = order === 'date' ? queue.pop() : stack.pop(); commit; commit = order === 'date' ? queue.pop() : stack.pop()) {
    ordered.push(commit);
    for (const id of parentsOf(commit)) {
      const left = (children.get(id) ?? 0) - 1;
      children.set(id, left);
      const parent = known.get(id);
      if (left > 0 || !parent) continue;
      if (order === 'date') queue.push(parent);
      else stack.push(parent);
    }
  }
  return ordered;
}

/** Objects that can be reached from some ids and not from others, each once: commits, then trees and blobs as they come up. */
export function reachableObjects(
  objects: ObjectDatabase,
  wants: readonly string[],
  haves: readonly string[],
): ReadonlyMap<string, GitObject> {
  const known = new Set<string>();
  const markTree = (id: string): void => {
    if (known.has(id)) return;
    known.add(id);
    for (const item of objects.tree(id)) {
      if (item.mode === TREE_MODE) markTree(item.id);
      else known.add(item.id);
    }
  };
  const oldCommits = new Set<string>();
  for (const have of haves) {
    if (!objects.has(have)) continue;
    known.add(have);
    const { id, type } = objects.peel(have);
    if (type === 'commit') for (const ancestor of ancestors(objects, [id])) oldCommits.add(ancestor);
  }
  for (const id of oldCommits) {
    known.add(id);
    markTree(objects.commit(id).tree);
  }
  const found = new Map<string, GitObject>();
  const add = (id: string): GitObject => {
    const object = objects.read(id);
    found.set(id, object);
    return object;
  };
  const visitTree = (id: string): void => {
    if (known.has(id) || found.has(id)) return;
    add(id);
    for (const item of objects.tree(id)) {
      if (item.mode === TREE_MODE) visitTree(item.id);
      else if (item.mode !== 0o160000 && !known.has(item.id) && !found.has(item.id)) add(item.id);
    }
  };
  const queue = [...wants];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (known.has(id) || found.has(id)) continue;
    const { type } = add(id);
    if (type === 'tag') queue.push(objects.tag(id).object);
    else if (type === 'tree') {
      found.delete(id);
      visitTree(id);
    } else if (type === 'commit') {
      const commit = objects.commit(id);
      visitTree(commit.tree);
      queue.push(...commit.parents);
    }
  }
  return found;
}
