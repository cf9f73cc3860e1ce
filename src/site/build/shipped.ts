/** Notes which npm packages end up in what browsers download, for scripts/notices.mjs. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

const shipped = new Set<string>();

/** The package that a module id belongs to: `…/node_modules/@scope/name/lib/x.js` is `@scope/name`. */
export function packageOf(moduleId: string): string | null {
  const inside = moduleId.replaceAll('\\', '/').split('/node_modules/').at(-1);
  if (inside === undefined || inside === moduleId) return null;
  return /^(@[^/]+\/[^/]+|[^/?]+)/.exec(inside)?.[1] ?? null;
}

/** Vite plugin for the page's code and, given to `worker.plugins`, for that of workers. */
export function noteShipped(kind: 'page' | 'worker'): Plugin {
  return {
    name: `plumbline:note-shipped-${kind}`,
    generateBundle(_options, bundle) {
      if (kind === 'page' && this.environment?.name !== 'client') return;
      for (const output of Object.values(bundle)) {
        const ids =
          output.type === 'chunk'
            ? Object.entries(output.modules)
                .filter(([, module]) => module.renderedLength > 0)
                .map(([id]) => id)
            : output.originalFileNames.map((name) => `/${name}`);
        for (const id of ids) {
          const name = packageOf(id);
          if (name !== null) shipped.add(name);
        }
      }
    },
  };
}

/** Writes the list to .cache/shipped-packages.json, below the project's root. */
export async function writeShipped(root: URL): Promise<void> {
  const folder = new URL('.cache/', root);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('shipped-packages.json', folder), `${JSON.stringify([...shipped].sort(), null, 2)}\n`);
}
