/** What `less` does at a terminal: a text by the screen, with keys to move in it. */
import type { CommandHost } from './host.ts';

/**
 * The other screen, so that what was there comes back, and single keys. The terminal hands a command whole lines; between these two it hands
 * it each key as a line of its own, and Enter as an empty one. The last question is answered with the size of the screen.
 * Source: xterm control sequences, DECCKM, the alternate screen buffer and DSR.
 */
const OPEN = '\x1b[?1049h\x1b[?1h\x1b[999;999H\x1b[6n';
const CLOSE = '\x1b[?1l\x1b[?1049l';
/** Until the terminal has said how high it is, in rows. */
const USUAL_HEIGHT = 24;
const TAB = 8;

interface Reader {
  readonly rows: readonly string[];
  /** Rows of text that the screen has room for. */
  height: number;
  /** The row at the top. */
  top: number;
  pattern: RegExp | null;
  /** What the last row says instead of a colon. */
  message: string;
}

/** Shows a text until the person leaves it, or presses Ctrl+C. */
export async function page(host: CommandHost, text: string, title: string): Promise<void> {
  const rows = text
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => wrapped(line, host.columns));
  const message = `${title} (space: on, b: back, /: search, q: quit)`;
  const reader: Reader = { rows, height: USUAL_HEIGHT - 1, top: 0, pattern: null, message };
  host.write('stdout', OPEN);
  try {
    for (;;) {
      host.write('stdout', screenOf(reader));
      const key = await host.readLine();
      if (key === null || /^[qQ]$/.test(key)) return;
      await take(host, reader, key);
    }
  } finally {
    host.write('stdout', CLOSE);
  }
}

/** Does what a key asks for. A line that was typed whole, `/text`, is a search as well. */
async function take(host: CommandHost, reader: Reader, key: string): Promise<void> {
  const height = /^\x1b\[(\d+);\d+R$/.exec(key)?.[1];
  if (height !== undefined) reader.height = Math.max(1, Number(height) - 1);
  else {
    reader.message = '';
    if (key.startsWith('/')) await search(host, reader, key.slice(1));
    else if (key === 'n' || key === 'N') find(reader, key === 'n' ? 1 : -1);
    else move(reader, key);
  }
  reader.top = Math.max(0, Math.min(reader.top, lastTop(reader)));
}

function move(reader: Reader, key: string): void {
  const { height } = reader;
  const by: Readonly<Record<string, number>> = {
    ...named([' ', 'f', '\x06', '\x1b[6~'], height),
    ...named(['b', '\x02', '\x1b[5~'], -height),
    ...named(['', 'j', 'e', '\x1b[B', '\x1bOB'], 1),
    ...named(['k', 'y', '\x1b[A', '\x1bOA'], -1),
    ...named(['d', '\x04'], height >> 1),
    ...named(['u', '\x15'], -(height >> 1)),
    ...named(['g', '<', '\x1b[H', '\x1bOH'], -Infinity),
    ...named(['G', '>', '\x1b[F', '\x1bOF'], Infinity),
  };
  if (Object.hasOwn(by, key)) reader.top += by[key]!;
  else reader.message = 'space: on, b: back, j and k: a line, g and G: start and end, /: search, n and N: next and last, q: quit';
}

const named = (keys: readonly string[], by: number): Record<string, number> => Object.fromEntries(keys.map((key) => [key, by]));

async function search(host: CommandHost, reader: Reader, typed: string): Promise<void> {
  let text = typed;
  if (text === '') host.write('stdout', '\r\x1b[K/');
  for (let key = typed === '' ? await host.readLine() : ''; key !== ''; key = await host.readLine()) {
    if (key === null) return;
    if (key === '\x7f' || key === '\b') {
      if (text === '') return;
      text = text.slice(0, -1);
    } else if (!key.startsWith('\x1b')) text += key;
    host.write('stdout', `\r\x1b[K/${text}`);
  }
  try {
    if (text !== '') reader.pattern = new RegExp(text, 'u');
  } catch {
    reader.message = 'Invalid pattern';
    return;
  }
  find(reader, 1);
}

/** Moves to the next row below the top one (or, with -1, above it) that the pattern is in. */
function find(reader: Reader, step: 1 | -1): void {
  const { rows, pattern } = reader;
  if (pattern === null) {
    reader.message = 'No previous regular expression';
    return;
  }
  for (let at = reader.top + step; at >= 0 && at < rows.length; at += step) {
    if (!pattern.test(plain(rows[at]!))) continue;
    if (at > lastTop(reader)) reader.message = `${plain(rows[at]!).trim()} (END)`;
    reader.top = at;
    return;
  }
  reader.message = 'Pattern not found';
}

const lastTop = ({ rows, height }: Reader): number => Math.max(0, rows.length - height);

function screenOf(reader: Reader): string {
  const { rows, top, height, message } = reader;
  const shown = rows.slice(top, top + height).map((row) => `${row}\x1b[m\r\n`);
  const below = message !== '' ? `\x1b[7m${message}\x1b[m` : top >= lastTop(reader) ? '\x1b[7m(END)\x1b[m' : ':';
  return `\x1b[H\x1b[2J${shown.join('')}${below}`;
}

const plain = (row: string): string => row.replace(/\x1b\[[\d;]*[A-Za-z]/g, '');

/** A line as the rows that it takes. One with colours in it is left to the terminal. */
function wrapped(line: string, columns: number): string[] {
  if (line.includes('\x1b')) return [line];
  let text = '';
  for (const character of line) text += character === '\t' ? ' '.repeat(TAB - (text.length % TAB)) : character;
  const characters = [...text];
  const rows: string[] = [];
  for (let from = 0; from === 0 || from < characters.length; from += columns) rows.push(characters.slice(from, from + columns).join(''));
  return rows;
}
