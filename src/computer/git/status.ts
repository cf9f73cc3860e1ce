import type { TreeEntry } from '../../platform/platform.ts';
import type { Ignore } from './ignore.ts';
import type { IndexEntry } from './index-file.ts';
import { comparePaths } from './objects.ts';
import { fileOf, type FileMap, type Repository, type TreeFile } from './repository.ts';

/** A path that differs between two sets of files. */
export interface Difference {
  readonly path: string;
  readonly before: TreeFile | null;
  readonly after: TreeFile | null;
}

/** Which stages a path in conflict has. */
export interface Unmerged {
  readonly path: string;
  readonly base: TreeFile | null;
  readonly ours: TreeFile | null;
  readonly theirs: TreeFile | null;
}

export interface WorkStatus {
  /** HEAD against the index. */
  readonly staged: readonly Difference[];
  /** The index against the work tree. */
  readonly unstaged: readonly Difference[];
  readonly unmerged: readonly Unmerged[];
  /** Files and, as `folder/`, folders without a file that git knows; depends on `untracked`. */
  readonly untracked: readonly string[];
  readonly ignored: readonly string[];
}

/** How to show untracked files: not at all, with whole folders as one, or each. */
export type UntrackedMode = 'no' | 'normal' | 'all';

/** Differences between two sets of files, by path. */
export function compareFiles(before: FileMap, after: FileMap): readonly Difference[] {
  const differences: Difference[] = [];
  for (const [path, file] of before) {
    const other = after.get(path) ?? null;
    if (other === null || other.id !== file.id || other.mode !== file.mode) differences.push({ path, before: file, after: other });
  }
  for (const [path, file] of after) if (!before.has(path)) differences.push({ path, before: null, after: file });
  return differences.sort((one, other) => comparePaths(one.path, other.path));
}

/** The index's merged entries as files. */
export function indexFiles(entries: readonly IndexEntry[]): FileMap {
  return new Map(entries.filter(({ stage }) => stage === 0).map((entry) => [entry.path, entry]));
}

/** The index against the work tree: what is modified or deleted there. */
export function compareWork(entries: readonly IndexEntry[], work: ReadonlyMap<string, TreeEntry>): readonly Difference[] {
  return entries.flatMap((entry): readonly Difference[] => {
    if (entry.stage !== 0) return [];
    const after = fileOf(work.get(entry.path));
    if (entry.mode === 0o160000) return [];
    if (after === null) return entry.intentToAdd ? [] : [{ path: entry.path, before: entry, after: null }];
    if (entry.intentToAdd) return [{ path: entry.path, before: null, after }];
    return after.id === entry.id && after.mode === entry.mode ? [] : [{ path: entry.path, before: entry, after }];
  });
}

export function unmergedOf(entries: readonly IndexEntry[]): readonly Unmerged[] {
  const paths = [...new Set(entries.flatMap(({ stage, path }) => (stage === 0 ? [] : path)))];
  return paths.map((path) => {
    const at = (stage: number): TreeFile | null => entries.find((entry) => entry.path === path && entry.stage === stage) ?? null;
    return { path, base: at(1), ours: at(2), theirs: at(3) };
  });
}

/** Everything `git status` is about. */
export function workStatus(repository: Repository, ignore: Ignore, untracked: UntrackedMode = 'normal', wantIgnored = false): WorkStatus {
  const entries = repository.index();
  const head = repository.head;
  const work = repository.workEntries();
  const unmerged = unmergedOf(entries);
  const conflicted = new Set(unmerged.map(({ path }) => path));
  const tracked = new Map(entries.filter(({ stage, intentToAdd }) => stage === 0 && !intentToAdd).map((entry) => [entry.path, entry]));
  return {
    staged: compareFiles(repository.files(head), tracked).filter(({ path }) => !conflicted.has(path)),
    unstaged: compareWork(entries, work),
    unmerged,
    ...(untracked === 'no' ? { untracked: [], ignored: [] } : untrackedFiles(entries, work, ignore, untracked, wantIgnored)),
  };
}

/** Files that are not in the index, and those that are ignored. */
export function untrackedFiles(
  entries: readonly IndexEntry[],
  work: ReadonlyMap<string, TreeEntry>,
  ignore: Ignore,
  mode: 'normal' | 'all',
  wantIgnored: boolean,
): { readonly untracked: readonly string[]; readonly ignored: readonly string[] } {
  const tracked = new Set<string>();
  const trackedFolders = new Set<string>();
  for (const { path } of entries) {
    tracked.add(path);
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (trackedFolders.has(folder)) break;
      trackedFolders.add(folder);
    }
  }
  const untracked: string[] = [];
  const ignored: string[] = [];
  /** Folders whose content is already spoken for, as a prefix of the paths that follow. */
  let covered: string | null = null;
  /** Untracked folders that are shown as one as soon as a file in them turns up. */
  const pending: string[] = [];
  for (const [path, entry] of work) {
    if (covered !== null && path.startsWith(covered)) continue;
    covered = null;
    while (pending.length > 0 && !path.startsWith(pending.at(-1) as string)) pending.pop();
    if (entry.type === 'directory') {
      if (ignore.ignores(path, true) && !trackedFolders.has(path)) {
        if (wantIgnored && hasFile(work, path)) ignored.push(`${path}/`);
        covered = `${path}/`;
      } else if (mode === 'normal' && !trackedFolders.has(path)) pending.push(`${path}/`);
      continue;
    }
    if (tracked.has(path)) continue;
    if (ignore.ignores(path, false)) {
      if (wantIgnored) ignored.push(path);
      continue;
    }
    const outermost = pending[0];
    if (outermost === undefined) untracked.push(path);
    else {
      untracked.push(outermost);
      pending.length = 0;
      covered = wantIgnored ? null : outermost;
      if (wantIgnored) {
        for (const [inner, other] of work) {
          if (inner.startsWith(outermost) && other.type !== 'directory' && ignore.ignores(inner, false)) ignored.push(inner);
        }
        covered = outermost;
      }
    }
  }
  const folded = mode === 'normal' ? foldIgnored(ignored, work, trackedFolders, ignore) : ignored;
  return { untracked: untracked.sort(comparePaths), ignored: [...new Set(folded)].sort(comparePaths) };
}

/** A folder in which everything is ignored is shown as one. */
function foldIgnored(
  ignored: readonly string[],
  work: ReadonlyMap<string, TreeEntry>,
  trackedFolders: ReadonlySet<string>,
  ignore: Ignore,
): readonly string[] {
  if (!ignored.some((path) => path.replace(/\/$/, '').includes('/'))) return ignored;
  const mixed = new Set(trackedFolders);
  for (const [path, entry] of work) {
    if (entry.type === 'directory' || ignore.ignores(path, false)) continue;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) mixed.add(path.slice(0, slash));
  }
  return ignored.map((path) => {
    for (let slash = path.indexOf('/'); slash !== -1 && slash < path.length - 1; slash = path.indexOf('/', slash + 1)) {
      if (!mixed.has(path.slice(0, slash))) return path.slice(0, slash + 1);
    }
    return path;
  });
}

function hasFile(work: ReadonlyMap<string, TreeEntry>, folder: string): boolean {
  for (const [path, entry] of work) if (entry.type !== 'directory' && path.startsWith(`${folder}/`)) return true;
  return false;
}
