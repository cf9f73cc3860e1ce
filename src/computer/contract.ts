/** What the other rooms may rely on: the computer's file system, sessions and how one is made. */
import type { CustomCommand, IFileSystem } from 'just-bash';
import type { NetworkPolicy } from 'just-git';
import type { Clock, FileTree, OutputStream, PackageIndex, PythonHost } from '../platform/platform.ts';

export interface FileChange {
  readonly path: string;
  readonly kind: 'written' | 'removed';
}

/**
 * A file system with a synchronous core that just-bash, just-git, isomorphic-git and Python share.
 * Errors carry a POSIX `code` (ENOENT, EISDIR, ENOTDIR, EEXIST, ENOTEMPTY, ELOOP, ENOSPC) and the message shape `ENOENT: no such file or directory, open '/x'`.
 */
export interface FileSystem extends IFileSystem {
  readSync(path: string): Uint8Array;
  /** Makes missing parent directories. The bytes are kept, not copied: do not change them afterwards. */
  writeSync(path: string, bytes: Uint8Array, mode?: number): void;
  existsSync(path: string): boolean;
  removeSync(path: string): void;
  listSync(path: string): readonly string[];
  /** Everything below `root` (default `/`), without the paths that `except` names. Shares bytes. */
  tree(root?: string, except?: (path: string) => boolean): FileTree;
  /** Writes a tree's entries into this file system. */
  load(tree: FileTree): void;
  /** An independent copy that shares unchanged bytes. */
  fork(): FileSystem;
  /** Calls back after each change, synchronously; returns how to stop. */
  onChange(listener: (change: FileChange) => void): () => void;
  /** Bytes in files. */
  readonly usedBytes: number;
}

export interface SessionOptions {
  readonly cwd?: string;
  /** Added to the computer's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A terminal (prompt, colours, continuation, history) or a script (a pipeline step, an exercise's script). */
  readonly interactive: boolean;
  /** Called as output is produced. Bytes are UTF-8 text; a chunk never splits a character. */
  onOutput(stream: OutputStream, text: string): void;
  /** Terminal width, for commands that lay out columns. */
  readonly columns?: number;
}

export interface Completion {
  /** Where in the line the replacement starts. */
  readonly from: number;
  /** Full replacements, sorted; a directory ends in `/`. */
  readonly candidates: readonly string[];
}

/** How a typed line ended. */
export interface LineResult {
  readonly exitCode: number;
  /** How many of the lines and ends of file that were typed meanwhile its commands read. The others are for the prompt. */
  readonly inputsRead: number;
  /** True when the line ended its shell: by `exit`, or by a failure under `set -e`. The next line finds a new one in the same place. */
  readonly exited?: boolean;
}

/** One long-lived shell: cwd, variables, functions, aliases, options and `$?` persist between statements. */
export interface Session {
  readonly cwd: string;
  readonly lastExitCode: number;
  /** True when the text is an unfinished statement (`if true; then`, an open quote, a heredoc without its end). */
  needsMore(text: string): boolean;
  /** Runs one or more complete statements; resolves when the prompt would come back. A syntax error is printed and gives 2. */
  run(text: string): Promise<LineResult>;
  /** Runs a script to its end as `bash -eo pipefail file` or `bash -e` would: resolves at the end or at the first failing command. */
  script(text: string, options?: { readonly pipefail?: boolean; readonly signal?: AbortSignal }): Promise<{ readonly exitCode: number }>;
  /** Ctrl+C: the running statement ends with 130 within 300 ms, whatever it does. */
  interrupt(): void;
  /** Bytes for the running command's stdin (`read`, `input()`), a line at a time; null is end of file. */
  input(text: string | null): void;
  /** What the prompt shows, with ANSI colours: `you@fieldleaf:~/leaf (main)$ `. */
  prompt(): Promise<string>;
  complete(line: string, cursor: number): Promise<Completion>;
  /** Ends the shell: a running command is killed. */
  close(): void;
}

/** A machine: files, an environment, commands, Python, and git that can reach the origins it is given. */
export interface Computer {
  readonly files: FileSystem;
  readonly home: string;
  session(options: SessionOptions): Session;
}

export interface ServiceRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ServiceResponse {
  /** 0 when the server ended the connection without an answer. */
  readonly status: number;
  /** `Not Found` */
  readonly reason: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What answers on the network that a computer is on: the origin, what runs in the cloud, servers on `localhost`. */
export interface Services {
  /** Null where no host, or on `localhost` no server, has this address. */
  fetch(request: ServiceRequest): Promise<ServiceResponse | null>;
}

/** What a command may know of the terminal that it is called in. */
export interface CommandTerminal {
  /** Which streams of the command that runs now are the terminal itself. Ask before the first await. */
  streams(): { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width in characters. */
  readonly columns: number;
}

export interface ComputerOptions {
  readonly clock: Clock;
  readonly python: PythonHost;
  readonly user: { readonly name: string; readonly login: string; readonly email: string };
  readonly hostname: string;
  /** Starts from these files; an empty home otherwise. */
  readonly files?: FileSystem;
  readonly env?: Readonly<Record<string, string>>;
  /** just-git's network policy: how `git clone https://origin.fieldleaf.test/leaf.git` reaches the origin. */
  readonly network?: NetworkPolicy | undefined;
  /** What `curl` and `wget` reach; nothing when it is absent. */
  readonly services?: Services | undefined;
  /** Where `pip install` finds packages that are not on this computer; without it there are only those that are. */
  readonly packageIndex?: PackageIndex | undefined;
  /** Extra commands for this computer, made for each of its terminals. */
  readonly commands?: (terminal: CommandTerminal, files: FileSystem) => readonly CustomCommand[];
  /** Called when `nano`, `vim` or `code` is to open a file in an interactive session; the file need not exist. */
  readonly onOpenFile?: ((path: string) => void) | undefined;
}
