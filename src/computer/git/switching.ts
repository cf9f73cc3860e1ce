/** Taking HEAD, index and work tree to another branch or commit: what checkout and switch have in common. */
import { branchArgument, checkNewBranch, guessRemote, setUpstream } from './branches.ts';
import type { GitCall } from './call.ts';
import { failure, fatal, unsupported } from './errors.ts';
import { runHook } from './hooks.ts';
import { operationOf } from './operation.ts';
import type { Options } from './options.ts';
import { clearOperation, subjectOf } from './record.ts';
import { NO_ID } from './refs.ts';
import { fileOf } from './repository.ts';
import { fullRefName, peelTo, resolveCommit, resolveRevision } from './revision.ts';
import { compareFiles, unmergedOf } from './status.ts';
import { trackingLines } from './tracking.ts';
import { ancestors } from './walk.ts';
import { refuseUsedElsewhere } from './worktrees.ts';
import { forceFiles, switchFiles } from './worktree.ts';

/** The options that checkout and switch share, for an `OptionSpec`. */
export const SWITCH_OPTIONS =
  ' -q,--quiet -f,--force --guess -t,--track[=] -m,--merge --conflict= --progress --overwrite-ignore --ignore-other-worktrees --recurse-submodules[=] --orphan=';

/** Where HEAD is to go. */
interface Target {
  readonly id: string | null;
  /** The branch that HEAD will be on, or null to detach it. */
  readonly branch: string | null;
  /** As it was typed. */
  readonly name: string;
  /** What git says about the branch that was made on the way. */
  readonly created?: string;
}

/** What a word means to checkout: a branch, a commit, or a remote's branch that a new one is made for. */
export async function checkoutTarget(call: GitCall, options: Options, typed: string): Promise<Target> {
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
      return { id: commit, branch: name, name, created: text };
    }
    throw failure(`pathspec '${name}' did not match any file(s) known to git`);
  }
  const commit = peelTo(call, id, 'commit');
  if (commit === null) throw fatal(`Cannot switch branch to a non-commit '${name}'`);
  return { id: commit, branch: null, name };
}

/** `origin/topic` -> `topic`. */
export function nameFromUpstream(call: GitCall, upstream: string): string {
  const full = fullRefName(call, upstream);
  const name = full?.startsWith('refs/remotes/') ? full.replace(/^refs\/remotes\/[^/]+\//, '') : '';
  if (name === '') throw fatal('missing branch name; try -b');
  return name;
}

/** `-b` and `-c`: makes a branch at `start`, or at HEAD, and goes to it. */
export async function createAndSwitch(
  call: GitCall,
  options: Options,
  name: string,
  force: boolean,
  start: string | undefined,
): Promise<number> {
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
export async function startOrphan(
  call: GitCall,
  options: Options,
  name: string,
  start: string | undefined,
  empty: boolean,
): Promise<number> {
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

/** Goes to a target, taking local changes along; gives the exit code. */
export async function goTo(call: GitCall, options: Options, target: Target, how: Going = {}): Promise<number> {
  const { repository } = call;
  const quiet = options.has('quiet');
  if (target.branch !== null && !options.has('ignore-other-worktrees') && how.make === undefined) refuseUsedElsewhere(call, target.branch);
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
  if (!quiet && how.moves !== false && !(options.has('force') || options.has('discard-changes'))) showLocalChanges(call, target.id);
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
  const operation = operationOf(repository);
  if (operation?.kind === 'merge' || operation?.kind === 'cherry-pick' || operation?.kind === 'revert') clearOperation(repository);
  if (!quiet && !detaching && how.tracking !== false && !target.created)
    call.out(trackingLines(call, repository, call.settings.bool('advice.statushints') ?? true));
  await runHook(call, 'post-checkout', [oldHead ?? NO_ID, target.id, '1']);
  return 0;
}

function showLocalChanges(call: GitCall, commit: string): void {
  const { repository } = call;
  const work = repository.workEntries();
  const now = new Map(
    repository.index().flatMap(({ path }) => {
      const file = fileOf(work.get(path));
      return file ? [[path, file] as const] : [];
    }),
  );
  for (const { path, before, after } of compareFiles(repository.files(commit), now))
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
