import { describe, expect, test } from 'vitest';
import type { Deployment, ServedHour } from '../../src/cloud/contract.ts';
import type { CheckState } from '../../src/world/contract.ts';
import { bobPlace, checkedAfter, holdWords, outcomeState, outcomeValue } from '../../src/workbench/outcomes/order.ts';
import { chartOf, hoursShown, shareWell, tickStep, votesOf } from '../../src/workbench/phone/chart.ts';

const HOUR = 3_600_000;
const hour = (n: number, well: number, badly: number): ServedHour => ({ at: n * HOUR, deploymentId: null, well, badly });
const deploy = (id: number, liveAt: number): Deployment => ({
  id,
  environment: 'production',
  service: 's',
  digest: '',
  commit: '',
  runId: id,
  actor: '',
  pushedAt: 0,
  liveAt,
  testedScore: null,
  waitedForPerson: false,
});

describe('the chart of users per hour', () => {
  const room = { width: 400, height: 204, label: 100, epoch: 0 };
  const chart = chartOf(
    [hour(22, 50, 0), hour(23, 100, 50), hour(24, 0, 100), hour(25, 80, 20)],
    [deploy(1, 23 * HOUR), deploy(2, 23.5 * HOUR), deploy(3, 26 * HOUR), deploy(4, 0)],
    room,
  );
  test('bars stand on the line and hang from it', () => {
    expect({ zero: chart.zero, bars: chart.bars.map((bar) => [bar.x, bar.up, bar.down]) }).toEqual({
      zero: 104,
      bars: [
        [0, 50, 0],
        [100, 100, 50],
        [200, 0, 100],
        [300, 80, 20],
      ],
    });
  });
  test('labels of deploys that are close stand in rows, those at the edge turn left', () => {
    expect(chart.marks.map((mark) => [mark.deployment.id, mark.x, mark.row, mark.left])).toEqual([
      [1, 100, 0, false],
      [2, 150, 1, false],
      [3, 400, 0, true],
    ]);
  });
  test('ticks are round, days begin where they do', () => {
    expect({ ticks: chart.ticks.map((tick) => tick.value), days: chart.days }).toEqual({
      ticks: [50, 100, -50, -100],
      days: [
        { x: 0, day: 1 },
        { x: 200, day: 2 },
      ],
    });
    expect([1, 7, 40, 100, 900].map(tickStep)).toEqual([1, 5, 20, 50, 500]);
  });
  test('no hours, no chart', () => expect(chartOf([], [], room)).toEqual({ bars: [], marks: [], ticks: [], days: [], zero: 204 }));
  test('as many hours as have room', () =>
    expect(
      hoursShown(
        Array.from({ length: 200 }, (_, n) => hour(n, 1, 1)),
        350,
      ),
    ).toHaveLength(50));
});

test('shares and votes', () => {
  expect([shareWell([hour(0, 3, 1), hour(1, 0, 0)]), shareWell([])]).toEqual([0.75, null]);
  expect([votesOf({ oak: 4, maple: 1 }, 'oak'), votesOf({ oak: 0.6, maple: 0.4 }, 'oak')]).toEqual([
    { won: 4, all: 5, whole: true },
    { won: 0.6, all: 1, whole: false },
  ]);
});

describe('outcomes', () => {
  const check = (over: Partial<CheckState>): CheckState => ({
    id: 'a',
    title: 'A',
    state: 'settled',
    progress: null,
    verdict: { status: 'holds', value: '3' },
    checkedAfter: 'run 19',
    hints: { shown: [], total: 0 },
    ...over,
  });
  const holding = check({});
  const pending = check({ verdict: { status: 'pending', value: '2 of 3 so far' } });
  const looking = check({ state: 'checking', progress: { done: 4, of: 6 } });
  const unknown = check({ verdict: { status: 'unknown', why: 'offline' }, checkedAfter: 'push' });
  const idle = check({ state: 'idle', verdict: null, checkedAfter: null });
  test('states and values', () => {
    expect([holding, pending, looking, unknown, idle].map((one) => [outcomeState(one), outcomeValue(one)])).toEqual([
      ['holds', '3'],
      ['pending', '2 of 3 so far'],
      ['checking', '4 of 6 probes'],
      ['unknown', 'could not be checked'],
      ['todo', ''],
    ]);
  });
  test('the bob hangs at the first that does not hold; one that is looked at again keeps it', () => {
    expect([bobPlace([holding, pending, holding]), bobPlace([looking, pending]), bobPlace([holding])]).toEqual([1, 1, 1]);
  });
  test('in words', () => {
    expect([holdWords([holding, pending]), holdWords([holding]), holdWords([])]).toEqual(['1 of 2 hold', 'All 1 hold', '0 of 0 hold']);
    expect([
      checkedAfter([holding, idle]),
      checkedAfter([holding, unknown]),
      checkedAfter([check({ checkedAfter: 'your request' })]),
    ]).toEqual(['checked after run 19', null, 'checked on request']);
  });
});
