/** Both gits live at the same time, with the same name. */
export const EPOCH = Date.UTC(2026, 10, 2, 9);
export const ORIGIN_HOST = 'origin.fieldleaf.test';
export const GLOBAL_CONFIG = '[user]\n\tname = Ada Lovelace\n\temail = ada@fieldleaf.test\n[init]\n\tdefaultBranch = main\n';

export interface LineResult {
  readonly line: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** ms since the epoch at which a line runs: a minute apart, so that no two commits are equal by accident. */
export function timeOf(index: number): number {
  return EPOCH + index * 60_000;
}

export function environment(index: number, root: string): Record<string, string> {
  const seconds = timeOf(index) / 1000;
  return {
    HOME: `${root}/home`,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TERM: 'dumb',
    GIT_CONFIG_SYSTEM: `${root}/state/gitconfig`,
    GIT_AUTHOR_DATE: `${seconds} +0000`,
    GIT_COMMITTER_DATE: `${seconds} +0000`,
    GIT_TEST_DATE_NOW: String(seconds),
  };
}
