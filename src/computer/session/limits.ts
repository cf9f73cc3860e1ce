/** How long a command may take of the world's time: what `timeout` sets, and every sleep within it keeps to. */
import type { Clock } from '../../platform/platform.ts';
import type { Run } from './run.ts';
import type { Frame } from './traps.ts';

interface Limit {
  /** In ms of the world's time. */
  readonly end: number;
  /** The shell that goes on behind it. */
  readonly frame: Frame;
  /** A sleep has been cut at it. */
  passed: boolean;
}

export class Limits {
  readonly #clock: Clock;
  readonly #run: Run;
  #limits: readonly Limit[] = [];

  constructor(clock: Clock, run: Run) {
    this.#clock = clock;
    this.#run = run;
  }

  async limited<T>(ms: number, work: () => Promise<T>): Promise<{ readonly result: T; readonly timedOut: boolean }> {
    const limit: Limit = { end: this.#clock.now() + ms, frame: this.#run.frame, passed: false };
    const outer = this.#limits;
    this.#limits = [...outer, limit];
    try {
      const result = await work();
      return { result, timedOut: limit.passed || this.#clock.now() > limit.end };
    } finally {
      this.#limits = outer;
    }
  }

  /** The clock jumps over a sleep, so that one which is too long is cut to what is left, and the shells that wait for it end. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const [first] = [...this.#limits].sort((a, b) => a.end - b.end);
    if (first === undefined || now + ms <= first.end) return this.#clock.sleep(ms, signal);
    first.passed = true;
    await this.#clock.sleep(Math.max(0, first.end - now), signal);
    for (let frame: Frame | null = this.#run.frame; frame !== null && frame !== first.frame; frame = frame.parent) frame.ended = true;
  }
}
