import type { GitCall } from '../call.ts';
import { unsupported } from '../errors.ts';
import { keptObjects } from '../kept.ts';
import { OptionSpec } from '../options.ts';
import { operationOf } from '../operation.ts';

const SPEC = new OptionSpec(
  'prune',
  'usage: git prune [-n] [-v] [--progress] [--expire <time>] [--] [<head>...]\n',
  '-n,--dry-run -v,--verbose --progress --expire= --exclude-promisor-objects',
);

/** Deletes loose objects that nothing leads to. */
export function prune(call: GitCall, args: readonly string[]): number {
  const options = SPEC.parse(args);
  const { repository } = call;
  const expire = options.value('expire') ?? 'now';
  if (expire !== 'now' && expire !== 'all') throw unsupported(`'git prune --expire=${expire}'`);
  if (options.args.length > 0) throw unsupported("'git prune' with heads of its own");
  // What an operation will go on with is named in files of its own.
  if (operationOf(repository) !== null) throw unsupported("'git prune' in the middle of an operation");
  const kept = keptObjects(repository);
  for (const id of repository.objects.looseIds()) {
    if (kept.has(id)) continue;
    if (options.has('dry-run') || options.has('verbose')) call.line(`${id} ${repository.objects.read(id).type}`);
    if (!options.has('dry-run')) repository.objects.removeLoose(id);
  }
  return 0;
}
