import { decode } from './disk.ts';
import { findRenames, lineChanges, splitLines } from './engine.ts';
import { TREE_MODE, type CommitObject } from './objects.ts';
import type { Repository } from './repository.ts';
import { DateQueue } from './walk.ts';

/** Where a line of a file came from. */
export interface Origin {
  readonly commit: CommitObject;
  /** What the file was called there, and which of its lines it was, from 1. */
  readonly path: string;
  readonly line: number;
  /** The first parent's version that the commit's was compared with. */
  readonly previous: { readonly commit: string; readonly path: string } | null;
}

/** Lines of the file that is asked about, by their places there and in a commit's version of it; both from 0. */
type Share = readonly { readonly final: number; readonly at: number }[];

interface Suspect {
  readonly commit: CommitObject;
  readonly path: string;
  readonly lines: Share;
}

/**
 * The commit that each line of a file came with, in the order of the lines. Lines that a parent has go on to it, youngest commits first; what
 * no parent has stays ("git-blame", which looks at whole files that were renamed too). Only commits that touch the file are compared.
 */
export async function blameFile(repository: Repository, commit: string, path: string): Promise<readonly Origin[]> {
  const result: Origin[] = [];
  const suspects = new Map<string, Suspect>();
  const queue = new DateQueue();
  const queued = new Map<string, readonly string[]>();
  const suspect = (found: CommitObject, at: string, lines: Share): void => {
    const key = `${found.id}:${at}`;
    const known = suspects.get(key);
    suspects.set(key, { commit: found, path: at, lines: known === undefined ? lines : [...known.lines, ...lines] });
    if (known !== undefined) return;
    const paths = queued.get(found.id);
    if (paths === undefined) queue.push(found);
    queued.set(found.id, [...(paths ?? []), at]);
  };
  const content = textAt(repository, commit, path) ?? '';
  suspect(
    repository.objects.commit(commit),
    path,
    splitLines(content).map((_, at) => ({ final: at, at })),
  );
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const paths = queued.get(next.id) ?? [];
    queued.delete(next.id);
    for (const at of paths) {
      const key = `${next.id}:${at}`;
      const accused = suspects.get(key);
      suspects.delete(key);
      if (accused === undefined) continue;
      const { left, previous } = await acquit(repository, accused, suspect);
      for (const { final, at: line } of left) result[final] = { commit: next, path: at, line: line + 1, previous };
    }
  }
  return result;
}

/** Hands a suspect's lines on to the parents that have them; gives those that are left. */
async function acquit(
  repository: Repository,
  { commit, path, lines }: Suspect,
  suspect: (commit: CommitObject, path: string, lines: Share) => void,
): Promise<{ readonly left: Share; readonly previous: Origin['previous'] }> {
  const id = blobAt(repository, commit, path);
  const parents = commit.parents.map((parent) => repository.objects.commit(parent));
  const same = parents.find((parent) => blobAt(repository, parent, path) === id);
  if (same !== undefined) {
    suspect(same, path, lines);
    return { left: [], previous: null };
  }
  let left = lines;
  let previous: Origin['previous'] = null;
  for (const parent of parents) {
    const before = blobAt(repository, parent, path) === null ? await nameBefore(repository, commit, parent, path) : path;
    if (before === null || left.length === 0) continue;
    previous ??= { commit: parent.id, path: before };
    const { had, new: added } = await divide(repository, parent, before, commit, path, left);
    if (had.length > 0) suspect(parent, before, had);
    left = added;
  }
  return { left, previous };
}

/** Which lines an earlier version has already, at its own places, and which it has not. */
async function divide(
  repository: Repository,
  parent: CommitObject,
  before: string,
  commit: CommitObject,
  path: string,
  lines: Share,
): Promise<{ readonly had: Share; readonly new: Share }> {
  const changes = await lineChanges(textAt(repository, parent.id, before) ?? '', textAt(repository, commit.id, path) ?? '');
  const had: { final: number; at: number }[] = [];
  const added: { final: number; at: number }[] = [];
  for (const line of lines) {
    const change = changes.findLast(({ newStart }) => newStart <= line.at);
    if (change === undefined) had.push(line);
    else if (line.at < change.newStart + change.newCount) added.push(line);
    else had.push({ final: line.final, at: line.at - (change.newStart + change.newCount) + change.oldStart + change.oldCount });
  }
  return { had, new: added };
}

/** What a file that a parent does not have was called there, if it was renamed. */
async function nameBefore(repository: Repository, commit: CommitObject, parent: CommitObject, path: string): Promise<string | null> {
  const [now, then] = [repository.files(commit.id), repository.files(parent.id)];
  const removed = new Map([...then].flatMap(([name, { id }]) => (now.has(name) ? [] : [[name, repository.objects.blob(id)] as const])));
  const id = blobAt(repository, commit, path);
  if (id === null || removed.size === 0) return null;
  const [rename] = await findRenames(removed, new Map([[path, repository.objects.blob(id)]]));
  return rename?.from ?? null;
}

function textAt(repository: Repository, commit: string, path: string): string | null {
  const id = blobAt(repository, repository.objects.commit(commit), path);
  return id === null ? null : decode(repository.objects.blob(id));
}

/** The blob at a path of a commit, without reading more trees than lead to it. */
function blobAt({ objects }: Repository, { tree }: CommitObject, path: string): string | null {
  const names = path.split('/');
  let at = tree;
  for (const [depth, name] of names.entries()) {
    const item = objects.tree(at).find((other) => other.name === name);
    if (item === undefined || (item.mode === TREE_MODE) !== depth < names.length - 1) return null;
    at = item.id;
  }
  return at;
}
