import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { harness, inTerminal, settled, type, violations } from './support.ts';
import type { Harness, Opened } from './support.ts';

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

async function open(options?: Parameters<Harness['open']>[0]): Promise<Opened> {
  const it = await host.open(options);
  opened.push(it);
  return it;
}

/** Opens a file and waits for the editor. */
async function edit(page: Page, path: string): Promise<void> {
  await page.evaluate((wanted) => document.dispatchEvent(new CustomEvent('plumbline:open', { detail: { path: wanted, line: 1 } })), path);
  await page.waitForSelector('.monaco-editor .view-line');
  await page.waitForFunction(
    (name) => document.querySelector('.tab.active .name')?.textContent?.includes(name),
    path.split('/').at(-1) ?? '',
  );
}

const calls = (page: Page): Promise<readonly string[]> => page.evaluate(() => window.demo.calls);

describe('the lesson’s text beside the workbench', () => {
  const folded = (page: Page): Promise<boolean> => page.evaluate(() => document.getElementById('lesson')!.hasAttribute('data-folded'));
  const show = (page: Page, view: string): Promise<void> => page.click(`#wb-tab-${view}`);
  const again = async (page: Page): Promise<void> => {
    await page.reload();
    await page.evaluate(() => window.started);
  };

  test('stays open where there is room for it; folding it beside one view is remembered for that view', async () => {
    const { page } = await open();
    for (const view of ['runs', 'phone', 'code']) {
      await show(page, view);
      expect(await folded(page)).toBe(false);
    }
    await show(page, 'runs');
    await page.getByRole('button', { name: 'Fold the lesson away' }).click();
    expect(await folded(page)).toBe(true);
    expect(await page.getByRole('button', { name: 'Fold the lesson away' }).count()).toBe(0);
    await show(page, 'phone');
    expect(await folded(page)).toBe(false);
    await again(page);
    await show(page, 'runs');
    expect(await folded(page)).toBe(true);
  });

  test('a reload keeps an outcome open that was opened, and one folded that was folded', async () => {
    const { page } = await open();
    const rows = (): Promise<readonly string[]> =>
      page.locator('#outcomes [aria-expanded=true]').evaluateAll((list) => list.map((row) => row.textContent ?? ''));
    const before = await rows();
    await page.locator('#outcomes .title [aria-expanded=true]').first().click();
    const after = await rows();
    expect(after).not.toEqual(before);
    await again(page);
    expect(await rows()).toEqual(after);
  });

  test('a reload shows the view that one was in', async () => {
    const { page } = await open();
    await show(page, 'runs');
    await again(page);
    await page.waitForSelector('#wb-tab-runs[aria-selected=true]');
    await page.waitForSelector('.log .line');
    await show(page, 'code');
    await again(page);
    await page.waitForSelector('#wb-tab-code[aria-selected=true]');
  });

  test('begins as a rail beside runs and phone in a narrow window, and stays open once it was opened', async () => {
    const { page } = await open({ width: 1200, height: 800 });
    expect(await folded(page)).toBe(false);
    await show(page, 'runs');
    expect(await folded(page)).toBe(true);
    await page.evaluate(() => document.getElementById('lesson')!.removeAttribute('data-folded'));
    await show(page, 'phone');
    expect(await folded(page)).toBe(true);
    await again(page);
    await show(page, 'runs');
    expect(await folded(page)).toBe(false);
  });
});

describe('what everybody can use', () => {
  const views = ['code', 'history', 'runs', 'origin', 'phone'] as const;
  test.each(views.flatMap((view) => (['light', 'dark'] as const).map((theme) => [view, theme] as const)))(
    '%s in %s has nothing that axe finds',
    async (view, theme) => {
      const { page, complaints } = await open({ theme });
      if (view === 'code') await edit(page, '.github/workflows/deliver.yml');
      await page.click(`#wb-tab-${view}`);
      await settled(page);
      expect({ found: await violations(page), complaints }).toEqual({ found: [], complaints: [] });
    },
  );

  test.each([['read'], ['terminal'], ['files'], ['runs'], ['phone'], ['more']] as const)(
    'the tab %s of a phone has nothing that axe finds, and nothing wider than the window',
    async (tab) => {
      const { page, complaints } = await open({ width: 360, height: 740 });
      await page.click(`#lesson-tabs button:has-text("${tab}")`);
      if (tab === 'files') await page.click('.tabs .tree');
      await settled(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      expect({ found: await violations(page), complaints }).toEqual({ found: [], complaints: [] });
    },
  );

  test.each(['start-over', 'solution', 'take-home', 'keys'] as const)(
    'the dialog %s has nothing that axe finds, and gives the focus back',
    async (name) => {
      const { page } = await open();
      const opener = {
        'start-over': 'button:has-text("Start over")',
        solution: 'button:has-text("Show the solution")',
        'take-home': 'button:has-text("Take home")',
        keys: 'button[aria-label="All keys"]',
      }[name];
      await page.locator(opener).first().focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open]');
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      expect(
        await page.evaluate(
          (selector) =>
            document.activeElement === document.querySelector(selector.replace(/:has-text.*/, '')) || document.activeElement?.textContent,
          opener,
        ),
      ).toBeTruthy();
    },
  );

  test.each(['quota', 'python-failed', 'fresh', 'broken'] as const)('the scene %s has nothing that axe finds', async (scene) => {
    const { page } = await open({ scene });
    await page.click('#wb-tab-runs');
    expect(await violations(page)).toEqual([]);
  });

  test('targets of a phone are 44 px', async () => {
    const { page } = await open({ width: 390, height: 844 });
    const small: string[] = [];
    for (const tab of ['Terminal', 'Files', 'Runs', 'Phone', 'More']) {
      await page.click(`#lesson-tabs button:has-text("${tab}")`);
      if (tab === 'Files') await page.click('.tabs .tree');
      small.push(
        ...(await page.evaluate(() =>
          [
            ...document.querySelectorAll<HTMLElement>(
              '.pl-brand, #workbench :is(button, [role=treeitem], select, input), #lesson-tabs button',
            ),
          ]
            .filter(
              (element) =>
                element.checkVisibility({ visibilityProperty: true }) && !element.matches('.wb-link, .xterm *, .monaco-editor *'),
            )
            .filter((element) => element.getBoundingClientRect().height < 44)
            .map((element) => `${element.className} ${element.textContent?.trim()}`),
        )),
      );
    }
    expect(small).toEqual([]);
  });

  test('F6 goes through all panes and comes round; nothing holds the focus', async () => {
    const { page } = await open();
    await edit(page, 'train.py');
    await page.locator('[data-pane=views] [aria-selected=true]').focus();
    const panes: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      await page.keyboard.press('F6');
      panes.push(await page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-pane]')?.dataset['pane'] ?? 'none'));
    }
    expect(panes).toEqual(['files', 'editor', 'terminal', 'status', 'lesson', 'outcomes', 'views', 'files']);
  });

  test('F6 lands where one can work: on a file, in the editor, at the prompt, in the text, and in a log', async () => {
    const { page } = await open();
    await edit(page, 'train.py');
    await page.locator('[data-pane=views] [aria-selected=true]').focus();
    const next = async (selector: string): Promise<boolean> => {
      await page.keyboard.press('F6');
      return page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    };
    const there = [
      await next('[role=treeitem]'),
      await next('.monaco-editor [role=textbox], .monaco-editor textarea'),
      await next('.terminal.active textarea'),
      await next('[data-pane=status] button'),
      await next('[data-prose]'),
      await next('[data-pane=outcomes] button'),
      await next('#wb-tab-code'),
    ];
    expect(there).toEqual(there.map(() => true));
    // Wide enough for the summary beside the log: a pane in a pane.
    await page.setViewportSize({ width: 1920, height: 900 });
    await page.click('#wb-tab-runs');
    await page.waitForSelector('[data-pane=summary]:visible');
    await page.locator('#wb-tab-runs').focus();
    const more = [
      await next('[data-pane=runs] .on'),
      await next('[role=log]'),
      await next('[data-pane=summary], [data-pane=summary] *'),
      await next('[data-pane=status] button'),
    ];
    expect(more).toEqual(more.map(() => true));
  });

  test('what is said twice, and two things said at once, are each heard', async () => {
    const { page } = await open();
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      const log = document.querySelector('.pl-sr[role=log]')!;
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) for (const node of addedNodes) if (node.textContent) heard.push(node.textContent);
      }).observe(log, { childList: true, subtree: true });
    });
    const heard = (): Promise<readonly string[]> => page.evaluate(() => (window as unknown as { readonly heard: readonly string[] }).heard);
    await page.click('#outcomes button:has-text("Check now")');
    await expect.poll(heard).toEqual([expect.stringContaining('Checked: ')]);
    await page.click('#outcomes button:has-text("Check now")');
    await expect.poll(async () => (await heard()).filter((words) => words.startsWith('Checked: '))).toHaveLength(2);
    await page.evaluate(() => {
      window.demo.settle('recognises-new-leaves', { status: 'holds', value: '0.87' });
      window.demo.settle('three-releases', { status: 'holds', value: '3 of 3' });
    });
    await expect.poll(async () => (await heard()).slice(2)).toEqual([expect.stringContaining('0.87'), expect.stringContaining('3 of 3')]);
  });

  test('Alt+5 goes to the lesson’s text, also from its rail', async () => {
    const { page } = await open({ width: 1200, height: 800 });
    await page.click('#wb-tab-runs');
    await page.keyboard.press('Alt+5');
    await page.waitForFunction(() => document.activeElement?.matches('[data-prose]'));
  });

  test('all views are in sight at every width', async () => {
    const { page } = await open();
    const cut: string[] = [];
    for (const width of [768, 820, 900, 1000, 1050, 1100, 1180, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await settled(page);
      const tabs = await page.locator('[data-pane=views] .wb-tabs').evaluate((list) => [list.scrollWidth, list.clientWidth]);
      const bar = await page.locator('[data-pane=views]').evaluate((list) => [list.scrollWidth, list.clientWidth]);
      for (const [content = 0, room = 0] of [tabs, bar]) if (content > room) cut.push(`${width}: ${content} in ${room}`);
    }
    expect(cut).toEqual([]);
  });

  test('Ctrl+Shift+E leaves the terminal, and Tab stays in it for completion', async () => {
    const { page } = await open();
    await type(page, 'ec');
    await page.keyboard.press('Tab');
    await inTerminal(page, 'echo');
    expect(await page.evaluate(() => document.activeElement?.closest('.xterm') !== null)).toBe(true);
    await page.keyboard.press('Control+Shift+E');
    expect(await page.evaluate(() => document.activeElement?.closest('.xterm') === null)).toBe(true);
  });

  test('with forced colours the line of outcomes and its states are still drawn', async () => {
    const { page } = await open({ forcedColors: 'active' });
    expect(await page.locator('#outcomes .wb-st').count()).toBe(6);
    expect(
      await page
        .locator('#outcomes .wb-st')
        .first()
        .evaluate((icon) => getComputedStyle(icon).color),
    ).toBe('rgb(0, 0, 0)');
  });

  test('without motion the bob hangs still', async () => {
    const { page } = await open({ reducedMotion: 'reduce' });
    await page.evaluate(() => window.demo.settle('recognises-new-leaves', { status: 'holds', value: '0.87' }));
    await page.waitForSelector('#outcomes li.here:has-text("three or more")');
    expect(await page.locator('#outcomes .bob').evaluate((bob) => getComputedStyle(bob).animationName)).toBe('none');
  });
});

describe('the terminal', () => {
  test('runs what is typed and what the lesson hands over', async () => {
    const { page } = await open();
    await type(page, 'echo hello\n');
    await inTerminal(page, 'hello');
    await page.click('[data-run]');
    await inTerminal(page, 'from the lesson');
    expect(await calls(page)).toEqual(['run echo hello', 'run echo from the lesson']);
  });

  test('pasted lines run one by one', async () => {
    const { page } = await open();
    await page.locator('.under textarea').first().focus();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'echo one\necho two\n');
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await page.waitForFunction(() => window.demo.calls.length === 2);
    expect(await calls(page)).toEqual(['run echo one', 'run echo two']);
  });

  test('says what runs and how to stop it; Ctrl+C stops it', async () => {
    const { page } = await open();
    await type(page, 'sleep 100\n');
    await page.waitForSelector('.mode:has-text("sleep 100 runs")');
    await page.keyboard.press('Control+c');
    await page.waitForSelector('.mode:has-text("leaves the terminal")');
  });

  test('half a million lines do not freeze the page', async () => {
    const { page } = await open();
    // A task of its own each, as a person's clicks are: they have their turn before the last line is drawn.
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const click = (view: string): void => document.querySelector<HTMLElement>(`#wb-tab-${view}`)?.click();
      const look = (): void => {
        const tab = document.querySelector('[id^=wb-tab-][aria-selected=true]')?.id ?? '';
        const now = `${document.querySelector('.mode')?.textContent?.includes('runs') ? 'runs' : 'prompt'} ${tab}`;
        if (now === seen.at(-1)) return;
        seen.push(now);
        if (now === 'runs wb-tab-code' && seen.length === 2) setTimeout(() => click('phone'));
        if (now === 'runs wb-tab-phone') setTimeout(() => click('code'));
      };
      look();
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    await type(page, 'seq 500000\n');
    const seen = await page.waitForFunction(
      () => {
        const states = (window as unknown as { readonly seen: readonly string[] }).seen;
        return states.length > 1 && states.at(-1)?.startsWith('prompt') ? states : null;
      },
      null,
      { timeout: 0 },
    );
    expect(await seen.jsonValue()).toEqual([
      'prompt wb-tab-code',
      'runs wb-tab-code',
      'runs wb-tab-phone',
      'runs wb-tab-code',
      'prompt wb-tab-code',
    ]);
    await inTerminal(page, '499999');
  });

  test('keeps its letters where they belong when it was measured out of sight', async () => {
    const { page } = await open();
    const spacing = (): Promise<number> =>
      page.locator('.xterm-rows').evaluate((rows) => {
        const spaced = [rows, ...rows.querySelectorAll('span')].map(
          (element) => Number.parseFloat(getComputedStyle(element).letterSpacing) || 0,
        );
        return Math.max(...spaced.map(Math.abs));
      });
    const before = await spacing();
    await page.click('#wb-tab-runs');
    // A reload shows this view again while the terminal's font still comes.
    const shown = Promise.withResolvers<void>();
    await page.route(/\.woff2/, async (route) => {
      await shown.promise;
      await route.continue();
    });
    await page.reload({ waitUntil: 'commit' });
    await page.waitForSelector('#wb-tab-runs[aria-selected=true]');
    shown.resolve();
    await page.evaluate(() => document.fonts.ready);
    await settled(page);
    await page.click('#wb-tab-code');
    await settled(page);
    expect(await spacing()).toBeLessThanOrEqual(before + 0.5);
  });

  test('shows after a reload what stood in it before, dimmed and named as such', async () => {
    const { page } = await open();
    await type(page, 'echo what I saw\n');
    await inTerminal(page, 'what I saw');
    await page.reload();
    await page.evaluate(() => window.started);
    await inTerminal(page, '(earlier output');
    const rows = async (): Promise<readonly string[]> =>
      (await page.locator('.xterm-rows > div').allInnerTexts())
        .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
        .filter((row) => row !== '');
    const prompt = (await rows()).at(-1) ?? '';
    expect(await rows()).toEqual([
      `${prompt} echo what I saw`,
      'what I saw',
      '(earlier output, from before the page was loaded again)',
      prompt,
    ]);
    expect(await page.locator('.xterm-rows .xterm-fg-8').count()).toBeGreaterThan(0);
    await type(page, 'pwd\n');
    await page.waitForFunction(() => window.demo.calls.includes('run pwd'));
  });

  test('several terminals', async () => {
    const { page } = await open();
    await page.click('button[aria-label="New terminal"]');
    await page.waitForFunction(() => document.querySelectorAll('.xterm-accessibility-tree').length === 2);
    expect(await page.locator('.lower [role=tab]').allInnerTexts()).toEqual(['Terminal 1', 'Terminal 2', 'Problems\n1']);
    await page.waitForFunction(() => document.activeElement?.closest('.terminal.active') !== null);
    await page.keyboard.type('echo in the second\n');
    await page.waitForFunction(() => window.demo.calls.includes('run echo in the second'));
    await page.click('button[aria-label="Close terminal 2"]');
    expect(await page.locator('.lower [role=tab]').count()).toBe(2);
    expect(await calls(page)).toContain('close terminal 2');
  });

  test('the extra keys of a phone keep the terminal’s focus', async () => {
    const { page } = await open({ width: 390, height: 844 });
    await type(page, 'git ');
    await page.tap('.keys button:has-text("|")');
    await page.tap('.keys button:has-text("Ctrl")');
    await page.tap('.keys button[aria-label^="Control U"]');
    await page.keyboard.type('pwd\n');
    await inTerminal(page, '/home/you/leaf');
    expect(await calls(page)).toEqual(['run pwd']);
  });

  test('Ctrl of the extra keys waits for the next key of the keyboard', async () => {
    const { page } = await open({ width: 390, height: 844 });
    await type(page, 'echo wrong');
    await page.tap('.keys button:has-text("Ctrl")');
    await page.keyboard.type('u');
    expect(await page.getAttribute('.keys button:has-text("Ctrl")', 'aria-pressed')).toBe('false');
    await page.keyboard.type('pwd\n');
    await inTerminal(page, '/home/you/leaf');
    expect(await calls(page)).toEqual(['run pwd']);
  });
});

describe('the editor', () => {
  test('writes after a pause, marks it until then, and at once before a command runs', async () => {
    const { page } = await open();
    await edit(page, 'notes.md');
    await page.keyboard.type('# Notes\n');
    await page.waitForSelector('.close.dot');
    await page.waitForFunction(() => window.demo.calls.includes('write notes.md'));
    await page.waitForSelector('.close:not(.dot)');
    await page.locator('.monaco-editor').click();
    await page.keyboard.type('more');
    await type(page, 'cat notes.md\n');
    await inTerminal(page, '# Notes');
    const list = await calls(page);
    expect(list.indexOf('run cat notes.md')).toBe(list.lastIndexOf('write notes.md') + 1);
  });

  test('takes over what a command wrote, keeping the cursor’s place', async () => {
    const { page } = await open();
    await edit(page, 'notes.md');
    await page.evaluate(() => window.demo.write('notes.md', 'Try k = 7.\n'));
    await page.waitForSelector('.view-line:has-text("k = 7")');
    expect(await page.locator('.close.dot').count()).toBe(0);
  });

  test('never writes over a change underneath: the learner chooses', async () => {
    const { page } = await open();
    await edit(page, 'notes.md');
    await page.clock.install();
    await page.keyboard.type('mine ');
    await page.evaluate(() => window.demo.write('notes.md', 'theirs\n'));
    await page.waitForSelector('text=notes.md changed underneath');
    await page.click('button:has-text("Compare")');
    await page.waitForSelector('.diff .added:has-text("mine")');
    // Long after the pause in which an edit is written.
    await page.clock.runFor(60_000);
    expect((await calls(page)).filter((call) => call.startsWith('write'))).toEqual([]);
    await page.click('button:has-text("Take the file")');
    await page.waitForSelector('.view-line:has-text("theirs")');
    await page.locator('.monaco-editor').click();
    await page.keyboard.type('again ');
    await page.evaluate(() => window.demo.write('notes.md', 'other\n'));
    await page.click('button:has-text("Keep my edit")');
    await page.waitForFunction(() => window.demo.calls.includes('write notes.md'));
    await page.waitForSelector('text=notes.md changed underneath', { state: 'detached' });
  });

  test('an edit that a reload interrupts is not lost', async () => {
    const { page } = await open();
    await edit(page, 'notes.md');
    await page.keyboard.type('kept ');
    await page.reload();
    await page.evaluate(() => window.started);
    await page.waitForSelector('.view-line:has-text("kept")');
    await page.waitForFunction(() => window.demo.calls.includes('write notes.md'));
  });

  test('a byte-order mark stays one, and is no character of the text', async () => {
    const { page } = await open();
    await page.evaluate(() => window.demo.write('sheet.csv', '\ufeffphoto,species\n'));
    await edit(page, 'sheet.csv');
    await page.keyboard.type('my ');
    await page.waitForFunction(() => window.demo.calls.filter((call) => call === 'write sheet.csv').length > 0);
    await page.waitForSelector('.close:not(.dot)');
    const text = await page.evaluate(async () => {
      const found = await window.world.readText('/home/you/leaf/sheet.csv');
      return found.ok ? found.text : null;
    });
    expect(text).toBe('\ufeffmy photo,species\n');
  });

  test('a removed file can be written again', async () => {
    const { page } = await open();
    await edit(page, 'notes.md');
    await page.evaluate(() => window.demo.remove('notes.md'));
    await page.click('button:has-text("Write it again")');
    await page.waitForFunction(() => window.demo.calls.includes('write notes.md'));
  });

  test('problems stand under their line and in the list', async () => {
    const { page } = await open();
    await edit(page, '.github/workflows/deliver.yml');
    await page.click('.lower [role=tab]:has-text("Problems")');
    await page.click('.problems button');
    await page.waitForSelector('.wb-zone:has-text("needs a job named tests")');
    expect(await page.locator('.squiggly-error').count()).toBeGreaterThan(0);
  });

  test('what is wrong with the last line comes into sight below it', async () => {
    const { page } = await open();
    await edit(page, '.github/workflows/deliver.yml');
    await page.locator('.monaco-editor').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n    needs: [tests]');
    const line = await page.locator('.active-line-number').innerText();
    const hidden = (): Promise<number> =>
      page.evaluate((place) => {
        const zone = [...document.querySelectorAll<HTMLElement>('.wb-zone')].find((one) => one.innerText.includes(` ${place}:`));
        const editor = document.querySelector('.monaco-editor');
        return zone && editor ? zone.getBoundingClientRect().bottom - editor.getBoundingClientRect().bottom : Infinity;
      }, line);
    await expect.poll(hidden).toBeLessThanOrEqual(0);
  });

  test('photos are drawn, other bytes are not opened as text, and what is not there can be begun', async () => {
    const { page } = await open();
    await edit(page, 'data/001.pgm');
    expect(
      await page
        .locator('.preview canvas')
        .evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.getContext('2d')?.getImageData(8, 8, 1, 1).data[0] !== undefined]),
    ).toEqual([16, true]);
    await page.evaluate(() => document.dispatchEvent(new CustomEvent('plumbline:open', { detail: { path: 'model.bin' } })));
    await page.waitForSelector('text=model.bin is not text');
    await page.evaluate(() => window.demo.tell({ type: 'open', path: '/home/you/leaf/fresh.py' }));
    await page.waitForSelector('.tab.active:has-text("fresh.py")');
    await page.waitForFunction(() => document.activeElement?.closest('.monaco-editor') !== null);
    await page.keyboard.type('x = 1');
    await page.waitForFunction(() => window.demo.calls.includes('write fresh.py'));
  });

  test('an unfinished merge is shown and can be finished', async () => {
    const { page } = await open();
    await edit(page, 'merge.md');
    await page.waitForSelector('.wb-merge-ours');
    await page.click('button:has-text("Keep both")');
    await page.waitForSelector('text=unfinished merge', { state: 'detached' });
    await page.waitForSelector('.view-line:has-text("theirs")');
  });

  test('in a narrow window a look at the files keeps undo history and cursor', async () => {
    const { page } = await open({ width: 1024, height: 768 });
    await edit(page, 'notes.md');
    await page.keyboard.type('gone');
    await page.waitForSelector('.view-line:has-text("gone")');
    await page.click('.tabs .tree');
    await page.locator('[role=treeitem]:has-text("train.py")').click();
    await page.waitForSelector('.tab.active:has-text("train.py")');
    await page.click('.tabs .tree');
    await page.locator('[role=treeitem]:has-text("notes.md")').click();
    await page.waitForSelector('.tab.active:has-text("notes.md")');
    await page.locator('.monaco-editor textarea.inputarea').focus();
    await page.keyboard.press('Control+z');
    await page.waitForFunction(() => !document.querySelector<HTMLElement>('.view-lines')?.innerText.includes('gone'));
  });

  test('follows the theme', async () => {
    const { page } = await open();
    await edit(page, 'train.py');
    const ground = (): Promise<string> =>
      page
        .locator('.monaco-editor')
        .first()
        .evaluate((editor) => getComputedStyle(editor).backgroundColor);
    const light = await ground();
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
    await expect.poll(ground).toBe('rgb(12, 19, 22)');
    expect(light).toBe('rgb(255, 255, 255)');
  });
});

describe('the file tree', () => {
  test('keys walk, unfold, rename, make and delete', async () => {
    const { page } = await open();
    const at = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.locator('[role=treeitem][tabindex="0"]').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('n');
    expect(await at()).toContain('notes.md');
    await page.keyboard.press('F2');
    await page.keyboard.type('ideas');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=treeitem]:has-text("ideas.md")');
    await page.locator('[role=treeitem]:has-text("ideas.md")').focus();
    await page.keyboard.press('Delete');
    await page.click('dialog button:has-text("Delete")');
    await page.waitForSelector('[role=treeitem]:has-text("ideas.md")', { state: 'detached' });
    await page.locator('[role=treeitem]:has-text("infra")').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('main.tf'));
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('infra'));
    await page.click('button[aria-label="New file"]');
    await page.keyboard.type('.git/x');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=The folder .git belongs to git.');
    await page.keyboard.press('Escape');
    await page.click('button[aria-label="New file"]');
    await page.keyboard.type('new.py');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.tab.active:has-text("new.py")');
  });

  /** Gives the selected row of the tree another name. */
  const rename = async (page: Page, from: string, to: string): Promise<void> => {
    await page.locator(`[role=treeitem]:has-text("${from}")`).focus();
    await page.keyboard.press('F2');
    await page.locator('.tree input[type=text], .tree input:not([type])').fill(to);
    await page.keyboard.press('Enter');
  };

  test('a renamed file keeps an edit that is in conflict, and its undo history', async () => {
    const { page } = await open();
    await edit(page, 'notes.md');
    await page.clock.install();
    await page.keyboard.type('mine ');
    await page.evaluate(() => window.demo.write('notes.md', 'theirs\n'));
    await page.waitForSelector('text=notes.md changed underneath');
    await rename(page, 'notes.md', 'ideas.txt');
    await page.waitForSelector('text=ideas.txt changed underneath');
    expect(await page.locator('.tab .name').allInnerTexts()).toEqual(expect.arrayContaining([expect.stringContaining('ideas.txt')]));
    expect(await page.locator('.view-lines').innerText()).toContain('mine');
    await page.locator('.monaco-editor').click();
    // How many steps it was depends on how fast the keys came.
    const pressing = async (key: string) => {
      await page.keyboard.press(key);
      return page.locator('.view-lines').innerText();
    };
    await expect.poll(() => pressing('Control+z')).not.toContain('mine');
    await expect.poll(() => pressing('Control+y')).toContain('mine');
    await page.click('button:has-text("Keep my edit")');
    await page.waitForFunction(() => window.demo.calls.includes('write ideas.txt'));
    expect((await calls(page)).filter((call) => call === 'write notes.md')).toEqual([]);
  });

  test('a renaming or a removal that fails leaves the file open with its edit', async () => {
    const { page } = await open();
    await edit(page, 'notes.md');
    await page.evaluate(() => window.demo.remove('notes.md'));
    await page.waitForSelector('text=notes.md was removed');
    await page.evaluate(() => window.demo.write('other.md', 'other\n'));
    await rename(page, 'other.md', 'notes.md');
    await page.waitForSelector('.wb-message:has-text("other.md could not be renamed")');
    expect(await page.locator('.wb-message:has-text("notes.md was removed")').count()).toBe(1);
    await page.evaluate(() => Object.assign(window.world, { remove: () => Promise.reject(new Error('Device or resource busy.')) }));
    await edit(page, 'train.py');
    await page.clock.install();
    await page.keyboard.type('# mine ');
    await page.locator('[role=treeitem]:has-text("train.py")').focus();
    await page.keyboard.press('Delete');
    await page.click('dialog button:has-text("Delete")');
    await page.waitForSelector('text=train.py could not be deleted');
    expect(await page.locator('.view-lines').innerText()).toContain('mine');
  });

  test('files dropped on a folder go there', async () => {
    const { page } = await open();
    await page.locator('[role=treeitem]:has-text("app")').evaluate((folder) => {
      const data = new DataTransfer();
      data.items.add(new File(['hi'], 'dropped.txt'));
      folder.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }));
      folder.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.locator('[role=treeitem]:has-text("app")').click();
    await page.waitForSelector('[role=treeitem]:has-text("dropped.txt")');
  });
});

describe('runs', () => {
  test('a hundred thousand lines are a few rows of the page; E goes to the error', async () => {
    const { page } = await open({ scene: 'big-log' });
    await page.click('#wb-tab-runs');
    await page.waitForSelector('.line');
    expect(await page.locator('.log .line').count()).toBeLessThan(120);
    await page.keyboard.press('e');
    await page.waitForSelector('.line.first:has-text("the needle")');
    await page.keyboard.press('/');
    await page.keyboard.type('line 99999');
    await page.waitForSelector('mark');
  });

  test('an error is labelled once, as the runner wrote it', async () => {
    const { page } = await open();
    await page.click('#wb-tab-runs');
    expect(await page.locator('.log .line.error .text').allInnerTexts()).toContain('Error: Process completed with exit code 1.');
  });

  test('beside a long line the steps keep their times in sight, also scrolled sideways', async () => {
    const { page } = await open({ scene: 'big-log' });
    await page.evaluate(() => {
      const text = 'x'.repeat(600);
      const lines = Array.from({ length: 200 }, () => ({ jobKey: 'noise', step: 4, at: 0, kind: 'output' as const, text }));
      Object.assign(window.world, { runLog: () => Promise.resolve(lines) });
    });
    await page.click('#wb-tab-runs');
    await page.waitForSelector('.log .line');
    const outside = (left: number, top: number): Promise<readonly string[]> =>
      page.locator('.log .scroll').evaluate(
        async (log, to) => {
          log.scrollTo({ left: to.left, top: to.top });
          for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
          const view = log.getBoundingClientRect();
          const times = [...log.querySelectorAll('.step em')].map((time) => time.getBoundingClientRect());
          if (times.length === 0 || log.scrollLeft !== to.left) return ['nothing to look at'];
          return times.filter((time) => time.left < view.left || time.right > view.left + log.clientWidth).map((time) => `${time.right}`);
        },
        { left, top },
      );
    expect([await outside(0, 0), await outside(900, 0), await outside(900, 600)]).toEqual([[], [], []]);
  });

  test('the world lists its runs oldest first; the newest is on top, selected and in the status bar', async () => {
    const { page } = await open({ scene: 'big-log' });
    await page.click('#wb-tab-runs');
    const rows = await page.locator('.list li .sub').allInnerTexts();
    expect({
      numbers: rows.map((row) => Number(/#(\d+)/.exec(row)?.[1])),
      selected: await page.locator('.list .on .title').innerText(),
      status: await page.locator('[data-pane=status] button:has-text("Run ")').innerText(),
    }).toEqual({ numbers: [24, 19, 18, 17, 16, 15, 14, 13, 12], selected: 'Print everything', status: 'Run 24 failed' });
  });

  test('a run streams into view while it goes on, and its end is said', async () => {
    const { page } = await open();
    await page.click('#wb-tab-runs');
    await page.evaluate(() => Object.assign(window, { live: window.demo.startRun() }));
    await page.waitForSelector('.list .on:has-text("Stream a log")');
    const step = (): Promise<boolean> => page.evaluate(() => (window as unknown as { live: { step(): boolean } }).live.step());
    for (let n = 0; n < 8; n += 1) await step();
    await page.waitForSelector('.line:has-text("evaluate.py")');
    while (await step());
    await page.waitForSelector('.details .wb-pill.success');
    expect(await page.locator('[aria-live=polite].pl-sr').first().innerText()).toContain('Stream a log, on main passed');
  });

  test('lines that were read and are then told, or are told while the log is read, are there once', async () => {
    const { page } = await open({ scene: 'big-log' });
    await page.evaluate(() => {
      const line = (text: string) => ({ jobKey: 'noise', step: 4, at: 0, kind: 'output' as const, text });
      const tell = (from: number, texts: readonly string[]) => window.demo.tell({ type: 'log', runId: 24, from, lines: texts.map(line) });
      Object.assign(window.world, {
        runLog: async () => {
          await Promise.resolve();
          tell(2, ['three', 'four']);
          queueMicrotask(() => tell(3, ['four', 'five']));
          return ['one', 'two', 'three'].map(line);
        },
      });
    });
    await page.click('#wb-tab-runs');
    await page.waitForSelector('.log .line:has-text("five")');
    expect(await page.locator('.log .line .text').allInnerTexts()).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  test('text of a world is never HTML', async () => {
    const { page } = await open();
    await page.click('#wb-tab-runs');
    await page.getByRole('button', { name: /^Step summary/ }).click();
    await page.waitForSelector('.markdown table');
    expect({ title: await page.title(), inside: await page.locator('.markdown :is(img, script, style)').count() }).toEqual({
      title: 'Ship a better leaf',
      inside: 0,
    });
  });

  test('a broken workflow file leads to its line', async () => {
    const { page } = await open({ scene: 'broken' });
    await page.click('#wb-tab-runs');
    await page.click('.errors button');
    await page.waitForSelector('.wb-zone');
    expect(await page.locator('.active-line-number').innerText()).toBe('29');
  });

  test('a matrix of twelve is one node, and opens', async () => {
    const { page } = await open();
    await page.click('#wb-tab-runs');
    await page.click('.list button:has-text("Try twelve seeds")');
    await page.click('.node:has-text("12 legs")');
    expect(await page.locator('.graph .node').count()).toBe(14);
  });

  test('cancel', async () => {
    const { page } = await open();
    await page.click('#wb-tab-runs');
    await page.click('button:has-text("Cancel")');
    await page.waitForSelector('.details .wb-pill.cancelled');
  });
});

describe('outcomes and the phone', () => {
  test('the prose shows the states, links lead to places, hints come one by one', async () => {
    const { page } = await open();
    expect(await page.locator('.task [data-check]').getAttribute('data-state')).toBe('fails');
    // A hint that is told has the card's width, less its icon.
    const [hint, card] = await page
      .locator('.hint')
      .first()
      .evaluate((one) => [one.querySelector('p')!.clientWidth, one.clientWidth] as const);
    expect(hint).toBeGreaterThan(card - 72);
    await page.click('button:has-text("Show hint 2")');
    await page.waitForSelector('text=Hint 2 of 3.');
    await page.click('#outcomes .wb-link:has-text("how many maple")');
    await page.waitForSelector('.tab.active:has-text("labels.csv")');
    await page.evaluate(() => window.demo.settle('recognises-new-leaves', { status: 'holds', value: '0.87' }));
    await page.waitForSelector('#outcomes .bob.drops');
    expect(await page.locator('.task [data-check]').getAttribute('data-state')).toBe('holds');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('text=checked on request');
  });

  test.each([
    ['mid', 'success'],
    ['skewed', 'failure'],
  ] as const)('what was tested and what is served: %s shows %s at both places', async (scene, state) => {
    const { page } = await open({ scene });
    await page.click('#wb-tab-phone');
    const card = page.locator('section[aria-label="Live now"]');
    expect({
      pill: await card.locator(`.wb-pill.${state}`).count(),
      row: await card.locator(`li:has-text("Tested") .wb-st.${state}`).count(),
    }).toEqual({ pill: 1, row: 1 });
  });

  test('names in a hint are code, and a whole command can be run from it', async () => {
    const { page } = await open();
    await page.click('button:has-text("Show hint 2")');
    await page.click('button:has-text("Show hint 3")');
    const hint = page.locator('.hint p:has-text("Hint 3 of 3.")');
    expect(await hint.locator('code').allInnerTexts()).toEqual(['sed 1d incoming/labels.csv >> labels.csv', 'git commit']);
    expect(await page.locator('.hint').first().innerText()).not.toContain('`');
    await page.click('.hint [data-run]');
    await page.waitForFunction(() => window.demo.calls.includes('run sed 1d incoming/labels.csv >> labels.csv'));
    expect(await page.locator('.hint [data-snippet]').count()).toBe(1);
    expect(await violations(page, '#outcomes')).toEqual([]);
  });

  test('shares beside an outcome are cut like every score, not rounded up', async () => {
    const { page } = await open();
    await page.evaluate(() => {
      const bars = { ginkgo: 0.358, oak: 0.7999, maple: 1 };
      const failure = { status: 'fails' as const, value: '0.35', observed: '0.35 of all', expected: '0.80', lookAt: [], hint: 'h', bars };
      window.demo.settle('recognises-new-leaves', failure);
    });
    await expect.poll(() => page.locator('.bars b').allInnerTexts(), { timeout: 20_000 }).toEqual(['.35', '.79', '1.00']);
  });

  test('takes another photo, and holds the same numbers in a table', async () => {
    const { page } = await open();
    await page.click('#wb-tab-phone');
    const before = await page.locator('.device h2').innerText();
    await page.click('button:has-text("Take another photo")');
    await page.waitForFunction((was) => document.querySelector('.device h2')?.textContent !== was, before);
    await page.click('button:has-text("As a table")');
    expect(await page.locator('.table tbody tr').count()).toBe(60);
  });

  test('what a colleague does on the origin is told, and is one click away', async () => {
    const { page } = await open();
    await page.evaluate(() =>
      window.demo.tell({ type: 'event', event: { seq: 90, at: 0, type: 'pull-request', action: 'reviewed', number: 31, by: 'tomas' } }),
    );
    await page.click('.toast:has-text("Tomas reviewed pull request 31.") button:has-text("Look")');
    await page.waitForSelector('h1:has-text("Train on the photos in incoming/")');
    await page.waitForSelector('text=Tomas asks for a change');
    expect(await page.locator('.toast').count()).toBe(0);
  });

  test('the solution is asked for twice', async () => {
    const { page } = await open();
    await page.click('button:has-text("Show the solution")');
    await page.click('dialog button:has-text("Show it")');
    expect(await page.locator('dialog pre').count()).toBe(0);
    await page.click('dialog button:has-text("Show the solution")');
    await page.waitForSelector('dialog pre:has-text("suspects.py")');
    expect(await page.locator('dialog').innerText()).toContain('Nothing has been run, and your work is as it was.');
  });

  test('the solution, once shown, is there again without questions, and leads to starting over', async () => {
    const { page } = await open();
    const before = await page.locator('#outcomes').innerText();
    await page.click('button:has-text("Show the solution")');
    await page.click('dialog button:has-text("Show it")');
    await page.click('dialog button:has-text("Show the solution")');
    await page.waitForSelector('dialog pre');
    await page.keyboard.press('Escape');
    await page.click('button:has-text("Show the solution")');
    await page.waitForSelector('dialog pre');
    await page.click('dialog button:has-text("start over")');
    await page.waitForSelector('dialog:has-text("Start this exercise over?")');
    await page.click('dialog button:has-text("Keep working")');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(await page.locator('#outcomes').innerText()).toBe(before);
  });

  test('starting over says what is lost, and begins anew', async () => {
    const { page } = await open();
    await edit(page, 'train.py');
    await page.click('button:has-text("Start over")');
    await page.waitForSelector('dialog:has-text("2 changes not committed")');
    await page.click('dialog button.pl-btn-primary');
    await page.waitForSelector('text=The exercise is as it began.');
    expect(await page.locator('#outcomes li.todo').count()).toBe(6);
    expect(await page.locator('.tabs .tab').count()).toBe(0);
  });

  test('a deployment is announced when it is made, not when a replaced world brings it', async () => {
    const { page } = await open();
    const announced = page.locator('text=/Run \\d+ reached the phone/');
    await page.click('button:has-text("Start over")');
    await page.click('dialog button.pl-btn-primary');
    await page.waitForSelector('text=The exercise is as it began.');
    expect(await announced.count()).toBe(0);
    await page.click('button:has-text("Take home")');
    await page.setInputFiles('dialog input[type=file]', { name: 'a.plumbline', mimeType: '', buffer: Buffer.from('a world') });
    await page.click('dialog button:has-text("Replace it")');
    await page.waitForSelector('text=The world from a.plumbline is open.');
    expect(await announced.count()).toBe(0);
    await page.evaluate(() => window.demo.release(23));
    await page.waitForSelector('text=Run 23 reached the phone in 6 min');
  });

  test('starting over that fails leaves open files and progress as they were', async () => {
    const { page } = await open();
    await edit(page, 'train.py');
    const tabs = await page.locator('.tabs .tab').count();
    await page.evaluate(() => Object.assign(window.world, { reset: () => Promise.reject(new Error('The worker is gone.')) }));
    await page.click('button:has-text("Start over")');
    await page.click('dialog button.pl-btn-primary');
    await page.waitForSelector('text=The worker is gone.');
    expect(await page.locator('.tabs .tab').count()).toBe(tabs);
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toMatch(/"reset\b/);
  });
});

describe('what goes wrong', () => {
  test('a fault that comes at once is shown, and a later one does not hide it', async () => {
    const { page } = await open({ scene: 'set-aside' });
    await page.evaluate(() => window.demo.tell({ type: 'fault', message: 'Another thing.' }));
    await page.waitForSelector('.wb-message.failure:has-text("Another thing.")');
    expect(await page.locator('.wb-message.failure p').allInnerTexts()).toEqual([
      'Something in the page went wrong. The first thing.',
      'Something in the page went wrong. Another thing.',
    ]);
    await page.locator('.wb-message.failure button').first().click();
    expect(await page.locator('.wb-message.failure').count()).toBe(1);
  });

  test.each([
    [1440, 900],
    [390, 844],
  ] as const)('messages at %i px: two at most, clear of the prompt, gone after six seconds unless pointed at', async (width, height) => {
    const { page } = await open({ width, height });
    await page.clock.install();
    const tell = (id: number): Promise<void> => page.evaluate((id) => window.demo.release(id), id);
    for (const id of [31, 32, 33]) await tell(id);
    await page.waitForSelector('.toast:has-text("Run 33")');
    const boxes = await page.evaluate(() =>
      ['.toasts', '#wb-terminals'].map((selector) => document.querySelector(selector)?.getBoundingClientRect().toJSON() as DOMRect),
    );
    const [toasts, terminal] = boxes as [DOMRect, DOMRect];
    expect({
      shown: await page.locator('.toast').count(),
      clear: toasts.bottom <= terminal.top || toasts.top >= terminal.bottom,
      small: toasts.height < 200,
      wide: await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    }).toEqual({ shown: 2, clear: true, small: true, wide: true });
    await page.hover('.toast:has-text("Run 33")');
    await page.clock.runFor(6100);
    expect(await page.locator('.toast p').allInnerTexts()).toEqual([expect.stringContaining('Run 33')]);
    await page.mouse.move(5, 5);
    await page.clock.runFor(6100);
    expect(await page.locator('.toast').count()).toBe(0);
  });

  test('work that was set aside can be exported where that is said', async () => {
    const { page } = await open({ scene: 'set-aside' });
    const download = page.waitForEvent('download');
    await page.click('.wb-message button:has-text("Export what was set aside")');
    expect((await download).suggestedFilename()).toBe('ship-a-better-leaf-set-aside.plumbline');
    await page.waitForSelector('.wb-message:has-text("Set aside")', { state: 'detached' });
  });

  test('full storage is said with a way to export', async () => {
    const { page } = await open({ scene: 'quota' });
    await page.waitForSelector('#lesson-status:has-text("Not saved")');
    const download = page.waitForEvent('download');
    await page.click('.wb-message button:has-text("Export")');
    await page.click('dialog button:has-text("World file")');
    expect((await download).suggestedFilename()).toBe('ship-a-better-leaf.plumbline');
  });

  test('on a phone what went wrong is said once, on every tab', async () => {
    const { page } = await open({ scene: 'quota', tab: 'read', width: 390, height: 844 });
    for (const tab of ['Read', 'Files', 'Terminal', 'Runs', 'Phone', 'More']) {
      await page.click(`#lesson-tabs button:has-text("${tab}")`);
      const message = page.locator('.wb-message:has-text("Not saved")');
      await message.waitFor();
      const { y, height } = (await message.boundingBox())!;
      expect({ tab, count: await message.count(), inSight: y >= 44 && y + height < 400 }).toEqual({ tab, count: 1, inSight: true });
    }
  });

  test('a world that is open elsewhere, or cannot be loaded, rejects with what to do', async () => {
    const said = async (scene: 'owned' | 'failed'): Promise<string> => {
      const { page } = await open({ scene });
      await page.waitForSelector('[data-phase=failed]');
      return page.locator('#workbench').innerText();
    };
    expect(await said('owned')).toContain('open in another tab');
    expect(await said('failed')).toContain('Check the connection, then press Start again.');
  });

  test('a start that fails once the world is open gives it free, and Start again begins as if nothing had been', async () => {
    const { page } = await open({ scene: 'fails-late' });
    await page.waitForSelector('[data-phase=failed]');
    expect(await page.locator('#workbench').innerText()).toContain('The worker did not answer.');
    expect(await calls(page)).toContain('close world');
    await page.evaluate(() => window.start());
    await page.evaluate(() => document.dispatchEvent(new CustomEvent('plumbline:run', { detail: { code: 'echo once' } })));
    await inTerminal(page, 'once');
    expect((await calls(page)).filter((call) => call === 'run echo once' || call === 'close world')).toEqual([
      'close world',
      'run echo once',
    ]);
  });

  test('opening names its steps and bytes', async () => {
    const { page } = await open({ scene: 'slow' });
    await page.waitForSelector('text=1.3 MB of 4.1 MB');
    expect(await violations(page, '#workbench')).toEqual([]);
  });

  test('a world whose worker died offers to open it again', async () => {
    const { page } = await open();
    await page.evaluate(() => (window as unknown as { crash(message: string): void }).crash('out of memory'));
    await page.waitForSelector('text=The exercise stopped');
    expect(await violations(page)).toEqual([]);
  });

  test('a world file that is none leaves everything as it is', async () => {
    const { page } = await open();
    await page.click('button:has-text("Take home")');
    await page
      .locator('dialog input[type=file]')
      .setInputFiles({ name: 'x.plumbline', mimeType: 'application/octet-stream', buffer: Buffer.from('no') });
    await page.click('dialog button:has-text("Replace it")');
    await page.waitForSelector('dialog:has-text("What you have here is unchanged.")');
  });
});
