/**
 * One CPython interpreter: Pyodide's build of CPython driven through its C interface, without Pyodide's own layer, so that
 * there is nothing of JavaScript inside it that a program could reach.
 */
import type { FileTree, OutputStream, PythonExit, PythonPause, PythonResumption, TreeChanges } from '../platform.ts';
import type { Answer } from './answer.ts';
import type { Ask } from './asking.ts';
import type { ProcessClock } from './clock.ts';
import {
  callWithObject,
  callWithText,
  configure,
  defineFunctions,
  fail,
  raised,
  type CPythonFactory,
  type CPythonModule,
  type WasmImports,
} from './cpython.ts';
import { messageOf } from './wire.ts';
import type { Notice, PythonImage, Question, RunRequest, RunnerAddresses, SharedBytes, Typed } from './protocol.ts';
import {
  applyUmask,
  connectNetwork,
  connectStreams,
  createStandardInput,
  declareTerminal,
  furnish,
  guardDisk,
  openStandardStreams,
  watchChanges,
  type Umask,
} from './machine.ts';
import { commonModules, runnerSource } from './runner.ts';
import { applyChanges, changedTree, layTree, listNodes, restoreTree, takeBaseline, treeChanges } from './tree.ts';

export interface InterpreterOptions {
  readonly factory: CPythonFactory;
  readonly wasm: WebAssembly.Module;
  readonly stdlib: SharedBytes;
  /** Null starts from nothing. */
  readonly image: PythonImage | null;
  /** PYTHONHASHSEED; an image keeps the one it was made with. */
  readonly hashSeed: string;
  /** Most bytes that the interpreter's memory may grow to. */
  readonly memoryLimit: number;
  /** Most bytes that the files in its file system may come to. */
  readonly diskLimit: number;
  readonly host: 'browser' | 'node';
  readonly clock: ProcessClock;
  /** The bytes are only valid during the call. */
  write(stream: OutputStream, bytes: Uint8Array): void;
  /** Called often while Python runs; answers the number of a signal that has arrived, or 0. */
  poll(): number;
  /** Asks the host and waits for its answer; null where memory cannot be shared. */
  readonly ask: Ask | null;
  /** Tells the host what needs no answer. */
  notify(notice: Notice): void;
  /** Called now and then while a program that changes files runs, with all that it has changed: what is kept when it is killed. */
  checkpoint(changes: TreeChanges): void;
  /** Called when the program is over and only its exit handlers and the collecting of its files remain. */
  ending(): void;
}

export interface Interpreter {
  /** Runs one program to its end, or to the interactive prompt. */
  run(request: RunRequest): PythonExit | AtPrompt;
  /** Goes on from the interactive prompt to the next, or to the end. */
  type(typed: Typed, resumption: PythonResumption): PythonExit | AtPrompt;
  /** Imports the common modules and copies the memory, for others to start from. Only before the first run. */
  makeImage(): PythonImage;
  /** Makes the interpreter what it was in its image; false when it cannot be used again. */
  restore(): boolean;
}

/** The interactive prompt is shown and waits. */
export interface AtPrompt {
  readonly pause: PythonPause;
}

/** Thrown through the interpreter's frames by exit(), os._exit() and the like. */
class ProcessExit {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** Room to unwind and to print a traceback in when the memory limit has been reached. */
const spareMemory = 32 * 1024 * 1024;
/** An interpreter whose memory has grown beyond this is not restored: clearing costs more than starting. */
const largestRestored = 256 * 1024 * 1024;

const wasmPage = 64 * 1024;

/** Numbers of Emscripten's C library. */
const ENETUNREACH = 40;
const EIO = 29;
const ENETDOWN = 38;
const errorNumbers: Readonly<Record<string, number>> = { EADDRINUSE: 3, ECONNREFUSED: 14, EINTR: 27, ENETUNREACH };
const ENOSYS = 52;
const EAI_AGAIN = -3;

type Imported = Record<string, (...args: number[]) => number>;

const encoder = new TextEncoder();

/** Loads an interpreter: in tens of ms from an image, in some hundreds from nothing. */
export async function bootInterpreter(options: InterpreterOptions): Promise<Interpreter> {
  const { clock } = options;
  let image = options.image;
  let memoryLimit = options.memoryLimit;
  let limitReached = false;
  const umask: Umask = { bits: 0 };
  let sleep = { begins: false, ms: 0 };
  let usable = true;
  /** Whether the program has changed files since they were last looked at. */
  let touched = false;
  let checkpoint = (): void => {};
  const complain = (text: string): void => options.write('stderr', encoder.encode(text));

  const adjust = (env: Imported): void => {
    const poll = imported(env, '__syscall_poll');
    const leave = (status: number): never => {
      throw new ProcessExit(status & 255);
    };
    Object.assign(env, {
      // Belong to Pyodide's own layer, which is never used.
      Jsv_GetError_import: () => null,
      JsvError_Check: () => 0,
      exit: leave,
      proc_exit: leave,
      emscripten_resize_heap: (size: number) => {
        const wanted = size >>> 0;
        const now = module.HEAPU8.length;
        limitReached ||= wanted > memoryLimit;
        // A fifth more than asked for, so that a program that grows does not come back for every page.
        const larger = Math.min(Math.max(wanted, now + Math.ceil(now / 5 / wasmPage) * wasmPage), memoryLimit);
        return wanted <= memoryLimit && module.growMemory(larger) ? 1 : 0;
      },
      _Py_CheckEmscriptenSignals_Helper: () => {
        if (touched) checkpoint();
        return options.poll();
      },
      // The C library sleeps by reading this clock until the time is over; its second reading says that it is.
      emscripten_get_now: () => {
        if (!sleep.begins) clock.advance(sleep.ms || 1);
        sleep = { begins: false, ms: sleep.begins ? sleep.ms : 0 };
        return performance.now();
      },
      __syscall_poll: (descriptors: number, count: number, timeout: number) => {
        const ready = poll(descriptors, count, timeout);
        if (ready === 0 && timeout > 0) clock.advance(timeout);
        return ready;
      },
      __syscall_umask_js: (mask: number) => {
        const before = umask.bits;
        umask.bits = mask & 0o777;
        return before;
      },
      _tzset_js: (offset: number, daylight: number, standardName: number, summerName: number) => {
        module.HEAPU32[offset >>> 2] = 0;
        module.HEAPU32[daylight >>> 2] = 0;
        for (const name of [standardName, summerName]) module.HEAPU8.set(encoder.encode('UTC\0'), name);
      },
      // No other programs, no network, no JavaScript.
      _emscripten_system: (command: number) => {
        if (command === 0) return 0;
        complain(`sh: this Python cannot start other programs: ${module.UTF8ToString(command)}\n`);
        return 127 << 8;
      },
      getaddrinfo: () => EAI_AGAIN,
      __syscall_connect: () => -ENETUNREACH,
      __syscall_bind: () => -ENETUNREACH,
      __syscall_listen: () => -ENETUNREACH,
      emscripten_run_script: () => -ENOSYS,
      emscripten_run_script_int: () => -ENOSYS,
      emscripten_run_script_string: () => 0,
    });
  };

  let refuse = (_error: unknown): void => {};
  const refused = new Promise<never>((_resolve, reject) => (refuse = reject));
  const loading = options.factory({
    noInitialRun: true,
    thisProgram: '/usr/bin/python3',
    arguments: [],
    print: (text: string) => complain(`${text}\n`),
    printErr: (text: string) => complain(`${text}\n`),
    // What Pyodide's layer asks for while its script is loaded; it never gets to run.
    API: { config: { jsglobals: {}, env: {} }, runtimeEnv: runtimeEnvironment(options.host), lockFilePromise: new Promise(() => {}) },
    instantiateWasm: (imports: WasmImports, done: (instance: WebAssembly.Instance, wasm: WebAssembly.Module) => void) => {
      adjust(imports['env'] as Imported);
      const instantiate = async (): Promise<void> => {
        done(await WebAssembly.instantiate(options.wasm, imports as WebAssembly.Imports), options.wasm);
      };
      // The factory itself never learns of a failure.
      instantiate().catch(refuse);
      return {};
    },
    preRun: [(starting: CPythonModule) => furnish(starting, options.stdlib, options.hashSeed)],
  });
  const module: CPythonModule = await Promise.race([loading, refused]);

  const { FS } = module;
  const input = createStandardInput();
  connectStreams(FS, input, options.write);
  applyUmask(FS, umask);
  guardDisk(FS, options.stdlib, options.diskLimit);
  watchChanges(FS, () => (touched = true));

  const auditHook = module.addFunction(
    sleepListener(module, (ms) => (sleep = { begins: true, ms })),
    'iiii',
  );
  let addresses: RunnerAddresses;
  if (image) {
    if (image.addresses.auditHook !== auditHook) throw new Error('the stored Python image does not fit this engine');
    if (image.memory.length > module.HEAPU8.length) module.growMemory(image.memory.length);
    module.HEAPU8.set(image.memory);
    addresses = image.addresses;
  } else {
    module._Py_InitializeEx(1);
    module._PySys_AddAuditHook(auditHook, 0);
    addresses = {
      ...defineFunctions(module, runnerSource, ['prepare', 'load', 'forget', 'explain', 'prompt', 'push', 'gather', 'seal']),
      auditHook,
    };
    if (callWithText(module, addresses.seal, '') === null) fail(module, 'the interpreter cannot be set up');
  }
  const system = takeBaseline(FS);
  const frame = module.stackSave();
  module.HEAP8[module._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1;

  /** Deals with the exception that is set as CPython's main does. `ours`: it was raised in the runner, not in the program. */
  const uncaught = (ours: boolean): Outcome => {
    const interrupted = raised(module, module._PyExc_KeyboardInterrupt);
    const outOfMemory = raised(module, module._PyExc_MemoryError);
    if (outOfMemory) memoryLimit = Math.max(memoryLimit, module.HEAPU8.length + spareMemory);
    const exception = module._PyErr_GetRaisedException();
    if (ours) module._PyException_SetTraceback(exception, module.__Py_NoneStruct);
    callWithText(module, addresses.forget, '');
    const hint = explain(exception);
    module._PyErr_SetRaisedException(exception);
    try {
      module._PyErr_PrintEx(1);
    } catch (thrown) {
      if (thrown instanceof ProcessExit) complain(hint);
      throw thrown;
    }
    if (outOfMemory) return overLimit();
    complain(hint);
    return interrupted ? { exitCode: 130, reason: 'interrupted' } : { exitCode: 1, reason: 'exited' };
  };

  const explain = (exception: number): string => {
    module._Py_IncRef(exception);
    const hint = callWithObject(module, addresses.explain, exception);
    if (hint === null) module._PyErr_Clear();
    return hint ?? '';
  };

  const overLimit = (): Outcome => {
    const megabytes = Math.round(options.memoryLimit / 1024 / 1024);
    complain(`python3: out of memory: a process may use ${megabytes} MB here, and this one was stopped. Work on less data at a time.\n`);
    return { exitCode: 137, reason: 'out-of-memory' };
  };

  /** The files that the host knows of, and the paths that were there when the process began and are the interpreter's own. */
  let known: FileTree = [];
  let present: ReadonlySet<string> = new Set();
  const changesSinceKnown = (): TreeChanges => {
    touched = false;
    return treeChanges(FS, known, present);
  };
  const pause = (): PythonPause => {
    const changes = touched ? changesSinceKnown() : { written: [], removed: [] };
    known = changedTree(known, changes);
    return { changes, slept: clock.slept };
  };
  const resume = ({ now, changes }: PythonResumption): void => {
    if (now !== null) clock.resume(now);
    if (changes.written.length === 0 && changes.removed.length === 0) return;
    known = changedTree(known, changes);
    applyChanges(FS, changes);
    touched = false;
  };
  const ask = (question: Question): Answer => {
    if (!options.ask) throw new FS.ErrnoError(question.kind === 'line' ? EIO : ENETDOWN);
    const answer = options.ask(question, pause());
    resume(answer.resumption);
    if (answer.error !== undefined) throw new FS.ErrnoError(errorNumbers[answer.error] ?? EIO);
    return answer;
  };
  connectNetwork(FS, (message) => {
    const said = messageOf(message);
    if (said.kind !== 'answer' && said.kind !== 'close') return ask(said).body;
    options.notify(said);
    return new Uint8Array(0);
  });

  const execute = (request: RunRequest): Outcome | 'prompt' => {
    const stdin = request.stdinKind === 'file' && request.stdin.length === 0 ? 'nothing' : request.stdinKind;
    const answer = callWithText(module, addresses.prepare, JSON.stringify([request.args, request.env, stdin, request.networkKind]));
    if (answer === null) return uncaught(true);
    const [verb, ...settings] = answer.split(' ');
    if (verb === 'exit') return { exitCode: Number(settings[0]), reason: 'exited' };
    for (const setting of settings.filter((text) => text !== '')) {
      const [name = '', value] = setting.split('=');
      configure(module, name, Number(value));
    }
    const program = callWithText(module, addresses.load, '');
    if (program === null) return uncaught(true);
    const [what, number] = program.split(' ');
    if (what === 'exit') return { exitCode: Number(number), reason: 'exited' };
    if (what === 'prompt') return show();
    const result = module._PyObject_CallNoArgs(Number(number));
    options.ending();
    if (result === 0) return uncaught(false);
    callWithText(module, addresses.forget, '');
    return { exitCode: 0, reason: 'exited' };
  };

  /** Shows the interactive prompt. */
  const show = (): Outcome | 'prompt' => (callWithText(module, addresses.prompt, '') === null ? uncaught(true) : 'prompt');
  /** Gives the prompt what was typed at it. */
  const push = (typed: Typed): Outcome | 'prompt' => {
    const answer = callWithText(module, addresses.push, typed.key + (typed.key === 'line' ? ` ${typed.line}` : ''));
    if (answer === null) return uncaught(true);
    return answer === 'end' ? { exitCode: 0, reason: 'exited' } : 'prompt';
  };

  /** Runs a stretch of Python; an exit or a crash of the interpreter inside it becomes its outcome. */
  const guarded = (stretch: () => Outcome | 'prompt'): { outcome: Outcome | 'prompt'; alive: boolean } => {
    try {
      return { outcome: stretch(), alive: true };
    } catch (thrown) {
      module.stackRestore(frame);
      if (thrown instanceof ProcessExit) return { outcome: { exitCode: thrown.status, reason: 'exited' }, alive: false };
      usable = false;
      if (limitReached) return { outcome: overLimit(), alive: false };
      complain(crashReport(thrown));
      return { outcome: { exitCode: 134, reason: 'exited' }, alive: false };
    }
  };

  /** Runs a stretch of the process; where it does not come to the prompt, that was its end. */
  const until = (stretch: () => Outcome | 'prompt'): PythonExit | AtPrompt => {
    checkpoint = checkpoints(clock, () => options.checkpoint(changesSinceKnown()));
    let { outcome, alive } = guarded(stretch);
    if (outcome === 'prompt') return { pause: pause() };
    const ended = outcome;
    if (alive) {
      // Exit handlers, then the streams' last bytes, then every object's end: files that were left open get written.
      outcome = guarded(() => (module._Py_FinalizeEx() < 0 ? { exitCode: 120, reason: 'exited' } : ended)).outcome;
    }
    checkpoint = () => {};
    return { ...(outcome as Outcome), changes: treeChanges(FS, known, present), slept: clock.slept };
  };

  return {
    run(request) {
      clock.start(request.now);
      const { stdin, stdinKind } = request;
      if (stdinKind === 'file') input.fill(stdin);
      else input.fill(stdin, () => ask({ kind: 'line' }).body);
      declareTerminal(FS, stdinKind !== 'file');
      layTree(FS, request.files);
      FS.mkdirTree(request.cwd);
      FS.chdir(request.cwd);
      known = request.files;
      const given = new Set(known.map(({ path }) => path));
      present = new Set([...listNodes(FS).keys()].filter((path) => !given.has(path)));
      touched = false;
      return until(() => execute(request));
    },
    type(typed, resumption) {
      resume(resumption);
      return until(() => push(typed));
    },
    makeImage() {
      if (callWithText(module, addresses.gather, commonModules.join(' ')) === null) fail(module, 'the common modules cannot be imported');
      image = { memory: copyOf(module.HEAPU8), addresses };
      return image;
    },
    restore() {
      if (!usable || !image || module.HEAPU8.length > largestRestored) return false;
      module.HEAPU8.set(image.memory);
      module.HEAPU8.fill(0, image.memory.length);
      module.HEAP8[module._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1;
      module.stackRestore(frame);
      memoryLimit = options.memoryLimit;
      limitReached = false;
      umask.bits = 0;
      sleep = { begins: false, ms: 0 };
      for (const stream of FS.streams) if (stream) FS.close(stream);
      FS.chdir('/');
      restoreTree(FS, system);
      openStandardStreams(FS);
      return true;
    },
  };
}

/** Calls `take` at most every 50 ms, and so seldom that it costs a twentieth of the time. */
function checkpoints(clock: ProcessClock, take: () => void): () => void {
  let next = clock.realNow() + 50;
  return () => {
    const begun = clock.realNow();
    if (begun < next) return;
    take();
    const ended = clock.realNow();
    next = ended + Math.max(50, 20 * (ended - begun));
  };
}

type Outcome = Pick<PythonExit, 'exitCode' | 'reason'>;

function imported(env: Imported, name: string): (...args: number[]) => number {
  const found = env[name];
  if (!found) throw new Error(`Python: this build has no import ${name}`);
  return found;
}

/** Notes how long a time.sleep is about to last; CPython announces each to its audit hooks. */
function sleepListener(module: CPythonModule, sleeps: (ms: number) => void): (...args: number[]) => number {
  const isSleep = new Map<number, boolean>();
  return (event = 0, args = 0) => {
    let matches = isSleep.get(event);
    if (matches === undefined) {
      matches = module.UTF8ToString(event) === 'time.sleep';
      isSleep.set(event, matches);
    }
    if (!matches) return 0;
    const seconds = module._PyFloat_AsDouble(module._PyTuple_GetItem(args, 0));
    if (seconds >= 0) sleeps(seconds * 1000);
    else module._PyErr_Clear();
    return 0;
  };
}

/** A copy that other workers can share where that is allowed. */
function copyOf(bytes: Uint8Array): SharedBytes {
  if (typeof SharedArrayBuffer === 'undefined') return bytes.slice() as Uint8Array<ArrayBuffer>;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function crashReport(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/call stack|too much recursion/i.test(message)) {
    return 'Fatal Python error: stack overflow: calls or data are nested too deeply for this interpreter, and it stopped.\n';
  }
  return `Fatal Python error: the interpreter stopped: ${message}\n`;
}

/** The flags by which Pyodide's script tells where it runs. */
function runtimeEnvironment(host: 'browser' | 'node'): Record<string, boolean> {
  const node = host === 'node';
  return {
    IN_NODE: node,
    IN_NODE_ESM: node,
    IN_NODE_COMMONJS: false,
    IN_BROWSER: !node,
    IN_BROWSER_MAIN_THREAD: false,
    IN_BROWSER_WEB_WORKER: !node,
    IN_BUN: false,
    IN_DENO: false,
    IN_SAFARI: false,
    IN_SHELL: false,
    IN_WORKERD: false,
  };
}
