/** The work trees of a repository: the main one, and those that `git worktree` has linked to it. */
import type { GitCall } from './call.ts';
import { parentOf } from './disk.ts';
import { fatal } from './errors.ts';
import { operationOf } from './operation.ts';
import { Repository } from './repository.ts';

/** One work tree, as `git worktree list` knows it. */
export interface Worktree {
  readonly path: string;
  /** Its name below `.git/worktrees`, or null of the main one. */
  readonly name: string | null;
  /** Seen from this work tree; null where its records are damaged. */
  readonly repository: Repository | null;
  /** Why it is locked (perhaps an empty text), or null. */
  readonly locked: string | null;
  /** Why `git worktree prune` would forget it, or null. */
  readonly prunable: string | null;
}

/** The main work tree first, the others by path. */
export function worktreesOf(repository: Repository): readonly Worktree[] {
  const { disk, commonDir } = repository;
  const bare = repository.config().get('core.bare') === 'true';
  const path = bare || !commonDir.endsWith('/.git') ? commonDir : parentOf(commonDir);
  const own = new Repository(disk, commonDir, bare ? null : path);
  const linked = disk.list(`${commonDir}/worktrees`).flatMap((name): readonly Worktree[] => {
    const gitDir = `${commonDir}/worktrees/${name}`;
    const file = disk.readText(`${gitDir}/gitdir`)?.trim();
    if (file === undefined) return [];
    const place = parentOf(file);
    const locked = disk.readText(`${gitDir}/locked`);
    const prunable = locked === null && !disk.exists(file) ? 'gitdir file points to non-existent location' : null;
    return [{ path: place, name, repository: new Repository(disk, gitDir, place), locked: locked?.trim() ?? null, prunable }];
  });
  linked.sort((one, other) => (one.path < other.path ? -1 : 1));
  return [{ path, name: null, repository: own, locked: null, prunable: null }, ...linked];
}

/** The path of the work tree that a branch is checked out in, or is being rebased in, or null. */
export function worktreeUsing(repository: Repository, ref: string, except: string | null = null): string | null {
  const user = worktreesOf(repository).find(
    (one) => one.repository !== null && one.repository.gitDir !== except && !isBareMain(one.repository) && uses(one.repository, ref),
  );
  return user?.path ?? null;
}

const isBareMain = ({ gitDir, commonDir, workTree }: Repository): boolean => workTree === null && gitDir === commonDir;

function uses(repository: Repository, ref: string): boolean {
  if (repository.headRef === ref) return true;
  const operation = operationOf(repository);
  return operation?.kind === 'rebase' && `refs/heads/${operation.branch}` === ref;
}

/** A branch is checked out in one work tree only. */
export function refuseUsedElsewhere(call: GitCall, branch: string): void {
  const { repository } = call;
  const user = worktreeUsing(repository, `refs/heads/${branch}`, repository.gitDir);
  if (user !== null) throw fatal(`'${branch}' is already checked out at '${user}'`);
}
