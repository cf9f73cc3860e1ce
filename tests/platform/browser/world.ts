/** The worker that hosts Python in these tests, as the world's worker does on the site. */
import * as Comlink from 'comlink';
import { createBrowserPythonHost } from '../../../src/platform/browser/platform.ts';
import type { FileTree, PythonHost, PythonProcess } from '../../../src/platform/platform.ts';

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly reason: string;
  readonly slept: number;
  readonly written: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

export interface Request {
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Interrupt or kill as soon as this text has been printed. */
  readonly interruptAt?: string;
  readonly killAt?: string;
}

let host: PythonHost | null = null;

function run({ args, files = {}, stdin = '', interruptAt, killAt }: Request): Promise<Result> {
  if (!host) throw new Error('no host');
  const encoder = new TextEncoder();
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const text = { stdout: '', stderr: '' };
  const tree: FileTree = [
    { path: '/work', type: 'directory', mode: 0o755, mtime: 0 },
    ...Object.entries(files).map(([name, content]) => ({
      path: `/work/${name}`,
      type: 'file' as const,
      bytes: encoder.encode(content),
      mode: 0o644,
      mtime: 0,
    })),
  ];
  let met = false;
  const meet = (marker: string | undefined, act: () => void): void => {
    if (marker === undefined || met || !text.stdout.includes(marker)) return;
    met = true;
    act();
  };
  const process: PythonProcess = host.start({
    args,
    cwd: '/work',
    env: { HOME: '/work' },
    files: tree,
    stdin: encoder.encode(stdin),
    now: Date.UTC(2026, 0, 5, 9),
    onOutput(stream, bytes) {
      text[stream] += decoders[stream].decode(bytes, { stream: true });
      meet(interruptAt, () => process.interrupt());
      meet(killAt, () => process.kill());
    },
  });
  return process.exited.then(({ exitCode, reason, slept = 0, changes }) => ({
    ...text,
    exitCode,
    reason,
    slept,
    written: Object.fromEntries(
      changes.written.map((entry) => [entry.path, entry.type === 'file' ? new TextDecoder().decode(entry.bytes) : entry.type]),
    ),
    removed: changes.removed,
  }));
}

const world = {
  isolated: () => self.crossOriginIsolated,
  secure: () => self.isSecureContext,
  /** Makes a host; answers what it reported until it was ready. */
  async open(pyodideBase: string): Promise<readonly (readonly [number, string])[]> {
    host?.dispose();
    host = createBrowserPythonHost({ pyodideBase });
    const progress: [number, string][] = [];
    await host.warm((fraction, what) => progress.push([fraction, what]));
    return progress;
  },
  /** As in a private window of a browser that has no storage there. */
  forbidStorage(): void {
    const get = (): never => {
      throw new DOMException('forbidden', 'SecurityError');
    };
    Object.defineProperty(self, 'indexedDB', { get });
  },
  /** Makes a host without waiting for it. */
  openCold(pyodideBase: string): void {
    host?.dispose();
    host = createBrowserPythonHost({ pyodideBase });
  },
  run,
  runAll: (requests: readonly Request[]) => Promise.all(requests.map(run)),
  close(): void {
    host?.dispose();
    host = null;
  },
};

export type WorldOfTests = typeof world;
Comlink.expose(world);
