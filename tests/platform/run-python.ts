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
  { args, files = {}, stdin = '', env = {}, cwd = '/home/you/leaf', onOutput }: Invocation,
): Started {
  const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const process = host.start({
    args,
    cwd,
    env: { HOME: '/home/you', ...env },
    files: treeOf(cwd, files),
    stdin: new TextEncoder().encode(stdin),
    now: monday,
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
  return { ...process, ran };
}

export function python(host: PythonHost, invocation: Invocation): Promise<Ran> {
  return startPython(host, invocation).ran;
}

function describe(entry: TreeEntry): string {
  const mode = entry.type === 'symlink' ? '' : ` ${entry.mode.toString(8)}`;
  if (entry.type === 'directory') return `directory${mode}`;
  return entry.type === 'symlink' ? `-> ${entry.target}` : `${Buffer.from(entry.bytes).toString()}${mode}`;
}
