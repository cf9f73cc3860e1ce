/** The worker that a lesson's world lives in: builds the desk from the browser's parts and serves it to the page through Comlink. */
import '../platform/browser/shims.ts';
import '../platform/browser/schemas-without-eval.ts';
import * as Comlink from 'comlink';
import type { Check } from '../checks/contract.ts';
import { readAsset } from '../desk/asset.ts';
import { Desk } from '../desk/desk.ts';
import { browserPlatform } from '../platform/browser/platform.ts';
import { indexedDbStore } from '../platform/browser/store.ts';
import type { PackageIndex } from '../platform/platform.ts';
import type { WorldClient } from '../world/contract.ts';

const checkModules = import.meta.glob<{ readonly default: readonly Check[] }>('../../exercises/*/checks.ts');

export interface OpenRequest {
  readonly exerciseId: string;
  /** The exercise's world file, which the page downloads and unpacks while this worker's program loads. */
  readonly world: Uint8Array<ArrayBuffer>;
  /** Absolute address of the folder that Pyodide's files lie in. */
  readonly pyodideBase: string;
}

/** What the page may call before there is a world. */
export interface WorldWorker {
  /** `packages` is the page's, because nothing here reaches another origin. @throws Error with a sentence fit to show. */
  open(request: OpenRequest, packages: PackageIndex): Promise<WorldClient>;
}

const worker: WorldWorker = {
  async open({ exerciseId, world, pyodideBase }, packages) {
    const load = checkModules[`../../exercises/${exerciseId}/checks.ts`];
    if (load === undefined) throw new Error(`This site has no exercise ${exerciseId}.`);
    const { default: checks } = await load();
    const exercise = readAsset(world, checks);
    const platform = { ...browserPlatform({ pyodideBase }), packages };
    const desk = await Desk.open({ exercise, platform, store: indexedDbStore() });
    return Comlink.proxy(desk);
  },
};

Comlink.expose(worker);
