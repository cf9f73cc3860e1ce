import { describe, expect, test } from 'vitest';
import type { JobRun, PipelinesEvent, Run } from '../../src/pipelines/contract.ts';
import { company, START } from './company.ts';

const WORKFLOW = '.github/workflows/ci.yml';

function job(body: string, more = ''): string {
  return `on: push\n${more}jobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n${body.replace(/^/gm, '      ')}\n`;
}

function ends(jobs: readonly JobRun[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    jobs.map(({ key, conclusion, status, reason }) => [key, `${conclusion ?? status}${reason === null ? '' : `: ${reason}`}`]),
  );
}

/** Resolves as soon as the pipelines tell something that the predicate accepts. */
function until(world: ReturnType<typeof company>, accepts: (event: PipelinesEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = world.pipelines.on((event) => {
      if (!accepts(event)) return;
      stop();
      resolve();
    });
  });
}

describe('runners', () => {
  test('two jobs run at once, the rest wait and say so', async () => {
    const world = company();
    const [run] = await world.push({
      [WORKFLOW]:
        'on: push\njobs:\n' +
        ['a', 'b', 'c'].map((id) => `  ${id}:\n    runs-on: ubuntu-latest\n    steps: [{ run: sleep 60 }]\n`).join(''),
    });
    expect(ends(run?.jobs ?? [])).toEqual({ a: 'queued', b: 'queued', c: 'queued: no free runner' });
    await world.pipelines.idle();
    const second = (time: number | null) => ((time ?? 0) - START) / 1000;
    expect(run?.jobs.map(({ key, startedAt, completedAt }) => [key, second(startedAt), second(completedAt)])).toEqual([
      ['a', 6, 72],
      ['b', 6, 72],
      ['c', 78, 144],
    ]);
  });

  test('a job for a runner that does not exist waits, and does not hold the rest up', async () => {
    const world = company();
    const [run] = await world.push({
      [WORKFLOW]:
        'on: push\njobs:\n  gpu:\n    runs-on: gpu-large\n    steps: [{ run: echo }]\n  cpu:\n    runs-on: ubuntu-latest\n    steps: [{ run: echo }]\n',
    });
    await world.pipelines.idle();
    expect([run?.status, ends(run?.jobs ?? [])]).toEqual([
      'in_progress',
      { gpu: 'queued: no runner has the label gpu-large; ubuntu-latest, ubuntu-24.04 and ubuntu-22.04 do', cpu: 'success' },
    ]);
    world.pipelines.cancel(1);
    expect([run?.conclusion, ends(run?.jobs ?? [])]).toEqual(['cancelled', { gpu: 'cancelled: the run was cancelled', cpu: 'success' }]);
  });
});

describe('cancelling', () => {
  test('stops the step that runs; what asks for it runs after it', async () => {
    const world = company();
    const workflow = job(
      '- run: |\n    echo working\n    sleep 3600\n- run: echo tidy\n  if: always()\n- run: echo cancelled\n  if: cancelled()\n- run: echo failed\n  if: failure()\n- run: echo never',
    );
    const [run] = await world.push({ [WORKFLOW]: workflow });
    const working = until(world, (event) => event.type === 'log' && event.lines.some(({ text }) => text === 'working'));
    // The clock would run through the hour at once; it is held as a person would hold it who reads.
    await working;
    world.pipelines.cancel(1);
    await world.pipelines.idle();
    expect(run?.conclusion).toBe('cancelled');
    expect(run?.jobs[0]?.steps.map(({ name, conclusion }) => `${name}: ${conclusion}`)).toEqual(
      expect.arrayContaining([
        'Run echo tidy: success',
        'Run echo cancelled: success',
        'Run echo failed: skipped',
        'Run echo never: skipped',
      ]),
    );
  });

  test('a job that has not started is cancelled at once, one with always() still runs', async () => {
    const world = company();
    const [run] = await world.push({
      [WORKFLOW]: `on: push
jobs:
  a: { runs-on: ubuntu-latest, steps: [{ run: sleep 60 }] }
  b: { runs-on: ubuntu-latest, needs: a, steps: [{ run: echo }] }
  report: { runs-on: ubuntu-latest, needs: b, if: always(), steps: [{ run: 'echo "\${{ needs.b.result }}"' }] }
`,
    });
    world.pipelines.cancel(1);
    await world.pipelines.idle();
    expect([run?.conclusion, ends(run?.jobs ?? [])]).toEqual([
      'cancelled',
      { a: 'cancelled: the run was cancelled', b: 'skipped: the run was cancelled', report: 'success' },
    ]);
    expect(world.texts(run as Run, 'Run echo "skipped"', 'report')).toEqual(['skipped']);
  });

  test('a job that goes on in a cancelled run is ended by force after five minutes', async () => {
    const world = company();
    const [run] = await world.push({
      [WORKFLOW]: 'on: push\njobs:\n  a:\n    if: always()\n    runs-on: ubuntu-latest\n    steps: [{ run: sleep 7200 }]\n',
    });
    world.pipelines.cancel(1);
    await world.pipelines.idle();
    expect(run?.conclusion).toBe('cancelled');
    expect(((run?.completedAt ?? 0) - START) / 1000).toBe(300 + 1);
  });

  test('cancelling twice, a run that has ended, and one that never was, does no harm', async () => {
    const world = company();
    const run = await world.runWorkflow(job('- run: echo'));
    world.pipelines.cancel(run.id);
    world.pipelines.cancel(99);
    expect(run.conclusion).toBe('success');
  });

  test('a step that computes for ever ends at its timeout', async () => {
    const world = company({ realLimit: 300 });
    const [run] = await world.push({
      [WORKFLOW]: job('- run: while true; do :; done\n  timeout-minutes: 3\n- run: echo after\n  if: always()'),
    });
    await world.pipelines.idle();
    expect(run?.jobs[0]?.steps.map(({ conclusion }) => conclusion)).toEqual(['success', 'failure', 'success', 'success']);
    expect(world.texts(run as Run, 'Run while true; do :; done').slice(-2)).toEqual([
      'The step computed for 0 s of real time without coming to an end.',
      "Error: The action 'Run while true; do :; done' has timed out after 3 minutes.",
    ]);
    expect(((run?.completedAt ?? 0) - START) / 1000).toBe(6 + 4 + 180 + 1 + 1);
  });

  test('a deployment is told, and the run ends cancelled', async () => {
    let stop = () => {};
    const world = company({
      deploy: ({ signal }) => {
        stop();
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      },
    });
    const begun = new Promise<void>((resolve) => (stop = resolve));
    const [run] = await world.push({
      [WORKFLOW]: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - { name: Deploy, uses: fieldleaf/deploy@v1, with: { path: ., service: leaf } }
      - { name: Tell, if: always(), run: echo told }
`,
    });
    await begun;
    world.pipelines.cancel(1);
    await world.pipelines.idle();
    expect([run?.conclusion, run?.jobs[0]?.steps.map(({ name, conclusion }) => `${name}: ${conclusion}`)]).toEqual([
      'cancelled',
      [
        'Set up job: success',
        'Run actions/checkout@v4: success',
        'Deploy: cancelled',
        'Tell: success',
        'Post Run actions/checkout@v4: success',
        'Complete job: success',
      ],
    ]);
    expect(world.texts(run as Run, 'Deploy').at(-1)).toBe('Error: The operation was canceled.');
    expect(((run?.completedAt ?? 0) - START) / 1000).toBe(6 + 4 + 4 + 75 + 1 + 1 + 1);
  });

  test('without a timeout of its own it ends with the six hours of the job', async () => {
    const world = company({ realLimit: 300 });
    const run = await world.runWorkflow(job('- run: while true; do :; done'));
    expect([run.conclusion, run.jobs[0]?.reason, ((run.completedAt ?? 0) - START) / 60_000]).toEqual([
      'cancelled',
      'it took longer than 360 minutes',
      360 + 7 / 60,
    ]);
  });
});

describe('concurrency', () => {
  const grouped = (more: string) => job('- run: sleep 60', `concurrency:\n  group: deploy-\${{ github.ref_name }}\n${more}`);

  test('one run at a time; a newer one takes the place of the one that waits', async () => {
    const world = company();
    const runs: Run[] = [];
    for (let i = 0; i < 3; i++) runs.push(...(await world.push({ [WORKFLOW]: grouped('') })));
    expect(runs.map(({ status }) => status)).toEqual(['queued', 'completed', 'queued']);
    expect(runs[2]?.jobs[0]?.status).toBe('queued');
    expect(runs[1]?.jobs[0]?.reason).toBe(`run 3 of ${WORKFLOW} took its place in concurrency group deploy-main`);
    expect(runs[2]?.jobs[0]?.reason).toBe(`waits for run 1 of ${WORKFLOW} in concurrency group deploy-main`);
    await world.pipelines.idle();
    expect(runs.map(({ conclusion, completedAt }) => [conclusion, ((completedAt ?? 0) - START) / 1000])).toEqual([
      ['success', 72],
      ['cancelled', 0],
      ['success', 144],
    ]);
  });

  test('cancel-in-progress stops the older run', async () => {
    const world = company();
    const [first] = await world.push({ [WORKFLOW]: grouped('  cancel-in-progress: true\n') });
    await until(world, (event) => event.type === 'run' && event.run.jobs[0]?.status === 'in_progress');
    const [second] = await world.push({ [WORKFLOW]: grouped('  cancel-in-progress: true\n') });
    await world.pipelines.idle();
    expect([first?.conclusion, second?.conclusion]).toEqual(['cancelled', 'success']);
    expect(first?.jobs[0]?.reason).toBe(`run 2 of ${WORKFLOW} in concurrency group deploy-main cancelled it`);
  });

  test('another group does not wait, and names ignore case', async () => {
    const world = company();
    const [first] = await world.push({ [WORKFLOW]: grouped('') });
    const [other] = await world.push({ [WORKFLOW]: grouped('') }, { ref: 'refs/heads/other' });
    const [same] = await world.push({ [WORKFLOW]: grouped('') }, { ref: 'refs/heads/MAIN' });
    expect([first, other, same].map((run) => run?.jobs[0]?.reason)).toEqual([
      null,
      null,
      `waits for run 1 of ${WORKFLOW} in concurrency group deploy-MAIN`,
    ]);
    await world.pipelines.idle();
  });

  test('queue: max keeps all that wait', async () => {
    const world = company();
    const runs: Run[] = [];
    for (let i = 0; i < 4; i++) runs.push(...(await world.push({ [WORKFLOW]: grouped('  queue: max\n') })));
    await world.pipelines.idle();
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(['success', 'success', 'success', 'success']);
  });

  test('nothing that waits for its group says that it waits for a person', async () => {
    const world = company();
    const statuses = new Set<string>();
    world.pipelines.on((event) => {
      if (event.type === 'run') for (const part of [event.run, ...event.run.jobs]) statuses.add(part.status);
    });
    const inGroup = (id: string) => `  ${id}:\n    runs-on: ubuntu-latest\n    concurrency: production\n    steps: [{ run: sleep 60 }]\n`;
    const files = { [WORKFLOW]: `on: push\nconcurrency: { group: all }\njobs:\n${inGroup('a')}${inGroup('b')}` };
    const [first] = await world.push(files);
    const [second] = await world.push(files);
    expect(ends(first?.jobs ?? [])).toEqual({ a: 'queued', b: 'queued: waits for a of run 1 in concurrency group production' });
    expect(second?.jobs.map(({ status }) => status)).toEqual(['queued', 'queued']);
    await world.pipelines.idle();
    expect([first?.conclusion, second?.conclusion, [...statuses].sort()]).toEqual([
      'success',
      'success',
      ['completed', 'in_progress', 'queued'],
    ]);
    expect(ends(second?.jobs ?? [])).toEqual({ a: 'success', b: 'success' });
  });

  test('jobs of one run take turns in their group', async () => {
    const world = company();
    const run = await world.runWorkflow(
      'on: push\njobs:\n' +
        ['a', 'b']
          .map((id) => `  ${id}:\n    runs-on: ubuntu-latest\n    concurrency: production\n    steps: [{ run: sleep 60 }]\n`)
          .join(''),
    );
    expect(run.jobs.map(({ startedAt }) => ((startedAt ?? 0) - START) / 1000)).toEqual([6, 78]);
  });
});

describe('a run', () => {
  const PIPELINE = `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: for i in 1 2 3; do echo "test $i"; sleep 5; done
  lint:
    runs-on: ubuntu-latest
    steps: [{ run: sleep 7 && echo clean }]
  gate:
    needs: [test, lint]
    strategy: { fail-fast: false, matrix: { seed: [7, 42, 99] } }
    runs-on: ubuntu-latest
    steps:
      - run: |
          mkdir out && echo \${{ matrix.seed }} > out/score
          sleep \${{ matrix.seed }}
      - uses: actions/upload-artifact@v4
        with: { name: "score-\${{ matrix.seed }}", path: out }
  deploy:
    needs: gate
    environment: production
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: { pattern: score-*, path: package }
      - uses: fieldleaf/deploy@v1
        with: { path: package, service: leaf }
`;

  test('is the same every time: times, logs, ids and digests', async () => {
    const once = async () => {
      const world = company();
      const run = await world.runWorkflow(PIPELINE);
      return { run: structuredClone(run), log: world.pipelines.log(run.id) };
    };
    const [first, second] = [await once(), await once()];
    expect(first.run.conclusion).toBe('success');
    expect(second).toEqual(first);
  });

  test('tells what happens while it happens: logs in order, and the run when it begins and ends', async () => {
    const world = company();
    const events: string[] = [];
    const lines: string[] = [];
    world.pipelines.on((event) => {
      if (event.type === 'log') lines.push(...event.lines.map(({ text }) => text));
      else events.push(event.run.status);
    });
    const run = await world.runWorkflow(job('- run: for i in 1 2 3; do echo "line $i"; sleep 1; done'));
    expect(events.filter((status, index) => status !== events[index - 1])).toEqual(['queued', 'in_progress', 'completed']);
    expect(lines).toEqual(world.pipelines.log(run.id).map(({ text }) => text));
    expect(
      world.pipelines
        .log(run.id)
        .filter(({ text }) => text.startsWith('line'))
        .map(({ at }) => (at - START) / 1000),
    ).toEqual([11, 12, 13]);
  });

  test('is stored while it runs, and comes back cancelled with what it had', async () => {
    const world = company();
    const [run] = await world.push({ [WORKFLOW]: PIPELINE });
    await until(world, (event) => event.type === 'run' && event.run.artifacts.length === 1);
    const stored = structuredClone(world.pipelines.snapshot());
    const other = company();
    other.pipelines.restore(stored);
    const back = other.pipelines.run(1);
    expect([back?.status, back?.conclusion, back?.artifacts.map(({ name }) => name)]).toEqual(['completed', 'cancelled', ['score-7']]);
    expect(ends(back?.jobs ?? [])).toMatchObject({ test: 'success', lint: 'success', deploy: 'cancelled: the page was closed' });
    expect(other.pipelines.artifact(1, 1)?.map(({ path }) => path)).toEqual(['/score']);
    expect(other.pipelines.log(1).length).toBeGreaterThan(0);
    await other.pipelines.idle();
    const [next] = await other.push({ [WORKFLOW]: job('- run: echo') });
    expect([next?.id, next?.number]).toEqual([2, 2]);
    await world.pipelines.idle();
    expect(run?.conclusion).toBe('success');
    expect(stored.runs[0]?.status).toBe('in_progress');
  });

  test('of a broken file fails with its errors, and others of the same push run', async () => {
    const world = company();
    const runs = await world.push({
      '.github/workflows/a.yml': 'on: push\njobs: [',
      '.github/workflows/b.yaml': job('- run: echo fine'),
      '.github/workflows/sub/c.yml': job('- run: echo'),
      '.github/workflows/readme.md': 'no',
    });
    await world.pipelines.idle();
    expect(runs.map(({ path, conclusion, errors, jobs }) => [path, conclusion, errors.map(({ line }) => line), jobs.length])).toEqual([
      ['.github/workflows/a.yml', 'failure', [2], 0],
      ['.github/workflows/b.yaml', 'success', [], 1],
    ]);
  });

  test('numbers count per workflow, ids over all', async () => {
    const world = company();
    const files = { '.github/workflows/a.yml': job('- run: echo'), '.github/workflows/b.yml': job('- run: echo') };
    const runs = [...(await world.push(files)), ...(await world.push(files))];
    await world.pipelines.idle();
    expect(runs.map(({ id, number, path }) => [id, number, path.slice(-5)])).toEqual([
      [1, 1, 'a.yml'],
      [2, 1, 'b.yml'],
      [3, 2, 'a.yml'],
      [4, 2, 'b.yml'],
    ]);
  });

  test('of a step that prints without end keeps eight megabytes of it', async () => {
    const world = company();
    const run = await world.runWorkflow(
      job(
        `- run: |\n    line=$(printf 'x%.0s' $(seq 1000))\n    block=$(for i in $(seq 100); do echo "$line"; done)\n    for i in $(seq 120); do echo "$block"; done\n    echo "::warning::still heard"`,
      ),
    );
    const lines = world.pipelines.log(run.id);
    expect(run.conclusion).toBe('success');
    expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(8.5 * 1024 * 1024);
    expect(lines.filter(({ kind }) => kind === 'warning').map(({ text }) => text)).toEqual([
      'Warning: This step has printed more than 8 MB; what it prints from here on is not kept.',
      'Warning: still heard',
    ]);
  });

  test('whose concurrency group can not be evaluated fails at its place', async () => {
    const world = company();
    const run = await world.runWorkflow(job('- run: echo', "concurrency: ${{ fromJSON('{') }}\n"));
    expect([run.conclusion, run.jobs, run.errors.map(({ line, column }) => [line, column])]).toEqual(['failure', [], [[2, 14]]]);
    expect(world.pipelines.runs().length).toBe(1);
  });

  test('both sides of a pipe may sleep', async () => {
    const run = await company().runWorkflow(job('- run: |\n    sleep 20 | sleep 30\n    sleep 5 | { sleep 1; echo done; }'));
    expect(run.conclusion).toBe('success');
    expect(((run.completedAt ?? 0) - START) / 1000).toBeLessThanOrEqual(6 + 4 + 1 + 56 + 1);
  });

  test('a deleted branch starts nothing', async () => {
    const world = company();
    expect(await world.push({ [WORKFLOW]: job('- run: echo') }, { after: '0'.repeat(40) })).toEqual([]);
  });

  test('a matrix of 256 jobs comes to its end', async () => {
    const world = company();
    const run = await world.runWorkflow(
      `on: push\njobs:\n  job:\n    strategy: { matrix: { a: [${Array.from({ length: 16 }, (_, i) => i)}], b: [${Array.from({ length: 16 }, (_, i) => i)}] } }\n    runs-on: ubuntu-latest\n    steps: [{ run: true }]\n`,
    );
    expect([run.conclusion, run.jobs.length]).toEqual(['success', 256]);
  });
});
