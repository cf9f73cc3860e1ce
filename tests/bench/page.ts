import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { Learner, LESSON } from '../e2e/learner.ts';
import { type Figure, median } from './figure.ts';

const PORT = 4395;
const SITE = `http://localhost:${PORT}/`;
const ROUNDS = 5;

const HELLO = `cat > .github/workflows/deliver.yml <<'EOF'
on: push
jobs:
  hello:
    runs-on: ubuntu-latest
    steps:
      - run: echo hello
EOF
git commit -am "Say hello"`;

/** What a learner waits for, in Chromium on this machine, on localhost. */
export async function pageFigures(dist: string): Promise<readonly Figure[]> {
  const project = join(import.meta.dirname, '..', '..');
  const server = spawn(process.execPath, [join(project, 'scripts', 'serve.mjs'), '--port', String(PORT), '--dir', dist], {
    stdio: 'ignore',
  });
  const { findChromium } = (await import('../../scripts/chromium.mjs')) as { findChromium(): Promise<string | null> };
  const executablePath = await findChromium();
  if (executablePath === null)
    throw new Error('The page figures need a Chromium: run npm test once, which installs one, or set PLUMBLINE_CHROMIUM.');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
  try {
    await serving();
    const before = await jsBeforeStart(browser);
    const first: number[] = [];
    const warm: number[] = [];
    const python: number[] = [];
    const green: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const context = await newContext(browser);
      const newcomer = await context.newPage();
      first.push(await startToPrompt(newcomer));
      await pythonReady(newcomer);
      const page = await again(context);
      warm.push(await startToPrompt(page));
      await pythonReady(page);
      const learner = new Learner(page);
      python.push(await commandTime(learner, 'python3 -c "print(1)"', /\n1\n/));
      await learner.paste(HELLO);
      green.push(await commandTime(learner, 'git push && fieldleaf wait', /success in/));
      await context.close();
    }
    return [
      { name: 'JS before Start, gzipped', value: Number((before / 1000).toFixed(1)), unit: 'kB', limit: 45 },
      { name: 'Start to a usable prompt, first time', value: seconds(first), unit: 's', limit: 2 },
      { name: 'Start to a usable prompt, warm', value: seconds(warm), unit: 's', limit: 1 },
      { name: 'First python3 -c "print(1)", snapshot there', value: seconds(python), unit: 's', limit: 0.8 },
      { name: 'git push of a hello workflow to green', value: seconds(green), unit: 's', limit: 1 },
    ];
  } finally {
    await browser.close();
    server.kill();
  }
}

/** Functions that are sent into the page carry the compiler's `__name`, which only exists on this side. */
async function newContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.addInitScript({ content: 'globalThis.__name = (named) => named;' });
  return context;
}

async function serving(): Promise<void> {
  for (;;) {
    const answered = await fetch(SITE).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Gzipped bytes of the scripts that a reader's browser fetches before they press Start. */
async function jsBeforeStart(browser: Browser): Promise<number> {
  const context = await newContext(browser);
  const page = await context.newPage();
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (/javascript/.test(response.headers()['content-type'] ?? '')) sizes.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(SITE + LESSON, { waitUntil: 'networkidle' });
  const inline = await page.evaluate(() =>
    [...document.querySelectorAll('script:not([src])')].map((script) => script.textContent ?? '').join('\n'),
  );
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) + gzipSync(inline).length;
  await context.close();
  return total;
}

/** Another visit of the same browser: the page was there, and left. */
async function again(context: BrowserContext): Promise<Page> {
  for (const page of context.pages()) await page.close();
  return context.newPage();
}

async function startToPrompt(page: Page): Promise<number> {
  await page.goto(SITE + LESSON, { waitUntil: 'networkidle' });
  await watchTerminal(page, /\$$/, 'click');
  await page.locator('[data-start]').first().click();
  return measured(page);
}

async function pythonReady(page: Page): Promise<void> {
  await page.getByText(/Python 3\.\d+ ready/).waitFor({ timeout: 60_000 });
}

/** From Enter until the terminal's text matches, in ms. */
async function commandTime(learner: Learner, command: string, done: RegExp): Promise<number> {
  await learner.focusTerminal();
  await learner.page.keyboard.type(command);
  await watchTerminal(learner.page, done, 'keydown');
  await learner.page.keyboard.press('Enter');
  return measured(learner.page);
}

interface Timed {
  measured: Promise<number>;
}

/** Inside the page: from the next `event` until the terminal's text matches, looked at every animation frame. */
async function watchTerminal(page: Page, pattern: RegExp, event: 'click' | 'keydown'): Promise<void> {
  await page.evaluate(
    ([source, type]) => {
      const pattern = new RegExp(source);
      const text = () =>
        [...document.querySelectorAll('.xterm-rows > div')]
          .map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd())
          .join('\n')
          .trimEnd();
      (window as unknown as Timed).measured = new Promise((resolve) => {
        let began = 0;
        document.addEventListener(type, () => (began = performance.now()), { once: true, capture: true });
        const look = () => (began > 0 && pattern.test(text()) ? resolve(performance.now() - began) : requestAnimationFrame(look));
        look();
      });
    },
    [pattern.source, event] as const,
  );
}

function measured(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as Timed).measured);
}

function seconds(milliseconds: readonly number[]): number {
  return Number((median(milliseconds) / 1000).toFixed(2));
}
