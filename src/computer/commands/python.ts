/** `python`, `python3` and `pip`: a process of its own on a copy of the files, whose writes come back when it ends. */
import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { OutputStream, PythonExit, PythonJob } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { FileError } from '../files/errors.ts';
import type { CommandHost } from './host.ts';
import { ObjectStores } from './object-stores.ts';
import { failed } from './result.ts';
import { LONGEST_SLEEP } from './sleep.ts';

/** From KeyboardInterrupt to the end of a process that ignores it, in real ms. */
const KILL_AFTER = 120;

export function pythonCommands(host: CommandHost): readonly CustomCommand[] {
  const python = (name: string) => defineCommand(name, (args, ctx) => runPython(host, args, ctx));
  const pip = (name: string) =>
    defineCommand(name, async () =>
      failed(
        `${name}: this computer is offline, so packages cannot be installed.\n` +
          'Python here has its standard library: json, csv, statistics, random, unittest, sqlite3 and the rest of it.\n',
      ),
    );
  return [python('python'), python('python3'), pip('pip'), pip('pip3')];
}

async function runPython(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext) {
  const terminal = host.streams();
  const piped = fromLatin1(ctx.stdin as unknown as string);
  // A process takes its stdin as a whole when it starts: what is typed later does not reach it.
  const stdin = terminal.stdin && piped.length === 0 ? new TextEncoder().encode(host.takeTyped()) : piped;
  if (terminal.stdin && stdin.length === 0) {
    const isDebugger = args[0] === '-m' && args[1] === 'pdb';
    if (isDebugger || wantsPrompt(args))
      return failed(
        `${['python3', ...args].join(' ')}: this computer has no interactive Python ${isDebugger ? 'debugger' : 'prompt'}.\n` +
          (isDebugger
            ? 'Put `print(...)` where you want to look, and run the file with `python3 file.py`.\n'
            : "Write a file and run it with `python3 file.py`, or a line with `python3 -c 'print(1)'`.\n"),
        2,
      );
  }
  if (args[0] === '-m' && (args[1] === 'pip' || args[1] === 'venv')) {
    return failed(`python3: ${args[1]} is not on this computer: it is offline, and Python has its standard library here.\n`);
  }

  const output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const onOutput = (stream: OutputStream, bytes: Uint8Array) => {
    if (terminal[stream]) host.write(stream, decoders[stream].decode(bytes, { stream: true }));
    else output[stream].push(bytes.slice());
  };
  const stores = new ObjectStores(host.files);
  const job: PythonJob = {
    args,
    cwd: ctx.cwd,
    // There is no terminal device that a program could ask for its width.
    env: { ...(terminal.stdout ? { COLUMNS: String(host.columns) } : {}), ...ctx.exportedEnv, PWD: ctx.cwd },
    files: stores.tree,
    stdin,
    now: host.clock.now(),
    onOutput,
  };
  const exit = await runUntilInterrupted(host, job);
  for (const stream of ['stdout', 'stderr'] as const) if (terminal[stream]) host.write(stream, decoders[stream].decode());
  const slept = exit.slept ?? 0;
  const overslept =
    slept > LONGEST_SLEEP ? 'python3: the program slept for more than a year, the longest that this computer sleeps at once.\n' : '';
  const problem = applyChanges(host.files, exit, stores) + overslept;
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
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await host.clock.busy(process.exited);
  } finally {
    clearTimeout(killing);
    signal.removeEventListener('abort', stop);
  }
}

/** What could not be written back: the process had a disk of its own. */
function applyChanges(files: FileSystem, { changes }: PythonExit, stores: ObjectStores): string {
  const objects = stores.followed(changes.written);
  const problems: string[] = [];
  const seen = changes.removed.length > 0 ? stores.seenFolders() : new Set<string>();
  for (const path of changes.removed) {
    // What came into a folder while the process ran is not what it removed.
    if (seen.has(path) && files.existsSync(path) && files.listSync(path).length > 0) {
      problems.push(`python3: Directory not empty: ${path}\n`);
    } else if (files.existsSync(path)) files.removeSync(path);
  }
  const load = (written: PythonExit['changes']['written'], otherwise: (error: FileError) => void) => {
    try {
      files.load(written);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      otherwise(error);
    }
  };
  load(changes.written, () => {
    for (const entry of changes.written) load([entry], (error) => problems.push(`python3: ${error.reason}: ${entry.path}\n`));
  });
  load(objects, (error) => problems.push(`python3: ${error.reason}: ${objects[0]?.path}\n`));
  return problems.join('');
}

function epitaph({ reason }: PythonExit): string {
  if (reason === 'out-of-memory') return 'python3: out of memory: the process was stopped\n';
  return reason === 'killed' ? 'Killed\n' : '';
}

/** `python` and `python -i` with nothing on stdin want a person to talk to. */
function wantsPrompt(args: readonly string[]): boolean {
  return args.every((arg) => arg === '-i' || arg === '-q' || arg === '-');
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
