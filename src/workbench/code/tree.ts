/** The file tree as rows: folders first, single-child folders in one row, what is folded left out. */
import type { FileNode, FileStatus } from '../../world/contract.ts';
import { baseName } from '../format.ts';

export interface TreeFolder {
  readonly path: string;
  readonly name: string;
  readonly folders: readonly TreeFolder[];
  readonly files: readonly FileNode[];
  /** Files below it at any depth. */
  readonly count: number;
}

/** One row as a tree item: `level`, `position` and `of` are what assistive technology is told. */
export interface TreeRow {
  readonly path: string;
  readonly name: string;
  readonly kind: 'folder' | 'file' | 'more';
  readonly level: number;
  readonly position: number;
  readonly of: number;
  readonly open: boolean;
  readonly count: number;
  readonly letter: FileStatus['letter'] | null;
}

/** A folder shows this many entries; the rest are for the terminal. */
export const MOST_ENTRIES = 1000;

const byName = new Intl.Collator('en', { numeric: true }).compare;

interface Building {
  readonly folders: Map<string, Building>;
  readonly files: FileNode[];
}

/** The tree below `root` (an absolute path), without git's own folder. */
export function treeOf(nodes: readonly FileNode[], root: string): TreeFolder {
  const top: Building = { folders: new Map(), files: [] };
  const prefix = root === '/' ? '/' : `${root}/`;
  const folderAt = (parts: readonly string[]): Building => {
    let at = top;
    for (const part of parts) {
      let next = at.folders.get(part);
      if (!next) at.folders.set(part, (next = { folders: new Map(), files: [] }));
      at = next;
    }
    return at;
  };
  for (const node of nodes) {
    if (!node.path.startsWith(prefix)) continue;
    const parts = node.path.slice(prefix.length).split('/');
    if (parts[0] === '.git') continue;
    if (node.type === 'directory') folderAt(parts);
    else folderAt(parts.slice(0, -1)).files.push(node);
  }
  return finished(top, root, baseName(root));
}

function finished(folder: Building, path: string, name: string): TreeFolder {
  const folders = [...folder.folders]
    .map(([child, inside]) => finished(inside, `${path === '/' ? '' : path}/${child}`, child))
    .sort((a, b) => byName(a.name, b.name));
  const files = folder.files.sort((a, b) => byName(a.path, b.path));
  return { path, name, folders, files, count: files.length + folders.reduce((sum, inside) => sum + inside.count, 0) };
}

/** A folder whose only entry is a folder shares its row: `.github/workflows`. */
function compact(folder: TreeFolder): { readonly folder: TreeFolder; readonly name: string } {
  let at = folder;
  let name = folder.name;
  while (at.files.length === 0 && at.folders.length === 1 && at.folders[0]) {
    at = at.folders[0];
    name = `${name}/${at.name}`;
  }
  return { folder: at, name };
}

/** The rows to draw. `open` holds the paths of unfolded folders; `letters` git's letters by absolute path. */
export function treeRows(
  root: TreeFolder,
  open: ReadonlySet<string>,
  letters: ReadonlyMap<string, FileStatus['letter']>,
): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const changed = foldersOf(letters.keys());
  const visit = (folder: TreeFolder, level: number): void => {
    const entries = folder.folders.length + folder.files.length;
    const shown = Math.min(entries, MOST_ENTRIES);
    const of = shown < entries ? shown + 1 : entries;
    let position = 0;
    for (const child of folder.folders) {
      if (position >= shown) break;
      const { folder: inside, name } = compact(child);
      const isOpen = open.has(inside.path);
      rows.push({
        path: inside.path,
        name,
        kind: 'folder',
        level,
        position: ++position,
        of,
        open: isOpen,
        count: inside.count,
        letter: !isOpen && changed.has(inside.path) ? 'M' : null,
      });
      if (isOpen) visit(inside, level + 1);
    }
    for (const file of folder.files) {
      if (position >= shown) break;
      rows.push({
        path: file.path,
        name: baseName(file.path),
        kind: 'file',
        level,
        position: ++position,
        of,
        open: false,
        count: 0,
        letter: letters.get(file.path) ?? null,
      });
    }
    if (shown < entries)
      rows.push({
        path: `${folder.path}/…`,
        name: `${entries - shown} more, see them in the terminal`,
        kind: 'more',
        level,
        position: ++position,
        of,
        open: false,
        count: 0,
        letter: null,
      });
  };
  visit(root, 1);
  return rows;
}

function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths)
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) folders.add(path.slice(0, end));
  return folders;
}

/** Every folder above a path, so that it can be unfolded to show it. */
export function foldersAbove(path: string, root: string): readonly string[] {
  const folders: string[] = [];
  for (let end = path.lastIndexOf('/'); end > root.length; end = path.lastIndexOf('/', end - 1)) folders.push(path.slice(0, end));
  return folders;
}

/** Why a name cannot be a file's or folder's, or null. Slashes are allowed: they make folders. */
export function nameProblem(name: string, taken: (name: string) => boolean): string | null {
  const parts = name.split('/');
  if (name.trim() === '') return 'A name needs at least one character.';
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'A name cannot have empty parts, “.” or “..”.';
  if (parts[0] === '.git') return 'The folder .git belongs to git.';
  if (name.includes('\0') || parts.some((part) => part.length > 255)) return 'A name can have 255 characters at most.';
  if (taken(name)) return `${name} exists already.`;
  return null;
}
