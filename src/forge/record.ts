import type { Clock } from '../platform/platform.ts';
import type { Collaboration, Comment, ForgeEvent, TimelineEntry } from './contract.ts';
import type { OriginStorage } from './storage.ts';

type WithoutWhere<Event> = Event extends unknown ? Omit<Event, 'repository' | 'at'> : never;

/** What people have said and decided on one repository: its parts read and replace it here, and tell what they did. */
export class CollaborationRecord {
  readonly #storage: OriginStorage;
  readonly #repository: string;
  readonly #clock: Clock;
  readonly #tell: (event: ForgeEvent) => void;

  constructor(repository: string, storage: OriginStorage, clock: Clock, tell: (event: ForgeEvent) => void) {
    this.#repository = repository;
    this.#storage = storage;
    this.#clock = clock;
    this.#tell = tell;
  }

  get now(): number {
    return this.#clock.now();
  }

  get data(): Collaboration {
    return this.#storage.collaboration(this.#repository);
  }

  update(change: Partial<Collaboration>): void {
    this.#storage.setCollaboration(this.#repository, { ...this.data, ...change });
  }

  /** The number of the next work item or pull request. */
  takeNumber(): number {
    const number = this.data.nextNumber;
    this.update({ nextNumber: number + 1 });
    return number;
  }

  /** An id for a comment, a review, a conversation or a release. */
  takeId(): number {
    const id = this.data.nextId;
    this.update({ nextId: id + 1 });
    return id;
  }

  newComment(author: string, body: string): Comment {
    return { id: this.takeId(), author, at: this.now, body };
  }

  tell(event: WithoutWhere<ForgeEvent>): void {
    this.#tell({ repository: this.#repository, at: this.now, ...event } as ForgeEvent);
  }
}

/** A copy of the list in which the element with this key is another. */
export function replaced<T, K extends keyof T>(list: readonly T[], key: K, element: T): readonly T[] {
  return list.map((other) => (other[key] === element[key] ? element : other));
}

/** Whether two entries say the same: a commit that is pushed to two branches is told once. */
export function sameEntry(one: TimelineEntry, other: TimelineEntry): boolean {
  if (one.type !== other.type) return false;
  if (one.type === 'commit' && other.type === 'commit') return one.commit === other.commit;
  if (one.type === 'pull' && other.type === 'pull') return one.pull === other.pull;
  return one.type === 'branch' && other.type === 'branch' && one.branch === other.branch;
}
