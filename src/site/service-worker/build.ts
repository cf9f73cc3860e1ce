/** What a build consists of, as the service worker sees it. Shared by the build step, the worker and the page; imports nothing. */

/**
 * When a file is kept for offline use: `page` when the worker is installed; `work`, `python` and `exercise:<id>` after Start, for that
 * exercise; `big` when first used. Everything is kept when the learner asks for that.
 */
export type FileGroup = 'page' | 'work' | 'python' | 'big' | `exercise:${string}`;

export interface BuiltFile {
  /** Hexadecimal SHA-256 of the bytes. Pages are recognised by the build id they carry instead: some hosts add to HTML. */
  readonly hash: string;
  readonly bytes: number;
  readonly group: FileGroup;
}

export interface BuildManifest {
  /** Changes whenever any file does. Every page carries it as `<meta name="plumbline-build">`. */
  readonly build: string;
  /** Paths relative to the base: `index.html`, `_astro/start.abc.js`. */
  readonly files: Readonly<Record<string, BuiltFile>>;
}

/** From the page to the worker. */
export type ToWorker =
  /** Take over this page too, if it is of the same build. */
  | { readonly type: 'claim'; readonly build: string }
  /** Keep what this exercise needs. Answered with `Kept` messages. */
  | { readonly type: 'keep'; readonly exercise: string | null }
  | { readonly type: 'keep-all' }
  /** Replace the older version now. Answered with `Updating`. */
  | { readonly type: 'update' };

export type Kept =
  | { readonly type: 'progress'; readonly bytes: number; readonly of: number }
  | { readonly type: 'done'; readonly bytes: number }
  | { readonly type: 'failed'; readonly message: string };

export type Updating = { readonly type: 'updating' } | { readonly type: 'busy'; readonly otherTabs: number };

/** From the worker to the page: a file on the host belongs to another build than the page. */
export type FromWorker = { readonly type: 'outdated' };

/** The file behind a path below the base, or null when the build has none: `lesson/` is `lesson/index.html`. */
export function fileAt(manifest: BuildManifest, path: string): string | null {
  const decoded = decode(path);
  const candidates = decoded === '' || decoded.endsWith('/') ? [`${decoded}index.html`] : [decoded, `${decoded}/index.html`];
  return candidates.find((candidate) => Object.hasOwn(manifest.files, candidate)) ?? null;
}

/** The address of a file relative to the base. Hosts answer for `lesson/`, and some redirect away from `lesson/index.html`. */
export function addressOf(file: string): string {
  return file.replace(/(^|\/)index\.html$/, '$1');
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
