import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import type { Engine } from './engine.ts';

const PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

/** Path of a Firefox, or null. `PLUMBLINE_FIREFOX` names one that is not found by itself. */
export function findFirefox(): string | null {
  return [process.env['PLUMBLINE_FIREFOX'], ...PATHS].find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** A Firefox as it is installed, driven through WebDriver BiDi: Playwright has builds of its own only. */
export async function openFirefox(executablePath: string): Promise<Engine> {
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (call, argument) => page.evaluate(call as never, argument) as never,
    click: (selector) => page.click(selector),
    type: (text) => page.keyboard.type(text),
    async press(key) {
      if (key === 'Enter') return page.keyboard.press('Enter');
      await page.keyboard.down('Control');
      await page.keyboard.press('c');
      await page.keyboard.up('Control');
    },
    close: () => browser.close(),
  };
}
