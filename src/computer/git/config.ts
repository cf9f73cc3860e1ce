/** One `name = value` line: `section` and `name` in lower case, `subsection` as written. */
export interface ConfigEntry {
  /** `user.name`, `branch.Topic.merge`. */
  readonly key: string;
  readonly value: string;
  /** False for a name without `=`, which means true. */
  readonly explicit: boolean;
}

interface Line {
  readonly text: string;
  readonly kind: 'other' | 'section' | 'entry';
  /** `user` or `branch.Topic`, normalised. */
  readonly section: string;
  readonly entry: ConfigEntry | null;
}

/**
 * A configuration file that can be read and edited without disturbing its layout
 * (syntax: "CONFIGURATION FILE" in git-config's documentation).
 */
export class Config {
  #lines: Line[];

  constructor(text = '') {
    this.#lines = parseLines(text);
  }

  /** Settings given as `key=value` on the command line or in code. */
  static of(entries: Iterable<readonly [key: string, value: string]>): Config {
    const config = new Config();
    for (const [key, value] of entries) config.add(key, value);
    return config;
  }

  entries(): readonly ConfigEntry[] {
    return this.#lines.flatMap(({ entry }) => entry ?? []);
  }

  all(key: string): readonly string[] {
    const wanted = normaliseKey(key);
    return this.entries().flatMap((entry) => (entry.key === wanted ? entry.value : []));
  }

  get(key: string): string | undefined {
    return this.all(key).at(-1);
  }

  lastValues(): Record<string, string> {
    return Object.fromEntries(this.entries().map(({ key, value }) => [key, value]));
  }

  /** Sections by normalised name, in order: `remote.origin`. */
  sections(): readonly string[] {
    return [...new Set(this.#lines.flatMap(({ kind, section }) => (kind === 'section' ? section : [])))];
  }

  add(key: string, value: string): void {
    const { section, name } = splitKey(key);
    const line = entryLine(section, name, value);
    let at = -1;
    for (const [index, { kind, section: here }] of this.#lines.entries()) {
      if (kind !== 'other' && here === section) at = index;
    }
    if (at === -1) this.#lines.push(...parseLines(`[${sectionHeader(key)}]\n`), line);
    else this.#lines.splice(at + 1, 0, line);
  }

  /** Replaces the only value; false when there are several. */
  set(key: string, value: string): boolean {
    const wanted = normaliseKey(key);
    const places = this.#lines.flatMap(({ entry }, index) => (entry?.key === wanted ? index : []));
    if (places.length > 1) return false;
    const { section, name } = splitKey(key);
    if (places[0] === undefined) this.add(key, value);
    else this.#lines[places[0]] = entryLine(section, name, value);
    return true;
  }

  replaceAll(key: string, value: string): void {
    const wanted = normaliseKey(key);
    const first = this.#lines.findIndex(({ entry }) => entry?.key === wanted);
    if (first === -1) return this.add(key, value);
    const { section, name } = splitKey(key);
    this.#lines = this.#lines.filter(({ entry }, index) => entry?.key !== wanted || index === first);
    this.#lines[first] = entryLine(section, name, value);
  }

  /** Removes every value of a key and sections that become empty; says how many there were. */
  unset(key: string): number {
    const wanted = normaliseKey(key);
    const count = this.all(key).length;
    this.#lines = this.#lines.filter(({ entry }) => entry?.key !== wanted);
    if (count > 0) this.#dropEmpty(splitKey(key).section);
    return count;
  }

  removeSection(name: string): boolean {
    const wanted = normaliseSection(name);
    const before = this.#lines.length;
    this.#lines = this.#lines.filter(({ section }) => section !== wanted);
    return this.#lines.length < before;
  }

  renameSection(name: string, to: string): boolean {
    const wanted = normaliseSection(name);
    let found = false;
    this.#lines = this.#lines.map((line) => {
      if (line.section !== wanted) return line;
      found = true;
      const section = normaliseSection(to);
      if (line.kind === 'section') return { ...line, section, text: `[${sectionHeader(`${to}.x`)}]\n` };
      return { ...line, section, entry: line.entry && { ...line.entry, key: `${section}.${line.entry.key.slice(wanted.length + 1)}` } };
    });
    return found;
  }

  toString(): string {
    return this.#lines.map(({ text }) => text).join('');
  }

  #dropEmpty(section: string): void {
    const rest = this.#lines.filter((line) => line.section === section);
    if (rest.every(({ kind, text }) => kind === 'section' || (kind === 'other' && text.trim() === ''))) {
      this.#lines = this.#lines.filter((line) => line.section !== section);
    }
  }
}

/** `Branch.Topic.Merge` -> `branch.Topic.merge`. */
export function normaliseKey(key: string): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  return `${key.slice(0, first).toLowerCase()}${key.slice(first, last)}${key.slice(last).toLowerCase()}`;
}

function normaliseSection(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? name.toLowerCase() : name.slice(0, dot).toLowerCase() + name.slice(dot);
}

function splitKey(key: string): { readonly section: string; readonly name: string } {
  const last = key.lastIndexOf('.');
  return { section: normaliseSection(key.slice(0, last)), name: key.slice(last + 1) };
}

/** `branch.topic.merge` -> `branch "topic"`. */
function sectionHeader(key: string): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  return first === last ? key.slice(0, first) : `${key.slice(0, first)} "${key.slice(first + 1, last).replace(/["\\]/g, '\\$&')}"`;
}

function entryLine(section: string, name: string, value: string): Line {
  return {
    text: `\t${name} = ${quote(value)}\n`,
    kind: 'entry',
    section,
    entry: { key: `${section}.${name.toLowerCase()}`, value, explicit: true },
  };
}

function quote(value: string): string {
  const escaped = value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t');
  return /^\s|\s$|[;#]/.test(value) ? `"${escaped}"` : escaped;
}

function parseLines(text: string): Line[] {
  const lines: Line[] = [];
  let section = '';
  const rows = text.split(/(?<=\n)/);
  for (let at = 0; at < rows.length; at++) {
    let row = rows[at] ?? '';
    const header = /^\s*\[\s*([-.\w]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]/.exec(row);
    if (header) {
      const [whole, name = '', sub] = header;
      section = sub === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${sub.replace(/\\(.)/g, '$1')}`;
      const rest = row.slice(whole.length);
      if (rest.trim() === '' || /^\s*[#;]/.test(rest)) {
        lines.push({ text: row, kind: 'section', section, entry: null });
        continue;
      }
      lines.push({ text: whole, kind: 'section', section, entry: null });
      row = rest;
    }
    while (/(^|[^\\])(\\\\)*\\\r?\n$/.test(row) && at + 1 < rows.length) row += rows[++at] ?? '';
    const assignment = /^\s*([A-Za-z][-\w]*)\s*(?:=([\s\S]*))?$/.exec(row.replace(/\r?\n$/, ''));
    const bare = /^\s*([A-Za-z][-\w]*)\s*(?:[#;].*)?$/.exec(row.replace(/\r?\n$/, ''));
    if (assignment?.[2] !== undefined) {
      const key = `${section}.${(assignment[1] ?? '').toLowerCase()}`;
      lines.push({ text: row, kind: 'entry', section, entry: { key, value: parseValue(assignment[2]), explicit: true } });
    } else if (bare && row.trim() !== '' && section !== '') {
      lines.push({
        text: row,
        kind: 'entry',
        section,
        entry: { key: `${section}.${(bare[1] ?? '').toLowerCase()}`, value: 'true', explicit: false },
      });
    } else {
      lines.push({ text: row, kind: 'other', section, entry: null });
    }
  }
  const last = lines.at(-1);
  if (last !== undefined && last.text === '') lines.pop();
  else if (last !== undefined && !last.text.endsWith('\n')) lines[lines.length - 1] = { ...last, text: `${last.text}\n` };
  return lines;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '"': '"', '\\': '\\' };

function parseValue(raw: string): string {
  let value = '';
  let spaces = '';
  let quoted = false;
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at] ?? '';
    if (character === '\\') {
      const next = raw[++at] ?? '';
      if (next === '\n') continue;
      value += spaces + (ESCAPES[next] ?? next);
      spaces = '';
    } else if (character === '"') {
      quoted = !quoted;
      value += spaces;
      spaces = '';
    } else if (!quoted && (character === '#' || character === ';')) {
      break;
    } else if (!quoted && /\s/.test(character)) {
      if (value !== '') spaces += character === '\n' ? '' : character;
    } else {
      value += spaces + character;
      spaces = '';
    }
  }
  return value;
}
