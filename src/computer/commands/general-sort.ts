/** `sort -g`: by numbers as `strtod` reads them, `1e-3` and `inf` included. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { fromLatin1 } from '../files/content.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions } from './options.ts';
import { failed, printed } from './result.ts';

const NAMES = { 'general-numeric-sort': 'g', reverse: 'r', unique: 'u', stable: 's', key: 'k', 'field-separator': 't' };

/** Sorts by one key; other flags than `-g -r -u -s -k -t` are refused. */
export async function generalSort(_host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'grusk:t:', names: NAMES });
  if (typeof options === 'string') return failed(`sort: ${options}, which does not go with -g here\n`, 2);
  const { flags, all, operands } = options;
  const [, field, orders = ''] = /^(\d+)(?:,\d+)?([gr]*)$/.exec(flags.get('k') ?? '1') ?? [];
  if (field === undefined || Number(field) === 0 || (all.get('k') ?? []).length > 1)
    return failed('sort: -g sorts by one whole field here: -k 2g\n', 2);
  const lines: string[] = [];
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const path = resolvePath(ctx.cwd, name);
    if (name !== '-' && !(await ctx.fs.exists(path))) return failed(`sort: cannot read: ${name}: No such file or directory\n`, 2);
    const bytes = name === '-' ? fromLatin1(ctx.stdin as unknown as string) : await ctx.fs.readFileBuffer(path);
    const text = new TextDecoder().decode(bytes);
    if (text !== '') lines.push(...text.replace(/\n$/, '').split('\n'));
  }
  const separator = flags.get('t');
  const keyed = lines.map((line) => {
    const fields = separator === undefined ? line.trim().split(/\s+/) : line.split(separator);
    return { line, value: numberOf(flags.has('k') ? (fields[Number(field) - 1] ?? '') : line) };
  });
  const sign = flags.has('r') || orders.includes('r') ? -1 : 1;
  const lastResort = flags.has('u') || flags.has('s') ? 0 : flags.has('r') ? -1 : 1;
  keyed.sort((a, b) => sign * compare(a.value, b.value) || lastResort * compare(a.line, b.line));
  const shown = flags.has('u') ? keyed.filter(({ value }, i) => i === 0 || compare(value, keyed[i - 1]!.value) !== 0) : keyed;
  return printed(shown.map(({ line }) => `${line}\n`).join(''));
}

function compare<T extends number | string>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** What is no number comes before all numbers. */
function numberOf(text: string): number {
  const [number] = /^\s*[-+]?(?:inf(?:inity)?|0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/i.exec(text) ?? [];
  if (number === undefined) return Number.NEGATIVE_INFINITY;
  return /inf/i.test(number) ? (number.trim().startsWith('-') ? -Number.MAX_VALUE : Number.POSITIVE_INFINITY) : Number(number);
}
