/** `diff` in the format that it has without options, and with the times of the files in `-u`; the comparison is just-bash's. */
import type { CustomCommand, ExecResult, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from './host.ts';
import { failed, printed } from './result.ts';

/** How just-bash's patches begin, and diff's do not. */
const RULE = `${'='.repeat(67)}\n`;

export function diffCommands(host: CommandHost): readonly CustomCommand[] {
  return [defineCommand('diff', (args, ctx) => diff(host, args, ctx))];
}

async function diff(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  if (ctx.origCommand === undefined) return failed('diff: not available\n', 2);
  const words = args.filter((arg) => arg !== '--normal' && !/^--color(?:=|$)/.test(arg));
  const files = words.filter((word) => !/^-./.test(word));
  if (files.length === 2) {
    const there = await Promise.all(files.map((file) => file === '-' || ctx.fs.exists(ctx.fs.resolvePath(ctx.cwd, file))));
    const missing = files.filter((_, i) => !there[i]);
    if (missing.length > 0) return failed(missing.map((file) => `diff: ${file}: No such file or directory\n`).join(''), 2);
  }
  const isRecursive = words.some((word) => /^-[a-zA-Z]*r|^--recursive$/.test(word));
  const directories = await Promise.all(
    files.map(async (file) => file !== '-' && (await ctx.fs.stat(ctx.fs.resolvePath(ctx.cwd, file))).isDirectory),
  );
  if (files.length === 2 && directories.every(Boolean)) return diffDirectories(host, words, files, isRecursive, ctx);
  const plain = words
    .map((word) => (/^-[a-zA-Z]*r/.test(word) ? word.replace('r', '') : word))
    .filter((word) => word !== '-' && word !== '--recursive');
  const result = await ctx.origCommand(files.includes('-') ? words : plain);
  if (result.stderr !== '') return { ...result, exitCode: 2 };
  if (words.includes('--help')) return { ...result, stdout: result.stdout.replace(' (default)', '') };
  if (!result.stdout.startsWith(RULE)) return result;
  const lines = result.stdout.slice(RULE.length).split('\n');
  const hunks = lines.slice(2, -1);
  if (!words.some((word) => /^-[a-z]*u|^--unified$/.test(word))) return printed(normal(hunks), result.exitCode);
  const header = files.map(async (file, i) => {
    const time = file === '-' ? new Date(host.clock.now()) : (await ctx.fs.stat(ctx.fs.resolvePath(ctx.cwd, file))).mtime;
    return `${i === 0 ? '---' : '+++'} ${file}\t${time.toISOString().replace('T', ' ').replace('Z', '000000 +0000')}`;
  });
  const body = hunks.map((line) => (line.startsWith('@@') ? line.replaceAll(',1 ', ' ') : line));
  return printed([...(await Promise.all(header)), ...body, ''].join('\n'), result.exitCode);
}

/** Two directories, name by name: with `-r` those below as well. */
async function diffDirectories(
  host: CommandHost,
  words: readonly string[],
  [a = '', b = '']: readonly string[],
  isRecursive: boolean,
  ctx: ResolvedCommandContext,
): Promise<ExecResult> {
  const flags = words.filter((word) => /^-./.test(word));
  const at = (directory: string, name: string) => `${directory.replace(/\/$/, '')}/${name}`;
  const [inA, inB] = await Promise.all([a, b].map((directory) => ctx.fs.readdir(ctx.fs.resolvePath(ctx.cwd, directory))));
  let stdout = '';
  let exitCode = 0;
  for (const name of [...new Set([...inA!, ...inB!])].sort()) {
    const [left, right] = [at(a, name), at(b, name)];
    if (!inA!.includes(name) || !inB!.includes(name)) {
      stdout += `Only in ${inA!.includes(name) ? a : b}: ${name}\n`;
      exitCode = 1;
      continue;
    }
    const kinds = await Promise.all([left, right].map(async (path) => (await ctx.fs.stat(ctx.fs.resolvePath(ctx.cwd, path))).isDirectory));
    if (kinds[0] !== kinds[1]) {
      const kind = (isDirectory: boolean | undefined) => (isDirectory === true ? 'directory' : 'regular file');
      stdout += `File ${left} is a ${kind(kinds[0])} while file ${right} is a ${kind(kinds[1])}\n`;
      exitCode = 1;
      continue;
    }
    if (kinds[0] === true && !isRecursive) {
      stdout += `Common subdirectories: ${left} and ${right}\n`;
      continue;
    }
    const result = await diff(host, [...flags, left, right], ctx);
    const isBrief = flags.some((flag) => /^-[a-zA-Z]*q|^--brief$/.test(flag));
    const isNamed = result.exitCode === 1 && kinds[0] === false && !isBrief;
    stdout += `${isNamed ? `diff ${[...flags, left, right].join(' ')}\n` : ''}${result.stdout}`;
    if (result.exitCode > 1) return { ...result, stdout };
    exitCode ||= result.exitCode;
  }
  return printed(stdout, exitCode);
}

/** The hunks of a unified diff in the normal format ("Detailed Description of Normal Format" of the diffutils manual). */
function normal(hunks: readonly string[]): string {
  let text = '';
  let [oldLine, newLine] = [1, 1];
  let [removed, added]: [string[], string[]] = [[], []];
  let [oldCount, newCount] = [0, 0];
  const flush = () => {
    if (oldCount + newCount === 0) return;
    const kind = newCount === 0 ? 'd' : oldCount === 0 ? 'a' : 'c';
    const body = [...removed, ...(kind === 'c' ? ['---'] : []), ...added];
    text += `${range(oldLine, oldCount)}${kind}${range(newLine, newCount)}\n${body.join('\n')}\n`;
    [oldLine, newLine] = [oldLine + oldCount, newLine + newCount];
    [removed, added, oldCount, newCount] = [[], [], 0, 0];
  };
  let side: string[] | null = null;
  for (const line of hunks) {
    const start = /^@@ -(\d+)(,0)?\S* \+(\d+)(,0)?/.exec(line);
    if (line.startsWith('\\')) {
      side?.push(line);
    } else if (line.startsWith('-')) {
      side = removed;
      oldCount++;
      removed.push(`< ${line.slice(1)}`);
    } else if (line.startsWith('+')) {
      side = added;
      newCount++;
      added.push(`> ${line.slice(1)}`);
    } else {
      flush();
      side = null;
      if (start === null) [oldLine, newLine] = [oldLine + 1, newLine + 1];
      // A side without lines is numbered by the line before it.
      else [oldLine, newLine] = [Number(start[1]) + (start[2] ? 1 : 0), Number(start[3]) + (start[4] ? 1 : 0)];
    }
  }
  flush();
  return text;
}

/** Lines from `first`; where there are none, the line before. */
function range(first: number, count: number): string {
  if (count === 0) return String(first - 1);
  return count === 1 ? String(first) : `${first},${first + count - 1}`;
}
