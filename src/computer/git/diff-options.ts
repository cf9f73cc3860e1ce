import type { GitCall } from './call.ts';
import { paintOf } from './colours.ts';
import { decode } from './disk.ts';
import type { DiffFormat, Pair, PairStatus } from './diff.ts';
import { detectRenames } from './diff.ts';
import { lineChanges, splitLines } from './engine.ts';
import { fatal, unsupported } from './errors.ts';
import type { Options } from './options.ts';
import { renamesWanted } from './sides.ts';

/** The options that diff, log, show and stash show share, for an `OptionSpec`. */
export const DIFF_OPTIONS =
  ' -p,-u,--patch -s,--no-patch,--quiet-diff -U,--unified= --raw --patch-with-raw --stat[=] --numstat --shortstat --summary --patch-with-stat --dirstat[=]' +
  ' --compact-summary --name-only --name-status -z,--null --full-index --binary --abbrev[=] --no-prefix --src-prefix= --dst-prefix= --default-prefix' +
  ' -w,--ignore-all-space -b,--ignore-space-change --ignore-space-at-eol --ignore-blank-lines --ignore-cr-at-eol --word-diff[=] --word-diff-regex= --color-words[=]' +
  ' -a,--text -R -W,--function-context -M,--find-renames[=] -C,--find-copies[=] --renames --diff-filter= -S= -G= --pickaxe-regex --pickaxe-all --color[=]' +
  ' --minimal --patience --histogram --diff-algorithm= --indent-heuristic --check --cc -c --combined-all-paths -m --diff-merges= --ext-diff --textconv' +
  ' --inter-hunk-context= --submodule[=] --ignore-submodules[=] --relative[=] -O= --exit-code --stat-width= --stat-name-width= --stat-count= --line-prefix= --output=';

const UNSUPPORTED = ['dirstat', 'find-copies', 'word-diff', 'word-diff-regex', 'color-words', 'compact-summary', 'O', 'L', 'output'];

/** The format that options ask for; `fallback` when they ask for none. */
export function diffFormat(call: GitCall, options: Options, fallback: 'patch' | 'none' | 'raw'): DiffFormat {
  for (const name of UNSUPPORTED) if (options.has(name)) throw unsupported(name.length === 1 ? `-${name}` : `--${name}`);
  const format: DiffFormat = { paint: paintOf(call, 'diff', options) };
  if (
    options.has('patch') ||
    options.has('patch-with-raw') ||
    options.has('patch-with-stat') ||
    options.has('unified') ||
    options.has('function-context') ||
    options.has('binary')
  )
    format.patch = true;
  if (options.has('raw') || options.has('patch-with-raw')) format.raw = true;
  if (options.has('stat') || options.has('patch-with-stat') || options.has('stat-width') || options.has('stat-name-width'))
    format.stat = true;
  if (options.has('numstat')) format.numstat = true;
  if (options.has('shortstat')) format.shortstat = true;
  if (options.has('summary')) format.summary = true;
  if (options.has('name-only')) format.nameOnly = true;
  if (options.has('name-status')) format.nameStatus = true;
  const none = options.last('patch', 'unified', 'no-patch') === 'no-patch' || options.negated('patch');
  if (none) format.patch = false;
  if (!showsAnything(format) && !none) {
    if (fallback === 'patch') format.patch = true;
    if (fallback === 'raw') format.raw = true;
  }
  if (options.has('null')) format.nul = true;
  const unified = options.value('unified') ?? call.settings.get('diff.context');
  if (unified !== undefined) {
    if (!/^\d*$/.test(unified)) throw fatal(`option diff_opt_unified expects a numerical value`);
    format.context = Number(unified || 3);
  }
  if (options.has('full-index')) format.fullIndex = true;
  if (options.has('binary')) format.binary = true;
  if (options.has('no-prefix') || call.settings.bool('diff.noprefix')) format.noPrefix = true;
  const [source, target] = [options.value('src-prefix'), options.value('dst-prefix')];
  if (source !== undefined) format.srcPrefix = source;
  if (target !== undefined) format.dstPrefix = target;
  const [width = 0, name = 0, count = 0] = (options.value('stat') ?? '').split(',').map((word) => Number(word) || 0);
  format.statWidth = [
    Number(options.value('stat-width') ?? width),
    Number(options.value('stat-name-width') ?? name),
    Number(options.value('stat-count') ?? count),
  ];
  const space = options.last('ignore-all-space', 'ignore-space-change', 'ignore-space-at-eol');
  if (space !== undefined) format.ignoreSpace = space === 'ignore-all-space' ? 'all' : space === 'ignore-space-change' ? 'change' : 'end';
  if (options.has('ignore-blank-lines')) format.ignoreBlankLines = true;
  if (options.has('text')) format.text = true;
  if (options.has('R')) format.reverse = true;
  if (options.has('function-context')) format.functionContext = true;
  const filter = options.value('diff-filter');
  if (filter !== undefined) format.diffFilter = filter;
  const abbrev = options.value('abbrev');
  if (abbrev) format.abbrev = Number(abbrev);
  const pickaxe = options.last('S', 'G');
  if (pickaxe === 'S' || pickaxe === 'G')
    format.pickaxe = { kind: pickaxe, text: options.value(pickaxe) ?? '', regex: options.has('pickaxe-regex') || pickaxe === 'G' };
  if (options.negated('renames') || (!renamesWanted(call) && !options.has('find-renames') && !options.has('renames')))
    format.noRenames = true;
  const prefix = options.value('line-prefix');
  if (prefix !== undefined) format.linePrefix = prefix;
  return format;
}

/** True when a format has anything to show of a difference. */
export function showsAnything(format: DiffFormat): boolean {
  const { patch, raw, stat, numstat, shortstat, summary, nameOnly, nameStatus } = format;
  return [patch, raw, stat, numstat, shortstat, summary, nameOnly, nameStatus].includes(true);
}

/** Finds renames, turns things around and leaves out what the options do not want. */
export async function selectPairs(pairs: readonly Pair[], format: DiffFormat): Promise<readonly Pair[]> {
  let selected = pairs;
  if (format.reverse) {
    const opposite = (status: PairStatus): PairStatus => (status === 'A' ? 'D' : status === 'D' ? 'A' : status);
    selected = selected.map((pair) => ({
      ...pair,
      before: pair.after,
      after: pair.before,
      path: pair.oldPath,
      oldPath: pair.path,
      status: opposite(pair.status),
    }));
  }
  if (!format.noRenames) selected = await detectRenames(selected);
  if (format.diffFilter !== undefined) {
    const letters = format.diffFilter;
    const excluded = letters.replace(/[^a-z]/g, '').toUpperCase();
    const included = letters.replace(/[^A-Z]/g, '');
    selected = selected.filter(({ status }) => !excluded.includes(status) && (included === '' || included.includes(status)));
  }
  const { pickaxe } = format;
  if (pickaxe !== undefined) {
    const chosen: Pair[] = [];
    for (const pair of selected) if (await picked(pair, pickaxe)) chosen.push(pair);
    selected = chosen;
  }
  return selected;
}

async function picked(pair: Pair, { kind, text, regex }: NonNullable<DiffFormat['pickaxe']>): Promise<boolean> {
  const textOf = (bytes: Uint8Array | undefined): string => (bytes ? decode(bytes) : '');
  const [before, after] = [textOf(pair.before?.content()), textOf(pair.after?.content())];
  if (kind === 'S') {
    const count = (content: string): number =>
      regex ? [...content.matchAll(new RegExp(text, 'gm'))].length : content.split(text).length - 1;
    return count(before) !== count(after);
  }
  const expression = new RegExp(text, 'm');
  const [oldLines, newLines] = [splitLines(before), splitLines(after)];
  return (await lineChanges(before, after)).some(
    ({ oldStart, oldCount, newStart, newCount }) =>
      oldLines.slice(oldStart, oldStart + oldCount).some((line) => expression.test(line)) ||
      newLines.slice(newStart, newStart + newCount).some((line) => expression.test(line)),
  );
}
