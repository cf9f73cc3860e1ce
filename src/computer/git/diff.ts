/** Differences between sets of files, and how git writes them ("DIFF FORMATS" of git-diff). */
import { binaryPatch } from './binary-patch.ts';
import type { GitCall } from './call.ts';
import { paintPatch, unpainted, type Paint } from './colours.ts';
import { diffDriver } from './diff-drivers.ts';
import { decode, encode } from './disk.ts';
import { findRenames, isBinary, lineChanges, splitLines, type Change } from './engine.ts';
import { quoteBytes } from './pathspec.ts';
import { comparePaths, octalMode } from './objects.ts';

/** One side of a file that differs. */
export interface Side {
  readonly mode: number;
  readonly id: string;
  content(): Uint8Array;
  /** True for a file of the work tree, whose id no tree has yet. */
  readonly work?: boolean;
}

export type PairStatus = 'A' | 'D' | 'M' | 'T' | 'R' | 'C' | 'U';

/** A file that differs. */
export interface Pair {
  readonly path: string;
  readonly oldPath: string;
  readonly before: Side | null;
  readonly after: Side | null;
  readonly status: PairStatus;
  /** Percent, of a rename. */
  readonly score?: number;
}

export function makePair(path: string, before: Side | null, after: Side | null): Pair {
  const status = before === null ? 'A' : after === null ? 'D' : (before.mode & 0o170000) !== (after.mode & 0o170000) ? 'T' : 'M';
  return { path, oldPath: path, before, after, status };
}

/** Turns removals and additions of files that are alike into renames. */
export async function detectRenames(pairs: readonly Pair[]): Promise<readonly Pair[]> {
  const removed = new Map(pairs.filter(({ status, before }) => status === 'D' && isFile(before)).map((pair) => [pair.path, pair]));
  const added = new Map(pairs.filter(({ status, after }) => status === 'A' && isFile(after)).map((pair) => [pair.path, pair]));
  if (removed.size === 0 || added.size === 0) return pairs;
  const contents = (side: 'before' | 'after', from: ReadonlyMap<string, Pair>) =>
    new Map(Array.from(from, ([path, pair]) => [path, pair[side]?.content() ?? new Uint8Array(0)]));
  // Empty files are alike without having anything in common.
  const renames = (await findRenames(contents('before', removed), contents('after', added))).filter(
    ({ to }) => (added.get(to)?.after?.content().length ?? 0) > 0,
  );
  const gone = new Set(renames.map(({ from }) => from));
  const targets = new Map(renames.map((rename) => [rename.to, rename]));
  return pairs.flatMap((pair): readonly Pair[] => {
    if (pair.status === 'D' && gone.has(pair.path)) return [];
    const rename = pair.status === 'A' ? targets.get(pair.path) : undefined;
    return rename === undefined
      ? [pair]
      : [{ ...pair, oldPath: rename.from, before: removed.get(rename.from)?.before ?? null, status: 'R', score: rename.score }];
  });
}

const isFile = (side: Side | null): boolean => side !== null && (side.mode & 0o170000) === 0o100000;

/** What to write about each file, in git's order. */
export interface DiffFormat {
  patch?: boolean;
  stat?: boolean;
  numstat?: boolean;
  shortstat?: boolean;
  summary?: boolean;
  raw?: boolean;
  nameOnly?: boolean;
  nameStatus?: boolean;
  nul?: boolean;
  context?: number;
  fullIndex?: boolean;
  /** Writes binary files so that they can be applied. */
  binary?: boolean;
  noPrefix?: boolean;
  srcPrefix?: string;
  dstPrefix?: string;
  /** Total width, width of the names, number of files of a stat. */
  statWidth?: readonly [number, number, number];
  ignoreSpace?: 'all' | 'change' | 'end' | null;
  ignoreBlankLines?: boolean;
  wordDiff?: 'plain' | 'porcelain' | null;
  text?: boolean;
  reverse?: boolean;
  functionContext?: boolean;
  /** In front of every line: the graph's. */
  linePrefix?: string;
  check?: boolean;
  abbrev?: number;
  diffFilter?: string;
  pickaxe?: { readonly kind: 'S' | 'G'; readonly text: string; readonly regex: boolean };
  noRenames?: boolean;
  /** Without it nothing is coloured. */
  paint?: Paint;
}

/** Writes differences in every format that is asked for. */
export async function writeDiff(call: GitCall, pairs: readonly Pair[], format: DiffFormat): Promise<string> {
  let text = '';
  const end = format.nul ? '\0' : '\n';
  const quote = (path: string): string => (format.nul ? path : quoteBytes(path, call.settings.bool('core.quotepath') ?? true, false));
  if (format.raw) for (const pair of pairs) text += rawLine(call, pair, format, quote, end);
  if (format.nameOnly) for (const pair of pairs) text += quote(pair.path) + end;
  if (format.nameStatus) for (const pair of pairs) text += nameStatusLine(pair, quote, format.nul ? '\0' : '\t', end);
  const statistics =
    format.stat || format.numstat || format.shortstat ? await Promise.all(pairs.map((pair) => countLines(call, pair, format))) : [];
  if (format.numstat) {
    for (const [at, pair] of pairs.entries()) {
      const { added, removed, binary } = statistics[at] as Count;
      const counts = binary ? '-\t-\t' : `${added}\t${removed}\t`;
      text +=
        pair.status === 'R' && format.nul
          ? `${counts}\0${pair.oldPath}\0${pair.path}\0`
          : `${counts}${pair.status === 'R' ? quote(renamed(pair)) : quote(pair.path)}${end}`;
    }
  }
  if (format.stat) text += statText(pairs, statistics, call, format);
  if (format.stat || format.shortstat) text += shortStat(pairs, statistics);
  if (format.summary) text += summaryText(pairs, quote);
  if (format.patch) {
    if (text !== '') text += '\n';
    for (const pair of pairs) text += paintPatch(await patchText(call, pair, format), format.paint ?? unpainted);
  }
  return format.linePrefix ? text.replace(/^(?=[\s\S])/gm, format.linePrefix) : text;
}

function rawLine(call: GitCall, pair: Pair, format: DiffFormat, quote: (path: string) => string, end: string): string {
  const id = (side: Side | null): string => abbreviate(call, side === null || side.work ? '0'.repeat(40) : side.id, format);
  const status = pair.status + (pair.score === undefined ? '' : String(pair.score).padStart(3, '0'));
  const separator = end === '\0' ? '\0' : '\t';
  const names = pair.status === 'R' ? `${quote(pair.oldPath)}${separator}${quote(pair.path)}` : quote(pair.path);
  return `:${octalMode(pair.before?.mode)} ${octalMode(pair.after?.mode)} ${id(pair.before)} ${id(pair.after)} ${status}${separator}${names}${end}`;
}

function nameStatusLine(pair: Pair, quote: (path: string) => string, separator: string, end: string): string {
  if (pair.status === 'R')
    return `R${String(pair.score ?? 100).padStart(3, '0')}${separator}${quote(pair.oldPath)}${separator}${quote(pair.path)}${end}`;
  return `${pair.status}${separator}${quote(pair.path)}${end}`;
}

function abbreviate(call: GitCall, id: string, format: DiffFormat): string {
  if (format.fullIndex) return id;
  if (/^0+$/.test(id)) return id.slice(0, call.short(id, format.abbrev).length);
  return call.short(id, format.abbrev);
}

interface Count {
  readonly added: number;
  readonly removed: number;
  readonly binary: boolean;
}

async function countLines(call: GitCall, pair: Pair, format: DiffFormat): Promise<Count> {
  const [before, after] = [pair.before?.content() ?? EMPTY, pair.after?.content() ?? EMPTY];
  if (pair.status === 'U') return { added: 0, removed: 0, binary: false };
  if (!format.text && (diffDriver(call, pair.path).binary ?? (isBinary(before) || isBinary(after)))) {
    const same = pair.before?.id === pair.after?.id;
    return { added: same ? 0 : after.length, removed: same ? 0 : before.length, binary: true };
  }
  const changes = await changesOf(decode(before), decode(after), format);
  return {
    added: changes.reduce((sum, { newCount }) => sum + newCount, 0),
    removed: changes.reduce((sum, { oldCount }) => sum + oldCount, 0),
    binary: false,
  };
}

const EMPTY = new Uint8Array(0);

/** Line changes, with the kinds of white space that do not count taken out of the comparison. */
async function changesOf(before: string, after: string, format: DiffFormat): Promise<readonly Change[]> {
  const { ignoreSpace } = format;
  if (!ignoreSpace)
    return format.ignoreBlankLines ? withoutBlank(before, after, await lineChanges(before, after)) : lineChanges(before, after);
  const reduce = (text: string): string =>
    text
      .split('\n')
      .map((line) =>
        ignoreSpace === 'all'
          ? line.replace(/\s+/g, '')
          : ignoreSpace === 'change'
            ? line.replace(/\s+$/, '').replace(/\s+/g, ' ')
            : line.replace(/\s+$/, ''),
      )
      .join('\n');
  return lineChanges(reduce(before), reduce(after));
}

function withoutBlank(before: string, after: string, changes: readonly Change[]): readonly Change[] {
  const [oldLines, newLines] = [splitLines(before), splitLines(after)];
  const blank = (lines: readonly string[], start: number, count: number) => lines.slice(start, start + count).every((line) => line === '');
  return changes.filter(
    ({ oldStart, oldCount, newStart, newCount }) => !(blank(oldLines, oldStart, oldCount) && blank(newLines, newStart, newCount)),
  );
}

/** `a/{b => c}/d`, as a rename is shown in a stat. */
export function renamed({ oldPath, path }: { readonly oldPath: string; readonly path: string }): string {
  let prefix = 0;
  for (let at = 0; at < Math.min(oldPath.length, path.length) && oldPath[at] === path[at]; at++) if (oldPath[at] === '/') prefix = at + 1;
  let suffix = 0;
  // The slash that ends the common beginning may be the one that begins the common end.
  const least = prefix > 0 ? prefix - 1 : 0;
  for (
    let at = 1;
    oldPath.length - at >= least && path.length - at >= least && oldPath[oldPath.length - at] === path[path.length - at];
    at++
  ) {
    if (oldPath[oldPath.length - at] === '/') suffix = at;
  }
  if (prefix === 0 && suffix === 0) return `${oldPath} => ${path}`;
  const middle = (text: string): string => text.slice(prefix, Math.max(prefix, text.length - suffix));
  return `${path.slice(0, prefix)}{${middle(oldPath)} => ${middle(path)}}${path.slice(path.length - suffix)}`;
}

function statText(pairs: readonly Pair[], counts: readonly Count[], call: GitCall, format: DiffFormat): string {
  if (pairs.length === 0) return '';
  const quoteHigh = call.settings.bool('core.quotepath') ?? true;
  const names = pairs.map((pair) => (pair.status === 'R' ? renamed(pair) : quoteBytes(pair.path, quoteHigh, false)));
  const changes = counts.map(({ added, removed, binary }) => (binary ? 0 : added + removed));
  const most = Math.max(...changes);
  const anyBinary = counts.some(({ binary }) => binary);
  const binaryWidth = Math.max(
    0,
    ...counts.map(({ added, removed, binary }) => (binary ? 14 + String(added).length + String(removed).length : 0)),
  );
  const numberWidth = Math.max(String(most).length, anyBinary ? 3 : 0);
  const columns = Number(call.env.get('COLUMNS') ?? 80) || 80;
  const [given, givenName, limit] = format.statWidth ?? [0, 0, 0];
  const width = Math.max(given || columns - (format.linePrefix?.length ?? 0), 16 + 6 + numberWidth);
  const longest = Math.max(...names.map(displayWidth));
  let graphWidth = most + 4 > binaryWidth ? most : binaryWidth - 4;
  let nameWidth = givenName > 0 && givenName < longest ? givenName : longest;
  if (nameWidth + numberWidth + 6 + graphWidth > width) {
    const share = Math.floor((width * 3) / 8) - numberWidth - 6;
    if (graphWidth > share) graphWidth = Math.max(share, 6);
    if (nameWidth > width - numberWidth - 6 - graphWidth) nameWidth = width - numberWidth - 6 - graphWidth;
    else graphWidth = width - numberWidth - 6 - nameWidth;
  }
  const scale = (value: number): number => (value === 0 ? 0 : 1 + Math.floor((value * (graphWidth - 1)) / most));
  const paint = format.paint ?? unpainted;
  const bar = (slot: 'old' | 'new', mark: string): string => (mark === '' ? '' : paint(slot, mark));
  let text = '';
  const shown = limit > 0 ? pairs.slice(0, limit) : pairs;
  for (const [at, pair] of shown.entries()) {
    const { added, removed, binary } = counts[at] as Count;
    const name = names[at] ?? '';
    let fitted = name;
    if (displayWidth(name) > nameWidth) {
      fitted = name.slice(name.length - (nameWidth - 3));
      const slash = fitted.indexOf('/');
      fitted = `...${slash === -1 ? fitted : fitted.slice(slash)}`;
    }
    const head = ` ${fitted}${' '.repeat(Math.max(0, nameWidth - displayWidth(fitted)))} |`;
    // The version that is followed ends this line without a newline.
    if (pair.status === 'U') text += `${head} Unmerged`;
    else if (binary)
      text += `${head} ${'Bin'.padStart(numberWidth)}${added === 0 && removed === 0 ? '' : ` ${paint('old', String(removed))} -> ${paint('new', String(added))} bytes`}\n`;
    else {
      let [plus, minus] = [added, removed];
      if (graphWidth <= most) {
        let total = scale(plus + minus);
        if (total < 2 && plus > 0 && minus > 0) total = 2;
        if (plus < minus) [plus, minus] = [scale(plus), total - scale(plus)];
        else [plus, minus] = [total - scale(minus), scale(minus)];
      }
      text += `${head} ${String(added + removed).padStart(numberWidth)}${added + removed > 0 ? ' ' : ''}${bar('new', '+'.repeat(plus))}${bar('old', '-'.repeat(minus))}\n`;
    }
  }
  if (shown.length < pairs.length) text += ' ...\n';
  return text;
}

function displayWidth(text: string): number {
  return [...text].length;
}

function shortStat(pairs: readonly Pair[], counts: readonly Count[]): string {
  if (pairs.length === 0) return '';
  const textual = counts.filter(({ binary }) => !binary);
  const files = pairs.filter(({ status }) => status !== 'U').length;
  return changeSummary(
    files,
    textual.reduce((sum, { added }) => sum + added, 0),
    textual.reduce((sum, { removed }) => sum + removed, 0),
  );
}

/** ` 2 files changed, 3 insertions(+), 1 deletion(-)` */
function changeSummary(files: number, added: number, removed: number): string {
  if (files === 0) return ' 0 files changed\n';
  let text = ` ${files} file${files === 1 ? '' : 's'} changed`;
  if (added > 0 || removed === 0) text += `, ${added} insertion${added === 1 ? '' : 's'}(+)`;
  if (removed > 0 || added === 0) text += `, ${removed} deletion${removed === 1 ? '' : 's'}(-)`;
  return `${text}\n`;
}

function summaryText(pairs: readonly Pair[], quote: (path: string) => string): string {
  let text = '';
  for (const pair of pairs) {
    const { before, after, path, status } = pair;
    if (status === 'A') text += ` create mode ${octalMode(after?.mode)} ${quote(path)}\n`;
    else if (status === 'D') text += ` delete mode ${octalMode(before?.mode)} ${quote(path)}\n`;
    else if (status === 'R') {
      text += ` rename ${renamed(pair)} (${pair.score}%)\n`;
      if (before?.mode !== after?.mode) text += ` mode change ${octalMode(before?.mode)} => ${octalMode(after?.mode)}\n`;
    } else if (before && after && before.mode !== after.mode)
      text += ` mode change ${octalMode(before?.mode)} => ${octalMode(after?.mode)} ${quote(path)}\n`;
  }
  return text;
}

/** One file's part of a patch. */
async function patchText(call: GitCall, pair: Pair, format: DiffFormat): Promise<string> {
  const { before, after, path, oldPath, status } = pair;
  if (status === 'U') return `* Unmerged path ${path}\n`;
  if (status === 'T')
    return (
      (await patchText(call, { ...pair, after: null, status: 'D' }, format)) +
      (await patchText(call, { ...pair, before: null, status: 'A' }, format))
    );
  const [source, target] = format.noPrefix ? ['', ''] : [format.srcPrefix ?? 'a/', format.dstPrefix ?? 'b/'];
  const quoteHigh = call.settings.bool('core.quotepath') ?? true;
  const name = (prefix: string, file: string): string => quoteBytes(prefix + file, quoteHigh, false);
  let text = `diff --git ${name(source, oldPath)} ${name(target, path)}\n`;
  if (before && after && before.mode !== after.mode) text += `old mode ${octalMode(before?.mode)}\nnew mode ${octalMode(after?.mode)}\n`;
  if (status === 'A') text += `new file mode ${octalMode(after?.mode)}\n`;
  if (status === 'D') text += `deleted file mode ${octalMode(before?.mode)}\n`;
  if (status === 'R')
    text += `similarity index ${pair.score}%\nrename from ${quoteBytes(oldPath, quoteHigh, false)}\nrename to ${quoteBytes(path, quoteHigh, false)}\n`;
  if (before?.id === after?.id) return text;
  const zeros = '0'.repeat(40);
  const [oldId, newId] = [abbreviate(call, before?.id ?? zeros, format), abbreviate(call, after?.id ?? zeros, format)];
  const mode = before && after && before.mode === after.mode ? ` ${octalMode(after?.mode)}` : '';
  const indexLine = `index ${oldId}..${newId}${mode}\n`;
  const [oldContent, newContent] = [before?.content() ?? EMPTY, after?.content() ?? EMPTY];
  const [oldName, newName] = [before ? name(source, oldPath) : '/dev/null', after ? name(target, path) : '/dev/null'];
  const driver = diffDriver(call, path);
  if (!format.text && (driver.binary ?? (isBinary(oldContent) || isBinary(newContent))))
    return format.binary
      ? `${text}index ${before?.id ?? zeros}..${after?.id ?? zeros}${mode}\n${binaryPatch(oldContent, newContent)}`
      : `${text}${indexLine}Binary files ${oldName} and ${newName} differ\n`;
  const [oldText, newText] = [decode(oldContent), decode(newContent)];
  const changes = await changesOf(oldText, newText, format);
  if (changes.length === 0)
    return oldContent.length === newContent.length && oldContent.length === 0
      ? text + indexLine
      : format.ignoreSpace
        ? ''
        : text + indexLine;
  const marked = (shown: string, raw: string): string => (raw.includes(' ') && raw !== '/dev/null' ? `${shown}\t` : shown);
  text += `${indexLine}--- ${marked(oldName, oldPath)}\n+++ ${marked(newName, path)}\n`;
  return text + hunksText(oldText, newText, changes, format, driver.heading);
}

function hunksText(oldText: string, newText: string, changes: readonly Change[], format: DiffFormat, heading: Heading): string {
  const [oldLines, newLines] = [splitLines(oldText), splitLines(newText)];
  const [oldOpen, newOpen] = [oldText !== '' && !oldText.endsWith('\n'), newText !== '' && !newText.endsWith('\n')];
  const context = format.context ?? 3;
  let text = '';
  for (const group of groupChanges(changes, context)) {
    const [first, last] = [group[0] as Change, group.at(-1) as Change];
    const before = Math.min(context, first.oldStart, first.newStart);
    const after = Math.min(context, oldLines.length - last.oldStart - last.oldCount, newLines.length - last.newStart - last.newCount);
    let [oldStart, newStart] = [first.oldStart - before, first.newStart - before];
    let [oldEnd, newEnd] = [last.oldStart + last.oldCount + after, last.newStart + last.newCount + after];
    if (format.functionContext)
      [oldStart, newStart, oldEnd, newEnd] = widen(oldLines, oldStart, newStart, oldEnd, newEnd, newLines.length, heading);
    text += `@@ -${range(oldStart, oldEnd - oldStart)} +${range(newStart, newEnd - newStart)} @@${functionName(oldLines, oldStart, heading)}\n`;
    let at = oldStart;
    const line = (sign: string, lines: readonly string[], number: number, open: boolean): string =>
      `${sign}${lines[number] ?? ''}\n${open && number === lines.length - 1 ? '\\ No newline at end of file\n' : ''}`;
    for (const change of group) {
      for (; at < change.oldStart; at++) text += line(' ', newLines, at - change.oldStart + change.newStart, newOpen && oldOpen);
      for (let number = 0; number < change.oldCount; number++) text += line('-', oldLines, change.oldStart + number, oldOpen);
      for (let number = 0; number < change.newCount; number++) text += line('+', newLines, change.newStart + number, newOpen);
      at = change.oldStart + change.oldCount;
    }
    for (let number = 0; at < oldEnd; at++, number++)
      text += line(' ', newLines, last.newStart + last.newCount + number, newOpen && oldOpen);
  }
  return text;
}

/** Changes so near to each other that their context would touch are one hunk. */
function groupChanges(changes: readonly Change[], context: number): readonly (readonly Change[])[] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1);
    if (last && change.oldStart - (last.oldStart + last.oldCount) <= 2 * context) groups.at(-1)?.push(change);
    else groups.push([change]);
  }
  return groups;
}

function range(start: number, count: number): string {
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
}

type Heading = (line: string) => string | null;

/** The nearest line above a hunk that begins like a function, as git shows after `@@`. */
function functionName(lines: readonly string[], start: number, heading: Heading): string {
  for (let at = start - 1; at >= 0; at--) {
    const line = heading(lines[at] ?? '');
    if (line !== null) return ` ${decode(encode(line).subarray(0, 80)).trimEnd()}`;
  }
  return '';
}

function widen(
  lines: readonly string[],
  oldStart: number,
  newStart: number,
  oldEnd: number,
  newEnd: number,
  newTotal: number,
  heading: Heading,
): [number, number, number, number] {
  let up = 0;
  while (oldStart - up > 0 && newStart - up > 0 && heading(lines[oldStart - up] ?? '') === null) up++;
  let down = 0;
  while (oldEnd + down < lines.length && newEnd + down < newTotal && heading(lines[oldEnd + down] ?? '') === null) down++;
  return [oldStart - up, newStart - up, oldEnd + down, newEnd + down];
}

export function sortPairs(pairs: readonly Pair[]): readonly Pair[] {
  return [...pairs].sort((one, other) => comparePaths(one.path, other.path));
}
