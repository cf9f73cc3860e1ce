import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { labelFilesAt, labelsOfPhotos, leavesAt, relabelled, withLabels, yardstickAt } from '../../exercises/_fieldleaf/leaves.ts';
import checks from '../../exercises/ship-a-better-leaf/checks.ts';
import type { Observed } from '../../src/checks/contract.ts';
import { createComputer } from '../../src/computer/computer.ts';
import { exerciseSchema } from '../../src/course/exercise.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { VirtualClock } from '../../src/world/clock.ts';
import { parse } from 'yaml';

const EXERCISES = join(import.meta.dirname, '..', '..', 'exercises');
const platform = nodePlatform({ reuse: false });
afterAll(() => platform.python.dispose());

test('every generated photo and label is what generate.py writes on the learner’s Python', async () => {
  const { exitCode, output } = await run('_fieldleaf', 'python3 generate.py --check');
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: '606 generated files, 0 differ\n' });
});

test('the exercise names the outcomes that its checks look at, in their order', () => {
  const meta = exerciseSchema.parse(parse(readFileSync(join(EXERCISES, 'ship-a-better-leaf/exercise.yaml'), 'utf8')));
  expect(meta.outcomes).toEqual(checks.map(({ id, title }) => ({ id, title })));
});

test('every failure has its hints, and every hint a failure', () => {
  const meta = exerciseSchema.parse(parse(readFileSync(join(EXERCISES, 'ship-a-better-leaf/exercise.yaml'), 'utf8')));
  const source = ['checks.ts', 'gate.ts', 'yardstick.ts']
    .map((file) => readFileSync(join(EXERCISES, 'ship-a-better-leaf', file), 'utf8'))
    .join('');
  const named = new Set([...source.matchAll(/hint: '([a-z-]+)'/g)].map(([, name]) => name));
  // The score's failures choose among these three by what the recalls look like.
  for (const name of ['raw-units', 'starved-species', 'noisy-labels']) named.add(name);
  expect(Object.keys(meta.hints).sort()).toEqual([...named].sort());
});

test('before the learner has pushed, the outcomes speak of the learner’s pushes: run 1 is in the list already', async () => {
  const world = { runs: () => [], deployments: () => [], commitsSinceStart: async () => [], startDeployment: null } as unknown as Observed;
  const verdicts = checks
    .filter(({ id }) => ['no-step-waits', 'push-to-phone'].includes(id))
    .map((check) => check.check(world, undefined as never));
  expect(await Promise.all(verdicts)).toEqual(verdicts.map(() => ({ status: 'pending', value: 'nothing of yours to deliver yet' })));
});

test('suspects.py --help names every source that a label can have', async () => {
  const { output: found } = await run('_fieldleaf', "cat $(find photos -name labels.csv) | cut -d, -f3 | sort -u | grep -v '^source$'");
  const { output: help } = await run('_fieldleaf', 'python3 company/tools/suspects.py --help');
  const sources = found.trim().split('\n');
  expect(sources).toContain('garden');
  for (const source of sources) expect(help).toMatch(new RegExp(`--source[^-]*\\b${source}\\b`));
});

/** A repository of nothing but these texts, at one commit, which is also its beginning. */
function repositoryOf(files: Readonly<Record<string, string>>, start: Readonly<Record<string, string>> = files): Observed {
  const at = (commit: string) => Object.entries(commit === 'start' ? start : files);
  const origin = {
    tree: async (commit: string) =>
      at(commit).map(([path, text]) => ({ path: `/${path}`, type: 'file', bytes: new TextEncoder().encode(text), mode: 0o644, mtime: 0 })),
    file: async (commit: string, path: string) => new TextEncoder().encode(at(commit).find(([name]) => name === path)?.[1]),
  };
  return { origin, startCommit: 'start' } as unknown as Observed;
}

const pgm = (grey: number) => `P2\n2 2\n255\n${grey} 0\n0 ${grey}\n`;
const APART = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`test/p${n}.pgm`, pgm(n)]));
const apartLabels = (species: (n: number) => string) =>
  `photo,species,source\n${Array.from({ length: 80 }, (_, n) => `p${n}.pgm,${species(n)},garden\n`).join('')}`;
const START = { ...APART, 'test/labels.csv': apartLabels(() => 'oak') };

test.each([
  ['as it was', START, { all: 80, present: 80, labelled: 80 }],
  [
    'with line ends of another editor and one label corrected',
    { ...APART, 'test/labels.csv': apartLabels((n) => (n === 3 ? 'maple' : 'oak')).replaceAll('\n', '\r\n') },
    { all: 80, present: 80, labelled: 80 },
  ],
  [
    'as one line of JSON, in another folder, under other names',
    {
      ...Object.fromEntries(Object.entries(APART).map(([path, text]) => [path.replace('test/p', 'held/x'), text])),
      'held/labels.json': JSON.stringify(Object.fromEntries(Object.keys(APART).map((_, n) => [`x${n}`, 'Quercus']))),
    },
    { all: 80, present: 80, labelled: 80 },
  ],
  [
    'in a folder for each species',
    Object.fromEntries(Object.entries(APART).map(([path, text]) => [path.replace('test/', 'test/oak/'), text])),
    { all: 80, present: 80, labelled: null },
  ],
  [
    'with ten photos fewer',
    Object.fromEntries(Object.entries(START).filter(([path]) => !/p1\d\./.test(path))),
    { all: 80, present: 70, labelled: 70 },
  ],
  ['with photos that show something else', { ...START, 'test/p7.pgm': pgm(200) }, { all: 80, present: 79, labelled: 79 }],
])('the yardstick is known %s', async (_name, files, expected) => {
  expect(await yardstickAt(repositoryOf(files, START), 'tip')).toEqual(expected);
});

test('what the gate asks with is told from what is learnt, wherever it lies', async () => {
  const learnt = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`data/d${n}.pgm`, pgm(100 + n)]));
  const rows = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}.pgm,oak\n`).join('');
  const files = {
    ...START,
    ...learnt,
    'labels.csv': rows('data/d', 90),
    'leak.csv': rows('data/d', 90) + rows('test/p', 80),
    'reports/errors.csv': rows('test/p', 80),
    'model.json': JSON.stringify({ rows: Array.from({ length: 90 }, () => ['oak', [1, 2]]) }),
    'notes.md': rows('data/d', 90),
  };
  const world = repositoryOf(files, START);
  const found = await labelFilesAt(world, 'tip', await leavesAt(world, 'tip'));
  expect(found.map(({ path, ofApart }) => [path, ofApart])).toEqual([
    ['test/labels.csv', true],
    ['labels.csv', false],
    ['leak.csv', false],
    ['reports/errors.csv', true],
  ]);
});

test('the labels of single photos are found among others', () => {
  const text = 'photo,species,source\na.pgm,oak,walk\nb.pgm,birch,app\n# maple\nc.pgm,ginkgo,app\n';
  expect(labelsOfPhotos(text, new Set(['a', 'c']))).toEqual([
    { line: 1, label: 0, species: 'oak', photo: 'a' },
    { line: 4, label: 3, species: 'ginkgo', photo: 'c' },
  ]);
});

test('a binary photo shows the same as a plain one', async () => {
  const world = repositoryOf({
    'a.pgm': 'P2\n# by hand\n2 2\n255\n65 66\n67 68\n',
    'b.pgm': 'P5\n2 2\n255\nABCD',
    'c.pgm': 'P2\n2 2\n255\n1\n',
  });
  expect((await leavesAt(world, 'tip')).map(({ path, key }) => [path, key])).toEqual([
    ['a.pgm', '65 66 67 68'],
    ['b.pgm', '65 66 67 68'],
  ]);
});

test('labels are replaced by other species, as common or as Latin names as they were', () => {
  expect(relabelled('a,oak\nb,Quercus\nc,oak\n')).toMatch(/^a,(?!oak)[a-z]+\nb,(?!Quercus)[A-Z][a-z]+\nc,(?!oak)[a-z]+\n$/);
  expect(relabelled('Quercus')).toMatch(/^(?!Quercus)[A-Z][a-z]+$/);
});

test('single labels can be written anew', () => {
  expect(withLabels('a,oak\nb,oak,birch\nc,Quercus\n', new Map([[3, 'Tilia']]))).toBe('a,oak\nb,oak,birch\nc,Tilia\n');
});

/** Runs a command on a learner's computer that holds this folder of exercises/. */
async function run(folder: string, command: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const computer = createComputer({
    clock: new VirtualClock(0),
    python: platform.python,
    user: { name: 'You', login: 'you', email: 'you@fieldleaf.test' },
    hostname: 'fieldleaf',
  });
  const root = join(EXERCISES, folder);
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(root, name)).isFile())
      computer.files.writeSync(`${computer.home}/work/${name}`, new Uint8Array(readFileSync(join(root, name))));
  }
  let output = '';
  const session = computer.session({ interactive: false, cwd: `${computer.home}/work`, onOutput: (_stream, text) => (output += text) });
  const { exitCode } = await session.run(command);
  session.close();
  return { exitCode, output };
}
