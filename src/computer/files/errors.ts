/** The POSIX errors of the file system, in the shape that just-bash, just-git, isomorphic-git and Node's own callers look for. */

const MEANINGS = {
  EBUSY: 'resource busy or locked',
  EEXIST: 'file already exists',
  EINVAL: 'invalid argument',
  EISDIR: 'illegal operation on a directory',
  ELOOP: 'too many levels of symbolic links',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  EPERM: 'operation not permitted',
} as const;

export type FileErrorCode = keyof typeof MEANINGS;

/** `ENOENT: no such file or directory, open '/x'`, with `code`, `syscall` and `path` as Node has them. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileErrorCode;
  readonly syscall: string;
  readonly path: string;
  /** `no space left on device: this computer's disk …`: what to tell a person. */
  readonly reason: string;

  constructor(code: FileErrorCode, syscall: string, path: string, detail = '') {
    super(`${code}: ${MEANINGS[code]}, ${syscall} '${path}'${detail}`);
    this.code = code;
    this.reason = `${MEANINGS[code]}${detail}`;
    this.syscall = syscall;
    this.path = path;
  }
}
