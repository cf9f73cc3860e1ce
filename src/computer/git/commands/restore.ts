import { branchArgument } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { conflictContent } from '../conflict.ts';
import { failure, fatal } from '../errors.ts';
import type { IndexEntry } from '../index-file.ts';
import { comparePaths } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { NO_ID } from '../refs.ts';
import { fileOf, type FileMap } from '../repository.ts';
import { resolveRevision } from '../revision.ts';
import { indexFiles, unmergedOf } from '../status.ts';
import { chooseToReset, chooseToRestore } from './choose-hunks.ts';
import { indexEntry, WorkWriter } from '../worktree.ts';

const RESTORE = new OptionSpec(
  'restore',
  'usage: git restore [<options>] [--source=<branch>] <file>...\n',
  '-s,--source= -S,--staged -W,--worktree --ignore-unmerged --overlay -q,--quiet --progress -m,--merge --conflict= -2,--ours -3,--theirs -p,--patch --pathspec-from-file= --ignore-skip-worktree-bits --recurse-submodules[=]',
);

export async function restore(call: GitCall, args: readonly string[]): Promise<number> {
  const options = RESTORE.parse(args);
  if (options.has('patch')) return restorePatches(call, options);
  if (options.args.length === 0) throw fatal('you must specify path(s) to restore');
  const staged = options.has('staged');
  const worktree = options.has('worktree') || !staged;
  const named = options.value('source');
  let source: string | null = null;
  if (named !== undefined || staged) {
    const name = named ?? 'HEAD';
    source = resolveRevision(call, branchArgument(call, name));
    if (source === null && (named !== undefined || call.repository.head !== null)) throw fatal(`could not resolve '${name}'`);
    if (source === null) throw fatal(`could not resolve HEAD`);
  }
  if (options.has('merge') || options.has('conflict')) return restoreConflicts(call, options.args);
  await restorePaths(call, {
    paths: options.args,
    source,
    staged,
    worktree,
    side: options.has('ours') ? 2 : options.has('theirs') ? 3 : null,
    ignoreUnmerged: options.has('ignore-unmerged'),
    overlay: options.has('overlay'),
  });
  return 0;
}

async function restorePatches(call: GitCall, options: Options): Promise<number> {
  const name = options.value('source') ?? (options.has('staged') ? 'HEAD' : null);
  const commit = name === null ? null : resolveRevision(call, branchArgument(call, name));
  if (name !== null && commit === null) throw fatal(`could not resolve '${name}'`);
  if (options.has('staged') && !options.has('worktree')) await chooseToReset(call, commit, name === 'HEAD', options.args);
  else await chooseToRestore(call, commit === null ? null : { commit, isHead: name === 'HEAD' }, options.has('staged'), options.args);
  return 0;
}

interface Restoring {
  readonly paths: readonly string[];
  /** A tree-ish, or null for the index. */
  readonly source: string | null;
  readonly staged: boolean;
  readonly worktree: boolean;
  /** 2 for ours, 3 for theirs. */
  readonly side: 2 | 3 | null;
  readonly ignoreUnmerged: boolean;
  /** Files that the source does not have stay. */
  readonly overlay: boolean;
}

/** Puts paths back from a tree or the index; gives how many were written. */
export async function restorePaths(call: GitCall, how: Restoring): Promise<number> {
  const repository = call.workRepository;
  const pathspec = new Pathspec(call, how.paths);
  const entries = repository.index();
  const wanted: FileMap = how.source === null ? indexFiles(entries) : repository.files(how.source);
  const conflicts = unmergedOf(entries).filter(({ path }) => pathspec.matches(path));
  const known = new Set([...wanted.keys(), ...(how.source !== null && how.overlay ? [] : entries.map(({ path }) => path))]);
  const missing = pathspec.unmatched(known);
  if (missing !== null) throw failure(`pathspec '${missing}' did not match any file(s) known to git`);
  const writer = new WorkWriter(call);
  const work = repository.workEntries();
  const next = new Map(entries.map((entry) => [`${entry.path}\0${entry.stage}`, entry]));
  let count = 0;
  if (how.source === null) {
    for (const conflict of conflicts) {
      const chosen = how.side === 2 ? conflict.ours : how.side === 3 ? conflict.theirs : null;
      if (how.side !== null && chosen === null)
        throw failure(`path '${conflict.path}' does not have ${how.side === 2 ? 'our' : 'their'} version`);
      if (chosen !== null) {
        writer.write(conflict.path, chosen);
        count++;
      } else if (how.ignoreUnmerged) call.warn(`path '${conflict.path}' is unmerged`);
      else throw failure(`path '${conflict.path}' is unmerged`);
    }
  }
  const conflicted = new Set(conflicts.map(({ path }) => path));
  for (const path of [...known].sort(comparePaths)) {
    if (!pathspec.matches(path) || (how.source === null && conflicted.has(path))) continue;
    const file = wanted.get(path);
    const put = (entry: IndexEntry): void => {
      for (const stage of [1, 2, 3]) next.delete(`${path}\0${stage}`);
      next.set(`${path}\0${0}`, entry);
    };
    if (file === undefined) {
      if (how.overlay || how.source === null) continue;
      for (const stage of [0, 1, 2, 3]) if (how.staged) next.delete(`${path}\0${stage}`);
      if (how.worktree) writer.remove(path);
      count++;
      continue;
    }
    const there = fileOf(work.get(path));
    const same = there?.id === file.id && there.mode === file.mode;
    if (how.worktree && !same) {
      const entry = writer.write(path, file);
      count++;
      if (how.staged || how.source === null) put(entry);
    } else if (how.staged) {
      const current = next.get(`${path}\0${0}`);
      if (current?.id !== file.id || current.mode !== file.mode) {
        put(indexEntry(path, file, work.get(path)));
        if (how.worktree) count++;
      }
    }
  }
  repository.writeResolved([...next.values()]);
  return count;
}

/** `git checkout -m <paths>`: brings conflicts back, with their markers, resolved or not. */
export async function restoreConflicts(call: GitCall, paths: readonly string[]): Promise<number> {
  const repository = call.workRepository;
  const pathspec = new Pathspec(call, paths);
  const undone = repository.resolvedConflicts().filter(({ path }) => pathspec.matches(path));
  const gone = new Set(undone.map(({ path }) => path));
  const entries = repository.index().filter(({ path }) => !gone.has(path));
  for (const { path, stages } of undone) {
    for (const [at, stage] of stages.entries()) if (stage !== null) entries.push({ ...indexEntry(path, stage), stage: at + 1 });
  }
  if (undone.length > 0) repository.writeResolved(entries);
  const conflicts = unmergedOf(repository.index()).filter(({ path }) => pathspec.matches(path));
  const writer = new WorkWriter(call);
  let count = 0;
  for (const conflict of conflicts) {
    const content = await conflictContent(call, conflict, { ours: 'ours', theirs: 'theirs' });
    if (content === null) continue;
    writer.writeContent(conflict.path, { mode: conflict.ours?.mode ?? 0o100644, id: NO_ID }, content);
    count++;
  }
  call.err(`Recreated ${count} merge conflict${count === 1 ? '' : 's'}\n`);
  return 0;
}
