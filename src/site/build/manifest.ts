/** Reads a finished build and says what it consists of. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BuildManifest, BuiltFile, FileGroup } from '../service-worker/build.ts';

/** Files above this many bytes, unpacked, wait until they are used. */
const big = 4_000_000;
const notServed = new Set(['service-worker.js', '_headers', '.nojekyll', 'CNAME']);

/** Every file below `out` with its path relative to it, in a fixed order and with forward slashes. */
export async function filesBelow(out: string): Promise<readonly string[]> {
  const all = await readdir(out, { recursive: true });
  const files = await Promise.all(all.map(async (path) => ((await stat(join(out, path))).isFile() ? path.split(sep).join('/') : null)));
  return files.filter((path) => path !== null).sort();
}

/** When a file is wanted offline. `pageAssets` are the files that pages name themselves: their styles, scripts, fonts and icons. */
export function groupOf(path: string, bytes: number, pageAssets: ReadonlySet<string>): FileGroup {
  const exercise = /(?:^|\/)([a-z0-9-]+)\.[^/]*\.?world$/.exec(path)?.[1];
  if (exercise) return `exercise:${exercise}`;
  if (path.endsWith('.html') || pageAssets.has(path)) return 'page';
  if (path.startsWith('pyodide/')) return 'python';
  if (bytes > big) return 'big';
  return 'work';
}

/** The manifest of the build in `out`. Pages are hashed as they stand before they are given the build's id. */
export async function manifestOf(out: string, pageAssets: ReadonlySet<string>): Promise<BuildManifest> {
  const files: Record<string, BuiltFile> = {};
  for (const path of await filesBelow(out)) {
    if (notServed.has(path) || path.endsWith('.map')) continue;
    const content = await readFile(join(out, path));
    files[path] = {
      hash: createHash('sha256').update(content).digest('hex'),
      bytes: content.length,
      group: groupOf(path, content.length, pageAssets),
    };
  }
  const build = createHash('sha256');
  for (const [path, { hash }] of Object.entries(files)) build.update(`${path}\0${hash}\n`);
  return { build: build.digest('hex').slice(0, 16), files };
}

/** What a download comes to in bytes where the host compresses, as all common ones do. */
export async function compressedBytes(out: string, paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    paths.map(async (path) => {
      const content = await readFile(join(out, path));
      return /\.(woff2|png|jpg|zip|gz|world|whl)$/.test(path) ? content.length : gzipSync(content).length;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
