/** `zip` and `unzip`, as far as people use them to pack a folder and to look into a package. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { strFromU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { toLatin1 } from '../files/content.ts';
import { isWithin, parentPath, resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions } from './options.ts';
import { failed } from './result.ts';

export async function zip(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'rqj9', names: { recurse: 'r', quiet: 'q', 'junk-paths': 'j' } });
  if (typeof options === 'string') return failed(`\nzip error: Invalid command arguments (${options})\n`, 16);
  const [given, ...names] = options.operands;
  if (given === undefined || names.length === 0) return failed('\nzip error: Nothing to do! (say: zip archive.zip files…)\n', 12);
  const archive = /\.\w+$/.test(given) ? given : `${given}.zip`;
  const target = resolvePath(ctx.cwd, archive);
  const content: Zippable = {};
  let stdout = '';
  let stderr = '';
  if (host.files.existsSync(target))
    for (const [name, bytes] of Object.entries(unzipSync(host.files.readSync(target)))) content[name] = bytes;
  for (const name of names) {
    const root = resolvePath(ctx.cwd, name);
    if (!host.files.existsSync(root)) {
      stderr += `\tzip warning: name not matched: ${name}\n`;
      continue;
    }
    for (const entry of host.files.tree(parentPath(root))) {
      const isDirectory = entry.type === 'directory';
      if (!isWithin(root, entry.path) || (entry.path !== root && !options.flags.has('r')) || entry.path === target) continue;
      if (entry.type === 'symlink' || (isDirectory && options.flags.has('j'))) continue;
      const path = `${name.replace(/\/+$/, '')}${entry.path.slice(root.length)}`.replace(/^(?:\.?\/)+/, '');
      const key = options.flags.has('j') ? path.slice(path.lastIndexOf('/') + 1) : `${path}${isDirectory ? '/' : ''}`;
      if (key === '' || key === './') continue;
      const verb = Object.hasOwn(content, key) ? 'updating' : '  adding';
      content[key] = [isDirectory ? new Uint8Array() : entry.bytes, { mtime: new Date(entry.mtime), attrs: entry.mode << 16, os: 3 }];
      stdout += `${verb}: ${key}\n`;
    }
  }
  if (stdout === '') return failed(`${stderr}\nzip error: Nothing to do! (${archive})\n`, 12);
  host.files.writeSync(target, zipSync(content, { mtime: new Date(host.clock.now()) }));
  return { stdout: options.flags.has('q') ? '' : stdout, stderr, exitCode: 0 };
}

export async function unzip(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'lpqonjd:' });
  if (typeof options === 'string') return failed(`unzip: ${options}\n`, 10);
  const [archive, ...wanted] = options.operands;
  if (archive === undefined) return failed('unzip: say which archive: unzip archive.zip [files] [-d folder]\n', 10);
  const path = [archive, `${archive}.zip`].map((name) => resolvePath(ctx.cwd, name)).find((name) => host.files.existsSync(name));
  if (path === undefined) return failed(`unzip:  cannot find or open ${archive}, ${archive}.zip or ${archive}.ZIP.\n`, 9);
  let content: Record<string, Uint8Array>;
  try {
    content = unzipSync(host.files.readSync(path));
  } catch {
    return failed(`  End-of-central-directory signature not found: ${archive} is not a zip archive.\n`, 9);
  }
  const entries = Object.entries(content).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  if (entries.length === 0) return failed(`caution: filename not matched:  ${wanted.join(' ')}\n`, 11);
  if (options.flags.has('p')) {
    return {
      stdout: entries.map(([, bytes]) => toLatin1(bytes)).join(''),
      stdoutKind: 'bytes',
      stdoutEncoding: 'binary',
      stderr: '',
      exitCode: 0,
    };
  }
  if (options.flags.has('l')) return { stdout: listing(archive, entries), stderr: '', exitCode: 0 };
  const folder = resolvePath(ctx.cwd, options.flags.get('d') ?? '.');
  let stdout = `Archive:  ${archive}\n`;
  let stderr = '';
  for (const [name, bytes] of entries) {
    const target = resolvePath(folder, options.flags.has('j') ? name.slice(name.lastIndexOf('/') + 1) : name);
    if (!isWithin(folder, target)) stderr += `warning:  skipped "../" path component(s) in ${name}\n`;
    else if (name.endsWith('/')) await host.files.mkdir(target, { recursive: true });
    else if (host.files.existsSync(target) && !options.flags.has('o')) {
      if (!options.flags.has('n')) stderr += `unzip: ${name} is there already: -o overwrites it, -n leaves it\n`;
    } else {
      host.files.writeSync(target, bytes);
      const shown = options.flags.has('d') ? `${options.flags.get('d')!.replace(/\/+$/, '')}/${name}` : name;
      stdout += ` extracting: ${shown}\n`;
    }
  }
  return { stdout: options.flags.has('q') ? '' : stdout, stderr, exitCode: stderr === '' ? 0 : 1 };
}

function listing(archive: string, entries: readonly [string, Uint8Array][]): string {
  const total = entries.reduce((sum, [, { length }]) => sum + length, 0);
  const lines = entries.map(([name, { length }]) => `${String(length).padStart(9)}  ${name}\n`).join('');
  const count = `${entries.length} file${entries.length === 1 ? '' : 's'}`;
  return `Archive:  ${strFromU8(new TextEncoder().encode(archive))}\n   Length  Name\n---------  ----\n${lines}---------  -------\n${String(total).padStart(9)}  ${count}\n`;
}
