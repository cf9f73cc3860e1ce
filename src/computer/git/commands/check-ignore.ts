import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { splitLines } from '../engine.ts';
import { fatal } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { quotePath, relativeToRoot } from '../pathspec.ts';

const CHECK_IGNORE = new OptionSpec(
  'check-ignore',
  'usage: git check-ignore [<options>] <pathname>...\n   or: git check-ignore [<options>] --stdin\n',
  '-q,--quiet -v,--verbose --stdin -z -n,--non-matching --no-index,--index',
);

export function checkIgnore(call: GitCall, args: readonly string[]): number {
  const options = CHECK_IGNORE.parse(args);
  const repository = call.workRepository;
  const names = options.has('stdin') ? splitLines(decode(call.stdin)) : options.args;
  if (names.length === 0) throw fatal('no path specified');
  const tracked = options.has('no-index') ? new Set<string>() : new Set(repository.index().map(({ path }) => path));
  const ignore = repository.ignore(call.excludesFile);
  let matched = 0;
  for (const name of names) {
    const path = relativeToRoot(call, name);
    const rule = tracked.has(path)
      ? null
      : ignore.deciding(path, call.disk.entry(repository.pathOf(path))?.type === 'directory' || name.endsWith('/'));
    const shown = rule !== null && (options.has('verbose') || !rule.negated);
    if (shown) matched++;
    if (options.has('quiet')) continue;
    if (options.has('verbose')) {
      if (rule) call.line(`${rule.source}:${rule.line}:${rule.text}\t${name}`);
      else if (options.has('non-matching')) call.line(`::\t${name}`);
    } else if (shown) call.line(quotePath(call, name));
  }
  return matched > 0 ? 0 : 1;
}
