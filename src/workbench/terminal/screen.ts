/** Where a line of input stands on the terminal's cells, and what to write to draw it again. */

// Wide characters as the terminal's own table (Unicode 6) counts them.
const WIDE = /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const NOTHING = /[\p{Mn}\p{Me}\u200b-\u200f\ufe00-\ufe0f]/u;
// eslint-disable-next-line no-control-regex
const ESCAPE = /\u001b\[[0-9;?]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** Cells that a text takes, without escape sequences. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPE, '')) width += NOTHING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Row and column of the cell that follows a text which begins at a row's start. Wide characters never break in two. */
function cellAfter(text: string, columns: number): { readonly row: number; readonly column: number } {
  let row = 0;
  let column = 0;
  for (const character of text.replace(ESCAPE, '')) {
    if (character === '\n') {
      row += 1;
      column = 0;
      continue;
    }
    const width = NOTHING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    if (column + width > columns) {
      row += 1;
      column = 0;
    }
    column += width;
  }
  return column === columns ? { row: row + 1, column: 0 } : { row, column };
}

export interface Drawn {
  /** What to write to the terminal. */
  readonly output: string;
  /** The row of the cursor, counted from the prompt's first: where the next drawing starts from. */
  readonly cursorRow: number;
}

/** Draws a prompt and a line over what was drawn before (whose cursor stood in `cursorRow`). `cursor` is an index into `text`. */
export function drawLine(prompt: string, text: string, cursor: number, columns: number, cursorRow: number): Drawn {
  const up = cursorRow > 0 ? `\u001b[${cursorRow}A` : '';
  const end = cellAfter(prompt + text, columns);
  const target = cellAfter(prompt + text.slice(0, cursor), columns);
  // A row that is exactly full leaves the cursor behind its last cell: a line break brings it to the next row.
  const full = end.column === 0 && end.row > 0 && !text.endsWith('\n') ? '\r\n' : '';
  const back = end.row > target.row ? `\u001b[${end.row - target.row}A` : '';
  const across = target.column > 0 ? `\u001b[${target.column}C` : '';
  return { output: `${up}\r\u001b[J${prompt}${text.replace(/\n/g, '\r\n')}${full}${back}\r${across}`, cursorRow: target.row };
}

/** The row in which the cursor of a drawn line stands when the terminal has `columns` columns. */
export function cursorRowOf(prompt: string, text: string, cursor: number, columns: number): number {
  return cellAfter(prompt + text.slice(0, cursor), columns).row;
}
