/** The line editor at the prompt: what readline does, as a state that keys change. It draws nothing and waits for nothing. */

/** What the terminal has to do after a key. */
export type Effect =
  | { readonly type: 'none' | 'redraw' | 'bell' | 'complete' | 'clear' | 'interrupt' | 'eof' }
  | { readonly type: 'submit'; readonly text: string };

const NONE: Effect = { type: 'none' };
const REDRAW: Effect = { type: 'redraw' };
const BELL: Effect = { type: 'bell' };

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}_]/u.test(character);

/** Splits what the terminal sent into keys: escape sequences, control characters, pasted blocks and runs of text. */
export function keysOf(data: string): readonly string[] {
  // eslint-disable-next-line no-control-regex
  return (
    data.match(
      /\u001b\[200~[\s\S]*?(?:\u001b\[201~|$)|\u001b\[[0-9;?]*[ -/]*[@-~]|\u001bO[@-~]|\u001b[\s\S]?|[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/gu,
    ) ?? []
  );
}

/** The text of a pasted block, or null when the key is something else. Line breaks become `\n`, other control characters go. */
export function pastedText(key: string): string | null {
  if (!key.startsWith('\u001b[200~')) return null;
  const inside = key.endsWith('\u001b[201~') ? key.slice(6, -6) : key.slice(6);
  // eslint-disable-next-line no-control-regex
  return inside.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

/** State of Ctrl+R: what was typed and where in the history it was found. */
export interface Search {
  readonly words: string;
  readonly at: number;
  readonly failed: boolean;
}

export class LineEditor {
  text = '';
  cursor = 0;
  search: Search | null = null;
  private readonly history: string[];
  private at: number;
  private draft = '';
  private killed = '';
  private lastArgument: { readonly from: number; readonly back: number } | null = null;

  constructor(history: readonly string[] = []) {
    this.history = [...history];
    this.at = this.history.length;
  }

  /** Empties the line, for a new prompt. */
  reset(): void {
    this.set('', 0);
    this.search = null;
    this.at = this.history.length;
    this.lastArgument = null;
  }

  /** Remembers a line. An empty one, one that begins with a space, and the same line twice are left out. */
  remember(line: string): void {
    if (line.trim() !== '' && !line.startsWith(' ') && line !== this.history.at(-1)) this.history.push(line);
    this.at = this.history.length;
  }

  insert(text: string): Effect {
    this.set(this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor), this.cursor + text.length);
    return REDRAW;
  }

  /** Puts a completion in place of the text from `from` to the cursor. */
  replaceFrom(from: number, text: string): void {
    this.set(this.text.slice(0, from) + text + this.text.slice(this.cursor), from + text.length);
  }

  /** Takes one key, as `keysOf` gives them. */
  key(key: string): Effect {
    const inSearch = this.search === null ? null : this.searchKey(key);
    if (inSearch !== null) return inSearch;
    const last = this.lastArgument;
    if (key !== '\u001b.') this.lastArgument = null;
    switch (key) {
      case '\r':
      case '\n':
        return { type: 'submit', text: this.text };
      case '\t':
        return { type: 'complete' };
      case '\u0001': // Ctrl+A
      case '\u001b[H':
      case '\u001bOH':
      case '\u001b[1~':
        return this.move(0);
      case '\u0005': // Ctrl+E
      case '\u001b[F':
      case '\u001bOF':
      case '\u001b[4~':
        return this.move(this.text.length);
      case '\u0002': // Ctrl+B
      case '\u001b[D':
      case '\u001bOD':
        return this.move(this.before());
      case '\u0006': // Ctrl+F
      case '\u001b[C':
      case '\u001bOC':
        return this.move(this.after());
      case '\u001bb':
      case '\u001b[1;5D':
      case '\u001b[1;3D':
        return this.move(this.wordBefore());
      case '\u001bf':
      case '\u001b[1;5C':
      case '\u001b[1;3C':
        return this.move(this.wordAfter());
      case '\u007f':
      case '\b':
        return this.cut(this.before(), this.cursor, false);
      case '\u001b[3~':
        return this.cut(this.cursor, this.after(), false);
      case '\u0004': // Ctrl+D
        return this.text === '' ? { type: 'eof' } : this.cut(this.cursor, this.after(), false);
      case '\u000b': // Ctrl+K
        return this.cut(this.cursor, this.text.length, true);
      case '\u0015': // Ctrl+U
        return this.cut(0, this.cursor, true);
      case '\u0017': // Ctrl+W
        return this.cut(this.spaceBefore(), this.cursor, true);
      case '\u001b\u007f':
      case '\u001b\b':
        return this.cut(this.wordBefore(), this.cursor, true);
      case '\u001bd':
        return this.cut(this.cursor, this.wordAfter(), true);
      case '\u0019': // Ctrl+Y
        return this.killed === '' ? BELL : this.insert(this.killed);
      case '\u0014': // Ctrl+T
        return this.transpose();
      case '\u0010': // Ctrl+P
      case '\u001b[A':
      case '\u001bOA':
        return this.recall(-1);
      case '\u000e': // Ctrl+N
      case '\u001b[B':
      case '\u001bOB':
        return this.recall(1);
      case '\u0012': // Ctrl+R
        this.search = { words: '', at: this.history.length, failed: false };
        return REDRAW;
      case '\u001b.':
        return this.argument(last);
      case '\u000c': // Ctrl+L
        return { type: 'clear' };
      case '\u0003': // Ctrl+C
        return { type: 'interrupt' };
      default:
        // Keys without a meaning here are ignored rather than typed.
        return key < ' ' || key.startsWith('\u001b') ? NONE : this.insert(key);
    }
  }

  private set(text: string, cursor: number): void {
    this.text = text;
    this.cursor = cursor;
  }

  private move(to: number): Effect {
    if (to === this.cursor) return NONE;
    this.cursor = to;
    return REDRAW;
  }

  private cut(from: number, to: number, keep: boolean): Effect {
    if (from === to) return NONE;
    if (keep) this.killed = this.text.slice(from, to);
    this.set(this.text.slice(0, from) + this.text.slice(to), from);
    return REDRAW;
  }

  private before(): number {
    let at = 0;
    for (const { index } of characters.segment(this.text)) if (index < this.cursor) at = index;
    return this.cursor === 0 ? 0 : at;
  }

  private after(): number {
    for (const { index, segment } of characters.segment(this.text)) if (index >= this.cursor) return index + segment.length;
    return this.text.length;
  }

  private wordBefore(): number {
    let at = this.cursor;
    while (at > 0 && !isWord(this.text[at - 1])) at -= 1;
    while (at > 0 && isWord(this.text[at - 1])) at -= 1;
    return at;
  }

  private wordAfter(): number {
    let at = this.cursor;
    while (at < this.text.length && !isWord(this.text[at])) at += 1;
    while (at < this.text.length && isWord(this.text[at])) at += 1;
    return at;
  }

  private spaceBefore(): number {
    let at = this.cursor;
    while (at > 0 && this.text[at - 1] === ' ') at -= 1;
    while (at > 0 && this.text[at - 1] !== ' ') at -= 1;
    return at;
  }

  private transpose(): Effect {
    const at = Math.min(this.cursor, this.text.length - 1);
    if (this.cursor === 0 || this.text.length < 2) return BELL;
    this.set(this.text.slice(0, at - 1) + (this.text[at] ?? '') + (this.text[at - 1] ?? '') + this.text.slice(at + 1), at + 1);
    return REDRAW;
  }

  private recall(step: -1 | 1): Effect {
    const to = this.at + step;
    if (to < 0 || to > this.history.length) return BELL;
    if (this.at === this.history.length) this.draft = this.text;
    this.at = to;
    const line = to === this.history.length ? this.draft : (this.history[to] ?? '');
    this.set(line, line.length);
    return REDRAW;
  }

  /** Alt+.: the last word of the line before; again for the one before that. */
  private argument(last: { readonly from: number; readonly back: number } | null): Effect {
    const back = (last?.back ?? 0) + 1;
    const line = this.history[this.history.length - back];
    const word = line?.trim().split(/\s+/).at(-1);
    if (word === undefined) return BELL;
    const from = last?.from ?? this.cursor;
    this.set(this.text.slice(0, from) + word + this.text.slice(this.cursor), from + word.length);
    this.lastArgument = { from, back };
    return REDRAW;
  }

  /** A key during Ctrl+R; null when it ends the search and is to be taken as usual. */
  private searchKey(key: string): Effect | null {
    const search = this.search;
    if (search === null) return null;
    if (key === '\u0012') return this.find(search.words, search.at - 1);
    if (key === '\u007f' || key === '\b') return this.find(search.words.slice(0, -1), this.history.length - 1);
    if (key === '\u0007' || key === '\u0003' || key === '\u001b') {
      this.search = null;
      this.set(key === '\u001b' ? this.text : '', key === '\u001b' ? this.cursor : 0);
      return REDRAW;
    }
    if (key >= ' ' && !key.startsWith('\u001b') && key !== '\u007f')
      return this.find(search.words + key, Math.min(search.at, this.history.length - 1));
    this.search = null;
    return null;
  }

  private find(words: string, from: number): Effect {
    for (let at = from; at >= 0; at -= 1) {
      const line = this.history[at];
      if (line === undefined || !line.includes(words)) continue;
      this.search = { words, at, failed: false };
      this.at = at;
      this.set(line, line.indexOf(words));
      return REDRAW;
    }
    this.search = { words, at: this.search?.at ?? this.history.length, failed: true };
    return REDRAW;
  }
}

/** The longest start that all candidates share. */
export function sharedStart(candidates: readonly string[]): string {
  const [first = '', ...others] = candidates;
  let length = first.length;
  for (const other of others) while (length > 0 && !other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** Candidates in columns, down first, as bash lists them. Only the last part of a path is shown. */
export function inColumns(candidates: readonly string[], columns: number): string {
  const names = candidates.map((candidate) => {
    const body = candidate.endsWith('/') ? candidate.slice(0, -1) : candidate;
    return candidate.slice(body.lastIndexOf('/') + 1);
  });
  const width = Math.max(1, ...names.map((name) => name.length)) + 2;
  const across = Math.max(1, Math.floor(columns / width));
  const down = Math.ceil(names.length / across);
  return Array.from({ length: down }, (_, row) =>
    Array.from({ length: across }, (_, column) => names[column * down + row] ?? '')
      .filter((name) => name !== '')
      .map((name) => name.padEnd(width))
      .join('')
      .trimEnd(),
  ).join('\n');
}
