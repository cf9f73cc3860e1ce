/** The options that choose and order commits: what log, show, shortlog and rev-list have in common. */
import type { GitCall } from './call.ts';
import { approximateDate } from './date.ts';
import { fatal, unsupported } from './errors.ts';
import type { Options } from './options.ts';
import { parseRange, type Range, type WalkOptions } from './revlist.ts';

/** The options that choose and order commits. */
export const WALK_OPTIONS =
  ' -<max-count> -n,--max-count= --skip= --since,--after= --until,--before= --author=* --committer=* --grep=* --all-match --invert-grep -i,--regexp-ignore-case' +
  ' -E,--extended-regexp -F,--fixed-strings -P,--perl-regexp --basic-regexp --merges --no-merges,--without-merges --min-parents= --max-parents= --first-parent' +
  ' --all --branches[=] --tags[=] --remotes[=] --glob=* --exclude=* --reverse --topo-order --date-order --author-date-order --full-history --simplify-merges' +
  ' --dense --sparse --ancestry-path --left-right --left-only --right-only --cherry --cherry-pick --cherry-mark --boundary --parents --children --not' +
  ' -g,--walk-reflogs --follow --no-walk[=] --do-walk --stdin --objects --in-commit-order --remove-empty';

/** What the options say about the walk. */
export function walkOptions(call: GitCall, options: Options): WalkOptions {
  for (const name of ['cherry', 'cherry-mark', 'boundary', 'ancestry-path', 'simplify-merges', 'glob', 'children', 'stdin', 'L', 'not']) {
    if (options.has(name)) throw unsupported(name.length === 1 ? `-${name}` : `--${name}`);
  }
  const number = (name: string): number | undefined => {
    const value = options.value(name);
    if (value === undefined) return undefined;
    if (!/^-?\d+$/.test(value)) throw fatal(`'${value}': not an integer`);
    return Number(value) < 0 ? undefined : Number(value);
  };
  const expressions = (name: string): readonly RegExp[] => options.list(name).map((pattern) => toExpression(pattern, options));
  const walk: WalkOptions = {
    authors: expressions('author'),
    committers: expressions('committer'),
    greps: expressions('grep'),
    allMatch: options.has('all-match'),
    invertGrep: options.has('invert-grep'),
    firstParent: options.has('first-parent'),
    reverse: options.has('reverse'),
    fullHistory: options.has('full-history'),
    follow: options.has('follow'),
    leftOnly: options.has('left-only'),
    rightOnly: options.has('right-only'),
    order:
      options.has('topo-order') || options.has('graph')
        ? 'topo'
        : options.has('date-order') || options.has('author-date-order')
          ? 'date'
          : 'default',
    rewriteParents: options.has('graph') || options.has('parents'),
  };
  if (options.has('graph') && options.has('reverse')) throw fatal("options '--reverse' and '--graph' cannot be used together");
  if (options.has('graph') && options.has('date-order')) walk.order = 'date';
  const [count, skip] = [number('max-count'), number('skip')];
  if (count !== undefined) walk.maxCount = count;
  if (skip !== undefined) walk.skip = skip;
  const [since, until] = [options.value('since'), options.value('until')];
  if (since !== undefined) walk.since = approximateDate(since, call.now());
  if (until !== undefined) walk.until = approximateDate(until, call.now());
  if (options.has('merges')) walk.minParents = 2;
  if (options.has('no-merges')) walk.maxParents = 1;
  const [least, most] = [number('min-parents'), number('max-parents')];
  if (least !== undefined) walk.minParents = least;
  if (most !== undefined) walk.maxParents = most;
  return walk;
}

/** The range of a command, with HEAD where nothing is named. */
export function rangeOf(call: GitCall, options: Options): Range {
  refuseUnknown(options.before);
  const range = parseRange(call, options.before, options.after, rangeOptions(options));
  if (!range.fallback) return range;
  const { head, branch } = call.repository;
  if (head === null)
    throw fatal(branch === null ? "bad default revision 'HEAD'" : `your current branch '${branch}' does not have any commits yet`);
  return { ...range, positive: [head] };
}

/** Ends the command when an option is not known, as the log family says it. */
export function refuseUnknown(words: readonly string[]): void {
  const unknown = words.find((word) => word.startsWith('-') && word !== '-');
  if (unknown !== undefined) throw fatal(`unrecognized argument: ${unknown}`);
}

function rangeOptions(options: Options): Parameters<typeof parseRange>[3] {
  const pattern = (name: string): string | true | undefined => (options.has(name) ? options.value(name) || true : undefined);
  const [branches, tags, remotes] = [pattern('branches'), pattern('tags'), pattern('remotes')];
  return {
    all: options.has('all'),
    ...(branches === undefined ? {} : { branches }),
    ...(tags === undefined ? {} : { tags }),
    ...(remotes === undefined ? {} : { remotes }),
  };
}

/** A pattern for `--grep` and the like; basic regular expressions differ from ours in what a backslash does. */
function toExpression(pattern: string, options: Options): RegExp {
  const flags = options.has('regexp-ignore-case') ? 'im' : 'm';
  if (options.has('fixed-strings')) return new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), flags);
  if (options.has('extended-regexp') || options.has('perl-regexp')) return new RegExp(pattern, flags);
  return new RegExp(basicPattern(pattern), flags);
}

/** A POSIX basic regular expression in our notation. */
export function basicPattern(pattern: string): string {
  return pattern.replace(/\\[+?(){}|]|[+?(){}|]|\[[^\]]*\]/g, (found) =>
    found.startsWith('[') ? found : found.startsWith('\\') ? found.slice(1) : `\\${found}`,
  );
}
