import type { CheckResult, Commit, Protection, RefUpdate } from './contract.ts';

/** What a protection has to know of a push. */
export interface PushedCommits {
  /** Commits that the branch gets, oldest first. Asked only when a rule needs them. */
  commits(): readonly Commit[];
  checks(commit: string): readonly CheckResult[];
}

/** The `remote:` lines that refuse an update, or null when no protection speaks against it. */
export function refusal(protections: readonly Protection[], update: RefUpdate, pushed: PushedCommits): readonly string[] | null {
  if (!update.ref.startsWith('refs/heads/')) return null;
  const branch = update.ref.slice('refs/heads/'.length);
  for (const protection of protectionsOf(protections, branch)) {
    const what = refused(protection, update, branch, pushed);
    if (what.length > 0) return [...what, protection.reason].filter((line) => line !== '').map((line) => `error: ${line}`);
  }
  return null;
}

/** The protections that a branch is under. */
export function protectionsOf(protections: readonly Protection[], branch: string): readonly Protection[] {
  return protections.filter(({ pattern }) => matches(pattern, branch));
}

function refused(rule: Protection, update: RefUpdate, branch: string, pushed: PushedCommits): readonly string[] {
  const { after, ref } = update;
  if (after === null) return rule.refuseDeletion ? [`Cannot delete the protected branch '${branch}'.`] : [];
  if (update.forced && rule.refuseForcePush) return [`Cannot force-push to the protected branch '${branch}'.`];
  const failed = `Protected branch update failed for ${ref}.`;
  if (rule.refuseDirectPush) return [failed];
  if (rule.requirePullRequest === true || (rule.requiredApprovals ?? 0) > 0) {
    return [failed, 'Changes must be made through a pull request.'];
  }
  if (rule.linearHistory === true && pushed.commits().some(({ parents }) => parents.length > 1)) {
    return [failed, 'This branch must not contain merge commits.'];
  }
  const missing = missingChecks(rule.requiredChecks ?? [], pushed.checks(after));
  if (missing.length === 1) return [failed, `Required status check "${missing[0]}" is expected.`];
  if (missing.length > 1) return [failed, `${missing.length} of ${rule.requiredChecks?.length} required status checks are expected.`];
  return [];
}

/** Required checks that have not succeeded; one that was skipped counts as a success, as on the host. */
function missingChecks(required: readonly string[], results: readonly CheckResult[]): readonly string[] {
  return required.filter(
    (name) => !results.some((check) => check.name === name && (check.conclusion === 'success' || check.conclusion === 'skipped')),
  );
}

/** `*` stands for anything but a slash, as in the host's branch name patterns. */
function matches(pattern: string, branch: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`^${source}$`).test(branch);
}
