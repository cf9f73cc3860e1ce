import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import { KNOWN } from './known.ts';
import { loadScenarios } from './scenarios.ts';

const version = nativeVersion();

/** Lines that must agree, in percent: what has been reached is not given up. Other versions of git word some things otherwise. */
const FLOOR = version?.startsWith('2.39.') ? 99.5 : 85;

function nativeVersion(): string | null {
  try {
    return execFileSync('git', ['--version'], { encoding: 'utf8' })
      .replace(/^git version /, '')
      .trim();
  } catch {
    return null;
  }
}

describe.skipIf(version === null)(`our git against git ${version}`, () => {
  let [agreeing, all] = [0, 0];

  test.each(loadScenarios())('$id', async (scenario) => {
    const { lines, effects } = await compare(scenario);
    agreeing += lines.filter(({ same }) => same).length;
    all += lines.length;
    const known = KNOWN.filter((one) => one.scenario === scenario.id).map(({ line }) => line);
    if (version?.startsWith('2.39.')) {
      const different = lines.filter(({ same, native }) => !same && !known.includes(native.line));
      expect(different.map(({ ours }) => ours)).toEqual(different.map(({ native }) => native));
      expect(known.filter((line) => lines.some(({ native, same }) => native.line === line && same))).toEqual([]);
    }
    expect(effects.ours).toEqual(effects.native);
  });

  afterAll(() => {
    const percentage = (100 * agreeing) / all;
    console.log(`git: ${agreeing} of ${all} lines byte-identical to git ${version} (${percentage.toFixed(1)} %), effects identical in all`);
    expect(percentage).toBeGreaterThanOrEqual(FLOOR);
  });
});
