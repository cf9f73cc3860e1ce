import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileTree, TreeEntry } from '../platform/platform.ts';

/** Left out of exercise folders: what Python and editors leave behind. */
export const LITTER: ReadonlySet<string> = new Set(['__pycache__', '.DS_Store']);

/** Reads a folder of the disk as a tree with its root at `/`; times are left out so that the same files give the same tree. */
export function readFolder(folder: string, leaveOut: ReadonlySet<string> = new Set()): FileTree {
  const entries: TreeEntry[] = [];
  const walk = (path: string) => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      if (leaveOut.has(name)) continue;
      const inside = `${path}/${name}`;
      const full = join(folder, inside);
      const stats = lstatSync(full);
      if (stats.isDirectory()) {
        entries.push({ path: inside, type: 'directory', mode: 0o755, mtime: 0 });
        walk(inside);
      } else if (stats.isSymbolicLink()) {
        entries.push({ path: inside, type: 'symlink', target: readlinkSync(full), mtime: 0 });
      } else if (stats.isFile()) {
        const mode = stats.mode & 0o111 ? 0o755 : 0o644;
        entries.push({ path: inside, type: 'file', bytes: new Uint8Array(readFileSync(full)), mode, mtime: 0 });
      }
    }
  };
  walk('');
  return entries;
}

/** Writes a tree with its root at `/` into a folder of the disk, which is made where it is missing; what is there already stays. */
export function writeFolder(tree: FileTree, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const entry of tree) {
    const path = join(folder, entry.path);
    mkdirSync(entry.type === 'directory' ? path : dirname(path), { recursive: true });
    if (entry.type === 'symlink') {
      rmSync(path, { force: true });
      symlinkSync(entry.target, path);
    } else if (entry.type === 'file') {
      writeFileSync(path, entry.bytes);
      chmodSync(path, entry.mode);
    }
  }
}
