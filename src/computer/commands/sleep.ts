/** `sleep`, which takes virtual time: the clock jumps to its end. */
import type { CommandHost } from './host.ts';
import { failed, printed } from './result.ts';

/** The longest that a process may sleep, in ms. Much more, and the clock would leave the dates that there are. */
export const LONGEST_SLEEP = 365 * 86_400_000;

const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SEE_HELP = "Try 'sleep --help' for more information.\n";

/** Sleeps for the sum of what is given; its words and errors are those of GNU coreutils. */
export async function sleep(host: CommandHost, args: readonly string[]) {
  const end = args.indexOf('--');
  const option = args.slice(0, end === -1 ? args.length : end).find((arg) => /^-./.test(arg));
  if (option !== undefined) {
    const wrong = option.startsWith('--') ? `unrecognized option '${option}'` : `invalid option -- '${option[1]}'`;
    return failed(`sleep: ${wrong}\n${SEE_HELP}`);
  }
  const words = args.filter((_, at) => at !== end);
  if (args.length === 0) return failed(`sleep: missing operand\n${SEE_HELP}`);
  const wrong = words.filter((word) => Number.isNaN(interval(word)));
  if (wrong.length > 0) return failed(`${wrong.map((word) => `sleep: invalid time interval '${word}'\n`).join('')}${SEE_HELP}`);
  const total = words.reduce((sum, word) => sum + interval(word), 0);
  if (words.some((word) => /inf/i.test(word)))
    return failed(
      `sleep: ${words.join(' ')} has no end, and the clock here jumps to the end of a sleep: nothing would ever wake it. Say how long, 365d at most.\n`,
    );
  if (total > LONGEST_SLEEP)
    return failed(`sleep: ${words.join(' ')} is more than a year, the longest that this computer sleeps at once. Write 365d or less.\n`);
  const signal = host.signal();
  try {
    await host.sleep(total, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return printed('', 130);
  }
  return printed('');
}

/** Milliseconds: numbers as `strtod` reads them, with a unit. Not a number for anything else. */
function interval(word: string): number {
  const [, number = '', unit = ''] = /^\s*\+?(inf(?:inity)?|0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([a-z]?)$/i.exec(word) ?? [];
  const value = /^inf/i.test(number) ? Number.POSITIVE_INFINITY : Number(number || Number.NaN);
  return value * ((Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined) ?? Number.NaN);
}
