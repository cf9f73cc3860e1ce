import type { Clock } from '../../../src/platform/platform.ts';

/** A clock that moves only when somebody sleeps. */
export class StepClock implements Clock {
  #now: number;

  constructor(now = Date.UTC(2026, 2, 2, 9, 0, 0)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
  }

  busy<T>(work: Promise<T>): Promise<T> {
    return work;
  }
}
