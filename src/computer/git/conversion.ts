/** Line endings and `$Id$` between repository and work tree ("Checking-out and checking-in" in gitattributes, `core.autocrlf`). */
import type { TreeEntry } from '../../platform/platform.ts';
import type { Attributes, AttributeValue } from './attributes.ts';
import { decode, encode } from './disk.ts';
import { unsupported } from './errors.ts';
import { objectId } from './objects.ts';
import { parseBool } from './settings.ts';

/** What happens to a file's line endings: nothing, always, or only where it looks like text. */
type Action = 'binary' | 'text' | 'text-input' | 'text-crlf' | 'auto' | 'auto-input' | 'auto-crlf';

interface Counts {
  readonly crlf: number;
  readonly loneCr: number;
  readonly loneLf: number;
  readonly binary: boolean;
}

/** What was made of a file of the work tree; its bytes are replaced, never changed, so this stays true. */
const cleaned = new WeakMap<Uint8Array, { readonly key: string; readonly bytes: Uint8Array }>();
/** How long a file was in the work tree before it was made what the repository stores. */
const workLengths = new WeakMap<Uint8Array, number>();
const counted = new WeakMap<Uint8Array, Counts>();

/** Bytes that a file has in the work tree, of the content that the repository stores. */
export const workLength = (content: Uint8Array): number => workLengths.get(content) ?? content.length;

/** One command's view of what is to be converted. */
export class Conversion {
  readonly attributes: Attributes;
  readonly #setting: (key: string) => string | undefined;
  /** What the index has of a path, or null: text that has CRLF there keeps it. */
  readonly #indexed: (path: string) => Uint8Array | null;
  readonly #autoCrlf: boolean | 'input';

  constructor(attributes: Attributes, setting: (key: string) => string | undefined, indexed: (path: string) => Uint8Array | null) {
    this.attributes = attributes;
    this.#setting = setting;
    this.#indexed = indexed;
    const auto = setting('core.autocrlf');
    this.#autoCrlf = auto === 'input' ? 'input' : parseBool(auto ?? 'false') === true;
  }

  /** A file of the work tree as the repository stores it. */
  clean(path: string, entry: TreeEntry, renormalize = false): TreeEntry {
    if (entry.type !== 'file') return entry;
    const bytes = this.cleanBytes(path, entry.bytes, renormalize);
    return bytes === entry.bytes ? entry : { ...entry, bytes };
  }

  /** `renormalize` converts also what has CRLF in the index. */
  cleanBytes(path: string, raw: Uint8Array, renormalize = false): Uint8Array {
    const [action, ident] = [this.#action(path), this.attributes.get(path, 'ident') === true];
    this.#refuseFilter(path, 'clean');
    const toLf = action !== 'binary' && this.#becomesLf(path, raw, action, renormalize);
    if (!toLf && !ident) return raw;
    const key = `${toLf}${ident}`;
    const known = cleaned.get(raw);
    if (known?.key === key) return known.bytes;
    let bytes = toLf ? withoutCr(raw) : raw;
    if (ident) bytes = replaceText(bytes, /\$Id: [^$\n]*\$/g, () => '$Id$');
    cleaned.set(raw, { key, bytes });
    workLengths.set(bytes, raw.length);
    return bytes;
  }

  /** What the repository stores as it stands in the work tree. */
  smudge(path: string, stored: Uint8Array): Uint8Array {
    this.#refuseFilter(path, 'smudge');
    let bytes = stored;
    if (this.attributes.get(path, 'ident') === true)
      bytes = replaceText(bytes, /\$Id(?:: [^$\n]*)?\$/g, () => `$Id: ${objectId('blob', stored)} $`);
    return becomesCrlf(count(bytes), this.#action(path), this.#eolIsCrlf()) ? withCr(bytes) : bytes;
  }

  /** The warning about a file that will not come back from the repository as it is, or null (`core.safecrlf`). */
  roundTripWarning(path: string, raw: Uint8Array): string | null {
    const action = this.#action(path);
    const safe = this.#setting('core.safecrlf');
    if (action === 'binary' || raw.length === 0 || (safe !== undefined && safe !== 'warn' && parseBool(safe) === false)) return null;
    const before = count(raw);
    if (action.startsWith('auto') && before.binary) return null;
    let after: Counts = before;
    if (this.#becomesLf(path, raw, action, false)) after = { ...after, loneLf: after.loneLf + after.crlf, crlf: 0 };
    if (becomesCrlf(after, action, this.#eolIsCrlf())) after = { ...after, crlf: after.crlf + after.loneLf, loneLf: 0 };
    const [from, to] = before.crlf > 0 && after.crlf === 0 ? ['CRLF', 'LF'] : before.loneLf > 0 && after.loneLf === 0 ? ['LF', 'CRLF'] : [];
    if (from === undefined) return null;
    return safe !== undefined && safe !== 'warn' && parseBool(safe) === true
      ? `fatal: ${from} would be replaced by ${to} in ${path}\n`
      : `warning: in the working copy of '${path}', ${from} will be replaced by ${to} the next time Git touches it\n`;
  }

  /** Line endings in the index, in the work tree and by attribute, as `git ls-files --eol` has them. */
  describe(path: string, stored: Uint8Array | null, raw: Uint8Array | null): string {
    const kind = (bytes: Uint8Array | null): string => {
      if (bytes === null) return '';
      const { crlf, loneLf, binary } = count(bytes);
      return binary ? '-text' : crlf > 0 ? (loneLf > 0 ? 'mixed' : 'crlf') : loneLf > 0 ? 'lf' : 'none';
    };
    const attributes = this.attributes.of(path);
    const text = actionOf(attributes.get('text')) ?? actionOf(attributes.get('crlf'));
    const eol = attributes.get('eol');
    const known =
      text === 'binary' ? '-text' : text === 'auto' ? 'text=auto' : text !== null || eol === 'lf' || eol === 'crlf' ? 'text' : '';
    const ending = text === 'text-input' ? ' eol=lf' : text !== 'binary' && (eol === 'lf' || eol === 'crlf') ? ` eol=${eol}` : '';
    return `i/${kind(stored).padEnd(5)} w/${kind(raw).padEnd(5)} attr/${(known + ending).padEnd(17)}`;
  }

  #becomesLf(path: string, raw: Uint8Array, action: Action, renormalize: boolean): boolean {
    if (!raw.includes(13)) return false;
    const { crlf, binary } = count(raw);
    if (crlf === 0) return false;
    if (!action.startsWith('auto')) return true;
    if (binary) return false;
    if (renormalize) return true;
    const indexed = this.#indexed(path);
    if (indexed === null || !indexed.includes(13)) return true;
    const there = count(indexed);
    return there.binary || there.crlf === 0;
  }

  #action(path: string): Action {
    const attributes = this.attributes.of(path);
    const text = actionOf(attributes.get('text')) ?? actionOf(attributes.get('crlf'));
    if (text === 'binary') return 'binary';
    const eol = attributes.get('eol');
    if (text === 'auto' && eol === 'lf') return 'auto-input';
    if (text === 'auto' && eol === 'crlf') return 'auto-crlf';
    if (eol === 'lf') return 'text-input';
    if (eol === 'crlf') return 'text-crlf';
    return text ?? (this.#autoCrlf === false ? 'binary' : this.#autoCrlf === true ? 'auto-crlf' : 'auto-input');
  }

  #eolIsCrlf(): boolean {
    return this.#autoCrlf === true || (this.#autoCrlf === false && this.#setting('core.eol') === 'crlf');
  }

  /** A filter that is named but not set up is passed over, as by git itself. */
  #refuseFilter(path: string, direction: 'clean' | 'smudge'): void {
    const filter = this.attributes.get(path, 'filter');
    if (typeof filter === 'string') {
      for (const kind of [direction, 'process']) {
        if (this.#setting(`filter.${filter}.${kind}`)) throw unsupported(`'filter.${filter}.${kind}', which ${path} wants,`);
      }
      if (parseBool(this.#setting(`filter.${filter}.required`) ?? 'false') === true)
        throw unsupported(`'filter.${filter}', which ${path} wants,`);
    }
    const encoding = this.attributes.get(path, 'working-tree-encoding');
    if (typeof encoding === 'string' && !/^utf-?8$/i.test(encoding)) throw unsupported(`'working-tree-encoding=${encoding}' of ${path}`);
  }
}

function actionOf(value: AttributeValue | undefined): Action | null {
  if (value === true) return 'text';
  if (value === false) return 'binary';
  return value === 'input' ? 'text-input' : value === 'auto' ? 'auto' : null;
}

function becomesCrlf({ crlf, loneCr, loneLf, binary }: Counts, action: Action, eolIsCrlf: boolean): boolean {
  const wanted = action === 'text-crlf' || action === 'auto-crlf' || ((action === 'text' || action === 'auto') && eolIsCrlf);
  if (!wanted || loneLf === 0) return false;
  // What only looks like text is left alone as soon as it has a CR, so that what was committed with CRLF stays as it is.
  return !action.startsWith('auto') || (loneCr === 0 && crlf === 0 && !binary);
}

/** Counts line endings, and judges whether this is text: `gather_stats` and `convert_is_binary` of git's convert.c. */
function count(bytes: Uint8Array): Counts {
  const known = counted.get(bytes);
  if (known) return known;
  let [crlf, loneCr, loneLf, nul, printable, other] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 13) {
      if (bytes[at + 1] === 10) [crlf, at] = [crlf + 1, at + 1];
      else loneCr++;
    } else if (byte === 10) loneLf++;
    else if (byte === 0) [nul, other] = [nul + 1, other + 1];
    else if (byte === 127 || (byte < 32 && ![8, 9, 12, 27].includes(byte))) other++;
    else printable++;
  }
  if (bytes.at(-1) === 26) other--;
  const counts = { crlf, loneCr, loneLf, binary: loneCr > 0 || nul > 0 || printable >> 7 < other };
  counted.set(bytes, counts);
  return counts;
}

function withoutCr(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => byte !== 13 || bytes[at + 1] !== 10);
}

function withCr(bytes: Uint8Array): Uint8Array {
  const { loneLf } = count(bytes);
  const result = new Uint8Array(bytes.length + loneLf);
  let to = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte === 10 && bytes[at - 1] !== 13) result[to++] = 13;
    result[to++] = byte;
  }
  return result;
}

function replaceText(bytes: Uint8Array, pattern: RegExp, by: () => string): Uint8Array {
  const text = decode(bytes);
  const replaced = text.replace(pattern, by);
  return replaced === text ? bytes : encode(replaced);
}
