import type { Protection, RefUpdate } from './contract.ts';

/** The `remote:` lines that refuse an update, or null when no protection speaks against it. */
export function refusal(protections: readonly Protection[], update: RefUpdate): readonly string[] | null {
  if (!update.ref.startsWith('refs/heads/')) return null;
  const branch = update.ref.slice('refs/heads/'.length);
  for (const protection of protections) {
    if (!matches(protection.pattern, branch)) continue;
    const what = refused(protection, update, branch);
    if (what !== null) return [`error: ${what}`, `error: ${protection.reason}`];
  }
  return null;
}

function refused(protection: Protection, update: RefUpdate, branch: string): string | null {
  if (update.after === null) return protection.refuseDeletion ? `Cannot delete the protected branch '${branch}'.` : null;
  if (update.forced && protection.refuseForcePush) return `Cannot force-push to the protected branch '${branch}'.`;
  return protection.refuseDirectPush ? `Protected branch update failed for ${update.ref}.` : null;
}

/** `*` stands for anything but a slash, as in the host's branch name patterns. */
function matches(pattern: string, branch: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`^${source}$`).test(branch);
}
