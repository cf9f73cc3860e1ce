/**
 * Decides, while a script runs, which of its commands write to the terminal as they go, where a loop takes a breath, and how Ctrl+C unwinds.
 *
 * just-bash collects output and hands it over when everything has ended, and it never lets the thread go inside a loop. But it walks lists of
 * statements with `for … of`, so the lists of a tree may be lazy: each statement is dressed at the moment it is about to run. A command
 * whose stdout or stderr is the terminal gets a redirection to a device that prints at once, a statement that follows 30 ms without a break
 * gets one to a device that takes it, and after Ctrl+C the lists end early and loops are left by `break`.
 */
import {
  groupOf,
  literalText,
  pipelineOf,
  redirection,
  simpleCommand,
  statementOf,
  word,
  type CommandNode,
  type Compound,
  type FunctionDefinition,
  type Pipeline,
  type Redirection,
  type Script,
  type SimpleCommand,
  type Statement,
  type Word,
} from './bash-ast.ts';
import { isEndless } from '../files/endless.ts';
import type { Departure } from './background.ts';
import { BREATH, SHELL_ERRORS, SUBSHELL_ERRORS, TERMINAL, TERMINAL_ERRORS, TERMINAL_TO_END } from './devices.ts';
import { ERR, IN, OUT, PART, WATCHED, type Run } from './run.ts';
import { parseShell, shellText } from './syntax.ts';
import { LOOK_COMMAND, argumentsOf, errtraceOf, lineOf, settled, setsTrap, trapping, type Look } from './trapping.ts';

/** Internal commands of a session, which its dressed trees call. */
export const WORDS_COMMAND = '__words';
export const LOAD_COMMAND = '__load';
export const RUN_FILE_COMMAND = '__run_file';
export const PROMPT_COMMAND = '__prompt';
export const COMPLAIN_COMMAND = '__complain';
export const DEPART_COMMAND = '__depart';
export const ARRIVE_COMMAND = '__arrive';
export const WAIT_COMMAND = '__wait';

/** What the internal commands hand to the trees that call them. */
export interface Exchange {
  /** Arguments of the last `__words`. */
  words: readonly string[];
  /** What the last `__load` read; null when it printed why it could not. */
  loaded: { readonly path: string; readonly text: string } | null;
  /** What the next `__complain` prints. */
  complaint: string;
  look: Look;
  /** What the next `__depart` leaves running. */
  departure: Departure | null;
  /** Tells the person something at once. */
  notice(text: string): void;
}

export interface Choreography {
  /** Makes the lists of a freshly parsed tree lazy. */
  prepare(script: Script): Script;
  /** `statement` in a group that prints whatever its commands left unprinted, to be run where stdin, stdout and stderr are the session's. */
  topLevel(statement: Statement, sink: number): Statement;
  /** What `trap` asked to be run at the end of the session's shell, to be run where `topLevel` runs. */
  ending(sink: number): Iterable<Statement>;
  /** `statements` as those of a shell that was started as a program. */
  program(statements: readonly Statement[]): Generator<Statement>;
}

const QUIET = redirection('>>', '/dev/null', 2);
const LEAVE_LOOPS = statementOf(simpleCommand('break', [word('1000')], [QUIET]));
const ENDED_BY_INTERRUPT = statementOf(simpleCommand('exit', [word('130')], [QUIET]));
/** `exit $?` */
const LEAVE_WITH_STATUS = simpleCommand(
  'exit',
  [{ type: 'Word', parts: [{ type: 'ParameterExpansion', parameter: '?', operation: null }] }],
  [QUIET],
);
/** `(exit $?)` */
const EXIT_WITH_STATUS: Compound = { type: 'Subshell', body: [statementOf(LEAVE_WITH_STATUS)], redirections: [] };
/** `(exit $?) && :`, which `set -e` does not take for a failure. */
const KEEP_STATUS: Statement = {
  ...statementOf(EXIT_WITH_STATUS),
  pipelines: [pipelineOf(EXIT_WITH_STATUS), pipelineOf(simpleCommand(':'))],
  operators: ['&&'],
};
const NO_FAILURE = statementOf(simpleCommand(':'));
const TO_TERMINAL = redirection('>>', TERMINAL, 1);
const ERRORS_TO_TERMINAL = redirection('>>', TERMINAL_ERRORS, 2);
const SHELL_ERRORS_TO_TERMINAL = redirection('>>', SHELL_ERRORS, 2);
const SUBSHELL_ERRORS_TO_TERMINAL = redirection('>>', SUBSHELL_ERRORS, 2);
/** All that a shell knows, as text that another can read, and its arguments. */
const SHELL_STATE = argumentsOf('"$(declare -p)" "$@"');
const ARRIVED = statementOf(simpleCommand(ARRIVE_COMMAND, [], [QUIET]));
const TAKE_BREATH = redirection('>>', BREATH, 250);

/** These read stdin when no file is named. */
const READERS: ReadonlySet<string> = new Set([
  ...['cat', 'cut', 'head', 'nl', 'rev', 'sort', 'tac', 'tail', 'uniq', 'wc'],
  ...['tee', 'tr', 'xargs', 'mapfile', 'readarray'],
]);
/** These read stdin when nothing is named but what they look for or do. */
const FILTERS: ReadonlySet<string> = new Set(['awk', 'grep', 'jq', 'sed']);
/** These take the beginning of what they are given. */
const TAKE_PART: ReadonlySet<string> = new Set(['head', 'read']);
/** These print nothing before they have read everything, so that nothing behind them makes their input shorter. */
const READ_ALL: ReadonlySet<string> = new Set(['md5sum', 'sha1sum', 'sha256sum', 'shuf', 'sort', 'tac', 'tail', 'wc']);
const ALWAYS_READ: ReadonlySet<string> = new Set(['tee', 'tr', 'xargs', 'mapfile', 'readarray']);

interface Dressed {
  readonly command: CommandNode;
  /** Which streams are the terminal inside it. */
  readonly inner: number;
  /** Files that it redirects to, as they were written. */
  readonly targets?: readonly string[];
  /** What it computes, as it was written. */
  readonly arithmetic: readonly string[];
}

export function choreograph(run: Run, exchange: Exchange): Choreography {
  const dressed = new WeakMap<Statement, Map<number, Statement>>();
  const prepared = new WeakSet<object>();
  const conditions = new WeakSet<object>();
  const bodies = new WeakSet<object>();
  const subshells = new WeakSet<object>();
  /** `for name in words`, by the list that it repeats. */
  const heads = new WeakMap<object, string>();
  /** Copies of what another shell may have to run, from before it was made this one's. */
  const originals = new WeakMap<object, Statement | FunctionDefinition>();
  const traps = trapping(run, exchange, {
    prepare: (statements) => prepare({ type: 'Script', statements }).statements,
    lazyList,
    lazyElements,
  });

  function prepare(script: Script): Script {
    visit(script, false);
    return script;
  }

  /** `isAssigned`: within the value of an assignment, whose exit code is that of its command substitution. */
  function visit(node: unknown, isAssigned: boolean): void {
    if (typeof node !== 'object' || node === null || prepared.has(node)) return;
    prepared.add(node);
    noteOriginal(node);
    if (Array.isArray(node)) {
      for (const element of node.slice()) visit(element, isAssigned);
      if (isStatements(node)) makeLazy(node, walkOf(node));
    } else if (isSubstitution(node)) {
      visitSubstitution(node, isAssigned);
    } else if (isAssignment(node)) {
      visit(node.assignments, true);
      visit(node.redirections, false);
      returnZero(node);
    } else {
      noteLists(node);
      nameParameter(node);
      nameBackground(node);
      for (const value of Object.values(node)) visit(value, isAssigned);
    }
  }

  function noteOriginal(node: object): void {
    if (!('type' in node)) return;
    const isKept = node.type === 'FunctionDef' || (node.type === 'Statement' && (node as Statement).background);
    if (isKept) originals.set(node, structuredClone(node) as Statement | FunctionDefinition);
  }

  /** `$!` becomes a text that is looked up when it is needed. */
  function nameBackground(node: object): void {
    if (!('type' in node) || node.type !== 'ParameterExpansion') return;
    const { parameter, operation } = node as Extract<Word['parts'][number], { type: 'ParameterExpansion' }>;
    if (parameter !== '!' || operation !== null) return;
    Object.assign(node, { type: 'Literal' });
    Object.defineProperty(node, 'value', { get: () => String(run.lastBackground ?? ''), enumerable: true });
  }

  /** Which of a node's lists are looked at as conditions, are a function's, or are a process of their own. */
  function noteLists(node: object): void {
    if ('condition' in node && Array.isArray(node.condition)) conditions.add(node.condition);
    if (!('type' in node)) return;
    const { type, body } = node as { type: string; body?: unknown };
    if (type === 'FunctionDef' && (body as Compound).type === 'Group') bodies.add((body as { body: object }).body);
    if (type === 'Subshell') subshells.add(body as object);
    if (type === 'For') heads.set(body as object, headOf(node as For));
  }

  function walkOf(list: readonly Statement[]): (list: readonly Statement[]) => Generator<Statement> {
    if (conditions.has(list)) return (statements) => counting('conditions', () => perform(statements, false));
    if (bodies.has(list)) return (statements) => counting('functions', () => perform(statements, false));
    if (subshells.has(list)) return (statements) => traps.process(run.frame.subshell(), run.sink, () => perform(statements, false));
    const head = heads.get(list);
    if (head !== undefined) return (statements) => repeated(head, statements);
    return (statements) => perform(statements, false);
  }

  /** One turn of a `for`: after `set -x` bash tells of each, and just-bash of none. */
  function* repeated(head: string, statements: readonly Statement[]): Generator<Statement> {
    const { sink } = run;
    if (run.mayTrace && (sink & ERR) !== 0) {
      yield keepingStatus(simpleCommand(LOOK_COMMAND, [], [QUIET]));
      if (exchange.look.xtrace) exchange.notice(`+ ${head}\n`);
      run.sink = sink;
    }
    yield* perform(statements, false);
  }

  /** Runs a list while one more condition or function is under way. */
  function* counting(what: 'conditions' | 'functions', list: () => Iterable<Statement>): Generator<Statement> {
    const { frame } = run;
    frame[what]++;
    try {
      yield* list();
    } finally {
      frame[what]--;
    }
  }

  function visitSubstitution({ type, body }: Substitution, isAssigned: boolean): void {
    prepared.add(body);
    const { statements } = body;
    for (const statement of statements) visit(statement, false);
    prepared.add(statements);
    const end = isAssigned ? KEEP_STATUS : NO_FAILURE;
    const walk =
      type === 'ProcessSubstitution' || setsOptions(statements)
        ? () => perform(statements, true)
        : () => perform(withoutErrexit(statements, end), true);
    makeLazy(statements, () => traps.process(run.frame.subshell(), run.sink & ~(OUT | PART), walk));
  }

  /**
   * A command substitution does not inherit `set -e`: its statements become a condition, where just-bash knows that it does not hold. A
   * failure in it must not hide that of the command it stands in either, which is what a last statement of `a || b` does in just-bash.
   */
  function withoutErrexit(statements: readonly Statement[], end: Statement): readonly Statement[] {
    const body = statements.slice();
    const condition = lazyList(() => counting('conditions', () => perform(body, true)));
    return [statementOf({ type: 'If', clauses: [{ condition, body: [] }], elseBody: [KEEP_STATUS], redirections: [] }), end];
  }

  /** Runs a list: each statement dressed for the streams that the list was entered with. */
  function* perform(list: readonly Statement[], captures: boolean): Generator<Statement> {
    const entered = run.sink;
    const own = captures ? entered & ~(OUT | PART) : entered;
    const { frame, listFrame } = run;
    const { reachedLast } = frame;
    const enter = (): number => {
      run.frame = run.listFrame = frame;
      frame.reachedLast = false;
      return (run.sink = (own & run.mask) | (frame.watches ? WATCHED : 0));
    };
    try {
      for (let i = 0; i < list.length; i++) {
        if (frame.pending.length > 0) {
          enter();
          yield* traps.answers();
        }
        if (frame.ended) {
          yield ENDED_BY_INTERRUPT;
          return;
        }
        if (run.interrupted) {
          yield LEAVE_LOOPS;
          return;
        }
        const sink = enter();
        const statement = list[i]!;
        if (statement.background) yield* inBackground(statement, sink);
        else yield run.needsBreath() ? breathing(statement, sink) : dress(statement, sink);
      }
    } finally {
      run.sink = entered;
      run.frame = frame;
      run.listFrame = listFrame;
      frame.reachedLast = reachedLast;
    }
  }

  /** `&`. What is collected by a pipe or a substitution waits for it to end anyway, so there it is run at once. */
  function* inBackground(statement: Statement, sink: number): Generator<Statement> {
    const original = originals.get(statement) as Statement | undefined;
    if (original === undefined) return;
    const alone: Statement = { ...original, background: false };
    const owner = run.frame;
    const departure = { statement: alone, text: writtenAs(alone), line: lineOf(original) ?? 1, sink: sink & (OUT | ERR), owner };
    const leave = () => (exchange.departure = { ...departure, functions: [...run.functions.values()].flatMap(functionOf) });
    if ((sink & OUT) === 0 && !writesElsewhere(alone)) {
      const arrived = lazyList(function* () {
        leave();
        yield ARRIVED;
      });
      const condition = [dress(inSubshell(statement), sink)];
      yield statementOf({ type: 'If', clauses: [{ condition, body: arrived }], elseBody: arrived, redirections: [] });
      return;
    }
    leave();
    yield statementOf(simpleCommand(DEPART_COMMAND, SHELL_STATE, [QUIET]));
  }

  function functionOf(definition: FunctionDefinition): Statement[] {
    const original = originals.get(definition) as FunctionDefinition | undefined;
    return original === undefined ? [] : [statementOf(structuredClone(original))];
  }

  function inSubshell(statement: Statement): Statement {
    let subshell = inSubshells.get(statement);
    if (subshell === undefined) {
      const body = lazyList(() =>
        traps.process(run.frame.subshell(), run.sink, () => perform([{ ...statement, background: false }], false)),
      );
      inSubshells.set(statement, (subshell = statementOf({ type: 'Subshell', body, redirections: [] })));
    }
    return subshell;
  }
  const inSubshells = new WeakMap<Statement, Statement>();

  function dress(statement: Statement, sink: number): Statement {
    let variants = dressed.get(statement);
    if (variants === undefined) dressed.set(statement, (variants = new Map()));
    let variant = variants.get(sink);
    if (variant === undefined) variants.set(sink, (variant = dressStatement(statement, sink)));
    return variant;
  }

  function dressStatement(statement: Statement, sink: number): Statement {
    const last = statement.pipelines.length - 1;
    const pipelines = statement.pipelines.map((pipeline, i) => ({
      plain: dressPipeline(pipeline, sink),
      guarded: i < last || pipeline.negated ? guarded(pipeline, sink) : null,
    }));
    const lazy: Statement = {
      ...statement,
      pipelines: lazyElements(pipelines, ({ plain, guarded }) => {
        if (run.interrupted) return LEAVE_LOOPS.pipelines[0]!;
        run.sink = sink;
        run.frame = run.listFrame;
        return guarded?.isNeeded() === true ? guarded.pipeline : plain;
      }),
    };
    return (sink & WATCHED) === 0 ? lazy : traps.watched(lazy, statement);
  }

  /**
   * `set -e` does not hold inside what `&&`, `||` or `!` look at, functions and groups included; just-bash only knows that of conditions.
   * So such a pipeline becomes the condition of an `if` that leaves its exit code as it is.
   */
  function guarded(pipeline: Pipeline, sink: number) {
    const condition = dressPipeline({ ...pipeline, negated: false }, sink);
    const asCondition: CommandNode = {
      type: 'If',
      clauses: [
        {
          condition: lazyList(() => counting('conditions', () => [{ ...statementOf(simpleCommand(':')), pipelines: [condition] }])),
          body: [],
        },
      ],
      elseBody: [KEEP_STATUS],
      redirections: [],
    };
    const isCompound =
      pipeline.timed === true || pipeline.commands.some((command) => dressCommand(command, sink).command.type !== 'SimpleCommand');
    const names = pipeline.commands.flatMap((command) => (command.type === 'SimpleCommand' ? (literalText(command.name) ?? []) : []));
    return {
      pipeline: { ...pipelineOf(asCondition), negated: pipeline.negated },
      isNeeded: () => isCompound || names.length < pipeline.commands.length || names.some((name) => run.functions.has(name)),
    };
  }

  /** A stage of a pipeline is a subshell in bash; where that shows, it is made one here. */
  function asStage(command: CommandNode): CommandNode {
    if (command.type === 'FunctionDef' || command.type === 'Subshell') return command;
    // An error in its arithmetic ends the stage, and not the line.
    const shows = command.type === 'SimpleCommand' ? arithmeticOf(command).length > 0 : setsTrap(command);
    if (!shows) return command;
    const body = lazyList(() => traps.process(run.frame, run.sink, () => perform([statementOf(command)], false)));
    return { type: 'Subshell', body, redirections: [] };
  }

  function dressPipeline(pipeline: Pipeline, sink: number): Pipeline {
    if (pipeline.timed === true && (sink & ERR) !== 0) {
      // `time` writes after its pipeline has ended, past the redirections of its commands.
      const timed = settled(simpleCommand(':'), sink);
      const inner = dressPipeline({ ...pipeline, timed: false }, sink);
      return pipelineOf(groupOf([{ ...timed, pipelines: [{ ...inner, timed: true }, ...timed.pipelines.slice(1)] }], [ERRORS_TO_TERMINAL]));
    }
    const last = pipeline.commands.length - 1;
    const stages = pipeline.commands.map((command, i) => {
      let stage = sink;
      if (i > 0) stage &= ~IN;
      if (i < last) stage &= pipeline.pipeStderr?.[i] === true ? ~(OUT | ERR) : ~OUT;
      const part = takesPart(pipeline.commands.slice(i));
      if (part !== null) stage = part ? stage | PART : stage & ~PART;
      return { ...dressCommand(last > 0 ? asStage(command) : command, stage), begins: i === 0 && (sink & PART) === 0 };
    });
    const commands = lazyElements(stages, ({ command, inner, targets, arithmetic, begins }) => {
      run.sink = inner;
      run.arithmetic = arithmetic;
      if (last > 0) run.frame = run.listFrame.subshell();
      if (begins) run.endlessWasCut = false;
      if (targets !== undefined) run.targets = targets;
      run.passesStreams = false;
      if (command.type === 'FunctionDef') run.functions.set(command.name, command);
      return command;
    });
    return { ...pipeline, commands };
  }

  /** The command as it is given to just-bash. */
  function dressCommand(command: CommandNode, sink: number): Dressed {
    if (command.type === 'FunctionDef') return { command, inner: sink, arithmetic: [] };
    const arithmetic = arithmeticOf(command);
    const redirected = redirectedStreams(command.redirections, sink);
    const inner = sink & ~((redirected & OUT) === 0 || takesPart([command]) === true ? redirected : redirected | PART);
    const changed = command.type === 'SimpleCommand' ? dressSimple(namingDevice(command), sink, inner) : dressCompound(command, sink);
    // A redirection that fails to open its file throws in just-bash; a group turns that into a message and exit code 1.
    if (!opensFile(command.redirections)) return { command: changed, inner, arithmetic };
    return {
      command: groupOf([settled(changed, sink)], shellRedirections(sink)),
      inner,
      arithmetic,
      targets: literalTargets(command.redirections),
    };
  }

  function dressCompound(command: Compound, sink: number): Compound {
    const added =
      command.type === 'ArithmeticCommand'
        ? shellRedirections(sink)
        : command.type === 'Subshell'
          ? subshellRedirections(sink)
          : terminalRedirections(sink);
    return added.length === 0 ? command : { ...command, redirections: [...added, ...command.redirections] };
  }

  function dressSimple(command: SimpleCommand, sink: number, inner: number): CommandNode {
    const name = literalText(command.name);
    if (command.name === null) {
      // What the substitution returned is looked at once more, by a statement that `set -e` holds for.
      return command.assignments.some(hasSubstitution) && command.redirections.length === 0
        ? groupOf([statementOf(command), settled(EXIT_WITH_STATUS, sink)])
        : command;
    }
    if (command.assignments.length === 0) {
      if (name === 'exit') return groupOf(lazyList(() => traps.leave(command)));
      if (name === 'set') run.mayTrace ||= setsTrace(command);
      const errtrace = errtraceOf(command);
      if (errtrace !== null) {
        return groupOf(
          lazyList(function* () {
            run.listFrame.errtrace = errtrace;
            yield statementOf(command);
          }),
        );
      }
      if (name === 'eval')
        return groupOf(
          lazyList(() => evaluate(command.args)),
          [...terminalRedirections(sink), ...command.redirections],
        );
      if ((name === 'source' || name === '.') && command.args.length > 0) {
        return groupOf(
          lazyList(() => load(command.args)),
          [...terminalRedirections(sink), ...command.redirections],
        );
      }
    }
    if (name === 'exec' && command.args.length > 0) return groupOf(lazyList(() => replaceShell(command, sink)));
    if (name === 'exec' && command.redirections.length > 0) {
      const persistent = redirectedStreams(command.redirections, sink);
      return groupOf(
        lazyList(function* () {
          run.mask &= ~persistent;
          yield statementOf(command);
        }),
      );
    }
    if (name === 'read' && (inner & IN) !== 0 && !hasFlag(command.args, 'u')) return readLine(command, sink);
    const reads = name !== null && (inner & IN) !== 0 && readsStdin(name, command.args);
    const added = [
      ...(name === 'let' ? shellRedirections(sink) : terminalRedirections(sink)),
      ...(reads ? [redirection('<', TERMINAL_TO_END)] : []),
    ];
    // just-bash's own `wait` knows of nothing to wait for.
    if (name === 'wait') return { ...command, name: word(WAIT_COMMAND), redirections: [...added, ...command.redirections] };
    const renamed = runsFile(command.name) ? { ...command, name: word(RUN_FILE_COMMAND), args: [command.name, ...command.args] } : command;
    return added.length === 0 ? renamed : { ...renamed, redirections: [...added, ...command.redirections] };
  }

  /** `exec command`, behind which nothing is run; where a person sits, the shell outlives a command that is not there. */
  function* replaceShell(command: SimpleCommand, sink: number): Generator<Statement> {
    const isPrompt = run.frame.parent === null && (sink & IN) !== 0;
    yield keepingStatus(simpleCommand(WORDS_COMMAND, command.args, [QUIET]));
    const { words } = exchange;
    const [name = ''] = words;
    const redirections = [...terminalRedirections(sink), ...command.redirections];
    run.sink = sink;
    if (yield* isThere(name)) {
      const program = name.includes('/') ? RUN_FILE_COMMAND : 'exec';
      yield keepingStatus({ ...command, name: word(program), args: words.map(word), redirections });
      return yield statementOf(LEAVE_WITH_STATUS);
    }
    exchange.complaint = `bash: exec: ${name}: not found\n`;
    yield keepingStatus(simpleCommand(COMPLAIN_COMMAND, [word('127')], redirections));
    if (!isPrompt) yield* traps.leave(LEAVE_WITH_STATUS);
  }

  function* isThere(name: string): Generator<Statement, boolean> {
    if (name.includes('/')) return true;
    yield keepingStatus(simpleCommand('command', [word('-v'), word(name)], [redirection('>', '/dev/null'), QUIET]));
    yield keepingStatus(simpleCommand(LOOK_COMMAND, [], [QUIET]));
    return exchange.look.status === 0;
  }

  /** `eval`: its text is parsed here rather than by just-bash, so that what it runs is dressed too. */
  function* evaluate(args: readonly Word[]): Generator<Statement> {
    const sink = run.sink;
    yield keepingStatus(simpleCommand(WORDS_COMMAND, args, [QUIET]));
    run.sink = sink;
    const words = exchange.words[0] === '--' ? exchange.words.slice(1) : exchange.words;
    const parsed = parseShell(words.join(' '));
    if (parsed.kind !== 'complete') {
      yield complaint(`bash: eval: line ${parsed.line}: ${parsed.message}\n`, sink);
      return;
    }
    yield* prepare({ type: 'Script', statements: parsed.statements }).statements;
  }

  /** `source`: the file's statements become a function's body, so that `return` in it works; `declare` in it stays global. */
  function* load(args: readonly Word[]): Generator<Statement> {
    const sink = run.sink;
    yield statementOf(simpleCommand(LOAD_COMMAND, args, sink === 0 ? [] : terminalRedirections(sink)));
    run.sink = sink;
    const { loaded } = exchange;
    if (loaded === null) return;
    const parsed = parseShell(loaded.text);
    if (parsed.kind !== 'complete') {
      yield complaint(`bash: ${loaded.path}: line ${parsed.line}: ${parsed.message}\n`, sink);
      return;
    }
    if (parsed.statements.length === 0) return;
    for (const statement of parsed.statements) declareGlobally(statement);
    const script = prepare({ type: 'Script', statements: parsed.statements });
    const name = `__sourced_${++sourced}`;
    const definition: FunctionDefinition = {
      type: 'FunctionDef',
      name,
      body: groupOf(script.statements),
      redirections: [],
      sourceFile: loaded.path,
    };
    yield statementOf(definition);
    run.sink = sink;
    const positional: Word = {
      type: 'Word',
      parts: [{ type: 'DoubleQuoted', parts: [{ type: 'ParameterExpansion', parameter: '@', operation: null }] }],
    };
    yield settled(simpleCommand(name, args.length > 1 ? args.slice(1) : [positional]), sink);
  }
  let sourced = 0;

  function complaint(text: string, sink: number): Statement {
    exchange.complaint = text;
    return statementOf(simpleCommand(COMPLAIN_COMMAND, [], terminalRedirections(sink)));
  }

  function readLine(command: SimpleCommand, sink: number): CommandNode {
    const input = { ...command, redirections: [...terminalRedirections(sink), redirection('<', TERMINAL), ...command.redirections] };
    if (!hasFlag(command.args, 'p')) return input;
    return groupOf([keepingStatus(simpleCommand(PROMPT_COMMAND, command.args, [QUIET])), statementOf(input)]);
  }

  /** The statement with a first command that takes a breath before it starts. Not kept: it is for this one time. */
  function breathing(statement: Statement, sink: number): Statement {
    const [first, ...rest] = statement.pipelines;
    const [command, ...others] = first?.commands.slice() ?? [];
    if (first === undefined || command === undefined) return statement;
    return dressStatement({ ...statement, pipelines: [{ ...first, commands: [afterBreath(command), ...others] }, ...rest] }, sink);
  }

  function afterBreath(command: CommandNode): CommandNode {
    const hasRoom =
      command.type === 'SimpleCommand' ? command.name !== null && literalText(command.name) !== 'exec' : command.type !== 'FunctionDef';
    if (hasRoom) return { ...command, redirections: [TAKE_BREATH, ...(command as Compound).redirections] };
    // A group turns what goes through it into text, so only what prints nothing is put into one.
    return groupOf(
      lazyList(() => perform([statementOf(command)], false)),
      [TAKE_BREATH],
    );
  }

  function topLevel(statement: Statement, sink: number): Statement {
    run.sink = sink;
    const group = statementOf(
      groupOf(
        lazyList(() => perform([statement], false)),
        shellRedirections(sink),
      ),
    );
    return run.frame.watches ? traps.discarding(group) : group;
  }

  /** While something is to be run at the end, each statement of a program is caught like a line of the session's. */
  function* program(statements: readonly Statement[]): Generator<Statement> {
    const { sink } = run;
    for (const statement of statements.slice()) {
      if (run.frame.watches && sink !== 0) yield topLevel(statement, sink);
      else yield* perform([statement], false);
    }
  }

  return {
    prepare,
    topLevel,
    ending(sink) {
      run.sink = sink;
      return run.frame.catches('EXIT') ? [statementOf(groupOf(lazyList(traps.atEnd), shellRedirections(sink)))] : [];
    },
    program: (statements) => traps.process(run.frame.started(), run.passesStreams ? run.sink : 0, () => program(statements)),
  };
}

/** A command that returns the exit code it found, without `set -e` taking that for a failure. */
function keepingStatus(command: SimpleCommand): Statement {
  return { ...statementOf(command), pipelines: [pipelineOf(command), pipelineOf(simpleCommand(':', [], [QUIET]))], operators: ['&&'] };
}

const NONE: readonly Redirection[] = [];
const BY_SINK: readonly (readonly Redirection[])[] = [NONE, [TO_TERMINAL], [ERRORS_TO_TERMINAL], [TO_TERMINAL, ERRORS_TO_TERMINAL]];

function terminalRedirections(sink: number): readonly Redirection[] {
  return BY_SINK[sink & (OUT | ERR)]!;
}

/** What a subshell prints itself are such errors too; they end no more than it. */
function subshellRedirections(sink: number): readonly Redirection[] {
  return [...((sink & OUT) === 0 ? [] : [TO_TERMINAL]), ...((sink & ERR) === 0 ? [] : [SUBSHELL_ERRORS_TO_TERMINAL])];
}

/** For groups that we put around a command: what they print themselves are errors that just-bash threw. */
function shellRedirections(sink: number): readonly Redirection[] {
  return [...((sink & OUT) === 0 ? [] : [TO_TERMINAL]), ...((sink & ERR) === 0 ? [] : [SHELL_ERRORS_TO_TERMINAL])];
}

function literalTargets(redirections: readonly Redirection[]): readonly string[] {
  return redirections.flatMap(({ target }) => (target.type === 'Word' ? (literalText(target) ?? []) : []));
}

/** `head -c 9 < /dev/zero` as `head -c 9 /dev/zero`: of a device that it names, a command can say how much it reads. */
function namingDevice(command: SimpleCommand): SimpleCommand {
  if (literalText(command.name) !== 'head') return command;
  const device = command.redirections.find(
    ({ operator, fd, target }) => operator === '<' && (fd ?? 0) === 0 && target.type === 'Word' && isEndless(literalText(target) ?? ''),
  );
  if (device?.target.type !== 'Word') return command;
  return { ...command, args: [...command.args, device.target], redirections: command.redirections.filter((other) => other !== device) };
}

/** Whether the end of a pipeline takes a part of what its first command is given; null when its commands do not tell. */
function takesPart(commands: readonly CommandNode[]): boolean | null {
  for (const command of commands) {
    const name = command.type === 'SimpleCommand' ? literalText(command.name) : null;
    if (name !== null && TAKE_PART.has(name)) return true;
    if (name !== null && READ_ALL.has(name)) return false;
  }
  return null;
}

/** A statement on one line, without its `&`. */
function writtenAs(statement: Statement): string {
  const text = statement.sourceText ?? shellText(statement);
  return text
    .trim()
    .replace(/\s*&$/, '')
    .replace(/\s*\n\s*/g, ' ');
}

/** Whether what a statement prints goes into a file that it names itself. */
function writesElsewhere(statement: Statement): boolean {
  const last = statement.pipelines.at(-1)?.commands.at(-1);
  return last !== undefined && last.type !== 'FunctionDef' && (redirectedStreams(last.redirections, 0) & OUT) !== 0;
}

/** Which streams a command's redirections take from where they went. */
function redirectedStreams(redirections: readonly Redirection[], sink: number): number {
  let streams = 0;
  for (const { operator, fd, target } of redirections) {
    switch (operator) {
      case '&>':
      case '&>>':
        streams |= OUT | ERR;
        break;
      case '<':
      case '<<':
      case '<<-':
      case '<<<':
      case '<&':
      case '<>':
        if ((fd ?? 0) === 0) streams |= IN;
        break;
      case '>&': {
        // `2>&1` where both are the terminal changes nothing that a person could see.
        const onto = target.type === 'Word' ? literalText(target) : null;
        if (fd === 2 && onto === '1' && (sink & (OUT | ERR)) === (OUT | ERR) && (streams & OUT) === 0) break;
        if ((fd === null || fd === 1) && onto === '2' && (sink & (OUT | ERR)) === (OUT | ERR) && (streams & ERR) === 0) break;
        if (fd === null && onto !== null && !/^\d+-?$|^-$/.test(onto)) streams |= OUT | ERR;
        else if ((fd ?? 1) <= 2) streams |= (fd ?? 1) === 2 ? ERR : OUT;
        break;
      }
      default:
        if ((fd ?? 1) === 1) streams |= OUT;
        else if (fd === 2) streams |= ERR;
    }
  }
  return streams;
}

function opensFile(redirections: readonly Redirection[]): boolean {
  return redirections.some((each) => {
    if (each === TAKE_BREATH) return false;
    const { operator, target } = each;
    if (operator === '>&') return target.type === 'Word' && !/^\d+-?$|^-$/.test(literalText(target) ?? '1');
    return operator === '>' || operator === '>>' || operator === '>|' || operator === '&>' || operator === '&>>' || operator === '<>';
  });
}

/** True for `./build.sh`, `~/bin/x` and `"$dir"/x`: a path, which is run by the session so that a script in it is dressed too. */
function runsFile(name: Word): boolean {
  return name.parts.some((part) => (part.type === 'Literal' && part.value.includes('/')) || part.type === 'TildeExpansion');
}

type For = Extract<Compound, { type: 'For' }>;

function headOf({ variable, words }: For): string {
  const items = words === null ? '"$@"' : shellText(statementOf(simpleCommand(':', words))).slice(2);
  return `for ${variable} in ${items}`;
}

/** `set -x`, `set -eux`, `set -o xtrace` */
function setsTrace({ args }: SimpleCommand): boolean {
  return args.map(literalText).some((text) => text !== null && (text === 'xtrace' || /^-[a-zA-Z]*x/.test(text)));
}

function hasFlag(args: readonly Word[], flag: string): boolean {
  return args.some((arg) => {
    const text = literalText(arg);
    return text !== null && /^-[a-zA-Z]+$/.test(text) && text.includes(flag);
  });
}

function readsStdin(name: string, args: readonly Word[]): boolean {
  if (ALWAYS_READ.has(name)) return true;
  if (READERS.has(name)) return namesNoFile(args);
  return FILTERS.has(name) && args.length > 0 && namesNoFile(args.slice(0, -1)) && !namesNoFile(args.slice(-1));
}

function namesNoFile(args: readonly Word[]): boolean {
  return args.every((arg) => {
    const text = literalText(arg);
    return text !== null && (text === '-' || text.startsWith('-'));
  });
}

function declareGlobally(statement: Statement): void {
  for (const pipeline of statement.pipelines) {
    for (const command of pipeline.commands) {
      if (command.type !== 'SimpleCommand') continue;
      const name = literalText(command.name);
      if (name === 'declare' || name === 'typeset') command.args.unshift(word('-g'));
    }
  }
}

/** The texts of the arithmetic that a command does itself. */
function arithmeticOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'ArithmeticExpression' && 'originalText' in node) return [String(node.originalText)];
  if ('type' in node && (node.type === 'Statement' || node.type === 'CommandSubstitution')) return [];
  return (Array.isArray(node) ? node.slice() : Object.values(node)).flatMap(arithmeticOf);
}

/** `${x?must be set}` says which parameter must be set. */
function nameParameter(node: object): void {
  if (!('type' in node) || node.type !== 'ParameterExpansion') return;
  const { parameter, operation } = node as Extract<Word['parts'][number], { type: 'ParameterExpansion' }>;
  if (operation?.type !== 'ErrorIfUnset') return;
  const said = operation.word?.parts ?? [];
  const instead = literalText(operation.word ?? word('')) === '' ? `parameter ${operation.checkEmpty ? 'null or ' : ''}not set` : '';
  operation.word = { type: 'Word', parts: [{ type: 'Literal', value: `${parameter}: ${instead}` }, ...said] };
}

type Substitution = Extract<Word['parts'][number], { type: 'CommandSubstitution' | 'ProcessSubstitution' }>;

function isSubstitution(node: object): node is Substitution {
  return 'type' in node && (node.type === 'CommandSubstitution' || node.type === 'ProcessSubstitution');
}

function setsOptions(statements: readonly Statement[]): boolean {
  const commands = statements.slice().flatMap((statement) => statement.pipelines.flatMap((pipeline) => pipeline.commands));
  const isFileRead = commands.length === 1 && commands[0]!.type === 'SimpleCommand' && commands[0]!.name === null;
  return isFileRead || commands.some((command) => command.type === 'SimpleCommand' && literalText(command.name) === 'set');
}

function isAssignment(node: object): node is SimpleCommand {
  return (
    'type' in node &&
    node.type === 'SimpleCommand' &&
    'name' in node &&
    node.name === null &&
    (node as SimpleCommand).assignments.length > 0
  );
}

/** `$(</dev/null)` */
const NOTHING: Word['parts'][number] = {
  type: 'CommandSubstitution',
  body: {
    type: 'Script',
    statements: [
      statementOf({ type: 'SimpleCommand', name: null, args: [], assignments: [], redirections: [redirection('<', '/dev/null')] }),
    ],
  },
  legacy: false,
};

/**
 * `x=1` gives 0 in bash, and the last exit code in just-bash, so that `cmd || x=1` would fail under `set -e`. An empty substitution at the
 * end makes it 0, after `$?` in the value has been read. Where the value has a substitution already, its exit code is the right one.
 */
function returnZero(command: SimpleCommand): void {
  if (command.redirections.length > 0 || command.assignments.some(hasSubstitution)) return;
  const last = command.assignments.at(-1)!;
  const added: Word = { type: 'Word', parts: [NOTHING] };
  if (last.array !== null) last.array.push(added);
  else last.value = last.value === null ? added : { ...last.value, parts: [...last.value.parts, NOTHING] };
}

function hasSubstitution(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node === NOTHING) return false;
  if (isSubstitution(node)) return true;
  return Object.values(node).some(hasSubstitution);
}

function isStatements(list: readonly unknown[]): list is Statement[] {
  const first = list[0];
  return typeof first === 'object' && first !== null && 'type' in first && first.type === 'Statement';
}

/** Keeps the array as it is for those who look into it, and gives those who walk it `walk`. */
function makeLazy(list: Statement[], walk: (list: readonly Statement[]) => Generator<Statement>): void {
  Object.defineProperty(list, Symbol.iterator, { value: () => walk(list), configurable: true });
}

function lazyList(walk: () => Generator<Statement>): Statement[] {
  const list: Statement[] = [];
  makeLazy(list, walk);
  return list;
}

/** An array whose elements are handed out by `take` at the moment they are looked up. */
function lazyElements<T, U>(elements: readonly T[], take: (element: T) => U): U[] {
  const array: U[] = [];
  elements.forEach((element, i) => Object.defineProperty(array, i, { get: () => take(element), enumerable: true, configurable: true }));
  return array;
}
