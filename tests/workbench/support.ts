/** The recorded workbench in a real browser: built once, served with the lesson page's policy. */
import AxeBuilder from '@axe-core/playwright';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import sirv from 'sirv';
import { build } from 'vite';
import type { Scene } from './demo-client.ts';

const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

export interface Opened {
  readonly page: Page;
  /** What the browser complained about: errors of scripts, refused styles, missing files. */
  readonly complaints: string[];
}

export interface OpenOptions {
  readonly scene?: Scene;
  readonly theme?: 'light' | 'dark';
  readonly tab?: 'read' | 'terminal';
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: 'reduce';
  readonly forcedColors?: 'active';
}

export interface Harness {
  open(options?: OpenOptions): Promise<Opened>;
  close(): Promise<void>;
}

/** Types at the prompt, as a learner does. */
export async function type(page: Page, text: string): Promise<void> {
  // A view that is only just coming does not take the focus yet.
  await page.waitForFunction(() => {
    const area = document.querySelector<HTMLElement>('.under textarea');
    area?.focus();
    return area !== null && document.activeElement === area;
  });
  await page.keyboard.type(text);
}

/** Waits until the terminal says it. */
export const inTerminal = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => document.querySelector<HTMLElement>('.xterm-accessibility-tree')?.innerText.replaceAll('\u00a0', ' ').includes(wanted),
    text,
  );

/** What was begun is drawn: a transition in the middle has colours of its own. What turns for ever is not waited for. */
export const settled = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    const ending = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });

/** What axe finds, without the libraries' own insides. */
export async function violations(page: Page, within = 'body'): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .include(within)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .exclude('.monaco-editor')
    .exclude('.xterm')
    .analyze();
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(' | ')}`);
}

/** Builds and serves the recorded workbench, and starts a browser. */
export async function harness(): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-'));
  await build({ configFile: join(import.meta.dirname, 'harness/vite.config.ts'), logLevel: 'error', build: { outDir: folder } });
  const files = sirv(folder, { dev: false, setHeaders: (response) => response.setHeader('content-security-policy', POLICY) });
  const server: Server = createServer((request, response) => files(request, response));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launch();
  return {
    async open({ scene = 'mid', theme = 'light', tab = 'terminal', width = 1440, height = 900, ...media } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, hasTouch: width <= 760, ...media });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const complaints: string[] = [];
      // The recorded step summary tries an event handler, which the policy refuses and the cleaning removes.
      page.on(
        'console',
        (message) => message.type() === 'error' && !message.text().includes('inline event handler') && complaints.push(message.text()),
      );
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`http://localhost:${port}/?scene=${scene}&theme=${theme}&tab=${tab}`);
      if (!['slow', 'owned', 'failed', 'fails-late'].includes(scene)) await page.evaluate(() => window.started);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(): Promise<Browser> {
  const candidates = [process.env['PLUMBLINE_CHROMIUM'], chromium.executablePath(), '/usr/bin/chromium', '/usr/bin/google-chrome'];
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw new Error('The browser tests need a Chromium. Run npm test, or set PLUMBLINE_CHROMIUM to the path of one.');
  return chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-background-networking'],
  });
}
