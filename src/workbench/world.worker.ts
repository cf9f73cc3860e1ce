/** The worker that a lesson's world lives in: builds the desk from the browser's parts and serves it to the page through Comlink. */
import '../platform/browser/shims.ts';
import * as Comlink from 'comlink';
import type { Check } from '../checks/contract.ts';
import { readAsset } from '../desk/asset.ts';
import { Desk } from '../desk/desk.ts';
import { decompress } from '../desk/gzip.ts';
import { browserPlatform } from '../platform/browser/platform.ts';
import { readBody } from '../platform/browser/read-body.ts';
import { indexedDbStore } from '../platform/browser/store.ts';
import type { WorldClient } from '../world/contract.ts';

const checkModules = import.meta.glob<{ readonly default: readonly Check[] }>('../../exercises/*/checks.ts');

export interface OpenRequest {
  readonly exerciseId: string;
  /** Absolute address of the exercise's world file. */
  readonly worldUrl: string;
  /** Absolute address of the folder that Pyodide's files lie in. */
  readonly pyodideBase: string;
}

/** What the page may call before there is a world. */
export interface WorldWorker {
  /** @throws Error with a sentence fit to show. */
  open(request: OpenRequest, onProgress: (loadedBytes: number, totalBytes: number) => void): Promise<WorldClient>;
}

const worker: WorldWorker = {
  async open({ exerciseId, worldUrl, pyodideBase }, onProgress) {
    const load = checkModules[`../../exercises/${exerciseId}/checks.ts`];
    if (load === undefined) throw new Error(`This site has no exercise ${exerciseId}.`);
    const [bytes, { default: checks }] = await Promise.all([download(worldUrl, onProgress), load()]);
    const exercise = readAsset(decompress(bytes), checks);
    const desk = await Desk.open({ exercise, platform: browserPlatform({ pyodideBase }), store: indexedDbStore() });
    return Comlink.proxy(desk);
  },
};

Comlink.expose(worker);

async function download(url: string, onProgress: (loadedBytes: number, totalBytes: number) => void): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok || response.body === null)
    throw new Error(`The exercise could not be loaded (${response.status}). Check the connection, then press Start again.`);
  const total = Number(response.headers.get('content-length') ?? 0);
  let loaded = 0;
  return readBody(response, (bytes) => {
    loaded += bytes;
    onProgress(loaded, total);
  });
}
