/** Entry of a web worker that runs Python processes. */
import type { CPythonFactory } from '../python/cpython.ts';
import { servePython } from '../python/worker.ts';
import type { ToWorker } from '../python/protocol.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const postMessage = scope.postMessage.bind(scope);

/**
 * What leads out of the worker. Python has no way to JavaScript; should it find one, none of these is behind it. `import()` is syntax and
 * stays: the policy that this script is served with (`site/worker-policy.js`) holds it, and all else, to the site's own origin.
 */
const waysOut = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'EventSource',
  'FontFace',
  'indexedDB',
  'caches',
  'importScripts',
  'Worker',
  'BroadcastChannel',
  'FileSystemHandle',
  'navigator',
  'postMessage',
];

function lockDown(): void {
  for (const name of waysOut) {
    for (let holder: object | null = scope; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
      if (Object.hasOwn(holder, name)) Reflect.deleteProperty(holder, name);
    }
    Object.defineProperty(scope, name, { value: undefined });
  }
}

servePython(
  {
    post: (message, transfer = []) => postMessage(message, transfer),
    onMessage: (listener) => scope.addEventListener('message', (event: MessageEvent<ToWorker>) => listener(event.data)),
  },
  {
    name: 'browser',
    importGlue: async (url) => (await import(/* @vite-ignore */ url)) as { default: CPythonFactory },
    lockDown,
  },
);
