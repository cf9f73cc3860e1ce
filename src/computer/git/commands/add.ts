import type { TreeEntry } from '../../../platform/platform.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import type { IndexEntry } from '../index-file.ts';
import { OptionSpec } from '../options.ts';
import { fromHere, Pathspec, relativeToRoot } from '../pathspec.ts';
import { contentOf, fileOf, type Repository, type TreeFile } from '../repository.ts';
import { untrackedFiles } from '../status.ts';
import { indexEntry, warnOfLineEndings, WorkWriter } from '../worktree.ts';
import { comparePaths } from '../objects.ts';
import { chooseToStage } from './choose-hunks.ts';

const ADD = new OptionSpec(
  'add',
  'usage: git add [<options>] [--] <pathspec>...\n',
  '-n,--dry-run -v,--verbose -i,--interactive -p,--patch -e,--edit -f,--force -u,--update -A,--all --ignore-removal -N,--intent-to-add' +
    ' --refresh --ignore-errors --ignore-missing --renormalize --chmod= --pathspec-from-file=',
);

/** Stores the content of a work tree's entry and gives its index entry. */
export function stage(repository: Repository, path: string, entry: TreeEntry): IndexEntry {
  const id = repository.objects.write('blob', contentOf(entry));
  return indexEntry(path, { ...(fileOf(entry) as TreeFile), id }, entry);
}

/** Where an entry stands among others: one path has up to three while it is in conflict. */
const slot = (path: string, number = 0): string => `${path}\0${number}`;

/** Brings the index up to date with tracked files below a pathspec: changes and removals. */
export function stageTracked(call: GitCall, pathspec: Pathspec): void {
  const repository = call.workRepository;
  const work = repository.workEntries();
  const next = new Map<string, IndexEntry>();
  const seen = new Set<string>();
  const changed: string[] = [];
  for (const entry of repository.index()) {
    if (!pathspec.matches(entry.path)) {
      next.set(slot(entry.path, entry.stage), entry);
      continue;
    }
    if (seen.has(entry.path)) continue;
    seen.add(entry.path);
    const there = work.get(entry.path);
    const file = fileOf(there);
    if (file === null || there === undefined) continue;
    const unchanged = entry.stage === 0 && entry.id === file.id && entry.mode === file.mode && !entry.intentToAdd;
    if (!unchanged) changed.push(entry.path);
    next.set(slot(entry.path), unchanged ? entry : stage(repository, entry.path, there));
  }
  warnOfLineEndings(call, changed);
  repository.writeResolved([...next.values()]);
}

export async function add(call: GitCall, args: readonly string[]): Promise<number> {
  const options = ADD.parse(args);
  for (const name of ['interactive', 'edit']) if (options.has(name)) throw unsupported(`'git add --${name}'`);
  const repository = call.workRepository;
  if (options.has('patch')) {
    if (options.has('dry-run')) throw fatal("options '--dry-run' and '--interactive/--patch' cannot be used together");
    await chooseToStage(call, options.args);
    return 0;
  }
  const renormalize = options.has('renormalize');
  const [all, update] = [options.has('all'), options.has('update') || renormalize];
  if (all && update) throw fatal("options '-A' and '-u' cannot be used together");
  if (options.args.length === 0 && !all && !update) {
    call.err('Nothing specified, nothing added.\n');
    call.hint(
      'Maybe you wanted to say \'git add .\'?\nTurn this message off by running\n"git config advice.addEmptyPathspec false"',
      'addEmptyPathspec',
    );
    return 0;
  }
  if (options.args.includes('')) throw fatal('empty string is not a valid pathspec. please use . instead if you meant to match all paths');
  const pathspec = new Pathspec(call, options.args);
  const work = repository.workEntries(renormalize);
  const before = repository.index();
  const tracked = new Set(before.map(({ path }) => path));
  const ignore = repository.ignore(call.excludesFile);
  const force = options.has('force');
  const found = update ? [] : newFiles(before, work, ignore, pathspec, force);
  const known = [...tracked].filter((path) => pathspec.matches(path));
  const missing = pathspec.unmatched([...known, ...found]);
  const ignoredNames = !update && !force ? explicitlyIgnored(call, options.args, work, tracked, ignore) : [];
  if (missing !== null && !options.has('ignore-missing') && !isThere(call, missing, work, ignoredNames))
    throw fatal(`pathspec '${missing}' did not match any files`);
  const [dry, loud] = [options.has('dry-run'), options.has('verbose') || options.has('dry-run')];
  const report: string[] = [];
  const next = new Map<string, IndexEntry>();
  const changed = new Set(known);
  for (const entry of before) {
    if (!changed.has(entry.path)) next.set(slot(entry.path, entry.stage), entry);
  }
  const written: string[] = [];
  for (const path of [...known, ...found].sort(comparePaths)) {
    const there = work.get(path);
    const file = fileOf(there);
    const entry = before.find((one) => one.path === path && one.stage === 0);
    if (file === null || there === undefined) {
      if (options.has('ignore-removal')) {
        if (entry) next.set(slot(path), entry);
      } else report.push(`remove '${path}'`);
      continue;
    }
    const same = entry !== undefined && entry.id === file.id && entry.mode === file.mode && !entry.intentToAdd;
    if (!same) {
      report.push(`add '${path}'`);
      written.push(path);
    }
    if (same && entry) next.set(slot(path), entry);
    else if (options.has('intent-to-add') && !tracked.has(path))
      next.set(slot(path), { ...indexEntry(path, { mode: file.mode, id: EMPTY_BLOB }), intentToAdd: true });
    else if (!dry) next.set(slot(path), stage(repository, path, there));
  }
  if (loud) for (const line of report) call.line(line);
  const chmod = options.value('chmod');
  if (!dry) {
    if (!renormalize) warnOfLineEndings(call, written);
    const entries = [...withoutShadowed([...next.values()], written)];
    repository.writeResolved(
      chmod === undefined
        ? entries
        : entries.map((entry) => (pathspec.matches(entry.path) ? { ...entry, mode: chmod === '+x' ? 0o100755 : 0o100644 } : entry)),
    );
  }
  if (ignoredNames.length === 0) return 0;
  call.err(`The following paths are ignored by one of your .gitignore files:\n${ignoredNames.map((name) => `${name}\n`).join('')}`);
  call.hint(
    'Use -f if you really want to add them.\nTurn this message off by running\n"git config advice.addIgnoredFile false"',
    'addIgnoredFile',
  );
  return 1;
}

const EMPTY_BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

/** A file takes the place of a folder's entries, and the reverse. */
function withoutShadowed(entries: readonly IndexEntry[], written: readonly string[]): readonly IndexEntry[] {
  if (written.length === 0) return entries;
  const fresh = new Set(written);
  return entries.filter(({ path }) => {
    if (fresh.has(path)) return true;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
      if (fresh.has(path.slice(0, slash))) return false;
    return !written.some((other) => other.startsWith(`${path}/`));
  });
}

function newFiles(
  entries: readonly IndexEntry[],
  work: ReadonlyMap<string, TreeEntry>,
  ignore: ReturnType<Repository['ignore']>,
  pathspec: Pathspec,
  force: boolean,
): readonly string[] {
  if (!force) return untrackedFiles(entries, work, ignore, 'all', false).untracked.filter((path) => pathspec.matches(path));
  const tracked = new Set(entries.map(({ path }) => path));
  return [...work].flatMap(([path, entry]) => (entry.type !== 'directory' && !tracked.has(path) && pathspec.matches(path) ? path : []));
}

/** Arguments that name something that is ignored. */
function explicitlyIgnored(
  call: GitCall,
  args: readonly string[],
  work: ReadonlyMap<string, TreeEntry>,
  tracked: ReadonlySet<string>,
  ignore: ReturnType<Repository['ignore']>,
): readonly string[] {
  return args.flatMap((arg) => {
    if (/[*?[]|^:/.test(arg)) return [];
    const path = relativeToRoot(call, arg);
    const entry = work.get(path);
    if (entry === undefined || path === '' || tracked.has(path) || [...tracked].some((one) => one.startsWith(`${path}/`))) return [];
    return ignore.ignores(path, entry.type === 'directory') ? [arg.replace(/\/$/, '')] : [];
  });
}

function isThere(call: GitCall, text: string, work: ReadonlyMap<string, TreeEntry>, ignored: readonly string[]): boolean {
  if (ignored.includes(text.replace(/\/$/, ''))) return true;
  const path = /^:/.test(text) ? null : relativeToRoot(call, text);
  return path !== null && (path === '' || work.get(path)?.type === 'directory');
}

const RM = new OptionSpec(
  'rm',
  'usage: git rm [-f | --force] [-n] [-r] [--cached] [--ignore-unmatch]\n              [--quiet] [--pathspec-from-file=<file> [--pathspec-file-nul]]\n              [--] [<pathspec>...]\n',
  '-n,--dry-run -q,--quiet --cached -f,--force -r --ignore-unmatch --sparse --pathspec-from-file=',
);

export function rm(call: GitCall, args: readonly string[]): number {
  const options = RM.parse(args);
  const repository = call.workRepository;
  if (options.args.length === 0) throw new GitExit('fatal: No pathspec was given. Which files should I remove?\n', 128);
  const pathspec = new Pathspec(call, options.args);
  const entries = repository.index();
  const paths = [...new Set(entries.map(({ path }) => path).filter((path) => pathspec.matches(path)))];
  const missing = pathspec.unmatched(paths);
  if (missing !== null) {
    if (!options.has('ignore-unmatch')) throw fatal(`pathspec '${missing}' did not match any files`);
    if (paths.length === 0) return 0;
  }
  if (!options.has('r')) {
    for (const item of pathspec.items) {
      if (!paths.includes(item.path) && item.literal && paths.some((path) => path.startsWith(item.path === '' ? '' : `${item.path}/`))) {
        throw fatal(`not removing '${item.text}' recursively without -r`);
      }
    }
  }
  const cached = options.has('cached');
  if (!options.has('force')) checkRemoval(repository, paths, entries, cached);
  if (!options.has('quiet')) for (const path of paths) call.line(`rm '${path}'`);
  if (options.has('dry-run')) return 0;
  const gone = new Set(paths);
  if (!cached) {
    const writer = new WorkWriter(call);
    for (const path of paths) writer.remove(path);
  }
  repository.writeResolved(entries.filter(({ path }) => !gone.has(path)));
  return 0;
}

function checkRemoval(repository: Repository, paths: readonly string[], entries: readonly IndexEntry[], cached: boolean): void {
  const head = repository.files(repository.head);
  const work = repository.workEntries();
  const both: string[] = [];
  const staged: string[] = [];
  const local: string[] = [];
  for (const path of paths) {
    const entry = entries.find((one) => one.path === path);
    const there = fileOf(work.get(path));
    if (entry === undefined || entry.stage !== 0 || (there === null && !cached)) continue;
    if (there === null) continue;
    const modified = there.id !== entry.id || there.mode !== entry.mode;
    const old = head.get(path);
    const different = old === undefined || old.id !== entry.id || old.mode !== entry.mode;
    if (modified && different && !entry.intentToAdd) both.push(path);
    else if (!cached && different) staged.push(path);
    else if (!cached && modified) local.push(path);
  }
  const list = (files: readonly string[]): string => files.map((path) => `    ${path}\n`).join('');
  const say = (files: readonly string[], one: string, many: string, hint: string): string =>
    files.length === 0 ? '' : `error: ${files.length === 1 ? one : many}\n${list(files)}${hint}\n`;
  const text =
    say(
      both,
      'the following file has staged content different from both the\nfile and the HEAD:',
      'the following files have staged content different from both the\nfile and the HEAD:',
      '(use -f to force removal)',
    ) +
    say(
      staged,
      'the following file has changes staged in the index:',
      'the following files have changes staged in the index:',
      '(use --cached to keep the file, or -f to force removal)',
    ) +
    say(
      local,
      'the following file has local modifications:',
      'the following files have local modifications:',
      '(use --cached to keep the file, or -f to force removal)',
    );
  if (text !== '') throw new GitExit(text, 1);
}

const MV = new OptionSpec(
  'mv',
  'usage: git mv [<options>] <source>... <destination>\n',
  '-v,--verbose -n,--dry-run -f,--force -k --sparse',
);

export function mv(call: GitCall, args: readonly string[]): number {
  const options = MV.parse(args);
  const repository = call.workRepository;
  if (options.args.length < 2) throw new GitExit(MV.usage, 129);
  const sources = options.args.slice(0, -1).map((arg) => relativeToRoot(call, arg));
  const target = relativeToRoot(call, options.args.at(-1) ?? '');
  const work = repository.workEntries();
  const targetIsFolder = target === '' || work.get(target)?.type === 'directory';
  if (sources.length > 1 && !targetIsFolder) throw fatal(`destination '${target}' is not a directory`);
  let entries = [...repository.index()];
  const moves: [string, string][] = [];
  for (const source of sources) {
    const destination = targetIsFolder ? `${target === '' ? '' : `${target}/`}${source.slice(source.lastIndexOf('/') + 1)}` : target;
    const problem = moveProblem(source, destination, work, entries, options.has('force'));
    if (problem !== null) {
      if (options.has('k')) continue;
      throw fatal(`${problem}, source=${source}, destination=${destination}`);
    }
    moves.push([source, destination]);
  }
  for (const [source, destination] of moves) {
    const inside = entries.filter(({ path }) => path === source || path.startsWith(`${source}/`));
    for (const { path } of inside) {
      const to = destination + path.slice(source.length);
      if (options.has('verbose') || options.has('dry-run')) call.line(`Renaming ${path} to ${to}`);
    }
    if (options.has('dry-run')) continue;
    movePath(repository, source, destination);
    const targets = new Set(inside.map(({ path }) => destination + path.slice(source.length)));
    entries = entries
      .filter(({ path }) => !targets.has(path) || inside.some((one) => one.path === path))
      .map((entry) => (inside.includes(entry) ? { ...entry, path: destination + entry.path.slice(source.length) } : entry));
  }
  if (!options.has('dry-run')) repository.writeResolved(entries);
  return 0;
}

function moveProblem(
  source: string,
  destination: string,
  work: ReadonlyMap<string, TreeEntry>,
  entries: readonly IndexEntry[],
  force: boolean,
): string | null {
  const entry = work.get(source);
  const tracked = entries.some(({ path }) => path === source || path.startsWith(`${source}/`));
  if (entry === undefined) return 'bad source';
  if (entry.type === 'directory' && (destination === source || destination.startsWith(`${source}/`)))
    return 'can not move directory into itself';
  if (!tracked) return entry.type === 'directory' ? 'source directory is empty' : 'not under version control';
  if (entries.some(({ path, stage: number }) => path === source && number !== 0)) return 'conflicted';
  const there = work.get(destination);
  if (there !== undefined && there.type !== 'directory' && !force) return 'destination exists';
  const folder = destination.includes('/') ? destination.slice(0, destination.lastIndexOf('/')) : '';
  if (folder !== '' && work.get(folder)?.type !== 'directory') return 'destination directory does not exist';
  return null;
}

function movePath(repository: Repository, source: string, destination: string): void {
  const { disk } = repository;
  const [from, to] = [repository.pathOf(source), repository.pathOf(destination)];
  const entry = disk.entry(from);
  if (entry === null) return;
  const below = entry.type === 'directory' ? disk.files.tree(from) : [];
  if (disk.entry(to)?.type === 'file') disk.remove(to);
  disk.put({ ...entry, path: to });
  for (const child of below) disk.put({ ...child, path: to + child.path.slice(from.length) });
  // As rename(2) does: the folder it was in stays, even when it is empty now.
  disk.remove(from);
}

const CLEAN = new OptionSpec(
  'clean',
  'usage: git clean [-d] [-f] [-i] [-n] [-q] [-e <pattern>] [-x | -X] [--] [<pathspec>...]\n',
  '-q,--quiet -n,--dry-run -f,--force -i,--interactive -d -e,--exclude=* -x -X',
);

export function clean(call: GitCall, args: readonly string[]): number {
  const options = CLEAN.parse(args);
  const repository = call.workRepository;
  if (options.has('interactive')) throw unsupported("'git clean -i'");
  const dry = options.has('dry-run');
  if (!dry && !options.has('force') && call.settings.bool('clean.requireforce') !== false) {
    const configured = call.settings.get('clean.requireforce') !== undefined;
    throw fatal(`clean.requireForce ${configured ? 'set' : 'defaults to true'} and neither -i, -n, nor -f given; refusing to clean`);
  }
  const pathspec = new Pathspec(call, options.args.length === 0 && call.prefix !== '' ? ['.'] : options.args);
  const entries = repository.index();
  const work = repository.workEntries();
  const ignore = repository.ignore(call.excludesFile);
  const everything = options.has('x');
  const onlyIgnored = options.has('X');
  const folders = options.has('d');
  const tracked = new Set(entries.map(({ path }) => path));
  const keepFolder = (path: string): boolean => entries.some((entry) => entry.path.startsWith(`${path}/`));
  const wanted = (path: string, isFolder: boolean): boolean => {
    const ignored = ignore.ignores(path, isFolder);
    return onlyIgnored ? ignored : everything || !ignored;
  };
  const removed: string[] = [];
  let covered: string | null = null;
  for (const [path, entry] of work) {
    if (covered !== null && path.startsWith(covered)) continue;
    covered = null;
    if (entry.type !== 'directory') {
      const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
      if (
        !tracked.has(path) &&
        wanted(path, false) &&
        pathspec.matches(path) &&
        (folders || parent === '' || keepFolder(parent) || !pathspec.empty)
      )
        removed.push(path);
      continue;
    }
    if (keepFolder(path) || !folders) continue;
    const below = [...work].filter(([other]) => other.startsWith(`${path}/`));
    const files = below.filter(([, one]) => one.type !== 'directory');
    const whole = files.every(([other]) => wanted(other, false)) && (wanted(path, true) || (onlyIgnored && files.length > 0));
    if (whole && pathspec.matches(path)) {
      removed.push(`${path}/`);
      covered = `${path}/`;
    }
  }
  for (const path of removed.sort(comparePaths)) {
    const shown = fromHere(call, path.replace(/\/$/, '')) + (path.endsWith('/') ? '/' : '');
    if (!options.has('quiet') || dry) call.line(`${dry ? 'Would remove' : 'Removing'} ${shown}`);
    if (!dry) {
      if (path.endsWith('/')) repository.disk.remove(repository.pathOf(path.slice(0, -1)));
      else repository.disk.remove(repository.pathOf(path));
    }
  }
  return 0;
}
