import type { GitCall } from '../call.ts';
import { unpainted } from '../colours.ts';
import { formatDate } from '../date.ts';
import { sortPairs, writeDiff, type DiffFormat } from '../diff.ts';
import { DIFF_OPTIONS, diffFormat, selectPairs } from '../diff-options.ts';
import { fatal, unsupported } from '../errors.ts';
import { headerLine, isPlain, mailHead, personLine, type MailHead } from '../mail.ts';
import type { CommitObject } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { bodyOf, subjectOf } from '../record.ts';
import { NO_ID } from '../refs.ts';
import { walkRange } from '../revlist.ts';
import { treePairs } from '../sides.ts';
import { rangeOf, WALK_OPTIONS, walkOptions } from '../walk-options.ts';
import { signedOff } from './commit.ts';

const FORMAT_PATCH = new OptionSpec(
  'format-patch',
  'usage: git format-patch [<options>] [<since> | <revision-range>]\n',
  `${DIFF_OPTIONS.replace(' -s,--no-patch', ' --no-patch')}${WALK_OPTIONS} ` +
    '-n,--numbered -N,--no-numbered --numbered-only --stdout --cover-letter --numbered-files --suffix= --start-number= -v,--reroll-count= --rfc' +
    ' --subject-prefix= -o,--output-directory= -k,--keep-subject --zero-commit --to=* --cc=* --add-header=* --from[=] --in-reply-to= --attach[=] --inline[=]' +
    ' --thread[=] --signature= --signature-file= --base= --interdiff= --range-diff= --progress --filename-max-length= --cover-from-description= --ignore-if-in-upstream' +
    ' -q,--quiet --root -s,--signoff --no-stat',
);

const UNSUPPORTED = [
  'attach',
  'inline',
  'thread',
  'in-reply-to',
  'base',
  'interdiff',
  'range-diff',
  'signature-file',
  'ignore-if-in-upstream',
  'from',
  'cover-from-description',
];

/** The width of the statistics in a mail. */
const MAIL_WIDTH = 72;
/** How long a file's name may be, its ending included. */
const NAME_LENGTH = 64;

/** `git format-patch`: each commit as a mail of its own, in files or on stdout. */
export async function formatPatch(call: GitCall, args: readonly string[]): Promise<number> {
  const options = FORMAT_PATCH.parse(args, { keepUnknown: true });
  for (const name of UNSUPPORTED) if (options.has(name)) throw unsupported(`'git format-patch --${name}'`);
  if (options.has('stdout') && options.has('output-directory'))
    throw fatal("options '--stdout' and '--output-directory' cannot be used together");
  if (options.has('keep-subject') && options.has('numbered')) throw fatal("options '-n' and '-k' cannot be used together");
  const commits = await commitsOf(call, options);
  if (commits.length === 0) return 0;
  const series = new Series(call, options, commits.length);
  if (options.has('cover-letter') || (call.settings.bool('format.coverletter') ?? false))
    series.write(0, 'cover-letter', await coverLetter(call, commits, series));
  for (const [at, commit] of commits.entries()) {
    const subject = subjectOf(commit.message);
    series.write(at + 1, subject, await mailOf(call, commit, series, at + 1));
  }
  return 0;
}

/** Oldest first; a single revision stands for everything since it, unless a number says how many. */
async function commitsOf(call: GitCall, options: Options): Promise<readonly CommitObject[]> {
  const range = rangeOf(call, options);
  const { head } = call.repository;
  const single = range.names.length === 1 && range.negative.length === 0 && !options.has('max-count') && !options.has('root');
  // Without arguments it is HEAD since HEAD.
  if (range.fallback && !options.has('max-count') && !options.has('root')) return [];
  const since = single && head !== null ? { ...range, positive: [head], negative: range.positive } : range;
  const walked = await walkRange(call, since, { ...walkOptions(call, options), maxParents: 1, order: 'topo' });
  return walked.map(({ commit }) => commit).reverse();
}

/** What all mails of a series have in common, and where they go. */
class Series {
  readonly options: Options;
  readonly #call: GitCall;
  readonly #total: number;
  readonly #start: number;
  #written = 0;

  constructor(call: GitCall, options: Options, count: number) {
    this.#call = call;
    this.options = options;
    this.#start = Number(options.value('start-number') ?? 1);
    this.#total = count + this.#start - 1;
  }

  /** `[PATCH v2 1/3] `; empty with `-k`. */
  prefix(number: number): string {
    const { options } = this;
    if (options.has('keep-subject')) return '';
    const word = `${options.has('rfc') ? 'RFC ' : ''}${options.value('subject-prefix') ?? this.#call.settings.get('format.subjectprefix') ?? 'PATCH'}`;
    const version = options.value('reroll-count');
    const numbered =
      options.has('numbered') ||
      (!options.has('no-numbered') && !options.negated('numbered') && (this.#total - this.#start + 1 > 1 || options.has('cover-letter')));
    const place = number === 0 ? 0 : number + this.#start - 1;
    const count = numbered ? `${String(place).padStart(String(this.#total).length, '0')}/${this.#total}` : '';
    const words = [word, version === undefined ? '' : `v${version}`, count].filter((part) => part !== '');
    return words.length === 0 ? '' : `[${words.join(' ')}] `;
  }

  /** Writes one mail and says where it is. */
  write(number: number, title: string, text: string): void {
    const { options } = this;
    if (options.has('stdout')) {
      this.#call.out(this.#written++ > 0 ? `\n${text}` : text);
      return;
    }
    const folder = options.value('output-directory') ?? this.#call.settings.get('format.outputdirectory');
    const name = this.#fileName(number === 0 ? 0 : number + this.#start - 1, title);
    const path = folder === undefined ? name : `${folder.replace(/\/+$/, '')}/${name}`;
    this.#call.disk.write(this.#call.resolve(path), text);
    if (!options.has('quiet')) this.#call.line(path);
  }

  #fileName(number: number, title: string): string {
    const { options } = this;
    if (options.has('numbered-files')) return String(number);
    const suffix = options.value('suffix') ?? this.#call.settings.get('format.suffix') ?? '.patch';
    const version = options.value('reroll-count');
    const start = `${version === undefined ? '' : `v${version}-`}${String(number).padStart(4, '0')}-`;
    const longest = Number(options.value('filename-max-length') ?? NAME_LENGTH) - suffix.length - 1;
    return `${(start + sanitised(title)).slice(0, longest)}${suffix}`;
  }
}

/** A subject as a file's name: letters, digits, dots and underscores, everything else a dash. */
function sanitised(subject: string): string {
  return subject
    .replace(/[^A-Za-z0-9._]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^-+/, '')
    .replace(/[.-]+$/, '');
}

async function mailOf(call: GitCall, commit: CommitObject, series: Series, number: number): Promise<string> {
  const { options } = series;
  const message = options.has('signoff') ? signedOff(call, commit.message) : commit.message;
  const body = bodyOf(message).trimEnd();
  const { author } = commit;
  const format = formatOf(call, options);
  const pairs = await selectPairs(
    sortPairs(treePairs(call.repository, commit.parents[0] ?? null, commit.id, new Pathspec(call, []))),
    format,
  );
  const diff = pairs.length === 0 ? '' : `${format.stat || format.summary ? '---' : ''}\n${await writeDiff(call, pairs, format)}`;
  return (
    head(call, options, commit.id, {
      from: personLine(author.name, author.email),
      date: formatDate(author, 'rfc', 0),
      subject: headerLine(`Subject: ${series.prefix(number)}`, subjectOf(message)),
      plain: isPlain(message),
    }) + `${body}${body === '' ? '' : '\n'}${diff}${signature(call, options)}`
  );
}

/** Headers that the options add. */
function addedHeaders(call: GitCall, options: Options): string {
  const list = (name: string, values: readonly string[]): string =>
    values.length === 0 ? '' : `${name}: ${values.join(`,\n${' '.repeat(name.length + 2)}`)}\n`;
  const people = (key: string): readonly string[] => [...call.settings.all(`format.${key}`), ...options.list(key)];
  const others = options.list('add-header').map((line) => `${line}\n`);
  return others.join('') + list('To', people('to')) + list('Cc', people('cc'));
}

function head(call: GitCall, options: Options, id: string, mail: MailHead): string {
  return `${mailHead(options.has('zero-commit') ? NO_ID : id, mail, addedHeaders(call, options))}\n`;
}

function signature(call: GitCall, options: Options): string {
  if (options.negated('signature')) return '';
  const text = options.value('signature') ?? call.settings.get('format.signature') ?? '2.39.5';
  return text === '' ? '' : `-- \n${text}\n\n`;
}

/** A subject in a list, wrapped. */
function shortlogLine(subject: string): string {
  const rows: string[] = [];
  let row = ' ';
  for (const word of subject.split(' ')) {
    if (row.trim() !== '' && row.length + 1 + word.length > MAIL_WIDTH) {
      rows.push(row);
      row = '   ';
    }
    row += ` ${word}`;
  }
  return [...rows, row].map((text) => `${text}\n`).join('');
}

function formatOf(call: GitCall, options: Options): DiffFormat {
  const asked = diffFormat(call, options, 'patch');
  // Settings do not colour patches that are to be applied.
  const format: DiffFormat = options.has('color') ? asked : { ...asked, paint: unpainted };
  const only = ['stat', 'summary', 'numstat', 'shortstat', 'raw'].some((name) => options.has(name));
  if (!only && !options.has('patch') && !options.has('no-stat') && !options.negated('stat')) format.stat = format.summary = true;
  if (!options.has('no-patch')) format.patch = true;
  format.binary = true;
  format.statWidth = [MAIL_WIDTH, 0, 0];
  return format;
}

/** The mail in front of a series: whose commits they are and what they change together. */
async function coverLetter(call: GitCall, commits: readonly CommitObject[], series: Series): Promise<string> {
  const { options } = series;
  const last = commits.at(-1) as CommitObject;
  const writer = call.person('committer');
  const authors = new Map<string, string[]>();
  for (const { author, message } of commits) authors.set(author.name, [...(authors.get(author.name) ?? []), subjectOf(message)]);
  const names = [...authors].sort(([one], [other]) => (one < other ? -1 : 1));
  const shortlog = names.map(([name, subjects]) => `${name} (${subjects.length}):\n${subjects.map(shortlogLine).join('')}\n`).join('');
  const base = commits[0]?.parents[0] ?? null;
  const format: DiffFormat = { stat: true, summary: true, statWidth: [MAIL_WIDTH, 0, 0] };
  const pairs = await selectPairs(sortPairs(treePairs(call.repository, base, last.id, new Pathspec(call, []))), format);
  // Without the commit that it begins from there is nothing to compare with.
  const stat = base === null ? '' : `${await writeDiff(call, pairs, format)}\n`;
  return (
    head(call, options, last.id, {
      from: personLine(writer.name, writer.email),
      date: formatDate(writer, 'rfc', 0),
      subject: `Subject: ${series.prefix(0)}*** SUBJECT HERE ***`,
      plain: commits.every(({ author, message }) => isPlain(author.name + subjectOf(message))),
    }) + `*** BLURB HERE ***\n\n${shortlog}${stat}${signature(call, options)}`
  );
}
