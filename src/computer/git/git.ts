/**
 * computer/git: the `git` command of a computer and readings of its repositories. It may import platform, computer's contract, files
 * and session/buffer, just-bash, just-git, isomorphic-git, fflate and @noble/hashes.
 *
 * - All that is typed and printed is our own (`commands/`), over our own objects, refs, index and wire protocol.
 * - just-git is the engine below it: line differences, renames and three-way merges (`engine.ts`, `merging.ts`), unpacking what
 *   comes over http (`transport.ts`), a job's clone of an origin that cannot hand over its objects (`checkout.ts`), and `gc` and `repack`
 *   as whole commands (`delegate.ts`).
 * - isomorphic-git reads history for the page (`history.ts`), as a second opinion on what our git wrote.
 */
import type { Command, CommandContext, ExecResult } from 'just-bash';
import type { NetworkPolicy } from 'just-git';
import type { Clock } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { GitCall, type Surroundings, type Terminal } from './call.ts';
import { Config } from './config.ts';
import { COMMANDS, notACommand } from './commands/commands.ts';
import { delegate } from './delegate.ts';
import { Disk } from './disk.ts';
import { fatal, GitExit, unsupported } from './errors.ts';
import { HELP, USAGE } from './help.ts';
import { splitWords } from './words.ts';

/** The version whose behaviour is followed. */
const VERSION = '2.39.5';

export interface GitOptions {
  readonly clock: Clock;
  /** How remote repositories over http are reached; without it every one is out of reach. */
  readonly network: NetworkPolicy | undefined;
  readonly files: FileSystem;
  /** Who commits when neither settings nor environment say. */
  readonly user: { readonly name: string; readonly email: string };
}

/** Runs `git` with these arguments; where it may speak to the terminal itself, its result has no output. */
export type Git = (args: readonly string[], context: CommandContext, terminal?: Terminal | null) => Promise<ExecResult>;

/** The `git` of one computer. */
export function gitOf({ clock, network, files, user }: GitOptions): Git {
  const surroundings: Surroundings = { disk: new Disk(files), clock, network, user };
  return (args, context, terminal = null) => git(args, context, surroundings, terminal);
}

/** The `git` command for one computer. */
export function gitCommand(options: GitOptions): Command {
  const run = gitOf(options);
  return { name: 'git', trusted: true, execute: (args, context) => run(args, context) };
}

async function git(
  args: readonly string[],
  context: CommandContext,
  surroundings: Surroundings,
  terminal: Terminal | null,
): Promise<ExecResult> {
  const call = new GitCall(surroundings, context, terminal);
  try {
    return call.result(await run(call, args, []));
  } catch (error) {
    if (error instanceof GitExit) {
      call.err(error.text);
      return call.result(error.exitCode);
    }
    if (error instanceof Delegated) return error.result;
    // A damaged repository ends a command as a sentence, not as a stack.
    call.err(`fatal: ${error instanceof Error ? error.message : String(error)}\n`);
    return call.result(128);
  }
}

/** The answer of a command that just-git ran. */
class Delegated extends Error {
  readonly result: ExecResult;

  constructor(result: ExecResult) {
    super('delegated');
    this.result = result;
  }
}

async function run(call: GitCall, all: readonly string[], expanded: readonly string[]): Promise<number> {
  const args = readGlobalOptions(call, all);
  const [name, ...rest] = args;
  if (name === undefined) {
    call.out(USAGE);
    return 1;
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    call.line(`git version ${VERSION}`);
    return 0;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    call.out(HELP);
    return 0;
  }
  if (name.startsWith('-')) throw new GitExit(`unknown option: ${name}\n${USAGE}`, 129);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command(call, rest);
  const alias = call.settings.get(`alias.${name}`);
  if (alias !== undefined) return runAlias(call, name, alias, rest, expanded);
  if (!DELEGATED.has(name)) throw notACommand(call, name);
  const quiet = rest.some((word) => word === '-q' || word === '--quiet');
  const result = await runDelegated(call, quiet ? args.filter((word) => word !== '-q' && word !== '--quiet') : args);
  const unknown = /^Unknown option "(.*?)"/.exec(result.stderr);
  if (unknown !== null) throw unsupported(`'git ${name} ${unknown[1]}'`);
  throw new Delegated(quiet && result.exitCode === 0 ? { ...result, stdout: '', stderr: '' } : result);
}

/** What just-git does well enough that it is not written again here. */
const DELEGATED: ReadonlySet<string> = new Set(['gc', 'repack']);

async function runDelegated(call: GitCall, args: readonly string[]): Promise<ExecResult> {
  const env = new Map(call.env);
  const { name, email } = call.person('committer');
  const now = `${Math.floor(call.now() / 1000)} +0000`;
  for (const role of ['AUTHOR', 'COMMITTER']) {
    env.set(`GIT_${role}_NAME`, env.get(`GIT_${role}_NAME`) ?? name);
    env.set(`GIT_${role}_EMAIL`, env.get(`GIT_${role}_EMAIL`) ?? email);
    env.set(`GIT_${role}_DATE`, env.get(`GIT_${role}_DATE`) ?? now);
  }
  const inner = { ...call.shell, fs: call.shell.fs, stdin: call.shell.stdin, env, cwd: call.cwd } as CommandContext;
  const defaults = Config.of(call.outerLayers().flatMap(({ config }) => config.entries().map(({ key, value }) => [key, value] as const)));
  return delegate(args, inner, { network: call.surroundings.network, defaults, overrides: call.overrides });
}

async function runAlias(call: GitCall, name: string, alias: string, args: readonly string[], expanded: readonly string[]): Promise<number> {
  if (expanded.includes(name)) throw fatal(`alias loop detected: expansion of '${expanded[0]}' does not terminate:`);
  if (!alias.startsWith('!')) {
    const words = splitWords(alias);
    if (words === null) throw fatal(`bad alias.${name} string: unclosed quote`);
    return run(call, [...words, ...args], [...expanded, name]);
  }
  const quoted = args.map((arg) => ` '${arg.replaceAll("'", "'\\''")}'`).join('');
  const { stdout, stderr, exitCode } = await call.run(alias.slice(1) + quoted, call.tryRepository?.workTree ?? call.cwd, {
    GIT_PREFIX: call.prefix,
  });
  call.out(stdout);
  call.err(stderr);
  return exitCode;
}

/** Options between `git` and the command's name; gives what follows them. */
function readGlobalOptions(call: GitCall, all: readonly string[]): readonly string[] {
  const args = [...all];
  for (;;) {
    const arg = args[0] ?? '';
    const [name = '', attached] = arg.startsWith('--') ? arg.split(/=(.*)/s) : [arg];
    const value = (): string => {
      const given = attached ?? args.shift();
      if (given === undefined)
        throw new GitExit(
          `no ${name === '-C' ? 'directory' : name === '-c' ? 'config' : 'value'} given for '${name}' option\n${USAGE}`,
          129,
        );
      return given;
    };
    if (
      ![
        '-C',
        '-c',
        '--git-dir',
        '--work-tree',
        '--no-pager',
        '-P',
        '-p',
        '--paginate',
        '--bare',
        '--literal-pathspecs',
        '--no-optional-locks',
        '--no-replace-objects',
        '--exec-path',
        '--namespace',
        '--config-env',
      ].includes(name)
    )
      return args;
    args.shift();
    if (name === '-C') enter(call, value());
    else if (name === '-c') {
      const [key = '', setting = 'true'] = value().split(/=(.*)/s);
      if (!key.includes('.'))
        throw new GitExit(`error: key does not contain a section: ${key}\nfatal: unable to parse command-line config\n`, 128);
      call.overrides.add(key, setting);
    } else if (name === '--git-dir') call.gitDir = call.resolve(value());
    else if (name === '--work-tree') call.workTree = call.resolve(value());
    else if (name === '--bare') call.gitDir ??= call.cwd;
    else if (name === '--exec-path' && attached === undefined) {
      call.line('/usr/lib/git-core');
      throw new GitExit('', 0);
    } else if (name === '--namespace' || name === '--config-env') throw fatal(`${name} is not supported here`);
    call.refresh();
  }
}

function enter(call: GitCall, folder: string): void {
  const path = folder === '' ? call.cwd : call.resolve(folder);
  if (!call.disk.isDirectory(path)) {
    const what = call.disk.exists(path) ? 'Not a directory' : 'No such file or directory';
    throw fatal(`cannot change to '${folder}': ${what}`);
  }
  call.cwd = path;
}
