/** computer: a machine with files, a shell, Python and git. It imports the platform's interface and nothing of the other rooms. */
import type { CommandContext, CustomCommand, ExecResult } from 'just-bash';
import { standardCommands } from './commands/commands.ts';
import type { CommandHost } from './commands/host.ts';
import type { Computer, ComputerOptions, FileSystem } from './contract.ts';
import { createFileSystem, setClock } from './files/file-system.ts';
import type { Git } from './git/git.ts';
import { Ports } from './network/ports.ts';
import { ShellSession, type Machine } from './session/session.ts';

/** A computer for one person, with an empty home unless `files` brings another. */
export function createComputer(options: ComputerOptions): Computer {
  const { clock, python, user, hostname } = options;
  const home = `/home/${user.login}`;
  const files = options.files ?? createFileSystem({ clock });
  setClock(files, clock);
  for (const path of [home, '/tmp'])
    if (!files.existsSync(path)) files.load([{ path, type: 'directory', mode: 0o755, mtime: clock.now() }]);
  const git = gitLoader(options, files);
  const machine: Machine = {
    clock,
    python,
    user,
    hostname,
    services: new Ports(hostname, options.services),
    packageIndex: options.packageIndex,
    files,
    home,
    env: { ...environment(home, options), ...options.env },
    openFile: options.onOpenFile,
    commands: (host) => [...standardCommands(host), gitCommand(git, host), ...(options.commands?.(host, files) ?? [])],
  };
  return { files, home, session: (sessionOptions) => new ShellSession(machine, sessionOptions) };
}

/** Loads git's program when it is first used: the first prompt does not wait for it. */
function gitLoader({ clock, network, user }: ComputerOptions, files: FileSystem): () => Promise<Git> {
  let git: Git | undefined;
  return async () => {
    if (git !== undefined) return git;
    const { gitOf } = await import('./git/git.ts').catch(() => {
      throw new Error('its program could not be loaded; check the connection and try again');
    });
    return (git = gitOf({ clock, network, files, user }));
  };
}

function gitCommand(load: () => Promise<Git>, host: CommandHost): CustomCommand {
  const execute = async (args: readonly string[], context: CommandContext): Promise<ExecResult> => {
    const { stdin, stdout, stderr } = host.streams();
    const terminal = { speak: host.write, readLine: stdin ? host.readLine : null };
    return (await load())(args, context, stdout && stderr ? terminal : null);
  };
  return { name: 'git', trusted: true, execute };
}

function environment(home: string, { user, hostname }: ComputerOptions): Record<string, string> {
  return {
    HOME: home,
    HOSTNAME: hostname,
    LANG: 'C.UTF-8',
    LOGNAME: user.login,
    PATH: `${home}/.local/bin:/usr/local/bin:/usr/bin:/bin`,
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    USER: user.login,
  };
}
