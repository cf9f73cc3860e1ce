import { branchArgument, guessRemote } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { failure, fatal } from '../errors.ts';
import { runHook } from '../hooks.ts';
import { NO_ID } from '../refs.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { peelTo, resolveRevision } from '../revision.ts';
import { checkoutTarget, SWITCH_OPTIONS, createAndSwitch, goTo, nameFromUpstream, startOrphan } from '../switching.ts';
import { chooseToRestore } from './choose-hunks.ts';
import { restoreConflicts, restorePaths } from './restore.ts';

const CHECKOUT = new OptionSpec(
  'checkout',
  'usage: git checkout [<options>] <branch>\n   or: git checkout [<options>] [<branch>] -- <file>...\n',
  `-b= -B= -l -d,--detach -2,--ours -3,--theirs -p,--patch --overlay --ignore-skip-worktree-bits --pathspec-from-file=${SWITCH_OPTIONS}`,
);

export async function checkout(call: GitCall, args: readonly string[]): Promise<number> {
  const options = CHECKOUT.parse(args);
  if (options.has('patch')) return checkoutPatches(call, options);
  const [first] = options.args;
  const create = options.value('b') ?? options.value('B');
  const orphan = options.value('orphan');
  if (create === undefined && orphan === undefined && (options.separator >= 0 || isForPaths(call, options)))
    return checkoutPaths(call, options);
  if (orphan !== undefined) return startOrphan(call, options, orphan, first, false);
  if (create !== undefined) return createAndSwitch(call, options, create, options.has('B'), first);
  if (first === undefined) return goTo(call, options, { id: call.repository.head, branch: call.repository.branch, name: 'HEAD' });
  if (options.has('track')) return createAndSwitch(call, options, nameFromUpstream(call, first), false, first);
  return goTo(call, options, await checkoutTarget(call, options, first));
}

async function checkoutPatches(call: GitCall, options: Options): Promise<number> {
  const [first, ...rest] = options.before;
  const commit = first === undefined ? null : resolveRevision(call, branchArgument(call, first));
  const paths = [...(commit === null ? options.before : rest), ...(options.after ?? [])];
  await chooseToRestore(call, commit === null ? null : { commit, isHead: first === 'HEAD' }, true, paths);
  return 0;
}

/** True when the arguments name files: the first is no revision, or more than one was given. */
function isForPaths(call: GitCall, options: Options): boolean {
  const [first, ...rest] = options.args;
  if (first === undefined || options.has('detach')) return false;
  if (options.has('ours') || options.has('theirs')) return true;
  if (rest.length > 0) return true;
  if (resolveRevision(call, branchArgument(call, first)) !== null) return false;
  if (typeof guessRemote(call, first) === 'string' && !options.negated('guess') && call.disk.entry(call.resolve(first)) === null)
    return false;
  if (first === '-') return false;
  const repository = call.workRepository;
  if (call.disk.entry(call.resolve(first)) !== null || repository.index().some(({ path }) => new Pathspec(call, [first]).matches(path)))
    return true;
  const unborn = repository.head === null && repository.branch === first;
  if (unborn) return false;
  throw failure(`pathspec '${first}' did not match any file(s) known to git`);
}

/** `git checkout [<tree>] -- <paths>`. */
async function checkoutPaths(call: GitCall, options: Options): Promise<number> {
  const before = [...options.before];
  let paths = options.after === null ? [] : [...options.after];
  let source: string | null = null;
  if (before.length > 0 && (options.after !== null || resolveRevision(call, before[0] ?? '') !== null)) {
    const name = before.shift() ?? '';
    source = resolveRevision(call, name);
    if (source === null) throw fatal(`invalid reference: ${name}`);
  }
  paths = [...before, ...paths];
  if (options.has('merge') || options.has('conflict')) return restoreConflicts(call, paths);
  const count = await restorePaths(call, {
    paths,
    source,
    staged: source !== null,
    worktree: true,
    side: options.has('ours') ? 2 : options.has('theirs') ? 3 : null,
    ignoreUnmerged: options.has('force'),
    overlay: !options.negated('overlay'),
  });
  if (!options.has('quiet') && options.after === null) {
    const from =
      source === null
        ? 'the index'
        : call.short(call.repository.treeOf(source) === source ? source : (peelTo(call, source, 'commit') ?? source));
    call.err(`Updated ${count} path${count === 1 ? '' : 's'} from ${from}\n`);
  }
  const head = call.repository.head ?? NO_ID;
  await runHook(call, 'post-checkout', [head, head, '0']);
  return 0;
}
