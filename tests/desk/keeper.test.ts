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
