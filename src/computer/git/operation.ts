/** What is under way in a repository: a merge, a pick, a revert, a rebase, a bisection. */
import type { GitCall } from './call.ts';
import { splitLines } from './engine.ts';
import type { Repository } from './repository.ts';

export type Operation =
  | { readonly kind: 'merge'; readonly heads: readonly string[]; readonly rebase: Rebase | null }
  | { readonly kind: 'cherry-pick'; readonly commit: string; readonly sequence: boolean }
  | { readonly kind: 'revert'; readonly commit: string; readonly sequence: boolean }
  | Rebase
  | { readonly kind: 'am' }
  | { readonly kind: 'bisect'; readonly start: string };

export interface Rebase {
  readonly kind: 'rebase';
  readonly onto: string;
  readonly branch: string | null;
}

export const REBASE = 'rebase-merge';
/** Where `git am` keeps what it is at. */
export const AM = 'rebase-apply';

export function operationOf(repository: Repository): Operation | null {
  const read = (name: string): string | null => repository.disk.readText(`${repository.gitDir}/${name}`)?.trim() ?? null;
  const rebase = rebaseOf(repository);
  const merge = read('MERGE_HEAD');
  if (merge !== null) return { kind: 'merge', heads: splitLines(merge), rebase };
  if (rebase !== null) return rebase;
  if (repository.disk.exists(`${repository.gitDir}/${AM}/applying`)) return { kind: 'am' };
  const pick = read('CHERRY_PICK_HEAD');
  const sequence = repository.disk.exists(`${repository.gitDir}/sequencer/todo`);
  if (pick !== null) return { kind: 'cherry-pick', commit: pick, sequence };
  const revert = read('REVERT_HEAD');
  if (revert !== null) return { kind: 'revert', commit: revert, sequence };
  const start = read('BISECT_START');
  return start !== null ? { kind: 'bisect', start } : null;
}

/** The rebase that is under way, whatever else is. */
export function rebaseOf(repository: Repository): Rebase | null {
  const read = (name: string): string | null => repository.disk.readText(`${repository.gitDir}/${REBASE}/${name}`)?.trim() ?? null;
  const onto = read('onto');
  const branch = read('head-name');
  return onto === null ? null : { kind: 'rebase', onto, branch: branch?.startsWith('refs/heads/') ? branch.slice(11) : null };
}

/** What status says about it. */
export function operationText(call: GitCall, repository: Repository, operation: Operation, unmerged: boolean, hints: boolean): string {
  const hint = (text: string): string => (hints ? `  (${text})\n` : '');
  switch (operation.kind) {
    case 'merge': {
      const within = operation.rebase === null ? '' : `${rebaseProgress(call, repository, hint)}\n`;
      return unmerged
        ? `${within}You have unmerged paths.\n${hint('fix conflicts and run "git commit"')}${hint('use "git merge --abort" to abort the merge')}\n`
        : `${within}All conflicts fixed but you are still merging.\n${hint('use "git commit" to conclude merge')}\n`;
    }
    case 'cherry-pick':
    case 'revert': {
      const doing = operation.kind === 'revert' ? 'reverting' : 'cherry-picking';
      return (
        (operation.sequence
          ? `${operation.kind === 'revert' ? 'Revert' : 'Cherry-pick'} currently in progress.\n`
          : `You are currently ${doing} commit ${call.short(operation.commit)}.\n`) +
        hint(
          unmerged
            ? `fix conflicts and run "git ${operation.kind} --continue"`
            : `all conflicts fixed: run "git ${operation.kind} --continue"`,
        ) +
        hint(`use "git ${operation.kind} --skip" to skip this patch`) +
        `${hint(`use "git ${operation.kind} --abort" to cancel the ${operation.kind} operation`)}\n`
      );
    }
    case 'rebase':
      return rebaseText(call, repository, operation, unmerged, hint);
    case 'am':
      return (
        'You are in the middle of an am session.\n' +
        hint('fix conflicts and then run "git am --continue"') +
        hint('use "git am --skip" to skip this patch') +
        `${hint('use "git am --abort" to restore the original branch')}\n`
      );
    case 'bisect':
      return `You are currently bisecting, started from branch '${operation.start}'.\n${hint('use "git bisect reset" to get back to the original branch')}\n`;
  }
}

/** The commands that a rebase has done and those it has still to do. */
function rebaseProgress(call: GitCall, repository: Repository, hint: (text: string) => string): string {
  const commands = (name: string): readonly string[] =>
    splitLines(repository.disk.readText(`${repository.gitDir}/${REBASE}/${name}`) ?? '')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/^(\w+ )([0-9a-f]{40})/, (_, verb: string, id: string) => verb + call.short(id)));
  const [done, todo] = [commands('done'), commands('git-rebase-todo')];
  let text = '';
  const count = (number: number, words: string): string => `${number} ${words}${number === 1 ? '' : 's'}`;
  if (done.length > 0) {
    text += done.length === 1 ? 'Last command done (1 command done):\n' : `Last commands done (${count(done.length, 'command')} done):\n`;
    for (const line of done.slice(-2)) text += `   ${line}\n`;
    if (done.length > 2) text += hint(`see more in file .git/${REBASE}/done`);
  }
  if (todo.length === 0) text += 'No commands remaining.\n';
  else {
    text +=
      todo.length === 1 ? 'Next command to do (1 remaining command):\n' : `Next commands to do (${todo.length} remaining commands):\n`;
    for (const line of todo.slice(0, 2)) text += `   ${line}\n`;
    text += hint('use "git rebase --edit-todo" to view and edit');
  }
  return text;
}

function rebaseText(call: GitCall, repository: Repository, operation: Rebase, unmerged: boolean, hint: (text: string) => string): string {
  const text = rebaseProgress(call, repository, hint);
  const onto = call.short(operation.onto);
  const subject = operation.branch === null ? '' : ` branch '${operation.branch}' on '${onto}'`;
  const read = (name: string): string | null => repository.disk.readText(`${repository.gitDir}/${name}`)?.trim() ?? null;
  if (!unmerged && read('MERGE_MSG') === null) {
    const [amend, original, head] = [read(`${REBASE}/amend`), read(`${REBASE}/orig-head`), repository.head];
    const splitting = amend !== null && original !== null && (amend === original ? head !== amend : head !== original && head !== amend);
    if (splitting) {
      return (
        `${text}You are currently splitting a commit while rebasing${subject}.\n` +
        `${hint('Once your working directory is clean, run "git rebase --continue"')}\n`
      );
    }
    return (
      `${text}You are currently editing a commit while rebasing${subject}.\n` +
      hint('use "git commit --amend" to amend the current commit') +
      `${hint('use "git rebase --continue" once you are satisfied with your changes')}\n`
    );
  }
  return (
    `${text}You are currently rebasing${subject}.\n` +
    (unmerged
      ? hint('fix conflicts and then run "git rebase --continue"') +
        hint('use "git rebase --skip" to skip this patch') +
        hint('use "git rebase --abort" to check out the original branch')
      : hint('all conflicts fixed: run "git rebase --continue"')) +
    '\n'
  );
}
