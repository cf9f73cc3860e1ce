import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effectsOf, type Effects } from './effects.ts';
import { runNative } from './native.ts';
import { exportFolder, runOurs } from './ours.ts';
import type { LineResult } from './shared.ts';
import type { Scenario } from './scenarios.ts';

export interface Comparison {
  readonly scenario: Scenario;
  readonly lines: readonly { readonly native: LineResult; readonly ours: LineResult; readonly same: boolean }[];
  readonly effects: { readonly native: Effects; readonly ours: Effects };
}

/** Runs a scenario with both gits and looks at everything they said and left. */
export async function compare(scenario: Scenario): Promise<Comparison> {
  const root = join(tmpdir(), `plumbline-git-${process.pid}`, 'x');
  const copy = join(tmpdir(), `plumbline-git-${process.pid}`, 'y');
  try {
    const native = await runNative(scenario, root);
    const nativeEffects = effectsOf(join(root, 'work'));
    const { results, files } = await runOurs(scenario, root);
    await exportFolder(files, `${root}/work`, copy);
    return {
      scenario,
      lines: native.map((line, index) => {
        const ours = results[index] as LineResult;
        return { native: line, ours, same: line.stdout === ours.stdout && line.stderr === ours.stderr && line.exitCode === ours.exitCode };
      }),
      effects: { native: nativeEffects, ours: forgiveSound(nativeEffects, effectsOf(copy)) },
    };
  } finally {
    rmSync(join(tmpdir(), `plumbline-git-${process.pid}`), { recursive: true, force: true });
  }
}

/** Native git does not always store the empty tree and then calls its own repository broken: being sound is never a difference. */
function forgiveSound(native: Effects, ours: Effects): Effects {
  const repositories = Object.entries(ours.repositories).map(([name, state]) => [
    name,
    state['fsck'] === '' ? { ...state, fsck: native.repositories[name]?.['fsck'] ?? '' } : state,
  ]);
  return { ...ours, repositories: Object.fromEntries(repositories) };
}
