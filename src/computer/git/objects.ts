import { sha1 } from '@noble/hashes/legacy.js';
import { unzlibSync, zlibSync } from 'fflate';
import { decode, encode, joinBytes, type Disk } from './disk.ts';
import { hex, unhex, type GitObject, type ObjectType } from './object.ts';
import { openPack, type PackFile } from './pack.ts';

export { hex, unhex, type GitObject, type ObjectType } from './object.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
  /** Seconds since the epoch. */
  readonly time: number;
  /** `+0000`. */
  readonly zone: string;
}

export interface CommitObject {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export interface TagObject {
  readonly id: string;
  readonly object: string;
  readonly type: ObjectType;
  readonly name: string;
  readonly tagger: Person | null;
  readonly message: string;
}

export interface TreeItem {
  /** As in the index: 0o100644, 0o100755, 0o120000, 0o40000 for a tree, 0o160000 for a submodule. */
  readonly mode: number;
  readonly name: string;
  readonly id: string;
}

/** The mode of a tree's entry for a folder. */
export const TREE_MODE = 0o040000;

/** A mode as git writes it: six octal digits, all of them 0 where there is no file. */
export const octalMode = (mode = 0): string => mode.toString(8).padStart(6, '0');

/** What a tree's entry of this mode names; a submodule's is a commit. */
export const typeOfMode = (mode: number): ObjectType => (mode === TREE_MODE ? 'tree' : mode === 0o160000 ? 'commit' : 'blob');

/** The id of the tree without entries. Git knows it without storing it. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const ID = /^[0-9a-f]{40}$/;
export const isFullId = (text: string): boolean => ID.test(text);

/** An id that no object of the repository has. */
export class MissingObjectError extends Error {
  override readonly name = 'MissingObjectError';
  readonly id: string;

  constructor(id: string) {
    super(`missing object ${id}`);
    this.id = id;
  }
}

// Bytes in the file system are replaced, never changed: what was found out about them stays true, in this computer and in its forks.
const decodedFiles = new WeakMap<Uint8Array, GitObject>();
const blobIds = new WeakMap<Uint8Array, string>();
const encodedBlobs = new WeakMap<Uint8Array, Uint8Array>();
const parsedTrees = new WeakMap<Uint8Array, readonly TreeItem[]>();
const parsedCommits = new WeakMap<Uint8Array, CommitObject>();

/** The id that content gets as an object of a type. */
export function objectId(type: ObjectType, content: Uint8Array): string {
  if (type !== 'blob') return hash(type, content);
  const known = blobIds.get(content);
  if (known !== undefined) return known;
  const id = hash(type, content);
  blobIds.set(content, id);
  return id;
}

function hash(type: ObjectType, content: Uint8Array): string {
  return hex(
    sha1
      .create()
      .update(encode(`${type} ${content.length}\0`))
      .update(content)
      .digest(),
  );
}

/** The objects of one repository: loose files and packs below `.git/objects`. */
export class ObjectDatabase {
  readonly #disk: Disk;
  readonly #folder: string;
  #opened: readonly PackFile[] | null = null;
  #cuts: ReadonlySet<string> | null = null;
  readonly #listings = new Map<string, readonly string[]>();

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  find(id: string): GitObject | null {
    for (const pack of this.#packs()) {
      const object = pack.read(id, (base) => this.read(base));
      if (object) return object;
    }
    const file = this.#disk.read(this.#loosePath(id));
    if (file !== null) {
      const known = decodedFiles.get(file);
      if (known) return known;
      const object = decodeLoose(file);
      decodedFiles.set(file, object);
      if (object.type === 'blob') blobIds.set(object.content, id);
      return object;
    }
    return id === EMPTY_TREE ? { type: 'tree', content: new Uint8Array(0) } : null;
  }

  read(id: string): GitObject {
    const object = this.find(id);
    if (object === null) throw new MissingObjectError(id);
    return object;
  }

  has(id: string): boolean {
    return id === EMPTY_TREE || this.stored(id);
  }

  /** True when the object is really there: git knows the empty tree without having it. */
  stored(id: string): boolean {
    return this.#packs().some((pack) => pack.has(id)) || this.#disk.exists(this.#loosePath(id));
  }

  write(type: ObjectType, content: Uint8Array): string {
    const id = objectId(type, content);
    if (!this.stored(id)) {
      const file = encodeLoose(type, content);
      decodedFiles.set(file, { type, content });
      this.#disk.files.writeSync(this.#loosePath(id), file, 0o444);
      this.#listings.delete(id.slice(0, 2));
    }
    return id;
  }

  /** Ids that begin with a prefix of at least two digits, sorted. */
  withPrefix(prefix: string): readonly string[] {
    const found = new Set<string>();
    for (const name of this.#listing(prefix.slice(0, 2))) {
      const id = prefix.slice(0, 2) + name;
      if (id.startsWith(prefix) && isFullId(id)) found.add(id);
    }
    for (const pack of this.#packs()) for (const id of pack.withPrefix(prefix)) found.add(id);
    return [...found].sort();
  }

  /** The loose objects of a folder; a command looks at the same few again and again. */
  #listing(folder: string): readonly string[] {
    let names = this.#listings.get(folder);
    if (names === undefined) this.#listings.set(folder, (names = this.#disk.list(`${this.#folder}/${folder}`)));
    return names;
  }

  /** Every id, unsorted. */
  *ids(): Generator<string> {
    for (const folder of this.#disk.list(this.#folder)) {
      if (/^[0-9a-f]{2}$/.test(folder)) for (const name of this.#disk.list(`${this.#folder}/${folder}`)) yield folder + name;
    }
    for (const pack of this.#packs()) yield* pack.ids();
  }

  /** Ids of loose objects, sorted. */
  looseIds(): readonly string[] {
    const folders = this.#disk.list(this.#folder).filter((folder) => /^[0-9a-f]{2}$/.test(folder));
    return folders.flatMap((folder) => this.#disk.list(`${this.#folder}/${folder}`).map((name) => folder + name)).sort();
  }

  removeLoose(id: string): void {
    this.#disk.removeUpTo(this.#loosePath(id), this.#folder);
    this.#listings.clear();
  }

  /** How many loose objects there are and the disk they take, a block of 4 kB at least for each. */
  looseFiles(): { readonly count: number; readonly kilobytes: number } {
    let [count, kilobytes] = [0, 0];
    for (const folder of this.#disk.list(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of this.#disk.list(`${this.#folder}/${folder}`)) {
        count++;
        kilobytes += Math.ceil((this.#disk.read(`${this.#folder}/${folder}/${name}`)?.length ?? 0) / 4096) * 4;
      }
    }
    return { count, kilobytes };
  }

  /** A commit with the parents that are here: where a shallow history was cut, it has none. */
  commit(id: string): CommitObject {
    const commit = this.wholeCommit(id);
    return commit.parents.length > 0 && this.#shallow.has(id) ? { ...commit, parents: [] } : commit;
  }

  /** A commit as it was made. */
  wholeCommit(id: string): CommitObject {
    const { type, content } = this.read(id);
    if (type !== 'commit') throw new MissingObjectError(id);
    const known = parsedCommits.get(content);
    if (known) return known;
    const commit = parseCommit(id, content);
    parsedCommits.set(content, commit);
    return commit;
  }

  tag(id: string): TagObject {
    return parseTag(id, this.read(id).content);
  }

  tree(id: string): readonly TreeItem[] {
    const { type, content } = this.read(id);
    if (type !== 'tree') throw new MissingObjectError(id);
    const known = parsedTrees.get(content);
    if (known) return known;
    const items = parseTree(content);
    parsedTrees.set(content, items);
    return items;
  }

  blob(id: string): Uint8Array {
    const { type, content } = this.read(id);
    if (type !== 'blob') throw new MissingObjectError(id);
    return content;
  }

  /** Follows tags to what they name. */
  peel(id: string): { readonly id: string; readonly type: ObjectType } {
    const { type, content } = this.read(id);
    return type === 'tag' ? this.peel(parseTag(id, content).object) : { id, type };
  }

  #loosePath(id: string): string {
    return `${this.#folder}/${id.slice(0, 2)}/${id.slice(2)}`;
  }

  /** Looks for packs again: one has come or gone. */
  refresh(): void {
    this.#opened = null;
    this.#cuts = null;
    this.#listings.clear();
  }

  get #shallow(): ReadonlySet<string> {
    return (this.#cuts ??= new Set((this.#disk.readText(`${this.#folder.slice(0, -'/objects'.length)}/shallow`) ?? '').split('\n')));
  }

  #packs(): readonly PackFile[] {
    const folder = `${this.#folder}/pack`;
    return (this.#opened ??= this.#disk
      .list(folder)
      .filter((name) => name.endsWith('.idx'))
      .flatMap((name) => {
        const index = this.#disk.read(`${folder}/${name}`);
        const pack = this.#disk.read(`${folder}/${name.slice(0, -4)}.pack`);
        return index && pack ? openPack(index, pack) : [];
      }));
  }
}

/** The file of a loose object. That of a blob is made once: an origin is cloned again and again. */
function encodeLoose(type: ObjectType, content: Uint8Array): Uint8Array {
  const known = type === 'blob' ? encodedBlobs.get(content) : undefined;
  if (known) return known;
  const file = zlibSync(joinBytes([encode(`${type} ${content.length}\0`), content]), { level: 6 });
  if (type === 'blob') encodedBlobs.set(content, file);
  return file;
}

function decodeLoose(file: Uint8Array): GitObject {
  const bytes = unzlibSync(file);
  const end = bytes.indexOf(0);
  const [type = ''] = decode(bytes.subarray(0, end)).split(' ');
  return { type: type as ObjectType, content: bytes.slice(end + 1) };
}

export function parseTree(content: Uint8Array): readonly TreeItem[] {
  const items: TreeItem[] = [];
  for (let at = 0; at < content.length;) {
    let mode = 0;
    for (; content[at] !== 32; at++) mode = mode * 8 + ((content[at] ?? 48) - 48);
    const end = content.indexOf(0, at);
    items.push({ mode, name: decode(content.subarray(at + 1, end)), id: hex(content.subarray(end + 1, end + 21)) });
    at = end + 21;
  }
  return items;
}

/** The bytes of a tree object; sorts the items as git wants them, folders as if their names ended in a slash. */
export function encodeTree(items: readonly TreeItem[]): Uint8Array {
  const keyed = items.map((item) => ({ item, key: encode(item.mode === TREE_MODE ? `${item.name}/` : item.name) }));
  keyed.sort((one, other) => compareBytes(one.key, other.key));
  return joinBytes(keyed.flatMap(({ item }) => [encode(`${item.mode.toString(8)} ${item.name}\0`), unhex(item.id)]));
}

export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const difference = (one[at] as number) - (other[at] as number);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Git orders paths by their bytes; code units agree with that for all but rare characters outside the basic plane. */
export function comparePaths(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

export function parseCommit(id: string, content: Uint8Array): CommitObject {
  const { fields, message } = parseHeader(decode(content));
  const first = (name: string): string => fields.find(([key]) => key === name)?.[1] ?? '';
  return {
    id,
    tree: first('tree'),
    parents: fields.filter(([key]) => key === 'parent').map(([, value]) => value),
    author: parsePerson(first('author')),
    committer: parsePerson(first('committer')),
    message,
  };
}

export function encodeCommit(commit: Omit<CommitObject, 'id'>): Uint8Array {
  const parents = commit.parents.map((parent) => `parent ${parent}\n`).join('');
  return encode(
    `tree ${commit.tree}\n${parents}author ${formatPerson(commit.author)}\ncommitter ${formatPerson(commit.committer)}\n\n${commit.message}`,
  );
}

export function parseTag(id: string, content: Uint8Array): TagObject {
  const { fields, message } = parseHeader(decode(content));
  const first = (name: string): string => fields.find(([key]) => key === name)?.[1] ?? '';
  const tagger = first('tagger');
  return {
    id,
    object: first('object'),
    type: first('type') as ObjectType,
    name: first('tag'),
    tagger: tagger ? parsePerson(tagger) : null,
    message,
  };
}

export function encodeTag(tag: Omit<TagObject, 'id'>): Uint8Array {
  const tagger = tag.tagger ? `tagger ${formatPerson(tag.tagger)}\n` : '';
  return encode(`object ${tag.object}\ntype ${tag.type}\ntag ${tag.name}\n${tagger}\n${tag.message}`);
}

function parseHeader(text: string): { readonly fields: readonly (readonly [string, string])[]; readonly message: string } {
  const end = text.indexOf('\n\n');
  const fields = (end === -1 ? text : text.slice(0, end))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '))
    .map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)] as const;
    });
  return { fields, message: end === -1 ? '' : text.slice(end + 2) };
}

export function parsePerson(text: string): Person {
  const [, name = '', email = '', time = '0', zone = '+0000'] = /^(.*?) ?<([^>]*)> (-?\d+)(?: ([-+]\d{4}))?/.exec(text) ?? [];
  return { name, email, time: Number(time), zone };
}

export function formatPerson({ name, email, time, zone }: Person): string {
  return `${name} <${email}> ${time} ${zone}`;
}
