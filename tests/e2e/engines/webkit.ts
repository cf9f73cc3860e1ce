import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { createServer } from 'node:net';
import { Builder, By, Capabilities, Key, type WebDriver } from 'selenium-webdriver';
import type { Engine } from './engine.ts';

const DRIVER = '/usr/bin/WebKitWebDriver';
const DISPLAY = '/usr/bin/xvfb-run';

export interface WebKit {
  readonly browser: string;
}

/** WebKitGTK's small browser with its driver and a display for it (Debian: webkit2gtk-driver, xvfb), or null. */
export function findWebKit(): WebKit | null {
  const [browser] = globSync('/usr/lib/*/webkit2gtk-4*/MiniBrowser');
  return browser !== undefined && existsSync(DRIVER) && existsSync(DISPLAY) ? { browser } : null;
}

/** WebKit, driven through WebDriver. */
export async function openWebKit({ browser }: WebKit): Promise<Engine> {
  const port = await freePort();
  // WebKit's own sandbox needs rights that containers do not have; the pages here are the project's.
  const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' };
  const service = spawn(DISPLAY, ['-a', '-s', '-screen 0 1600x1000x24', DRIVER, `--port=${port}`], {
    stdio: 'ignore',
    env,
    detached: true,
  });
  try {
    const driver = await connected(port, browser);
    await driver.manage().window().setRect({ width: 1440, height: 900 });
    return engine(driver, service);
  } catch (error) {
    stop(service);
    throw error;
  }
}

function engine(driver: WebDriver, service: ChildProcess): Engine {
  const typed = (...keys: string[]) =>
    driver
      .switchTo()
      .activeElement()
      .sendKeys(...keys);
  return {
    goto: (url) => driver.get(url),
    evaluate: (call, argument) => driver.executeScript(`return (${String(call)})(arguments[0])`, argument),
    click: async (selector) => driver.findElement(By.css(selector)).click(),
    type: (text) => typed(text),
    press: (key) => (key === 'Enter' ? typed(Key.ENTER) : typed(Key.chord(Key.CONTROL, 'c'))),
    async close() {
      await driver.quit().finally(() => stop(service));
    },
  };
}

/** The driver takes a moment to listen: the session is asked for until it answers. */
async function connected(port: number, binary: string): Promise<WebDriver> {
  const server = `http://127.0.0.1:${port}`;
  for (;;) {
    const answers = await fetch(`${server}/status`).then(
      () => true,
      () => false,
    );
    if (answers) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const capabilities = new Capabilities({ 'webkitgtk:browserOptions': { binary, args: ['--automation'] } });
  return new Builder().usingServer(server).withCapabilities(capabilities).forBrowser('MiniBrowser').build();
}

/** With everything it started: xvfb-run does not pass signals on. */
function stop({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
