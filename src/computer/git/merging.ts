/** Three-way merges into index and work tree: what merge, cherry-pick, revert, rebase and stash share. */
import { mergeTrees as mergeCommitTrees } from 'just-git/repo';
import type { GitCall } from './call.ts';
import { asRepository, mergeTrees, type MergeLabels } from './engine.ts';
import { fatal } from './errors.ts';
import { mergeDriver, type Favour } from './merge-drivers.ts';
import type { IndexEntry } from './index-file.ts';
import type { FileMap, TreeFile } from './repository.ts';
import { compareFiles, indexFiles } from './status.ts';
import { mergeBases } from './walk.ts';
import { indexEntry, switchFiles, type SwitchWording } from './worktree.ts';

type EngineResult = Awaited<ReturnType<typeof mergeTrees>>;

/** What a merge comes to. */
export interface Outcome {
  readonly clean: boolean;
  /** The tree of the result; files in conflict have markers in it. */
  readonly tree: string;
  /** `Auto-merging f`, `CONFLICT (content): …`, in git's order. */
  readonly messages: readonly string[];
  /** Index entries with stages, for every path in conflict. */
  readonly conflicts: readonly IndexEntry[];
  readonly conflictPaths: readonly string[];
}

/** Merges two commits; several merge bases are merged first. */
export async function mergeCommits(call: GitCall, ours: string, theirs: string, labels: MergeLabels, favour: Favour): Promise<Outcome> {
  const { repository } = call;
  const unmergeable = new Set<string>();
  const driver = mergeDriver(call, favour, unmergeable);
  const result = await mergeCommitTrees(asRepository(repository.objects), ours, theirs, { ...labels, mergeDriver: driver });
  const bases = mergeBases(repository.objects, ours, theirs);
  const outcome = outcomeOf(result, repository.files(bases[0] ?? null), repository.files(ours), repository.files(theirs));
  return withRefusals(outcome, unmergeable, labels);
}

/** Merges two trees with a known base, as a pick does. */
export async function mergeThree(
  call: GitCall,
  base: string | null,
  ours: string,
  theirs: string,
  labels: MergeLabels,
  favour: Favour,
): Promise<Outcome> {
  const { repository } = call;
  const unmergeable = new Set<string>();
  const result = await mergeTrees(repository.objects, base, ours, theirs, labels, mergeDriver(call, favour, unmergeable));
  const outcome = outcomeOf(result, repository.files(base), repository.files(ours), repository.files(theirs));
  return withRefusals(outcome, unmergeable, labels);
}

/** Says of files that may not be merged why they are in conflict. */
function withRefusals(outcome: Outcome, paths: ReadonlySet<string>, { ours, theirs }: MergeLabels): Outcome {
  const messages = outcome.messages.flatMap((message) => {
    const path = /^Auto-merging (.*)$/.exec(message)?.[1] ?? '';
    return paths.has(path) ? [`warning: Cannot merge binary files: ${path} (${ours} vs. ${theirs})`, message] : [message];
  });
  return { ...outcome, messages };
}

function outcomeOf({ treeHash, clean, conflicts, messages }: EngineResult, base: FileMap, ours: FileMap, theirs: FileMap): Outcome {
  const entries: IndexEntry[] = [];
  const add = (path: string, stage: number, file: TreeFile | undefined): void => {
    if (file && !entries.some((entry) => entry.path === path && entry.stage === stage)) entries.push({ ...indexEntry(path, file), stage });
  };
  for (const conflict of conflicts) {
    const { path, reason, oldPath, oursPath, theirsPath, oursOrigPath, theirsOrigPath } = conflict;
    if (reason === 'rename-rename') {
      add(path, 1, base.get(path));
      if (oursPath) add(oursPath, 2, ours.get(oursPath));
      if (theirsPath) add(theirsPath, 3, theirs.get(theirsPath));
    } else if (reason === 'directory-rename') {
      add(path, 2, ours.get(oldPath ?? path));
      add(path, 3, theirs.get(oldPath ?? path));
    } else {
      const from = oldPath ?? oursOrigPath ?? theirsOrigPath ?? path;
      if (reason !== 'add-add') add(path, 1, base.get(path) ?? base.get(from));
      add(path, 2, ours.get(path) ?? (reason === 'content' ? ours.get(oursOrigPath ?? from) : undefined));
      add(path, 3, theirs.get(path) ?? (reason === 'content' ? theirs.get(theirsOrigPath ?? from) : undefined));
    }
  }
  return {
    clean,
    tree: treeHash,
    messages: [...new Set(messages.map((text) => text.replace(/\n$/, '')))],
    conflicts: entries,
    conflictPaths: [...new Set(entries.map(({ path }) => path))].sort(),
  };
}

/** Puts a merge's result into index and work tree; ends the command when that would lose something. */
export function applyOutcome(call: GitCall, head: string | null, outcome: Outcome, wording: SwitchWording): void {
  const { repository } = call;
  switchFiles(call, repository.files(head), repository.files(outcome.tree), wording);
  if (outcome.conflicts.length === 0) return;
  const conflicted = new Set(outcome.conflictPaths);
  repository.writeIndex([...repository.index().filter(({ path }) => !conflicted.has(path)), ...outcome.conflicts]);
}

/** True when the index is not what HEAD has. */
export function indexDiffers(call: GitCall): readonly string[] {
  const { repository } = call;
  return compareFiles(repository.files(repository.head), indexFiles(repository.index())).map(({ path }) => path);
}

/** Ends the command while files are in conflict or a merge waits for its commit. */
export function refuseUnmerged(call: GitCall, what: string): void {
  const { repository } = call;
  if (repository.index().some(({ stage }) => stage !== 0)) {
    call.err(`error: ${what} is not possible because you have unmerged files.\n`);
    call.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
    throw fatal('Exiting because of an unresolved conflict.');
  }
}
