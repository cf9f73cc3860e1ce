/** `bash` and `sh`: a shell of its own, with the exported environment only. */
import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { failed, printed } from './result.ts';

const VERSION = 'GNU bash, version 5.2.37(1)-release (x86_64-pc-linux-gnu)\n';

export function shellCommands(host: CommandHost): readonly CustomCommand[] {
  return [
    defineCommand('bash', (args, ctx) => runShell(host, 'bash', args, ctx)),
    defineCommand('sh', (args, ctx) => runShell(host, 'sh', args, ctx)),
  ];
}

interface Invocation {
  readonly options: readonly string[];
  /** The text after `-c`, or null. */
  readonly command: string | null;
  readonly operands: readonly string[];
}

async function runShell(host: CommandHost, name: string, args: readonly string[], ctx: ResolvedCommandContext) {
  if (args[0] === '--version') return printed(VERSION);
  const invocation = readArguments(args);
  if (typeof invocation === 'string') return failed(`${name}: ${invocation}: invalid option\n`, 2);
  const { options, command, operands } = invocation;
  let text: string;
  let zero = name;
  let positional: readonly string[] = operands;
  if (command !== null) {
    text = command;
    zero = operands[0] ?? name;
    positional = operands.slice(1);
  } else if (operands[0] !== undefined) {
    zero = operands[0];
    positional = operands.slice(1);
    const path = resolvePath(ctx.cwd, zero);
    if (!(await ctx.fs.exists(path))) return failed(`${name}: ${zero}: No such file or directory\n`, 127);
    if ((await ctx.fs.stat(path)).isDirectory) return failed(`${name}: ${zero}: Is a directory\n`, 126);
    text = await ctx.fs.readFile(path);
  } else {
    text = new TextDecoder().decode(Uint8Array.from(ctx.stdin as unknown as string, (character) => character.charCodeAt(0)));
    if (text === '') return host.streams().stdin ? failed(`${name}: you are in a shell already\n`) : printed('');
  }
  if (ctx.exec === undefined) return failed(`${name}: cannot start a shell here\n`);
  const exported = Object.keys(ctx.exportedEnv ?? {}).filter((each) => /^[A-Za-z_]\w*$/.test(each));
  // On the same line, so that line numbers stay those of the script. just-bash takes an environment as variables, not as exported ones.
  const prelude = `${exported.length === 0 ? '' : `export ${exported.join(' ')}; `}${options.length === 0 ? '' : `set ${options.join(' ')}; `}`;
  const execOptions = {
    cwd: ctx.cwd,
    env: { ...ctx.exportedEnv, ...positionalParameters(zero, positional) },
    replaceEnv: true,
    ...(command === null && operands.length === 0 ? {} : { stdin: ctx.stdin as unknown as string, stdinKind: 'bytes' as const }),
    ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
    // just-bash trims lines otherwise, here-documents included.
    rawScript: true,
  };
  host.passStreams();
  return ctx.exec(`${prelude}${text}`, execOptions);
}

function readArguments(args: readonly string[]): Invocation | string {
  const options: string[] = [];
  let command: string | null = null;
  let wantsCommand = false;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      i++;
      break;
    }
    if (arg === '--login' || arg === '--noprofile' || arg === '--norc' || arg === '--posix') continue;
    if (!/^[-+][a-zA-Z]+$/.test(arg)) {
      if (arg.startsWith('-') && arg !== '-') return arg;
      break;
    }
    for (const letter of arg.slice(1)) {
      if (letter === 'c') wantsCommand = true;
      else if (letter === 'o') options.push(arg[0] === '-' ? '-o' : '+o', args[++i] ?? '');
      else if ('euxvnfCa'.includes(letter)) options.push(`${arg[0]}${letter}`);
      else if (!'lis'.includes(letter)) return `-${letter}`;
    }
  }
  if (wantsCommand) command = args[i++] ?? '';
  return { options, command, operands: args.slice(i) };
}

/** just-bash keeps positional parameters among the variables. */
function positionalParameters(zero: string, positional: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {
    '0': zero,
    '#': String(positional.length),
    '@': positional.join(' '),
    '*': positional.join(' '),
  };
  positional.forEach((value, i) => {
    parameters[String(i + 1)] = value;
  });
  return parameters;
}
