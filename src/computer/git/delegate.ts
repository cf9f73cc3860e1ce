import { createGit } from 'just-git';
import type { NetworkPolicy } from 'just-git';
import type { CommandContext, ExecResult } from 'just-bash';
import type { Config } from './config.ts';

/** What just-git is told about the computer for one command. */
export interface DelegateOptions {
  readonly network: NetworkPolicy | undefined;
  /** Settings from outside the repository: it reads `.git/config` itself and knows nothing of the others. */
  readonly defaults: Config;
  readonly overrides: Config;
}

/** Runs a command with just-git: the commands that are right there are not written again here. */
export async function delegate(args: readonly string[], context: CommandContext, options: DelegateOptions): Promise<ExecResult> {
  // One instance per command: an instance serialises its commands, and a command that runs git itself would wait for ever.
  const git = createGit({
    network: options.network ?? false,
    config: { defaults: options.defaults.lastValues(), locked: options.overrides.lastValues() },
  });
  const result = await git.execute([...args], context as unknown as Parameters<typeof git.execute>[1]);
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
}
