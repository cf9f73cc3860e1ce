import { branchArgument, checkNewBranch, guessRemote } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal } from '../errors.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { fullRefName, resolveCommit, resolveRevision } from '../revision.ts';
import { checkoutTarget, SWITCH_OPTIONS, createAndSwitch, goTo, nameFromUpstream, startOrphan } from '../switching.ts';

const SWITCH = new OptionSpec(
  'switch',
  'usage: git switch [<options>] [<branch>]\n',
  `-c,--create= -C,--force-create= -d,--detach --discard-changes${SWITCH_OPTIONS}`,
);

export async function switchCommand(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SWITCH.parse(args);
  const [first] = options.args;
  if (options.args.length > 1) throw fatal('only one reference expected');
  const orphan = options.value('orphan');
  const create = options.value('create') ?? options.value('force-create');
  if (orphan !== undefined) return startOrphan(call, options, orphan, first, true);
  if (create !== undefined) checkNewBranch(call, create, options.has('force-create'));
  const named = create === undefined && !options.has('detach') && !options.has('track') ? first : undefined;
  if (named !== undefined && !isSwitchable(call, options, branchArgument(call, named)))
    throw fatal(`invalid reference: ${branchArgument(call, named)}`);
  refuseDuringOperation(call);
  if (create !== undefined) return createAndSwitch(call, options, create, options.has('force-create'), first);
  if (options.has('detach')) {
    const name = branchArgument(call, first ?? 'HEAD');
    const commit = resolveCommit(call, name);
    if (commit === null) throw fatal(`invalid reference: ${name}`);
    return goTo(call, options, { id: commit, branch: null, name });
  }
  if (first === undefined) throw fatal('missing branch or commit argument');
  if (options.has('track')) return createAndSwitch(call, options, nameFromUpstream(call, first), false, first);
  const { refs } = call.repository;
  const name = branchArgument(call, first);
  if (refs.exists(`refs/heads/${name}`)) return goTo(call, options, { id: refs.resolve(`refs/heads/${name}`), branch: name, name });
  const id = resolveRevision(call, name);
  if (id === null) {
    return goTo(call, options, await checkoutTarget(call, options, name));
  }
  const full = fullRefName(call, name);
  const what = full?.startsWith('refs/tags/')
    ? `tag '${name}'`
    : full?.startsWith('refs/remotes/')
      ? `remote branch '${name}'`
      : `commit '${name}'`;
  call.err(`fatal: a branch is expected, got ${what}\n`);
  call.hint('If you want to detach HEAD at the commit, try again with the --detach option.', 'suggestDetachingHead');
  return 128;
}

function isSwitchable(call: GitCall, options: Options, name: string): boolean {
  if (call.repository.refs.exists(`refs/heads/${name}`) || resolveRevision(call, name) !== null) return true;
  return !options.negated('guess') && typeof guessRemote(call, name) === 'string';
}

function refuseDuringOperation(call: GitCall): void {
  const operation = operationOf(call.repository);
  if (operation === null) return;
  if (operation.kind === 'am')
    throw fatal('cannot switch branch in the middle of an am session\nConsider "git am --quit" or "git worktree add".');
  const doing = { merge: 'merging', 'cherry-pick': 'cherry-picking', revert: 'reverting', rebase: 'rebasing', bisect: 'bisecting' }[
    operation.kind
  ];
  const command = operation.kind;
  if (command === 'bisect') {
    call.warn('you are switching branch while bisecting');
    return;
  }
  throw fatal(`cannot switch branch while ${doing}\nConsider "git ${command} --quit" or "git worktree add".`);
}
