/** How a commit is written ("PRETTY FORMATS" of git-log). */
import type { GitCall } from './call.ts';
import { unpainted, type Paint, type Slot } from './colours.ts';
import { formatDate } from './date.ts';
import { fatal } from './errors.ts';
import { headerLine, isPlain, mailHead, personLine } from './mail.ts';
import { formatPerson, type CommitObject, type Person } from './objects.ts';
import type { ShownNotes } from './notes.ts';
import { bodyOf, subjectOf } from './record.ts';
import type { Walked } from './revlist.ts';

export interface PrettyOptions {
  /** `medium`, `oneline`, `format:…`, `tformat:…`, … */
  readonly format: string;
  readonly dateMode: string;
  /** Digits of abbreviated ids; undefined for the usual. */
  readonly abbrev?: number | undefined;
  readonly abbrevCommit: boolean;
  readonly decorations: Decorations | null;
  readonly notes?: ShownNotes | null;
  readonly showParents?: boolean;
  readonly showChildrenMark?: string;
  readonly expandTabs?: boolean;
  /** Without it nothing is coloured. */
  readonly paint?: Paint;
}

/** Names for commits: ` (HEAD -> main, tag: v1)`. */
export class Decorations {
  readonly #names = new Map<string, { readonly slot: Slot; readonly text: string }[]>();

  constructor(call: GitCall, style: 'short' | 'full') {
    const { repository } = call;
    const { refs, objects } = repository;
    const shorten = (name: string): string =>
      style === 'full' ? name : name.replace(/^refs\/(heads|remotes|tags)\//, '').replace(/^refs\/(?=stash$)/, 'refs/');
    // Every later ref comes before those that were there: tags before remotes before branches.
    const add = (id: string, slot: Slot, text: string): void => {
      this.#names.set(id, [{ slot, text }, ...(this.#names.get(id) ?? [])]);
    };
    const current = repository.headRef;
    for (const [name, id] of refs.list()) {
      if (!/^refs\/(heads|remotes|tags)\/|^refs\/stash$/.test(name)) continue;
      const peeled = objects.peel(id);
      if (name === current && peeled.id === repository.head) continue;
      add(peeled.id, slotOf(name), name.startsWith('refs/tags/') ? `tag: ${shorten(name)}` : shorten(name));
    }
    const { head } = repository;
    if (head !== null) add(head, 'head', current === null ? 'HEAD' : `HEAD -> ${shorten(current)}`);
  }

  of(id: string): readonly string[] {
    return (this.#names.get(id) ?? []).map(({ text }) => text);
  }

  text(id: string, paint: Paint = unpainted): string {
    const names = this.#names.get(id) ?? [];
    if (names.length === 0) return '';
    return `${paint('commit', ' (')}${names.map((name) => paintName(name, paint)).join(paint('commit', ', '))}${paint('commit', ')')}`;
  }
}

function slotOf(ref: string): Slot {
  return ref.startsWith('refs/tags/')
    ? 'tag'
    : ref.startsWith('refs/remotes/')
      ? 'remoteBranch'
      : ref === 'refs/stash'
        ? 'stash'
        : 'branch';
}

/** `HEAD -> main` has two colours, every other name one. */
function paintName({ slot, text }: { readonly slot: Slot; readonly text: string }, paint: Paint): string {
  const arrow = slot === 'head' ? /^(HEAD -> )(.*)$/.exec(text) : null;
  return arrow ? paint('head', arrow[1] ?? '') + paint('branch', arrow[2] ?? '') : paint(slot, text);
}

const BUILT_IN = ['oneline', 'short', 'medium', 'full', 'fuller', 'reference', 'email', 'mboxrd', 'raw'];

/** What `--pretty=` names: a built-in format, a configured one, or a format of one's own. */
export function resolveFormat(call: GitCall, name: string): string {
  if (name === '') return 'medium';
  if (/^t?format:/.test(name)) return name;
  const configured = BUILT_IN.includes(name) ? undefined : call.settings.get(`pretty.${name}`);
  if (configured !== undefined)
    return /^t?format:/.test(configured) || BUILT_IN.includes(configured) ? configured : `tformat:${configured}`;
  if (name.includes('%')) return `tformat:${name}`;
  const matching = BUILT_IN.filter((one) => one.startsWith(name));
  if (matching[0] === undefined) throw fatal(`invalid --pretty format: ${name}`);
  return matching[0];
}

/** True when each commit ends in a newline of its own instead of a blank line between commits. */
export function usesTerminator(format: string): boolean {
  return format === 'oneline' || format === 'reference' || format.startsWith('tformat:');
}

/** A commit's header, message and notes, without the newline that ends the last line. */
export function prettyCommit(call: GitCall, walked: Walked, options: PrettyOptions): string {
  const text = headerAndMessage(call, walked, options);
  const notes = /^t?format:/.test(options.format) ? '' : (options.notes?.sections(walked.commit.id) ?? '');
  if (notes === '') return text;
  return usesTerminator(options.format) ? `${text}${notes}` : `${text}\n${notes.slice(0, -1)}`;
}

function headerAndMessage(call: GitCall, walked: Walked, options: PrettyOptions): string {
  const { commit, reflog } = walked;
  const { format, abbrevCommit } = options;
  if (/^t?format:/.test(format)) return expandFormat(call, format.slice(format.indexOf(':') + 1), walked, options);
  const id = abbrevCommit ? call.short(commit.id, options.abbrev) : commit.id;
  const parents = options.showParents
    ? walked.parents.map((parent) => ` ${abbrevCommit ? call.short(parent, options.abbrev) : parent}`).join('')
    : '';
  const paint = options.paint ?? unpainted;
  const decoration = options.decorations?.text(commit.id, paint) ?? '';
  const mark = options.showChildrenMark ?? '';
  if (format === 'oneline')
    return reflog
      ? `${paint('commit', mark + id + parents)}${decoration} ${reflog.selector}: ${reflog.entry.message}`
      : `${paint('commit', mark + id + parents)}${decoration} ${subjectOf(commit.message)}`;
  if (format === 'reference') {
    const date = formatDate(commit.author, options.dateMode === 'default' ? 'short' : options.dateMode, call.now());
    return `${paint('commit', call.short(commit.id, options.abbrev))} (${subjectOf(commit.message)}, ${date})`;
  }
  if (format === 'email' || format === 'mboxrd') return emailText(commit);
  let text = `${paint('commit', `commit ${mark}${id}${parents}`)}${decoration}\n`;
  if (reflog)
    text += `Reflog: ${reflog.selector} (${reflog.entry.person.name} <${reflog.entry.person.email}>)\nReflog message: ${reflog.entry.message}\n`;
  if (format === 'raw') {
    const lines = [
      `tree ${commit.tree}`,
      ...commit.parents.map((parent) => `parent ${parent}`),
      `author ${formatPerson(commit.author)}`,
      `committer ${formatPerson(commit.committer)}`,
    ];
    return `${text}${lines.join('\n')}\n\n${indented(commit.message, true)}`;
  }
  if (commit.parents.length > 1) text += `Merge: ${commit.parents.map((parent) => call.short(parent, options.abbrev)).join(' ')}\n`;
  const person = ({ name, email }: Person): string => `${name} <${email}>`;
  const date = (of: Person): string => formatDate(of, options.dateMode, call.now());
  const { author, committer } = commit;
  if (format === 'fuller') {
    text += `Author:     ${person(author)}\nAuthorDate: ${date(author)}\nCommit:     ${person(committer)}\nCommitDate: ${date(committer)}\n`;
  } else if (format === 'full') text += `Author: ${person(author)}\nCommit: ${person(committer)}\n`;
  else if (format === 'short') text += `Author: ${person(author)}\n`;
  else text += `Author: ${person(author)}\nDate:   ${date(author)}\n`;
  const message = format === 'short' ? subjectOf(commit.message) : commit.message;
  return `${text}\n${indented(message, options.expandTabs !== false)}`;
}

function emailText({ id, author, message }: CommitObject): string {
  const body = bodyOf(message).trimEnd();
  const head = mailHead(id, {
    from: personLine(author.name, author.email),
    date: formatDate(author, 'rfc', 0),
    subject: headerLine('Subject: [PATCH] ', subjectOf(message)),
    plain: isPlain(message),
  });
  return `${head}${body === '' ? '' : `\n${body}\n`}`;
}

function indented(message: string, tabs: boolean): string {
  const lines = message
    .replace(/^(\s*\n)+/, '')
    .trimEnd()
    .split('\n');
  return lines
    .map((line) => `    ${tabs ? expandTabs(line.trimEnd()) : line.trimEnd()}`)
    .join('\n')
    .trimEnd();
}

function expandTabs(line: string): string {
  let text = '';
  for (const character of line) text += character === '\t' ? ' '.repeat(8 - (text.length % 8)) : character;
  return text;
}

/** Column formatting that waits for the next placeholder: `%<(20,trunc)`. */
interface Column {
  readonly side: 'left' | 'right' | 'both';
  readonly width: number;
  readonly truncate: 'none' | 'left' | 'middle' | 'right';
  readonly absolute: boolean;
}

/** Fills in the placeholders of a format. */
function expandFormat(call: GitCall, format: string, walked: Walked, options: PrettyOptions): string {
  let text = '';
  let column: Column | null = null;
  const place = (value: string): void => {
    if (column === null) {
      text += value;
      return;
    }
    const used = column.absolute ? text.length - (text.lastIndexOf('\n') + 1) : 0;
    text += fit(value, column, Math.max(0, column.width - used));
    column = null;
  };
  for (let at = 0; at < format.length;) {
    if (format[at] !== '%') {
      text += format[at++];
      continue;
    }
    const rest = format.slice(at + 1);
    const modifier = /^[-+ ]/.test(rest) ? rest[0] : '';
    const body = modifier ? rest.slice(1) : rest;
    const columnMatch = /^(>>|><|<|>)(\|?)\((-?\d+)(?:,(l?trunc|mtrunc))?\)/.exec(body);
    if (columnMatch) {
      const side = columnMatch[1] === '<' ? 'left' : columnMatch[1] === '><' ? 'both' : 'right';
      const truncate =
        columnMatch[4] === 'trunc' ? 'right' : columnMatch[4] === 'ltrunc' ? 'left' : columnMatch[4] === 'mtrunc' ? 'middle' : 'none';
      column = { side, width: Number(columnMatch[3]), truncate, absolute: columnMatch[2] === '|' };
      at += 1 + (modifier ? 1 : 0) + columnMatch[0].length;
      continue;
    }
    const expanded = placeholder(call, body, walked, options);
    if (expanded === null) {
      text += '%';
      at++;
      continue;
    }
    const [value, length] = expanded;
    if (modifier === '+' && value !== '') text += '\n';
    else if (modifier === ' ' && value !== '') text += ' ';
    else if (modifier === '-' && value === '') text = text.replace(/\n+$/, '');
    place(value);
    at += 1 + (modifier ? 1 : 0) + length;
  }
  return text;
}

function fit(value: string, { side, truncate }: Column, width: number): string {
  const characters = [...value];
  if (characters.length > width && truncate !== 'none' && width >= 2) {
    if (truncate === 'right') return `${characters.slice(0, width - 2).join('')}..`;
    if (truncate === 'left') return `..${characters.slice(characters.length - width + 2).join('')}`;
    const head = Math.floor(width / 2) - 1;
    return `${characters.slice(0, head).join('')}..${characters.slice(characters.length - (width - head - 2)).join('')}`;
  }
  const missing = Math.max(0, width - characters.length);
  if (side === 'left') return value + ' '.repeat(missing);
  if (side === 'right') return ' '.repeat(missing) + value;
  return ' '.repeat(Math.floor(missing / 2)) + value + ' '.repeat(missing - Math.floor(missing / 2));
}

/** The value of a placeholder and how many characters it takes, without the `%`; null for what is none. */
function placeholder(call: GitCall, body: string, walked: Walked, options: PrettyOptions): readonly [value: string, length: number] | null {
  const { commit, reflog } = walked;
  const colour = /^C(\([^)]*\)|red|green|blue|reset)/.exec(body);
  if (colour) return ['', colour[0].length];
  const wrap = /^w\(([^)]*)\)/.exec(body);
  if (wrap) return ['', wrap[0].length];
  const byte = /^x([0-9a-fA-F]{2})/.exec(body);
  if (byte) return [String.fromCharCode(Number.parseInt(byte[1] ?? '0', 16)), 3];
  const trailers = /^\(trailers(?::([^)]*))?\)/.exec(body);
  if (trailers) return [trailersOf(commit.message, trailers[1] ?? ''), trailers[0].length];
  const decorate = /^\(decorate(?::([^)]*))?\)/.exec(body);
  const two = body.slice(0, 2);
  const person = two[0] === 'a' ? commit.author : two[0] === 'c' ? commit.committer : null;
  const short = (id: string): string => call.short(id, options.abbrev);
  const decorations = (): Decorations => options.decorations ?? new Decorations(call, 'short');
  if (decorate) return [decorations().text(commit.id), decorate[0].length];
  if (person !== null) {
    const value = personField(call, person, two[1] ?? '', options.dateMode);
    return value === null ? null : [value, 2];
  }
  if (two[0] === 'g') {
    const fields: Readonly<Record<string, string>> = reflog
      ? {
          D: reflog.selector,
          d: reflog.selector.replace(/^refs\/((heads|tags|remotes)\/)?/, ''),
          s: reflog.entry.message,
          n: reflog.entry.person.name,
          N: reflog.entry.person.name,
          e: reflog.entry.person.email,
          E: reflog.entry.person.email,
        }
      : {};
    return /[DdsnNeE]/.test(two[1] ?? '') ? [fields[two[1] ?? ''] ?? '', 2] : null;
  }
  if (two[0] === 'G') return [two[1] === '?' ? 'N' : '', 2];
  const simple: Readonly<Record<string, () => string>> = {
    H: () => commit.id,
    h: () => short(commit.id),
    T: () => commit.tree,
    t: () => short(commit.tree),
    P: () => walked.parents.join(' '),
    p: () => walked.parents.map(short).join(' '),
    s: () => subjectOf(commit.message),
    f: () =>
      subjectOf(commit.message)
        .replace(/[^A-Za-z0-9._]+/g, '-')
        .replace(/\.+/g, '.')
        .replace(/^-+|[-.]+$/g, ''),
    b: () => {
      const text = bodyOf(commit.message);
      return text === '' ? '' : `${text.trimEnd()}\n`;
    },
    B: () => (commit.message.trim() === '' ? '' : `${commit.message.replace(/^\n+/, '').trimEnd()}\n`),
    d: () => decorations().text(commit.id),
    D: () => decorations().of(commit.id).join(', '),
    S: () => '',
    e: () => '',
    N: () => options.notes?.raw(commit.id) ?? '',
    m: () => options.showChildrenMark || '>',
    n: () => '\n',
    '%': () => '%',
  };
  const value = simple[body[0] ?? ''];
  return value === undefined ? null : [value(), 1];
}

function personField(call: GitCall, person: Person, field: string, dateMode: string): string | null {
  const date = (mode: string): string => formatDate(person, mode, call.now());
  const fields: Readonly<Record<string, () => string>> = {
    n: () => person.name,
    N: () => person.name,
    e: () => person.email,
    E: () => person.email,
    l: () => person.email.replace(/@.*$/, ''),
    L: () => person.email.replace(/@.*$/, ''),
    d: () => date(dateMode),
    D: () => date('rfc'),
    r: () => date('relative'),
    t: () => String(person.time),
    i: () => date('iso'),
    I: () => date('iso-strict'),
    s: () => date('short'),
    h: () => date('human'),
  };
  return fields[field]?.() ?? null;
}

function trailersOf(message: string, options: string): string {
  const paragraphs = message.trimEnd().split(/\n\s*\n/);
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? '').split('\n') : [];
  if (last.length === 0 || !last.every((line) => /^([A-Za-z0-9-]+:|\s|\(cherry picked)/.test(line))) return '';
  const settings = new Map(options.split(',').map((word) => word.split(/=(.*)/s).slice(0, 2) as [string, string | undefined]));
  const key = settings.get('key')?.replace(/:$/, '').toLowerCase();
  const wanted = last.filter((line) => key === undefined || line.toLowerCase().startsWith(`${key}:`));
  const shown = wanted.map((line) => (settings.has('valueonly') ? line.replace(/^[^:]*:\s*/, '') : line));
  const separator = settings
    .get('separator')
    ?.replace(/%x([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return separator === undefined ? shown.map((line) => `${line}\n`).join('') : shown.join(separator);
}
