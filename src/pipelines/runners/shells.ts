/** The shells that `shell:` can name. Source: "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].shell`. */

export interface ShellUse {
  readonly program: 'bash' | 'sh' | 'python';
  /** For bash and sh: what is set before the script. */
  readonly errexit: boolean;
  readonly pipefail: boolean;
  readonly nounset: boolean;
  readonly xtrace: boolean;
  /** The line of the log: `/usr/bin/bash -e {0}`. */
  readonly shown: string;
}

const PLAIN = { errexit: false, pipefail: false, nounset: false, xtrace: false };

/** The shell for what `shell:` says, or for nothing said. @throws Error with a sentence when it can't be had. */
export function shellFor(option: string | null): ShellUse {
  if (option === null || option.trim() === '') return { ...PLAIN, program: 'bash', errexit: true, shown: '/usr/bin/bash -e {0}' };
  const wrong = shellProblem(option);
  if (wrong !== null) throw new Error(wrong);
  const [command = '', ...args] = option.trim().split(/\s+/);
  const name = command.replace(/^\/(usr\/)?bin\//, '');
  if (name === 'python' || name === 'python3')
    return { ...PLAIN, program: 'python', shown: `/usr/bin/python ${args.length === 0 ? '{0}' : args.join(' ')}` };
  const program = name === 'sh' ? 'sh' : 'bash';
  if (args.length === 0) {
    return program === 'bash'
      ? { ...PLAIN, program, errexit: true, pipefail: true, shown: '/usr/bin/bash --noprofile --norc -e -o pipefail {0}' }
      : { ...PLAIN, program, errexit: true, shown: '/usr/bin/sh -e {0}' };
  }
  const flags = readFlags(args);
  return { program, ...PLAIN, ...flags, shown: `/usr/bin/${program} ${args.join(' ')}` };
}

/** Why this value of `shell:` can't be used here, or null. */
export function shellProblem(option: string): string | null {
  const [command = '', ...args] = option.trim().split(/\s+/);
  const name = command.replace(/^\/(usr\/)?bin\//, '');
  if (name === 'python' || name === 'python3') {
    return args.length === 0 || (args.length === 1 && args[0] === '{0}')
      ? null
      : `The runner can't pass options to python; write \`shell: python\`.`;
  }
  if (name !== 'bash' && name !== 'sh')
    return `The runner has no shell named ${name === '' ? 'nothing' : name}; bash, sh and python are there.`;
  if (args.length === 0) return null;
  if (!args.includes('{0}')) return 'A custom shell needs {0} where the script goes: `bash -e {0}`.';
  return readFlags(args) === null
    ? `The runner's ${name} knows -e, -u, -x, -o pipefail, -l, --noprofile and --norc; this asks for more.`
    : null;
}

function readFlags(args: readonly string[]): Omit<ShellUse, 'program' | 'shown'> | null {
  const found = { ...PLAIN };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '{0}') return i === args.length - 1 ? found : null;
    if (arg === '--noprofile' || arg === '--norc' || arg === '--login') continue;
    if (!/^-[euxlo]+$/.test(arg)) return null;
    if (arg.includes('e')) found.errexit = true;
    if (arg.includes('u')) found.nounset = true;
    if (arg.includes('x')) found.xtrace = true;
    if (arg.includes('o')) {
      const option = args[++i];
      if (option === 'pipefail') found.pipefail = true;
      else if (option === 'errexit') found.errexit = true;
      else if (option === 'nounset') found.nounset = true;
      else return null;
    }
  }
  return found;
}
