/** Where a line of input stands on the terminal's cells, and what to write to draw it again. */

/** Wide characters as the terminal's own table (Unicode 6) counts them: first and last code point of each range. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];
const NOTHING = /[\p{Mn}\p{Me}\u200b-\u200f]/u;

function widthOf(character: string): number {
  if (NOTHING.test(character)) return 0;
  const point = character.codePointAt(0) ?? 0;
  return point >= 0x1100 && WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

// eslint-disable-next-line no-control-regex
const ESCAPE = /\u001b\[[0-9;?]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** Cells that a text takes, without escape sequences. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPE, '')) width += widthOf(character);
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
    const width = widthOf(character);
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
