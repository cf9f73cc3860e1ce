import type { TreeEntry } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of a text. */
export const encode = (text: string): Uint8Array => encoder.encode(text);

/** A text from UTF-8 bytes. */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes);

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** What git does with files, in terms of the computer's file system; all of it synchronous, so that no other command sees half of a change. */
export class Disk {
  readonly files: FileSystem;

  constructor(files: FileSystem) {
    this.files = files;
  }

  /** What is at a path, without following a link there; null when nothing is. */
  entry(path: string): TreeEntry | null {
    if (path === '/') return { path, type: 'directory', mode: 0o755, mtime: 0 };
    const parent = parentOf(path);
    if (!this.isDirectory(parent)) return null;
    return this.files.tree(parent, (other) => other !== path)[0] ?? null;
  }

  /** True for a directory, and for a link to one. */
  isDirectory(path: string): boolean {
    try {
      this.files.listSync(path);
      return true;
    } catch {
      return false;
    }
  }

  exists(path: string): boolean {
    return this.files.existsSync(path);
  }

  read(path: string): Uint8Array | null {
    try {
      return this.files.readSync(path);
    } catch {
      return null;
    }
  }

  readText(path: string): string | null {
    const bytes = this.read(path);
    return bytes && decode(bytes);
  }

  list(path: string): readonly string[] {
    try {
      return this.files.listSync(path);
    } catch {
      return [];
    }
  }

  write(path: string, content: Uint8Array | string): void {
    this.files.writeSync(path, typeof content === 'string' ? encode(content) : content);
  }

  /** Puts an entry at its path, whatever was there. */
  put(entry: TreeEntry): void {
    this.files.load([entry]);
  }

  makeDirectory(path: string): void {
    if (!this.isDirectory(path)) this.files.load([{ path, type: 'directory', mode: 0o755, mtime: 0 }]);
  }

  /** Removes a file or a whole directory; nothing there is fine. */
  remove(path: string): void {
    try {
      this.files.removeSync(path);
    } catch {
      // It is gone, which is what was wanted.
    }
  }

  /** Removes a file and the directories above it that become empty, up to but not including `root`. */
  removeUpTo(path: string, root: string): void {
    this.remove(path);
    for (let parent = parentOf(path); parent !== root && parent.startsWith(root); parent = parentOf(parent)) {
      if (!this.isDirectory(parent) || this.list(parent).length > 0) return;
      this.remove(parent);
    }
  }
}
