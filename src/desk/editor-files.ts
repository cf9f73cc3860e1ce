import type { FileChange, FileSystem } from '../computer/contract.ts';
import { FileError } from '../computer/files/errors.ts';
import type { FileTree } from '../platform/platform.ts';
import type { FileNode, FileText } from '../world/contract.ts';
import { textOf } from '../world/text.ts';
import type { UnderWay } from './under-way.ts';

/** Files above this are not opened in the editor, in bytes. */
const EDITOR_LIMIT = 2_000_000;

/** What the file system says of a path that is no folder. */
const NO_FOLDER: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** The learner's files as the editor sees them: each has a version that grows with every write, whoever writes. */
export class EditorFiles {
  readonly #underWay: UnderWay;
  readonly #encoder = new TextEncoder();
  readonly #versions = new Map<string, number>();

  constructor(underWay: UnderWay) {
    this.#underWay = underWay;
    underWay.follow((world) => world.computer.files.onChange(({ path }) => this.#changed(path)));
  }

  /** What lies in the repository's folder, `.git` left out. */
  list(): readonly FileNode[] {
    const git = `${this.#underWay.folder}/.git`;
    return this.#inFolder((path) => path === git).map((entry) => ({
      path: entry.path,
      type: entry.type,
      sizeBytes: entry.type === 'file' ? entry.bytes.length : 0,
    }));
  }

  readText(path: string): FileText {
    if (!this.#files.existsSync(path)) return { ok: false, reason: 'missing', sizeBytes: 0 };
    const bytes = this.#files.readSync(path);
    if (bytes.length > EDITOR_LIMIT) return { ok: false, reason: 'too-large', sizeBytes: bytes.length };
    const text = textOf(bytes);
    return text === null ? { ok: false, reason: 'binary', sizeBytes: bytes.length } : { ok: true, text, version: this.#version(path) };
  }

  /** Writes, and gives the new version. @throws Error when `version` is given and the file has changed since. */
  writeText(path: string, text: string, version?: number): number {
    if (version !== undefined && version !== this.#version(path)) {
      throw new Error(`${path} has changed since it was opened; nothing was overwritten.`);
    }
    this.#files.writeSync(path, this.#encoder.encode(text));
    return this.#version(path);
  }

  /** @throws Error when there is something at `to`. */
  async rename(from: string, to: string): Promise<void> {
    if (this.#files.existsSync(to)) throw new Error(`${to} exists already.`);
    await this.#files.mv(from, to);
  }

  /** Another world lies beneath: every file that was known or is there now counts as changed. */
  allChanged(): readonly FileChange[] {
    const here = this.#inFolder().map((entry) => entry.path);
    const paths = [...new Set([...this.#versions.keys(), ...here])];
    for (const path of paths) this.#changed(path);
    return paths.map((path) => ({ path, kind: this.#files.existsSync(path) ? 'written' : 'removed' }));
  }

  get #files(): FileSystem {
    return this.#underWay.world.computer.files;
  }

  /** Everything below the repository's folder: nothing when the learner has removed it, or put something else in its place. */
  #inFolder(except?: (path: string) => boolean): FileTree {
    try {
      return this.#files.tree(this.#underWay.folder, except);
    } catch (error) {
      if (error instanceof FileError && NO_FOLDER.has(error.code)) return [];
      throw error;
    }
  }

  #version(path: string): number {
    return this.#versions.get(path) ?? 0;
  }

  #changed(path: string): void {
    this.#versions.set(path, this.#version(path) + 1);
  }
}
