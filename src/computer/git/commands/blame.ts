import { blameFile, type Origin } from '../blaming.ts';
import type { GitCall } from '../call.ts';
import { formatDate } from '../date.ts';
import { decode } from '../disk.ts';
import { lineChanges, splitLines } from '../engine.ts';
import { fatal, unsupported } from '../errors.ts';
import type { Person } from '../objects.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { relativeToRoot } from '../pathspec.ts';
import { contentOf } from '../repository.ts';
import { subjectOf } from '../record.ts';
import { resolveCommit } from '../revision.ts';
import { NO_ID } from '../refs.ts';

const SPEC = new OptionSpec(
  'blame',
  'usage: git blame [<options>] [<rev-opts>] [<rev>] [--] <file>\n',
  '--incremental -b --root --show-stats --progress --score-debug -f,--show-name -n,--show-number -p,--porcelain --line-porcelain -c -t -l -s -e,--show-email' +
    ' -w --ignore-rev=* --ignore-revs-file=* --minimal -S= --contents= -C[=] -M[=] -L=* --abbrev= --date= --first-parent',
);

interface Line {
  readonly id: string;
  readonly author: Person;
  readonly committer: Person;
  readonly summary: string;
  readonly boundary: boolean;
  readonly path: string;
  readonly previous: Origin['previous'];
  readonly original: number;
  readonly number: number;
  readonly text: string;
}

export async function blame(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  for (const name of ['incremental', 'w', 'C', 'M', 'S', 'contents', 'ignore-rev', 'ignore-revs-file', 'first-parent', 'c', 'show-stats']) {
    if (options.has(name)) throw unsupported(`'git blame ${name.length === 1 ? '-' : '--'}${name}'`);
  }
  const words = [...options.args];
  const file = words.pop();
  if (file === undefined) throw fatal('usage: git blame [<options>] [<rev-opts>] [<rev>] [--] <file>');
  const revision = words[0];
  const path = relativeToRoot(call, file);
  const lines = await linesOf(call, path, revision);
  const shown = options.list('L').length === 0 ? lines : selectLines(lines, options.list('L'), path);
  if (options.has('porcelain') || options.has('line-porcelain')) call.out(porcelain(shown, options.has('line-porcelain')));
  else call.out(table(call, options, shown, path));
  return 0;
}

async function linesOf(call: GitCall, path: string, revision: string | undefined): Promise<readonly Line[]> {
  const { repository } = call;
  const name = revision ?? 'HEAD';
  const commit = resolveCommit(call, name);
  if (commit === null) throw fatal(revision === undefined ? `no such ref: HEAD` : `bad revision '${revision}'`);
  const committed = repository.files(commit).get(path);
  const work = revision === undefined && repository.workTree !== null ? repository.workEntries().get(path) : undefined;
  if (committed === undefined && (work === undefined || !repository.index().some((entry) => entry.path === path)))
    throw fatal(`no such path ${revision === undefined ? `'${path}'` : path} in ${name}`);
  if (revision === undefined && work === undefined) throw fatal(`Cannot lstat '${path}': No such file or directory`);
  const before = committed === undefined ? '' : decode(repository.objects.blob(committed.id));
  const known: readonly Line[] = committed === undefined ? [] : await blameOf(call, commit, path);
  if (work === undefined) return known;
  const after = decode(contentOf(work));
  const mine = await withWork(call, path, before, known, after);
  // While a merge is under way, the other side's commit is a parent of the work tree too.
  const other = operationOf(repository);
  const theirs = other?.kind === 'merge' ? other.heads[0] : undefined;
  const file = theirs === undefined ? undefined : repository.files(theirs).get(path);
  if (theirs === undefined || file === undefined) return mine;
  const fromTheirs = await withWork(call, path, decode(repository.objects.blob(file.id)), await blameOf(call, theirs, path), after);
  return mine.map((line, at) => (line.id === NO_ID ? (fromTheirs[at] ?? line) : line));
}

/** A file's lines at a commit with what the work tree has made of them. */
async function withWork(call: GitCall, path: string, before: string, known: readonly Line[], after: string): Promise<readonly Line[]> {
  const changes = await lineChanges(before, after);
  if (changes.length === 0) return known;
  const nobody: Person = { name: 'Not Committed Yet', email: 'not.committed.yet', time: Math.floor(call.now() / 1000), zone: call.zone };
  const texts = splitLines(after);
  const result: Line[] = [];
  let old = 0;
  for (const change of changes) {
    for (; old < change.oldStart; old++) result.push({ ...(known[old] as Line), number: result.length + 1 });
    for (let at = 0; at < change.newCount; at++) {
      const number = result.length + 1;
      result.push({
        id: NO_ID,
        author: nobody,
        committer: nobody,
        summary: `Version of ${path} from ${path}`,
        boundary: false,
        path,
        previous: null,
        original: number,
        number,
        text: texts[number - 1] ?? '',
      });
    }
    old += change.oldCount;
  }
  for (; old < known.length; old++) result.push({ ...(known[old] as Line), number: result.length + 1 });
  return result;
}

async function blameOf({ repository }: GitCall, commit: string, path: string): Promise<readonly Line[]> {
  const texts = splitLines(decode(repository.objects.blob(repository.files(commit).get(path)?.id ?? '')));
  return (await blameFile(repository, commit, path)).map((origin, at) => ({
    id: origin.commit.id,
    author: origin.commit.author,
    committer: origin.commit.committer,
    summary: subjectOf(origin.commit.message),
    boundary: origin.commit.parents.length === 0,
    path: origin.path,
    previous: origin.previous,
    original: origin.line,
    number: at + 1,
    text: texts[at] ?? '',
  }));
}

/** `-L 3,5`, `-L 3,+2`, `-L /regex/,/regex/`. */
function selectLines(lines: readonly Line[], ranges: readonly string[], path: string): readonly Line[] {
  const wanted = new Set<number>();
  for (const range of ranges) {
    if (range.startsWith(':')) throw unsupported("'git blame -L :<function>'");
    const [, first = '', second = ''] = /^(\/(?:[^/\\]|\\.)*\/|[^,]*)(?:,(.*))?$/.exec(range) ?? [];
    const find = (text: string, from: number): number => {
      const expression = /^\/(.*)\/$/.exec(text);
      if (!expression) return Number(text);
      const pattern = new RegExp(expression[1] ?? '');
      const at = lines.findIndex(({ text: line }, index) => index >= from && pattern.test(line));
      if (at === -1) throw fatal(`-L parameter '${expression[1]}' starting at line ${from + 1}: No match`);
      return at + 1;
    };
    const start = first === '' ? 1 : find(first, 0);
    let end =
      second === ''
        ? lines.length
        : second.startsWith('+')
          ? start + Number(second.slice(1)) - 1
          : second.startsWith('-')
            ? start - Number(second.slice(1)) + 1
            : find(second, start);
    let begin = start;
    if (end < begin) [begin, end] = [end, begin];
    if (begin > lines.length) throw fatal(`file ${path} has only ${lines.length} line${lines.length === 1 ? '' : 's'}`);
    for (let number = Math.max(1, begin); number <= Math.min(end, lines.length); number++) wanted.add(number);
  }
  return lines.filter(({ number }) => wanted.has(number));
}

function table(call: GitCall, options: Options, lines: readonly Line[], path: string): string {
  const digits = options.has('l') ? 40 : Number(options.value('abbrev') ?? 7) + 1;
  const width = Math.max(0, ...lines.map((line) => [...whoOf(options, line)].length));
  const numbers = String(Math.max(0, ...lines.map(({ number }) => number))).length;
  const originals = String(Math.max(0, ...lines.map(({ original }) => original))).length;
  const names = options.has('show-name') || lines.some((line) => line.path !== path);
  const nameWidth = Math.max(0, ...lines.map((line) => line.path.length));
  const mode = options.value('date') ?? call.settings.get('blame.date') ?? 'iso';
  return lines
    .map((line) => {
      const id =
        line.boundary && !options.has('root')
          ? options.has('b')
            ? ' '.repeat(digits)
            : `^${line.id.slice(0, digits - 1)}`
          : line.id.slice(0, digits);
      const name = names ? ` ${line.path.padEnd(nameWidth)}` : '';
      const original = options.has('show-number') ? ` ${String(line.original).padStart(originals)}` : '';
      const number = String(line.number).padStart(numbers);
      if (options.has('s')) return `${id}${name}${original} ${number}) ${line.text}\n`;
      const date = options.has('t') ? `${line.author.time} ${line.author.zone}` : formatDate(line.author, mode, call.now());
      const who = whoOf(options, line);
      return `${id}${name}${original} (${who}${' '.repeat(width - [...who].length)} ${date} ${number}) ${line.text}\n`;
    })
    .join('');
}

function whoOf(options: Options, { author }: Line): string {
  return options.has('show-email') ? `<${author.email}>` : author.name;
}

function porcelain(lines: readonly Line[], whole: boolean): string {
  const seen = new Set<string>();
  let text = '';
  for (const [at, line] of lines.entries()) {
    const previous = lines[at - 1];
    const begins =
      previous === undefined || previous.id !== line.id || previous.original + 1 !== line.original || previous.number + 1 !== line.number;
    let count = 1;
    while (
      begins &&
      lines[at + count]?.id === line.id &&
      lines[at + count]?.original === line.original + count &&
      lines[at + count]?.number === line.number + count
    )
      count++;
    text += `${line.id} ${line.original} ${line.number}${begins ? ` ${count}` : ''}\n`;
    if (whole || !seen.has(line.id)) {
      const person = (role: string, { name, email, time, zone }: Person): string =>
        `${role} ${name}\n${role}-mail <${email}>\n${role}-time ${time}\n${role}-tz ${zone}\n`;
      const before = line.previous === null ? '' : `previous ${line.previous.commit} ${line.previous.path}\n`;
      text += `${person('author', line.author)}${person('committer', line.committer)}summary ${line.summary}\n${line.boundary ? 'boundary\n' : ''}${before}filename ${line.path}\n`;
      seen.add(line.id);
    }
    text += `\t${line.text}\n`;
  }
  return text;
}
