/** What a shell sees as its file system: the computer's files, and in `/dev` and `/usr/bin` what only exists while a shell runs. */
import type { BufferEncoding, CpOptions, FsStat, IFileSystem, MkdirOptions, RmOptions } from 'just-bash';
import type { OutputStream } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { encodingOf, fromLatin1, toBytes, toLatin1, toText } from '../files/content.ts';
import { ENDLESS_PIPE, endlessBytes, isEndless } from '../files/endless.ts';
import { FileError } from '../files/errors.ts';
import { resolvePath } from '../files/path.ts';

type Encoding = { readonly encoding?: BufferEncoding | null } | BufferEncoding;
type ByteString = Awaited<ReturnType<NonNullable<IFileSystem['readFileBytes']>>>;

/** Writing goes to the terminal, reading takes one line that the person types. */
export const TERMINAL = '/dev/tty';
/** Writing goes to the terminal's error stream. */
export const TERMINAL_ERRORS = '/dev/pts/0';
/** Writing goes to the terminal's error stream, in bash's words: messages of just-bash itself. */
export const SHELL_ERRORS = '/dev/pts/4';
/** The same for a subshell, of which an error ends no more than itself. */
export const SUBSHELL_ERRORS = '/dev/pts/5';
/** Reading takes all that the person types until Ctrl+D. */
export const TERMINAL_TO_END = '/dev/pts/1';
/** Opening it lets the thread's other work run. */
export const BREATH = '/dev/pts/2';
/** Reading it waits for what the session runs next. */
export const NEXT_LINE = '/dev/pts/3';

/** What stands behind the devices. */
export interface Devices {
  write(stream: OutputStream, bytes: Uint8Array): void;
  shellError(text: string, from: 'shell' | 'subshell'): void;
  /** One line with its newline; empty at the end of input. */
  readLine(): Promise<string>;
  readToEnd(): Promise<string>;
  breathe(): Promise<void>;
  nextLine(): Promise<void>;
  /** Says whether a beginning of the endless device at `path` will do. When it will not, the line has been stopped. */
  takesPart(path: string): boolean;
  /** Names in `/usr/bin`; those that begin with `__` can be run but are not listed. */
  commandNames(): readonly string[];
}

const BIN = /^\/(?:usr\/)?bin\/([^/]+)$/;
const BIN_DIRECTORIES: ReadonlySet<string> = new Set(['/usr', '/usr/bin', '/bin']);
const EPOCH = new Date(0);

/** Everything that is not a device is the computer's own file system. */
export class ShellFiles implements IFileSystem {
  readonly #files: FileSystem;
  readonly #devices: Devices;
  /** Files that just-bash makes for `<(…)`. */
  readonly #scratch = new Map<string, Uint8Array>();
  #names: ReadonlySet<string> | undefined;

  constructor(files: FileSystem, devices: Devices) {
    this.#files = files;
    this.#devices = devices;
  }

  async readFile(path: string, options?: Encoding): Promise<string> {
    const device = await this.#read(path);
    return device === undefined ? this.#files.readFile(path, options) : toText(device, encodingOf(options));
  }

  async readFileBytes(path: string): Promise<ByteString> {
    const device = await this.#read(path);
    // The opaque type has no public constructor; it stands for one character per byte.
    return toLatin1(device ?? this.#files.readSync(path)) as unknown as ByteString;
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return (await this.#read(path)) ?? this.#files.readSync(path);
  }

  async writeFile(path: string, content: string | Uint8Array, options?: Encoding): Promise<void> {
    if (isDevice(path)) await this.#write(path, toBytes(content, encodingOf(options)), false);
    else await this.#files.writeFile(path, content, encodingOf(options));
  }

  async appendFile(path: string, content: string | Uint8Array, options?: Encoding): Promise<void> {
    if (isDevice(path)) await this.#write(path, toBytes(content, encodingOf(options)), true);
    else await this.#files.appendFile(path, content, encodingOf(options));
  }

  async exists(path: string): Promise<boolean> {
    return this.#virtual(path) !== undefined || this.#files.existsSync(path);
  }

  async stat(path: string): Promise<FsStat> {
    return this.#virtual(path) ?? this.#files.stat(path);
  }

  async lstat(path: string): Promise<FsStat> {
    return this.#virtual(path) ?? this.#files.lstat(path);
  }

  mkdir(path: string, options?: MkdirOptions): Promise<void> {
    return this.#files.mkdir(path, options);
  }

  async readdir(path: string): Promise<string[]> {
    const own = this.#files.existsSync(path) ? this.#files.listSync(path) : [];
    const added = this.#namesIn(resolvePath('/', path));
    if (own.length === 0 && added.length === 0) return this.#files.readdir(path);
    return [...new Set([...own, ...added])].sort();
  }

  async readdirWithFileTypes(path: string) {
    const at = path === '/' ? '' : path;
    return Promise.all(
      (await this.readdir(path)).map(async (name) => {
        const { isFile, isDirectory, isSymbolicLink } = await this.lstat(`${at}/${name}`);
        return { name, isFile, isDirectory, isSymbolicLink };
      }),
    );
  }

  async rm(path: string, options?: RmOptions): Promise<void> {
    if (this.#scratch.delete(path)) return;
    if (this.#virtual(path) !== undefined) throw new FileError('EPERM', 'rm', path);
    await this.#files.rm(path, options);
  }

  async cp(source: string, destination: string, options?: CpOptions): Promise<void> {
    if (isDevice(source) || isDevice(destination)) await this.writeFile(destination, await this.readFileBuffer(source));
    else await this.#files.cp(source, destination, options);
  }

  mv(source: string, destination: string): Promise<void> {
    return this.#files.mv(source, destination);
  }

  resolvePath(base: string, path: string): string {
    return resolvePath(base, path);
  }

  getAllPaths(): string[] {
    return this.#files.getAllPaths();
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.#files.chmod(path, mode);
  }

  symlink(target: string, linkPath: string): Promise<void> {
    return this.#files.symlink(target, linkPath);
  }

  link(existingPath: string, newPath: string): Promise<void> {
    return this.#files.link(existingPath, newPath);
  }

  readlink(path: string): Promise<string> {
    return this.#files.readlink(path);
  }

  async realpath(path: string): Promise<string> {
    return this.#virtual(path) !== undefined ? resolvePath('/', path) : this.#files.realpath(path);
  }

  utimes(path: string, accessed: Date, modified: Date): Promise<void> {
    return this.#files.utimes(path, accessed, modified);
  }

  /** The content of a device; undefined for any other path. */
  async #read(path: string): Promise<Uint8Array | undefined> {
    if (BIN.test(path) && this.#virtual(path) !== undefined) return fromLatin1(`\x7fELF ${path}\n`);
    if (!isDevice(path)) return undefined;
    if (isEndless(path)) {
      if (!this.#devices.takesPart(path)) throw new FileError('EPERM', 'read', path);
      return endlessBytes(path, ENDLESS_PIPE);
    }
    const encoder = new TextEncoder();
    switch (path) {
      case TERMINAL:
        return encoder.encode(await this.#devices.readLine());
      case TERMINAL_TO_END:
        return encoder.encode(await this.#devices.readToEnd());
      case NEXT_LINE:
        await this.#devices.nextLine();
        return new Uint8Array();
      case '/dev/null':
        return new Uint8Array();
    }
    const scratch = this.#scratch.get(path);
    if (scratch === undefined) throw new FileError('ENOENT', 'open', path);
    return scratch;
  }

  async #write(path: string, bytes: Uint8Array, append: boolean): Promise<void> {
    switch (path) {
      case BREATH:
        return this.#devices.breathe();
      case TERMINAL:
        if (bytes.length > 0) this.#devices.write('stdout', bytes);
        return;
      case TERMINAL_ERRORS:
        if (bytes.length > 0) this.#devices.write('stderr', bytes);
        return;
      case SHELL_ERRORS:
      case SUBSHELL_ERRORS:
        if (bytes.length > 0) this.#devices.shellError(toText(bytes, 'utf8'), path === SHELL_ERRORS ? 'shell' : 'subshell');
        return;
      case '/dev/null':
      case '/dev/zero':
        return;
    }
    if (!path.startsWith('/dev/fd/')) throw new FileError('EPERM', 'open', path);
    const before = append ? this.#scratch.get(path) : undefined;
    this.#scratch.set(path, before === undefined ? bytes : new Uint8Array([...before, ...bytes]));
  }

  #virtual(path: string): FsStat | undefined {
    const command = BIN.exec(path);
    if (command !== null) {
      this.#names ??= new Set(this.#devices.commandNames());
      return this.#names.has(command[1]!) ? virtualStat('file', 0o755) : undefined;
    }
    if (BIN_DIRECTORIES.has(path)) return virtualStat('directory', 0o755);
    if (!isDevice(path)) return undefined;
    if (path === '/dev' || path === '/dev/fd' || path === '/dev/pts') return virtualStat('directory', 0o755);
    if (isCharacterDevice(path)) return virtualStat('device', 0o666);
    const scratch = this.#scratch.get(path);
    return scratch === undefined ? undefined : { ...virtualStat('file', 0o600), size: scratch.length };
  }

  #namesIn(directory: string): readonly string[] {
    switch (directory) {
      case '/':
        return ['bin', 'dev', 'usr'];
      case '/usr':
        return ['bin'];
      case '/bin':
      case '/usr/bin':
        return this.#devices.commandNames().filter((name) => !name.startsWith('__'));
      case '/dev':
        return ['fd', 'null', 'random', 'tty', 'urandom', 'zero'];
      case '/dev/fd':
        return [...this.#scratch.keys()].map((path) => path.slice('/dev/fd/'.length));
      default:
        return [];
    }
  }
}

function isDevice(path: string): boolean {
  return path === '/dev' || path.startsWith('/dev/');
}

const CHARACTER_DEVICES: ReadonlySet<string> = new Set([
  TERMINAL,
  TERMINAL_ERRORS,
  SHELL_ERRORS,
  SUBSHELL_ERRORS,
  TERMINAL_TO_END,
  BREATH,
  NEXT_LINE,
  '/dev/null',
  '/dev/zero',
  '/dev/random',
  '/dev/urandom',
]);

function isCharacterDevice(path: string): boolean {
  return CHARACTER_DEVICES.has(path);
}

function virtualStat(type: 'file' | 'directory' | 'device', mode: number): FsStat {
  return { isFile: type === 'file', isDirectory: type === 'directory', isSymbolicLink: false, mode, size: 0, mtime: EPOCH };
}
