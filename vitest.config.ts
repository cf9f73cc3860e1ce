import { readFile } from 'node:fs/promises';
import { defineConfig } from 'vitest/config';

/** The package's source maps name files that it doesn't ship; Vite would warn about each of its hundred files. */
const withoutSourceMaps = {
  name: 'without-source-maps',
  enforce: 'pre' as const,
  async load(id: string) {
    if (!/@actions\/workflow-parser\/.*\.js$/.test(id)) return null;
    return (await readFile(id, 'utf8')).replace(/\/\/# sourceMappingURL=.*$/m, '');
  },
};

export default defineConfig({
  plugins: [withoutSourceMaps],
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/e2e/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // How long something takes is nobody's business here: a loaded machine is not a failure.
    expect: { poll: { timeout: 30_000 } },
    // It imports a JSON file without the attribute that Node asks for; Vite reads it either way.
    server: { deps: { inline: [/@actions\/workflow-parser/] } },
  },
});
