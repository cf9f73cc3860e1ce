import type { TreeEntry } from '../../platform/platform.ts';
import { Attributes } from './attributes.ts';
import { Config } from './config.ts';
import { Conversion, workLength } from './conversion.ts';
import { decode, encode, parentOf, type Disk } from './disk.ts';
import { fatal } from './errors.ts';
import { Ignore, outerRules } from './ignore.ts';
import { encodeIndex, parseIndex, resolvedConflicts, type IndexEntry, type ResolvedConflict } from './index-file.ts';
import { encodeTree, objectId, ObjectDatabase, TREE_MODE } from './objects.ts';
import { Refs } from './refs.ts';

/** A file of a tree: what it is and which blob holds it. */
export interface TreeFile {
  readonly mode: number;
  readonly id: string;
}

/** Paths relative to the root, in index order. */
export type FileMap = ReadonlyMap<string, TreeFile>;

/** What a repository is told of the machine that it is on. */
export interface Outside {
  readonly setting: (key: string) => string | undefined;
  /** `core.attributesFile`, or null. */
  readonly attributesFile: () => string | null;
}

/** A repository on a disk: its objects, refs, index and work tree. It keeps nothing itself, so it never disagrees with the files. */
export class Repository {
  readonly disk: Disk;
  readonly gitDir: string;
  /** What all work trees share, objects and refs among it; the same as `gitDir` except in a linked work tree. */
  readonly commonDir: string;
  /** The folder with the files, or null of a bare repository. */
  readonly workTree: string | null;
  readonly objects: ObjectDatabase;
  readonly refs: Refs;
  /** Without a person's settings the repository's own hold. */
  outside: Outside = { setting: (key) => this.config().get(key), attributesFile: () => null };

  constructor(disk: Disk, gitDir: string, workTree: string | null) {
    this.disk = disk;
    this.gitDir = gitDir;
    this.commonDir = commonDirOf(disk, gitDir);
    this.workTree = workTree;
    this.objects = new ObjectDatabase(disk, `${this.commonDir}/objects`);
    this.refs = new Refs(disk, gitDir, workTree === null, this.commonDir);
  }

  /** The repository that a folder is in, or null. */
  static find(disk: Disk, folder: string): Repository | null {
    for (let at = folder; ; at = parentOf(at)) {
      const own = Repository.at(disk, at);
      if (own) return own;
      if (at === '/') return null;
    }
  }

  /** The repository whose work tree or bare directory a folder is, or null. */
  static at(disk: Disk, folder: string): Repository | null {
    const inside = folder === '/' ? '/.git' : `${folder}/.git`;
    if (isGitDir(disk, inside)) return new Repository(disk, inside, folder);
    const elsewhere = linkedGitDir(disk, folder);
    if (elsewhere !== null) return new Repository(disk, elsewhere, folder);
    if (!isGitDir(disk, folder)) return null;
    const bare = new Config(disk.readText(`${folder}/config`) ?? '').get('core.bare') === 'true';
    return new Repository(disk, folder, bare || !folder.endsWith('/.git') ? null : parentOf(folder));
  }

  /** The folder that a file of the repository is in: the work tree's own, or the shared one. */
  homeOf(name: string): string {
    const shared =
      /^(objects|config|hooks|info|packed-refs|shallow|branches|worktrees|rr-cache|(logs\/)?refs(?!\/(bisect|worktree|rewritten)))(\/|$)/;
    return shared.test(name) ? this.commonDir : this.gitDir;
  }

  config(): Config {
    return new Config(this.disk.readText(`${this.commonDir}/config`) ?? '');
  }

  writeConfig(config: Config): void {
    this.disk.write(`${this.commonDir}/config`, config.toString());
  }

  index(): readonly IndexEntry[] {
    const bytes = this.disk.read(`${this.gitDir}/index`);
    return bytes === null ? [] : parseIndex(bytes);
  }

  writeIndex(entries: readonly IndexEntry[]): void {
    this.disk.write(`${this.gitDir}/index`, encodeIndex(entries));
  }

  /** Writes an index in which conflicts have been resolved, and remembers them so that they can be brought back. */
  writeResolved(entries: readonly IndexEntry[]): void {
    const open = new Set(entries.flatMap(({ stage, path }) => (stage === 0 ? [] : path)));
    const before = this.index().filter(({ stage, path }) => stage !== 0 && !open.has(path));
    const conflicts = new Map(this.resolvedConflicts().map((one) => [one.path, one]));
    for (const { path } of before) {
      const at = (stage: number) => before.find((entry) => entry.path === path && entry.stage === stage) ?? null;
      conflicts.set(path, { path, stages: [at(1), at(2), at(3)] });
    }
    for (const path of open) conflicts.delete(path);
    const sorted = [...conflicts.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
    this.disk.write(`${this.gitDir}/index`, encodeIndex(entries, sorted));
  }

  resolvedConflicts(): readonly ResolvedConflict[] {
    const bytes = this.disk.read(`${this.gitDir}/index`);
    return bytes === null ? [] : resolvedConflicts(bytes);
  }

  /** `refs/heads/main`, or null when HEAD is detached. */
  get headRef(): string | null {
    return this.refs.symbolic('HEAD');
  }

  /** `main`, or null when HEAD is detached. */
  get branch(): string | null {
    return this.headRef?.replace(/^refs\/heads\//, '') ?? null;
  }

  /** The commit that is checked out, or null before the first one. */
  get head(): string | null {
    return this.refs.resolve('HEAD');
  }

  /** The files of a tree or commit; of null, none. */
  files(treeish: string | null): FileMap {
    const files = new Map<string, TreeFile>();
    if (treeish === null) return files;
    const visit = (tree: string, folder: string): void => {
      for (const { mode, name, id } of this.objects.tree(tree)) {
        if (mode === TREE_MODE) visit(id, `${folder}${name}/`);
        else files.set(folder + name, { mode, id });
      }
    };
    visit(this.treeOf(treeish), '');
    return files;
  }

  /** The tree of a commit, tag or tree. */
  treeOf(id: string): string {
    const peeled = this.objects.peel(id);
    return peeled.type === 'commit' ? this.objects.commit(peeled.id).tree : peeled.id;
  }

  /** Writes trees for a set of files and gives the id of the root. */
  writeTree(files: Iterable<readonly [path: string, file: TreeFile]>): string {
    interface Folder {
      readonly files: Map<string, TreeFile>;
      readonly folders: Map<string, Folder>;
    }
    const root: Folder = { files: new Map(), folders: new Map() };
    for (const [path, file] of files) {
      const parts = path.split('/');
      const name = parts.pop() as string;
      let folder = root;
      for (const part of parts) {
        let next = folder.folders.get(part);
        if (next === undefined) folder.folders.set(part, (next = { files: new Map(), folders: new Map() }));
        folder = next;
      }
      folder.files.set(name, { mode: file.mode, id: file.id });
    }
    const write = (folder: Folder): string => {
      const items = Array.from(folder.files, ([name, { mode, id }]) => ({ mode, name, id }));
      for (const [name, child] of folder.folders) items.push({ mode: TREE_MODE, name, id: write(child) });
      return this.objects.write('tree', encodeTree(items));
    };
    return write(root);
  }

  /** Everything in the work tree but `.git`, by path relative to its root, with content as the repository stores it (`renormalize`: also where the index has CRLF). */
  workEntries(renormalize = false): ReadonlyMap<string, TreeEntry> {
    const entries = new Map<string, TreeEntry>();
    const root = this.workTree;
    if (root === null) return entries;
    const start = root === '/' ? 1 : root.length + 1;
    const own = this.gitDir;
    const conversion = this.conversion();
    for (const entry of this.disk.files.tree(root, (path) => path === own || path.endsWith('/.git'))) {
      const path = entry.path.slice(start);
      entries.set(path, conversion.clean(path, entry, renormalize));
    }
    return entries;
  }

  /** One entry of the work tree as the repository stores it, or null. */
  workEntry(path: string): TreeEntry | null {
    const entry = this.disk.entry(this.pathOf(path));
    return entry && this.conversion().clean(path, entry);
  }

  /** What the work tree's `.gitattributes` say, or the index's where it has none; `tree` is asked first when it is about to be checked out. */
  attributes(tree: FileMap | null = null): Attributes {
    const indexed = new Map(this.index().map((entry) => [entry.path, entry]));
    const stored = (file: TreeFile | undefined): string | null => (file ? decode(this.objects.blob(file.id)) : null);
    const attributesFile = this.outside.attributesFile();
    return new Attributes({
      inFolder: (folder) => {
        const path = `${folder}.gitattributes`;
        const own = this.workTree === null ? null : this.pathOf(path);
        const there = own !== null && this.disk.exists(own) ? this.disk.readText(own) : null;
        return stored(tree?.get(path)) ?? there ?? stored(indexed.get(path));
      },
      global: attributesFile === null ? null : this.disk.readText(attributesFile),
      info: this.disk.readText(`${this.commonDir}/info/attributes`),
    });
  }

  /** How files change between repository and work tree. */
  conversion(tree: FileMap | null = null): Conversion {
    let indexed: ReadonlyMap<string, TreeFile> | null = null;
    return new Conversion(this.attributes(tree), this.outside.setting, (path) => {
      indexed ??= new Map(this.index().flatMap((entry) => (entry.stage === 0 || entry.stage === 2 ? [[entry.path, entry] as const] : [])));
      const file = indexed.get(path);
      return file === undefined ? null : (this.objects.find(file.id)?.content ?? null);
    });
  }

  /** The absolute path of a file of the work tree. */
  pathOf(path: string): string {
    return this.workTree === '/' ? `/${path}` : `${this.workTree}/${path}`;
  }

  ignore(excludesFile: string | null): Ignore {
    return new Ignore(this.disk, this.workTree ?? this.gitDir, outerRules(this.disk, this.commonDir, excludesFile));
  }
}

function isGitDir(disk: Disk, folder: string): boolean {
  const common = commonDirOf(disk, folder);
  return disk.exists(`${folder}/HEAD`) && disk.isDirectory(`${common}/objects`) && disk.isDirectory(`${common}/refs`);
}

function commonDirOf(disk: Disk, gitDir: string): string {
  const text = disk.readText(`${gitDir}/commondir`)?.trim();
  return text === undefined ? gitDir : disk.files.resolvePath(gitDir, text);
}

/** Where a `.git` file says that the repository is, or null without one. */
function linkedGitDir(disk: Disk, folder: string): string | null {
  const file = `${folder}/.git`;
  if (disk.entry(file)?.type !== 'file') return null;
  const [, target] = /^gitdir: (.*)$/m.exec(disk.readText(file) ?? '') ?? [];
  if (target === undefined) throw fatal(`invalid gitfile format: ${file}`);
  const gitDir = disk.files.resolvePath(folder, target);
  if (!isGitDir(disk, gitDir)) throw fatal(`not a git repository: ${gitDir}`);
  return gitDir;
}

/** A work tree's entry as git sees it, or null for a folder. */
export function fileOf(entry: TreeEntry | null | undefined): TreeFile | null {
  if (!entry || entry.type === 'directory') return null;
  if (entry.type === 'symlink') return { mode: 0o120000, id: objectId('blob', encode(entry.target)) };
  return { mode: (entry.mode & 0o100) === 0 ? 0o100644 : 0o100755, id: objectId('blob', entry.bytes) };
}

/** What git would store for an entry of the work tree. */
export function contentOf(entry: TreeEntry): Uint8Array {
  return entry.type === 'symlink' ? encode(entry.target) : entry.type === 'file' ? entry.bytes : new Uint8Array(0);
}

/** Bytes that an entry of the work tree has there. */
export const sizeOf = (entry: TreeEntry): number => workLength(contentOf(entry));

/** A file of a tree as an entry for the work tree. */
export function entryFor(path: string, file: TreeFile, content: Uint8Array, mtime: number): TreeEntry {
  if (file.mode === 0o120000) return { path, type: 'symlink', target: decode(content), mtime };
  return { path, type: 'file', bytes: content, mode: file.mode === 0o100755 ? 0o755 : 0o644, mtime };
}
