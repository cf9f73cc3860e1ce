/** The Node form of the platform: Python in worker threads. May import node:* and the platform's own folders. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Platform, PythonHost } from '../platform.ts';
import { imageKey, packImage, unpackImage } from '../python/image.ts';
import { createPythonPool, type ImageStore, type WorkerEvents } from '../python/pool.ts';
import type { WorkerLink } from '../python/process.ts';
import type { PythonAssets } from '../python/protocol.ts';

export interface PythonHostOptions {
  /** Processes alive at once; 2 by default. */
  readonly limit?: number;
  /** Most bytes that one process's memory may grow to; 512 MiB by default. */
  readonly memoryLimit?: number;
  /** Most bytes that the files one process sees may come to; 256 MiB by default. */
  readonly diskLimit?: number;
  /** False: as on a page that is not cross-origin isolated, whose programs cannot wait for what is typed. */
  readonly waiting?: boolean;
  /** Where the interpreter's image is kept between runs; null keeps none. By default a folder in node_modules/.cache. */
  readonly cacheFolder?: string | null;
}

export interface NodePlatformOptions extends PythonHostOptions {
  /** Restore and use interpreters again: for checks, `verify` and replays, never for a learner's own processes. */
  readonly reuse?: boolean;
}

/** The platform for Node. Waiting workers do not keep the Node process alive; `python.dispose()` frees their memory. */
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  return { name: 'node', python: options.reuse ? createReusingPythonHost(options) : createPythonHost(options) };
}

/** A host that gives every process an interpreter of its own. */
export function createPythonHost(options: PythonHostOptions = {}): PythonHost {
  return createHost(options, false);
}

/** A host that restores an interpreter's memory between processes, which makes hundreds of short ones cheap. For checks and replays. */
export function createReusingPythonHost(options: PythonHostOptions = {}): PythonHost {
  return createHost(options, true);
}

const pyodideFolder = path.dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
const defaultCacheFolder = path.join(pyodideFolder, '..', '.cache', 'plumbline');

const mebibyte = 1024 * 1024;

function createHost(options: PythonHostOptions, reuse: boolean): PythonHost {
  const { limit = 2, memoryLimit = 512 * mebibyte, diskLimit = 256 * mebibyte, cacheFolder = defaultCacheFolder, waiting } = options;
  return createPythonPool({
    spawn: spawnThread,
    loadAssets,
    images: fileStore(cacheFolder),
    limit,
    reuse,
    waiting,
    memoryLimit,
    diskLimit,
  });
}

async function loadAssets(): Promise<PythonAssets> {
  const [wasm, stdlib] = await Promise.all([
    readFile(path.join(pyodideFolder, 'pyodide.asm.wasm')).then((bytes) => WebAssembly.compile(bytes)),
    readShared(path.join(pyodideFolder, 'python_stdlib.zip')),
  ]);
  return { wasm, stdlib, glueUrl: pathToFileURL(path.join(pyodideFolder, 'pyodide.asm.mjs')).href };
}

function spawnThread(events: WorkerEvents): WorkerLink {
  const worker = new Worker(new URL('./python-worker.ts', import.meta.url), {
    name: 'python',
    // The thread needs nothing of what its parent was started with; Node strips the types itself.
    execArgv: ['--no-warnings'],
    resourceLimits: { stackSizeMb: 16 },
  });
  worker.on('message', events.message);
  worker.on('error', (error: Error & { code?: string }) => events.died(error.message, error.code === 'ERR_WORKER_OUT_OF_MEMORY'));
  worker.on('exit', () => events.died('its thread ended', false));
  return {
    post: (message) => worker.postMessage(message, []),
    terminate: () => void worker.terminate(),
    hold: (needed) => (needed ? worker.ref() : worker.unref()),
  };
}

async function readShared(file: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size;) {
      const { bytesRead } = await handle.read(bytes, at, size - at, at);
      if (bytesRead === 0) throw new Error(`${file} ended early`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** Keeps images in files. Written under another name first, because several processes may do so at once. */
function fileStore(folder: string | null): ImageStore {
  const file = path.join(folder ?? '', `${imageKey}.image`);
  return {
    async load() {
      return folder === null ? null : readShared(file).then(unpackImage, () => null);
    },
    async save(image) {
      if (folder === null) return;
      const draft = `${file}.${randomUUID()}`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(draft, packImage(image));
        await rename(draft, file);
      } catch {
        await rm(draft, { force: true });
      }
    },
    async discard() {
      if (folder !== null) await rm(file, { force: true });
    },
  };
}
