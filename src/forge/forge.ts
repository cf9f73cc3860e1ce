/**
 * forge: the origin that hosts the company's repositories, in memory, with what people say and decide on them: work items, pull requests,
 * releases, settings. It may import platform, just-git and nothing else.
 */
import { createServer } from 'just-git/server';
import type { NetworkPolicy } from 'just-git';
import type { GitServer, RefUpdate as ServerUpdate } from 'just-git/server';
import type { Clock } from '../platform/platform.ts';
import { withMessages } from './receive.ts';
import { branchesAndTags, StoredOriginRepository } from './repository.ts';
import { OriginStorage } from './storage.ts';
import type { Forge, ForgeEvent, ForgeSnapshot, OriginContent, Push, RefUpdate } from './contract.ts';

export { NotFoundError, RefusedError } from './storage.ts';

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
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  direct(url: string): OriginContent | null;
}

/** Makes an origin without repositories. Its times come from the clock. */
export function createForge({ clock }: { readonly clock: Clock }): Forge & { network(login: string): OriginNetwork } {
  const storage = new OriginStorage();
  const listeners = new Set<(push: Push) => void>();
  const eventListeners = new Set<(event: ForgeEvent) => void>();
  const opened = new Map<string, StoredOriginRepository>();
  const server: GitServer<Exchange> = createServer<Exchange>({
    storage,
    resolve: repositoryName,
    auth: { http: () => ({ login: 'anonymous', refused: [], applied: [], repository: '' }) },
    hooks: {
      update: ({ repoId, update, auth }) => {
        if (update.ref.startsWith('refs/pull/')) return { reject: true, message: 'deny updating a hidden ref' };
        const lines = open(repoId).refusal(plainUpdate(update));
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
      moved(push);
      messages.push(...((await forge.remoteMessages?.(push)) ?? []));
    }
    return messages.length === 0 ? response : withMessages(response, messages);
  }

  /** Refs have moved: work items and pull requests follow, then whoever listens is told. */
  function moved(push: Push): void {
    open(push.repository).follow(push);
    for (const listener of listeners) listener(push);
  }

  function open(name: string): StoredOriginRepository {
    storage.refs(name); // Throws for an unknown name.
    let repository = opened.get(name);
    if (repository === undefined) {
      repository = new StoredOriginRepository(name, {
        storage,
        clock,
        engine: () => server.requireRepo(name),
        move: moved,
        tell: (event) => eventListeners.forEach((listener) => listener(event)),
        checks: (commit) => forge.checks?.(name, commit) ?? [],
        person: (login) => forge.person(login),
      });
      opened.set(name, repository);
    }
    return repository;
  }

  const forge: Forge & { network(login: string): OriginNetwork } = {
    url: ORIGIN,
    remoteMessages: null,
    checks: null,
    person: (login) => ({ name: login, email: `${login}@fieldleaf.test` }),
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
      return open(name);
    },
    repository: open,
    repositories: () => storage.names(),
    content: (name) => content(storage, name),
    onPush(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
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
