/** White space that git takes for a mistake in lines that a patch adds (`core.whitespace`'s defaults). */
import { widen, type FilePatch, type Hunk } from './patch.ts';

export type WhitespaceAction = 'nowarn' | 'warn' | 'fix' | 'strip' | 'error' | 'error-all';

/** How many places are shown before the rest is only counted. */
const SHOWN = 5;

/** Looks at patches before they are applied, and mends them where that is wanted. */
export class WhitespaceCheck {
  readonly #action: WhitespaceAction;
  readonly #file: string;
  #count = 0;
  #fixed = 0;
  #report = '';

  constructor(action: WhitespaceAction, file: string) {
    this.#action = action;
    this.#file = file;
  }

  /** Places that were found, as warnings. */
  get report(): string {
    return this.#report;
  }

  /** True when nothing may be applied. */
  get forbids(): boolean {
    return this.#count > 0 && (this.#action === 'error' || this.#action === 'error-all');
  }

  patch(patch: FilePatch): FilePatch {
    return this.#action === 'nowarn' ? patch : { ...patch, hunks: patch.hunks.map((hunk) => this.#hunk(hunk)) };
  }

  /** The last line: how many there are. */
  summary(applied: boolean): string {
    if (this.#count === 0) return '';
    const squelched = this.#action === 'error-all' ? 0 : Math.max(0, this.#count - SHOWN);
    const hidden = squelched === 0 ? '' : `warning: squelched ${squelched} whitespace error${squelched === 1 ? '' : 's'}\n`;
    const adds = `${this.#count} line${this.#count === 1 ? ' adds' : 's add'} whitespace errors.\n`;
    if (this.forbids) return `${hidden}error: ${adds}`;
    if (applied && this.#fixed > 0)
      return `${hidden}warning: ${this.#fixed} line${this.#fixed === 1 ? '' : 's'} applied after fixing whitespace errors.\n`;
    return `${hidden}warning: ${adds}`;
  }

  #hunk(hunk: Hunk): Hunk {
    let number = hunk.line;
    const lines = hunk.lines.map((line, at) => {
      number += at > 0 && !hunk.lines[at - 1]?.endsWith('\n') ? 2 : 1;
      return line.startsWith('+') ? this.#line(line, number) : line;
    });
    return { ...hunk, lines };
  }

  #line(line: string, number: number): string {
    const problem = whitespaceProblem(line.slice(1));
    if (problem === null) return line;
    this.#count++;
    const body = line.slice(1).replace(/\n$/, '');
    if (this.#count <= SHOWN || this.#action === 'error-all') this.#report += `${this.#file}:${number}: ${problem}.\n${widen(body)}\n`;
    if (this.#action !== 'fix' && this.#action !== 'strip') return line;
    this.#fixed++;
    return `+${body.replace(/[ \t\r]+$/, '').replace(/^[ \t]*/, tidied)}${line.endsWith('\n') ? '\n' : ''}`;
  }
}

/** What is wrong with a line, in git's words, or null. */
function whitespaceProblem(line: string): string | null {
  const problems: string[] = [];
  if (/[ \t\r\v\f]+\n?$/.test(line)) problems.push('trailing whitespace');
  if (/^[ \t]* \t/.test(line)) problems.push('space before tab in indent');
  return problems.length === 0 ? null : problems.join(', ');
}

/** Spaces before a tab in an indent become part of it. */
const tidied = (indent: string): string => indent.replace(/ +\t/g, '\t');
