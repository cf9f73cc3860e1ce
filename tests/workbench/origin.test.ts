import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { harness, inTerminal, settled, type, violations } from './support.ts';
import type { Harness, OpenOptions, Opened } from './support.ts';

let host: Harness;
let opened: Opened[] = [];
beforeAll(async () => {
  host = await harness();
}, 120_000);
afterAll(() => host?.close());
afterEach(async () => {
  await Promise.all(opened.map(({ page }) => page.context().close()));
  opened = [];
});

type Tab = 'code' | 'pulls' | 'board' | 'releases' | 'protection';

/** The workbench with the Origin view at one of its tabs. */
async function open(tab: Tab, options: OpenOptions = {}): Promise<Opened> {
  const it = await host.open(options);
  opened.push(it);
  const { page } = it;
  if ((options.width ?? 1440) > 760) await page.click('#wb-tab-origin');
  else {
    await page.click('#lesson-tabs button:has-text("More")');
    await page.click('button:has-text("Origin")');
  }
  await page.click(`#wb-origin-${tab}`);
  await page.waitForSelector('#wb-origin-panel :is(h1, header)');
  return it;
}

/** What was asked of the origin, in order, without its being read. */
const acts = (page: Page): Promise<readonly unknown[]> =>
  page.evaluate(() =>
    window.demo.calls.filter((call) => call.startsWith('act ')).map((call) => JSON.parse(call.slice('act '.length)) as unknown),
  );

describe('the code of a branch', () => {
  const names = (page: Page): Promise<readonly string[]> => page.locator('.wb-list li .pl-grow').allInnerTexts();

  test('folders open one by one, and a file shows its lines with numbers', async () => {
    const { page } = await open('code');
    await page.waitForSelector('#wb-origin-panel .last');
    expect(await page.locator('#wb-origin-panel .last').innerText()).toMatch(/^You\s+Normalise\s+aaaaaaa\s+Day 15/);
    expect(await page.locator('#wb-origin-panel .count').innerText()).toBe('30 commits');
    expect(await names(page)).toEqual(['fieldleaf', 'data', 'README.md', 'model.bin', 'train.py', 'weights.csv']);
    await page.click('.wb-list button:has-text("fieldleaf")');
    await page.click('.wb-list button:has-text("features.py")');
    await page.waitForSelector('.line');
    expect(await page.locator('.line').allInnerTexts()).toEqual(['1\ndef features(photo):', '2\n    return [sum(photo) / len(photo)]']);
    expect((await page.locator('nav[aria-label=Folders] li').allInnerTexts()).map((name) => name.trim())).toEqual([
      'leaf',
      'fieldleaf',
      'features.py',
    ]);
    await page.click('nav[aria-label=Folders] button:has-text("leaf") >> nth=0');
    await page.click('.wb-list button:has-text("model.bin")');
    await page.waitForSelector('text=Not a text.');
    await page.click('nav[aria-label=Folders] button:has-text("leaf")');
    await page.click('.wb-list button:has-text("weights.csv")');
    await page.waitForSelector('text=Too large to be shown here.');
  });

  test('a folder of hundreds comes in pages', async () => {
    const { page } = await open('code');
    await page.click('.wb-list button:has-text("data")');
    await page.click('button:has-text("Show more, 30 are left")');
    await page.waitForFunction(() => document.querySelectorAll('.wb-list li').length === 230);
    expect((await names(page)).at(-1)).toBe('229.pgm');
  });

  test('another branch or a tag is chosen, and a pull request opened from there', async () => {
    const { page } = await open('code');
    await page.selectOption('select', 'refs/heads/use-incoming');
    await page.waitForSelector('#wb-origin-panel .count:has-text("31 commits")');
    await page.click('button:has-text("Pull request #31")');
    await page.waitForSelector('h1:has-text("Train on the photos")');
    await page.click('#wb-origin-code');
    await page.selectOption('select', 'refs/tags/v0.3');
    await page.waitForSelector('#wb-origin-panel .count:has-text("30 commits")');
    expect(await page.locator('#wb-origin-panel header button').count()).toBe(0);
    await page.selectOption('select', 'refs/heads/swap-spring');
    await page.click('button:has-text("Open a pull request")');
    expect(await page.locator('dialog select').inputValue()).toBe('swap-spring');
    expect(await page.locator('dialog input').inputValue()).toBe('Swap maple and oak back');
    await page.click('dialog button:has-text("Open pull request")');
    await page.waitForSelector('h1:has-text("Swap maple and oak back #41")');
  });

  test('of a repository without a commit is not there yet', async () => {
    const it = await host.open();
    opened.push(it);
    const { page } = it;
    await page.evaluate(async () => {
      const view = { ...(await window.world.origin()), branches: [], tags: [] };
      Object.assign(window.world, { origin: () => Promise.resolve(view) });
    });
    await page.click('#wb-tab-origin');
    await page.click('#wb-origin-code');
    await page.click('.wb-empty:has-text("Nothing was pushed yet") button');
    await page.waitForSelector('#wb-tab-code[aria-selected=true]');
  });

  test('what is not on the branch is said, with a way on', async () => {
    const { page } = await open('code');
    await page.click('.wb-list button:has-text("train.py")');
    await page.waitForSelector('.line');
    await page.evaluate(() =>
      Object.assign(window.world, { originFile: () => Promise.resolve({ ok: false, reason: 'missing', sizeBytes: 0 }) }),
    );
    await page.selectOption('select', 'refs/heads/use-incoming');
    await page.waitForSelector('text=There is no file train.py on this branch.');
    await page.click('button:has-text("Show the uppermost folder")');
    await page.waitForSelector('.wb-list button:has-text("train.py")');
  });
});

describe('a conversation at a line', () => {
  const openPull = async (options?: OpenOptions, title = 'Read labels in one place'): Promise<Page> => {
    const { page } = await open('pulls', options);
    await page.click(`button:has-text("${title}")`);
    await page.waitForSelector('.row');
    return page;
  };
  const words = (page: Page): Promise<readonly string[]> => page.locator('.talk .words').allInnerTexts();

  test('is begun at once as a single comment', async () => {
    const page = await openPull();
    await page.hover('.row:has-text("incoming.csv")');
    await page.click('.row:has-text("incoming.csv") .say');
    await page.keyboard.type('Why both?');
    await page.click('button:has-text("Add single comment")');
    await page.waitForSelector('.talk .words');
    expect(await words(page)).toEqual(['Why both?']);
    expect(await acts(page)).toEqual([
      {
        type: 'review',
        number: 32,
        verdict: 'commented',
        body: '',
        threads: [{ path: 'train.py', side: 'after', line: 2, body: 'Why both?' }],
      },
    ]);
    expect(await page.locator('.say:focus').getAttribute('aria-label')).toBe('Comment on line 2');
  });

  test('waits for its review with others, and goes with the verdict; one that was removed does not', async () => {
    const page = await openPull();
    const collect = async (row: string, text: string, button: string): Promise<void> => {
      await page.locator(`.row:has-text('${row}') .say`).dispatchEvent('click');
      await page.keyboard.type(text);
      await page.click(`button:has-text("${button}")`);
    };
    await collect('removed:', 'This was clearer.', 'Start a review');
    await collect('def rows', 'A name?', 'Add to the review');
    await collect('incoming.csv', 'Never mind.', 'Add to the review');
    expect(await words(page)).toEqual(['A name?', 'This was clearer.', 'Never mind.']);
    await page.click('.talk:has-text("Never mind.") button:has-text("Remove")');
    await page.fill('label:has-text("Review, with 2 comments at lines") textarea', 'Two questions.');
    await page.click('button:has-text("Ask for a change")');
    await page.waitForSelector('.wb-pill:has-text("Pending")', { state: 'detached' });
    expect(await words(page)).toEqual(['A name?', 'This was clearer.']);
    expect(await acts(page)).toEqual([
      {
        type: 'review',
        number: 32,
        verdict: 'changes_requested',
        body: 'Two questions.',
        threads: [
          { path: 'train.py', side: 'before', line: 2, body: 'This was clearer.' },
          { path: 'train.py', side: 'after', line: 1, body: 'A name?' },
        ],
      },
    ]);
  });

  test('is reached with the keyboard: one stop for the file, arrow keys among its lines', async () => {
    const page = await openPull();
    await page.focus('[aria-label="Changes of train.py"]');
    await page.keyboard.press('Tab');
    const focused = (): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
    const seen = [await focused()];
    for (const key of ['ArrowDown', 'ArrowDown', 'End', 'Home', 'ArrowDown']) {
      await page.keyboard.press(key);
      seen.push(await focused());
    }
    expect(seen).toEqual([
      'Comment on line 1',
      'Comment on line 2, as it was',
      'Comment on line 2',
      'Comment on line 3',
      'Comment on line 1',
      'Comment on line 2, as it was',
    ]);
    await page.keyboard.press('Enter');
    await page.keyboard.type('Clearer.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.talk .words');
    expect(await words(page)).toEqual(['Clearer.']);
  });

  test('is begun with a finger on a phone, and what refuses it is said there', async () => {
    const page = await openPull({ width: 390, height: 844 });
    await page.tap('.row:has-text("incoming.csv") .say');
    const box = (await page.locator('.talk').boundingBox())!;
    expect([box.x >= 0, box.x + box.width <= 390]).toEqual([true, true]);
    await page.keyboard.type('Why both?');
    await page.evaluate(() => Object.assign(window.world, { actOnOrigin: () => Promise.reject(new Error('Pull request #32 is merged.')) }));
    await page.tap('button:has-text("Add single comment")');
    await page.waitForSelector('.talk [role=alert]:has-text("Pull request #32 is merged.")');
    expect(await page.locator('#wb-origin-panel [role=alert]').count()).toBe(1);
    expect(await page.inputValue('.talk textarea')).toBe('Why both?');
    expect(await violations(page, '.diff')).toEqual([]);
  });

  test('is not begun where the pull request is not open', async () => {
    const page = await openPull();
    await page.click('button:has-text("Close without merging")');
    await page.waitForSelector('h2:has-text("Closed without merging")');
    expect(await page.locator('.say').count()).toBe(0);
  });
});

describe('a pull request', () => {
  const openPull = async (title: string, options?: OpenOptions): Promise<Page> => {
    const { page } = await open('pulls', options);
    await page.click(`button:has-text("${title}")`);
    await page.waitForSelector('[data-merge]');
    return page;
  };
  const MEI = 'Read labels in one place';

  test('says what it is about, what it changes and what merging waits for', async () => {
    const page = await openPull('Train on the photos');
    expect(await page.locator('.row').allInnerTexts()).toEqual([
      '@@ -1,3 +1,3 @@',
      expect.stringMatching(/^1\s+1\s+def rows\(\):/),
      expect.stringMatching(/^2\s+−\s*removed:\s+labels = read\("labels.csv"\)$/),
      expect.stringMatching(/^2\s+\+\s*added:\s+labels = read\("labels.csv"\) \| read\("incoming.csv"\)$/),
      expect.stringMatching(/^3\s+3/),
    ]);
    expect(await page.locator('[data-merge=blocked] li').allInnerTexts()).toEqual([
      expect.stringMatching(/^test\s+required, 12 s$/),
      expect.stringMatching(/^gate\s+required$/),
      '0 of 1 approvals',
      'Tomas asks for a change',
      'No conflict with main',
    ]);
    expect(await page.locator('button:has-text("Merge into main")').isDisabled()).toBe(true);
    await page.waitForSelector('[data-merge] >> text=The required check gate has not ended. tomas asks for a change.');
    // It is the learner's own.
    expect(await page.locator('button:has-text("Approve")').count()).toBe(0);
  });

  test('is approved, or a change is asked for', async () => {
    const page = await openPull(MEI);
    expect(await page.locator('button:has-text("Ask for a change")').isDisabled()).toBe(true);
    await page.fill('label:has-text("Review") textarea', 'Which folder?');
    await page.click('button:has-text("Ask for a change")');
    await page.waitForSelector('aside .wb-pill:has-text("Change requested")');
    expect(await page.locator('#wb-origin-panel .word').innerText()).toContain('Which folder?');
    await page.click('button:has-text("Approve")');
    await page.waitForSelector('aside .wb-pill:has-text("Approved")');
    expect((await acts(page)).map((act) => (act as { readonly verdict: string }).verdict)).toEqual(['changes_requested', 'approved']);
  });

  test.each([
    ['merge', 'Make a merge commit', true],
    ['squash', 'Squash into one commit', false],
    ['rebase', 'Set the commits upon it', true],
  ] as const)('is merged by %s', async (method, label, deleteBranch) => {
    const page = await openPull(MEI);
    await page.selectOption('[data-merge] select', { label });
    await page.setChecked('[data-merge] input[type=checkbox]', deleteBranch);
    await page.click('button:has-text("Merge into main")');
    await page.waitForSelector('[data-merge=merged] h2:has-text("Merged by you")');
    expect(await acts(page)).toEqual([{ type: 'merge', number: 32, method, deleteBranch }]);
    await page.click('button:has-text("All pull requests")');
    await page.waitForSelector('section:has-text("Merged and closed") button:has-text("Read labels")');
    expect(await page.locator('.branch:has-text("one-reader")').count()).toBe(deleteBranch ? 0 : 1);
  });

  test('that is refused says why, and stays open', async () => {
    const page = await openPull(MEI);
    await page.evaluate(() =>
      Object.assign(window.world, { actOnOrigin: () => Promise.reject(new Error('main has moved. Look at it, then merge again.')) }),
    );
    await page.click('button:has-text("Merge into main")');
    await page.waitForSelector('[data-merge=ready] [role=alert]:has-text("main has moved. Look at it, then merge again.")');
  });

  test('in conflict names the files, and how to settle it', async () => {
    const page = await openPull('Count photos by species');
    await page.waitForSelector('[data-merge=blocked] li:has-text("Conflicts with main in train.py")');
    await page.waitForSelector('[data-merge] code:has-text("git merge origin/main")');
    expect(await page.locator('button:has-text("Merge into main")').isDisabled()).toBe(true);
  });

  test('has conversations that are answered, settled and opened again', async () => {
    const page = await openPull('Train on the photos');
    await page.click('.talk button:has-text("Reply")');
    await page.fill('.talk textarea', 'It fails now.');
    await page.click('.talk button:has-text("Send")');
    await page.waitForSelector('.talk .words:has-text("It fails now.")');
    await page.click('.talk button:has-text("Resolve")');
    await page.waitForSelector('.talk .wb-pill:has-text("Resolved")');
    await page.click('.talk button:has-text("Open again")');
    await page.waitForSelector('.talk .wb-pill:has-text("Resolved")', { state: 'detached' });
    expect(await acts(page)).toEqual([
      { type: 'reply', number: 31, thread: 2, body: 'It fails now.' },
      { type: 'resolve', number: 31, thread: 2, resolved: true },
      { type: 'resolve', number: 31, thread: 2, resolved: false },
    ]);
  });

  test('is opened from a branch, with what the branch did as its title', async () => {
    const { page } = await open('pulls');
    await page.click('button:has-text("New pull request")');
    expect(await page.locator('dialog option').allInnerTexts()).toEqual(['swap-spring']);
    await page.fill('dialog textarea', 'Fixes #15');
    await page.click('dialog button:has-text("Open pull request")');
    await page.waitForSelector('h1:has-text("Swap maple and oak back #41")');
    expect(await acts(page)).toEqual([
      { type: 'open-pull', title: 'Swap maple and oak back', body: 'Fixes #15', head: 'swap-spring', base: 'main' },
    ]);
    await page.click('#wb-origin-pulls');
    expect(await page.locator('button:has-text("New pull request")').isDisabled()).toBe(true);
  });

  test('is found, read and merged with the keyboard alone', async () => {
    const { page } = await host.open();
    const name = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? '');
    /** Goes on with Tab until a control of this name has the focus. */
    const tabTo = async (wanted: string): Promise<void> => {
      for (let n = 0; n < 40; n += 1) {
        await page.keyboard.press('Tab');
        if ((await name()).startsWith(wanted)) return;
      }
      throw new Error(`Tab does not lead to ${wanted}`);
    };
    await page.keyboard.press('Alt+O');
    await page.waitForFunction(() => document.activeElement?.id === 'wb-tab-origin');
    await page.keyboard.press('F6');
    await page.waitForFunction(() => document.activeElement?.id === 'wb-origin-pulls');
    await tabTo(MEI);
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("#32")');
    await page.waitForFunction(() => document.activeElement?.id === 'wb-origin-panel');
    await tabTo('Comment on line 1');
    await tabTo('Approve');
    await page.keyboard.press('Enter');
    await page.waitForSelector('aside .wb-pill:has-text("Approved")');
    await page.waitForFunction(() => document.activeElement?.closest('#wb-origin-panel') !== null);
    await tabTo('Merge into main');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-merge=merged]');
    await page.waitForFunction(() => document.activeElement?.id === 'wb-origin-panel');
    await tabTo('All pull requests');
    await page.context().close();
  });
});

describe('the board', () => {
  const columns = (page: Page): Promise<readonly (readonly [string, ...string[]])[]> =>
    page
      .locator('.board section')
      .evaluateAll((list) =>
        list.map((section) => [
          section.getAttribute('aria-label') ?? '',
          ...[...section.querySelectorAll('h3')].map((title) => title.textContent?.trim() ?? ''),
        ]),
      ) as Promise<readonly (readonly [string, ...string[]])[]>;

  test('shows each work item where its change stands, and the trace back from what is live', async () => {
    const { page } = await open('board');
    expect(await columns(page)).toEqual([
      ['To do', 'Recognise beech, asked by the arboretum'],
      ['In progress', 'Maple and oak are swapped'],
      ['In review', 'Train on the photos in incoming/'],
      ['Merged'],
      ['Live', '34 of 228 labels are wrong'],
    ]);
    expect(await page.locator('.trace tbody td').allInnerTexts()).toEqual([
      '#13 34 of 228 labels are wrong',
      '#30',
      'e5510ac',
      '#19',
      'sha256:41be7702',
      'Mei',
      '7 min 40 s',
    ]);
    await page.click('section[aria-label="In review"] button:has-text("pull request #31")');
    await page.waitForSelector('h1:has-text("#31")');
  });

  test('takes a new work item, which is commented on, closed and opened again', async () => {
    const { page } = await open('board');
    await page.click('button:has-text("New work item")');
    await page.fill('dialog input', 'Beech is called oak');
    await page.selectOption('dialog select', 'bug');
    await page.fill('dialog textarea', 'Seen in `data/004.pgm`.');
    await page.click('dialog button:has-text("Add to the board")');
    await page.click('section[aria-label="To do"] button:has-text("Beech is called oak")');
    await page.fill('label:has-text("Comment") textarea', 'In spring only.');
    await page.click('#wb-origin-panel form button:has-text("Comment")');
    await page.waitForSelector('.comment:has-text("In spring only.")');
    await page.click('button:has-text("Close as done")');
    await page.waitForSelector('.wb-pill:has-text("Closed")');
    await page.click('button:has-text("Open again")');
    await page.waitForSelector('button:has-text("Close as done")');
    expect(await acts(page)).toEqual([
      { type: 'open-item', title: 'Beech is called oak', body: 'Seen in `data/004.pgm`.', labels: ['bug'] },
      { type: 'comment-item', number: 40, body: 'In spring only.' },
      { type: 'close-item', number: 40, reason: 'completed' },
      { type: 'reopen-item', number: 40 },
    ]);
  });
});

test('releases show their tag, text and files', async () => {
  const { page } = await open('releases');
  expect((await page.locator('#wb-origin-panel section').innerText()).split(/\s*\n\s*/)).toEqual([
    'v0.3',
    'Latest',
    'v0.3, Inês, Day 15, 15:00',
    'Seven features.',
    'model.json',
    '52 kB',
  ]);
});

test('a protection is set and removed, but not the company’s', async () => {
  const { page } = await open('protection');
  const sections = page.locator('#wb-origin-panel section');
  expect(await sections.locator('button').count()).toBe(0);
  await page.selectOption('#wb-origin-panel select', '1');
  await page.check('label:has-text("A push takes approvals back") input');
  await page.check('label:has-text("gate") input');
  await page.click('#wb-origin-panel button:has-text("Protect")');
  await page.waitForSelector('#wb-origin-panel section:has-text("set by you")');
  expect(await sections.last().locator('li').allInnerTexts()).toEqual([
    'Changes come through a pull request.',
    'A pull request needs 1 approval, given after its last push.',
    'These checks have to succeed: gate.',
    'No force-push.',
    'It is not deleted.',
  ]);
  await page.click('#wb-origin-panel section:has-text("set by you") button:has-text("Remove")');
  await page.waitForSelector('#wb-origin-panel section:has-text("set by you")', { state: 'detached' });
  expect((await acts(page)).map((act) => (act as { readonly type: string }).type)).toEqual(['protect', 'unprotect']);
});

describe('an address in the terminal', () => {
  const HOST = 'https://origin.fieldleaf.test/leaf';
  const start = async (options: OpenOptions = {}): Promise<Page> => {
    const it = await host.open(options);
    opened.push(it);
    return it.page;
  };
  const print = async (page: Page, address: string): Promise<void> => {
    await type(page, `echo ${address}\n`);
    await inTerminal(page, address);
  };
  /** Where a text stands in the last row that has it. */
  const placeOf = (page: Page, text: string): Promise<{ readonly x: number; readonly y: number }> =>
    page.evaluate((wanted) => {
      const row = [...document.querySelectorAll<HTMLElement>('.terminal.active .xterm-rows > div')].findLast((one) =>
        one.textContent?.includes(wanted),
      )!;
      const walk = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const at = walk.currentNode.textContent?.indexOf(wanted) ?? -1;
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walk.currentNode, at);
        range.setEnd(walk.currentNode, at + wanted.length);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      }
      throw new Error(`${wanted} is not shown`);
    }, text);
  const clickOn = async (page: Page, text: string): Promise<void> => {
    const { x, y } = await placeOf(page, text);
    await page.mouse.move(x, y);
    await page.mouse.click(x, y);
  };

  test('after a push leads to the form for a pull request from that branch', async () => {
    const page = await start();
    await type(page, 'git push\n');
    await inTerminal(page, 'pull/new/swap-spring');
    await clickOn(page, 'pull/new');
    await page.waitForSelector('dialog[open]:has-text("New pull request")');
    expect(await page.locator('dialog select').inputValue()).toBe('swap-spring');
    expect(await page.locator('#wb-tab-origin').getAttribute('aria-selected')).toBe('true');
  });

  /** Prints each address, opens it with the keyboard, and waits for what comes of it. */
  const follow = async (places: readonly (readonly [path: string, there: string])[]): Promise<void> => {
    const page = await start();
    for (const [path, there] of places) {
      await page.keyboard.press('Alt+1');
      await print(page, `${HOST}/${path}`);
      await page.keyboard.press('Control+Shift+O');
      await page.waitForSelector(there);
    }
  };

  test('leads to what it names', () =>
    follow([
      ['pull/31', 'h1:has-text("Train on the photos in incoming/ #31")'],
      ['issues/17', 'h1:has-text("Recognise beech")'],
      ['issues/32', 'h1:has-text("Read labels in one place #32")'],
      ['actions/runs/19', '#wb-tab-runs[aria-selected=true]'],
      ['releases/tag/v0.3', '#wb-origin-releases[aria-selected=true]'],
    ]));

  test('says that there is no such thing, or which pull request there is already', () =>
    follow([
      ['pull/99', '.wb-message:has-text("The origin shows no pull request and no work item of this number.")'],
      ['pull/new/gone', '.wb-message:has-text("The origin has no branch gone to merge into main.")'],
      ['actions/runs/999', '.toast:has-text("There is no run 999.")'],
      ['pull/new/use-incoming', 'h1:has-text("Train on the photos in incoming/ #31")'],
    ]));

  test('is opened with the keyboard, which goes on from there', async () => {
    const page = await start();
    await page.locator('.under textarea').first().focus();
    await page.keyboard.press('Control+Shift+O');
    await page.waitForSelector('.toast:has-text("This terminal shows no address of the origin.")');
    await print(page, `${HOST}/pull/32`);
    await page.keyboard.press('Control+Shift+O');
    await page.waitForSelector('h1:has-text("#32")');
    await page.waitForFunction(() => document.activeElement?.id === 'wb-origin-panel');
  });

  test('is one address also over two rows of a phone, under a finger', async () => {
    const page = await start({ width: 390, height: 844 });
    await type(page, `echo ${HOST}/pull/32\n`);
    await page.waitForFunction(() => document.querySelectorAll('.xterm-rows > div').length > 0 && window.demo.calls.length === 1);
    await inTerminal(page, '/32');
    const { x, y } = await placeOf(page, 'https://');
    await page.touchscreen.tap(x, y);
    await page.waitForSelector('h1:has-text("#32")');
  });

  test('of another host leads nowhere', async () => {
    const page = await start();
    await print(page, 'https://example.test/leaf/pull/32');
    await clickOn(page, 'example');
    expect(await page.locator('#wb-tab-code').getAttribute('aria-selected')).toBe('true');
  });
});

describe('reading', () => {
  const reads = (page: Page): Promise<number> => page.evaluate(() => window.demo.calls.filter((call) => call === 'origin').length);

  test('happens while somebody looks, and again when they look again', async () => {
    const { page } = await open('board');
    const before = await reads(page);
    await page.evaluate(() => window.demo.tell({ type: 'origin' }));
    await expect.poll(() => reads(page)).toBe(before + 1);
    await page.click('#wb-tab-code');
    await page.evaluate(() => window.demo.tell({ type: 'origin' }));
    await page.evaluate(() => window.demo.startRun().step());
    expect(await reads(page)).toBe(before + 1);
    await page.click('#wb-tab-origin');
    await expect.poll(() => reads(page)).toBe(before + 2);
  });
});

describe('what is not finished', () => {
  test('a folder that was paged through stays as it is when something else changes', async () => {
    const { page } = await open('code');
    const reads = (): Promise<number> => page.evaluate(() => window.demo.calls.filter((call) => call === 'origin').length);
    await page.click('.wb-list button:has-text("data")');
    await page.click('button:has-text("Show more, 30 are left")');
    await page.waitForFunction(() => document.querySelectorAll('.wb-list li').length === 230);
    const before = await reads();
    await page.evaluate(() => window.demo.tell({ type: 'origin' }));
    await expect.poll(reads).toBe(before + 1);
    await settled(page);
    expect(await page.locator('.wb-list li').count()).toBe(230);
  });

  test('comments that wait for their review are there after a reload, and not in another world', async () => {
    const { page } = await open('pulls');
    const look = async (): Promise<void> => {
      await page.click('#wb-tab-origin');
      await page.click('button:has-text("Read labels in one place")');
      await page.waitForSelector('.row');
    };
    await page.click('button:has-text("Read labels in one place")');
    await page.locator('.row:has-text("def rows") .say').dispatchEvent('click');
    await page.keyboard.type('A name?');
    await page.click('button:has-text("Start a review")');
    await page.reload();
    await page.evaluate(() => window.started);
    await look();
    await page.waitForSelector('.talk:has-text("Pending") .words:has-text("A name?")');
    await page.click('button:has-text("Start over")');
    await page.click('dialog button.pl-btn-primary');
    await page.waitForSelector('dialog', { state: 'detached' });
    await page.click('button:has-text("Read labels in one place")');
    await page.waitForSelector('.row');
    expect(await page.locator('.talk').count()).toBe(0);
  });
});

describe('on a phone', () => {
  test.each([
    ['pulls', 'button:has-text("Train on the photos")', 'All pull requests', 'h1:has-text("Pull requests")'],
    ['board', 'button:has-text("Recognise beech")', 'The board', 'h1:has-text("Fieldleaf board")'],
    ['code', '.wb-list button:has-text("train.py")', 'leaf', '.wb-list button:has-text("train.py")'],
  ] as const)('the way back from one of the %s, and to the terminal, stays in reach', async (tab, one, back, list) => {
    const { page } = await open(tab, { width: 390, height: 500 });
    await page.click(one);
    const button = page.locator(`.back button:has-text("${back}")`);
    await button.waitFor();
    await page.locator('#wb-origin-panel').evaluate((panel) => panel.scrollTo(0, panel.scrollHeight));
    const { y, height } = (await button.boundingBox())!;
    expect({ y: y >= 44 && y < 140, height, wide: await page.evaluate(() => document.documentElement.scrollWidth) }).toEqual({
      y: true,
      height: 44,
      wide: 390,
    });
    expect(await violations(page, '#wb-origin-panel')).toEqual([]);
    await button.click();
    await page.waitForSelector(list);
    await page.click(one);
    await page.click('.back button:has-text("Terminal")');
    await page.waitForSelector('#lesson-tabs [aria-current=page]:has-text("Terminal")');
  });
});

describe('what everybody can use', () => {
  test.each([
    ['the code of a branch', 'code', null],
    ['a file', 'code', '.wb-list button:has-text("train.py")'],
    ['the pull requests', 'pulls', null],
    ['a pull request', 'pulls', 'button:has-text("Train on the photos")'],
    ['the board', 'board', null],
    ['a work item', 'board', 'button:has-text("Maple and oak")'],
    ['releases', 'releases', null],
    ['protection', 'protection', null],
  ] as const)('%s: axe finds nothing in light and dark', async (_name, tab, one) => {
    const { page, complaints } = await open(tab);
    if (one !== null) {
      await page.click(one);
      await page.waitForSelector('#wb-origin-panel :is(h1 .pl-muted, .line)');
    }
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
      await settled(page);
      expect({ theme, found: await violations(page, '.origin'), complaints }).toEqual({ theme, found: [], complaints: [] });
    }
  });
});
