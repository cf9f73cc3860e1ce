/** The recorded workbench in a real browser: built once, served with the lesson page's policy. */
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
