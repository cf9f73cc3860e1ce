/** forge: the origin that hosts the company's repositories, in memory. It may import platform, just-git and nothing else. */
import { createServer } from 'just-git/server';
import type { NetworkPolicy } from 'just-git';
import type { GitServer, RefUpdate as ServerUpdate } from 'just-git/server';
import type { Clock, FileTree } from '../platform/platform.ts';
import { ObjectReader } from './objects.ts';
import { withMessages } from './receive.ts';
import { refusal } from './protection.ts';
import { NotFoundError, OriginStorage } from './storage.ts';
import type { Commit, Forge, ForgeSnapshot, OriginContent, OriginRepository, Protection, Push, RefUpdate } from './contract.ts';

export { NotFoundError } from './storage.ts';

const ORIGIN = 'https://origin.fieldleaf.test';

/** What one request to the origin knows and finds out: who asks, what was refused, what moved. */
interface Exchange {
  readonly login: string;
  readonly refused: string[];
  readonly applied: RefUpdate[];
  repository: string;
}

/** A network policy that also lets a pipeline's checkout read the origin's objects without the protocol. */
export interface OriginNetwork extends NetworkPolicy {
  direct(url: string): OriginContent | null;
}

/** Makes an origin without repositories. Its times come from the clock. */
export function createForge({ clock }: { readonly clock: Clock }): Forge & { network(login: string): OriginNetwork } {
  const storage = new OriginStorage();
  const listeners = new Set<(push: Push) => void>();
  const server: GitServer<Exchange> = createServer<Exchange>({
    storage,
    resolve: repositoryName,
    auth: { http: () => ({ login: 'anonymous', refused: [], applied: [], repository: '' }) },
    hooks: {
      update: ({ repoId, update, auth }) => {
        const lines = refusal(storage.protections(repoId), plainUpdate(update));
        if (lines === null) return;
        auth.refused.push(...lines);
        return { reject: true, message: 'protected branch hook declined' };
      },
      postReceive: ({ repoId, updates, auth }) => {
        auth.repository = repoId;
        auth.applied.push(...updates.map(plainUpdate));
      },
    },
  });

  async function answer(login: string, input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const exchange: Exchange = { login, refused: [], applied: [], repository: '' };
    const fetch = server.asNetwork(ORIGIN, exchange).fetch;
    if (fetch === undefined) throw new Error('The origin has no fetch.');
    const response = await fetch(input, init);
    const messages = [...exchange.refused];
    if (exchange.applied.length > 0) {
      const push: Push = { repository: exchange.repository, by: login, at: clock.now(), updates: exchange.applied };
      for (const listener of listeners) listener(push);
      messages.push(...((await forge.remoteMessages?.(push)) ?? []));
    }
    return messages.length === 0 ? response : withMessages(response, messages);
  }

  function repository(name: string): OriginRepository {
    storage.refs(name); // Throws for an unknown name.
    return new StoredOriginRepository(name, storage);
  }

  const forge: Forge & { network(login: string): OriginNetwork } = {
    url: ORIGIN,
    remoteMessages: null,
    network: (login) => ({
      allowed: [`${ORIGIN}/`],
      fetch: (input, init) => answer(login, input, init),
      direct: (url) => {
        const name = url.startsWith(`${ORIGIN}/`) ? repositoryName(url.slice(ORIGIN.length + 1)) : null;
        return name !== null && storage.hasRepo(name) ? content(storage, name) : null;
      },
    }),
    async create(name) {
      await server.createRepo(name, { defaultBranch: 'main' });
      return repository(name);
    },
    repository,
    repositories: () => storage.names(),
    content: (name) => content(storage, name),
    onPush(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: (): ForgeSnapshot => storage.snapshot(),
    restore: (snapshot) => storage.restore(snapshot),
  };
  return forge;
}

/** `leaf.git` and `/leaf/` name the repository `leaf`. */
function repositoryName(path: string): string {
  return path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
}

function plainUpdate(update: ServerUpdate): RefUpdate {
  return {
    ref: update.ref,
    before: update.oldHash,
    after: update.isDelete ? null : update.newHash,
    forced: !update.isCreate && !update.isDelete && !update.isFF,
  };
}

function content(storage: OriginStorage, name: string): OriginContent {
  const head = storage.refs(name).get('HEAD');
  return {
    refs: branchesAndTags(storage, name),
    head: head?.type === 'symbolic' ? head.target : null,
    object: (id) => storage.objects(name).get(id),
    objects: () => storage.objects(name),
  };
}

function branchesAndTags(storage: OriginStorage, name: string): ReadonlyMap<string, string> {
  const refs: [string, string][] = [];
  for (const [ref, target] of storage.refs(name)) {
    if (target.type === 'direct' && /^refs\/(heads|tags)\//.test(ref)) refs.push([ref, target.hash]);
  }
  return new Map(refs.sort(([one], [other]) => (one < other ? -1 : 1)));
}

class StoredOriginRepository implements OriginRepository {
  readonly name: string;
  readonly #storage: OriginStorage;
  readonly #reader: ObjectReader;

  constructor(name: string, storage: OriginStorage) {
    this.name = name;
    this.#storage = storage;
    this.#reader = new ObjectReader(name, (id) => storage.objects(name).get(id));
  }

  async refs(): Promise<ReadonlyMap<string, string>> {
    return branchesAndTags(this.#storage, this.name);
  }

  async resolve(name: string): Promise<string | null> {
    return this.#resolve(name);
  }

  async commit(id: string): Promise<Commit> {
    return this.#reader.commit(this.#require(id));
  }

  async log(from: string, limit = Number.POSITIVE_INFINITY): Promise<readonly Commit[]> {
    return this.#reader.log(this.#require(from), limit);
  }

  async tree(commit: string, root = '/'): Promise<FileTree> {
    return this.#reader.files(this.#require(commit), root);
  }

  async file(commit: string, path: string): Promise<Uint8Array | null> {
    const item = this.#reader.find(this.#require(commit), path);
    return item === null || item.mode === '40000' || item.mode === '160000' ? null : this.#reader.read(item.id, 'blob');
  }

  async changedPaths(from: string | null, to: string): Promise<readonly string[]> {
    const before = from === null ? null : this.#reader.commit(this.#require(from)).tree;
    return this.#reader.changed(before, this.#reader.commit(this.#require(to)).tree);
  }

  protections(): readonly Protection[] {
    return this.#storage.protections(this.name);
  }

  protect(protection: Protection): void {
    this.#storage.protect(this.name, protection);
  }

  #require(name: string): string {
    const id = this.#resolve(name);
    if (id === null) throw new NotFoundError(`Repository '${this.name}' has no commit ${name}.`);
    return id;
  }

  #resolve(name: string): string | null {
    const refs = this.#storage.refs(this.name);
    const full = name === 'HEAD' ? refs.get('HEAD') : undefined;
    const start = full?.type === 'symbolic' ? full.target : name;
    for (const candidate of [start, `refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`]) {
      const ref = refs.get(candidate);
      if (ref?.type === 'direct') return this.#reader.peel(ref.hash);
    }
    if (/^[0-9a-f]{40}$/.test(name)) return this.#reader.peel(name);
    if (!/^[0-9a-f]{4,39}$/.test(name)) return null;
    const commits = new Set(this.#storage.findObjectsByPrefix(this.name, name).map((id) => this.#reader.peel(id)));
    commits.delete(null);
    return commits.size === 1 ? ([...commits][0] ?? null) : null;
  }
}
