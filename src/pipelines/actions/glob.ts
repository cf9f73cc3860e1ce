/** File patterns of the toolkit's actions and of `hashFiles`: `dist/**`, `!dist/*.map`. Source: the README of `@actions/glob`. */
import type { FileSystem } from '../../computer/contract.ts';

export interface FoundFiles {
  /** Absolute paths of files, sorted. */
  readonly files: readonly string[];
  /** Where the search began for each pattern that includes. */
  readonly roots: readonly string[];
}

interface Pattern {
  readonly negative: boolean;
  readonly segments: readonly string[];
}

/** Finds files by patterns, a line each. A pattern that names a folder takes everything below it; a later `!pattern` takes files out. */
export function findFiles(files: FileSystem, patterns: string, base: string, accepts: (path: string) => boolean = () => true): FoundFiles {
  const read = patterns
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Pattern => {
      const negative = line.startsWith('!');
      return {
        negative,
        segments: resolve(base, negative ? line.slice(1).trim() : line)
          .split('/')
          .slice(1),
      };
    });
  const roots = read.filter(({ negative }) => !negative).map(({ segments }) => `/${segments.slice(0, firstMagic(segments)).join('/')}`);
  const outermost = [...new Set(roots)].filter(
    (root) => !roots.some((other) => other !== root && (root.startsWith(`${other}/`) || other === '/')),
  );
  const found = new Set<string>();
  for (const root of outermost) {
    for (const path of walk(files, root)) {
      if (!accepts(path)) continue;
      const segments = path.split('/').slice(1);
      // The last pattern that matches decides.
      const decisive = read.findLast((pattern) => matchesSegments(pattern.segments, segments));
      if (decisive !== undefined && !decisive.negative) found.add(path);
    }
  }
  return { files: [...found].sort(), roots: outermost };
}

/** An absolute path without `.` and `..`. */
export function resolve(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function firstMagic(segments: readonly string[]): number {
  const index = segments.findIndex((segment) => /[*?[]/.test(segment));
  return index < 0 ? segments.length : index;
}

function* walk(files: FileSystem, path: string): Generator<string> {
  const kind = kindOf(files, path);
  if (kind === 'file') yield path;
  if (kind !== 'directory') return;
  for (const name of [...files.listSync(path)].sort()) yield* walk(files, path === '/' ? `/${name}` : `${path}/${name}`);
}

function kindOf(files: FileSystem, path: string): 'file' | 'directory' | 'missing' {
  if (!files.existsSync(path)) return 'missing';
  try {
    files.listSync(path);
    return 'directory';
  } catch {
    return 'file';
  }
}

/** True when the pattern matches the path, or a folder above it. */
function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  // states: how many segments of the pattern have been used up.
  let states = openGlobstars(pattern, new Set([0]));
  if (states.has(pattern.length)) return true;
  for (const segment of path) {
    const next = new Set<number>();
    for (const state of states) {
      const wanted = pattern[state];
      if (wanted === undefined) continue;
      if (wanted === '**') next.add(state);
      else if (matchesName(wanted, segment)) next.add(state + 1);
    }
    states = openGlobstars(pattern, next);
    if (states.has(pattern.length)) return true;
  }
  return false;
}

/** `**` may also stand for no folder at all, but at the end it stands for at least one name. */
function openGlobstars(pattern: readonly string[], states: Set<number>): Set<number> {
  for (const state of states) if (pattern[state] === '**') states.add(state + 1);
  return states;
}

/** `*`, `?` and `[]` within one name. */
export function matchesName(pattern: string, name: string): boolean {
  let states = new Set([0]);
  const tokens = tokensOf(pattern);
  const open = (set: Set<number>) => {
    for (const state of set) if (tokens[state] === '*') set.add(state + 1);
    return set;
  };
  states = open(states);
  for (const character of name) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === '*') next.add(state);
      else if (typeof token === 'function' && token(character)) next.add(state + 1);
    }
    states = open(next);
  }
  return states.has(tokens.length);
}

function tokensOf(pattern: string): readonly ('*' | ((character: string) => boolean))[] {
  const tokens: ('*' | ((character: string) => boolean))[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    const end = character === '[' ? pattern.indexOf(']', i + 2) : -1;
    if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else if (end > 0) {
      const negative = pattern[i + 1] === '!';
      const listed = pattern.slice(negative ? i + 2 : i + 1, end);
      tokens.push((other) => inList(listed, other) !== negative);
      i = end;
    } else if (character === '\\' && i + 1 < pattern.length) {
      const literal = pattern.charAt(++i);
      tokens.push((other) => other === literal);
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function inList(listed: string, character: string): boolean {
  for (let i = 0; i < listed.length; i++) {
    if (listed[i + 1] === '-' && i + 2 < listed.length) {
      if (character >= listed.charAt(i) && character <= listed.charAt(i + 2)) return true;
      i += 2;
    } else if (listed[i] === character) return true;
  }
  return false;
}
