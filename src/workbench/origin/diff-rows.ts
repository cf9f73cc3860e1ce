import type { FileDifference, NewThread } from '../../forge/contract.ts';

/** One line of a difference, with its numbers (from 1) in the old and the new file. */
export interface DiffRow {
  readonly kind: 'hunk' | 'same' | 'added' | 'removed';
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
}

/** A file's difference line by line, with a row in front of each stretch. */
export function diffRows({ hunks }: FileDifference): readonly DiffRow[] {
  return hunks.flatMap(({ oldStart, oldCount, newStart, newCount, lines }) => {
    let [before, after] = [oldStart, newStart];
    const rows: DiffRow[] = [{ kind: 'hunk', before: null, after: null, text: `@@ -${oldStart},${oldCount} +${newStart},${newCount} @@` }];
    for (const line of lines) {
      const text = line.slice(1);
      if (line.startsWith('+')) rows.push({ kind: 'added', before: null, after: after++, text });
      else if (line.startsWith('-')) rows.push({ kind: 'removed', before: before++, after: null, text });
      else if (line.startsWith(' ')) rows.push({ kind: 'same', before: before++, after: after++, text });
      // `\ No newline at end of file`
      else rows.push({ kind: 'hunk', before: null, after: null, text: line.replace(/^\\ /, '') });
    }
    return rows;
  });
}

/** Where a conversation about a line stands: what was taken away in the old file, all else in the new one; null between stretches. */
export function placeOf({ kind, before, after }: DiffRow): Required<Pick<NewThread, 'side' | 'line'>> | null {
  if (kind === 'removed' && before !== null) return { side: 'before', line: before };
  return after === null ? null : { side: 'after', line: after };
}

/** Whether a conversation stands at this line. */
export function isAt(row: DiffRow, { side = 'after', line }: Pick<NewThread, 'side' | 'line'>): boolean {
  const place = placeOf(row);
  return place?.side === side && place.line === line;
}
