import type { RawObject } from 'just-git';
import type { FileTree, TreeEntry } from '../platform/platform.ts';
import { NotFoundError } from './storage.ts';
import type { Commit, FolderEntry, Signature } from './contract.ts';

/** Synchronous reads over one repository's objects, as the formats are described in "Git Internals - Git Objects" of Pro Git. */
export class ObjectReader {
  readonly #find: (id: string) => RawObject | undefined;
  readonly #repository: string;

  constructor(repository: string, find: (id: string) => RawObject | undefined) {
    this.#repository = repository;
    this.#find = find;
  }

  /** The object behind an id, following tags to what they name when `type` asks for something else. */
  read(id: string, type: 'commit' | 'tree' | 'blob'): Uint8Array {
    const object = this.#find(id);
    if (object?.type === 'tag' && type !== 'blob') return this.read(tagTarget(object.content), type);
    if (object?.type === 'commit' && type === 'tree') return this.read(parseCommit(id, object.content).tree, 'tree');
    if (object?.type !== type) throw new NotFoundError(`Repository '${this.#repository}' has no ${type} ${id}.`);
    return object.content;
  }

  /** The commit an id names after following tags, or null. */
  peel(id: string): string | null {
    const object = this.#find(id);
    if (object?.type === 'tag') return this.peel(tagTarget(object.content));
    return object?.type === 'commit' ? id : null;
  }

  commit(id: string): Commit {
    return parseCommit(this.peel(id) ?? id, this.read(id, 'commit'));
  }

  entries(tree: string): readonly TreeItem[] {
    return parseTree(this.read(tree, 'tree'));
  }

  /** Commits reachable from one, newest committer date first; parents never before their children when dates are equal. */
  log(from: string, limit: number): readonly Commit[] {
    const queue: Commit[] = [this.commit(from)];
    const seen = new Set([queue[0]?.id]);
    const commits: Commit[] = [];
    while (commits.length < limit) {
      const commit = queue.shift();
      if (commit === undefined) break;
      commits.push(commit);
      for (const id of commit.parents) {
        if (seen.has(id)) continue;
        seen.add(id);
        const parent = this.commit(id);
        const at = queue.findIndex((other) => other.committer.at < parent.committer.at);
        queue.splice(at === -1 ? queue.length : at, 0, parent);
      }
    }
    return commits;
  }

  /** Ids of all commits reachable from these. */
  reachable(from: readonly string[]): ReadonlySet<string> {
    const seen = new Set<string>();
    const queue = [...from];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      queue.push(...this.commit(id).parents);
    }
    return seen;
  }

  /** Commits reachable from `to` and from none of `without`; parents come before their children. */
  between(without: readonly string[], to: string): readonly Commit[] {
    const known = new Set(this.reachable(without));
    const commits: Commit[] = [];
    const stack: { readonly commit: Commit; next: number }[] = [];
    const visit = (id: string): void => {
      if (known.has(id)) return;
      known.add(id);
      stack.push({ commit: this.commit(id), next: 0 });
    };
    visit(to);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const parent = top.commit.parents[top.next++];
      if (parent !== undefined) visit(parent);
      else commits.push(stack.pop()!.commit);
    }
    return commits;
  }

  files(commit: string, root: string): FileTree {
    const { tree, committer } = this.commit(commit);
    const entries: TreeEntry[] = [];
    const base = root === '/' ? '' : root.replace(/\/+$/, '');
    const visit = (id: string, folder: string): void => {
      for (const { mode, name, id: child } of this.entries(id)) {
        const path = `${folder}/${name}`;
        const mtime = committer.at;
        if (mode === '40000') {
          entries.push({ path, type: 'directory', mode: 0o755, mtime });
          visit(child, path);
        } else if (mode === '120000') {
          entries.push({ path, type: 'symlink', target: decoder.decode(this.read(child, 'blob')), mtime });
        } else if (mode !== '160000') {
          entries.push({ path, type: 'file', bytes: this.read(child, 'blob'), mode: mode === '100755' ? 0o755 : 0o644, mtime });
        }
      }
    };
    visit(tree, base);
    return entries;
  }

  /** What lies in one tree, without what lies below. */
  folder(tree: string): readonly FolderEntry[] {
    return this.entries(tree).map(({ mode, name, id }) => {
      const type = TYPES[mode] ?? 'file';
      return { name, type, sizeBytes: type === 'file' ? this.read(id, 'blob').byteLength : 0 };
    });
  }

  /** The entry at a path of a commit's tree, or null. */
  find(commit: string, path: string): TreeItem | null {
    let item: TreeItem | null = { mode: '40000', name: '', id: this.commit(commit).tree };
    for (const part of path.split('/').filter((name) => name !== '' && name !== '.')) {
      if (item === null || item.mode !== '40000') return null;
      item = this.entries(item.id).find(({ name }) => name === part) ?? null;
    }
    return item;
  }

  /** Paths of files that differ between two trees (null: nothing there), in tree order. */
  changed(before: string | null, after: string | null, folder = ''): readonly string[] {
    if (before === after) return [];
    const old = new Map((before === null ? [] : this.entries(before)).map((item) => [item.name, item]));
    const paths: string[] = [];
    const compare = (from: TreeItem | undefined, to: TreeItem | undefined, name: string): void => {
      if (from?.id === to?.id && from?.mode === to?.mode) return;
      const path = folder + name;
      const [fromTree, toTree] = [from?.mode === '40000' ? from.id : null, to?.mode === '40000' ? to.id : null];
      if ((from !== undefined && fromTree === null) || (to !== undefined && toTree === null)) paths.push(path);
      if (fromTree !== null || toTree !== null) paths.push(...this.changed(fromTree, toTree, `${path}/`));
    };
    for (const item of after === null ? [] : this.entries(after)) {
      compare(old.get(item.name), item, item.name);
      old.delete(item.name);
    }
    for (const item of old.values()) compare(item, undefined, item.name);
    return paths.sort();
  }
}

export interface TreeItem {
  /** As stored: `100644`, `100755`, `120000`, `40000`, `160000`. */
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

/** What an entry is by its mode; all others are files. */
const TYPES: Readonly<Record<string, FolderEntry['type']>> = { '40000': 'directory', '120000': 'symlink', '160000': 'submodule' };

const decoder = new TextDecoder();

function tagTarget(content: Uint8Array): string {
  return decoder.decode(content.subarray(7, 47));
}

function parseTree(content: Uint8Array): readonly TreeItem[] {
  const items: TreeItem[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(32, at);
    const end = content.indexOf(0, space);
    items.push({
      mode: decoder.decode(content.subarray(at, space)),
      name: decoder.decode(content.subarray(space + 1, end)),
      id: hex(content.subarray(end + 1, end + 21)),
    });
    at = end + 21;
  }
  return items;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

function parseCommit(id: string, content: Uint8Array): Commit {
  const text = decoder.decode(content);
  const end = text.indexOf('\n\n');
  const header = (end === -1 ? text : text.slice(0, end)).split('\n');
  const field = (name: string): string => header.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  return {
    id,
    tree: field('tree'),
    parents: header.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7)),
    author: parseSignature(field('author')),
    committer: parseSignature(field('committer')),
    message: end === -1 ? '' : text.slice(end + 2),
  };
}

function parseSignature(line: string): Signature {
  const [, name = '', email = '', seconds = '0'] = /^(.*?) ?<([^>]*)> (-?\d+)/.exec(line) ?? [];
  return { name, email, at: Number(seconds) * 1000 };
}
