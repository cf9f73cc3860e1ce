/** Patches as git reads them: files, their headers and hunks. Text is one character per byte, so that any content survives. */
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { decode, encode } from './disk.ts';
import { readBinaryHunk, type BinaryHunk } from './binary-patch.ts';
import { failure } from './errors.ts';

/** A run of changed lines with its context. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  /** What follows the second `@@`, as it stands. */
  readonly section: string;
  /** Each with its sign in front and, where the file has one, its newline at the end. */
  readonly lines: readonly string[];
  /** Where its header stands in the patch, from 1. */
  readonly line: number;
}

/** What a patch does to one file. */
export interface FilePatch {
  readonly kind: 'modify' | 'create' | 'delete' | 'rename' | 'copy';
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly oldMode: number | null;
  readonly newMode: number | null;
  readonly oldId: string | null;
  readonly newId: string | null;
  /** Percent, of a rename or copy. */
  readonly score: number | null;
  readonly hunks: readonly Hunk[];
  /** `Binary files differ`: there is nothing to apply. */
  readonly binary: boolean;
  /** `GIT binary patch`: the way there and the way back. */
  readonly bytes: readonly [BinaryHunk, BinaryHunk | null] | null;
  /** From `diff --git`: its paths begin at the root of the repository. */
  readonly git: boolean;
}

/** A text of one character per byte. */
export const bytesText = (content: Uint8Array): string => toLatin1(content);
export const textBytes = (text: string): Uint8Array => fromLatin1(text);
/** The same, from and to text as people read it. */
export const narrow = (text: string): string => toLatin1(encode(text));
export const widen = (text: string): string => decode(fromLatin1(text));

/** Lines with their newlines. */
export function wholeLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Reads a patch; what stands around the files is skipped. `strip` leading folders are taken off the names. */
export function parsePatch(text: string, strip = 1): readonly FilePatch[] {
  return new PatchReader(wholeLines(text), strip).read();
}

interface Header {
  oldPath: string | null | undefined;
  newPath: string | null | undefined;
  kind: FilePatch['kind'];
  oldMode: number | null;
  newMode: number | null;
  oldId: string | null;
  newId: string | null;
  score: number | null;
  binary: boolean;
  bytes: FilePatch['bytes'];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)\n?$/;

class PatchReader {
  readonly #lines: readonly string[];
  readonly #strip: number;
  #at = 0;

  constructor(lines: readonly string[], strip: number) {
    this.#lines = lines;
    this.#strip = strip;
  }

  read(): readonly FilePatch[] {
    const patches: FilePatch[] = [];
    while (this.#at < this.#lines.length) {
      const line = this.#line();
      if (line.startsWith('diff --git ')) {
        const patch = this.#gitPatch();
        if (patch !== null) patches.push(patch);
      } else if (line.startsWith('--- ') && this.#line(1).startsWith('+++ ') && HUNK.test(this.#line(2))) patches.push(this.#plainPatch());
      else if (HUNK.test(line)) throw failure(`patch fragment without header at line ${this.#at + 1}: ${widen(line).trimEnd()}`, 128);
      else this.#at++;
    }
    return patches;
  }

  #line(ahead = 0): string {
    return this.#lines[this.#at + ahead] ?? '';
  }

  #gitPatch(): FilePatch | null {
    const names = commonName(this.#line().slice('diff --git '.length).trimEnd());
    const header: Header = {
      oldPath: undefined,
      newPath: undefined,
      kind: 'modify',
      oldMode: null,
      newMode: null,
      oldId: null,
      newId: null,
      score: null,
      binary: false,
      bytes: null,
    };
    this.#at++;
    while (this.#at < this.#lines.length && this.#headerLine(header)) this.#at++;
    const end = this.#at + 1;
    const hunks = this.#hunks();
    const common = names === null ? null : this.#stripped(names);
    const [oldPath, newPath] = [
      header.kind === 'create' ? null : (header.oldPath ?? common),
      header.kind === 'delete' ? null : (header.newPath ?? common),
    ];
    if (oldPath === null && newPath === null)
      throw failure(
        `git diff header lacks filename information when removing ${this.#strip} leading pathname component${this.#strip === 1 ? '' : 's'} (line ${end})`,
        128,
      );
    const { kind, oldMode, newMode, oldId, newId, score, binary, bytes } = header;
    return { kind, oldPath, newPath, oldMode, newMode, oldId, newId, score, binary, bytes, hunks, git: true };
  }

  /** Takes one line of an extended header; false when it is none. */
  #headerLine(header: Header): boolean {
    const line = this.#line().replace(/\n$/, '');
    const after = (prefix: string): string | null => (line.startsWith(prefix) ? line.slice(prefix.length) : null);
    const mode = (prefix: string): number | null => {
      const text = after(prefix);
      return text === null ? null : Number.parseInt(text, 8);
    };
    const index = /^index ([0-9a-f]+)\.\.([0-9a-f]+)(?: (\d+))?$/.exec(line);
    if (index) {
      [header.oldId, header.newId] = [index[1] ?? null, index[2] ?? null];
      if (index[3] !== undefined) header.oldMode = header.newMode = Number.parseInt(index[3], 8);
    } else if (mode('old mode ') !== null) header.oldMode = mode('old mode ');
    else if (mode('new mode ') !== null) header.newMode = mode('new mode ');
    else if (mode('new file mode ') !== null) [header.kind, header.newMode] = ['create', mode('new file mode ')];
    else if (mode('deleted file mode ') !== null) [header.kind, header.oldMode] = ['delete', mode('deleted file mode ')];
    else if (/^(dis)?similarity index \d+%/.test(line)) header.score = Number.parseInt(line.replace(/^\D+/, ''), 10);
    else if (/^(rename|copy) (from|old) /.test(line)) {
      header.kind = line.startsWith('rename') ? 'rename' : 'copy';
      header.oldPath = unquote(line.replace(/^\w+ \w+ /, ''));
    } else if (/^(rename|copy) (to|new) /.test(line)) header.newPath = unquote(line.replace(/^\w+ \w+ /, ''));
    else if (after('--- ') !== null) header.oldPath ??= this.#stripped(unquote(nameOf(after('--- ') ?? '')));
    else if (after('+++ ') !== null) header.newPath ??= this.#stripped(unquote(nameOf(after('+++ ') ?? '')));
    else if (/^Binary files .* differ$/.test(line)) header.binary = true;
    else if (line === 'GIT binary patch') this.#binaryHunks(header);
    else return false;
    return true;
  }

  /** Leaves the last line of the binary patch to be taken as one of the header. */
  #binaryHunks(header: Header): void {
    const forward = readBinaryHunk(this.#lines, this.#at + 1);
    if (forward === null) throw failure(`unrecognized binary patch at line ${this.#at + 2}`, 128);
    const backward = readBinaryHunk(this.#lines, forward.next);
    header.bytes = [forward.hunk, backward?.hunk ?? null];
    this.#at = (backward?.next ?? forward.next) - 1;
  }

  #plainPatch(): FilePatch {
    const names = [this.#line().slice(4), this.#line(1).slice(4)].map((line) => unquote(nameOf(line.replace(/\n$/, ''))));
    this.#at += 2;
    // Without a folder in front there is nothing to take off.
    const [oldPath = null, newPath = null] = names.map((name) =>
      name === '/dev/null' ? null : name.includes('/') ? this.#stripped(name) : name,
    );
    const kind = oldPath === null ? 'create' : newPath === null ? 'delete' : 'modify';
    const path = newPath ?? oldPath;
    return {
      kind,
      oldPath: kind === 'create' ? null : path,
      newPath: kind === 'delete' ? null : path,
      oldMode: null,
      newMode: null,
      oldId: null,
      newId: null,
      score: null,
      hunks: this.#hunks(),
      binary: false,
      bytes: null,
      git: false,
    };
  }

  #stripped(name: string): string | null {
    if (name === '/dev/null') return null;
    const parts = name.split('/');
    return parts.length > this.#strip ? parts.slice(this.#strip).join('/') : null;
  }

  #hunks(): readonly Hunk[] {
    const hunks: Hunk[] = [];
    for (let match = HUNK.exec(this.#line()); match !== null; match = HUNK.exec(this.#line())) {
      const line = ++this.#at;
      const [oldCount, newCount] = [Number(match[2] ?? 1), Number(match[4] ?? 1)];
      hunks.push({
        oldStart: Number(match[1]),
        oldCount,
        newStart: Number(match[3]),
        newCount,
        section: match[5] ?? '',
        lines: this.#hunkLines(oldCount, newCount),
        line,
      });
    }
    return hunks;
  }

  #hunkLines(oldCount: number, newCount: number): readonly string[] {
    const lines: string[] = [];
    let [oldLeft, newLeft] = [oldCount, newCount];
    while (oldLeft > 0 || newLeft > 0) {
      const line = this.#line();
      const sign = line === '\n' ? ' ' : line.slice(0, 1);
      if (!/^[-+ \\]$/.test(sign) || !line.endsWith('\n')) throw failure(`corrupt patch at line ${this.#at + 1}`, 128);
      this.#at++;
      if (sign === '\\') open(lines);
      else {
        lines.push(line === '\n' ? ' \n' : line);
        if (sign !== '+') oldLeft--;
        if (sign !== '-') newLeft--;
      }
    }
    if (oldLeft < 0 || newLeft < 0) throw failure(`corrupt patch at line ${this.#at + 1}`, 128);
    if (this.#line().startsWith('\\ ')) {
      this.#at++;
      open(lines);
    }
    return lines;
  }
}

/** `\ No newline at end of file`: the line before it ends without one. */
function open(lines: string[]): void {
  const last = lines.pop();
  if (last !== undefined) lines.push(last.replace(/\n$/, ''));
}

/** A name in `---` and `+++` ends at a tab. */
const nameOf = (text: string): string => text.replace(/\t.*$/, '');

/** The name in `diff --git a/x b/x`, with its first folder; null when the two differ. */
function commonName(text: string): string | null {
  if (text.startsWith('"')) {
    const end = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0] ?? '';
    return unquote(end);
  }
  const middle = (text.length - 1) / 2;
  const [one, other] = [text.slice(0, middle), text.slice(middle + 1)];
  const tail = (name: string): string => name.slice(name.indexOf('/') + 1);
  return text[middle] === ' ' && tail(one) === tail(other) ? one : null;
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' };

/** A name as it is, out of double quotes with C escapes; decoded. */
function unquote(text: string): string {
  if (!text.startsWith('"')) return widen(text);
  const plain = text
    .replace(/^"|"$/g, '')
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
    );
  return widen(plain);
}

/** The patch that undoes a patch. */
export function reversed(patch: FilePatch): FilePatch {
  const kind = patch.kind === 'create' ? 'delete' : patch.kind === 'delete' ? 'create' : patch.kind;
  return {
    ...patch,
    kind,
    oldPath: patch.newPath,
    newPath: patch.oldPath,
    oldMode: patch.newMode,
    newMode: patch.oldMode,
    oldId: patch.newId,
    newId: patch.oldId,
    bytes: patch.bytes?.[1] ? [patch.bytes[1], patch.bytes[0]] : null,
    hunks: patch.hunks.map((hunk) => ({
      ...hunk,
      oldStart: hunk.newStart,
      oldCount: hunk.newCount,
      newStart: hunk.oldStart,
      newCount: hunk.oldCount,
      lines: hunk.lines.map((line) => (line.startsWith('+') ? '-' : line.startsWith('-') ? '+' : ' ') + line.slice(1)),
    })),
  };
}

/** How a hunk fared: how far from where it says it was found, or null. */
export interface Applied {
  readonly text: string;
  readonly offsets: readonly (number | null)[];
}

/** Applies hunks to a text where they fit exactly, near where they say; `keepGoing` leaves out those that fit nowhere. */
export function applyHunks(
  text: string,
  hunks: readonly Hunk[],
  how: { readonly zeroContext?: boolean; readonly keepGoing?: boolean } = {},
): Applied {
  const image = wholeLines(text).map((line) => ({ line, patched: false }));
  const offsets: (number | null)[] = [];
  for (const hunk of hunks) {
    const before = hunk.lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
    const after = hunk.lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1));
    const trailing = hunk.lines.length - 1 - hunk.lines.findLastIndex((line) => !line.startsWith(' '));
    const atStart = hunk.oldStart === 0 || (hunk.oldStart === 1 && !how.zeroContext);
    const atEnd = !how.zeroContext && trailing === 0;
    const expected = hunk.newStart > 0 ? hunk.newStart - 1 : 0;
    // Of nothing, a hunk at line 0 stands before the first line, one at line n after it.
    const wanted = how.zeroContext && hunk.oldCount === 0 && hunk.newCount > 0 ? hunk.newStart - 1 : expected;
    const at = findPlace(image, before, Math.max(0, wanted), atStart, atEnd);
    offsets.push(at === null ? null : at - expected);
    if (at !== null) image.splice(at, before.length, ...after.map((line) => ({ line, patched: true })));
    else if (!how.keepGoing) break;
  }
  return { text: image.map(({ line }) => line).join(''), offsets };
}

interface ImageLine {
  readonly line: string;
  readonly patched: boolean;
}

/** Where lines stand in an image: at the expected place, else at the nearest one, forwards first; null when nowhere. */
function findPlace(
  image: readonly ImageLine[],
  wanted: readonly string[],
  expected: number,
  atStart: boolean,
  atEnd: boolean,
): number | null {
  const last = image.length - wanted.length;
  const fits = (at: number): boolean =>
    at >= 0 &&
    at <= last &&
    (!atStart || at === 0) &&
    (!atEnd || at === last) &&
    wanted.every((line, number) => image[at + number]?.line === line && image[at + number]?.patched === false);
  const start = atStart ? 0 : atEnd ? last : Math.min(expected, image.length);
  for (let distance = 0; distance <= image.length; distance++) {
    if (fits(start + distance)) return start + distance;
    if (fits(start - distance)) return start - distance;
  }
  return null;
}
