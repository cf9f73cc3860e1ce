/** `head`, which may take a part of a device that never ends, and knows the units of `-c 2M`; the rest of it is just-bash's. */
import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { toLatin1 } from '../files/content.ts';
import { ENDLESS_LIMIT, ENDLESS_PIPE, endlessBytes, isEndless } from '../files/endless.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { failed } from './result.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 512 };
for (const [i, letter] of ['K', 'M', 'G', 'T'].entries()) {
  Object.assign(UNITS, { [letter]: 1024 ** (i + 1), [`${letter}iB`]: 1024 ** (i + 1), [`${letter}B`]: 1000 ** (i + 1) });
}
Object.assign(UNITS, { k: UNITS['K'], kB: UNITS['KB'] });

export function headCommands(host: CommandHost): readonly CustomCommand[] {
  return [defineCommand('head', (args, ctx) => head(host, args, ctx))];
}

async function head(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext) {
  if (ctx.origCommand === undefined) return failed('head: not available\n');
  const { words, unit, count, files } = read(args);
  const device = files.length === 1 ? resolvePath(ctx.cwd, files[0]!) : '';
  if (unit === 'bytes' && count >= 0 && isEndless(device)) {
    if (count > ENDLESS_LIMIT)
      return failed(`head: ${files[0]}: this computer reads at most ${ENDLESS_LIMIT} bytes (64M) of a device that never ends\n`);
    return { stdout: toLatin1(endlessBytes(device, count)), stdoutKind: 'bytes' as const, stderr: '', exitCode: 0 };
  }
  if (count < 0) return allBut(-count, unit, files, ctx);
  const result = await ctx.origCommand(words);
  const wanted = count >= 0 ? count : Infinity;
  const got = unit === 'bytes' ? result.stdout.length : result.stdout.split('\n', wanted + 1).length - 1;
  if (!host.endlessWasCut() || result.exitCode !== 0 || got >= wanted) return result;
  const instead = unit === 'bytes' ? '; head -c 2M /dev/zero reads more' : '';
  return failed(
    `head: what never ends is cut after ${ENDLESS_PIPE} bytes (1M) in a pipe, and that gave ${got} of the ${wanted} ${unit} asked for${instead}\n`,
  );
}

/** `head -n -2`: everything but the end. */
async function allBut(count: number, unit: Asked['unit'], files: readonly string[], ctx: ResolvedCommandContext) {
  let stdout = '';
  let stderr = '';
  for (const [i, name] of (files.length === 0 ? ['-'] : files).entries()) {
    const path = resolvePath(ctx.cwd, name);
    if (name !== '-' && !(await ctx.fs.exists(path))) {
      stderr += `head: cannot open '${name}' for reading: No such file or directory\n`;
      continue;
    }
    const text = name === '-' ? (ctx.stdin as unknown as string) : toLatin1(await ctx.fs.readFileBuffer(path));
    if (files.length > 1) stdout += `${i > 0 ? '\n' : ''}==> ${name} <==\n`;
    stdout +=
      unit === 'bytes'
        ? text.slice(0, Math.max(0, text.length - count))
        : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).slice(0, -count).join('');
  }
  return { stdout, stdoutKind: 'bytes' as const, stderr, exitCode: stderr === '' ? 0 : 1 };
}

interface Asked {
  /** The arguments with plain numbers for what had a unit. */
  readonly words: string[];
  readonly unit: 'bytes' | 'lines';
  /** Negative, or not a number, where something other than a beginning was asked for. */
  readonly count: number;
  readonly files: readonly string[];
}

function read(args: readonly string[]): Asked {
  const words: string[] = [];
  const files: string[] = [];
  let unit: Asked['unit'] = 'lines';
  let count = 10;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const option = /^(?:-([cn])|--(bytes|lines)(?:=|$))(.*)$/s.exec(arg);
    if (option === null) {
      const short = /^-(\d+)$/.exec(arg);
      if (short !== null) count = Number(short[1]);
      else if (!/^-./.test(arg)) files.push(arg);
      words.push(arg);
      continue;
    }
    const [, letter, name, attached = ''] = option;
    const value = attached === '' ? args[++i] : attached;
    unit = letter === 'c' || name === 'bytes' ? 'bytes' : 'lines';
    words.push(unit === 'bytes' ? '-c' : '-n');
    if (value === undefined) break;
    const number = numberOf(value);
    count = number ?? NaN;
    words.push(number === undefined ? value : String(number));
  }
  return { words, unit, count, files };
}

/** `2M` as 2097152; undefined for what is no number. */
function numberOf(value: string): number | undefined {
  const [, digits, name = ''] = /^([-+]?\d+)(\w*)$/.exec(value) ?? [];
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
  return digits === undefined || unit === undefined ? undefined : Number(digits) * unit;
}
