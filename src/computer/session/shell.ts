/** One just-bash with the session's commands, which runs trees of statements that are fed to it while it runs. */
import './buffer.ts';
import { Bash, getCommandNames } from 'just-bash/browser';
import type { CommandName, CustomCommand } from 'just-bash';
import type { Statement } from './bash-ast.ts';
import type { ShellFiles } from './devices.ts';
import type { Choreography } from './choreography.ts';
import type { Run } from './run.ts';

export interface ShellOptions {
  readonly files: ShellFiles;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly commands: readonly CustomCommand[];
  readonly run: Run;
  readonly choreography: Choreography;
}

export interface ShellEnd {
  readonly exitCode: number;
  /** What no command has printed: messages of errors that ended the shell. */
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A session may live for days and a loop may run until Ctrl+C, so the limits that count over a shell's life are out of reach; those that keep
 * one step from taking all memory stay. The time limit is handed to setTimeout, which takes no more than this.
 */
const NEVER = Number.MAX_SAFE_INTEGER;
const LIMITS = {
  maxCommandCount: NEVER,
  maxLoopIterations: NEVER,
  maxWorkUnits: NEVER,
  maxInputBytes: NEVER,
  maxOutputSize: NEVER,
  maxTraversalEntries: NEVER,
  maxTraversalWork: NEVER,
  maxGlobOperations: NEVER,
  maxLiveBytes: NEVER,
  maxStringLength: 256 * 1024 * 1024,
  maxAwkIterations: 500_000,
  maxSedIterations: 500_000,
  maxJqIterations: 500_000,
  maxCallDepth: 400,
  maxExecutionTimeMs: 2_147_483_647,
  maxExtensionCleanupTimeMs: 50,
};

/** Those of just-bash's commands that a real machine has too. */
const REAL_COMMANDS = getCommandNames().filter((name) => name !== 'html-to-markdown') as CommandName[];

export class Shell {
  readonly #bash: Bash;
  readonly #run: Run;
  readonly #commandNames: readonly string[];
  #root: Iterable<Statement> | null = null;

  constructor({ files, cwd, env, commands, run, choreography }: ShellOptions) {
    this.#run = run;
    this.#commandNames = [...new Set([...REAL_COMMANDS, ...commands.map(({ name }) => name)])].sort();
    this.#bash = new Bash({
      fs: files,
      cwd,
      env: { ...env, PWD: cwd, OLDPWD: cwd },
      commands: REAL_COMMANDS,
      customCommands: [...commands],
      executionLimits: LIMITS,
      defenseInDepth: false,
      processInfo: { pid: 4021, ppid: 1, uid: 1000, gid: 1000 },
    });
    this.#bash.registerTransformPlugin({
      name: 'choreography',
      transform: ({ ast }) => {
        const root = this.#root;
        this.#root = null;
        // The first tree is a placeholder for the session's own statements; all others come from commands that start a shell.
        const statements = root ?? this.#nested(choreography.program(choreography.prepare(ast).statements));
        // just-bash only walks the list.
        return { ast: { type: 'Script', statements: statements as Statement[] } };
      },
    });
  }

  /** What `/usr/bin` holds. */
  commandNames(): readonly string[] {
    return this.#commandNames;
  }

  /** Runs `root` to its end. `env` replaces the environment that the shell was made with. */
  async execute(
    root: Iterable<Statement>,
    options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<ShellEnd> {
    this.#root = root;
    const { exitCode, stdout, stderr } = await this.#bash.exec(':', {
      cwd: options.cwd,
      ...(options.env === undefined ? {} : { env: { ...options.env, PWD: options.cwd }, replaceEnv: true }),
      signal: options.signal,
    });
    return { exitCode, stdout, stderr };
  }

  #nested(statements: Iterable<Statement>): Iterable<Statement> {
    const run = this.#run;
    return {
      *[Symbol.iterator]() {
        const entered = run.sink;
        run.sink = run.passesStreams ? entered : 0;
        try {
          yield* statements;
        } finally {
          run.sink = entered;
        }
      },
    };
  }
}
