/** One step of a rebase: a commit that is picked, reworded or melted into the one before, or a command that is run. */
import type { GitCall } from '../call.ts';
import { cleanMessage, editMessageFile } from '../editor.ts';
import { GitExit } from '../errors.ts';
import type { Favour } from '../merge-drivers.ts';
import type { CommitObject } from '../objects.ts';
import { commitSummary, firstLine, indexTree, writeCommit } from '../record.ts';
import { applyCommit, commitPicked, conflictMessage } from '../sequencer.ts';
import { forceFiles } from '../worktree.ts';
import { authorScript, type RebaseState } from './rebase-state.ts';
import type { Step } from './rebase-todo.ts';

/** Takes the progress off a terminal that knows no better way. */
export const CLEAR_LINE = `\r${' '.repeat(80)}\r`;

/** True when a step's commit stands on HEAD already, so that HEAD only moves. */
export function canForward(call: GitCall, state: RebaseState, { command, commit }: Step): boolean {
  if (commit === null || command !== 'pick') return false;
  const { head, objects } = call.repository;
  const [parent] = objects.commit(commit).parents;
  return parent === head || (parent === undefined && head === state.root);
}

/** `exec`; gives the exit code of the rebase. */
export async function runExec(call: GitCall, step: Step): Promise<number> {
  call.err(`${CLEAR_LINE}Executing: ${step.rest}\n`);
  const { stdout, stderr, exitCode } = await call.run(step.rest, call.repository.workTree ?? call.cwd);
  call.out(stdout);
  call.err(stderr);
  if (exitCode === 0) return 0;
  call.err(`warning: execution failed: ${step.rest}\nYou can fix the problem, and then run\n\n  git rebase --continue\n\n\n`);
  return 1;
}

/** Every step that has a commit; `next` decides whether a message that is melted together is finished. */
export async function runPick(call: GitCall, state: RebaseState, step: Step, next: Step | undefined): Promise<number> {
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

function favourOfState(state: RebaseState): Favour {
  const text = state.read('strategy_opts') ?? '';
  return text.includes('--ours') ? 'ours' : text.includes('--theirs') ? 'theirs' : null;
}

/** True when a commit has the files of its parent. */
export function isEmptyCommit(call: GitCall, { tree, parents }: CommitObject): boolean {
  return parents[0] !== undefined && call.repository.objects.commit(parents[0]).tree === tree;
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

function stopToEdit(call: GitCall, state: RebaseState, commit: CommitObject): number {
  state.write('amend', `${call.repository.head}\n`);
  state.write('stopped-sha', `${commit.id}\n`);
  call.disk.write(`${call.repository.gitDir}/REBASE_HEAD`, `${commit.id}\n`);
  call.err(
    `${CLEAR_LINE}Stopped at ${call.short(commit.id)}...  ${firstLine(commit.message)}\nYou can amend the commit now, with\n\n  git commit --amend \n\nOnce you are satisfied with your changes, run\n\n  git rebase --continue\n`,
  );
  return 0;
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

/** Lets a message be edited; ends the command when nothing is left of it. */
export async function editMessage(call: GitCall, message: string): Promise<string> {
  const file = `${call.repository.gitDir}/COMMIT_EDITMSG`;
  call.disk.write(
    file,
    `${message.trimEnd()}\n\n# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n`,
  );
  await editMessageFile(call, file);
  const edited = cleanMessage(call.disk.readText(file) ?? '', 'strip');
  if (edited === '') throw new GitExit('Aborting commit due to empty commit message.\n', 1);
  return edited;
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
  const id = recommit(call, previous, message, step.command);
  if (last) {
    state.remove('message-squash');
    state.remove('squash-seen');
    if (squashing) call.out(await commitSummary(call, id, { showDate: true }));
  }
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

/** Commits what is staged in the place of HEAD's commit `previous`, whose author stays; gives the new id. */
export function recommit(call: GitCall, previous: CommitObject, message: string, action: string): string {
  const { repository } = call;
  const id = writeCommit(call, { tree: indexTree(repository), parents: previous.parents, author: previous.author, message });
  repository.refs.update('HEAD', id, call.change(`rebase (${action}): ${firstLine(message)}`));
  return id;
}
