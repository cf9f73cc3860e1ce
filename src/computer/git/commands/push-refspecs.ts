/** Which refs a push moves, and where to: its refspecs, or what settings say when it has none. */
import { branchArgument } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit } from '../errors.ts';
import { remoteUrl, shortRef } from '../fetching.ts';
import { isFullId } from '../objects.ts';
import type { Options } from '../options.ts';
import { fullRefName, mapRef, resolveRevision } from '../revision.ts';
import type { Advertisement } from '../transport.ts';
import { isAncestor } from '../walk.ts';

/** One ref to push. */
export interface PushItem {
  /** As it is shown: `topic`, `HEAD`, or nothing for a deletion. */
  readonly from: string;
  /** The full local ref, when it is one. */
  readonly source: string | null;
  readonly ref: string;
  readonly after: string | null;
  readonly force: boolean;
}

/** What a push without refspecs moves: the current branch, to where `push.default` says. */
export function impliedSpec(call: GitCall, options: Options, remote: string): PushItem {
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
      `error: src refspec ${ref} does not match any\nerror: failed to push some refs to '${remoteUrl(call, remote, true)}'\n`,
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

/** What the refspecs of a push stand for; ends the command where one does not match anything. `url` is for that message. */
export async function itemsOf(
  call: GitCall,
  options: Options,
  specs: readonly string[],
  theirs: Advertisement,
  url: string,
): Promise<PushItem[]> {
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
export function followedTags(call: GitCall, items: readonly PushItem[], { refs: theirs }: Advertisement): readonly PushItem[] {
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
