import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, type Page } from '@playwright/test';
import { carriesWorkerPolicy, workerPolicy } from '../../src/site/worker-policy.js';
import { LESSON, Learner } from './learner.ts';

const root = join(import.meta.dirname, '..', '..');
let folder: string;
/** A build for `/course/`. */
let site: string;
let server: ChildProcess | undefined;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-hosting-'));
  // A server that root has started reads files as another user.
  await chmod(folder, 0o755);
  site = join(folder, 'site');
  const { PATH, HOME } = process.env;
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/astro/bin/astro.mjs'), 'build'], {
    cwd: root,
    env: { PATH, HOME, PLUMBLINE_BASE: '/course/', PLUMBLINE_OUT: site, ASTRO_TELEMETRY_DISABLED: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
});

test.afterEach(async () => {
  if (server?.exitCode === null) {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  server = undefined;
});

test.afterAll(async () => rm(folder, { recursive: true, force: true }));

test.describe('below a base path, where neither host nor service worker can isolate the page', () => {
  test.use({ serviceWorkers: 'block' });

  test('the lesson runs, and an unknown address gets its page', async ({ page }) => {
    const url = await serve(ownServer('--plain'));
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|MIME type/.test(message.text())) refused.push(message.text());
    });
    const learner = new Learner(page);
    await learner.start(url + LESSON);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
    expect(await learner.type('git log --oneline | head -1')).toContain('Note version 0.3');

    const answer = await page.goto(`${url}no/such/page`);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole('heading', { name: 'There is no page at this address' })).toBeVisible();
    await page.getByRole('link', { name: 'All levels' }).click();
    await expect(page).toHaveURL(`${url}#levels`);
    expect(refused).toEqual([]);
  });
});

test.describe('from the workers of the world and of Python', () => {
  /** Where the policy must come from, and whether the host sends it. */
  const hosts = [
    { title: 'a host that sends the policy', options: [], serviceWorkers: 'block', held: true },
    { title: 'a plain host, once the service worker serves', options: ['--plain'], serviceWorkers: 'allow', held: true },
    { title: 'neither: what docs/hosting.md says stays open', options: ['--plain'], serviceWorkers: 'block', held: false },
  ] as const;
  for (const { title, options, serviceWorkers, held } of hosts) {
    test.describe(title, () => {
      test.use({ serviceWorkers });

      test(held ? 'nothing reaches another origin' : 'another origin can be reached', async ({ page }) => {
        const elsewhere = await otherOrigin();
        const learner = new Learner(page);
        await page.goto((await serve(ownServer(...options))) + LESSON);
        await page.locator('[data-start]').first().click();
        // Where the service worker has to isolate the page, it is reloaded first.
        if (held) await page.waitForFunction(() => crossOriginIsolated);
        await learner.atPrompt();
        expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
        const reached = await waysOut(page, elsewhere.url);
        const open = { fetch: !held, import: !held, eval: !held };
        expect(reached).toEqual({ 'world.worker': open, 'python-worker': { ...open, fetch: false } });
        expect(new Set(elsewhere.asked)).toEqual(new Set(held ? [] : ['/fetched', '/world.worker', '/python-worker']));
        await elsewhere.close();
      });
    });
  }
});

test('the headers for Netlify and Cloudflare Pages have the policy of workers, and not for pages', () => {
  const rules = readFileSync(join(root, 'public', '_headers'), 'utf8').split(/\n\n/);
  const carrying = rules.filter(
    (rule) => rule.includes(`\n  Content-Security-Policy: ${workerPolicy}\n`) || rule.endsWith(`: ${workerPolicy}`),
  );
  expect(carrying.map((rule) => rule.split('\n')[0])).toEqual(['/_astro/*', '/pagefind/*']);
  expect(rules.filter((rule) => rule.includes('Content-Security-Policy'))).toEqual(carrying);
});

test.describe('the recipe in docs/hosting.md for', () => {
  test('nginx', async () => {
    test.skip(!installed('nginx', '-v') || !existsSync('/etc/nginx/mime.types'), 'nginx is not installed');
    const own = await folderFor('nginx');
    await cp('/etc/nginx/mime.types', join(own, 'mime.types'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${own}/${name};`).join(' ');
    const url = await serve(async (port) => {
      const server = `server { listen 127.0.0.1:${port}; ${recipe('nginx', site)} }`;
      const http = `http { access_log off; include mime.types; default_type application/octet-stream; ${temporary} ${server} }`;
      await writeFile(join(own, 'nginx.conf'), `daemon off; master_process off; pid ${own}/pid; error_log stderr; events {} ${http}`);
      return ['nginx', ['-e', 'stderr', '-p', own, '-c', join(own, 'nginx.conf')]];
    });
    await look(url);
  });

  test('Apache', async () => {
    const modules = '/usr/lib/apache2/modules';
    test.skip(!installed('apache2', '-v') || !existsSync(modules), 'Apache is not installed');
    const own = await folderFor('apache');
    await cp(site, join(own, 'documents', 'course'), { recursive: true });
    await writeFile(join(own, 'documents', 'course', '.htaccess'), recipe('apache', site));
    const load = ['mpm_event', 'authz_core', 'dir', 'mime', 'filter', 'deflate', 'headers'].map(
      (name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`,
    );
    const url = await serve(async (port) => {
      const config = [
        ...load,
        `Listen 127.0.0.1:${port}`,
        'ServerName localhost',
        'User www-data',
        'Group www-data',
        `PidFile ${own}/pid`,
        `ErrorLog ${own}/log`,
        'TypesConfig /etc/mime.types',
        `DocumentRoot ${own}/documents`,
        `<Directory ${own}/documents>`,
        'Require all granted',
        'AllowOverride All',
        '</Directory>',
      ];
      await writeFile(join(own, 'apache.conf'), `${config.join('\n')}\n`);
      return ['apache2', ['-d', own, '-f', join(own, 'apache.conf'), '-DFOREGROUND']];
    });
    await look(url);
  });

  test('Caddy', async () => {
    test.skip(!installed('caddy', 'version'), 'Caddy is not installed');
    const own = await folderFor('caddy');
    const url = await serve(async (port) => {
      const config = recipe('caddy', site).replace('example.org', `http://localhost:${port}`);
      await writeFile(join(own, 'Caddyfile'), `{\nadmin off\n}\n${config}`);
      return ['caddy', ['run', '--config', join(own, 'Caddyfile'), '--adapter', 'caddyfile']];
    });
    await look(url);
  });
});

/** What the site and its learners depend on, and what the recipes promise beyond that. */
async function look(url: string): Promise<void> {
  const named = `_astro/${readdirSync(join(site, '_astro')).find((file) => file.endsWith('.js'))}`;
  const files: readonly (readonly [path: string, status: number, type: RegExp])[] = [
    ['', 200, /^text\/html/],
    [LESSON, 200, /^text\/html/],
    ['service-worker.js', 200, /^(text|application)\/javascript/],
    ['pyodide/pyodide.asm.js', 200, /^(text|application)\/javascript/],
    ['pyodide/pyodide.asm.wasm', 200, /^application\/wasm/],
    ['pagefind/pagefind-entry.json', 200, /^application\/json/],
    ['pagefind/pagefind-worker.js', 200, /^(text|application)\/javascript/],
    ['favicon.svg', 200, /^image\/svg\+xml/],
    [named, 200, /^(text|application)\/javascript/],
    ['no/such/page', 404, /^text\/html/],
    ['_astro/none.js', 404, /^text\/html/],
  ];
  for (const [path, status, type] of files) {
    const answer = await fetch(url + path);
    const text = await answer.text();
    const header = (name: string): string | null => answer.headers.get(name);
    expect.soft(answer.status, path).toBe(status);
    expect.soft(header('content-type'), path).toMatch(type);
    expect.soft(header('cross-origin-opener-policy'), path).toBe('same-origin');
    expect.soft(header('cross-origin-embedder-policy'), path).toBe('require-corp');
    if (status === 200) expect.soft(header('content-security-policy'), path).toBe(carriesWorkerPolicy(path) ? workerPolicy : null);
    expect.soft(header('cache-control'), path).toBe(path === named ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (status === 404) expect.soft(text, path).toContain('There is no page at this address');
    if (path === 'pyodide/pyodide.asm.wasm') expect.soft(header('content-encoding'), path).toMatch(/^(gzip|zstd)$/);
    if (path === '') {
      expect.soft(header('x-frame-options')).toBe('SAMEORIGIN');
      const known = { 'if-none-match': header('etag') ?? '', 'if-modified-since': header('last-modified') ?? '' };
      const again = await fetch(url, { headers: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== '')) });
      expect.soft(again.status, 'the home page, unchanged').toBe(304);
    }
  }
  for (const path of ['', LESSON]) expect.soft((await fetch((url + path).replace(/\/$/, ''))).url).toBe(url + path);
}

/** What code in each worker of a lesson's page can do, each tried in the worker itself. */
async function waysOut(page: Page, elsewhere: string): Promise<Readonly<Record<string, Readonly<Record<string, boolean>>>>> {
  const tried = page.workers().map(async (worker) => {
    const name = /([\w.]+-?worker)-[^/]*\.js$/.exec(worker.url())?.[1] ?? worker.url();
    const works = await worker.evaluate(
      async ([fetched, imported]) => {
        const tries = async (attempt: () => unknown): Promise<boolean> => {
          try {
            await attempt();
            return true;
          } catch {
            return false;
          }
        };
        return {
          fetch: await tries(() => globalThis.fetch(fetched)),
          import: await tries(() => import(imported)),
          // oxlint-disable-next-line no-eval -- whether it is refused is what is tried
          eval: await tries(() => (0, eval)('6 * 7')),
        };
      },
      [`${elsewhere}/fetched`, `${elsewhere}/${name}`] as const,
    );
    return [name, works] as const;
  });
  return Object.fromEntries(await Promise.all(tried));
}

/** Another origin, which lets everybody have what it serves, and notes what it was asked for. */
async function otherOrigin(): Promise<{ readonly url: string; readonly asked: readonly string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
  const other = createHttpServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, headers).end('export {};');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(other.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        other.closeAllConnections();
        other.close(() => resolve());
      }),
  };
}

/** A recipe as the document has it, for the site in another folder. */
function recipe(language: string, folder: string): string {
  const text = readFileSync(join(root, 'docs', 'hosting.md'), 'utf8');
  const found = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(text)?.[1];
  if (found === undefined) throw new Error(`docs/hosting.md has no recipe in ${language}`);
  return found.replaceAll('/srv/plumbline/dist', folder);
}

function installed(program: string, version: string): boolean {
  return spawnSync(program, [version]).status === 0;
}

async function folderFor(name: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  return join(folder, name);
}

type Command = readonly [program: string, args: readonly string[]];

/** The project's own server below a base path. */
function ownServer(...options: readonly string[]): (port: number) => Command {
  return (port) => [
    process.execPath,
    [join(root, 'scripts/serve.mjs'), '--port', String(port), '--base', '/course', '--dir', site, ...options],
  ];
}

/** Starts a server on a free port; resolves with the site's address once it answers there. */
async function serve(setUp: (port: number) => Command | Promise<Command>): Promise<string> {
  const port = await freePort();
  const [program, args] = await setUp(port);
  server = spawn(program, args, { stdio: 'ignore', env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } });
  const url = `http://localhost:${port}/course/`;
  await expect(async () => expect((await fetch(url)).status).toBe(200)).toPass({ timeout: 20_000 });
  return url;
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
