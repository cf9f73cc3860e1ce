/** A line diff for people to read: unified, with a few lines of context. */

export type DiffLine =
  | { readonly kind: 'same' | 'added' | 'removed'; readonly before: number | null; readonly after: number | null; readonly text: string }
  | { readonly kind: 'gap'; readonly skipped: number };

/** The lines of a text, without a last empty one. Text that ends without a line break keeps its last line. */
export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

type Step = 'same' | 'added' | 'removed';

/** Beyond this many differing lines on both sides the answer is "all replaced": exact, and never slow. */
const MOST_EDITS = 3000;

/** The shortest edit script (Myers), between the common start and end. */
function editScript(a: readonly string[], b: readonly string[]): readonly Step[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const middle = myers(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...Array<Step>(start).fill('same'), ...middle, ...Array<Step>(end).fill('same')];
}

function myers(a: readonly string[], b: readonly string[]): readonly Step[] {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const offset = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d += 1) {
    trace.push(reach.slice(offset - d - 1, offset + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach[offset + k - 1] ?? 0) < (reach[offset + k + 1] ?? 0));
      let x = down ? (reach[offset + k + 1] ?? 0) : (reach[offset + k - 1] ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      reach[offset + k] = x;
      if (x >= a.length && y >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return [...Array<Step>(a.length).fill('removed'), ...Array<Step>(b.length).fill('added')];
}

function walkBack(trace: readonly Int32Array[], lengthA: number, lengthB: number): readonly Step[] {
  const steps: Step[] = [];
  let x = lengthA;
  let y = lengthB;
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reach = trace[d] ?? new Int32Array();
    const at = (k: number): number => reach[k + d + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const previousK = down ? k + 1 : k - 1;
    const previousX = at(previousK);
    const previousY = previousX - previousK;
    while (x > Math.max(0, previousX) && y > Math.max(0, previousY)) {
      steps.push('same');
      x -= 1;
      y -= 1;
    }
    if (d > 0) steps.push(down ? 'added' : 'removed');
    x = previousX;
    y = previousY;
  }
  return steps.reverse();
}

/** The unified diff of two texts; null stands for a file that is not there. */
export function diffLines(before: string | null, after: string | null, context = 3): readonly DiffLine[] {
  const a = linesOf(before ?? '');
  const b = linesOf(after ?? '');
  const all: Exclude<DiffLine, { kind: 'gap' }>[] = [];
  let i = 0;
  let j = 0;
  for (const kind of editScript(a, b)) {
    if (kind === 'same') all.push({ kind, before: ++i, after: ++j, text: b[j - 1] ?? '' });
    else if (kind === 'removed') all.push({ kind, before: ++i, after: null, text: a[i - 1] ?? '' });
    else all.push({ kind, before: null, after: ++j, text: b[j - 1] ?? '' });
  }
  const near = new Uint8Array(all.length);
  all.forEach((line, index) => {
    if (line.kind !== 'same') near.fill(1, Math.max(0, index - context), Math.min(all.length, index + context + 1));
  });
  const result: DiffLine[] = [];
  let skipped = 0;
  all.forEach((line, index) => {
    if (near[index] === 1) {
      if (skipped > 0) result.push({ kind: 'gap', skipped });
      skipped = 0;
      result.push(line);
    } else skipped += 1;
  });
  if (skipped > 0 && result.length > 0) result.push({ kind: 'gap', skipped });
  return result;
}

/** Added and removed lines of a diff. */
export function diffSize(lines: readonly DiffLine[]): { readonly added: number; readonly removed: number } {
  return { added: lines.filter((line) => line.kind === 'added').length, removed: lines.filter((line) => line.kind === 'removed').length };
}
