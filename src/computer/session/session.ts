/** session: a shell that keeps its state between statements, streams, and can be stopped. It imports this room's files and commands. */
import type { CustomCommand } from 'just-bash';
import type { CommandHost } from '../commands/host.ts';
import type { Clock } from '../../platform/platform.ts';
import type { Completion, ComputerOptions, FileSystem, LineResult, Session, SessionOptions } from '../contract.ts';
import type { Ports } from '../network/ports.ts';
import type { Statement } from './bash-ast.ts';
import { Background, SHELL_PID, type Departure } from './background.ts';
import { choreograph, type Exchange } from './choreography.ts';
import { complete } from './completion.ts';
import { ShellFiles } from './devices.ts';
import { internalCommands, type Handover } from './internal-commands.ts';
import { jobCommands, type Belongings } from './job-commands.ts';
import { Job } from './job.ts';
import { Limits } from './limits.ts';
import { LiveShell, type ShellParts, type ShellState } from './live-shell.ts';
import { processCommands } from './processes.ts';
import { promptText } from './prompt.ts';
import { ERR, IN, OUT, PART, Run } from './run.ts';
import { shellErrorText } from './shell-errors.ts';
import { departed } from './departed.ts';
import { SharedTime } from './shared-time.ts';
import { Shell, type ShellEnd } from './shell.ts';
import { parseShell } from './syntax.ts';
import { lineOf } from './trapping.ts';
import { killCommand, trapCommand } from './traps.ts';

/** The computer that a session runs on. */
export interface Machine extends Pick<ComputerOptions, 'clock' | 'python' | 'user' | 'hostname' | 'packageIndex'> {
  readonly services: Ports;
  readonly files: FileSystem;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly openFile: ((path: string) => void) | undefined;
  /** The computer's commands, made for one session. */
  commands(host: CommandHost): readonly CustomCommand[];
}

/** Where a shell of the session runs: in front, or left running behind. */
interface Place {
  job(): Job | null;
  readonly clock: Clock;
  readonly cwd: string;
  readonly exported: Readonly<Record<string, string>>;
}

const INTERRUPTED = 130;
/** For so many turns of the thread a command in the background is ahead of the next one. */
const TURNS = 20;

export class ShellSession implements Session {
  readonly #machine: Machine;
  readonly #options: SessionOptions;
  readonly #history: string[] = [];
  /** A line that is called for while another runs waits for it. */
  #turn: Promise<unknown> = Promise.resolve();
  #turns = 0;
  /** What came for a line before it began. */
  #typedAhead: (string | null)[] = [];
  #stopNext = false;
  #state: ShellState;
  #live: LiveShell | null = null;
  #job: Job | null = null;
  #commandNames: readonly string[] | null = null;
  readonly #background: Background;
  /** Commands that are left running begin one after the other. */
  #started: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(machine: Machine, options: SessionOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#background = new Background(new SharedTime(machine.clock));
    const env = this.#freshEnvironment();
    this.#state = { cwd: options.cwd ?? machine.home, env, exported: env, status: 0 };
  }

  get cwd(): string {
    return this.#state.cwd;
  }

  get lastExitCode(): number {
    return this.#state.status;
  }

  needsMore(text: string): boolean {
    return parseShell(text).kind === 'incomplete';
  }

  run(text: string): Promise<LineResult> {
    return this.#inTurn(() => this.#runLine(text));
  }

  script(
    text: string,
    options: { readonly pipefail?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly exitCode: number }> {
    return this.#inTurn(() => this.#runScript(text, options.pipefail === true, options.signal));
  }

  interrupt(): void {
    if (this.#job !== null) this.#job.interrupt('interrupted');
    else if (this.#turns > 0) this.#stopNext = true;
  }

  input(text: string | null): void {
    if (this.#job !== null) this.#job.input(text);
    else if (this.#turns > 0) this.#typedAhead.push(text);
  }

  async prompt(): Promise<string> {
    const { user, hostname, home, files } = this.#machine;
    return promptText(files, { login: user.login, hostname, home: this.#state.env['HOME'] ?? home, cwd: this.cwd });
  }

  async complete(line: string, cursor: number): Promise<Completion> {
    this.#commandNames ??= this.#newShell(this.#inFront).shell.commandNames();
    return complete(line, cursor, {
      files: this.#machine.files,
      cwd: this.cwd,
      env: this.#state.env,
      commands: this.#commandNames,
      functions: this.#live?.functions ?? [],
    });
  }

  close(): void {
    this.#closed = true;
    this.#job?.interrupt('closed');
    this.#live?.close();
    this.#live = null;
    this.#background.close();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turns++;
    const turn = this.#turn.then(() => {
      if (this.#closed) throw new Error('This session is closed.');
      return work();
    });
    this.#turn = turn.catch(() => {}).finally(() => this.#turns--);
    return turn;
  }

  async #runLine(text: string): Promise<LineResult> {
    if (text.trim() !== '') this.#history.push(text.replace(/\n+$/, ''));
    const parsed = parseShell(text);
    if (parsed.kind !== 'complete') {
      this.#options.onOutput('stderr', `bash: ${parsed.message}\n`);
      return this.#leave({ ...this.#state, status: 2 }, 0);
    }
    if (parsed.statements.length === 0) return { exitCode: this.#state.status, inputsRead: 0 };
    const job = this.#startJob();
    try {
      this.#live ??= this.#newLiveShell();
      const { state, rest, exited } = await this.#live.run(parsed.statements, this.#state.status, job);
      if (rest !== null) this.#printRest(rest);
      this.#background.time.look();
      if (this.#options.interactive) job.write('stderr', this.#background.news());
      if (!exited) return this.#leave(state, job.inputsRead);
      // The next line finds a new shell in the same place.
      if (this.#options.interactive) job.write('stderr', 'exit\n');
      this.#live = null;
      const env = this.#freshEnvironment();
      return { ...this.#leave({ ...state, env, exported: env }, job.inputsRead), exited: true };
    } finally {
      this.#endJob(job);
    }
  }

  async #runScript(text: string, pipefail: boolean, signal: AbortSignal | undefined): Promise<{ readonly exitCode: number }> {
    const job = this.#startJob();
    const stop = () => job.interrupt('interrupted');
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const { shell, run, choreography } = this.#newShell(this.#inFront);
      job.attach(run);
      if (signal?.aborted === true) stop();
      const { statements, problem } = scriptStatements(text);
      const options = scriptStatements(pipefail ? 'set -eo pipefail' : 'set -e').statements;
      const lines = choreography.prepare({ type: 'Script', statements: [...statements] }).statements.slice();
      const failure = scriptStatements('exit 1').statements;
      let reachedEnd = false;
      const root: Iterable<Statement> = {
        *[Symbol.iterator]() {
          yield* options;
          for (let i = 0; i < lines.length && !run.interrupted; i++) {
            yield choreography.topLevel(lines[i]!, OUT | ERR);
            if (run.discarded === 'shell') {
              yield* choreography.ending(OUT | ERR);
              yield* failure;
            }
            // The rest of the line is dropped, and the script goes on.
            if (run.discarded === 'line') for (const line = lineOf(lines[i]); i + 1 < lines.length && lineOf(lines[i + 1]) === line;) i++;
            run.discarded = null;
          }
          reachedEnd = !run.interrupted;
          yield* choreography.ending(OUT | ERR);
        },
      };
      const end = await shell.execute(root, { cwd: this.#state.cwd, signal: job.lastResort });
      if (job.interrupted) return { exitCode: INTERRUPTED };
      this.#printRest(end);
      if (!reachedEnd || problem === null) return { exitCode: end.exitCode };
      job.write('stderr', problem);
      return { exitCode: 2 };
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#endJob(job);
    }
  }

  #startJob(): Job {
    const job = new Job((stream, text) => this.#options.onOutput(stream, text));
    for (const text of this.#typedAhead.splice(0)) job.input(text);
    if (this.#stopNext) job.interrupt('interrupted');
    this.#stopNext = false;
    this.#job = job;
    return job;
  }

  #endJob(job: Job): void {
    job.end();
    this.#job = null;
  }

  #leave(state: ShellState, inputsRead: number): LineResult {
    this.#state = state;
    return { exitCode: state.status, inputsRead };
  }

  #printRest({ stdout, stderr }: ShellEnd): void {
    if (stdout !== '') this.#options.onOutput('stdout', stdout);
    if (stderr !== '') this.#options.onOutput('stderr', stderr);
  }

  #freshEnvironment(): Readonly<Record<string, string>> {
    return { ...this.#machine.env, ...this.#options.env };
  }

  #newLiveShell(): LiveShell {
    const { interactive } = this.#options;
    const hasProfile = interactive && this.#machine.files.existsSync(`${this.#machine.home}/.bashrc`);
    return new LiveShell(this.#newShell(this.#inFront), this.#state, OUT | ERR | (interactive ? IN : 0), hasProfile ? '. ~/.bashrc' : '');
  }

  /** What runs in front. */
  get #inFront(): Place {
    return {
      job: () => this.#job,
      clock: this.#background.time.foreground,
      cwd: this.#state.cwd,
      exported: this.#state.exported,
    };
  }

  /** Starts a command that is left running. */
  #start(departure: Departure, belongings: Belongings) {
    const { exported, cwd } = belongings;
    const job = new Job((stream, text) => this.#options.onOutput(stream, text));
    const { clock, firstRest, end } = this.#background.time.background();
    const parts = this.#newShell({ job: () => job, clock, cwd, exported });
    const work = this.#started.then(() => departed(parts, job, departure, belongings)).finally(end);
    this.#started = Promise.race([firstRest, this.#started.then(() => parts.run.breatheFor(TURNS))]);
    return { job, work };
  }

  #newShell(place: Place): ShellParts {
    const machine = this.#machine;
    const run = new Run();
    const exchange: Exchange = {
      words: [],
      loaded: null,
      complaint: '',
      look: { status: 0, pipeStatus: [0], errexit: false, xtrace: false },
      departure: null,
      notice: (text) => place.job()?.write('stderr', text),
    };
    const handover: Handover = { saved: () => {}, status: 0, pipeStatus: [0], nextLine: () => Promise.resolve() };
    const limits = new Limits(place.clock, run);
    const host: CommandHost = {
      sleep: (ms, signal) => limits.sleep(ms, signal),
      limited: (ms, work) => limits.limited(ms, work),
      files: machine.files,
      clock: place.clock,
      python: machine.python,
      user: machine.user,
      hostname: machine.hostname,
      services: machine.services,
      packageIndex: machine.packageIndex,
      interactive: this.#options.interactive,
      columns: this.#options.columns ?? 80,
      streams: () => ({ stdin: (run.sink & IN) !== 0, stdout: (run.sink & OUT) !== 0, stderr: (run.sink & ERR) !== 0 }),
      write: (stream, text) => place.job()?.write(stream, text),
      readLine: (unwanted) => place.job()?.readLine(unwanted) ?? Promise.resolve(null),
      takeTyped: () => place.job()?.takeTyped() ?? '',
      signal: () => place.job()?.signal ?? AbortSignal.abort(),
      catchInterrupt: (catcher) => place.job()?.catchInterrupt(catcher),
      interrupt: () => place.job()?.interrupt('interrupted'),
      passStreams: () => {
        run.passesStreams = true;
      },
      endlessWasCut: () => run.endlessWasCut,
      history: () => this.#history,
      clearHistory: () => {
        this.#history.length = 0;
      },
      openFile: machine.openFile,
    };
    const files = new ShellFiles(machine.files, {
      write: (stream, bytes) => {
        if (!run.interrupted) place.job()?.writeBytes(stream, bytes);
      },
      shellError: (text, from) => {
        if (run.interrupted) return;
        const error = shellErrorText(text, run);
        if (from === 'shell') run.discarded ??= error.ends;
        place.job()?.write('stderr', error.text);
      },
      takesPart: (path) => {
        run.endlessWasCut = true;
        if ((run.sink & PART) !== 0) return true;
        place.job()?.write('stderr', `bash: ${path} never ends: stopped, as Ctrl+C would. Take a part of it: head -c 1000 ${path}\n`);
        place.job()?.interrupt('interrupted');
        return false;
      },
      readLine: async () => {
        const line = await host.readLine();
        return line === null ? '' : `${line}\n`;
      },
      readToEnd: async () => {
        let text = '';
        for (let line = await host.readLine(); line !== null; line = await host.readLine()) text += `${line}\n`;
        return text;
      },
      breathe: () => run.breathe(),
      nextLine: () => handover.nextLine(),
      commandNames: () => shell.commandNames(),
    });
    const choreography = choreograph(run, exchange);
    const commands = [
      ...machine.commands(host),
      ...internalCommands(host, exchange, handover),
      trapCommand(run),
      killCommand(run, this.#options.interactive, SHELL_PID, this.#background),
      ...processCommands(host, this.#background, () => ({ frame: run.frame, breathe: () => run.breathe() })),
      ...jobCommands({
        host,
        run,
        exchange,
        background: this.#background,
        start: (departure, belongings) => this.#start(departure, belongings),
      }),
    ];
    const shell: Shell = new Shell({ files, cwd: place.cwd, env: place.exported, commands, run, choreography });
    return { shell, run, choreography, handover };
  }
}

/** A script's statements; where its syntax breaks, those before, and what bash says when it gets there. */
function scriptStatements(text: string): { readonly statements: readonly Statement[]; readonly problem: string | null } {
  const whole = parseShell(text);
  if (whole.kind === 'complete') return { statements: whole.statements, problem: null };
  const lines = text.split('\n');
  const problem = `bash: line ${whole.line}: ${whole.message}\n`;
  for (let count = Math.min(whole.line - 1, lines.length - 1); count > 0; count--) {
    const before = parseShell(lines.slice(0, count).join('\n'));
    if (before.kind === 'complete') return { statements: before.statements, problem };
  }
  return { statements: [], problem };
}
