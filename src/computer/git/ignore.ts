import { parentOf, type Disk } from './disk.ts';
import { wildmatch } from './wildmatch.ts';

/** One line of an exclude file. */
export interface IgnoreRule {
  /** Where the rule stands: `.gitignore:3:*.log`. */
  readonly source: string;
  readonly line: number;
  /** As written, with `!` and the slash. */
  readonly text: string;
  readonly pattern: string;
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
  /** True when the pattern is about the whole path below `base` and not about a name at any depth. */
  readonly anchored: boolean;
  /** The folder of the exclude file, relative to the work tree and with a slash at the end, or empty. */
  readonly base: string;
}

function parseRules(text: string, source: string, base: string): readonly IgnoreRule[] {
  return text.split('\n').flatMap((row, index) => {
    const whole = row.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '');
    if (whole === '' || whole.startsWith('#')) return [];
    const negated = whole.startsWith('!');
    let pattern = negated ? whole.slice(1) : whole;
    const directoriesOnly = pattern.endsWith('/');
    if (directoriesOnly) pattern = pattern.replace(/\/+$/, '');
    const anchored = pattern.includes('/');
    return [{ source, line: index + 1, text: whole, pattern: pattern.replace(/^\//, ''), negated, directoriesOnly, anchored, base }];
  });
}

/** What a repository ignores: `.gitignore` files, `.git/info/exclude` and `core.excludesFile`, the nearest rule first. */
export class Ignore {
  readonly #disk: Disk;
  readonly #workTree: string;
  readonly #outer: readonly IgnoreRule[];
  readonly #folders = new Map<string, readonly IgnoreRule[]>();
  readonly #directories = new Map<string, boolean>();

  constructor(disk: Disk, workTree: string, outer: readonly IgnoreRule[]) {
    this.#disk = disk;
    this.#workTree = workTree;
    this.#outer = outer;
  }

  /** True when the path, or a folder that it is in, is ignored. */
  ignores(path: string, isDirectory: boolean): boolean {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    if (parent !== '' && this.#ignoresDirectory(parent)) return true;
    const rule = this.ruleFor(path, isDirectory);
    return rule !== null && !rule.negated;
  }

  /** The rule that decides about a path: its own, or the one that ignores a folder it is in. */
  deciding(path: string, isDirectory: boolean): IgnoreRule | null {
    const parts = path.split('/');
    for (let length = 1; length < parts.length; length++) {
      const rule = this.ruleFor(parts.slice(0, length).join('/'), true);
      if (rule !== null && !rule.negated) return rule;
    }
    return this.ruleFor(path, isDirectory);
  }

  /** The last rule that matches the path itself, from the nearest exclude file that has one. */
  ruleFor(path: string, isDirectory: boolean): IgnoreRule | null {
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (let folder = path; folder !== '';) {
      folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
      const rule = lastMatch(this.#rulesOf(folder), path, name, isDirectory);
      if (rule) return rule;
    }
    return lastMatch(this.#outer, path, name, isDirectory);
  }

  #ignoresDirectory(path: string): boolean {
    const known = this.#directories.get(path);
    if (known !== undefined) return known;
    const ignored = this.ignores(path, true);
    this.#directories.set(path, ignored);
    return ignored;
  }

  #rulesOf(folder: string): readonly IgnoreRule[] {
    const known = this.#folders.get(folder);
    if (known) return known;
    const base = folder === '' ? '' : `${folder}/`;
    const text = this.#disk.readText(`${this.#workTree}/${base}.gitignore`);
    const rules = text === null ? [] : parseRules(text, `${base}.gitignore`, base);
    this.#folders.set(folder, rules);
    return rules;
  }
}

function lastMatch(rules: readonly IgnoreRule[], path: string, name: string, isDirectory: boolean): IgnoreRule | null {
  for (let at = rules.length - 1; at >= 0; at--) {
    const rule = rules[at] as IgnoreRule;
    if (rule.directoriesOnly && !isDirectory) continue;
    if (
      rule.anchored
        ? wildmatch(rule.pattern, path.slice(rule.base.length), { pathname: true })
        : wildmatch(rule.pattern, name, { pathname: true })
    ) {
      return rule;
    }
  }
  return null;
}

/** The rules that hold for every folder of a repository, in the order git gives them weight. */
export function outerRules(disk: Disk, gitDir: string, excludesFile: string | null): readonly IgnoreRule[] {
  const files: readonly (readonly [path: string, label: string])[] = [
    ...(excludesFile === null ? [] : [[excludesFile, excludesFile] as const]),
    [`${gitDir}/info/exclude`, `${gitDir.startsWith(parentOf(gitDir)) ? '.git' : gitDir}/info/exclude`],
  ];
  return files.flatMap(([path, label]) => {
    const text = disk.readText(path);
    return text === null ? [] : parseRules(text, label, '');
  });
}
