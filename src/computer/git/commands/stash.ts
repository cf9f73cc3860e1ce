import { patchedFiles } from '../applying.ts';
import type { GitCall } from '../call.ts';
import { writeDiff } from '../diff.ts';
import { DIFF_OPTIONS, diffFormat, selectPairs, showsAnything } from '../diff-options.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { comparePaths, type CommitObject } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { narrow, parsePatch, reversed, type FilePatch } from '../patch.ts';
import { Pathspec } from '../pathspec.ts';
import { clearOperation, indexTree, subjectOf, writeCommit } from '../record.ts';
import { applyOutcome, indexDiffers, mergeThree } from '../merging.ts';
import { contentOf, fileOf, type FileMap, type TreeFile } from '../repository.ts';
import { resolveRevision } from '../revision.ts';
import { cachedPairs, treePairs } from '../sides.ts';
import { compareWork, indexFiles, unmergedOf, untrackedFiles } from '../status.ts';
import { forceFiles, indexOf, WorkWriter } from '../worktree.ts';
import { applyOwn } from './apply.ts';
import { checkout } from './checkout.ts';
import { chooseToStash } from './choose-hunks.ts';
import { log } from './log.ts';
import { status } from './status.ts';

const PUSH = new OptionSpec(
  'stash push',
  'usage: git stash [push [-p | --patch] [-S | --staged] [-k | --[no-]keep-index] [-q | --quiet]\n                 [-u | --include-untracked] [-a | --all] [(-m | --message) <message>]\n                 [--] [<pathspec>...]]\n',
  '-k,--keep-index -S,--staged -p,--patch -q,--quiet -u,--include-untracked -a,--all -m,--message= --pathspec-from-file=',
);
const POP = new OptionSpec('stash pop', 'usage: git stash ( pop | apply ) [--index] [-q | --quiet] [<stash>]\n', '-q,--quiet --index');
const DROP = new OptionSpec('stash drop', 'usage: git stash drop [-q | --quiet] [<stash>]\n', '-q,--quiet');
const SHOW = new OptionSpec(
  'stash show',
  'usage: git stash show [-u | --include-untracked | --only-untracked] [<diff-options>] [<stash>]\n',
  `-u,--include-untracked --only-untracked${DIFF_OPTIONS.replace('-p,-u,--patch', '-p,--patch')}`,
);

const VERBS = ['push', 'save', 'list', 'show', 'pop', 'apply', 'drop', 'clear', 'branch', 'create', 'store'];

export async function stash(call: GitCall, args: readonly string[]): Promise<number> {
  const [first = 'push', ...rest] = args;
  if (first.startsWith('-') || args.length === 0) return push(call, args);
  switch (first) {
    case 'push':
      return push(call, rest);
    case 'save': {
      const options = PUSH.parse(rest);
      return push(call, [
        ...rest.filter((word) => word.startsWith('-')),
        ...(options.args.length > 0 ? ['-m', options.args.join(' ')] : []),
      ]);
    }
    case 'list':
      return call.repository.refs.exists('refs/stash')
        ? log(call, ['--format=%gd: %gs', '-g', '--first-parent', ...rest, 'refs/stash', '--'])
        : 0;
    case 'show':
      return show(call, rest);
    case 'apply':
      return apply(call, rest);
    case 'pop':
      return pop(call, rest);
    case 'drop':
      return drop(call, rest);
    case 'clear':
      call.repository.refs.delete('refs/stash');
      return 0;
    case 'branch':
      return branchFrom(call, rest);
    case 'create': {
      const made = makeStash(call, rest.join(' ') || null, { untracked: false, pathspec: null });
      if (made !== null) call.line(made);
      return 0;
    }
    case 'store':
      throw unsupported("'git stash store'");
  }
  if (VERBS.includes(first)) throw unsupported(`'git stash ${first}'`);
  throw new GitExit(`fatal: subcommand wasn't specified; 'push' can't be assumed due to unexpected token '${first}'\n`, 128);
}

interface StashOptions {
  readonly untracked: boolean;
  readonly ignored?: boolean;
  readonly pathspec: Pathspec | null;
}

async function push(call: GitCall, args: readonly string[]): Promise<number> {
  const options = PUSH.parse(args);
  const repository = call.workRepository;
  const pathspec = options.args.length > 0 ? new Pathspec(call, options.args) : null;
  if (pathspec !== null && !options.has('include-untracked')) {
    const missing = pathspec.unmatched(repository.index().map(({ path }) => path));
    if (missing !== null)
      throw failure(`pathspec ':(,prefix:0)${missing}' did not match any file(s) known to git\nDid you forget to 'git add'?`);
  }
  const { head } = repository;
  if (head === null) throw new GitExit('You do not have the initial commit yet\n', 1);
  const conflicted = unmergedOf(repository.index());
  if (conflicted.length > 0) {
    for (const { path } of conflicted) call.line(`${path}: needs merge`);
    return 1;
  }
  const untracked = options.has('include-untracked') || options.has('all');
  for (const name of ['patch', 'staged']) {
    if (options.has(name) && untracked) throw new GitExit(`Can't use --${name} and --include-untracked or --all at the same time\n`, 1);
  }
  if (!hasChanges(call, untracked, options.has('all'), pathspec)) {
    if (!options.has('quiet')) call.line('No local changes to save');
    return 0;
  }
  const message = options.value('message') ?? null;
  if (options.has('patch'))
    return pushPart(call, options, await chooseToStash(call, head, options.args), options.choice('keep-index') ?? true);
  if (options.has('staged')) return pushPart(call, options, await stagedPatches(call, head), options.has('keep-index'));
  const id = makeStash(call, message, { untracked, ignored: options.has('all'), pathspec }) as string;
  const commit = store(call, options, id);
  restoreHead(call, head, commit, pathspec, options.choice('keep-index') === true);
  return 0;
}

/** Makes a commit the newest stash and says so. */
function store(call: GitCall, options: Options, id: string): CommitObject {
  const { repository } = call;
  const commit = repository.objects.commit(id);
  const subject = commit.message.trimEnd();
  const before = repository.refs.resolve('refs/stash');
  repository.refs.update('refs/stash', id, null);
  repository.refs.log('refs/stash', before ?? '0'.repeat(40), id, call.change(subject), true);
  if (!options.has('quiet')) call.line(`Saved working directory and index state ${subject}`);
  return commit;
}

/** Sets aside what some patches change since HEAD, and takes it out of the work tree. */
function pushPart(call: GitCall, options: Options, patches: readonly FilePatch[], keepIndex: boolean): number {
  const repository = call.workRepository;
  const head = repository.head as string;
  const files = patches.length === 0 ? null : patchedFiles(call, repository.files(head), patches);
  if (files === null) throw new GitExit(options.has('staged') ? 'No staged changes\n' : 'No changes selected\n', 1);
  const { index, about, place } = indexCommit(call, head);
  const message = options.value('message');
  const text = message === undefined ? `WIP on ${about.trimEnd()}` : `On ${place}${message}`;
  const id = writeCommit(call, { tree: repository.writeTree(files), parents: [head, index], message: text });
  store(call, options, id);
  const problems = applyOwn(call, patches.map(reversed), { index: false, cached: false });
  if (problems !== '') throw new GitExit(`${problems}error: Cannot remove worktree changes\n`, 1);
  if (!keepIndex) {
    repository.writeIndex(indexOf(repository, repository.files(head)));
    repository.refs.update('ORIG_HEAD', head, null);
    repository.refs.log('HEAD', head, head, call.change('reset: moving to HEAD'));
  }
  return 0;
}

async function stagedPatches(call: GitCall, head: string): Promise<readonly FilePatch[]> {
  const text = await writeDiff(call, cachedPairs(call.repository, head, new Pathspec(call, [])), { patch: true, binary: true });
  return parsePatch(narrow(text));
}

/** The commit that holds the index, and how a stash is called: `main: 1a2b3c4 Subject`. */
function indexCommit(call: GitCall, head: string): { readonly index: string; readonly about: string; readonly place: string } {
  const { repository } = call;
  const place = `${repository.branch ?? '(no branch)'}: `;
  const about = `${place}${call.short(head)} ${subjectOf(repository.objects.commit(head).message)}\n`;
  return { index: writeCommit(call, { tree: indexTree(repository), parents: [head], message: `index on ${about}` }), about, place };
}

function hasChanges(call: GitCall, untracked: boolean, ignored: boolean, pathspec: Pathspec | null): boolean {
  const { repository } = call;
  const wanted = (path: string): boolean => pathspec === null || pathspec.matches(path);
  if (indexDiffers(call).some(wanted)) return true;
  if (compareWork(repository.index(), repository.workEntries()).some(({ path }) => wanted(path))) return true;
  return untracked && untrackedOf(call, ignored).some(wanted);
}

function untrackedOf(call: GitCall, ignored: boolean): readonly string[] {
  const { repository } = call;
  const work = repository.workEntries();
  const found = untrackedFiles(repository.index(), work, repository.ignore(call.excludesFile), 'all', ignored);
  const below = found.ignored.flatMap((path) =>
    path.endsWith('/') ? [...work.keys()].filter((other) => other.startsWith(path) && work.get(other)?.type !== 'directory') : [path],
  );
  return [...found.untracked, ...below];
}

/** Commits that hold index and work tree, or null when there is nothing to hold. Nothing is changed. */
function makeStash(call: GitCall, message: string | null, how: StashOptions): string | null {
  const repository = call.workRepository;
  const { head } = repository;
  if (head === null) throw new GitExit('You do not have the initial commit yet\n', 1);
  if (!hasChanges(call, how.untracked, how.ignored === true, how.pathspec)) return null;
  const { index, about, place } = indexCommit(call, head);
  const parents = [head, index];
  if (how.untracked) {
    const work = repository.workEntries();
    const files = untrackedOf(call, how.ignored === true).filter((path) => how.pathspec === null || how.pathspec.matches(path));
    const tree = repository.writeTree(files.map((path) => [path, storeWork(call, work, path)] as const));
    parents.push(writeCommit(call, { tree, parents: [], message: `untracked files on ${about}` }));
  }
  const tree = repository.writeTree(workFiles(call, how.pathspec));
  return writeCommit(call, { tree, parents, message: message === null ? `WIP on ${about.trimEnd()}` : `On ${place}${message}` });
}

function storeWork(call: GitCall, work: ReturnType<GitCall['repository']['workEntries']>, path: string): TreeFile {
  const entry = work.get(path);
  if (entry === undefined) throw fatal(`could not read '${path}'`);
  return { mode: fileOf(entry)?.mode ?? 0o100644, id: call.repository.objects.write('blob', contentOf(entry)) };
}

/** Tracked files as they are in the work tree; outside of the pathspec as they are staged. */
function workFiles(call: GitCall, pathspec: Pathspec | null): FileMap {
  const { repository } = call;
  const work = repository.workEntries();
  const files = new Map<string, TreeFile>(indexFiles(repository.index()));
  for (const path of [...files.keys()]) {
    if (pathspec !== null && !pathspec.matches(path)) {
      continue;
    }
    if (fileOf(work.get(path)) === null) files.delete(path);
    else files.set(path, storeWork(call, work, path));
  }
  return files;
}

function restoreHead(call: GitCall, head: string, made: CommitObject, pathspec: Pathspec | null, keepIndex: boolean): void {
  const { repository } = call;
  const [, index, untracked] = made.parents;
  const writer = new WorkWriter(call);
  if (untracked !== undefined) for (const path of repository.files(untracked).keys()) writer.remove(path);
  if (pathspec === null) {
    forceFiles(call, repository.files(head));
    repository.refs.update('ORIG_HEAD', head, null);
    repository.refs.log('HEAD', head, head, call.change('reset: moving to HEAD'));
    clearOperation(repository);
    if (keepIndex && index !== undefined) forceFiles(call, repository.files(index));
    return;
  }
  const target = repository.files(keepIndex && index !== undefined ? index : head);
  const entries = new Map(repository.index().map((entry) => [entry.path, entry]));
  for (const path of new Set([...target.keys(), ...entries.keys()])) {
    if (!pathspec.matches(path)) continue;
    const file = target.get(path);
    if (file === undefined) {
      writer.remove(path);
      entries.delete(path);
    } else entries.set(path, writer.write(path, file));
  }
  repository.writeIndex([...entries.values()]);
}

interface Chosen {
  readonly id: string;
  /** Its number in the list, or null when it was named otherwise. */
  readonly number: number | null;
  readonly name: string;
}

function choose(call: GitCall, args: readonly string[]): Chosen {
  if (args.length > 1)
    throw new GitExit(`Too many revisions specified: ${args.map((arg) => ` '${arg}'`).join('')}\n`.replace(':  ', ': '), 1);
  const [given] = args;
  const { refs } = call.repository;
  if (given === undefined) {
    const id = refs.resolve('refs/stash');
    if (id === null) throw new GitExit('No stash entries found.\n', 1);
    return { id, number: 0, name: 'refs/stash@{0}' };
  }
  const name = /^\d+$/.test(given) ? `stash@{${given}}` : given;
  const number = /^(?:refs\/)?stash@\{(\d+)\}$/.exec(name)?.[1];
  const id = resolveRevision(call, name);
  if (id === null) throw failure(`${name} is not a valid reference`);
  if (call.repository.objects.peel(id).type !== 'commit' || call.repository.objects.commit(id).parents.length < 2)
    throw new GitExit(`'${name}' is not a stash-like commit\n`, 1);
  return { id, number: number === undefined ? null : Number(number), name };
}

async function show(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SHOW.parse(args);
  const { id } = choose(call, options.args);
  const commit = call.repository.objects.commit(id);
  const format = diffFormat(call, options, 'none');
  if (!showsAnything(format)) format.stat = true;
  const untracked = commit.parents[2];
  const pairs = options.has('only-untracked') ? [] : treePairs(call.repository, commit.parents[0] ?? null, id, new Pathspec(call, []));
  const extra =
    untracked !== undefined && (options.has('include-untracked') || options.has('only-untracked'))
      ? treePairs(call.repository, null, untracked, new Pathspec(call, []))
      : [];
  call.out(
    await writeDiff(
      call,
      await selectPairs(
        [...pairs, ...extra].sort((one, other) => comparePaths(one.path, other.path)),
        format,
      ),
      format,
    ),
  );
  return 0;
}

async function apply(call: GitCall, args: readonly string[]): Promise<number> {
  const options = POP.parse(args);
  return applyStash(call, choose(call, options.args).id, options.has('index'), options.has('quiet'));
}

async function pop(call: GitCall, args: readonly string[]): Promise<number> {
  const options = POP.parse(args);
  const chosen = choose(call, options.args);
  if (chosen.number === null) throw failure(`'${chosen.name}' is not a stash reference`);
  const code = await applyStash(call, chosen.id, options.has('index'), options.has('quiet'));
  if (code !== 0) {
    call.line('The stash entry is kept in case you need it again.');
    return code;
  }
  return remove(call, chosen, options.has('quiet'));
}

async function drop(call: GitCall, args: readonly string[]): Promise<number> {
  const options = DROP.parse(args);
  const chosen = choose(call, options.args);
  if (chosen.number === null) throw failure(`'${chosen.name}' is not a stash reference`);
  return remove(call, chosen, options.has('quiet'));
}

function remove(call: GitCall, chosen: Chosen, quiet: boolean): number {
  const { refs } = call.repository;
  const left = refs.reflog('refs/stash').filter((_, at) => at !== chosen.number);
  if (left.length === 0) refs.delete('refs/stash');
  else {
    refs.rewriteReflog(
      'refs/stash',
      left.map((entry, at) => ({ ...entry, before: left[at + 1]?.after ?? '0'.repeat(40) })),
    );
    refs.update('refs/stash', left[0]?.after ?? '', null);
  }
  if (!quiet) call.line(`Dropped ${chosen.name} (${chosen.id})`);
  return 0;
}

async function applyStash(call: GitCall, id: string, withIndex: boolean, quiet: boolean): Promise<number> {
  const repository = call.workRepository;
  const { objects } = repository;
  const commit = objects.commit(id);
  const [base, index, untracked] = commit.parents;
  if (unmergedOf(repository.index()).length > 0) {
    for (const { path } of unmergedOf(repository.index())) call.line(`${path}: needs merge`);
    return 1;
  }
  const ours = indexTree(repository);
  const labels = { ours: 'Updated upstream', theirs: 'Stashed changes' };
  const outcome = await mergeThree(call, objects.commit(base as string).tree, ours, commit.tree, labels, null);
  const restoreUntracked = untracked === undefined ? null : checkUntracked(call, untracked);
  const restoredIndex =
    withIndex && index !== undefined
      ? await mergeThree(call, objects.commit(base as string).tree, ours, objects.commit(index).tree, labels, null)
      : null;
  if (restoredIndex !== null && !restoredIndex.clean) throw failure('conflicts in index. Try without --index.');
  const before = repository.index();
  try {
    applyOutcome(call, ours, outcome, { operation: 'merge', before: 'merge' });
  } catch (error) {
    if (!(error instanceof GitExit)) throw error;
    call.err(error.text);
    if (!quiet) await status(call, []);
    return 1;
  }
  if (objects.commit(base as string).tree === commit.tree) call.line('Already up to date.');
  for (const text of outcome.messages) if (!quiet || !outcome.clean) call.line(text);
  restoreUntracked?.();
  if (outcome.clean) {
    // Only new files stay staged: what was there before is changed in the work tree alone.
    const tracked = new Map(before.map((entry) => [entry.path, entry]));
    const work = repository.index();
    const kept =
      restoredIndex !== null
        ? indexOf(repository, repository.files(restoredIndex.tree))
        : [...before, ...work.filter(({ path }) => !tracked.has(path))];
    repository.writeIndex(kept);
  }
  if (!outcome.clean && withIndex) call.err('Index was not unstashed.\n');
  if (!quiet) await status(call, []);
  return outcome.clean ? 0 : 1;
}

function checkUntracked(call: GitCall, commit: string): () => void {
  const { repository } = call;
  const files = repository.files(commit);
  const work = repository.workEntries();
  const inTheWay = [...files].filter(([path, file]) => work.has(path) && fileOf(work.get(path))?.id !== file.id).map(([path]) => path);
  if (inTheWay.length > 0) {
    throw new GitExit(
      `${inTheWay.map((path) => `${path} already exists, no checkout\n`).join('')}error: could not restore untracked files from stash\n`,
      1,
    );
  }
  return () => {
    const writer = new WorkWriter(call);
    for (const [path, file] of files) writer.write(path, file);
  };
}

async function branchFrom(call: GitCall, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) throw new GitExit('No branch name specified\n', 1);
  const chosen = choose(call, rest);
  const code = await checkout(call, ['-b', name, call.repository.objects.commit(chosen.id).parents[0] ?? '']);
  if (code !== 0) return code;
  const applied = await applyStash(call, chosen.id, true, false);
  return applied === 0 && chosen.number !== null ? remove(call, chosen, false) : applied;
}

/** Sets local changes aside for a rebase; null when there are none. */
export function createAutostash(call: GitCall): string | null {
  const { repository } = call;
  const id = makeStash(call, 'autostash', { untracked: false, pathspec: null });
  if (id === null) return null;
  call.out(`Created autostash: ${call.short(id)}\n`);
  forceFiles(call, repository.files(repository.head));
  return id;
}

/** Brings them back; what does not fit any more becomes an ordinary stash. */
export async function applyAutostash(call: GitCall, id: string): Promise<void> {
  const code = await applyStash(call, id, false, true).catch(() => 1);
  if (code === 0) {
    call.err('Applied autostash.\n');
    return;
  }
  const { repository } = call;
  forceFiles(call, repository.files(repository.head));
  const before = repository.refs.resolve('refs/stash');
  repository.refs.update('refs/stash', id, null);
  repository.refs.log('refs/stash', before ?? '0'.repeat(40), id, call.change('autostash'), true);
  call.err(
    'Applying autostash resulted in conflicts.\nYour changes are safe in the stash.\nYou can run "git stash pop" or "git stash drop" at any time.\n',
  );
}
