/** The host's side: starts Python processes in workers, keeps one spare warm, and lets no worker's death go unnoticed. */
import type { PythonHost, PythonJob } from '../platform.ts';
import { startProcess, type Slot, type Waiting, type WorkerLink } from './process.ts';
import { newControlBlock, type BootMessage, type FromWorker, type PythonAssets, type PythonImage } from './protocol.ts';

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
  /** Processes computing at once; more wait their turn. */
  readonly limit: number;
  /** Restore and use an interpreter again: for checks and replays, never for a learner's own processes. */
  readonly reuse: boolean;
  /** False keeps programs from waiting for what comes while they run, as where the engine has no shared memory. */
  readonly waiting?: boolean | undefined;
  /** Most bytes that a process's memory may grow to. */
  readonly memoryLimit: number;
  /** Most bytes that the files a process sees may come to. */
  readonly diskLimit: number;
}

/** An interpreter that has not started after this many ms will not. */
const bootDeadline = 120_000;

const closed = 'this computer is closed';

interface Imaging {
  /** The stored image, or null: then `image` is being made. */
  readonly stored: Promise<PythonImage | null>;
  readonly image: Promise<PythonImage>;
}

/** Makes a host whose processes live in the workers that `spawn` gives. */
export function createPythonPool(options: PoolOptions): PythonHost {
  const spares: Slot[] = [];
  const slots = new Set<Slot>();
  const queue: Waiting[] = [];
  let running = 0;
  let disposed = false;
  let assets: Promise<PythonAssets> | null = null;
  let imaging: Imaging | null = null;
  let available: PythonImage | null = null;
  const listeners = new Set<Progress>();

  const loadAssets = (): Promise<PythonAssets> => {
    assets ??= options
      .loadAssets((fraction, what) => tell(fraction * 0.7, what))
      .catch((error: unknown) => {
        assets = null;
        throw error;
      });
    return assets;
  };

  const tell: Progress = (fraction, what) => {
    for (const listener of listeners) listener(fraction, what);
  };

  /** Looks for a stored image, and makes one when there is none. */
  const openImage = (): Imaging => {
    imaging ??= begin();
    return imaging;
  };

  const begin = (): Imaging => {
    const stored = (async () => {
      const loaded = await loadAssets();
      tell(0.7, 'starting Python');
      const kept = await options.images.load();
      return kept && (await fits(loaded, kept)) ? kept : null;
    })();
    const image = stored.then(async (kept) => (available = kept ?? (await makeImage(await loadAssets()))));
    image.catch(() => (imaging = null));
    return { stored, image };
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
    const anyJob = boot.image !== null || boot.makeImage;
    const shared = options.waiting === false || typeof SharedArrayBuffer === 'undefined' ? null : newControlBlock();
    let started = (): void => {};
    let failed = (_error: Error): void => {};
    const ready = new Promise<void>((resolve, reject) => {
      started = resolve;
      failed = reject;
    });
    ready.catch(() => {});
    const deadline = setTimeout(() => close('it did not start in time', false), bootDeadline);
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
    const slot: Slot = { link, ready, control: shared ? new Int32Array(shared) : null, close, anyJob, occupant: null, dead: false };
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
    await openImage().stored;
    const loaded = await loadAssets();
    const seed = ownHashSeed(job);
    // Whoever comes while the image is made starts from nothing, which is slower than from an image and sooner than waiting.
    const fromNothing = seed !== null || available === null;
    const slot = fromNothing
      ? openSlot(loaded, { image: null, makeImage: false, rehearse: false, hashSeed: seed ?? '0' })
      : (spares.shift() ?? openSlot(loaded, { image: available, makeImage: false, rehearse: false, hashSeed: '0' }));
    await slot.ready;
    return slot;
  };

  const warmSpare = (): void => {
    if (disposed || spares.length > 0 || queue.length > 0 || running > 0) return;
    openImage()
      .image.then(async (image) => {
        const loaded = await loadAssets();
        if (disposed || spares.length > 0 || running > 0) return;
        spares.push(openSlot(loaded, { image, makeImage: false, rehearse: false, hashSeed: '0' }));
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
    if (spent || disposed || !slot.anyJob) slot.close('it has ended', false);
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
        isQueued: (waiting) => !waiting.over && queue.includes(waiting),
        pauses() {
          running -= 1;
          pump();
        },
        resumes: () => (running += 1),
        finished,
      });
    },
    async warm(onProgress = () => {}) {
      listeners.add(onProgress);
      try {
        await openImage().image;
      } finally {
        listeners.delete(onProgress);
      }
      onProgress(0.95, 'starting Python');
      warmSpare();
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

/** The hash seed of a job that asks for one other than the image's, which needs an interpreter of its own from nothing. */
function ownHashSeed(job: PythonJob): string | null {
  const seed = job.env['PYTHONHASHSEED'];
  if (seed === undefined || seed === '' || seed === '0') return null;
  return seed === 'random' || (/^\d+$/.test(seed) && Number(seed) <= 4_294_967_295) ? seed : null;
}
