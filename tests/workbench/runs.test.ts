import { describe, expect, test } from 'vitest';
import type { JobRun, LogLine, Run } from '../../src/pipelines/contract.ts';
import { plainText, spans } from '../../src/workbench/runs/ansi.ts';
import { columnSizes, jobGraph, worstState } from '../../src/workbench/runs/job-graph.ts';
import { errorPlaces, logRows, logText, searchLog, stepLogs } from '../../src/workbench/runs/log.ts';
import type { Folds } from '../../src/workbench/runs/log.ts';
import { busyRunners, jobNote, newestFirst, stateOf } from '../../src/workbench/runs/status.ts';
import { rowAt, rowTops, visibleRows } from '../../src/workbench/runs/virtual.ts';

function job(over: Partial<JobRun> & { readonly key: string }): JobRun {
  return {
    id: over.key,
    name: over.key,
    needs: [],
    matrix: null,
    runsOn: ['ubuntu-latest'],
    environment: null,
    status: 'completed',
    conclusion: 'success',
    reason: null,
    startedAt: 0,
    completedAt: 19_000,
    outputs: {},
    steps: [],
    summary: '',
    ...over,
  };
}

describe('ANSI text', () => {
  test.each([
    ['plain', [{ text: 'plain', style: '' }]],
    [
      'a\u001b[31mb\u001b[0mc',
      [
        { text: 'a', style: '' },
        { text: 'b', style: 'fg-red' },
        { text: 'c', style: '' },
      ],
    ],
    [
      '\u001b[1;32mok\u001b[22;39m.',
      [
        { text: 'ok', style: 'fg-green bold' },
        { text: '.', style: '' },
      ],
    ],
    ['\u001b[90;41mx', [{ text: 'x', style: 'fg-bright-black bg-red' }]],
    [
      '\u001b[38;5;196mx\u001b[38;2;0;0;255my',
      [
        { text: 'x', style: 'fg-red' },
        { text: 'y', style: 'fg-blue' },
      ],
    ],
    ['10 %\r50 %\r100 %', [{ text: '100 %', style: '' }]],
    ['done\r', [{ text: 'done', style: '' }]],
    ['\u001b]8;;https://x.test\u0007link\u001b]8;;\u0007\u001b[2K!', [{ text: 'link!', style: '' }]],
    ['<b>&\u0007</b>', [{ text: '<b>&</b>', style: '' }]],
  ])('%j', (line, expected) => expect(spans(line)).toEqual(expected));

  test('the plain text of a line', () => expect(plainText('\u001b[31mError\u001b[0m: 3')).toBe('Error: 3'));
});

describe('the states of jobs', () => {
  test('one state for each', () => {
    expect([
      stateOf({ status: 'queued', conclusion: null }),
      stateOf({ status: 'waiting', conclusion: null }),
      stateOf({ status: 'in_progress', conclusion: null }),
      stateOf({ status: 'completed', conclusion: 'failure' }),
      stateOf({ status: 'completed', conclusion: 'cancelled' }),
    ]).toEqual(['queued', 'waiting', 'running', 'failure', 'cancelled']);
  });
  test('a list of runs begins with the newest, in whatever order they come', () => {
    expect(newestFirst([1, 2, 10, 9].map((id) => ({ id }) as Run)).map((run) => run.id)).toEqual([10, 9, 2, 1]);
  });
  test('the second line says how long, or why not', () => {
    expect([
      jobNote(job({ key: 'a' }), 0),
      jobNote(job({ key: 'b', status: 'queued', conclusion: null, startedAt: null, reason: 'no free runner' }), 0),
      jobNote(job({ key: 'c', conclusion: 'skipped', startedAt: null, completedAt: null, reason: 'gate failed' }), 0),
      jobNote(job({ key: 'd', status: 'in_progress', conclusion: null, completedAt: null }), 23_000),
    ]).toEqual(['19 s', 'no free runner', 'gate failed', '23 s']);
  });
  test('a folded matrix shows the worst of its legs', () => {
    expect(worstState([job({ key: 'a' }), job({ key: 'b', conclusion: 'failure' })])).toBe('failure');
  });
  test('busy runners are jobs in progress', () => {
    const running = job({ key: 'a', status: 'in_progress', conclusion: null });
    expect(busyRunners([{ jobs: [running, job({ key: 'b' })] }, { jobs: [running] }] as never)).toBe(2);
  });
});

describe('the job graph', () => {
  test.each([
    [4, 1000, { across: 222, width: 176 }],
    [4, 700, { across: 182, width: 154 }],
    [9, 700, { across: 222, width: 176 }],
  ])('%i columns in %i px', (columns, available, sizes) => {
    expect(columnSizes(columns, available)).toEqual(sizes);
  });

  const jobs = [
    job({ key: 'lint' }),
    job({ key: 'data' }),
    job({ key: 'train', needs: ['lint', 'data'] }),
    job({ key: 'gate-0', id: 'gate', needs: ['train'] }),
    job({ key: 'gate-1', id: 'gate', needs: ['train'], conclusion: 'failure' }),
    job({ key: 'package', needs: ['gate'], conclusion: 'skipped', startedAt: null }),
    job({ key: 'report', needs: ['train'], status: 'queued', conclusion: null, startedAt: null }),
  ];
  test('columns follow the needs, short columns stand in the middle', () => {
    const graph = jobGraph(jobs);
    expect(graph.nodes.map((node) => [node.key, node.column, node.row])).toEqual([
      ['lint', 0, 0.5],
      ['data', 0, 1.5],
      ['train', 1, 1],
      ['gate-0', 2, 0],
      ['gate-1', 2, 1],
      ['report', 2, 2],
      ['package', 3, 1],
    ]);
  });
  test('edges tell what is done, what will not run and what is open', () => {
    expect(jobGraph(jobs).edges.map((edge) => `${edge.from}>${edge.to} ${edge.kind}`)).toEqual([
      'lint>train done',
      'data>train done',
      'train>gate-0 done',
      'train>gate-1 done',
      'train>report open',
      'gate-0>package skip',
      'gate-1>package skip',
    ]);
  });
  test('a matrix with many legs is one node until it is opened', () => {
    const legs = Array.from({ length: 12 }, (_, n) => job({ key: `m-${n}`, id: 'm' }));
    expect(jobGraph(legs).nodes.map((node) => [node.key, node.jobs.length])).toEqual([['matrix:m', 12]]);
    expect(jobGraph(legs, new Set(['m'])).rows).toBe(12);
  });
  test('needs that go in a circle, or name nothing, do not hang it', () => {
    const odd = [job({ key: 'a', needs: ['b'] }), job({ key: 'b', needs: ['a', 'nobody'] })];
    expect(jobGraph(odd).nodes).toHaveLength(2);
  });
});

describe('a log', () => {
  const line = (step: number, kind: LogLine['kind'], text: string): LogLine => ({ jobKey: 'gate', step, at: 0, kind, text });
  const step = (number: number, name: string, conclusion: 'success' | 'failure') => ({
    number,
    name,
    id: null,
    status: 'completed' as const,
    outcome: conclusion,
    conclusion,
    startedAt: 0,
    completedAt: 1,
  });
  const gate = job({ key: 'gate', steps: [step(1, 'Set up', 'success'), step(2, 'evaluate', 'failure')] });
  const lines = [
    line(1, 'output', 'runner ready'),
    line(2, 'command', 'python3 evaluate.py'),
    line(2, 'group', 'Environment'),
    line(2, 'output', 'SEED=0'),
    line(2, 'endgroup', ''),
    line(2, 'group', 'Empty'),
    line(2, 'endgroup', ''),
    line(2, 'output', '\u001b[31mbad\u001b[0m'),
    line(2, 'error', 'Error: maple below the floor'),
    line(2, 'error', 'Error: ginkgo below the floor'),
  ];
  const logs = stepLogs(gate, lines);
  const none: Folds = { steps: new Map(), groups: new Map() };
  const shown = (folds: Folds): readonly string[] =>
    logRows(logs, folds).map((row) =>
      row.kind === 'step'
        ? `# ${row.step.step.name}`
        : row.kind === 'group'
          ? `> ${row.number}`
          : `${row.entry.number} ${row.entry.line.text}`,
    );

  test('what failed stands open, groups are folded', () => {
    expect(shown({ ...none, groups: new Map([['2:0', false]]) })).toEqual([
      '# Set up',
      '# evaluate',
      '1 python3 evaluate.py',
      '> 2',
      '> 5',
      '7 \u001b[31mbad\u001b[0m',
      '8 Error: maple below the floor',
      '9 Error: ginkgo below the floor',
    ]);
  });
  test('a fold of the reader’s own counts more', () =>
    expect(
      shown({
        steps: new Map([
          [1, true],
          [2, false],
        ]),
        groups: new Map(),
      }),
    ).toEqual(['# Set up', '1 runner ready', '# evaluate']));
  test('errors and found lines are places to go to', () => {
    expect(errorPlaces(logs)).toEqual([
      { step: 2, index: 3 },
      { step: 2, index: 4 },
    ]);
    expect(searchLog(logs, 'BELOW')).toEqual([
      { step: 2, index: 3 },
      { step: 2, index: 4 },
    ]);
    expect([searchLog(logs, 'bad').length, searchLog(logs, '31m').length, searchLog(logs, '').length]).toEqual([1, 0, 0]);
  });
  test('as a text file', () => {
    expect(logText(logs)).toBe(
      '=== 1. Set up (success)\nrunner ready\n=== 2. evaluate (failure)\npython3 evaluate.py\n--- Environment\nSEED=0\nbad\nError: maple below the floor\nError: ginkgo below the floor\n',
    );
  });
});

describe('rows in sight', () => {
  const tops = rowTops(1000, (index) => (index % 10 === 0 ? 30 : 18));
  test('the row at a height', () =>
    expect([rowAt(tops, 0), rowAt(tops, 29), rowAt(tops, 30), rowAt(tops, 192), rowAt(tops, 1e9)]).toEqual([0, 0, 1, 10, 999]));
  test('some rows to spare on both sides', () => {
    expect(visibleRows(tops, 1920, 192, 5)).toEqual({ from: 95, to: 116 });
    expect(
      visibleRows(
        rowTops(0, () => 18),
        0,
        100,
      ),
    ).toEqual({ from: 0, to: 0 });
  });
});
