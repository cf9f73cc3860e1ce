import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileTree, TreeEntry } from '../platform/platform.ts';

/** Left out of exercise folders: what Python and editors leave behind. */
const LITTER = new Set(['__pycache__', '.DS_Store']);

/** Reads a folder of the disk as a tree with its root at `/`; times are left out so that the same files give the same tree. */
export function readFolder(folder: string): FileTree {
  const entries: TreeEntry[] = [];
  const walk = (path: string) => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      if (LITTER.has(name)) continue;
      const inside = `${path}/${name}`;
      const full = join(folder, inside);
      const stats = statSync(full);
      if (stats.isDirectory()) {
        entries.push({ path: inside, type: 'directory', mode: 0o755, mtime: 0 });
        walk(inside);
      } else {
        entries.push({
          path: inside,
          type: 'file',
          bytes: new Uint8Array(readFileSync(full)),
          mode: stats.mode & 0o111 ? 0o755 : 0o644,
          mtime: 0,
        });
      }
    }
  };
  walk('');
  return entries;
}
