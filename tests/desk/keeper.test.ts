import { expect, test, vi } from 'vitest';
import { Keeper } from '../../src/desk/keeper.ts';
import { StoreError, type Store } from '../../src/platform/platform.ts';
import type { SaveState } from '../../src/world/contract.ts';

function setUp(save: Store['save']) {
  const states: SaveState['status'][] = [];
  let content = 0;
  const keeper = new Keeper({
    store: { load: async () => null, save, remove: async () => {} },
    key: 'k',
    content: () => new Uint8Array([++content]),
    onState: (state) => states.push(state.status),
  });
  return { keeper, states };
}

/** Resolves when everything that could go on by itself has. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('many changes make one save, soon', async () => {
  vi.useFakeTimers();
  const saved: number[] = [];
  const { keeper, states } = setUp(async (_key, bytes) => void saved.push(bytes[0] ?? 0));
  for (let i = 0; i < 100; i++) keeper.touch();
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  expect({ saved, states }).toEqual({ saved: [1], states: ['saving', 'saved'] });
});

test('a change during a save is saved after it, never at the same time', async () => {
  vi.useFakeTimers();
  const log: string[] = [];
  const { keeper } = setUp(async (_key, bytes) => {
    log.push(`begin ${bytes[0]}`);
    if (bytes[0] === 1) keeper.touch();
    await Promise.resolve();
    log.push(`end ${bytes[0]}`);
  });
  keeper.touch();
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
});

test('full storage is said, and the next change tries again', async () => {
  let full = true;
  const { keeper, states } = setUp(async () => {
    if (full) throw new StoreError('quota', 'no room');
  });
  keeper.touch();
  await expect(keeper.flush()).rejects.toThrow('no room');
  expect(keeper.state).toMatchObject({ status: 'unsaved', reason: 'quota' });
  full = false;
  keeper.touch();
  await keeper.flush();
  expect(states).toEqual(['saving', 'unsaved', 'saving', 'saved']);
});

test('what was there when `flush` was called is on disk when it ends, however much changes meanwhile', async () => {
  const saves: (() => void)[] = [];
  const { keeper } = setUp(
    () =>
      new Promise((resolve) => {
        saves.push(() => {
          // Something writes without end: there is a change in each save.
          keeper.touch();
          resolve();
        });
      }),
  );
  keeper.touch();
  const early = keeper.flush();
  keeper.touch();
  let ended = false;
  const late = keeper.flush().then(() => (ended = true));
  saves[0]?.();
  await early;
  await settle();
  expect({ saves: saves.length, ended }).toEqual({ saves: 2, ended: false });
  saves[1]?.();
  await Promise.race([late, settle()]);
  expect({ saves: saves.length, ended }).toEqual({ saves: 2, ended: true });
});

test('a save that failed says nothing of the change after it', async () => {
  let fail: ((error: Error) => void) | null = null;
  const { keeper } = setUp((_key, bytes) => (bytes[0] === 1 ? new Promise((_resolve, reject) => (fail = reject)) : Promise.resolve()));
  keeper.touch();
  const early = keeper.flush();
  keeper.touch();
  const late = keeper.flush();
  fail!(new StoreError('failed', 'busy'));
  await expect(early).rejects.toThrow('busy');
  await late;
  expect(keeper.state.status).toBe('saved');
});

test('a save that failed is tried again by itself, with growing pauses, and the learner sees so', async () => {
  vi.useFakeTimers();
  const begin = Date.now();
  const tries: number[] = [];
  let works = false;
  const { keeper, states } = setUp(async () => {
    tries.push(Date.now() - begin);
    if (!works) throw new StoreError('failed', 'busy');
  });
  keeper.touch();
  await vi.advanceTimersByTimeAsync(200_000);
  expect(tries).toEqual([250, 1_250, 3_250, 7_250, 15_250, 31_250, 63_250, 123_250, 183_250]);
  expect(keeper.state).toMatchObject({ status: 'unsaved', reason: 'failed' });
  works = true;
  await vi.advanceTimersByTimeAsync(60_000);
  await vi.advanceTimersByTimeAsync(600_000);
  expect({ tries: tries.length, last: states.slice(-3) }).toEqual({ tries: 10, last: ['unsaved', 'saving', 'saved'] });
  works = false;
  keeper.touch();
  await vi.advanceTimersByTimeAsync(250);
  keeper.stop('no more');
  await vi.advanceTimersByTimeAsync(600_000);
  vi.useRealTimers();
  expect({ tries: tries.length, state: keeper.state }).toMatchObject({ tries: 11, state: { message: 'no more' } });
});
