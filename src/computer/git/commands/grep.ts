import type { GitCall } from '../call.ts';
import { paintOf, painted } from '../colours.ts';
import { decode } from '../disk.ts';
import { diffDriver } from '../diff-drivers.ts';
import { isBinary, splitLines } from '../engine.ts';
import { fatal, unsupported } from '../errors.ts';
import { OptionSpec, type Options } from '../options.ts';
import { fromHere, Pathspec, quotePath } from '../pathspec.ts';
import { contentOf } from '../repository.ts';
import { ambiguous, peelTo, resolveRevision } from '../revision.ts';
import { indexFiles, untrackedFiles } from '../status.ts';
import { basicPattern } from '../walk-options.ts';

const SPEC = new OptionSpec(
  'grep',
  'usage: git grep [<options>] [-e] <pattern> [<rev>...] [[--] <path>...]\n',
  '--cached --no-index,--index --untracked --exclude-standard --recurse-submodules -v,--invert-match -i,--ignore-case -w,--word-regexp -a,--text -I --textconv -r,--recursive' +
    ' --max-depth= -E,--extended-regexp -G,--basic-regexp -F,--fixed-strings -P,--perl-regexp -n,--line-number --column -h -H --full-name -l,--files-with-matches,--name-only' +
    ' -L,--files-without-match -z,--null -o,--only-matching -c,--count --color[=] --break --heading -C,--context= -B,--before-context= -A,--after-context= --threads= -p,--show-function' +
    ' -W,--function-context -f= -e=* --and --or --not -q,--quiet --all-match -O,--open-files-in-pager[=] -m,--max-count=',
);

interface Source {
  readonly path: string;
  /** As it is shown: with the revision in front. */
  readonly shown: string;
  content(): Uint8Array;
}

export function grep(call: GitCall, args: readonly string[]): number {
  const options = SPEC.parse(args);
  for (const name of [
    'and',
    'or',
    'not',
    'f',
    'show-function',
    'function-context',
    'open-files-in-pager',
    'no-index',
    'recurse-submodules',
    'column',
  ]) {
    if (options.has(name)) throw unsupported(`'git grep --${name}'`);
  }
  if (paintOf(call, 'grep', options) === painted) throw unsupported("'git grep' in colour");
  const words = [...options.before];
  const patterns = options.list('e').length > 0 ? options.list('e') : [words.shift()];
  if (patterns[0] === undefined) throw fatal('no pattern given');
  const expressions = (patterns as readonly string[]).map((pattern) => compile(pattern, options));
  const revisions: string[] = [];
  const paths: string[] = [];
  for (const word of words) {
    if (paths.length === 0 && resolveRevision(call, word) !== null) revisions.push(word);
    else if (options.after === null && call.disk.entry(call.resolve(word)) === null && !/[*?]/.test(word)) throw ambiguous(call, word);
    else paths.push(word);
  }
  const pathspec = new Pathspec(call, [...paths, ...(options.after ?? [])]);
  let found = false;
  const output = new Output(call, options);
  for (const source of sourcesOf(call, options, revisions, pathspec)) {
    if (search(call, source, expressions, options, output)) found = true;
    if (found && options.has('quiet')) return 0;
  }
  return found ? 0 : 1;
}

function compile(pattern: string, options: Options): RegExp {
  const kind = options.last('extended-regexp', 'basic-regexp', 'fixed-strings', 'perl-regexp') ?? 'basic-regexp';
  let source =
    kind === 'fixed-strings' ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : kind === 'basic-regexp' ? basicPattern(pattern) : pattern;
  if (options.has('word-regexp')) source = `(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`;
  try {
    return new RegExp(source, options.has('ignore-case') ? 'gi' : 'g');
  } catch {
    throw fatal(`command line, '${pattern}': Invalid regular expression`);
  }
}

function* sourcesOf(call: GitCall, options: Options, revisions: readonly string[], pathspec: Pathspec): Generator<Source> {
  const { repository } = call;
  const show = (path: string): string => quotePath(call, options.has('full-name') ? path : fromHere(call, path));
  const inside = (path: string): boolean => pathspec.matches(path) && (!pathspec.empty || path.startsWith(call.prefix));
  for (const revision of revisions) {
    const tree = peelTo(call, resolveRevision(call, revision) as string, 'tree');
    if (tree === null) throw fatal(`unable to grep from object of type blob`);
    for (const [path, { id, mode }] of repository.files(tree)) {
      if (inside(path) && mode !== 0o160000) yield { path, shown: `${revision}:${show(path)}`, content: () => repository.objects.blob(id) };
    }
  }
  if (revisions.length > 0) return;
  if (options.has('cached')) {
    for (const [path, { id }] of indexFiles(repository.index()))
      if (inside(path)) yield { path, shown: show(path), content: () => repository.objects.blob(id) };
    return;
  }
  const work = call.workRepository.workEntries();
  const paths = new Set(repository.index().map(({ path }) => path));
  if (options.has('untracked'))
    for (const path of untrackedFiles(repository.index(), work, repository.ignore(call.excludesFile), 'all', false).untracked)
      paths.add(path);
  for (const path of [...paths].sort()) {
    const entry = work.get(path);
    if (entry?.type === 'file' && inside(path)) yield { path, shown: show(path), content: () => contentOf(entry) };
  }
}

class Output {
  readonly #call: GitCall;
  readonly options: Options;
  #files = 0;
  #groups = 0;

  constructor(call: GitCall, options: Options) {
    this.#call = call;
    this.options = options;
  }

  get quiet(): boolean {
    return this.options.has('quiet');
  }

  write(text: string): void {
    if (!this.quiet) this.#call.out(text);
  }

  beginFile(shown: string): void {
    if (this.options.has('break') && this.#files > 0) this.write('\n');
    if (this.options.has('heading')) this.write(`${shown}\n`);
    this.#files++;
  }

  beginGroup(): void {
    if (this.#groups > 0 && !(this.options.has('break') && this.options.has('heading'))) this.write('--\n');
    this.#groups++;
  }
}

function search(call: GitCall, source: Source, expressions: readonly RegExp[], options: Options, output: Output): boolean {
  const content = source.content();
  const lines = splitLines(decode(content));
  const test = (line: string): boolean =>
    expressions.some((expression) => {
      expression.lastIndex = 0;
      return expression.test(line);
    }) !== options.has('invert-match');
  const limit = Number(options.value('max-count') ?? Number.POSITIVE_INFINITY);
  const hits = lines.flatMap((line, at) => (test(line) ? at : [])).slice(0, limit);
  const end = options.has('null') ? '\0' : '\n';
  if (options.has('files-without-match')) {
    if (hits.length === 0) output.write(source.shown + end);
    return hits.length === 0;
  }
  if (hits.length === 0) return false;
  const binary = (diffDriver(call, source.path).binary ?? isBinary(content)) && !options.has('text');
  if (binary && options.has('I')) return false;
  if (options.has('files-with-matches')) output.write(source.shown + end);
  else if (options.has('count'))
    output.write(options.has('h') ? `${hits.length}\n` : `${source.shown}${options.has('null') ? '\0' : ':'}${hits.length}\n`);
  else if (binary) output.write(`Binary file ${source.shown} matches\n`);
  else writeHits(source, lines, hits, expressions, options, output);
  return true;
}

function writeHits(
  source: Source,
  lines: readonly string[],
  hits: readonly number[],
  expressions: readonly RegExp[],
  options: Options,
  output: Output,
): void {
  const context = (name: string): number => Number(options.value(name) ?? options.value('context') ?? 0);
  const [before, after] = [context('before-context'), context('after-context')];
  const names = !options.has('h') && !options.has('heading');
  const head = (at: number, mark: string): string =>
    `${names ? `${source.shown}${options.has('null') ? '\0' : mark}` : ''}${options.has('line-number') ? `${at + 1}${mark}` : ''}`;
  output.beginFile(source.shown);
  const matched = new Set(hits);
  let last = -2;
  for (const hit of hits) {
    const from = Math.max(last + 1, hit - before);
    if (before + after > 0 && (last < 0 || from > last + 1)) output.beginGroup();
    for (let at = from; at <= Math.min(lines.length - 1, hit + after); at++) {
      if (at <= last) continue;
      if (at > hit && matched.has(at)) break;
      const line = lines[at] ?? '';
      if (at === hit && options.has('only-matching')) {
        for (const expression of expressions) for (const match of line.matchAll(expression)) output.write(`${head(at, ':')}${match[0]}\n`);
      } else output.write(`${head(at, at === hit ? ':' : '-')}${line}\n`);
      last = at;
    }
  }
}
