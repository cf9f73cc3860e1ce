/** Ends steps that take too long, in virtual time and, where that stands still, in real time. */
import { RealTimeLimit, type Clock } from '../platform/platform.ts';
import type { JobClock } from './job-clock.ts';

export interface StepLimitOptions {
  readonly hostClock: Clock;
  readonly clock: JobClock;
  /** The step's `timeout-minutes`. */
  readonly minutes: number | null;
  /** When the job's own timeout is due. */
  readonly jobDeadline: number;
  /** Real milliseconds without a moment of virtual time passing. */
  readonly realLimit: number;
  /** The step's time is over. */
  onTimeout(minutes: number): void;
  /** It computes without an end; after it was stopped, `settle` lets the timeout come. */
  onStuck(seconds: number): void;
}

export class StepLimits {
  readonly #options: StepLimitOptions;
  readonly #done = new AbortController();
  readonly #until: number;
  readonly #real: RealTimeLimit;
  #stuck = false;

  constructor(options: StepLimitOptions) {
    this.#options = options;
    const { hostClock, minutes, jobDeadline } = options;
    const now = hostClock.now();
    this.#until = Math.min(jobDeadline, minutes === null ? Number.POSITIVE_INFINITY : now + minutes * 60_000);
    this.#real = new RealTimeLimit(options.realLimit, () => {
      this.#stuck = true;
      options.onStuck(Math.round(options.realLimit / 1000));
    });
    if (minutes === null) return;
    hostClock.sleep(minutes * 60_000, this.#done.signal).then(
      () => options.onTimeout(minutes),
      () => {},
    );
  }

  /** The step waits, for virtual time or for its turn: while it does it isn't stuck. Gives how to say that it goes on. */
  waits(): () => void {
    this.#real.pause();
    return () => this.#real.resume();
  }

  /** The step has ended. When it was stuck, time goes on to the timeout that would have stopped it. */
  async settle(): Promise<void> {
    this.#real.clear();
    // The timeout is due at the same moment and was set before this sleep, so it comes first and tells the cause.
    if (this.#stuck) await this.#options.clock.sleep(this.#until - this.#options.clock.now()).catch(() => {});
    this.#done.abort();
  }
}
