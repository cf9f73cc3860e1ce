import { branchArgument } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { writeDiff } from '../diff.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { runHook } from '../hooks.ts';
import { indexDiffers } from '../merging.ts';
import type { CommitObject } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { subjectOf, writeCommit } from '../record.ts';
import { requireCommit, resolveCommit, resolveRevision, upstreamRef } from '../revision.ts';
import { walkRange } from '../revlist.ts';
import { treePairs } from '../sides.ts';
import { compareWork, unmergedOf } from '../status.ts';
import { isAncestor, mergeBases } from '../walk.ts';
import { switchFiles } from '../worktree.ts';
import { refuseUsedElsewhere } from '../worktrees.ts';
import { favourOf } from './merge.ts';
import { abort, proceed, resume, skip } from './rebase-run.ts';
import { RebaseState } from './rebase-state.ts';
import { isEmptyCommit } from './rebase-step.ts';
import { editTodo, letEdit, squashed, todoText, writeTodo, type Step } from './rebase-todo.ts';
import { applyAutostash, createAutostash } from './stash.ts';

const SPEC = new OptionSpec(
  'rebase',
  'usage: git rebase [-i] [options] [--exec <cmd>] [--onto <newbase> | --keep-base] [<upstream> [<branch>]]\n   or: git rebase [-i] [options] [--exec <cmd>] [--onto <newbase>] --root [<branch>]\n   or: git rebase --continue | --abort | --skip | --edit-todo\n',
  '--onto= --keep-base --no-verify,--verify -q,--quiet -v,--verbose -n,--no-stat,--stat --signoff --committer-date-is-author-date --reset-author-date,--ignore-date -C= --ignore-whitespace' +
    ' --whitespace= -f,--force-rebase,--no-ff --ff --continue --skip --abort --quit --edit-todo --show-current-patch --apply -m,--merge -i,--interactive --rerere-autoupdate --empty=' +
    ' -k,--keep-empty --autosquash --update-refs -S,--gpg-sign[=] --autostash -x,--exec=* -r,--rebase-merges[=] --fork-point -s,--strategy= -X,--strategy-option=* --root' +
    ' --reschedule-failed-exec --reapply-cherry-picks',
);

export async function rebase(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  for (const name of [
    'rebase-merges',
    'gpg-sign',
    'apply',
    'update-refs',
    'show-current-patch',
    'committer-date-is-author-date',
    'reset-author-date',
    'signoff',
    'ignore-whitespace',
  ]) {
    if (options.has(name)) throw unsupported(`'git rebase --${name}'`);
  }
  const state = new RebaseState(call);
  for (const name of ['continue', 'skip', 'abort', 'quit', 'edit-todo'] as const) {
    if (!options.has(name)) continue;
    if (!state.active) throw fatal('No rebase in progress?');
    if (name === 'abort') return abort(call, state);
    if (name === 'quit') {
      state.clear();
      return 0;
    }
    if (name === 'edit-todo') return editTodo(call, state);
    return name === 'continue' ? resume(call, state) : skip(call, state);
  }
  if (state.active) {
    throw fatal(
      'It seems that there is already a rebase-merge directory, and\nI wonder if you are in the middle of another rebase.  If that is the\ncase, please try\n\tgit rebase (--continue | --abort | --skip)\n' +
        'If that is not the case, please\n\trm -fr ".git/rebase-merge"\nand run me again.  I am stopping in case you still have something\nvaluable there.\n',
    );
  }
  return begin(call, state, options);
}

async function begin(call: GitCall, state: RebaseState, options: Options): Promise<number> {
  const repository = call.workRepository;
  const { objects } = repository;
  const [upstreamName, branchName] = options.has('root') ? [undefined, options.args[0]] : options.args;
  const upstream = options.has('root') ? null : upstreamCommit(call, upstreamName);
  const ontoName = options.value('onto');
  const base = ontoName === undefined ? upstream : ontoCommit(call, ontoName);
  if (branchName !== undefined) goToBranch(call, branchName);
  const { head } = repository;
  if (head === null) throw fatal('You are on a branch yet to be born');
  let stash: string | null = null;
  const wantsStash = options.choice('autostash') ?? call.settings.bool('rebase.autostash') ?? false;
  if (wantsStash) stash = createAutostash(call);
  else refuseDirty(call, 'rebase');
  const onto =
    options.has('keep-base') && upstream !== null ? (mergeBases(objects, upstream, head)[0] ?? upstream) : (base ?? emptyRoot(call));
  const shownBase = upstreamName ?? (upstreamRef(call, null) ?? '').replace(/^refs\/(remotes|heads)\//, '');
  const interactive = options.has('interactive') || options.list('exec').length > 0;
  const commits = await commitsToPick(call, upstream, head, options);
  const linear = upstream !== null && mergeBases(objects, onto, head)[0] === onto && isLinear(call, onto, head);
  const autosquash = options.choice('autosquash') ?? (options.has('interactive') && call.settings.bool('rebase.autosquash') === true);
  if (
    !interactive &&
    !options.has('force-rebase') &&
    !autosquash &&
    linear &&
    (upstream === onto || isAncestor(objects, upstream ?? onto, onto)) &&
    sameUpstream(call, upstream, onto, head)
  ) {
    if (!options.has('quiet'))
      call.out(repository.branch === null ? 'HEAD is up to date.\n' : `Current branch ${repository.branch} is up to date.\n`);
    if (stash !== null) await applyAutostash(call, stash);
    return 0;
  }
  if (!options.has('no-verify')) {
    const args = [upstreamName ?? shownBase, ...(branchName === undefined ? [] : [branchName])];
    if ((await runHook(call, 'pre-rebase', args)) !== 0) {
      if (stash !== null) await applyAutostash(call, stash);
      throw fatal('The pre-rebase hook refused to rebase.');
    }
  }
  const steps: Step[] = commits.map((commit) => ({
    command: 'pick',
    commit: commit.id,
    rest: subjectOf(commit.message) + (isEmptyCommit(call, commit) ? ' # empty' : ''),
  }));
  let todo = autosquash ? squashed(call, steps) : steps;
  const execs = options.list('exec');
  if (execs.length > 0)
    todo = todo.flatMap((step, at) =>
      at + 1 < todo.length && /^(squash|fixup)$/.test(todo[at + 1]?.command ?? '')
        ? [step]
        : [step, ...execs.map((rest): Step => ({ command: 'exec', commit: null, rest }))],
    );
  if (todo.length === 0 && interactive) todo = [{ command: 'noop', commit: null, rest: '' }];
  const { branch } = repository;
  state.write('head-name', branch === null ? 'detached HEAD\n' : `refs/heads/${branch}\n`);
  state.write('onto', `${onto}\n`);
  state.write('orig-head', `${head}\n`);
  state.write('interactive', '');
  if (options.has('quiet')) state.write('quiet', '');
  const favour = favourOf(options);
  if (favour !== null) state.write('strategy_opts', ` --${favour}\n`);
  if (stash !== null) state.write('autostash', `${stash}\n`);
  if (base === null) state.write('squash-onto', `${onto}\n`);
  if (!interactive) state.write('drop_redundant_commits', '');
  state.write('no-reschedule-failed-exec', '');
  writeTodo(state, todo);
  if (options.has('interactive')) {
    const edited = await letEdit(call, state, `${call.short(upstream ?? onto)}..${call.short(head)} onto ${call.short(onto)}`, todo);
    if (edited.length === 0) {
      state.clear();
      if (stash !== null) await applyAutostash(call, stash);
      throw failure('nothing to do');
    }
    todo = [...edited];
  }
  writeTodo(state, todo);
  state.write('git-rebase-todo.backup', todoText(todo));
  state.write('done', '');
  state.write('end', `${todo.length}\n`);
  repository.refs.update('ORIG_HEAD', head, null);
  switchFiles(call, repository.files(head), repository.files(onto), { operation: 'checkout', before: 'switch branches' });
  repository.refs.detach(onto, call.change(`rebase (start): checkout ${ontoName ?? (shownBase === '' ? onto : shownBase)}`));
  await runHook(call, 'post-checkout', [head, onto, '1']);
  return proceed(call, state);
}

/** A commit without files that a rebase of a whole history starts from; what is put on it first takes its place. */
function emptyRoot(call: GitCall): string {
  return writeCommit(call, { tree: call.repository.writeTree([]), parents: [], message: '' });
}

function upstreamCommit(call: GitCall, name: string | undefined): string {
  if (name !== undefined) {
    const commit = resolveCommit(call, branchArgument(call, name));
    if (commit === null) throw fatal(`invalid upstream '${name}'`);
    return commit;
  }
  const upstream = upstreamRef(call, null);
  const id = upstream === null ? null : call.repository.refs.resolve(upstream);
  if (id !== null) return id;
  const { branch } = call.repository;
  if (branch === null)
    throw new GitExit(
      "You are not currently on a branch.\nPlease specify which branch you want to rebase against.\nSee git-rebase(1) for details.\n\n    git rebase '<branch>'\n\n",
      1,
    );
  throw new GitExit(
    `There is no tracking information for the current branch.\nPlease specify which branch you want to rebase against.\nSee git-rebase(1) for details.\n\n    git rebase '<branch>'\n\n` +
      `If you wish to set tracking information for this branch you can do so with:\n\n    git branch --set-upstream-to=<remote>/<branch> ${branch}\n\n`,
    1,
  );
}

function ontoCommit(call: GitCall, name: string): string {
  const range = /^(.*?)\.\.\.(.*)$/.exec(name);
  if (range) {
    const bases = mergeBases(call.repository.objects, requireCommit(call, range[1] || 'HEAD'), requireCommit(call, range[2] || 'HEAD'));
    if (bases.length !== 1) throw fatal(`'${name}': need exactly one merge base`);
    return bases[0] as string;
  }
  const commit = resolveCommit(call, name);
  if (commit === null) throw fatal(`Does not point to a valid commit '${name}'`);
  return commit;
}

function goToBranch(call: GitCall, name: string): void {
  const { repository } = call;
  if (repository.branch === name) return;
  const ref = `refs/heads/${name}`;
  const id = repository.refs.resolve(ref) ?? resolveRevision(call, name);
  if (id === null) throw fatal(`no such branch/commit '${name}'`);
  refuseUsedElsewhere(call, name);
  switchFiles(call, repository.files(repository.head), repository.files(id), { operation: 'checkout', before: 'switch branches' });
  const from = repository.branch ?? repository.head ?? '';
  const before = repository.head ?? '';
  if (repository.refs.exists(ref)) {
    repository.refs.setSymbolic('HEAD', ref);
    repository.refs.log('HEAD', before, id, call.change(`checkout: moving from ${from} to ${name}`));
  } else repository.refs.detach(id, call.change(`checkout: moving from ${from} to ${name}`));
}

/** Ends the command while tracked files or the index have changes; `what` is for the message. */
export function refuseDirty(call: GitCall, what: string): void {
  const { repository } = call;
  const unstaged = compareWork(repository.index(), repository.workEntries()).length > 0 || unmergedOf(repository.index()).length > 0;
  const staged = indexDiffers(call).length > 0;
  if (!unstaged && !staged) return;
  for (const { path } of unmergedOf(repository.index())) call.line(`${path}: needs merge`);
  const doing = what === 'rebase' ? 'cannot rebase' : `cannot ${what}`;
  let text = '';
  if (unstaged) text += `error: ${doing}: You have unstaged changes.\n`;
  if (staged)
    text += unstaged
      ? 'error: additionally, your index contains uncommitted changes.\n'
      : `error: ${doing}: Your index contains uncommitted changes.\n`;
  throw new GitExit(`${text}error: Please commit or stash them.\n`, what === 'rebase' ? 1 : 128);
}

/** Commits that are on this side only, oldest first; merges are left out, and so are those whose change the other side has. */
async function commitsToPick(call: GitCall, upstream: string | null, head: string, options: Options): Promise<readonly CommitObject[]> {
  const range = { positive: [head], negative: upstream === null ? [] : [upstream], names: [], left: null, paths: [], fallback: false };
  const walked = await walkRange(call, range, { order: 'topo', reverse: true, maxParents: 1 });
  const commits = walked.map(({ commit }) => commit);
  if (upstream === null || options.has('reapply-cherry-picks') || options.has('keep-base')) return commits;
  const others = await walkRange(call, { ...range, positive: [upstream], negative: [head] }, { maxParents: 1 });
  if (others.length === 0) return commits;
  const known = new Set(await Promise.all(others.map(({ commit }) => patchId(call, commit))));
  const kept: CommitObject[] = [];
  let skipped = 0;
  for (const commit of commits) {
    if (isEmptyCommit(call, commit) || !known.has(await patchId(call, commit))) kept.push(commit);
    else {
      call.warn(`skipped previously applied commit ${call.short(commit.id)}`);
      skipped++;
    }
  }
  if (skipped > 0)
    call.hint(
      'use --reapply-cherry-picks to include skipped commits\nDisable this message with "git config advice.skippedCherryPicks false"',
      'skippedCherryPicks',
    );
  return kept;
}

/** What a commit changes, without the line numbers and the white space, as git-patch-id has it. */
async function patchId(call: GitCall, commit: CommitObject): Promise<string> {
  const pairs = treePairs(call.repository, commit.parents[0] ?? null, commit.id, new Pathspec(call, []));
  const text = await writeDiff(call, pairs, { patch: true, fullIndex: true });
  return text.replace(/^(index|@@) .*$/gm, '').replace(/\s+/g, '');
}

function isLinear(call: GitCall, from: string, to: string): boolean {
  const { objects } = call.repository;
  for (let id: string | undefined = to; id !== undefined && id !== from;) {
    const { parents }: CommitObject = objects.commit(id);
    if (parents.length > 1) return false;
    id = parents[0];
  }
  return true;
}

function sameUpstream(call: GitCall, upstream: string | null, onto: string, head: string): boolean {
  if (upstream === null) return false;
  return mergeBases(call.repository.objects, upstream, head)[0] === mergeBases(call.repository.objects, onto, head)[0];
}
