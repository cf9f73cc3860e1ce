import { expect, test } from 'vitest';
import { exerciseIds, readExercise } from '../../src/course/exercise.ts';
import type { FileTree } from '../../src/platform/platform.ts';

const yaml = `
title: Grow a leaf
number: '3.3'
minutes: 45
facilities: [T, G]
repository: leaf
begins: '2026-03-14T08:00:00Z'
base: [_shared/files]
photos: _shared/photos.bin
outcomes:
  - { id: grows, title: The leaf grows }
hints:
  small: [Look at the leaf again., Measure it twice at least., Water it with the can.]
`;

const folder = (files: Readonly<Record<string, string>>): FileTree =>
  Object.entries(files).map(([path, text]) => ({ path, type: 'file', bytes: new TextEncoder().encode(text), mode: 0o644, mtime: 0 }));

const complete = {
  '/_shared/files/a.py': 'shared a',
  '/_shared/files/b.py': 'shared b',
  '/leaf/exercise.yaml': yaml,
  '/leaf/start/b.py': 'own b',
  '/leaf/start.sh': 'true',
  '/leaf/solution.sh': 'echo water',
  '/leaf/solution-rain.sh': 'echo rain',
  '/leaf/attempts/no-water.sh': '# fails: grows (small)\ntrue',
};

test('a complete folder is read, its own files laid over the shared ones', () => {
  const { meta, start, startScript, solutions, attempts } = readExercise('leaf', folder(complete));
  expect({ id: meta.id, level: meta.level, outcomes: meta.outcomes, startScript, solutions, attempts }).toEqual({
    id: 'leaf',
    level: 3,
    outcomes: [{ id: 'grows', title: 'The leaf grows' }],
    startScript: 'true',
    solutions: [
      { name: 'solution-rain', script: 'echo rain' },
      { name: 'solution', script: 'echo water' },
    ],
    attempts: [{ name: 'no-water', script: '# fails: grows (small)\ntrue', fails: { check: 'grows', hint: 'small' } }],
  });
  expect(start.map((entry) => [entry.path, entry.type === 'file' && new TextDecoder().decode(entry.bytes)])).toEqual([
    ['/start/a.py', 'shared a'],
    ['/start/b.py', 'own b'],
  ]);
  expect(exerciseIds(folder(complete))).toEqual(['leaf']);
});

test.each([
  [
    'no solution',
    { '/leaf/solution.sh': undefined, '/leaf/solution-rain.sh': undefined },
    'exercises/leaf/solution.sh is missing: an exercise needs one valid route at least',
  ],
  ['broken YAML', { '/leaf/exercise.yaml': 'title: [' }, 'exercises/leaf/exercise.yaml:1:9 is not valid YAML: '],
  [
    'a missing field',
    { '/leaf/exercise.yaml': yaml.replace('minutes: 45', '') },
    'exercises/leaf/exercise.yaml: minutes: Invalid input: expected number, received undefined',
  ],
  [
    'two hint steps',
    { '/leaf/exercise.yaml': yaml.replace(', Water it with the can.', '') },
    'hints.small: give three steps: a nudge, a pointer, almost the answer',
  ],
  [
    'an attempt without a name',
    { '/leaf/attempts/no-water.sh': 'true' },
    'exercises/leaf/attempts/no-water.sh does not say which check must catch it',
  ],
  ['an attempt of an unknown check', { '/leaf/attempts/no-water.sh': '# fails: flies\n' }, 'there is no outcome flies in exercise.yaml'],
  ['an unknown hint', { '/leaf/attempts/no-water.sh': '# fails: grows (tall)\n' }, 'there is no hint tall in exercise.yaml'],
  [
    'a base that is not there',
    { '/leaf/exercise.yaml': yaml.replace('_shared/files', '_gone') },
    'exercises/_gone does not exist, but exercises/leaf starts from it',
  ],
])('%s is said with its file', (_name, change, message) => {
  const files = Object.fromEntries(
    Object.entries({ ...complete, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  expect(() => readExercise('leaf', folder(files))).toThrow(message);
});
