import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readProgressFile, writeProgressFile } from '../../src/progress/file.ts';
import { openLocalProgress } from '../../src/progress/local.ts';
import { mergeEvents, progressOf, type ProgressEvent } from '../../src/progress/progress.ts';

const at = Date.UTC(2026, 10, 23, 9);
const event = (what: ProgressEvent['what'], minutes: number, more: Partial<ProgressEvent> = {}): ProgressEvent => ({
  what,
  exercise: 'ship-a-better-leaf',
  check: null,
  status: null,
  attempts: 0,
  durationMs: minutes * 60_000,
  at: at + minutes * 60_000,
  ...more,
});

const evening: readonly ProgressEvent[] = [
  event('started', 0),
  event('checked', 10, { check: 'score', status: 'fails', attempts: 1 }),
  event('hint-shown', 11, { check: 'score' }),
  event('checked', 30, { check: 'score', status: 'holds', attempts: 2 }),
  event('completed', 31, { attempts: 2 }),
];

const anyEvent: fc.Arbitrary<ProgressEvent> = fc.record({
  what: fc.constantFrom('started', 'checked', 'completed', 'hint-shown', 'solution-shown', 'reset'),
  exercise: fc.constantFrom('ship-a-better-leaf', 'quality-gate', '__proto__', 'constructor'),
  check: fc.constantFrom(null, 'score', 'releases'),
  status: fc.constantFrom(null, 'holds', 'pending', 'fails', 'unknown'),
  attempts: fc.nat(9),
  durationMs: fc.nat(1e7),
  at: fc.integer({ min: at, max: at + 50 }),
});
const anyHistory = fc.array(anyEvent, { maxLength: 12 });

describe('what a history adds up to', () => {
  test('an evening with one exercise', () => {
    expect(progressOf(evening)).toEqual({
      'ship-a-better-leaf': {
        status: 'completed',
        startedAt: at,
        lastAt: at + 31 * 60_000,
        completedAt: at + 31 * 60_000,
        attempts: 2,
        durationMs: 31 * 60_000,
        hints: 1,
        solutionShown: false,
        checks: { score: { status: 'holds', attempts: 2, at: at + 30 * 60_000 } },
      },
    });
  });

  test('starting over clears the checks and keeps the completion', () => {
    const after = progressOf([...evening, event('reset', 40), event('solution-shown', 41)])['ship-a-better-leaf'];
    expect({ status: after?.status, completedAt: after?.completedAt, checks: after?.checks, solutionShown: after?.solutionShown }).toEqual({
      status: 'completed',
      completedAt: at + 31 * 60_000,
      checks: {},
      solutionShown: true,
    });
  });
});

describe('merging', () => {
  test('loses nothing, whichever way round and however often', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, anyHistory, (a, b, c) => {
        const all = mergeEvents(a, b, c);
        expect(mergeEvents(c, mergeEvents(b, a))).toEqual(all);
        expect(mergeEvents(all, a, all)).toEqual(all);
        for (const one of [...a, ...b, ...c]) expect(all).toContainEqual(one);
      }),
    );
  });

  test('two machines’ files imported into a third', () => {
    const [laptop, office] = [evening.slice(0, 3), [evening[0]!, ...evening.slice(3)]];
    const third = openLocalProgress(memoryStorage());
    for (const history of [laptop, office]) {
      const read = readProgressFile(writeProgressFile(history, at).text);
      if (read.ok) third.merge(read.events);
    }
    expect(third.events()).toEqual(evening);
  });
});

describe('the file', () => {
  test('round trip', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        expect(readProgressFile(writeProgressFile(history, at).text)).toEqual({ ok: true, events: mergeEvents(history) });
      }),
    );
    expect(writeProgressFile([], at).name).toBe('plumbline-progress-2026-11-23.json');
  });

  const good = writeProgressFile(evening, at).text;
  test.each([
    ['cut off', good.slice(0, 300), /not readable as JSON: line \d+, column \d+\. The file may have been cut off/],
    ['a world', '\u001f\ufffd\b', /A world that “Take home” saved is imported in its lesson/],
    ['empty', '', /not readable as JSON: line 1, column 1/],
    ['another JSON file', '{"name":"plumbline"}', /not a progress file of this course/],
    ['a list', '[]', /not a progress file of this course/],
    ['null', 'null', /not a progress file of this course/],
    ['a newer format', good.replace('"version": 1', '"version": 2'), /newer Plumbline \(format 2, this page reads 1\)/],
    ['a missing field', good.replace('"exportedAt"', '"exported"'), /field “exportedAt” is missing/],
    [
      'an invented status',
      good.replace('"holds"', '"perfect"'),
      /Entry 4, field “status” has a value that this course never writes\. Nothing was imported/,
    ],
    ['a negative count', good.replace('"attempts": 2', '"attempts": -2'), /Entry 4, field “attempts”/],
    ['an endless time', good.replace(/"at": \d+/, '"at": 1e300'), /Entry 1, field “at”/],
  ])('refuses one that is %s', (_name, text, message) => {
    const result = readProgressFile(text);
    expect(result.ok ? '' : result.message).toMatch(message);
    expect(result.ok ? '' : result.message).toMatch(/^This file could not be imported\. /);
  });
});

describe('kept in the browser', () => {
  test('a second tab sees what the first recorded, and neither overwrites the other', () => {
    const storage = memoryStorage();
    const [one, two] = [openLocalProgress(storage), openLocalProgress(storage)];
    one.record(evening[0]!);
    two.record(evening[1]!);
    one.record(evening[2]!);
    expect(two.events()).toEqual(evening.slice(0, 3));
  });

  test('full storage keeps it in memory, says so, and tries again', () => {
    const storage = memoryStorage();
    const progress = openLocalProgress(storage);
    progress.record(evening[0]!);
    storage.full = true;
    progress.record(evening[1]!);
    expect(progress.events()).toEqual(evening.slice(0, 2));
    expect(progress.problem()).toMatch(/storage for this site is full.*Export/);
    storage.full = false;
    progress.record(evening[2]!);
    expect(progress.problem()).toBeNull();
    expect(openLocalProgress(storage).events()).toEqual(evening.slice(0, 3));
  });

  test.each([
    ['no storage at all', null],
    ['storage that throws', { getItem: () => fail(), setItem: () => fail() }],
  ])('%s', (_name, storage) => {
    const progress = openLocalProgress(storage);
    progress.record(evening[0]!);
    expect(progress.events()).toEqual([evening[0]]);
    expect(progress.problem()).toMatch(/Export/);
  });

  test('a damaged entry is read as nothing, not as an error', () => {
    const storage = memoryStorage();
    for (const text of ['{', '[]', '{"events":[1,null,{"what":"started"}]}']) {
      storage.setItem('plumbline.progress', text);
      expect(openLocalProgress(storage).events()).toEqual([]);
    }
  });

  test('listeners hear this tab and, through the storage event, others', () => {
    const target = new EventTarget();
    const progress = openLocalProgress(memoryStorage(), target);
    let heard = 0;
    const stop = progress.subscribe(() => heard++);
    progress.record(evening[0]!);
    target.dispatchEvent(Object.assign(new Event('storage'), { key: 'plumbline.progress' }));
    target.dispatchEvent(Object.assign(new Event('storage'), { key: 'something else' }));
    stop();
    progress.record(evening[1]!);
    expect(heard).toBe(2);
  });
});

function fail(): never {
  throw new DOMException('The operation is insecure.', 'SecurityError');
}

function memoryStorage(): { full: boolean; getItem(key: string): string | null; setItem(key: string, value: string): void } {
  const entries = new Map<string, string>();
  return {
    full: false,
    getItem: (key) => entries.get(key) ?? null,
    setItem(key, value) {
      if (this.full) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      entries.set(key, value);
    },
  };
}
