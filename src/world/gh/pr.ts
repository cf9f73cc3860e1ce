import type { FileDifference, MergeMethod, MergeState, PullRequest, ReviewVerdict } from '../../forge/contract.ts';
import { ago, bodyOf, elapsed, GhError, indented, iso, numberIn, printJson, table, type GhCall, type GhNoun } from './call.ts';
import { UsageError } from './flags.ts';

const url = ({ world, origin }: GhCall, number: number): string => `${world.forge.url}/${origin.name}/pull/${number}`;

/** The pull request that the first argument names, or that of the branch that is checked out. */
function chosen(call: GhCall): PullRequest {
  const { origin, args } = call;
  const [name] = args.positional;
  const number = name === undefined ? null : numberIn(name);
  if (number !== null) {
    const found = origin.pullRequests.list().find((pull) => pull.number === number);
    if (found === undefined) {
      throw new GhError(`GraphQL: Could not resolve to a PullRequest with the number of ${number}. (repository.pullRequest)`);
    }
    return found;
  }
  const branch = name ?? call.branch();
  if (branch === null) throw new GhError('could not determine current branch: not on any branch');
  const of = origin.pullRequests.list().filter((pull) => pull.head === branch);
  const found = of.findLast((pull) => pull.state === 'open') ?? of.at(-1);
  if (found === undefined) throw new GhError(`no pull requests found for branch "${branch}"`);
  return found;
}

const STATES = { open: 'OPEN', closed: 'CLOSED', merged: 'MERGED' } as const;

const FIELDS: Readonly<Record<string, (pull: PullRequest) => unknown>> = {
  author: ({ author }) => ({ login: author }),
  baseRefName: ({ base }) => base,
  body: ({ body }) => body,
  closedAt: ({ closedAt }) => (closedAt === null ? null : iso(closedAt)),
  createdAt: ({ createdAt }) => iso(createdAt),
  headRefName: ({ head }) => head,
  headRefOid: ({ headCommit }) => headCommit,
  isDraft: ({ draft }) => draft,
  mergeCommit: ({ mergeCommit }) => (mergeCommit === null ? null : { oid: mergeCommit }),
  number: ({ number }) => number,
  reviews: ({ reviews }) => reviews.map(({ author, verdict, body }) => ({ author: { login: author }, state: verdict.toUpperCase(), body })),
  state: ({ state }) => STATES[state],
  title: ({ title }) => title,
};

function stateOf({ state, draft }: PullRequest): string {
  return state === 'open' && draft ? 'DRAFT' : STATES[state];
}

async function create(call: GhCall): Promise<void> {
  const { args, origin, login } = call;
  const base = args.value('base') ?? origin.defaultBranch;
  const head = args.value('head') ?? call.branch();
  if (head === null) throw new GhError('could not determine the current branch: not on any branch');
  const fill = args.has('fill') || args.has('fill-first');
  let title = args.value('title');
  let body = await bodyOf(call);
  if (!fill && (title === null || body === null)) {
    throw new UsageError(
      'must provide `--title` and `--body` (or `--fill` or `fill-first` or `--fillverbose`) when not running interactively',
    );
  }
  if ((await origin.resolve(`refs/heads/${head}`)) === null) {
    throw new GhError(`must first push the current branch to a remote: git push -u origin ${head}`);
  }
  if (fill) {
    const messages = (await origin.commitsBetween(base, head)).map(({ message }) => message.trim());
    const first = messages[0] ?? '';
    const single = messages.length === 1 || args.has('fill-first');
    title ??= single ? (first.split('\n')[0] ?? '') : head.replace(/[-_]/g, ' ');
    body ??= single ? first.split('\n').slice(1).join('\n').trim() : messages.map((message) => `- ${message.split('\n')[0]}`).join('\n');
  }
  call.err(`\nCreating ${args.has('draft') ? 'draft ' : ''}pull request for ${head} into ${base} in fieldleaf/${origin.name}\n\n`);
  const pull = await origin.pullRequests
    .open(login, { title: title ?? head, body: body ?? '', base, head, draft: args.has('draft'), requested: args.list('reviewer') })
    .catch((error: Error) => {
      throw new GhError(
        `pull request create failed: ${error.message.includes('already exists') ? error.message : `GraphQL: ${error.message} (createPullRequest)`}`,
      );
    });
  call.out(`${url(call, pull.number)}\n`);
}

function list(call: GhCall): void {
  const { args, origin } = call;
  const state = args.value('state') ?? 'open';
  if (!['open', 'closed', 'merged', 'all'].includes(state)) {
    throw new UsageError(`invalid argument "${state}" for "-s, --state" flag: valid values are {open|closed|merged|all}`);
  }
  const author = args.value('author')?.replace('@me', call.login) ?? null;
  const pulls = origin.pullRequests
    .list()
    .filter((pull) => state === 'all' || pull.state === state || (state === 'closed' && pull.state === 'merged'))
    .filter((pull) => author === null || pull.author === author)
    .toReversed()
    .slice(0, args.count('limit', 30));
  if (printJson(call, FIELDS, pulls)) return;
  if (pulls.length === 0) {
    call.err(`no ${state === 'all' ? '' : `${state} `}pull requests in fieldleaf/${origin.name}\n`);
    return;
  }
  if (call.terminal)
    call.out(
      `\nShowing ${pulls.length} of ${pulls.length} ${state === 'all' ? '' : `${state} `}pull request${pulls.length === 1 ? '' : 's'} in fieldleaf/${origin.name}\n\n`,
    );
  table(
    call,
    ['ID', 'TITLE', 'BRANCH', 'CREATED AT'],
    pulls.map((pull) =>
      call.terminal
        ? [`#${pull.number}`, pull.title, pull.head, ago(call, pull.createdAt)]
        : [String(pull.number), pull.title, pull.head, stateOf(pull), iso(pull.createdAt)],
    ),
  );
}

async function view(call: GhCall): Promise<void> {
  const pull = chosen(call);
  if (printJson(call, FIELDS, pull)) return;
  const { number, title, author, base, head, body, comments, reviews, requested } = pull;
  const files = await call.origin.pullRequests.difference(number);
  const [added, removed] = [sum(files, 'added'), sum(files, 'removed')];
  const commits = await call.origin.pullRequests.commits(number);
  if (!call.terminal) {
    const facts: readonly (readonly [string, string | number])[] = [
      ['title', title],
      ['state', stateOf(pull)],
      ['author', author],
      ['labels', ''],
      ['assignees', ''],
      ['reviewers', reviewers(pull).join(', ')],
      ['number', number],
      ['url', url(call, number)],
      ['additions', added],
      ['deletions', removed],
    ];
    call.out(`${facts.map(([name, value]) => `${name}:\t${value}`).join('\n')}\n--\n${body}\n`);
    return;
  }
  const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  call.out(`${title} fieldleaf/${call.origin.name}#${number}\n`);
  const verb = pull.state === 'merged' ? 'merged' : 'wants to merge';
  call.out(
    `${capital(stateOf(pull))} • ${author} ${verb} ${plural(commits.length, 'commit')} into ${base} from ${head} • ${ago(call, pull.createdAt)}\n`,
  );
  call.out(`+${added} -${removed} • ${checksWords(await call.origin.pullRequests.mergeState(number))}\n`);
  if (reviewers(pull).length > 0 || requested.length > 0) call.out(`Reviewers: ${reviewers(pull).join(', ')}\n`);
  call.out(`\n${body.trim() === '' ? '  No description provided' : indented(body)}\n\n`);
  const words: readonly { readonly at: number; readonly text: string }[] = [
    ...comments.map((comment) => ({ at: comment.at, text: `${comment.author} • ${ago(call, comment.at)}\n\n${indented(comment.body)}\n` })),
    ...reviews.map((review) => ({
      at: review.at,
      text: `${review.author} ${VERDICTS[review.verdict]} • ${ago(call, review.at)}\n\n${[
        ...(review.body === '' ? [] : [indented(review.body)]),
        ...pull.threads
          .filter((thread) => thread.review === review.id)
          .map((thread) => `  ${thread.path}:${thread.line}\n${thread.comments.map((comment) => indented(comment.body)).join('\n')}`),
      ].join('\n\n')}\n`,
    })),
  ];
  for (const { text } of words.toSorted((one, other) => one.at - other.at)) call.out(`${text}\n`);
  call.out(`View this pull request in the Origin tab: ${url(call, number)}\n`);
}

const VERDICTS: Readonly<Record<ReviewVerdict, string>> = {
  approved: 'approved',
  changes_requested: 'requested changes',
  commented: 'commented',
};

function reviewers({ reviews, requested }: PullRequest): readonly string[] {
  const last = new Map(reviews.map((review) => [review.author, review.verdict]));
  const judged = [...last].map(([login, verdict]) => `${login} (${capital(VERDICTS[verdict])})`);
  return [...judged, ...requested.map((login) => `${login} (Requested)`)];
}

function checksWords({ checks, conflicts }: MergeState): string {
  const failing = checks.filter(({ conclusion }) => conclusion === 'failure' || conclusion === 'cancelled').length;
  const pending = checks.filter(({ status }) => status !== 'completed').length;
  const words =
    checks.length === 0
      ? 'No checks'
      : failing > 0
        ? `× ${failing}/${checks.length} checks failing`
        : pending > 0
          ? `- ${pending}/${checks.length} checks pending`
          : '✓ Checks passing';
  return conflicts.length === 0 ? words : `${words} • ! This branch has conflicts`;
}

async function diff(call: GhCall): Promise<void> {
  const files = await call.origin.pullRequests.difference(chosen(call).number);
  if (call.args.has('name-only')) return files.forEach(({ path }) => call.out(`${path}\n`));
  for (const file of files) call.out(patchOf(file));
}

function patchOf({ path, oldPath, status, binary, hunks }: FileDifference): string {
  const before = oldPath ?? path;
  const head = `diff --git a/${before} b/${path}\n`;
  if (binary)
    return `${head}Binary files ${status === 'added' ? '/dev/null' : `a/${before}`} and ${status === 'deleted' ? '/dev/null' : `b/${path}`} differ\n`;
  const sides = `--- ${status === 'added' ? '/dev/null' : `a/${before}`}\n+++ ${status === 'deleted' ? '/dev/null' : `b/${path}`}\n`;
  const kind =
    status === 'added'
      ? 'new file mode 100644\n'
      : status === 'deleted'
        ? 'deleted file mode 100644\n'
        : status === 'renamed'
          ? `rename from ${before}\nrename to ${path}\n`
          : '';
  const range = (start: number, count: number) => (count === 1 ? String(start) : `${start},${count}`);
  const text = hunks.map(
    (hunk) => `@@ -${range(hunk.oldStart, hunk.oldCount)} +${range(hunk.newStart, hunk.newCount)} @@\n${hunk.lines.join('\n')}\n`,
  );
  return `${head}${kind}${hunks.length > 0 ? sides : ''}${text.join('')}`;
}

async function checks(call: GhCall): Promise<number> {
  const { number, head } = chosen(call);
  if (call.args.has('watch')) await call.runsEnd();
  const state = await call.origin.pullRequests.mergeState(number);
  if (state.checks.length === 0) throw new GhError(`no checks reported on the '${head}' branch`);
  const word = (check: MergeState['checks'][number]) =>
    check.status !== 'completed'
      ? 'pending'
      : check.conclusion === 'success'
        ? 'pass'
        : check.conclusion === 'skipped'
          ? 'skipping'
          : 'fail';
  const words = state.checks.map(word);
  const count = (name: string) => words.filter((other) => other === name).length;
  if (call.terminal) {
    const all =
      count('fail') > 0
        ? 'Some checks were not successful'
        : count('pending') > 0
          ? 'Some checks are still pending'
          : 'All checks were successful';
    call.out(
      `${all}\n0 cancelled, ${count('fail')} failing, ${count('pass')} successful, ${count('skipping')} skipped, and ${count('pending')} pending checks\n\n`,
    );
  }
  const marks: Readonly<Record<string, string>> = { pass: '✓', fail: 'X', pending: '*', skipping: '-' };
  table(
    call,
    ['', 'NAME', 'ELAPSED', 'RUN'],
    state.checks.map((check, i) => {
      const took = check.startedAt === null ? '' : elapsed((check.completedAt ?? call.now) - check.startedAt);
      return call.terminal
        ? [marks[words[i]!]!, check.name, took, String(check.runId)]
        : [check.name, words[i]!, took, String(check.runId)];
    }),
  );
  return count('fail') > 0 ? 1 : count('pending') > 0 ? 8 : 0;
}

async function merge(call: GhCall): Promise<void> {
  const { args, origin, login } = call;
  const pull = chosen(call);
  const methods = (['merge', 'squash', 'rebase'] as const).filter((method) => args.has(method));
  if (methods.length > 1) throw new UsageError('only one of --merge, --rebase, or --squash can be enabled');
  if (methods.length === 0) throw new UsageError('--merge, --rebase, or --squash required when not running interactively');
  if (args.has('auto'))
    throw new GhError('--auto is not available on this origin: merge when the checks have ended (`gh pr checks --watch`)');
  if (pull.state !== 'open') {
    call.err(`! Pull request fieldleaf/${origin.name}#${pull.number} was already ${pull.state}\n`);
    return;
  }
  const state = await origin.pullRequests.mergeState(pull.number);
  if (!state.mergeable) {
    throw new GhError(
      `X Pull request fieldleaf/${origin.name}#${pull.number} is not mergeable: ${state.conflicts.length > 0 ? 'the merge commit cannot be cleanly created' : 'the base branch policy prohibits the merge'}.\n${state.blockedBy.map((line) => `- ${line}`).join('\n')}`,
    );
  }
  const method: MergeMethod = methods[0]!;
  const [title, message] = [args.value('subject'), await bodyOf(call)];
  await origin.pullRequests.merge(login, pull.number, {
    method,
    deleteBranch: args.has('delete-branch'),
    ...(title === null ? {} : { title }),
    ...(message === null ? {} : { message }),
  });
  const done = { merge: 'Merged', squash: 'Squashed and merged', rebase: 'Rebased and merged' }[method];
  if (call.terminal) call.err(`✓ ${done} pull request fieldleaf/${origin.name}#${pull.number} (${pull.title})\n`);
  if (args.has('delete-branch')) await leaveBranch(call, pull);
}

/** The local branch goes too, and the base is what it has become. */
async function leaveBranch(call: GhCall, { head, base }: PullRequest): Promise<void> {
  if (call.branch() === head && ((await call.git('checkout', '-q', base)) !== 0 || (await call.git('pull', '-q', '--ff-only')) !== 0))
    return;
  if ((await call.git('rev-parse', '-q', '--verify', `refs/heads/${head}`)) === 0) await call.git('branch', '-q', '-D', head);
  if (call.terminal) call.err(`✓ Deleted local branch ${head} and switched to branch ${base}\n✓ Deleted remote branch ${head}\n`);
}

async function review(call: GhCall): Promise<void> {
  const { args, origin, login } = call;
  const pull = chosen(call);
  const wanted = (
    [
      ['approve', 'approved'],
      ['request-changes', 'changes_requested'],
      ['comment', 'commented'],
    ] as const
  ).filter(([flag]) => args.has(flag));
  if (wanted.length !== 1) {
    throw new UsageError(
      wanted.length === 0
        ? '--approve, --request-changes, or --comment required when not running interactively'
        : 'need exactly one of --approve, --request-changes, or --comment',
    );
  }
  const [flag, verdict] = wanted[0]!;
  const body = (await bodyOf(call)) ?? '';
  if (flag !== 'approve' && body.trim() === '') throw new UsageError(`body cannot be blank for ${flag} review`);
  try {
    origin.pullRequests.review(login, pull.number, { verdict, body });
  } catch (error) {
    throw new GhError(`failed to create review: GraphQL: ${(error as Error).message} (addPullRequestReview)`);
  }
  if (call.terminal) {
    const done = { approved: 'Approved', changes_requested: 'Requested changes to', commented: 'Reviewed' }[verdict];
    call.err(
      `${verdict === 'approved' ? '✓' : verdict === 'commented' ? '-' : '+'} ${done} pull request fieldleaf/${origin.name}#${pull.number}\n`,
    );
  }
}

async function comment(call: GhCall): Promise<void> {
  const { number } = chosen(call);
  const body = await bodyOf(call);
  if (body === null || body.trim() === '') throw new UsageError('`--body` or `--body-file` required when not running interactively');
  const { comments } = call.origin.pullRequests.comment(call.login, number, body);
  call.out(`${url(call, number)}#issuecomment-${comments.at(-1)?.id}\n`);
}

async function checkout(call: GhCall): Promise<number> {
  const { head } = chosen(call);
  const fetched = await call.git('fetch', 'origin', `+refs/heads/${head}:refs/remotes/origin/${head}`);
  if (fetched !== 0) return fetched;
  const known = await call.git('rev-parse', '-q', '--verify', `refs/heads/${head}`);
  if (known !== 0) return call.git('checkout', '-b', head, '--track', `origin/${head}`);
  const switched = await call.git('checkout', head);
  return switched !== 0 ? switched : call.git('merge', '--ff-only', `refs/remotes/origin/${head}`);
}

function status(call: GhCall): void {
  const open = call.origin.pullRequests.list().filter((pull) => pull.state === 'open');
  const branch = call.branch();
  const lines = (pulls: readonly PullRequest[], none: string) =>
    pulls.length === 0 ? `  ${none}\n` : pulls.map((pull) => `  #${pull.number}  ${pull.title} [${pull.head}]\n`).join('');
  call.out(`\nRelevant pull requests in fieldleaf/${call.origin.name}\n\nCurrent branch\n`);
  call.out(
    lines(
      open.filter((pull) => pull.head === branch),
      `There is no pull request associated with [${branch ?? 'HEAD'}]`,
    ),
  );
  call.out('\nCreated by you\n');
  call.out(
    lines(
      open.filter((pull) => pull.author === call.login),
      'You have no open pull requests',
    ),
  );
  call.out('\nRequesting a code review from you\n');
  call.out(
    `${lines(
      open.filter((pull) => pull.requested.includes(call.login)),
      'You have no pull requests to review',
    )}\n`,
  );
}

const ENDS = {
  close: ['Closed', 'closed'],
  reopen: ['Reopened', 'open'],
} as const;

const end =
  (verb: 'close' | 'reopen') =>
  async (call: GhCall): Promise<void> => {
    const pull = chosen(call);
    const [done, state] = ENDS[verb];
    const name = `fieldleaf/${call.origin.name}#${pull.number} (${pull.title})`;
    if (pull.state === 'merged') throw new GhError(`X Pull request ${name} can't be ${done.toLowerCase()} because it was already merged`);
    if (pull.state === state) {
      call.err(`! Pull request ${name} is already ${state}\n`);
      return;
    }
    const note = call.args.value('comment');
    if (note !== null) call.origin.pullRequests.comment(call.login, pull.number, note);
    await call.origin.pullRequests[verb](call.login, pull.number);
    call.err(`✓ ${done} pull request ${name}\n`);
  };

async function edit(call: GhCall): Promise<void> {
  const { number, requested } = chosen(call);
  const title = call.args.value('title');
  const body = await bodyOf(call);
  const gone = call.args.list('remove-reviewer');
  const reviewersNow = [...requested, ...call.args.list('add-reviewer')].filter((login) => !gone.includes(login));
  call.origin.pullRequests.edit(call.login, number, {
    requested: reviewersNow,
    ...(title === null ? {} : { title }),
    ...(body === null ? {} : { body }),
  });
  call.out(`${url(call, number)}\n`);
}

function ready(call: GhCall): void {
  const { number, title } = chosen(call);
  call.origin.pullRequests.edit(call.login, number, { draft: call.args.has('undo') });
  call.err(
    `✓ Pull request fieldleaf/${call.origin.name}#${number} (${title}) is ${call.args.has('undo') ? 'converted to "draft"' : 'marked as "ready for review"'}\n`,
  );
}

const sum = (files: readonly FileDifference[], what: 'added' | 'removed') => files.reduce((total, file) => total + file[what], 0);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();

const WHICH = '[<number> | <url> | <branch>]';

/** `gh pr`. */
export const pr: GhNoun = {
  create: { flags: 'title=t body=b body-file=F base=B head=H draft=d! fill=f! fill-first! reviewer=r*', usage: '[flags]', run: create },
  list: { flags: 'state=s limit=L author=A json', usage: '[flags]', run: list },
  status: { flags: '', usage: '[flags]', run: status },
  view: { flags: 'comments=c! json', usage: WHICH, run: view },
  diff: { flags: 'name-only!', usage: WHICH, run: diff },
  checks: { flags: 'watch!', usage: WHICH, run: checks },
  checkout: { flags: '', usage: '{<number> | <url> | <branch>}', run: checkout },
  merge: { flags: 'merge=m! squash=s! rebase=r! delete-branch=d! subject=t body=b body-file=F auto!', usage: WHICH, run: merge },
  review: { flags: 'approve=a! request-changes=r! comment=c! body=b body-file=F', usage: WHICH, run: review },
  comment: { flags: 'body=b body-file=F', usage: WHICH, run: comment },
  edit: { flags: 'title=t body=b body-file=F add-reviewer* remove-reviewer*', usage: WHICH, run: edit },
  ready: { flags: 'undo!', usage: WHICH, run: ready },
  close: { flags: 'comment=c', usage: '{<number> | <url> | <branch>}', run: end('close') },
  reopen: { flags: 'comment=c', usage: '{<number> | <url> | <branch>}', run: end('reopen') },
};
