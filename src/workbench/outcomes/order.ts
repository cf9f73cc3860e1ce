/** What the outcomes show: their states, where the bob hangs, and the words for how many hold. */
import type { CheckState } from '../../world/contract.ts';
import type { OutcomeState } from '../../site/lesson-page.ts';
import type { StateName } from '../runs/status.ts';

/** The state of one outcome. While it is looked at again it shows `checking`, whatever the last verdict was. */
export function outcomeState(check: CheckState): OutcomeState {
  if (check.state === 'checking') return 'checking';
  return check.verdict?.status ?? 'todo';
}

export const outcomeIcon: Readonly<Record<OutcomeState, StateName>> = {
  todo: 'todo',
  pending: 'todo',
  checking: 'running',
  holds: 'success',
  fails: 'failure',
  unknown: 'warning',
};

export const outcomeWord: Readonly<Record<OutcomeState, string>> = {
  todo: 'Not looked at yet',
  pending: 'Not yet',
  checking: 'Checking',
  holds: 'Holds',
  fails: 'Fails',
  unknown: 'Could not be checked',
};

/** Whether it held the last time it was looked at. */
function holds(check: CheckState): boolean {
  return check.verdict?.status === 'holds';
}

/** Where the learner is: the first outcome that does not hold. Equal to the number of outcomes when all do. */
export function bobPlace(checks: readonly CheckState[]): number {
  const first = checks.findIndex((check) => !holds(check));
  return first < 0 ? checks.length : first;
}

/** `3 of 5 hold`, `All 5 hold`. */
export function holdWords(checks: readonly CheckState[]): string {
  const count = checks.filter(holds).length;
  return count === checks.length && count > 0 ? `All ${count} hold` : `${count} of ${checks.length} hold`;
}

/** What the row shows at its right. */
export function outcomeValue(check: CheckState): string {
  if (check.state === 'checking') return check.progress ? `${check.progress.done} of ${check.progress.of} probes` : 'checking';
  if (check.verdict === null) return '';
  return check.verdict.status === 'unknown' ? 'could not be checked' : check.verdict.value;
}

/** What the last look was after, when all agree: `checked after run 19`. */
export function checkedAfter(checks: readonly CheckState[]): string | null {
  const labels = new Set(checks.flatMap((check) => check.checkedAfter ?? []));
  const [only] = labels;
  if (only === undefined || labels.size > 1) return null;
  return only === 'your request' ? 'checked on request' : `checked after ${only}`;
}

/** A sentence for assistive technology when a verdict changed. */
export function verdictWords(check: CheckState): string {
  const value = outcomeValue(check);
  return `${check.title}: ${outcomeWord[outcomeState(check)].toLowerCase()}${value === '' ? '' : `, ${value}`}`;
}
