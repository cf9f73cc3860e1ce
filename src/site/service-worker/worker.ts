/// <reference lib="webworker" />
/**
 * The service worker: the site offline, and on hosts that cannot send headers cross-origin isolation and the policy of workers.
 * One worker serves exactly one build. What it keeps is verified against that build, so that versions never mix.
 */
import {
  addressOf,
  fileAt,
  type BuildManifest,
  type BuiltFile,
  type FileGroup,
  type FromWorker,
  type Kept,
  type ToWorker,
  type Updating,
} from './build.ts';
import { carriesWorkerPolicy, workerPolicy } from '../worker-policy.js';

declare const self: ServiceWorkerGlobalScope;
declare const PLUMBLINE_BUILD: BuildManifest;

const manifest = PLUMBLINE_BUILD;
const base = new URL(self.registration.scope).pathname;
const prefix = `plumbline ${base} `;
const cacheName = prefix + manifest.build;
const hashHeader = 'x-plumbline-sha256';

/** The host serves a file of another build: an update is under way, or half of one. */
class OtherBuild extends Error {
  override readonly name = 'OtherBuild';
}

self.addEventListener('install', (event) => {
  event.waitUntil(keep((group) => group === 'page'));
});

self.addEventListener('activate', (event) => {
  // No page of an older build is left when this runs: the worker only activates when all tabs are closed, or when its only tab asked for it.
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
      await Promise.all(old.map((name) => caches.delete(name)));
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || !url.pathname.startsWith(base) || request.headers.has('range'))
    return;
  const path = url.pathname.slice(base.length);
  const file = fileAt(manifest, path);
  if (file === null) {
    if (request.mode === 'navigate') event.respondWith(notInBuild(request));
    return;
  }
  if (request.mode === 'navigate' && file.endsWith('/index.html') && !path.endsWith('/')) {
    event.respondWith(Response.redirect(`${url.origin}${url.pathname}/${url.search}`, 302));
    return;
  }
  event.respondWith(serve(file));
});

self.addEventListener('message', (event) => {
  const message = event.data as ToWorker;
  const port = event.ports[0];
  switch (message.type) {
    case 'claim':
      if (message.build === manifest.build) event.waitUntil(self.clients.claim());
      return;
    case 'keep':
      event.waitUntil(report(port, (group) => ['page', 'work', 'python', `exercise:${message.exercise}`].includes(group)));
      return;
    case 'keep-all':
      event.waitUntil(report(port, () => true));
      return;
    case 'update':
      event.waitUntil(update(port));
  }
});

/** Another tab may be at work on the older build: it must not find itself with two versions. */
async function update(port: MessagePort | undefined): Promise<void> {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const answer: Updating = tabs.length > 1 ? { type: 'busy', otherTabs: tabs.length - 1 } : { type: 'updating' };
  port?.postMessage(answer);
  if (answer.type === 'updating') await self.skipWaiting();
}

async function serve(file: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(keyOf(file));
  if (kept) return isolated(underPolicy(kept, file));
  try {
    const response = await fetchVerified(file);
    // A full disk must not keep a file from being used.
    await cache.put(keyOf(file), response.clone()).catch(() => undefined);
    return isolated(underPolicy(response, file));
  } catch (error) {
    if (error instanceof OtherBuild) {
      await tellPages({ type: 'outdated' });
      await self.registration.update().catch(() => undefined);
      return plain(503, `${error.message} Your work is saved in this browser: close the site’s tabs and open it again.`);
    }
    return plain(
      504,
      `${addressOf(file)} is not on this device yet, and the site cannot be reached. Connect once, or choose “Make available offline” on the home page beforehand.`,
    );
  }
}

async function notInBuild(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    const kept = await (await caches.open(cacheName)).match(keyOf('404.html'));
    return kept ? isolated(kept, 404) : plain(504, 'The site cannot be reached, and this page is not on this device.');
  }
}

/** Keeps every file of the groups that is not there yet, six at a time. */
async function keep(wanted: (group: FileGroup) => boolean, onBytes: (bytes: number, of: number) => void = () => {}): Promise<number> {
  const cache = await caches.open(cacheName);
  const here = new Set((await cache.keys()).map((request) => request.url));
  const files = Object.entries(manifest.files).filter(([, { group }]) => wanted(group));
  const total = files.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  let bytes = 0;
  const queue = [...files];
  const next = async (): Promise<void> => {
    for (let item = queue.shift(); item; item = queue.shift()) {
      const [file, built] = item;
      if (!here.has(keyOf(file))) await cache.put(keyOf(file), (await fromOlderBuild(file, built)) ?? (await fetchVerified(file)));
      bytes += built.bytes;
      onBytes(bytes, total);
    }
  };
  await Promise.all(Array.from({ length: 6 }, next));
  return total;
}

async function report(port: MessagePort | undefined, wanted: (group: FileGroup) => boolean): Promise<void> {
  const say = (message: Kept): void => port?.postMessage(message);
  try {
    say({ type: 'done', bytes: await keep(wanted, (bytes, of) => say({ type: 'progress', bytes, of })) });
  } catch (error) {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    const message = full
      ? 'The browser has no room left for this site. What is already here keeps working; free some space and try again.'
      : error instanceof OtherBuild
        ? `${error.message} Reload the page and try again.`
        : 'The connection broke off. What has arrived is kept; try again to fetch the rest.';
    say({ type: 'failed', message });
  }
}

/** An unchanged file need not be downloaded again. Pages always are: each carries its build's id. */
async function fromOlderBuild(file: string, built: BuiltFile): Promise<Response | null> {
  if (file.endsWith('.html')) return null;
  for (const name of await caches.keys()) {
    if (!name.startsWith(prefix) || name === cacheName) continue;
    const kept = await (await caches.open(name)).match(keyOf(file));
    if (kept?.headers.get(hashHeader) === built.hash) return kept;
  }
  return null;
}

/** Fetches a file and makes sure that it is this build's, whatever caches stand between. */
async function fetchVerified(file: string): Promise<Response> {
  const built = manifest.files[file];
  if (!built) throw new Error(`${file} is not part of this build`);
  for (const cache of ['default', 'reload'] as const) {
    const response = await fetch(base + addressOf(file), { cache, credentials: 'same-origin' });
    // The error page is served with the status that belongs to it.
    if (!response.ok && file !== '404.html') {
      if (response.status === 404) throw new OtherBuild('The site was updated while this version was open.');
      throw new TypeError(`${file}: the host answered ${response.status}`);
    }
    const bytes = await response.arrayBuffer();
    if (await isOfThisBuild(file, built, bytes)) return storable(response, bytes, built);
  }
  throw new OtherBuild('The site was updated while this version was open.');
}

async function isOfThisBuild(file: string, built: BuiltFile, bytes: ArrayBuffer): Promise<boolean> {
  if (file.endsWith('.html')) return new TextDecoder().decode(bytes).includes(`name="plumbline-build" content="${manifest.build}"`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === built.hash;
}

/** The body is stored decoded, so that headers about its encoding would be untrue. */
function storable(response: Response, bytes: ArrayBuffer, built: BuiltFile): Response {
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding', 'set-cookie', 'vary']) headers.delete(name);
  headers.set(hashHeader, built.hash);
  return new Response(bytes, { status: 200, headers });
}

/** Adds what cross-origin isolation needs, where the host did not send it. */
function isolated(response: Response, status = 200): Response {
  const headers = new Headers(response.headers);
  if (!headers.has('cross-origin-opener-policy')) headers.set('cross-origin-opener-policy', 'same-origin');
  if (!headers.has('cross-origin-embedder-policy')) headers.set('cross-origin-embedder-policy', 'require-corp');
  if (!headers.has('cross-origin-resource-policy')) headers.set('cross-origin-resource-policy', 'same-origin');
  return new Response(response.body, { status, headers });
}

/** Adds the policy of workers to what one may be started from. Beside a policy that the host sent, both hold. */
function underPolicy(response: Response, file: string): Response {
  if (!carriesWorkerPolicy(file)) return response;
  const headers = new Headers(response.headers);
  headers.append('content-security-policy', workerPolicy);
  return new Response(response.body, { status: response.status, headers });
}

function plain(status: number, message: string): Response {
  return isolated(new Response(message, { headers: { 'content-type': 'text/plain; charset=utf-8' } }), status);
}

async function tellPages(message: FromWorker): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a client of a worker takes none
  for (const page of await self.clients.matchAll({ type: 'window' })) page.postMessage(message);
}

function keyOf(file: string): string {
  return new URL(base + file, self.location.origin).href;
}
