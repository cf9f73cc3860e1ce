import type { ProgressEvent } from '../progress/progress.ts';
import { progressOf } from '../progress/progress.ts';
import type { CheckState } from '../world/contract.ts';

/** The part of the learner's progress that is needed here. */
export interface ProgressSink {
  events(): readonly ProgressEvent[];
  record(event: ProgressEvent): void;
}

/** With nothing done for this long, in ms, the learner is elsewhere. */
const AWAY_AFTER = 3 * 60_000;

/** Time at work: it runs from one sign of the learner to the next, and stops a while after the last. */
export class WorkTime {
  private spent = 0;
  private last: number;

  /** `now` is wall time in ms. */
  constructor(now: number) {
    this.last = now;
  }

  /** A sign of the learner: a key, a click, a movement, the page coming into sight. */
  sign(now: number): void {
    this.spent = this.upTo(now);
    this.last = now;
  }

  /** Ms at work up to now. A night between two signs counts as the first minutes of it. */
  upTo(now: number): number {
    return this.spent + Math.min(Math.max(0, now - this.last), AWAY_AFTER);
  }
}

/** Turns what happens in the workbench into progress: started, judged, completed, hints, solution, start over. */
export class ProgressRecorder {
  private readonly sink: ProgressSink;
  private readonly exercise: string;
  private readonly now: () => number;
  /** Time at work before this page, in ms, and in it. */
  private readonly before: number;
  private readonly work: WorkTime;
  private last: readonly CheckState[];

  constructor(sink: ProgressSink, exercise: string, checks: readonly CheckState[], now: () => number = Date.now) {
    this.sink = sink;
    this.exercise = exercise;
    this.now = now;
    this.last = checks;
    this.work = new WorkTime(now());
    const known = this.progress();
    this.before = known?.durationMs ?? 0;
    if (!known) this.add('started');
  }

  /** The learner is here: a key, a click, a movement. */
  sign(): void {
    this.work.sign(this.now());
  }

  /** Compares the outcomes with how they were: each new verdict counts as judged, each new hint as shown, all holding as completed. */
  checks(checks: readonly CheckState[]): void {
    for (const check of checks) {
      const was = this.last.find((one) => one.id === check.id);
      for (let n = was?.hints.shown.length ?? 0; n < check.hints.shown.length; n += 1) this.add('hint-shown', check.id);
      if (check.state !== 'settled' || check.verdict === null || check.verdict === was?.verdict) continue;
      const judged = this.progress()?.checks[check.id];
      if (was?.state !== 'checking' && judged?.status === check.verdict.status) continue;
      this.add('checked', check.id, check.verdict.status, (judged?.attempts ?? 0) + 1);
    }
    this.last = checks;
    const complete = checks.length > 0 && checks.every((check) => check.verdict?.status === 'holds');
    const progress = this.progress();
    if (complete && progress?.status !== 'completed') this.add('completed', null, null, (progress?.attempts ?? 0) + 1);
  }

  solutionShown(): void {
    this.add('solution-shown');
  }

  reset(): void {
    this.last = [];
    this.add('reset');
  }

  private progress() {
    return progressOf(this.sink.events())[this.exercise];
  }

  private add(what: ProgressEvent['what'], check: string | null = null, status: ProgressEvent['status'] = null, attempts = 0): void {
    const at = this.now();
    this.sink.record({ what, exercise: this.exercise, check, status, attempts, durationMs: this.before + this.work.upTo(at), at });
  }
}
