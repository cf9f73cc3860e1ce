import type { GitCall } from '../call.ts';
import { combinedText } from '../combined.ts';
import { approximateDate, formatDate, isDateMode } from '../date.ts';
import { writeDiff, type DiffFormat } from '../diff.ts';
import { DIFF_OPTIONS, diffFormat, selectPairs, showsAnything } from '../diff-options.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { Graph } from '../graph.ts';
import type { CommitObject } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { Decorations, prettyCommit, resolveFormat, usesTerminator, type PrettyOptions } from '../pretty.ts';
import { parseRange, walkRange, type Range, type Walked, type WalkOptions } from '../revlist.ts';
import { fullRefName, lookUp } from '../revision.ts';
import { blobSide, treePairs } from '../sides.ts';
import { TREE_MODE } from '../objects.ts';
import { subjectOf } from '../record.ts';

/** The options that choose and order commits. */
export const WALK_OPTIONS =
  ' -<max-count> -n,--max-count= --skip= --since,--after= --until,--before= --author=* --committer=* --grep=* --all-match --invert-grep -i,--regexp-ignore-case' +
  ' -E,--extended-regexp -F,--fixed-strings -P,--perl-regexp --basic-regexp --merges --no-merges,--without-merges --min-parents= --max-parents= --first-parent' +
  ' --all --branches[=] --tags[=] --remotes[=] --glob=* --exclude=* --reverse --topo-order --date-order --author-date-order --full-history --simplify-merges' +
  ' --dense --sparse --ancestry-path --left-right --left-only --right-only --cherry --cherry-pick --cherry-mark --boundary --parents --children --not' +
  ' -g,--walk-reflogs --follow --no-walk[=] --do-walk --stdin --objects --in-commit-order --remove-empty';

const LOG_OPTIONS =
  ' --oneline --pretty[=] --format= --abbrev-commit --decorate[=] --decorate-refs=* --decorate-refs-exclude=* --clear-decorations --source --graph --date= --relative-date' +
  ' --notes[=] --show-signature --encoding= --expand-tabs[=] --log-size --use-mailmap --mailmap -L=* -q,--quiet --show-linear-break[=] --show-notes[=] --standard-notes';

const LOG = new OptionSpec(
  'log',
  'usage: git log [<options>] [<revision-range>] [[--] <path>...]\n',
  WALK_OPTIONS + LOG_OPTIONS + DIFF_OPTIONS,
);
const SHOW = new OptionSpec('show', 'usage: git show [<options>] <object>...\n', WALK_OPTIONS + LOG_OPTIONS + DIFF_OPTIONS);

/** Ends the command when an option is not known, as the log family says it. */
function refuseUnknown(words: readonly string[]): void {
  const unknown = words.find((word) => word.startsWith('-') && word !== '-');
  if (unknown !== undefined) throw fatal(`unrecognized argument: ${unknown}`);
}

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
    showParents: options.has('parents'),
    expandTabs: !options.negated('expand-tabs'),
  };
}

/** `--format=` takes a built-in name or a format without a prefix. */
function formatOption(call: GitCall, text: string): string {
  return text.includes('%') ? `tformat:${text}` : text === '' ? 'tformat:' : resolveFormat(call, text);
}

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
    const style = styles[value];
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
    patches += await combinedText(call, file, { dense, context: format.context ?? 3, fullIndex: format.fullIndex ?? false });
  }
  return text === '' || patches === '' ? text + patches : `${text}\n${patches}`;
}

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
      call.out(`tag ${tag.name}\n`);
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

const SHORTLOG = new OptionSpec(
  'shortlog',
  'usage: git shortlog [<options>] [<revision-range>] [[--] <path>...]\n',
  '-s,--summary --numbered -e,--email -c,--committer-group -w[=] --group=*' +
    WALK_OPTIONS.replace('-n,--max-count=', '--max-count=') +
    ' --format= --pretty[=]',
);

export async function shortlog(call: GitCall, args: readonly string[]): Promise<number> {
  // Here -n sorts; everywhere else it limits.
  const spread = args.flatMap((arg) =>
    /^-[sne]+$/.test(arg) ? [...arg.slice(1)].map((letter) => (letter === 'n' ? '--numbered' : `-${letter}`)) : [arg],
  );
  const options = SHORTLOG.parse(spread, { keepUnknown: true });
  // Without a revision and away from a terminal it reads a log from standard input, which is empty here.
  const range =
    options.before.length === 0 && !options.has('all') && call.env.get('GIT_PAGER_IN_USE') !== 'true' ? null : rangeOf(call, options);
  if (range === null) return 0;
  const commits = await walkRange(call, range, walkOptions(call, options));
  const groups = new Map<string, string[]>();
  for (const { commit } of [...commits].reverse()) {
    const person = options.has('committer-group') ? commit.committer : commit.author;
    const name = options.has('email') ? `${person.name} <${person.email}>` : person.name;
    groups.set(name, [...(groups.get(name) ?? []), subjectOf(commit.message)]);
  }
  const sorted = [...groups].sort(
    ([one, ofOne], [other, ofOther]) => (options.has('numbered') ? ofOther.length - ofOne.length : 0) || (one < other ? -1 : 1),
  );
  for (const [name, subjects] of sorted) {
    if (options.has('summary')) call.line(`${String(subjects.length).padStart(6)}\t${name}`);
    else call.out(`${name} (${subjects.length}):\n${subjects.map((subject) => `      ${subject}\n`).join('')}\n`);
  }
  return 0;
}

export async function whatchanged(call: GitCall, args: readonly string[]): Promise<number> {
  return log(call, ['--raw', '--no-merges', ...args]);
}

const REFLOG_COMMANDS = ['show', 'expire', 'delete', 'exists'];

export async function reflog(call: GitCall, args: readonly string[]): Promise<number> {
  const [first = 'show', ...rest] = args;
  const verb = REFLOG_COMMANDS.includes(first) ? first : 'show';
  if (verb === 'show') return log(call, ['-g', '--abbrev-commit', '--pretty=oneline', ...(REFLOG_COMMANDS.includes(first) ? rest : args)]);
  if (verb === 'exists') return call.repository.refs.hasReflog(rest[0] ?? '') ? 0 : 1;
  if (verb === 'expire') {
    if (!rest.some((word) => /^--expire(-unreachable)?=(now|all)$/.test(word))) return 0;
    const names = rest.includes('--all')
      ? ['HEAD', ...call.repository.refs.list().map(([name]) => name)]
      : rest.filter((word) => !word.startsWith('-')).map((word) => fullRefName(call, word) ?? word);
    for (const name of names) if (call.repository.refs.hasReflog(name)) call.repository.refs.rewriteReflog(name, []);
    return 0;
  }
  for (const word of rest.filter((one) => !one.startsWith('-'))) {
    const match = /^(.*)@\{(\d+)\}$/.exec(word);
    const name = match ? fullRefName(call, match[1] || 'HEAD') : null;
    if (!match || name === null) throw new GitExit(`error: no reflog for '${word}'\n`, 255);
    call.repository.refs.rewriteReflog(
      name,
      call.repository.refs.reflog(name).filter((_, at) => at !== Number(match[2])),
    );
  }
  return 0;
}
