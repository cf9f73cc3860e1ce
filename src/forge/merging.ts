/** Merging and comparing on the origin, without a work tree. Loaded when the first pull request needs it. */
import type { GitRepo } from 'just-git';
import { cherryPick, createCommit, diffCommits, findMergeBases, mergeTrees, type FileDiff } from 'just-git/repo';
import type { FileDifference, MergeMethod } from './contract.ts';
import type { ObjectReader } from './objects.ts';
import { RefusedError } from './storage.ts';

/** Who commits what the host itself makes, as GitHub's `web-flow` does. */
const HOST = { name: 'Fieldleaf Origin', email: 'noreply@origin.fieldleaf.test' };

export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** A merge that is to be made. `base` and `head` are commit ids; `now` is in ms since the epoch. */
export interface MergeRequest {
  readonly base: string;
  readonly head: string;
  readonly method: MergeMethod;
  readonly title: string;
  readonly message: string;
  /** Who merges, and who opened the pull request. */
  readonly merger: Identity;
  readonly author: Identity;
  readonly now: number;
}

/** Paths that both sides changed in different ways; empty when the merge is clean. */
export async function conflictsOf(repo: GitRepo, base: string, head: string): Promise<readonly string[]> {
  const { conflicts } = await mergeTrees(repo, base, head);
  return [...new Set(conflicts.map(({ path }) => path))].sort();
}

/** How two commits differ from where they parted: what `git diff base...head` shows. */
export async function differenceFromFork(
  repo: GitRepo,
  reader: ObjectReader,
  base: string,
  head: string,
): Promise<readonly FileDifference[]> {
  const [fork = base] = await findMergeBases(repo, base, head);
  const files = await diffCommits(repo, fork, head);
  return files.map((file) => difference(reader, fork, head, file));
}

/** Makes the merge and gives the new tip of base. @throws RefusedError when it conflicts. */
export async function mergeInto(repo: GitRepo, reader: ObjectReader, request: MergeRequest): Promise<string> {
  if (request.method === 'rebase') return rebase(repo, reader, request);
  const { base, head, method, title, message, merger, author, now } = request;
  const { clean, treeHash, conflicts } = await mergeTrees(repo, base, head);
  if (!clean) throw conflictRefusal(conflicts.map(({ path }) => path));
  return createCommit(repo, {
    tree: treeHash,
    parents: method === 'merge' ? [base, head] : [base],
    author: signature(method === 'merge' ? merger : author, now),
    committer: signature(HOST, now),
    message: `${title}\n${message === '' ? '' : `\n${message.replace(/\n*$/, '\n')}`}`,
  });
}

/** Replays the commits one by one, without merges, as `git rebase` does. */
async function rebase(repo: GitRepo, reader: ObjectReader, { base, head, merger, now }: MergeRequest): Promise<string> {
  let tip = base;
  for (const { id, parents } of reader.between([base], head)) {
    if (parents.length > 1) continue;
    const picked = await cherryPick(repo, { commit: id, onto: tip, committer: signature(merger, now) });
    if (!picked.clean) throw conflictRefusal(picked.conflicts.map(({ path }) => path));
    tip = picked.hash;
  }
  return tip;
}

function conflictRefusal(paths: readonly string[]): RefusedError {
  return new RefusedError(
    `Both branches changed ${[...new Set(paths)].sort().join(', ')}. Merge the base branch into yours on your computer, settle it there, and push.`,
  );
}

function signature({ name, email }: Identity, now: number) {
  return { name, email, timestamp: Math.floor(now / 1000), timezone: '+0000' };
}

function difference(reader: ObjectReader, before: string, after: string, file: FileDiff): FileDifference {
  const { path, status, oldPath, hunks } = file;
  const binary = isBinary(reader, after, path) || isBinary(reader, before, oldPath ?? path);
  const count = (sign: string) =>
    binary ? 0 : hunks.reduce((sum, { lines }) => sum + lines.filter((line) => line.startsWith(sign)).length, 0);
  return { path, status, oldPath: oldPath ?? null, binary, added: count('+'), removed: count('-'), hunks: binary ? [] : hunks };
}

/** As git decides it: a NUL in the first 8000 bytes. */
function isBinary(reader: ObjectReader, commit: string, path: string): boolean {
  const item = reader.find(commit, path);
  if (item === null || item.mode === '40000' || item.mode === '160000') return false;
  return reader.read(item.id, 'blob').subarray(0, 8000).includes(0);
}
