/** Differences against several parents at once ("COMBINED DIFF FORMAT" of git-diff). */
import type { GitCall } from './call.ts';
import { diffDriver } from './diff-drivers.ts';
import { decode } from './disk.ts';
import { isBinary, lineChanges, splitLines } from './engine.ts';
import { quoteBytes } from './pathspec.ts';
import type { Side } from './diff.ts';
import { octalMode } from './objects.ts';

/** A line that the result does not have: the parents that have it are the bits of `parents`. */
interface Lost {
  readonly text: string;
  parents: number;
}

/** A line of the result; `differs` are the parents that do not have it. The last row stands for the end of the file. */
interface Row {
  readonly text: string;
  differs: number;
  lost: Lost[];
  shown: boolean;
  /** Context after a shown part: lines that were lost in front of it belong to nobody's change here. */
  hidesLost: boolean;
}

export interface CombinedFile {
  readonly path: string;
  readonly parents: readonly (Side | null)[];
  readonly result: Side | null;
}

/** One file's part of a combined patch; empty when dense output leaves nothing to say. */
export async function combinedText(
  call: GitCall,
  file: CombinedFile,
  options: { readonly dense: boolean; readonly context: number; readonly fullIndex?: boolean },
): Promise<string> {
  const { parents, result, path } = file;
  const header = headerText(call, file, options);
  const contents = parents.map((side) => side?.content() ?? new Uint8Array(0));
  const resultContent = result?.content() ?? new Uint8Array(0);
  if (diffDriver(call, path).binary ?? [...contents, resultContent].some(isBinary)) return `${header}Binary files differ\n`;
  const { rows, starts } = await compareAll(contents.map(decode), decode(resultContent));
  const all = (1 << parents.length) - 1;
  if (!markShown(rows, all, options)) return modesDiffer(file) ? header : '';
  const quoted = (prefix: string): string => quoteBytes(prefix + path, call.settings.bool('core.quotepath') ?? true, false);
  const names = `--- ${parents.every((side) => side === null) ? '/dev/null' : quoted('a/')}\n+++ ${result === null ? '/dev/null' : quoted('b/')}\n`;
  return header + names + hunksText(rows, starts, parents.length);
}

function modesDiffer({ parents, result }: CombinedFile): boolean {
  return parents.some((side) => side !== null && result !== null && side.mode !== result.mode);
}

function headerText(call: GitCall, file: CombinedFile, options: { readonly dense: boolean; readonly fullIndex?: boolean }): string {
  const { path, parents, result } = file;
  const short = (side: Side | null): string => {
    const id = side === null || side.work ? '0'.repeat(40) : side.id;
    return options.fullIndex ? id : /^0+$/.test(id) ? id.slice(0, 7) : call.short(id);
  };
  const quoted = quoteBytes(path, call.settings.bool('core.quotepath') ?? true, false);
  let text = `diff --${options.dense ? 'cc' : 'combined'} ${quoted}\nindex ${parents.map(short).join(',')}..${short(result)}\n`;
  if (result === null) text += `deleted file mode ${parents.map((side) => octalMode(side?.mode)).join(',')}\n`;
  else if (parents.every((side) => side === null)) text += `new file mode ${octalMode(result.mode)}\n`;
  else if (parents.some((side) => side?.mode !== result.mode))
    text += `mode ${parents.map((side) => octalMode(side?.mode)).join(',')}..${octalMode(result.mode)}\n`;
  return text;
}

/** Rows of the result with what each parent has instead, and at which of its lines each parent stands before each row. */
async function compareAll(
  parents: readonly string[],
  result: string,
): Promise<{ readonly rows: readonly Row[]; readonly starts: readonly (readonly number[])[] }> {
  const lines = splitLines(result);
  const rows: Row[] = [...lines, ''].map((text) => ({ text, differs: 0, lost: [], shown: false, hidesLost: false }));
  const starts: number[][] = [];
  for (const [parent, text] of parents.entries()) {
    const bit = 1 << parent;
    const old = splitLines(text);
    const positions: number[] = [];
    let shift = 0;
    let at = 0;
    const fresh = new Map<Row, Lost[]>();
    for (const change of await lineChanges(text, result)) {
      for (; at < change.newStart; at++) positions[at] = at + shift;
      positions[change.newStart] = change.oldStart;
      const row = rows[change.newStart] as Row;
      fresh.set(
        row,
        old.slice(change.oldStart, change.oldStart + change.oldCount).map((line) => ({ text: line, parents: bit })),
      );
      for (let added = 0; added < change.newCount; added++) {
        (rows[change.newStart + added] as Row).differs |= bit;
        positions[change.newStart + added] = added === 0 ? change.oldStart : change.oldStart + change.oldCount;
      }
      at = change.newStart + change.newCount;
      shift = change.oldStart + change.oldCount - at;
      if (change.newCount === 0) {
        positions[change.newStart] = change.oldStart;
        at = change.newStart + 1;
      }
    }
    for (; at <= lines.length; at++) positions[at] = at + shift;
    starts.push(positions);
    for (const [row, lost] of fresh) row.lost = coalesce(row.lost, lost);
  }
  return { rows, starts };
}

/** Lines that several parents have in common are lost once. */
function coalesce(before: readonly Lost[], added: readonly Lost[]): Lost[] {
  if (before.length === 0) return [...added];
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(added.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = added.length - 1; j >= 0; j--) {
      const equal = before[i]?.text === added[j]?.text;
      (lengths[i] as number[])[j] = equal ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const merged: Lost[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < added.length) {
    const [one, other] = [before[i], added[j]];
    if (one && other && one.text === other.text) {
      merged.push({ text: one.text, parents: one.parents | other.parents });
      i++;
      j++;
    } else if (one && (!other || at(i + 1, j) >= at(i, j + 1))) {
      merged.push(one);
      i++;
    } else if (other) {
      merged.push(other);
      j++;
    }
  }
  return merged;
}

/** Marks the rows of the hunks; false when there are none. Dense output leaves out hunks that only one parent has something to say about. */
function markShown(rows: readonly Row[], all: number, { dense, context }: { readonly dense: boolean; readonly context: number }): boolean {
  const marked = rows.map(({ differs, lost }) => differs !== 0 || lost.length > 0);
  if (dense) {
    for (let at = 0; at < rows.length;) {
      if (!marked[at]) {
        at++;
        continue;
      }
      let end = at + 1;
      for (; end < rows.length; end++) {
        if (marked[end]) continue;
        const tail = (rows[end - 1] as Row).lost.length > 0 && (rows[end - 1] as Row).differs === 0 ? end - 1 : end;
        let ahead = Math.min(tail + context, rows.length) - 1;
        while (ahead >= end && !marked[ahead]) ahead--;
        if (ahead < end) break;
        end = ahead;
      }
      const kinds = new Set(
        rows.slice(at, end).flatMap(({ differs, lost }) => [...(differs === 0 ? [] : [differs]), ...lost.map((line) => line.parents)]),
      );
      if (kinds.size <= 1 && !kinds.has(all)) for (let row = at; row < end; row++) marked[row] = false;
      at = end;
    }
  }
  if (!marked.includes(true)) return false;
  for (const [at, on] of marked.entries()) {
    if (!on) continue;
    // A row that is there only for what was lost in front of it counts as the first line of the context behind.
    const own = rows[at] as Row;
    own.shown = true;
    const behind = own.differs === 0 ? context - 1 : context;
    for (let row = Math.max(0, at - context); row < Math.min(rows.length, at + behind + 1); row++) (rows[row] as Row).shown = true;
  }
  for (const [at, row] of rows.entries()) if (row.shown && !marked[at]) row.hidesLost = true;
  return true;
}

function hunksText(rows: readonly Row[], starts: readonly (readonly number[])[], parents: number): string {
  const fence = '@'.repeat(parents + 1);
  let text = '';
  let heading = '';
  for (let begin = 0; begin < rows.length;) {
    if (!rows[begin]?.shown) {
      heading = headingOf(rows[begin]?.text ?? '') ?? heading;
      begin++;
      continue;
    }
    let end = begin;
    while (rows[end]?.shown) end++;
    const resultCount = Math.min(end, rows.length - 1) - begin;
    const range = (start: number, count: number): string => `${count === 0 && start > 0 ? start : start + 1},${count}`;
    const ofParents = starts.map((positions, parent) => {
      const bit = 1 << parent;
      let count = 0;
      for (let at = begin; at < end; at++) {
        const row = rows[at] as Row;
        if (!row.hidesLost) count += row.lost.filter((line) => line.parents & bit).length;
        if (at < rows.length - 1 && (row.differs & bit) === 0) count++;
      }
      return ` -${range(positions[begin] ?? 0, count)}`;
    });
    text += `${fence}${ofParents.join('')} +${range(begin, resultCount)} ${fence}${heading}\n`;
    for (let at = begin; at < end; at++) {
      const row = rows[at] as Row;
      if (!row.hidesLost) {
        for (const line of row.lost) text += `${signs(parents, (bit) => (line.parents & bit ? '-' : ' '))}${line.text}\n`;
      }
      if (at < rows.length - 1) text += `${signs(parents, (bit) => (row.differs & bit ? '+' : ' '))}${row.text}\n`;
    }
    begin = end;
  }
  return text;
}

/** A line that stands for a hunk below it; of its first 40 characters the last one is lost, in the version that is followed. */
function headingOf(line: string): string | null {
  if (!/^[A-Za-z_]/.test(line) && !line.startsWith('$')) return null;
  const shown = line.slice(0, 40).trimEnd().slice(0, -1);
  return shown === '' ? '' : ` ${shown}`;
}

function signs(parents: number, sign: (bit: number) => string): string {
  return Array.from({ length: parents }, (_, parent) => sign(1 << parent)).join('');
}
