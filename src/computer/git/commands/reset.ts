import type { GitCall } from '../call.ts';
import { failure, fatal, GitExit } from '../errors.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { clearOperation, subjectOf } from '../record.ts';
import { ambiguous, peelTo, resolveRevision } from '../revision.ts';
import { compareWork, unmergedOf } from '../status.ts';
import { chooseToReset } from './choose-hunks.ts';
import { forceFiles, indexEntry, indexOf, switchFiles } from '../worktree.ts';

const SPEC = new OptionSpec(
  'reset',
  'usage: git reset [--mixed | --soft | --hard | --merge | --keep] [-q] [<commit>]\n   or: git reset [-q] [<tree-ish>] [--] <pathspec>...\n',
  '-q,--quiet --no-refresh,--refresh --mixed --soft --hard --merge --keep --recurse-submodules[=] -p,--patch -N,--intent-to-add --pathspec-from-file=',
);

export async function reset(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  const { repository } = call;
  const { name, paths } = readArguments(call, options);
  const mode = options.last('mixed', 'soft', 'hard', 'merge', 'keep') ?? 'mixed';
  const id = resolveRevision(call, name);
  if (options.has('patch')) {
    await chooseToReset(call, id, name === 'HEAD', paths);
    return 0;
  }
  if (paths.length > 0) {
    if (mode !== 'mixed') throw fatal(`Cannot do ${mode} reset with paths.`);
    if (options.has('mixed')) call.warn("--mixed with paths is deprecated; use 'git reset -- <paths>' instead.");
    return resetPaths(call, options, id, paths);
  }
  const commit = id === null ? null : peelTo(call, id, 'commit');
  if (commit === null) {
    if (name !== 'HEAD' || repository.head !== null) throw id === null ? ambiguous(call, name) : fatal(`Could not parse object '${name}'.`);
    repository.writeIndex([]);
    return 0;
  }
  const old = repository.head;
  if (mode === 'soft' && unmergedOf(repository.index()).length > 0) throw fatal('Cannot do a soft reset in the middle of a merge.');
  if (mode !== 'soft' && mode !== 'mixed' && repository.workTree === null) throw fatal('this operation must be run in a work tree');
  const target = repository.files(commit);
  if (mode === 'hard') forceFiles(call, target);
  else if (mode === 'keep') keepFiles(call, old, commit, name);
  else if (mode === 'merge') mergeFiles(call, commit, name);
  else if (mode === 'mixed') repository.writeIndex(indexOf(repository, target));
  if (old !== null) repository.refs.update('ORIG_HEAD', old, null);
  // A ref update that changes nothing is still an entry in the log.
  repository.refs.update('HEAD', commit, call.change(`${call.env.get('GIT_REFLOG_ACTION') ?? 'reset'}: moving to ${name}`));
  if (mode !== 'keep' && mode !== 'soft' && operationOf(repository)?.kind !== 'rebase') clearOperation(repository);
  if (options.has('quiet')) return 0;
  if (mode === 'hard') call.line(`HEAD is now at ${call.short(commit)} ${subjectOf(repository.objects.commit(commit).message)}`);
  if (mode === 'mixed') sayUnstaged(call);
  return 0;
}

function readArguments(call: GitCall, options: Options): { readonly name: string; readonly paths: readonly string[] } {
  const [first, ...rest] = options.before;
  if (options.after !== null) {
    if (rest.length > 0) throw fatal(`ambiguous argument '${rest[0]}'`);
    return { name: first ?? 'HEAD', paths: options.after };
  }
  if (first === undefined) return { name: 'HEAD', paths: [] };
  if (resolveRevision(call, first) !== null) return { name: first, paths: rest };
  const known =
    call.disk.entry(call.resolve(first)) !== null || call.repository.index().some(({ path }) => new Pathspec(call, [first]).matches(path));
  if (!known) throw ambiguous(call, first);
  return { name: 'HEAD', paths: [first, ...rest] };
}

/** What the work tree has and the index has not, in the words of a mixed reset. */
function sayUnstaged(call: GitCall): void {
  const { repository } = call;
  if (repository.workTree === null) return;
  const entries = repository.index();
  const changes = compareWork(entries, repository.workEntries()).map(({ path, after }) => `${after === null ? 'D' : 'M'}\t${path}`);
  if (changes.length > 0) call.out(`Unstaged changes after reset:\n${changes.map((line) => `${line}\n`).join('')}`);
}

function resetPaths(call: GitCall, options: Options, id: string | null, paths: readonly string[]): number {
  const { repository } = call;
  const pathspec = new Pathspec(call, paths);
  const target = id === null ? new Map() : repository.files(id);
  const next = repository.index().filter(({ path }) => !pathspec.matches(path));
  const known = new Map(repository.index().map((entry) => [entry.path, entry]));
  for (const [path, file] of target) {
    if (!pathspec.matches(path)) continue;
    const entry = known.get(path);
    next.push(entry && entry.stage === 0 && entry.id === file.id && entry.mode === file.mode ? entry : indexEntry(path, file));
  }
  repository.writeIndex(next);
  if (!options.has('quiet')) sayUnstaged(call);
  return 0;
}

/** Files that differ between the two commits must be as they were committed; others keep their changes. */
function keepFiles(call: GitCall, old: string | null, commit: string, name: string): void {
  const { repository } = call;
  const [from, to] = [new Map(repository.files(old)), repository.files(commit)];
  const index = new Map(repository.index().map((entry) => [entry.path, entry]));
  for (const path of new Set([...from.keys(), ...to.keys()])) {
    const [before, after, entry] = [from.get(path), to.get(path), index.get(path)];
    if (before?.id === after?.id && before?.mode === after?.mode) continue;
    if (entry && after && entry.id === after.id && entry.mode === after.mode) {
      from.set(path, after); // It is staged as it will be: what stands in the work tree stays.
      continue;
    }
    if (entry?.id !== before?.id || compareWork(entry ? [entry] : [], repository.workEntries()).length > 0) {
      throw new GitExit(
        `error: Entry '${path}' not uptodate. Cannot merge.\nfatal: Could not reset index file to revision '${name}'.\n`,
        128,
      );
    }
  }
  switchFiles(call, from, to, { operation: 'reset', before: 'reset' });
  repository.writeIndex(indexOf(repository, to));
}

/** As --hard for what is staged, as --keep for what is not. */
function mergeFiles(call: GitCall, commit: string, name: string): void {
  const { repository } = call;
  const work = repository.workEntries();
  const entries = repository.index();
  const to = repository.files(commit);
  const kept = new Map<string, Uint8Array | null>();
  const dirty = compareWork(entries, work);
  for (const { path } of dirty) {
    const entry = entries.find((one) => one.path === path);
    const next = to.get(path);
    if (entry?.id !== next?.id)
      throw failure(`Entry '${path}' not uptodate. Cannot merge.\nfatal: Could not reset index file to revision '${name}'.`, 128);
    kept.set(path, call.disk.read(repository.pathOf(path)));
  }
  forceFiles(call, to);
  for (const [path, content] of kept) {
    if (content === null) call.disk.remove(repository.pathOf(path));
    else call.disk.write(repository.pathOf(path), content);
  }
}
