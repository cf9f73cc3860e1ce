import { expect, test } from 'vitest';
import {
  clockDuration,
  counted,
  duration,
  fileSize,
  refName,
  score,
  shortDigest,
  timeOfDay,
  virtualTime,
} from '../../src/workbench/format.ts';

const EPOCH = Date.UTC(2026, 2, 2, 5);
const at = (days: number, hours: number, minutes: number): number => EPOCH + ((days - 1) * 24 + hours) * 3_600_000 + minutes * 60_000;

test('virtual time counts days from the epoch, in nobody’s time zone', () => {
  expect([
    virtualTime(at(41, 14, 6), EPOCH),
    virtualTime(EPOCH, EPOCH),
    timeOfDay(at(1, 23, 59), EPOCH),
    timeOfDay(EPOCH - 60_000, EPOCH),
  ]).toEqual(['Day 41, 14:06', 'Day 1, 00:00', '23:59', '23:59']);
});

test.each([
  [0, '0 s', '0:00'],
  [420, '0.5 s', '0:00'],
  [19_000, '19 s', '0:19'],
  [59_600, '1 min', '1:00'],
  [411_000, '6 min 51 s', '6:51'],
  [600_000, '10 min', '10:00'],
  [3_840_000, '1 h 4 min', '1:04:00'],
])('durations: %d ms', (ms, words, clock) => expect([duration(ms), clockDuration(ms)]).toEqual([words, clock]));

test.each([
  [612, '612 B'],
  [6_400, '6.4 kB'],
  [48_213, '48 kB'],
  [999_600, '1.0 MB'],
  [50_000_000, '50 MB'],
])('sizes: %d', (bytes, words) => expect(fileSize(bytes)).toBe(words));

test('a score is never rounded up to a limit that it does not reach', () =>
  expect([score(0.7999), score(0.8), score(0.07), score(1)]).toEqual(['0.79', '0.80', '0.07', '1.00']));

test('names people can compare', () => {
  expect([
    shortDigest(`sha256:9f2c61d0${'0'.repeat(56)}`),
    refName('refs/heads/many/neighbours'),
    refName('refs/tags/v1'),
    counted(1, 'run'),
    counted(2, 'run'),
  ]).toEqual(['sha256:9f2c61d0', 'many/neighbours', 'v1', '1 run', '2 runs']);
});
