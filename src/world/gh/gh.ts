/** `gh`: the origin's pull requests, work items, runs, releases and settings from the terminal, with the verbs that people type elsewhere. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import type { CommandTerminal, FileSystem } from '../../computer/contract.ts';
import { Disk } from '../../computer/git/disk.ts';
import { Repository } from '../../computer/git/repository.ts';
import { NotFoundError, RefusedError } from '../../forge/forge.ts';
import type { AtTerminal } from '../commands.ts';
import type { World } from '../world.ts';
import { GhError, type GhCall, type GhCommand, type GhNoun } from './call.ts';
import { flags, readArguments, UsageError } from './flags.ts';
import { issue } from './issue.ts';
import { pr } from './pr.ts';
import { release } from './release.ts';
import { run, workflow } from './run.ts';
import { secret, variable } from './settings.ts';

const NOUNS: Readonly<Record<string, GhNoun>> = { pr, issue, run, workflow, release, secret, variable };

/** What the real tool has beside these; each is refused by name. */
const ELSEWHERE = [
  'alias',
  'api',
  'attestation',
  'browse',
  'cache',
  'codespace',
  'config',
  'copilot',
  'extension',
  'gist',
  'gpg-key',
  'label',
  'org',
  'project',
  'ruleset',
  'search',
  'ssh-key',
  'status',
];

const USAGE = `Work with the company's origin from the command line.

USAGE
  gh <command> <subcommand> [flags]

COMMANDS
${Object.entries(NOUNS)
  .map(([noun, verbs]) => `  ${`${noun}:`.padEnd(11)}${Object.keys(verbs).join(', ')}\n`)
  .join('')}  auth:      status
  repo:      view

`;

/** Runs `gh` for a person of the company. */
export async function gh(
  world: World,
  person: AtTerminal,
  files: FileSystem,
  args: readonly string[],
  context: ResolvedCommandContext,
  terminal: CommandTerminal,
): Promise<ExecResult> {
  const { login } = person;
  let [stdout, stderr] = ['', ''];
  const out = (text: string) => void (stdout += text);
  const end = (exitCode: number): ExecResult => ({ stdout, stderr, exitCode });
  const streams = terminal.streams();
  // What goes to the same screen keeps its order.
  const err = streams.stdout && streams.stderr ? out : (text: string) => void (stderr += text);
  try {
    const plain = plainAnswer(world, login, args);
    if (plain !== null) {
      out(plain);
      return end(0);
    }
    if (context.env.get('GITHUB_ACTIONS') === 'true' && !context.env.get('GH_TOKEN') && !context.env.get('GITHUB_TOKEN')) {
      throw new GhError(
        'gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable. Example:\n  env:\n    GH_TOKEN: ${{ github.token }}',
        4,
      );
    }
    const { command, rest, path } = find(args);
    if (rest.includes('--help') || rest.includes('-h')) {
      out(usageOf(path, command));
      return end(0);
    }
    await person.pushesHandled();
    const wanted = readArguments(rest, flags(`${command.flags} repo=R`));
    const repository = Repository.find(new Disk(files), context.cwd);
    const call: GhCall = {
      world,
      origin: originOf(world, wanted.value('repo'), repository),
      login,
      args: wanted,
      context,
      files,
      terminal: streams.stdout,
      columns: terminal.columns,
      branch: () => repository?.branch ?? null,
      out,
      err,
      git: async (...parts) => {
        if (context.exec === undefined) throw new GhError('git is out of reach here');
        const result = await context.exec(`git ${parts.map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(' ')} 2>&1`, {
          cwd: context.cwd,
        });
        if (result.exitCode !== 0 || parts[0] === 'checkout') err(result.stdout);
        return result.exitCode;
      },
      now: world.clock.now(),
      runsEnd: person.runsEnd,
    };
    return end((await command.run(call)) ?? 0);
  } catch (error) {
    if (error instanceof UsageError) err(`${error.message}\n\n${usageFor(args)}`);
    else if (error instanceof GhError) {
      err(`${error.message}\n`);
      return end(error.exitCode);
    } else if (error instanceof RefusedError || error instanceof NotFoundError) err(`${error.message}\n`);
    else throw error;
    return end(1);
  }
}

/** The calls that need no repository, or null. */
function plainAnswer(world: World, login: string, args: readonly string[]): string | null {
  const [noun, verb] = args;
  if (noun === undefined || noun === 'help' || noun === '--help' || noun === '-h') return USAGE;
  if (noun === '--version' || noun === 'version') return 'gh version 2 (as Plumbline has it)\n';
  const host = new URL(world.forge.url).host;
  if (noun === 'auth' && verb === 'status')
    return `${host}\n  ✓ Logged in to ${host} account ${login} (keyring)\n  - Active account: true\n  - Git operations protocol: https\n`;
  if (noun === 'repo' && verb === 'view')
    return `name:\tfieldleaf/${world.options.repository}\nurl:\t${world.forge.url}/${world.options.repository}\nowner:\tfieldleaf\n`;
  return null;
}

interface Found {
  readonly command: GhCommand;
  readonly rest: readonly string[];
  readonly path: string;
}

function find(args: readonly string[]): Found {
  const [noun = '', verb, ...rest] = args;
  const verbs = Object.hasOwn(NOUNS, noun) ? NOUNS[noun] : undefined;
  if (verbs === undefined) {
    if (ELSEWHERE.includes(noun) || noun === 'auth' || noun === 'repo')
      throw new GhError(`gh ${args.slice(0, 2).join(' ')} is not on this computer. \`gh help\` lists what is.`);
    throw new GhError(
      `unknown command "${noun}" for "gh"\n\nUsage:  gh <command> <subcommand> [flags]\n\nAvailable commands:\n${Object.keys(NOUNS)
        .map((name) => `  ${name}`)
        .join('\n')}`,
    );
  }
  const name = verb === 'ls' ? 'list' : verb === 'new' ? 'create' : verb;
  const command = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (command === undefined || name === undefined) {
    const available = `Available commands:\n${Object.keys(verbs)
      .map((other) => `  ${other}`)
      .join('\n')}`;
    throw new GhError(
      verb === undefined || verb.startsWith('-')
        ? `Usage:  gh ${noun} <command> [flags]\n\n${available}`
        : `unknown command "${verb}" for "gh ${noun}"\n\nUsage:  gh ${noun} <command> [flags]\n\n${available}`,
    );
  }
  return { command, rest, path: `${noun} ${name}` };
}

function usageOf(path: string, { usage, flags: spec }: GhCommand): string {
  const lines = flags(spec).map(
    ({ name, letter, kind }) => `  ${letter === undefined ? '    ' : `-${letter}, `}--${name}${kind === 'switch' ? '' : ' value'}\n`,
  );
  return `Usage:  gh ${path} ${usage}\n${lines.length > 0 ? `\nFlags:\n${lines.join('')}` : ''}`;
}

function usageFor(args: readonly string[]): string {
  try {
    const { command, path } = find(args);
    return usageOf(path, command);
  } catch {
    return '';
  }
}

/** The repository on the origin that the call is about: `--repo`, or the remote of the folder it is made in. */
function originOf(world: World, named: string | null, repository: Repository | null) {
  const name = named?.replace(/^(.*\/)?fieldleaf\//, '') ?? null;
  if (name !== null) {
    if (!world.forge.repositories().includes(name))
      throw new GhError(`GraphQL: Could not resolve to a Repository with the name '${named}'. (repository)`);
    return world.forge.repository(name);
  }
  if (repository === null) throw new GhError('failed to run git: fatal: not a git repository (or any of the parent directories): .git\n');
  const config = repository.config();
  const url = config.get('remote.origin.url') ?? '';
  const found = world.forge.repositories().find((other) => url.replace(/\.git$|\/$/, '') === `${world.forge.url}/${other}`);
  if (found === undefined)
    throw new GhError(
      url === ''
        ? 'no git remotes found'
        : `none of the git remotes configured for this repository point to a known GitHub host. The company's is ${world.forge.url}`,
    );
  return world.forge.repository(found);
}
