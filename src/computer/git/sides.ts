/** Pairs of files that differ between trees, the index and the work tree. */
import type { TreeEntry } from '../../platform/platform.ts';
import { detectRenames, makePair, type Pair, type Side } from './diff.ts';
import type { GitCall } from './call.ts';
import { comparePaths, TREE_MODE } from './objects.ts';
import type { Pathspec } from './pathspec.ts';
import { contentOf, fileOf, type Repository, type TreeFile } from './repository.ts';
import { compareFiles, compareWork, unmergedOf, type Difference } from './status.ts';

export function blobSide(repository: Repository, file: TreeFile | null): Side | null {
  if (file === null) return null;
  return { mode: file.mode, id: file.id, content: () => (file.mode === 0o160000 ? new Uint8Array(0) : repository.objects.blob(file.id)) };
}

export function workSide(entry: TreeEntry | null | undefined): Side | null {
  const file = fileOf(entry);
  return file === null || !entry ? null : { ...file, content: () => contentOf(entry), work: true };
}

/** Between two trees; null is the empty tree. Equal folders are not looked into. */
export function treePairs(repository: Repository, before: string | null, after: string | null, pathspec: Pathspec): readonly Pair[] {
  const pairs: Pair[] = [];
  const { objects } = repository;
  const visit = (one: string | null, other: string | null, folder: string): void => {
    if (one === other) return;
    const left = new Map((one === null ? [] : objects.tree(one)).map((item) => [item.name, item]));
    const right = other === null ? [] : objects.tree(other);
    const names = new Set([...left.keys(), ...right.map(({ name }) => name)]);
    const byName = new Map(right.map((item) => [item.name, item]));
    for (const name of names) {
      const [from, to] = [left.get(name), byName.get(name)];
      if (from?.id === to?.id && from?.mode === to?.mode) continue;
      const path = folder + name;
      const [fromTree, toTree] = [from?.mode === TREE_MODE, to?.mode === TREE_MODE];
      const [fromFile, toFile] = [from && !fromTree ? from : null, to && !toTree ? to : null];
      if ((fromFile || toFile) && pathspec.matches(path))
        pairs.push(makePair(path, blobSide(repository, fromFile), blobSide(repository, toFile)));
      if ((fromTree || toTree) && pathspec.mayMatchBelow(path))
        visit(fromTree && from ? from.id : null, toTree && to ? to.id : null, `${path}/`);
    }
  };
  visit(before === null ? null : repository.treeOf(before), after === null ? null : repository.treeOf(after), '');
  return pairs.sort((one, other) => comparePaths(one.path, other.path));
}

/** A commit (null: nothing) against the index; with files in conflict as `U`. */
export function cachedPairs(repository: Repository, commit: string | null, pathspec: Pathspec): readonly Pair[] {
  const entries = repository.index();
  const conflicted = unmergedOf(entries).filter(({ path }) => pathspec.matches(path));
  const conflictedPaths = new Set(conflicted.map(({ path }) => path));
  const staged = new Map(entries.filter(({ stage, intentToAdd }) => stage === 0 && !intentToAdd).map((entry) => [entry.path, entry]));
  const pairs = compareFiles(repository.files(commit), staged)
    .filter(({ path }) => pathspec.matches(path) && !conflictedPaths.has(path))
    .map((difference) => toPair(repository, difference));
  return [...pairs, ...conflicted.map(({ path }) => unmergedPair(path))].sort((one, other) => comparePaths(one.path, other.path));
}

/** The index against the work tree. */
export function workPairs(repository: Repository, pathspec: Pathspec): readonly Pair[] {
  const work = repository.workEntries();
  return compareWork(repository.index(), work)
    .filter(({ path }) => pathspec.matches(path))
    .map(({ path, before, after }) => makePair(path, blobSide(repository, before), after === null ? null : workSide(work.get(path))));
}

/** A commit against the work tree, for paths that the commit or the index knows. */
export function commitWorkPairs(repository: Repository, commit: string, pathspec: Pathspec): readonly Pair[] {
  const work = repository.workEntries();
  const entries = repository.index();
  const tree = repository.files(commit);
  const known = new Set(entries.map(({ path }) => path));
  const after = new Map<string, TreeFile>();
  for (const path of known) {
    const file = fileOf(work.get(path));
    if (file) after.set(path, file);
  }
  const pairs = compareFiles(tree, after)
    .filter(({ path }) => pathspec.matches(path))
    .map(({ path, before, after: now }) => makePair(path, blobSide(repository, before), now === null ? null : workSide(work.get(path))));
  return pairs;
}

export function unmergedPair(path: string): Pair {
  return { path, oldPath: path, before: null, after: null, status: 'U' };
}

function toPair(repository: Repository, { path, before, after }: Difference): Pair {
  return makePair(path, blobSide(repository, before), blobSide(repository, after));
}

/** The pairs between two commits with renames found, as after a commit or a merge. */
export async function pairsWithRenames(call: GitCall, pairs: readonly Pair[]): Promise<readonly Pair[]> {
  return renamesWanted(call) ? detectRenames(pairs) : pairs;
}

export function renamesWanted(call: GitCall): boolean {
  const configured = call.settings.get('diff.renames');
  return configured === undefined || /^(true|yes|on|1|copies|copy)$/i.test(configured);
}
