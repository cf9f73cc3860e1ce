/** The labels that the built-in runner has. */

export const HOSTED_LABELS: readonly string[] = ['ubuntu-latest', 'ubuntu-24.04', 'ubuntu-22.04'];

/** True when one runner has all these labels; labels ignore case. */
export function hasRunner(labels: readonly string[]): boolean {
  // A hosted machine is one image: two of its names can't be asked for together.
  return labels.length === 1 && HOSTED_LABELS.includes((labels[0] ?? '').toLowerCase());
}

/** Why a job with these labels waits. */
export function missingRunner(labels: readonly string[]): string {
  const others = HOSTED_LABELS.filter((label) => label !== 'ubuntu-latest').join(' and ');
  const [only, ...more] = labels.filter((label) => !HOSTED_LABELS.includes(label.toLowerCase()));
  if (only === undefined) return `no runner has the labels ${labels.join(' and ')} at once`;
  const missing = more.length > 0 ? `labels ${[only, ...more].join(' and ')}` : `label ${only}`;
  return `no runner has the ${missing}; ubuntu-latest, ${others} do`;
}
