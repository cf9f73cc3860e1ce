/** `python3 -m venv`: a folder of packages of its own, and the script that makes a shell use it. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { strToU8 } from 'fflate';
import type { CommandHost } from '../commands/host.ts';
import { readOptions } from '../commands/options.ts';
import { failed, printed } from '../commands/result.ts';
import { resolvePath } from '../files/path.ts';

const SYNTAX = { letters: '0123:', names: { clear: '0', 'without-pip': '1', upgrade: '2', prompt: '3' } };

/** Runs `python3 -m venv` with these arguments. */
export async function venv(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, SYNTAX);
  const usage = 'usage: venv [--clear] [--upgrade] [--without-pip] [--prompt PROMPT] ENV_DIR [ENV_DIR ...]\n';
  if (typeof options === 'string') return failed(`${usage}venv: error: ${options}\n`, 2);
  if (options.operands.length === 0) return failed(`${usage}venv: error: the following arguments are required: ENV_DIR\n`, 2);
  for (const folder of options.operands) {
    const root = resolvePath(ctx.cwd, folder);
    if (host.files.existsSync(root) && options.flags.has('0')) host.files.removeSync(root);
    const name = options.flags.get('3') ?? root.slice(root.lastIndexOf('/') + 1);
    for (const [path, { text, mode }] of Object.entries(contentOf(root, name)))
      host.files.writeSync(`${root}/${path}`, strToU8(text), mode);
    await host.files.mkdir(`${root}/lib/python3.14/site-packages`, { recursive: true });
    await host.files.mkdir(`${root}/include/python3.14`, { recursive: true });
  }
  return printed('');
}

function contentOf(root: string, name: string): Readonly<Record<string, { readonly text: string; readonly mode: number }>> {
  // The real ones: the names alone lead back here once the environment is active.
  const calls = (program: string) => ({ text: `#!/bin/bash\nexport VIRTUAL_ENV=${quoted(root)}\n/usr/bin/${program} "$@"\n`, mode: 0o755 });
  return {
    'pyvenv.cfg': {
      text: `home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.14.2\nexecutable = /usr/bin/python3\ncommand = /usr/bin/python3 -m venv ${root}\n`,
      mode: 0o644,
    },
    '.gitignore': { text: '# Created by venv; see https://docs.python.org/3/library/venv.html\n*\n', mode: 0o644 },
    'bin/activate': { text: activate(root, name), mode: 0o644 },
    'bin/python': calls('python3'),
    'bin/python3': calls('python3'),
    'bin/pip': calls('pip'),
    'bin/pip3': calls('pip'),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function activate(root: string, name: string): string {
  return `# This file must be used with "source bin/activate" *from bash*
# You cannot run it directly

deactivate () {
    if [ -n "\${_OLD_VIRTUAL_PATH:-}" ] ; then
        PATH="\${_OLD_VIRTUAL_PATH:-}"
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    unset VIRTUAL_ENV
    unset VIRTUAL_ENV_PROMPT
    if [ ! "\${1:-}" = "nondestructive" ] ; then
        unset -f deactivate
    fi
}

deactivate nondestructive

VIRTUAL_ENV=${quoted(root)}
export VIRTUAL_ENV
_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH
VIRTUAL_ENV_PROMPT=${quoted(name)}
export VIRTUAL_ENV_PROMPT
`;
}
