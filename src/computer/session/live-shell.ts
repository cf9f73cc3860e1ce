/** A shell that lasts as long as its terminal: one `exec` of just-bash that waits for lines, runs them, and says after each how things are. */
import { pipelineOf, redirection, simpleCommand, statementOf, word, type SimpleCommand, type Statement } from './bash-ast.ts';
import type { Choreography } from './choreography.ts';
import { NEXT_LINE } from './devices.ts';
import type { Handover } from './internal-commands.ts';
import type { Job } from './job.ts';
import type { Run } from './run.ts';
import type { Shell, ShellEnd } from './shell.ts';
import { parseShell } from './syntax.ts';

/** What a line leaves behind: enough to start another shell in this one's place. */
export interface ShellState {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What another process would get of it. */
  readonly exported: Readonly<Record<string, string>>;
  readonly status: number;
}

/** A just-bash and what it works with. */
export interface ShellParts {
  readonly shell: Shell;
  readonly run: Run;
  readonly choreography: Choreography;
  readonly handover: Handover;
}

export interface LineEnd {
  readonly state: ShellState;
  /** What was left to print when the shell ended with the line. */
  readonly rest: ShellEnd | null;
  /** True after `exit`, or `set -e` and a failure: the person has left this shell. */
  readonly exited: boolean;
}

const INTERRUPTED = 130;
/** The exit code of just-bash's own limits. */
const LIMIT = 126;
const QUIET = redirection('>>', '/dev/null', 2);

export class LiveShell {
  readonly #parts: ShellParts;
  readonly #sink: number;
  readonly #startup: string;
  #state: ShellState;
  #pipeStatus: readonly number[] = [0];
  #lastArgument = '';
  #alive = false;
  #closing = false;
  /** True once a shell was ended by force and has to be put together again. */
  #rebuild = false;
  #stop = new AbortController();
  #lines: readonly Statement[] = [];
  #job: Job | null = null;
  #running = false;
  #next = deferred<void>();
  #done: (end: LineEnd) => void = () => {};

  /** `startup` is what a new shell runs before its first line. */
  constructor(parts: ShellParts, state: ShellState, sink: number, startup: string) {
    this.#parts = parts;
    this.#state = state;
    this.#sink = sink;
    this.#startup = startup;
    parts.handover.nextLine = () => this.#next.promise;
    parts.handover.saved = (saved) => this.#saved(saved);
  }

  get functions(): readonly string[] {
    return [...this.#parts.run.functions.keys()];
  }

  /** Runs statements where the last ones ended; `status` is what `$?` is for them. */
  run(statements: Statement[], status: number, job: Job): Promise<LineEnd> {
    const { choreography, run } = this.#parts;
    this.#state = { ...this.#state, status };
    this.#lines = choreography.prepare({ type: 'Script', statements }).statements.slice();
    this.#job = job;
    job.attach(run);
    run.discarded = null;
    if (!this.#alive) this.#start();
    const stop = this.#stop;
    job.lastResort.addEventListener('abort', () => stop.abort(), { once: true });
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#next.resolve();
    });
  }

  close(): void {
    this.#closing = true;
    this.#next.resolve();
    if (this.#running) this.#stop.abort();
  }

  #start(): void {
    this.#alive = true;
    this.#running = false;
    this.#next = deferred();
    this.#stop = new AbortController();
    const { cwd, env } = this.#state;
    const prelude = [...statementsOf('shopt -s expand_aliases'), ...(this.#rebuild ? this.#rebuilding() : this.#startingUp())];
    const execution = this.#parts.shell.execute(this.#statements(prelude), {
      cwd,
      ...(this.#rebuild ? { env } : {}),
      signal: this.#stop.signal,
    });
    void execution
      .catch((error: unknown): ShellEnd => ({
        exitCode: 1,
        stdout: '',
        stderr: `bash: ${error instanceof Error ? error.message : String(error)}\n`,
      }))
      .then((end) => this.#ended(end));
  }

  *#statements(prelude: readonly Statement[]): Generator<Statement> {
    const { choreography, run } = this.#parts;
    yield* prelude;
    for (;;) {
      yield statementOf(simpleCommand(':', [], [redirection('<', NEXT_LINE), QUIET]));
      if (this.#closing) {
        yield* choreography.ending(this.#sink);
        return;
      }
      this.#running = true;
      yield this.#restored();
      for (const statement of this.#lines) {
        if (run.interrupted || run.discarded !== null) break;
        yield choreography.topLevel(statement, this.#sink);
      }
      yield statementOf(saveCommand());
      // Without a saved state nobody would ever feed this shell again.
      if (this.#running) return;
    }
  }

  /** `$?`, `$_` and PIPESTATUS as the last line left them; `set -e` must not take a failure before for one now. */
  #restored(): Statement {
    const { handover } = this.#parts;
    handover.status = this.#state.status;
    handover.pipeStatus = this.#pipeStatus;
    return {
      ...statementOf(simpleCommand('__restore', [word(this.#lastArgument)], [QUIET])),
      pipelines: [pipelineOf(simpleCommand('__restore', [word(this.#lastArgument)], [QUIET])), pipelineOf(simpleCommand(':'))],
      operators: [this.#state.status === 0 ? '||' : '&&'],
    };
  }

  #saved(saved: ShellState & { readonly pipeStatus: readonly number[]; readonly lastArgument: string }): void {
    const interrupted = this.#job?.interrupted === true;
    this.#state = { cwd: saved.cwd, env: saved.env, exported: saved.exported, status: interrupted ? INTERRUPTED : saved.status };
    this.#pipeStatus = interrupted ? [INTERRUPTED] : saved.pipeStatus;
    this.#lastArgument = saved.lastArgument;
    this.#next = deferred();
    this.#lineEnded(null, false);
  }

  #ended(end: ShellEnd): void {
    this.#alive = false;
    this.#rebuild = true;
    const interrupted = this.#job?.interrupted === true;
    this.#state = { ...this.#state, status: interrupted ? INTERRUPTED : end.exitCode };
    // A limit of just-bash ends its shell, which is no wish of the person: the next line finds the same one, rebuilt.
    this.#lineEnded(interrupted || this.#closing ? null : end, !interrupted && end.exitCode !== LIMIT);
  }

  #lineEnded(rest: ShellEnd | null, exited: boolean): void {
    this.#running = false;
    this.#job = null;
    this.#done({ state: this.#state, rest, exited });
  }

  #startingUp(): readonly Statement[] {
    const { choreography } = this.#parts;
    const { statements } = choreography.prepare({ type: 'Script', statements: statementsOf(this.#startup) });
    return statements.slice().map((statement) => choreography.topLevel(statement, this.#sink));
  }

  /** Functions and `set -o` options, which an environment does not carry; exported names and `shopt` live on in just-bash itself. */
  #rebuilding(): readonly Statement[] {
    const options = (this.#state.env['SHELLOPTS'] ?? '')
      .split(':')
      .filter((option) => /^(?:errexit|pipefail|nounset|xtrace|noglob|noclobber|allexport)$/.test(option));
    return [
      ...[...this.#parts.run.functions.values()].map((definition) => statementOf(definition)),
      ...options.flatMap((option) => statementsOf(`set -o ${option}`)),
    ];
  }
}

function saveCommand(): SimpleCommand {
  const [statement] = statementsOf('__save "${PIPESTATUS[@]}" "$_"');
  const command = statement?.pipelines[0]?.commands[0];
  if (command?.type !== 'SimpleCommand') throw new Error('__save did not parse');
  return { ...command, redirections: [QUIET] };
}

function statementsOf(text: string): Statement[] {
  const parsed = parseShell(text);
  if (parsed.kind !== 'complete') throw new Error(`${text}: ${parsed.message}`);
  return parsed.statements;
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
