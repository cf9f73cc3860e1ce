import type { FileTree, OutputStream, PythonExit, PythonHost, PythonJob, PythonProcess } from '../../../src/platform/platform.ts';

/** What a scripted program may do. */
export interface ProgramContext {
  readonly job: PythonJob;
  print(text: string, stream?: OutputStream): void;
  read(path: string): string;
  write(path: string, text: string): void;
  remove(path: string): void;
  /** Resolves on Ctrl+C. */
  readonly interrupted: Promise<void>;
}

/** Resolves to an exit code. */
export type Program = (context: ProgramContext) => Promise<number>;

/** Stands in for Python at the platform's seam: programs by what follows `python3` on the command line. */
export class ScriptedPython implements PythonHost {
  readonly jobs: PythonJob[] = [];
  readonly ended: string[] = [];
  readonly #programs: Readonly<Record<string, Program>>;

  constructor(programs: Readonly<Record<string, Program>> = {}) {
    this.#programs = programs;
  }

  start(given: PythonJob): PythonProcess {
    // A host that cannot wait takes what was typed before.
    const job = given.terminal ? { ...given, stdin: new TextEncoder().encode(given.terminal.takeTyped()) } : given;
    this.jobs.push(job);
    const program = this.#programs[job.args.join(' ')] ?? this.#programs[job.args[0] ?? ''];
    const written: FileTree[number][] = [];
    const removed: string[] = [];
    let interrupt!: () => void;
    const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
    const encoder = new TextEncoder();
    let settle!: (exit: PythonExit) => void;
    const exited = new Promise<PythonExit>((resolve) => (settle = resolve));
    const end = (exitCode: number, reason: PythonExit['reason']) => {
      this.ended.push(reason);
      settle({ exitCode, reason, changes: { written, removed } });
    };
    const context: ProgramContext = {
      job,
      print: (text, stream = 'stdout') => job.onOutput(stream, encoder.encode(text)),
      read: (path) => {
        const entry = job.files.find((each) => each.path === path);
        if (entry?.type !== 'file') throw new Error(`no file ${path}`);
        return new TextDecoder().decode(entry.bytes);
      },
      write: (path, text) => written.push({ path, type: 'file', bytes: encoder.encode(text), mode: 0o644, mtime: job.now }),
      remove: (path) => removed.push(path),
      interrupted,
    };
    if (program === undefined) {
      context.print(`python3: can't open file '${job.args[0]}': [Errno 2] No such file or directory\n`, 'stderr');
      end(2, 'exited');
    } else {
      void program(context).then((code) => end(code, code === 130 ? 'interrupted' : 'exited'));
    }
    return { queued: false, begun: Promise.resolve(), exited, interrupt, kill: () => end(137, 'killed') };
  }

  warm(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {}
}
