/** `md5sum`, `sha1sum`, `sha256sum`: the sums are just-bash's; what it does not know of checking them is here. */
import type { CustomCommand, ExecResult, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { fromLatin1 } from '../files/content.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions } from './options.ts';
import { failed } from './result.ts';

const SYNTAX = {
  letters: 'bctwqsim',
  names: { check: 'c', binary: 'b', text: 't', warn: 'w', quiet: 'q', status: 's', 'ignore-missing': 'i', strict: 'm' },
};

export function checksumCommands(host: CommandHost): readonly CustomCommand[] {
  return ['md5sum', 'sha1sum', 'sha256sum'].map((name) =>
    defineCommand(name, async (args, ctx) => {
      if (ctx.origCommand === undefined || args.includes('--help'))
        return ctx.origCommand?.([...args]) ?? failed(`${name}: not available\n`);
      const options = readOptions(args, SYNTAX);
      if (typeof options === 'string') return failed(`${name}: ${options}\nTry '${name} --help' for more information.\n`);
      if (options.flags.has('c')) return check(host, name, options.operands, options.flags, ctx);
      return ctx.origCommand([...options.operands]);
    }),
  );
}

async function check(
  host: CommandHost,
  name: string,
  lists: readonly string[],
  flags: ReadonlyMap<string, string>,
  ctx: ResolvedCommandContext,
): Promise<ExecResult> {
  const says = (flag: string) => flags.has(flag);
  const count = { failed: 0, missing: 0, malformed: 0, good: 0 };
  let stdout = '';
  let stderr = '';
  for (const list of lists.length === 0 ? ['-'] : lists) {
    const path = resolvePath(ctx.cwd, list);
    if (list !== '-' && !host.files.existsSync(path)) return failed(`${name}: ${list}: No such file or directory\n`);
    const bytes = list === '-' ? fromLatin1(ctx.stdin as unknown as string) : host.files.readSync(path);
    const before = count.good + count.failed + count.missing;
    for (const line of new TextDecoder().decode(bytes).split('\n')) {
      if (line === '') continue;
      const [, sum, file] = /^\\?([0-9a-f]{32,}) [ *](.+)$/i.exec(line) ?? [];
      if (sum === undefined || file === undefined) {
        count.malformed++;
        continue;
      }
      if (!host.files.existsSync(resolvePath(ctx.cwd, file))) {
        if (says('i')) continue;
        count.missing++;
        stderr += `${name}: ${file}: No such file or directory\n`;
        if (!says('s')) stdout += `${file}: FAILED open or read\n`;
        continue;
      }
      const result = await ctx.origCommand!([file]);
      const isGood = result.stdout.slice(0, sum.length) === sum.toLowerCase();
      count[isGood ? 'good' : 'failed']++;
      if (!says('s') && !(isGood && says('q'))) stdout += `${file}: ${isGood ? 'OK' : 'FAILED'}\n`;
    }
    const shown = list === '-' ? "'standard input'" : list;
    if (count.good + count.failed + count.missing === before && !says('i'))
      return { stdout, stderr: `${stderr}${name}: ${shown}: no properly formatted checksum lines found\n`, exitCode: 1 };
  }
  if (!says('s')) stderr += warnings(name, count);
  const isNothing = says('i') && count.good === 0;
  if (isNothing) stderr += `${name}: ${lists[0] ?? "'standard input'"}: no file was verified\n`;
  const isFailed = isNothing || count.failed > 0 || count.missing > 0 || (says('m') && count.malformed > 0);
  return { stdout, stderr, exitCode: isFailed ? 1 : 0 };
}

function warnings(name: string, count: { readonly failed: number; readonly missing: number; readonly malformed: number }): string {
  const line = (number: number, one: string, many: string) =>
    number === 0 ? '' : `${name}: WARNING: ${number} ${number === 1 ? one : many}\n`;
  return (
    line(count.malformed, 'line is improperly formatted', 'lines are improperly formatted') +
    line(count.missing, 'listed file could not be read', 'listed files could not be read') +
    line(count.failed, 'computed checksum did NOT match', 'computed checksums did NOT match')
  );
}
