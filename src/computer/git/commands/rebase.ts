import { branchArgument } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { writeDiff } from '../diff.ts';
import { cleanMessage, editorOf, runEditor } from '../editor.ts';
import { splitLines } from '../engine.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { runHook } from '../hooks.ts';
import type { CommitObject, Person } from '../objects.ts';
import { REBASE } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { clearOperation, commitSummary, indexTree, firstLine, subjectOf, writeCommit } from '../record.ts';
import { walkRange } from '../revlist.ts';
import { peelTo, requireCommit, resolveRevision, upstreamRef } from '../revision.ts';
import { applyCommit, commitPicked, conflictMessage } from '../sequencer.ts';
import { treePairs } from '../sides.ts';
import { compareWork, unmergedOf } from '../status.ts';
import { isAncestor, mergeBases } from '../walk.ts';
import { forceFiles, switchFiles } from '../worktree.ts';
import { indexDiffers, type Favour } from '../merging.ts';
import { favourOf } from './merge.ts';
import { applyAutostash, createAutostash } from './stash.ts';

const SPEC = new OptionSpec(
  'rebase',
  'usage: git rebase [-i] [options] [--exec <cmd>] [--onto <newbase> | --keep-base] [<upstream> [<branch>]]\n   or: git rebase [-i] [options] [--exec <cmd>] [--onto <newbase>] --root [<branch>]\n   or: git rebase --continue | --abort | --skip | --edit-todo\n',
  '--onto= --keep-base --no-verify,--verify -q,--quiet -v,--verbose -n,--no-stat,--stat --signoff --committer-date-is-author-date --reset-author-date,--ignore-date -C= --ignore-whitespace' +
    ' --whitespace= -f,--force-rebase,--no-ff --ff --continue --skip --abort --quit --edit-todo --show-current-patch --apply -m,--merge -i,--interactive --rerere-autoupdate --empty=' +
    ' -k,--keep-empty --autosquash --update-refs -S,--gpg-sign[=] --autostash -x,--exec=* -r,--rebase-merges[=] --fork-point -s,--strategy= -X,--strategy-option=* --root' +
    ' --reschedule-failed-exec --reapply-cherry-picks',
);

/** Takes the progress off a terminal that knows no better way. */
const CLEAR_LINE = `\r${' '.repeat(80)}\r`;

/** One line of the list of things to do. */
interface Step {
  readonly command: 'pick' | 'reword' | 'edit' | 'squash' | 'fixup' | 'drop' | 'exec' | 'break' | 'noop';
  readonly commit: string | null;
  /** What follows the commit, or the command of an exec. */
  readonly rest: string;
}

const SHORT_NAMES: Readonly<Record<string, Step['command']>> = {
  p: 'pick',
  r: 'reword',
  e: 'edit',
  s: 'squash',
  f: 'fixup',
  d: 'drop',
  x: 'exec',
  b: 'break',
};

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

/** What `git rebase` keeps below `.git/rebase-merge`. */
class RebaseState {
  readonly #call: GitCall;
  readonly #folder: string;

  constructor(call: GitCall) {
    this.#call = call;
    this.#folder = `${call.repository.gitDir}/${REBASE}`;
  }

  get active(): boolean {
    return this.#call.disk.exists(`${this.#folder}/onto`);
  }

  read(name: string): string | null {
    return this.#call.disk.readText(`${this.#folder}/${name}`);
  }

  write(name: string, text: string): void {
    this.#call.disk.write(`${this.#folder}/${name}`, text);
  }

  has(name: string): boolean {
    return this.#call.disk.exists(`${this.#folder}/${name}`);
  }

  remove(name: string): void {
    this.#call.disk.remove(`${this.#folder}/${name}`);
  }

  path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  /** The commit without files that stands for nothing at all, or null. */
  get root(): string | null {
    return this.read('squash-onto')?.trim() ?? null;
  }

  get todo(): readonly Step[] {
    return parseTodo(this.#call, this.read('git-rebase-todo') ?? '');
  }

  clear(): void {
    this.#call.disk.remove(this.#folder);
    this.#call.disk.remove(`${this.#call.repository.gitDir}/REBASE_HEAD`);
    clearOperation(this.#call.repository);
  }
}

function parseTodo(call: GitCall, text: string): readonly Step[] {
  return splitLines(text).flatMap((line): readonly Step[] => {
    const row = line.trim();
    if (row === '' || row.startsWith('#')) return [];
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(row) ?? [];
    const command = SHORT_NAMES[word] ?? (word as Step['command']);
    if (!['pick', 'reword', 'edit', 'squash', 'fixup', 'drop', 'exec', 'break', 'noop'].includes(command)) throw invalidTodo(line);
    if (command === 'exec' || command === 'break' || command === 'noop') return [{ command, commit: null, rest }];
    const [, flag = '', name = '', subject = ''] = /^(-[cC]\s+)?(\S+)\s*(.*)$/.exec(rest) ?? [];
    if (flag !== '') throw unsupported(`'${command} ${flag.trim()}' in a rebase`);
    const id = resolveRevision(call, name);
    const commit = id === null ? null : peelTo(call, id, 'commit');
    if (commit === null) throw invalidTodo(line);
    return [{ command, commit, rest: subject }];
  });
}

function invalidTodo(line: string): GitExit {
  return new GitExit(
    `error: invalid line 1: ${line}\nYou can fix this with 'git rebase --edit-todo' and then run 'git rebase --continue'.\nOr you can abort the rebase with 'git rebase --abort'.\n`,
    1,
  );
}

const todoLine = ({ command, commit, rest }: Step): string =>
  `${command}${commit === null ? '' : ` ${commit}`}${rest === '' ? '' : ` ${rest}`}\n`;

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
  state.write('git-rebase-todo', todo.map(todoLine).join(''));
  if (options.has('interactive')) {
    const edited = await letEdit(call, state, `${call.short(upstream ?? onto)}..${call.short(head)} onto ${call.short(onto)}`, todo);
    if (edited.length === 0) {
      state.clear();
      if (stash !== null) await applyAutostash(call, stash);
      throw failure('nothing to do');
    }
    todo = [...edited];
  }
  state.write('git-rebase-todo', todo.map(todoLine).join(''));
  state.write('git-rebase-todo.backup', todo.map(todoLine).join(''));
  state.write('done', '');
  state.write('end', `${todo.length}\n`);
  repository.refs.update('ORIG_HEAD', head, null);
  switchFiles(call, repository.files(head), repository.files(onto), { operation: 'checkout', before: 'switch branches' });
  repository.refs.detach(onto, call.change(`rebase (start): checkout ${ontoName ?? (shownBase === '' ? onto : shownBase)}`));
  return proceed(call, state);
}

/** A commit without files that a rebase of a whole history starts from; what is put on it first takes its place. */
function emptyRoot(call: GitCall): string {
  return writeCommit(call, { tree: call.repository.writeTree([]), parents: [], message: '' });
}

function upstreamCommit(call: GitCall, name: string | undefined): string {
  if (name !== undefined) {
    const id = resolveRevision(call, branchArgument(call, name));
    const commit = id === null ? null : peelTo(call, id, 'commit');
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
  const id = resolveRevision(call, name);
  const commit = id === null ? null : peelTo(call, id, 'commit');
  if (commit === null) throw fatal(`Does not point to a valid commit '${name}'`);
  return commit;
}

function goToBranch(call: GitCall, name: string): void {
  const { repository } = call;
  if (repository.branch === name) return;
  const ref = `refs/heads/${name}`;
  const id = repository.refs.resolve(ref) ?? resolveRevision(call, name);
  if (id === null) throw fatal(`no such branch/commit '${name}'`);
  switchFiles(call, repository.files(repository.head), repository.files(id), { operation: 'checkout', before: 'switch branches' });
  const from = repository.branch ?? repository.head ?? '';
  const before = repository.head ?? '';
  if (repository.refs.exists(ref)) {
    repository.refs.setSymbolic('HEAD', ref);
    repository.refs.log('HEAD', before, id, call.change(`checkout: moving from ${from} to ${name}`));
  } else repository.refs.detach(id, call.change(`checkout: moving from ${from} to ${name}`));
}

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

function isEmptyCommit(call: GitCall, { tree, parents }: CommitObject): boolean {
  return parents[0] !== undefined && call.repository.objects.commit(parents[0]).tree === tree;
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

/** `fixup!` and `squash!` commits go to those they are for. */
function squashed(call: GitCall, steps: readonly Step[]): Step[] {
  const { objects } = call.repository;
  const result: Step[] = [];
  for (const step of steps) {
    const subject = step.commit === null ? '' : firstLine(objects.commit(step.commit).message);
    const match = /^(fixup|squash)! (.*)$/.exec(subject);
    const target = match?.[2]?.replace(/^((fixup|squash)! )+/, '') ?? '';
    const at = match
      ? result.findIndex(
          ({ commit }) => commit !== null && (firstLine(objects.commit(commit).message).startsWith(target) || commit.startsWith(target)),
        )
      : -1;
    if (at === -1) {
      result.push(step);
      continue;
    }
    let after = at + 1;
    while (/^(fixup|squash)$/.test(result[after]?.command ?? '')) after++;
    result.splice(after, 0, { ...step, command: match?.[1] as 'fixup' | 'squash' });
  }
  return result;
}

const TODO_HELP = `#
# Commands:
# p, pick <commit> = use the commit
# r, reword <commit> = use the commit, with another message
# e, edit <commit> = use the commit, but stop to change it
# s, squash <commit> = melt it into the commit before
# f, fixup <commit> = like squash, without its message
# x, exec <command> = run a shell command
# b, break = stop here; go on with 'git rebase --continue'
# d, drop <commit> = leave the commit out
#
# The lines are worked off from top to bottom and may be put in another order.
# A line that is removed is a COMMIT THAT WILL BE LOST.
# Without any line the rebase is not done at all.
#
`;

async function letEdit(call: GitCall, state: RebaseState, title: string, todo: readonly Step[]): Promise<readonly Step[]> {
  const shown = todo.map((step) => todoLine(step.commit === null ? step : { ...step, commit: call.short(step.commit) })).join('');
  const count = todo.filter(({ command }) => command !== 'noop').length;
  state.write('git-rebase-todo', `${shown}\n# Rebase ${title} (${count} command${count === 1 ? '' : 's'})\n${TODO_HELP}`);
  const editor = call.env.get('GIT_SEQUENCE_EDITOR') ?? call.settings.get('sequence.editor') ?? editorOf(call);
  try {
    await runEditor(call, state.path('git-rebase-todo'), editor, false);
  } catch (error) {
    state.clear();
    throw error;
  }
  return parseTodo(call, state.read('git-rebase-todo') ?? '');
}

async function editTodo(call: GitCall, state: RebaseState): Promise<number> {
  const onto = state.read('onto')?.trim() ?? '';
  const todo = state.todo;
  const edited = await letEdit(call, state, `onto ${call.short(onto)}`, todo);
  state.write('git-rebase-todo', edited.map(todoLine).join(''));
  return 0;
}

function favourOfState(state: RebaseState): Favour {
  const text = state.read('strategy_opts') ?? '';
  return text.includes('--ours') ? 'ours' : text.includes('--theirs') ? 'theirs' : null;
}

/** Works off the list until it is empty or something stops it. */
async function proceed(call: GitCall, state: RebaseState): Promise<number> {
  const { repository } = call;
  const quiet = state.has('quiet');
  for (let todo = state.todo; todo.length > 0; todo = state.todo) {
    const [step, ...rest] = todo as [Step, ...Step[]];
    state.write('git-rebase-todo', rest.map(todoLine).join(''));
    state.write('done', (state.read('done') ?? '') + todoLine(step));
    const done = splitLines(state.read('done') ?? '').length;
    state.write('msgnum', `${done}\n`);
    const total = done + rest.length;
    state.write('end', `${total}\n`);
    if (step.command === 'noop' || step.command === 'drop') continue;
    // Picks that are in place already are passed over in silence, until there is one that is not.
    if (!canForward(call, state, step) || repository.head === state.root) state.write('begun', '');
    if (!quiet && state.has('begun')) call.err(`Rebasing (${done}/${total})\r`);
    if (step.command === 'break') {
      const id = repository.head ?? '';
      call.err(`${CLEAR_LINE}Stopped at ${call.short(id)} (${firstLine(repository.objects.commit(id).message)})\n`);
      return 0;
    }
    const code = step.command === 'exec' ? await runExec(call, step) : await runPick(call, state, step, rest[0]);
    if (code !== 0) return code;
    if (step.command === 'edit') return 0;
  }
  return finish(call, state);
}

function canForward(call: GitCall, state: RebaseState, { command, commit }: Step): boolean {
  if (commit === null || command !== 'pick') return false;
  const { head, objects } = call.repository;
  const [parent] = objects.commit(commit).parents;
  return parent === head || (parent === undefined && head === state.root);
}

async function runExec(call: GitCall, step: Step): Promise<number> {
  call.err(`${CLEAR_LINE}Executing: ${step.rest}\n`);
  const { stdout, stderr, exitCode } = await call.run(step.rest, call.repository.workTree ?? call.cwd);
  call.out(stdout);
  call.err(stderr);
  if (exitCode === 0) return 0;
  call.err(`warning: execution failed: ${step.rest}\nYou can fix the problem, and then run\n\n  git rebase --continue\n\n\n`);
  return 1;
}

async function runPick(call: GitCall, state: RebaseState, step: Step, next: Step | undefined): Promise<number> {
  const { repository } = call;
  const { objects } = repository;
  const id = step.commit as string;
  const commit = objects.commit(id);
  const melting = step.command === 'squash' || step.command === 'fixup';
  if (canForward(call, state, { ...step, command: 'pick' }) && !melting) {
    forceFiles(call, repository.files(id));
    repository.refs.update('HEAD', id, call.change(`rebase (${step.command}): ${firstLine(commit.message)}`));
    if (step.command === 'reword') return reword(call, commit);
    if (step.command === 'edit') return stopToEdit(call, state, commit);
    return 0;
  }
  const picked = await applyCommit(call, id, { kind: 'rebase', mainline: null, favour: favourOfState(state) });
  if (!picked.outcome.clean) {
    for (const text of picked.outcome.messages) call.line(text);
    if (melting) state.write('message-squash', await meltMessage(call, state, step, commit));
    stop(call, state, commit, picked.outcome.conflictPaths, melting ? (state.read('message-squash') ?? '') : commit.message);
    call.disk.write(`${repository.gitDir}/AUTO_MERGE`, `${picked.outcome.tree}\n`);
    call.err(`error: could not apply ${call.short(id)}... ${firstLine(commit.message)}\n`);
    call.hint(
      'Resolve all conflicts manually, mark them as resolved with\n"git add/rm <conflicted_files>", then run "git rebase --continue".\nYou can instead skip this commit: run "git rebase --skip".\n' +
        'To abort and get back to the state before "git rebase", run "git rebase --abort".',
      'mergeConflict',
    );
    call.err(`Could not apply ${call.short(id)}... ${firstLine(commit.message)}\n`);
    return 1;
  }
  if (melting) return melt(call, state, step, commit, next);
  if (picked.empty && !isEmptyCommit(call, commit)) {
    call.err(`dropping ${id} ${firstLine(commit.message)} -- patch contents already upstream\n`);
    return 0;
  }
  commitPicked(call, picked.message, picked.author, `rebase (${step.command})`, repository.head === state.root ? [] : undefined);
  if (step.command === 'reword') return reword(call, commit);
  if (step.command === 'edit') return stopToEdit(call, state, commit);
  return 0;
}

/** Leaves what a person needs to resolve a conflict and go on. */
function stop(call: GitCall, state: RebaseState, commit: CommitObject, conflicts: readonly string[], message: string): void {
  const { repository } = call;
  state.write('stopped-sha', `${commit.id}\n`);
  state.write('message', `${message.trimEnd()}\n`);
  state.write('author-script', authorScript(commit.author));
  call.disk.write(`${repository.gitDir}/REBASE_HEAD`, `${commit.id}\n`);
  call.disk.write(`${repository.gitDir}/MERGE_MSG`, conflictMessage(message, conflicts));
}

function authorScript({ name, email, time, zone }: Person): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return `GIT_AUTHOR_NAME=${quote(name)}\nGIT_AUTHOR_EMAIL=${quote(email)}\nGIT_AUTHOR_DATE='@${time} ${zone}'\n`;
}

function readAuthor(call: GitCall, state: RebaseState): Person {
  const text = state.read('author-script') ?? '';
  const field = (name: string): string => (new RegExp(`^${name}='(.*)'$`, 'm').exec(text)?.[1] ?? '').replaceAll("'\\''", "'");
  const [, time = '0', zone = '+0000'] = /^@(\d+) (\S+)$/.exec(field('GIT_AUTHOR_DATE')) ?? [];
  return text === ''
    ? call.person('author')
    : { name: field('GIT_AUTHOR_NAME'), email: field('GIT_AUTHOR_EMAIL'), time: Number(time), zone };
}

async function reword(call: GitCall, commit: CommitObject): Promise<number> {
  const { repository } = call;
  const head = repository.head as string;
  const message = await editMessage(call, commit.message);
  const { tree, parents, author } = repository.objects.commit(head);
  const id = writeCommit(call, { tree, parents, author, message });
  repository.refs.update('HEAD', id, call.change(`rebase (reword): ${firstLine(message)}`));
  call.out(await commitSummary(call, id, { showDate: true }));
  return 0;
}

async function editMessage(call: GitCall, message: string): Promise<string> {
  const file = `${call.repository.gitDir}/COMMIT_EDITMSG`;
  call.disk.write(
    file,
    `${message.trimEnd()}\n\n# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n`,
  );
  try {
    await runEditor(call, file, editorOf(call));
  } catch (error) {
    if (error instanceof GitExit) throw new GitExit(`${error.text}Please supply the message using either -m or -F option.\n`, 1);
    throw error;
  }
  const edited = cleanMessage(call.disk.readText(file) ?? '', 'strip');
  if (edited === '') throw new GitExit('Aborting commit due to empty commit message.\n', 1);
  return edited;
}

function stopToEdit(call: GitCall, state: RebaseState, commit: CommitObject): number {
  state.write('amend', `${call.repository.head}\n`);
  state.write('stopped-sha', `${commit.id}\n`);
  call.disk.write(`${call.repository.gitDir}/REBASE_HEAD`, `${commit.id}\n`);
  call.err(
    `${CLEAR_LINE}Stopped at ${call.short(commit.id)}...  ${firstLine(commit.message)}\nYou can amend the commit now, with\n\n  git commit --amend \n\nOnce you are satisfied with your changes, run\n\n  git rebase --continue\n`,
  );
  return 0;
}

/** The messages of commits that are melted together, as the editor shows them. */
async function meltMessage(call: GitCall, state: RebaseState, step: Step, commit: CommitObject): Promise<string> {
  const head = call.repository.head as string;
  const before = state.read('message-squash');
  const count = before === null ? 2 : Number(/^# This is a combination of (\d+) commits\./.exec(before)?.[1] ?? 1) + 1;
  const first =
    before === null
      ? `# This is the 1st commit message:\n\n${call.repository.objects.commit(head).message.trimEnd()}\n`
      : before.slice(before.indexOf('\n') + 1).trimEnd() + '\n';
  const own =
    step.command === 'fixup'
      ? `# The commit message #${count} will be skipped:\n\n${commit.message
          .trimEnd()
          .split('\n')
          .map((line) => `# ${line}`.trimEnd())
          .join('\n')}\n`
      : `# This is the commit message #${count}:\n\n${commit.message.trimEnd()}\n`;
  return `# This is a combination of ${count} commits.\n${first}\n${own}`;
}

async function melt(call: GitCall, state: RebaseState, step: Step, commit: CommitObject, next: Step | undefined): Promise<number> {
  const { repository } = call;
  const head = repository.head as string;
  const previous = repository.objects.commit(head);
  const combined = await meltMessage(call, state, step, commit);
  const squashing = step.command === 'squash' || state.has('squash-seen');
  const last = next === undefined || !/^(squash|fixup)$/.test(next.command);
  if (squashing) state.write('squash-seen', '');
  state.write('message-squash', combined);
  let message = previous.message;
  if (squashing) message = last ? await editMessage(call, combined) : cleanMessage(combined, 'strip');
  const id = writeCommit(call, { tree: indexTree(repository), parents: previous.parents, author: previous.author, message });
  repository.refs.update('HEAD', id, call.change(`rebase (${step.command}): ${firstLine(message)}`));
  if (last) {
    state.remove('message-squash');
    state.remove('squash-seen');
    if (squashing) call.out(await commitSummary(call, id, { showDate: true }));
  }
  return 0;
}

async function finish(call: GitCall, state: RebaseState): Promise<number> {
  const { repository } = call;
  const head = repository.head as string;
  const name = state.read('head-name')?.trim() ?? '';
  const onto = state.read('onto')?.trim() ?? '';
  if (name.startsWith('refs/')) {
    const before = repository.refs.resolve(name);
    const change = call.change(`rebase (finish): ${name} onto ${onto}`);
    if (before !== head) repository.refs.update(name, head, change);
    repository.refs.setSymbolic('HEAD', name);
    repository.refs.log('HEAD', head, head, call.change(`rebase (finish): returning to ${name}`));
  }
  const stash = state.read('autostash')?.trim();
  const quiet = state.has('quiet');
  state.clear();
  if (stash !== undefined) await applyAutostash(call, stash);
  if (!quiet) call.err(`${CLEAR_LINE}Successfully rebased and updated ${name.startsWith('refs/') ? name : 'detached HEAD'}.\n`);
  await runHook(call, 'post-rewrite', ['rebase']);
  return 0;
}

async function resume(call: GitCall, state: RebaseState): Promise<number> {
  const { repository } = call;
  const unmerged = unmergedOf(repository.index());
  if (unmerged.length > 0) {
    for (const { path } of unmerged) call.line(`${path}: needs merge`);
    call.out('You must edit all merge conflicts and then\nmark them as resolved using git add\n');
    return 1;
  }
  if (compareWork(repository.index(), repository.workEntries()).length > 0) {
    throw new GitExit('error: cannot rebase: You have unstaged changes.\nerror: Please commit or stash them.\n', 1);
  }
  const { head } = repository;
  const stopped = state.read('stopped-sha')?.trim();
  const dirty = head !== null && indexTree(repository) !== repository.objects.commit(head).tree;
  if (state.has('amend')) {
    if (dirty && state.read('amend')?.trim() === head) await amendHead(call);
    state.remove('amend');
  } else if (stopped !== undefined && dirty) {
    const melting = state.has('message-squash');
    const prepared = call.disk.readText(`${repository.gitDir}/MERGE_MSG`) ?? repository.objects.commit(stopped).message;
    let message: string;
    try {
      message = await editMessage(call, prepared);
    } catch (error) {
      if (error instanceof GitExit) throw new GitExit(`${error.text}error: could not commit staged changes.\n`, 1);
      throw error;
    }
    const author = readAuthor(call, state);
    if (melting && head !== null) {
      const previous = repository.objects.commit(head);
      const id = writeCommit(call, { tree: indexTree(repository), parents: previous.parents, author: previous.author, message });
      repository.refs.update('HEAD', id, call.change(`rebase (continue): ${firstLine(message)}`));
      state.remove('message-squash');
      state.remove('squash-seen');
      call.out(await commitSummary(call, id, { showDate: true }));
    } else call.out(await commitSummary(call, commitPicked(call, message, author, 'rebase (continue)'), { showDate: true }));
  }
  state.remove('stopped-sha');
  state.remove('author-script');
  call.disk.remove(`${repository.gitDir}/REBASE_HEAD`);
  clearOperation(repository);
  return proceed(call, state);
}

async function amendHead(call: GitCall): Promise<void> {
  const { repository } = call;
  const head = repository.head as string;
  const previous = repository.objects.commit(head);
  const message = await editMessage(call, previous.message);
  const id = writeCommit(call, { tree: indexTree(repository), parents: previous.parents, author: previous.author, message });
  repository.refs.update('HEAD', id, call.change(`rebase (continue): ${firstLine(message)}`));
  call.out(await commitSummary(call, id, { showDate: true }));
}

async function skip(call: GitCall, state: RebaseState): Promise<number> {
  const { repository } = call;
  forceFiles(call, repository.files(repository.head));
  clearOperation(repository);
  state.remove('stopped-sha');
  state.remove('amend');
  state.remove('message-squash');
  call.disk.remove(`${repository.gitDir}/REBASE_HEAD`);
  return proceed(call, state);
}

async function abort(call: GitCall, state: RebaseState): Promise<number> {
  const { repository } = call;
  const original = state.read('orig-head')?.trim() ?? '';
  const name = state.read('head-name')?.trim() ?? '';
  const stash = state.read('autostash')?.trim();
  forceFiles(call, repository.files(original));
  const head = repository.head ?? '';
  if (name.startsWith('refs/')) {
    repository.refs.setSymbolic('HEAD', name);
    repository.refs.log('HEAD', head, original, call.change(`rebase (abort): returning to ${name}`));
  } else repository.refs.detach(original, call.change(`rebase (abort): returning to ${original}`));
  state.clear();
  if (stash !== undefined) await applyAutostash(call, stash);
  return 0;
}
