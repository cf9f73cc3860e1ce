import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright';
import { filesBelow } from '../../src/site/build/manifest.ts';
import { host, lessonPath, openBrowser, troubles, type Host } from './support.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let site: Host;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-base-'));
  // The site is built as anybody would who publishes below a path. Not with this process's environment: the test runner sets BASE_URL in it.
  const { PATH, HOME } = process.env;
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/astro/bin/astro.mjs'), 'build'], {
    cwd: root,
    env: { PATH, HOME, PLUMBLINE_BASE: '/course/', PLUMBLINE_OUT: folder, ASTRO_TELEMETRY_DISABLED: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  site = await host({ folder, base: '/course/', isolating: false });
  browser = await openBrowser();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

test('no address leaves the base path', async () => {
  const outside: string[] = [];
  for (const path of (await filesBelow(folder)).filter((file) => file.endsWith('.html'))) {
    const html = await readFile(join(folder, path), 'utf8');
    for (const [, address = ''] of html.matchAll(/\s(?:href|src)="(\/[^"]*)"/g))
      if (!address.startsWith('/course/')) outside.push(`${path}: ${address}`);
  }
  expect(outside).toEqual([]);
});

test('home, lesson, search, Start and the site offline, all below the base', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const seen = troubles(page, site.url);
  await page.goto(site.url, { waitUntil: 'networkidle' });
  await page.getByRole('link', { name: 'Start', exact: true }).click();
  await page.waitForURL(site.url + lessonPath);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('digest');
  await page.getByRole('status').filter({ hasText: 'found' }).waitFor();
  expect(await page.locator('[data-search-results] a').first().getAttribute('href')).toMatch(/^\/course\//);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForFunction(() => crossOriginIsolated);
  await page.goto(site.url, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Make available offline' }).click();
  await page.getByText('All of it is on this device').waitFor();
  site.down();
  await page.goto(site.url + lessonPath);
  expect(await page.locator('h1').textContent()).toBe('Ship a better leaf');
  expect(seen.filter((trouble) => !trouble.startsWith('Failed to load resource'))).toEqual([]);
  await context.close();
});
