import type { GitCall } from '../call.ts';
import { warnOfLineEndings } from '../worktree.ts';
import { paintPatch, unpainted } from '../colours.ts';
import { combinedText } from '../combined.ts';
import { makePair, sortPairs, writeDiff, type DiffFormat, type Pair, type Side } from '../diff.ts';
import { DIFF_OPTIONS, diffFormat, selectPairs } from '../diff-options.ts';
import { fatal, GitExit } from '../errors.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { ambiguous, lookUp, normalise, peelTo, requireCommit, type Named } from '../revision.ts';
import { blobSide, cachedPairs, commitWorkPairs, treePairs, unmergedPair, workPairs, workSide } from '../sides.ts';
import { mergeBases } from '../walk.ts';
import { unmergedOf, type Unmerged } from '../status.ts';

const DIFF = new OptionSpec(
  'diff',
  'usage: git diff [<options>] [<commit>] [--] [<path>...]\n',
  `--cached,--staged --no-index --merge-base -q,--quiet -0,--base -1,--ours -2 -3,--theirs${DIFF_OPTIONS}`,
);
const DIFF_TREE = new OptionSpec(
  'diff-tree',
  'usage: git diff-tree [<options>] <tree-ish> [<tree-ish>] [<path>...]\n',
  `-r -t --root --no-commit-id --stdin -q,--quiet -v --pretty[=] --format=${DIFF_OPTIONS}`,
);
const DIFF_INDEX = new OptionSpec(
  'diff-index',
  'usage: git diff-index [-m] [--cached] [<options>] <tree-ish> [<path>...]\n',
  `--cached -q,--quiet --merge-base${DIFF_OPTIONS}`,
);
const DIFF_FILES = new OptionSpec('diff-files', 'usage: git diff-files [-q] [<options>] [<path>...]\n', `-q,--quiet${DIFF_OPTIONS}`);

export async function diff(call: GitCall, args: readonly string[]): Promise<number> {
  const options = DIFF.parse(args, { keepUnknown: true });
  const unknown = options.before.find((word) => word.startsWith('-') && word !== '-');
  if (unknown !== undefined) throw new GitExit(`error: invalid option: ${unknown}\n${DIFF.usage}`, 129);
  const format = diffFormat(call, options, 'patch');
  if (options.has('no-index') || call.tryRepository === null) return noIndex(call, options, format);
  const { revisions, paths, range } = readArguments(call, options);
  const pathspec = new Pathspec(call, paths);
  const pairs = relative(call, options, await pairsFor(call, options, revisions, range, pathspec));
  if (range === null && revisions.length < 2 && !options.has('cached')) warnOfTouched(call, pathspec);
  return finish(call, options, pairs, format, pathspec, revisions.length === 0 && range === null && !options.has('cached'));
}

/** Looking at a file that is not as it was when it was staged, git says what will become of its line endings. */
function warnOfTouched(call: GitCall, pathspec: Pathspec): void {
  const { repository } = call;
  const touched = repository.index().filter(({ path, stage, mtime, size }) => {
    if (stage !== 0 || !pathspec.matches(path)) return false;
    const entry = repository.disk.entry(repository.pathOf(path));
    return entry?.type === 'file' && (entry.mtime !== mtime || entry.bytes.length !== size);
  });
  warnOfLineEndings(
    call,
    touched.map(({ path }) => path),
  );
}

/** `--relative`: only what is below the folder one stands in, as it is called there. */
function relative(call: GitCall, options: Options, pairs: readonly Pair[]): readonly Pair[] {
  if (!options.has('relative')) return pairs;
  const given = options.value('relative');
  const folder = given ? `${normalise(given)}/` : call.prefix;
  return pairs.flatMap((pair) =>
    pair.path.startsWith(folder) ? { ...pair, path: pair.path.slice(folder.length), oldPath: pair.oldPath.slice(folder.length) } : [],
  );
}

interface DiffArguments {
  readonly revisions: readonly { readonly name: string; readonly found: Named }[];
  readonly paths: readonly string[];
  readonly range: { readonly from: string; readonly to: string } | null;
}

function readArguments(call: GitCall, options: Options): DiffArguments {
  const { objects } = call.repository;
  const revisions: { name: string; found: Named }[] = [];
  const paths: string[] = [];
  let range: { from: string; to: string } | null = null;
  for (const word of options.before) {
    if (paths.length > 0) {
      paths.push(word);
      continue;
    }
    const [, one, dots, other] = /^(.*?)(\.{2,3})(.*)$/.exec(word) ?? [];
    if (dots !== undefined && lookUp(call, one || 'HEAD') && lookUp(call, other || 'HEAD')) {
      const [from, to] = [requireCommit(call, one || 'HEAD'), requireCommit(call, other || 'HEAD')];
      const base = dots === '...' ? mergeBases(objects, from, to)[0] : from;
      if (base === undefined) throw fatal(`${word}: no merge base`);
      range = { from: base, to };
      continue;
    }
    const found = lookUp(call, word);
    if (found !== null) revisions.push({ name: word, found });
    else if (options.after !== null) throw fatal(`bad revision '${word}'`);
    else if (call.disk.entry(call.resolve(word)) !== null || /[*?]/.test(word) || word.startsWith(':')) paths.push(word);
    else throw ambiguous(call, word);
  }
  return { revisions, paths: [...paths, ...(options.after ?? [])], range };
}

async function pairsFor(
  call: GitCall,
  options: Options,
  revisions: DiffArguments['revisions'],
  range: DiffArguments['range'],
  pathspec: Pathspec,
): Promise<readonly Pair[]> {
  const { repository } = call;
  const { objects } = repository;
  const cached = options.has('cached');
  if (range !== null) return treePairs(repository, range.from, range.to, pathspec);
  const isBlob = ({ found }: DiffArguments['revisions'][number]): boolean => objects.read(found.id).type === 'blob';
  if (revisions.length > 0 && revisions.every(isBlob)) return blobPairs(call, revisions);
  const treeish = revisions.map(({ name, found }) => {
    const tree = peelTo(call, found.id, 'commit') ?? peelTo(call, found.id, 'tree');
    if (tree === null) throw fatal(`${name}: not a commit or tree`);
    return tree;
  });
  if (treeish.length > 2) throw new GitExit(DIFF.usage, 129);
  if (treeish.length === 2) return treePairs(repository, treeish[0] ?? null, treeish[1] ?? null, pathspec);
  const base = (name: string): string => {
    const { head } = repository;
    return options.has('merge-base') && head !== null ? (mergeBases(objects, name, head)[0] ?? name) : name;
  };
  if (cached) return cachedPairs(repository, treeish[0] === undefined ? repository.head : base(treeish[0]), pathspec);
  if (repository.workTree === null) throw fatal('this operation must be run in a work tree');
  if (treeish[0] !== undefined) return commitWorkPairs(repository, base(treeish[0]), pathspec);
  return workPairs(repository, pathspec);
}

function blobPairs(call: GitCall, revisions: DiffArguments['revisions']): readonly Pair[] {
  const { repository } = call;
  const side = ({ found }: DiffArguments['revisions'][number]): Side => ({
    mode: found.mode ?? 0o100644,
    id: found.id,
    content: () => repository.objects.blob(found.id),
  });
  const name = ({ name: typed, found }: DiffArguments['revisions'][number]): string => found.path ?? typed;
  const [one, other] = revisions;
  if (one === undefined) return [];
  if (other === undefined) {
    const path = name(one);
    const work = workSide(repository.workEntries().get(path));
    return [makePair(path, side(one), work)];
  }
  return one.found.id === other.found.id ? [] : [{ ...makePair(name(other), side(one), side(other)), oldPath: name(one) }];
}

/** Writes the pairs, unmerged files as what both sides made of them, and gives the exit code. */
async function finish(
  call: GitCall,
  options: Options,
  all: readonly Pair[],
  format: DiffFormat,
  pathspec: Pathspec,
  work: boolean,
): Promise<number> {
  const { repository } = call;
  const pairs = await selectPairs(all, format);
  const unmerged = work ? unmergedOf(repository.index()).filter(({ path }) => pathspec.matches(path)) : [];
  const code = (options.has('exit-code') || options.has('quiet')) && pairs.length + unmerged.length > 0 ? 1 : 0;
  if (options.has('quiet')) return code;
  if (unmerged.length === 0) {
    call.out(await writeDiff(call, pairs, format));
    return code;
  }
  const side = options.last('base', 'ours', 'theirs');
  const entries = repository.workEntries();
  const against = (entry: Unmerged): Pair | null => {
    const before = blobSide(repository, side === 'base' ? entry.base : side === 'theirs' ? entry.theirs : entry.ours);
    const after = workSide(entries.get(entry.path));
    return before === null || after === null || (before.id === after.id && before.mode === after.mode)
      ? null
      : makePair(entry.path, before, after);
  };
  // A file in conflict is there twice: that it is unmerged, and what the work tree has made of one side.
  const twice = sortPairs([
    ...pairs,
    ...unmerged.flatMap((entry) => [unmergedPair(entry.path), against(entry)].filter((pair) => pair !== null)),
  ]);
  const filtered = format.diffFilter === undefined ? twice : await selectPairs(twice, format);
  if (side !== undefined || !format.patch) {
    call.out(await writeDiff(call, filtered, format));
    return code;
  }
  const text = await writeDiff(call, filtered, { ...format, patch: false });
  // Files that both sides have are written as soon as they are found, everything else at the end.
  let [combined, rest] = ['', ''];
  for (const path of new Set(twice.map((pair) => pair.path))) {
    const conflict = unmerged.find((entry) => entry.path === path);
    if (conflict === undefined) {
      const own = pairs.filter((pair) => pair.path === path);
      rest += await writeDiff(call, own, { ...format, stat: false });
    } else if (conflict.ours === null || conflict.theirs === null) rest += `* Unmerged path ${path}\n`;
    else {
      const parents = [blobSide(repository, conflict.ours), blobSide(repository, conflict.theirs)];
      const file = { path, parents, result: workSide(entries.get(path)) };
      combined += paintPatch(await combinedText(call, file, { dense: true, context: format.context ?? 3 }), format.paint ?? unpainted);
    }
  }
  const patches = combined + rest;
  call.out(text === '' || patches === '' ? text + patches : `${text}\n${patches}`);
  return code;
}

/** Two files or folders that need not be in a repository. */
async function noIndex(call: GitCall, options: Options, format: DiffFormat): Promise<number> {
  const [one, other] = options.args;
  if (one === undefined || other === undefined || options.args.length > 2) {
    throw new GitExit(`usage: git diff --no-index [<options>] <path> <path>\n`, 129);
  }
  const side = (path: string): Side | null => {
    if (path === '/dev/null') return null;
    const entry = call.disk.entry(call.resolve(path));
    if (entry === null) throw new GitExit(`error: Could not access '${path}'\n`, 1);
    if (entry.type === 'directory') throw fatal('comparing folders with --no-index is not supported here');
    return workSide(entry);
  };
  const [before, after] = [side(one), side(other)];
  if (before?.id === after?.id && before?.mode === after?.mode) return 0;
  const pair = { ...makePair(normalise(other), before, after), oldPath: normalise(one) };
  call.out(
    await writeDiff(
      call,
      [before === null ? { ...pair, oldPath: pair.path } : after === null ? { ...pair, path: pair.oldPath } : pair],
      format,
    ),
  );
  return 1;
}

export async function diffTree(call: GitCall, args: readonly string[]): Promise<number> {
  const options = DIFF_TREE.parse(args, { keepUnknown: true });
  const names: string[] = [];
  const paths: string[] = [...(options.after ?? [])];
  for (const word of options.before) (paths.length === 0 && lookUp(call, word) !== null ? names : paths).push(word);
  const [one, other] = names;
  if (one === undefined) throw new GitExit(DIFF_TREE.usage, 129);
  const format = { ...diffFormat(call, options, 'raw'), noRenames: !options.has('find-renames') };
  if (format.raw && !options.has('abbrev')) format.fullIndex = true;
  const pathspec = new Pathspec(call, paths);
  const { repository } = call;
  const recursive = options.has('r') || format.patch || format.stat;
  const shallow = (pairs: readonly Pair[]): readonly Pair[] => (recursive ? pairs : pairs.filter(({ path }) => !path.includes('/')));
  if (other !== undefined) {
    call.out(
      await writeDiff(
        call,
        await selectPairs(shallow(treePairs(repository, requireTree(call, one), requireTree(call, other), pathspec)), format),
        format,
      ),
    );
    return 0;
  }
  const id = requireCommit(call, one);
  const { parents } = repository.objects.commit(id);
  if (parents.length === 0 && !options.has('root')) return 0;
  if (!options.has('no-commit-id')) call.line(id);
  call.out(await writeDiff(call, await selectPairs(shallow(treePairs(repository, parents[0] ?? null, id, pathspec)), format), format));
  return 0;
}

function requireTree(call: GitCall, name: string): string {
  const found = lookUp(call, name);
  if (found === null) throw ambiguous(call, name);
  return found.id;
}

export async function diffIndex(call: GitCall, args: readonly string[]): Promise<number> {
  const options = DIFF_INDEX.parse(args, { keepUnknown: true });
  const [name, ...paths] = [...options.before, ...(options.after ?? [])];
  if (name === undefined) throw new GitExit(DIFF_INDEX.usage, 129);
  const format = { ...diffFormat(call, options, 'raw'), noRenames: true };
  if (format.raw) format.fullIndex = true;
  const pathspec = new Pathspec(call, paths);
  const tree = requireTree(call, name);
  const pairs = options.has('cached') ? cachedPairs(call.repository, tree, pathspec) : commitWorkPairs(call.repository, tree, pathspec);
  if (!options.has('quiet')) call.out(await writeDiff(call, pairs, format));
  return (options.has('exit-code') || options.has('quiet')) && pairs.length > 0 ? 1 : 0;
}

export async function diffFiles(call: GitCall, args: readonly string[]): Promise<number> {
  const options = DIFF_FILES.parse(args, { keepUnknown: true });
  const format = { ...diffFormat(call, options, 'raw'), noRenames: true };
  if (format.raw) format.fullIndex = true;
  const pairs = workPairs(call.workRepository, new Pathspec(call, options.args));
  if (!options.has('quiet')) call.out(await writeDiff(call, pairs, format));
  return (options.has('exit-code') || options.has('quiet')) && pairs.length > 0 ? 1 : 0;
}
