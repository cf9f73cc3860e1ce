import type { GitCall } from '../call.ts';
import { fatal } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { indexTree } from '../record.ts';
import { unmergedOf } from '../status.ts';

export function writeTree(call: GitCall, args: readonly string[]): number {
  new OptionSpec('write-tree', 'usage: git write-tree [--missing-ok] [--prefix=<prefix>/]\n', '--missing-ok').parse(args);
  const unmerged = unmergedOf(call.repository.index());
  if (unmerged.length > 0) {
    for (const { path } of unmerged) call.err(`${path}: unmerged (${unmerged[0]?.ours?.id ?? ''})\n`);
    throw fatal('git-write-tree: error building trees');
  }
  call.line(indexTree(call.repository));
  return 0;
}
