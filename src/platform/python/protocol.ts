/** What a Python host and its workers say to each other: plain, structured-clonable messages. */
import type { FileTree, OutputStream, PythonAddress, PythonExit, PythonPause, PythonResumption, TreeChanges } from '../platform.ts';

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
  readonly prompt: number;
  readonly push: number;
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

/** What stdin is: not a terminal, one whose lines can be waited for, or one whose lines cannot because memory cannot be shared. */
export type StdinKind = 'file' | 'terminal' | 'unreachable-terminal';

/** What network there is: none, one, or one whose answers cannot be waited for because memory cannot be shared. */
export type NetworkKind = 'none' | 'reachable' | 'unreachable';

/** A PythonJob without its callbacks. */
export interface RunRequest {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: FileTree;
  readonly stdin: Uint8Array;
  readonly stdinKind: StdinKind;
  readonly networkKind: NetworkKind;
  readonly now: number;
}

/** What a person answers to the interactive prompt: a line, Ctrl+D or Ctrl+C. */
export type Typed = { readonly key: 'line'; readonly line: string } | { readonly key: 'end' | 'interrupt' };

export type ToWorker =
  | BootMessage
  | { readonly type: 'run'; readonly request: RunRequest }
  | { readonly type: 'typed'; readonly typed: Typed; readonly resumption: PythonResumption };

/** What a program asks for and waits for. */
export type Question =
  | { readonly kind: 'line' }
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'accept'; readonly port: number }
  | ({ readonly kind: 'exchange'; readonly request: Uint8Array } & PythonAddress);

/** What a program says on its network without waiting. */
export type Notice =
  | { readonly kind: 'answer'; readonly connection: number; readonly response: Uint8Array }
  | { readonly kind: 'close'; readonly port: number };

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
  /** The program waits until the control block says that question number `turn` is answered. */
  | { readonly type: 'question'; readonly turn: number; readonly question: Question; readonly pause: PythonPause }
  /** The answer to question `turn` is to be put here: the control block has no room for it. */
  | { readonly type: 'room'; readonly turn: number; readonly room: SharedArrayBuffer }
  | { readonly type: 'notice'; readonly notice: Notice }
  /** The interactive prompt is shown and waits, without shared memory, for a `typed` message. */
  | { readonly type: 'prompt'; readonly pause: PythonPause }
  /** The program has ended or was interrupted; what remains is its exit handlers and the collecting of its files. */
  | { readonly type: 'ending' }
  /** `spent`: this interpreter must not be used again. */
  | { readonly type: 'exit'; readonly exit: PythonExit; readonly spent: boolean }
  | { readonly type: 'failed'; readonly message: string };

/**
 * Layout of the shared control block, in 32-bit words. `answered` is the number of the last question that was answered, with
 * `answerBytes` bytes; the answer itself stands behind the words when it fits there.
 */
export const control = { signal: 0, acknowledged: 1, answered: 2, answerBytes: 3, words: 4 } as const;

/** Room for an answer in the control block, in bytes. */
const answerRoom = 32 * 1024;

/** A control block with nothing in it. */
export function newControlBlock(): SharedArrayBuffer {
  return new SharedArrayBuffer(control.words * 4 + answerRoom);
}

/** POSIX number of the signal that Ctrl+C sends. */
export const SIGINT = 2;
