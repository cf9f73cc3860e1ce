/** What just-git's repository functions are used for: line differences, renames and merges. */
import { diffCommits, mergeTreesFromTreeHashes } from 'just-git/repo';
import type { FileDiff, GitRepo, MergeTreesResult } from 'just-git/repo';
import type { MergeDriver, ObjectStore, RawObject, RefStore } from 'just-git';
import { encode } from './disk.ts';
import { encodeCommit, encodeTree, isFullId, MissingObjectError, TREE_MODE, type ObjectDatabase, type TreeItem } from './objects.ts';

/** A run of lines that differ: where they stand (0-based) and how many there are on each side. */
export interface Change {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
}

/** A file that came from another one. `score` in percent. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly score: number;
}

/** Marks a last line without a newline, so that it differs from the same line with one. */
const NO_NEWLINE = '\u0001no newline\u0001';

/** The lines of a text, each without its newline; the last one may be unfinished. */
export function splitLines(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** How one text becomes another, by lines, as git's own difference engine has it. */
export async function lineChanges(before: string, after: string): Promise<readonly Change[]> {
  if (before === after) return [];
  const [oldLines, newLines] = [splitLines(before), splitLines(after)];
  if (oldLines.length === 0 || newLines.length === 0) {
    return [{ oldStart: 0, oldCount: oldLines.length, newStart: 0, newCount: newLines.length }];
  }
  const marked = (text: string): string => (text.endsWith('\n') ? text : `${text}${NO_NEWLINE}\n`);
  // All of the text as context: where a hunk without it stands is not to be relied on.
  const whole = { renames: false, contextLines: oldLines.length + newLines.length };
  const [diff] = await diffFiles(new Map([['f', encode(marked(before))]]), new Map([['f', encode(marked(after))]]), whole);
  const changes: Change[] = [];
  const lines = diff?.hunks[0]?.lines ?? [];
  let [oldAt, newAt] = [0, 0];
  for (let at = 0; at < lines.length;) {
    let [removed, added] = [0, 0];
    while (lines[at]?.startsWith('-')) [removed, at] = [removed + 1, at + 1];
    while (lines[at]?.startsWith('+')) [added, at] = [added + 1, at + 1];
    if (removed + added > 0) changes.push({ oldStart: oldAt, oldCount: removed, newStart: newAt, newCount: added });
    [oldAt, newAt] = [oldAt + removed, newAt + added];
    if (lines[at]?.startsWith(' ')) [oldAt, newAt, at] = [oldAt + 1, newAt + 1, at + 1];
  }
  return changes;
}

/** Pairs of removed and added files that are the same or alike. */
export async function findRenames(
  removed: ReadonlyMap<string, Uint8Array>,
  added: ReadonlyMap<string, Uint8Array>,
): Promise<readonly Rename[]> {
  if (removed.size === 0 || added.size === 0) return [];
  const diffs = await diffFiles(removed, added, { renames: true, contextLines: 0 });
  return diffs.flatMap(({ status, oldPath, path, similarity }) =>
    status === 'renamed' && oldPath !== undefined ? { from: oldPath, to: path, score: similarity ?? 100 } : [],
  );
}

/** Two sets of files as two commits of a repository that exists only for the comparison. */
async function diffFiles(
  before: ReadonlyMap<string, Uint8Array>,
  after: ReadonlyMap<string, Uint8Array>,
  options: { readonly renames: boolean; readonly contextLines: number },
): Promise<FileDiff[]> {
  const objects = new Map<string, RawObject>();
  let count = 0;
  const ids = new Map<string, string>();
  const add = (object: RawObject): string => {
    const id = (++count).toString(16).padStart(40, '0');
    objects.set(id, object);
    return id;
  };
  /** Equal content must have equal ids, or an exact rename would not be seen as one. */
  const addBlob = (content: Uint8Array): string => {
    const key =
      content.length < 1e6 ? String.fromCharCode(...content.subarray(0, 64)) + content.length + sum(content) : `${content.length}`;
    const known = ids.get(key);
    if (known !== undefined && sameBytes(objects.get(known)?.content, content)) return known;
    const id = add({ type: 'blob', content });
    ids.set(key, id);
    return id;
  };
  const commit = (files: ReadonlyMap<string, Uint8Array>): string => {
    const person = { name: '', email: '', time: 0, zone: '+0000' };
    const tree = addTree([...files], add, addBlob);
    return add({ type: 'commit', content: encodeCommit({ tree, parents: [], author: person, committer: person, message: '' }) });
  };
  const [one, other] = [commit(before), commit(after)];
  const objectStore = {
    read: async (id: string) => objects.get(id),
    exists: async (id: string) => objects.has(id),
    findByPrefix: async () => [],
  } as unknown as ObjectStore;
  return diffCommits({ objectStore, refStore: noRefs }, one, other, options);
}

function addTree(
  files: readonly (readonly [string, Uint8Array])[],
  add: (object: RawObject) => string,
  addBlob: (content: Uint8Array) => string,
): string {
  const items: TreeItem[] = [];
  const folders = new Map<string, (readonly [string, Uint8Array])[]>();
  for (const [path, content] of files) {
    const slash = path.indexOf('/');
    if (slash === -1) items.push({ mode: 0o100644, name: path, id: addBlob(content) });
    else {
      const name = path.slice(0, slash);
      folders.set(name, [...(folders.get(name) ?? []), [path.slice(slash + 1), content]]);
    }
  }
  for (const [name, below] of folders) items.push({ mode: TREE_MODE, name, id: addTree(below, add, addBlob) });
  return add({ type: 'tree', content: encodeTree(items) });
}

function sum(bytes: Uint8Array): number {
  let total = 0;
  for (const byte of bytes) total = (Math.imul(total, 31) + byte) | 0;
  return total;
}

function sameBytes(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && one.length === other.length && one.every((byte, at) => byte === other[at]);
}

const noRefs = { readRef: async () => null, listRefs: async () => [] } as unknown as RefStore;

/** Our objects as just-git reads and writes them. */
export function asRepository(objects: ObjectDatabase): GitRepo {
  const objectStore: ObjectStore = {
    read: async (id) => objects.read(id),
    write: async (type, content) => objects.write(type, content),
    exists: async (id) => isFullId(id) && objects.has(id),
    findByPrefix: async (prefix) => [...objects.withPrefix(prefix)],
    ingestPack: () => Promise.reject(new MissingObjectError('pack')),
    ingestPackStream: () => Promise.reject(new MissingObjectError('pack')),
  };
  return { objectStore, refStore: noRefs };
}

export interface MergeLabels {
  readonly ours: string;
  readonly theirs: string;
}

/** Merges two trees with a common base: a tree in which conflicts are marked, and what git would say about them. */
export async function mergeTrees(
  objects: ObjectDatabase,
  base: string | null,
  ours: string,
  theirs: string,
  labels: MergeLabels,
  driver?: MergeDriver,
): Promise<MergeTreesResult> {
  return mergeTreesFromTreeHashes(asRepository(objects), base, ours, theirs, { ...labels, ...(driver ? { mergeDriver: driver } : {}) });
}

/** True for content that git does not show as text: a NUL among the first 8000 bytes. */
export function isBinary(content: Uint8Array): boolean {
  return content.subarray(0, 8000).includes(0);
}
