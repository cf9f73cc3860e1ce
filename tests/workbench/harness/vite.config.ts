import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The recorded workbench as a page: `vite --config tests/workbench/harness/vite.config.ts`, port 4731. */
export default defineConfig({
  root: here,
  plugins: [svelte({ configFile: false })],
  worker: { format: 'es' },
  server: { port: 4731, strictPort: true, fs: { allow: [fileURLToPath(new URL('../../..', import.meta.url))] } },
  preview: { port: 4731, strictPort: true },
  build: {
    outDir: fileURLToPath(new URL('../../../.cache/workbench', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
