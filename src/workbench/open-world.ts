import * as Comlink from 'comlink';
import { decompress } from '../desk/gzip.ts';
import { readBody } from '../platform/browser/read-body.ts';
import type { WorldClient } from '../world/contract.ts';
import { own } from './own.ts';
import { packageIndex } from './package-index.ts';
import type { WorldWorker } from './world.worker.ts';

const worldFiles = import.meta.glob<string>('../desk/browser/worlds/*.world', { query: '?url', import: 'default', eager: true });

export interface OpenOptions {
  readonly exerciseId: string;
  /** The site's base path, with a slash at both ends. */
  readonly base: string;
  readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
  /** The worker died: nothing answers any more, what was saved is safe. */
  readonly onCrash?: (message: string) => void;
}

/** A world that is open, and how to leave it: its worker ends, and another tab, or this one, may open the exercise. */
export interface OpenedWorld {
  readonly client: WorldClient;
  close(): void;
}

/**
 * Opens the learner's world in a worker of its own.
 * @throws OwnedElsewhere when another tab has it; Error with a sentence fit to show when it cannot be loaded.
 */
export async function openWorld({ exerciseId, base, onProgress = () => {}, onCrash = () => {} }: OpenOptions): Promise<OpenedWorld> {
  const worldUrl = worldFiles[`../desk/browser/worlds/${exerciseId}.world`];
  if (worldUrl === undefined) throw new Error(`This site has no exercise ${exerciseId}.`);
  const release = await own(exerciseId, navigator.locks, (name) => new BroadcastChannel(name));
  // The two downloads do not wait for each other.
  const world = download(new URL(worldUrl, location.href), onProgress).then(decompress);
  const worker = new Worker(new URL('./world.worker.ts', import.meta.url), { type: 'module', name: `world of ${exerciseId}` });
  const failed = new Promise<never>((_resolve, reject) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const message = event.message === '' ? 'The exercise could not be started: its program did not load.' : event.message;
      reject(new Error(message));
      onCrash(message);
    });
  });
  const remote = Comlink.wrap<WorldWorker>(worker);
  const opened = world.then((bytes) =>
    remote.open(
      Comlink.transfer({ exerciseId, world: bytes, pyodideBase: new URL(`${base}pyodide/`, location.href).href }, [bytes.buffer]),
      Comlink.proxy(packageIndex),
    ),
  );
  const close = (): void => {
    worker.terminate();
    release();
  };
  try {
    return { client: asClient((await Promise.race([opened, failed])) as Comlink.Remote<WorldClient>), close };
  } catch (error) {
    // Nothing is left behind, so that Start can be pressed again.
    close();
    throw error;
  }
}

/** Callbacks have to cross as proxies; everything else of the remote is what the contract says. */
function asClient(remote: Comlink.Remote<WorldClient>): WorldClient {
  return new Proxy(remote as unknown as WorldClient, {
    get(target, property, receiver) {
      if (property === 'then') return undefined;
      if (property === 'subscribe') return (listener: Parameters<WorldClient['subscribe']>[0]) => target.subscribe(Comlink.proxy(listener));
      if (property === 'openTerminal') {
        return (columns: number, onOutput: (text: string) => void) => target.openTerminal(columns, Comlink.proxy(onOutput));
      }
      return Reflect.get(target, property, receiver);
    },
  });
}

async function download(url: URL, onProgress: (loadedBytes: number, totalBytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
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
