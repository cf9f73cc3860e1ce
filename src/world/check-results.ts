import type { CheckResult } from '../forge/contract.ts';
import type { Run } from '../pipelines/contract.ts';

/** What the runs of a commit say of it, one check for each name of a job; where several runs have a job of that name, the newest counts. */
export function checksOf(runs: readonly Run[], commit: string): readonly CheckResult[] {
  const checks = new Map<string, CheckResult>();
  for (const run of runs.filter((other) => other.commit === commit).toSorted((one, other) => one.id - other.id)) {
    for (const { name, status, conclusion, startedAt, completedAt } of run.jobs) {
      checks.set(name, { name, status, conclusion, runId: run.id, startedAt, completedAt });
    }
  }
  return [...checks.values()];
}
