import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';
import { buildTestSite, serveTestSite, type TestSite } from './browser/site.ts';
import type { Request, Result, WorldOfTests } from './browser/world.ts';

const executablePath = await findChromium();
const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-site-'));
let browser: Browser;

beforeAll(async () => {
  if (executablePath === null) return;
  await buildTestSite(folder);
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

declare const world: {
  [Name in keyof WorldOfTests]: (...args: Parameters<WorldOfTests[Name]>) => Promise<Awaited<ReturnType<WorldOfTests[Name]>>>;
};

const run = (page: Page, request: Request): Promise<Result> => page.evaluate((wanted) => world.run(wanted), request);
const open = (page: Page, base = '/pyodide') => page.evaluate((address) => world.open(address), base);
const lanAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find((address) => address.family === 'IPv4' && !address.internal)?.address;

/** Where the page is isolated, Ctrl+C reaches Python; elsewhere its worker is ended. Plain http on a network has even less. */
const settings = [
  { name: 'an isolated page', isolated: true, address: 'localhost' },
  { name: 'a page without isolation', isolated: false, address: 'localhost' },
  ...(lanAddress ? [{ name: 'plain http on a network', isolated: true, address: lanAddress }] : []),
] as const;

describe.runIf(executablePath !== null).each(settings)('in $name', ({ isolated, address }) => {
  let site: TestSite;
  let context: BrowserContext;
  let page: Page;
  const works = isolated && address === 'localhost';

  beforeAll(async () => {
    site = await serveTestSite(folder, isolated);
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`http://${address}:${site.port}/`);
  });
  afterAll(async () => {
    await context.close();
    await site.close();
  });

  test('starts, tells how far it is, and runs', async () => {
    expect([await page.evaluate(() => world.isolated()), await page.evaluate(() => world.secure())]).toEqual([
      works,
      address === 'localhost',
    ]);
    const progress = await open(page);
    const fractions = progress.map(([fraction]) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    // How many pieces the files arrive in is up to the network.
    expect(new Set(fractions).size).toBeGreaterThan(4);
    expect(progress.at(-1)).toEqual([1, 'Python is ready']);
    const first = await run(page, { args: ['-c', 'print(1)'] });
    expect(first).toEqual({
      stdout: '1\n',
      stderr: '',
      exitCode: 0,
      reason: 'exited',
      slept: 0,
      written: {},
      removed: [],
    });
    expect(await run(page, { args: ['-c', 'print(1)'] })).toEqual(first);
  });

  test('hands back what the program did to its files', async () => {
    const { written, removed, exitCode } = await run(page, {
      args: ['train.py'],
      files: {
        'train.py': 'import os, json\njson.dump({"k": 5}, open("model.json", "w"))\nos.remove("old.txt")\nos.makedirs("out/deep")\n',
        'old.txt': 'x',
        'same.txt': 'same',
      },
    });
    expect({ written, removed, exitCode }).toEqual({
      written: { '/work/model.json': '{"k": 5}', '/work/out': 'directory', '/work/out/deep': 'directory' },
      removed: ['/work/old.txt'],
      exitCode: 0,
    });
  });

  test('streams, and stops an endless loop', async () => {
    const { stdout, exitCode, reason, written } = await run(page, {
      args: [
        '-c',
        'import time\nopen("kept", "w").write("k")\nbegun = time.monotonic()\nwhile time.monotonic() < begun + 0.5: pass\nprint("ready")\nwhile True: pass',
      ],
      interruptAt: 'ready',
    });
    expect({ stdout, exitCode, reason, written }).toEqual({
      stdout: 'ready\n',
      exitCode: 130,
      reason: 'interrupted',
      written: { '/work/kept': 'k' },
    });
  });

  test('kills', async () => {
    const { exitCode, reason } = await run(page, {
      args: ['-c', 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint("ready")\nwhile True: pass'],
      killAt: 'ready',
    });
    expect({ exitCode, reason }).toEqual({ exitCode: 137, reason: 'killed' });
  });

  test('ends a program that allocates without end', async () => {
    const { exitCode, reason, stderr } = await run(page, { args: ['-c', 'x = []\nwhile True: x.append("a" * 1_000_000)'] });
    expect({ exitCode, reason }).toEqual({ exitCode: 137, reason: 'out-of-memory' });
    expect(stderr).toContain('python3: out of memory: a process may use 512 MB here');
  });

  test('ends a program that nests too deeply', async () => {
    const { exitCode, stderr } = await run(page, { args: ['-c', 'x = []\nfor _ in range(200_000): x = [x]\nprint(len(repr(x)))'] });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 134,
      stderr: 'Fatal Python error: stack overflow: calls or data are nested too deeply for this interpreter, and it stopped.\n',
    });
  });

  test('runs several, and lets more wait', async () => {
    const requests = ['a', 'b', 'c', 'd'].map((letter) => ({
      args: ['-c', `print(open("${letter}").read())`],
      files: { [letter]: letter },
    }));
    const results = await page.evaluate((wanted) => world.runAll(wanted), requests);
    expect(results.map(({ stdout, exitCode }) => [stdout, exitCode])).toEqual([
      ['a\n', 0],
      ['b\n', 0],
      ['c\n', 0],
      ['d\n', 0],
    ]);
  });

  test('carries 10 MB of output', async () => {
    const { stdout } = await run(page, { args: ['-c', 'for i in range(100_000): print("x" * 99)'] });
    expect([stdout.length, stdout.slice(0, 3)]).toEqual([10_000_000, 'xxx']);
  });

  test('starts from the stored image on the next visit, in another size of memory too', async () => {
    await page.reload();
    await open(page);
    const { stdout } = await run(page, {
      args: ['-c', 'import json, random; print(json.dumps([random.random() != random.random()]))'],
    });
    expect(stdout).toBe('[true]\n');
  });
});

describe.runIf(executablePath !== null)('when something is missing', () => {
  let site: TestSite;
  let context: BrowserContext;
  let page: Page;

  beforeEach(async () => {
    site = await serveTestSite(folder, false);
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await site.close();
  });

  test('storage is forbidden', async () => {
    await page.goto(`http://localhost:${site.port}/`);
    await page.evaluate(() => world.forbidStorage());
    await open(page);
    expect((await run(page, { args: ['-c', 'print(1)'] })).stdout).toBe('1\n');
  });

  test('Python is not on the server', async () => {
    await page.goto(`http://localhost:${site.port}/`);
    await expect(open(page, '/nowhere/')).rejects.toThrow(
      `http://localhost:${site.port}/nowhere/pyodide.asm.wasm could not be loaded (status 404); check the connection and try again`,
    );
    await page.evaluate(() => world.openCold('/nowhere/'));
    const { exitCode, stderr } = await run(page, { args: ['-c', 'print(1)'] });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 127,
      stderr: `python3: Python could not be started: http://localhost:${site.port}/nowhere/pyodide.asm.wasm could not be loaded (status 404); check the connection and try again.\n`,
    });
  });

  test('an image: the first process of a first visit does not wait for one', async () => {
    await page.goto(`http://localhost:${site.port}/`);
    await page.evaluate(() => world.openCold('/pyodide/'));
    const first = await run(page, { args: ['-c', 'print(1)'] });
    const next = await run(page, { args: ['-c', 'import json, statistics; print(json.dumps(statistics.mean([1, 3])))'] });
    expect([first.stdout, next.stdout]).toEqual(['1\n', '2\n']);
  });

  test('nobody called for it', async () => {
    await page.goto(`http://localhost:${site.port}/`);
    expect(site.requested.filter((path) => path.startsWith('/pyodide/'))).toEqual([]);
  });
});
