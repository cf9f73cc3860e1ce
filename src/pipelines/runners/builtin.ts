/** The built-in runner, `ubuntu-latest`: a fresh computer for each job. */
import type { Computer } from '../../computer/contract.ts';
import type { JobMachine } from '../contract.ts';
import { HOSTED_LABELS } from './labels.ts';
import type { Machine, Runner, ShellCommand } from './runner.ts';
import type { ShellUse } from './shells.ts';

/** A runner whose machines are what `computer` makes. */
export function builtinRunner(computer: (machine: JobMachine) => Computer): Runner {
  return {
    labels: HOSTED_LABELS,
    open: (machine): Machine => {
      const made = computer(machine);
      return { computer: made, run: (command) => runIn(made, command) };
    },
  };
}

async function runIn(computer: Computer, command: ShellCommand): Promise<number> {
  const { shell, script, scriptPath, cwd, env, signal } = command;
  computer.files.writeSync(scriptPath, new TextEncoder().encode(script), 0o644);
  const session = computer.session({ cwd, env, interactive: false, onOutput: (_stream, text) => command.onOutput(text) });
  const stop = () => session.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const text = shell.program === 'python' ? `python ${quoted(scriptPath)}` : withOptions(shell, script);
    const running = session.script(text, { pipefail: shell.pipefail, signal });
    // A step has no keyboard: whatever reads finds the end of the file.
    session.input(null);
    return (await running).exitCode;
  } finally {
    signal.removeEventListener('abort', stop);
    session.close();
    // The script may have tidied up behind itself.
    if (computer.files.existsSync(scriptPath)) computer.files.removeSync(scriptPath);
  }
}

/** Options beyond those that a script starts with, set on its first line so that line numbers stay. */
function withOptions(shell: ShellUse, script: string): string {
  const options = [shell.errexit ? '' : 'set +e', shell.nounset ? 'set -u' : '', shell.xtrace ? 'set -x' : ''].filter(
    (option) => option !== '',
  );
  return options.length === 0 ? script : `${options.join('; ')}; ${script}`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
