/** Moving the index and the work tree from one set of files to another, without losing what nobody has committed. */
import type { TreeEntry } from '../../platform/platform.ts';
import type { GitCall } from './call.ts';
import type { Conversion } from './conversion.ts';
import { parentOf } from './disk.ts';
import { GitExit } from './errors.ts';
import type { IndexEntry } from './index-file.ts';
import { comparePaths } from './objects.ts';
import { entryFor, fileOf, sizeOf, type FileMap, type Repository, type TreeFile } from './repository.ts';

/** An index entry for a file that is, or is about to be, in the work tree. */
export function indexEntry(path: string, file: TreeFile, entry?: TreeEntry): IndexEntry {
  return { path, mode: file.mode, id: file.id, stage: 0, mtime: entry?.mtime ?? 0, size: entry ? sizeOf(entry) : 0 };
}

/** Says which files of the work tree will not come back from the repository as they are; ends the command with `core.safecrlf=true`. */
export function warnOfLineEndings(call: GitCall, paths: readonly string[]): void {
  const repository = call.workRepository;
  const conversion = repository.conversion();
  for (const path of paths) {
    const entry = repository.disk.entry(repository.pathOf(path));
    const warning = entry?.type === 'file' ? conversion.roundTripWarning(path, entry.bytes) : null;
    if (warning?.startsWith('fatal:')) throw new GitExit(warning, 128);
    if (warning !== null) call.err(warning);
  }
}

/** Puts files into the work tree and takes others out of it. */
export class WorkWriter {
  readonly #call: GitCall;
  readonly #repository: Repository;
  readonly #root: string;
  readonly #conversion: Conversion;

  /** `tree`: what is being checked out, whose `.gitattributes` hold for it. */
  constructor(call: GitCall, tree: FileMap | null = null) {
    this.#call = call;
    this.#repository = call.workRepository;
    this.#root = call.workRepository.workTree;
    this.#conversion = call.workRepository.conversion(tree);
  }

  /** Writes a file and gives its index entry. */
  write(path: string, file: TreeFile): IndexEntry {
    if (file.mode === 0o160000) {
      this.#repository.disk.makeDirectory(this.#repository.pathOf(path));
      return indexEntry(path, file);
    }
    return this.writeContent(path, file, this.#repository.objects.blob(file.id));
  }

  writeContent(path: string, file: TreeFile, content: Uint8Array): IndexEntry {
    const { disk } = this.#repository;
    const target = this.#repository.pathOf(path);
    this.#clearWay(path);
    const written = (file.mode & 0o170000) === 0o100000 ? this.#conversion.smudge(path, content) : content;
    const entry = entryFor(target, file, written, this.#call.now());
    disk.put(entry);
    return indexEntry(path, file, entry);
  }

  /** Removes a file and the folders that become empty, except those that one stands in. */
  remove(path: string): void {
    const { disk } = this.#repository;
    disk.remove(this.#repository.pathOf(path));
    for (
      let parent = parentOf(this.#repository.pathOf(path));
      parent !== this.#root && parent.startsWith(this.#root);
      parent = parentOf(parent)
    ) {
      if (disk.entry(parent) === null) continue;
      if (disk.list(parent).length > 0 || parent === this.#call.cwd || this.#call.cwd.startsWith(`${parent}/`)) return;
      disk.remove(parent);
    }
  }

  /** A file where a folder must be, or an empty folder where a file must be, makes way. */
  #clearWay(path: string): void {
    const { disk } = this.#repository;
    const parts = path.split('/');
    for (let length = 1; length < parts.length; length++) {
      const folder = this.#repository.pathOf(parts.slice(0, length).join('/'));
      const entry = disk.entry(folder);
      if (entry === null) return;
      if (entry.type !== 'directory') disk.remove(folder);
    }
    const own = disk.entry(this.#repository.pathOf(path));
    if (own !== null && own.type !== 'file') disk.remove(this.#repository.pathOf(path));
  }
}

/** How a refusal is worded. */
export interface SwitchWording {
  /** `checkout`, `merge`. */
  readonly operation: string;
  /** `switch branches`, `merge`. */
  readonly before: string;
}

/**
 * Moves index and work tree from one commit's files to another's. Local changes to files that do not differ between the two are
 * kept; anything else that would be lost ends the command before a file is touched.
 */
export function switchFiles(call: GitCall, from: FileMap, to: FileMap, wording: SwitchWording): void {
  const repository = call.workRepository;
  const work = repository.workEntries();
  const index = new Map(repository.index().map((entry) => [entry.path, entry]));
  const ignore = repository.ignore(call.excludesFile);
  const changed: string[] = [];
  const dirtyFiles: string[] = [];
  const untracked: string[] = [];
  const removedInto: string[] = [];
  const writes: [string, TreeFile][] = [];
  const removals: string[] = [];
  const paths = new Set([...from.keys(), ...to.keys()]);
  for (const path of paths) {
    const [old, next, entry] = [from.get(path), to.get(path), index.get(path)];
    if (same(old, next) || same(entry, next)) continue;
    if (entry !== undefined && entry.stage !== 0) changed.push(path);
    else if (entry === undefined && old === undefined && next !== undefined) {
      const there = work.get(path);
      const blocking =
        there?.type === 'directory' ? [...work.keys()].find((other) => other.startsWith(`${path}/`) && !index.has(other)) : undefined;
      const above = fileAbove(path, work, index, to);
      if (there !== undefined && there.type !== 'directory' && !ignore.ignores(path, false)) untracked.push(path);
      else if (blocking !== undefined && !ignore.ignores(blocking, false)) removedInto.push(path);
      else if (above !== null && !ignore.ignores(above, false)) untracked.push(above);
      else writes.push([path, next]);
    } else if (entry === undefined || !same(entry, old)) changed.push(path);
    else if (dirty(entry, work.get(path))) dirtyFiles.push(path);
    else if (next === undefined) removals.push(path);
    else writes.push([path, next]);
  }
  refuse(wording, changed, dirtyFiles, untracked, removedInto);
  const writer = new WorkWriter(call, to);
  for (const path of removals) {
    writer.remove(path);
    index.delete(path);
  }
  for (const [path, file] of writes) index.set(path, writer.write(path, file));
  repository.writeIndex([...index.values()]);
}

function same(one: TreeFile | undefined, other: TreeFile | undefined): boolean {
  return one?.id === other?.id && one?.mode === other?.mode;
}

function dirty(entry: IndexEntry, there: TreeEntry | undefined): boolean {
  if (there === undefined) return false;
  const file = fileOf(there);
  return file === null || !same(file, entry);
}

/** An untracked file that stands where a folder must be. */
function fileAbove(path: string, work: ReadonlyMap<string, TreeEntry>, index: ReadonlyMap<string, IndexEntry>, to: FileMap): string | null {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const folder = path.slice(0, slash);
    const entry = work.get(folder);
    if (entry !== undefined && entry.type !== 'directory') return index.has(folder) || to.has(folder) ? null : folder;
  }
  return null;
}

function refuse(
  { operation, before }: SwitchWording,
  changed: readonly string[],
  dirtyFiles: readonly string[],
  untracked: readonly string[],
  folders: readonly string[],
): void {
  const list = (paths: readonly string[]): string =>
    [...new Set(paths)]
      .sort(comparePaths)
      .map((path) => `\t${path}\n`)
      .join('');
  let text = '';
  // What is staged otherwise comes before what is changed in the work tree alone, in the same words.
  for (const files of [changed, dirtyFiles]) {
    if (files.length === 0) continue;
    text +=
      `error: Your local changes to the following files would be overwritten by ${operation}:\n${list(files)}` +
      `Please commit your changes or stash them before you ${before}.\n`;
  }
  if (untracked.length > 0) {
    text +=
      `error: The following untracked working tree files would be overwritten by ${operation}:\n${list(untracked)}` +
      `Please move or remove them before you ${before}.\n`;
  }
  if (folders.length > 0) text += `error: Updating the following directories would lose untracked files in them:\n${list(folders)}\n`;
  if (text !== '') throw new GitExit(`${text}Aborting\n`, 1);
}

/** Makes index and work tree what a tree says, whatever was there; untracked files stay unless they are in the way. */
export function forceFiles(call: GitCall, to: FileMap): void {
  const repository = call.workRepository;
  const work = repository.workEntries();
  const writer = new WorkWriter(call, to);
  const next: IndexEntry[] = [];
  const before = new Set(repository.index().map(({ path }) => path));
  for (const path of before) if (!to.has(path)) writer.remove(path);
  for (const [path, file] of to) {
    const there = work.get(path);
    next.push(same(fileOf(there) ?? undefined, file) ? indexEntry(path, file, there) : writer.write(path, file));
  }
  repository.writeIndex(next);
}

/** An index that holds exactly some files, keeping what is known about those that do not change. */
export function indexOf(repository: Repository, files: FileMap): readonly IndexEntry[] {
  const known = new Map(repository.index().map((entry) => [entry.path, entry]));
  return Array.from(files, ([path, file]) => {
    const entry = known.get(path);
    return entry && entry.stage === 0 && !entry.intentToAdd && same(entry, file) ? entry : indexEntry(path, file);
  });
}
