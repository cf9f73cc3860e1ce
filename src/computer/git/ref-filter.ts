/** Which refs a listing shows: what branch and tag have in common. */
import type { GitCall } from './call.ts';
import { failure } from './errors.ts';
import type { Options } from './options.ts';
import { resolveCommit } from './revision.ts';
import { isAncestor } from './walk.ts';

/** Attaches to some options the argument that follows, where it is a revision: `--merged main` as `--merged=main`. */
export function attachRevisions(args: readonly string[], takes: RegExp, isRevision: (text: string) => boolean): readonly string[] {
  const result: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [arg = '', next] = [args[at], args[at + 1]];
    if (takes.test(arg) && next !== undefined && !next.startsWith('-') && isRevision(next)) {
      result.push(`${arg}=${next}`);
      at++;
    } else result.push(arg);
  }
  return result;
}

/** The commit that an option names, HEAD's where it has no value; null without the option. */
export function commitOption(call: GitCall, options: Options, name: string): string | null {
  if (!options.has(name)) return null;
  const value = options.value(name) || 'HEAD';
  const commit = resolveCommit(call, value);
  if (commit === null) throw failure(`malformed object name ${value}`, 129);
  return commit;
}

/** What `--contains`, `--merged` and their opposites ask of a ref's commit; null where none of them is given. */
export function reachabilityFilter(call: GitCall, options: Options): ((commit: string) => boolean) | null {
  const { objects } = call.repository;
  const contains = commitOption(call, options, 'contains');
  const lacks = commitOption(call, options, 'no-contains');
  const merged = commitOption(call, options, 'merged');
  const unmerged = commitOption(call, options, 'no-merged');
  if (contains === null && lacks === null && merged === null && unmerged === null) return null;
  return (commit) =>
    (contains === null || isAncestor(objects, contains, commit)) &&
    (lacks === null || !isAncestor(objects, lacks, commit)) &&
    (merged === null || isAncestor(objects, commit, merged)) &&
    (unmerged === null || !isAncestor(objects, commit, unmerged));
}
