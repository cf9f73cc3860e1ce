/**
 * A recorded world for looking at the workbench and testing it: deterministic data in the shape of the contract, a few shell
 * commands, runs that stream when told to. It is never part of the product.
 */
import { demoOrigin } from './demo-origin.ts';
import type { Deployment, Photo, PhoneState, ServedHour } from '../../src/cloud/contract.ts';
import type { Diagnostic, JobRun, LogLine, Run, StepRun } from '../../src/pipelines/contract.ts';
import type {
  CheckState,
  CommitChange,
  FileNode,
  FileStatus,
  GraphCommit,
  PythonState,
  SaveState,
  WorldClient,
  WorldNotice,
} from '../../src/world/contract.ts';
import { files as startFiles } from './demo-files.ts';

export type Scene =
  | 'mid'
  | 'fresh'
  | 'done'
  | 'broken'
  | 'quota'
  | 'python-failed'
  | 'owned'
  | 'failed'
  | 'fails-late'
  | 'slow'
  | 'big-log'
  | 'set-aside'
  | 'skewed';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = 24 * HOUR;
export const EPOCH = Date.UTC(2026, 2, 2);
/** Day 41, 14:06. */
export const NOW = EPOCH + 40 * DAY + 14 * HOUR + 6 * MINUTE;
const FOLDER = '/home/you/leaf';
const SPECIES = ['willow', 'linden', 'birch', 'oak', 'maple', 'ginkgo'] as const;

/** A small generator of numbers between 0 and 1: the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const id = (n: number): string => {
  const next = numbers(n * 7919 + 1);
  return Array.from({ length: 40 }, () => Math.floor(next() * 16).toString(16)).join('');
};
const digest = (n: number): string => `sha256:${id(n + 500)}${id(n + 900).slice(0, 24)}`;

/** A leaf in polar form, drawn on 16 by 16 pixels. */
function photo(n: number, species: string): Photo {
  const next = numbers(n * 31 + 7);
  const kind = SPECIES.indexOf(species as (typeof SPECIES)[number]);
  const turn = next() * 6.28;
  const ground = 190 + next() * 50;
  const ink = 60 + next() * 60;
  const pixels = new Uint8Array(256);
  for (let y = 0; y < 16; y += 1)
    for (let x = 0; x < 16; x += 1) {
      const dx = (x - 7.5) / 8;
      const dy = (y - 7.5) / 8;
      const angle = Math.atan2(dy, dx) - turn;
      const stretch = [0.3, 0.9, 0.72, 0.85, 0.9, 0.8][kind] ?? 1;
      const lobes = [0, 0, 0.05, 0.14, 0.28, 0][kind] ?? 0;
      const cut = kind === 5 && Math.abs(Math.cos(angle / 2)) < 0.35 ? 0.45 : 1;
      const edge = (0.8 * stretch * cut) / Math.hypot(Math.cos(angle) * stretch, Math.sin(angle)) / (1 + lobes * (1 + Math.cos(angle * 5)));
      const noise = (next() - 0.5) * 40;
      pixels[y * 16 + x] = Math.max(0, Math.min(255, (Math.hypot(dx, dy) < edge ? ink : ground) + noise));
    }
  return { id: `user-${n}`, species, size: 16, pixels };
}

function hours(count: number, releases: readonly { readonly at: number; readonly share: number }[]): readonly ServedHour[] {
  const next = numbers(41);
  return Array.from({ length: count }, (_, index) => {
    const at = NOW - (NOW % HOUR) - (count - 1 - index) * HOUR;
    const share = releases.findLast((release) => release.at <= at)?.share ?? 0.34;
    const users = Math.round(28 + 8 * Math.sin((at / DAY) * 6.28 + 1) + next() * 6 + share * 8);
    const well = Math.round(users * Math.min(0.97, Math.max(0, share + (next() - 0.5) * 0.08)));
    return { at, deploymentId: null, well, badly: users - well };
  });
}

function deployment(n: number, runId: number, liveAt: number, tested: number, took: number): Deployment {
  return {
    id: n,
    environment: 'production',
    service: 'fieldleaf',
    digest: digest(n),
    commit: id(runId),
    runId,
    actor: 'you',
    pushedAt: liveAt - took,
    liveAt,
    testedScore: tested,
    waitedForPerson: false,
  };
}

const DEPLOYMENTS: readonly Deployment[] = [
  deployment(1, 15, NOW - 62 * HOUR, 0.34, 8 * MINUTE + 10_000),
  deployment(2, 18, NOW - 44 * HOUR, 0.58, 8 * MINUTE + 2_000),
  deployment(3, 19, NOW - 26 * HOUR, 0.77, 7 * MINUTE + 40_000),
];
const BETTER = deployment(4, 22, NOW - 10 * HOUR, 0.87, 6 * MINUTE + 51_000);

function phoneState(scene: Scene): PhoneState {
  if (scene === 'fresh') {
    const [first] = DEPLOYMENTS;
    return {
      live: first ?? null,
      previous: null,
      score: {
        digest: digest(1),
        balancedAccuracy: 0.34,
        accuracy: 0.39,
        recall: {},
        errors: 0,
        ruledOut: 0,
        photos: 600,
        firstError: null,
      },
      hours: hours(20, []),
      deployments: DEPLOYMENTS.slice(0, 1),
      recent: [],
    };
  }
  const all = scene === 'done' ? [...DEPLOYMENTS, BETTER] : DEPLOYMENTS;
  const shares = all.map((one) => ({ at: one.liveAt, share: one.testedScore ?? 0 }));
  const value = all.at(-1)?.testedScore ?? 0;
  return {
    live: all.at(-1) ?? null,
    previous: all.at(-2) ?? null,
    score: {
      digest: all.at(-1)?.digest ?? '',
      balancedAccuracy: scene === 'skewed' ? 0.16 : value,
      accuracy: value + 0.02,
      errors: 0,
      ruledOut: 0,
      photos: 600,
      firstError: null,
      recall: { willow: 1, linden: 0.83, birch: 0.8, oak: 0.9, maple: 0.5, ginkgo: 0.58 },
    },
    hours: hours(60, shares),
    deployments: all,
    recent: recent(16, value),
  };
}

function recent(count: number, share: number): PhoneState['recent'] {
  const next = numbers(17);
  return Array.from({ length: count }, (_, n) => {
    const species = SPECIES[n === 0 ? 5 : Math.floor(next() * 6)] ?? 'oak';
    const right = n === 0 || next() < share;
    const said = right ? species : (SPECIES[(SPECIES.indexOf(species) + 1) % 6] ?? 'oak');
    const votes = right ? { [said]: 4, [SPECIES[1]]: 1 } : { [said]: 3, [species]: 2 };
    return { photo: photo(n, species), answer: { photo: `user-${n}`, ok: true as const, species: said, votes } };
  });
}

function checks(scene: Scene): CheckState[] {
  const check = (
    name: string,
    title: string,
    verdict: CheckState['verdict'],
    hints: CheckState['hints'] = { shown: [], total: 0 },
  ): CheckState => ({
    id: name,
    title,
    state: verdict === null ? 'idle' : 'settled',
    progress: null,
    verdict,
    checkedAfter: verdict === null ? null : 'run 19',
    hints,
  });
  const titles = [
    ['no-step-waits', 'No step waits for a person'],
    ['tested-is-served', 'What was tested is what users get'],
    ['push-to-phone', 'The last push reached the phone within 10 minutes'],
    ['recognises-new-leaves', 'The phone recognises leaves it has never seen'],
    ['three-releases', 'The improvement arrives in three or more releases'],
    ['gate-still-stops', 'The gate still stops a worse model'],
  ] as const;
  if (scene === 'fresh') return titles.map(([name, title]) => check(name, title, null));
  if (scene === 'done') {
    const values = [
      '0 waits after merge',
      'tested 0.87, served 0.87',
      '6 min 51 s, run 22',
      '0.87',
      '0.34 → 0.58 → 0.77 → 0.87',
      'let 1 through, stopped 1',
    ];
    return titles.map(([name, title], n) => check(name, title, { status: 'holds', value: values[n] ?? '' }));
  }
  return [
    check(titles[0][0], titles[0][1], { status: 'holds', value: '0 waits after merge' }),
    check(titles[1][0], titles[1][1], { status: 'holds', value: 'tested 0.77, served 0.77' }),
    check(titles[2][0], titles[2][1], { status: 'holds', value: '7 min 40 s, run 19' }),
    check(
      titles[3][0],
      titles[3][1],
      {
        status: 'fails',
        value: '0.77',
        observed: '0.77 balanced accuracy on 600 hidden photos; weakest are maple and ginkgo.',
        expected: '0.80 or more.',
        hint: 'starved-species',
        lookAt: [
          { text: 'how many maple and ginkgo photos there are', place: { kind: 'file', path: 'labels.csv' } },
          { text: 'incoming/', place: { kind: 'file', path: 'incoming' } },
        ],
        bars: { willow: 1, linden: 0.83, birch: 0.8, oak: 0.9, maple: 0.5, ginkgo: 0.58 },
      },
      { shown: ['Two species are right half as often as the others. What do they have less of, and where is more of it?'], total: 3 },
    ),
    check(titles[4][0], titles[4][1], { status: 'pending', value: '2 of 3 so far' }),
    check(titles[5][0], titles[5][1], { status: 'unknown', why: 'run 20 was cancelled before the probe came back.' }),
  ];
}

interface JobPlan {
  readonly id: string;
  readonly needs?: readonly string[];
  readonly state: 'success' | 'failure' | 'skipped' | 'queued' | 'waiting' | 'in_progress' | 'cancelled';
  readonly seconds?: number;
  readonly reason?: string;
  readonly leg?: string;
  readonly summary?: string;
}

const STEPS = [
  'Set up job',
  'actions/checkout@v4',
  'actions/download-artifact@v4',
  'python3 evaluate.py --seed 42 --floor 0.60',
  'Write the step summary',
];

function job(plan: JobPlan, at: number, index: number): JobRun {
  const completed = !['queued', 'waiting', 'in_progress'].includes(plan.state);
  const ran = ['success', 'failure', 'in_progress', 'cancelled'].includes(plan.state);
  const took = (plan.seconds ?? 0) * 1000;
  const step = (name: string, n: number): StepRun => {
    const failed = plan.state === 'failure' && n === 3;
    const done = plan.state !== 'in_progress' || n < 3;
    const conclusion = !done ? null : failed ? 'failure' : 'success';
    return {
      number: n + 1,
      name,
      id: null,
      status: done ? 'completed' : n === 3 ? 'in_progress' : 'queued',
      outcome: conclusion,
      conclusion,
      startedAt: n > 3 && !done ? null : at + n * 1000,
      completedAt: done ? at + (n === 3 ? took : (n + 1) * 1000) : null,
    };
  };
  return {
    key: plan.leg === undefined ? plan.id : `${plan.id}-${index}`,
    id: plan.id,
    name: plan.leg === undefined ? plan.id : `${plan.id} (${plan.leg})`,
    needs: plan.needs ?? [],
    matrix: plan.leg === undefined ? null : { seed: plan.leg },
    runsOn: ['ubuntu-latest'],
    environment: plan.id === 'deploy' ? 'production' : null,
    status: completed ? 'completed' : (plan.state as 'queued'),
    conclusion: completed ? (plan.state as 'success') : null,
    reason: plan.reason ?? null,
    startedAt: ran ? at : null,
    completedAt: completed && ran ? at + took : null,
    outputs: {},
    steps: ran ? STEPS.map(step) : [],
    summary: plan.summary ?? '',
  };
}

const GREEN: readonly JobPlan[] = [
  { id: 'test', state: 'success', seconds: 11 },
  { id: 'train', needs: ['test'], state: 'success', seconds: 48 },
  { id: 'gate', needs: ['train'], state: 'success', seconds: 19, leg: 'seed 7' },
  { id: 'gate', needs: ['train'], state: 'success', seconds: 19, leg: 'seed 42' },
  { id: 'deploy', needs: ['gate'], state: 'success', seconds: 31 },
];

const SUMMARY = `**Blocked.** Two species fall below the recall floor of 0.60. With 6 ginkgo rows and k = 25, no ginkgo can win a vote.

| true \\ told | willow | linden | birch | oak | maple | ginkgo | recall |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| willow | 40 | 0 | 0 | 0 | 0 | 0 | 1.00 |
| linden | 0 | 33 | 7 | 0 | 0 | 0 | 0.82 |
| birch | 0 | 1 | 37 | 2 | 0 | 0 | 0.93 |
| oak | 0 | 0 | 15 | 25 | 0 | 0 | 0.63 |
| maple | 0 | 3 | 13 | 18 | 6 | 0 | 0.15 |
| ginkgo | 0 | 18 | 15 | 7 | 0 | 0 | 0.00 |

Balanced accuracy **0.588**; the live model scores 0.875.

<img src=x onerror="document.title='broken'"> <script>document.title='broken'</script>`;

const BUSY: readonly JobPlan[] = [
  { id: 'lint', state: 'success', seconds: 6 },
  { id: 'data-tests', state: 'success', seconds: 11 },
  { id: 'train', needs: ['lint', 'data-tests'], state: 'success', seconds: 48 },
  { id: 'gate', needs: ['train'], state: 'success', seconds: 19, leg: 'seed 7' },
  { id: 'gate', needs: ['train'], state: 'failure', seconds: 19, leg: 'seed 42', summary: SUMMARY },
  { id: 'contract', needs: ['train'], state: 'in_progress' },
  { id: 'load-smoke', needs: ['train'], state: 'queued', reason: 'no free runner' },
  { id: 'package', needs: ['gate'], state: 'skipped', reason: 'gate failed' },
  { id: 'publish-report', needs: ['gate', 'contract'], state: 'waiting', reason: 'Inês to approve' },
  { id: 'deploy', needs: ['package'], state: 'skipped', reason: 'package skipped' },
];

function run(
  number: number,
  title: string,
  branch: string,
  at: number,
  took: number,
  plans: readonly JobPlan[],
  state: 'success' | 'failure' | 'cancelled' | 'skipped' | null,
): Run {
  const jobs = plans.map((plan, index) => job(plan, at, index));
  return {
    id: number,
    number,
    workflow: 'Deliver',
    path: '.github/workflows/deliver.yml',
    title,
    event: 'push',
    ref: `refs/heads/${branch}`,
    commit: id(number),
    actor: 'you',
    createdAt: at,
    status: state === null ? 'in_progress' : 'completed',
    conclusion: state,
    startedAt: at,
    completedAt: state === null ? null : at + took,
    jobs,
    artifacts:
      state === 'success' && plans.length > 0
        ? [{ id: 1, name: 'model', digest: digest(number), sizeBytes: 48_213, jobKey: 'train', createdAt: at }]
        : [],
    annotations: [],
    errors: [],
  };
}

function runs(scene: Scene): Run[] {
  if (scene === 'fresh') return [];
  const failed: readonly JobPlan[] = [
    { id: 'test', state: 'success', seconds: 11 },
    { id: 'train', needs: ['test'], state: 'failure', seconds: 21 },
    { id: 'gate', needs: ['train'], state: 'skipped', reason: 'train failed' },
    { id: 'deploy', needs: ['gate'], state: 'skipped', reason: 'gate skipped' },
  ];
  const list = [
    run(19, 'Correct 34 labels', 'main', NOW - 26 * HOUR, 460_000, GREEN, 'success'),
    run(18, 'Normalise features', 'main', NOW - 44 * HOUR, 482_000, GREEN, 'success'),
    run(17, 'Drop brightness', 'drop-brightness', NOW - 45 * HOUR, 48_000, failed, 'failure'),
    run(16, 'Reword the changelog', 'main', NOW - 50 * HOUR, 0, [], 'skipped'),
    run(15, 'Gate on balanced accuracy', 'main', NOW - 62 * HOUR, 490_000, GREEN, 'success'),
    run(14, 'Promote one digest', 'main', NOW - 80 * HOUR, 560_000, GREEN, 'success'),
    run(13, 'Promote one digest', 'promote', NOW - 81 * HOUR, 91_000, failed, 'failure'),
    run(12, 'Upload the model once', 'main', NOW - 83 * HOUR, 542_000, GREEN, 'success'),
  ];
  const broken: Run = {
    ...run(20, 'Train on the photos in incoming/', 'use-incoming', NOW - 9 * MINUTE, 4000, [], 'failure'),
    artifacts: [],
    errors: [
      {
        severity: 'error',
        file: '.github/workflows/deliver.yml',
        line: 29,
        column: 20,
        endColumn: 25,
        message: 'Job "deploy" needs a job named "tests"; this file has "test".',
      },
    ],
  };
  if (scene === 'broken') return [broken, ...list];
  if (scene === 'done') return [run(22, 'Train on incoming photos', 'main', NOW - 10 * HOUR, 411_000, GREEN, 'success'), ...list];
  if (scene === 'big-log')
    return [run(24, 'Print everything', 'noise', NOW - HOUR, 60_000, [{ id: 'noise', state: 'failure', seconds: 60 }], 'failure'), ...list];
  const legs: readonly JobPlan[] = [
    { id: 'test', state: 'success', seconds: 9 },
    ...Array.from({ length: 12 }, (_, n): JobPlan => ({
      id: 'seeds',
      needs: ['test'],
      leg: `seed ${n}`,
      state: n === 7 ? 'failure' : 'success',
      seconds: 12 + n,
    })),
    { id: 'report', needs: ['seeds'], state: 'skipped', reason: 'seeds failed' },
  ];
  const busy: Run = {
    ...run(23, 'Raise k to 25', 'many-neighbours', NOW - 131_000, 0, BUSY, null),
    annotations: [
      {
        severity: 'error',
        file: 'evaluate.py',
        line: 1,
        column: 1,
        message: 'maple recall 0.15 is below the floor of 0.60',
        jobKey: 'gate-4',
        step: 4,
        title: null,
      },
    ],
  };
  return [busy, run(21, 'Try twelve seeds', 'seeds', NOW - 30 * MINUTE, 40_000, legs, 'failure'), broken, ...list];
}

function gateLog(jobKey: string, at: number, good: boolean): LogLine[] {
  const bar = (share: number, code: number): string =>
    `\u001b[${code}m${'█'.repeat(Math.round(share * 20))}${'░'.repeat(20 - Math.round(share * 20))}\u001b[0m`;
  const recall: Readonly<Record<string, number>> = good
    ? { willow: 1, linden: 0.9, birch: 0.93, oak: 0.8, maple: 0.82, ginkgo: 0.78 }
    : { willow: 1, linden: 0.82, birch: 0.93, oak: 0.63, maple: 0.15, ginkgo: 0 };
  const line = (step: number, kind: LogLine['kind'], text: string): LogLine => ({ jobKey, step, at, kind, text });
  return [
    line(1, 'output', 'Runner: ubuntu-latest, the built-in computer'),
    line(2, 'group', 'Fetching the repository'),
    line(2, 'output', 'Syncing leaf at d07b3e5'),
    line(2, 'output', '228 files'),
    line(2, 'endgroup', ''),
    line(3, 'output', 'model: sha256:5ad0e1c4, 48.2 kB'),
    line(4, 'command', 'python3 evaluate.py --seed 42 --floor 0.60'),
    line(4, 'group', 'Environment'),
    line(4, 'output', '\u001b[90menv: PYTHONHASHSEED=0\u001b[0m'),
    line(4, 'endgroup', ''),
    line(4, 'output', 'model.json   \u001b[36msha256:5ad0e1c4\u001b[0m  228 rows, k = 25'),
    line(4, 'output', 'scaler.json  \u001b[36msha256:0be977a2\u001b[0m'),
    line(4, 'output', '\u001b[1m240 photos, 6 species\u001b[0m'),
    ...Object.entries(recall).map(([name, share]) => {
      const code = share >= 0.7 ? 32 : share >= 0.6 ? 33 : 31;
      return line(
        4,
        'output',
        `  ${name.padEnd(8)} \u001b[${code}m${share.toFixed(2)}\u001b[0m  ${bar(share, code)}${share < 0.6 ? '  \u001b[31mbelow floor\u001b[0m' : ''}`,
      );
    }),
    line(4, 'output', `balanced accuracy \u001b[33m${good ? '0.875' : '0.588'}\u001b[0m  champion \u001b[32m0.875\u001b[0m`),
    ...(good
      ? []
      : [
          line(4, 'error', 'Error: evaluate.py:61 maple recall 0.15 is below the floor of 0.60'),
          line(4, 'error', 'Error: evaluate.py:61 ginkgo recall 0.00 is below the floor of 0.60'),
          line(4, 'error', 'Error: Process completed with exit code 1.'),
        ]),
    line(5, 'output', 'wrote 1 table'),
  ];
}

const COMMITS: readonly GraphCommit[] = (
  [
    [
      20,
      'Train on the photos in incoming/',
      [19],
      [
        ['HEAD', 'head'],
        ['use-incoming', 'branch'],
      ],
    ],
    [
      19,
      'Correct 34 labels\n\nFound with tools/suspects.py: rows whose five nearest neighbours\nall carry another name.',
      [30],
      [
        ['main', 'branch'],
        ['origin/main', 'remote'],
      ],
    ],
    [17, 'Drop brightness', [18], [['drop-brightness', 'branch']]],
    [30, 'Merge of 29', [18, 29], []],
    [29, 'Normalise features', [15], []],
    [18, 'Reword the changelog', [15], []],
    [15, 'Gate on balanced accuracy', [14], [['v0.3.0', 'tag']]],
    [14, 'Promote one digest', [12], []],
    [12, 'Upload the model once', [], []],
  ] as const
).map(([n, message, parents, refs], index) => {
  const author = { name: index % 4 === 3 ? 'Mei' : 'You', email: 'you@fieldleaf.test', at: NOW - index * 9 * HOUR - 7 * MINUTE };
  return {
    id: id(n),
    tree: id(n + 1000),
    message,
    parents: parents.map(id),
    author,
    committer: author,
    refs: refs.map(([name, kind]) => ({ name, kind })),
  };
});

const SOLUTION = `git switch main\npython3 tools/suspects.py > suspects.txt\ngit commit -am "Correct 34 labels"\ngit push\n`;

/** What tests and the page may do to the recorded world. */
export interface DemoControls {
  /** Writes a file as a command would. */
  write(path: string, text: string): void;
  remove(path: string): void;
  tell(notice: WorldNotice): void;
  /** One more run, whose log comes line by line as `step` is called. */
  startRun(): { step(): boolean };
  /** A version of this run reaches the phone. */
  release(runId: number): void;
  settle(checkId: string, verdict: CheckState['verdict']): void;
  readonly calls: string[];
}

export function demoClient(scene: Scene): { readonly client: WorldClient; readonly controls: DemoControls } {
  const files = new Map<string, { text: string; version: number }>(
    Object.entries(startFiles(SPECIES)).map(([path, text]) => [`${FOLDER}/${path}`, { text, version: 1 }]),
  );
  const binary = new Map<string, Uint8Array>([[`${FOLDER}/model.bin`, new Uint8Array(3_100_000)]]);
  const folders = new Set<string>();
  const statuses: FileStatus[] = [
    { path: 'CHANGELOG.md', letter: 'M' },
    { path: 'notes.md', letter: '?' },
  ];
  let listener: (notice: WorldNotice) => void = () => {};
  let theChecks = checks(scene);
  let theRuns = runs(scene);
  let phone = phoneState(scene);
  let photos = 101;
  let asked = 0;
  const logs = new Map<number, LogLine[]>();
  const calls: string[] = [];
  const saved: SaveState =
    scene === 'quota'
      ? {
          status: 'unsaved',
          reason: 'quota',
          message: 'This device has no room left for the browser. Your work goes on, but only in this tab: export it, or free some space.',
        }
      : { status: 'saved', at: 0 };
  const python: PythonState =
    scene === 'python-failed'
      ? { status: 'failed', message: 'pyodide.asm.wasm did not load (404).' }
      : scene === 'slow'
        ? { status: 'loading', fraction: 0.62, what: 'interpreter' }
        : { status: 'ready', version: '3.14' };

  const changed = (path: string, kind: 'written' | 'removed'): void => {
    listener({ type: 'files', changes: [{ path, kind }] });
    listener({ type: 'repository' });
  };
  const put = (path: string, text: string): number => {
    const version = (files.get(path)?.version ?? 0) + 1;
    files.set(path, { text, version });
    return version;
  };
  /** As the real keeper: a save begins a moment after a write, and takes one more. */
  const saveSoon = (): void => {
    if (saved.status !== 'saved') return;
    setTimeout(() => listener({ type: 'saved', state: { status: 'saving' } }), 250);
    setTimeout(() => listener({ type: 'saved', state: { status: 'saved', at: NOW } }), 300);
  };
  const logOf = (runId: number): LogLine[] => {
    const known = logs.get(runId);
    if (known) return known;
    const found = theRuns.find((one) => one.id === runId);
    const lines =
      scene === 'big-log' && runId === 24
        ? Array.from({ length: 100_000 }, (_, n): LogLine => ({
            jobKey: 'noise',
            step: 4,
            at: NOW,
            kind: n === 70_000 ? 'error' : 'output',
            text: n === 70_000 ? 'the needle' : `line ${n} \u001b[32m${'x'.repeat(n % 40)}\u001b[0m`,
          }))
        : (found?.jobs ?? [])
            .filter((one) => one.steps.length > 0)
            .flatMap((one) =>
              gateLog(one.key, NOW, one.conclusion !== 'failure').filter((line) => one.status === 'completed' || line.step < 4),
            );
    logs.set(runId, lines);
    return lines;
  };

  const controls: DemoControls = {
    calls,
    write: (path, text) => {
      put(`${FOLDER}/${path}`, text);
      changed(`${FOLDER}/${path}`, 'written');
    },
    remove: (path) => {
      files.delete(`${FOLDER}/${path}`);
      changed(`${FOLDER}/${path}`, 'removed');
    },
    tell: (notice) => listener(notice),
    release: (runId) => {
      phone = { ...phone, live: deployment(100 + runId, runId, NOW, 0.77, 6 * MINUTE), previous: phone.live };
      listener({ type: 'phone', phone });
    },
    settle: (checkId, verdict) => {
      theChecks = theChecks.map((one) => (one.id === checkId ? { ...one, state: 'settled', verdict, checkedAfter: 'your request' } : one));
      listener({ type: 'checks', checks: theChecks });
    },
    startRun: () => {
      const number = Math.max(...theRuns.map((one) => one.number), 0) + 1;
      const plans: readonly JobPlan[] = [{ id: 'test', state: 'in_progress' }];
      const live = run(number, 'Stream a log', 'main', NOW, 0, plans, null);
      logs.set(number, []);
      theRuns = [live, ...theRuns];
      listener({ type: 'run', run: structuredClone(live) });
      const waiting = gateLog('test', NOW, true);
      return {
        step: () => {
          const next = waiting.shift();
          if (next) {
            logs.get(number)?.push(next);
            listener({ type: 'log', runId: number, from: logs.get(number)!.length - 1, lines: [next] });
            return true;
          }
          const done = { ...run(number, 'Stream a log', 'main', NOW, 12_000, [{ id: 'test', state: 'success', seconds: 12 }], 'success') };
          theRuns = [done, ...theRuns.slice(1)];
          listener({ type: 'run', run: structuredClone(done) });
          return false;
        },
      };
    },
  };

  const shell = demoShell(files, put, changed, calls);
  const client: WorldClient = {
    ...demoOrigin((what) => calls.push(what)),
    summary: async () => ({
      exerciseId: 'ship-a-better-leaf',
      repository: 'leaf',
      folder: FOLDER,
      now: NOW,
      checks: theChecks,
      runs: structuredClone(theRuns).toReversed(),
      phone,
      saved,
      python,
      resumed: scene !== 'fresh',
      setAside: scene === 'set-aside' ? 'What was stored of this exercise could not be read and was set aside.' : null,
      epoch: EPOCH,
    }),
    warm: async () => {},
    subscribe: async (next) => {
      if (scene === 'fails-late' && ++asked === 1) throw new Error('The worker did not answer.');
      listener = next;
      if (scene === 'set-aside') listener({ type: 'fault', message: 'The first thing.' });
    },
    listFiles: async () => {
      const nodes: FileNode[] = [...folders].map((path) => ({ path, type: 'directory', sizeBytes: 0 }));
      for (const [path, file] of files) nodes.push({ path, type: 'file', sizeBytes: file.text.length });
      for (const [path, bytes] of binary) nodes.push({ path, type: 'file', sizeBytes: bytes.length });
      return nodes;
    },
    readText: async (path) => {
      const file = files.get(path);
      if (file) return { ok: true, ...file };
      const bytes = binary.get(path);
      return bytes ? { ok: false, reason: 'binary', sizeBytes: bytes.length } : { ok: false, reason: 'missing', sizeBytes: 0 };
    },
    readBytes: async (path) => binary.get(path) ?? new TextEncoder().encode(files.get(path)?.text ?? ''),
    writeText: async (path, text, version) => {
      calls.push(`write ${path.slice(FOLDER.length + 1)}`);
      if (version !== undefined && (files.get(path)?.version ?? 0) !== version)
        throw new Error(`${path} has changed since it was opened; nothing was overwritten.`);
      const next = put(path, text);
      queueMicrotask(() => changed(path, 'written'));
      saveSoon();
      return { version: next };
    },
    writeBytes: async (path, bytes) => {
      binary.set(path, bytes);
      changed(path, 'written');
    },
    createFolder: async (path) => {
      folders.add(path);
      changed(path, 'written');
    },
    rename: async (from, to) => {
      for (const [path, file] of Array.from(files)) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        files.delete(path);
        files.set(to + path.slice(from.length), file);
      }
      changed(from, 'removed');
      changed(to, 'written');
    },
    remove: async (path) => {
      for (const known of files.keys()) if (known === path || known.startsWith(`${path}/`)) files.delete(known);
      folders.delete(path);
      changed(path, 'removed');
    },
    validateWorkflow: async (path, text) => {
      const list: Diagnostic[] = [];
      text.split('\n').forEach((line, index) => {
        const column = /needs:.*\btests\b/.test(line) ? line.indexOf('tests') + 1 : 0;
        if (column > 0)
          list.push({
            severity: 'error',
            file: path,
            line: index + 1,
            column,
            endColumn: column + 5,
            message: 'Job "deploy" needs a job named "tests"; this file has "test".',
          });
      });
      return list;
    },
    repositoryState: async () => ({ branch: scene === 'fresh' ? 'main' : 'use-incoming', head: id(20), statuses, ahead: 1, behind: 0 }),
    history: async () => (scene === 'fresh' ? COMMITS.slice(6) : COMMITS),
    commitChanges: async (commit) => demoChanges(commit, files),
    ...shell,
    runLog: async (runId) => logOf(runId),
    cancelRun: async (runId) => {
      theRuns = theRuns.map((one) =>
        one.id === runId
          ? {
              ...one,
              status: 'completed',
              conclusion: 'cancelled',
              completedAt: NOW,
              jobs: one.jobs.map((each) =>
                each.status === 'completed' ? each : { ...each, status: 'completed', conclusion: 'cancelled' },
              ),
            }
          : one,
      );
      const found = theRuns.find((one) => one.id === runId);
      if (found) listener({ type: 'run', run: structuredClone(found) });
    },
    downloadArtifact: async () => ({ name: 'model.zip', bytes: new Uint8Array([80, 75]) }),
    checkNow: async () => {
      theChecks = theChecks.map((one) => ({
        ...one,
        state: 'settled',
        checkedAfter: 'your request',
        verdict: one.verdict ?? { status: 'pending', value: 'nothing pushed yet' },
      }));
      listener({ type: 'checks', checks: theChecks });
    },
    showHint: async (checkId) => {
      const texts = [
        '',
        'Ginkgo has 6 rows. With k = 5 it can lose a vote it should win.',
        '`sed 1d incoming/labels.csv >> labels.csv` adds the rows; commit with `git commit`, and push.',
      ];
      theChecks = theChecks.map((one) =>
        one.id === checkId
          ? { ...one, hints: { ...one.hints, shown: [...one.hints.shown, texts[one.hints.shown.length] ?? 'A hint.'] } }
          : one,
      );
      listener({ type: 'checks', checks: theChecks });
    },
    takePhoto: async () => {
      photos += 1;
      const species = SPECIES[photos % 6] ?? 'oak';
      phone = {
        ...phone,
        recent: [
          {
            photo: photo(photos, species),
            answer: {
              photo: `user-${photos}`,
              ok: true as const,
              species: photos % 3 === 0 ? 'linden' : species,
              votes: { [species]: 3, linden: 2 },
            },
          },
          ...phone.recent,
        ].slice(0, 16),
      };
      listener({ type: 'phone', phone });
    },
    reset: async () => {
      theChecks = checks('fresh');
      theRuns = [];
      phone = phoneState('fresh');
      listener({ type: 'phone', phone });
      listener({ type: 'checks', checks: theChecks });
    },
    solution: async () => SOLUTION,
    exportRepository: async () => ({ name: 'leaf.bundle', bytes: new TextEncoder().encode('# v2 git bundle\n') }),
    exportFolder: async (path) => ({ name: `${path.slice(path.lastIndexOf('/') + 1)}.zip`, bytes: new Uint8Array(700) }),
    exportSetAside: async () => ({ name: 'ship-a-better-leaf-set-aside.plumbline', bytes: new Uint8Array(900) }),
    exportWorld: async () => ({ name: 'ship-a-better-leaf.plumbline', bytes: new Uint8Array(1200) }),
    importWorld: async (bytes) => {
      if (bytes.length < 4) throw new Error('This file is damaged or is not a Plumbline file.');
      phone = phoneState('done');
      listener({ type: 'phone', phone });
    },
    save: async () => {},
  };
  return { client, controls };
}

function demoChanges(commit: string, files: ReadonlyMap<string, { readonly text: string }>): readonly CommitChange[] {
  const labels = files.get(`${FOLDER}/labels.csv`)?.text ?? '';
  const features = files.get(`${FOLDER}/fieldleaf/features.py`)?.text ?? '';
  if (commit === id(20)) {
    return [
      {
        path: 'train.py',
        kind: 'modified',
        before: 'rows = read("labels.csv")\nmodel = train(rows)\nsave(model)\n',
        after: 'rows = read("labels.csv") + read("incoming/labels.csv")\nmodel = train(rows, k=5)\nsave(model)\n',
      },
      {
        path: 'CHANGELOG.md',
        kind: 'modified',
        before: '# Changes\n\n- Correct 34 labels\n',
        after: '# Changes\n\n- Train on the photos in incoming/\n- Correct 34 labels\n',
      },
    ];
  }
  return [
    { path: 'labels.csv', kind: 'modified', before: labels.replaceAll('ginkgo', 'linden'), after: labels },
    { path: 'fieldleaf/features.py', kind: 'added', before: null, after: features },
  ];
}

/** A shell with just enough commands to see a terminal at work. */
function demoShell(
  files: Map<string, { text: string; version: number }>,
  put: (path: string, text: string) => number,
  changed: (path: string, kind: 'written') => void,
  calls: string[],
) {
  const outputs = new Map<number, (text: string) => void>();
  let last = 0;
  let stop: (() => void) | null = null;
  let stdin: ((line: string | null) => void) | null = null;
  const history = ['git status', 'python3 train.py --out model.json', 'git commit -am "Correct 34 labels"', 'git push'];
  const PUSH = [
    'Enumerating objects: 9, done.',
    'Counting objects: 100% (9/9), done.',
    'Writing objects: 100% (5/5), 612 bytes | 612.00 KiB/s, done.',
    'Total 5 (delta 3), reused 0 (delta 0), pack-reused 0',
    'remote: \u001b[31mdeliver.yml:29:20 job deploy needs tests, which is not defined\u001b[0m',
    'remote: Open a pull request: \u001b[36mhttps://origin.fieldleaf.test/leaf/pull/new/swap-spring\u001b[0m',
    'To https://origin.fieldleaf.test/leaf.git',
    ' * [new branch]      use-incoming -> use-incoming',
    '',
  ].join('\n');
  const words = ['cat', 'clear', 'echo', 'git', 'ls', 'python3', 'pwd', 'seq'];
  const shell: Pick<
    WorldClient,
    | 'openTerminal'
    | 'terminalRun'
    | 'terminalNeedsMore'
    | 'terminalPrompt'
    | 'terminalComplete'
    | 'terminalInput'
    | 'terminalInterrupt'
    | 'terminalHistory'
    | 'closeTerminal'
  > = {
    openTerminal: async (_columns, onOutput) => {
      outputs.set(++last, onOutput);
      return { id: last };
    },
    closeTerminal: async (terminal) => {
      calls.push(`close terminal ${terminal}`);
      outputs.delete(terminal);
    },
    terminalRun: async (terminal, text) => {
      calls.push(`run ${text}`);
      const say = outputs.get(terminal) ?? (() => {});
      const [command = '', ...rest] = text.trim().split(/\s+/);
      const redirect = /^echo (.*) > (\S+)$/.exec(text.trim());
      if (redirect) {
        put(`${FOLDER}/${redirect[2]}`, `${redirect[1]}\n`);
        changed(`${FOLDER}/${redirect[2]}`, 'written');
      } else if (command === 'echo') say(`${rest.join(' ').replace(/["']/g, '')}\n`);
      else if (command === 'pwd') say(`${FOLDER}\n`);
      else if (command === 'ls') say('CHANGELOG.md  \u001b[34mapp\u001b[0m  \u001b[34mdata\u001b[0m  evaluate.py  labels.csv  train.py\n');
      else if (command === 'clear') say('\u001b[2J\u001b[3J\u001b[H');
      else if (command === 'printf') say(rest.join(' '));
      else if (command === 'seq')
        for (let n = 1; n <= Number(rest[0] ?? 1); n += 500)
          say(Array.from({ length: Math.min(500, Number(rest[0]) - n + 1) }, (_, i) => `${n + i}\n`).join(''));
      else if (command === 'git' && rest[0] === 'commit')
        say('[use-incoming 8c41f0e] Train on the photos in incoming/\n 2 files changed, 9 insertions(+), 3 deletions(-)\n');
      else if (command === 'git' && rest[0] === 'push') say(PUSH);
      else if (command === 'git') say('On branch use-incoming\nnothing to commit, working tree clean\n');
      else if (command === 'cat' && rest[0] !== undefined)
        say(files.get(`${FOLDER}/${rest[0]}`)?.text ?? `cat: ${rest[0]}: No such file or directory\n`);
      else if (command === 'cat') {
        const exit = await new Promise<number>((resolve) => {
          stop = () => resolve(130);
          stdin = (line) => (line === null ? resolve(0) : say(line));
        });
        stdin = stop = null;
        return { exitCode: exit, inputsRead: Infinity };
      } else if (command === 'sleep') {
        await new Promise<void>((resolve) => (stop = resolve));
        stop = null;
        return { exitCode: 130, inputsRead: 0 };
      } else if (text.includes('done')) say('looped\n');
      else {
        say(`bash: ${command}: command not found\n`);
        return { exitCode: 127, inputsRead: 0 };
      }
      return { exitCode: 0, inputsRead: 0 };
    },
    terminalNeedsMore: async (_terminal, text) => /\bdo\b/.test(text) && !/\bdone\b/.test(text),
    terminalPrompt: async () => '\u001b[32myou@fieldleaf\u001b[0m:\u001b[34m~/leaf\u001b[0m \u001b[35m(use-incoming)\u001b[0m$ ',
    terminalComplete: async (_terminal, line, cursor) => {
      const from = line.lastIndexOf(' ', cursor - 1) + 1;
      const part = line.slice(from, cursor);
      const names =
        from === 0
          ? words
          : [
              ...new Set(
                [...files.keys()]
                  .map((path) => path.slice(FOLDER.length + 1))
                  .map((path) => (path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path)),
              ),
            ];
      return { from, candidates: names.filter((name) => name.startsWith(part)).sort() };
    },
    terminalInput: async (_terminal, text) => stdin?.(text),
    terminalInterrupt: async () => stop?.(),
    terminalHistory: async () => history,
  };
  return shell;
}
