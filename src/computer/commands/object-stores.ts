import type { FileTree, TreeEntry } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';

/**
 * The repositories' objects, which no process needs and which would be most of what it is given. A process finds an empty folder in
 * their place, whose time of change says which one it is: where it was moved or copied to, the objects follow.
 */
export class ObjectStores {
  readonly #files: FileSystem;
  /** Time of change of the empty folder, in ms, and where the objects are. */
  readonly #stores: ReadonlyMap<number, string>;
  /** What a process is given of all files. */
  readonly tree: FileTree;

  constructor(files: FileSystem) {
    this.#files = files;
    const rest = files.tree('/', isStore);
    const paths = rest.filter(({ type, path }) => type === 'directory' && path.endsWith('/.git')).map(({ path }) => `${path}/objects`);
    this.#stores = new Map(paths.filter((path) => files.existsSync(path)).map((path, n) => [(n + 1) * 1000, path]));
    this.tree = [...rest, ...Array.from(this.#stores, ([mtime, path]): TreeEntry => ({ path, type: 'directory', mode: 0o755, mtime }))];
  }

  /** The objects that belong where the process put their folder, as they are now. */
  followed(written: FileTree): FileTree {
    return written.flatMap((entry) => {
      const from = entry.type === 'directory' && isStore(entry.path) ? this.#stores.get(entry.mtime) : undefined;
      if (from === undefined || from === entry.path || !this.#files.existsSync(from)) return [];
      return this.#files.tree(from).map((object) => ({ ...object, path: entry.path + object.path.slice(from.length) }));
    });
  }
}

/** The objects of a repository, of which a process sees no more than their folder. */
export function isStore(path: string): boolean {
  return path.endsWith('/.git/objects');
}
