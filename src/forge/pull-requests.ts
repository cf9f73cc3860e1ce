import type {
  Commit,
  FileDifference,
  MergeMethod,
  MergeState,
  Protection,
  PullRequest,
  PullRequests,
  RefUpdate,
  Review,
  Thread,
  TimelineEntry,
} from './contract.ts';
import { mentionsIn } from './mentions.ts';
import { protectionsOf } from './protection.ts';
import { replaced, type CollaborationRecord } from './record.ts';
import type { RepositoryAccess } from './repository-access.ts';
import { NotFoundError, RefusedError } from './storage.ts';
import { titleOf, type StoredWorkItems } from './work-items.ts';

type Action = 'opened' | 'edited' | 'commented' | 'reviewed' | 'synchronize' | 'closed' | 'merged' | 'reopened' | 'ready_for_review';

/** The pull requests of one repository. Source of the rules: GitHub's documentation on pull requests and on merging them. */
export class StoredPullRequests implements PullRequests {
  readonly #record: CollaborationRecord;
  readonly #items: StoredWorkItems;
  readonly #repository: RepositoryAccess;

  constructor(record: CollaborationRecord, items: StoredWorkItems, repository: RepositoryAccess) {
    this.#record = record;
    this.#items = items;
    this.#repository = repository;
  }

  list(): readonly PullRequest[] {
    return this.#record.data.pullRequests;
  }

  get(number: number): PullRequest {
    const pull = this.list().find((other) => other.number === number);
    if (pull === undefined) throw new NotFoundError(`There is no pull request #${number}.`);
    return pull;
  }

  async open(by: string, wanted: Parameters<PullRequests['open']>[1]): Promise<PullRequest> {
    const { base, head, body = '', draft = false, requested = [] } = wanted;
    const title = titleOf(wanted.title);
    const headCommit = this.#mustDiffer(base, head);
    this.#refuseSecond(base, head);
    const pull: PullRequest = {
      number: this.#record.takeNumber(),
      title,
      body,
      author: by,
      base,
      head,
      draft,
      state: 'open',
      headCommit,
      baseCommit: null,
      createdAt: this.#record.now,
      closedAt: null,
      mergedBy: null,
      mergeCommit: null,
      requested: [...new Set(requested)].filter((login) => login !== by),
      reviews: [],
      threads: [],
      comments: [],
      timeline: [],
    };
    this.#record.update({ pullRequests: [...this.list(), pull] });
    this.#repository.setHiddenRef(`refs/pull/${pull.number}/head`, headCommit);
    this.#linkItems(by, pull);
    this.#record.tell({ type: 'pull-request', action: 'opened', number: pull.number, by });
    return pull;
  }

  edit(by: string, number: number, change: Parameters<PullRequests['edit']>[2]): PullRequest {
    const { draft: wasDraft, author } = this.get(number);
    const { title, body, draft, requested } = change;
    const pull = this.#change(by, number, wasDraft && draft === false ? 'ready_for_review' : 'edited', {
      ...(title === undefined ? {} : { title: titleOf(title) }),
      ...(body === undefined ? {} : { body }),
      ...(draft === undefined ? {} : { draft }),
      ...(requested === undefined ? {} : { requested: [...new Set(requested)].filter((login) => login !== author) }),
    });
    if (body !== undefined) this.#linkItems(by, pull);
    return pull;
  }

  comment(by: string, number: number, body: string): PullRequest {
    const { comments } = this.get(number);
    if (body.trim() === '') throw new RefusedError('A comment needs a text.');
    return this.#change(by, number, 'commented', { comments: [...comments, this.#record.newComment(by, body)] });
  }

  review(by: string, number: number, { verdict, body = '', threads = [] }: Parameters<PullRequests['review']>[2]): PullRequest {
    const pull = this.get(number);
    this.#mustBeOpen(pull);
    if (by === pull.author && verdict === 'approved') throw new RefusedError('Can not approve your own pull request');
    if (by === pull.author && verdict === 'changes_requested') throw new RefusedError('Can not request changes on your own pull request');
    if (verdict !== 'approved' && body.trim() === '' && threads.length === 0) throw new RefusedError('This review needs a text.');
    const review: Review = { id: this.#record.takeId(), author: by, at: this.#record.now, verdict, body, commit: pull.headCommit };
    const opened = threads.map(({ path, line, side = 'after', body: text }): Thread => ({
      id: this.#record.takeId(),
      review: review.id,
      path,
      line,
      side,
      resolved: false,
      comments: [this.#record.newComment(by, text)],
    }));
    return this.#change(by, number, 'reviewed', {
      reviews: [...pull.reviews, review],
      threads: [...pull.threads, ...opened],
      requested: pull.requested.filter((login) => login !== by),
    });
  }

  reply(by: string, number: number, id: number, body: string): PullRequest {
    if (body.trim() === '') throw new RefusedError('A comment needs a text.');
    const thread = this.#thread(number, id);
    return this.#changeThread(by, number, { ...thread, comments: [...thread.comments, this.#record.newComment(by, body)] }, 'commented');
  }

  resolve(by: string, number: number, id: number, resolved: boolean): PullRequest {
    return this.#changeThread(by, number, { ...this.#thread(number, id), resolved }, 'edited');
  }

  close(by: string, number: number): PullRequest {
    const pull = this.get(number);
    return pull.state === 'open' ? this.#end(by, pull, 'closed', {}) : pull;
  }

  async reopen(by: string, number: number): Promise<PullRequest> {
    const pull = this.get(number);
    if (pull.state === 'open') return pull;
    if (pull.state === 'merged') throw new RefusedError(`Pull request #${number} is merged: what it changed is in ${pull.base}.`);
    const headCommit = this.#mustDiffer(pull.base, pull.head);
    this.#refuseSecond(pull.base, pull.head);
    this.#repository.setHiddenRef(`refs/pull/${number}/head`, headCommit);
    return this.#change(by, number, 'reopened', {
      state: 'open',
      headCommit,
      baseCommit: null,
      closedAt: null,
      timeline: [...pull.timeline, { type: 'reopened', at: this.#record.now, by }],
    });
  }

  async mergeState(number: number): Promise<MergeState> {
    const pull = this.get(number);
    const rules = protectionsOf(this.#repository.protections(), pull.base);
    const base = this.#repository.tip(pull.base);
    const { conflictsOf } = await import('./merging.ts');
    const open = pull.state === 'open' && base !== null;
    const conflicts = open ? await conflictsOf(await this.#repository.engine(), base, pull.headCommit) : [];
    const required = [...new Set(rules.flatMap((rule) => rule.requiredChecks ?? []))];
    const results = this.#repository.checks(pull.headCommit);
    const checks = results.map((check) => ({ ...check, required: required.includes(check.name) }));
    const expected = required.filter((name) => !results.some((check) => check.name === name));
    const votes = this.#votes(pull, rules);
    const requiredApprovals = Math.max(0, ...rules.map((rule) => rule.requiredApprovals ?? 0));
    const state: Omit<MergeState, 'mergeable' | 'blockedBy'> = {
      conflicts,
      checks,
      expected,
      ...votes,
      requiredApprovals,
      methods: methodsFor(rules),
      behind: open ? this.#repository.reader.between([pull.headCommit], base).length : 0,
    };
    const blockedBy = obstacles(pull, rules, state);
    return { ...state, mergeable: blockedBy.length === 0, blockedBy };
  }

  async difference(number: number): Promise<readonly FileDifference[]> {
    const { base, headCommit, baseCommit } = this.get(number);
    const from = baseCommit ?? this.#repository.tip(base);
    if (from === null) return [];
    const { differenceFromFork } = await import('./merging.ts');
    return differenceFromFork(await this.#repository.engine(), this.#repository.reader, from, headCommit);
  }

  async commits(number: number): Promise<readonly Commit[]> {
    return this.#commits(this.get(number));
  }

  async merge(by: string, number: number, how: Parameters<PullRequests['merge']>[2]): Promise<PullRequest> {
    const pull = this.get(number);
    this.#mustBeOpen(pull);
    const state = await this.mergeState(number);
    if (!state.mergeable) throw new RefusedError(`Pull request #${number} is not mergeable: ${state.blockedBy.join(' ')}`);
    if (!state.methods.includes(how.method)) {
      throw new RefusedError(`${pull.base} takes no merge commits. Merge with ${state.methods.join(' or ')}.`);
    }
    const base = this.#repository.tip(pull.base);
    if (base === null) throw new NotFoundError(`There is no branch ${pull.base}.`);
    const { mergeInto } = await import('./merging.ts');
    const words = this.#wording(pull, how.method);
    const tip = await mergeInto(await this.#repository.engine(), this.#repository.reader, {
      base,
      head: pull.headCommit,
      method: how.method,
      title: how.title ?? words.title,
      message: how.message ?? words.message,
      merger: this.#repository.person(by),
      author: this.#repository.person(pull.author),
      now: this.#record.now,
    });
    // Somebody may have pushed meanwhile.
    if (this.#repository.tip(pull.base) !== base) throw new RefusedError(`${pull.base} has moved. Look at it, then merge again.`);
    const merged = this.#end(by, { ...pull, baseCommit: base }, 'merged', { mergedBy: by, mergeCommit: tip });
    const updates: RefUpdate[] = [{ ref: `refs/heads/${pull.base}`, before: base, after: tip, forced: false }];
    if (how.deleteBranch === true) {
      updates.push({ ref: `refs/heads/${pull.head}`, before: this.#repository.tip(pull.head), after: null, forced: false });
    }
    await this.#repository.move(by, updates);
    return merged;
  }

  /** Follows refs that have moved: new commits of a branch, a branch that is gone, one that was merged by hand. */
  refMoved(by: string, { ref, after }: RefUpdate): void {
    if (!ref.startsWith('refs/heads/')) return;
    const branch = ref.slice('refs/heads/'.length);
    const open = this.list().filter((other) => other.state === 'open');
    const mayBeMerged = after !== null && open.some(({ base }) => base === branch);
    const reached = mayBeMerged ? this.#repository.reader.reachable([after]) : null;
    for (const pull of open) {
      if (pull.head === branch && after === null) this.#end(by, pull, 'closed', {});
      else if (pull.head === branch && after !== null && after !== pull.headCommit) {
        this.#repository.setHiddenRef(`refs/pull/${pull.number}/head`, after);
        this.#linkItems(by, this.#change(by, pull.number, 'synchronize', { headCommit: after }));
      }
      if (pull.base !== branch) continue;
      if (after === null) this.#end(by, pull, 'closed', {});
      else if (reached?.has(this.get(pull.number).headCommit)) {
        this.#end(by, this.get(pull.number), 'merged', { mergedBy: by, mergeCommit: after });
      }
    }
  }

  /** Ends a pull request; what it closes is closed with it when it went into the default branch. */
  #end(by: string, pull: PullRequest, state: 'closed' | 'merged', change: Partial<PullRequest>): PullRequest {
    const at = this.#record.now;
    const entry: TimelineEntry = { type: state, at, by, ...(change.mergeCommit ? { commit: change.mergeCommit } : {}) };
    const ended = this.#change(by, pull.number, state, {
      state,
      closedAt: at,
      baseCommit: pull.baseCommit ?? this.#forkOf(pull),
      timeline: [...pull.timeline, entry],
      ...change,
    });
    if (state === 'merged' && pull.base === this.#repository.defaultBranch) {
      for (const number of this.#closes(pull)) this.#items.closeFor(by, number, 'completed', { pull: pull.number });
    }
    return ended;
  }

  /** Base as it was before it had the pull request's commits: what the difference is shown from. */
  #forkOf({ base, headCommit }: PullRequest): string | null {
    const tip = this.#repository.tip(base);
    if (tip === null) return null;
    const { reader } = this.#repository;
    if (!reader.reachable([tip]).has(headCommit)) return tip;
    for (let commit = reader.commit(tip); ; commit = reader.commit(commit.parents[0]!)) {
      const [first] = commit.parents;
      if (first === undefined) return commit.id;
      if (!reader.reachable([first]).has(headCommit)) return first;
    }
  }

  #commits({ base, baseCommit, headCommit }: PullRequest): readonly Commit[] {
    const from = baseCommit ?? this.#repository.tip(base);
    return from === null ? [] : this.#repository.reader.between([from], headCommit);
  }

  #closes(pull: PullRequest): readonly number[] {
    const texts = [pull.body, ...this.#commits(pull).map(({ message }) => message)];
    return [...new Set(texts.flatMap((text) => mentionsIn(text).closed))].filter((number) => this.#items.find(number) !== undefined);
  }

  #linkItems(by: string, pull: PullRequest): void {
    const texts = [pull.title, pull.body, ...this.#commits(pull).map(({ message }) => message)];
    for (const number of new Set(texts.flatMap((text) => mentionsIn(text).named))) {
      this.#items.link(number, { type: 'pull', by, pull: pull.number });
    }
  }

  /** The words of the commit that merging makes, as the host proposes them. */
  #wording(pull: PullRequest, method: MergeMethod): { readonly title: string; readonly message: string } {
    if (method === 'merge') {
      return { title: `Merge pull request #${pull.number} from fieldleaf/${pull.head}`, message: pull.title };
    }
    const messages = this.#commits(pull).map(({ message }) => message.trim());
    const [only] = messages;
    if (messages.length === 1 && only !== undefined) {
      const [title = '', ...rest] = only.split('\n');
      return { title: `${title} (#${pull.number})`, message: rest.join('\n').trim() };
    }
    return { title: `${pull.title} (#${pull.number})`, message: messages.map((message) => `* ${message}`).join('\n\n') };
  }

  /** The last approval or request for changes of each reviewer counts. */
  #votes(pull: PullRequest, rules: readonly Protection[]): Pick<MergeState, 'approvedBy' | 'changesRequestedBy'> {
    const stale = rules.some((rule) => rule.dismissStaleApprovals === true);
    const last = new Map<string, Review>();
    for (const review of pull.reviews) if (review.verdict !== 'commented') last.set(review.author, review);
    const votes = [...last.values()];
    return {
      approvedBy: votes
        .filter(({ verdict, commit }) => verdict === 'approved' && (!stale || commit === pull.headCommit))
        .map(({ author }) => author),
      changesRequestedBy: votes.filter(({ verdict }) => verdict === 'changes_requested').map(({ author }) => author),
    };
  }

  /** The tip of head. @throws RefusedError when there is nothing that a pull request could bring. */
  #mustDiffer(base: string, head: string): string {
    for (const branch of [base, head]) {
      if (this.#repository.tip(branch) === null) throw new NotFoundError(`The origin has no branch ${branch}. Push it first.`);
    }
    const headCommit = this.#repository.tip(head)!;
    if (base === head || this.#repository.reader.reachable([this.#repository.tip(base)!]).has(headCommit)) {
      throw new RefusedError(`No commits between ${base} and ${head}`);
    }
    return headCommit;
  }

  #refuseSecond(base: string, head: string): void {
    const other = this.list().find((pull) => pull.state === 'open' && pull.base === base && pull.head === head);
    if (other !== undefined) {
      throw new RefusedError(`a pull request for branch "${head}" into branch "${base}" already exists: #${other.number}`);
    }
  }

  #mustBeOpen(pull: PullRequest): void {
    if (pull.state !== 'open') throw new RefusedError(`Pull request #${pull.number} is ${pull.state}.`);
  }

  #thread(number: number, id: number): Thread {
    const thread = this.get(number).threads.find((other) => other.id === id);
    if (thread === undefined) throw new NotFoundError(`Pull request #${number} has no conversation ${id}.`);
    return thread;
  }

  #changeThread(by: string, number: number, thread: Thread, action: Action): PullRequest {
    return this.#change(by, number, action, { threads: replaced(this.get(number).threads, 'id', thread) });
  }

  #change(by: string, number: number, action: Action, change: Partial<PullRequest>): PullRequest {
    const pull = { ...this.get(number), ...change };
    this.#record.update({ pullRequests: replaced(this.list(), 'number', pull) });
    this.#record.tell({ type: 'pull-request', action, number, by });
    return pull;
  }
}

function methodsFor(rules: readonly Protection[]): readonly MergeMethod[] {
  return rules.some((rule) => rule.linearHistory === true) ? ['squash', 'rebase'] : ['merge', 'squash', 'rebase'];
}

function obstacles(pull: PullRequest, rules: readonly Protection[], state: Omit<MergeState, 'mergeable' | 'blockedBy'>): readonly string[] {
  if (pull.state !== 'open') return [`It is ${pull.state}.`];
  const { conflicts, checks, expected, approvedBy, changesRequestedBy, requiredApprovals } = state;
  const sentences: string[] = [];
  const closed = rules.find((rule) => rule.refuseDirectPush);
  if (closed !== undefined) sentences.push(`${pull.base} is not moved by merging: ${closed.reason}`);
  if (pull.draft) sentences.push('It is a draft.');
  if (conflicts.length > 0) sentences.push(`It conflicts with ${pull.base} in ${conflicts.join(', ')}.`);
  for (const { name, required, status, conclusion } of checks) {
    if (!required || (status === 'completed' && (conclusion === 'success' || conclusion === 'skipped'))) continue;
    sentences.push(
      status === 'completed' ? `The required check ${name} ended with ${conclusion}.` : `The required check ${name} has not ended.`,
    );
  }
  for (const name of expected) sentences.push(`The required check ${name} has not been reported.`);
  if (requiredApprovals > approvedBy.length) {
    const missing = requiredApprovals - approvedBy.length;
    sentences.push(missing === 1 ? 'An approving review is missing.' : `${missing} approving reviews are missing.`);
  }
  if (requiredApprovals > 0) for (const login of changesRequestedBy) sentences.push(`${login} asks for a change.`);
  return sentences;
}
