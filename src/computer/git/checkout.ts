/** What actions/checkout does for a job: a working repository at the commit that was pushed. */
import { createGit } from 'just-git';
import type { NetworkPolicy } from 'just-git';
import type { Clock, TreeEntry } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { Disk, encode } from './disk.ts';
import { encodeIndex, type IndexEntry } from './index-file.ts';
import { hex, ObjectDatabase, type GitObject } from './objects.ts';
import { writeIndexedPack } from './pack.ts';
import { contentOf, entryFor, Repository } from './repository.ts';

export interface CheckoutRequest {
  readonly url: string;
  readonly commit: string;
  /** Full name of the ref that was pushed; a branch is checked out as one, anything else detaches HEAD. */
  readonly ref: string;
  /** The folder to put the repository into. */
  readonly path: string;
  readonly clock: Clock;
}

/** An origin on the same machine may hand over its objects without the protocol, through its network policy. */
interface DirectOrigin {
  readonly refs: ReadonlyMap<string, string>;
  objects(): Iterable<readonly [id: string, object: GitObject]>;
}
type Network = NetworkPolicy & { readonly direct?: (url: string) => DirectOrigin | null };

interface Packed {
  readonly ids: ReadonlySet<string>;
  readonly pack: Uint8Array;
  readonly index: Uint8Array;
}

/** The pack made for an origin's objects, by the content of its first one: snapshots and forks of a world share those bytes. */
const packs = new WeakMap<Uint8Array, Packed>();

/** So many objects that a pack does not have yet are written one by one; with more it is made anew. */
const LOOSE_LIMIT = 100;

/** Fills `path` with a repository checked out at a commit. Rejects when the origin or the commit is out of reach. */
export async function checkoutInto(files: FileSystem, network: Network, request: CheckoutRequest): Promise<void> {
  const disk = new Disk(files);
  const origin = network.direct?.(request.url) ?? null;
  if (origin === null) await clone(files, network, request);
  else copy(disk, origin, request);
  const repository = Repository.at(disk, request.path);
  if (repository === null || !repository.objects.has(request.commit)) {
    throw new Error(`${request.url} has no commit ${request.commit}: it may have been removed by a force-push.`);
  }
  checkOut(repository, request);
}

async function clone(files: FileSystem, network: NetworkPolicy, { url, path }: CheckoutRequest): Promise<void> {
  const { stderr, exitCode } = await createGit({ fs: files, network }).exec(`clone "${url}" "${path}"`);
  if (exitCode !== 0) throw new Error(`Could not fetch ${url}: ${stderr.trim()}`);
}

function copy(disk: Disk, origin: DirectOrigin, { url, path }: CheckoutRequest): void {
  const git = `${path}/.git`;
  for (const folder of ['objects', 'refs/heads', 'refs/tags']) disk.makeDirectory(`${git}/${folder}`);
  const objects = [...origin.objects()];
  const packed = packOf(objects);
  if (packed) {
    disk.write(`${git}/objects/pack/pack-${packName(packed)}.pack`, packed.pack);
    disk.write(`${git}/objects/pack/pack-${packName(packed)}.idx`, packed.index);
    const database = new ObjectDatabase(disk, `${git}/objects`);
    for (const [id, { type, content }] of objects) if (!packed.ids.has(id)) database.write(type, content);
  }
  const refs = Array.from(origin.refs, ([name, id]) => `${id} ${name.replace(/^refs\/heads\//, 'refs/remotes/origin/')}\n`);
  disk.write(`${git}/packed-refs`, `# pack-refs with: peeled fully-peeled sorted\n${refs.join('')}`);
  disk.write(
    `${git}/config`,
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n' +
      `[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`,
  );
  disk.write(`${git}/HEAD`, 'ref: refs/heads/main\n');
}

function packOf(objects: readonly (readonly [id: string, object: GitObject])[]): Packed | null {
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
  for (const [name, file] of repository.files(commit)) {
    kept.add(name);
    const entry = entryFor(`${path}/${name}`, file, repository.objects.blob(file.id), mtime);
    entries.push(entry);
    index.push({ path: name, ...file, stage: 0, mtime, size: contentOf(entry).length });
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
