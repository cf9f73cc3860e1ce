/** The pattern language of branch, tag and path filters. Source: "Workflow syntax for GitHub Actions", "Filter pattern cheat sheet". */

/** What a filter list says of one name, and which pattern decided. */
export interface FilterVerdict {
  readonly matches: boolean;
  /** The last pattern that matched, as written, or null when none did. */
  readonly by: string | null;
}

/** Patterns are tried in order; `!` takes back what an earlier one let in, a later one lets it in again. */
export function filterName(patterns: readonly string[], name: string): FilterVerdict {
  let verdict: FilterVerdict = { matches: false, by: null };
  for (const pattern of patterns) {
    const negative = pattern.startsWith('!');
    if (matchesPattern(negative ? pattern.slice(1) : pattern, name)) verdict = { matches: !negative, by: pattern };
  }
  return verdict;
}

/** One character class of a pattern, with how often it may stand. */
interface Unit {
  readonly accepts: (character: string) => boolean;
  optional: boolean;
  repeats: boolean;
  /** How many units may be left out together from here. */
  readonly leavesOut?: number;
}

const compiled = new Map<string, readonly Unit[]>();

/**
 * The whole name must match: `*` stops at `/`, `**` doesn't, `?` and `+` repeat the character before them, `[]` lists characters.
 * All states are followed at once, so that no pattern takes longer than its length times the name's.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const units = compiled.get(pattern) ?? unitsOf(pattern);
  compiled.set(pattern, units);
  let states = closure(units, [0]);
  for (const character of name) {
    const next: number[] = [];
    for (const state of states) {
      const unit = units[state];
      if (unit === undefined || !unit.accepts(character)) continue;
      if (unit.repeats) next.push(state);
      next.push(state + 1);
    }
    states = closure(units, next);
    if (states.size === 0) return false;
  }
  return states.has(units.length);
}

function closure(units: readonly Unit[], from: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [...from];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (reached.has(state)) continue;
    reached.add(state);
    const unit = units[state];
    if (unit?.optional === true) open.push(state + 1);
    if (unit?.leavesOut !== undefined) open.push(state + unit.leavesOut);
  }
  return reached;
}

function unitsOf(pattern: string): readonly Unit[] {
  const units: Unit[] = [];
  const one = (accepts: Unit['accepts']) => units.push({ accepts, optional: false, repeats: false });
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    const previous = units.at(-1);
    if (character === '\\' && i + 1 < pattern.length) {
      const literal = pattern.charAt(++i);
      one((other) => other === literal);
    } else if (character === '*' && pattern[i + 1] === '*') {
      const startsSegment = i === 0 || pattern[i - 1] === '/';
      while (pattern[i + 1] === '*') i++;
      // `**` and its slash may be left out together: `**/docs` also means docs at the root. The gate before them accepts nothing.
      if (startsSegment && pattern[i + 1] === '/') units.push({ accepts: () => false, optional: true, repeats: false, leavesOut: 3 });
      units.push({ accepts: () => true, optional: true, repeats: true });
    } else if (character === '*') {
      units.push({ accepts: (other) => other !== '/', optional: true, repeats: true });
    } else if (character === '?' && previous !== undefined) {
      previous.optional = true;
    } else if (character === '+' && previous !== undefined) {
      previous.repeats = true;
    } else if (character === '[' && pattern.indexOf(']', i + 1) > 0) {
      const end = pattern.indexOf(']', i + 1);
      one(listed(pattern.slice(i + 1, end)));
      i = end;
    } else one((other) => other === character);
  }
  return units;
}

/** `[CB]at`, `[1-2]00`: characters and ranges. */
function listed(content: string): (character: string) => boolean {
  const ranges: (readonly [string, string])[] = [];
  for (let i = 0; i < content.length; i++) {
    const from = content.charAt(i);
    const ranged = content[i + 1] === '-' && i + 2 < content.length;
    ranges.push([from, ranged ? content.charAt(i + 2) : from]);
    if (ranged) i += 2;
  }
  return (character) => ranges.some(([from, to]) => character >= from && character <= to);
}

/** Why a pattern can't be used, or null. */
export function patternProblem(pattern: string): string | null {
  const bare = pattern.startsWith('!') ? pattern.slice(1) : pattern;
  if (bare === '') return 'This pattern is empty.';
  if (bare.length > 1000) return 'This pattern is longer than any name it could match.';
  if (/^[?+]/.test(bare)) return `\`${pattern}\` begins with \`${bare.charAt(0)}\`, which repeats the character before it; there is none.`;
  const open = bare.replace(/\\./g, '').lastIndexOf('[');
  if (open >= 0 && !bare.replace(/\\./g, '').includes(']', open)) return `The bracket of \`${pattern}\` isn't closed.`;
  return null;
}
