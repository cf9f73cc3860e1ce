import { AxeBuilder } from '@axe-core/playwright';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright';
import { filesBelow } from '../../src/site/build/manifest.ts';
import { begun, dist, host, lessonPath, openBrowser, troubles, withProgress, type Host } from './support.ts';

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

interface View {
  readonly path: string;
  readonly width: number;
  readonly theme: 'light' | 'dark';
  readonly returning?: boolean;
}

async function open({ path, width, theme, returning = false }: View): Promise<{ page: Page; seen: readonly string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: width < 800 ? 780 : 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  if (returning) await withProgress(context, [begun('first-clone-first-fix', 'completed', 900), begun('ship-a-better-leaf')]);
  const page = await context.newPage();
  const seen = troubles(page, site.url);
  await page.goto(site.url + path, { waitUntil: 'networkidle' });
  return { page, seen };
}

const paths = ['', lessonPath, '3-continuous-delivery/', '7-capstone/', 'accessibility/', 'licence/', '404.html'];
const views: readonly View[] = [
  ...paths.flatMap((path): View[] => [
    { path, width: 1440, theme: 'light' },
    { path, width: 360, theme: 'dark' },
  ]),
  { path: '', width: 1440, theme: 'dark', returning: true },
  { path: '', width: 360, theme: 'light', returning: true },
  { path: lessonPath, width: 1440, theme: 'dark', returning: true },
  { path: lessonPath, width: 900, theme: 'light' },
  // 1280 px at 400 %.
  { path: '', width: 320, theme: 'light' },
  { path: lessonPath, width: 320, theme: 'light' },
];

describe('every page', () => {
  test.each(views)('$path at $width px, $theme, returning: $returning: no violations, no errors, nothing sideways', async (view) => {
    const { page, seen } = await open(view);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`),
    ).toEqual([]);
    expect(seen).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    // A lesson fills the window; only its panes scroll.
    if (view.path === lessonPath) expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
    await page.context().close();
  });

  test('the start panel and the list of lessons on a phone', async () => {
    const { page, seen } = await open({ path: lessonPath, width: 360, theme: 'light' });
    await page.getByRole('button', { name: 'Start', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Your company, in this page' }).waitFor();
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    await page.getByRole('button', { name: 'Read' }).click();
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    await page.getByRole('button', { name: 'All lessons' }).click();
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    expect(seen).toEqual([]);
    await page.context().close();
  });

  test('text at 200 % still fits', async () => {
    const { page } = await open({ path: '', width: 720, theme: 'light' });
    await page.evaluate(() => (document.documentElement.style.fontSize = '32px'));
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.context().close();
  });
});

describe('the build as files', () => {
  test('no link, script, style or image leads nowhere', async () => {
    const files = await filesBelow(dist);
    const dead: string[] = [];
    for (const page of files.filter((path) => path.endsWith('.html'))) {
      const html = readFileSync(join(dist, page), 'utf8');
      for (const [, address = ''] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
        if (/^(https?:|data:|mailto:|blob:)/.test(address)) continue;
        const [path = '', fragment] = address.split('#');
        const absolute = path === '' ? `/${page}` : posix.resolve('/', posix.dirname(`/${page}`), path);
        const target = [absolute, posix.join(absolute, 'index.html')]
          .map((candidate) => join(dist, candidate))
          .find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
        if (!target) dead.push(`${page}: ${address}`);
        else if (fragment && target.endsWith('.html') && !readFileSync(target, 'utf8').includes(`id="${fragment}"`))
          dead.push(`${page}: ${address}`);
      }
    }
    expect(dead).toEqual([]);
  });

  test('every page has a policy that needs nothing inline, and lessons relax it for styles only', async () => {
    for (const page of (await filesBelow(dist)).filter((path) => path.endsWith('.html'))) {
      const html = readFileSync(join(dist, page), 'utf8');
      const policy = /<meta http-equiv="content-security-policy" content="([^"]*)">/.exec(html)?.[1] ?? '';
      const directive = (name: string): string | undefined => policy.split('; ').find((one) => one.startsWith(`${name} `));
      const lesson = html.includes('id="workbench"');
      expect({
        page,
        before: html.indexOf('content-security-policy') < html.indexOf('<script'),
        script: directive('script-src')?.replace(/ 'sha256-[^']+'/g, ''),
        style: directive('style-src'),
        connect: directive('connect-src'),
        inline: lesson ? 0 : (html.match(/ style="/g)?.length ?? 0),
      }).toEqual({
        page,
        before: true,
        script: "script-src 'self' 'wasm-unsafe-eval'",
        style: lesson ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
        connect: `connect-src 'self'${lesson ? ' https://pypi.org https://files.pythonhosted.org' : ''}`,
        inline: 0,
      });
    }
  });
});
