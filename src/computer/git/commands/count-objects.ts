import type { GitCall } from '../call.ts';
import { unsupported } from '../errors.ts';
import { OptionSpec } from '../options.ts';

export function countObjects(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec(
    'count-objects',
    'usage: git count-objects [-v] [-H | --human-readable]\n',
    '-v,--verbose -H,--human-readable',
  ).parse(args);
  if (options.has('verbose')) throw unsupported("'git count-objects -v'");
  const { objects } = call.repository;
  const { count, kilobytes } = objects.looseFiles();
  call.line(`${count} objects, ${kilobytes} kilobytes`);
  return 0;
}
