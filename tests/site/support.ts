/** A static host and a browser for the tests of the built site. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import sirv from 'sirv';

/** The build under test: what `npm run build` left, or another one named by PLUMBLINE_DIST. */
export const dist = process.env['PLUMBLINE_DIST'] ?? join(import.meta.dirname, '../../dist');
if (!existsSync(join(dist, 'service-worker.js'))) throw new Error(`${dist} has no finished build. Run: npm run build`);

export const lessonPath = '3-continuous-delivery/3-ship-a-better-leaf/';

export interface Host {
  readonly url: string;
  /** Serves another folder from now on, as a new upload would. */
  serve(folder: string): void;
  /** Refuses every connection until `up`. */
  down(): void;
  up(): void;
  /** Paths asked for so far. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export interface HostOptions {
  readonly folder?: string;
  readonly base?: string;
  /** Whether the host sends the headers that isolate the page. */
  readonly isolating?: boolean;
}

/** A host as plain as they come, on the port of these tests or on any free one. */
export async function host({ folder = dist, base = '/', isolating = true }: HostOptions = {}): Promise<Host> {
  let files = handler(folder, isolating);
  let reachable = true;
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    if (!reachable) return void request.socket.destroy();
    if (!path.startsWith(base)) return void response.writeHead(404).end('outside the base');
    request.url = `/${path.slice(base.length)}`;
    files(request, response, () => void response.writeHead(404, { 'content-type': 'text/plain' }).end('not found'));
  });
  await new Promise<void>((resolve) => server.listen(Number(process.env['PLUMBLINE_TEST_PORT'] ?? 0), '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://localhost:${port}${base}`,
    serve: (next) => (files = handler(next, isolating)),
    down: () => (reachable = false),
    up: () => (reachable = true),
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function handler(folder: string, isolating: boolean): ReturnType<typeof sirv> {
  return sirv(folder, {
    dev: true,
    etag: true,
    setHeaders: (response) => {
      response.setHeader('cache-control', 'no-cache');
      if (!isolating) return;
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
      response.setHeader('cross-origin-resource-policy', 'same-origin');
    },
  });
}

export async function openBrowser(): Promise<Browser> {
  const candidates = [
    process.env['PLUMBLINE_CHROMIUM'],
    chromium.executablePath(),
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('No Chromium found. Install one, or name it in PLUMBLINE_CHROMIUM.');
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
}

/** What went wrong in a page: console errors, exceptions, refused by the policy, asked of another host. */
export function troubles(page: Page, ownUrl: string): readonly string[] {
  const seen: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(message.text());
  });
  page.on('pageerror', (error) => seen.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== new URL(ownUrl).origin) seen.push(`asked of another host: ${request.url()}`);
  });
  return seen;
}

/** Progress as the page keeps it, put there before the page loads. */
export async function withProgress(context: BrowserContext, events: readonly object[]): Promise<void> {
  await context.addInitScript(
    (kept) => {
      if (localStorage.getItem('plumbline.progress') === null) localStorage.setItem('plumbline.progress', kept);
    },
    JSON.stringify({ version: 1, events }),
  );
}

export const begun = (exercise: string, what = 'started', minutesAgo = 12): object => ({
  what,
  exercise,
  check: null,
  status: null,
  attempts: 0,
  durationMs: 0,
  at: Date.now() - minutesAgo * 60_000,
});
