/** computer/git: the `git` command of a computer and readings of its repositories. It may import platform, just-bash, just-git and isomorphic-git. */
import type { CommandContext, CustomCommand, ExecResult } from 'just-bash';
import type { NetworkPolicy } from 'just-git';
import type { Clock } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { Config } from './config.ts';
import { delegate } from './delegate.ts';

export interface GitOptions {
  readonly clock: Clock;
  /** How remote repositories over http are reached; without it every one is out of reach. */
  readonly network: NetworkPolicy | undefined;
  readonly files: Pick<FileSystem, 'readFile' | 'writeFile' | 'exists'>;
  readonly user: { readonly name: string; readonly email: string };
}

/** The `git` command for one computer. */
export function gitCommands(options: GitOptions): readonly CustomCommand[] {
  return [{ name: 'git', trusted: true, execute: (args, context) => git(args, context, options) }];
}

async function git(args: readonly string[], context: CommandContext, options: GitOptions): Promise<ExecResult> {
  const home = context.env.get('HOME') ?? '/';
  const read = async (path: string) => ((await options.files.exists(path)) ? new Config(await options.files.readFile(path)) : new Config());
  const defaults = Config.of([
    ['user.name', options.user.name],
    ['user.email', options.user.email],
    ['init.defaultbranch', 'main'],
    ...(await read(`${home}/.gitconfig`)).entries().map(({ key, value }) => [key, value] as const),
  ]);
  const env = new Map(context.env);
  const now = `${Math.floor(options.clock.now() / 1000)} +0000`;
  for (const name of ['GIT_AUTHOR_DATE', 'GIT_COMMITTER_DATE']) if (!env.has(name)) env.set(name, now);
  const inner = Object.assign(Object.create(Object.getPrototypeOf(context)), context, { env }) as CommandContext;
  const rest = [...args];
  const overrides: [string, string][] = [];
  let cwd = context.cwd;
  while (rest[0] === '-c' || rest[0] === '-C' || rest[0] === '--no-pager') {
    const option = rest.shift();
    if (option === '-C') cwd = context.fs.resolvePath(cwd, rest.shift() ?? '');
    if (option === '-c') {
      const [key = '', value = 'true'] = (rest.shift() ?? '').split(/=(.*)/s);
      overrides.push([key, value]);
    }
  }
  const quiet = rest.includes('-q') || rest.includes('--quiet');
  const result = await delegate(
    rest.filter((arg) => arg !== '-q' && arg !== '--quiet'),
    Object.assign(inner, { cwd }),
    { network: options.network, defaults, overrides: Config.of(overrides) },
  );
  return quiet && result.exitCode === 0 ? { ...result, stdout: '', stderr: '' } : result;
}
