/** One Python process as its host sees it: from waiting for a worker to its exit, whichever way that comes. */
import type { PythonExit, PythonJob, PythonPause, PythonProcess, PythonResume, PythonResumption, TreeChanges } from '../platform.ts';
import { Answers, deliver, fill, heed, interruptedCall, paused, TypedLines, type Finding } from './answering.ts';
import { control, SIGINT, type FromWorker, type NetworkKind, type RunRequest, type StdinKind, type ToWorker } from './protocol.ts';

/** How long a process has to stop after an interrupt, and then to run its exit handlers and hand over its files, in ms. */
const interruptGrace = 300;
const endingGrace = 1500;
const noChanges: TreeChanges = { written: [], removed: [] };

/** One worker as the pool sees it. */
export interface WorkerLink {
  post(message: ToWorker): void;
  terminate(): void;
  /** Whether the host's own process has to stay alive for this worker. */
  hold(needed: boolean): void;
}

/** A worker with its interpreter. */
export interface Slot {
  readonly link: WorkerLink;
  readonly ready: Promise<void>;
  readonly control: Int32Array | null;
  /** Ends the worker; whoever waits for it or runs in it is told why. */
  close(why: string, outOfMemory: boolean): void;
  /** Whether it started like any other, and not for one job's hash seed. */
  readonly anyJob: boolean;
  occupant: Occupant | null;
  dead: boolean;
}

/** What a slot's worker reports to while it runs a process. */
export interface Occupant {
  message(message: FromWorker): void;
  died(why: string, outOfMemory: boolean): void;
}

/** A process that has no slot yet. */
export interface Waiting {
  readonly job: PythonJob;
  begin(slot: Slot): void;
  refuse(why: string): void;
  over: boolean;
}

/** What a process asks of its pool. */
export interface Scheduler {
  enqueue(waiting: Waiting): void;
  /** Whether it waits for another process to end. */
  isQueued(waiting: Waiting): boolean;
  /** A process that runs waits for somebody, and leaves its turn to another. */
  pauses(): void;
  resumes(): void;
  finished(slot: Slot, spent: boolean): void;
}

type Question = Extract<FromWorker, { type: 'question' }>;

/** A wait for the answer to question `turn`, or for a line at the interactive prompt. */
interface Wait {
  readonly resume: PythonResume;
  readonly turn: number | null;
}

/** Starts a process, as soon as the pool has a slot for it. */
export function startProcess(job: PythonJob, scheduler: Scheduler): PythonProcess {
  let slot: Slot | null = null;
  let over = false;
  let interrupted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What the process had changed when it was last heard of: all that is left of it when it is killed. */
  let lastSeen = noChanges;
  const lines = new TypedLines(job);
  const answers = new Answers(job, lines);
  /** What the process waits for: a question, a line at its prompt, or nothing. */
  let wait: Wait | null = null;
  let longAnswer: Uint8Array | null = null;
  /** Whether it is an interactive prompt, which goes on after KeyboardInterrupt. */
  let prompts = false;
  let settle = (_exit: PythonExit): void => {};
  const exited = new Promise<PythonExit>((resolve) => (settle = resolve));
  const begun = Promise.withResolvers<void>();

  const end = (exit: PythonExit, spent: boolean): void => {
    if (over) return;
    over = true;
    waiting.over = true;
    clearTimeout(timer);
    begun.resolve();
    settle(exit);
    if (wait) scheduler.resumes();
    if (slot) scheduler.finished(slot, spent);
  };
  const endAt = (exitCode: number, reason: PythonExit['reason']): void => end({ exitCode, reason, changes: lastSeen, slept: 0 }, true);
  const say = (sentence: string): void => job.onOutput('stderr', new TextEncoder().encode(`python3: ${sentence}\n`));
  const terminateAfter = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => endAt(130, 'interrupted'), ms);
  };

  const begins = (pause: PythonPause, turn: number | null): Wait => {
    // It has come this far: whatever an interrupt was for is over.
    clearTimeout(timer);
    interrupted = false;
    lastSeen = noChanges;
    wait = { resume: paused(job, pause), turn };
    scheduler.pauses();
    return wait;
  };
  /** Ends a wait that is still the one; gives what has become of the computer. */
  const ends = async (ended: Wait): Promise<PythonResumption | null> => {
    if (over || wait !== ended) return null;
    wait = null;
    scheduler.resumes();
    const resumption = await ended.resume();
    return over ? null : resumption;
  };
  const answer = async ({ turn, question, pause }: Question): Promise<void> => {
    const begun = begins(pause, turn);
    // Ctrl+C came while the question was on its way.
    if (slot?.control && Atomics.load(slot.control, control.signal) !== 0) return conclude(begun, interruptedCall);
    const finding = await answers.to(question, () => !over && wait === begun);
    if (finding) await conclude(begun, finding);
  };
  const conclude = async (begun: Wait, finding: Finding): Promise<void> => {
    const resumption = await ends(begun);
    if (resumption && slot?.control && begun.turn !== null) longAnswer = deliver(slot.control, begun.turn, { ...finding, resumption });
  };
  const readAtPrompt = async (pause: PythonPause): Promise<void> => {
    prompts = true;
    const begun = begins(pause, null);
    // Ctrl+C came when nothing ran there any more.
    if (slot?.control && Atomics.exchange(slot.control, control.signal, 0) !== 0) return interruptPrompt(begun);
    const typed = await lines.next(() => !over && wait === begun);
    const resumption = typed && (await ends(begun));
    if (resumption) slot?.link.post({ type: 'typed', typed, resumption });
  };
  const interruptPrompt = async (at: Wait): Promise<void> => {
    const resumption = await ends(at);
    if (resumption) slot?.link.post({ type: 'typed', typed: { key: 'interrupt' }, resumption });
  };

  const occupant: Occupant = {
    message(message) {
      if (over) return;
      if (message.type === 'output') {
        for (const { stream, bytes } of message.chunks) {
          job.onOutput(stream, bytes);
          acknowledge(slot, bytes.length);
        }
      } else if (message.type === 'question') {
        void answer(message);
      } else if (message.type === 'prompt') {
        void readAtPrompt(message.pause);
      } else if (message.type === 'notice') {
        heed(job, message.notice);
      } else if (message.type === 'room') {
        if (slot?.control && longAnswer) fill(slot.control, message.turn, message.room, longAnswer);
        longAnswer = null;
      } else if (message.type === 'checkpoint') {
        lastSeen = message.changes;
      } else if (message.type === 'ending') {
        if (interrupted) terminateAfter(endingGrace);
      } else if (message.type === 'exit') {
        end(message.exit, message.spent);
      }
    },
    died(why, outOfMemory) {
      if (over) return;
      if (outOfMemory) {
        say('out of memory: this process was stopped. Work on less data at a time.');
        endAt(137, 'out-of-memory');
      } else {
        say(`the process was lost: ${why}.`);
        endAt(137, 'killed');
      }
    },
  };

  const waiting: Waiting = {
    job,
    over: false,
    begin(given) {
      slot = given;
      begun.resolve();
      if (given.dead) return occupant.died('its worker ended', false);
      given.occupant = occupant;
      given.link.hold(true);
      if (given.control) {
        Atomics.store(given.control, control.signal, 0);
        Atomics.store(given.control, control.acknowledged, 0);
      }
      given.link.post({ type: 'run', request: requestOf(job, given.control !== null) });
    },
    refuse(why) {
      if (over) return;
      say(`Python could not be started: ${why}.`);
      endAt(127, 'exited');
    },
  };
  scheduler.enqueue(waiting);

  return {
    get queued() {
      return scheduler.isQueued(waiting);
    },
    begun: begun.promise,
    exited,
    get survivesInterrupt() {
      return wait !== null || (prompts && slot?.control !== null);
    },
    interrupt() {
      if (over || interrupted) return;
      if (wait?.turn === null) return void interruptPrompt(wait);
      interrupted = true;
      if (!slot) return endAt(130, 'interrupted');
      if (!slot.control) return terminateAfter(0);
      const grace = wait || prompts ? endingGrace : interruptGrace;
      Atomics.store(slot.control, control.signal, SIGINT);
      Atomics.notify(slot.control, control.acknowledged);
      if (wait) void conclude(wait, interruptedCall);
      terminateAfter(grace);
    },
    kill() {
      endAt(137, 'killed');
    },
  };
}

/** Where memory cannot be shared, a program gets what was typed before it began, and no more. */
function requestOf(job: PythonJob, shared: boolean): RunRequest {
  const { args, cwd, env, files, now, terminal } = job;
  const typed = terminal === undefined || shared ? '' : terminal.takeTyped();
  const stdin = typed === '' ? job.stdin : new TextEncoder().encode(typed);
  const stdinKind: StdinKind = terminal === undefined || typed !== '' ? 'file' : shared ? 'terminal' : 'unreachable-terminal';
  const networkKind: NetworkKind = job.network === undefined ? 'none' : shared ? 'reachable' : 'unreachable';
  return { args, cwd, env, files, stdin, stdinKind, networkKind, now };
}

function acknowledge(slot: Slot | null, bytes: number): void {
  if (!slot?.control) return;
  Atomics.add(slot.control, control.acknowledged, bytes);
  Atomics.notify(slot.control, control.acknowledged);
}
