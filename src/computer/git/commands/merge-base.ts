import type { GitCall } from '../call.ts';
import { GitExit, unsupported } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { requireCommit } from '../revision.ts';
import { isAncestor, mergeBases } from '../walk.ts';

const MERGE_BASE = new OptionSpec(
  'merge-base',
  'usage: git merge-base [-a | --all] <commit> <commit>...\n   or: git merge-base --is-ancestor <commit> <commit>\n',
  '-a,--all --octopus --independent --is-ancestor --fork-point',
);

export function mergeBase(call: GitCall, args: readonly string[]): number {
  const options = MERGE_BASE.parse(args);
  const { objects } = call.repository;
  for (const name of ['octopus', 'fork-point']) if (options.has(name)) throw unsupported(`'git merge-base --${name}'`);
  const commits = options.args.map((name) => requireCommit(call, name, `Not a valid object name ${name}`));
  const [one, other] = commits;
  if (options.has('independent')) {
    for (const id of commits) if (!commits.some((another) => another !== id && isAncestor(objects, id, another))) call.line(id);
    return 0;
  }
  if (one === undefined || other === undefined) throw new GitExit(MERGE_BASE.usage, 129);
  if (options.has('is-ancestor')) return isAncestor(objects, one, other) ? 0 : 1;
  const bases = mergeBases(objects, one, other);
  for (const id of options.has('all') ? bases : bases.slice(0, 1)) call.line(id);
  return bases.length > 0 ? 0 : 1;
}
