import type { PullRequest, WorkItem } from '../../src/forge/contract.ts';
import type { OriginAction, OriginView, PullRequestView, WorldClient } from '../../src/world/contract.ts';

const NOW = Date.UTC(2026, 2, 16, 15);
const BASE = 'a'.repeat(40);
const HEAD = '8c41f0e'.padEnd(40, '0');

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

const pull: PullRequest = {
  number: 31,
  title: 'Train on the photos in incoming/',
  body: 'Ginkgo has 6 rows and maple 12. `incoming/` holds 132 checked photos.\n\nFixes #14',
  author: 'you',
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
  comments: [],
  timeline: [],
};

const signature = { name: 'You', email: 'you@fieldleaf.test', at: NOW };

const view: OriginView = {
  url: 'https://origin.fieldleaf.test/leaf',
  defaultBranch: 'main',
  branches: [
    { name: 'use-incoming', commit: HEAD, subject: 'Train on the photos in incoming/', at: NOW, by: 'You' },
    { name: 'main', commit: BASE, subject: 'Normalise', at: NOW - 86_400_000, by: 'You' },
  ],
  pullRequests: [{ ...pull, checks: 'pending' }],
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

const opened: PullRequestView = {
  pull,
  state: {
    mergeable: false,
    blockedBy: ['The required check gate has not ended.', 'tomas asks for a change.'],
    conflicts: [],
    checks: [
      {
        name: 'test',
        status: 'completed',
        conclusion: 'success',
        runId: 19,
        startedAt: NOW - 20_000,
        completedAt: NOW - 8_000,
        required: true,
      },
      { name: 'gate', status: 'in_progress', conclusion: null, runId: 19, startedAt: NOW - 8_000, completedAt: null, required: true },
    ],
    expected: [],
    approvedBy: [],
    changesRequestedBy: ['tomas'],
    requiredApprovals: 1,
    methods: ['merge', 'squash', 'rebase'],
    behind: 0,
  },
  difference: [
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
  ],
  commits: [
    { id: HEAD, parents: [BASE], tree: BASE, message: 'Train on the photos in incoming/\n', author: signature, committer: signature },
  ],
};

/** An origin as it could be, for looking at the page without a world. */
export function demoOrigin(acted: (action: OriginAction) => void = () => {}): Pick<WorldClient, 'origin' | 'pullRequest' | 'actOnOrigin'> {
  return {
    origin: async () => view,
    pullRequest: async () => opened,
    actOnOrigin: async (action) => {
      acted(action);
      return 0;
    },
  };
}
