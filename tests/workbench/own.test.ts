import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { own, type Channel } from '../../src/workbench/own.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Tabs of one browser without locks: a message reaches every other open channel in a task of its own. */
function browser() {
  const channels = new Set<Channel>();
  const frozen = new Set<Channel>();
  const open = (): Channel => {
    const channel: Channel = {
      onmessage: null,
      postMessage(data: unknown) {
        const others = [...channels].filter((other) => other !== channel && !frozen.has(other));
        for (const other of others)
          setTimeout(() => other.onmessage?.call(other as BroadcastChannel, new MessageEvent('message', { data })));
      },
      close: () => void channels.delete(channel),
    };
    channels.add(channel);
    return channel;
  };
  return {
    tab: () =>
      own('leaf', undefined, open).then(
        (release) => ({ outcome: 'owns', release }),
        (error: Error) => ({ outcome: error.name, release: () => {} }),
      ),
    freeze: () => channels.forEach((channel) => frozen.add(channel)),
  };
}

test('one tab has the exercise until it lets go', async () => {
  const { tab } = browser();
  const first = tab();
  await vi.advanceTimersByTimeAsync(1_000);
  const second = tab();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([(await first).outcome, (await second).outcome]).toEqual(['owns', 'OwnedElsewhere']);
  (await first).release();
  const third = tab();
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await third).outcome).toBe('owns');
});

test.each([0, 1, 100, 149])('of two tabs of which one asks %i ms after the other, one has it', async (later) => {
  for (let i = 0; i < 10; i++) {
    const { tab } = browser();
    const first = tab();
    await vi.advanceTimersByTimeAsync(later);
    const second = tab();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([(await first).outcome, (await second).outcome].toSorted()).toEqual(['OwnedElsewhere', 'owns']);
  }
});

test('a frozen tab does not keep others from the exercise', async () => {
  const { tab, freeze } = browser();
  void tab();
  await vi.advanceTimersByTimeAsync(1_000);
  freeze();
  const second = tab();
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await second).outcome).toBe('owns');
});
