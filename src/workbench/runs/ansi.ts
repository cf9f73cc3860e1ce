/** ANSI text as spans of plain text with class names: a log is never HTML. */

/** A piece of a line with the classes it is drawn with: `fg-red bold`, or an empty string. */
export interface Span {
  readonly text: string;
  readonly style: string;
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

interface Pen {
  fg: string | null;
  bg: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
}

const blank = (): Pen => ({ fg: null, bg: null, bold: false, dim: false, italic: false, underline: false, inverse: false });

/** The nearest of the theme's colours, so that it keeps its contrast in light and dark. */
function nearest(red: number, green: number, blue: number): string {
  const max = Math.max(red, green, blue);
  const min = Math.min(red, green, blue);
  if (max - min < 32) return max < 96 ? 'bright-black' : max < 200 ? 'white' : 'bright-white';
  const middle = (max + min) / 2;
  const index = (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0);
  return NAMES[index] ?? 'white';
}

function indexed(n: number): string {
  if (n < 8) return NAMES[n] ?? 'white';
  if (n < 16) return `bright-${NAMES[n - 8]}`;
  if (n >= 232) return nearest((n - 232) * 10 + 8, (n - 232) * 10 + 8, (n - 232) * 10 + 8);
  const level = (v: number): number => (v === 0 ? 0 : v * 40 + 55);
  const rest = n - 16;
  return nearest(level(Math.floor(rest / 36)), level(Math.floor(rest / 6) % 6), level(rest % 6));
}

function apply(pen: Pen, codes: readonly number[]): void {
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    if (code === 0) Object.assign(pen, blank());
    else if (code === 1) pen.bold = true;
    else if (code === 2) pen.dim = true;
    else if (code === 3) pen.italic = true;
    else if (code === 4) pen.underline = true;
    else if (code === 7) pen.inverse = true;
    else if (code === 22) pen.bold = pen.dim = false;
    else if (code === 23) pen.italic = false;
    else if (code === 24) pen.underline = false;
    else if (code === 27) pen.inverse = false;
    else if (code >= 30 && code <= 37) pen.fg = indexed(code - 30);
    else if (code >= 40 && code <= 47) pen.bg = indexed(code - 40);
    else if (code >= 90 && code <= 97) pen.fg = indexed(code - 82);
    else if (code >= 100 && code <= 107) pen.bg = indexed(code - 92);
    else if (code === 39) pen.fg = null;
    else if (code === 49) pen.bg = null;
    else if (code === 38 || code === 48) {
      const colour = codes[i + 1] === 5 ? indexed(codes[i + 2] ?? 0) : nearest(codes[i + 2] ?? 0, codes[i + 3] ?? 0, codes[i + 4] ?? 0);
      if (code === 38) pen.fg = colour;
      else pen.bg = colour;
      i += codes[i + 1] === 5 ? 2 : 4;
    }
  }
}

function classes(pen: Pen): string {
  const list: string[] = [];
  if (pen.fg !== null) list.push(`fg-${pen.fg}`);
  if (pen.bg !== null) list.push(`bg-${pen.bg}`);
  for (const name of ['bold', 'dim', 'italic', 'underline', 'inverse'] as const) if (pen[name]) list.push(name);
  return list.join(' ');
}

// CSI sequences, OSC strings (links, titles) up to BEL or ST, and two-character escapes.
// eslint-disable-next-line no-control-regex
const ESCAPE = /\u001b\[([0-9;:?]*)([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\^_=>]/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** The spans of one line. A carriage return overwrites, as progress bars expect; other control characters are left out. */
export function spans(line: string): readonly Span[] {
  const text = line.replace(/\r+$/, '');
  const visible = text.includes('\r') ? text.slice(text.lastIndexOf('\r') + 1) : text;
  const result: Span[] = [];
  const pen = blank();
  let from = 0;
  const push = (raw: string): void => {
    const plain = raw.replace(CONTROL, '');
    if (plain === '') return;
    const style = classes(pen);
    const last = result.at(-1);
    if (last && last.style === style) result[result.length - 1] = { text: last.text + plain, style };
    else result.push({ text: plain, style });
  };
  for (const match of visible.matchAll(ESCAPE)) {
    push(visible.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') apply(pen, (match[1] === '' ? '0' : (match[1] ?? '0')).split(/[;:]/).map(Number));
  }
  push(visible.slice(from));
  return result;
}

/** A line without its colours, for search, download and screen readers. */
export function plainText(line: string): string {
  return spans(line)
    .map((span) => span.text)
    .join('');
}
