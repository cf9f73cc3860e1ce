import type { GitCall } from './call.ts';
import { GitExit } from './errors.ts';

/** Runs a hook of the repository when it is there and executable; gives its exit code, 0 without one. */
export async function runHook(call: GitCall, name: string, args: readonly string[] = [], stdin = ''): Promise<number> {
  const { repository } = call;
  const configured = call.settings.get('core.hookspath');
  const path = `${configured === undefined ? `${repository.commonDir}/hooks` : call.shell.fs.resolvePath(repository.workTree ?? call.cwd, configured)}/${name}`;
  const entry = call.disk.entry(path);
  if (entry === null || entry.type === 'directory') return 0;
  if (entry.type === 'file' && (entry.mode & 0o111) === 0) {
    call.hint(
      `The '${path.replace(`${repository.workTree}/`, '')}' hook was ignored because it's not set as executable.\n` +
        'You can disable this warning with `git config advice.ignoredHook false`.',
      'ignoredHook',
    );
    return 0;
  }
  const words = [path, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const { stdout, stderr, exitCode } = await call.run(
    words,
    repository.workTree ?? repository.gitDir,
    { GIT_DIR: repository.gitDir },
    stdin,
  );
  // A hook's output belongs to the person, not to whoever reads git's; only pre-push is left its stdout.
  if (name === 'pre-push') call.out(stdout);
  else call.err(stdout);
  call.err(stderr);
  return exitCode;
}

/** A hook that may stop the command. */
export async function requireHook(call: GitCall, name: string, args: readonly string[] = [], stdin = ''): Promise<void> {
  if ((await runHook(call, name, args, stdin)) !== 0) throw new GitExit('', 1);
}
