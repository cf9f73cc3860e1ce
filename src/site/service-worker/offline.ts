/** The page's side of the service worker. Nothing here runs before Start or before the learner asks for it. */
import type { FromWorker, Kept, ToWorker, Updating } from './build.ts';
import { tell } from '../lesson-page.ts';

/** How long Start waits for isolation before it goes on without: everything works either way. */
const patience = 2500;
const guard = 'plumbline.isolated';

/**
 * Where the host does not isolate the page, installs the worker and reloads once so that the worker can (`reloading`).
 * Where the page is isolated, or that does not help or takes too long, `ready`: everything works, and Python that is not
 * isolated is interrupted by ending its worker.
 */
export async function isolate(base: string): Promise<'ready' | 'reloading'> {
  if (crossOriginIsolated || alreadyTried() || !available()) return 'ready';
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, patience, 'late'));
  try {
    if ((await Promise.race([register(base).then(whenActive), late])) === 'late') return 'ready';
    sessionStorage.setItem(guard, buildId());
  } catch {
    return 'ready'; // no worker; or no guard, without which a host that strips headers would be reloaded for ever
  }
  location.reload();
  return 'reloading';
}

/**
 * Keeps on this device what the exercise needs, in the background; resolves with whether it is all there. Called once the learner
 * is at work, so that Start has the connection and the processor to itself. Does nothing on a connection that asks to be spared.
 */
export async function keepExercise(base: string, exercise: string): Promise<boolean> {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (!available() || connection?.saveData === true) return false;
  try {
    const registration = await register(base);
    watchForUpdates(registration);
    const worker = await whenActive(registration);
    post(worker, { type: 'claim', build: buildId() });
    return await new Promise((resolve) => {
      post(worker, { type: 'keep', exercise }, (answer: Kept) => {
        if (answer.type !== 'progress') resolve(answer.type === 'done');
      });
    });
  } catch {
    return false; // where browser or host block the worker there is no offline use, and nothing else is lost
  }
}

/** Fetches the whole site. Resolves with its size in bytes; rejects with an Error whose message is fit to show. */
export async function makeAvailableOffline(base: string, onProgress: (bytes: number, of: number) => void): Promise<number> {
  if (!available())
    throw new Error(
      'This browser keeps no sites for offline use here (a private window, or an address without https). Everything works while you are connected.',
    );
  const worker = await whenActive(await register(base));
  post(worker, { type: 'claim', build: buildId() });
  return await new Promise((resolve, reject) => {
    post(worker, { type: 'keep-all' }, (answer: Kept) => {
      if (answer.type === 'progress') onProgress(answer.bytes, answer.of);
      if (answer.type === 'done') resolve(answer.bytes);
      if (answer.type === 'failed') reject(new Error(answer.message));
    });
  });
}

/** Tells about a newer version; called on pages that a worker already serves. */
export async function watchExisting(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  if (registration) watchForUpdates(registration);
}

function available(): boolean {
  return !import.meta.env.DEV && 'serviceWorker' in navigator && isSecureContext && buildId() !== '';
}

function register(base: string): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(`${base}service-worker.js`, { scope: base, updateViaCache: 'none' });
}

/** Resolves with the worker that serves this scope; rejects with an Error fit to show when it cannot be installed. */
function whenActive(registration: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker?.state === 'activated') resolve(worker);
      if (worker === null || worker.state === 'redundant') {
        reject(
          new Error(
            'The browser could not install this site for offline use: its files did not all arrive, or there is no room for them. Check the connection, then try again.',
          ),
        );
      }
    };
    worker?.addEventListener('statechange', look);
    look();
  });
}

function post<A = unknown>(worker: ServiceWorker, message: ToWorker, onAnswer?: (answer: A) => void): void {
  const { port1, port2 } = new MessageChannel();
  if (onAnswer) {
    port1.addEventListener('message', (event) => onAnswer(event.data as A));
    port1.start();
  }
  worker.postMessage(message, [port2]);
}

/** The build this page belongs to; empty in development. */
function buildId(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="plumbline-build"]')?.content ?? '';
}

function alreadyTried(): boolean {
  try {
    return sessionStorage.getItem(guard) === buildId();
  } catch {
    return true;
  }
}

let watching = false;

function watchForUpdates(registration: ServiceWorkerRegistration): void {
  if (watching) return;
  watching = true;
  const offer = (): void => {
    if (registration.waiting && navigator.serviceWorker.controller) offerUpdate(registration.waiting);
  };
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
  offer();
  navigator.serviceWorker.addEventListener('message', (event) => {
    if ((event.data as FromWorker).type === 'outdated') void registration.update().then(offer, () => undefined);
  });
}

/** Stays until it is answered. Nothing is replaced while somebody is at work, unless they say so here. */
function offerUpdate(waiting: ServiceWorker): void {
  if (document.querySelector('[data-update]')) return;
  const toast = document.createElement('div');
  toast.className = 'pl-toast';
  toast.dataset['update'] = '';
  toast.setAttribute('role', 'status');
  const text = document.createElement('p');
  text.textContent = 'A newer version of this site is ready. Your work is saved first.';
  const now = button('Update now', 'pl-btn pl-btn-sm pl-btn-primary');
  const later = button('Later', 'pl-btn pl-btn-sm pl-btn-ghost');
  later.addEventListener('click', () => toast.remove());
  now.addEventListener('click', async () => {
    now.setAttribute('aria-busy', 'true');
    try {
      const waitFor: Promise<unknown>[] = [];
      tell('plumbline:before-update', { waitFor });
      await Promise.all(waitFor);
    } catch (error) {
      now.removeAttribute('aria-busy');
      text.textContent = `Not updated, because your work could not be saved: ${error instanceof Error ? error.message : String(error)}`;
      return;
    }
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    post(waiting, { type: 'update' }, (answer: Updating) => {
      if (answer.type === 'updating') return;
      now.removeAttribute('aria-busy');
      text.textContent = `Close the other ${answer.otherTabs === 1 ? 'tab' : `${answer.otherTabs} tabs`} of this site first, so that none is left with half of each version. Then update.`;
    });
  });
  const row = document.createElement('div');
  row.append(now, later);
  toast.append(text, row);
  document.body.append(toast);
}

function button(label: string, className: string): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = className;
  element.textContent = label;
  return element;
}
