/** Which rows of a long list are in sight. Pure arithmetic over row heights. */

/** Tops of all rows and the total, in px: `tops[i]` is where row i begins, `tops[n]` is the height of all. */
export function rowTops(count: number, height: (index: number) => number): Float64Array {
  const tops = new Float64Array(count + 1);
  for (let i = 0; i < count; i += 1) tops[i + 1] = (tops[i] ?? 0) + height(i);
  return tops;
}

/** Index of the row at a height, by bisection. */
export function rowAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return Math.min(low, Math.max(0, tops.length - 2));
}

/** First and one past the last row to draw, with some rows to spare on both sides. */
export function visibleRows(
  tops: Float64Array,
  scrollTop: number,
  viewHeight: number,
  spare = 12,
): { readonly from: number; readonly to: number } {
  const count = tops.length - 1;
  if (count <= 0) return { from: 0, to: 0 };
  return { from: Math.max(0, rowAt(tops, scrollTop) - spare), to: Math.min(count, rowAt(tops, scrollTop + viewHeight) + 1 + spare) };
}
