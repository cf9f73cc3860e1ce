import type { Deployment } from '../cloud/contract.ts';
import { PRODUCTION } from '../cloud/cloud.ts';
import type { OriginRepository, PullRequest, WorkItem } from '../forge/contract.ts';
import { RefusedError } from '../forge/forge.ts';
import { checksOf } from './check-results.ts';
import type { BoardCard, BoardColumn, OriginAction, OriginView, PullRequestView, TraceRow } from './contract.ts';
import { LEARNER } from './people.ts';
import type { World } from './world.ts';

/** The origin's repository as the page shows it. */
export async function originView(world: World): Promise<OriginView> {
  const origin = originOf(world);
  const runs = world.pipelines.runs();
  const releases = await deliveries(world, origin);
  const cards = origin.workItems.list().flatMap((item) => cardOf(item, origin, releases) ?? []);
  return {
    url: `${world.forge.url}/${origin.name}`,
    defaultBranch: origin.defaultBranch,
    branches: await branchesOf(origin),
    tags: await tagsOf(origin),
    pullRequests: origin.pullRequests
      .list()
      .map((pull) => ({ ...pull, checks: checksWord(world, pull) }))
      .toReversed(),
    cards,
    trace: traceOf(cards, origin, releases),
    releases: origin.releases.list().map((release) => ({
      ...release,
      assets: release.assets.map(({ name, bytes }) => ({ name, sizeBytes: bytes.byteLength })),
    })),
    protections: origin.protections(),
    checkNames: [...new Set(runs.flatMap(({ jobs }) => jobs.map(({ name }) => name)))].sort(),
  };
}

/** One pull request with what it changes and what it waits for. @throws NotFoundError */
export async function pullRequestView(world: World, number: number): Promise<PullRequestView> {
  const { pullRequests } = originOf(world);
  const pull = pullRequests.get(number);
  const [state, difference, commits] = await Promise.all([
    pullRequests.mergeState(number),
    pullRequests.difference(number),
    pullRequests.commits(number),
  ]);
  return { pull, state, difference, commits };
}

/** Does what the learner asks for; gives the number of what was opened, or 0. @throws RefusedError, NotFoundError */
export async function actOnOrigin(world: World, action: OriginAction): Promise<number> {
  const origin = originOf(world);
  const { workItems, pullRequests } = origin;
  const by = LEARNER.login;
  switch (action.type) {
    case 'open-item':
      return workItems.open(by, action).number;
    case 'close-item':
      workItems.close(by, action.number, action.reason);
      return 0;
    case 'reopen-item':
      workItems.reopen(by, action.number);
      return 0;
    case 'comment-item':
      workItems.comment(by, action.number, action.body);
      return 0;
    case 'comment-pull':
      pullRequests.comment(by, action.number, action.body);
      return 0;
    case 'open-pull':
      return (await pullRequests.open(by, action)).number;
    case 'review':
      pullRequests.review(by, action.number, action);
      return 0;
    case 'reply':
      pullRequests.reply(by, action.number, action.thread, action.body);
      return 0;
    case 'resolve':
      pullRequests.resolve(by, action.number, action.thread, action.resolved);
      return 0;
    case 'merge':
      await pullRequests.merge(by, action.number, action);
      return 0;
    case 'close-pull':
      pullRequests.close(by, action.number);
      return 0;
    case 'reopen-pull':
      await pullRequests.reopen(by, action.number);
      return 0;
    case 'ready':
      pullRequests.edit(by, action.number, { draft: false });
      return 0;
    case 'protect':
      mayProtect(origin, action.protection.pattern);
      origin.protect({ ...action.protection, setBy: by });
      return 0;
    case 'unprotect':
      mayProtect(origin, action.pattern);
      origin.unprotect(action.pattern);
      return 0;
  }
}

/** What the company protects stays as it is. */
function mayProtect(origin: OriginRepository, pattern: string): void {
  if (pattern.trim() === '') throw new RefusedError('Which branch? Give its name, or a pattern such as release/*.');
  const rule = origin.protections().find((other) => other.pattern === pattern);
  if (rule !== undefined && rule.setBy !== LEARNER.login) {
    throw new RefusedError(`The protection of ${pattern} belongs to the company, not to you: ${rule.reason}`);
  }
}

function originOf(world: World): OriginRepository {
  return world.forge.repository(world.options.repository);
}

async function branchesOf(origin: OriginRepository): Promise<OriginView['branches']> {
  const refs = [...(await origin.refs())].filter(([ref]) => ref.startsWith('refs/heads/'));
  const branches = await Promise.all(
    refs.map(async ([ref, id]) => {
      const { message, committer, author } = await origin.commit(id);
      const name = ref.slice('refs/heads/'.length);
      return { name, commit: id, subject: message.split('\n')[0] ?? '', at: committer.at, by: author.name };
    }),
  );
  return branches.toSorted((one, other) => other.at - one.at);
}

/** Tags by name; one that names no commit has no code to show. */
async function tagsOf(origin: OriginRepository): Promise<OriginView['tags']> {
  const names = [...(await origin.refs()).keys()].filter((ref) => ref.startsWith('refs/tags/'));
  const tags = await Promise.all(names.map(async (ref) => ({ name: ref.slice('refs/tags/'.length), commit: await origin.resolve(ref) })));
  return tags.flatMap(({ name, commit }) => (commit === null ? [] : [{ name, commit }]));
}

function checksWord(world: World, { headCommit }: PullRequest): 'success' | 'failure' | 'pending' | 'none' {
  const checks = checksOf(world.pipelines.runs(), headCommit);
  if (checks.length === 0) return 'none';
  if (checks.some(({ conclusion }) => conclusion === 'failure' || conclusion === 'cancelled')) return 'failure';
  return checks.some(({ status }) => status !== 'completed') ? 'pending' : 'success';
}

/** A deployment to users, with the commits that it was the first to bring. */
interface Delivery {
  readonly deployment: Deployment;
  readonly brought: ReadonlySet<string>;
}

/** Oldest first. Each commit is read once, whoever brought it. */
async function deliveries(world: World, origin: OriginRepository): Promise<readonly Delivery[]> {
  const known = new Set<string>();
  const found: Delivery[] = [];
  for (const deployment of world.cloud.deployments(PRODUCTION)) {
    // A commit that a force-push took away is not there any more.
    const there = (await origin.resolve(deployment.commit)) !== null;
    found.push({ deployment, brought: there ? await unknownFrom(origin, deployment.commit, known) : new Set() });
  }
  return found;
}

/** The commits that lead to one and are not known yet. They are from now on, and so is all that leads to them. */
async function unknownFrom(origin: OriginRepository, tip: string, known: Set<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const waiting = [tip];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (known.has(id)) continue;
    known.add(id);
    found.add(id);
    waiting.push(...(await origin.commit(id)).parents);
  }
  return found;
}

/** Commits that are for an item, those of its merged pull requests too. */
function commitsFor(item: WorkItem, origin: OriginRepository): readonly string[] {
  return item.timeline.flatMap((entry) => {
    if (entry.type === 'commit') return [entry.commit];
    if (entry.type === 'pull') return origin.pullRequests.get(entry.pull).mergeCommit ?? [];
    return entry.type === 'closed' && entry.commit !== undefined ? [entry.commit] : [];
  });
}

function deliveryOf(item: WorkItem, origin: OriginRepository, found: readonly Delivery[]): Delivery | undefined {
  const commits = commitsFor(item, origin);
  // The last of them: an item is live when all that is for it is.
  return found.findLast(({ brought }) => commits.some((commit) => brought.has(commit)));
}

function cardOf(item: WorkItem, origin: OriginRepository, found: readonly Delivery[]): BoardCard | null {
  if (item.reason === 'not_planned') return null;
  const pulls = item.timeline.flatMap((entry) => (entry.type === 'pull' ? [origin.pullRequests.get(entry.pull)] : []));
  const open = pulls.find(({ state }) => state === 'open');
  const branch = open?.head ?? item.timeline.findLast((entry) => entry.type === 'branch' || entry.type === 'commit')?.branch ?? null;
  const live = item.state === 'closed' ? deliveryOf(item, origin, found)?.deployment : undefined;
  return {
    item,
    column: columnOf(item, open !== undefined, branch !== null, live !== undefined),
    branch: item.state === 'open' ? branch : null,
    pull: (open ?? pulls.findLast(({ state }) => state === 'merged'))?.number ?? null,
    live: live === undefined ? null : { digest: live.digest, runId: live.runId, at: live.liveAt },
  };
}

function columnOf(item: WorkItem, inReview: boolean, begun: boolean, live: boolean): BoardColumn {
  if (item.state === 'closed') return live ? 'live' : 'merged';
  if (inReview) return 'in-review';
  return begun ? 'in-progress' : 'to-do';
}

/** Newest first; a delivery that no work item asked for has a row too. */
function traceOf(cards: readonly BoardCard[], origin: OriginRepository, found: readonly Delivery[]): readonly TraceRow[] {
  return found.toReversed().flatMap(({ deployment, brought }): readonly TraceRow[] => {
    const { commit, runId, digest, liveAt, pushedAt } = deployment;
    const common = { commit, runId, digest, pushToPhone: liveAt - pushedAt };
    const own = cards.filter(({ live, item }) => live?.runId === runId && commitsFor(item, origin).some((id) => brought.has(id)));
    if (own.length === 0) return [{ ...common, item: null, pull: null, approvedBy: [] }];
    return own.map(({ item, pull }) => ({
      ...common,
      item: { number: item.number, title: item.title },
      pull,
      approvedBy: pull === null ? [] : approvers(origin.pullRequests.get(pull)),
    }));
  });
}

function approvers({ reviews }: PullRequest): readonly string[] {
  return [...new Set(reviews.filter(({ verdict }) => verdict === 'approved').map(({ author }) => author))];
}
