/** Working off the list of a rebase, going on after a stop, and giving up. */
import type { GitCall } from '../call.ts';
import { splitLines } from '../engine.ts';
import { GitExit } from '../errors.ts';
import { runHook } from '../hooks.ts';
import { clearOperation, commitSummary, firstLine, indexTree } from '../record.ts';
import { commitPicked } from '../sequencer.ts';
import { compareWork, unmergedOf } from '../status.ts';
import { forceFiles } from '../worktree.ts';
import { readAuthor, type RebaseState } from './rebase-state.ts';
import { canForward, CLEAR_LINE, editMessage, recommit, runExec, runPick } from './rebase-step.ts';
import { readTodo, todoText, writeTodo, type Step } from './rebase-todo.ts';
import { applyAutostash } from './stash.ts';

/** Works off the list until it is empty or something stops it. */
export async function proceed(call: GitCall, state: RebaseState): Promise<number> {
  const { repository } = call;
  const quiet = state.has('quiet');
  for (let todo = readTodo(call, state); todo.length > 0; todo = readTodo(call, state)) {
    const [step, ...rest] = todo as [Step, ...Step[]];
    writeTodo(state, rest);
    state.write('done', (state.read('done') ?? '') + todoText([step]));
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

/** `git rebase --continue`. */
export async function resume(call: GitCall, state: RebaseState): Promise<number> {
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
      const id = recommit(call, repository.objects.commit(head), message, 'continue');
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
  call.out(await commitSummary(call, recommit(call, previous, message, 'continue'), { showDate: true }));
}

/** `git rebase --skip`. */
export async function skip(call: GitCall, state: RebaseState): Promise<number> {
  const { repository } = call;
  forceFiles(call, repository.files(repository.head));
  clearOperation(repository);
  state.remove('stopped-sha');
  state.remove('amend');
  state.remove('message-squash');
  call.disk.remove(`${repository.gitDir}/REBASE_HEAD`);
  return proceed(call, state);
}

/** `git rebase --abort`. */
export async function abort(call: GitCall, state: RebaseState): Promise<number> {
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
