/** The other end of fetch and push: a repository at a path, or an origin over http. */
import { createGit } from 'just-git';
import type { NetworkPolicy } from 'just-git';
import { parseBundle, requirePrerequisites, type Bundle } from './bundle.ts';
import type { GitCall } from './call.ts';
import { decode, joinBytes } from './disk.ts';
import { splitLines } from './engine.ts';
import { fatal, GitExit } from './errors.ts';
import { hex, parseCommit, parseTag, parseTree, type GitObject } from './objects.ts';
import { writeDeltaPack, writePack } from './pack.ts';
import { demultiplex, FLUSH, packet, readPackets } from './pkt-line.ts';
import { NO_ID } from './refs.ts';
import { Repository } from './repository.ts';
import { shallowHistory } from './shallow.ts';
import { ancestors, reachableObjects } from './walk.ts';

/** Refs of the other side. */
export interface Advertisement {
  /** Sorted by name; `HEAD` first when there is one. */
  readonly refs: ReadonlyMap<string, string>;
  /** What tags name: `refs/tags/v1` -> commit. */
  readonly peeled: ReadonlyMap<string, string>;
  /** The ref that HEAD stands for, or null. */
  readonly head: string | null;
}

export interface PushUpdate {
  readonly ref: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface PushResult {
  /** What the other side says to people, as it came. */
  readonly progress: string;
  /** Why a ref did not move; refs that are not here did. */
  readonly refused: ReadonlyMap<string, string>;
}

export interface Remote {
  readonly url: string;
  /** False for a bundle, which can only be fetched from. */
  readonly writable: boolean;
  advertise(): Promise<Advertisement>;
  /** Brings the objects that some ids need and the repository does not have; of `depth` commits when it is given. */
  fetch(repository: Repository, wants: readonly string[], depth: number | null): Promise<void>;
  push(repository: Repository, updates: readonly PushUpdate[]): Promise<PushResult>;
}

/** What an origin on the same machine may offer besides the protocol. */
interface DirectOrigin {
  object(id: string): GitObject | undefined;
}
type DirectNetwork = NetworkPolicy & { readonly direct?: (url: string) => DirectOrigin | null };

/** The other end of a URL or path; ends the command when it cannot be one. */
export function connect(call: GitCall, url: string): Remote {
  const local = /^file:\/\//.test(url) ? decodeURIComponent(url.slice(7)) : url;
  if (/^https?:\/\//.test(url)) return new HttpRemote(call, url);
  const ssh = /^(?:ssh:\/\/)?(?:[^@/]+@)?([^:/]+):/.exec(local);
  if (/^[a-z+]+:\/\//.test(local) || (ssh && !local.startsWith('/') && !local.startsWith('.'))) {
    const host = ssh?.[1] ?? new URL(url).hostname;
    throw new GitExit(`ssh: Could not resolve hostname ${host}: Name or service not known\n${noAccess}`, 128);
  }
  const path = call.resolve(local);
  const file = call.disk.entry(path);
  const bundle = file?.type === 'file' ? parseBundle(file.bytes) : null;
  if (bundle !== null) return new BundleRemote(call, url, bundle);
  const repository = Repository.at(call.disk, path) ?? Repository.at(call.disk, `${path}.git`);
  if (repository === null) throw new GitExit(`fatal: '${url}' does not appear to be a git repository\n${noAccess}`, 128);
  return new LocalRemote(call, url, repository);
}

const noAccess =
  'fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n';

class LocalRemote implements Remote {
  readonly url: string;
  readonly writable = true;
  readonly #call: GitCall;
  readonly #other: Repository;

  constructor(call: GitCall, url: string, other: Repository) {
    this.#call = call;
    this.url = url;
    this.#other = other;
  }

  async advertise(): Promise<Advertisement> {
    const { refs, objects, head, headRef } = this.#other;
    const all = new Map<string, string>(head === null ? [] : [['HEAD', head]]);
    const peeled = new Map<string, string>();
    for (const [name, id] of refs.list()) {
      all.set(name, id);
      if (objects.read(id).type === 'tag') peeled.set(name, objects.peel(id).id);
    }
    return { refs: all, peeled, head: headRef };
  }

  async fetch(repository: Repository, wants: readonly string[], depth: number | null): Promise<void> {
    copyObjects(this.#call, this.#other, repository, wants, depth);
  }

  async push(repository: Repository, updates: readonly PushUpdate[]): Promise<PushResult> {
    const refused = new Map<string, string>();
    const wants = updates.flatMap(({ after }) => after ?? []);
    copyObjects(this.#call, repository, this.#other, wants, null);
    for (const { ref, before, after } of updates) {
      const current = this.#other.refs.resolve(ref);
      if (current !== before) refused.set(ref, 'failed to update ref');
      else if (this.#other.workTree !== null && this.#other.headRef === ref) refused.set(ref, 'branch is currently checked out');
      else if (after === null) this.#other.refs.delete(ref);
      else if (this.#other.refs.conflicting(ref) !== null) refused.set(ref, 'failed to update ref');
      else this.#other.refs.update(ref, after, null);
    }
    const progress = [...refused.values()].includes('branch is currently checked out')
      ? checkedOutAdvice([...refused.keys()][0] ?? '')
      : '';
    return { progress, refused };
  }
}

/** A file to fetch from. */
class BundleRemote implements Remote {
  readonly url: string;
  readonly writable = false;
  readonly #bundle: Bundle;
  readonly #defaultBranch: string;

  constructor(call: GitCall, url: string, bundle: Bundle) {
    this.url = url;
    this.#bundle = bundle;
    this.#defaultBranch = call.settings.get('init.defaultbranch') ?? 'master';
  }

  async advertise(): Promise<Advertisement> {
    const refs = new Map([...this.#bundle.refs].reverse());
    // A bundle says at which commit HEAD stands, not at which branch.
    const branches = [...refs].flatMap(([name, id]) => (name.startsWith('refs/heads/') && id === refs.get('HEAD') ? name : []));
    const preferred = [`refs/heads/${this.#defaultBranch}`, 'refs/heads/master'];
    return { refs, peeled: new Map(), head: preferred.find((name) => branches.includes(name)) ?? branches.at(-1) ?? null };
  }

  async fetch(repository: Repository): Promise<void> {
    requirePrerequisites(repository, this.#bundle);
    await ingest(repository, this.#bundle.pack);
  }

  async push(): Promise<PushResult> {
    throw new GitExit(`error: failed to push some refs to '${this.url}'\n`, 1);
  }
}

function checkedOutAdvice(ref: string): string {
  return (
    `error: refusing to update checked out branch: ${ref}\nerror: By default, updating the current branch in a non-bare repository\nis denied, because it will make the index and work tree inconsistent\n` +
    "with what you pushed, and will require 'git reset --hard' to match\nthe work tree to HEAD.\n\nYou can set the 'receive.denyCurrentBranch' configuration variable\n" +
    "to 'ignore' or 'warn' in the remote repository to allow pushing into\nits current branch; however, this is not recommended unless you\narranged to update its work tree to match what you pushed in some\nother way.\n\n" +
    "To squelch this message and still keep the default behaviour, set\n'receive.denyCurrentBranch' configuration variable to 'refuse'.\n"
  );
}

/** Copies objects between two repositories on the same disk; loose files are shared. */
function copyObjects(call: GitCall, from: Repository, to: Repository, wants: readonly string[], depth: number | null): void {
  const missing = wants.filter((id) => !to.objects.has(id) || depth !== null);
  if (depth !== null) {
    takeShallow(to, missing, depth, (id) => from.objects.read(id));
    return;
  }
  if (missing.length === 0) return;
  const haves = knownCommits(to).filter((id) => from.objects.has(id));
  for (const [id, object] of reachableObjects(from.objects, missing, haves)) {
    if (to.objects.stored(id)) continue;
    const path = `${id.slice(0, 2)}/${id.slice(2)}`;
    const file = call.disk.read(`${from.commonDir}/objects/${path}`);
    if (file === null) to.objects.write(object.type, object.content);
    else call.disk.files.writeSync(`${to.commonDir}/objects/${path}`, file, 0o444);
  }
}

/** Commits at the tips of a repository. */
function knownCommits(repository: Repository): readonly string[] {
  const tips = repository.refs.list().map(([, id]) => id);
  if (repository.head !== null) tips.push(repository.head);
  return [...new Set(tips)].filter((id) => repository.objects.has(id));
}

/** Takes so many commits of each history and notes where it was cut. */
function takeShallow(to: Repository, wants: readonly string[], depth: number, read: (id: string) => GitObject): void {
  const history = shallowHistory(wants, depth, read);
  for (const { type, content } of history.objects.values()) to.objects.write(type, content);
  const before = splitLines(to.disk.readText(`${to.commonDir}/shallow`) ?? '');
  const cut = new Set([...before.filter((id) => !history.whole.includes(id)), ...history.cut]);
  if (cut.size > 0) to.disk.write(`${to.commonDir}/shallow`, `${[...cut].sort().join('\n')}\n`);
  to.objects.refresh();
}

/** Objects that some ids need and a repository does not have, from an origin whose objects can be read as they are. */
function takeDirect(origin: DirectOrigin, to: Repository, wants: readonly string[]): void {
  const read = (id: string): GitObject => {
    const object = origin.object(id);
    if (object === undefined) throw fatal(`remote error: upload-pack: not our ref ${id}`);
    return object;
  };
  const seen = new Set<string>();
  const taken: { readonly id: string; readonly object: GitObject; readonly base: string | undefined }[] = [];
  /** The version that was last seen at a path: as newer commits come first, the older ones differ little from it. */
  const versions = new Map<string, string>();
  const queue = wants.map((id) => ({ id, path: '' }));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { id, path } = next;
    if (seen.has(id)) continue;
    seen.add(id);
    // What is here is whole: objects only ever come with everything they name.
    if (to.objects.stored(id)) continue;
    const object = read(id);
    const { type, content } = object;
    const place = type === 'tree' || type === 'blob' ? `${type} ${path}` : null;
    taken.push({ id, object, base: place === null ? undefined : versions.get(place) });
    if (place !== null) versions.set(place, id);
    if (type === 'tree') {
      for (const item of parseTree(content)) if (item.mode !== 0o160000) queue.push({ id: item.id, path: `${path}/${item.name}` });
    }
    if (type === 'tag') queue.push({ id: parseTag(id, content).object, path: '' });
    if (type === 'commit') {
      const { tree, parents } = parseCommit(id, content);
      queue.push(...parents.map((parent) => ({ id: parent, path: '' })), { id: tree, path: '' });
    }
  }
  if (taken.length < KEEP_PACKED) {
    for (const { object } of taken) to.objects.write(object.type, object.content);
    return;
  }
  const { pack, index } = writeDeltaPack(taken);
  const file = `${to.commonDir}/objects/pack/pack-${hex(pack.subarray(pack.length - 20))}`;
  to.disk.write(`${file}.pack`, pack);
  to.disk.write(`${file}.idx`, index);
  to.objects.refresh();
}

/** From so many objects on they are kept as a pack, as git does from a hundred on: few are quicker to share one by one. */
const KEEP_PACKED = 2_000;

class HttpRemote implements Remote {
  readonly url: string;
  readonly writable = true;
  readonly #network: DirectNetwork | undefined;

  constructor(call: GitCall, url: string) {
    this.url = url;
    this.#network = call.surroundings.network;
  }

  async advertise(): Promise<Advertisement> {
    const { refs, peeled, head } = await this.#discover('git-upload-pack');
    return { refs, peeled, head };
  }

  async fetch(repository: Repository, wants: readonly string[], depth: number | null): Promise<void> {
    const origin = this.#network?.direct?.(this.url) ?? null;
    if (origin !== null && depth !== null) {
      takeShallow(repository, wants, depth, (id) => origin.object(id) ?? missingObject(id));
      return;
    }
    const missing = wants.filter((id) => !repository.objects.has(id));
    if (missing.length === 0) return;
    if (origin !== null) {
      takeDirect(origin, repository, missing);
      return;
    }
    if (depth !== null) throw fatal('--depth is not supported for this origin');
    const tips = knownCommits(repository).flatMap((id) =>
      repository.objects.peel(id).type === 'commit' ? repository.objects.peel(id).id : [],
    );
    const haves = [...ancestors(repository.objects, tips)].slice(0, 256);
    const request = joinBytes([
      ...missing.map((id, at) => packet(`want ${id}${at === 0 ? ' ofs-delta side-band-64k no-progress agent=git/2.39.5' : ''}\n`)),
      FLUSH,
      ...haves.map((id) => packet(`have ${id}\n`)),
      packet('done\n'),
    ]);
    const answer = await this.#post('git-upload-pack', request);
    const packets = readPackets(answer);
    const { data, error } = demultiplex(
      packets.filter((content) => content === null || !/^(NAK|ACK )/.test(decode(content.subarray(0, 4)))),
    );
    if (error !== '') throw fatal(`remote error: ${error.trim()}`);
    await ingest(repository, data);
  }

  async push(repository: Repository, updates: readonly PushUpdate[]): Promise<PushResult> {
    const { capabilities, refs } = await this.#discover('git-receive-pack');
    const wanted = ['report-status', 'side-band-64k', 'delete-refs', 'ofs-delta'].filter((name) => capabilities.includes(name));
    const lines = updates.map(({ ref, before, after }, at) =>
      packet(`${before ?? NO_ID} ${after ?? NO_ID} ${ref}${at === 0 ? `\0 ${wanted.join(' ')} agent=git/2.39.5` : ''}`),
    );
    const wants = updates.flatMap(({ after }) => after ?? []);
    const objects = reachableObjects(repository.objects, wants, [...refs.values()]);
    const pack = wants.length === 0 ? new Uint8Array(0) : writePack([...objects.values()]);
    const answer = await this.#post('git-receive-pack', joinBytes([...lines, FLUSH, pack]));
    const { data, progress, error } = wanted.includes('side-band-64k')
      ? demultiplex(readPackets(answer))
      : { data: answer, progress: '', error: '' };
    if (error !== '') throw fatal(`remote error: ${error.trim()}`);
    const refused = new Map<string, string>();
    for (const content of readPackets(data)) {
      const line = content === null ? '' : decode(content).trimEnd();
      const unpack = /^unpack (?!ok)(.*)$/.exec(line);
      if (unpack) throw fatal(`remote unpack failed: ${unpack[1]}`);
      const [, ref, why = ''] = /^ng (\S+) ?(.*)$/.exec(line) ?? [];
      if (ref !== undefined) refused.set(ref, why);
    }
    return { progress, refused };
  }

  async #discover(service: string): Promise<Advertisement & { readonly capabilities: readonly string[] }> {
    const response = await this.#request(`${this.#base}/info/refs?service=${service}`, { headers: { 'User-Agent': 'git/2.39.5' } });
    if (response.status === 404) throw fatal(`repository '${withSlash(this.url)}' not found`);
    if (!response.ok) throw fatal(`unable to access '${withSlash(this.url)}': The requested URL returned error: ${response.status}`);
    const refs = new Map<string, string>();
    const peeled = new Map<string, string>();
    let capabilities: readonly string[] = [];
    for (const content of readPackets(new Uint8Array(await response.arrayBuffer()))) {
      if (content === null) continue;
      const [line = '', offered] = decode(content).trimEnd().split('\0');
      if (line.startsWith('# service=')) continue;
      if (offered !== undefined) capabilities = offered.split(' ');
      const [id = '', name = ''] = line.split(' ');
      if (name === 'capabilities^{}') continue;
      if (name.endsWith('^{}')) peeled.set(name.slice(0, -3), id);
      else if (name !== '') refs.set(name, id);
    }
    const symref = capabilities.find((one) => one.startsWith('symref=HEAD:'));
    return { refs, peeled, head: symref?.slice('symref=HEAD:'.length) ?? null, capabilities };
  }

  async #post(service: string, body: Uint8Array): Promise<Uint8Array> {
    const headers = { 'Content-Type': `application/x-${service}-request`, 'User-Agent': 'git/2.39.5' };
    const response = await this.#request(`${this.#base}/${service}`, { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> });
    if (!response.ok) throw fatal(`unable to access '${withSlash(this.url)}': The requested URL returned error: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  get #base(): string {
    return this.url.replace(/\/+$/, '');
  }

  async #request(url: string, init: RequestInit): Promise<Response> {
    const { host } = new URL(url);
    const allowed = this.#network?.allowed?.some((one) => one === host || url.startsWith(one)) ?? this.#network?.fetch !== undefined;
    const fetch = this.#network?.fetch;
    if (!allowed || fetch === undefined) throw fatal(`unable to access '${withSlash(this.url)}': Could not resolve host: ${host}`);
    return fetch(url, init);
  }
}

function missingObject(id: string): never {
  throw fatal(`remote error: upload-pack: not our ref ${id}`);
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);

/** Unpacks what came over the wire or in a file. */
export async function ingest(repository: Repository, pack: Uint8Array): Promise<void> {
  if (pack.length === 0) return;
  const inner = await createGit({ fs: repository.disk.files }).findRepo({ cwd: repository.workTree ?? repository.gitDir });
  if (inner === null) throw fatal('not a git repository');
  await inner.objectStore.ingestPack(pack);
  repository.objects.refresh();
}
