/** Commits as mail and back: headers with names that are not ASCII, subjects, and what of a mail is message and what is patch (git-mailinfo). */
import { decode, encode } from './disk.ts';
import { fromLatin1 } from '../files/content.ts';
import { splitLines } from './engine.ts';

/** Columns that a header may have. */
const WIDTH = 78;
/** Columns of a line with an encoded word (RFC 2047, section 2). */
const WORD_WIDTH = 76;

// eslint-disable-next-line no-control-regex -- what is not ASCII is looked for
export const isPlain = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** A header line, folded or encoded where it has to be; `before` is what stands in front of the text and is never encoded. */
export function headerLine(before: string, text: string): string {
  return isPlain(text) ? folded(before + text) : before + encodedWords(text, before.length, /[^ =?_]/);
}

/** `From: Ada <ada@fieldleaf.test>`, with a name that needs it in quotes or encoded. */
export function personLine(name: string, email: string): string {
  const shown = !isPlain(name)
    ? encodedWords(name, 'From: '.length, /[A-Za-z0-9!*+\-/]/)
    : /[()<>[\]:;@\\,."]/.test(name)
      ? `"${name.replace(/["\\]/g, '\\$&')}"`
      : name;
  return `From: ${shown} <${email}>`;
}

export interface MailHead {
  /** As `personLine` has it. */
  readonly from: string;
  readonly date: string;
  /** As `headerLine` has it. */
  readonly subject: string;
  /** False where the text needs more than ASCII. */
  readonly plain: boolean;
}

/** The lines in front of a mail's text, `added` among them; without the empty line that ends them. */
export function mailHead(id: string, { from, date, subject, plain }: MailHead, added = ''): string {
  const encoding = plain ? '' : 'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n';
  return `From ${id} Mon Sep 17 00:00:00 2001\n${from}\nDate: ${date}\n${subject}\n${encoding}${added}`;
}

function folded(line: string): string {
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(' ')) {
    if (row === '') row = word;
    else if (row.length + 1 + word.length <= WIDTH) row += ` ${word}`;
    else {
      rows.push(row);
      row = ` ${word}`;
    }
  }
  return [...rows, row].join('\n');
}

/** `=?UTF-8?q?…?=`, in pieces that fit on a line and never cut a character. */
function encodedWords(text: string, used: number, plainly: RegExp): string {
  const [start, end] = ['=?UTF-8?q?', '?='];
  let result = start;
  let length = used + start.length;
  for (const character of text) {
    const bytes = encode(character);
    const plain = bytes.length === 1 && plainly.test(character);
    const piece = plain ? character : [...bytes].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
    if (length + piece.length + end.length > WORD_WIDTH) {
      result += `${end}\n ${start}`;
      length = start.length + 1;
    }
    result += piece;
    length += piece.length;
  }
  return result + end;
}

/** A mail as git takes it apart. */
export interface Mail {
  readonly name: string;
  readonly email: string;
  /** As it stands in the header, empty without one. */
  readonly date: string;
  readonly subject: string;
  /** Subject and text, each line without white space at its end. */
  readonly message: string;
  /** From `---` or the first file on, as it stands. */
  readonly patch: string;
}

/** The mails of a mailbox, or null where it is none. */
export function splitMailbox(text: string): readonly string[] | null {
  if (/^From \S+ .*\d{4}$/m.test(text.split('\n', 1)[0] ?? ''))
    return text.split(/(?<=\n)(?=From [0-9a-zA-Z@.-]+ \w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}\n)/);
  return /^(From|Date|Subject|Message-I[dD]|X-[\w-]+): /.test(text) ? [text] : null;
}

/** Takes a mail apart; `keep` leaves the subject as it is. */
export function readMail(text: string, keep: 'all' | 'other' | 'none'): Mail {
  const lines = text.split('\n');
  let at = (lines[0] ?? '').startsWith('From ') ? 1 : 0;
  const headers = new Map<string, string>();
  let last = '';
  for (; at < lines.length && lines[at] !== ''; at++) {
    const line = lines[at] ?? '';
    const [, name = '', value = ''] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
    if (/^\s/.test(line)) headers.set(last, `${headers.get(last) ?? ''}\n${line}`);
    else headers.set((last = name.toLowerCase()), value);
  }
  while (lines[at] === '') at++;
  // Whoever sends on somebody else's commit says so at the beginning of the text.
  for (let own = /^(From|Date|Subject): (.*)$/.exec(lines[at] ?? ''); own; own = /^(From|Date|Subject): (.*)$/.exec(lines[++at] ?? ''))
    headers.set((own[1] ?? '').toLowerCase(), own[2] ?? '');
  const rest = lines.slice(at);
  const end = rest.findIndex((line) => line === '---' || /^(diff -|Index: )/.test(line));
  const body = (end === -1 ? rest : rest.slice(0, end)).map((line) => line.trimEnd()).join('\n');
  const [, name = '', email = ''] = /^"?(.*?)"?\s*<([^>]*)>/.exec(decodeWords(headers.get('from') ?? '')) ?? [];
  const subject = cleanSubject(decodeWords(headers.get('subject') ?? ''), keep);
  return {
    name: name.replace(/\\(.)/g, '$1'),
    email,
    date: headers.get('date') ?? '',
    subject,
    message: `${`${subject}\n\n${body.trim() === '' ? '' : body.replace(/^\n+/, '')}`.trimEnd()}\n`,
    patch: end === -1 ? '' : rest.slice(end).join('\n'),
  };
}

function cleanSubject(text: string, keep: 'all' | 'other' | 'none'): string {
  if (keep === 'all') return text;
  let subject = text;
  for (;;) {
    const shorter = subject
      .trimStart()
      .replace(/^[rR][eE]:\s*/, '')
      .replace(keep === 'other' ? /^\[[^\]]*PATCH[^\]]*\]\s*/ : /^\[[^\]]*\]\s*/, '');
    if (shorter === subject) return subject.replace(/\s+/g, ' ').trim();
    subject = shorter;
  }
}

/** Undoes encoded words and folding. */
function decodeWords(text: string): string {
  return text
    .replace(/\n[ \t]+/g, ' ')
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/(?:=\?[\w-]+\?[qQbB]\?[^?]*\?=)+/g, (words) => {
      const pieces = [...words.matchAll(/=\?[\w-]+\?([qQbB])\?([^?]*)\?=/g)].map(([, kind = '', content = '']) =>
        kind.toLowerCase() === 'b'
          ? atob(content)
          : content.replaceAll('_', ' ').replace(/=([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
      );
      return decode(fromLatin1(pieces.join('')));
    });
}

/** The first line of a mail's message, for `Applying: …`. */
export const titleOf = (message: string): string => splitLines(message)[0] ?? '';
