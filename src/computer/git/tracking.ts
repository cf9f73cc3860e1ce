/** How far a branch is from the one it follows. */
import type { GitCall } from './call.ts';
import type { Repository } from './repository.ts';
import { upstreamRef } from './revision.ts';
import { aheadBehind } from './walk.ts';

export interface Tracking {
  /** The upstream's full ref. */
  readonly ref: string;
  /** `origin/main`. */
  readonly name: string;
  /** True when the upstream's ref does not exist (any more). */
  readonly gone: boolean;
  readonly ahead: number;
  readonly behind: number;
}

/** Null when the branch follows nothing. */
export function trackingOf(call: GitCall, repository: Repository, branch: string): Tracking | null {
  const ref = upstreamRef(call, branch);
  if (ref === null) return null;
  const name = ref.replace(/^refs\/(remotes|heads)\//, '');
  const [local, upstream] = [repository.refs.resolve(`refs/heads/${branch}`), repository.refs.resolve(ref)];
  if (upstream === null) return { ref, name, gone: true, ahead: 0, behind: 0 };
  if (local === null) return { ref, name, gone: false, ahead: 0, behind: 0 };
  return { ref, name, gone: false, ...aheadBehind(repository.objects, local, upstream) };
}

/** `ahead 2`, `behind 1`, or `gone`, as lists of branches have it; nothing when both are at the same commit. */
export function trackingWords({ gone, ahead, behind }: Tracking): readonly string[] {
  return gone ? ['gone'] : [...(ahead > 0 ? [`ahead ${ahead}`] : []), ...(behind > 0 ? [`behind ${behind}`] : [])];
}

/** The sentences about it that status and checkout say, or nothing. */
export function trackingLines(call: GitCall, repository: Repository, hints: boolean): string {
  const { branch } = repository;
  const tracking = branch === null ? null : trackingOf(call, repository, branch);
  if (tracking === null) return '';
  const { name, gone, ahead, behind } = tracking;
  const hint = (text: string): string => (hints ? `  (${text})\n` : '');
  const commits = (count: number): string => `${count} commit${count === 1 ? '' : 's'}`;
  if (gone) return `Your branch is based on '${name}', but the upstream is gone.\n${hint('use "git branch --unset-upstream" to fixup')}`;
  if (ahead === 0 && behind === 0) return `Your branch is up to date with '${name}'.\n`;
  if (behind === 0)
    return `Your branch is ahead of '${name}' by ${commits(ahead)}.\n${hint('use "git push" to publish your local commits')}`;
  if (ahead === 0) {
    return `Your branch is behind '${name}' by ${commits(behind)}, and can be fast-forwarded.\n${hint('use "git pull" to update your local branch')}`;
  }
  return (
    `Your branch and '${name}' have diverged,\nand have ${ahead} and ${behind} different commits each, respectively.\n` +
    hint('use "git pull" to merge the remote branch into yours')
  );
}
