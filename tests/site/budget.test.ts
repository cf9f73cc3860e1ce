import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright';
import { assetsOfPages } from '../../src/site/build/finish.ts';
import { filesBelow } from '../../src/site/build/manifest.ts';
import { dist, host, lessonPath, openBrowser, type Host } from './support.ts';

/** Bytes, gzipped, of all JavaScript that a page brings before Start. */
const budget = 45_000;
const gzipped = (path: string): number => gzipSync(readFileSync(join(dist, path))).length;

let site: Host;
let browser: Browser;
beforeAll(async () => {
  site = await host();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test('no page names more script than the budget', async () => {
  const pages = (await filesBelow(dist)).filter((path) => path.endsWith('.html'));
  const sizes = await Promise.all(
    pages.map(async (page) => {
      const scripts = [...(await assetsOfPages(dist, '/', (path) => path === page))].filter((path) => path.endsWith('.js'));
      const inline = [...readFileSync(join(dist, page), 'utf8').matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
        ([, text = '']) => text,
      );
      return { page, bytes: scripts.reduce((sum, path) => sum + gzipped(path), gzipSync(inline.join('\n')).length) };
    }),
  );
  const heaviest = sizes.toSorted((a, b) => b.bytes - a.bytes)[0];
  console.log(`JS before Start, heaviest page: ${heaviest?.bytes} bytes gzipped (${heaviest?.page})`);
  expect(sizes.filter(({ bytes }) => bytes > budget)).toEqual([]);
});

test('nor does a browser fetch more while somebody reads a lesson', async () => {
  const page = await browser.newPage();
  const scripts = new Set<string>();
  page.on('response', (response) => {
    if (/javascript/.test(response.headers()['content-type'] ?? '')) scripts.add(new URL(response.url()).pathname.slice(1));
  });
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  await page.mouse.wheel(0, 5000);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await page.waitForLoadState('networkidle');
  const bytes = [...scripts].reduce((sum, path) => sum + gzipped(path), 0);
  console.log(`JS fetched by the lesson before Start: ${bytes} bytes gzipped in ${scripts.size} files`);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(budget);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await page.close();
});

test('styles and fonts of the editor and the terminal come with Start, not before', async () => {
  const page = await browser.newPage();
  const fetched = new Set<string>();
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname.slice(1);
    if (/\.(css|woff2?|ttf)$/.test(path)) fetched.add(path);
  });
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  const before = [...fetched];
  const raw = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + readFileSync(join(dist, path)).length, 0);
  const [styles, fonts] = [before.filter((path) => path.endsWith('.css')), before.filter((path) => !path.endsWith('.css'))];
  const css = styles.reduce((sum, path) => sum + gzipped(path), 0);
  console.log(`CSS before Start: ${raw(styles)} bytes, ${css} gzipped; fonts: ${raw(fonts)} bytes in ${fonts.length} files`);
  expect(css).toBeLessThanOrEqual(20_000);
  expect(styles.filter((path) => /\.monaco-|\.xterm|\.wb-tab/.test(readFileSync(join(dist, path), 'utf8')))).toEqual([]);
  expect(fonts.filter((path) => /codicon/.test(path))).toEqual([]);

  await page.locator('[data-start]').first().click();
  await page.locator('.xterm-rows').waitFor();
  await page.locator('.monaco-editor').first().waitFor();
  const applied = await page.evaluate(() =>
    ['.monaco-editor', '.xterm', '.wb-tab'].map((wanted) =>
      [...document.styleSheets].some((sheet) => [...sheet.cssRules].some((rule) => rule.cssText.includes(wanted))),
    ),
  );
  expect(applied).toEqual([true, true, true]);
  await page.close();
});
