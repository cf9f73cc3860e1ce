import type { GitCall } from '../call.ts';
import { paintOf, paintPatch, painted, unpainted, type Paint } from '../colours.ts';
import { combinedText } from '../combined.ts';
import { formatDate, isDateMode } from '../date.ts';
import { DIFF_OPTIONS, diffFormat, selectPairs, showsAnything } from '../diff-options.ts';
import { writeDiff, type DiffFormat } from '../diff.ts';
import { fatal, unsupported } from '../errors.ts';
import { Graph } from '../graph.ts';
import { expandNotesRef, ShownNotes } from '../notes.ts';
import { TREE_MODE, type CommitObject } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { Decorations, prettyCommit, resolveFormat, usesTerminator, type PrettyOptions } from '../pretty.ts';
import { fullRefName, lookUp } from '../revision.ts';
import { parseRange, walkRange, type Range, type Walked, type WalkOptions } from '../revlist.ts';
import { blobSide, treePairs } from '../sides.ts';
import { rangeOf, refuseUnknown, WALK_OPTIONS, walkOptions } from '../walk-options.ts';

const LOG_OPTIONS =
  ' --oneline --pretty[=] --format= --abbrev-commit --decorate[=] --decorate-refs=* --decorate-refs-exclude=* --clear-decorations --source --graph --date= --relative-date' +
  ' --notes[=] --show-signature --encoding= --expand-tabs[=] --log-size --use-mailmap --mailmap -L=* -q,--quiet --show-linear-break[=] --show-notes[=] --standard-notes';

const LOG = new OptionSpec(
  'log',
  'usage: git log [<options>] [<revision-range>] [[--] <path>...]\n',
  WALK_OPTIONS + LOG_OPTIONS + DIFF_OPTIONS,
);

export async function log(call: GitCall, args: readonly string[]): Promise<number> {
  const options = LOG.parse(args, { keepUnknown: true });
  const range = rangeOf(call, options);
  const format = diffFormat(call, options, 'none');
  const walk = walkOptions(call, options);
  const pathspec = new Pathspec(call, range.paths);
  if (options.has('follow') && range.paths.length !== 1) throw fatal('--follow requires exactly one pathspec');
  if (options.has('follow') || range.paths.length === 1) walk.follow = options.has('follow');
  if (format.pickaxe !== undefined || format.diffFilter !== undefined) {
    walk.content = async (commit) =>
      (await selectPairs(treePairs(call.repository, commit.parents[0] ?? null, commit.id, pathspec), format)).length > 0 &&
      commit.parents.length <= 1;
  }
  const commits = options.has('walk-reflogs') ? await walkReflog(call, options, range, walk) : await walkRange(call, range, walk);
  await writeCommits(call, commits, {
    pretty: prettyOptions(call, options),
    format,
    options,
    pathspec,
    merges: mergeStyle(options, 'none'),
    left: range.left,
  });
  return 0;
}

const SHOW = new OptionSpec('show', 'usage: git show [<options>] <object>...\n', WALK_OPTIONS + LOG_OPTIONS + DIFF_OPTIONS);

export async function show(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SHOW.parse(args, { keepUnknown: true });
  refuseUnknown(options.before);
  const { repository } = call;
  const range = parseShow(call, options);
  const format = diffFormat(call, options, 'patch');
  const pretty = prettyOptions(call, options);
  const pathspec = new Pathspec(call, range.paths);
  const how: WriteOptions = { pretty, format, options, pathspec, merges: mergeStyle(options, 'dense') };
  if (range.isRange) {
    await writeCommits(call, await walkRange(call, range.range, walkOptions(call, options)), how);
    return 0;
  }
  let shown = false;
  const between = (): void => {
    if (shown) call.out('\n');
    shown = true;
  };
  for (const name of range.names) {
    const found = lookUp(call, name);
    if (found === null) continue;
    let { id } = found;
    let type = repository.objects.read(id).type;
    while (type === 'tag') {
      const tag = repository.objects.tag(id);
      if (!usesTerminator(pretty.format)) between();
      call.out(`${(pretty.paint ?? unpainted)('commit', `tag ${tag.name}`)}\n`);
      if (tag.tagger)
        call.out(`Tagger: ${tag.tagger.name} <${tag.tagger.email}>\nDate:   ${formatDate(tag.tagger, pretty.dateMode, call.now())}\n`);
      call.out(`\n${tag.message}`);
      if (usesTerminator(pretty.format)) shown = false;
      id = tag.object;
      type = repository.objects.read(id).type;
    }
    if (type === 'blob') call.out(repository.objects.blob(id));
    else if (type === 'tree') {
      between();
      call.out(`tree ${name}\n\n`);
      for (const item of repository.objects.tree(id)) call.line(`${item.name}${item.mode === TREE_MODE ? '/' : ''}`);
    } else {
      if (!usesTerminator(pretty.format)) between();
      const commit = repository.objects.commit(id);
      await writeCommits(call, [{ commit, parents: commit.parents }], how);
    }
  }
  return 0;
}

function parseShow(
  call: GitCall,
  options: Options,
): { readonly names: readonly string[]; readonly paths: readonly string[]; readonly isRange: boolean; readonly range: Range } {
  const range = parseRange(call, options.before, options.after, {});
  const names = range.names.length > 0 ? range.names : ['HEAD'];
  const { head, branch } = call.repository;
  if (range.names.length === 0 && head === null)
    throw fatal(branch === null ? "bad default revision 'HEAD'" : `your current branch '${branch}' does not have any commits yet`);
  return { names, paths: range.paths, isRange: range.negative.length > 0, range };
}

export async function whatchanged(call: GitCall, args: readonly string[]): Promise<number> {
  return log(call, ['--raw', '--no-merges', ...args]);
}

function dateModeOf(call: GitCall, options: Options): string {
  const mode = options.has('relative-date') ? 'relative' : (options.value('date') ?? call.settings.get('log.date') ?? 'default');
  if (mode.startsWith('auto:')) return mode.slice(5);
  if (!isDateMode(mode)) throw fatal(`unknown date format ${mode}`);
  return mode;
}

/** How the options want commits written. */
function prettyOptions(call: GitCall, options: Options): PrettyOptions {
  const named = options.last('oneline', 'pretty', 'format');
  const format =
    named === 'oneline'
      ? 'oneline'
      : named === 'format'
        ? resolveFormat(
            call,
            /^t?format:/.test(options.value('format') ?? '')
              ? (options.value('format') ?? '')
              : formatOption(call, options.value('format') ?? ''),
          )
        : named === 'pretty'
          ? resolveFormat(call, options.value('pretty') ?? '')
          : resolveFormat(call, call.settings.get('format.pretty') ?? 'medium');
  const style = options.has('decorate')
    ? options.value('decorate') || 'short'
    : options.negated('decorate')
      ? 'no'
      : (call.settings.get('log.decorate') ?? 'auto');
  const onScreen = call.env.get('GIT_PAGER_IN_USE') === 'true';
  const decorate = /^(short|true|yes|1)$/.test(style) || (style === 'auto' && onScreen) ? 'short' : style === 'full' ? 'full' : null;
  const abbrev = options.value('abbrev');
  return {
    format,
    dateMode: dateModeOf(call, options),
    abbrev: abbrev ? Number(abbrev) : undefined,
    abbrevCommit: options.choice('abbrev-commit') ?? (named === 'oneline' || call.settings.bool('log.abbrevcommit') === true),
    decorations: decorate === null ? null : new Decorations(call, decorate),
    notes: shownNotes(call, options, format, named !== undefined),
    showParents: options.has('parents'),
    expandTabs: !options.negated('expand-tabs'),
    paint: paintForLog(call, options, format),
  };
}

/** Lines of a graph and placeholders have colours of their own that are not here. */
function paintForLog(call: GitCall, options: Options, format: string): Paint {
  const paint = paintOf(call, 'diff', options);
  if (paint === painted && options.has('graph')) throw unsupported("'--graph' in colour");
  if (paint === painted && /%C/.test(format)) throw unsupported("'%C' in colour");
  return paint;
}

/** The notes to show: the usual ones unless a format was asked for, or those of `--notes`. */
function shownNotes(call: GitCall, options: Options, format: string, chosen: boolean): ShownNotes | null {
  const given = options.last('notes', 'show-notes');
  if (options.negated('notes') || options.negated('standard-notes')) return null;
  if (given === undefined) return !chosen || /%[-+ ]?N/.test(format) ? new ShownNotes(call, null) : null;
  const value = options.value(given) ?? '';
  return new ShownNotes(call, value === '' ? null : [expandNotesRef(value)]);
}

/** `--format=` takes a built-in name or a format without a prefix. */
function formatOption(call: GitCall, text: string): string {
  return text.includes('%') ? `tformat:${text}` : text === '' ? 'tformat:' : resolveFormat(call, text);
}

/** Entries of a reflog as if they were a history. */
async function walkReflog(call: GitCall, options: Options, range: Range, walk: WalkOptions): Promise<readonly Walked[]> {
  const { objects, refs } = call.repository;
  const names = range.names.length > 0 ? range.names : ['HEAD'];
  const dates = options.value('date') !== undefined;
  const walked = names.flatMap((name) => {
    const base = name.replace(/@\{.*\}$/, '') || (call.repository.branch ?? 'HEAD');
    const full = fullRefName(call, base) ?? 'HEAD';
    const shown = base === '@' ? 'HEAD' : base;
    return refs.reflog(full).flatMap((entry, at): readonly Walked[] => {
      if (!objects.has(entry.after)) return [];
      const selector = dates ? `${shown}@{${formatDate(entry.person, dateModeOf(call, options), call.now())}}` : `${shown}@{${at}}`;
      const commit = objects.commit(entry.after);
      return [{ commit, parents: commit.parents, reflog: { selector, entry } }];
    });
  });
  const skip = walk.skip ?? 0;
  return walked.slice(skip, walk.maxCount === undefined ? undefined : skip + walk.maxCount);
}

/** How a merge's differences are shown: not at all, against each parent, against the first one, or combined. */
type MergeStyle = 'none' | 'separate' | 'first' | 'combined' | 'dense';

function mergeStyle(options: Options, fallback: MergeStyle): MergeStyle {
  const given = options.last('cc', 'c', 'm', 'diff-merges', 'first-parent');
  if (options.negated('diff-merges')) return 'none';
  if (given === 'diff-merges') {
    const value = options.value('diff-merges') ?? '';
    const styles: Readonly<Record<string, MergeStyle>> = {
      off: 'none',
      none: 'none',
      on: 'separate',
      m: 'separate',
      separate: 'separate',
      'first-parent': 'first',
      '1': 'first',
      c: 'combined',
      combined: 'combined',
      cc: 'dense',
      'dense-combined': 'dense',
    };
    const style = Object.hasOwn(styles, value) ? styles[value] : undefined;
    if (style === undefined) throw fatal(`invalid value for '--diff-merges': '${value}'`);
    return style;
  }
  return given === 'cc'
    ? 'dense'
    : given === 'c'
      ? 'combined'
      : given === 'm'
        ? options.has('first-parent')
          ? 'first'
          : 'separate'
        : given === 'first-parent'
          ? 'first'
          : fallback;
}

interface WriteOptions {
  readonly pretty: PrettyOptions;
  readonly format: DiffFormat;
  readonly options: Options;
  readonly pathspec: Pathspec;
  readonly merges: MergeStyle;
  /** Of `A...B`, the commits of A. */
  readonly left?: ReadonlySet<string> | null;
}

/** Writes commits one after the other, with the graph beside them when it is wanted. */
async function writeCommits(call: GitCall, commits: readonly Walked[], how: WriteOptions): Promise<void> {
  const { pretty, options } = how;
  const graph = options.has('graph') ? new Graph() : null;
  const terminator = usesTerminator(pretty.format);
  const empty = /^t?format:$/.test(pretty.format);
  const shown = new Set(commits.map(({ commit }) => commit.id));
  let [first, open] = [true, false];
  for (const walked of commits) {
    const mark = options.has('left-right') ? (how.left?.has(walked.commit.id) ? '<' : '>') : '';
    graph?.begin(
      walked.commit.id,
      walked.parents.filter((parent) => shown.has(parent)),
    );
    if (!first && !terminator) call.out(graph === null || open ? '\n' : `${graph.padding(mark || '*')}\n`);
    first = false;
    const text = prettyCommit(call, walked, { ...pretty, showChildrenMark: graph || mark === '' ? '' : `${mark} ` });
    // Built-in formats of several lines end their last one; one's own formats and single lines are ended by the terminator.
    const message = terminator || /^format:/.test(pretty.format) ? text : `${text}\n`;
    call.out(graph === null ? message : besideGraph(graph, message, mark || '*'));
    open = !message.endsWith('\n');
    if (terminator && !empty) call.out(open || graph === null ? '\n' : `${graph.next('*').text}\n`);
    const prefix = graph === null ? '' : graph.next('*').text;
    const diff = await diffOf(call, walked, { ...how, format: prefix === '' ? how.format : { ...how.format, linePrefix: prefix } });
    if (diff === '') continue;
    if (pretty.format !== 'oneline' && !empty) call.out(`${prefix}${how.format.stat && how.format.patch ? '---' : ''}\n`);
    call.out(diff);
    open = false;
  }
}

/** A message with the lines of history on its left, and after it what is left to draw before the next commit. */
function besideGraph(graph: Graph, message: string, mark: string): string {
  const ended = message.endsWith('\n');
  const [head = '', ...lines] = (ended ? message.slice(0, -1) : message).split('\n');
  let text = '';
  for (let row = graph.next(mark); ; row = graph.next(mark)) {
    text += row.text;
    if (row.commit) break;
    text += '\n';
  }
  text += head;
  for (const line of lines) text += `\n${graph.next(mark).text}${line}`;
  while (!graph.finished) text += `\n${graph.next(mark).text}`;
  return ended ? `${text}\n` : text;
}

async function diffOf(call: GitCall, walked: Walked, how: WriteOptions): Promise<string> {
  const { format, pathspec, merges } = how;
  if (!showsAnything(format)) return '';
  const { commit } = walked;
  const only = walked.path === undefined ? pathspec : new Pathspec(call, [`:(top,literal)${walked.path}`]);
  const against = async (parent: string | null): Promise<string> => {
    const pairs = await selectPairs(
      treePairs(call.repository, parent, commit.id, walked.path === undefined ? only : new Pathspec(call, [])),
      format,
    );
    return writeDiff(call, walked.path === undefined ? pairs : pairs.filter(({ path }) => path === walked.path), format);
  };
  if (commit.parents.length <= 1) return against(commit.parents[0] ?? null);
  if (merges === 'none') return '';
  if (merges === 'first') return against(commit.parents[0] ?? null);
  if (merges === 'separate') {
    const parts: string[] = [];
    for (const parent of commit.parents) parts.push(await against(parent));
    return parts.join('');
  }
  return combinedOf(call, commit, format, only, merges === 'dense');
}

/** A merge against all its parents: files that differ from each of them. Statistics are against the first. */
async function combinedOf(call: GitCall, commit: CommitObject, format: DiffFormat, pathspec: Pathspec, dense: boolean): Promise<string> {
  const { repository } = call;
  const perParent = commit.parents.map((parent) => treePairs(repository, parent, commit.id, pathspec));
  const paths = (perParent[0] ?? [])
    .map(({ path }) => path)
    .filter((path) => perParent.every((pairs) => pairs.some((pair) => pair.path === path)));
  const { patch, raw, nameOnly, nameStatus, ...rest } = format;
  let text = '';
  if (rest.stat || rest.numstat || rest.shortstat || rest.summary)
    text += await writeDiff(call, await selectPairs(perParent[0] ?? [], rest), rest);
  if (raw || nameOnly || nameStatus) {
    for (const path of paths) {
      const letters = perParent.map((pairs) => pairs.find((pair) => pair.path === path)?.status ?? 'M').join('');
      text += nameStatus ? `${letters}\t${path}\n` : `${path}\n`;
    }
  }
  if (!patch) return text;
  const files = commit.parents.map((parent) => repository.files(parent));
  const result = repository.files(commit.id);
  let patches = '';
  for (const path of paths) {
    const file = {
      path,
      parents: files.map((map) => blobSide(repository, map.get(path) ?? null)),
      result: blobSide(repository, result.get(path) ?? null),
    };
    const patchOfFile = await combinedText(call, file, { dense, context: format.context ?? 3, fullIndex: format.fullIndex ?? false });
    patches += paintPatch(patchOfFile, format.paint ?? unpainted);
  }
  return text === '' || patches === '' ? text + patches : `${text}\n${patches}`;
}
