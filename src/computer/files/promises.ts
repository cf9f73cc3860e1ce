/** The file system as isomorphic-git wants it: the shape of Node's `fs.promises`. */
import type { FsStat } from 'just-bash';
import type { FileSystem } from '../contract.ts';

const FILE_TYPE = 0o100000;
const DIRECTORY_TYPE = 0o040000;
const SYMLINK_TYPE = 0o120000;

export interface PromisesStats {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly dev: number;
  readonly ino: number;
  readonly uid: number;
  readonly gid: number;
}

type ReadOptions = string | { readonly encoding?: string | null } | undefined;

/** `{ fs: { promises: promisesFor(files) } }` is what isomorphic-git's functions take. */
export function promisesFor(files: FileSystem) {
  return {
    async readFile(path: string, options?: ReadOptions): Promise<Uint8Array | string> {
      const encoding = typeof options === 'string' ? options : options?.encoding;
      if (encoding !== undefined && encoding !== null) return files.readFile(path);
      return files.readSync(path);
    },
    async writeFile(path: string, data: Uint8Array | string, options?: { readonly mode?: number }): Promise<void> {
      await files.writeFile(path, data);
      if (options?.mode !== undefined) await files.chmod(path, options.mode);
    },
    unlink: (path: string): Promise<void> => files.rm(path),
    readdir: (path: string): Promise<string[]> => files.readdir(path),
    mkdir: (path: string, options?: { readonly recursive?: boolean }): Promise<void> =>
      files.mkdir(path, { recursive: options?.recursive === true }),
    rmdir: (path: string): Promise<void> => files.rm(path),
    rm: (path: string, options?: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void> =>
      files.rm(path, { recursive: options?.recursive === true, force: options?.force === true }),
    rename: (from: string, to: string): Promise<void> => files.mv(from, to),
    stat: async (path: string): Promise<PromisesStats> => statsOf(await files.stat(path)),
    lstat: async (path: string): Promise<PromisesStats> => statsOf(await files.lstat(path)),
    readlink: (path: string): Promise<string> => files.readlink(path),
    symlink: (target: string, path: string): Promise<void> => files.symlink(target, path),
    chmod: (path: string, mode: number): Promise<void> => files.chmod(path, mode),
  };
}

function statsOf(stat: FsStat): PromisesStats {
  const type = stat.isSymbolicLink ? SYMLINK_TYPE : stat.isDirectory ? DIRECTORY_TYPE : FILE_TYPE;
  const mtimeMs = stat.mtime.getTime();
  return {
    isFile: () => stat.isFile,
    isDirectory: () => stat.isDirectory,
    isSymbolicLink: () => stat.isSymbolicLink,
    mode: type | stat.mode,
    size: stat.size,
    mtimeMs,
    ctimeMs: mtimeMs,
    dev: Number(stat.dev ?? 1),
    ino: Number(stat.ino ?? 0),
    uid: 1000,
    gid: 1000,
  };
}
