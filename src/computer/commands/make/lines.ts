/** The lines of a makefile: which belong together, and which are a recipe's. */

export interface Line {
  /** From 1, of its first line in the file. */
  readonly number: number;
  /** As it is written, lines that go on after `\` with the newline in them. */
  readonly raw: string;
}

/** The lines of a text, those that go on after an odd number of backslashes taken together. */
export function logicalLines(text: string): Line[] {
  const physical = text.replaceAll('\r\n', '\n').replace(/\n$/, '').split('\n');
  const lines: Line[] = [];
  for (let i = 0; i < physical.length; i++) {
    const number = i + 1;
    let raw = physical[i]!;
    while (/(?<!\\)(?:\\\\)*\\$/.test(raw) && i + 1 < physical.length) raw += `\n${physical[++i]!}`;
    lines.push({ number, raw });
  }
  return lines;
}

/** A line outside of recipes: joined, without its comment. */
export function plainText(raw: string): string {
  return withoutComment(raw.replace(/[ \t]*\\\n[ \t]*/g, ' '));
}

function withoutComment(text: string): string {
  let kept = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && text[i + 1] === '#') {
      kept += '#';
      i++;
    } else if (text[i] === '#') return kept;
    else kept += text[i];
  }
  return kept;
}

/** A line of a recipe for the shell, which joins lines itself: only the tab in front of each goes. */
export function recipeText(raw: string, prefix: string): string {
  return raw
    .split('\n')
    .map((line, i) => (line.startsWith(prefix) && (i > 0 || line !== prefix) ? line.slice(prefix.length) : line))
    .join('\n')
    .replace(prefix === '\t' ? /^\t/ : /^$/, '');
}

export interface Definition {
  readonly name: string;
  readonly operator: '=' | ':=' | '?=' | '+=' | '!=';
  readonly value: string;
}

/** `NAME := value`; null for what is no definition of a variable. */
export function definitionIn(text: string): Definition | null {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '$' && '({'.includes(text[i + 1] ?? ' ')) depth++;
    else if (depth > 0) depth -= ')}'.includes(character) ? 1 : 0;
    else {
      const [operator] = /^(?:=|::?=|\?=|\+=|!=)/.exec(text.slice(i)) ?? [];
      if (operator !== undefined) {
        const name = text.slice(0, i).trim();
        // A name has no blanks in it: `a b = c` is none.
        if (/\s/.test(name.replace(/\$[({][^)}]*[)}]/g, 'x'))) return null;
        const value = text.slice(i + operator.length).replace(/^\s+/, '');
        return { name, operator: (operator === '::=' ? ':=' : operator) as Definition['operator'], value };
      }
      if (character === ':') return null;
    }
  }
  return null;
}

/** Where the first of some characters stands outside of `$(…)`; -1 where none does. */
export function outside(text: string, wanted: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '$' && '({'.includes(text[i + 1] ?? ' ')) {
      depth++;
      i++;
    } else if (depth > 0 && '({'.includes(text[i]!)) depth++;
    else if (depth > 0 && ')}'.includes(text[i]!)) depth--;
    else if (depth === 0 && wanted.includes(text[i]!)) return i;
  }
  return -1;
}
