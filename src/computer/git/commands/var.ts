import type { GitCall } from '../call.ts';
import { GitExit } from '../errors.ts';

export function variable(call: GitCall, args: readonly string[]): number {
  const [name] = args;
  if (name === 'GIT_AUTHOR_IDENT' || name === 'GIT_COMMITTER_IDENT') {
    const { name: who, email, time, zone } = call.person(name === 'GIT_AUTHOR_IDENT' ? 'author' : 'committer');
    call.line(`${who} <${email}> ${time} ${zone}`);
    return 0;
  }
  if (name === 'GIT_DEFAULT_BRANCH') {
    call.line(call.settings.get('init.defaultbranch') ?? 'main');
    return 0;
  }
  throw new GitExit('usage: git var (-l | <variable>)\n', 129);
}
