/** Commands that `&` has left running: what `jobs`, `wait`, `kill` and `ps` know of. */
import type { Statement } from './bash-ast.ts';
import type { Job } from './job.ts';
import type { SharedTime } from './shared-time.ts';
import { signalNumber, type Frame, type Processes } from './traps.ts';

/** The id of every session's own shell; the processes that it starts count on from there. */
export const SHELL_PID = 4021;

/** How often the thread is left to what has been sent a signal: a shell ends in fewer turns, and a process that takes longer is not waited for. */
const TURNS = 50;

/** A command as it was left: a shell of its own goes on with a copy of what the one that left it knew. */
export interface Departure {
  readonly statement: Statement;
  /** As it was written, without the `&`. */
  readonly text: string;
  readonly line: number;
  /** Which streams are the terminal. */
  readonly sink: number;
  /** The shell that left it. */
  readonly owner: Frame;
  /** Functions of that shell, as they were written. */
  readonly functions: readonly Statement[];
}

export class BackgroundJob {
  readonly number: number;
  readonly pid: number;
  readonly departure: Departure;
  /** Null for one that was run where it stood. */
  readonly job: Job | null;
  readonly ended: Promise<number>;
  exitCode: number | null = null;
  /** Which signal ended it. */
  signal: string | null = null;

  constructor(number: number, pid: number, departure: Departure, job: Job | null, work: Promise<number>) {
    this.number = number;
    this.pid = pid;
    this.departure = departure;
    this.job = job;
    this.ended = work.then((exitCode) => {
      this.exitCode = this.signal === null ? exitCode : 128 + (signalNumber(this.signal) ?? 0);
      return this.exitCode;
    });
  }

  kill(name: string): void {
    if (this.exitCode === null && this.job?.deliver(name) === true) this.signal ??= name;
  }

  /** `Running`, `Done`, `Exit 3`, `Terminated` */
  get state(): string {
    if (this.exitCode === null) return 'Running';
    if (this.signal !== null) return SIGNAL_WORDS[this.signal] ?? `Signal ${this.signal}`;
    return this.exitCode === 0 ? 'Done' : `Exit ${this.exitCode}`;
  }
}

const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  HUP: 'Hangup',
  INT: 'Interrupt',
  KILL: 'Killed',
  QUIT: 'Quit',
  TERM: 'Terminated',
  USR1: 'User defined signal 1',
  USR2: 'User defined signal 2',
};

export class Background implements Processes {
  readonly time: SharedTime;
  #jobs: readonly BackgroundJob[] = [];
  /** Those that no shell speaks of any more. */
  #disowned: readonly BackgroundJob[] = [];
  #lastPid = SHELL_PID;

  constructor(time: SharedTime) {
    this.time = time;
  }

  nextPid(): number {
    return ++this.#lastPid;
  }

  /** Notes a command that has been started. */
  add(departure: Departure, job: Job | null, work: Promise<number>): BackgroundJob {
    const number = Math.max(0, ...this.jobs(departure.owner).map((each) => each.number)) + 1;
    const added = new BackgroundJob(number, this.nextPid(), departure, job, work);
    this.#jobs = [...this.#jobs, added];
    return added;
  }

  /** The jobs of one shell. */
  jobs(owner: Frame): readonly BackgroundJob[] {
    return this.#jobs.filter(({ departure }) => departure.owner === owner);
  }

  /** What `%1`, `%+`, `%-`, `%name` and `%?part` name among a shell's jobs. */
  named(owner: Frame, name: string): BackgroundJob | undefined {
    const jobs = this.jobs(owner);
    const spec = name.replace(/^%/, '');
    if (spec === '' || spec === '+' || spec === '%') return jobs.at(-1);
    if (spec === '-') return jobs.at(-2) ?? jobs.at(-1);
    if (/^\d+$/.test(spec)) return jobs.find(({ number }) => number === Number(spec));
    const fits = (text: string) => (spec.startsWith('?') ? text.includes(spec.slice(1)) : text.startsWith(spec));
    return jobs.find(({ departure }) => fits(departure.text));
  }

  withPid(pid: number): BackgroundJob | undefined {
    return [...this.#jobs, ...this.#disowned].find((each) => each.pid === pid);
  }

  forget(jobs: readonly BackgroundJob[]): void {
    this.#jobs = this.#jobs.filter((each) => !jobs.includes(each));
  }

  /** They go on, and no shell speaks of them any more. */
  disown(jobs: readonly BackgroundJob[]): void {
    this.forget(jobs);
    this.#disowned = [...this.#disowned, ...jobs];
  }

  /** All that runs, by the id of its process. */
  processes(): readonly BackgroundJob[] {
    return [...this.#disowned, ...this.#jobs].filter(({ exitCode }) => exitCode === null).sort((a, b) => a.pid - b.pid);
  }

  /** `[1]+  Running                 sleep 100 &` */
  line(job: BackgroundJob, withPid = false): string {
    const own = this.jobs(job.departure.owner);
    const mark = job === own.at(-1) ? '+' : job === own.at(-2) ? '-' : ' ';
    const pid = withPid ? `${job.pid} ` : ' ';
    return `[${job.number}]${mark} ${pid}${job.state.padEnd(24)}${job.departure.text}${job.exitCode === null ? ' &' : ''}\n`;
  }

  /** What a prompt says of those that have ended since the last one. */
  news(): string {
    const ended = this.#jobs.filter(({ exitCode }) => exitCode !== null);
    // What a subshell left running is not told of.
    const told = ended.filter(({ departure }) => departure.owner.parent === null);
    const text = told.map((job) => this.line(job)).join('');
    this.forget(ended);
    return text;
  }

  signal(id: string, name: string, owner: Frame): boolean {
    const found = id.startsWith('%') ? this.named(owner, id) : this.processes().find(({ pid }) => pid === Number(id));
    if (name !== 'EXIT') found?.kill(name);
    return found !== undefined && (found.exitCode === null || name !== 'EXIT');
  }

  async settled(rest: () => Promise<void>): Promise<void> {
    for (let i = 0; i < TURNS && this.processes().some(({ signal }) => signal !== null); i++) await rest();
  }

  /** Ends everything: the terminal is closed. */
  close(): void {
    for (const { job, exitCode } of [...this.#jobs, ...this.#disowned]) if (exitCode === null) job?.interrupt('closed');
  }
}
