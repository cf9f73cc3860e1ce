import { defaultRemote } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { fetchFrom, remoteUrl, shortRef } from '../fetching.ts';
import { refuseUnmerged } from '../merging.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { peelTo } from '../revision.ts';
import { isAncestor } from '../walk.ts';
import { FETCH_OPTIONS, fetchOptions } from './fetch.ts';
import { favourOf, mergeMessage, runMerge, type MergeHead, type MergeOptions } from './merge.ts';
import { rebase, refuseDirty } from './rebase.ts';
import { applyAutostash, createAutostash } from './stash.ts';

const PULL = new OptionSpec(
  'pull',
  'usage: git pull [<options>] [<repository> [<refspec>...]]\n',
  `-r,--rebase[=] --stat --summary --log[=] --squash --commit --edit --cleanup= --ff --ff-only --verify --verify-signatures --autostash -s,--strategy=* -X,--strategy-option=* -S,--gpg-sign[=] --allow-unrelated-histories -e ${FETCH_OPTIONS}`,
);

export async function pull(call: GitCall, args: readonly string[]): Promise<number> {
  const options = PULL.parse(args);
  const repository = call.workRepository;
  refuseUnmerged(call, 'Pulling');
  if (operationOf(repository)?.kind === 'merge')
    throw fatal('You have not concluded your merge (MERGE_HEAD exists).\nPlease, commit your changes before you merge.');
  const rebasing = rebaseWanted(call, options);
  const stash = rebasing.rebase && repository.head !== null ? prepareRebase(call, options) : null;
  const [name = defaultRemote(call), ...specs] = options.args;
  const before = repository.head;
  const result = await fetchFrom(call, name, specs, fetchOptions(call, options, name)).catch((error: unknown) => {
    throw error instanceof GitExit ? new GitExit(error.text, 1) : error;
  });
  const heads = result.heads.filter(({ forMerge }) => forMerge);
  const done = async (code: number): Promise<number> => {
    if (stash !== null) await applyAutostash(call, stash);
    return code;
  };
  if (heads.length === 0) throw noCandidates(call, name, specs);
  if (heads.length > 1)
    throw fatal(rebasing.rebase ? 'Cannot rebase onto multiple branches.' : 'a merge of more than two histories is not supported here');
  const target = heads[0] as (typeof heads)[number];
  const url = remoteUrl(call, name)
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  const id = peelTo(call, target.id, 'commit') ?? target.id;
  if (before !== null) {
    const forward = isAncestor(repository.objects, before, id);
    const upToDate = isAncestor(repository.objects, id, before);
    const diverged = !forward && !upToDate;
    if (rebasing.ffOnly && diverged) throw fatal('Not possible to fast-forward, aborting.');
    if (diverged && rebasing.unspecified) {
      call.hint(
        'You have divergent branches and need to specify how to reconcile them.\nYou can do so by running one of the following commands sometime before\nyour next pull:\n\n' +
          '  git config pull.rebase false  # merge\n  git config pull.rebase true   # rebase\n  git config pull.ff only       # fast-forward only\n\n' +
          'You can replace "git config" with "git config --global" to set a default\npreference for all repositories. You can also pass --rebase, --no-rebase,\nor --ff-only on the command line to override the configured default per\ninvocation.',
      );
      throw fatal('Need to specify how to reconcile divergent branches.');
    }
    if (rebasing.rebase && !forward && !upToDate) {
      const code = await rebase(call, [...(options.has('quiet') ? ['-q'] : []), id]);
      return done(code);
    }
    if (rebasing.rebase && upToDate) {
      if (!options.has('quiet'))
        call.out(`${repository.branch === null ? 'HEAD' : `Current branch ${repository.branch}`} is up to date.\n`);
      return done(0);
    }
  }
  const kind = target.ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  const title = target.ref === 'HEAD' ? '' : `${kind} '${shortRef(target.ref)}'`;
  const head: MergeHead = { id, label: id, title };
  const message = target.ref === 'HEAD' ? `Merge ${url}\n` : mergeMessage(call, [head], url);
  return done(await runMerge(call, [head], mergeOptionsOf(call, options), message));
}

interface Reconciling {
  readonly rebase: boolean;
  readonly ffOnly: boolean;
  /** True when nobody said how. */
  readonly unspecified: boolean;
}

function rebaseWanted(call: GitCall, options: Options): Reconciling {
  const branch = call.repository.branch ?? '';
  const setting = options.has('rebase')
    ? options.value('rebase') || 'true'
    : options.negated('rebase')
      ? 'false'
      : (call.settings.get(`branch.${branch}.rebase`) ?? call.settings.get('pull.rebase'));
  if (setting !== undefined && !/^(true|false|merges|interactive|i|m|yes|no)$/.test(setting))
    throw fatal(`invalid value for '${options.has('rebase') ? '--rebase' : 'pull.rebase'}': '${setting}'`);
  if (setting === 'interactive' || setting === 'merges') throw unsupported(`'git pull --rebase=${setting}'`);
  const configured = call.settings.get('pull.ff');
  const ff = options.has('ff-only') ? 'only' : options.negated('ff') ? 'no' : options.has('ff') ? 'yes' : configured;
  const wants = setting !== undefined && /^(true|yes)$/.test(setting);
  return {
    rebase: wants && !options.has('ff-only'),
    ffOnly: ff === 'only' && !(options.has('rebase') && wants),
    unspecified: setting === undefined && ff === undefined && !options.has('squash'),
  };
}

function prepareRebase(call: GitCall, options: Options): string | null {
  const wanted = options.choice('autostash') ?? call.settings.bool('rebase.autostash') ?? false;
  if (wanted) return createAutostash(call);
  refuseDirty(call, 'pull with rebase');
  return null;
}

function mergeOptionsOf(call: GitCall, options: Options): MergeOptions {
  const configured = call.settings.get('pull.ff') ?? call.settings.get('merge.ff');
  return {
    ff:
      options.has('ff-only') || (configured === 'only' && !options.negated('ff'))
        ? 'only'
        : options.negated('ff') || configured === 'false'
          ? 'no'
          : 'yes',
    squash: options.has('squash'),
    commit: !options.negated('commit'),
    quiet: options.has('quiet'),
    stat: !options.negated('stat') && !options.has('n'),
    edit: options.has('edit'),
    strategy: 'ort',
    favour: favourOf(options),
    message: null,
    allowUnrelated: options.has('allow-unrelated-histories'),
    verify: true,
    log: 0,
    action: 'pull',
  };
}

function noCandidates(call: GitCall, name: string, specs: readonly string[]): GitExit {
  const { branch } = call.repository;
  if (specs.length > 0)
    return new GitExit(
      'There are no candidates for merging among the refs that you just fetched.\nGenerally this means that you provided a wildcard refspec which had no\nmatches on the remote end.\n',
      1,
    );
  if (branch === null)
    return new GitExit(
      'You are not currently on a branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n\n',
      1,
    );
  const merge = call.settings.get(`branch.${branch}.merge`);
  if (merge === undefined) {
    return new GitExit(
      `There is no tracking information for the current branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n\n` +
        `If you wish to set tracking information for this branch you can do so with:\n\n    git branch --set-upstream-to=${name}/<branch> ${branch}\n\n`,
      1,
    );
  }
  return new GitExit(`Your configuration specifies to merge with the ref '${merge}'\nfrom the remote, but no such ref was fetched.\n`, 1);
}
