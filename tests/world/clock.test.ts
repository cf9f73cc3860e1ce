import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/world/clock.ts';

test('timers fire in order of time, and the clock jumps to each', async () => {
  const clock = new VirtualClock(0);
  const seen: [string, number][] = [];
  const after = async (name: string, ms: number) => {
    await clock.sleep(ms);
    seen.push([name, clock.now()]);
  };
  await Promise.all([after('day', 86_400_000), after('second', 1_000), after('hour', 3_600_000), after('other second', 1_000)]);
  expect(seen).toEqual([
    ['second', 1_000],
    ['other second', 1_000],
    ['hour', 3_600_000],
    ['day', 86_400_000],
  ]);
});

test('real work holds the clock, and two jobs side by side overlap in virtual time', async () => {
  const clock = new VirtualClock(0);
  const job = async (steps: number) => {
    for (let i = 0; i < steps; i++) {
      await clock.busy(new Promise((resolve) => setImmediate(resolve)));
      await clock.sleep(10);
    }
    return clock.now();
  };
  expect(await Promise.all([job(3), job(5)])).toEqual([30, 50]);
});

test('an aborted sleep rejects with the reason and does not hold up the others', async () => {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const long = clock.sleep(1e9, stop.signal).catch((reason: unknown) => reason);
  const release = clock.hold();
  const short = clock.sleep(5);
  stop.abort('cancelled');
  expect(await long).toBe('cancelled');
  release();
  await short;
  expect(clock.now()).toBe(5);
  expect(clock.still).toBe(true);
});

test('elapse moves an idle clock only', async () => {
  const clock = new VirtualClock(100);
  expect(clock.elapse(50)).toBe(true);
  const release = clock.hold();
  expect(clock.elapse(50)).toBe(false);
  expect(clock.now()).toBe(150);
  release();
  const sleeping = clock.sleep(1);
  expect(clock.elapse(50)).toBe(false);
  await sleeping;
});

describe('an appointment', () => {
  test('does not make time pass', async () => {
    const clock = new VirtualClock(0);
    clock.appoint(1_000, () => expect.unreachable());
    expect(clock.still).toBe(true);
    await clock.sleep(999);
    expect(clock.now()).toBe(999);
  });

  test('is kept on the way to something later, at its own time', async () => {
    const clock = new VirtualClock(0);
    const kept: number[] = [];
    clock.appoint(1_000, () => kept.push(clock.now()));
    await clock.sleep(5_000);
    expect(kept).toEqual([1_000]);
  });

  test('is kept when somebody has worked beyond it, and at once when it is past', async () => {
    const clock = new VirtualClock(0);
    const kept = (at: number) => new Promise<number>((resolve) => clock.appoint(at, () => resolve(clock.now())));
    const first = kept(1_000);
    expect(clock.elapse(60_000)).toBe(true);
    expect(await first).toBe(60_000);
    expect(await kept(5)).toBe(60_000);
  });

  test('can be called off', async () => {
    const clock = new VirtualClock(0);
    clock.appoint(10, () => expect.unreachable())();
    await clock.sleep(20);
  });
});
