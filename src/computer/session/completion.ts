/** What Tab offers: commands, paths, variables, and git's subcommands and branches. */
import type { Completion, FileSystem } from '../contract.ts';
import { childPath, resolvePath } from '../files/path.ts';
import { repositoryAt, textOf } from './prompt.ts';

export interface CompletionPlace {
  readonly files: FileSystem;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
  readonly functions: readonly string[];
}

const BUILTINS = (
  'alias break builtin case cd command continue declare dirs do done echo elif else esac eval exec exit export false fi for function getopts hash ' +
  'help history if in let local mapfile popd printf pushd pwd read readonly return set shift shopt source test then time true type typeset unalias ' +
  'unset until wait while'
).split(' ');

const GIT_COMMANDS = (
  'add bisect blame branch checkout cherry-pick clean clone commit config describe diff fetch grep help init log ls-files merge mv pull push rebase ' +
  'reflog remote reset restore revert rm shortlog show stash status switch tag'
).split(' ');

/** Subcommands whose arguments may be branches and tags. */
const TAKES_BRANCHES: ReadonlySet<string> = new Set(
  'branch checkout cherry-pick diff fetch log merge pull push rebase reset revert show switch tag'.split(' '),
);
const TAKES_REMOTES: ReadonlySet<string> = new Set(['fetch', 'pull', 'push', 'remote']);
const TAKES_NO_PATHS: ReadonlySet<string> = new Set(['branch', 'fetch', 'merge', 'pull', 'push', 'rebase', 'switch', 'tag']);

/** Words that a command follows. */
const BEFORE_COMMAND: ReadonlySet<string> = new Set([
  'if',
  'then',
  'elif',
  'else',
  'while',
  'until',
  'do',
  '!',
  '{',
  'time',
  'sudo',
  'command',
  'exec',
  'env',
  'nohup',
]);

interface TypedWord {
  readonly from: number;
  /** Without quotes and backslashes. */
  readonly text: string;
  readonly quote: '"' | "'" | null;
}

export function complete(line: string, cursor: number, place: CompletionPlace): Completion {
  const words = lastCommand(line.slice(0, cursor));
  const current = words.at(-1)!;
  const earlier = words.slice(0, -1).map((word) => word.text);
  const answer = (candidates: readonly string[], from = current.from): Completion => ({
    from,
    candidates: [...new Set(candidates)].sort(),
  });

  const variable = /\$\{?(\w*)$/.exec(current.text);
  if (variable !== null && current.quote !== "'") {
    const opening = variable[0].startsWith('${') ? '${' : '$';
    const closing = opening === '${' ? '}' : '';
    const names = Object.keys(place.env).filter(
      (name) => /^[A-Za-z_]\w*$/.test(name) && !name.startsWith('BASH_ALIAS_') && name.startsWith(variable[1]!),
    );
    return answer(
      names.map((name) => `${opening}${name}${closing}`),
      cursor - variable[0].length,
    );
  }

  const command = earlier.filter((word) => !/^\w+=/.test(word));
  while (command.length > 0 && BEFORE_COMMAND.has(command[0]!)) command.shift();
  const redirects = /[<>]$/.test(earlier.at(-1) ?? '');
  if (command.length === 0 && !redirects) {
    if (/[/~]/.test(current.text) || current.text.startsWith('.')) return answer(paths(current, place, 'all'));
    return answer(commandNames(place).filter((name) => name.startsWith(current.text)));
  }
  if (redirects) return answer(paths(current, place, 'all'));
  if (command[0] === 'git') {
    const offered = gitCandidates(command, current, place);
    if (offered !== null) return answer(offered);
  }
  if (['which', 'type', 'man', 'help'].includes(command[0]!))
    return answer(commandNames(place).filter((name) => name.startsWith(current.text)));
  return answer(paths(current, place, command[0] === 'cd' || command[0] === 'rmdir' ? 'directories' : 'all'));
}

/** The words of the command that the cursor is in; the last one, which may be empty, is the one to complete. */
function lastCommand(text: string): readonly TypedWord[] {
  let words: TypedWord[] = [];
  let from = 0;
  let current = '';
  let quote: TypedWord['quote'] = null;
  let started = false;
  const end = (at: number) => {
    if (started) words.push({ from, text: current, quote: null });
    current = '';
    started = false;
    from = at;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (!started && !/\s/.test(character)) from = i;
    if (quote !== null) {
      if (character === quote) quote = null;
      else if (character === '\\' && quote === '"' && i + 1 < text.length) current += text[++i];
      else current += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      started = true;
    } else if (character === '\\' && i + 1 < text.length) {
      current += text[++i];
      started = true;
    } else if (/\s/.test(character)) {
      end(i + 1);
    } else if (/[|;&()]/.test(character)) {
      words = [];
      current = '';
      started = false;
      from = i + 1;
    } else if (/[<>]/.test(character)) {
      end(i);
      words.push({ from: i, text: character, quote: null });
      from = i + 1;
    } else {
      current += character;
      started = true;
    }
  }
  return [...words, { from: started ? from : text.length, text: current, quote }];
}

function commandNames({ commands, functions, env }: CompletionPlace): readonly string[] {
  const aliases = Object.keys(env).flatMap((name) => /^BASH_ALIAS_(.+)$/.exec(name)?.[1] ?? []);
  return [...BUILTINS, ...commands, ...functions, ...aliases].filter((name) => !name.startsWith('__'));
}

function paths(current: TypedWord, { files, cwd, env }: CompletionPlace, wanted: 'all' | 'directories'): readonly string[] {
  const slash = current.text.lastIndexOf('/');
  const typedDirectory = current.text.slice(0, slash + 1);
  const prefix = current.text.slice(slash + 1);
  const expanded = typedDirectory.startsWith('~/') ? `${env['HOME'] ?? ''}${typedDirectory.slice(1)}` : typedDirectory;
  if (current.text === '~') return ['~/'];
  const directory = resolvePath(cwd, expanded === '' ? '.' : expanded);
  let names: readonly string[];
  try {
    names = files.listSync(directory);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    if (!name.startsWith(prefix) || (name.startsWith('.') && !prefix.startsWith('.'))) return [];
    const isDirectory = isDirectoryAt(files, childPath(directory, name));
    if (wanted === 'directories' && !isDirectory) return [];
    return [quoted(`${typedDirectory}${name}`, current.quote) + (isDirectory ? '/' : '')];
  });
}

function isDirectoryAt(files: FileSystem, path: string): boolean {
  try {
    files.listSync(path);
    return true;
  } catch {
    return false;
  }
}

function quoted(path: string, quote: TypedWord['quote']): string {
  if (quote !== null) return `${quote}${path}`;
  return path.replace(/[\s"'\\$&;|<>()*?[\]{}#!`]/g, '\\$&').replace(/^\\~/, '~');
}

/** Null where paths are wanted. */
function gitCandidates(command: readonly string[], current: TypedWord, place: CompletionPlace): readonly string[] | null {
  const words = command.slice(1).filter((word) => !word.startsWith('-'));
  const [subcommand] = words;
  if (subcommand === undefined) return GIT_COMMANDS.filter((name) => name.startsWith(current.text));
  if (current.text.startsWith('-') || command.includes('--') || !TAKES_BRANCHES.has(subcommand)) {
    return subcommand === 'remote' && words.length > 1 ? remotes(place).filter((name) => name.startsWith(current.text)) : null;
  }
  const names = TAKES_REMOTES.has(subcommand) && words.length === 1 ? remotes(place) : references(place);
  const offered = names.filter((name) => name.startsWith(current.text));
  return TAKES_NO_PATHS.has(subcommand) ? offered : [...offered, ...paths(current, place, 'all')];
}

function references({ files, cwd }: CompletionPlace): readonly string[] {
  const repository = repositoryAt(files, cwd);
  if (repository === null) return [];
  const names = ['HEAD'];
  for (const kind of ['heads', 'remotes', 'tags']) {
    const root = `${repository}/refs/${kind}`;
    if (!files.existsSync(root)) continue;
    for (const entry of files.tree(root)) if (entry.type === 'file') names.push(entry.path.slice(root.length + 1));
  }
  if (files.existsSync(`${repository}/packed-refs`)) {
    for (const line of textOf(files, `${repository}/packed-refs`).split('\n')) {
      const name = /^[0-9a-f]+ refs\/(?:heads|remotes|tags)\/(.+)$/.exec(line)?.[1];
      if (name !== undefined) names.push(name);
    }
  }
  return names;
}

function remotes({ files, cwd }: CompletionPlace): readonly string[] {
  const repository = repositoryAt(files, cwd);
  if (repository === null || !files.existsSync(`${repository}/config`)) return [];
  return [...textOf(files, `${repository}/config`).matchAll(/^\s*\[remote "(.+)"\]/gm)].map((match) => match[1]!);
}
