import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import checks from '../../exercises/ship-a-better-leaf/checks.ts';
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
  const source = readFileSync(join(EXERCISES, 'ship-a-better-leaf/checks.ts'), 'utf8');
  const named = new Set([...source.matchAll(/hint: '([a-z-]+)'/g)].map(([, name]) => name));
  // The score's failures choose among these three by what the recalls look like.
  for (const name of ['raw-units', 'starved-species', 'noisy-labels']) named.add(name);
  expect(Object.keys(meta.hints).sort()).toEqual([...named].sort());
});

test('suspects.py --help names every source that a label can have', async () => {
  const { output: found } = await run('_fieldleaf', "cat $(find photos -name labels.csv) | cut -d, -f3 | sort -u | grep -v '^source$'");
  const { output: help } = await run('_fieldleaf', 'python3 company/tools/suspects.py --help');
  const sources = found.trim().split('\n');
  expect(sources).toContain('garden');
  for (const source of sources) expect(help).toMatch(new RegExp(`--source[^-]*\\b${source}\\b`));
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
