// Finds a Chromium for the browser tests, or gets one by whichever way this machine allows.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run } from './install.mjs';

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of a Chromium, or null. `PLUMBLINE_CHROMIUM` names one that is not found by itself. */
export async function findChromium() {
  const { chromium } = await import('playwright');
  const candidates = [process.env.PLUMBLINE_CHROMIUM, chromium.executablePath(), ...installed];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** Like findChromium, but installs one first where there is none. Throws with what to do when no way works. */
export async function chromiumForTests() {
  const found = await findChromium();
  if (found !== null) return found;
  const ways = [
    ['Playwright’s own build', () => run('npx', ['playwright', 'install', 'chromium'])],
    ['the Debian package', () => debianChromium()],
  ];
  for (const [name, install] of ways) {
    console.log(`No Chromium found: trying ${name}…`);
    try {
      install();
    } catch {
      continue;
    }
    const now = await findChromium();
    if (now !== null) return now;
  }
  throw new Error(
    'The browser tests need a Chromium, and none could be installed here. Install Chromium or Chrome, or set PLUMBLINE_CHROMIUM to the path of one.',
  );
}

function debianChromium() {
  if (!existsSync('/usr/bin/apt-get')) throw new Error('no apt-get');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    execFileSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  apt('update', '-q');
  apt('install', '-y', '-q', '--no-install-recommends', 'chromium');
}
