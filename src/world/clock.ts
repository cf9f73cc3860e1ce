import type { Clock } from '../platform/platform.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
  /** The clock does not jump to it: it comes when something else has brought time there. */
  readonly passive: boolean;
}

/**
 * A discrete-event clock: it jumps to the next timer as soon as no real work is pending, so that nobody waits for a `sleep`
 * and the same work gives the same times on every machine. Timers due at the same instant fire in the order they were set.
 * Appointments are timers that it does not jump to: a day passes because somebody works or waits, not because something is due at its end.
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
    return this.#busy === 0 && this.#next() === null;
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
        passive: false,
      };
      signal?.addEventListener('abort', forget, { once: true });
      this.#timers.push(timer);
      this.#advanceSoon();
    });
  }

  /** Calls back once when time has come to `at` or beyond, which may be at once; returns how to call it off. */
  appoint(at: number, fire: () => void): () => void {
    const timer: Timer = { at, order: this.#order++, fire, passive: true };
    this.#timers.push(timer);
    this.#advanceSoon();
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
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

  /** Moves the clock on by `ms` unless something is already moving it; true when it moved. Appointments on the way are kept. */
  elapse(ms: number): boolean {
    if (!this.still) return false;
    this.#move(this.#now + ms);
    this.#advanceSoon();
    return true;
  }

  #move(to: number): void {
    if (to === this.#now) return;
    this.#now = to;
    for (const listener of this.#listeners) listener(to);
  }

  /** What time goes to next: the first timer, or an appointment before it; null when nothing makes time pass and no appointment is due. */
  #next(): Timer | null {
    const first = this.#timers.reduce<Timer | null>((found, timer) => (found === null || isBefore(timer, found) ? timer : found), null);
    if (first === null || !first.passive || first.at <= this.#now) return first;
    return this.#timers.some((timer) => !timer.passive) ? first : null;
  }

  /** One timer per macrotask: what a timer woke must have the chance to hold the clock or to set timers of its own. */
  #advanceSoon(): void {
    if (this.#advancing || this.#busy > 0 || this.#next() === null) return;
    this.#advancing = true;
    nextMacrotask(() => {
      this.#advancing = false;
      if (this.#busy > 0) return;
      const next = this.#next();
      if (next === null) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#move(Math.max(this.#now, next.at));
      next.fire();
      this.#advanceSoon();
    });
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A clock for work that takes no virtual time but where it sleeps: from `hold` to `release` time stands still otherwise. */
export class StandstillClock implements Clock {
  readonly #clock: VirtualClock;
  #release: (() => void) | null = null;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  busy<T>(work: Promise<T>): Promise<T> {
    return this.#clock.busy(work);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.letPass(() => this.#clock.sleep(ms, signal));
  }

  get held(): boolean {
    return this.#release !== null;
  }

  hold(): void {
    this.#release ??= this.#clock.hold();
  }

  release(): void {
    this.#release?.();
    this.#release = null;
  }

  /** Time may pass as long as the work takes. */
  async letPass<T>(work: () => Promise<T>): Promise<T> {
    const { held } = this;
    this.release();
    try {
      return await work();
    } finally {
      if (held) this.hold();
    }
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
