import { readFile } from 'node:fs/promises';
import push from '../../src/site/push-to-phone.json' with { type: 'json' };
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright';
import { begun, host, openBrowser, withProgress, type Host } from './support.ts';

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

async function home(events: readonly object[] = [], options: object = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  if (events.length > 0) await withProgress(context, events);
  const page = await context.newPage();
  await page.goto(site.url, { waitUntil: 'networkidle' });
  return page;
}

/** What the page says about where the learner is. */
async function standing(page: Page): Promise<object> {
  return {
    button: (await page.locator('[data-continue]').textContent())?.trim(),
    total: (await page.locator('[data-total]').textContent())?.trim(),
    level3: (await page.locator('[data-level="3"] [data-count]').textContent())?.trim(),
    bobAt: await page.locator('[data-level].at').evaluateAll((levels) => levels.map((level) => (level as HTMLElement).dataset['level'])),
    done: await page.locator('[data-level].done').evaluateAll((levels) => levels.map((level) => (level as HTMLElement).dataset['level'])),
    lesson: await page.locator('li[data-exercise="ship-a-better-leaf"]').getAttribute('data-progress'),
  };
}

const level0 = ['first-clone-first-fix', 'find-the-handoff', 'big-bang-or-small-batches'].map((exercise) =>
  begun(exercise, 'completed', 9000),
);

test('a new learner is shown where to start', async () => {
  const page = await home();
  expect(await standing(page)).toEqual({
    button: 'Start',
    total: '33 exercises, 1 to be done today',
    level3: '5 exercises, starts here',
    bobAt: ['3'],
    done: [],
    lesson: null,
  });
  await page.getByRole('link', { name: 'Start', exact: true }).click();
  await page.waitForURL(/3-ship-a-better-leaf\/$/);
  await page.context().close();
});

test('the recorded push reads as words, with spaces between them', async () => {
  const page = await home();
  const { commit } = push;
  expect(await page.locator('.story ol > li').nth(1).locator('div').innerText()).toBe(`${commit.id} ${commit.message}`);
  await page.context().close();
});

test('a returning one is shown where they were', async () => {
  const page = await home([
    ...level0,
    begun('build-once-promote', 'completed', 5000),
    begun('quality-gate', 'completed', 4000),
    begun('ship-a-better-leaf'),
  ]);
  expect(await standing(page)).toEqual({
    button: 'Continue 3.3 Ship a better leaf',
    total: '5 of 33 exercises',
    level3: '2 of 5, now 3.3',
    bobAt: ['3'],
    done: ['0'],
    lesson: 'started',
  });
  await page.context().close();
});

test('what was finished is marked, here and in the list of lessons', async () => {
  const page = await home([begun('ship-a-better-leaf'), begun('ship-a-better-leaf', 'completed', 1)]);
  expect(await standing(page)).toEqual({
    button: 'Open 3.3 Ship a better leaf',
    total: '1 of 33 exercises',
    level3: '1 of 5, now 3.3',
    bobAt: ['3'],
    done: [],
    lesson: 'completed',
  });
  await page.goto(`${site.url}3-continuous-delivery/`);
  expect(await page.getByRole('link', { name: /Ship a better leaf.*, done/ }).count()).toBe(1);
  await page.context().close();
});

test('progress travels as a file, and joins what is there', async () => {
  const one = await home([begun('ship-a-better-leaf', 'started', 60)]);
  const [download] = await Promise.all([one.waitForEvent('download'), one.getByRole('button', { name: 'Export progress' }).click()]);
  expect(download.suggestedFilename()).toMatch(/^plumbline-progress-\d{4}-\d\d-\d\d\.json$/);
  const path = await download.path();

  const two = await home([begun('find-the-handoff', 'completed', 30)]);
  await two
    .locator('[data-import]')
    .setInputFiles({ name: download.suggestedFilename(), mimeType: 'application/json', buffer: await readFile(path) });
  await two.getByText('Imported: 1 new entries in 1 exercise. What was here is kept.').waitFor();
  expect(await standing(two)).toMatchObject({ button: 'Continue 3.3 Ship a better leaf', total: '1 of 33 exercises', lesson: 'started' });
  await two.reload();
  expect(await standing(two)).toMatchObject({ button: 'Continue 3.3 Ship a better leaf', total: '1 of 33 exercises', lesson: 'started' });
  await Promise.all([one.context().close(), two.context().close()]);
});

test.each([
  ['cut off', '{"format":"plumbline-progress","ver', 'not readable as JSON: line 1'],
  ['somebody else’s', '{"users":[]}', 'not a progress file of this course'],
  ['a picture', '\u0089PNG\r\n', 'not readable as JSON'],
])('a file that is %s changes nothing and says why', async (_name, text, message) => {
  const page = await home([begun('ship-a-better-leaf')]);
  const before = await page.evaluate(() => localStorage.getItem('plumbline.progress'));
  await page.locator('[data-import]').setInputFiles({ name: 'progress.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.getByText(message).waitFor();
  expect(await page.evaluate(() => localStorage.getItem('plumbline.progress'))).toBe(before);
  await page.context().close();
});

test('a browser that keeps nothing says so, and still shows the course', async () => {
  const context = await browser.newContext();
  await context.addInitScript(() =>
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    }),
  );
  const page = await context.newPage();
  await page.goto(site.url, { waitUntil: 'networkidle' });
  await page.getByText('This browser keeps nothing for this site').waitFor();
  expect((await page.locator('[data-continue]').textContent())?.trim()).toBe('Start');
  await context.close();
});

test('from the keyboard: skip, search, a level, the theme', async () => {
  const page = await home();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Start');

  await page.locator('[data-level="5"] summary').focus();
  await page.keyboard.press('Enter');
  expect(await page.getByText('Three log levels').isVisible()).toBe(true);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('balanced accuracy');
  await page
    .getByRole('status')
    .filter({ hasText: /\d+ pages? found/ })
    .waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/3-ship-a-better-leaf\//);

  const theme = (): Promise<string | null> => page.locator('html').getAttribute('data-theme');
  const before = await theme();
  await page.getByRole('button', { name: 'Switch between light and dark' }).focus();
  await page.keyboard.press('Space');
  expect(await theme()).not.toBe(before);
  await page.reload();
  expect(await theme()).not.toBe(before);
  await page.context().close();
});

test('nothing found is said in words', async () => {
  const page = await home();
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill('qqqq');
  await page.getByText('Nothing found for “qqqq”').waitFor();
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.context().close();
});

test('with reduced motion nothing moves', async () => {
  const page = await home([], { reducedMotion: 'reduce' });
  const moving = await page.evaluate(() => document.getAnimations().length);
  const durations = await page.evaluate(() =>
    ['--pl-fast', '--pl-base', '--pl-slow', '--pl-settle'].map((name) =>
      getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
    ),
  );
  expect({ moving, durations }).toEqual({
    moving: 0,
    durations: ['0ms', '0ms', '0ms', '0ms'].map((value) => expect.stringMatching(new RegExp(`^(${value}|0s)$`)) as unknown as string),
  });
  await page.context().close();
});
