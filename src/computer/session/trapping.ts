/** Runs what `trap` asks for, from the lists of statements that a session hands to just-bash; just-bash itself knows no traps. */
import {
  groupOf,
  literalText,
  pipelineOf,
  redirection,
  simpleCommand,
  statementOf,
  word,
  type CommandNode,
  type Pipeline,
  type SimpleCommand,
  type Statement,
} from './bash-ast.ts';
import type { Exchange } from './choreography.ts';
import { BREATH } from './devices.ts';
import { WATCHED, type Run } from './run.ts';
import { parseShell, shellText } from './syntax.ts';
import { signalNumber, type Frame } from './traps.ts';

/** Internal commands of a session: the first notes how things are, the second makes `$?` and PIPESTATUS what they were. */
export const LOOK_COMMAND = '__look';
export const STATUS_COMMAND = '__status';

/** How things were when the last `__look` was run. */
export interface Look {
  readonly status: number;
  readonly pipeStatus: readonly number[];
  readonly errexit: boolean;
  readonly xtrace: boolean;
}

export interface Trapping {
  /** Runs `list` as the statements of a shell process of its own, and what it asked to be run at its end. */
  process(frame: Frame, sink: number, list: () => Iterable<Statement>): Generator<Statement>;
  /** What is run at the end of the shell that runs now. */
  atEnd(): Generator<Statement>;
  /** `exit`, after what is to be run before. */
  leave(command: SimpleCommand): Generator<Statement>;
  /** `statement` followed by what is to be done when it fails. */
  watched(statement: Statement, original: Statement): Statement;
  /** A whole line of a script, which an error such as an unset variable may have ended before its statements could tell. */
  discarding(line: Statement): Statement;
  /** What is to be done for the signals that have come. */
  answers(): Generator<Statement>;
}

/** What a trapping needs of the choreography that it is part of. */
export interface Dressing {
  /** The statements of a handler, to be run where the shell's streams are now. */
  prepare(statements: Statement[]): Iterable<Statement>;
  lazyList(walk: () => Generator<Statement>): Statement[];
  lazyElements<T, U>(elements: readonly T[], take: (element: T) => U): U[];
}

const QUIET = redirection('>>', '/dev/null', 2);
const LOOK = keeping(simpleCommand(LOOK_COMMAND, ['"${PIPESTATUS[@]}"'].flatMap(argumentsOf), [QUIET]));

export function trapping(run: Run, exchange: Exchange, dressing: Dressing): Trapping {
  function* handle(name: string, text: string, status: number, line: number | undefined): Generator<Statement, boolean> {
    if (text === '') return true;
    const parsed = parseShell(text);
    if (parsed.kind !== 'complete') {
      exchange.notice(
        `bash: ${name === 'EXIT' ? 'exit trap' : name === 'ERR' ? 'error trap' : 'trap handler'}: line ${parsed.line}: ${parsed.message}\n`,
      );
      return false;
    }
    if (line !== undefined) parsed.statements.forEach((statement) => placeAt(statement, line));
    yield keeping(statusCommand(status));
    yield* dressing.prepare(parsed.statements);
    return true;
  }

  function* atEnd(): Generator<Statement> {
    if (run.frame.handler('EXIT') === undefined) return;
    // Ctrl+C ended the shell: what it wanted to do at its end is done in the time that is left.
    const { interrupted } = run;
    run.interrupted = false;
    yield LOOK;
    const { status } = exchange.look;
    const done = yield* handle('EXIT', run.frame.takeExit(), status, undefined);
    run.interrupted ||= interrupted;
    yield statementOf(statusCommand(done ? status : 2));
  }

  function* process(frame: Frame, sink: number, list: () => Iterable<Statement>): Generator<Statement> {
    const { frame: outer, listFrame, sink: entered, lastBackground } = run;
    run.frame = run.listFrame = frame;
    try {
      yield* list();
      run.frame = run.listFrame = frame;
      run.sink = sink;
      yield* atEnd();
    } finally {
      run.sink = entered;
      run.frame = outer;
      run.listFrame = listFrame;
      run.lastBackground = lastBackground;
    }
  }

  function* leave(command: SimpleCommand): Generator<Statement> {
    const { frame } = run;
    if (frame.handler('EXIT') === undefined) {
      yield statementOf(command);
      return;
    }
    yield keeping({ ...command, name: word(LOOK_COMMAND), args: [word('exit'), ...command.args], redirections: [QUIET] });
    const { status, pipeStatus } = exchange.look;
    const code = pipeStatus.length === 0 ? status : Number.isInteger(pipeStatus[0]) ? pipeStatus[0]! & 255 : 2;
    yield* handle('EXIT', frame.takeExit(), code, undefined);
    yield statementOf(Number.isNaN(pipeStatus[0]) ? command : simpleCommand('exit', [word(String(code))]));
  }

  function watched(statement: Statement, original: Statement): Statement {
    const last = original.pipelines.at(-1)!;
    const counts = !last.negated && (last.commands.length > 1 || isSimple(last.commands[0]!));
    const otherwise: Pipeline = {
      ...pipelineOf(groupOf([])),
      get commands() {
        const frame = (run.frame = run.listFrame);
        const fails = counts && frame.reachedLast && frame.conditions === 0;
        return [groupOf(dressing.lazyList(() => failure(frame, fails, last.commands.at(-1)!)))];
      },
    };
    const pipelines = dressing.lazyElements([...statement.pipelines.keys()], (i) => {
      const pipeline = statement.pipelines[i]!;
      return i < statement.pipelines.length - 1 ? pipeline : noticed(pipeline);
    });
    Object.defineProperty(pipelines, statement.pipelines.length, { value: otherwise, enumerable: true });
    return { ...statement, pipelines, operators: [...statement.operators, '||'] };
  }

  /** just-bash looks a pipeline up that it then passes over; it takes the commands of one that it runs. */
  function noticed(pipeline: Pipeline): Pipeline {
    return {
      ...pipeline,
      get commands() {
        run.listFrame.reachedLast = true;
        return pipeline.commands;
      },
    };
  }

  function* failure(frame: Frame, fails: boolean, command: CommandNode): Generator<Statement> {
    yield LOOK;
    const { status, pipeStatus, errexit } = exchange.look;
    if (fails && status !== 0) {
      const line = lineOf(command);
      const handler = frame.errorHandler();
      if (handler.includes('BASH_COMMAND'))
        yield* dressing.prepare([assignment('BASH_COMMAND', shellText(statementOf(asWritten(command))))]);
      yield* frame.whileHandlingError(handle('ERR', handler, status, line));
      if (errexit) {
        yield* handle('EXIT', frame.takeExit(), status, line);
        yield statementOf(simpleCommand('exit', [word(String(status))]));
      }
    }
    yield keeping(statusCommand(status, pipeStatus));
  }

  function* answers(): Generator<Statement> {
    const { frame } = run;
    while (frame.pending.length > 0) {
      const name = frame.pending.shift()!;
      yield LOOK;
      const { status, pipeStatus } = exchange.look;
      const handler = frame.handler(name);
      if (handler !== undefined) yield* handle(name, handler, status, undefined);
      else {
        const code = 128 + (signalNumber(name) ?? 0);
        yield* handle('EXIT', frame.takeExit(), code, undefined);
        yield statementOf(simpleCommand('exit', [word(String(code))]));
      }
      yield keeping(statusCommand(status, pipeStatus));
    }
  }

  function discarding(line: Statement): Statement {
    const otherwise = pipelineOf(groupOf(dressing.lazyList(() => afterLine())));
    return { ...line, pipelines: [...line.pipelines, otherwise], operators: ['||'] };
  }

  function* afterLine(): Generator<Statement> {
    yield LOOK;
    const { status, pipeStatus, errexit } = exchange.look;
    if (run.discarded === 'shell' || (run.discarded === 'line' && errexit)) {
      yield* handle('EXIT', run.frame.takeExit(), status, undefined);
      yield statementOf(simpleCommand('exit', [word(String(status))]));
    }
    yield keeping(statusCommand(status, pipeStatus));
  }

  return { process, atEnd, leave, watched, discarding, answers };
}

/** A command whose exit code `set -e` does not take for a failure. */
function keeping(command: CommandNode): Statement {
  return { ...statementOf(command), pipelines: [pipelineOf(command), pipelineOf(simpleCommand(':'))], operators: ['&&'] };
}

/** Within a watched statement, one that must not end the shell by itself. */
export function settled(command: CommandNode, sink: number): Statement {
  return (sink & WATCHED) === 0 ? statementOf(command) : keeping(command);
}

function statusCommand(status: number, pipeStatus: readonly number[] = [status]): SimpleCommand {
  return simpleCommand(
    STATUS_COMMAND,
    [status, ...pipeStatus].map((each) => word(String(each))),
    [QUIET],
  );
}

/** The words of a command line. */
export function argumentsOf(text: string): SimpleCommand['args'] {
  const parsed = parseShell(`: ${text}`);
  const command = parsed.kind === 'complete' ? parsed.statements[0]?.pipelines[0]?.commands[0] : undefined;
  return command?.type === 'SimpleCommand' ? command.args : [];
}

/** Without the redirection that lets the thread rest. */
function asWritten(command: CommandNode): CommandNode {
  if (!('redirections' in command)) return command;
  const { redirections } = command;
  const written = redirections.filter(({ target }) => target.type !== 'Word' || literalText(target) !== BREATH);
  return { ...command, redirections: written } as CommandNode;
}

function assignment(name: string, value: string): Statement {
  const parsed = parseShell(`${name}='${value.replaceAll("'", "'\\''")}'`);
  if (parsed.kind !== 'complete') throw new Error(`${name}: ${parsed.message}`);
  return parsed.statements[0]!;
}

/** Commands, in contrast to what is made of statements that were looked at already. */
function isSimple(command: CommandNode): boolean {
  return command.type !== 'FunctionDef' && ['SimpleCommand', 'Subshell', 'ArithmeticCommand', 'ConditionalCommand'].includes(command.type);
}

/** The line that a node begins on; undefined where the parser did not say. */
export function lineOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('line' in node && typeof node.line === 'number') return node.line;
  for (const value of Array.isArray(node) ? node.slice() : Object.values(node)) {
    const line = lineOf(value);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** `$LINENO` in a handler is the line of the command that failed. */
function placeAt(node: unknown, line: number): void {
  if (typeof node !== 'object' || node === null) return;
  if ('line' in node && typeof node.line === 'number') (node as { line: number }).line = line;
  for (const value of Object.values(node)) placeAt(value, line);
}

/** True where a pipeline's stage sets a trap, which is its own then: the stage is made a subshell. */
export function setsTrap(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ('type' in node && node.type === 'SimpleCommand' && literalText((node as SimpleCommand).name) === 'trap') return true;
  return (Array.isArray(node) ? node.slice() : Object.values(node)).some(setsTrap);
}

/** Whether `set` is given `-E`, which just-bash knows no meaning of; null when it is not. */
export function errtraceOf({ name, args }: SimpleCommand): boolean | null {
  if (literalText(name) !== 'set') return null;
  let found: boolean | null = null;
  args.forEach((arg, i) => {
    const text = literalText(arg) ?? '';
    if (/^[-+][a-zA-Z]*E/.test(text) || (/^[-+][a-zA-Z]*o$/.test(text) && literalText(args[i + 1] ?? null) === 'errtrace'))
      found = text.startsWith('-');
  });
  return found;
}
