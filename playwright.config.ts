import { defineConfig } from '@playwright/test';

/** The built site, as `npm start` serves it (isolated) and as a plain static host would. Both are built beforehand: `npm run build`. */
export const ISOLATED = 'http://localhost:4391/';
export const PLAIN = 'http://localhost:4392/';

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: '.cache/e2e',
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: ISOLATED,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(process.env['PLUMBLINE_CHROMIUM'] ? { executablePath: process.env['PLUMBLINE_CHROMIUM'] } : {}),
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    },
  },
  webServer: [
    { command: 'node scripts/serve.mjs --port 4391', url: ISOLATED, reuseExistingServer: false },
    { command: 'node scripts/serve.mjs --port 4392 --plain', url: PLAIN, reuseExistingServer: false },
  ],
});
