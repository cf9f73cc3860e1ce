import type { FileDifference, MergeState, PullRequest, Thread, WorkItem } from '../../src/forge/contract.ts';
import type { BoardCard, OriginAction, OriginFile, OriginView, PullRequestView, WorldClient } from '../../src/world/contract.ts';

const NOW = Date.UTC(2026, 2, 16, 15);
const BASE = 'a'.repeat(40);
const HEAD = '8c41f0e'.padEnd(40, '0');
const OTHER = '77b0c2d'.padEnd(40, '0');
const CLASH = '91d4e8a'.padEnd(40, '0');

const item = (number: number, title: string, change: Partial<WorkItem> = {}): WorkItem => ({
  number,
  title,
  body: '',
  author: 'mei',
  assignees: ['you'],
  labels: [],
  state: 'open',
  reason: null,
  createdAt: NOW - 86_400_000,
  closedAt: null,
  comments: [],
  timeline: [],
  ...change,
});

const pullRequest = (number: number, title: string, change: Partial<PullRequest> = {}): PullRequest => ({
  number,
  title,
  body: '',
  author: 'mei',
  base: 'main',
  head: 'use-incoming',
  draft: false,
  state: 'open',
  headCommit: HEAD,
  baseCommit: null,
  createdAt: NOW - 2_400_000,
  closedAt: null,
  mergedBy: null,
  mergeCommit: null,
  requested: [],
  reviews: [],
  threads: [],
  comments: [],
  timeline: [],
  ...change,
});

/** The learner's own, to which Tomas objects; one that can be merged; and one in conflict. */
const PULLS: readonly PullRequest[] = [
  pullRequest(33, 'Count photos by species', { author: 'tomas', head: 'count-photos', headCommit: CLASH }),
  pullRequest(32, 'Read labels in one place', { head: 'one-reader', headCommit: OTHER, requested: ['you'] }),
  pullRequest(31, 'Train on the photos in incoming/', {
    body: 'Ginkgo has 6 rows and maple 12. `incoming/` holds 132 checked photos.\n\nFixes #14',
    author: 'you',
    requested: ['mei'],
    reviews: [{ id: 1, author: 'tomas', at: NOW - 720_000, verdict: 'changes_requested', body: '', commit: HEAD }],
    threads: [
      {
        id: 2,
        review: 1,
        path: 'train.py',
        line: 2,
        side: 'after',
        resolved: false,
        comments: [{ id: 3, author: 'tomas', at: NOW - 720_000, body: 'If a name occurs in both files, can it fail instead?' }],
      },
    ],
  }),
];

const signature = { name: 'You', email: 'you@fieldleaf.test', at: NOW };

const VIEW: OriginView = {
  url: 'https://origin.fieldleaf.test/leaf',
  defaultBranch: 'main',
  branches: [
    { name: 'use-incoming', commit: HEAD, subject: 'Train on the photos in incoming/', at: NOW, by: 'You' },
    { name: 'one-reader', commit: OTHER, subject: 'Read labels in one place', at: NOW - 3_000_000, by: 'Mei' },
    { name: 'count-photos', commit: CLASH, subject: 'Count photos by species', at: NOW - 4_000_000, by: 'Tomas' },
    { name: 'swap-spring', commit: OTHER, subject: 'Swap maple and oak back', at: NOW - 5_000_000, by: 'You' },
    { name: 'main', commit: BASE, subject: 'Normalise', at: NOW - 86_400_000, by: 'You' },
  ],
  tags: [{ name: 'v0.3', commit: BASE }],
  pullRequests: [],
  cards: [
    {
      item: item(17, 'Recognise beech, asked by the arboretum', { assignees: ['mei'] }),
      column: 'to-do',
      branch: null,
      pull: null,
      live: null,
    },
    {
      item: item(15, 'Maple and oak are swapped', { labels: ['bug'] }),
      column: 'in-progress',
      branch: 'swap-spring',
      pull: null,
      live: null,
    },
    { item: item(14, 'Train on the photos in incoming/'), column: 'in-review', branch: 'use-incoming', pull: 31, live: null },
    {
      item: item(13, '34 of 228 labels are wrong', { state: 'closed', reason: 'completed', labels: ['bug'] }),
      column: 'live',
      branch: null,
      pull: 30,
      live: { digest: `sha256:${'41be7702'.padEnd(64, '0')}`, runId: 19, at: NOW - 3_600_000 },
    },
  ],
  trace: [
    {
      item: { number: 13, title: '34 of 228 labels are wrong' },
      pull: 30,
      commit: 'e5510ac'.padEnd(40, '0'),
      runId: 19,
      digest: `sha256:${'41be7702'.padEnd(64, '0')}`,
      approvedBy: ['mei'],
      pushToPhone: 460_000,
    },
  ],
  releases: [
    {
      id: 9,
      tag: 'v0.3',
      title: 'v0.3',
      notes: 'Seven features.',
      author: 'ines',
      draft: false,
      prerelease: false,
      at: NOW,
      assets: [{ name: 'model.json', sizeBytes: 52_000 }],
    },
  ],
  protections: [
    { pattern: 'stable', refuseDirectPush: true, refuseForcePush: true, refuseDeletion: true, reason: 'Mei builds the app from stable.' },
  ],
  checkNames: ['gate', 'test'],
};

const DIFFERENCE: readonly FileDifference[] = [
  {
    path: 'train.py',
    status: 'modified',
    oldPath: null,
    binary: false,
    added: 1,
    removed: 1,
    hunks: [
      {
        oldStart: 1,
        oldCount: 3,
        newStart: 1,
        newCount: 3,
        lines: [' def rows():', '-    labels = read("labels.csv")', '+    labels = read("labels.csv") | read("incoming.csv")', ' '],
      },
    ],
  },
];

const TREES: Readonly<Record<string, string | Uint8Array>> = {
  'README.md': '# Fieldleaf\n\nTells leaves apart.\n',
  'fieldleaf/features.py': 'def features(photo):\n    return [sum(photo) / len(photo)]\n',
  'fieldleaf/knn.py': 'def nearest(rows):\n    return rows[0]\n',
  'model.bin': new Uint8Array([0, 1, 2]),
  'train.py': 'def rows():\n    labels = read("labels.csv")\n\n',
  'weights.csv': '1,2,3\n'.repeat(100_000),
  ...Object.fromEntries(Array.from({ length: 230 }, (_, n) => [`data/${String(n).padStart(3, '0')}.pgm`, 'P2 1 1 255 7\n'])),
};
const bytesOf = (content: string | Uint8Array): number => content.length;

function folderOf(path: string): readonly { name: string; type: 'file' | 'directory'; sizeBytes: number }[] {
  const prefix = path === '' ? '' : `${path}/`;
  const found = new Map<string, { name: string; type: 'file' | 'directory'; sizeBytes: number }>();
  for (const [file, content] of Object.entries(TREES)) {
    if (!file.startsWith(prefix)) continue;
    const [name = '', ...below] = file.slice(prefix.length).split('/');
    found.set(name, below.length > 0 ? { name, type: 'directory', sizeBytes: 0 } : { name, type: 'file', sizeBytes: bytesOf(content) });
  }
  const all = [...found.values()];
  return [...all.filter(({ type }) => type === 'directory'), ...all.filter(({ type }) => type === 'file')];
}

function fileOf(path: string): OriginFile {
  const content = TREES[path];
  if (content === undefined) return { ok: false, reason: 'missing', sizeBytes: 0 };
  const sizeBytes = bytesOf(content);
  if (typeof content !== 'string') return { ok: false, reason: 'binary', sizeBytes };
  return sizeBytes > 500_000 ? { ok: false, reason: 'too-large', sizeBytes } : { ok: true, text: content, sizeBytes };
}

/** What merging waits for: the learner's own for a check and Tomas, the one in conflict for its author. */
function mergeStateOf(pull: PullRequest): MergeState {
  const clash = pull.number === 33;
  const waits = pull.number === 31;
  const blockedBy = [
    ...(clash ? ['It conflicts with main in train.py.'] : []),
    ...(waits ? ['The required check gate has not ended.', 'tomas asks for a change.'] : []),
  ];
  const verdicts = new Map(pull.reviews.map(({ author, verdict }) => [author, verdict]));
  const by = (wanted: string): readonly string[] => [...verdicts].flatMap(([author, verdict]) => (verdict === wanted ? [author] : []));
  const check = { status: 'completed', conclusion: 'success', runId: 19, startedAt: NOW - 20_000, completedAt: NOW - 8_000 } as const;
  const gate = { status: 'in_progress', conclusion: null, runId: 19, startedAt: NOW - 8_000, completedAt: null } as const;
  return {
    mergeable: pull.state === 'open' && blockedBy.length === 0,
    blockedBy,
    conflicts: clash ? ['train.py'] : [],
    checks: [{ ...check, name: 'test', required: true }, ...(waits ? [{ ...gate, name: 'gate', required: true }] : [])],
    expected: [],
    approvedBy: by('approved'),
    changesRequestedBy: by('changes_requested'),
    requiredApprovals: waits ? 1 : 0,
    methods: ['merge', 'squash', 'rebase'],
    behind: 0,
  };
}

type Answers = Pick<WorldClient, 'origin' | 'pullRequest' | 'originTip' | 'originFolder' | 'originFile' | 'actOnOrigin'>;

/** An origin as it could be, for looking at the page without a world: what is done there is remembered. */
export function demoOrigin(asked: (what: string) => void): Answers {
  let view = VIEW;
  let pulls = PULLS;
  let lastId = 100;
  const said = (body: string) => ({ id: ++lastId, author: 'you', at: NOW, body });
  const changePull = (number: number, change: (pull: PullRequest) => Partial<PullRequest>): void => {
    pulls = pulls.map((pull) => (pull.number === number ? { ...pull, ...change(pull) } : pull));
  };
  const changeItem = (number: number, change: (item: WorkItem) => Partial<WorkItem>): void => {
    view = {
      ...view,
      cards: view.cards.map((card) => (card.item.number === number ? { ...card, item: { ...card.item, ...change(card.item) } } : card)),
    };
  };
  const changeThread = (number: number, id: number, change: (thread: Thread) => Partial<Thread>): void =>
    changePull(number, ({ threads }) => ({
      threads: threads.map((thread) => (thread.id === id ? { ...thread, ...change(thread) } : thread)),
    }));

  function act(action: OriginAction): number {
    switch (action.type) {
      case 'open-item': {
        const card: BoardCard = {
          item: item(40, action.title, { body: action.body, labels: action.labels, author: 'you' }),
          column: 'to-do',
          branch: null,
          pull: null,
          live: null,
        };
        view = { ...view, cards: [...view.cards, card] };
        return 40;
      }
      case 'close-item':
        changeItem(action.number, () => ({ state: 'closed', reason: action.reason }));
        return 0;
      case 'reopen-item':
        changeItem(action.number, () => ({ state: 'open', reason: null }));
        return 0;
      case 'comment-item':
        changeItem(action.number, ({ comments }) => ({ comments: [...comments, said(action.body)] }));
        return 0;
      case 'comment-pull':
        changePull(action.number, ({ comments }) => ({ comments: [...comments, said(action.body)] }));
        return 0;
      case 'open-pull': {
        const { title, body, head, base } = action;
        pulls = [pullRequest(41, title, { body, head, base, author: 'you' }), ...pulls];
        return 41;
      }
      case 'review': {
        const review = { id: ++lastId, author: 'you', at: NOW, verdict: action.verdict, body: action.body, commit: HEAD };
        const opened = (action.threads ?? []).map(({ path, line, side = 'after', body }): Thread => ({
          id: ++lastId,
          review: review.id,
          path,
          line,
          side,
          resolved: false,
          comments: [said(body)],
        }));
        changePull(action.number, ({ reviews, threads }) => ({ reviews: [...reviews, review], threads: [...threads, ...opened] }));
        return 0;
      }
      case 'reply':
        changeThread(action.number, action.thread, ({ comments }) => ({ comments: [...comments, said(action.body)] }));
        return 0;
      case 'resolve':
        changeThread(action.number, action.thread, () => ({ resolved: action.resolved }));
        return 0;
      case 'merge': {
        const { head } = pulls.find(({ number }) => number === action.number)!;
        changePull(action.number, () => ({ state: 'merged', mergedBy: 'you', mergeCommit: BASE, closedAt: NOW }));
        if (action.deleteBranch) view = { ...view, branches: view.branches.filter(({ name }) => name !== head) };
        return 0;
      }
      case 'close-pull':
      case 'reopen-pull':
        changePull(action.number, () => ({ state: action.type === 'close-pull' ? 'closed' : 'open' }));
        return 0;
      case 'ready':
        changePull(action.number, () => ({ draft: false }));
        return 0;
      case 'protect':
        view = { ...view, protections: [...view.protections, { ...action.protection, setBy: 'you' }] };
        return 0;
      case 'unprotect':
        view = { ...view, protections: view.protections.filter(({ pattern }) => pattern !== action.pattern) };
        return 0;
    }
  }

  return {
    origin: async () => {
      asked('origin');
      return { ...view, pullRequests: pulls.map((pull) => ({ ...pull, checks: pull.number === 31 ? 'pending' : 'success' })) };
    },
    pullRequest: async (number): Promise<PullRequestView> => {
      const pull = pulls.find((other) => other.number === number);
      if (pull === undefined) throw new Error(`There is no pull request #${number}.`);
      const commit = { id: pull.headCommit, parents: [BASE], tree: BASE, message: `${pull.title}\n` };
      return {
        pull,
        state: mergeStateOf(pull),
        difference: DIFFERENCE,
        commits: [{ ...commit, author: signature, committer: signature }],
      };
    },
    originTip: async (ref) => {
      const branch = view.branches.find(({ name }) => ref === `refs/heads/${name}`);
      const commit = { id: branch?.commit ?? BASE, parents: [], tree: BASE, message: `${branch?.subject ?? 'Normalise'}\n` };
      return { commit: { ...commit, author: signature, committer: signature }, commits: commit.id === BASE ? 30 : 31, more: false };
    },
    originFolder: async (_commit, path, from = 0) => {
      const entries = folderOf(path);
      if (entries.length === 0) throw new Error(`There is no folder ${path} at ${BASE.slice(0, 7)}.`);
      return { path, total: entries.length, entries: entries.slice(from, from + 200) };
    },
    originFile: async (_commit, path) => fileOf(path),
    actOnOrigin: async (action) => {
      asked(`act ${JSON.stringify(action)}`);
      return act(action);
    },
  };
}
