/** `pip`: packages of pure Python, from wheels on the computer or from an index that the host gives. It imports this room's files. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import type { CommandHost } from '../commands/host.ts';
import { readOptions, type Options } from '../commands/options.ts';
import { failed, printed } from '../commands/result.ts';
import { resolvePath } from '../files/path.ts';
import { PipError } from './errors.ts';
import { markerHolds } from './markers.ts';
import { nothingWanted, readRequirementsFile, requirementOf, together, type FileReader, type Wanted } from './requirements.ts';
import { resolve } from './resolve.ts';
import { installedIn, installWheel, siteFolders, uninstall, type Installed, type SiteFolders } from './site.ts';
import { Sources } from './sources.ts';
import { normalName } from './versions.ts';

const VERSION = '25.3';
const USAGE = `
Usage:
  pip <command> [options]

Commands:
  install                     Install packages.
  uninstall                   Uninstall packages.
  freeze                      Output installed packages in requirements format.
  list                        List installed packages.
  show                        Show information about installed packages.
  check                       Verify installed packages have compatible dependencies.
  help                        Show help for commands.
`;

/** One call of pip. */
interface Call {
  readonly host: CommandHost;
  readonly ctx: ResolvedCommandContext;
  readonly folders: SiteFolders;
  readonly env: Readonly<Record<string, string>>;
}

type Command = (call: Call, args: readonly string[]) => Promise<ExecResult> | ExecResult;

const COMMANDS: Readonly<Record<string, Command>> = { install, uninstall: remove, list, freeze, show, check, help: () => printed(USAGE) };

/** Runs `pip` with these arguments. */
export async function pip(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const [command, ...rest] = args.filter((arg) => arg !== '--disable-pip-version-check');
  const env = ctx.exportedEnv ?? {};
  const folders = siteFolders(env, env['HOME'] ?? `/home/${host.user.login}`);
  if (command === undefined || command === '--help' || command === '-h') return printed(USAGE);
  if (command === '--version' || command === '-V')
    return printed(`pip ${VERSION} from /usr/lib/python3.14/site-packages/pip (python 3.14)\n`);
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (run === undefined) return failed(`ERROR: unknown command "${command}"\n`);
  try {
    return await run({ host, ctx, folders, env }, rest);
  } catch (error) {
    if (!(error instanceof PipError)) throw error;
    return failed(`ERROR: ${error.message}\n`);
  }
}

/** Digits stand for what has no short form. */
const INSTALL = {
  letters: 'r:c:f:i:0:Uqvet:12345678:9:',
  names: {
    requirement: 'r',
    constraint: 'c',
    'find-links': 'f',
    'index-url': 'i',
    'extra-index-url': '0',
    upgrade: 'U',
    quiet: 'q',
    verbose: 'v',
    editable: 'e',
    target: 't',
    'force-reinstall': '1',
    'no-deps': '2',
    'no-index': '3',
    'require-hashes': '4',
    pre: '5',
    'dry-run': '6',
    user: '7',
    'no-input': '7',
    'no-cache-dir': '7',
    'break-system-packages': '7',
    'only-binary': '8',
    'progress-bar': '9',
  },
};

async function install(call: Call, args: readonly string[]): Promise<ExecResult> {
  const options = readOptions(args, INSTALL);
  if (typeof options === 'string') return usage('install', options);
  const { flags } = options;
  if (flags.has('e'))
    throw new PipError('editable installs need a build, and this computer cannot build packages: put its folder on PYTHONPATH instead');
  const wanted = wantedBy(call, options);
  if (wanted.requirements.length === 0 && !flags.has('r'))
    return failed('ERROR: You must give at least one requirement to install (see "pip help install")\n');
  const { files } = call.host;
  const target = flags.get('t');
  const folders =
    target === undefined
      ? call.folders
      : { packages: resolvePath(call.ctx.cwd, target), bin: resolvePath(call.ctx.cwd, `${target}/bin`), environment: null };
  const said = new Speech(call.host, flags.has('q'));
  const say = (line: string): void => said.say(line);
  const sources = new Sources({ files, cwd: call.ctx.cwd, index: call.host.packageIndex, ...wanted, say });
  if (wanted.findLinks.length > 0) say(`Looking in links: ${[...new Set(wanted.findLinks)].join(', ')}`);
  const installed = installedIn(files, folders);
  try {
    const pins = await resolve(wanted, {
      sources,
      installed,
      withDependencies: !flags.has('2'),
      upgrade: flags.has('U'),
      reinstall: flags.has('1'),
      say,
    });
    const coming = pins.filter(({ wheel, key, version }) => wheel && (flags.has('1') || !isThere(installed, key, version)));
    if (coming.length === 0) return said.result();
    const names = coming.map(({ name, version }) => `${name}-${version}`).sort();
    if (flags.has('6')) {
      say(`Would install ${names.join(' ')}`);
      return said.result();
    }
    say(`Installing collected packages: ${coming.map(({ name }) => name).join(', ')}`);
    for (const { key, wheel, requested } of coming) {
      const old = installed.find((one) => one.key === key);
      if (old) takeAway(call, old, say, '  ');
      installWheel(files, folders, wheel!, requested);
    }
    say(`Successfully installed ${names.join(' ')}`);
    return said.result();
  } catch (error) {
    if (!(error instanceof PipError)) throw error;
    return { ...said.result(), stderr: `ERROR: ${error.message}\n`, exitCode: 1 };
  }
}

/** What pip says on stdout: at once where that is the terminal. */
class Speech {
  readonly #host: CommandHost;
  readonly #quiet: boolean;
  readonly #atOnce: boolean;
  #stdout = '';

  constructor(host: CommandHost, quiet: boolean) {
    this.#host = host;
    this.#quiet = quiet;
    this.#atOnce = host.streams().stdout;
  }

  say(line: string): void {
    if (this.#quiet) return;
    if (this.#atOnce) this.#host.write('stdout', `${line}\n`);
    else this.#stdout += `${line}\n`;
  }

  result(): ExecResult {
    return printed(this.#stdout);
  }
}

function isThere(installed: readonly Installed[], key: string, version: string): boolean {
  return installed.some((one) => one.key === key && one.version === version);
}

function wantedBy(call: Call, { flags, all, operands }: Options): Wanted {
  const files = fileReader(call);
  const given: Wanted = {
    ...nothingWanted,
    requirements: operands.map((text) => requirementOf(text, '')),
    findLinks: all.get('f') ?? [],
    indexes: [...(all.get('i') ?? []), ...(all.get('0') ?? [])],
    noIndex: flags.has('3'),
    requireHashes: flags.has('4'),
    pre: flags.has('5'),
  };
  const listed = (all.get('r') ?? []).map((name) => readRequirementsFile(files, name, null, false));
  const limits = (all.get('c') ?? []).map((name) => readRequirementsFile(files, name, null, true));
  return [...listed, ...limits].reduce(together, given);
}

function fileReader({ host, ctx, env }: Call): FileReader {
  return {
    env,
    read(name, from) {
      const path = resolvePath(from === null ? ctx.cwd : resolvePath(from, '..'), name);
      if (!host.files.existsSync(path)) {
        throw new PipError(`Could not open requirements file: [Errno 2] No such file or directory: '${name}'`);
      }
      return { path, text: new TextDecoder().decode(host.files.readSync(path)) };
    },
  };
}

async function remove(call: Call, args: readonly string[]): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'yr:q', names: { yes: 'y', requirement: 'r', quiet: 'q', 'break-system-packages': 'q' } });
  if (typeof options === 'string') return usage('uninstall', options);
  const listed = (options.all.get('r') ?? []).flatMap((name) => readRequirementsFile(fileReader(call), name, null, false).requirements);
  const keys = [...options.operands.map(normalName), ...listed.map(({ key }) => key)];
  if (keys.length === 0) return failed('ERROR: You must give at least one requirement to uninstall (see "pip help uninstall")\n');
  const { stdin, stdout } = call.host.streams();
  const asks = !options.flags.has('y');
  if (asks && !(stdin && stdout)) return failed('ERROR: nobody is there to say yes: pip uninstall -y\n');
  let said = '';
  let stderr = '';
  for (const key of keys) {
    const found = installedIn(call.host.files, call.folders).find((one) => one.key === key);
    if (found === undefined) {
      stderr += `WARNING: Skipping ${key} as it is not installed.\n`;
      continue;
    }
    if (asks) {
      call.host.write(
        'stdout',
        `Found existing installation: ${found.name} ${found.version}\nUninstalling ${found.name}-${found.version}:\nProceed (Y/n)? `,
      );
      const answer = await call.host.readLine();
      if (answer === null || !/^(?:y|yes)?$/i.test(answer.trim())) continue;
      uninstall(call.host.files, found);
      said += `  Successfully uninstalled ${found.name}-${found.version}\n`;
    } else takeAway(call, found, (line) => (said += `${line}\n`), '');
  }
  return { ...printed(said), stderr };
}

function takeAway({ host }: Call, found: Installed, say: (line: string) => void, indent: string): void {
  const { name, version } = found;
  if (indent !== '') say(`${indent}Attempting uninstall: ${name}`);
  say(`${indent.repeat(2)}Found existing installation: ${name} ${version}`);
  say(`${indent.repeat(2)}Uninstalling ${name}-${version}:`);
  uninstall(host.files, found);
  say(`${indent.repeat(2)}  Successfully uninstalled ${name}-${version}`);
}

function list({ host, folders }: Call, args: readonly string[]): ExecResult {
  const options = readOptions(args, { letters: 'f:', names: { format: 'f' } });
  if (typeof options === 'string') return usage('list', options);
  const installed = installedIn(host.files, folders);
  const format = options.flags.get('f') ?? 'columns';
  if (format === 'json') return printed(`${JSON.stringify(installed.map(({ name, version }) => ({ name, version })))}\n`);
  if (format === 'freeze') return printed(installed.map(({ name, version }) => `${name}==${version}\n`).join(''));
  if (format !== 'columns') return usage('list', `option --format: invalid choice: '${format}' (choose from columns, freeze, json)`);
  if (installed.length === 0) return printed('');
  const width = Math.max(7, ...installed.map(({ name }) => name.length));
  const versions = Math.max(7, ...installed.map(({ version }) => version.length));
  const rows = installed.map(({ name, version }) => `${name.padEnd(width)} ${version}\n`);
  return printed(`${'Package'.padEnd(width)} Version\n${'-'.repeat(width)} ${'-'.repeat(versions)}\n${rows.join('')}`);
}

function freeze({ host, folders }: Call, args: readonly string[]): ExecResult {
  if (args.length > 0) return usage('freeze', `no such option: ${args[0]}`);
  return printed(
    installedIn(host.files, folders)
      .map(({ name, version }) => `${name}==${version}\n`)
      .join(''),
  );
}

function show({ host, folders }: Call, args: readonly string[]): ExecResult {
  const options = readOptions(args, { letters: 'f', names: { files: 'f' } });
  if (typeof options === 'string') return usage('show', options);
  if (options.operands.length === 0) return failed('WARNING: ERROR: Please provide a package name or names.\n');
  const installed = installedIn(host.files, folders);
  const found = options.operands.flatMap((name) => installed.find(({ key }) => key === normalName(name)) ?? []);
  const missing = options.operands.filter((name) => !installed.some(({ key }) => key === normalName(name)));
  const warning = missing.length > 0 ? `WARNING: Package(s) not found: ${missing.join(', ')}\n` : '';
  const text = found.map((one) => shownText(one, installed, options.flags.has('f'))).join('---\n');
  return { ...printed(text, found.length > 0 ? 0 : 1), stderr: warning };
}

function shownText(one: Installed, installed: readonly Installed[], withFiles: boolean): string {
  const needs = requirementsOf(one).map(({ name }) => name);
  const neededBy = installed.filter((other) => requirementsOf(other).some(({ key }) => key === one.key)).map(({ name }) => name);
  const fields = [
    ['Name', one.name],
    ['Version', one.version],
    ['Summary', one.summary],
    ['Home-page', one.homepage],
    ['Author', one.author],
    ['License', one.license],
    ['Location', one.location],
    ['Requires', needs.join(', ')],
    ['Required-by', neededBy.join(', ')],
  ];
  const files = one.files.map((path) => `  ${path.startsWith(`${one.location}/`) ? path.slice(one.location.length + 1) : path}\n`);
  return fields.map(([name, value]) => `${name}: ${value}\n`).join('') + (withFiles ? `Files:\n${files.join('')}` : '');
}

function check({ host, folders }: Call): ExecResult {
  const installed = installedIn(host.files, folders);
  const missing = installed.flatMap((one) =>
    requirementsOf(one)
      .filter(({ key }) => !installed.some((other) => other.key === key))
      .map(({ name }) => `${one.name} ${one.version} requires ${name}, which is not installed.\n`),
  );
  return missing.length > 0 ? printed(missing.join(''), 1) : printed('No broken requirements found.\n');
}

function requirementsOf({ requires }: Installed) {
  return requires.map((line) => requirementOf(line, '')).filter(({ marker }) => marker === '' || markerHolds(marker, ''));
}

function usage(command: string, problem: string): ExecResult {
  return failed(`\nUsage:\n  pip ${command} [options] ...\n\n${problem}\n`, 2);
}
