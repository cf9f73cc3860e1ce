/** Entry of a worker thread that runs Python processes. */
import { parentPort } from 'node:worker_threads';
import type { CPythonFactory } from '../python/cpython.ts';
import { servePython } from '../python/worker.ts';
import type { ToWorker } from '../python/protocol.ts';

const port = parentPort;
if (!port) throw new Error('python-worker.ts runs as a worker thread only');

servePython(
  {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    onMessage: (listener) => port.on('message', (message: ToWorker) => listener(message)),
  },
  {
    name: 'node',
    importGlue: async (url) => (await import(url)) as { default: CPythonFactory },
    lockDown() {},
  },
);
