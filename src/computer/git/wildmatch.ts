const compiled = new Map<string, RegExp>();

/**
 * Matches a glob as git does ("PATTERN FORMAT" in gitignore's documentation): with `pathname`, `*` and `?` stop at slashes and
 * `**` does not; without it they match slashes too, as pathspecs and `tag -l` do.
 */
export function wildmatch(pattern: string, text: string, options: { readonly pathname: boolean; readonly ignoreCase?: boolean }): boolean {
  const key = `${options.pathname ? 'p' : '-'}${options.ignoreCase ? 'i' : '-'}${pattern}`;
  let expression = compiled.get(key);
  if (expression === undefined) {
    expression = new RegExp(`^${translate(pattern, options.pathname)}$`, options.ignoreCase ? 'isu' : 'su');
    compiled.set(key, expression);
  }
  return expression.test(text);
}

/** True when a pattern has characters that stand for others. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[\\]/.test(pattern);
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  xdigit: '0-9a-fA-F',
  punct: '!-\\/:-@\\[-`\\{-~',
};

function translate(pattern: string, pathname: boolean): string {
  const [one, many] = pathname ? ['[^/]', '[^/]*'] : ['.', '.*'];
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '*') {
      let stars = 1;
      while (pattern[at + 1] === '*') {
        at++;
        stars++;
      }
      const [before, after] = [pattern[at - stars], pattern[at + 1]];
      const whole = stars === 2 && (before === undefined || before === '/') && (after === undefined || after === '/');
      if (!pathname || !whole) source += many;
      else if (after === '/') {
        source += '(?:.*/)?';
        at++;
      } else source += '.*';
    } else if (character === '?') source += one;
    else if (character === '[') {
      const set = bracket(pattern, at, pathname);
      if (set === null) source += '(?!)';
      else {
        source += set.source;
        at = set.end;
      }
    } else if (character === '\\') source += escape(pattern[++at] ?? '\\');
    else source += escape(character);
  }
  return source;
}

function bracket(pattern: string, start: number, pathname: boolean): { readonly source: string; readonly end: number } | null {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  let body = '';
  for (let first = true; ; first = false, at++) {
    const character = pattern[at];
    if (character === undefined) return null;
    if (character === ']' && !first) break;
    const named = /^\[:(\w+):\]/.exec(pattern.slice(at));
    if (named) {
      body += Object.hasOwn(CLASSES, named[1] ?? '') ? CLASSES[named[1] ?? ''] : '';
      at += named[0].length - 1;
    } else if (character === '\\') body += escapeInClass(pattern[++at] ?? '\\');
    else body += character === '-' ? '-' : escapeInClass(character);
  }
  const slash = pathname ? '(?!/)' : '';
  return { source: `${slash}[${negated ? '^' : ''}${body}]`, end: at };
}

const escape = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const escapeInClass = (character: string): string => character.replace(/[\\\]^[]/g, '\\$&');
