/** Applying commits one after the other: what cherry-pick, revert and rebase share. */
import type { GitCall } from './call.ts';
import { failure, fatal, GitExit } from './errors.ts';
import type { Favour } from './merge-drivers.ts';
import { applyOutcome, mergeThree, type Outcome } from './merging.ts';
import type { CommitObject, Person } from './objects.ts';
import { indexTree, firstLine, writeCommit } from './record.ts';

export interface PickOptions {
  readonly kind: 'cherry-pick' | 'revert' | 'rebase';
  /** Which parent of a merge counts as the base, from 1. */
  readonly mainline: number | null;
  readonly favour: Favour;
}

/** What a pick left behind. */
export interface Picked {
  readonly outcome: Outcome;
  readonly head: string | null;
  readonly message: string;
  readonly author: Person;
  /** True when the result is what HEAD had already. */
  readonly empty: boolean;
}

/** Applies a commit, or takes it back, to index and work tree. Nothing is committed. */
export async function applyCommit(call: GitCall, id: string, options: PickOptions): Promise<Picked> {
  const { repository } = call;
  const { objects } = repository;
  const commit = objects.commit(id);
  const parent = withFailure(options.kind, () => parentOf(commit, options.mainline));
  const { head } = repository;
  const ours = head === null ? null : objects.commit(head).tree;
  const short = `${call.short(id)} (${firstLine(commit.message)})`;
  const reverting = options.kind === 'revert';
  const [base, theirs] = reverting
    ? [commit.tree, parent === null ? null : objects.commit(parent).tree]
    : [parent === null ? null : objects.commit(parent).tree, commit.tree];
  const empty = repository.writeTree([]);
  const labels = { ours: 'HEAD', theirs: reverting ? (parent === null ? '(empty tree)' : `parent of ${short}`) : short };
  const outcome = await mergeThree(call, base, ours ?? empty, theirs ?? empty, labels, options.favour);
  try {
    applyOutcome(call, head, outcome, { operation: 'merge', before: 'merge' });
  } catch (error) {
    if (!(error instanceof GitExit)) throw error;
    throw options.kind === 'rebase' ? error : new GitExit(`${error.text}fatal: ${options.kind} failed\n`, 128);
  }
  return {
    outcome,
    head,
    message: reverting ? revertMessage(commit, options.mainline) : commit.message,
    author: reverting ? call.person('author') : commit.author,
    empty: outcome.clean && outcome.tree === ours,
  };
}

/** `error: …` becomes the reason for which a pick failed. */
function withFailure<T>(kind: PickOptions['kind'], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof GitExit && kind !== 'rebase') throw new GitExit(`${error.text}fatal: ${kind} failed\n`, 128);
    throw error;
  }
}

function parentOf(commit: CommitObject, mainline: number | null): string | null {
  if (commit.parents.length > 1) {
    if (mainline === null) throw new GitExit(`error: commit ${commit.id} is a merge but no -m option was given.\n`, 128);
    const parent = commit.parents[mainline - 1];
    if (parent === undefined) throw failure(`commit ${commit.id} does not have parent ${mainline}`, 128);
    return parent;
  }
  if (mainline !== null && mainline > 1) throw failure(`commit ${commit.id} does not have parent ${mainline}`, 128);
  return commit.parents[0] ?? null;
}

function revertMessage(commit: CommitObject, mainline: number | null): string {
  const merged = commit.parents.length > 1 && mainline !== null ? `, reversing\nchanges made to ${commit.parents[mainline - 1]}` : '';
  return `Revert "${firstLine(commit.message)}"\n\nThis reverts commit ${commit.id}${merged}.\n`;
}

/** Commits the index on top of HEAD, or of `parents`. */
export function commitPicked(call: GitCall, message: string, author: Person, action: string, parents?: readonly string[]): string {
  const { repository } = call;
  const { head } = repository;
  const id = writeCommit(call, { tree: indexTree(repository), parents: parents ?? (head === null ? [] : [head]), message, author });
  repository.refs.update('HEAD', id, call.change(`${call.env.get('GIT_REFLOG_ACTION') ?? action}: ${firstLine(message)}`));
  return id;
}

/** Refuses to begin while there is something that a pick would mix with. */
export function refuseDirtyIndex(call: GitCall, kind: 'cherry-pick' | 'revert'): void {
  const { repository } = call;
  const { head } = repository;
  const tree = head === null ? null : repository.objects.commit(head).tree;
  const entries = repository.index();
  if (entries.some(({ stage }) => stage !== 0)) {
    const doing = kind === 'revert' ? 'Reverting' : 'Cherry-picking';
    call.err(`error: ${doing} is not possible because you have unmerged files.\n`);
    call.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
    throw fatal(`${kind} failed`);
  }
  if (tree !== null && indexTree(repository) !== tree) {
    call.err(`error: your local changes would be overwritten by ${kind}.\n`);
    call.hint('commit your changes or stash them to proceed.');
    throw fatal(`${kind} failed`);
  }
}

/** The commit message file of a pick that stopped. */
export function conflictMessage(message: string, paths: readonly string[]): string {
  return `${message.replace(/\n*$/, '\n')}\n# Conflicts:\n${paths.map((path) => `#\t${path}\n`).join('')}`;
}
