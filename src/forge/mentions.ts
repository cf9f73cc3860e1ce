/** What a text says of work items. Source: "Linking a pull request to an issue", "Autolinked references and URLs" of GitHub's documentation. */
export interface Mentions {
  /** Every `#12`, in order, once. */
  readonly named: readonly number[];
  /** Those that the text closes: `Fixes #12`, `closes: #12`. */
  readonly closed: readonly number[];
}

const NAMED = /(?<![\w/&#])#(\d+)\b/g;
const CLOSING = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b/gi;

export function mentionsIn(text: string): Mentions {
  // Code says nothing of work items.
  const prose = text.replace(/```[\s\S]*?```|`[^`\n]*`/g, ' ');
  const numbers = (pattern: RegExp) => [...new Set(Array.from(prose.matchAll(pattern), (match) => Number(match[1])))];
  return { named: numbers(NAMED), closed: numbers(CLOSING) };
}

/** The work item that a branch is named after: `12-normalise`, `fix/12-normalise`; null when it isn't. */
export function itemOfBranch(branch: string): number | null {
  const match = /(?:^|\/)#?(\d+)(?:[-_/]|$)/.exec(branch);
  return match === null ? null : Number(match[1]);
}
