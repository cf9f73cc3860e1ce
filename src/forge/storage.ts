import type { RawObject, Ref } from 'just-git';
import type { RawRefEntry, RefOps, Storage } from 'just-git/server';
import type { Collaboration, ForgeSnapshot, Protection } from './contract.ts';

/** One repository's content. Object bytes are never changed in place, so snapshots and forks share them. */
interface StoredRepository {
  readonly objects: Map<string, RawObject>;
  readonly refs: Map<string, Ref>;
  protections: readonly Protection[];
  collaboration: Collaboration;
}

const NOTHING_YET: Collaboration = {
  nextNumber: 1,
  nextId: 1,
  workItems: [],
  pullRequests: [],
  releases: [],
  secrets: [],
  variables: [],
};

/**
 * The origin's repositories in memory, for just-git's server and for synchronous reads.
 * Everything is synchronous: a snapshot can be taken between any two steps of the server and is never half a push.
 */
export class OriginStorage implements Storage {
  #repositories = new Map<string, StoredRepository>();

  names(): readonly string[] {
    return [...this.#repositories.keys()].sort();
  }

  objects(name: string): ReadonlyMap<string, RawObject> {
    return this.#of(name).objects;
  }

  refs(name: string): ReadonlyMap<string, Ref> {
    return this.#of(name).refs;
  }

  protections(name: string): readonly Protection[] {
    return this.#of(name).protections;
  }

  protect(name: string, protection: Protection): void {
    const repository = this.#of(name);
    repository.protections = [...repository.protections.filter((other) => other.pattern !== protection.pattern), protection];
  }

  unprotect(name: string, pattern: string): void {
    const repository = this.#of(name);
    repository.protections = repository.protections.filter((other) => other.pattern !== pattern);
  }

  collaboration(name: string): Collaboration {
    return this.#of(name).collaboration;
  }

  setCollaboration(name: string, collaboration: Collaboration): void {
    this.#of(name).collaboration = collaboration;
  }

  snapshot(): ForgeSnapshot {
    const repositories = this.names().map((name) => {
      const { objects, refs, protections, collaboration } = this.#of(name);
      return {
        name,
        objects: Array.from(objects, ([id, { type, content }]) => ({ id, type, bytes: content })),
        refs: Array.from(refs, ([refName, ref]) =>
          ref.type === 'symbolic'
            ? { name: refName, target: ref.target, symbolic: true }
            : { name: refName, target: ref.hash, symbolic: false },
        ),
        protections,
        collaboration,
      };
    });
    return { version: 1, repositories };
  }

  restore(snapshot: ForgeSnapshot): void {
    const repositories = new Map<string, StoredRepository>();
    for (const { name, objects, refs, protections, collaboration } of snapshot.repositories) {
      repositories.set(name, {
        objects: new Map(objects.map(({ id, type, bytes }) => [id, { type: type as RawObject['type'], content: bytes }])),
        refs: new Map(
          refs.map((ref) => [ref.name, ref.symbolic ? { type: 'symbolic', target: ref.target } : { type: 'direct', hash: ref.target }]),
        ),
        protections,
        collaboration: collaboration ?? NOTHING_YET,
      });
    }
    this.#repositories = repositories;
  }

  hasRepo(name: string): boolean {
    return this.#repositories.has(name);
  }

  insertRepo(name: string): void {
    this.#repositories.set(name, { objects: new Map(), refs: new Map(), protections: [], collaboration: NOTHING_YET });
  }

  deleteRepo(name: string): void {
    this.#repositories.delete(name);
  }

  getObject(name: string, id: string): RawObject | null {
    return this.#of(name).objects.get(id) ?? null;
  }

  getObjects(name: string, ids: readonly string[]): Map<string, RawObject> {
    const { objects } = this.#of(name);
    return new Map(
      ids.flatMap((id) => {
        const object = objects.get(id);
        return object ? [[id, object] as const] : [];
      }),
    );
  }

  putObject(name: string, id: string, type: string, content: Uint8Array): void {
    this.putObjects(name, [{ hash: id, type, content }]);
  }

  putObjects(name: string, added: readonly { readonly hash: string; readonly type: string; readonly content: Uint8Array }[]): string[] {
    const { objects } = this.#of(name);
    const inserted: string[] = [];
    for (const { hash, type, content } of added) {
      if (objects.has(hash)) continue;
      // A view into a pack would keep the whole pack alive, and a snapshot would store it once per object.
      const own = content.byteLength === content.buffer.byteLength ? content : content.slice();
      objects.set(hash, { type: type as RawObject['type'], content: own });
      inserted.push(hash);
    }
    return inserted;
  }

  hasObject(name: string, id: string): boolean {
    return this.#of(name).objects.has(id);
  }

  hasObjects(name: string, ids: readonly string[]): Set<string> {
    const { objects } = this.#of(name);
    return new Set(ids.filter((id) => objects.has(id)));
  }

  findObjectsByPrefix(name: string, prefix: string): string[] {
    return [...this.#of(name).objects.keys()].filter((id) => id.startsWith(prefix));
  }

  listObjectHashes(name: string): string[] {
    return [...this.#of(name).objects.keys()];
  }

  deleteObjects(name: string, ids: readonly string[]): number {
    const { objects } = this.#of(name);
    return ids.filter((id) => objects.delete(id)).length;
  }

  getRef(name: string, ref: string): Ref | null {
    return this.#of(name).refs.get(ref) ?? null;
  }

  putRef(name: string, refName: string, ref: Ref): void {
    this.#of(name).refs.set(refName, ref);
  }

  removeRef(name: string, ref: string): void {
    this.#of(name).refs.delete(ref);
  }

  listRefs(name: string, prefix = ''): RawRefEntry[] {
    const entries: RawRefEntry[] = [];
    for (const [refName, ref] of this.#of(name).refs) {
      if (refName.startsWith(prefix)) entries.push({ name: refName, ref });
    }
    return entries;
  }

  async atomicRefUpdate<T>(name: string, update: (operations: RefOps) => T | Promise<T>): Promise<T> {
    return update({
      getRef: (ref) => this.getRef(name, ref),
      putRef: (refName, ref) => this.putRef(name, refName, ref),
      removeRef: (ref) => this.removeRef(name, ref),
    });
  }

  #of(name: string): StoredRepository {
    const repository = this.#repositories.get(name);
    if (repository === undefined) throw new NotFoundError(`The origin has no repository '${name}'.`);
    return repository;
  }
}

/** Something that the origin's rules forbid; the message says which, in a sentence fit to show. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Something on the origin that was asked for by name and is not there; the message names it. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}
