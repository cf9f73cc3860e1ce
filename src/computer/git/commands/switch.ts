import { branchArgument, checkNewBranch, guessRemote, setUpstream } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { failure, fatal, unsupported } from '../errors.ts';
import { runHook } from '../hooks.ts';
import { comparePaths } from '../objects.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { clearOperation, subjectOf } from '../record.ts';
import { NO_ID } from '../refs.ts';
import type { IndexEntry } from '../index-file.ts';
import { fileOf, type FileMap } from '../repository.ts';
import { fullRefName, peelTo, resolveCommit, resolveRevision } from '../revision.ts';
import { compareFiles, indexFiles, unmergedOf } from '../status.ts';
import { trackingLines } from '../tracking.ts';
import { ancestors } from '../walk.ts';
import { conflictContent } from '../conflict.ts';
import { forceFiles, indexEntry, switchFiles, WorkWriter } from '../worktree.ts';

const COMMON =
  ' -q,--quiet -f,--force --guess -t,--track[=] -m,--merge --conflict= --progress --overwrite-ignore --ignore-other-worktrees --recurse-submodules[=] --orphan=';
const CHECKOUT = new OptionSpec(
  'checkout',
  'usage: git checkout [<options>] <branch>\n   or: git checkout [<options>] [<branch>] -- <file>...\n',
  `-b= -B= -l -d,--detach -2,--ours -3,--theirs -p,--patch --overlay --ignore-skip-worktree-bits --pathspec-from-file=${COMMON}`,
);
const SWITCH = new OptionSpec(
  'switch',
  'usage: git switch [<options>] [<branch>]\n',
  `-c,--create= -C,--force-create= -d,--detach --discard-changes${COMMON}`,
);
const RESTORE = new OptionSpec(
  'restore',
  'usage: git restore [<options>] [--source=<branch>] <file>...\n',
  '-s,--source= -S,--staged -W,--worktree --ignore-unmerged --overlay -q,--quiet --progress -m,--merge --conflict= -2,--ours -3,--theirs -p,--patch --pathspec-from-file= --ignore-skip-worktree-bits --recurse-submodules[=]',
);

interface Target {
  readonly id: string | null;
  /** The branch that HEAD will be on, or null to detach it. */
  readonly branch: string | null;
  /** As it was typed. */
  readonly name: string;
}

export async function checkout(call: GitCall, args: readonly string[]): Promise<number> {
  const options = CHECKOUT.parse(args);
  if (options.has('patch')) throw unsupported("'git checkout --patch'");
  const [first] = options.args;
  const create = options.value('b') ?? options.value('B');
  const orphan = options.value('orphan');
  if (create === undefined && orphan === undefined && (options.separator >= 0 || isForPaths(call, options)))
    return checkoutPaths(call, options);
  if (orphan !== undefined) return startOrphan(call, options, orphan, first, false);
  if (create !== undefined) return createAndSwitch(call, options, create, options.has('B'), first);
  if (first === undefined) return goTo(call, options, { id: call.repository.head, branch: call.repository.branch, name: 'HEAD' });
  if (options.has('track')) return createAndSwitch(call, options, nameFromUpstream(call, first), false, first);
  return goTo(call, options, await checkoutTarget(call, options, first));
}

/** True when the arguments name files: the first is no revision, or more than one was given. */
function isForPaths(call: GitCall, options: Options): boolean {
  const [first, ...rest] = options.args;
  if (first === undefined || options.has('detach')) return false;
  if (options.has('ours') || options.has('theirs')) return true;
  if (rest.length > 0) return true;
  if (resolveRevision(call, branchArgument(call, first)) !== null) return false;
  if (typeof guessRemote(call, first) === 'string' && !options.negated('guess') && call.disk.entry(call.resolve(first)) === null)
    return false;
  if (first === '-') return false;
  const repository = call.workRepository;
  if (call.disk.entry(call.resolve(first)) !== null || repository.index().some(({ path }) => new Pathspec(call, [first]).matches(path)))
    return true;
  const unborn = repository.head === null && repository.branch === first;
  if (unborn) return false;
  throw failure(`pathspec '${first}' did not match any file(s) known to git`);
}

async function checkoutTarget(call: GitCall, options: Options, typed: string): Promise<Target> {
  const { refs } = call.repository;
  const name = branchArgument(call, typed);
  const ref = `refs/heads/${name}`;
  if (refs.exists(ref) && !options.has('detach')) return { id: refs.resolve(ref), branch: name, name };
  const id = resolveRevision(call, name);
  if (id === null) {
    const guessed = options.negated('guess') ? 0 : guessRemote(call, name);
    if (typeof guessed === 'string') {
      const commit = refs.resolve(guessed) as string;
      refs.update(ref, commit, call.change(`branch: Created from ${guessed}`));
      const text = setUpstream(call, name, guessed);
      return { id: commit, branch: name, name, created: text } as Target & { created: string };
    }
    throw failure(`pathspec '${name}' did not match any file(s) known to git`);
  }
  const commit = peelTo(call, id, 'commit');
  if (commit === null) throw fatal(`Cannot switch branch to a non-commit '${name}'`);
  return { id: commit, branch: null, name };
}

export async function switchCommand(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SWITCH.parse(args);
  const [first] = options.args;
  if (options.args.length > 1) throw fatal('only one reference expected');
  const orphan = options.value('orphan');
  const create = options.value('create') ?? options.value('force-create');
  if (orphan !== undefined) return startOrphan(call, options, orphan, first, true);
  if (create !== undefined) checkNewBranch(call, create, options.has('force-create'));
  const named = create === undefined && !options.has('detach') && !options.has('track') ? first : undefined;
  if (named !== undefined && !isSwitchable(call, options, branchArgument(call, named)))
    throw fatal(`invalid reference: ${branchArgument(call, named)}`);
  refuseDuringOperation(call);
  if (create !== undefined) return createAndSwitch(call, options, create, options.has('force-create'), first);
  if (options.has('detach')) {
    const name = branchArgument(call, first ?? 'HEAD');
    const commit = resolveCommit(call, name);
    if (commit === null) throw fatal(`invalid reference: ${name}`);
    return goTo(call, options, { id: commit, branch: null, name });
  }
  if (first === undefined) throw fatal('missing branch or commit argument');
  if (options.has('track')) return createAndSwitch(call, options, nameFromUpstream(call, first), false, first);
  const { refs } = call.repository;
  const name = branchArgument(call, first);
  if (refs.exists(`refs/heads/${name}`)) return goTo(call, options, { id: refs.resolve(`refs/heads/${name}`), branch: name, name });
  const id = resolveRevision(call, name);
  if (id === null) {
    return goTo(call, options, await checkoutTarget(call, options, name));
  }
  const full = fullRefName(call, name);
  const what = full?.startsWith('refs/tags/')
    ? `tag '${name}'`
    : full?.startsWith('refs/remotes/')
      ? `remote branch '${name}'`
      : `commit '${name}'`;
  call.err(`fatal: a branch is expected, got ${what}\n`);
  call.hint('If you want to detach HEAD at the commit, try again with the --detach option.', 'suggestDetachingHead');
  return 128;
}

function isSwitchable(call: GitCall, options: Options, name: string): boolean {
  if (call.repository.refs.exists(`refs/heads/${name}`) || resolveRevision(call, name) !== null) return true;
  return !options.negated('guess') && typeof guessRemote(call, name) === 'string';
}

function refuseDuringOperation(call: GitCall): void {
  const operation = operationOf(call.repository);
  if (operation === null) return;
  const doing = { merge: 'merging', 'cherry-pick': 'cherry-picking', revert: 'reverting', rebase: 'rebasing', bisect: 'bisecting' }[
    operation.kind
  ];
  const command = operation.kind;
  if (command === 'bisect') {
    call.warn('you are switching branch while bisecting');
    return;
  }
  throw fatal(`cannot switch branch while ${doing}\nConsider "git ${command} --quit" or "git worktree add".`);
}

/** `origin/topic` -> `topic`. */
function nameFromUpstream(call: GitCall, upstream: string): string {
  const full = fullRefName(call, upstream);
  const name = full?.startsWith('refs/remotes/') ? full.replace(/^refs\/remotes\/[^/]+\//, '') : '';
  if (name === '') throw fatal('missing branch name; try -b');
  return name;
}

async function createAndSwitch(call: GitCall, options: Options, name: string, force: boolean, start: string | undefined): Promise<number> {
  const { repository } = call;
  const ref = checkNewBranch(call, name, force);
  const from = start === undefined ? 'HEAD' : branchArgument(call, start);
  const id = resolveCommit(call, from);
  if (id === null) {
    if (start !== undefined || repository.branch === null)
      throw fatal(
        options.has('b') || options.has('B')
          ? `'${from}' is not a commit and a branch '${name}' cannot be created from it`
          : `invalid reference: ${from}`,
      );
    repository.refs.setSymbolic('HEAD', ref);
    if (!options.has('quiet')) call.err(`Switched to a new branch '${name}'\n`);
    return 0;
  }
  const existed = repository.refs.exists(ref);
  return goTo(
    call,
    options,
    { id, branch: name, name },
    {
      make: () => {
        repository.refs.update(ref, id, call.change(existed ? `branch: Reset to ${from}` : `branch: Created from ${from}`));
        const full = fullRefName(call, from);
        const wanted =
          options.has('track') ||
          (full?.startsWith('refs/remotes/') && !options.negated('track') && call.settings.get('branch.autosetupmerge') !== 'false');
        if (full && wanted && /^refs\/(remotes|heads)\//.test(full)) {
          const text = setUpstream(call, name, full);
          if (!options.has('quiet')) call.out(text);
        }
      },
      said: existed
        ? repository.branch === name
          ? `Reset branch '${name}'\n`
          : `Switched to and reset branch '${name}'\n`
        : `Switched to a new branch '${name}'\n`,
      tracking: existed,
      moves: start !== undefined,
    },
  );
}

/** An unborn branch. `git switch --orphan` takes the tracked files away, `git checkout --orphan` keeps them for its first commit. */
async function startOrphan(call: GitCall, options: Options, name: string, start: string | undefined, empty: boolean): Promise<number> {
  const { repository } = call;
  const ref = checkNewBranch(call, name, false);
  if (start !== undefined) moveFiles(call, options, repository.head, (await checkoutTarget(call, options, start)).id);
  else if (empty) switchFiles(call, repository.files(repository.head), new Map(), { operation: 'checkout', before: 'switch branches' });
  repository.refs.setSymbolic('HEAD', ref);
  if (!options.has('quiet')) call.err(`Switched to a new branch '${name}'\n`);
  return 0;
}

/** Moves index and work tree; conflicts are the caller's to hear about. */
function moveFiles(call: GitCall, options: Options, from: string | null, to: string | null): void {
  const { repository } = call;
  const unmerged = unmergedOf(repository.index());
  const force = options.has('force') || options.has('discard-changes');
  if (force) forceFiles(call, repository.files(to));
  else if (unmerged.length > 0) {
    for (const { path } of unmerged) call.line(`${path}: needs merge`);
    throw failure('you need to resolve your current index first');
  } else switchFiles(call, repository.files(from), repository.files(to), { operation: 'checkout', before: 'switch branches' });
}

interface Going {
  /** Makes the branch, once it is clear that the files can be moved. */
  readonly make?: () => void;
  readonly said?: string;
  /** False for a new branch where one stands: nothing moves, so nothing is said about local changes. */
  readonly moves?: boolean;
  readonly tracking?: boolean;
}

async function goTo(call: GitCall, options: Options, target: Target & { readonly created?: string }, how: Going = {}): Promise<number> {
  const { repository } = call;
  const quiet = options.has('quiet');
  const [oldHead, oldBranch] = [repository.head, repository.branch];
  if (target.id === null) {
    if (oldHead === null && target.branch === oldBranch) {
      call.err('fatal: You are on a branch yet to be born\n');
      return 128;
    }
    throw fatal(`invalid reference: ${target.name}`);
  }
  if (options.has('merge')) throw unsupported("'--merge' when switching");
  if (how.moves !== false || options.has('force') || options.has('discard-changes')) moveFiles(call, options, oldHead, target.id);
  how.make?.();
  if (target.created && !quiet) call.out(target.created);
  const from = oldBranch ?? oldHead ?? '';
  const to = target.branch ?? (fullRefName(call, target.name) ? target.name : target.id);
  const change = call.change(`checkout: moving from ${from} to ${target.branch ?? (to === 'HEAD' ? target.id : target.name)}`);
  const detaching = target.branch === null;
  if (!quiet && oldBranch === null && oldHead !== null && oldHead !== target.id) leaving(call, oldHead, target.id);
  if (detaching) {
    repository.refs.detach(target.id, change);
    if (!quiet) {
      if (oldBranch !== null && !options.has('detach') && call.settings.bool('advice.detachedhead') !== false)
        call.err(detachedAdvice(target.name));
      call.err(`HEAD is now at ${call.short(target.id)} ${subjectOf(repository.objects.commit(target.id).message)}\n`);
    }
  } else {
    repository.refs.setSymbolic('HEAD', `refs/heads/${target.branch}`);
    repository.refs.log('HEAD', oldHead ?? NO_ID, target.id, change);
    if (!quiet) {
      const said = target.created
        ? `Switched to a new branch '${target.branch}'\n`
        : oldBranch === target.branch
          ? `Already on '${target.branch}'\n`
          : `Switched to branch '${target.branch}'\n`;
      if (target.name !== 'HEAD' || how.said) call.err(how.said ?? said);
    }
  }
  if (!quiet && how.moves !== false && !(options.has('force') || options.has('discard-changes'))) showLocalChanges(call);
  const operation = operationOf(repository);
  if (operation?.kind === 'merge' || operation?.kind === 'cherry-pick' || operation?.kind === 'revert') clearOperation(repository);
  if (!quiet && !detaching && how.tracking !== false && !target.created)
    call.out(trackingLines(call, repository, call.settings.bool('advice.statushints') ?? true));
  await runHook(call, 'post-checkout', [oldHead ?? NO_ID, target.id, '1']);
  return 0;
}

function showLocalChanges(call: GitCall): void {
  const { repository } = call;
  const work = repository.workEntries();
  const now = new Map(
    repository.index().flatMap(({ path }) => {
      const file = fileOf(work.get(path));
      return file ? [[path, file] as const] : [];
    }),
  );
  for (const { path, before, after } of compareFiles(repository.files(repository.head), now))
    call.line(`${before === null ? 'A' : after === null ? 'D' : 'M'}\t${path}`);
}

function leaving(call: GitCall, old: string, next: string): void {
  const { repository } = call;
  const { objects, refs } = repository;
  const kept = new Set(
    ancestors(objects, [next, ...refs.list().flatMap(([, id]) => (objects.peel(id).type === 'commit' ? objects.peel(id).id : []))]),
  );
  const lost = [...ancestors(objects, [old])].filter((id) => !kept.has(id));
  const line = (id: string): string => `${call.short(id)} ${subjectOf(objects.commit(id).message)}`;
  if (lost.length === 0) {
    call.err(`Previous HEAD position was ${line(old)}\n`);
    return;
  }
  const sorted = lost.sort((one, other) => objects.commit(other).committer.time - objects.commit(one).committer.time);
  const [them, these] = lost.length === 1 ? ['it', '1 commit'] : ['them', `${lost.length} commits`];
  const more = sorted.length > 4 ? ` ... and ${sorted.length - 4} more.\n` : '';
  call.err(
    `Warning: you are leaving ${these} behind, not connected to\nany of your branches:\n\n${sorted
      .slice(0, 4)
      .map((id) => `  ${line(id)}\n`)
      .join('')}${more}\n`,
  );
  if (call.settings.bool('advice.detachedhead') !== false) {
    call.err(
      `If you want to keep ${them} by creating a new branch, this may be a good time\nto do so with:\n\n git branch <new-branch-name> ${call.short(old)}\n\n`,
    );
  }
}

/** What git says where HEAD comes to stand on no branch; `name` is the revision as it was asked for. */
export function detachedAdvice(name: string): string {
  return (
    `Note: switching to '${name}'.\n\nYou are in 'detached HEAD' state. You can look around, make experimental\nchanges and commit them, and you can discard any commits you make in this\n` +
    'state without impacting any branches by switching back to a branch.\n\nIf you want to create a new branch to retain commits you create, you may\n' +
    'do so (now or later) by using -c with the switch command. Example:\n\n  git switch -c <new-branch-name>\n\nOr undo this operation with:\n\n  git switch -\n\n' +
    'Turn off this advice by setting config variable advice.detachedHead to false\n\n'
  );
}

/** `git checkout [<tree>] -- <paths>`. */
async function checkoutPaths(call: GitCall, options: Options): Promise<number> {
  const before = [...options.before];
  let paths = options.after === null ? [] : [...options.after];
  let source: string | null = null;
  if (before.length > 0 && (options.after !== null || resolveRevision(call, before[0] ?? '') !== null)) {
    const name = before.shift() ?? '';
    source = resolveRevision(call, name);
    if (source === null) throw fatal(`invalid reference: ${name}`);
  }
  paths = [...before, ...paths];
  if (options.has('merge') || options.has('conflict')) return restoreConflicts(call, paths);
  const count = await restorePaths(call, {
    paths,
    source,
    staged: source !== null,
    worktree: true,
    side: options.has('ours') ? 2 : options.has('theirs') ? 3 : null,
    ignoreUnmerged: options.has('force'),
    overlay: !options.negated('overlay'),
  });
  if (!options.has('quiet') && options.after === null) {
    const from =
      source === null
        ? 'the index'
        : call.short(call.repository.treeOf(source) === source ? source : (peelTo(call, source, 'commit') ?? source));
    call.err(`Updated ${count} path${count === 1 ? '' : 's'} from ${from}\n`);
  }
  return 0;
}

export async function restore(call: GitCall, args: readonly string[]): Promise<number> {
  const options = RESTORE.parse(args);
  if (options.has('patch')) throw unsupported("'git restore --patch'");
  if (options.args.length === 0) throw fatal('you must specify path(s) to restore');
  const staged = options.has('staged');
  const worktree = options.has('worktree') || !staged;
  const named = options.value('source');
  let source: string | null = null;
  if (named !== undefined || staged) {
    const name = named ?? 'HEAD';
    source = resolveRevision(call, branchArgument(call, name));
    if (source === null && (named !== undefined || call.repository.head !== null)) throw fatal(`could not resolve '${name}'`);
    if (source === null) throw fatal(`could not resolve HEAD`);
  }
  if (options.has('merge') || options.has('conflict')) return restoreConflicts(call, options.args);
  await restorePaths(call, {
    paths: options.args,
    source,
    staged,
    worktree,
    side: options.has('ours') ? 2 : options.has('theirs') ? 3 : null,
    ignoreUnmerged: options.has('ignore-unmerged'),
    overlay: options.has('overlay'),
  });
  return 0;
}

interface Restoring {
  readonly paths: readonly string[];
  /** A tree-ish, or null for the index. */
  readonly source: string | null;
  readonly staged: boolean;
  readonly worktree: boolean;
  /** 2 for ours, 3 for theirs. */
  readonly side: 2 | 3 | null;
  readonly ignoreUnmerged: boolean;
  /** Files that the source does not have stay. */
  readonly overlay: boolean;
}

/** Puts paths back from a tree or the index; gives how many were written. */
async function restorePaths(call: GitCall, how: Restoring): Promise<number> {
  const repository = call.workRepository;
  const pathspec = new Pathspec(call, how.paths);
  const entries = repository.index();
  const wanted: FileMap = how.source === null ? indexFiles(entries) : repository.files(how.source);
  const conflicts = unmergedOf(entries).filter(({ path }) => pathspec.matches(path));
  const known = new Set([...wanted.keys(), ...(how.source !== null && how.overlay ? [] : entries.map(({ path }) => path))]);
  const missing = pathspec.unmatched(known);
  if (missing !== null) throw failure(`pathspec '${missing}' did not match any file(s) known to git`);
  const writer = new WorkWriter(call);
  const work = repository.workEntries();
  const next = new Map(entries.map((entry) => [`${entry.path}\0${entry.stage}`, entry]));
  let count = 0;
  if (how.source === null) {
    for (const conflict of conflicts) {
      const chosen = how.side === 2 ? conflict.ours : how.side === 3 ? conflict.theirs : null;
      if (how.side !== null && chosen === null)
        throw failure(`path '${conflict.path}' does not have ${how.side === 2 ? 'our' : 'their'} version`);
      if (chosen !== null) {
        writer.write(conflict.path, chosen);
        count++;
      } else if (how.ignoreUnmerged) call.warn(`path '${conflict.path}' is unmerged`);
      else throw failure(`path '${conflict.path}' is unmerged`);
    }
  }
  const conflicted = new Set(conflicts.map(({ path }) => path));
  for (const path of [...known].sort(comparePaths)) {
    if (!pathspec.matches(path) || (how.source === null && conflicted.has(path))) continue;
    const file = wanted.get(path);
    const put = (entry: IndexEntry): void => {
      for (const stage of [1, 2, 3]) next.delete(`${path}\0${stage}`);
      next.set(`${path}\0${0}`, entry);
    };
    if (file === undefined) {
      if (how.overlay || how.source === null) continue;
      for (const stage of [0, 1, 2, 3]) if (how.staged) next.delete(`${path}\0${stage}`);
      if (how.worktree) writer.remove(path);
      count++;
      continue;
    }
    const there = fileOf(work.get(path));
    const same = there?.id === file.id && there.mode === file.mode;
    if (how.worktree && !same) {
      const entry = writer.write(path, file);
      count++;
      if (how.staged || how.source === null) put(entry);
    } else if (how.staged) {
      const current = next.get(`${path}\0${0}`);
      if (current?.id !== file.id || current.mode !== file.mode) {
        put(indexEntry(path, file, work.get(path)));
        if (how.worktree) count++;
      }
    }
  }
  repository.writeResolved([...next.values()]);
  return count;
}

/** `git checkout -m <paths>`: brings conflicts back, with their markers, resolved or not. */
async function restoreConflicts(call: GitCall, paths: readonly string[]): Promise<number> {
  const repository = call.workRepository;
  const pathspec = new Pathspec(call, paths);
  const undone = repository.resolvedConflicts().filter(({ path }) => pathspec.matches(path));
  const gone = new Set(undone.map(({ path }) => path));
  const entries = repository.index().filter(({ path }) => !gone.has(path));
  for (const { path, stages } of undone) {
    for (const [at, stage] of stages.entries()) if (stage !== null) entries.push({ ...indexEntry(path, stage), stage: at + 1 });
  }
  if (undone.length > 0) repository.writeResolved(entries);
  const conflicts = unmergedOf(repository.index()).filter(({ path }) => pathspec.matches(path));
  const writer = new WorkWriter(call);
  let count = 0;
  for (const conflict of conflicts) {
    const content = await conflictContent(call, conflict, { ours: 'ours', theirs: 'theirs' });
    if (content === null) continue;
    writer.writeContent(conflict.path, { mode: conflict.ours?.mode ?? 0o100644, id: NO_ID }, content);
    count++;
  }
  call.err(`Recreated ${count} merge conflict${count === 1 ? '' : 's'}\n`);
  return 0;
}
