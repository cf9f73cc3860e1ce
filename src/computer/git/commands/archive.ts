import { gzipSync, zipSync, type Zippable } from 'fflate';
import type { GitCall } from '../call.ts';
import { decode, encode, joinBytes } from '../disk.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { TREE_MODE, type CommitObject } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { prettyCommit } from '../pretty.ts';
import { peelTo, resolveRevision } from '../revision.ts';
import { tarOf } from '../tar-format.ts';

const ARCHIVE = new OptionSpec(
  'archive',
  'usage: git archive [<options>] <tree-ish> [<path>...]\n   or: git archive --list\n' +
    '   or: git archive --remote <repo> [--exec <cmd>] [<options>] <tree-ish> [<path>...]\n   or: git archive --remote <repo> [--exec <cmd>] --list\n\n' +
    '    --format <fmt>        archive format\n    --prefix <prefix>     prepend prefix to each pathname in the archive\n' +
    '    --add-file <file>     add untracked file to archive\n    --add-virtual-file <path:content>\n                          add untracked file to archive\n' +
    '    -o, --output <file>   write the archive to this file\n    --worktree-attributes\n                          read .gitattributes in working directory\n' +
    '    -v, --verbose         report archived files on stderr\n    -NUM                  set compression level\n\n' +
    '    -l, --list            list supported archive formats\n\n    --remote <repo>       retrieve the archive from remote repository <repo>\n' +
    '    --exec <command>      path to the remote git-upload-archive command\n\n',
  '--format= --prefix= --add-file=* --add-virtual-file=* -o,--output= --worktree-attributes -v,--verbose -l,--list --remote= --exec= -<level>',
);

const FORMATS = ['tar', 'tgz', 'tar.gz', 'zip'];

/** A file, link or folder of an archive. */
export interface ArchiveEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'folder';
  readonly executable: boolean;
  readonly content: Uint8Array;
  readonly id: string;
}

/** `git archive`: the files of a commit or tree as tar, tar.gz or zip. */
export function archive(call: GitCall, args: readonly string[]): number {
  const options = ARCHIVE.parse(args);
  for (const name of ['remote', 'add-file', 'add-virtual-file']) if (options.has(name)) throw unsupported(`'git archive --${name}'`);
  if (options.has('list')) {
    for (const name of FORMATS) call.line(name);
    return 0;
  }
  const [name, ...paths] = options.args;
  if (name === undefined) throw new GitExit(ARCHIVE.usage, 129);
  const format = formatOf(options);
  const { repository } = call;
  const id = resolveRevision(call, name);
  if (id === null) throw fatal(`not a valid object name: ${name}`);
  const commitId = peelTo(call, id, 'commit');
  const tree = peelTo(call, id, 'tree');
  if (tree === null) throw fatal(`not a tree object: ${id}`);
  const commit = commitId === null ? null : repository.objects.commit(commitId);
  const mtime = commit?.committer.time ?? Math.floor(call.now() / 1000);
  const entries = entriesOf(call, {
    tree,
    commit,
    paths,
    prefix: options.value('prefix') ?? '',
    worktree: options.has('worktree-attributes'),
  });
  if (options.has('verbose')) for (const { path, kind } of entries) call.err(`${path}${kind === 'folder' ? '/' : ''}\n`);
  const level = Number(options.value('level') ?? 6) as 6;
  const tar = (): Uint8Array => tarOf(entries, commitId, mtime);
  const bytes = format === 'zip' ? zipOf(entries, commitId, mtime, level) : format === 'tar' ? tar() : gzipSync(tar(), { mtime: 0, level });
  const output = options.value('output');
  if (output === undefined) call.out(bytes);
  else {
    const target = call.resolve(output);
    if (!call.disk.isDirectory(target.slice(0, target.lastIndexOf('/')) || '/'))
      throw fatal(`could not open '${output}' for writing: No such file or directory`);
    call.disk.write(target, bytes);
  }
  return 0;
}

/** As the option says, or the name of the file; tar otherwise. */
function formatOf(options: Options): string {
  const given = options.value('format');
  if (given !== undefined) {
    if (!FORMATS.includes(given)) throw fatal(`Unknown archive format '${given}'`);
    return given;
  }
  const output = options.value('output') ?? '';
  return FORMATS.find((name) => output.endsWith(`.${name}`) && output.length > name.length + 1) ?? 'tar';
}

interface Wanted {
  readonly tree: string;
  readonly commit: CommitObject | null;
  readonly paths: readonly string[];
  readonly prefix: string;
  /** Attributes of the work tree count, not those of the tree. */
  readonly worktree: boolean;
}

/** What goes into the archive, folders before what is in them; a folder without anything is left out. */
function entriesOf(call: GitCall, { tree: root, commit, paths, prefix, worktree }: Wanted): readonly ArchiveEntry[] {
  const { repository } = call;
  const { objects } = repository;
  const conversion = repository.conversion(worktree ? null : repository.files(root));
  const pathspec = new Pathspec(call, paths);
  const here = call.prefix;
  const start = here === '' ? root : folderOf(call, root, here.slice(0, -1));
  const entries: ArchiveEntry[] = [];
  const seen: string[] = [];
  const folder = (path: string, id: string): ArchiveEntry => ({ path, kind: 'folder', executable: false, content: EMPTY, id });
  if (prefix.endsWith('/')) entries.push(folder(prefix.replace(/\/+$/, ''), root));
  const visit = (tree: string, base: string, above: readonly ArchiveEntry[]): void => {
    let pending = above;
    for (const { name, mode, id } of objects.tree(tree)) {
      const path = base + name;
      const attributes = conversion.attributes.of(path);
      if (attributes.get('export-ignore') === true) continue;
      const shown = prefix + path.slice(here.length);
      if (mode === TREE_MODE) {
        const before = entries.length;
        if (pathspec.matches(path) || pathspec.mayMatchBelow(path)) visit(id, `${path}/`, [...pending, folder(shown, id)]);
        if (entries.length > before) pending = [];
        continue;
      }
      if (!pathspec.matches(path)) continue;
      seen.push(path);
      entries.push(...pending);
      pending = [];
      if (mode === 0o160000) entries.push(folder(shown, id));
      else {
        const stored = objects.blob(id);
        const kind = mode === 0o120000 ? 'link' : 'file';
        let content = kind === 'link' ? stored : conversion.smudge(path, stored);
        if (kind === 'file' && commit !== null && attributes.get('export-subst') === true) content = substituted(call, content, commit);
        entries.push({ path: shown, kind, executable: mode === 0o100755, content, id });
      }
    }
  };
  visit(start, here, []);
  const missing = pathspec.unmatched(seen);
  if (missing !== null) throw fatal(`pathspec '${missing}' did not match any files`);
  return entries;
}

const EMPTY = new Uint8Array(0);

function folderOf(call: GitCall, root: string, path: string): string {
  let tree = root;
  for (const part of path.split('/')) {
    const item = call.repository.objects.tree(tree).find(({ name, mode }) => name === part && mode === TREE_MODE);
    if (item === undefined) throw fatal('current working directory is untracked');
    tree = item.id;
  }
  return tree;
}

/** `$Format:%H$` becomes what it stands for (`export-subst`). */
function substituted(call: GitCall, content: Uint8Array, commit: CommitObject): Uint8Array {
  const text = decode(content);
  const options = { dateMode: 'default', abbrevCommit: false, decorations: null };
  const result = text.replace(/\$Format:([^$\n]*)\$/g, (_, format: string) =>
    prettyCommit(call, { commit, parents: commit.parents }, { ...options, format: `format:${format}` }),
  );
  return result === text ? content : encode(result);
}

/** A zip archive whose comment is the commit's id. */
function zipOf(entries: readonly ArchiveEntry[], commit: string | null, mtime: number, level: 6): Uint8Array {
  const content: Zippable = {};
  for (const { path, kind, executable, content: bytes } of entries) {
    const mode = kind === 'folder' ? 0o40775 : kind === 'link' ? 0o120777 : executable ? 0o100775 : 0o100664;
    content[kind === 'folder' ? `${path}/` : path] = [bytes, { mtime: new Date(mtime * 1000), attrs: mode << 16, os: 3, level }];
  }
  const bytes = zipSync(content);
  if (commit === null) return bytes;
  // The comment comes last, after its length.
  bytes[bytes.length - 2] = commit.length;
  return joinBytes([bytes, encode(commit)]);
}

/** `git get-tar-commit-id`: the commit that an archive on stdin was made of. */
export function getTarCommitId(call: GitCall): number {
  const bytes = call.stdin;
  if (bytes.length < 1024) throw fatal('git get-tar-commit-id: EOF before reading tar header');
  const [, id] = /^52 comment=([0-9a-f]{40})\n/.exec(decode(bytes.subarray(512, 564))) ?? [];
  if (id === undefined || bytes[156] !== 'g'.charCodeAt(0)) return 1;
  call.line(id);
  return 0;
}
