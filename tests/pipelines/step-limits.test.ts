import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JobClock } from '../../src/pipelines/job-clock.ts';
import { StepLimits } from '../../src/pipelines/step-limits.ts';
import { VirtualClock } from '../../src/world/clock.ts';
import { START } from './company.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

test.each([
  ['no timeout', null],
  ['a timeout shorter than the limit', 1],
  ['a timeout longer than the limit', 60],
])('with %s a step may compute as long in real time', async (_name, minutes) => {
  const hostClock = new VirtualClock(START);
  const clock = new JobClock(hostClock, { sleeps: () => () => {}, queues: () => () => {} });
  const told: string[] = [];
  const limits = new StepLimits({
    hostClock,
    clock,
    minutes,
    jobDeadline: START + 360 * MINUTE,
    realLimit: 2 * MINUTE,
    onTimeout: (after) => told.push(`timeout after ${after} min at minute ${(hostClock.now() - START) / MINUTE}`),
    onStuck: (seconds) => told.push(`stuck after ${seconds} s`),
  });
  vi.advanceTimersByTime(2 * MINUTE - 1);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['stuck after 120 s']);
  await limits.settle();
  clock.end();
  expect([told.slice(1), (hostClock.now() - START) / MINUTE]).toEqual([
    minutes === null ? [] : [`timeout after ${minutes} min at minute ${minutes}`],
    minutes ?? 360,
  ]);
});

test('a step that sleeps while another job computes, or waits for a place, is not stuck', async () => {
  const hostClock = new VirtualClock(START);
  const release = hostClock.hold();
  let limits: StepLimits | null = null;
  const clock = new JobClock(hostClock, { sleeps: () => limits!.waits(), queues: () => limits!.waits() });
  const told: string[] = [];
  limits = new StepLimits({
    hostClock,
    clock,
    minutes: null,
    jobDeadline: START + 360 * MINUTE,
    realLimit: 2 * MINUTE,
    onTimeout: () => told.push('timeout'),
    onStuck: () => told.push('stuck'),
  });
  const slept = clock.sleep(5 * MINUTE);
  vi.advanceTimersByTime(30 * MINUTE);
  release();
  await slept;
  const placed = limits.waits();
  vi.advanceTimersByTime(30 * MINUTE);
  placed();
  vi.advanceTimersByTime(2 * MINUTE - 1);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['stuck']);
  await limits.settle();
  clock.end();
});
