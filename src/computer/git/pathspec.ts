/** Which paths an argument means ("pathspec" in gitglossary). */
import type { GitCall } from './call.ts';
import { fatal } from './errors.ts';
import { hasWildcard, wildmatch } from './wildmatch.ts';

interface Item {
  /** As typed. */
  readonly text: string;
  /** Relative to the work tree's root. */
  readonly path: string;
  readonly exclude: boolean;
  readonly literal: boolean;
  readonly glob: boolean;
  readonly ignoreCase: boolean;
}

/** A set of pathspecs; an empty one matches everything. */
export class Pathspec {
  readonly items: readonly Item[];

  constructor(call: GitCall, texts: readonly string[]) {
    this.items = texts.map((text) => parse(call, text));
    if (this.items.length > 0 && this.items.every(({ exclude }) => exclude)) {
      this.items = [
        { text: '.', path: call.prefix.replace(/\/$/, ''), exclude: false, literal: true, glob: false, ignoreCase: false },
        ...this.items,
      ];
    }
  }

  get empty(): boolean {
    return this.items.length === 0;
  }

  matches(path: string): boolean {
    if (this.empty) return true;
    return (
      this.items.some((item) => !item.exclude && matchesItem(item, path)) &&
      !this.items.some((item) => item.exclude && matchesItem(item, path))
    );
  }

  /** True when something below a folder may match. */
  mayMatchBelow(folder: string): boolean {
    return (
      this.empty ||
      this.matches(folder) ||
      this.items.some((item) => !item.exclude && (item.path.startsWith(`${folder}/`) || !item.literal))
    );
  }

  /** The first spec that none of the paths matches, as typed, or null. */
  unmatched(paths: Iterable<string>): string | null {
    const left = new Set(this.items.filter(({ exclude }) => !exclude));
    for (const path of paths) {
      for (const item of left) if (matchesItem(item, path)) left.delete(item);
      if (left.size === 0) return null;
    }
    return [...left][0]?.text ?? null;
  }
}

function matchesItem(item: Item, path: string): boolean {
  if (item.path === '' || path === item.path || path.startsWith(`${item.path}/`)) return true;
  const [lower, wanted] = [path.toLowerCase(), item.path.toLowerCase()];
  if (item.ignoreCase && (lower === wanted || lower.startsWith(`${wanted}/`))) return true;
  if (item.literal) return false;
  if (wildmatch(item.path, path, { pathname: item.glob, ignoreCase: item.ignoreCase })) return true;
  return item.glob && wildmatch(`${item.path}/**`, path, { pathname: true, ignoreCase: item.ignoreCase });
}

function parse(call: GitCall, text: string): Item {
  let rest = text;
  const magic = { exclude: false, top: false, literal: call.env.get('GIT_LITERAL_PATHSPECS') === '1', glob: false, ignoreCase: false };
  const long = /^:\(([^)]*)\)/.exec(text);
  const short = /^:([!^/]+):?/.exec(text);
  if (long) {
    rest = text.slice(long[0].length);
    for (const word of (long[1] ?? '').split(',').filter((one) => one !== '')) {
      if (word === 'exclude') magic.exclude = true;
      else if (word === 'top') magic.top = true;
      else if (word === 'literal') magic.literal = true;
      else if (word === 'glob') magic.glob = true;
      else if (word === 'icase') magic.ignoreCase = true;
      else throw fatal(`Invalid pathspec magic '${word}' in '${text}'`);
    }
  } else if (short) {
    rest = text.slice(short[0].length);
    magic.exclude = /[!^]/.test(short[1] ?? '');
    magic.top = (short[1] ?? '').includes('/');
  }
  const path = relativeToRoot(call, rest, magic.top, text);
  return {
    text,
    path,
    exclude: magic.exclude,
    literal: magic.literal || !hasWildcard(path),
    glob: magic.glob,
    ignoreCase: magic.ignoreCase,
  };
}

/** A path that was typed, relative to the work tree's root; ends the command when it is outside of it. */
export function relativeToRoot(call: GitCall, typed: string, top = false, shown = typed): string {
  const root = call.repository.workTree ?? call.cwd;
  const absolute = call.shell.fs.resolvePath(top ? root : call.cwd, typed === '' ? '.' : typed);
  if (absolute === root) return '';
  const base = root === '/' ? '/' : `${root}/`;
  if (!absolute.startsWith(base)) throw fatal(`${shown}: '${typed}' is outside repository at '${root}'`);
  return absolute.slice(base.length);
}

/** A path as it is shown where one stands: `../README.md`. */
export function fromHere(call: GitCall, path: string): string {
  const here = call.prefix.split('/').filter((part) => part !== '');
  if (here.length === 0) return path;
  const parts = path.split('/');
  let shared = 0;
  while (shared < here.length && shared < parts.length - 1 && here[shared] === parts[shared]) shared++;
  const up = '../'.repeat(here.length - shared);
  const rest = parts.slice(shared).join('/');
  if (shared === parts.length - 1 && rest === '' && here.length === shared) return './';
  return up + rest;
}

/** A path in double quotes with C escapes when it has bytes that git will not print as they are (`core.quotePath`). */
export function quotePath(call: GitCall, path: string, always = false): string {
  const quoteHigh = call.settings.bool('core.quotepath') ?? true;
  return quoteBytes(path, quoteHigh, always);
}

const NAMED: Readonly<Record<number, string>> = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 34: '"', 92: '\\' };

export function quoteBytes(path: string, quoteHigh: boolean, always: boolean): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const special = quoteHigh ? /[\x00-\x1f"\\\x7f-\uffff]/ : /[\x00-\x1f"\\\x7f]/;
  if (!special.test(path)) return always ? `"${path}"` : path;
  let text = '';
  for (const character of path) {
    const code = character.codePointAt(0) ?? 0;
    if (NAMED[code] !== undefined) text += `\\${NAMED[code]}`;
    else if (code < 0x20 || code === 0x7f) text += `\\${code.toString(8).padStart(3, '0')}`;
    else if (code < 0x80 || !quoteHigh) text += character;
    else for (const byte of new TextEncoder().encode(character)) text += `\\${byte.toString(8)}`;
  }
  return `"${text}"`;
}
