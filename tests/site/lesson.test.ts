import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright';
import { begun, host, lessonPath, openBrowser, troubles, withProgress, type Host } from './support.ts';

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

async function lesson(options: object = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  return page;
}

const readWidth = (page: Page): Promise<number> => page.locator('#lesson-read').evaluate((pane) => (pane as HTMLElement).offsetWidth);

test('the window is filled as drawn: header 44, reading pane 432, separator 5', async () => {
  const page = await lesson();
  const box = async (selector: string): Promise<object> => {
    const { x, y, width, height } = (await page.locator(selector).boundingBox())!;
    return { x, y, width, height };
  };
  expect({
    top: await box('.lesson-top'),
    read: await box('#lesson-read'),
    split: await box('#lesson-split'),
    bench: await box('#workbench'),
  }).toEqual({
    top: { x: 0, y: 0, width: 1440, height: 44 },
    read: { x: 0, y: 44, width: 432, height: 856 },
    split: { x: 432, y: 44, width: 5, height: 856 },
    bench: { x: 437, y: 44, width: 1003, height: 856 },
  });
  await page.context().close();
});

test('the separator: arrows, limits, folding, reset, and the width is remembered', async () => {
  const page = await lesson();
  const split = page.getByRole('separator', { name: 'Resize lesson and workbench' });
  await split.focus();
  const widths: number[] = [];
  for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowLeft', 'End', 'Home']) {
    await page.keyboard.press(key);
    widths.push(await readWidth(page));
  }
  expect(widths).toEqual([448, 432, 416, 720, 320]);
  expect(await split.getAttribute('aria-valuenow')).toBe('320');
  await page.reload({ waitUntil: 'networkidle' });
  expect(await readWidth(page)).toBe(320);

  await split.focus();
  await page.keyboard.press('Enter');
  expect({
    width: await readWidth(page),
    text: await split.getAttribute('aria-valuetext'),
    rail: await page.getByRole('list', { name: 'Outcomes' }).last().isVisible(),
  }).toEqual({ width: 48, text: 'folded', rail: true });
  await page.getByRole('button', { name: 'Show the lesson' }).click();
  expect(await readWidth(page)).toBe(320);

  await split.dblclick();
  expect(await readWidth(page)).toBe(432);
  const { x, y } = (await split.boundingBox())!;
  await page.mouse.move(x + 2, y + 400);
  await page.mouse.down();
  await page.mouse.move(562, y + 400, { steps: 4 });
  await page.mouse.up();
  expect(await readWidth(page)).toBe(562);
  await page.context().close();
});

test('before Start: outcomes to reach, measured sizes, snippets to copy, nothing to run', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  expect(await page.locator('#outcomes li').count()).toBeGreaterThanOrEqual(5);
  expect(await page.locator('[data-size]').allTextContents()).toEqual([
    expect.stringMatching(/^\d+(\.\d)? MB$/),
    expect.stringMatching(/^\d+(\.\d)? MB$/),
  ]);
  const snippet = page.locator('[data-snippet]').first();
  expect(await snippet.getByRole('button', { name: 'Run in the terminal' }).isVisible()).toBe(false);
  await snippet.getByRole('button', { name: 'Copy' }).click();
  await snippet.getByText('Copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe((await snippet.locator('pre').textContent())?.trimEnd());
  await context.close();
});

test('a snippet is copied as the lesson has it, indentation and empty lines included', async () => {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  const source = readFileSync(join(import.meta.dirname, '../../content/3-continuous-delivery/3-ship-a-better-leaf.mdx'), 'utf8');
  const written = [...source.matchAll(/<Snippet(?: code=\{`([^`]*)`\} \/>|>\n```bash\n([\s\S]*?)\n```)/g)].map(
    ([, line, lines]) => line ?? lines,
  );
  expect(written.filter((code) => /^ {4}\S/m.test(code ?? ''))).toHaveLength(1);
  const copied: string[] = [];
  for (const snippet of await page.locator('[data-snippet]').all()) {
    await snippet.getByRole('button', { name: 'Copy' }).click();
    await snippet.getByText('Copied').waitFor();
    copied.push(await page.evaluate(() => navigator.clipboard.readText()));
  }
  expect(copied).toEqual(written);
  await context.close();
});

test('the prose asks the workbench through events, and shows the states it sets', async () => {
  const page = await lesson();
  const told = await page.evaluate(() => {
    const seen: object[] = [];
    for (const name of ['plumbline:run', 'plumbline:open'])
      document.addEventListener(name, (event) => seen.push({ name, ...(event as CustomEvent<object>).detail }));
    document.getElementById('lesson')!.dataset['phase'] = 'running';
    document.querySelector<HTMLElement>('[data-run]')!.click();
    document.querySelector<HTMLElement>('.file-link')!.click();
    return seen;
  });
  expect(told).toEqual([
    { name: 'plumbline:run', code: (await page.locator('[data-snippet]').first().locator('pre').textContent())?.trimEnd() },
    { name: 'plumbline:open', path: await page.locator('.file-link').first().getAttribute('data-open') },
  ]);
  const task = page.locator('[data-task]').first();
  const check = (await task.getAttribute('data-task')) ?? '';
  await page.evaluate(
    (id) => document.querySelectorAll<HTMLElement>(`[data-check="${id}"]`).forEach((element) => (element.dataset['state'] = 'holds')),
    check,
  );
  await task.getByText('holds').waitFor({ state: 'attached' });
  await page.context().close();
});

test('a term explains itself', async () => {
  const page = await lesson();
  const term = page.locator('.term').first();
  await term.getByRole('button').focus();
  await page.keyboard.press('Enter');
  expect(await term.getByRole('note').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await term.getByRole('note').isVisible()).toBe(false);
  await page.context().close();
});

test('on a phone: two tabs, and what is touched is large enough', async () => {
  const page = await lesson({ viewport: { width: 360, height: 740 }, hasTouch: true });
  const tabs = page.getByRole('navigation', { name: 'Lesson views' });
  expect(await page.locator('#workbench').isVisible()).toBe(false);
  await tabs.getByRole('button', { name: 'Start' }).tap();
  expect({
    read: await page.locator('#lesson-read').isVisible(),
    bench: await page.locator('#workbench').isVisible(),
    current: await tabs.locator('[aria-current]').textContent(),
  }).toEqual({
    read: false,
    bench: true,
    current: expect.stringContaining('Start') as unknown as string,
  });
  const heights = await page
    .locator('#lesson-tabs button, [data-start]')
    .evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).offsetHeight));
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
  await page.context().close();
});

test.each([390, 360])('the header of a phone of %i px shows the whole name, and the clock under it', async (width) => {
  const page = await lesson({ viewport: { width, height: 740 }, hasTouch: true });
  await page.evaluate(() => (document.getElementById('lesson-status')!.innerHTML = '<span>Day 41, 13:46</span>'));
  const boxes = await page
    .locator('.top > :is(a, button, .crumb, .status)')
    .evaluateAll((items) => items.filter((item) => item.checkVisibility()).map((item) => item.getBoundingClientRect().toJSON() as DOMRect));
  expect(boxes.length).toBeGreaterThanOrEqual(6);
  const overlaps = boxes.flatMap((a, i) =>
    boxes.slice(i + 1).filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
  );
  const name = page.locator('[data-lesson-name]');
  expect({
    overlaps,
    outside: boxes.filter((box) => box.left < 0 || box.right > width || box.top < 0 || box.bottom > 49),
    whole: await name.evaluate((element) => element.scrollWidth <= element.clientWidth),
    targets: await page
      .locator('.top > :is(a, button)')
      .evaluateAll((items) =>
        items.filter((item) => item.checkVisibility() && (item as HTMLElement).offsetHeight < 44).map((item) => item.outerHTML),
      ),
  }).toEqual({ overlaps: [], outside: [], whole: true, targets: [] });
  await page.context().close();
});

test('without JavaScript it reads from top to bottom, and says what needs it', async () => {
  const page = await lesson({ javaScriptEnabled: false });
  expect({
    prose: await page.getByText('Why small releases').isVisible(),
    outcomes: await page.locator('#outcomes li').first().isVisible(),
    start: await page.locator('[data-start]').isVisible(),
    copy: await page.locator('[data-copy]').first().isVisible(),
    says: await page.getByText('The workbench needs JavaScript').isVisible(),
  }).toEqual({ prose: true, outcomes: true, start: false, copy: false, says: true });
  await page.context().close();
});

test('someone who was here is offered to go on', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await withProgress(context, [begun('ship-a-better-leaf')]);
  const page = await context.newPage();
  const seen = troubles(page, site.url);
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  expect({
    pill: await page.locator('[data-lesson-state]').textContent(),
    button: await page.locator('[data-start]').textContent(),
    title: await page.locator('[data-start-title]').textContent(),
    seen,
  }).toEqual({
    pill: 'Started 12 min ago',
    button: 'Continue',
    title: 'Your company waits as you left it',
    seen: [],
  });
  await context.close();
});

test('a reload shows the place in the text that was being read', async () => {
  const page = await lesson();
  const place = (): Promise<number> => page.locator('[data-prose]').evaluate((prose) => prose.scrollTop);
  await page.locator('[data-prose]').evaluate((prose) => (prose.scrollTop = 900));
  await page.reload({ waitUntil: 'networkidle' });
  expect(await place()).toBe(900);
  await page.context().close();
});

test('how long ago the lesson was begun goes on while the page is open', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await withProgress(context, [begun('ship-a-better-leaf')]);
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  await page.clock.runFor(5 * 60_000);
  expect(await page.locator('[data-lesson-state]').textContent()).toBe('Started 17 min ago');
  await context.close();
});

test('when the workbench cannot be fetched, Start says so and can be pressed again', async () => {
  const page = await lesson({ serviceWorkers: 'block' });
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'could not be loaded' }).waitFor();
  expect({
    busy: await page.locator('[data-start]').getAttribute('aria-busy'),
    enabled: await page.locator('[data-start]').isEnabled(),
    phase: await page.locator('#lesson').getAttribute('data-phase'),
  }).toEqual({
    busy: null,
    enabled: true,
    phase: 'failed',
  });
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Start again', exact: true }).click();
  await page.locator('.xterm-rows').waitFor();
  const unstyled = await page
    .locator('link[rel=stylesheet]')
    .evaluateAll((links) => links.filter((link) => (link as HTMLLinkElement).sheet === null).length);
  expect({
    unstyled,
    tabs: await page
      .locator('.wb-tabs')
      .first()
      .evaluate((tabs) => getComputedStyle(tabs).display),
  }).toEqual({
    unstyled: 0,
    tabs: 'flex',
  });
  await page.context().close();
});

test('a reload that cannot open the exercise again says so on the tab that a phone shows', async () => {
  const page = await lesson({ serviceWorkers: 'block', viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.evaluate(() => sessionStorage.setItem('plumbline.open', document.getElementById('lesson')!.dataset['exercise']!));
  await page.route(/\/_astro\/start\./, (route) => route.abort());
  await page.reload();
  const note = page.locator('#lesson-read [role=alert]').filter({ hasText: 'could not be loaded' });
  await note.waitFor();
  expect((await note.boundingBox())!.y).toBeLessThan(200);
  await page.context().close();
});

test('a lesson that was begun shows its outcomes as they were last seen', async () => {
  const context = await browser.newContext();
  const judged = (check: string, status: string): object => ({ ...begun('ship-a-better-leaf', 'checked', 5), check, status, attempts: 1 });
  await withProgress(context, [begun('ship-a-better-leaf'), judged('three-releases', 'holds'), judged('push-to-phone', 'fails')]);
  const page = await context.newPage();
  await page.goto(site.url + lessonPath, { waitUntil: 'networkidle' });
  const states = await page
    .locator('#outcomes [data-check]')
    .evaluateAll((marks) => marks.map((mark) => [(mark as HTMLElement).dataset['check'], (mark as HTMLElement).dataset['state']]));
  expect(Object.fromEntries(states)).toMatchObject({ 'three-releases': 'holds', 'push-to-phone': 'fails', 'tested-is-served': 'todo' });
  expect(await page.locator('[data-outcomes-count]').textContent()).toBe('1 of 6 held');
  await context.close();
});

test('by keyboard, Start is one link and one step away', async () => {
  const page = await lesson();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the workbench');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Start');
  await page.context().close();
});
