/** Gives the test a hold on a worker that plays the world's part. */
import * as Comlink from 'comlink';
import type { WorldOfTests } from './world.ts';

const worker = new Worker(new URL('./world.ts', import.meta.url), { type: 'module' });
Object.assign(globalThis, { world: Comlink.wrap<WorldOfTests>(worker) });
