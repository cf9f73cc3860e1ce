/** `make`: the everyday part of GNU make 4.3, whose words it says. It imports this room's files and the commands' own. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { resolvePath } from '../../files/path.ts';
import type { CommandHost } from '../host.ts';
import { failed, printed } from '../result.ts';
import { Output, textOf } from './output.ts';
import { MakeError, placeText } from './errors.ts';
import { Expansion } from './expand.ts';
import { makeflags, noFlags, readFlags, wordsOfMakeflags, type Flags } from './flags.ts';
import { Reader } from './reader.ts';
import type { Shell } from './recipe.ts';
import { Update, type Disk } from './updating.ts';
import { DEFAULTS, Variables } from './variables.ts';
import { filesNamed, isGlob } from './words.ts';

const HELP = `Usage: make [options] [target] ...
Options:
  -B, --always-make           Unconditionally make all targets.
  -C DIRECTORY                Change to DIRECTORY before doing anything.
  -e                          Environment variables override makefiles.
  -f FILE                     Read FILE as a makefile.
  -i                          Ignore errors from recipes.
  -j [N]                      Taken; recipes run one after the other here.
  -k                          Keep going when some targets can't be made.
  -n                          Don't actually run any recipe; just print them.
  -q                          Run no recipe; exit status says if up to date.
  -s                          Don't echo recipes.
  -t                          Touch targets instead of remaking them.
  -w, --no-print-directory    Print the current directory, or do not.
`;
const VERSION = 'GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu\n';

export async function make(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const flags = noFlags();
  const environment = ctx.exportedEnv ?? {};
  readFlags(wordsOfMakeflags(environment['MAKEFLAGS'] ?? ''), flags);
  flags.goals.length = 0;
  const wrong = readFlags(args, flags);
  if (wrong !== null) return failed(`${wrong}${HELP}`, 2);
  if (flags.shows !== null) return printed(flags.shows === 'help' ? HELP : VERSION);
  return new Make(host, ctx, flags, environment).run();
}

class Make {
  readonly #host: CommandHost;
  readonly #ctx: ResolvedCommandContext;
  readonly #flags: Flags;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #level: number;
  readonly #output: Output;
  readonly #variables = new Variables();
  #cwd: string;

  constructor(host: CommandHost, ctx: ResolvedCommandContext, flags: Flags, environment: Readonly<Record<string, string>>) {
    this.#host = host;
    this.#ctx = ctx;
    this.#flags = flags;
    this.#environment = environment;
    this.#level = Number(environment['MAKELEVEL'] ?? '0') || 0;
    this.#output = new Output(host);
    this.#cwd = ctx.cwd;
  }

  get #me(): string {
    return this.#level === 0 ? 'make' : `make[${this.#level}]`;
  }

  async run(): Promise<ExecResult> {
    const { switches, directories, quietAboutDirectories } = this.#flags;
    for (const directory of directories) {
      this.#cwd = resolvePath(this.#cwd, directory);
      if (!this.#host.files.existsSync(this.#cwd)) return failed(`${this.#me}: *** ${directory}: No such file or directory.  Stop.\n`, 2);
    }
    const tells = switches.has('w') || (!quietAboutDirectories && !switches.has('s') && (directories.length > 0 || this.#level > 0));
    if (tells) switches.add('w');
    if (tells) this.#output.say('stdout', `${this.#me}: Entering directory '${this.#cwd}'\n`);
    const exitCode = await this.#caught();
    if (tells) this.#output.say('stdout', `${this.#me}: Leaving directory '${this.#cwd}'\n`);
    return this.#output.result(exitCode);
  }

  async #caught(): Promise<number> {
    try {
      return await this.#makeGoals(0);
    } catch (error) {
      if (!(error instanceof MakeError)) throw error;
      const where = error.place === null ? this.#me : placeText(error.place);
      this.#output.say('stderr', `${where}: *** ${error.message}.  Stop.\n`);
      return 2;
    }
  }

  /** `attempt`: a makefile that had to be made is read again once it is there. */
  async #makeGoals(attempt: number): Promise<number> {
    const variables = attempt === 0 ? this.#variables : new Variables();
    const expansion = new Expansion(variables, this.#surroundings(), null);
    const reader = new Reader(expansion, { read: (name) => this.#read(name), say: (text) => this.#output.say('stderr', `${text}`) });
    await this.#define(reader);
    await this.#readMakefiles(reader);
    readFlags(wordsOfMakeflags(await expansion.value('MAKEFLAGS')), { ...this.#flags, definitions: [], goals: [] });
    const { switches } = this.#flags;
    const update = new Update(reader.rules, expansion, this.#disk(), this.#shell(reader), {
      mode: switches.has('n') ? 'print' : switches.has('q') ? 'question' : switches.has('t') ? 'touch' : 'run',
      isSilent: switches.has('s'),
      ignoresErrors: switches.has('i'),
      keepsGoing: switches.has('k'),
      makesAlways: switches.has('B'),
      me: this.#me,
    });
    const wanted = reader.missing.filter(({ name }) => attempt === 0 && update.canMake(name));
    for (const { name, place, isOptional } of reader.missing) {
      if (isOptional || wanted.some((each) => each.name === name)) continue;
      this.#output.say('stderr', `${placeText(place)}: ${name}: No such file or directory\n`);
      throw new MakeError(`No rule to make target '${name}'`);
    }
    if (wanted.length > 0) {
      const exitCode = await update.goals(wanted.map(({ name }) => name));
      return exitCode === 0 ? this.#makeGoals(attempt + 1) : exitCode;
    }
    return update.goals(await this.#goals(reader));
  }

  async #goals(reader: Reader): Promise<readonly string[]> {
    if (this.#flags.goals.length > 0) return this.#flags.goals.map((goal) => goal.replace(/^(?:\.\/+)+(?=.)/, ''));
    const named = (await new Expansion(reader.variables, this.#surroundings(), null).value('.DEFAULT_GOAL')).trim();
    const goal = named === '' ? reader.rules.firstTarget : named;
    if (goal === '') throw new MakeError(this.#makefiles().length === 0 ? 'No targets specified and no makefile found' : 'No targets');
    return [goal];
  }

  /** What holds before anything is read: make's own variables, the environment's, and those of the command line. */
  async #define(reader: Reader): Promise<void> {
    const { variables } = reader;
    const overrides = this.#flags.switches.has('e') ? 'environment override' : 'environment';
    for (const [name, value] of Object.entries(DEFAULTS)) variables.set(name, { value, flavor: 'recursive', origin: 'default' });
    for (const [name, value] of Object.entries(this.#environment)) {
      if (name === 'SHELL' || name === 'MAKELEVEL') continue;
      variables.set(name, { value: value.replaceAll('$', () => '$$'), flavor: 'recursive', origin: overrides });
      variables.exported.set(name, true);
    }
    const known = {
      SHELL: '/bin/sh',
      CURDIR: this.#cwd,
      MAKELEVEL: String(this.#level),
      MAKEFLAGS: makeflags(this.#flags),
      MAKEFILE_LIST: '',
    };
    for (const [name, value] of Object.entries(known)) variables.set(name, { value, flavor: 'simple', origin: 'file' });
    variables.set('MAKECMDGOALS', { value: this.#flags.goals.join(' '), flavor: 'simple', origin: 'file' });
    for (const definition of this.#flags.definitions) {
      await reader.assign(definition, 'command line', null);
      variables.exported.set(definition.name, true);
    }
  }

  #makefiles(): readonly string[] {
    if (this.#flags.makefiles.length > 0) return this.#flags.makefiles;
    return ['GNUmakefile', 'makefile', 'Makefile'].filter((name) => this.#host.files.existsSync(resolvePath(this.#cwd, name))).slice(0, 1);
  }

  async #readMakefiles(reader: Reader): Promise<void> {
    for (const name of this.#makefiles()) {
      const text = name === '-' ? textOf(this.#ctx.stdin as unknown as string) : this.#read(name);
      if (text === null) {
        this.#output.say('stderr', `${this.#me}: ${name}: No such file or directory\n`);
        throw new MakeError(`No rule to make target '${name}'`);
      }
      await reader.read(name, text);
    }
  }

  #read(name: string): string | null {
    const path = resolvePath(this.#cwd, name);
    try {
      return new TextDecoder().decode(this.#host.files.readSync(path));
    } catch {
      return null;
    }
  }

  #surroundings() {
    const { files } = this.#host;
    return {
      shell: (command: string) => this.#captured(command),
      wildcard: (pattern: string) =>
        isGlob(pattern) ? filesNamed(files, this.#cwd, pattern) : files.existsSync(resolvePath(this.#cwd, pattern)) ? [pattern] : [],
      realPath: (name: string) => (files.existsSync(resolvePath(this.#cwd, name)) ? resolvePath(this.#cwd, name) : null),
      absolutePath: (name: string) => resolvePath(this.#cwd, name),
      say: (stream: 'stdout' | 'stderr', text: string) => this.#output.say(stream, text),
    };
  }

  #disk(): Disk {
    const { files } = this.#host;
    return {
      exists: (name) => files.existsSync(resolvePath(this.#cwd, name)),
      modified: async (name) => {
        const path = resolvePath(this.#cwd, name);
        return files.existsSync(path) ? (await files.stat(path)).mtime.getTime() : null;
      },
      touch: async (name) => {
        const path = resolvePath(this.#cwd, name);
        if (files.existsSync(path) && (await files.stat(path)).isDirectory) return;
        files.writeSync(path, files.existsSync(path) ? files.readSync(path) : new Uint8Array());
      },
      remove: (name) => files.removeSync(resolvePath(this.#cwd, name)),
    };
  }

  #shell(reader: Reader): Shell {
    const { host, output } = { host: this.#host, output: this.#output };
    return {
      say: (stream, text) => output.say(stream, text),
      get isStopped() {
        return host.signal().aborted;
      },
      run: async (command, expansion) => {
        const environment = await this.#exported(reader, expansion);
        const missing = this.#missingProgram(command);
        if (missing !== null) {
          output.say('stderr', `${this.#me}: ${missing}: No such file or directory\n`);
          return 127;
        }
        const result = await this.#execute(command, environment, expansion, true);
        output.take(result);
        return result.exitCode;
      },
    };
  }

  async #captured(command: string): Promise<{ readonly stdout: string; readonly exitCode: number }> {
    const { stdout, stdoutKind, stdoutEncoding, stderr, exitCode } = await this.#execute(command, this.#environment, null, false);
    this.#output.say('stderr', stderr);
    return { stdout: stdoutKind === 'bytes' || stdoutEncoding === 'binary' ? textOf(stdout) : stdout, exitCode };
  }

  /** What make starts itself, because it needs no shell, it misses itself. */
  #missingProgram(command: string): string | null {
    if (/[#;"*?[\]&|<>(){}$`^~!=\\\n']/.test(command)) return null;
    const [name = ''] = command.trim().split(/\s+/);
    if (name === '' || name.includes('/') || BUILTINS.has(name)) return null;
    return this.#ctx.getRegisteredCommands?.().includes(name) === false ? name : null;
  }

  /** The environment of recipes: make's own, what is exported, and what a make within needs to know. */
  async #exported(reader: Reader, expansion: Expansion): Promise<Record<string, string>> {
    const environment: Record<string, string> = { ...this.#environment };
    const { variables } = expansion;
    for (const name of variables.names()) {
      const origin = variables.get(name)?.origin;
      const isExported = variables.exported.get(name) ?? (reader.exportsAll && origin !== 'default' && origin !== 'automatic');
      if (!/^[A-Za-z_]\w*$/.test(name) || OWN.has(name)) continue;
      if (isExported) environment[name] = await expansion.value(name);
      else if (variables.exported.get(name) === false) delete environment[name];
    }
    environment['MAKEFLAGS'] = makeflags(this.#flags);
    environment['MAKELEVEL'] = String(this.#level + 1);
    return environment;
  }

  async #execute(
    command: string,
    environment: Readonly<Record<string, string>>,
    expansion: Expansion | null,
    isShown: boolean,
  ): Promise<ExecResult> {
    const { exec, signal } = this.#ctx;
    if (exec === undefined) return failed('make: no shell can be started here\n', 126);
    const shell = expansion === null ? '/bin/sh' : await expansion.value('SHELL');
    const flags = expansion === null ? '-c' : await expansion.value('.SHELLFLAGS');
    const words = [...flags.split(/\s+/).filter((word) => word !== ''), command].map(quoted).join(' ');
    const names = Object.keys(environment).filter((name) => /^[A-Za-z_]\w*$/.test(name));
    if (isShown) this.#host.passStreams();
    return exec(`${names.length === 0 ? '' : `export ${names.join(' ')}; `}${shell.slice(shell.lastIndexOf('/') + 1)} ${words}`, {
      cwd: this.#cwd,
      env: { ...environment },
      replaceEnv: true,
      ...(isShown ? { stdin: this.#ctx.stdin as unknown as string, stdinKind: 'bytes' as const } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Names that make sets in the environment itself. */
const OWN: ReadonlySet<string> = new Set(['MAKEFLAGS', 'MAKELEVEL', 'SHELL', 'CURDIR', 'MAKEFILE_LIST']);
/** Words that only a shell knows. */
const BUILTINS: ReadonlySet<string> = new Set(
  '. : alias bg break case cd continue eval exec exit export false fg for getopts hash if jobs kill local printf pwd read readonly return set shift source test time times trap true type ulimit umask unalias unset until wait while'.split(
    ' ',
  ),
);

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
