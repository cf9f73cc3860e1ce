/** `tar`: makes, lists and unpacks archives, with gzip; the format is modern-tar's. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { gunzipSync, gzipSync } from 'fflate';
import { packTar, unpackTar } from 'modern-tar';
import type { TreeEntry } from '../../platform/platform.ts';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { isWithin, parentPath, resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions, type Options } from './options.ts';
import { failed } from './result.ts';

const SYNTAX = {
  letters: 'cxtzvOkf:C:e:s:',
  names: {
    create: 'c',
    extract: 'x',
    get: 'x',
    list: 't',
    gzip: 'z',
    gunzip: 'z',
    verbose: 'v',
    file: 'f',
    directory: 'C',
    exclude: 'e',
    'strip-components': 's',
    'to-stdout': 'O',
    'keep-old-files': 'k',
  },
};
const SEE_HELP = "Try 'tar --help' or 'tar --usage' for more information.\n";

export async function tar(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(detached(args), SYNTAX);
  if (typeof options === 'string') return failed(`tar: ${options}\n${SEE_HELP}`, 64);
  const modes = ['c', 'x', 't'].filter((mode) => options.flags.has(mode));
  if (modes.length === 0)
    return failed(`tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n${SEE_HELP}`, 2);
  if (modes.length > 1)
    return failed(`tar: You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option\n${SEE_HELP}`, 2);
  const directory = resolvePath(ctx.cwd, options.flags.get('C') ?? '.');
  if (!host.files.existsSync(directory))
    return failed(
      `tar: ${options.flags.get('C')}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`,
      2,
    );
  return modes[0] === 'c' ? create(host, options, directory, ctx) : unpack(host, options, directory, ctx);
}

/** `tar czf x.tgz files`, the old way: the first word is flags without their dash, whose values follow in order. */
function detached(args: readonly string[]): readonly string[] {
  const [first = '', ...rest] = args;
  if (!/^[cxtzvOkfC]+$/.test(first)) return args;
  const values = [...first].flatMap((flag) => ('fC'.includes(flag) ? [`-${flag}`, rest.shift() ?? ''] : [`-${flag}`]));
  return [...values, ...rest];
}

async function create(host: CommandHost, options: Options, directory: string, ctx: ResolvedCommandContext): Promise<ExecResult> {
  if (options.operands.length === 0) return failed(`tar: Cowardly refusing to create an empty archive\n${SEE_HELP}`, 2);
  const excluded = (options.all.get('e') ?? []).map(globPattern);
  const archive = options.flags.get('f') ?? '-';
  const target = archive === '-' ? null : resolvePath(ctx.cwd, archive);
  const problems: string[] = [];
  const found: { readonly name: string; readonly entry: TreeEntry }[] = [];
  for (const operand of options.operands) {
    const root = resolvePath(directory, operand);
    if (!host.files.existsSync(root)) {
      problems.push(`tar: ${operand}: Cannot stat: No such file or directory\n`);
      continue;
    }
    const shown = operand.replace(/\/+$/, '') || '/';
    if (shown.startsWith('/')) problems.push("tar: Removing leading `/' from member names\n");
    for (const entry of entriesAt(host, root)) {
      const name = `${shown}${entry.path === root ? '' : entry.path.slice(root === '/' ? 0 : root.length)}`;
      if (entry.path !== target && !excluded.some((pattern) => pattern.test(name))) found.push({ name: name.replace(/^\/+/, ''), entry });
    }
  }
  const packed = await packTar(
    found.map(({ name, entry }) => {
      const { mtime } = entry;
      const owner = { mtime: new Date(mtime), uid: 1000, gid: 1000, uname: host.user.login, gname: host.user.login };
      if (entry.type === 'directory')
        return { header: { name: `${name}/`, size: 0, type: 'directory' as const, mode: entry.mode, ...owner } };
      if (entry.type === 'symlink')
        return { header: { name, size: 0, type: 'symlink' as const, linkname: entry.target, mode: 0o777, ...owner } };
      return { header: { name, size: entry.bytes.length, type: 'file' as const, mode: entry.mode, ...owner }, body: entry.bytes };
    }),
  );
  const isCompressed = options.flags.has('z');
  const bytes = isCompressed ? gzipSync(packed, { mtime: 0 }) : packed;
  const names = options.flags.has('v') ? found.map(({ name, entry }) => `${name}${entry.type === 'directory' ? '/' : ''}\n`).join('') : '';
  const failedNames = problems.some((problem) => problem.includes('Cannot'));
  const stderr = problems.join('') + (failedNames ? 'tar: Exiting with failure status due to previous errors\n' : '');
  if (target === null) return bytesResult(bytes, names + stderr, failedNames ? 2 : 0);
  if (!host.files.existsSync(parentPath(target)))
    return failed(`tar: ${archive}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`, 2);
  host.files.writeSync(target, bytes);
  return { stdout: names, stderr, exitCode: failedNames ? 2 : 0 };
}

/** A path and all below it, a directory before what it holds, in the order of their names. */
function entriesAt(host: CommandHost, root: string): readonly TreeEntry[] {
  return host.files.tree(parentPath(root)).filter(({ path }) => isWithin(root, path));
}

async function unpack(host: CommandHost, options: Options, directory: string, ctx: ResolvedCommandContext): Promise<ExecResult> {
  const archive = options.flags.get('f') ?? '-';
  const path = resolvePath(ctx.cwd, archive);
  if (archive !== '-' && !host.files.existsSync(path))
    return failed(`tar: ${archive}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`, 2);
  const given = archive === '-' ? fromLatin1(ctx.stdin as unknown as string) : host.files.readSync(path);
  const entries = await readArchive(given);
  if (entries === null) {
    const said =
      options.flags.has('z') && !isGzip(given)
        ? '\ngzip: stdin: not in gzip format\ntar: Child returned status 1\n'
        : 'tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n';
    return failed(said.startsWith('tar') ? said : `${said}tar: Error is not recoverable: exiting now\n`, 2);
  }
  const wanted = options.operands.map((operand) => operand.replace(/\/+$/, ''));
  const unseen = new Set(wanted);
  const excluded = (options.all.get('e') ?? []).map(globPattern);
  const strip = Number(options.flags.get('s') ?? 0);
  const lists = options.flags.has('t');
  const contents: Uint8Array[] = [];
  let names = '';
  let stderr = '';
  for (const { header, data = new Uint8Array() } of entries) {
    const name = header.name.replace(/\/+$/, '');
    const match = wanted.find((each) => isWithin(each, name));
    if (match !== undefined) unseen.delete(match);
    if ((wanted.length > 0 && match === undefined) || excluded.some((pattern) => pattern.test(name))) continue;
    const isDirectory = header.type === 'directory';
    if (lists) {
      const line = `${name}${isDirectory ? '/' : ''}`;
      names += options.flags.has('v') ? `${longLine(header, line)}\n` : `${line}\n`;
      continue;
    }
    const place = name.split('/').slice(strip).join('/');
    if (place === '') continue;
    if (place.split('/').includes('..')) {
      stderr += `tar: ${name}: Member name contains '..'\n`;
      continue;
    }
    if (options.flags.has('v')) names += `${name}${isDirectory ? '/' : ''}\n`;
    const target = resolvePath(directory, place.replace(/^\/+/, ''));
    const mtime = header.mtime?.getTime() ?? host.clock.now();
    if (options.flags.has('O')) contents.push(data);
    else if (isDirectory) host.files.load([{ path: target, type: 'directory', mode: header.mode ?? 0o755, mtime }]);
    else if (options.flags.has('k') && host.files.existsSync(target)) stderr += `tar: ${name}: Cannot open: File exists\n`;
    else {
      makeParents(host, target, mtime);
      if (header.type === 'symlink') host.files.load([{ path: target, type: 'symlink', target: header.linkname ?? '', mtime }]);
      else host.files.load([{ path: target, type: 'file', bytes: data, mode: header.mode ?? 0o644, mtime }]);
    }
  }
  for (const name of unseen) stderr += `tar: ${name}: Not found in archive\n`;
  if (stderr !== '') stderr += 'tar: Exiting with failure status due to previous errors\n';
  if (options.flags.has('O')) return bytesResult(joined(contents), names + stderr, stderr === '' ? 0 : 2);
  return { stdout: names, stderr, exitCode: stderr === '' ? 0 : 2 };
}

function makeParents(host: CommandHost, path: string, mtime: number): void {
  const parent = parentPath(path);
  if (host.files.existsSync(parent)) return;
  makeParents(host, parent, mtime);
  host.files.load([{ path: parent, type: 'directory', mode: 0o755, mtime }]);
}

type Archived = Awaited<ReturnType<typeof unpackTar>>;

async function readArchive(given: Uint8Array): Promise<Archived | null> {
  try {
    const bytes = isGzip(given) ? gunzipSync(given) : given;
    if (bytes.length < 512 || toLatin1(bytes.subarray(257, 262)) !== 'ustar') return null;
    return await unpackTar(bytes, { strict: true });
  } catch {
    return null;
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

function longLine(header: Archived[number]['header'], name: string): string {
  const bits = [0o400, 0o200, 0o100, 0o040, 0o020, 0o010, 0o004, 0o002, 0o001];
  const type = header.type === 'directory' ? 'd' : header.type === 'symlink' ? 'l' : '-';
  const mode = bits.map((bit, i) => (((header.mode ?? 0) & bit) === 0 ? '-' : 'rwx'[i % 3])).join('');
  const time = (header.mtime ?? new Date(0)).toISOString().replace('T', ' ').slice(0, 16);
  const owner = `${header.uname ?? header.uid ?? ''}/${header.gname ?? header.gid ?? ''}`;
  const size = String(header.size).padStart(Math.max(0, 19 - owner.length - 1));
  return `${type}${mode} ${owner} ${size} ${time} ${name}${header.type === 'symlink' ? ` -> ${header.linkname}` : ''}`;
}

/** `--exclude`: a name, or a part of a path from one slash on, with `*` for anything. */
function globPattern(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`(?:^|/)${text}(?:/|$)`);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return fromLatin1(pieces.map(toLatin1).join(''));
}

function bytesResult(bytes: Uint8Array, stderr: string, exitCode: number): ExecResult {
  return { stdout: toLatin1(bytes), stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr, exitCode };
}
