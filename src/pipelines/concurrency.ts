/** Concurrency groups: one at a time holds a group, and at most one waits. Source: "Control the concurrency of workflows and jobs". */

/** A run or a job that wants to hold a group. */
export interface Contender {
  /** For the reason of those who wait: `run 12`. */
  readonly label: string;
  /** It may go on. */
  granted(): void;
  /** It has to wait for the holder. */
  waits(why: string): void;
  /** It is cancelled, because a newer one took its place or asked for it. */
  cancelled(why: string): void;
}

interface Group {
  holder: Contender;
  waiting: Contender[];
}

export class ConcurrencyGroups {
  readonly #groups = new Map<string, Group>();

  /** Asks for a group (names ignore case). A contender that waits replaces the one that waited, unless the queue is `max`. */
  request(name: string, contender: Contender, options: { readonly cancelInProgress: boolean; readonly queue: 'single' | 'max' }): void {
    const key = name.toLowerCase();
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, { holder: contender, waiting: [] });
      contender.granted();
      return;
    }
    const replaced = options.queue === 'max' ? [] : group.waiting;
    group.waiting = [...group.waiting.filter((other) => !replaced.includes(other)), contender];
    contender.waits(`waits for ${group.holder.label} in concurrency group ${name}`);
    for (const other of replaced) other.cancelled(`${contender.label} took its place in concurrency group ${name}`);
    if (options.cancelInProgress) group.holder.cancelled(`${contender.label} in concurrency group ${name} cancelled it`);
  }

  /** Gives a group back, or stops waiting for it. */
  release(name: string, contender: Contender): void {
    const key = name.toLowerCase();
    const group = this.#groups.get(key);
    if (group === undefined) return;
    if (group.holder !== contender) {
      group.waiting = group.waiting.filter((other) => other !== contender);
      return;
    }
    const next = group.waiting.shift();
    if (next === undefined) this.#groups.delete(key);
    else {
      group.holder = next;
      next.granted();
    }
  }
}
