/** The machine that an interpreter finds itself on: its file system, its standard streams, its disk. */
import type { OutputStream } from '../platform.ts';
import type { CPythonModule, DeviceOperations, EmscriptenFileSystem, FileStream } from './cpython.ts';
import type { SharedBytes } from './protocol.ts';
import { stdlibPath } from './runner.ts';
import { listNodes, type MemNode } from './tree.ts';

/** Numbers of Emscripten's C library. */
const ENOSPC = 51;
const EROFS = 69;

const fileKind = 0o170000;
const linkKind = 0o120000;

/** The file system before the start: the standard library, and nothing of Emscripten's invention. */
export function furnish({ FS, ENV }: CPythonModule, stdlib: SharedBytes, hashSeed: string): void {
  for (const path of ['/home/web_user', '/home']) if (FS.analyzePath(path).exists) FS.rmdir(path);
  for (const path of ['/usr/bin', '/usr/lib/python3.14/lib-dynload', '/usr/lib/python3.14/site-packages']) FS.mkdirTree(path);
  FS.writeFile(stdlibPath, stdlib, { canOwn: true });
  for (const name of Object.keys(ENV)) delete ENV[name];
  Object.assign(ENV, { PYTHONHOME: '/usr', PYTHONHASHSEED: hashSeed, LANG: 'C.UTF-8', PATH: '/usr/bin' });
}

/** What stdin holds, how far it has been read, and where more comes from. */
export interface StandardInput {
  readonly read: DeviceOperations['read'];
  /** `more` gives the next bytes when these are read, or none at the end; absent where stdin is not a terminal. */
  fill(bytes: Uint8Array, more?: () => Uint8Array): void;
}

/** A stdin that is empty until it is filled. */
export function createStandardInput(): StandardInput {
  let bytes = new Uint8Array(0);
  let at = 0;
  let more: (() => Uint8Array) | undefined;
  return {
    read(_stream, buffer, offset, length) {
      if (at === bytes.length && more) {
        bytes = new Uint8Array(more());
        at = 0;
      }
      const next = bytes.subarray(at, at + length);
      buffer.set(next, offset);
      at += next.length;
      return next.length;
    },
    fill(given, from) {
      bytes = new Uint8Array(given);
      at = 0;
      more = from;
    },
  };
}

/** What makes a descriptor a terminal to `isatty`; it has no settings that could be changed. */
const terminal = { ops: {} };

/** Makes stdin a terminal, or not, to the programs that ask. */
export function declareTerminal(FS: EmscriptenFileSystem, isTerminal: boolean): void {
  const stdin = FS.streams[0] as { tty?: object | undefined };
  stdin.tty = isTerminal ? terminal : undefined;
}

const idleDevice: DeviceOperations = { open() {}, close() {}, read: () => 0, write: (_stream, _buffer, _offset, length) => length };
const standardPaths = ['/dev/stdin', '/dev/stdout', '/dev/stderr'] as const;
/** O_RDONLY, O_WRONLY. */
const standardFlags = [0, 1, 1] as const;

/** Puts `input` and `write` behind the devices of the standard streams, and opens these. */
export function connectStreams(
  FS: EmscriptenFileSystem,
  input: StandardInput,
  write: (stream: OutputStream, bytes: Uint8Array) => void,
): void {
  const output = (stream: OutputStream): DeviceOperations => ({
    ...idleDevice,
    write(_stream, buffer, offset, length) {
      write(stream, new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length));
      return length;
    },
  });
  for (const [index, operations] of [{ ...idleDevice, read: input.read }, output('stdout'), output('stderr')].entries()) {
    const path = standardPaths[index] ?? '';
    const device = FS.makedev(64, index);
    FS.registerDevice(device, operations);
    FS.close(FS.streams[index]);
    if (FS.analyzePath(path).exists) FS.unlink(path);
    FS.mkdev(path, 0o666, device);
  }
  openStandardStreams(FS);
}

/** Where the runner's sockets lead: a message is written, its answer read. */
const networkPath = '/dev/network';

/** Puts `perform` behind the device of the network. */
export function connectNetwork(FS: EmscriptenFileSystem, perform: (message: Uint8Array) => Uint8Array): void {
  let answer = new Uint8Array(0);
  const device = FS.makedev(64, standardPaths.length);
  FS.registerDevice(device, {
    ...idleDevice,
    write(_stream, buffer, offset, length) {
      answer = new Uint8Array(perform(new Uint8Array(buffer.slice(offset, offset + length))));
      return length;
    },
    read(_stream, buffer, offset, length) {
      const next = answer.subarray(0, length);
      buffer.set(next, offset);
      answer = answer.subarray(next.length);
      return next.length;
    },
  });
  FS.mkdev(networkPath, 0o666, device);
}

/**
 * Answers "No space left on device" to what would make the files larger than `limit` bytes in all, and keeps the standard
 * library as it is: other workers may share its bytes.
 */
export function guardDisk(FS: EmscriptenFileSystem, library: SharedBytes, limit: number): void {
  const refuseLibrary = ({ contents }: MemNode): void => {
    if (contents instanceof Uint8Array && contents.buffer === library.buffer) throw new FS.ErrnoError(EROFS);
  };
  let used = 0;
  const take = (bytes: number): void => {
    if (used + bytes > limit) {
      used = 0;
      for (const node of listNodes(FS).values()) if (FS.isFile(node.mode)) used += node.usedBytes;
      if (used + bytes > limit) throw new FS.ErrnoError(ENOSPC);
    }
    used += bytes;
  };
  const { write, doTruncate } = { write: FS.write.bind(FS), doTruncate: FS.doTruncate.bind(FS) };
  FS.write = (stream, buffer, offset, length, position, canOwn) => {
    refuseLibrary(stream.node);
    // What a tree brings along is laid without asking.
    if (FS.isFile(stream.node.mode) && !FS.ignorePermissions) take(length);
    return write(stream, buffer, offset, length, position, canOwn);
  };
  FS.doTruncate = (stream, node, length) => {
    refuseLibrary(node);
    if (length > node.usedBytes) take(length - node.usedBytes);
    doTruncate(stream, node, length);
  };
}

/** Opens descriptors 0, 1 and 2, which must be free. */
export function openStandardStreams(FS: EmscriptenFileSystem): void {
  for (const [index, path] of standardPaths.entries()) FS.open(path, standardFlags[index] ?? 0);
}

/** The process's umask, as open and mkdir apply it. */
export interface Umask {
  bits: number;
}

/** Applies a umask to whatever is made in the file system; Emscripten has none. */
export function applyUmask(FS: EmscriptenFileSystem, umask: Umask): void {
  const { open, mknod } = { open: FS.open.bind(FS), mknod: FS.mknod.bind(FS) };
  FS.open = (path, flags, mode = 0o666) => open(path, flags, mode & ~umask.bits);
  FS.mknod = (path, mode, device) => mknod(path, (mode & fileKind) === linkKind ? mode : mode & ~umask.bits, device);
}

/** Calls back before any file changes. */
export function watchChanges(FS: EmscriptenFileSystem, changing: () => void): void {
  const methods = FS as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ['write', 'doTruncate', 'mknod', 'symlink', 'unlink', 'rename', 'rmdir', 'doChmod']) {
    const method = methods[name]?.bind(FS);
    if (!method) throw new Error(`Python: this build's file system has no ${name}`);
    methods[name] = (...args) => {
      if (name !== 'write' || FS.isFile((args[0] as FileStream).node.mode)) changing();
      return method(...args);
    };
  }
}
