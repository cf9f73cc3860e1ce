/**
 * Time for commands in the background. The clock jumps to the end of a sleep as soon as nobody computes, so that a `sleep 100 &` would be over
 * before the next prompt. So they are given time only while something in front of them takes some: a sleep of its own, `wait`, `fg`.
 */
import type { Clock } from '../../platform/platform.ts';

/** Time for one command in the background. */
export interface BackgroundTime {
  readonly clock: Clock;
  /** Resolves when it sleeps or ends for the first time. */
  readonly firstRest: Promise<void>;
  /** To be called at its end. */
  end(): void;
}

/** Real ms. A server is at work for as long as it runs, and what waits for it in front must not wait for ever. */
const LONGEST_STEP = 2000;

export class SharedTime {
  readonly #clock: Clock;
  /** How many in front are waiting now. */
  #waiting = 0;
  #standstill = new AbortController();
  #sleepers: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lets time pass until `work` ends. */
  async passing<T>(work: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#standstill = new AbortController();
    this.look();
    try {
      return await work;
    } finally {
      if (--this.#waiting === 0) this.#standstill.abort();
    }
  }

  /** Wakes those whose time has come without their waiting for it. */
  look(): void {
    for (const wake of this.#sleepers.splice(0)) wake();
  }

  /** For what runs in front. */
  get foreground(): Clock {
    const clock = this.#clock;
    return {
      now: () => clock.now(),
      busy: (work) => clock.busy(work),
      sleep: (ms, signal) => this.passing(clock.sleep(ms, signal)),
    };
  }

  /** For one command in the background. While it is at work the clock does not jump, as long as that does not take for ever. */
  background(): BackgroundTime {
    const clock = this.#clock;
    let atRest = () => {};
    const firstRest = new Promise<void>((resolve) => (atRest = resolve));
    let rest = this.#working();
    const sleep = async (ms: number, signal?: AbortSignal) => {
      rest();
      atRest();
      try {
        await this.#sleepUntil(clock.now() + ms, signal);
      } finally {
        rest = this.#working();
      }
    };
    const end = () => {
      rest();
      atRest();
    };
    return { clock: { now: () => clock.now(), busy: (work) => clock.busy(work), sleep }, firstRest, end };
  }

  /** Holds the clock until the returned function is called, or for so long as no command needs for a step. */
  #working(): () => void {
    let rest = () => {};
    const resting = new Promise<void>((resolve) => (rest = resolve));
    const tired = setTimeout(rest, LONGEST_STEP);
    void this.#clock.busy(resting.finally(() => clearTimeout(tired)));
    return rest;
  }

  async #sleepUntil(end: number, signal: AbortSignal | undefined): Promise<void> {
    const clock = this.#clock;
    while (clock.now() < end) {
      signal?.throwIfAborted();
      if (this.#waiting === 0) {
        await this.#moved(signal);
        continue;
      }
      const standstill = this.#standstill.signal;
      const stopped = signal === undefined ? standstill : AbortSignal.any([standstill, signal]);
      await clock.sleep(end - clock.now(), stopped).catch((error: unknown) => {
        if (!stopped.aborted) throw error;
      });
    }
    signal?.throwIfAborted();
  }

  #moved(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
