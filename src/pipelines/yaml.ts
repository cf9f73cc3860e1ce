/** YAML as plain values that remember where they stand, so that every message can point at a word. Knows nothing of a dialect. */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Diagnostic } from './contract.ts';

/** A range in a file; lines and columns count from 1, `endColumn` is one past the last character. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly at: Place;
  /** The text as it stands in the file, for positions inside a multi-line value. */
  readonly source: string | null;
  /** `|`, `>-` and the like when the value is a block. */
  readonly blockHeader: string | null;
}
export interface LocatedSequence {
  readonly kind: 'sequence';
  readonly items: readonly Located[];
  readonly at: Place;
}
export interface LocatedEntry {
  readonly key: string;
  readonly keyAt: Place;
  readonly value: Located;
}
export interface LocatedMapping {
  readonly kind: 'mapping';
  readonly entries: readonly LocatedEntry[];
  readonly at: Place;
}
export type Located = LocatedScalar | LocatedSequence | LocatedMapping;

export type LocatedDocument =
  { readonly ok: true; readonly root: Located } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Larger files than any workflow needs; what stands here keeps a hostile file from holding the page up. */
const MAX_CHARACTERS = 512 * 1024;
/** Counted with aliases expanded, which is how a few lines become millions of values. */
const MAX_VALUES = 50_000;
const MAX_DEPTH = 100;
const TOO_DEEP = 'This file is nested too deeply to be read.';

/** Reads one YAML document. Anything that a workflow file can't mean (tags, several documents, endless aliases) is a diagnostic. */
export function readYaml(file: string, text: string): LocatedDocument {
  if (text.length > MAX_CHARACTERS) {
    return failed([
      problem(file, START, `This file has ${text.length} characters; a workflow file may have ${MAX_CHARACTERS}. Move data out of it.`),
    ]);
  }
  const lines = new LineCounter();
  try {
    const doc = parseDocument(text, { lineCounter: lines, keepSourceTokens: true, uniqueKeys: false });
    const [first] = doc.errors;
    // What follows the first mistake is mostly its echo: one unclosed bracket makes two hundred.
    if (first !== undefined) {
      const at = placeOf(lines, first.pos);
      return failed([problem(file, at, friendlyYaml(first.message, first.code, lineAt(text, at.line)))]);
    }
    const reader = new Reader(file, doc, lines);
    const root = reader.read(doc.contents, new Set(), 0);
    const warnings = doc.warnings.map((warning) =>
      problem(file, placeOf(lines, warning.pos), friendlyYaml(warning.message, warning.code, '')),
    );
    const diagnostics = [...warnings, ...reader.diagnostics];
    return diagnostics.length > 0 ? failed(diagnostics) : { ok: true, root };
  } catch (error) {
    const message =
      error instanceof TooMuch
        ? error.message
        : error instanceof RangeError
          ? TOO_DEEP
          : `This file can't be read as YAML: ${String(error)}`;
    return failed([problem(file, error instanceof TooMuch ? error.at : START, message)]);
  }
}

const START: Place = { line: 1, column: 1, endLine: 1, endColumn: 1 };

function failed(diagnostics: readonly Diagnostic[]): LocatedDocument {
  return { ok: false, diagnostics };
}

/** A diagnostic at a place. `endColumn` is left out when the place spans lines. */
export function problem(file: string, at: Place, message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  const { line, column } = at;
  return at.endLine === line && at.endColumn > column
    ? { severity, file, line, column, endColumn: at.endColumn, message }
    : { severity, file, line, column, message };
}

class TooMuch extends Error {
  readonly at: Place;
  constructor(message: string, at: Place) {
    super(message);
    this.at = at;
  }
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #lines: LineCounter;
  #values = 0;

  constructor(file: string, doc: Document, lines: LineCounter) {
    this.#file = file;
    this.#targets = targetsOf(doc);
    this.#lines = lines;
  }

  read(node: unknown, aliases: ReadonlySet<unknown>, depth: number): Located {
    const at = this.#place(node);
    if (++this.#values > MAX_VALUES) throw new TooMuch(`This file holds more than ${MAX_VALUES} values once its aliases are followed.`, at);
    if (depth > MAX_DEPTH) throw new TooMuch('This file is nested too deeply to be read.', at);
    if (isAlias(node)) return this.#alias(node, aliases, at, depth);
    if (isSeq(node)) return { kind: 'sequence', at, items: node.items.map((item) => this.read(item, aliases, depth + 1)) };
    if (isMap(node))
      return { kind: 'mapping', at, entries: node.items.flatMap((pair) => this.#entry(pair.key, pair.value, aliases, at, depth)) };
    if (isScalar(node)) {
      const { value } = node;
      const token = node.srcToken;
      const header = token?.type === 'block-scalar' ? token.props.find((prop) => prop.type === 'block-scalar-header') : undefined;
      return {
        kind: 'scalar',
        value: typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : null,
        at,
        source: token !== undefined && 'source' in token ? token.source : null,
        blockHeader: header !== undefined && 'source' in header ? header.source : null,
      };
    }
    return { kind: 'scalar', value: null, at, source: null, blockHeader: null };
  }

  #entry(key: unknown, value: unknown, aliases: ReadonlySet<unknown>, within: Place, depth: number): readonly LocatedEntry[] {
    const resolved = isAlias(key) ? this.#targets.get(key) : key;
    const keyAt = key === null ? within : this.#place(key);
    if (!isScalar(resolved) || resolved.value === null) {
      this.diagnostics.push(problem(this.#file, keyAt, 'A key has to be a word.'));
      return [];
    }
    const read =
      value === null
        ? { kind: 'scalar' as const, value: null, at: after(keyAt), source: null, blockHeader: null }
        : this.read(value, aliases, depth + 1);
    return [{ key: String(resolved.value), keyAt, value: read }];
  }

  #alias(node: Alias, aliases: ReadonlySet<unknown>, at: Place, depth: number): Located {
    const target = this.#targets.get(node);
    if (target === undefined || aliases.has(target)) {
      this.diagnostics.push(
        problem(this.#file, at, target === undefined ? `No anchor is named ${node.source}.` : `The alias *${node.source} contains itself.`),
      );
      return { kind: 'scalar', value: null, at, source: null, blockHeader: null };
    }
    return this.read(target, new Set(aliases).add(target), depth + 1);
  }

  #place(node: unknown): Place {
    const range = (node as Node | null)?.range;
    return range === undefined || range === null ? START : placeOf(this.#lines, [range[0], range[1]]);
  }
}

/** What each alias stands for: the latest anchor of its name that begins before it. `Alias.resolve` would walk the document for each. */
function targetsOf(doc: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(doc, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value: (_key, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function placeOf(lines: LineCounter, [from, to]: readonly [number, number]): Place {
  const start = lines.linePos(from);
  const end = lines.linePos(Math.max(from, to));
  return { line: Math.max(1, start.line), column: Math.max(1, start.col), endLine: Math.max(1, end.line), endColumn: Math.max(1, end.col) };
}

function after(at: Place): Place {
  return { line: at.endLine, column: at.endColumn, endLine: at.endLine, endColumn: at.endColumn };
}

/** What the YAML library says, in words for someone who writes their first workflow. Its own sentence follows where it adds something. */
function friendlyYaml(message: string, code: string, line: string): string {
  const first = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? message;
  // The YAML library recurses, and reports the end of its own stack as a mistake in the file.
  if (/maximum call stack|too much recursion/i.test(first)) return TOO_DEEP;
  const open = /end with a ([\]}])/.exec(first)?.[1];
  if (open !== undefined) return `This isn't valid YAML: a \`${open === ']' ? '[' : '{'}\` that was opened above isn't closed.`;
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'YAML is indented with spaces; here stands a tab.';
    case 'MULTILINE_IMPLICIT_KEY':
      return missingColon(line);
    case 'BLOCK_AS_IMPLICIT_KEY':
      return /:\s.*:(?:\s|$)/.test(line)
        ? 'This value holds a colon followed by a space, which YAML reads as another key. Put the value in quotes.'
        : 'The line below is indented as if it belonged to this value. Keys of one level begin in the same column.';
    case 'BAD_INDENT':
      if (/same column/.test(first))
        return 'This line begins in another column than its neighbours. What belongs to one level begins in the same column.';
      return indentOrPunctuation(first);
    case 'UNEXPECTED_TOKEN':
      if (/"[\]}]"$/.test(first)) return `This isn't valid YAML: this \`${first.at(-2)}\` closes nothing.`;
      return indentOrPunctuation(first);
    case 'MISSING_CHAR':
      if (/closing/i.test(first)) return `This isn't valid YAML: a quote that was opened above isn't closed.`;
      return indentOrPunctuation(first);
    case 'BLOCK_IN_FLOW':
      return `This isn't valid YAML: ${lowerFirst(first)}. A bracket or brace above may not be closed.`;
    case 'MULTIPLE_DOCS':
      return 'A workflow file is one YAML document; `---` begins a second one here.';
    case 'TAG_RESOLVE_FAILED':
      return 'A value that begins with `!` is a YAML tag. For an expression, write it as ${{ !… }}; for text, put it in quotes.';
    default:
      return `This isn't valid YAML: ${lowerFirst(first)}`;
  }
}

function indentOrPunctuation(first: string): string {
  return `This isn't valid YAML: ${lowerFirst(first)}. Look at the indentation, colons and quotes of this line and the one above.`;
}

/** A line in the place of a key and its value that has no `: `. */
function missingColon(line: string): string {
  const [word = ''] = line
    .trim()
    .replace(/^(?:- )+/, '')
    .split(/\s/);
  const [key = '', value] = word.split(/:(?=.)/, 2);
  if (value !== undefined) return `After \`${key}:\` a space is missing.`;
  return word === '' ? 'A key and a colon are missing here.' : `After \`${word}\` a colon is missing.`;
}

function lineAt(text: string, line: number): string {
  return text.split('\n')[line - 1] ?? '';
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
