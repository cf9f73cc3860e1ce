/** One Python process as its host sees it: from waiting for a worker to its exit, whichever way that comes. */
import type { PythonExit, PythonJob, PythonProcess, TreeChanges } from '../platform.ts';
import { control, SIGINT, type FromWorker, type ToWorker } from './protocol.ts';

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
  finished(slot: Slot, spent: boolean): void;
}

/** Starts a process, as soon as the pool has a slot for it. */
export function startProcess(job: PythonJob, scheduler: Scheduler): PythonProcess {
  let slot: Slot | null = null;
  let over = false;
  let interrupted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What the process had changed when it was last heard of: all that is left of it when it is killed. */
  let lastSeen = noChanges;
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
    if (slot) scheduler.finished(slot, spent);
  };
  const endAt = (exitCode: number, reason: PythonExit['reason']): void => end({ exitCode, reason, changes: lastSeen, slept: 0 }, true);
  const say = (sentence: string): void => job.onOutput('stderr', new TextEncoder().encode(`python3: ${sentence}\n`));
  const terminateAfter = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => endAt(130, 'interrupted'), ms);
  };

  const occupant: Occupant = {
    message(message) {
      if (over) return;
      if (message.type === 'output') {
        for (const { stream, bytes } of message.chunks) {
          job.onOutput(stream, bytes);
          acknowledge(slot, bytes.length);
        }
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
      const { args, cwd, env, files, stdin, now } = job;
      given.link.post({ type: 'run', request: { args, cwd, env, files, stdin, now } });
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
    interrupt() {
      if (over || interrupted) return;
      interrupted = true;
      if (!slot) return endAt(130, 'interrupted');
      if (!slot.control) return terminateAfter(0);
      Atomics.store(slot.control, control.signal, SIGINT);
      Atomics.notify(slot.control, control.acknowledged);
      terminateAfter(interruptGrace);
    },
    kill() {
      endAt(137, 'killed');
    },
  };
}

function acknowledge(slot: Slot | null, bytes: number): void {
  if (!slot?.control) return;
  Atomics.add(slot.control, control.acknowledged, bytes);
  Atomics.notify(slot.control, control.acknowledged);
}
