import type { CommandContext, ExecResult } from 'just-bash';
import type { NetworkPolicy } from 'just-git';
import type { Clock, OutputStream } from '../../platform/platform.ts';
import { Config } from './config.ts';
import { parseDate } from './date.ts';
import { decode, encode, type Disk } from './disk.ts';
import { fatal, GitExit } from './errors.ts';
import type { Person } from './objects.ts';
import { Repository } from './repository.ts';
import type { RefChange } from './refs.ts';
import { Settings, type Layer } from './settings.ts';

/** What one computer gives to its `git`. */
export interface Surroundings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly network: NetworkPolicy | undefined;
  readonly user: { readonly name: string; readonly email: string };
}

/** The terminal itself, where a command speaks to it with both streams. */
export interface Terminal {
  speak(stream: OutputStream, text: string): void;
  /** The next line that the person types, or null at the end of input; null where stdin is something else. */
  readonly readLine: (() => Promise<string | null>) | null;
}

/** Something said: text, or bytes that need not be text. */
interface Said {
  readonly stream: OutputStream;
  readonly part: string | Uint8Array;
}

/** One run of `git`: where it stands, what it may look at, and what it says. */
export class GitCall {
  readonly surroundings: Surroundings;
  readonly disk: Disk;
  readonly env: ReadonlyMap<string, string>;
  readonly shell: CommandContext;
  /** `-c key=value`. */
  overrides = new Config();
  cwd: string;
  /** `--git-dir` and `--work-tree`. */
  gitDir: string | null = null;
  workTree: string | null = null;
  #repository: Repository | null | undefined;
  #settings: Settings | null = null;
  /** In order: what both streams say on a terminal stands there as it was said. */
  #said: Said[] = [];
  readonly #terminal: Terminal | null;
  /** Lines of stdin that nobody has read yet, or null before the first was asked for. */
  #lines: string[] | null = null;

  constructor(surroundings: Surroundings, shell: CommandContext, terminal: Terminal | null = null) {
    this.surroundings = surroundings;
    this.#terminal = terminal;
    this.disk = surroundings.disk;
    this.shell = shell;
    this.env = shell.env;
    this.cwd = shell.cwd;
    this.gitDir = this.env.get('GIT_DIR') ?? null;
    this.workTree = this.env.get('GIT_WORK_TREE') ?? null;
  }

  /** A call of its own in another folder; what it says is not heard here. */
  at(folder: string): GitCall {
    const other = new GitCall(this.surroundings, this.shell);
    other.cwd = folder;
    other.overrides = this.overrides;
    return other;
  }

  /** ms since the epoch. */
  now(): number {
    return this.surroundings.clock.now();
  }

  get home(): string {
    return this.env.get('HOME') ?? '/';
  }

  out(text: string | Uint8Array): void {
    if (text.length > 0) this.#said.push({ stream: 'stdout', part: text });
  }

  line(text: string): void {
    this.out(`${text}\n`);
  }

  err(text: string): void {
    if (text.length > 0) this.#said.push({ stream: 'stderr', part: text });
  }

  warn(message: string): void {
    this.err(`warning: ${message}\n`);
  }

  hint(lines: string, advice?: string): void {
    if (advice !== undefined && this.settings.bool(`advice.${advice}`) === false) return;
    const hints = lines.split('\n').map((line) => `hint: ${line}\n`);
    this.err(hints.join(''));
  }

  /** Throws away what was said so far: for commands that run others quietly. */
  mute<T>(work: () => T): T {
    const said = this.#said;
    this.#said = [];
    const restore = (): void => {
      this.#said = said;
    };
    const result = work();
    if (result instanceof Promise) return result.finally(restore) as T;
    restore();
    return result;
  }

  get stdin(): Uint8Array {
    return Uint8Array.from(this.shell.stdin as unknown as string, (character) => character.charCodeAt(0));
  }

  /** One line of stdin without its newline, null at its end. On a terminal the person sees first what has been said. */
  async readLine(): Promise<string | null> {
    if (this.#lines === null) {
      const text = decode(this.stdin);
      this.#lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
    }
    const line = this.#lines.shift();
    if (line !== undefined) return line;
    if (this.#terminal === null || this.#terminal.readLine === null) return null;
    this.#speakAll(this.#terminal);
    return this.#terminal.readLine();
  }

  #speakAll(terminal: Terminal): void {
    for (const { stream, part } of this.#said) terminal.speak(stream, typeof part === 'string' ? part : decode(part));
    this.#said = [];
  }

  result(exitCode: number): ExecResult {
    const binary = this.#said.some(({ part }) => typeof part !== 'string' && !isText(part));
    if (this.#terminal !== null && !binary) {
      this.#speakAll(this.#terminal);
      return { stdout: '', stderr: '', exitCode };
    }
    const all = (wanted: OutputStream, write: (part: string | Uint8Array) => string) =>
      this.#said.flatMap(({ stream, part }) => (stream === wanted ? write(part) : [])).join('');
    const stderr = all('stderr', (part) => (typeof part === 'string' ? part : decode(part)));
    if (!binary) return { stdout: all('stdout', (part) => (typeof part === 'string' ? part : decode(part))), stderr, exitCode };
    const stdout = all('stdout', (part) => latin1(typeof part === 'string' ? encode(part) : part));
    return { stdout, stdoutKind: 'bytes', stderr, exitCode };
  }

  /** The repository that the command is about, or null. */
  get tryRepository(): Repository | null {
    if (this.#repository === undefined) this.#repository = this.#findRepository();
    return this.#repository;
  }

  get repository(): Repository {
    this.expectRepository();
    return this.tryRepository as Repository;
  }

  /** Ends the command outside of a repository. */
  expectRepository(): void {
    if (this.tryRepository === null) throw fatal('not a git repository (or any of the parent directories): .git');
  }

  /** The repository, which must have a work tree. */
  get workRepository(): Repository & { readonly workTree: string } {
    const { repository } = this;
    if (repository.workTree === null) throw fatal('this operation must be run in a work tree');
    return repository as Repository & { readonly workTree: string };
  }

  /** Forgets what was found out about the repository and the settings: they have changed. */
  refresh(): void {
    this.#repository = undefined;
    this.#settings = null;
  }

  get settings(): Settings {
    return (this.#settings ??= new Settings([
      ...this.outerLayers(),
      ...this.#localLayers(),
      { scope: 'command', path: null, config: this.#commandConfig() },
    ]));
  }

  /** Settings from outside the repository. */
  outerLayers(): readonly Layer[] {
    const read = (path: string): Config => new Config(this.disk.readText(path) ?? '');
    const xdg = `${this.env.get('XDG_CONFIG_HOME') ?? `${this.home}/.config`}/git/config`;
    return [
      { scope: 'system', path: this.systemConfigPath, config: read(this.systemConfigPath) },
      ...(this.disk.exists(xdg) ? [{ scope: 'global', path: xdg, config: read(xdg) } as const] : []),
      { scope: 'global', path: this.globalConfigPath, config: read(this.globalConfigPath) },
    ];
  }

  get systemConfigPath(): string {
    return this.env.get('GIT_CONFIG_SYSTEM') ?? '/etc/gitconfig';
  }

  get globalConfigPath(): string {
    return this.env.get('GIT_CONFIG_GLOBAL') ?? `${this.home}/.gitconfig`;
  }

  /** Resolves a path that a person typed. */
  resolve(path: string): string {
    return this.shell.fs.resolvePath(this.cwd, path);
  }

  /** The folder one stands in, relative to the work tree and with a slash at the end; empty at its root or outside of it. */
  get prefix(): string {
    const root = this.tryRepository?.workTree;
    if (root === null || root === undefined || !this.cwd.startsWith(`${root === '/' ? '' : root}/`)) return '';
    const below = this.cwd.slice(root === '/' ? 1 : root.length + 1);
    return below === '' ? '' : `${below}/`;
  }

  /** Who writes a commit now. Environment, then settings, then the computer's user. */
  person(role: 'author' | 'committer'): Person {
    const variable = (name: string): string | undefined => this.env.get(`GIT_${role.toUpperCase()}_${name}`);
    const name = clean(
      variable('NAME') ?? this.settings.get(`${role}.name`) ?? this.settings.get('user.name') ?? this.surroundings.user.name,
    );
    const email = clean(
      variable('EMAIL') ??
        this.settings.get(`${role}.email`) ??
        this.settings.get('user.email') ??
        this.env.get('EMAIL') ??
        this.surroundings.user.email,
    );
    if (name === '') throw fatal(`empty ident name (for <${email}>) not allowed`);
    return { name, email, ...this.timeOf(variable('DATE')) };
  }

  /** A date from a variable or an option, or now. */
  timeOf(text: string | undefined): { readonly time: number; readonly zone: string } {
    if (text === undefined || text === '') return { time: Math.floor(this.now() / 1000), zone: this.zone };
    const date = parseDate(text, this.now());
    if (date === null) throw fatal(`invalid date format: ${text}`);
    return date;
  }

  /** The computer's time zone, as an offset. */
  get zone(): string {
    return '+0000';
  }

  change(message: string): RefChange {
    return { person: this.person('committer'), message };
  }

  /** The shortest abbreviation of an id that names nothing else, at least `length` digits. */
  short(id: string, length?: number): string {
    const configured = this.settings.get('core.abbrev');
    const wanted =
      length ??
      (configured === undefined || configured === 'auto'
        ? 7
        : configured === 'no' || configured === 'off'
          ? 40
          : Number.parseInt(configured, 10));
    const { objects } = this.repository;
    for (let digits = Math.max(4, wanted); digits < 40; digits++) {
      const prefix = id.slice(0, digits);
      if (objects.withPrefix(prefix).every((other) => other === id)) return prefix;
    }
    return id;
  }

  get excludesFile(): string {
    return this.#personalFile('core.excludesfile', 'ignore');
  }

  /** A file that a setting names, or the one in the folder of the person's git. */
  #personalFile(key: string, name: string): string {
    const configured = this.settings.get(key);
    if (configured === undefined) return `${this.env.get('XDG_CONFIG_HOME') ?? `${this.home}/.config`}/git/${name}`;
    return configured.startsWith('~/') ? `${this.home}${configured.slice(1)}` : this.resolve(configured);
  }

  /** Runs a shell command in the work tree, for editors, hooks and `!` aliases. */
  async run(command: string, cwd: string, env: Readonly<Record<string, string>> = {}, stdin = ''): Promise<ExecResult> {
    if (this.shell.exec === undefined) throw new GitExit('error: cannot run commands here\n', 1);
    return this.shell.exec(command, { cwd, env: { ...Object.fromEntries(this.env), ...env }, stdin });
  }

  #findRepository(): Repository | null {
    if (this.gitDir !== null) {
      const gitDir = this.resolve(this.gitDir);
      if (!this.disk.exists(`${gitDir}/HEAD`)) throw fatal(`not a git repository: '${this.gitDir}'`);
      return this.#furnish(new Repository(this.disk, gitDir, this.workTree === null ? this.cwd : this.resolve(this.workTree)));
    }
    const found = Repository.find(this.disk, this.cwd);
    return found && this.#furnish(found);
  }

  #furnish(repository: Repository): Repository {
    repository.outside = {
      setting: (key) => this.settings.get(key),
      attributesFile: () => this.#personalFile('core.attributesfile', 'attributes'),
    };
    return repository;
  }

  #localLayers(): readonly Layer[] {
    const repository = this.tryRepository;
    return repository ? [{ scope: 'local', path: `${repository.commonDir}/config`, config: repository.config() }] : [];
  }

  #commandConfig(): Config {
    const config = new Config(this.overrides.toString());
    const count = Number(this.env.get('GIT_CONFIG_COUNT') ?? 0);
    for (let number = 0; number < count; number++)
      config.add(this.env.get(`GIT_CONFIG_KEY_${number}`) ?? '', this.env.get(`GIT_CONFIG_VALUE_${number}`) ?? '');
    return config;
  }
}

/** Git drops what would break the format, and crud at the ends. */
function clean(text: string): string {
  return text.replace(/[<>\n]/g, '').replace(/^[\s.,:;"\\']+|[\s.,:;"\\']+$/g, '');
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
