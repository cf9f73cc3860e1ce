import type { GitCall } from '../call.ts';
import { GitExit, unsupported } from '../errors.ts';

const USAGE = 'usage: git rerere [clear | forget <pathspec>... | diff | status | remaining | gc]\n';

/** Without `rerere.enabled` nothing is recorded, so that there is nothing to say; with it this is not to be had. */
export function rerere(call: GitCall, args: readonly string[]): number {
  const [verb = ''] = args;
  if (verb.startsWith('-') || !['', 'clear', 'forget', 'diff', 'status', 'remaining', 'gc'].includes(verb)) throw new GitExit(USAGE, 129);
  if (call.repository.disk.exists(`${call.repository.commonDir}/rr-cache`) || call.settings.bool('rerere.enabled') === true)
    throw unsupported("'rerere.enabled'");
  if (verb === 'forget' && args.length === 1) call.warn("'git rerere forget' without paths is deprecated");
  return 0;
}
