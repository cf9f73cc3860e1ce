/** Lists of words, patterns with `%`, and names of files, as make's functions take them. */
import type { FileSystem } from '../../contract.ts';
import { childPath, resolvePath } from '../../files/path.ts';

/** The words of a list; `\ ` does not part two. */
export function wordsOf(text: string): string[] {
  return text.match(/(?:\\.|[^\s\\])+|\\$/g) ?? [];
}

/** What `%` stands for; null where the word does not match. */
export function stemOf(pattern: string, word: string): string | null {
  const at = pattern.indexOf('%');
  if (at < 0) return pattern === word ? '' : null;
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 1)];
  if (word.length < before.length + after.length || !word.startsWith(before) || !word.endsWith(after)) return null;
  return word.slice(before.length, word.length - after.length);
}

export const withStem = (pattern: string, stem: string): string => pattern.replace('%', () => stem);

/** `$(patsubst …)` for one word. */
export function substituted(pattern: string, replacement: string, word: string): string {
  const stem = stemOf(pattern, word);
  if (stem === null) return word;
  return pattern.includes('%') ? withStem(replacement, stem) : replacement;
}

/** Whether a word matches one of some patterns. */
export const matches = (patterns: readonly string[], word: string): boolean => patterns.some((pattern) => stemOf(pattern, word) !== null);

/** The part before the last slash, with it; `./` where there is none. */
export function directoryOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? './' : name.slice(0, slash + 1);
}

export const nameWithin = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** `.csv`; empty where the last part of the path has none. */
export const suffixOf = (name: string): string => /\.[^./]*$/.exec(name)?.[0] ?? '';

export const isGlob = (word: string): boolean => /[*?[]/.test(word);

/** The files that a word with `*`, `?` or `[…]` names, sorted; names that begin with a dot want one. */
export function filesNamed(files: FileSystem, cwd: string, word: string): string[] {
  const segments = word.split('/');
  let found = [word.startsWith('/') ? '/' : ''];
  for (const [i, segment] of segments.entries()) {
    if (segment === '') continue;
    const joined = (base: string, name: string) => (base === '' ? name : childPath(base.replace(/(?<=.)\/$/, ''), name));
    const next = isGlob(segment)
      ? found.flatMap((base) => matching(files, resolvePath(cwd, base), segment).map((name) => joined(base, name)))
      : found.map((base) => joined(base, segment));
    found = next.filter((path) => files.existsSync(resolvePath(cwd, path)) || (i < segments.length - 1 && !isGlob(segment)));
  }
  return found.sort();
}

function matching(files: FileSystem, directory: string, glob: string): string[] {
  const pattern = globPattern(glob);
  try {
    return files.listSync(directory).filter((name) => (!name.startsWith('.') || glob.startsWith('.')) && pattern.test(name));
  } catch {
    return [];
  }
}

function globPattern(glob: string): RegExp {
  const text = glob.replace(/\[!|[.+^${}()|\\]|\*|\?/g, (found) => {
    if (found === '*') return '.*';
    if (found === '?') return '.';
    return found === '[!' ? '[^' : `\\${found}`;
  });
  try {
    return new RegExp(`^${text}$`);
  } catch {
    return /^$/;
  }
}
