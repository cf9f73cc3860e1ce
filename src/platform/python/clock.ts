/**
 * The clock of one Python process. It replaces the worker's own Date and performance.now, from which CPython, the file
 * system and the C library all read, so that a process starts at the world's time, lives in UTC, and sleeps without waiting.
 */
export interface ProcessClock {
  /** Sets the wall clock, in ms since the epoch, and forgets what was slept. */
  start(now: number): void;
  /** Moves both clocks on, in ms. */
  advance(ms: number): void;
  /** Sets the wall clock after a wait, in ms since the epoch, and forgets what was slept. The monotonic clock does not go back. */
  resume(now: number): void;
  /** Milliseconds slept since the start or the last wait. */
  readonly slept: number;
  /** The real monotonic clock in ms, for the worker's own use. */
  realNow(): number;
}

const localReaders = ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'] as const;

/** Replaces the clocks of this worker's global scope. Call once per worker, before the interpreter is loaded. */
export function installProcessClock(scope: typeof globalThis): ProcessClock {
  const RealDate = scope.Date;
  const realNow = scope.performance.now.bind(scope.performance);
  let wallAtStart = RealDate.now();
  let realAtStart = realNow();
  let slept = 0;
  /** How far the monotonic clock is ahead of the real one. */
  let ahead = 0;
  const wall = (): number => wallAtStart + (realNow() - realAtStart) + slept;

  class VirtualDate extends RealDate {
    constructor(...parts: [] | [number | string | Date] | [number, number, number?, number?, number?, number?, number?]) {
      if (parts.length === 0) super(wall());
      else if (parts.length === 1) super(parts[0]);
      else super(RealDate.UTC(...parts));
    }
    static override now(): number {
      return Math.floor(wall());
    }
    override getTimezoneOffset(): number {
      return 0;
    }
  }
  for (const part of localReaders) {
    const utc = RealDate.prototype[`getUTC${part}`];
    Object.defineProperty(VirtualDate.prototype, `get${part}`, { value: utc, writable: true, configurable: true });
  }
  scope.Date = VirtualDate as unknown as DateConstructor;
  scope.performance.now = () => realNow() + ahead;

  return {
    start(now) {
      wallAtStart = now;
      realAtStart = realNow();
      slept = ahead = 0;
    },
    advance(ms) {
      slept += ms;
      ahead += ms;
    },
    resume(now) {
      ahead += Math.max(0, now - wall());
      wallAtStart = now;
      realAtStart = realNow();
      slept = 0;
    },
    get slept() {
      return slept;
    },
    realNow,
  };
}
