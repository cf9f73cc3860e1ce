import type { FileTree, PythonExit, PythonHost, PythonJob, PythonProcess, TreeEntry } from '../../src/platform/platform.ts';

/** Nine o'clock on a Monday: when every process of these tests starts. */
export const monday = Date.UTC(2026, 0, 5, 9);

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly reason: PythonExit['reason'];
  readonly slept: number;
  /** What was written, as text, and what is gone. */
  readonly written: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

export interface Invocation {
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly onOutput?: PythonJob['onOutput'];
  readonly terminal?: PythonJob['terminal'];
  readonly onPause?: PythonJob['onPause'];
}

/** The tree of these files, with their directories. */
export function treeOf(cwd: string, files: Readonly<Record<string, string>>): FileTree {
  const entries = new Map<string, TreeEntry>();
  const addDirectories = (directory: string): void => {
    if (directory === '' || entries.has(directory)) return;
    addDirectories(directory.slice(0, directory.lastIndexOf('/')));
    entries.set(directory, { path: directory, type: 'directory', mode: 0o755, mtime: monday });
  };
  addDirectories(cwd);
  for (const [name, text] of Object.entries(files)) {
    const path = name.startsWith('/') ? name : `${cwd}/${name}`;
    addDirectories(path.slice(0, path.lastIndexOf('/')));
    entries.set(path, { path, type: 'file', bytes: new TextEncoder().encode(text), mode: 0o644, mtime: monday });
  }
  return [...entries.values()];
}

export interface Started extends PythonProcess {
  readonly ran: Promise<Ran>;
}

export function startPython(
  host: PythonHost,
  { args, files = {}, stdin = '', env = {}, cwd = '/home/you/leaf', onOutput, terminal, onPause }: Invocation,
): Started {
  const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const process = host.start({
    args,
    cwd,
    env: { HOME: '/home/you', ...env },
    files: treeOf(cwd, files),
    stdin: new TextEncoder().encode(stdin),
    now: monday,
    ...(terminal ? { terminal } : {}),
    ...(onPause ? { onPause } : {}),
    onOutput(stream, bytes) {
      chunks[stream].push(bytes);
      onOutput?.(stream, bytes);
    },
  });
  const ran = process.exited.then((exit) => ({
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
    exitCode: exit.exitCode,
    reason: exit.reason,
    slept: exit.slept ?? 0,
    written: Object.fromEntries(exit.changes.written.map((entry) => [entry.path, describe(entry)])),
    removed: exit.changes.removed,
  }));
  return {
    ...process,
    get survivesInterrupt() {
      return process.survivesInterrupt === true;
    },
    ran,
  };
}

export function python(host: PythonHost, invocation: Invocation): Promise<Ran> {
  return startPython(host, invocation).ran;
}

/** Answers each wait of a program, as a person who looks at the screen does: with a line, null for Ctrl+D, or whatever else is to be done. */
export type Turn = string | null | ((process: Started) => void);

export interface Conversation {
  /** Both streams and what was typed, as the screen shows them. */
  readonly screen: string;
  readonly exitCode: number;
  readonly reason: PythonExit['reason'];
}

/** Runs a program at a terminal. A turn that is a function is followed by the next when the program asks again. */
export async function converse(host: PythonHost, invocation: Invocation, turns: readonly Turn[]): Promise<Conversation> {
  let screen = '';
  let waiting: ((line: string | null) => void) | null = null;
  const rest = [...turns];
  const process: Started = startPython(host, {
    ...invocation,
    onOutput(stream, bytes) {
      screen += Buffer.from(bytes).toString();
      invocation.onOutput?.(stream, bytes);
    },
    onPause(pause) {
      const resume = invocation.onPause?.(pause);
      queueMicrotask(take);
      return resume ?? (() => Promise.resolve({ now: null, changes: { written: [], removed: [] } }));
    },
    terminal: { takeTyped: () => '', readLine: () => new Promise((resolve) => (waiting = resolve)) },
  });
  const take = (): void => {
    const turn = rest.shift();
    if (typeof turn === 'function') return turn(process);
    if (turn === undefined) return process.kill();
    screen += turn === null ? '^D' : `${turn}\n`;
    const answer = waiting;
    waiting = null;
    answer?.(turn);
  };
  const { exitCode, reason } = await process.exited;
  return { screen, exitCode, reason };
}

function describe(entry: TreeEntry): string {
  const mode = entry.type === 'symlink' ? '' : ` ${entry.mode.toString(8)}`;
  if (entry.type === 'directory') return `directory${mode}`;
  return entry.type === 'symlink' ? `-> ${entry.target}` : `${Buffer.from(entry.bytes).toString()}${mode}`;
}
