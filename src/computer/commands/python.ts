/** `python` and `python3`: a process of its own on a copy of the files, whose writes come back when it ends. */
import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { Clock, OutputStream, PythonExit, PythonJob, PythonPause, PythonResume } from '../../platform/platform.ts';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import type { CommandHost } from './host.ts';
import { runLoaded, type Program } from './lazy.ts';
import { ProcessFiles } from './process-files.ts';
import { ProcessNetwork } from './process-network.ts';
import { LONGEST_SLEEP } from './sleep.ts';

/** From KeyboardInterrupt to the end of a process that ignores it, in real ms. */
const KILL_AFTER = 120;

export function pythonCommands(host: CommandHost): readonly CustomCommand[] {
  const python = (name: string) => defineCommand(name, (args, ctx) => runPython(host, args, ctx));
  return [python('python'), python('python3')];
}

/** Modules that are programs of the computer: Python itself has no way to what they need. */
const MODULES: Readonly<Record<string, () => Promise<Program>>> = {
  pip: async () => (await import('../pip/pip.ts')).pip,
  venv: async () => (await import('../pip/venv.ts')).venv,
};

async function runPython(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext) {
  const module = args[0] === '-m' ? (args[1] ?? '') : '';
  if (Object.hasOwn(MODULES, module)) return runLoaded(`python3: ${module}`, MODULES[module]!, host, args.slice(2), ctx);
  const terminal = host.streams();
  const piped = fromLatin1(ctx.stdin as unknown as string);
  const output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const onOutput = (stream: OutputStream, bytes: Uint8Array) => {
    if (terminal[stream]) host.write(stream, decoders[stream].decode(bytes, { stream: true }));
    else output[stream].push(bytes.slice());
  };
  const files = new ProcessFiles(host.files);
  const time = new ProcessTime(host.clock);
  const network = new ProcessNetwork(host.services);
  const over = new AbortController();
  const onPause = ({ changes, slept }: PythonPause): PythonResume => {
    const problem = files.take(changes);
    if (problem !== '') onOutput('stderr', new TextEncoder().encode(problem));
    const woken = time.wait(slept);
    return async () => {
      await woken;
      time.compute();
      return { now: host.clock.now(), changes: files.news() };
    };
  };
  const job: PythonJob = {
    args,
    cwd: ctx.cwd,
    // There is no terminal device that a program could ask for its width.
    env: { ...(terminal.stdout ? { COLUMNS: String(host.columns) } : {}), ...ctx.exportedEnv, PWD: ctx.cwd },
    files: files.tree,
    stdin: piped,
    network,
    ...(terminal.stdin && piped.length === 0
      ? { terminal: { takeTyped: host.takeTyped, readLine: () => host.readLine(over.signal) } }
      : {}),
    now: host.clock.now(),
    onOutput,
    onPause,
  };
  time.compute();
  const exit = await runUntilInterrupted(host, job).finally(() => {
    time.end();
    network.end();
    over.abort();
  });
  for (const stream of ['stdout', 'stderr'] as const) if (terminal[stream]) host.write(stream, decoders[stream].decode());
  const slept = exit.slept ?? 0;
  const overslept =
    slept > LONGEST_SLEEP ? 'python3: the program slept for more than a year, the longest that this computer sleeps at once.\n' : '';
  const problem = files.take(exit.changes) + overslept;
  if (slept > 0 && overslept === '' && !host.signal().aborted) await host.clock.sleep(slept);
  return {
    stdout: toLatin1(joined(output.stdout)),
    stdoutKind: 'bytes' as const,
    stdoutEncoding: 'binary' as const,
    stderr: new TextDecoder().decode(joined(output.stderr)) + epitaph(exit) + problem,
    exitCode: problem === '' ? exit.exitCode : exit.exitCode || 1,
  };
}

async function runUntilInterrupted(host: CommandHost, job: PythonJob): Promise<PythonExit> {
  const signal = host.signal();
  const process = host.python.start(job);
  if (process.queued && host.interactive)
    host.write('stderr', 'python3: waiting for another program to end: as many run as this company has room for\n');
  let killing: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    if (signal.reason === 'closed') {
      process.kill();
      return;
    }
    process.interrupt();
    killing = setTimeout(() => process.kill(), KILL_AFTER);
  };
  let caught = false;
  host.catchInterrupt(() => {
    if (process.survivesInterrupt !== true) return false;
    caught = true;
    process.interrupt();
    return true;
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const exit = await process.exited;
  clearTimeout(killing);
  signal.removeEventListener('abort', stop);
  host.catchInterrupt(null);
  // As in bash: a program that dies of Ctrl+C takes its line along, one that goes its own way does not.
  if (caught && exit.reason === 'interrupted') host.interrupt();
  return exit;
}

/** Virtual time stands still while a process computes, and goes on while it waits for somebody. */
class ProcessTime {
  readonly #clock: Clock;
  #stop = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  compute(): void {
    void this.#clock.busy(new Promise<void>((resolve) => (this.#stop = resolve)));
  }

  /** Resolves when the `slept` ms that the process has slept are over. */
  wait(slept: number): Promise<void> {
    this.#stop();
    return slept > 0 ? this.#clock.sleep(Math.min(slept, LONGEST_SLEEP)) : Promise.resolve();
  }

  end(): void {
    this.#stop();
  }
}

function epitaph({ reason }: PythonExit): string {
  if (reason === 'out-of-memory') return 'python3: out of memory: the process was stopped\n';
  return reason === 'killed' ? 'Killed\n' : '';
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
