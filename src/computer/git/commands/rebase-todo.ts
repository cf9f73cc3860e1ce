/** The list of things that a rebase has still to do: reading, writing, ordering and editing it. */
import type { GitCall } from '../call.ts';
import { editorOf, runEditor } from '../editor.ts';
import { splitLines } from '../engine.ts';
import { GitExit, unsupported } from '../errors.ts';
import { firstLine } from '../record.ts';
import { resolveCommit } from '../revision.ts';
import type { RebaseState } from './rebase-state.ts';

/** One line of the list of things to do. */
export interface Step {
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
    const commit = resolveCommit(call, name);
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

/** A list as its file has it. */
export const todoText = (todo: readonly Step[]): string => todo.map(todoLine).join('');

export function readTodo(call: GitCall, state: RebaseState): readonly Step[] {
  return parseTodo(call, state.read('git-rebase-todo') ?? '');
}

export function writeTodo(state: RebaseState, todo: readonly Step[]): void {
  state.write('git-rebase-todo', todoText(todo));
}

/** `fixup!` and `squash!` commits go to those they are for. */
export function squashed(call: GitCall, steps: readonly Step[]): Step[] {
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

/** Lets the list be edited and gives what is left of it; a rebase whose editor fails is over. */
export async function letEdit(call: GitCall, state: RebaseState, title: string, todo: readonly Step[]): Promise<readonly Step[]> {
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
  return readTodo(call, state);
}

/** `git rebase --edit-todo`. */
export async function editTodo(call: GitCall, state: RebaseState): Promise<number> {
  const onto = state.read('onto')?.trim() ?? '';
  writeTodo(state, await letEdit(call, state, `onto ${call.short(onto)}`, readTodo(call, state)));
  return 0;
}
