import type { GitCall } from '../call.ts';
import { GitExit } from '../errors.ts';
import { fullRefName } from '../revision.ts';
import { log } from './log.ts';

const REFLOG_COMMANDS = ['show', 'expire', 'delete', 'exists'];

export async function reflog(call: GitCall, args: readonly string[]): Promise<number> {
  const [first = 'show', ...rest] = args;
  const verb = REFLOG_COMMANDS.includes(first) ? first : 'show';
  if (verb === 'show') return log(call, ['-g', '--abbrev-commit', '--pretty=oneline', ...(REFLOG_COMMANDS.includes(first) ? rest : args)]);
  if (verb === 'exists') return call.repository.refs.hasReflog(rest[0] ?? '') ? 0 : 1;
  if (verb === 'expire') {
    if (!rest.some((word) => /^--expire(-unreachable)?=(now|all)$/.test(word))) return 0;
    const names = rest.includes('--all')
      ? ['HEAD', ...call.repository.refs.list().map(([name]) => name)]
      : rest.filter((word) => !word.startsWith('-')).map((word) => fullRefName(call, word) ?? word);
    for (const name of names) if (call.repository.refs.hasReflog(name)) call.repository.refs.rewriteReflog(name, []);
    return 0;
  }
  for (const word of rest.filter((one) => !one.startsWith('-'))) {
    const match = /^(.*)@\{(\d+)\}$/.exec(word);
    const name = match ? fullRefName(call, match[1] || 'HEAD') : null;
    if (!match || name === null) throw new GitExit(`error: no reflog for '${word}'\n`, 255);
    call.repository.refs.rewriteReflog(
      name,
      call.repository.refs.reflog(name).filter((_, at) => at !== Number(match[2])),
    );
  }
  return 0;
}
