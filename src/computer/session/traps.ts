/** What a shell does when it ends, when a command fails, and when a signal comes: the table that `trap` keeps, one for each shell process. */
import type { CustomCommand, ExecResult } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { failed, printed } from '../commands/result.ts';
import type { Run } from './run.ts';

/** Linux's numbers; 0 is the end of the shell. */
const SIGNALS: readonly string[] = (
  'EXIT HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM ' +
  'PROF WINCH IO PWR SYS'
).split(' ');
/** Not signals, but `trap` takes them; they are listed last. */
const CONDITIONS: readonly string[] = ['DEBUG', 'ERR', 'RETURN'];
const NOT_CAUGHT: Readonly<Record<string, string>> = {
  DEBUG: 'this shell does not stop before each command: use set -x',
  RETURN: 'this shell does not tell when a function returns',
};
const USAGE = 'trap: usage: trap [-lp] [[arg] signal_spec ...]\n';

/** One shell process as far as traps see it: the session's own, a subshell, a command substitution, a `bash file`. */
export class Frame {
  readonly parent: Frame | null;
  /** What is run at `EXIT`, at `ERR`, at a signal; empty text ignores it. */
  readonly #isProgram: boolean;
  readonly #handlers = new Map<string, string>();
  /** How many functions deep the ERR trap was set. */
  #errorDepth = 0;
  /** A subshell lists what its parent would do until it sets a trap of its own. */
  #listed: ReadonlyMap<string, string> | null;
  /** `set -E`: functions inherit the ERR trap. */
  errtrace: boolean;
  /** How many functions are being run. */
  functions = 0;
  /** How many conditions (`if`, `while`, what `&&` looks at) are being looked at: a failure in them is none. */
  conditions: number;
  /** Signals that have come and wait for the command that runs to end. */
  readonly pending: string[] = [];
  /** A signal has ended it. */
  ended = false;
  /** The last pipeline of the statement that is watched now was begun. */
  reachedLast = false;
  #inErrorHandler = false;

  private constructor(parent: Frame | null, listed: ReadonlyMap<string, string> | null, conditions: number, errtrace: boolean) {
    this.parent = parent;
    this.#isProgram = listed === null;
    this.#listed = listed;
    this.conditions = conditions;
    this.errtrace = errtrace;
  }

  static first(): Frame {
    return new Frame(null, null, 0, false);
  }

  /** A subshell: it ignores what its parent ignores, and catches nothing else. */
  subshell(): Frame {
    const frame = new Frame(this, this.#listed ?? this.#handlers, this.conditions, this.errtrace);
    return this.#handing(frame);
  }

  /** A shell that is started as a program. */
  started(): Frame {
    return this.#handing(new Frame(this, null, 0, false));
  }

  /** The process that `$$` names: a subshell's is that of the shell it belongs to. */
  get program(): Frame {
    return this.#isProgram || this.parent === null ? this : this.parent.program;
  }

  #handing(frame: Frame): Frame {
    for (const [name, text] of this.#handlers) if (text === '' && name !== 'EXIT' && name !== 'ERR') frame.#handlers.set(name, text);
    return frame;
  }

  /** True when a failure or an end may have to be acted on. */
  get watches(): boolean {
    return this.catches('EXIT') || (this.#handlers.get('ERR') ?? '') !== '';
  }

  catches(name: string): boolean {
    return this.#handlers.has(name);
  }

  handler(name: string): string | undefined {
    return this.#handlers.get(name);
  }

  set(name: string, text: string | null): void {
    this.#listed = null;
    if (name === 'ERR') this.#errorDepth = this.functions;
    if (text === null) this.#handlers.delete(name);
    else this.#handlers.set(name, text);
  }

  /** The EXIT handler, which is run once. */
  takeExit(): string {
    const text = this.#handlers.get('EXIT') ?? '';
    this.#handlers.delete('EXIT');
    return text;
  }

  /** The ERR handler, where it holds; functions have it with `set -E` only, and it is not run for its own failures. */
  errorHandler(): string {
    if (this.#inErrorHandler || (!this.errtrace && this.functions > this.#errorDepth)) return '';
    return this.#handlers.get('ERR') ?? '';
  }

  *whileHandlingError<T>(work: Iterable<T>): Generator<T> {
    this.#inErrorHandler = true;
    try {
      yield* work;
    } finally {
      this.#inErrorHandler = false;
    }
  }

  /** Name and text, in the order that bash lists them in. */
  listed(): readonly (readonly [string, string])[] {
    const handlers = this.#listed ?? this.#handlers;
    return [...SIGNALS, ...CONDITIONS].flatMap((name) => (handlers.has(name) ? [[name, handlers.get(name)!] as const] : []));
  }
}

/** Number of a signal by name or number, `SIG` or not; null for what is none. */
export function signalNumber(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text) < SIGNALS.length ? Number(text) : null;
  const at = SIGNALS.indexOf(text.toUpperCase().replace(/^SIG/, ''));
  return at < 0 ? null : at;
}

export function signalName(number: number): string {
  return SIGNALS[number] ?? String(number);
}

/** `EXIT`, `INT`, `ERR`; null for what nothing can be caught by. */
function conditionName(text: string): string | null {
  const number = signalNumber(text);
  if (number !== null) return SIGNALS[number]!;
  return CONDITIONS.find((name) => name === text.toUpperCase()) ?? null;
}

export function trapCommand(run: Run): CustomCommand {
  return defineCommand('trap', async (args) => trap(run.frame, args));
}

function trap(frame: Frame, args: readonly string[]): ExecResult {
  const [option, ...names] = args;
  if (option === '-l') return printed(signalTable());
  if (option === undefined || option === '-p') return list(frame, names);
  if (/^-[^-]/.test(option)) return failed(`bash: trap: ${option.slice(0, 2)}: invalid option\n${USAGE}`, 2);
  const words = option === '--' ? names : args;
  if (words.length === 0) return list(frame, []);
  const resets = words[0] === '-' || words.length === 1 || /^\d+$/.test(words[0]!);
  if (words.length === 1 && (words[0] === '-' || conditionName(words[0]!) === null)) return failed(USAGE, 2);
  const text = resets ? null : words[0]!;
  const problems: string[] = [];
  for (const word of words.length > 1 && (!resets || words[0] === '-') ? words.slice(1) : words) {
    const name = conditionName(word);
    if (name === null) problems.push(`bash: trap: ${word}: invalid signal specification\n`);
    else if (text !== null && text !== '' && Object.hasOwn(NOT_CAUGHT, name)) problems.push(`bash: trap: ${name}: ${NOT_CAUGHT[name]}\n`);
    else frame.set(name, text);
  }
  return failed(problems.join(''), problems.length > 0 ? 1 : 0);
}

function list(frame: Frame, words: readonly string[]): ExecResult {
  const names = words.map((word) => [word, conditionName(word)] as const);
  const unknown = names.filter(([, name]) => name === null).map(([word]) => `bash: trap: ${word}: invalid signal specification\n`);
  const shown = frame.listed().filter(([name]) => names.length === 0 || names.some(([, wanted]) => wanted === name));
  const lines = shown.map(([name, text]) => {
    const signal = name === 'EXIT' || CONDITIONS.includes(name) ? name : `SIG${name}`;
    return `trap -- '${text.replaceAll("'", "'\\''")}' ${signal}\n`;
  });
  return { ...printed(lines.join(''), unknown.length > 0 ? 1 : 0), stderr: unknown.join('') };
}

function signalTable(): string {
  const cells = SIGNALS.slice(1).map((name, i) => `${String(i + 1).padStart(2)}) SIG${name}`);
  return cells.map((cell, i) => `${cell}${i % 5 === 4 || i === cells.length - 1 ? '\n' : '\t'}`).join('');
}

const KILL_USAGE = 'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n';
/** What these do where nobody catches them: nothing. */
const IGNORED: ReadonlySet<string> = new Set(['CHLD', 'CONT', 'URG', 'WINCH']);
/** A shell with a person in front of it takes no notice of these. */
const IGNORED_BY_PROMPT: ReadonlySet<string> = new Set(['INT', 'QUIT', 'TERM', 'TSTP', 'TTIN', 'TTOU']);

/** Processes beside the shell that a signal can be sent to. */
export interface Processes {
  /** Whether there is one with this id, or with this `%name` among the shell's jobs; it gets the signal when there is. */
  signal(id: string, name: string, owner: Frame): boolean;
  /** Leaves those that were sent one the time to end. */
  settled(rest: () => Promise<void>): Promise<void>;
}

/** `kill`, for the shell itself and for what it has left running; `shellPid` is its own id. */
export function killCommand(run: Run, interactive: boolean, shellPid: number, processes: Processes): CustomCommand {
  return defineCommand('kill', async (args) => {
    if (args[0] === '-l' || args[0] === '-L') return args.length === 1 ? printed(signalTable()) : signalsNamed(args.slice(1));
    const { signal, pids } = killArguments(args);
    if (signal === undefined || pids.length === 0) return failed(KILL_USAGE, 2);
    const number = signalNumber(signal);
    if (number === null) return failed(`bash: kill: ${signal}: invalid signal specification\n`);
    const problems = pids.flatMap((pid) => {
      if (Number(pid) === shellPid || !(pid.startsWith('%') || /^\d+$/.test(pid)))
        return send(run, number, pid, shellPid, interactive) ?? [];
      return processes.signal(pid, signalName(number), run.frame) ? [] : (send(run, number, pid, shellPid, interactive) ?? []);
    });
    await processes.settled(() => run.breathe());
    return failed(problems.join(''), problems.length === pids.length ? 1 : 0);
  });
}

function killArguments(args: readonly string[]): { readonly signal: string | undefined; readonly pids: readonly string[] } {
  const [first = '', second] = args;
  if (first === '-s' || first === '-n') return { signal: second, pids: args.slice(2) };
  if (first === '--') return { signal: 'TERM', pids: args.slice(1) };
  return /^-./.test(first) ? { signal: first.slice(1), pids: args.slice(1) } : { signal: 'TERM', pids: args };
}

/** What is wrong with it; null when the signal has been sent. */
function send(run: Run, number: number, pid: string, shellPid: number, interactive: boolean): string | null {
  if (pid.startsWith('%')) return `bash: kill: ${pid}: no such job\n`;
  if (!/^-?\d+$/.test(pid)) return `bash: kill: ${pid}: arguments must be process or job IDs\n`;
  if (Number(pid) !== shellPid) return `bash: kill: (${pid}) - No such process\n`;
  const name = signalName(number);
  const { frame } = run;
  const shell = frame.program;
  const isCaught = shell.catches(name) && name !== 'KILL' && name !== 'STOP';
  const isLost = IGNORED.has(name) || (interactive && shell.parent === null && IGNORED_BY_PROMPT.has(name));
  if (number !== 0 && (isCaught ? shell.handler(name) !== '' : !isLost)) shell.pending.push(name);
  return null;
}

function signalsNamed(words: readonly string[]): ExecResult {
  const lines = words.map((word) => {
    // An exit code of 128 and more tells by which signal a process was ended.
    const number = signalNumber(/^\d+$/.test(word) && Number(word) > 128 ? String(Number(word) - 128) : word);
    if (number === null) return null;
    return /^\d+$/.test(word) ? signalName(number) : String(number);
  });
  const problems = words.filter((_, i) => lines[i] === null).map((word) => `bash: kill: ${word}: invalid signal specification\n`);
  return {
    ...printed(lines.flatMap((line) => (line === null ? [] : [`${line}\n`])).join(''), problems.length > 0 ? 1 : 0),
    stderr: problems.join(''),
  };
}
