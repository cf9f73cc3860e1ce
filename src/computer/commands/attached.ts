/** Commands of just-bash that take a flag's value only as a word of its own, while people write `xargs -n1` and `paste -sd,`. */
import type { CustomCommand, ExecResult, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { failed } from './result.ts';

/** Flags of one letter that a value follows. */
const WITH_VALUE: Readonly<Record<string, string>> = { xargs: 'nIPLds', paste: 'd' };

export function attachedCommands(): readonly CustomCommand[] {
  return Object.entries(WITH_VALUE).map(([name, flags]) =>
    defineCommand(name, (args, ctx) => {
      if (ctx.origCommand === undefined) return Promise.resolve(failed(`${name}: not available\n`));
      const words = detached(args, flags, name === 'paste');
      const replaced = name === 'xargs' ? words.indexOf('-I') : -1;
      if (replaced >= 0) return eachLine(words, replaced, ctx);
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
    if (!/^-[a-zA-Z0]/.test(arg)) {
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

/** `xargs -I {} command`: the command once for each line, which just-bash would part into words. */
async function eachLine(words: readonly string[], at: number, ctx: ResolvedCommandContext): Promise<ExecResult> {
  const mark = words[at + 1] ?? '{}';
  const flags = words.slice(0, at);
  const command = words.slice(at + 2);
  while (/^-[PnL]$/.test(command[0] ?? '')) command.splice(0, 2);
  const unknown = [...flags, ...command.slice(0, 1)].find((word) => /^-[^0rtPnL]/.test(word));
  if (unknown !== undefined) return failed(`xargs: invalid option -- '${unknown.slice(1)}'\n`);
  if (ctx.exec === undefined) return failed('xargs: nothing can be run from here\n', 126);
  const text = new TextDecoder().decode(fromLatin1(ctx.stdin as unknown as string));
  const lines = text.split(flags.includes('-0') || command[0] === '-0' ? '\0' : '\n').map((line) => line.replace(/^[ \t]+/, ''));
  const [name = 'echo', ...args] = command.filter((word, i) => i > 0 || !/^-[0rt]$/.test(word));
  let stdout = '';
  let stderr = '';
  let exitCode = 0;
  for (const line of lines.filter((each) => each !== '')) {
    const given = args.map((arg) => arg.replaceAll(mark, () => line));
    const result = await ctx.exec(
      name.replaceAll(mark, () => line),
      { cwd: ctx.cwd, env: { ...ctx.exportedEnv }, replaceEnv: true, args: given },
    );
    const isBytes = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary';
    stdout += isBytes ? result.stdout : toLatin1(new TextEncoder().encode(result.stdout));
    stderr += result.stderr;
    if (result.exitCode !== 0) exitCode = 123;
    if (ctx.signal?.aborted === true) break;
  }
  return { stdout, stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr, exitCode };
}
