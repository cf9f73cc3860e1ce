import { preparePatches, writeResults, type ApplyHow, type Result } from '../applying.ts';
import type { GitCall } from '../call.ts';
import { renamed } from '../diff.ts';
import { fatal, failure, GitExit, unsupported } from '../errors.ts';
import type { IndexEntry } from '../index-file.ts';
import { mergeThree } from '../merging.ts';
import { octalMode } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { applyHunks, bytesText, parsePatch, reversed, textBytes, widen, type FilePatch } from '../patch.ts';
import { quotePath } from '../pathspec.ts';
import { contentOf, fileOf } from '../repository.ts';
import { WhitespaceCheck, type WhitespaceAction } from '../whitespace.ts';
import { wildmatch } from '../wildmatch.ts';
import { WorkWriter } from '../worktree.ts';

const SPEC = new OptionSpec(
  'apply',
  'usage: git apply [<options>] [<patch>...]\n',
  '--exclude=* --include=* -p= --no-add --stat --numstat --summary --check --index -N,--intent-to-add --cached --unsafe-paths --apply -3,--3way' +
    ' --build-fake-ancestor= -z -C= --whitespace= --ignore-space-change --ignore-whitespace -R,--reverse --unidiff-zero --reject --allow-overlap' +
    ' -v,--verbose -q,--quiet --inaccurate-eof --recount --directory= --allow-empty',
);

const UNSUPPORTED = [
  'no-add',
  'build-fake-ancestor',
  'C',
  'ignore-space-change',
  'ignore-whitespace',
  'allow-overlap',
  'inaccurate-eof',
  'recount',
  'intent-to-add',
];

/** `git apply`: puts patches onto files. */
export async function apply(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  for (const name of UNSUPPORTED) if (options.has(name)) throw unsupported(name.length === 1 ? `-${name}` : `--${name}`);
  const names = options.args.length === 0 ? ['-'] : options.args;
  let code = 0;
  for (const name of names) code = Math.max(code, await applyFile(call, options, name));
  return code;
}

async function applyFile(call: GitCall, options: Options, name: string): Promise<number> {
  const text = bytesText(readPatch(call, name));
  const all = parsePatch(text, Number(options.value('p') ?? 1));
  if (all.length === 0) {
    if (options.has('allow-empty')) return 0;
    throw failure('No valid patches in input (allow with "--allow-empty")', 128);
  }
  const reverse = options.has('reverse');
  const patches = chosen(
    call,
    options,
    all.map((patch) => placed(call, options, reverse ? reversed(patch) : patch)),
  );
  const shows = ['stat', 'numstat', 'summary'].filter((one) => options.has(one));
  const applies = options.has('apply') || (shows.length === 0 && !options.has('check'));
  if (applies || options.has('check')) {
    const code = await applyAll(call, options, patches, name === '-' ? '<stdin>' : name, applies);
    if (code !== 0) return code;
  }
  if (options.has('stat')) call.out(statOf(call, patches));
  if (options.has('numstat')) for (const patch of patches) call.line(numbersOf(call, patch));
  if (options.has('summary')) call.out(patches.map((patch) => summaryOf(call, patch)).join(''));
  return 0;
}

/** The bytes of a patch file; `-` is stdin. */
function readPatch(call: GitCall, name: string): Uint8Array {
  if (name === '-') return call.stdin;
  const bytes = call.disk.read(call.resolve(name));
  if (bytes === null) throw failure(`can't open patch '${name}': No such file or directory`, 128);
  return bytes;
}

/** A patch with its paths from the root of the repository; those of a plain diff begin where one stands. */
function placed(call: GitCall, options: Options, patch: FilePatch): FilePatch {
  const root = options.value('directory');
  const here = patch.git || call.tryRepository === null ? '' : call.prefix;
  const prefix = here + (root === undefined ? '' : `${root.replace(/\/$/, '')}/`);
  if (prefix === '') return patch;
  const below = (path: string | null): string | null => (path === null ? null : prefix + path);
  return { ...patch, oldPath: below(patch.oldPath), newPath: below(patch.newPath) };
}

/** The files that `--include` and `--exclude` leave, and that are below the folder one stands in. */
function chosen(call: GitCall, options: Options, patches: readonly FilePatch[]): readonly FilePatch[] {
  const [include, exclude] = [options.list('include'), options.list('exclude')];
  const prefix = call.tryRepository === null ? '' : call.prefix;
  const matches = (patterns: readonly string[], path: string): boolean =>
    patterns.some((pattern) => wildmatch(pattern, path, { pathname: false }));
  return patches.filter((patch) => {
    const path = patch.newPath ?? patch.oldPath ?? '';
    const kept = path.startsWith(prefix) && !matches(exclude, path) && (include.length === 0 || matches(include, path));
    if (!kept && options.has('verbose')) call.err(`Skipped patch '${path}'.\n`);
    return kept;
  });
}

async function applyAll(call: GitCall, options: Options, patches: readonly FilePatch[], file: string, writes: boolean): Promise<number> {
  const how: ApplyHow = {
    index: options.has('index') || options.has('3way'),
    cached: options.has('cached'),
    zeroContext: options.has('unidiff-zero'),
    reject: options.has('reject'),
  };
  if (how.cached && options.has('reject')) throw fatal("options '--cached' and '--reject' cannot be used together");
  if (options.has('3way') && options.has('reject')) throw fatal("options '--reject' and '--3way' cannot be used together");
  if (how.index || how.cached) {
    if (call.tryRepository === null) throw fatal(`'--${how.cached ? 'cached' : 'index'}' outside a repository`);
  }
  const usual = writes ? (call.settings.get('apply.whitespace') ?? 'warn') : 'nowarn';
  const action = (options.value('whitespace') ?? usual) as WhitespaceAction;
  const check = new WhitespaceCheck(action, file);
  const checked = options.has('reverse') ? patches : patches.map((patch) => check.patch(patch));
  call.err(check.report);
  if (check.forbids) {
    call.err(check.summary(false));
    return 128;
  }
  if (options.has('3way')) return threeWay(call, options, checked, how, check);
  const { results, errors } = preparePatches(call, checked, how);
  const failing = errors !== '' || (results.some(({ offsets }) => offsets.includes(null)) && how.reject !== true);
  if (options.has('verbose') || how.reject) call.err(verboseTrial(call, checked, how));
  else call.err(errors);
  if (failing) return 1;
  let code = 0;
  if (writes) {
    writeResults(call, results, how);
    code = reportApplied(call, options, results, how);
  }
  if (code === 0) call.err(check.summary(writes));
  return code;
}

/** What is tried with every file, as `--verbose` tells it. */
function verboseTrial(call: GitCall, patches: readonly FilePatch[], how: ApplyHow): string {
  let text = '';
  for (const [at, patch] of patches.entries()) {
    text += `Checking patch ${renameText(call, patch)}...\n`;
    // Earlier patches may have touched the file: all of them are tried, and the last one is told.
    const { results, errors } = preparePatches(call, patches.slice(0, at + 1), how);
    const result = results.find((one) => one.patch === patch);
    const own = result === undefined ? errors.split(/(?<=patch does not apply\n|directory\n|index\n)/).at(-1) : '';
    const offsets = result?.offsets ?? [];
    for (const [number, offset] of offsets.entries()) {
      if (offset === null) text += notFound(patch, number, how);
      else if (offset !== 0)
        text += `Hunk #${number + 1} succeeded at ${(patch.hunks[number]?.newStart ?? 0) + offset} (offset ${offset} line${Math.abs(offset) === 1 ? '' : 's'}).\n`;
    }
    if (own?.includes('patch failed')) text += searching(call, patch, how);
    text += own ?? '';
  }
  return text;
}

function notFound(patch: FilePatch, number: number, how: ApplyHow): string {
  const hunk = patch.hunks[number];
  if (hunk === undefined) return '';
  const wanted = hunk.lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const failed = how.reject ? `error: patch failed: ${patch.oldPath}:${hunk.oldStart}\n` : '';
  return `error: while searching for:\n${widen(wanted.join(''))}\n${failed}`;
}

/** The lines that were looked for in vain. */
function searching(call: GitCall, patch: FilePatch, how: ApplyHow): string {
  const there = how.cached ? null : call.disk.entry(call.repository.pathOf(patch.oldPath ?? ''));
  const { offsets } = applyHunks(there === null ? '' : bytesText(contentOf(there)), patch.hunks);
  return notFound(patch, Math.max(0, offsets.indexOf(null)), how);
}

function renameText(call: GitCall, { oldPath, newPath }: FilePatch): string {
  const [from, to] = [oldPath ?? newPath ?? '', newPath ?? oldPath ?? ''];
  return from === to ? quotePath(call, to) : `${quotePath(call, from)} => ${quotePath(call, to)}`;
}

/** Says what has been written, and keeps the hunks that were not. */
function reportApplied(call: GitCall, options: Options, results: readonly Result[], how: ApplyHow): number {
  let code = 0;
  for (const { patch, path, offsets } of results) {
    const name = renameText(call, patch);
    const rejected = offsets.filter((offset) => offset === null).length;
    if (rejected === 0) {
      if (options.has('verbose') || how.reject) call.err(`Applied patch ${name} cleanly.\n`);
      continue;
    }
    code = 1;
    call.err(`Applying patch ${name} with ${rejected} reject${rejected === 1 ? '' : 's'}...\n`);
    let text = `diff a/${patch.oldPath} b/${patch.newPath}\t(rejected hunks)\n`;
    for (const [at, offset] of offsets.entries()) {
      call.err(offset === null ? `Rejected hunk #${at + 1}.\n` : `Hunk #${at + 1} applied cleanly.\n`);
      if (offset === null) text += hunkText(patch, at);
    }
    call.disk.files.writeSync(call.repository.pathOf(`${path}.rej`), textBytes(text));
  }
  return code;
}

function hunkText(patch: FilePatch, at: number): string {
  const hunk = patch.hunks[at];
  if (hunk === undefined) return '';
  const range = (start: number, count: number): string => (count === 1 ? String(start) : `${start},${count}`);
  const lines = hunk.lines.map((line) => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)).join('');
  return `@@ -${range(hunk.oldStart, hunk.oldCount)} +${range(hunk.newStart, hunk.newCount)} @@${hunk.section}\n${lines}`;
}

/** `--3way`: merges with the blobs that the patch names; where they are not here, it is applied as usual. */
async function threeWay(
  call: GitCall,
  options: Options,
  patches: readonly FilePatch[],
  how: ApplyHow,
  check: WhitespaceCheck,
): Promise<number> {
  const conflicted: string[] = [];
  let text = '';
  for (const patch of patches) {
    const merged = patch.oldPath === null || patch.kind === 'delete' ? null : await mergeFile(call, patch, patch.oldPath, how);
    if (merged === null) {
      text += 'Falling back to direct application...\n';
      const { results, errors } = preparePatches(call, [patch], how);
      if (errors !== '') {
        call.err(text + errors);
        return 1;
      }
      writeResults(call, results, how);
      continue;
    }
    text += `Applied patch to '${patch.newPath}' ${merged ? 'cleanly' : 'with conflicts'}.\n`;
    if (!merged) conflicted.push(patch.newPath ?? '');
  }
  if (!options.has('quiet')) call.err(text + conflicted.map((path) => `U ${path}\n`).join(''));
  call.err(check.summary(true));
  return conflicted.length > 0 ? 1 : 0;
}

/** True for a clean merge, false with conflicts, null where there is nothing to merge with. */
async function mergeFile(call: GitCall, patch: FilePatch, path: string, how: ApplyHow): Promise<boolean | null> {
  const { repository } = call;
  const entry = repository.index().find((one) => one.path === path && one.stage === 0);
  const [base] = patch.oldId === null ? [] : repository.objects.withPrefix(patch.oldId);
  if (entry === undefined || base === undefined) return null;
  const { text, offsets } = applyHunks(bytesText(repository.objects.blob(base)), patch.hunks);
  if (offsets.includes(null)) return null;
  const theirs = repository.objects.write('blob', textBytes(text));
  const there = how.cached ? entry : fileOf(repository.workEntry(path));
  if (there?.id !== entry.id) throw failure(`${path}: does not match index`);
  const tree = (id: string): string => repository.writeTree([[path, { mode: entry.mode, id }]]);
  const outcome = await mergeThree(call, tree(base), tree(entry.id), tree(theirs), { ours: 'ours', theirs: 'theirs' }, null);
  const file = repository.files(outcome.tree).get(path);
  if (file === undefined) return null;
  const written: IndexEntry = how.cached
    ? { ...entry, id: file.id }
    : new WorkWriter(call).writeContent(path, file, repository.objects.blob(file.id));
  const others = repository.index().filter((one) => one.path !== path);
  repository.writeIndex([...others, ...(outcome.clean ? [written] : outcome.conflicts)]);
  return outcome.clean;
}

interface Counts {
  readonly name: string;
  readonly added: number;
  readonly removed: number;
}

function countsOf({ hunks, newPath, oldPath }: FilePatch): Counts {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    name: newPath ?? oldPath ?? '',
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

/** The statistics of `git apply`, which are not quite those of `git diff`. */
function statOf(call: GitCall, patches: readonly FilePatch[]): string {
  const counts = patches.map((patch) => {
    const count = countsOf(patch);
    return { ...count, name: quotePath(call, count.name), binary: isBinaryPatch(patch) };
  });
  const width = Math.min(50, Math.max(...counts.map(({ name }) => name.length)));
  const most = Math.max(...counts.map(({ added, removed }) => added + removed));
  const room = width + most > 70 ? 70 - width : most;
  const scale = (value: number): number => (most === 0 ? 0 : Math.floor((value * room + Math.floor(most / 2)) / most));
  let text = '';
  for (const { name, added, removed, binary } of counts) {
    if (binary) {
      text += ` ${name.padEnd(width)} |  Bin\n`;
      continue;
    }
    const plus = scale(added);
    const minus = scale(added + removed) - plus;
    text += ` ${name.padEnd(width)} |${String(added + removed).padStart(5)} ${'+'.repeat(plus)}${'-'.repeat(minus)}\n`;
  }
  const [plus, minus] = [counts.reduce((sum, { added }) => sum + added, 0), counts.reduce((sum, { removed }) => sum + removed, 0)];
  const parts = [`${counts.length} file${counts.length === 1 ? '' : 's'} changed`];
  if (plus > 0 || minus === 0) parts.push(`${plus} insertion${plus === 1 ? '' : 's'}(+)`);
  if (minus > 0 || plus === 0) parts.push(`${minus} deletion${minus === 1 ? '' : 's'}(-)`);
  return `${text} ${parts.join(', ')}\n`;
}

function numbersOf(call: GitCall, patch: FilePatch): string {
  const { name, added, removed } = countsOf(patch);
  return isBinaryPatch(patch) ? `-\t-\t${quotePath(call, name)}` : `${added}\t${removed}\t${quotePath(call, name)}`;
}

function summaryOf(call: GitCall, patch: FilePatch): string {
  const { kind, oldMode, newMode, oldPath, newPath, score } = patch;
  const name = quotePath(call, newPath ?? oldPath ?? '');
  if (kind === 'create') return ` create mode ${octalMode(newMode ?? 0o100644)} ${name}\n`;
  if (kind === 'delete') return ` delete mode ${octalMode(oldMode ?? 0o100644)} ${name}\n`;
  if (kind === 'rename' || kind === 'copy') return ` ${kind} ${renamed({ oldPath: oldPath ?? '', path: newPath ?? '' })} (${score}%)\n`;
  if (oldMode !== null && newMode !== null && oldMode !== newMode)
    return ` mode change ${octalMode(oldMode)} => ${octalMode(newMode)} ${name}\n`;
  return '';
}

/** Applies a patch that a command made itself, as `git apply` in a process of its own would; gives what it says when it fails. */
export function applyOwn(call: GitCall, patches: readonly FilePatch[], how: ApplyHow, writes = true): string {
  try {
    const { results, errors } = preparePatches(call, patches, how);
    if (errors === '' && writes) writeResults(call, results, how);
    return errors;
  } catch (error) {
    if (error instanceof GitExit) return error.text;
    throw error;
  }
}

const isBinaryPatch = ({ binary, bytes }: FilePatch): boolean => binary || bytes !== null;
