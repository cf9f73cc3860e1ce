import type { Clock } from '../platform/platform.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * A discrete-event clock: it jumps to the next timer as soon as no real work is pending, so that nobody waits for a `sleep`
 * and the same work gives the same times on every machine. Timers due at the same instant fire in the order they were set.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #busy = 0;
  #advancing = false;
  #timers: Timer[] = [];
  #listeners = new Set<(now: number) => void>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** True when nothing waits for the clock and no work holds it. */
  get still(): boolean {
    return this.#busy === 0 && this.#timers.length === 0;
  }

  /** Calls back whenever virtual time has moved. */
  onMove(listener: (now: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const forget = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal?.reason);
        this.#advanceSoon();
      };
      const timer: Timer = {
        at: this.#now + Math.max(0, ms),
        order: this.#order++,
        fire: () => {
          signal?.removeEventListener('abort', forget);
          resolve();
        },
      };
      signal?.addEventListener('abort', forget, { once: true });
      this.#timers.push(timer);
      this.#advanceSoon();
    });
  }

  async busy<T>(work: Promise<T>): Promise<T> {
    const release = this.hold();
    try {
      return await work;
    } finally {
      release();
    }
  }

  /** Virtual time stands still until the returned function is called (once; more calls do nothing). */
  hold(): () => void {
    this.#busy++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#busy--;
      this.#advanceSoon();
    };
  }

  /** Moves the clock on by `ms` unless something is already moving it; true when it moved. */
  elapse(ms: number): boolean {
    if (this.#timers.length > 0 || this.#busy > 0) return false;
    this.#move(this.#now + ms);
    return true;
  }

  #move(to: number): void {
    if (to === this.#now) return;
    this.#now = to;
    for (const listener of this.#listeners) listener(to);
  }

  /** One timer per macrotask: what a timer woke must have the chance to hold the clock or to set timers of its own. */
  #advanceSoon(): void {
    if (this.#advancing || this.#busy > 0 || this.#timers.length === 0) return;
    this.#advancing = true;
    nextMacrotask(() => {
      this.#advancing = false;
      if (this.#busy > 0) return;
      const next = this.#timers.reduce<Timer | null>(
        (first, timer) => (first === null || timer.at < first.at || (timer.at === first.at && timer.order < first.order) ? timer : first),
        null,
      );
      if (next === null) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#move(next.at);
      next.fire();
      this.#advanceSoon();
    });
  }
}

type Macrotask = (callback: () => void) => void;

/**
 * Runs a callback after everything that is pending now. In Node that is setImmediate: a MessagePort there drains many messages in one
 * turn. In browsers it is a MessageChannel: setTimeout is clamped to 4 ms, and to 1 s in hidden tabs.
 */
const nextMacrotask: Macrotask = (globalThis as { setImmediate?: Macrotask }).setImmediate ?? messageChannelMacrotask();

function messageChannelMacrotask(): Macrotask {
  const channel = new MessageChannel();
  const queue: (() => void)[] = [];
  channel.port1.onmessage = () => queue.shift()?.();
  return (callback) => {
    queue.push(callback);
    channel.port2.postMessage(null);
  };
}
