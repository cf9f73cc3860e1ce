import { branchArgument, remoteNames, setUpstream } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { fetchFrom, remoteUrl, shortRef, shownUrl, summaryWidth, type FetchOptions } from '../fetching.ts';
import { requireHook } from '../hooks.ts';
import { isFullId } from '../objects.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import type { Repository } from '../repository.ts';
import { fullRefName, mapRef, peelTo, resolveRevision } from '../revision.ts';
import { connect, type Advertisement, type PushUpdate } from '../transport.ts';
import { isAncestor } from '../walk.ts';
import { wildmatch } from '../wildmatch.ts';
import { forceFiles } from '../worktree.ts';
import { makeRepository } from './init.ts';
import { favourOf, mergeMessage, runMerge, type MergeHead, type MergeOptions } from './merge.ts';
import { rebase, refuseDirty } from './rebase.ts';
import { refuseUnmerged } from '../merging.ts';
import { applyAutostash, createAutostash } from './stash.ts';

const FETCH_OPTIONS =
  '--all -a,--append -f,--force --depth= --deepen= --shallow-since= --unshallow -k,--keep --multiple -n,--no-tags,--tags-off -t,--tags -p,--prune -P,--prune-tags --progress -q,--quiet -v,--verbose --dry-run' +
  ' -j,--jobs= --recurse-submodules[=] -u,--update-head-ok --refmap= --set-upstream -4 -6 --atomic --write-fetch-head --auto-gc --auto-maintenance';
const FETCH = new OptionSpec(
  'fetch',
  'usage: git fetch [<options>] [<repository> [<refspec>...]]\n   or: git fetch [<options>] <group>\n',
  FETCH_OPTIONS,
);

function fetchOptions(call: GitCall, options: Options, remote: string): FetchOptions {
  for (const name of ['deepen', 'shallow-since', 'unshallow', 'recurse-submodules'])
    if (options.has(name) && options.value(name) !== 'no') throw unsupported(`'--${name}'`);
  const depth = options.value('depth');
  if (depth !== undefined && !/^[1-9]\d*$/.test(depth)) throw fatal(`depth ${depth} is not a positive number`);
  const pruning = options.choice('prune') ?? call.settings.bool(`remote.${remote}.prune`) ?? call.settings.bool('fetch.prune') ?? false;
  const tagOption = call.settings.get(`remote.${remote}.tagopt`);
  return {
    prune: pruning,
    tags:
      options.has('tags') || tagOption === '--tags'
        ? 'all'
        : options.has('no-tags') || options.negated('tags') || tagOption === '--no-tags'
          ? 'none'
          : 'follow',
    force: options.has('force'),
    depth: depth === undefined ? null : Number(depth),
    dryRun: options.has('dry-run'),
    verbose: options.has('verbose'),
    quiet: options.has('quiet'),
  };
}

function defaultRemote(call: GitCall): string {
  const own = call.settings.get(`branch.${call.repository.branch ?? ''}.remote`);
  const names = remoteNames(call);
  return own !== undefined && own !== '.' ? own : names.length === 1 ? (names[0] as string) : 'origin';
}

export async function fetch(call: GitCall, args: readonly string[]): Promise<number> {
  const options = FETCH.parse(args);
  call.expectRepository();
  if (options.has('all') || options.has('multiple')) {
    const names = options.has('all') ? remoteNames(call) : options.args;
    let code = 0;
    for (const name of names) {
      if (!options.has('quiet') && names.length > 1) call.out(`Fetching ${name}\n`);
      const { ok } = await fetchFrom(call, name, [], fetchOptions(call, options, name));
      if (!ok) code = 1;
    }
    return code;
  }
  const [name = defaultRemote(call), ...specs] = options.args;
  if (
    options.args.length === 0 &&
    remoteNames(call).length === 0 &&
    call.settings.get(`branch.${call.repository.branch ?? ''}.remote`) === undefined
  ) {
    throw fatal(
      'No remote repository specified.  Please, specify either a URL or a\nremote name from which new revisions should be fetched.',
    );
  }
  const { ok } = await fetchFrom(call, name, specs, fetchOptions(call, options, name));
  return ok ? 0 : 1;
}

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
  const url = shownUrl(call, remoteUrl(call, name))
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

const PUSH = new OptionSpec(
  'push',
  'usage: git push [<options>] [<repository> [<refspec>...]]\n',
  '-v,--verbose -q,--quiet --repo= --all --mirror -d,--delete --tags -n,--dry-run --porcelain -f,--force --force-with-lease[=] --force-if-includes --recurse-submodules= --thin --receive-pack=' +
    ' --exec= -u,--set-upstream --progress --prune --no-verify,--verify --follow-tags --signed[=] --atomic -o,--push-option=* -4 -6',
);

/** One ref to push. */
interface PushItem {
  /** As it is shown: `topic`, `HEAD`, or nothing for a deletion. */
  readonly from: string;
  /** The full local ref, when it is one. */
  readonly source: string | null;
  readonly ref: string;
  readonly after: string | null;
  readonly force: boolean;
}

export async function push(call: GitCall, args: readonly string[]): Promise<number> {
  const options = PUSH.parse(args);
  for (const name of ['mirror', 'prune', 'signed', 'recurse-submodules']) if (options.has(name)) throw unsupported(`'git push --${name}'`);
  const { repository } = call;
  const { branch } = repository;
  const name =
    options.args[0] ??
    options.value('repo') ??
    call.settings.get(`branch.${branch ?? ''}.pushremote`) ??
    call.settings.get('remote.pushdefault') ??
    defaultRemote(call);
  const url = remoteUrl(call, name, true);
  if (options.args.length === 0 && remoteNames(call).length === 0) {
    throw fatal(
      'No configured push destination.\nEither specify the URL from the command-line or configure a remote repository using\n\n    git remote add <name> <url>\n\nand then push using the remote name\n\n    git push <name>\n',
    );
  }
  if (options.has('delete') && options.args.length < 2) throw fatal("--delete doesn't make sense without any refs");
  const specs = options.args.slice(1);
  const implied = specs.length === 0 && !options.has('all') && !options.has('tags') ? impliedSpec(call, options, name) : null;
  const remote = connect(call, url);
  const shown = shownUrl(call, url);
  const theirs = await remote.advertise();
  const items = implied !== null ? [implied] : await itemsOf(call, options, specs, theirs, shown);
  if (options.has('follow-tags') || call.settings.bool('push.followtags')) items.push(...followedTags(call, items, theirs));
  return send(call, options, { name, url: shown, remote, theirs, items });
}

function impliedSpec(call: GitCall, options: Options, remote: string): PushItem {
  const { repository } = call;
  const { branch, head } = repository;
  const mode = call.settings.get('push.default') ?? 'simple';
  if (branch === null) {
    throw fatal(
      `You are not currently on a branch.\nTo push the history leading to the current (detached HEAD)\nstate now, use\n\n    git push ${remote} HEAD:<name-of-remote-branch>\n`,
    );
  }
  const ref = `refs/heads/${branch}`;
  const force = options.has('force');
  const item = (target: string): PushItem => ({ from: branch, source: ref, ref: target, after: head, force });
  if (head === null)
    throw new GitExit(
      `error: src refspec ${ref} does not match any\nerror: failed to push some refs to '${shownUrl(call, remoteUrl(call, remote, true))}'\n`,
      1,
    );
  if (mode === 'current' || options.has('set-upstream')) return item(ref);
  if (mode === 'nothing') throw fatal('You didn\'t specify any refspecs to push, and push.default is "nothing".');
  const upstreamRemote = call.settings.get(`branch.${branch}.remote`);
  const merge = call.settings.get(`branch.${branch}.merge`);
  const triangular = upstreamRemote !== undefined && upstreamRemote !== remote;
  if (mode === 'simple' && triangular) return item(ref);
  if (upstreamRemote === undefined || merge === undefined) {
    if (call.settings.bool('push.autosetupremote')) {
      options.set('set-upstream', '');
      return item(ref);
    }
    throw fatal(
      `The current branch ${branch} has no upstream branch.\nTo push the current branch and set the remote as upstream, use\n\n    git push --set-upstream ${remote} ${branch}\n\n` +
        "To have this happen automatically for branches without a tracking\nupstream, see 'push.autoSetupRemote' in 'git help config'.\n",
    );
  }
  if (mode === 'simple' && merge !== ref) {
    throw fatal(
      `The upstream branch of your current branch does not match\nthe name of your current branch.  To push to the upstream branch\non the remote, use\n\n    git push ${remote} HEAD:${shortRef(merge)}\n\n` +
        `To push to the branch of the same name on the remote, use\n\n    git push ${remote} HEAD\n\nTo choose either option permanently, see push.default in 'git help config'.\n\n` +
        "To avoid automatically configuring an upstream branch when its name\nwon't match the local branch, see option 'simple' of branch.autoSetupMerge\nin 'git help config'.\n",
    );
  }
  return item(merge);
}

async function itemsOf(call: GitCall, options: Options, specs: readonly string[], theirs: Advertisement, url: string): Promise<PushItem[]> {
  const { refs } = call.repository;
  const items: PushItem[] = [];
  const failed = (message: string): GitExit => new GitExit(`error: ${message}\nerror: failed to push some refs to '${url}'\n`, 1);
  const force = options.has('force');
  if (options.has('all'))
    for (const [ref, id] of refs.list('refs/heads/')) items.push({ from: shortRef(ref), source: ref, ref, after: id, force });
  if (options.has('tags'))
    for (const [ref, id] of refs.list('refs/tags/')) items.push({ from: shortRef(ref), source: ref, ref, after: id, force });
  for (let at = 0; at < specs.length; at++) {
    const spec = specs[at] === 'tag' && specs[at + 1] !== undefined ? `refs/tags/${specs[++at]}` : (specs[at] as string);
    const forced = force || spec.startsWith('+');
    const [left = '', right] = options.has('delete') ? ['', spec] : spec.replace(/^\+/, '').split(':');
    if (left === '' && right === '') continue;
    if (left.includes('*')) {
      for (const [ref, id] of refs.list()) {
        const target = mapRef(`${left}:${right ?? left}`, ref);
        if (target !== null) items.push({ from: shortRef(ref), source: ref, ref: target, after: id, force: forced });
      }
      continue;
    }
    if (left === '') {
      const target = remoteRef(theirs, right ?? '');
      if (target === null) throw failed(`unable to delete '${right}': remote ref does not exist`);
      items.push({ from: '', source: null, ref: target, after: null, force: forced });
      continue;
    }
    const source = branchArgument(call, left);
    const full = fullRefName(call, source);
    const id = full !== null ? refs.resolve(full) : resolveRevision(call, source);
    if (id === null) throw failed(`src refspec ${left} does not match any`);
    const own = full === 'HEAD' ? call.repository.headRef : full;
    const target =
      right === undefined
        ? (own ?? null)
        : right.startsWith('refs/')
          ? right
          : (remoteRef(theirs, right) ?? guessTarget(full === 'HEAD' ? (own ?? 'refs/heads/') : full, right));
    if (target === null || !target.startsWith('refs/')) {
      throw failed(
        right === undefined
          ? `unable to push to unqualified destination: ${source}`
          : `The destination you provided is not a full refname (i.e.,\nstarting with "refs/"). We tried to guess what you meant by:\n\n- Looking for a ref that matches '${right}' on the remote side.\n- Checking if the <src> being pushed ('${left}')\n  is a ref in "refs/{heads,tags}/". If so we add a corresponding\n  refs/{heads,tags}/ prefix on the remote side.\n\nNeither worked, so we gave up. You must fully qualify the ref.`,
      );
    }
    items.push({
      from: isFullId(source) ? source : left === '@' ? 'HEAD' : shortRef(source),
      source: own,
      ref: target,
      after: id,
      force: forced,
    });
  }
  return items;
}

function remoteRef({ refs }: Advertisement, name: string): string | null {
  return (
    [name, `refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`].find(
      (candidate) => candidate.startsWith('refs/') && refs.has(candidate),
    ) ?? null
  );
}

function guessTarget(source: string | null, name: string): string | null {
  if (source?.startsWith('refs/heads/')) return `refs/heads/${name}`;
  return source?.startsWith('refs/tags/') ? `refs/tags/${name}` : null;
}

/** Annotated tags that point into what is pushed and that the other side does not have. */
function followedTags(call: GitCall, items: readonly PushItem[], { refs: theirs }: Advertisement): readonly PushItem[] {
  const { refs, objects } = call.repository;
  const tips = items.flatMap(({ after }) => after ?? []);
  return refs.list('refs/tags/').flatMap(([ref, id]): readonly PushItem[] => {
    if (theirs.has(ref) || objects.read(id).type !== 'tag') return [];
    const commit = objects.peel(id);
    const inside =
      commit.type === 'commit' &&
      tips.some((tip) => objects.peel(tip).type === 'commit' && isAncestor(objects, commit.id, objects.peel(tip).id));
    return inside ? [{ from: shortRef(ref), source: ref, ref, after: id, force: false }] : [];
  });
}

interface Sending {
  readonly name: string;
  readonly url: string;
  readonly remote: ReturnType<typeof connect>;
  readonly theirs: Advertisement;
  readonly items: readonly PushItem[];
}

type Verdict = { readonly item: PushItem; readonly before: string | null; readonly why: string | null };

async function send(call: GitCall, options: Options, { name, url, remote, theirs, items }: Sending): Promise<number> {
  const { repository } = call;
  const { objects } = repository;
  const leases = leaseOf(call, options, name);
  const verdicts: Verdict[] = items
    .filter((item) => theirs.refs.get(item.ref) !== item.after)
    .map((item) => {
      const before = theirs.refs.get(item.ref) ?? null;
      return { item, before, why: localVerdict(call, item, before, leases) };
    });
  const sendable = verdicts.filter(({ why }) => why === null);
  if (!options.has('no-verify') && verdicts.length > 0) {
    const lines = sendable.map(
      ({ item, before }) => `${item.source ?? item.from} ${item.after ?? '0'.repeat(40)} ${item.ref} ${before ?? '0'.repeat(40)}\n`,
    );
    try {
      await requireHook(call, 'pre-push', [name, url], lines.join(''));
    } catch (error) {
      if (error instanceof GitExit) throw new GitExit(`error: failed to push some refs to '${url}'\n`, 1);
      throw error;
    }
  }
  const dry = options.has('dry-run');
  let refused: ReadonlyMap<string, string> = new Map();
  const atomic = options.has('atomic') && verdicts.some(({ why }) => why !== null);
  if (sendable.length > 0 && !dry && !atomic) {
    const updates: PushUpdate[] = sendable.map(({ item, before }) => ({ ref: item.ref, before, after: item.after }));
    const result = await remote.push(repository, updates);
    if (result.progress !== '') call.err(remoteLines(result.progress));
    refused = result.refused;
  }
  const porcelain = options.has('porcelain');
  const width = summaryWidth(call);
  const lines: string[] = [];
  let failed = false;
  const kinds = new Set<string>();
  const report = (mark: string, summary: string, item: PushItem, note: string): void => {
    const names = item.from === '' ? shortRef(item.ref) : `${item.from} -> ${shortRef(item.ref)}`;
    if (porcelain) lines.push(`${mark}\t${item.source ?? item.from}:${item.ref}\t${summary}${note === '' ? '' : ` (${note})`}\n`);
    else lines.push(` ${mark} ${summary.padEnd(width)} ${names}${note === '' ? '' : ` (${note})`}\n`);
  };
  const good: Verdict[] = [];
  // As git lists them: what went well, then what was refused.
  for (const verdict of verdicts) {
    const { item, before } = verdict;
    const remoteWhy = refused.get(item.ref);
    if (verdict.why !== null || remoteWhy !== undefined || atomic) continue;
    good.push(verdict);
    if (item.after === null) report('-', '[deleted]', item, '');
    else if (before === null)
      report(
        '*',
        item.ref.startsWith('refs/tags/') ? '[new tag]' : item.ref.startsWith('refs/heads/') ? '[new branch]' : '[new reference]',
        item,
        '',
      );
    else {
      const forward =
        objects.has(before) &&
        objects.read(before).type === 'commit' &&
        objects.peel(item.after).type === 'commit' &&
        isAncestor(objects, before, objects.peel(item.after).id);
      const [old, next] = [call.short(before), call.short(item.after)];
      if (forward) report(' ', `${old}..${next}`, item, '');
      else report('+', `${old}...${next}`, item, 'forced update');
    }
  }
  for (const { item, why } of verdicts) {
    const remoteWhy = refused.get(item.ref);
    if (why === null && remoteWhy === undefined && !atomic) continue;
    failed = true;
    if (remoteWhy !== undefined) report('!', '[remote rejected]', item, remoteWhy);
    else {
      kinds.add(why ?? '');
      report('!', '[rejected]', item, why ?? 'atomic push failed');
    }
  }
  if (!dry) for (const { item } of good) trackPushed(call, name, item);
  const quiet = options.has('quiet');
  if (lines.length > 0 && (!quiet || failed)) {
    if (porcelain) call.out(`To ${url}\n${lines.join('')}`);
    else call.err(`To ${url}\n${lines.filter((line) => !quiet || line.startsWith(' !')).join('')}`);
  }
  if (options.has('set-upstream') && !failed) {
    for (const item of items) {
      if (item.after === null || !item.source?.startsWith('refs/heads/')) continue;
      const tracking = trackingRef(call, name, item.ref) ?? item.ref;
      if (dry) call.out(`Would set upstream of '${shortRef(item.source)}' to '${shortRef(item.ref)}' of '${name}'\n`);
      else {
        const text = followRemote(call, name, shortRef(item.source), item.ref, tracking);
        if (!quiet) call.out(text);
      }
    }
  }
  if (porcelain && !failed) call.out('Done\n');
  else if (verdicts.length === 0 && !quiet) call.err('Everything up-to-date\n');
  if (!failed) return 0;
  call.err(`error: failed to push some refs to '${url}'\n`);
  adviseRejected(call, kinds, items);
  return 1;
}

/** Makes a branch follow a ref of a remote, whether a remote-tracking branch exists for it or not. */
function followRemote(call: GitCall, remote: string, branch: string, ref: string, tracking: string): string {
  if (tracking.startsWith('refs/remotes/')) return setUpstream(call, branch, tracking);
  const config = call.repository.config();
  config.set(`branch.${branch}.remote`, remote);
  config.set(`branch.${branch}.merge`, ref);
  call.repository.writeConfig(config);
  call.refresh();
  return `branch '${branch}' set up to track '${shortRef(ref)}' from '${remote}'.\n`;
}

function trackingRef(call: GitCall, remote: string, ref: string): string | null {
  for (const spec of call.settings.all(`remote.${remote}.fetch`)) {
    const target = mapRef(spec, ref);
    if (target !== null) return target;
  }
  return null;
}

function trackPushed(call: GitCall, remote: string, { ref, after }: PushItem): void {
  const tracking = trackingRef(call, remote, ref);
  if (tracking === null) return;
  if (after === null) call.repository.refs.delete(tracking);
  else if (call.repository.refs.resolve(tracking) !== after) call.repository.refs.update(tracking, after, call.change('update by push'));
}

/** Expected values of refs with `--force-with-lease`: by name, or of every ref what its remote-tracking branch says. */
type Lease = (ref: string) => string | null | undefined;

function leaseOf(call: GitCall, options: Options, remote: string): Lease {
  if (!options.has('force-with-lease')) return () => undefined;
  const value = options.value('force-with-lease') ?? '';
  const tracked = (ref: string): string | null => {
    const tracking = trackingRef(call, remote, ref);
    return tracking === null ? null : call.repository.refs.resolve(tracking);
  };
  if (value === '') return tracked;
  const [name = '', expected] = value.split(':');
  const wanted = name.startsWith('refs/') ? name : `refs/heads/${name}`;
  return (ref) =>
    ref !== wanted ? undefined : expected === undefined ? tracked(ref) : expected === '' ? null : resolveRevision(call, expected);
}

/** Why a ref is not even sent, or null. */
function localVerdict(call: GitCall, { ref, after, force }: PushItem, before: string | null, lease: Lease): string | null {
  const { objects } = call.repository;
  const expected = lease(ref);
  if (expected !== undefined) {
    if (force) return null;
    return expected === before ? null : 'stale info';
  }
  if (force || before === null || after === null) return null;
  if (ref.startsWith('refs/tags/')) return 'already exists';
  if (!objects.has(before)) return 'fetch first';
  if (objects.peel(before).type !== 'commit' || objects.peel(after).type !== 'commit') return 'needs force';
  return isAncestor(objects, objects.peel(before).id, objects.peel(after).id) ? null : 'non-fast-forward';
}

function adviseRejected(call: GitCall, kinds: ReadonlySet<string>, items: readonly PushItem[]): void {
  const note = "See the 'Note about fast-forwards' in 'git push --help' for details.";
  if (kinds.has('non-fast-forward')) {
    const current = items.some(({ source }) => source !== null && source === call.repository.headRef);
    call.hint(
      current
        ? `Updates were rejected because the tip of your current branch is behind\nits remote counterpart. Integrate the remote changes (e.g.\n'git pull ...') before pushing again.\n${note}`
        : `Updates were rejected because a pushed branch tip is behind its remote\ncounterpart. Check out this branch and integrate the remote changes\n(e.g. 'git pull ...') before pushing again.\n${note}`,
      'pushUpdateRejected',
    );
  } else if (kinds.has('already exists'))
    call.hint('Updates were rejected because the tag already exists in the remote.', 'pushAlreadyExists');
  else if (kinds.has('fetch first')) {
    call.hint(
      `Updates were rejected because the remote contains work that you do\nnot have locally. This is usually caused by another repository pushing\nto the same ref. You may want to first integrate the remote changes\n(e.g., 'git pull ...') before pushing again.\n${note}`,
      'pushFetchFirst',
    );
  } else if (kinds.has('needs force')) {
    call.hint(
      "You cannot update a remote ref that points at a non-commit object,\nor update a remote ref to make it point at a non-commit object,\nwithout using the '--force' option.\n",
      'pushNeedsForce',
    );
  }
}

/** What the other side says, marked as its words. Lines that say something end in spaces that clear the line on a terminal that cannot. */
function remoteLines(progress: string): string {
  return progress
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? 'remote: \n' : `remote: ${line}        \n`))
    .join('');
}

const CLONE = new OptionSpec(
  'clone',
  'usage: git clone [<options>] [--] <repo> [<dir>]\n',
  '-v,--verbose -q,--quiet --progress --reject-shallow -n,--no-checkout --bare --mirror -l,--local --no-hardlinks,--hardlinks -s,--shared --recurse-submodules[=] --recursive[=] -j,--jobs= --template=' +
    ' --reference= --dissociate -o,--origin= -b,--branch= -u,--upload-pack= --depth= --shallow-since= --shallow-exclude= --single-branch --no-tags,--tags --shallow-submodules --separate-git-dir= -c,--config=* --server-option= -4 -6 --filter= --sparse --also-filter-submodules --remote-submodules --bundle-uri=',
);

export async function clone(call: GitCall, args: readonly string[]): Promise<number> {
  const options = CLONE.parse(args);
  for (const name of [
    'mirror',
    'shared',
    'reference',
    'shallow-since',
    'shallow-exclude',
    'separate-git-dir',
    'filter',
    'sparse',
    'bundle-uri',
  ])
    if (options.has(name)) throw unsupported(`'git clone --${name}'`);
  const [source, folder] = options.args;
  if (source === undefined) throw new GitExit(`fatal: You must specify a repository to clone.\n\n${CLONE.usage}\n`, 129);
  if (options.args.length > 2) throw new GitExit(`fatal: Too many arguments.\n\n${CLONE.usage}\n`, 129);
  const bare = options.has('bare');
  const guessed = source
    .replace(/\/+$/, '')
    .replace(/\/?\.git$/, '')
    .replace(/^.*[/:]/, '');
  const directory = folder ?? (bare ? `${guessed}.git` : guessed);
  const path = call.resolve(directory);
  const isPath = !/^[a-z+]+:\/\//.test(source) && !/^[^/.]+[^/]*:/.test(source);
  const there = call.disk.entry(path);
  if (isPath && call.disk.entry(call.resolve(source)) === null && call.disk.entry(call.resolve(`${source}.git`)) === null)
    throw fatal(`repository '${source}' does not exist`);
  if (there !== null && (there.type !== 'directory' || call.disk.list(path).length > 0))
    throw fatal(`destination path '${directory}' already exists and is not an empty directory.`);
  const quiet = options.has('quiet');
  if (!quiet) call.err(`Cloning into ${bare ? 'bare repository ' : ''}'${directory}'...\n`);
  const existed = there !== null;
  try {
    return await fill(call, options, { source, path, bare, isPath, quiet });
  } catch (error) {
    call.disk.remove(path);
    if (existed) call.disk.makeDirectory(path);
    throw error;
  }
}

async function fill(
  call: GitCall,
  options: Options,
  how: { readonly source: string; readonly path: string; readonly bare: boolean; readonly isPath: boolean; readonly quiet: boolean },
): Promise<number> {
  const { path, bare, quiet } = how;
  const url = how.isPath ? call.resolve(call.disk.entry(call.resolve(how.source)) === null ? `${how.source}.git` : how.source) : how.source;
  const remote = connect(call, url);
  const theirs = await remote.advertise();
  const name = options.value('origin') ?? call.settings.get('clone.defaultremotename') ?? 'origin';
  const wanted = options.value('branch');
  const headBranch = theirs.head?.startsWith('refs/heads/') ? theirs.head.slice(11) : (call.settings.get('init.defaultbranch') ?? 'main');
  makeRepository(call, path, { bare, branch: headBranch });
  const inner = call.at(path);
  const { repository } = inner;
  const config = repository.config();
  config.set(`remote.${name}.url`, url);
  const depth = options.value('depth');
  if (depth !== undefined && !/^[1-9]\d*$/.test(depth)) throw fatal(`depth ${depth} is not a positive number`);
  const shallow = depth !== undefined && (!how.isPath || url.startsWith('file://'));
  if (depth !== undefined && !shallow) call.err('warning: --depth is ignored in local clones; use file:// instead.\n');
  const single = options.has('single-branch') || (shallow && !options.negated('single-branch'));
  const ref =
    wanted === undefined
      ? null
      : (['refs/heads/', 'refs/tags/'].map((prefix) => prefix + wanted).find((one) => theirs.refs.has(one)) ?? null);
  if (wanted !== undefined && ref === null) throw fatal(`Remote branch ${wanted} not found in upstream ${name}`);
  const chosen = ref ?? theirs.head ?? `refs/heads/${headBranch}`;
  const only = single && chosen.startsWith('refs/heads/') ? chosen : null;
  if (!bare)
    config.add(
      `remote.${name}.fetch`,
      only === null ? `+refs/heads/*:refs/remotes/${name}/*` : `+${only}:refs/remotes/${name}/${only.slice(11)}`,
    );
  for (const setting of options.list('config')) {
    const [key = '', value = 'true'] = setting.split(/=(.*)/s);
    config.add(key, value);
  }
  repository.writeConfig(config);
  const change = call.change(`clone: from ${url}`);
  const kept = [...theirs.refs].filter(([one]) =>
    one.startsWith('refs/heads/')
      ? only === null || one === only
      : one.startsWith('refs/tags/') && !options.has('no-tags') && !options.negated('tags') && only === null,
  );
  const follow = only === null ? [] : [...theirs.refs].filter(([one]) => one.startsWith('refs/tags/') && !options.has('no-tags'));
  await remote.fetch(
    repository,
    kept.map(([, id]) => id),
    shallow ? Number(depth) : null,
  );
  const stored = [...kept, ...follow.filter(([one, id]) => repository.objects.has(theirs.peeled.get(one) ?? id))];
  if (bare) for (const [one, id] of stored) repository.refs.update(one, id, null);
  else writePacked(repository, name, stored);
  if (theirs.refs.size === 0) {
    call.err('warning: You appear to have cloned an empty repository.\n');
    if (!bare) follows(call, repository, name, headBranch);
    if (how.isPath && !quiet) call.err('done.\n');
    return 0;
  }
  const head = theirs.refs.get(chosen);
  if (theirs.head !== null && theirs.refs.has(theirs.head) && !bare && (only === null || only === theirs.head))
    repository.refs.setSymbolic(`refs/remotes/${name}/HEAD`, `refs/remotes/${name}/${theirs.head.slice(11)}`);
  if (head === undefined) {
    const detached = theirs.refs.get('HEAD');
    if (detached !== undefined && theirs.head === null) repository.refs.detach(detached, change);
    else call.err('warning: remote HEAD refers to nonexistent ref, unable to checkout.\n');
  } else if (chosen.startsWith('refs/heads/')) {
    const branch = chosen.slice(11);
    repository.refs.setSymbolic('HEAD', chosen);
    repository.refs.update(chosen, head, bare ? null : change);
    if (!bare) follows(call, repository, name, branch);
  } else repository.refs.detach(repository.objects.peel(head).id, change);
  if (how.isPath && !quiet) call.err('done.\n');
  if (!bare && !options.has('no-checkout') && repository.head !== null) {
    if (chosen.startsWith('refs/tags/') && !quiet) call.err(detachedAdvice(repository.head));
    forceFiles(inner, repository.files(repository.head));
  }
  return 0;
}

function detachedAdvice(id: string): string {
  return (
    `Note: switching to '${id}'.\n\nYou are in 'detached HEAD' state. You can look around, make experimental\nchanges and commit them, and you can discard any commits you make in this\n` +
    'state without impacting any branches by switching back to a branch.\n\nIf you want to create a new branch to retain commits you create, you may\n' +
    'do so (now or later) by using -c with the switch command. Example:\n\n  git switch -c <new-branch-name>\n\nOr undo this operation with:\n\n  git switch -\n\n' +
    'Turn off this advice by setting config variable advice.detachedHead to false\n\n'
  );
}

function follows(call: GitCall, repository: Repository, remote: string, branch: string): void {
  const config = repository.config();
  config.set(`branch.${branch}.remote`, remote);
  config.set(`branch.${branch}.merge`, `refs/heads/${branch}`);
  if (call.settings.get('branch.autosetuprebase') === 'always') config.set(`branch.${branch}.rebase`, 'true');
  repository.writeConfig(config);
}

function writePacked(repository: Repository, remote: string, refs: readonly (readonly [string, string])[]): void {
  const entries = refs
    .map(([name, id]) => [name.replace(/^refs\/heads\//, `refs/remotes/${remote}/`), id] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, id]) => {
      const peeled = repository.objects.peel(id).id;
      return `${id} ${name}\n${peeled === id ? '' : `^${peeled}\n`}`;
    });
  if (entries.length > 0)
    repository.disk.write(`${repository.gitDir}/packed-refs`, `# pack-refs with: peeled fully-peeled sorted \n${entries.join('')}`);
}

const LS_REMOTE = new OptionSpec(
  'ls-remote',
  'usage: git ls-remote [--heads] [--tags] [--refs] [--upload-pack=<exec>]\n',
  '-q,--quiet -t,--tags -h,--heads --refs --get-url --sort= --exit-code --symref -o,--server-option= --upload-pack= --exec=',
);

export async function lsRemote(call: GitCall, args: readonly string[]): Promise<number> {
  const options = LS_REMOTE.parse(args);
  const [given, ...patterns] = options.args;
  const name = given ?? (call.tryRepository === null ? undefined : defaultRemote(call));
  if (name === undefined) throw fatal('No remote configured to list refs from.');
  const url = remoteUrl(call, name);
  if (options.has('get-url')) {
    call.line(url);
    return 0;
  }
  const { refs, peeled, head } = await connect(call, url).advertise();
  if (given === undefined && !options.has('quiet')) call.err(`From ${url}\n`);
  let count = 0;
  const wanted = (ref: string): boolean => {
    if (options.has('heads') && options.has('tags')) return /^refs\/(heads|tags)\//.test(ref);
    if (options.has('heads') && !ref.startsWith('refs/heads/')) return false;
    if (options.has('tags') && !ref.startsWith('refs/tags/')) return false;
    if (options.has('refs') && !ref.startsWith('refs/')) return false;
    return patterns.length === 0 || patterns.some((pattern) => wildmatch(`*/${pattern}`, `/${ref}`, { pathname: false }));
  };
  for (const [ref, id] of refs) {
    if (wanted(ref)) {
      count++;
      if (options.has('symref') && ref === 'HEAD' && head !== null) call.line(`ref: ${head}\tHEAD`);
      call.line(`${id}\t${ref}`);
    }
    const target = peeled.get(ref);
    if (target !== undefined && !options.has('refs') && wanted(`${ref}^{}`)) call.line(`${target}\t${ref}^{}`);
  }
  return options.has('exit-code') && count === 0 ? 2 : 0;
}
