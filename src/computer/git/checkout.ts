/** What actions/checkout does for a job: a working repository at the commit that was pushed. */
import type { Clock, TreeEntry } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { Disk, encode } from './disk.ts';
import { encodeIndex, type IndexEntry } from './index-file.ts';
import { hex, ObjectDatabase, type GitObject } from './objects.ts';
import { writeIndexedPack } from './pack.ts';
import { entryFor, Repository, sizeOf } from './repository.ts';
import { shallowHistory } from './shallow.ts';

export interface CheckoutRequest {
  readonly url: string;
  readonly commit: string;
  /** Full name of the ref that was pushed; a branch is checked out as one, anything else detaches HEAD. */
  readonly ref: string;
  /** The folder to put the repository into. */
  readonly path: string;
  /** How many commits of history come along; 0 is all of it, with all branches and tags. */
  readonly depth: number;
  readonly clock: Clock;
}

/** An origin on the same machine, which hands over its objects without the protocol. */
interface DirectOrigin {
  readonly refs: ReadonlyMap<string, string>;
  object(id: string): GitObject | undefined;
  objects(): Iterable<readonly [id: string, object: GitObject]>;
}

type Objects = readonly (readonly [id: string, object: GitObject])[];

interface Packed {
  readonly ids: ReadonlySet<string>;
  readonly pack: Uint8Array;
  readonly index: Uint8Array;
}

/** The pack made for an origin's objects, by the content of its first one: snapshots and forks of a world share those bytes. */
const packs = new WeakMap<Uint8Array, Packed>();

/** So many objects that a pack does not have yet are written one by one; with more it is made anew. */
const LOOSE_LIMIT = 100;

/** What a shallow history comes to, by its newest commit and its depth: the jobs of a run, and forks of a world, take the same. */
const shallows = new WeakMap<Uint8Array, Map<number, Shallow>>();

interface Shallow {
  readonly packed: Packed;
  /** Commits whose parents stay away. */
  readonly cut: readonly string[];
}

/** Fills `path` with a repository checked out at a commit. Rejects when the origin does not have the commit. */
export async function checkoutInto(files: FileSystem, origin: DirectOrigin, request: CheckoutRequest): Promise<void> {
  const disk = new Disk(files);
  const { url, path, commit, depth } = request;
  if (origin.object(commit)?.type !== 'commit') {
    throw new Error(`${url} has no commit ${commit}: it may have been removed by a force-push.`);
  }
  begin(disk, request);
  if (depth === 0) copyAll(disk, origin, path);
  else copyShallow(disk, origin, request);
  const repository = Repository.at(disk, path);
  if (repository === null) throw new Error(`there is no repository at ${path} after its checkout`);
  checkOut(repository, request);
}

/** An empty repository that knows where it comes from. */
function begin(disk: Disk, { url, path }: CheckoutRequest): void {
  const git = `${path}/.git`;
  for (const folder of ['objects', 'refs/heads', 'refs/tags']) disk.makeDirectory(`${git}/${folder}`);
  disk.write(
    `${git}/config`,
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n' +
      `[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`,
  );
  disk.write(`${git}/HEAD`, 'ref: refs/heads/main\n');
}

function copyAll(disk: Disk, origin: DirectOrigin, path: string): void {
  const git = `${path}/.git`;
  const objects = [...origin.objects()];
  const packed = packOf(objects);
  if (packed) {
    writePacked(disk, git, packed);
    const database = new ObjectDatabase(disk, `${git}/objects`);
    for (const [id, { type, content }] of objects) if (!packed.ids.has(id)) database.write(type, content);
  }
  writeRefs(
    disk,
    git,
    Array.from(origin.refs, ([name, id]) => [trackingName(name), id]),
  );
}

/** One ref and so many commits, as the action fetches them: no other branch, no tag. */
function copyShallow(disk: Disk, origin: DirectOrigin, { path, commit, ref, depth }: CheckoutRequest): void {
  const git = `${path}/.git`;
  const { packed, cut } = shallowOf(origin, commit, depth);
  writePacked(disk, git, packed);
  if (cut.length > 0) disk.write(`${git}/shallow`, `${cut.join('\n')}\n`);
  if (ref.startsWith('refs/')) writeRefs(disk, git, [[trackingName(ref), commit]]);
}

function trackingName(ref: string): string {
  return ref.replace(/^refs\/heads\//, 'refs/remotes/origin/').replace(/^refs\/pull\//, 'refs/remotes/pull/');
}

function writeRefs(disk: Disk, git: string, refs: readonly (readonly [name: string, id: string])[]): void {
  const lines = refs.map(([name, id]) => `${id} ${name}\n`);
  disk.write(`${git}/packed-refs`, `# pack-refs with: peeled fully-peeled sorted\n${lines.join('')}`);
}

function writePacked(disk: Disk, git: string, packed: Packed): void {
  disk.write(`${git}/objects/pack/pack-${packName(packed)}.pack`, packed.pack);
  disk.write(`${git}/objects/pack/pack-${packName(packed)}.idx`, packed.index);
}

function shallowOf(origin: DirectOrigin, commit: string, depth: number): Shallow {
  const key = origin.object(commit)?.content;
  const known = key && shallows.get(key)?.get(depth);
  if (known) return known;
  const { objects, cut } = shallowHistory([commit], depth, (id) => {
    const object = origin.object(id);
    if (object === undefined) throw new Error(`the origin lacks the object ${id}`);
    return object;
  });
  const made = { packed: { ids: new Set(objects.keys()), ...writeIndexedPack([...objects]) }, cut: cut.toSorted() };
  if (key) shallows.set(key, (shallows.get(key) ?? new Map<number, Shallow>()).set(depth, made));
  return made;
}

function packOf(objects: Objects): Packed | null {
  const key = objects[0]?.[1].content;
  if (key === undefined) return null;
  const known = packs.get(key);
  const shared = known ? objects.filter(([id]) => known.ids.has(id)).length : 0;
  if (known && shared === known.ids.size && objects.length - shared <= LOOSE_LIMIT) return known;
  const made = { ids: new Set(objects.map(([id]) => id)), ...writeIndexedPack(objects) };
  packs.set(key, made);
  return made;
}

/** A pack is named after its checksum, its last 20 bytes. */
function packName({ pack }: Packed): string {
  return hex(pack.subarray(pack.length - 20));
}

/** Writes the commit's files, an index that knows them, and HEAD. */
function checkOut(repository: Repository, { commit, ref, path, clock }: CheckoutRequest): void {
  const { disk } = repository;
  const mtime = clock.now();
  const entries: TreeEntry[] = [];
  const index: IndexEntry[] = [];
  const kept = new Set<string>();
  const before = repository.index();
  const files = repository.files(commit);
  const conversion = repository.conversion(files);
  for (const [name, file] of files) {
    kept.add(name);
    const stored = repository.objects.blob(file.id);
    const content = file.mode === 0o120000 ? stored : conversion.smudge(name, stored);
    const entry = entryFor(`${path}/${name}`, file, content, mtime);
    entries.push(entry);
    index.push({ path: name, ...file, stage: 0, mtime, size: sizeOf(entry) });
  }
  for (const { path: name } of before) if (!kept.has(name)) disk.removeUpTo(`${path}/${name}`, path);
  disk.files.load(entries);
  disk.write(`${repository.gitDir}/index`, encodeIndex(index));
  if (ref.startsWith('refs/heads/')) {
    disk.write(`${repository.gitDir}/${ref}`, encode(`${commit}\n`));
    repository.refs.setSymbolic('HEAD', ref);
    trackUpstream(repository, ref.slice('refs/heads/'.length));
  } else disk.write(`${repository.gitDir}/HEAD`, encode(`${commit}\n`));
}

function trackUpstream(repository: Repository, branch: string): void {
  const config = repository.config();
  config.set(`branch.${branch}.remote`, 'origin');
  config.set(`branch.${branch}.merge`, `refs/heads/${branch}`);
  repository.writeConfig(config);
}
