/** What a Python host and its workers say to each other: plain, structured-clonable messages. */
import type { FileTree, OutputStream, PythonExit, TreeChanges } from '../platform.ts';

/** Bytes that may be shared between workers (where the platform allows it) or are copied to each of them. */
export type SharedBytes = Uint8Array<ArrayBuffer> | Uint8Array<SharedArrayBuffer>;

/** Pyodide's files, loaded once per host. The glue script is imported by each worker from its address. */
export interface PythonAssets {
  readonly wasm: WebAssembly.Module;
  readonly stdlib: SharedBytes;
  readonly glueUrl: string;
}

/** The memory of an interpreter that has started and imported the common modules, so that the next one need not. */
export interface PythonImage {
  readonly memory: SharedBytes;
  /** Addresses, within that memory, of what the host calls. */
  readonly addresses: RunnerAddresses;
}

export interface RunnerAddresses {
  readonly prepare: number;
  readonly load: number;
  readonly forget: number;
  readonly explain: number;
  readonly gather: number;
  readonly seal: number;
  /** Slot of the audit hook in the function table; it must come out the same in every instance. */
  readonly auditHook: number;
}

export interface BootMessage {
  readonly type: 'boot';
  readonly assets: PythonAssets;
  /** Null boots from nothing. */
  readonly image: PythonImage | null;
  /** Import the common modules, report the image, then go on as a normal process. */
  readonly makeImage: boolean;
  /** Run an empty program and restore before reporting: the engine then has compiled what every run needs, for all workers. */
  readonly rehearse: boolean;
  /** Value of PYTHONHASHSEED at the interpreter's start; only meaningful without an image. */
  readonly hashSeed: string;
  /** Most bytes that the interpreter's memory may grow to. */
  readonly memoryLimit: number;
  /** Most bytes that the files in its file system may come to. */
  readonly diskLimit: number;
  /** Restore the memory after each run and serve again, instead of ending after one. */
  readonly reuse: boolean;
  /** Where signals arrive and output is acknowledged, when memory can be shared. */
  readonly control: SharedArrayBuffer | null;
}

/** A PythonJob without its callback. */
export interface RunRequest {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: FileTree;
  readonly stdin: Uint8Array;
  readonly now: number;
}

export type ToWorker = BootMessage | { readonly type: 'run'; readonly request: RunRequest };

export interface OutputChunk {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'image'; readonly image: PythonImage }
  | { readonly type: 'output'; readonly chunks: readonly OutputChunk[] }
  /** All that a running program has changed so far. */
  | { readonly type: 'checkpoint'; readonly changes: TreeChanges }
  /** The program has ended or was interrupted; what remains is its exit handlers and the collecting of its files. */
  | { readonly type: 'ending' }
  /** `spent`: this interpreter must not be used again. */
  | { readonly type: 'exit'; readonly exit: PythonExit; readonly spent: boolean }
  | { readonly type: 'failed'; readonly message: string };

/** Layout of the shared control block, in 32-bit words. */
export const control = { signal: 0, acknowledged: 1, words: 2 } as const;

/** POSIX number of the signal that Ctrl+C sends. */
export const SIGINT = 2;
