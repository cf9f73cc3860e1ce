/** How the verdicts of this exercise say numbers, times and failures. */
import type { Verdict } from '../../src/checks/contract.ts';

type Failure = Omit<Extract<Verdict, { status: 'fails' }>, 'status'>;

export function fails(failure: Failure): Verdict {
  return { status: 'fails', ...failure };
}

/** Two decimals, rounded down: 0.799 is not 0.80. */
export function two(score: number): string {
  return (Math.floor(score * 100 + 1e-9) / 100).toFixed(2);
}

export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export function short(commit: string): string {
  return commit.slice(0, 7);
}

/** Virtual ms as the course writes them: `6 min 51 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
