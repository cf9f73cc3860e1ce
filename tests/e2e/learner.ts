import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { parseShell } from '../../src/computer/session/syntax.ts';
import { statementsOf } from '../../src/world/statements.ts';

export const LESSON = '3-continuous-delivery/3-ship-a-better-leaf/';

/** What a learner does in a lesson, in the words of the page. */
export class Learner {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the lesson and presses Start; resolves at the prompt. */
  async start(url: string = LESSON): Promise<void> {
    await this.page.goto(url);
    await this.page.locator('[data-start]').first().click();
    await this.atPrompt();
  }

  /** The lines that the terminal shows. */
  async screen(): Promise<string> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.xterm-rows > div')]
        .map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd())
        .join('\n')
        .trimEnd(),
    );
  }

  /** Resolves when the terminal waits at an empty prompt. */
  async atPrompt(timeout = 60_000): Promise<void> {
    await expect.poll(() => this.screen(), { timeout, intervals: [20, 50, 100] }).toMatch(/you@fieldleaf:[^$]*\$$/);
  }

  /** Types a line key by key and presses Enter; resolves when the prompt is back. Gives the screen. */
  async type(line: string): Promise<string> {
    await this.focusTerminal();
    await this.page.keyboard.type(line);
    return this.#enter(line);
  }

  /** Pastes text (several lines are run one by one); resolves when the prompt is back. */
  async paste(text: string): Promise<string> {
    await this.focusTerminal();
    await this.page
      .locator('.xterm-helper-textarea')
      .first()
      .evaluate((area, pasted) => {
        const data = new DataTransfer();
        data.setData('text/plain', pasted);
        area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      }, text);
    return this.#enter(text.split('\n').at(-1) ?? '');
  }

  /** Types whatever stands in a script, statement by statement, between two of its comments (`# Release 2`), or all of it. */
  async follow(script: string): Promise<void> {
    for (const { text } of statementsOf(script, needsMore)) await this.paste(text);
  }

  async focusTerminal(): Promise<void> {
    await this.page.locator('.xterm-helper-textarea').first().focus();
  }

  async #enter(last: string): Promise<string> {
    // The prompt that is there already must not be taken for the one that comes back: a marker is typed behind the line.
    await expect.poll(() => this.screen()).toContain(last.slice(0, 20));
    await this.page.keyboard.press('Enter');
    await this.page.waitForTimeout(0);
    await this.atPrompt(120_000);
    return this.screen();
  }

  async view(name: 'Code' | 'History' | 'Runs' | 'Phone'): Promise<void> {
    await this.page
      .getByRole('tab', { name: new RegExp(name) })
      .first()
      .click();
  }

  /** Waits until so many outcomes hold, as the page says it beside the code: `3 of 6 hold`, `All 6 hold`. */
  async outcomesHold(count: number): Promise<void> {
    await this.view('Code');
    await expect(this.page.getByText(count === 6 ? 'All 6 hold' : `${count} of 6 hold`)).toBeVisible({ timeout: 120_000 });
  }
}

/** The part of a route's script that begins with the comment `# <title>`, up to the next such comment. */
export function partOf(route: string, title: string): string {
  const script = readFileSync(join(import.meta.dirname, '..', '..', 'exercises', 'ship-a-better-leaf', `${route}.sh`), 'utf8');
  const start = script.indexOf(`# ${title}`);
  if (start < 0) throw new Error(`${route}.sh has no part ${title}`);
  const end = script.indexOf('\n# Release ', start + 1);
  return script.slice(start, end < 0 ? undefined : end);
}

/** Whether the shell waits for more after this. */
export function needsMore(text: string): boolean {
  return parseShell(text).kind === 'incomplete';
}
