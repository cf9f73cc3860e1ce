/** `GIT binary patch`: bytes in base 85, deflated (diff.c, base85.c). */
import { unzlibSync, zlibSync } from 'fflate';
import { failure } from './errors.ts';
import { applyDelta } from './pack.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
/** Bytes of a line. */
const ROW = 52;

/** One direction of a binary patch. */
export interface BinaryHunk {
  readonly kind: 'literal' | 'delta';
  readonly data: Uint8Array;
}

/** How new content replaces old content, and the way back. */
export function binaryPatch(before: Uint8Array, after: Uint8Array): string {
  return `GIT binary patch\n${literal(after)}\n${literal(before)}\n`;
}

function literal(content: Uint8Array): string {
  const deflated = zlibSync(content);
  let text = `literal ${content.length}\n`;
  for (let at = 0; at < deflated.length; at += ROW) {
    const row = deflated.subarray(at, at + ROW);
    text += `${String.fromCharCode(row.length <= 26 ? 64 + row.length : 96 + row.length - 26)}${encode85(row)}\n`;
  }
  return text;
}

function encode85(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    let value = 0;
    for (let number = 0; number < 4; number++) value = value * 256 + (bytes[at + number] ?? 0);
    let group = '';
    for (let number = 0; number < 5; number++) {
      group = (DIGITS[value % 85] ?? '') + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}

/** Reads one direction from the lines after `GIT binary patch`; gives it and how many lines it took, or null. */
export function readBinaryHunk(lines: readonly string[], start: number): { readonly hunk: BinaryHunk; readonly next: number } | null {
  const [, kind, size] = /^(literal|delta) (\d+)\n?$/.exec(lines[start] ?? '') ?? [];
  if (kind === undefined) return null;
  const bytes: number[] = [];
  let at = start + 1;
  for (; /^[A-Za-z][^\n]+\n?$/.test(lines[at] ?? ''); at++) {
    const line = (lines[at] ?? '').trimEnd();
    const code = line.charCodeAt(0);
    bytes.push(...decode85(line.slice(1), code <= 90 ? code - 64 : code - 96 + 26, at + 1));
  }
  const data = unzlibSync(Uint8Array.from(bytes));
  if (data.length !== Number(size)) throw failure(`corrupt binary patch at line ${start + 1}: `, 128);
  return { hunk: { kind: kind as BinaryHunk['kind'], data }, next: at + 1 };
}

function decode85(text: string, length: number, line: number): readonly number[] {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 5) {
    let value = 0;
    for (const digit of text.slice(at, at + 5)) {
      const number = DIGITS.indexOf(digit);
      if (number === -1) throw failure(`corrupt binary patch at line ${line}: ${text}`, 128);
      value = value * 85 + number;
    }
    for (let shift = 3; shift >= 0; shift--) bytes.push(Math.floor(value / 256 ** shift) % 256);
  }
  return bytes.slice(0, length);
}

/** What a binary patch makes of a file. */
export function applyBinary(before: Uint8Array, { kind, data }: BinaryHunk): Uint8Array {
  return kind === 'literal' ? data : applyDelta(before, data);
}
