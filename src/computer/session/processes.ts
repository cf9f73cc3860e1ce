/** `ps`, `pgrep`, `pkill`, `killall`: the shell and what it has left running. */
import type { CustomCommand, ExecResult } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from '../commands/host.ts';
import { failed, printed } from '../commands/result.ts';
import { SHELL_PID, type Background, type BackgroundJob } from './background.ts';
import { signalName, signalNumber, type Frame } from './traps.ts';

/** The shell that a command runs in. */
interface Shell {
  readonly frame: Frame;
  /** Leaves the thread to others. */
  breathe(): Promise<void>;
}

interface Process {
  readonly pid: number;
  readonly ppid: number;
  /** As it was typed. */
  readonly command: string;
  /** The name of its program. */
  readonly name: string;
}

type Column = readonly [title: string, width: number, value: (process: Process, login: string) => string];

const COLUMNS: Readonly<Record<string, Column>> = {
  pid: ['PID', 7, ({ pid }) => String(pid)],
  ppid: ['PPID', 7, ({ ppid }) => String(ppid)],
  user: ['USER', -8, (_, login) => login],
  uid: ['UID', 5, () => '1000'],
  tty: ['TTY', -8, () => 'pts/0'],
  stat: ['STAT', -4, ({ name }) => (name === 'ps' ? 'R+' : 'S')],
  time: ['TIME', 8, () => '00:00:00'],
  pcpu: ['%CPU', 4, () => '0.0'],
  pmem: ['%MEM', 4, () => '0.1'],
  comm: ['COMMAND', -15, ({ name }) => name],
  args: ['COMMAND', -27, ({ command }) => command],
};
const ALIASES: Readonly<Record<string, string>> = {
  cmd: 'args',
  command: 'args',
  ucmd: 'comm',
  tname: 'tty',
  s: 'stat',
  '%cpu': 'pcpu',
  '%mem': 'pmem',
  euser: 'user',
};

export function processCommands(host: CommandHost, background: Background, shell: () => Shell): readonly CustomCommand[] {
  const { login } = host.user;
  return [
    defineCommand('ps', async (args) =>
      ps(
        args,
        [...processes(background), { pid: background.nextPid(), ppid: SHELL_PID, command: ['ps', ...args].join(' '), name: 'ps' }],
        login,
      ),
    ),
    defineCommand('pgrep', async (args) => pgrep(args, background)),
    defineCommand('pkill', async (args) => pkill('pkill', args, background, shell())),
    defineCommand('killall', async (args) => pkill('killall', args, background, shell())),
  ];
}

function processes(background: Background): readonly Process[] {
  const shell = { pid: SHELL_PID, ppid: 1, command: 'bash', name: 'bash' };
  return [
    shell,
    ...background
      .processes()
      .map(({ pid, departure }) => ({ pid, ppid: SHELL_PID, command: departure.text, name: programOf(departure.text) })),
  ];
}

/** The first word of a simple command; anything else is a shell's own. */
function programOf(text: string): string {
  const words = text.split(/\s+/).filter((word) => !/^\w+=/.test(word));
  const name = (words[0] === 'nohup' || words[0] === 'env' ? words[1] : words[0]) ?? '';
  return /^(?:for|while|until|if|case|\(|\{|\[\[)/.test(name) || /[|;&]/.test(text) ? 'bash' : name.slice(name.lastIndexOf('/') + 1);
}

function ps(args: readonly string[], all: readonly Process[], login: string): ExecResult {
  const columns: string[] = [];
  let shown = all;
  let style: 'short' | 'full' | 'aux' = 'short';
  let hasTitle = true;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const value = () => (/^-[op]./.test(arg) ? arg.slice(2) : (args[++i] ?? ''));
    if (/^-o|^o$|^--format$/.test(arg)) columns.push(...value().split(/[\s,]+/));
    else if (/^-p|^p$|^--pid$/.test(arg)) {
      const wanted = value()
        .split(/[\s,]+/)
        .map(Number);
      shown = all.filter(({ pid }) => wanted.includes(pid));
    } else if (arg === '--no-headers' || arg === 'h') hasTitle = false;
    else if (/^-?[auxww]+$/.test(arg) && arg.includes('u') && arg !== '-u') style = 'aux';
    else if (/^-[eAaTxfl]*f[eAaTxfl]*$/.test(arg)) style = 'full';
    else if (arg === '-u' || arg === '-U') i++;
    else if (!/^-?[eAaxT]+$/.test(arg))
      return failed(`error: unsupported option: ${arg}\nUsage: ps [-e] [-f] [aux] [-p PID] [-o pid,ppid,user,tty,stat,time,comm,args]\n`);
  }
  const names = columns.map((name) => [ALIASES[name.replace(/=.*$/, '')] ?? name.replace(/=.*$/, ''), /=(.*)$/.exec(name)?.[1]] as const);
  const unknown = names.find(([name]) => !Object.hasOwn(COLUMNS, name));
  if (unknown !== undefined) return failed(`error: unknown user-defined format specifier "${unknown[0]}"\n`);
  if (names.length > 0) hasTitle &&= !names.every(([, title]) => title === '');
  const text =
    names.length > 0
      ? table(
          names.map(([name]) => COLUMNS[name]!),
          shown,
          login,
          hasTitle,
        )
      : styled(style, shown, login, hasTitle);
  return printed(text, shown.length === 0 ? 1 : 0);
}

function table(columns: readonly Column[], shown: readonly Process[], login: string, hasTitle: boolean): string {
  const line = (cells: readonly string[]) =>
    `${cells.map((cell, i) => (columns[i]![1] < 0 ? (i === cells.length - 1 ? cell : cell.padEnd(-columns[i]![1])) : cell.padStart(columns[i]![1]))).join(' ')}\n`;
  const lines = shown.map((process) => line(columns.map(([, , value]) => value(process, login))));
  return (hasTitle ? line(columns.map(([title]) => title)) : '') + lines.join('');
}

function styled(style: 'short' | 'full' | 'aux', shown: readonly Process[], login: string, hasTitle: boolean): string {
  const row = ({ pid, ppid, command, name }: Process): string => {
    const id = String(pid).padStart(7);
    if (style === 'short') return `${id} pts/0    00:00:00 ${name}\n`;
    if (style === 'full') return `${login.padEnd(8)} ${id} ${String(ppid).padStart(7)}  0 09:00 pts/0    00:00:00 ${command}\n`;
    return `${login.padEnd(8)} ${id}  0.0  0.1   7236  3892 pts/0    ${name === 'ps' ? 'R+' : 'S '}   09:00   0:00 ${command}\n`;
  };
  const titles = {
    short: '    PID TTY          TIME CMD\n',
    full: 'UID          PID    PPID  C STIME TTY          TIME CMD\n',
    aux: 'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n',
  };
  return (hasTitle ? titles[style] : '') + shown.map(row).join('');
}

function matching(pattern: string, isFull: boolean, isExact: boolean, background: Background): readonly BackgroundJob[] {
  const test = new RegExp(isExact ? `^(?:${pattern})$` : pattern);
  return background.processes().filter(({ departure }) => test.test(isFull ? departure.text : programOf(departure.text)));
}

function pgrep(args: readonly string[], background: Background): ExecResult {
  const flags = args
    .filter((arg) => /^-/.test(arg))
    .join('')
    .replaceAll('-', '');
  const pattern = args.find((arg) => !arg.startsWith('-'));
  if (/[^aflxc]/.test(flags)) return failed(`pgrep: invalid option -- '${/[^aflxc]/.exec(flags)![0]}'\n`, 2);
  if (pattern === undefined) return failed("pgrep: no matching criteria specified\nTry `pgrep --help' for more information.\n", 2);
  const found = matching(pattern, flags.includes('f'), flags.includes('x'), background);
  if (flags.includes('c')) return printed(`${found.length}\n`, found.length === 0 ? 1 : 0);
  const line = ({ pid, departure }: BackgroundJob) =>
    flags.includes('a') ? `${pid} ${departure.text}\n` : flags.includes('l') ? `${pid} ${programOf(departure.text)}\n` : `${pid}\n`;
  return printed(found.map(line).join(''), found.length === 0 ? 1 : 0);
}

async function pkill(
  name: string,
  args: readonly string[],
  background: Background,
  { frame: owner, breathe: rest }: Shell,
): Promise<ExecResult> {
  const flags = args.filter((arg) => /^-[fxq]+$/.test(arg)).join('');
  const signal = args.find((arg) => /^-(?:\d+|[A-Z][A-Z\d]+)$/.test(arg))?.slice(1) ?? 'TERM';
  const unknown = args.find((arg) => arg.startsWith('-') && !/^-[fxq]+$/.test(arg) && arg !== `-${signal}`);
  if (unknown !== undefined) return failed(`${name}: invalid option -- '${unknown.slice(1)}'\n`, 2);
  const number = signalNumber(signal);
  if (number === null) return failed(`${name}: ${signal}: unknown signal\n`, 2);
  const pattern = args.find((arg) => !arg.startsWith('-'));
  if (pattern === undefined) return failed(`${name}: no matching criteria specified\n`, 2);
  const found = matching(pattern, flags.includes('f'), name === 'killall' || flags.includes('x'), background);
  for (const { pid } of found) background.signal(String(pid), signalName(number), owner);
  await background.settled(rest);
  if (found.length > 0) return printed('');
  return name === 'killall' ? failed(`${pattern}: no process found\n`) : printed('', 1);
}
