/** Commands that run another one and leave its streams alone: what it prints appears as it is printed. */
import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from './host.ts';
import { failed, printed } from './result.ts';

export function throughCommands(host: CommandHost): readonly CustomCommand[] {
  const through = (name: string) =>
    defineCommand(name, async (args, ctx) => {
      if (ctx.origCommand === undefined) return failed(`${name}: not available\n`);
      const { origCommand } = ctx;
      const run = () => {
        host.passStreams();
        return origCommand([...args]);
      };
      if (name !== 'timeout') return run();
      const { result, timedOut } = await host.limited(limitOf(args), run);
      return timedOut ? { ...result, exitCode: TIMED_OUT } : result;
    });
  return [
    ...['timeout', 'time'].map(through),
    defineCommand('nohup', async (args, ctx) => {
      if (args.length === 0) return failed("nohup: missing operand\nTry 'nohup --help' for more information.\n", 125);
      return runWith(host, ctx, ctx.exportedEnv ?? {}, args);
    }),
    defineCommand('env', (args, ctx) => env(host, args, ctx)),
  ];
}

const TIMED_OUT = 124;
const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How long `timeout` allows, in ms of the world's time. */
function limitOf(args: readonly string[]): number {
  const at = args.findIndex((arg, i) => !arg.startsWith('-') && !['-k', '-s', '--signal', '--kill-after'].includes(args[i - 1] ?? ''));
  const [, number, unit = ''] = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(args[at] ?? '') ?? [];
  return number === undefined || Number(number) === 0 ? Infinity : Number(number) * UNIT_MS[unit]!;
}

async function env(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext) {
  const environment: Record<string, string> = { ...ctx.exportedEnv };
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i]!;
    const assignment = /^([^=]+)=([\s\S]*)$/.exec(arg);
    if (arg === '-i' || arg === '-' || arg === '--ignore-environment')
      for (const name of Object.keys(environment)) delete environment[name];
    else if (arg === '-u' || arg === '--unset') delete environment[args[++i] ?? ''];
    else if (arg.startsWith('--unset=')) delete environment[arg.slice('--unset='.length)];
    else if (assignment !== null && !arg.startsWith('-')) environment[assignment[1]!] = assignment[2]!;
    else if (arg === '--') break;
    else if (arg.startsWith('-')) return failed(`env: invalid option -- '${arg.replace(/^-+/, '')}'\n`, 125);
    else break;
  }
  const command = args[i] === '--' ? args.slice(i + 1) : args.slice(i);
  if (command.length > 0) return runWith(host, ctx, environment, command);
  return printed(
    Object.entries(environment)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}

/** just-bash takes an environment as variables, not as exported ones: the command is run behind an `export` of their names. */
function runWith(
  host: CommandHost,
  ctx: ResolvedCommandContext,
  environment: Readonly<Record<string, string>>,
  command: readonly string[],
) {
  if (ctx.exec === undefined) return Promise.resolve(failed(`${command[0]}: cannot be run from here\n`, 126));
  const names = Object.keys(environment).filter((name) => /^[A-Za-z_]\w*$/.test(name));
  const text = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  host.passStreams();
  return ctx.exec(`${names.length === 0 ? '' : `export ${names.join(' ')}; `}${text}`, {
    cwd: ctx.cwd,
    env: { ...environment },
    replaceEnv: true,
    stdin: ctx.stdin as unknown as string,
    stdinKind: 'bytes',
    ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
  });
}
