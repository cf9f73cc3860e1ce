/** Making commits: what commit, merge, rebase, cherry-pick, revert and stash have in common. */
import type { GitCall } from './call.ts';
import { writeDiff } from './diff.ts';
import { encodeCommit, type Person } from './objects.ts';
import { Pathspec } from './pathspec.ts';
import type { Repository } from './repository.ts';
import { pairsWithRenames, treePairs } from './sides.ts';
import { indexFiles } from './status.ts';
import { formatDate } from './date.ts';

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author?: Person;
  readonly committer?: Person;
}

/** Writes a commit object and gives its id. */
export function writeCommit(call: GitCall, commit: NewCommit): string {
  const author = commit.author ?? call.person('author');
  const committer = commit.committer ?? call.person('committer');
  return call.repository.objects.write('commit', encodeCommit({ ...commit, author, committer }));
}

/** The tree of what is staged. */
export function indexTree(repository: Repository): string {
  return repository.writeTree([...indexFiles(repository.index())].filter(([, file]) => !(file as { intentToAdd?: boolean }).intentToAdd));
}

/** The first line of a message, as git shows it: the first paragraph on one line. */
export function subjectOf(message: string): string {
  const lines = message.replace(/^\n+/, '').split('\n');
  const end = lines.findIndex((line) => line.trim() === '');
  return lines
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.trimEnd())
    .join(' ');
}

/** The first line of a message, for reflogs and where a commit is picked. */
export function firstLine(message: string): string {
  return message.replace(/^\n+/, '').split('\n', 1)[0] ?? '';
}

/** What follows the subject. */
export function bodyOf(message: string): string {
  const text = message.replace(/^\n+/, '');
  const end = text.search(/\n[ \t]*\n/);
  return end === -1 ? '' : text.slice(end).replace(/^(\s*\n)+/, '');
}

/** ` [main 1234567] Subject` and what changed, as after `git commit`. */
export async function commitSummary(
  call: GitCall,
  id: string,
  how: { readonly showDate: boolean; readonly first?: boolean },
): Promise<string> {
  const { repository } = call;
  const commit = repository.objects.commit(id);
  const { branch } = repository;
  const root = how.first ? ' (root-commit)' : '';
  let text = `[${branch ?? 'detached HEAD'}${root} ${call.short(id)}] ${subjectOf(commit.message)}\n`;
  const [author, committer] = [commit.author, commit.committer].map(({ name, email }) => `${name} <${email}>`);
  if (author !== committer) text += ` Author: ${author}\n`;
  if (how.showDate) text += ` Date: ${formatDate(commit.author, call.settings.get('log.date') ?? 'default', call.now())}\n`;
  if (commit.parents.length > 1) return text;
  const pairs = await pairsWithRenames(call, treePairs(repository, commit.parents[0] ?? null, id, new Pathspec(call, [])));
  return text + (await writeDiff(call, pairs, { shortstat: true, summary: true }));
}

/** Files in `.git` that belong to an operation that is over. */
export function clearOperation(repository: Repository): void {
  for (const name of ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'SQUASH_MSG', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'AUTO_MERGE']) {
    repository.disk.remove(`${repository.gitDir}/${name}`);
  }
}
