/** Commands that tell about the computer, its person and its time. */
import type { CustomCommand } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from './host.ts';
import { parseDate } from './dates.ts';
import { failed, printed } from './result.ts';
import { sleep } from './sleep.ts';

const KERNEL = { name: 'Linux', release: '6.12.0', version: '#1 SMP PREEMPT_DYNAMIC', machine: 'x86_64', system: 'GNU/Linux' };

export function systemCommands(host: CommandHost): readonly CustomCommand[] {
  const { login } = host.user;
  return [
    defineCommand('uname', async (args) => uname(args, host.hostname)),
    defineCommand('whoami', async () => printed(`${login}\n`)),
    defineCommand('hostname', async () => printed(`${host.hostname}\n`)),
    defineCommand('groups', async () => printed(`${login}\n`)),
    defineCommand('id', async (args) => id(args, login)),
    defineCommand('date', async (args, ctx) => {
      if (ctx.origCommand === undefined) return failed('date: not available\n');
      const at = args.findIndex((_, i) => dateArgument(args, i) !== undefined);
      const text = at < 0 ? 'now' : dateArgument(args, at)!;
      const time = parseDate(text, host.clock.now());
      if (time === null) return failed(`date: invalid date '${text}'\n`);
      const rest = args.filter((arg, i) => !isDateArgument(args, i) && arg !== '');
      return ctx.origCommand(['-d', `@${Math.floor(time / 1000)}`, ...rest]);
    }),
    defineCommand('sleep', async (args, ctx) => (args[0] === '--help' && ctx.origCommand ? ctx.origCommand(args) : sleep(host, args))),
    defineCommand('clear', async () => printed('\x1b[H\x1b[2J\x1b[3J')),
    defineCommand('reset', async () => printed('\x1bc')),
    defineCommand('history', async (args) => history(host, args)),
    defineCommand('ulimit', async ([flag = '-f', value]) =>
      value !== undefined || flag === '-a'
        ? failed('bash: ulimit: the limits of this computer cannot be changed\n')
        : printed(flag === '-n' ? '1024\n' : flag === '-c' ? '0\n' : 'unlimited\n'),
    ),
    defineCommand('umask', async ([mask]) => {
      if (mask === undefined || mask === '-p') return printed(mask === '-p' ? 'umask 0022\n' : '0022\n');
      if (mask === '-S') return printed('u=rwx,g=rx,o=rx\n');
      return /^0*22$/.test(mask) ? printed('') : failed('bash: umask: on this computer it is always 0022: chmod changes a file\n');
    }),
    defineCommand('watch', async ([first = '']) =>
      failed(
        `watch: this terminal has no full screen to watch in: while true; do ${first.startsWith('-') || first === '' ? 'date' : first}; sleep 2; done does the same, until Ctrl+C\n`,
      ),
    ),
    defineCommand('sudo', async () => failed('sudo: nothing on this computer needs another user: run the command without sudo\n')),
  ];
}

function uname(args: readonly string[], hostname: string) {
  const letters = args.length === 0 ? 's' : args.map((arg) => (arg === '--all' ? 'a' : arg.replace(/^-/, ''))).join('');
  const fields: [string, string][] = [
    ['s', KERNEL.name],
    ['n', hostname],
    ['r', KERNEL.release],
    ['v', KERNEL.version],
    ['m', KERNEL.machine],
    ['o', KERNEL.system],
  ];
  const unknown = [...letters].find((letter) => letter !== 'a' && !fields.some(([name]) => name === letter));
  if (unknown !== undefined) return failed(`uname: invalid option -- '${unknown}'\n`);
  return printed(
    `${fields
      .filter(([name]) => letters.includes('a') || letters.includes(name))
      .map(([, value]) => value)
      .join(' ')}\n`,
  );
}

function id(args: readonly string[], login: string) {
  const letters = args
    .filter((arg) => arg.startsWith('-'))
    .join('')
    .replaceAll('-', '');
  if (letters === '') return printed(`uid=1000(${login}) gid=1000(${login}) groups=1000(${login})\n`);
  const unknown = [...letters].find((letter) => !'ugGn'.includes(letter));
  if (unknown !== undefined) return failed(`id: invalid option -- '${unknown}'\n`);
  return printed(letters.includes('n') ? `${login}\n` : '1000\n');
}

function history(host: CommandHost, args: readonly string[]) {
  if (args[0] === '-c') {
    host.clearHistory();
    return printed('');
  }
  const lines = host.history();
  const count = args[0] === undefined ? lines.length : Number(args[0]);
  if (!Number.isInteger(count) || count < 0) return failed(`bash: history: ${args[0]}: numeric argument required\n`);
  const from = Math.max(0, lines.length - count);
  return printed(
    lines
      .slice(from)
      .map((line, i) => `${String(from + i + 1).padStart(5)}  ${line}\n`)
      .join(''),
  );
}

function dateArgument(args: readonly string[], i: number): string | undefined {
  if (args[i] === '-d' || args[i] === '--date') return args[i + 1];
  if (args[i] === '-ud') return args[i + 1];
  return /^(?:--date=|-d)(.*)$/s.exec(args[i] ?? '')?.[1];
}

function isDateArgument(args: readonly string[], i: number): boolean {
  return dateArgument(args, i) !== undefined || ['-d', '-ud', '--date'].includes(args[i - 1] ?? '');
}
