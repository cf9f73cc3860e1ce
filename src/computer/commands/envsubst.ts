/** `envsubst`: text with the environment's variables filled in. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { fromLatin1 } from '../files/content.ts';
import type { CommandHost } from './host.ts';
import { readOptions } from './options.ts';
import { failed, printed } from './result.ts';

const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;

const namesIn = (text: string): string[] => [...text.matchAll(VARIABLE)].map(([, braced, plain]) => (braced ?? plain)!);

export async function envsubst(_host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'v', names: { variables: 'v' } });
  if (typeof options === 'string') return failed(`envsubst: ${options}\nTry 'envsubst --help' for more information.\n`);
  const [format] = options.operands;
  if (options.operands.length > 1) return failed('envsubst: too many arguments\n');
  if (options.flags.has('v'))
    return format === undefined
      ? failed('envsubst: missing arguments\n')
      : printed(
          namesIn(format)
            .map((name) => `${name}\n`)
            .join(''),
        );
  const wanted = format === undefined ? null : namesIn(format);
  const text = new TextDecoder().decode(fromLatin1(ctx.stdin as unknown as string));
  return printed(
    text.replace(VARIABLE, (whole, braced: string | undefined, plain: string | undefined) => {
      const name = (braced ?? plain)!;
      return wanted !== null && !wanted.includes(name) ? whole : (ctx.exportedEnv?.[name] ?? '');
    }),
  );
}
