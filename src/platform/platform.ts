/**
 * platform: what differs by host. One small interface, one browser and one Node implementation.
 * It imports no other room; every headless room may import this file, and only this file, from here.
 */

/** One entry of a file tree. Paths are absolute and normalised; `bytes` are never mutated in place. */
export type TreeEntry =
  | { readonly path: string; readonly type: 'file'; readonly bytes: Uint8Array; readonly mode: number; readonly mtime: number }
  | { readonly path: string; readonly type: 'directory'; readonly mode: number; readonly mtime: number }
  | { readonly path: string; readonly type: 'symlink'; readonly target: string; readonly mtime: number };

/** A file tree as plain data (structured-clonable): parents come before their children. `mtime` is in ms since the epoch. */
export type FileTree = readonly TreeEntry[];

/** What a process changed in a tree: entries to write, and absolute paths that are gone (children included). */
export interface TreeChanges {
  readonly written: FileTree;
  readonly removed: readonly string[];
}

/** Virtual time. `now` is in ms since the epoch; nothing in a headless room may call Date.now() or setTimeout for meaning. */
export interface Clock {
  now(): number;
  /** Resolves when the clock has moved `ms` on; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Virtual time stands still while `work` is pending: wrap whatever really computes. */
  busy<T>(work: Promise<T>): Promise<T>;
}

export type OutputStream = 'stdout' | 'stderr';

/** A Python process to start. Everything it may see is in here: it has no page, no storage, and no network but this one. */
export interface PythonJob {
  /** What follows `python3` on the command line: `['train.py', '--out', 'm.json']`, `['-c', 'print(1)']`, `['-m', 'unittest']`, or `[]` for a program on stdin. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The tree as the process finds it (without `.git`). */
  readonly files: FileTree;
  readonly stdin: Uint8Array;
  /** Where stdin is a terminal: what is read beyond `stdin` is what a person types there. */
  readonly terminal?: PythonTerminal;
  /** The network that it is on; absent where there is none. */
  readonly network?: PythonNetwork;
  /** Virtual time at the start, in ms since the epoch: what time.time() starts from. */
  readonly now: number;
  /** Called as output is produced, not at the end. */
  onOutput(stream: OutputStream, bytes: Uint8Array): void;
  /** Called when the process begins to wait for somebody; what it returns is called when the wait is over. */
  onPause?(pause: PythonPause): PythonResume;
}

/** The terminal that a person sits at. */
export interface PythonTerminal {
  /** What was typed before and nobody has read: all that a program gets where it cannot wait. */
  takeTyped(): string;
  /** The next line without its newline; null at the end of input (Ctrl+D). */
  readLine(): Promise<string | null>;
}

/** The network of one process, in whole HTTP messages as bytes: there are no packets here. */
export interface PythonNetwork {
  /** Takes a port of this computer, 0 for a free one; gives its number, or null where somebody else has it. */
  listen(port: number): number | null;
  /** The next request to a port that was taken. */
  accept(port: number): Promise<{ readonly connection: number; readonly request: Uint8Array }>;
  /** Answers a request; empty when the program ended the connection without a word. */
  answer(connection: number, response: Uint8Array): void;
  close(port: number): void;
  /** Sends a request and gives the answer; null where no host, or no server on that port, has this address. */
  exchange(address: PythonAddress, request: Uint8Array): Promise<Uint8Array | null>;
}

export interface PythonAddress {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

/** How a process stands when it begins to wait: it is not computing then, so time goes on and others see what it has written. */
export interface PythonPause {
  /** What it changed since its start or its last pause. */
  readonly changes: TreeChanges;
  /** Milliseconds of virtual time that it slept since then. */
  readonly slept: number;
}

/** Gives what has become of the computer while the process waited. */
export type PythonResume = () => Promise<PythonResumption>;

export interface PythonResumption {
  /** Virtual time, in ms since the epoch; null where nobody keeps it, and the process goes by its own. */
  readonly now: number | null;
  /** What others changed in its files. */
  readonly changes: TreeChanges;
}

export interface PythonExit {
  /** 0-255 as a shell shows it: 1 after an uncaught exception, 130 after an interrupt, 137 when killed or out of memory. */
  readonly exitCode: number;
  readonly reason: 'exited' | 'interrupted' | 'killed' | 'out-of-memory';
  /** Since the start, or since the last pause. */
  readonly changes: TreeChanges;
  /** Milliseconds of virtual time that the process slept since then without anybody waiting: the world's clock moves on by as much. */
  readonly slept?: number;
}

export interface PythonProcess {
  /** True while it waits for another process to end, because as many run as may. */
  readonly queued: boolean;
  /** Resolves when it has an interpreter, or has ended without one: what limits its real time counts from here. */
  readonly begun: Promise<void>;
  readonly exited: Promise<PythonExit>;
  /** True while an interrupt need not end it: it waits for somebody, or it is a prompt that goes on after KeyboardInterrupt. */
  readonly survivesInterrupt?: boolean;
  /** Ctrl+C: KeyboardInterrupt where the host can deliver it, the end of the process within 300 ms where it cannot. */
  interrupt(): void;
  /** Ends the process at once. */
  kill(): void;
}

/** Starts Python processes. A learner's process never shares an interpreter with another one. */
export interface PythonHost {
  start(job: PythonJob): PythonProcess;
  /** Loads what the first process needs, ahead of time. Progress is 0..1 with a word for what is being loaded. */
  warm(onProgress?: (fraction: number, what: string) => void): Promise<void>;
  dispose(): void;
}

/** Keeps blobs by key on the learner's own device. `save` is all or nothing. */
export interface Store {
  load(key: string): Promise<Uint8Array | null>;
  /** @throws StoreError */
  save(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Why something could not be kept: the device is full, the browser forbids it (a private window), or it failed otherwise. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: 'quota' | 'forbidden' | 'failed';

  constructor(reason: 'quota' | 'forbidden' | 'failed', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What `pip` asks for packages that are not on the computer, when the learner asks it to: the public index, or one that stands in for it. */
export interface PackageIndex {
  /** Null where it is out of reach. `accept` is the type of content that is wanted. */
  fetch(url: string, accept: string): Promise<{ readonly status: number; readonly body: Uint8Array } | null>;
}

/** What a host gives to the headless rooms. */
export interface Platform {
  readonly name: 'browser' | 'node';
  readonly python: PythonHost;
  /** Absent where a host lets nobody ask others for packages. */
  readonly packages?: PackageIndex;
}

/**
 * Ends what computes without an end. Real time has no meaning in a world; it only tells what never ends from what works, so it stands
 * still while something waits for its turn or for virtual time to pass.
 */
export class RealTimeLimit {
  readonly #ms: number;
  readonly #onOver: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauses = 0;
  #over = false;

  /** Counts from now on; `ms` is how long. */
  constructor(ms: number, onOver: () => void) {
    this.#ms = ms;
    this.#onOver = onOver;
    this.#start();
  }

  /** Stops counting until `resume` has been called as often. */
  pause(): void {
    this.#pauses++;
    clearTimeout(this.#timer);
  }

  /** Counts from the beginning when nothing else pauses it. */
  resume(): void {
    this.#pauses--;
    this.#start();
  }

  /** Never comes any more. */
  clear(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #start(): void {
    clearTimeout(this.#timer);
    if (this.#over || this.#pauses > 0) return;
    this.#timer = setTimeout(() => {
      this.#over = true;
      this.#onOver();
    }, this.#ms);
  }
}
