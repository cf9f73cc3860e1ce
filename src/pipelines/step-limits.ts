/** Ends steps that take too long, in virtual time and, where that stands still, in real time. */
import type { Clock } from '../platform/platform.ts';
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
  #timer: ReturnType<typeof setTimeout>;
  #stuck = false;

  constructor(options: StepLimitOptions) {
    this.#options = options;
    const { hostClock, minutes, jobDeadline } = options;
    const now = hostClock.now();
    this.#until = Math.min(jobDeadline, minutes === null ? Number.POSITIVE_INFINITY : now + minutes * 60_000);
    this.#timer = this.#watch();
    if (minutes === null) return;
    hostClock.sleep(minutes * 60_000, this.#done.signal).then(
      () => options.onTimeout(minutes),
      () => {},
    );
  }

  /** Virtual time has passed for the step, so it isn't stuck. */
  progressed(): void {
    clearTimeout(this.#timer);
    if (!this.#done.signal.aborted) this.#timer = this.#watch();
  }

  /** The step has ended. When it was stuck, time goes on to the timeout that would have stopped it. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    // The timeout is due at the same moment and was set before this sleep, so it comes first and tells the cause.
    if (this.#stuck) await this.#options.clock.sleep(this.#until - this.#options.clock.now()).catch(() => {});
    this.#done.abort();
  }

  /** Real time has no meaning in a run; it only tells a step that never ends from one that works. */
  #watch(): ReturnType<typeof setTimeout> {
    const { realLimit } = this.#options;
    return setTimeout(() => {
      this.#stuck = true;
      this.#options.onStuck(Math.round(realLimit / 1000));
    }, realLimit);
  }
}
