/** Which objects a repository keeps: those that refs, HEADs, reflogs and indexes of all its work trees lead to ("NOTES" of git-gc). */
import type { Repository } from './repository.ts';
import { reachableObjects } from './walk.ts';
import { worktreesOf } from './worktrees.ts';

/** Ids of everything that is kept. Ids that name nothing here are passed over. */
export function keptObjects(repository: Repository): ReadonlySet<string> {
  const users = [repository, ...worktreesOf(repository).flatMap(({ repository: user }) => user ?? [])];
  const named = users.flatMap(rootsOf).filter((id) => repository.objects.has(id));
  return new Set(reachableObjects(repository.objects, [...new Set(named)], []).keys());
}

/** In the middle of an operation these hold on to commits as well. */
const PSEUDO_REFS = ['ORIG_HEAD', 'MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'REBASE_HEAD', 'FETCH_HEAD', 'AUTO_MERGE'];

function rootsOf(repository: Repository): readonly string[] {
  const { refs, head } = repository;
  const names = ['HEAD', ...refs.list().map(([name]) => name)];
  return [
    ...(head === null ? [] : [head]),
    ...refs.list().map(([, id]) => id),
    ...names.flatMap((name) => refs.reflog(name).flatMap(({ before, after }) => [before, after])),
    ...repository.index().map(({ id }) => id),
    ...PSEUDO_REFS.flatMap((name) => repository.disk.readText(`${repository.gitDir}/${name}`)?.match(/\b[0-9a-f]{40}\b/g) ?? []),
  ];
}
