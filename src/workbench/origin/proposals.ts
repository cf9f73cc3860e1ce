import type { OriginView } from '../../world/contract.ts';

type Branch = OriginView['branches'][number];

/** The open pull request that would merge a branch into the default one. */
export function openPullOf({ pullRequests, defaultBranch }: OriginView, branch: string): number | undefined {
  return pullRequests.find(({ state, head, base }) => state === 'open' && head === branch && base === defaultBranch)?.number;
}

/** Branches that a pull request could be opened for. */
export function proposable(view: OriginView): readonly Branch[] {
  return view.branches.filter(({ name }) => name !== view.defaultBranch && openPullOf(view, name) === undefined);
}
