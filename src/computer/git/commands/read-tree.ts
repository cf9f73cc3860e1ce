import type { GitCall } from '../call.ts';
import { unsupported } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { requireRevision } from '../revision.ts';
import { indexOf } from '../worktree.ts';

export function readTree(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec('read-tree', 'usage: git read-tree (--empty | <tree-ish>)\n', '--empty --reset -q,--quiet').parse(args);
  const { repository } = call;
  if (options.args.length > 1) throw unsupported("'git read-tree' with several trees");
  repository.writeIndex(options.has('empty') ? [] : indexOf(repository, repository.files(requireRevision(call, options.args[0] ?? ''))));
  return 0;
}
