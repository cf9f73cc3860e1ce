/** The host's side: starts Python processes in workers, keeps one spare warm, and lets no worker's death go unnoticed. */
import type { PythonExit, PythonHost, PythonJob, PythonProcess, TreeChanges } from '../platform.ts';
import { control, SIGINT, type BootMessage, type FromWorker, type PythonAssets, type PythonImage, type ToWorker } from './protocol.ts';

/** One worker as the pool sees it. */
export interface WorkerLink {
  post(message: ToWorker): void;
  terminate(): void;
  /** Whether the host's own process has to stay alive for this worker. */
  hold(needed: boolean): void;
}

export interface WorkerEvents {
  message(message: FromWorker): void;
  /** The worker is gone or never came; `outOfMemory` when the engine says that this was the reason. */
  died(why: string, outOfMemory: boolean): void;
}

/** Where images are kept between visits or runs. None of these fails: when storage is forbidden or full, there is no image. */
export interface ImageStore {
  load(): Promise<PythonImage | null>;
  save(image: PythonImage): Promise<void>;
  discard(): Promise<void>;
}

export type Progress = (fraction: number, what: string) => void;

export interface PoolOptions {
  spawn(events: WorkerEvents): WorkerLink;
  loadAssets(onProgress: Progress): Promise<PythonAssets>;
  readonly images: ImageStore;
  /** Processes alive at once; more wait their turn. */
  readonly limit: number;
  /** Restore and use an interpreter again: for checks and replays, never for a learner's own processes. */
  readonly reuse: boolean;
  /** Most bytes that a process's memory may grow to. */
  readonly memoryLimit: number;
  /** Most bytes that the files a process sees may come to. */
  readonly diskLimit: number;
}

/** How long a process has to stop after an interrupt, and then to run its exit handlers and hand over its files, in ms. */
const interruptGrace = 300;
const endingGrace = 1500;
/** An interpreter that has not started after this many ms will not. */
const bootDeadline = 120_000;

const closed = 'this computer is closed';
const noChanges: TreeChanges = { written: [], removed: [] };

interface Slot {
  readonly link: WorkerLink;
  readonly ready: Promise<void>;
  readonly control: Int32Array | null;
  /** Ends the worker; whoever waits for it or runs in it is told why. */
  close(why: string, outOfMemory: boolean): void;
  occupant: Occupant | null;
  dead: boolean;
}

/** What a slot's worker reports to while it runs a process. */
interface Occupant {
  message(message: FromWorker): void;
  died(why: string, outOfMemory: boolean): void;
}

interface Waiting {
  readonly job: PythonJob;
  begin(slot: Slot): void;
  refuse(why: string): void;
  over: boolean;
}

/** Makes a host whose processes live in the workers that `spawn` gives. */
export function createPythonPool(options: PoolOptions): PythonHost {
  const spares: Slot[] = [];
  const slots = new Set<Slot>();
  const queue: Waiting[] = [];
  let running = 0;
  let disposed = false;
  let assets: Promise<PythonAssets> | null = null;
  let image: Promise<PythonImage> | null = null;

  const loadAssets = (onProgress: Progress): Promise<PythonAssets> => {
    assets ??= options.loadAssets(onProgress).catch((error: unknown) => {
      assets = null;
      throw error;
    });
    return assets;
  };

  const loadImage = (onProgress: Progress): Promise<PythonImage> => {
    image ??= (async () => {
      const loaded = await loadAssets((fraction, what) => onProgress(fraction * 0.7, what));
      onProgress(0.7, 'starting Python');
      const kept = await options.images.load();
      if (kept && (await fits(loaded, kept))) return kept;
      return await makeImage(loaded);
    })().catch((error: unknown) => {
      image = null;
      throw error;
    });
    return image;
  };

  /** Tries a stored image by starting the first spare from it: one that another engine made may not do. */
  const fits = async (loaded: PythonAssets, kept: PythonImage): Promise<boolean> => {
    const slot = openSlot(loaded, { image: kept, makeImage: false, rehearse: true, hashSeed: '0' });
    try {
      await slot.ready;
    } catch (error) {
      if (disposed) throw error;
      await options.images.discard();
      return false;
    }
    spares.push(slot);
    return true;
  };

  /** The worker that makes the image goes on as the first spare. */
  const makeImage = (loaded: PythonAssets): Promise<PythonImage> =>
    new Promise((resolve, reject) => {
      let made: PythonImage | null = null;
      const slot = openSlot(loaded, { image: null, makeImage: true, rehearse: true, hashSeed: '0' }, (image) => {
        made = image;
        void options.images.save(image);
      });
      slot.ready.then(() => {
        spares.push(slot);
        if (made) resolve(made);
        else reject(new Error('the worker made no image'));
      }, reject);
    });

  const openSlot = (
    loaded: PythonAssets,
    boot: Pick<BootMessage, 'image' | 'makeImage' | 'rehearse' | 'hashSeed'>,
    onImage?: (made: PythonImage) => void,
  ): Slot => {
    if (disposed) throw new Error(closed);
    const shared = typeof SharedArrayBuffer === 'undefined' ? null : new SharedArrayBuffer(control.words * 4);
    let started = (): void => {};
    let failed = (_error: Error): void => {};
    const ready = new Promise<void>((resolve, reject) => {
      started = resolve;
      failed = reject;
    });
    ready.catch(() => {});
    const deadline = setTimeout(() => slot.link.terminate(), bootDeadline);
    const close = (why: string, outOfMemory: boolean): void => {
      if (slot.dead) return;
      slot.dead = true;
      clearTimeout(deadline);
      slots.delete(slot);
      const at = spares.indexOf(slot);
      if (at >= 0) spares.splice(at, 1);
      slot.link.terminate();
      failed(new Error(why));
      slot.occupant?.died(why, outOfMemory);
    };
    const link: WorkerLink = options.spawn({
      message(message) {
        if (slot.dead) return;
        if (message.type === 'ready') {
          clearTimeout(deadline);
          link.hold(slot.occupant !== null);
          started();
        } else if (message.type === 'image') onImage?.(message.image);
        else if (message.type === 'failed') close(message.message, false);
        else slot.occupant?.message(message);
      },
      died: close,
    });
    const slot: Slot = { link, ready, control: shared ? new Int32Array(shared) : null, close, occupant: null, dead: false };
    slots.add(slot);
    link.post({
      type: 'boot',
      assets: loaded,
      ...boot,
      memoryLimit: options.memoryLimit,
      diskLimit: options.diskLimit,
      reuse: options.reuse,
      control: shared,
    });
    return slot;
  };

  /** A booted interpreter for this job: the spare, or a new one. */
  const acquire = async (job: PythonJob): Promise<Slot> => {
    const hashSeed = ownHashSeed(job);
    if (hashSeed !== null) {
      const slot = openSlot(await loadAssets(() => {}), { image: null, makeImage: false, rehearse: false, hashSeed });
      await slot.ready;
      return slot;
    }
    const made = await loadImage(() => {});
    const slot = spares.shift() ?? openSlot(await loadAssets(() => {}), { image: made, makeImage: false, rehearse: false, hashSeed: '0' });
    await slot.ready;
    return slot;
  };

  const warmSpare = (): void => {
    if (disposed || spares.length > 0 || queue.length > 0 || running > 0) return;
    void loadImage(() => {})
      .then(async (made) => {
        const loaded = await loadAssets(() => {});
        if (disposed || spares.length > 0 || running > 0) return;
        const slot = openSlot(loaded, { image: made, makeImage: false, rehearse: false, hashSeed: '0' });
        spares.push(slot);
        await slot.ready;
      })
      .catch(() => {
        // The next process will try again and tell its user.
      });
  };

  const pump = (): void => {
    while (running < options.limit) {
      const next = queue.shift();
      if (!next) return;
      if (next.over) continue;
      running += 1;
      acquire(next.job).then(
        (slot) => {
          if (next.over) finished(slot, false);
          else next.begin(slot);
        },
        (error: unknown) => {
          running -= 1;
          next.refuse(error instanceof Error ? error.message : String(error));
          pump();
        },
      );
    }
  };

  /** A process has left its slot. */
  const finished = (slot: Slot, spent: boolean): void => {
    slot.occupant = null;
    slot.link.hold(false);
    running -= 1;
    if (spent || disposed || slot.dead) slot.close('it has ended', false);
    else spares.push(slot);
    pump();
    warmSpare();
  };

  return {
    start(job) {
      return startProcess(job, {
        enqueue(waiting) {
          if (disposed) waiting.refuse(closed);
          else {
            queue.push(waiting);
            pump();
          }
        },
        finished,
      });
    },
    async warm(onProgress = () => {}) {
      await loadImage(onProgress);
      onProgress(0.95, 'starting Python');
      if (running === 0 && spares.length === 0) warmSpare();
      await spares[0]?.ready;
      onProgress(1, 'Python is ready');
    },
    dispose() {
      disposed = true;
      for (const waiting of queue.splice(0)) waiting.refuse(closed);
      for (const slot of slots) slot.close(closed, false);
    },
  };
}

interface Scheduler {
  enqueue(waiting: Waiting): void;
  finished(slot: Slot, spent: boolean): void;
}

function startProcess(job: PythonJob, scheduler: Scheduler): PythonProcess {
  let slot: Slot | null = null;
  let over = false;
  let interrupted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What the process had changed when it was last heard of: all that is left of it when it is killed. */
  let lastSeen = noChanges;
  let settle = (_exit: PythonExit): void => {};
  const exited = new Promise<PythonExit>((resolve) => (settle = resolve));

  const end = (exit: PythonExit, spent: boolean): void => {
    if (over) return;
    over = true;
    waiting.over = true;
    clearTimeout(timer);
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

/** The hash seed of a job that asks for one other than the image's, which needs an interpreter of its own from nothing. */
function ownHashSeed(job: PythonJob): string | null {
  const seed = job.env['PYTHONHASHSEED'];
  if (seed === undefined || seed === '' || seed === '0') return null;
  return seed === 'random' || (/^\d+$/.test(seed) && Number(seed) <= 4_294_967_295) ? seed : null;
}
