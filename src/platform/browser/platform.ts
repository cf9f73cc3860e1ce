/** The browser's form of the platform: Python in web workers. May import the DOM's types and the platform's own folders. */
import type { Platform, PythonHost } from '../platform.ts';
import { createPythonPool, type Progress, type WorkerEvents } from '../python/pool.ts';
import type { WorkerLink } from '../python/process.ts';
import type { PythonAssets } from '../python/protocol.ts';
import { browserImageStore, shared } from './image-store.ts';
import { pyodideFileBytes, servedAs } from './pyodide-files.ts';
import { readBody } from './read-body.ts';

export interface BrowserPlatformOptions {
  /** Address of the folder in which the site serves `pyodideFiles`, absolute or relative to the calling script's page. */
  readonly pyodideBase: string;
  /** Processes alive at once; 2 by default. */
  readonly limit?: number;
  /** Most bytes that one process's memory may grow to; 512 MiB by default. */
  readonly memoryLimit?: number;
  /** Most bytes that the files one process sees may come to; 256 MiB by default. */
  readonly diskLimit?: number;
  /** Restore and use interpreters again: for checks, never for a learner's own processes. */
  readonly reuse?: boolean;
}

/** The platform for a browser. Works in a page and inside another worker, isolated or not, on https and plain http. */
export function browserPlatform(options: BrowserPlatformOptions): Platform {
  return { name: 'browser', python: createBrowserPythonHost(options) };
}

const mebibyte = 1024 * 1024;

/** The Python host of `browserPlatform`. */
export function createBrowserPythonHost(options: BrowserPlatformOptions): PythonHost {
  const { limit = 2, memoryLimit = 512 * mebibyte, diskLimit = 256 * mebibyte, reuse = false } = options;
  const base = new URL(options.pyodideBase.replace(/\/?$/, '/'), globalThis.location.href);
  return createPythonPool({
    spawn: spawnWorker,
    loadAssets: (onProgress) => loadAssets(base, onProgress),
    images: browserImageStore(),
    limit,
    memoryLimit,
    diskLimit,
    reuse,
  });
}

function spawnWorker(events: WorkerEvents): WorkerLink {
  const worker = new Worker(new URL('./python-worker.ts', import.meta.url), { type: 'module', name: 'python' });
  worker.addEventListener('message', (event) => events.message(event.data));
  worker.addEventListener('messageerror', () => events.died('a message to it could not be read', false));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    const message = event.message || 'its script could not be loaded';
    events.died(message, /out of memory|allocation failed/i.test(message));
  });
  return { post: (message) => worker.postMessage(message, []), terminate: () => worker.terminate(), hold() {} };
}

async function loadAssets(base: URL, onProgress: Progress): Promise<PythonAssets> {
  const total = pyodideFileBytes['pyodide.asm.wasm'] + pyodideFileBytes['python_stdlib.zip'];
  let loaded = 0;
  const count = (bytes: number): void => {
    loaded += bytes;
    onProgress(Math.min(1, loaded / total), 'loading Python');
  };
  const [wasm, stdlib] = await Promise.all([
    request(new URL('pyodide.asm.wasm', base)).then((response) => compile(response, count)),
    request(new URL('python_stdlib.zip', base)).then((response) => readBody(response, count)),
  ]);
  return { wasm, stdlib: shared(stdlib), glueUrl: new URL(servedAs('pyodide.asm.mjs'), base).href };
}

async function request(url: URL): Promise<Response> {
  const refused = (why: string): Error => new Error(`${url.href} could not be loaded (${why}); check the connection and try again`);
  const response = await fetch(url).catch((error: unknown) => {
    throw refused(error instanceof Error ? error.message : String(error));
  });
  if (!response.ok) throw refused(`status ${response.status}`);
  return response;
}

/** Compiles while it loads, from the response itself: only then does the browser keep the compiled code for the next visit. */
async function compile(response: Response, count: (bytes: number) => void): Promise<WebAssembly.Module> {
  const counted = response.clone();
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    const [module] = await Promise.all([WebAssembly.compileStreaming(response), readBody(counted, count)]);
    return module;
  }
  return WebAssembly.compile(await readBody(response, count));
}
