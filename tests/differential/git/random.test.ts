import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import { randomScenario } from './random.ts';

const native = (() => {
  try {
    return execFileSync('git', ['--version'], { encoding: 'utf8' });
  } catch {
    return null;
  }
})();

/** Random evenings of 80 lines: what is said agrees but for a line here and there, what is left agrees in everything. */
describe.skipIf(native === null)('random work leaves the same as with native git', () => {
  test.each([2, 3, 5, 8, 11, 12])('seed %i', async (seed) => {
    const { lines, effects } = await compare(randomScenario(seed, 80));
    const different = lines.filter(({ same }) => !same).map(({ native: line }) => line.line);
    expect(effects.ours).toEqual(effects.native);
    expect(different.length, different.join('\n')).toBeLessThanOrEqual(2);
  });
});
