/** Lays a file tree into the interpreter's in-memory file system, and finds out afterwards what a process changed in it. */
import type { FileTree, TreeChanges, TreeEntry } from '../platform.ts';

/** A node of Emscripten's MEMFS. */
export interface MemNode {
  mode: number;
  mtime: number;
  /** Children by name (directory), or the bytes with spare room at the end (file). */
  contents: Record<string, MemNode> | Uint8Array | null;
  usedBytes: number;
  link?: string;
}

/** What is used of Emscripten's file system. */
export interface MemFileSystem {
  readonly root: MemNode;
  ignorePermissions: boolean;
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  isLink(mode: number): boolean;
  mkdirTree(path: string): void;
  writeFile(path: string, bytes: Uint8Array, options?: { mode?: number; canOwn?: boolean }): void;
  symlink(target: string, path: string): void;
  chmod(path: string, mode: number): void;
  utime(path: string, atime: number, mtime: number): void;
  unlink(path: string): void;
  rmdir(path: string): void;
  chdir(path: string): void;
  analyzePath(path: string): { exists: boolean };
}

/** The kernel's file systems are not part of a machine's files. */
const isKernelPath = (path: string): boolean => ['dev', 'proc', 'sys'].includes(path.split('/', 2)[1] ?? '');

const permissions = 0o7777;

/** What a file system held at some moment. A node kept here is changed in place by writes; its contents are kept beside it. */
export type TreeBaseline = ReadonlyMap<string, { readonly node: MemNode; readonly contents: MemNode['contents']; readonly mode: number }>;

/** What the file system holds now. */
export function takeBaseline(fs: MemFileSystem): TreeBaseline {
  return new Map([...listNodes(fs)].map(([path, node]) => [path, { node, contents: node.contents, mode: node.mode }]));
}

/** Removes what is not in the baseline and puts back what is. */
export function restoreTree(fs: MemFileSystem, baseline: TreeBaseline): void {
  fs.ignorePermissions = true;
  try {
    for (const [path, node] of [...listNodes(fs)].reverse()) {
      const kept = baseline.get(path);
      if (kept && kept.node === node && (fs.isDir(node.mode) || kept.contents === node.contents)) continue;
      if (fs.isDir(node.mode)) fs.rmdir(path);
      else fs.unlink(path);
    }
    for (const [path, { contents, mode }] of baseline) {
      if (fs.isDir(mode)) fs.mkdirTree(path);
      else if (!fs.analyzePath(path).exists) fs.writeFile(path, contents as Uint8Array, { canOwn: true });
      fs.chmod(path, mode & permissions);
    }
  } finally {
    fs.ignorePermissions = false;
  }
}

/** Every node by path, parents first, without the kernel's file systems. */
export function listNodes(fs: MemFileSystem): Map<string, MemNode> {
  const found = new Map<string, MemNode>();
  const walk = (directory: MemNode, prefix: string): void => {
    for (const [name, node] of Object.entries(directory.contents as Record<string, MemNode>)) {
      const path = `${prefix}/${name}`;
      if (isKernelPath(path)) continue;
      found.set(path, node);
      if (fs.isDir(node.mode)) walk(node, path);
    }
  };
  walk(fs.root, '');
  return found;
}

/** Writes `tree` into the file system with its modes and times. */
export function layTree(fs: MemFileSystem, tree: FileTree): void {
  fs.ignorePermissions = true;
  try {
    const entries = tree.filter((entry) => entry.path !== '/' && !isKernelPath(entry.path));
    for (const entry of entries) {
      if (entry.type === 'directory') {
        fs.mkdirTree(entry.path);
        fs.chmod(entry.path, entry.mode & permissions);
      } else {
        const parent = entry.path.slice(0, entry.path.lastIndexOf('/'));
        if (parent !== '' && !fs.analyzePath(parent).exists) fs.mkdirTree(parent);
        if (entry.type === 'symlink') {
          fs.symlink(entry.target, entry.path);
        } else {
          fs.writeFile(entry.path, entry.bytes);
          fs.chmod(entry.path, entry.mode & permissions);
          fs.utime(entry.path, entry.mtime, entry.mtime);
        }
      }
    }
    // Last, because every child that is made touches its directory.
    for (const entry of entries) if (entry.type === 'directory') fs.utime(entry.path, entry.mtime, entry.mtime);
  } finally {
    fs.ignorePermissions = false;
  }
}

/** Makes of the file system what others made of theirs; removed paths list children before their parents. */
export function applyChanges(fs: MemFileSystem, { written, removed }: TreeChanges): void {
  fs.ignorePermissions = true;
  try {
    for (const path of removed) {
      const node = listNodes(fs).get(path);
      if (node && fs.isDir(node.mode) && Object.keys(node.contents as object).length === 0) fs.rmdir(path);
      else if (node && !fs.isDir(node.mode)) fs.unlink(path);
    }
    for (const { type, path } of written) if (type === 'symlink' && fs.analyzePath(path).exists) fs.unlink(path);
  } finally {
    fs.ignorePermissions = false;
  }
  layTree(fs, written);
}

/** What a tree has become after some changes. */
export function changedTree(tree: FileTree, { written, removed }: TreeChanges): FileTree {
  const entries = new Map(tree.map((entry) => [entry.path, entry]));
  for (const path of removed) entries.delete(path);
  for (const entry of written) entries.set(entry.path, entry);
  return [...entries.values()];
}

/**
 * What differs from `before`: bytes, modes, link targets and kinds are compared, times are not. `present` holds the paths that
 * were there when the process began and belong to the interpreter. Removed paths list
 * children before their parents; a path in both lists has become another kind of thing, so remove first.
 */
export function treeChanges(fs: MemFileSystem, before: FileTree, present: ReadonlySet<string>): TreeChanges {
  const nodes = listNodes(fs);
  const known = new Map<string, TreeEntry>(before.map((entry) => [entry.path, entry]));
  const written: TreeEntry[] = [];
  const announced = new Set<string>();
  const removed: string[] = [];

  const announceParents = (path: string): void => {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (parent === '' || known.has(parent) || announced.has(parent)) return;
    announceParents(parent);
    const node = nodes.get(parent);
    if (node) announce(parent, node);
  };
  const announce = (path: string, node: MemNode): void => {
    announced.add(path);
    written.push(entryOf(fs, path, node));
  };

  for (const [path, node] of nodes) {
    const entry = known.get(path);
    if (entry ? sameEntry(fs, entry, node) : present.has(path) || announced.has(path)) continue;
    if (entry && entry.type !== kindOf(fs, node)) removed.push(path);
    announceParents(path);
    announce(path, node);
  }
  for (const entry of before) if (!nodes.has(entry.path) && entry.path !== '/' && !isKernelPath(entry.path)) removed.push(entry.path);
  removed.reverse();
  return { written, removed };
}

function kindOf(fs: MemFileSystem, node: MemNode): TreeEntry['type'] {
  if (fs.isDir(node.mode)) return 'directory';
  return fs.isLink(node.mode) ? 'symlink' : 'file';
}

function bytesOf(node: MemNode): Uint8Array {
  const contents = node.contents as Uint8Array | null;
  // A node that grew may hold another kind of byte array (Int8Array): what leaves here is always a Uint8Array.
  return contents ? new Uint8Array(contents.buffer, contents.byteOffset, node.usedBytes) : new Uint8Array(0);
}

function entryOf(fs: MemFileSystem, path: string, node: MemNode): TreeEntry {
  const mtime = node.mtime;
  const mode = node.mode & permissions;
  const type = kindOf(fs, node);
  if (type === 'directory') return { path, type, mode, mtime };
  if (type === 'symlink') return { path, type, target: node.link ?? '', mtime };
  return { path, type, bytes: bytesOf(node).slice(), mode, mtime };
}

function sameEntry(fs: MemFileSystem, entry: TreeEntry, node: MemNode): boolean {
  if (entry.type !== kindOf(fs, node)) return false;
  if (entry.type === 'symlink') return entry.target === node.link;
  if ((entry.mode & permissions) !== (node.mode & permissions)) return false;
  return entry.type === 'directory' || sameBytes(entry.bytes, bytesOf(node));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
