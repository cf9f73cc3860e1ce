/** What `.gitattributes` files say of paths ("gitattributes" in Git's documentation). */
import { splitLines } from './engine.ts';
import { wildmatch } from './wildmatch.ts';

/** `true` is set, `false` unset (`-text`), a text what stands after `=`; an attribute that is not there is unspecified. */
export type AttributeValue = boolean | string;

interface Assignment {
  readonly name: string;
  /** null takes back what an outer file says (`!text`). */
  readonly value: AttributeValue | null;
}

/** One line: a pattern, or a macro that stands for several attributes. */
interface Line {
  readonly macro: string | null;
  readonly pattern: string;
  /** True when the pattern is about the whole path below the file's folder and not about a name at any depth. */
  readonly anchored: boolean;
  readonly assignments: readonly Assignment[];
}

interface Source {
  /** The file's folder with a slash at the end, or empty. */
  readonly base: string;
  readonly lines: readonly Line[];
}

/** Where attributes come from. */
export interface AttributeFiles {
  /** `.gitattributes` of a folder (`''`, or with a slash at the end), or null. */
  readonly inFolder: (folder: string) => string | null;
  /** `core.attributesFile`. */
  readonly global: string | null;
  /** `.git/info/attributes`. */
  readonly info: string | null;
}

/** The attributes of paths: the last line that says something of one counts, nearer files before outer ones. */
export class Attributes {
  readonly #files: AttributeFiles;
  readonly #folders = new Map<string, Source | null>();
  readonly #macros = new Map<string, readonly Assignment[]>();
  readonly #outer: readonly Source[];
  readonly #info: Source;
  /** Attributes in the order in which they were first met, as `check-attr --all` lists them. */
  readonly #names = new Set<string>();
  readonly #known = new Map<string, ReadonlyMap<string, AttributeValue>>();

  constructor(files: AttributeFiles) {
    this.#files = files;
    const builtIn = this.#source('', '[attr]binary -diff -merge -text', true);
    this.#outer = [builtIn, this.#source('', files.global ?? '', true)];
    this.#folder('');
    this.#info = this.#source('', files.info ?? '', true);
  }

  /** What is said of a path, in the order of `check-attr --all`. */
  of(path: string): ReadonlyMap<string, AttributeValue> {
    const known = this.#known.get(path);
    if (known) return known;
    const found = new Map<string, AttributeValue | null>();
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const { base, lines } of this.#sourcesFor(path)) {
      for (const { macro, pattern, anchored, assignments } of [...lines].reverse()) {
        if (macro === null && wildmatch(pattern, anchored ? path.slice(base.length) : name, { pathname: true }))
          this.#fill(found, assignments);
      }
    }
    const values = new Map<string, AttributeValue>();
    for (const attribute of this.#names) {
      const value = found.get(attribute);
      if (value !== undefined && value !== null) values.set(attribute, value);
    }
    this.#known.set(path, values);
    return values;
  }

  get(path: string, name: string): AttributeValue | undefined {
    return this.of(path).get(name);
  }

  /** Keeps what was said nearer; a macro that is set says what it stands for. */
  #fill(found: Map<string, AttributeValue | null>, assignments: readonly Assignment[]): void {
    for (const { name, value } of [...assignments].reverse()) {
      if (found.has(name)) continue;
      found.set(name, value);
      const macro = value === true ? this.#macros.get(name) : undefined;
      if (macro) this.#fill(found, macro);
    }
  }

  /** The nearest first. */
  #sourcesFor(path: string): readonly Source[] {
    const folders: (Source | null)[] = [this.#folder('')];
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      folders.push(this.#folder(path.slice(0, slash + 1)));
    return [...this.#outer, ...folders.filter((source) => source !== null), this.#info].reverse();
  }

  #folder(base: string): Source | null {
    const known = this.#folders.get(base);
    if (known !== undefined) return known;
    const text = this.#files.inFolder(base);
    const source = text === null ? null : this.#source(base, text, base === '');
    this.#folders.set(base, source);
    return source;
  }

  #source(base: string, text: string, macrosAllowed: boolean): Source {
    const lines = splitLines(text).flatMap((row) => parseLine(row) ?? []);
    for (const { macro, assignments } of lines) {
      if (macro !== null) this.#names.add(macro);
      for (const { name } of assignments) this.#names.add(name);
      if (macro !== null && macrosAllowed) this.#macros.set(macro, assignments);
    }
    return { base, lines };
  }
}

function parseLine(row: string): Line | null {
  const text = row.replace(/\r$/, '').trimStart();
  if (text === '' || text.startsWith('#')) return null;
  const [, quoted, plain = ''] = /^(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(text) ?? [];
  const pattern = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
  const rest = text.slice(quoted === undefined ? plain.length : quoted.length + 2);
  const assignments = rest.split(/[ \t]+/).flatMap((word) => parseAssignment(word) ?? []);
  if (pattern.startsWith('[attr]')) return { macro: pattern.slice('[attr]'.length), pattern: '', anchored: false, assignments };
  // Patterns that take back others are not for attributes, and a folder has none.
  if (pattern.startsWith('!') || pattern.endsWith('/')) return null;
  return { macro: null, pattern: pattern.replace(/^\//, ''), anchored: pattern.includes('/'), assignments };
}

function parseAssignment(word: string): Assignment | null {
  const [, sign = '', name = '', value] = /^([-!]?)([A-Za-z0-9_.][-A-Za-z0-9_.]*)(?:=(.*))?$/.exec(word) ?? [];
  if (name === '') return null;
  return { name, value: sign === '-' ? false : sign === '!' ? null : (value ?? true) };
}
