/** `sqlite3`: SQLite's command line, run by the computer's Python, whose library it is. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import type { CommandHost } from './host.ts';
import { failed } from './result.ts';
import { SQLITE3_SHELL } from './sqlite3-shell.ts';

export async function sqlite3(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  if (ctx.exec === undefined) return failed('sqlite3: cannot be run from here\n', 126);
  const operands = args.filter((arg, i) => !arg.startsWith('-') && !['-separator', '-nullvalue', '-cmd'].includes(args[i - 1] ?? ''));
  if (operands.length < 2 && (ctx.stdin as unknown as string) === '' && host.streams().stdin && !args.includes('-version'))
    return failed('sqlite3: there is no database prompt here: sqlite3 file.db "select 1", or sqlite3 file.db < script.sql\n');
  host.passStreams();
  return ctx.exec('python3', {
    cwd: ctx.cwd,
    env: { ...ctx.exportedEnv },
    replaceEnv: true,
    args: ['-c', SQLITE3_SHELL, ...args],
    stdin: ctx.stdin as unknown as string,
    stdinKind: 'bytes',
    ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
  });
}
