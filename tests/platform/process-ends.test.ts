import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PythonExit } from '../../src/platform/platform.ts';
import { control } from '../../src/platform/python/protocol.ts';
import { type Slot, startProcess, type Waiting } from '../../src/platform/python/process.ts';
import { monday } from './run-python.ts';

/* How long a process that is to stop may take is held here on timers that the test moves: a loaded machine can't stretch them. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Where nobody types. */
const terminal = { takeTyped: () => '', readLine: () => new Promise<string | null>(() => {}) };

/** A process in a worker that never says a word of its own accord. */
function started(block: Int32Array | null) {
  const slot: Slot = {
    link: { post: () => {}, terminate: () => {}, hold: () => {} },
    ready: Promise.resolve(),
    control: block,
    close: () => {},
    anyJob: true,
    occupant: null,
    dead: false,
  };
  const begin = (waiting: Waiting): void => waiting.begin(slot);
  const job = { args: [], cwd: '/', env: {}, files: [], stdin: new Uint8Array(), now: monday, onOutput: () => {}, terminal };
  const process = startProcess(job, { enqueue: begin, isQueued: () => false, pauses: () => {}, resumes: () => {}, finished: () => {} });
  const ends: string[] = [];
  void process.exited.then(({ exitCode, reason }: PythonExit) => ends.push(`${exitCode} ${reason}`));
  const endsAfter = async (ms: number): Promise<readonly string[]> => {
    await vi.advanceTimersByTimeAsync(ms);
    return [...ends];
  };
  return { process, slot, endsAfter };
}

const reachable = (): Int32Array => new Int32Array(new SharedArrayBuffer(64));

test('an interrupt that the program does not heed ends it after 300 ms', async () => {
  const { process, endsAfter } = started(reachable());
  process.interrupt();
  expect([await endsAfter(299), await endsAfter(1)]).toEqual([[], ['130 interrupted']]);
});

test('a program that heeds it has 1.5 s for its exit handlers', async () => {
  const { process, slot, endsAfter } = started(reachable());
  process.interrupt();
  slot.occupant?.message({ type: 'ending' });
  expect([await endsAfter(1499), await endsAfter(1)]).toEqual([[], ['130 interrupted']]);
});

test('where an interrupt cannot reach the program it ends at once, and a kill always does', async () => {
  const [interrupted, killed] = [started(null), started(reachable())];
  interrupted.process.interrupt();
  killed.process.kill();
  expect([await interrupted.endsAfter(0), await killed.endsAfter(0)]).toEqual([['130 interrupted'], ['137 killed']]);
});

test('a program that waits for somebody has as long, and goes on when it asks again', async () => {
  const { process, slot, endsAfter } = started(reachable());
  const asks = (turn: number): void => {
    const pause = { changes: { written: [], removed: [] }, slept: 0 };
    slot.occupant?.message({ type: 'question', turn, question: { kind: 'line' }, pause });
  };
  const takesSignal = (): unknown => slot.control && Atomics.store(slot.control, control.signal, 0);
  asks(1);
  expect(process.survivesInterrupt).toBe(true);
  process.interrupt();
  takesSignal();
  expect(await endsAfter(1499)).toEqual([]);
  asks(2);
  expect(await endsAfter(10_000)).toEqual([]);
  process.interrupt();
  takesSignal();
  expect([process.survivesInterrupt, await endsAfter(1499), await endsAfter(1)]).toEqual([false, [], ['130 interrupted']]);
});
