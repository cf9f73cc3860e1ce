import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { LESSON, Learner } from './learner.ts';

const WORKFLOW = '.github/workflows/deliver.yml';
const workflow = readFileSync(join(import.meta.dirname, '..', '..', 'exercises', 'ship-a-better-leaf', 'start', WORKFLOW), 'utf8').split(
  '\n',
);

test('a broken workflow is marked where it is wrong, and its run says so', async ({ page }) => {
  const learner = new Learner(page);
  await learner.start();
  const line = workflow.indexOf('    needs: test') + 1;
  const place = `${WORKFLOW}:${line}:12`;
  const said = 'Job train needs a job named tests; this file has test.';

  await test.step('in the editor, as it is written', async () => {
    await page.getByRole('treeitem', { name: /deliver\.yml/ }).click();
    await expect(page.locator('.monaco-editor .view-lines')).toContainText('needs: test');
    await replaceInEditor(page, 'needs: test', 'needs: tests');
    await expect.poll(() => markedLines(page)).toEqual(['    needs: tests']);
    await expect(page.locator('.wb-zone')).toContainText(said);
  });

  await test.step('in the Problems tab, which leads to the line', async () => {
    await page.getByRole('tab', { name: /Problems/ }).click();
    const problem = page.locator('[data-pane="problems"]').getByRole('button');
    await expect(problem).toHaveCount(1);
    await expect(problem).toContainText(place);
    await expect(problem).toContainText(said);
    await page
      .getByRole('tab', { name: /Terminal/ })
      .first()
      .click();
  });

  await test.step('in the run after a push, and then the terminal goes on', async () => {
    await page.locator('.monaco-editor').first().click();
    await page.keyboard.press('Control+s');
    await learner.type('git commit -qam "Wait for tests" && git push -q');
    await learner.view('Runs');
    const why = page.getByRole('group', { name: 'Why this run did not start' });
    await expect(why).toContainText(said);
    await why.getByRole('button', { name: place }).click();
    await expect(page.locator('.monaco-editor .view-lines')).toContainText('needs: tests');
    await learner.type('git revert --no-edit HEAD && git push -q');
    await expect.poll(() => markedLines(page)).toEqual([]);
  });
});

test('a step that never ends is cancelled from the run, and the terminal goes on', async ({ page }) => {
  const learner = new Learner(page);
  await learner.start();
  await learner.type(`sed -i 's/run: python3 -m unittest/run: while true; do :; done/' ${WORKFLOW}`);
  await learner.type('git commit -qam "Never end" && git push -q');
  await learner.view('Runs');
  const run = page.locator('[data-pane="run"]');
  await expect(run.getByRole('heading', { name: 'Never end #2' })).toBeVisible();
  await expect(run.locator('header .wb-pill')).toHaveText('Running');
  await learner.view('Code');
  expect(await learner.type('echo "while it $((3 + 4)) runs"')).toContain('\nwhile it 7 runs\n');
  await learner.view('Runs');
  await run.getByRole('button', { name: 'Cancel' }).click();
  await expect(run.locator('header .wb-pill')).toHaveText('Cancelled');
  await learner.view('Code');
  expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
});

test('Python that takes memory without end is stopped with a sentence, and the next one works', async ({ page }) => {
  const learner = new Learner(page);
  await learner.start();
  expect(await learner.type('python3 -c "list(iter(lambda: bytearray(10_000_000), 0))"')).toContain(
    'python3: out of memory: a process may use',
  );
  expect(await learner.type('echo $?')).toContain('\n137\n');
  expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
});

test.describe('a connection that drops in the middle of Start', () => {
  // The scripts must come past the page's routes.
  test.use({ serviceWorkers: 'block' });

  test('leaves nothing behind: Start again opens the exercise in the same tab', async ({ page }) => {
    const learner = new Learner(page);
    const terminal = /\/_astro\/xterm\.[^/]*\.js$/;
    await page.route(terminal, (route) => route.abort());
    await page.goto(LESSON);
    await page.locator('[data-start]').first().click();
    await expect(page.getByRole('alert').filter({ hasText: 'Check the connection, then press Start again.' }).first()).toBeVisible();
    await page.unroute(terminal);
    await page.getByRole('button', { name: 'Start again' }).click();
    await learner.atPrompt();
    expect(await learner.type('git status -sb')).toContain('## main...origin/main');
  });
});

test('a file of 50 MB is kept, and everything works after a reload', async ({ page }) => {
  const learner = new Learner(page);
  await learner.start();
  await learner.type(`python3 -c "open('big','wb').write(bytes(50_000_000))"`);
  await saveNow(page);
  await page.reload();
  await learner.start(page.url());
  expect(await learner.type('wc -c < big')).toContain('\n50000000\n');
  expect(await learner.type('git status --short')).toContain('\n?? big\n');
  expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
  await learner.type('rm big && git commit -q --allow-empty -m "Go on" && git push -q');
  await learner.view('Runs');
  await expect(page.getByRole('heading', { name: 'Go on #2' })).toBeVisible();
  await expect(page.locator('[data-pane="run"] header .wb-pill')).toHaveText('Passed', { timeout: 120_000 });
});

test.describe('a browser that keeps nothing', () => {
  // Scripts of a worker must come past the page's routes.
  test.use({ serviceWorkers: 'block' });

  test('says so with a way out, and the lesson goes on', async ({ page }) => {
    await forbidStorage(page);
    const learner = new Learner(page);
    await learner.start();
    await learner.type('echo kept nowhere > note.txt');
    const banner = page.getByRole('alert').filter({ hasText: 'Not saved.' });
    await expect(banner).toContainText('The browser keeps nothing for this page');
    await exportWorld(page);
    expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
    await learner.type('git add note.txt && git commit -qm "Go on" && git push -q');
    await learner.view('Runs');
    await expect(page.getByRole('heading', { name: 'Go on #2' })).toBeVisible();
    await expect(page.locator('[data-pane="run"] header .wb-pill')).toHaveText('Passed', { timeout: 120_000 });
    await expect(banner).toBeVisible();
  });
});

test('a full disk is said with a way out; once there is room, the work is kept', async ({ page, context }) => {
  const learner = new Learner(page);
  await page.goto(LESSON);
  // The browser itself refuses: no stand-in for its error.
  const browser = await context.newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await browser.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await learner.start();
  await learner.type("python3 -c \"import random; open('noise', 'wb').write(random.randbytes(3_000_000))\"");
  const banner = page.getByRole('alert').filter({ hasText: 'Not saved.' });
  await expect(banner).toContainText('This device has no room left for the browser');
  await exportWorld(page);
  expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
  // After this one no save of an earlier command is under way that could do what the button is for.
  await expect(saveNow(page)).rejects.toThrow();
  await browser.send('Storage.overrideQuotaForOrigin', { origin });
  await banner.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('#lesson-status').getByText('Saved', { exact: true })).toBeVisible();
  await expect(banner).toBeHidden();
  await page.reload();
  await learner.start(page.url());
  expect(await learner.type('wc -c < noise')).toContain('\n3000000\n');
});

test.describe('a connection that breaks once', () => {
  test.use({ serviceWorkers: 'block' });

  test('stops Start with a sentence, and Start works when it is pressed again', async ({ page }) => {
    await page.route('**/*.world*', (route) => route.abort('connectionreset'), { times: 1 });
    const learner = new Learner(page);
    await page.goto(LESSON);
    await page.locator('[data-start]').first().click();
    await expect(page.getByRole('alert').filter({ hasText: /could not be loaded.*press Start again/i })).toBeVisible();
    await page.getByRole('button', { name: 'Start again', exact: true }).click();
    await learner.atPrompt();
    expect(await learner.type('git log --oneline | head -1')).toContain('Note version 0.3');
  });
});

/** Finds a text in the editor and writes another over it. */
async function replaceInEditor(page: Page, text: string, by: string): Promise<void> {
  await page.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+f');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.type(by);
}

/** The lines in sight that carry the wavy line of an error. */
function markedLines(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const top = (element: Element): number => Math.round(element.parentElement!.getBoundingClientRect().top);
    const marked = new Set([...document.querySelectorAll('.monaco-editor .squiggly-error')].map(top));
    const lines = [...document.querySelectorAll('.monaco-editor .view-line')];
    return lines
      .filter((line) => marked.has(Math.round(line.getBoundingClientRect().top)))
      .map((line) => (line.textContent ?? '').replaceAll('\u00a0', ' '));
  });
}

/** What the page does before it is replaced by a newer version: everything is written, and on the device when this resolves. */
async function saveNow(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const waitFor: Promise<unknown>[] = [];
    document.dispatchEvent(new CustomEvent('plumbline:before-update', { detail: { waitFor } }));
    await Promise.all(waitFor);
  });
}

/** Takes the way out that the banner offers, as far as the file on the learner's disk. */
async function exportWorld(page: Page): Promise<void> {
  await page.getByRole('alert').filter({ hasText: 'Not saved.' }).getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'World file' }).click()]);
  expect(readFileSync(await download.path()).length).toBeGreaterThan(10_000);
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
}

/** What a browser does where storage is blocked, for the page and for its workers, which no init script reaches. */
async function forbidStorage(page: Page): Promise<void> {
  const forbid = `IDBFactory.prototype.open = () => { throw new DOMException('The user denied permission to access the database.', 'SecurityError'); };\n`;
  await page.addInitScript(forbid);
  await page.route(/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: forbid + (await response.text()) });
  });
}
