/** `find`: just-bash's, with `-mtime` and `-mmin` counted from the world's time rather than from the machine's. */
import type { CustomCommand } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from './host.ts';
import { failed } from './result.ts';

const UNITS: Readonly<Record<string, number>> = { '-mtime': 86_400_000, '-mmin': 60_000 };
let made = 0;

export function findingCommands(host: CommandHost): readonly CustomCommand[] {
  return [
    defineCommand('find', async (args, ctx) => {
      if (ctx.origCommand === undefined) return failed('find: not available\n');
      const marks: string[] = [];
      /** A file to compare with. */
      const markAt = (ms: number): string => {
        const path = `/tmp/.find-${++made}`;
        host.files.load([{ path, type: 'file', bytes: new Uint8Array(), mode: 0o600, mtime: host.clock.now() - ms }]);
        marks.push(path);
        return path;
      };
      const words: string[] = [];
      for (let i = 0; i < args.length; i++) {
        const unit = Object.hasOwn(UNITS, args[i]!) ? UNITS[args[i]!]! : null;
        const [, sign, digits] = unit === null ? [] : (/^([-+]?)(\d+)$/.exec(args[i + 1] ?? '') ?? []);
        if (unit === null || sign === undefined) {
          words.push(args[i]!);
          continue;
        }
        i++;
        words.push(...compared(sign, Number(digits), unit, markAt));
      }
      try {
        return await ctx.origCommand(words);
      } finally {
        for (const path of marks) host.files.removeSync(path);
      }
    }),
  ];
}

/** Ages are whole days, or minutes: `+1` is two and more, `1` is one and less than two, `-1` is less than one. */
function compared(sign: string, count: number, unit: number, markAt: (ms: number) => string): string[] {
  const younger = (units: number) => ['-newer', markAt(units * unit)];
  if (sign === '-') return younger(count);
  const older = ['!', ...younger(count + (sign === '+' ? 1 : 0))];
  return sign === '+' ? older : [...older, ...younger(count + 1)];
}
