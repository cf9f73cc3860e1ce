/** files: the computer's disk, a tree of nodes in memory. It imports the platform's types only. */
import type { BufferEncoding, CpOptions, FsStat, MkdirOptions, RmOptions } from 'just-bash';
import type { Clock, FileTree, TreeEntry } from '../../platform/platform.ts';
import type { FileChange, FileSystem } from '../contract.ts';
import { encodingOf, toBytes, toLatin1, toText } from './content.ts';
import { FileError, type FileErrorCode } from './errors.ts';
import { baseName, childPath, isWithin, parentPath, resolvePath } from './path.ts';

type ByteString = Awaited<ReturnType<NonNullable<FileSystem['readFileBytes']>>>;
type Encoding = { readonly encoding?: BufferEncoding | null } | BufferEncoding;

interface FileNode {
  readonly type: 'file';
  readonly ino: number;
  /** Replaced as a whole and never changed in place, so that forks, trees and readers may keep it. */
  bytes: Uint8Array;
  mode: number;
  mtime: number;
  /** How many directory entries point here. */
  links: number;
}

interface DirectoryNode {
  readonly type: 'directory';
  readonly ino: number;
  readonly entries: Map<string, Node>;
  mode: number;
  mtime: number;
}

interface LinkNode {
  readonly type: 'symlink';
  readonly ino: number;
  readonly target: string;
  mtime: number;
}

type Node = FileNode | DirectoryNode | LinkNode;

/** Where a path leads: the directory that has (or would have) the entry, and the node when there is one. */
interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  /** Without symbolic links. */
  readonly path: string;
  readonly node: Node | undefined;
}

export interface FileSystemOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** How many bytes all files together may have; 256 MB when not given. */
  readonly quotaBytes?: number;
}

const DEFAULT_QUOTA = 256 * 1024 * 1024;
const MAX_SYMLINKS = 40;
const FILE_MODE = 0o644;
/** How far, in ms, changes may get ahead of a clock that stands still. */
export const STANDSTILL = 600_000;
const DIRECTORY_MODE = 0o755;

/** An empty disk. */
export function createFileSystem(options: FileSystemOptions): FileSystem {
  return new MemoryFileSystem(options.clock, options.quotaBytes ?? DEFAULT_QUOTA, emptyDirectory(1, options.clock.now()), 0, 2);
}

/** Makes `files` tell the time by `clock` from now on: a fork lives in a world with a clock of its own. */
export function setClock(files: FileSystem, clock: Pick<Clock, 'now'>): void {
  if (files instanceof MemoryFileSystem) files.clock = clock;
}

class MemoryFileSystem implements FileSystem {
  clock: Pick<Clock, 'now'>;
  readonly #quota: number;
  readonly #root: DirectoryNode;
  readonly #listeners = new Set<(change: FileChange) => void>();
  #used: number;
  #nextIno: number;
  /** When the last change was made, as far as files tell. */
  #latest = 0;

  constructor(clock: Pick<Clock, 'now'>, quota: number, root: DirectoryNode, used: number, nextIno: number) {
    this.clock = clock;
    this.#quota = quota;
    this.#root = root;
    this.#used = used;
    this.#nextIno = nextIno;
  }

  // The synchronous core

  get usedBytes(): number {
    return this.#used;
  }

  readSync(path: string): Uint8Array {
    return this.#file(path, 'open').bytes;
  }

  writeSync(path: string, bytes: Uint8Array, mode?: number): void {
    this.#makeDirectories(parentPath(resolvePath('/', path)), 'open');
    this.#write(path, bytes, mode);
  }

  existsSync(path: string): boolean {
    try {
      return this.#find(path, 'access', true).node !== undefined;
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  }

  removeSync(path: string): void {
    const place = this.#find(path, 'rm', false);
    if (place.node === undefined) throw new FileError('ENOENT', 'rm', path);
    this.#detach(place, 'rm');
  }

  listSync(path: string): readonly string[] {
    return [...this.#directory(path, 'scandir').entries.keys()].sort();
  }

  tree(root = '/', except: (path: string) => boolean = () => false): FileTree {
    const entries: TreeEntry[] = [];
    const visit = (directory: DirectoryNode, path: string) => {
      for (const name of [...directory.entries.keys()].sort()) {
        const node = directory.entries.get(name)!;
        const at = childPath(path, name);
        if (except(at)) continue;
        entries.push(entryOf(at, node));
        if (node.type === 'directory') visit(node, at);
      }
    };
    const start = resolvePath('/', root);
    visit(this.#directory(start, 'scandir'), start);
    return entries;
  }

  load(tree: FileTree): void {
    for (const entry of tree) {
      this.#makeDirectories(parentPath(entry.path), 'open');
      const place = this.#find(entry.path, 'open', false);
      if (entry.type === 'directory') {
        if (place.node !== undefined && place.node.type !== 'directory') this.#detach(place, 'open');
        this.#makeDirectories(entry.path, 'mkdir');
        continue;
      }
      if (entry.type === 'symlink') {
        if (place.node !== undefined) this.#detach(place, 'symlink');
        this.#attach(this.#find(entry.path, 'symlink', false), {
          type: 'symlink',
          ino: this.#nextIno++,
          target: entry.target,
          mtime: entry.mtime,
        });
        continue;
      }
      if (place.node !== undefined && place.node.type !== 'file') this.#detach(place, 'open');
      const latest = this.#latest;
      const file = this.#write(entry.path, entry.bytes, entry.mode);
      file.mtime = entry.mtime;
      // What a disk that stood still had made later than its clock; not what somebody has dated into the future.
      this.#latest = entry.mtime < this.clock.now() + STANDSTILL ? Math.max(latest, entry.mtime) : latest;
    }
    // Last, because what is put into a directory changes its time.
    for (const entry of tree) {
      if (entry.type !== 'directory') continue;
      const node = this.#directory(entry.path, 'mkdir');
      node.mode = entry.mode;
      node.mtime = entry.mtime;
    }
  }

  fork(): FileSystem {
    const linked = new Map<FileNode, FileNode>();
    const copy = (node: Node): Node => {
      if (node.type === 'symlink') return node;
      if (node.type === 'file') {
        if (node.links === 1) return { ...node };
        const twin = linked.get(node) ?? { ...node };
        linked.set(node, twin);
        return twin;
      }
      return copyDirectory(node);
    };
    const copyDirectory = (node: DirectoryNode): DirectoryNode => {
      const entries = new Map<string, Node>();
      for (const [name, child] of node.entries) entries.set(name, copy(child));
      return { ...node, entries };
    };
    const fork = new MemoryFileSystem(this.clock, this.#quota, copyDirectory(this.#root), this.#used, this.#nextIno);
    fork.#latest = this.#latest;
    return fork;
  }

  onChange(listener: (change: FileChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // just-bash's interface, which just-git shares

  async readFile(path: string, options?: Encoding): Promise<string> {
    return toText(this.readSync(path), encodingOf(options));
  }

  async readFileBytes(path: string): Promise<ByteString> {
    // The opaque type has no public constructor; it stands for one character per byte.
    return toLatin1(this.readSync(path)) as unknown as ByteString;
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return this.readSync(path);
  }

  async writeFile(path: string, content: string | Uint8Array, options?: Encoding): Promise<void> {
    this.#write(path, toBytes(content, encodingOf(options)));
  }

  async appendFile(path: string, content: string | Uint8Array, options?: Encoding): Promise<void> {
    const added = toBytes(content, encodingOf(options));
    const { node } = this.#find(path, 'open', true);
    if (node === undefined || node.type !== 'file' || node.bytes.length === 0) {
      this.#write(path, added);
      return;
    }
    if (added.length === 0) return;
    this.#reserve(added.length, path);
    const bytes = new Uint8Array(node.bytes.length + added.length);
    bytes.set(node.bytes);
    bytes.set(added, node.bytes.length);
    this.#write(path, bytes);
  }

  async exists(path: string): Promise<boolean> {
    return this.existsSync(path);
  }

  async stat(path: string): Promise<FsStat> {
    const { node } = this.#find(path, 'stat', true);
    if (node === undefined) throw new FileError('ENOENT', 'stat', path);
    return statOf(node);
  }

  async lstat(path: string): Promise<FsStat> {
    const { node } = this.#find(path, 'lstat', false);
    if (node === undefined) throw new FileError('ENOENT', 'lstat', path);
    return statOf(node);
  }

  async mkdir(path: string, options?: MkdirOptions): Promise<void> {
    if (options?.recursive === true) {
      this.#makeDirectories(resolvePath('/', path), 'mkdir');
      return;
    }
    const place = this.#find(path, 'mkdir', false);
    if (place.node !== undefined) throw new FileError('EEXIST', 'mkdir', path);
    this.#attach(place, emptyDirectory(this.#nextIno++, this.clock.now()));
  }

  async readdir(path: string): Promise<string[]> {
    return [...this.listSync(path)];
  }

  async readdirWithFileTypes(path: string) {
    const { entries } = this.#directory(path, 'scandir');
    return [...entries.keys()].sort().map((name) => {
      const { type } = entries.get(name)!;
      return { name, isFile: type === 'file', isDirectory: type === 'directory', isSymbolicLink: type === 'symlink' };
    });
  }

  async rm(path: string, options?: RmOptions): Promise<void> {
    const place = options?.force === true ? this.#findOrMissing(path, 'rm') : this.#find(path, 'rm', false);
    if (place?.node === undefined) {
      if (options?.force === true) return;
      throw new FileError('ENOENT', 'rm', path);
    }
    if (place.node.type === 'directory' && place.node.entries.size > 0 && options?.recursive !== true)
      throw new FileError('ENOTEMPTY', 'rm', path);
    this.#detach(place, 'rm');
  }

  async cp(source: string, destination: string, options?: CpOptions): Promise<void> {
    const recursive = options?.recursive === true;
    const from = this.#find(source, 'cp', !recursive);
    if (from.node === undefined) throw new FileError('ENOENT', 'cp', source);
    if (from.node.type === 'directory') {
      if (!recursive) throw new FileError('EISDIR', 'cp', source);
      const to = this.#find(destination, 'cp', true);
      if (isWithin(from.path, to.path))
        throw new FileError('EINVAL', 'cp', source, `: cannot copy a directory into itself, '${destination}'`);
      this.#makeDirectories(to.path, 'cp').mode = from.node.mode;
    }
    this.#copy(from.node, resolvePath('/', destination));
  }

  async mv(source: string, destination: string): Promise<void> {
    const from = this.#find(source, 'rename', false);
    if (from.node === undefined) throw new FileError('ENOENT', 'rename', source);
    const to = this.#find(destination, 'rename', false);
    if (to.path === from.path || to.node === from.node) return;
    if (from.node.type === 'directory' && isWithin(from.path, to.path)) {
      throw new FileError('EINVAL', 'rename', source, `: cannot move a directory into itself, '${destination}'`);
    }
    if (to.node !== undefined) this.#makeWayFor(from.node, to, destination);
    from.directory.entries.delete(from.name);
    from.directory.mtime = this.#tickDirectory(from.directory.mtime);
    this.#changedBelow(from.path, from.node, 'removed');
    to.directory.entries.set(to.name, from.node);
    to.directory.mtime = this.#tickDirectory(to.directory.mtime);
    this.#changedBelow(to.path, from.node, 'written');
  }

  resolvePath(base: string, path: string): string {
    return resolvePath(base, path);
  }

  getAllPaths(): string[] {
    return ['/', ...this.tree().map((entry) => entry.path)];
  }

  async chmod(path: string, mode: number): Promise<void> {
    const { node, path: real } = this.#find(path, 'chmod', true);
    if (node === undefined) throw new FileError('ENOENT', 'chmod', path);
    if (node.type === 'symlink') return;
    node.mode = mode & 0o7777;
    this.#changed(real, 'written');
  }

  async symlink(target: string, linkPath: string): Promise<void> {
    const place = this.#find(linkPath, 'symlink', false);
    if (place.node !== undefined) throw new FileError('EEXIST', 'symlink', linkPath);
    this.#attach(place, { type: 'symlink', ino: this.#nextIno++, target, mtime: this.clock.now() });
  }

  async link(existingPath: string, newPath: string): Promise<void> {
    const { node } = this.#find(existingPath, 'link', false);
    if (node === undefined) throw new FileError('ENOENT', 'link', existingPath);
    const place = this.#find(newPath, 'link', false);
    if (place.node !== undefined) throw new FileError('EEXIST', 'link', newPath);
    if (node.type === 'directory') throw new FileError('EPERM', 'link', existingPath);
    if (node.type === 'file') node.links++;
    this.#attach(place, node);
  }

  async readlink(path: string): Promise<string> {
    const { node } = this.#find(path, 'readlink', false);
    if (node === undefined) throw new FileError('ENOENT', 'readlink', path);
    if (node.type !== 'symlink') throw new FileError('EINVAL', 'readlink', path);
    return node.target;
  }

  async realpath(path: string): Promise<string> {
    const { node, path: real } = this.#find(path, 'realpath', true);
    if (node === undefined) throw new FileError('ENOENT', 'realpath', path);
    return real;
  }

  async utimes(path: string, _accessed: Date, modified: Date): Promise<void> {
    const { node, path: real } = this.#find(path, 'utimes', true);
    if (node === undefined) throw new FileError('ENOENT', 'utimes', path);
    node.mtime = modified.getTime();
    this.#changed(real, 'written');
  }

  // Finding

  /** Follows symbolic links on the way, and the last one too when `follow` says so. The last entry may be missing, its directory may not. */
  #find(path: string, syscall: string, follow: boolean): Place {
    if (path.includes('\0')) throw new FileError('EINVAL', syscall, path);
    const ahead = path.split('/').filter((segment) => segment !== '' && segment !== '.');
    const mustBeDirectory = path.endsWith('/');
    const above: { readonly directory: DirectoryNode; readonly path: string }[] = [];
    let here: { readonly directory: DirectoryNode; readonly path: string } = { directory: this.#root, path: '/' };
    let links = 0;
    let place: Place = { directory: this.#root, name: '', path: '/', node: this.#root };
    while (ahead.length > 0) {
      const name = ahead.shift()!;
      if (name === '..') {
        here = above.pop() ?? here;
        place = placeOf(here, above.at(-1)?.directory ?? this.#root);
        continue;
      }
      const node = here.directory.entries.get(name);
      const last = ahead.length === 0;
      if (node?.type === 'symlink' && (!last || follow || mustBeDirectory)) {
        if (++links > MAX_SYMLINKS) throw new FileError('ELOOP', syscall, path);
        if (node.target.startsWith('/')) {
          above.length = 0;
          here = { directory: this.#root, path: '/' };
        }
        place = placeOf(here, above.at(-1)?.directory ?? this.#root);
        ahead.unshift(...node.target.split('/').filter((segment) => segment !== '' && segment !== '.'));
        continue;
      }
      place = { directory: here.directory, name, path: childPath(here.path, name), node };
      if (last) break;
      if (node === undefined) throw new FileError('ENOENT', syscall, path);
      if (node.type !== 'directory') throw new FileError('ENOTDIR', syscall, path);
      above.push(here);
      here = { directory: node, path: place.path };
    }
    if (mustBeDirectory && place.node !== undefined && place.node.type !== 'directory') throw new FileError('ENOTDIR', syscall, path);
    return place;
  }

  /** `undefined` where even the directory is missing. */
  #findOrMissing(path: string, syscall: string): Place | undefined {
    try {
      return this.#find(path, syscall, false);
    } catch (error) {
      if (error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
      throw error;
    }
  }

  #file(path: string, syscall: string): FileNode {
    const { node } = this.#find(path, syscall, true);
    if (node === undefined) throw new FileError('ENOENT', syscall, path);
    if (node.type !== 'file') throw new FileError('EISDIR', 'read', path);
    return node;
  }

  #directory(path: string, syscall: string): DirectoryNode {
    const { node } = this.#find(path, syscall, true);
    if (node === undefined) throw new FileError('ENOENT', syscall, path);
    if (node.type !== 'directory') throw new FileError('ENOTDIR', syscall, path);
    return node;
  }

  // Changing

  #write(path: string, bytes: Uint8Array, mode?: number): FileNode {
    const place = this.#find(path, 'open', true);
    const { node } = place;
    if (node?.type === 'directory' || path.endsWith('/')) throw new FileError('EISDIR', 'open', path);
    if (node === undefined || node.type === 'symlink') {
      this.#reserve(bytes.length, path);
      const file: FileNode = { type: 'file', ino: this.#nextIno++, bytes, mode: mode ?? FILE_MODE, mtime: this.#newTime(), links: 1 };
      this.#used += bytes.length;
      this.#attach(place, file);
      return file;
    }
    this.#reserve(bytes.length - node.bytes.length, path);
    this.#used += bytes.length - node.bytes.length;
    node.bytes = bytes;
    if (mode !== undefined) node.mode = mode;
    node.mtime = this.#tick(node.mtime);
    this.#changed(place.path, 'written');
    return node;
  }

  #reserve(bytes: number, path: string): void {
    if (this.#used + bytes <= this.#quota) return;
    throw new FileError(
      'ENOSPC',
      'write',
      path,
      `: this computer's disk holds ${formatBytes(this.#quota)} and ${formatBytes(this.#used)} are used`,
    );
  }

  /**
   * Git takes a file with the same size and time for unchanged, make looks which of two files is newer, and virtual time may stand still:
   * each change of a file is later than all that was written before.
   */
  #tick(before: number): number {
    return (this.#latest = Math.max(this.clock.now(), before + 1, this.#latest + 1));
  }

  /** What is made from other files is not older than they are. */
  #newTime(): number {
    return (this.#latest = Math.max(this.clock.now(), this.#latest));
  }

  #tickDirectory(before: number): number {
    return Math.max(this.clock.now(), before + 1);
  }

  #attach(place: Place, node: Node): void {
    place.directory.entries.set(place.name, node);
    place.directory.mtime = this.#tickDirectory(place.directory.mtime);
    this.#changed(place.path, 'written');
  }

  #detach(place: Place, syscall: string): void {
    if (place.path === '/') throw new FileError('EBUSY', syscall, '/');
    place.directory.entries.delete(place.name);
    place.directory.mtime = this.#tickDirectory(place.directory.mtime);
    this.#release(place.node!);
    this.#changedBelow(place.path, place.node!, 'removed');
  }

  #release(node: Node): void {
    if (node.type === 'directory') for (const child of node.entries.values()) this.#release(child);
    if (node.type === 'file' && --node.links === 0) this.#used -= node.bytes.length;
  }

  #makeDirectories(path: string, syscall: string): DirectoryNode {
    let at = '/';
    let node = this.#root;
    for (const name of path.split('/').filter((segment) => segment !== '')) {
      at = childPath(at, name);
      const place = this.#find(at, syscall, true);
      if (place.node === undefined) {
        // A link that leads nowhere is in the way; it is not made to lead somewhere.
        if (this.#find(at, syscall, false).node !== undefined) throw new FileError(at === path ? 'EEXIST' : 'ENOENT', syscall, path);
        const made = emptyDirectory(this.#nextIno++, this.clock.now());
        this.#attach(place, made);
        node = made;
      } else if (place.node.type === 'directory') {
        node = place.node;
      } else {
        const code: FileErrorCode = at === path ? 'EEXIST' : 'ENOTDIR';
        throw new FileError(code, syscall, path);
      }
    }
    return node;
  }

  /** What rename(2) allows at the destination: a file replaces a file, a directory an empty directory. */
  #makeWayFor(node: Node, to: Place, destination: string): void {
    const existing = to.node!;
    if (existing.type === 'directory' && node.type !== 'directory') throw new FileError('EISDIR', 'rename', destination);
    if (existing.type !== 'directory' && node.type === 'directory') throw new FileError('ENOTDIR', 'rename', destination);
    if (existing.type === 'directory' && existing.entries.size > 0) throw new FileError('ENOTEMPTY', 'rename', destination);
    to.directory.entries.delete(to.name);
    this.#release(existing);
  }

  #copy(node: Node, destination: string): void {
    if (node.type === 'directory') {
      this.#makeDirectories(destination, 'cp');
      for (const [name, child] of [...node.entries]) {
        const at = childPath(destination, name);
        if (child.type === 'directory') this.#makeDirectories(at, 'cp').mode = child.mode;
        this.#copy(child, at);
      }
      return;
    }
    if (node.type === 'file') {
      this.#write(destination, node.bytes, node.mode);
      return;
    }
    const place = this.#find(destination, 'cp', false);
    if (place.node?.type === 'directory') throw new FileError('EISDIR', 'cp', destination);
    if (place.node !== undefined) this.#detach(place, 'cp');
    this.#attach(place, { type: 'symlink', ino: this.#nextIno++, target: node.target, mtime: this.clock.now() });
  }

  /** Reports the entry and all that it holds: who watches a file inside must hear that it went or came with its folder. */
  #changedBelow(path: string, node: Node, kind: FileChange['kind']): void {
    this.#changed(path, kind);
    if (node.type !== 'directory') return;
    for (const [name, child] of node.entries) this.#changedBelow(childPath(path, name), child, kind);
  }

  #changed(path: string, kind: FileChange['kind']): void {
    for (const listener of this.#listeners) listener({ path, kind });
  }
}

function placeOf(here: { readonly directory: DirectoryNode; readonly path: string }, directory: DirectoryNode): Place {
  return { directory, name: baseName(here.path), path: here.path, node: here.directory };
}

function emptyDirectory(ino: number, mtime: number): DirectoryNode {
  return { type: 'directory', ino, entries: new Map(), mode: DIRECTORY_MODE, mtime };
}

function entryOf(path: string, node: Node): TreeEntry {
  switch (node.type) {
    case 'file':
      return { path, type: 'file', bytes: node.bytes, mode: node.mode, mtime: node.mtime };
    case 'directory':
      return { path, type: 'directory', mode: node.mode, mtime: node.mtime };
    case 'symlink':
      return { path, type: 'symlink', target: node.target, mtime: node.mtime };
  }
}

function statOf(node: Node): FsStat {
  return {
    isFile: node.type === 'file',
    isDirectory: node.type === 'directory',
    isSymbolicLink: node.type === 'symlink',
    mode: node.type === 'symlink' ? 0o777 : node.mode,
    size: node.type === 'file' ? node.bytes.length : node.type === 'symlink' ? node.target.length : 0,
    mtime: new Date(node.mtime),
    dev: 1,
    ino: node.ino,
    identity: `1:${node.ino}`,
  };
}

/** `256 MB`, `1.5 MB`, `12 kB`: in powers of 1024, as the quota is counted. */
function formatBytes(bytes: number): string {
  const megabytes = bytes / (1024 * 1024);
  if (megabytes >= 1) return `${Number(megabytes.toFixed(1))} MB`;
  return `${Math.ceil(bytes / 1024)} kB`;
}
