import type { WorkItem } from '../../forge/contract.ts';
import { ago, bodyOf, GhError, indented, iso, numberIn, printJson, table, type GhCall, type GhNoun } from './call.ts';
import { UsageError } from './flags.ts';

const url = ({ world, origin }: GhCall, number: number): string => `${world.forge.url}/${origin.name}/issues/${number}`;

function chosen({ origin, args }: GhCall): WorkItem {
  const [name] = args.positional;
  if (name === undefined) throw new UsageError('accepts 1 arg(s), received 0');
  const number = numberIn(name);
  if (number === null) throw new GhError(`invalid issue format: "${name}"`);
  const item = origin.workItems.list().find((other) => other.number === number);
  if (item !== undefined) return item;
  throw new GhError(`GraphQL: Could not resolve to an issue or pull request with the number of ${number}. (repository.issue)`);
}

const FIELDS: Readonly<Record<string, (item: WorkItem) => unknown>> = {
  assignees: ({ assignees }) => assignees.map((login) => ({ login })),
  author: ({ author }) => ({ login: author }),
  body: ({ body }) => body,
  closedAt: ({ closedAt }) => (closedAt === null ? null : iso(closedAt)),
  comments: ({ comments }) => comments.map(({ author, body, at }) => ({ author: { login: author }, body, createdAt: iso(at) })),
  createdAt: ({ createdAt }) => iso(createdAt),
  labels: ({ labels }) => labels.map((name) => ({ name })),
  number: ({ number }) => number,
  state: ({ state }) => state.toUpperCase(),
  title: ({ title }) => title,
};

const people = ({ login }: GhCall, names: readonly string[]) => names.map((name) => (name === '@me' ? login : name));

async function create(call: GhCall): Promise<void> {
  const { args, origin, login } = call;
  const title = args.value('title');
  const body = await bodyOf(call);
  if (title === null || body === null) throw new UsageError('must provide `--title` and `--body` when not running interactively');
  if (call.terminal) call.err(`\nCreating issue in fieldleaf/${origin.name}\n\n`);
  const item = origin.workItems.open(login, { title, body, labels: args.list('label'), assignees: people(call, args.list('assignee')) });
  call.out(`${url(call, item.number)}\n`);
}

function list(call: GhCall): void {
  const { args, origin } = call;
  const state = args.value('state') ?? 'open';
  if (!['open', 'closed', 'all'].includes(state)) {
    throw new UsageError(`invalid argument "${state}" for "-s, --state" flag: valid values are {open|closed|all}`);
  }
  const labels = args.list('label');
  const [assignee] = people(call, args.list('assignee'));
  const found = origin.workItems
    .list()
    .filter((item) => state === 'all' || item.state === state)
    .filter((item) => labels.every((label) => item.labels.includes(label)))
    .filter((item) => assignee === undefined || item.assignees.includes(assignee))
    .toReversed();
  const items = found.slice(0, args.count('limit', 30));
  if (printJson(call, FIELDS, items)) return;
  if (items.length === 0) {
    call.err(`no ${state === 'all' ? '' : `${state} `}issues in fieldleaf/${origin.name}\n`);
    return;
  }
  if (call.terminal) {
    call.out(
      `\nShowing ${items.length} of ${found.length} ${state === 'all' ? '' : `${state} `}issue${found.length === 1 ? '' : 's'} in fieldleaf/${origin.name}\n\n`,
    );
  }
  table(
    call,
    ['ID', 'TITLE', 'LABELS', 'UPDATED'],
    items.map((item) =>
      call.terminal
        ? [`#${item.number}`, item.title, item.labels.join(', '), ago(call, updatedAt(item))]
        : [String(item.number), item.state.toUpperCase(), item.title, item.labels.join(', '), iso(updatedAt(item))],
    ),
  );
}

function updatedAt({ createdAt, closedAt, comments, timeline }: WorkItem): number {
  return Math.max(createdAt, closedAt ?? 0, comments.at(-1)?.at ?? 0, timeline.at(-1)?.at ?? 0);
}

function view(call: GhCall): void {
  const item = chosen(call);
  if (printJson(call, FIELDS, item)) return;
  const { number, title, state, author, labels, assignees, comments, body, createdAt } = item;
  if (!call.terminal) {
    call.out(
      `title:\t${title}\nstate:\t${state.toUpperCase()}\nauthor:\t${author}\nlabels:\t${labels.join(', ')}\ncomments:\t${comments.length}\nassignees:\t${assignees.join(', ')}\nnumber:\t${number}\n--\n${body}\n`,
    );
    return;
  }
  call.out(`${title} fieldleaf/${call.origin.name}#${number}\n`);
  call.out(
    `${state === 'open' ? 'Open' : 'Closed'} • ${author} opened ${ago(call, createdAt)} • ${comments.length} comment${comments.length === 1 ? '' : 's'}\n`,
  );
  if (assignees.length > 0) call.out(`Assignees: ${assignees.join(', ')}\n`);
  if (labels.length > 0) call.out(`Labels: ${labels.join(', ')}\n`);
  call.out(`\n${body.trim() === '' ? '  No description provided' : indented(body)}\n\n`);
  for (const comment of comments) call.out(`${comment.author} • ${ago(call, comment.at)}\n\n${indented(comment.body)}\n\n`);
  call.out(`View this issue in the Origin tab: ${url(call, number)}\n`);
}

async function close(call: GhCall): Promise<void> {
  const item = chosen(call);
  const name = `fieldleaf/${call.origin.name}#${item.number} (${item.title})`;
  if (item.state === 'closed') {
    call.err(`! Issue ${name} is already closed\n`);
    return;
  }
  const reason = call.args.value('reason') ?? 'completed';
  if (reason !== 'completed' && reason !== 'not planned') {
    throw new UsageError(`invalid argument "${reason}" for "-r, --reason" flag: valid values are {completed|not planned}`);
  }
  const note = call.args.value('comment');
  if (note !== null) call.origin.workItems.comment(call.login, item.number, note);
  call.origin.workItems.close(call.login, item.number, reason === 'completed' ? 'completed' : 'not_planned');
  call.err(`✓ Closed issue ${name}\n`);
}

function reopen(call: GhCall): void {
  const item = chosen(call);
  const name = `fieldleaf/${call.origin.name}#${item.number} (${item.title})`;
  if (item.state === 'open') {
    call.err(`! Issue ${name} is already open\n`);
    return;
  }
  call.origin.workItems.reopen(call.login, item.number);
  call.err(`✓ Reopened issue ${name}\n`);
}

async function comment(call: GhCall): Promise<void> {
  const { number } = chosen(call);
  const body = await bodyOf(call);
  if (body === null || body.trim() === '') throw new UsageError('`--body` or `--body-file` required when not running interactively');
  const { comments } = call.origin.workItems.comment(call.login, number, body);
  call.out(`${url(call, number)}#issuecomment-${comments.at(-1)?.id}\n`);
}

async function edit(call: GhCall): Promise<void> {
  const { args, origin, login } = call;
  const { number, labels, assignees } = chosen(call);
  const without = (list: readonly string[], gone: readonly string[]) => list.filter((name) => !gone.includes(name));
  const title = args.value('title');
  const body = await bodyOf(call);
  origin.workItems.edit(login, number, {
    labels: without([...labels, ...args.list('add-label')], args.list('remove-label')),
    assignees: without([...assignees, ...people(call, args.list('add-assignee'))], people(call, args.list('remove-assignee'))),
    ...(title === null ? {} : { title }),
    ...(body === null ? {} : { body }),
  });
  call.out(`${url(call, number)}\n`);
}

/** Makes the branch that is for an item: named after it, begun at main on the origin. */
async function develop(call: GhCall): Promise<number> {
  const { number, title } = chosen(call);
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const name = call.args.value('name') ?? `${number}-${slug}`;
  const fetched = await call.git('fetch', '-q', 'origin');
  if (fetched !== 0) return fetched;
  const pushed = await call.git(
    'push',
    '-q',
    'origin',
    `refs/remotes/origin/${call.args.value('base') ?? call.origin.defaultBranch}:refs/heads/${name}`,
  );
  if (pushed !== 0) return pushed;
  call.out(`${url(call, number).replace(/issues\/\d+$/, `tree/${name}`)}\n`);
  return call.args.has('checkout') ? call.git('checkout', '-b', name, '--track', `origin/${name}`) : 0;
}

const WHICH = '{<number> | <url>}';

/** `gh issue`. */
export const issue: GhNoun = {
  create: { flags: 'title=t body=b body-file=F label=l* assignee=a*', usage: '[flags]', run: create },
  list: { flags: 'state=s limit=L label=l* assignee=a* json', usage: '[flags]', run: list },
  view: { flags: 'comments=c! json', usage: WHICH, run: view },
  close: { flags: 'reason=r comment=c', usage: WHICH, run: close },
  reopen: { flags: '', usage: WHICH, run: reopen },
  comment: { flags: 'body=b body-file=F', usage: WHICH, run: comment },
  edit: {
    flags: 'title=t body=b body-file=F add-label* remove-label* add-assignee* remove-assignee*',
    usage: WHICH,
    run: edit,
  },
  develop: { flags: 'checkout=c! name=n base=b', usage: WHICH, run: develop },
};
