import { expect, test } from 'vitest';
import { progressOf } from '../../src/progress/progress.ts';
import type { ProgressEvent } from '../../src/progress/progress.ts';
import { ProgressRecorder } from '../../src/workbench/record-progress.ts';
import type { CheckState } from '../../src/world/contract.ts';

const check = (id: string, verdict: CheckState['verdict'], over: Partial<CheckState> = {}): CheckState => ({
  id,
  title: id,
  state: verdict === null ? 'idle' : 'settled',
  progress: null,
  verdict,
  checkedAfter: null,
  hints: { shown: [], total: 2 },
  ...over,
});
const fails: CheckState['verdict'] = { status: 'fails', value: '1', observed: '', expected: '', lookAt: [], hint: 'h' };

function recording(events: ProgressEvent[] = []) {
  let time = 1000;
  return { events, sink: { events: () => events, record: (event: ProgressEvent) => void events.push(event) }, now: () => (time += 500) };
}

test('time at work is counted from sign to sign of the learner: a night in between is three minutes', () => {
  const { events, sink } = recording();
  const minute = 60_000;
  let time = 0;
  const recorder = new ProgressRecorder(sink, 'leaf', [check('a', null)], () => time);
  for (; time < 10 * minute; time += minute) recorder.sign();
  time += 8 * 60 * minute;
  recorder.sign();
  time += minute;
  recorder.solutionShown();
  time += 9 * 60 * minute;
  recorder.solutionShown();
  expect(events.map((event) => event.durationMs / minute)).toEqual([0, 9 + 3 + 1, 9 + 3 + 3]);
});

test('a lesson from its start to its end', () => {
  const { events, sink, now } = recording();
  const recorder = new ProgressRecorder(sink, 'leaf', [check('a', null), check('b', null)], now);
  recorder.checks([check('a', null, { state: 'checking' }), check('b', null)]);
  recorder.checks([check('a', fails), check('b', null)]);
  recorder.checks([check('a', fails, { hints: { shown: ['look'], total: 2 } }), check('b', null)]);
  recorder.checks([check('a', { status: 'holds', value: '2' }), check('b', { status: 'holds', value: '' })]);
  recorder.solutionShown();
  recorder.reset();
  expect(events.map((event) => [event.what, event.check, event.status, event.attempts])).toEqual([
    ['started', null, null, 0],
    ['checked', 'a', 'fails', 1],
    ['hint-shown', 'a', null, 0],
    ['checked', 'a', 'holds', 2],
    ['checked', 'b', 'holds', 1],
    ['completed', null, null, 3],
    ['solution-shown', null, null, 0],
    ['reset', null, null, 0],
  ]);
  expect(progressOf(events)['leaf']).toMatchObject({ status: 'completed', hints: 1, solutionShown: true });
});

test('a later visit goes on: nothing is begun or completed twice, time adds up', () => {
  const first = recording();
  const holds: CheckState['verdict'] = { status: 'holds', value: '' };
  new ProgressRecorder(first.sink, 'leaf', [check('a', null)], first.now).checks([check('a', holds)]);
  const spent = progressOf(first.events)['leaf']?.durationMs ?? 0;
  const count = first.events.length;
  const again = new ProgressRecorder(first.sink, 'leaf', [check('a', holds)], first.now);
  again.checks([check('a', { ...holds })]);
  expect(first.events).toHaveLength(count);
  again.checks([check('a', fails)]);
  expect(first.events.at(-1)?.durationMs).toBeGreaterThan(spent);
});
