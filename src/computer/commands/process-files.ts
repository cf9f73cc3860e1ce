import type { FileTree, TreeChanges, TreeEntry } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { FileError } from '../files/errors.ts';
import { isStore, ObjectStores } from './object-stores.ts';

/** The computer's files as one process sees them: its own copy, which is brought together with the computer's whenever it waits. */
export class ProcessFiles {
  readonly #files: FileSystem;
  readonly #stores: ObjectStores;
  /** What the process has, as far as it is known here. */
  readonly #seen: Map<string, TreeEntry>;

  constructor(files: FileSystem) {
    this.#files = files;
    this.#stores = new ObjectStores(files);
    this.#seen = byPath(this.#stores.tree);
  }

  /** What the process is given. */
  get tree(): FileTree {
    return this.#stores.tree;
  }

  /** Writes what the process changed into the computer's files; what could not be written, one line each: the process had a disk of its own. */
  take(changes: TreeChanges): string {
    // Looked up first: what was moved is among what is removed.
    const objects = this.#stores.followed(changes.written);
    const problems = [...this.#remove(changes.removed), ...this.#write(changes.written), ...this.#write(objects)];
    for (const path of changes.removed) this.#seen.delete(path);
    for (const entry of changes.written) this.#seen.set(entry.path, entry);
    return problems.join('');
  }

  /** What others have changed since the process was given, or gave, what it has. */
  news(): TreeChanges {
    const now = byPath(this.#files.tree('/', isStore));
    const written = [...now.values()].filter((entry) => !sameEntry(this.#seen.get(entry.path), entry));
    const removed = [...this.#seen.keys()].filter((path) => !now.has(path) && !isStore(path)).reverse();
    for (const path of removed) this.#seen.delete(path);
    for (const entry of written) this.#seen.set(entry.path, entry);
    return { written, removed };
  }

  #remove(removed: readonly string[]): readonly string[] {
    return removed.flatMap((path) => {
      if (!this.#files.existsSync(path)) return [];
      // What came into a folder while the process ran is not what it removed.
      if (this.#hasSeenAllOf(path) && this.#files.listSync(path).length > 0) return [`python3: Directory not empty: ${path}\n`];
      this.#files.removeSync(path);
      return [];
    });
  }

  #hasSeenAllOf(path: string): boolean {
    return this.#seen.get(path)?.type === 'directory' && !isStore(path);
  }

  #write(written: FileTree): readonly string[] {
    if (this.#load(written) === null) return [];
    return written.flatMap((entry) => this.#load([entry]) ?? []);
  }

  /** Null when all of `entries` are written. */
  #load(entries: FileTree): string | null {
    try {
      this.#files.load(entries);
      return null;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return `python3: ${error.reason}: ${entries[0]?.path}\n`;
    }
  }
}

function byPath(tree: FileTree): Map<string, TreeEntry> {
  return new Map(tree.map((entry) => [entry.path, entry]));
}

/** Bytes are never changed in place, so that a file that nobody wrote to has the very same. */
function sameEntry(seen: TreeEntry | undefined, now: TreeEntry): boolean {
  if (seen?.type !== now.type) return false;
  if (seen.type === 'symlink') return now.type === 'symlink' && seen.target === now.target;
  if (now.type === 'symlink' || seen.mode !== now.mode) return false;
  return seen.type === 'directory' || (now.type === 'file' && seen.bytes === now.bytes);
}
