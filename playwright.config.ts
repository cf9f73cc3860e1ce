import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: '.cache/e2e',
  workers: 1,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  use: {
    launchOptions: {
      ...(process.env['PLUMBLINE_CHROMIUM'] ? { executablePath: process.env['PLUMBLINE_CHROMIUM'] } : {}),
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    },
    trace: 'retain-on-failure',
    viewport: { width: 1440, height: 900 },
  },
});
