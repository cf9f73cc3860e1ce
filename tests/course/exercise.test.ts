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

const withTeammates = (text: string) => readExercise('leaf', folder({ ...complete, '/leaf/exercise.yaml': `${yaml}teammates:\n${text}` }));

test('what colleagues do is read, times as virtual ms and the learner as whom they answer', () => {
  const { meta } = withTeammates(`
  - id: mei-reviews
    who: mei
    on: { event: pull-request, action: opened, number: 3 }
    after: 1h 30m
    run: gh pr review --approve
  - { id: ines-asks, who: ines, at: 2d 9h, run: 'true' }
  - { id: mei-again, who: mei, on: { event: run.completed, conclusion: failure }, times: 4, run: 'true' }`);
  expect(meta.teammates).toEqual([
    {
      id: 'mei-reviews',
      who: 'mei',
      when: { on: { event: 'pull-request', facts: { by: 'you', action: 'opened', number: '3' } }, after: 5_400_000, times: 1 },
      script: 'gh pr review --approve',
    },
    { id: 'ines-asks', who: 'ines', when: { at: 205_200_000 }, script: 'true' },
    {
      id: 'mei-again',
      who: 'mei',
      when: { on: { event: 'run.completed', facts: { conclusion: 'failure' } }, after: 0, times: 4 },
      script: 'true',
    },
  ]);
});

test.each([
  ['somebody nobody knows', "{ id: a, who: jane, at: 1h, run: 'true' }", 'teammates.0.who: one of mei, tomas, ines'],
  ['an event that is none', "{ id: a, who: mei, on: { event: pushed }, run: 'true' }", 'teammates.0.on.event: one of push, pull-request'],
  [
    'a fact that the event has not',
    "{ id: a, who: mei, on: { event: push, branhc: main }, run: 'true' }",
    'teammates.0.on.branhc: the event push has by, branch, tag',
  ],
  ['no time', "{ id: a, who: mei, run: 'true' }", 'teammates.0: say when: either `at` or `on`'],
  ['a time that is none', "{ id: a, who: mei, at: soon, run: 'true' }", 'teammates.0.at: a time such as 20m, 1h 30m or 2d 9h'],
  ['answers without end', "{ id: a, who: mei, on: { event: push }, times: 1000, run: 'true' }", 'teammates.0.times: '],
  ['a delay to nothing', "{ id: a, who: mei, at: 1h, after: 1h, run: 'true' }", 'teammates.0: `after` and `times` belong to `on`'],
  [
    'two of one name',
    "{ id: a, who: mei, at: 1h, run: 'true' }\n  - { id: a, who: mei, at: 1h, run: 'true' }",
    'teammates.1.id: there are two called a',
  ],
])('of colleagues, %s is refused with its place', (_name, text, message) => {
  expect(() => withTeammates(`  - ${text}`)).toThrow(message);
});
