/** Where the hunks come from and where the chosen ones go, for each command that has `--patch`. */
import type { ApplyHow } from '../applying.ts';
import type { GitCall } from '../call.ts';
import { chooseHunks, type Choice } from '../choosing.ts';
import type { Pair } from '../diff.ts';
import { selectPairs } from '../diff-options.ts';
import { reversed, type FilePatch } from '../patch.ts';
import { Pathspec } from '../pathspec.ts';
import { cachedPairs, commitWorkPairs, workPairs } from '../sides.ts';
import { applyOwn } from './apply.ts';

const INDEX: ApplyHow = { index: false, cached: true };
const WORK: ApplyHow = { index: false, cached: false };

/** `git add -p`: changes of the work tree into the index. */
export async function chooseToStage(call: GitCall, paths: readonly string[]): Promise<void> {
  const pairs = workPairs(call.workRepository, new Pathspec(call, paths));
  await chooseHunks(call, pairs, choice(call, 'Stage', '', 'staging', false, [INDEX]));
}

/** `git reset -p`: out of the index what differs from HEAD, or into it what another commit has. */
export async function chooseToReset(call: GitCall, commit: string | null, isHead: boolean, paths: readonly string[]): Promise<void> {
  const pairs = cachedPairs(call.workRepository, commit, new Pathspec(call, paths));
  if (isHead) await chooseHunks(call, pairs, choice(call, 'Unstage', '', 'unstaging', true, [INDEX]));
  else await chooseHunks(call, await turned(pairs), choice(call, 'Apply', ' to index', 'applying', false, [INDEX]));
}

/** `git checkout -p` and `git restore -p`: out of the work tree (and the index, with a commit) what is not wanted. */
export async function chooseToRestore(
  call: GitCall,
  source: { readonly commit: string; readonly isHead: boolean } | null,
  both: boolean,
  paths: readonly string[],
): Promise<void> {
  const pathspec = new Pathspec(call, paths);
  const repository = call.workRepository;
  const place = both && source !== null ? 'index and worktree' : 'worktree';
  const targets = both && source !== null ? [INDEX, WORK] : [WORK];
  const pairs = source === null ? workPairs(repository, pathspec) : commitWorkPairs(repository, source.commit, pathspec);
  if (source === null || source.isHead)
    await chooseHunks(call, pairs, choice(call, 'Discard', ` from ${place}`, 'discarding', true, targets));
  else await chooseHunks(call, await turned(pairs), choice(call, 'Apply', ` to ${place}`, 'applying', false, targets));
}

const turned = (pairs: readonly Pair[]): Promise<readonly Pair[]> => selectPairs(pairs, { reverse: true, noRenames: true });

function choice(call: GitCall, verb: string, place: string, marking: string, reverse: boolean, targets: readonly ApplyHow[]): Choice {
  const apply = async (chosen: readonly FilePatch[]): Promise<string> => {
    const patches = reverse ? chosen.map(reversed) : chosen;
    const [index, work] = targets.length > 1 ? targets : [undefined, targets[0]];
    const inIndex = index === undefined ? '' : applyOwn(call, patches, index, false);
    if (inIndex !== '') {
      call.err(inIndex);
      return onlyWork(call, patches);
    }
    const problems = [...(index === undefined ? [] : [index]), work ?? WORK].map((how) => applyOwn(call, patches, how)).join('');
    return problems === '' ? '' : `${problems}error: 'git apply' failed\n`;
  };
  return { verb, place, marking, reverse, turned: verb === 'Apply', apply, trial: targets[0] ?? INDEX };
}

/** `git stash -p`: changes since a commit; gives the patches that were chosen. */
export async function chooseToStash(call: GitCall, commit: string, paths: readonly string[]): Promise<readonly FilePatch[]> {
  const chosen: FilePatch[] = [];
  const apply = async (patches: readonly FilePatch[]): Promise<string> => {
    chosen.push(...patches);
    return '';
  };
  const pairs = commitWorkPairs(call.workRepository, commit, new Pathspec(call, paths));
  await chooseHunks(call, pairs, { ...choice(call, 'Stash', '', 'stashing', false, [INDEX]), apply });
  return chosen;
}

/** The index has other changes than the work tree: the person decides. */
async function onlyWork(call: GitCall, patches: readonly FilePatch[]): Promise<string> {
  call.err('The selected hunks do not apply to the index!\n');
  call.out('Apply them to the worktree anyway? ');
  const answer = await call.readLine();
  if (answer !== null && /^y/i.test(answer)) return applyOwn(call, patches, WORK);
  return 'Nothing was applied.\n\n';
}
