import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright';
import { seal } from '../../src/site/build/finish.ts';
import { filesBelow } from '../../src/site/build/manifest.ts';
import { dist, host, lessonPath, openBrowser } from './support.ts';

let browser: Browser;
let newer: string;
beforeAll(async () => {
  browser = await openBrowser();
  newer = await otherBuild('/', 'Bring a model all the way to its users');
});
afterAll(async () => {
  await browser?.close();
  await rm(newer, { recursive: true, force: true });
});

/** A copy of the build with another headline, and with another address for every link when the base differs. */
async function otherBuild(base: string, headline = 'Take a model all the way to its users'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-build-'));
  // Python's own files say nothing about the worker, and are large.
  await cp(dist, folder, { recursive: true, filter: (from) => !from.endsWith('.wasm') || from.includes('pagefind') });
  for (const path of await filesBelow(folder)) {
    if (!path.endsWith('.html')) continue;
    const html = await readFile(join(folder, path), 'utf8');
    await writeFile(join(folder, path), html.replace('Take a model all the way to its users', headline));
  }
  await seal(folder, base);
  return folder;
}

async function visit(url: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'networkidle' });
  return { context, page };
}

async function keepAll(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Make available offline' }).click();
  await page.getByText('All of it is on this device').waitFor();
}

const headline = (page: Page): Promise<string | null> => page.locator('h1').textContent();
const buildOf = (page: Page): Promise<string | null> => page.locator('meta[name="plumbline-build"]').getAttribute('content');
const registrations = (page: Page): Promise<number> => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);

describe('offline', () => {
  test('nothing is registered or kept before somebody asks; then the whole course works with the host gone', async () => {
    const site = await host();
    const { context, page } = await visit(site.url);
    expect({ workers: await registrations(page), caches: await page.evaluate(() => caches.keys()) }).toEqual({ workers: 0, caches: [] });
    await keepAll(page);
    site.down();
    await page.reload();
    expect(await headline(page)).toBe('Take a model all the way to its users');
    await page.goto(site.url + lessonPath);
    expect(await headline(page)).toBe('Ship a better leaf');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('searchbox').fill('digest');
    await page.getByRole('status').filter({ hasText: 'found' }).waitFor();
    await page.goto(`${site.url}no/such/page`);
    expect(await headline(page)).toBe('There is no page at this address');
    await page.goto(`${site.url}3-continuous-delivery`);
    expect(new URL(page.url()).pathname).toBe('/3-continuous-delivery/');
    await context.close();
    await site.close();
  });

  test('a site that cannot be installed says so, and can be asked again', async () => {
    const half = await mkdtemp(join(tmpdir(), 'plumbline-half-'));
    await cp(dist, half, { recursive: true, filter: (from) => !from.endsWith('.wasm') });
    await rm(join(half, 'licence', 'index.html'));
    const site = await host({ folder: half });
    const { context, page } = await visit(site.url);
    await page.getByRole('button', { name: 'Make available offline' }).click();
    await page.getByText('The browser could not install this site for offline use').waitFor();
    site.serve(dist);
    await keepAll(page);
    await context.close();
    await site.close();
    await rm(half, { recursive: true });
  });

  test('Start keeps what the exercise needs, and a reload without the host goes on', async () => {
    const site = await host();
    const { context, page } = await visit(site.url + lessonPath);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('#lesson[data-offline="ready"]').waitFor();
    site.down();
    await page.reload();
    await page.locator('#lesson[data-phase="running"]').waitFor();
    await context.close();
    await site.close();
  });
});

describe('isolation', () => {
  test('a host that sends no headers gets them from the worker, after exactly one reload', async () => {
    const site = await host({ isolating: false });
    const { context, page } = await visit(site.url + lessonPath);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    let loads = 0;
    page.on('framenavigated', () => loads++);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForFunction(() => crossOriginIsolated);
    await page.waitForFunction(() => document.getElementById('lesson')?.dataset['phase'] !== 'reading');
    expect(loads).toBe(1);
    await context.close();
    await site.close();
  });

  test('a browser that allows no worker starts without them, and without a reload', async () => {
    const site = await host({ isolating: false });
    const context = await browser.newContext({ serviceWorkers: 'block' });
    const page = await context.newPage();
    await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
    let loads = 0;
    page.on('framenavigated', () => loads++);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForFunction(() => !['reading'].includes(document.getElementById('lesson')?.dataset['phase'] ?? ''));
    expect({ loads, isolated: await page.evaluate(() => crossOriginIsolated) }).toEqual({ loads: 0, isolated: false });
    await context.close();
    await site.close();
  });
});

describe('a newer version', () => {
  test('waits until it is wanted; work is saved first; then everything is the newer one', async () => {
    const site = await host();
    const { context, page } = await visit(site.url);
    await keepAll(page);
    await page.reload({ waitUntil: 'networkidle' });
    const before = await buildOf(page);

    site.serve(newer);
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
    await page.getByText('A newer version of this site is ready').waitFor();
    // Until then the host's new files are not mixed in, not even by a reload.
    await page.reload({ waitUntil: 'networkidle' });
    expect({ build: await buildOf(page), headline: await headline(page) }).toEqual({
      build: before,
      headline: 'Take a model all the way to its users',
    });

    await page.evaluate(() => {
      document.addEventListener('plumbline:before-update', (event) => {
        (event as CustomEvent<{ waitFor: Promise<unknown>[] }>).detail.waitFor.push(
          new Promise((resolve) => document.addEventListener('test:saved', resolve)).then(() => sessionStorage.setItem('saved', 'yes')),
        );
      });
    });
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.locator('[data-update] [aria-busy=true]').waitFor();
    expect(await buildOf(page)).toBe(before);
    await Promise.all([page.waitForEvent('framenavigated'), page.evaluate(() => void document.dispatchEvent(new Event('test:saved')))]);
    await page.getByText('Bring a model all the way').waitFor();
    expect(await page.evaluate(() => sessionStorage.getItem('saved'))).toBe('yes');
    await page.waitForFunction(async () => (await caches.keys()).length === 1);
    site.down();
    await page.goto(site.url + lessonPath);
    expect(await headline(page)).toBe('Ship a better leaf');
    expect(await buildOf(page)).not.toBe(before);
    await context.close();
    await site.close();
  });

  test('is not forced on a second tab', async () => {
    const site = await host();
    const { context, page } = await visit(site.url);
    await keepAll(page);
    const other = await context.newPage();
    await other.goto(site.url + lessonPath);
    site.serve(newer);
    await page.reload({ waitUntil: 'networkidle' });
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByText('Close the other tab of this site first').waitFor();
    await other.close();
    await Promise.all([page.waitForEvent('framenavigated'), page.getByRole('button', { name: 'Update now' }).click()]);
    await page.getByText('Bring a model all the way').waitFor();
    await context.close();
    await site.close();
  });

  test('that cannot be saved for is not taken', async () => {
    const site = await host();
    const { context, page } = await visit(site.url);
    await keepAll(page);
    await page.reload({ waitUntil: 'networkidle' });
    site.serve(newer);
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
    await page.evaluate(() =>
      document.addEventListener('plumbline:before-update', (event) =>
        (event as CustomEvent<{ waitFor: Promise<unknown>[] }>).detail.waitFor.push(Promise.reject(new Error('the disk is full.'))),
      ),
    );
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByText('Not updated, because your work could not be saved: the disk is full.').waitFor();
    expect(await headline(page)).toBe('Take a model all the way to its users');
    await context.close();
    await site.close();
  });

  test('an upload caught half-way is refused', async () => {
    const half = await mkdtemp(join(tmpdir(), 'plumbline-half-'));
    await cp(newer, half, { recursive: true });
    // The newer worker is there already, its home page is still the older one.
    await cp(join(dist, 'index.html'), join(half, 'index.html'));
    const site = await host();
    const { context, page } = await visit(site.url);
    await keepAll(page);
    await page.reload({ waitUntil: 'networkidle' });
    const before = await buildOf(page);
    site.serve(half);
    const state = await page.evaluate(async () => {
      const registration = (await navigator.serviceWorker.getRegistration())!;
      const found = new Promise<string>((resolve) =>
        registration.addEventListener('updatefound', () =>
          registration.installing?.addEventListener('statechange', (event) => resolve((event.target as ServiceWorker).state)),
        ),
      );
      await registration.update();
      return await found;
    });
    expect(state).toBe('redundant');
    await page.reload({ waitUntil: 'networkidle' });
    expect(await buildOf(page)).toBe(before);
    await context.close();
    await site.close();
    await rm(half, { recursive: true });
  });

  test('a file not kept yet is not taken from another version', async () => {
    const site = await host();
    const { context, page } = await visit(site.url);
    // Installed, but only pages are kept.
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/service-worker.js');
      await navigator.serviceWorker.ready;
    });
    await page.reload({ waitUntil: 'networkidle' });
    const changed = await mkdtemp(join(tmpdir(), 'plumbline-changed-'));
    await cp(newer, changed, { recursive: true });
    await writeFile(join(changed, 'pagefind/pagefind.js'), 'export const another = "version";');
    site.serve(changed);
    const answer = await page.evaluate(async () => {
      const response = await fetch('/pagefind/pagefind.js');
      return { status: response.status, text: await response.text() };
    });
    expect(answer).toEqual({
      status: 503,
      text: expect.stringContaining(
        'The site was updated while this version was open. Your work is saved in this browser',
      ) as unknown as string,
    });
    await context.close();
    await site.close();
    await rm(changed, { recursive: true });
  });
});
