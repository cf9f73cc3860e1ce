/** Commands of just-bash that take a flag's value only as a word of its own, while people write `xargs -n1` and `paste -sd,`. */
import type { CustomCommand } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { failed } from './result.ts';

/** Flags of one letter that a value follows. */
const WITH_VALUE: Readonly<Record<string, string>> = { xargs: 'nIPLds', paste: 'd' };

export function attachedCommands(): readonly CustomCommand[] {
  return Object.entries(WITH_VALUE).map(([name, flags]) =>
    defineCommand(name, (args, ctx) => {
      if (ctx.origCommand === undefined) return Promise.resolve(failed(`${name}: not available\n`));
      const words = detached(args, flags, name === 'paste');
      // just-bash's paste wants a file named.
      const readsStdin = name === 'paste' && words.every((word, i) => /^-./.test(word) || words[i - 1] === '-d');
      return ctx.origCommand(readsStdin ? [...words, '-'] : words);
    }),
  );
}

/** `-sd,` as `-s`, `-d`, `,`; what follows the first operand of xargs is another command's. */
function detached(args: readonly string[], withValue: string, flagsMayFollow: boolean): string[] {
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!/^-[a-zA-Z]/.test(arg)) {
      if (!flagsMayFollow) return [...words, ...args.slice(i)];
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const flag = arg[at]!;
      words.push(`-${flag}`);
      if (!withValue.includes(flag)) continue;
      const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
      if (value !== undefined) words.push(value);
      break;
    }
  }
  return words;
}
