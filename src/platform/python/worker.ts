/** The worker's side of a Python host: boots one interpreter, runs what it is given, and reports. */
import type { TreeChanges } from '../platform.ts';
import { createAsk } from './asking.ts';
import { installProcessClock } from './clock.ts';
import type { CPythonFactory } from './cpython.ts';
import { bootInterpreter, type Interpreter } from './interpreter.ts';
import { createOutputQueue, type OutputQueue } from './output.ts';
import { control, type BootMessage, type FromWorker, type ToWorker } from './protocol.ts';

export interface WorkerPort {
  post(message: FromWorker, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: ToWorker) => void): void;
}

export interface WorkerHost {
  readonly name: 'browser' | 'node';
  importGlue(url: string): Promise<{ readonly default: CPythonFactory }>;
  /** Called once the interpreter is loaded and before any program runs: takes away what no program should reach. */
  lockDown(): void;
}

/** Output that may be on its way, in bytes: beyond it a program waits until the host has taken some. */
const largestBacklog = 4 * 1024 * 1024;
/** Without shared memory a program cannot wait for the host, so its output is held to this many bytes per ms. */
const largestRate = 32 * 1024;

/** Serves one host through `port` for the lifetime of this worker. */
export function servePython(port: WorkerPort, host: WorkerHost): void {
  let serve: Serve | null = null;
  port.onMessage((message) => {
    if (message.type !== 'boot') {
      try {
        serve?.(message);
      } catch (error) {
        report(error);
      }
      return;
    }
    boot(port, host, message).then((run) => {
      serve = run;
      port.post({ type: 'ready' });
    }, report);
  });

  const report = (error: unknown): void => port.post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}

type Serve = (message: Exclude<ToWorker, BootMessage>) => void;

async function boot(port: WorkerPort, host: WorkerHost, message: BootMessage): Promise<Serve> {
  const clock = installProcessClock(globalThis);
  const shared = message.control ? new Int32Array(message.control) : null;
  const throttle = shared ? sharedThrottle(shared) : rateThrottle(() => clock.realNow());
  const output: OutputQueue = createOutputQueue({
    now: () => clock.realNow(),
    post(chunks, bytes) {
      port.post({ type: 'output', chunks });
      throttle(bytes);
    },
  });
  const { default: factory } = await host.importGlue(message.assets.glueUrl);
  const interpreter: Interpreter = await bootInterpreter({
    factory,
    wasm: message.assets.wasm,
    stdlib: message.assets.stdlib,
    image: message.image,
    hashSeed: message.hashSeed,
    memoryLimit: message.memoryLimit,
    diskLimit: message.diskLimit,
    host: host.name,
    clock,
    write: (stream, bytes) => output.write(stream, bytes),
    poll() {
      output.tick();
      return shared ? Atomics.exchange(shared, control.signal, 0) : 0;
    },
    ask: shared
      ? createAsk(shared, (question) => {
          output.flush();
          port.post(question);
        })
      : null,
    notify(notice) {
      output.flush();
      port.post({ type: 'notice', notice });
    },
    checkpoint: (changes) => port.post({ type: 'checkpoint', changes }, buffersOf(changes)),
    ending: () => port.post({ type: 'ending' }),
  });
  host.lockDown();
  if (message.makeImage) port.post({ type: 'image', image: interpreter.makeImage() });
  if (message.rehearse) {
    interpreter.run({
      args: ['-c', ''],
      cwd: '/',
      env: {},
      files: [],
      stdin: new Uint8Array(0),
      stdinKind: 'file',
      networkKind: 'none',
      now: 0,
    });
    interpreter.restore();
  }

  return (received) => {
    const stage = received.type === 'run' ? interpreter.run(received.request) : interpreter.type(received.typed, received.resumption);
    output.flush();
    if ('pause' in stage) return port.post({ type: 'prompt', pause: stage.pause });
    const spent = !(message.reuse && interpreter.restore());
    port.post({ type: 'exit', exit: stage, spent }, buffersOf(stage.changes));
  };
}

function buffersOf({ written }: TreeChanges): ArrayBuffer[] {
  return written.flatMap((entry) => (entry.type === 'file' ? [entry.bytes.buffer as ArrayBuffer] : []));
}

type Throttle = (bytes: number) => void;

function sharedThrottle(shared: Int32Array): Throttle {
  let sent = 0;
  return (bytes) => {
    sent = (sent + bytes) | 0;
    for (;;) {
      const acknowledged = Atomics.load(shared, control.acknowledged);
      if (((sent - acknowledged) | 0) <= largestBacklog || Atomics.load(shared, control.signal) !== 0) return;
      Atomics.wait(shared, control.acknowledged, acknowledged, 50);
    }
  };
}

function rateThrottle(now: () => number): Throttle {
  let since = now();
  let sent = 0;
  return (bytes) => {
    sent += bytes;
    if (sent <= largestBacklog) return;
    while (sent > largestRate * (now() - since));
    since = now();
    sent = 0;
  };
}
