import { expect, test } from '@playwright/test';
import { PLAIN } from '../../playwright.config.ts';
import { LESSON, Learner, partOf } from './learner.ts';

test('the lesson, as a learner does it: terminal, editor, runs, phone, a reload and no network in the middle', async ({
  page,
  context,
}) => {
  const learner = new Learner(page);
  await learner.start();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await learner.type('git log --oneline | head -1')).toContain('Note version 0.3');
  expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');

  await test.step('release 1 is typed, pushed and watched', async () => {
    await learner.follow(partOf('solution', 'Release 1'));
    await learner.view('Runs');
    await expect(page.getByRole('heading', { name: /Compare features in units of their own spread #2/ })).toBeVisible();
    await learner.view('Phone');
    await expect(page.getByRole('tab', { name: 'Phone 0.60' })).toBeVisible();
    await learner.outcomesHold(3);
  });

  await test.step('a reload in the middle costs nothing', async () => {
    await page.reload();
    await learner.start(page.url());
    await learner.outcomesHold(3);
    expect(await learner.type('git status -sb')).toContain('## main...origin/main');
    expect(await learner.type('git log --oneline | head -1')).toContain('Compare features');
  });

  await test.step('the editor changes the workflow; release 2 goes out without a network', async () => {
    await page.getByRole('treeitem', { name: /deliver\.yml/ }).click();
    await expect(page.locator('.monaco-editor .view-lines')).toContainText('deliver');
    await context.setOffline(true);
    await learner.follow(partOf('solution', 'Release 2').replace(/^sed -i 's\/--floor.*\n/m, ''));
    await learner.outcomesHold(3);
  });

  await test.step('the floor is raised in the editor, and releases 3 and 4 reach 0.80', async () => {
    await page.locator('.monaco-editor').first().click();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('--floor 0.25');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.type('--floor 0.50');
    await page.keyboard.press('Control+s');
    expect(await learner.type('git diff --stat | cat')).toContain('deliver.yml');
    await learner.follow(partOf('solution', 'Release 3'));
    await learner.follow(partOf('solution', 'Release 4'));
    await learner.outcomesHold(6);
  });

  await test.step('home shows the exercise as finished', async () => {
    await context.setOffline(false);
    await page.goto('');
    await expect(page.getByText(/1 of 33 exercises/)).toBeVisible();
  });
});

test('without cross-origin isolation everything works, and Ctrl+C stops Python', async ({ browser }) => {
  const context = await browser.newContext({ serviceWorkers: 'block', baseURL: PLAIN });
  const page = await context.newPage();
  const learner = new Learner(page);
  await learner.start(PLAIN + LESSON);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await learner.focusTerminal();
  await page.keyboard.type('python3 -c "while True: pass"\n');
  await expect.poll(() => learner.screen()).toContain('while True');
  await page.keyboard.press('Control+c');
  await learner.atPrompt();
  expect(await learner.type('echo $?')).toContain('\n130\n');
  await learner.follow(partOf('solution', 'Release 1'));
  await learner.outcomesHold(3);
  await context.close();
});

test('the same exercise in two tabs: one owns it, the other says so', async ({ context, page }) => {
  await new Learner(page).start();
  const second = await context.newPage();
  await second.goto(LESSON);
  await second.locator('[data-start]').first().click();
  await expect(second.getByRole('alert').filter({ hasText: /open in another tab/i })).toBeVisible();
  await page.close();
});
