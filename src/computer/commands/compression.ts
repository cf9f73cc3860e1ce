/** `gzip`, `gunzip` and `zcat`, because just-bash's need Node's zlib. */
import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { gunzipSync, gzipSync } from 'fflate';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { failed } from './result.ts';

const LEVEL = 6;

export function compressionCommands(host: CommandHost): readonly CustomCommand[] {
  return [
    defineCommand('gzip', (args, ctx) => compress(host, 'gzip', args, ctx)),
    defineCommand('gunzip', (args, ctx) => compress(host, 'gunzip', ['-d', ...args], ctx)),
    defineCommand('zcat', (args, ctx) => compress(host, 'zcat', ['-dc', ...args], ctx)),
  ];
}

async function compress(host: CommandHost, name: string, args: readonly string[], ctx: ResolvedCommandContext) {
  const flags = args
    .filter((arg) => /^-./.test(arg))
    .join('')
    .replaceAll('-', '');
  const unknown = [...flags].find((flag) => !/[cdfknq1-9]/.test(flag));
  if (unknown !== undefined) return failed(`${name}: invalid option -- '${unknown}'\nTry \`${name} --help' for more information.\n`);
  const expands = flags.includes('d');
  const level = Number(/[1-9]/.exec(flags)?.[0] ?? LEVEL) as 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  const work = (bytes: Uint8Array) => (expands ? gunzipSync(bytes) : gzipSync(bytes, { level, mtime: 0 }));
  const files = args.filter((arg) => !/^-./.test(arg));
  const output: string[] = [];
  let stderr = '';
  for (const file of files.length === 0 ? ['-'] : files) {
    try {
      if (file === '-') {
        output.push(toLatin1(work(fromLatin1(ctx.stdin as unknown as string))));
        continue;
      }
      const path = resolvePath(ctx.cwd, file);
      if (!host.files.existsSync(path)) stderr += `${name}: ${file}: No such file or directory\n`;
      else if (flags.includes('c')) output.push(toLatin1(work(host.files.readSync(path))));
      else if (expands && !path.endsWith('.gz')) stderr += `${name}: ${file}: unknown suffix -- ignored\n`;
      else {
        const target = expands ? path.slice(0, -'.gz'.length) : `${path}.gz`;
        if (host.files.existsSync(target) && !flags.includes('f')) {
          stderr += `${name}: ${target.slice(target.lastIndexOf('/') + 1)} already exists;\tnot overwritten\n`;
          continue;
        }
        host.files.writeSync(target, work(host.files.readSync(path)));
        if (!flags.includes('k')) host.files.removeSync(path);
      }
    } catch (error) {
      stderr += `${name}: ${file === '-' ? 'stdin' : file}: ${expands ? 'not in gzip format' : String(error)}\n`;
    }
  }
  return {
    stdout: output.join(''),
    stdoutKind: 'bytes' as const,
    stdoutEncoding: 'binary' as const,
    stderr,
    exitCode: stderr === '' ? 0 : 1,
  };
}
