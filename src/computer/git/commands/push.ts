import { defaultRemote, remoteNames, setUpstream } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { remoteUrl, shortRef, summaryWidth } from '../fetching.ts';
import { requireHook } from '../hooks.ts';
import { OptionSpec, type Options } from '../options.ts';
import { mapRef, resolveRevision } from '../revision.ts';
import { connect, type Advertisement, type PushUpdate } from '../transport.ts';
import { isAncestor } from '../walk.ts';
import { followedTags, impliedSpec, itemsOf, type PushItem } from './push-refspecs.ts';

const PUSH = new OptionSpec(
  'push',
  'usage: git push [<options>] [<repository> [<refspec>...]]\n',
  '-v,--verbose -q,--quiet --repo= --all --mirror -d,--delete --tags -n,--dry-run --porcelain -f,--force --force-with-lease[=] --force-if-includes --recurse-submodules= --thin --receive-pack=' +
    ' --exec= -u,--set-upstream --progress --prune --no-verify,--verify --follow-tags --signed[=] --atomic -o,--push-option=* -4 -6',
);

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
  if (!remote.writable) throw failure(`failed to push some refs to '${url}'`);
  const theirs = await remote.advertise();
  const items = implied !== null ? [implied] : await itemsOf(call, options, specs, theirs, url);
  if (options.has('follow-tags') || call.settings.bool('push.followtags')) items.push(...followedTags(call, items, theirs));
  return send(call, options, { name, url, remote, theirs, items });
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
