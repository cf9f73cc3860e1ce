import type { Clock, PythonHost, PythonJob, PythonProcess } from '../platform/platform.ts';
import { pythonProcess } from './durations.ts';

/** Hears of every stretch in which a job does nothing itself; each call gives what is to be called at the end of the stretch. */
export interface WaitWatcher {
  /** Virtual time passes for the job. */
  sleeps(): () => void;
  /** A process of the job waits for a place among those that run. */
  queues(): () => void;
}

/**
 * The clock as one job sees it: while the job works it holds virtual time still, and while it sleeps it lets go. While a step is being
 * stopped its sleeps end at once and time stands still.
 */
export class JobClock implements Clock {
  readonly #clock: Clock;
  readonly #watcher: WaitWatcher;
  #stop = new AbortController();
  #sleepers = 0;
  #release: (() => void) | null = null;

  /** Holds the clock from now on. */
  constructor(clock: Clock, watcher: WaitWatcher) {
    this.#clock = clock;
    this.#watcher = watcher;
    this.#hold();
  }

  now(): number {
    return this.#clock.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    this.#stop.signal.throwIfAborted();
    const woken = this.#watcher.sleeps();
    const either = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    this.#sleepers++;
    const slept = this.#clock.sleep(ms, either);
    this.#letGo();
    try {
      await slept;
    } finally {
      this.#sleepers--;
      // While another part of the job sleeps on (both sides of a pipe may), time has to go on for it.
      if (this.#sleepers === 0) this.#hold();
      woken();
    }
  }

  async busy<T>(work: Promise<T>): Promise<T> {
    return await work;
  }

  /** Ends all sleeps of the job, and holds the clock until `resume`. */
  interrupt(): void {
    this.#stop.abort(new Error('The step is being stopped.'));
    this.#hold();
  }

  /** What was to be stopped has ended; the job may sleep again. */
  resume(): void {
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
  }

  /** Lets go of the clock for good. */
  end(): void {
    this.#release?.();
    this.#release = null;
  }

  #hold(): void {
    if (this.#release !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#release = resolve;
    void this.#clock.busy(promise);
  }

  #letGo(): void {
    if (this.#stop.signal.aborted) return;
    this.end();
  }
}

/** Python whose processes take their modelled time on this clock; the watcher hears of those that wait for a place. */
export function pacedPython(host: PythonHost, clock: Clock, watcher: Pick<WaitWatcher, 'queues'>): PythonHost {
  return {
    warm: (onProgress) => host.warm(onProgress),
    dispose: () => host.dispose(),
    start: (job: PythonJob): PythonProcess => {
      const process = host.start(job);
      if (process.queued) void process.begun.then(watcher.queues());
      const stopped = new AbortController();
      const stop = (end: () => void) => () => {
        end();
        stopped.abort();
      };
      return {
        get queued() {
          return process.queued;
        },
        begun: process.begun,
        exited: process.exited.then(async (exit) => {
          await clock.sleep(pythonProcess(job.args), stopped.signal).catch(() => {});
          return exit;
        }),
        interrupt: stop(() => process.interrupt()),
        kill: stop(() => process.kill()),
      };
    },
  };
}
