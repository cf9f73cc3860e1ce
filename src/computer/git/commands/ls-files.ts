import type { GitCall } from '../call.ts';
import { failure, unsupported } from '../errors.ts';
import { octalMode } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { fromHere, Pathspec, quotePath } from '../pathspec.ts';
import { fileOf } from '../repository.ts';
import { compareWork, unmergedOf, untrackedFiles } from '../status.ts';

const LS_FILES = new OptionSpec(
  'ls-files',
  'usage: git ls-files [<options>] [<file>...]\n',
  '-z -t -v -f --deduplicate -c,--cached -d,--deleted -m,--modified -o,--others -i,--ignored -s,--stage -k,--killed --directory --eol --no-empty-directory,--empty-directory -u,--unmerged --resolve-undo -x,--exclude=* -X,--exclude-from=* --exclude-per-directory= --exclude-standard --full-name --recurse-submodules --error-unmatch --with-tree= --abbrev[=] --debug --sparse --format=',
);

export function lsFiles(call: GitCall, args: readonly string[]): number {
  const options = LS_FILES.parse(args);
  const { repository } = call;
  for (const name of ['t', 'v', 'f', 'killed', 'resolve-undo', 'format', 'debug', 'with-tree'])
    if (options.has(name)) throw unsupported(`'git ls-files ${name.length === 1 ? '-' : '--'}${name}'`);
  const pathspec = new Pathspec(call, options.args.length === 0 && call.prefix !== '' ? ['.'] : options.args);
  const end = options.has('z') ? '\0' : '\n';
  const entries = repository.index();
  const work = repository.workTree === null ? new Map() : repository.workEntries();
  const conversion = options.has('eol') ? repository.conversion() : null;
  const endings = (path: string, id: string | null): string => {
    const entry = repository.disk.entry(repository.pathOf(path));
    const raw = entry?.type === 'file' ? entry.bytes : null;
    return conversion === null ? '' : `${conversion.describe(path, id === null ? null : repository.objects.blob(id), raw)}\t`;
  };
  const show = (path: string): string => {
    const shown = options.has('full-name') ? path : path.endsWith('/') ? `${fromHere(call, path.slice(0, -1))}/` : fromHere(call, path);
    return options.has('z') ? shown : quotePath(call, shown);
  };
  const others = options.has('others');
  const special = others || options.has('deleted') || options.has('modified') || options.has('unmerged');
  const seen: string[] = [];
  if (others) {
    const rules = options.has('exclude-standard') || options.has('ignored');
    const ignore = repository.ignore(call.excludesFile);
    const mode = options.has('directory') ? 'normal' : 'all';
    const nothing = { ignores: () => false } as unknown as typeof ignore;
    const { untracked, ignored } = untrackedFiles(entries, work, rules ? ignore : nothing, mode, options.has('ignored'));
    const all = options.has('ignored')
      ? expandFolders(
          ignored,
          [...work.keys()].filter((path) => work.get(path)?.type !== 'directory'),
        )
      : untracked;
    for (const path of all) {
      if (!pathspec.matches(path.replace(/\/$/, ''))) continue;
      seen.push(path);
      call.out(endings(path, null) + show(path) + end);
    }
  }
  const write = (entry: (typeof entries)[number]): void => {
    seen.push(entry.path);
    if (options.has('stage') || options.has('unmerged'))
      call.out(
        `${octalMode(entry.mode)} ${options.has('abbrev') ? call.short(entry.id) : entry.id} ${entry.stage}\t${endings(entry.path, entry.id)}${show(entry.path)}${end}`,
      );
    else call.out(endings(entry.path, entry.id) + show(entry.path) + end);
  };
  if (options.has('cached') || options.has('stage') || !special) {
    for (const [at, entry] of entries.entries()) {
      if (options.has('unmerged') && entry.stage === 0) continue;
      if (options.has('deduplicate') && entries[at - 1]?.path === entry.path) continue;
      if (pathspec.matches(entry.path)) write(entry);
    }
  } else if (options.has('unmerged')) {
    for (const entry of entries) if (entry.stage !== 0 && pathspec.matches(entry.path)) write(entry);
  }
  if (options.has('deleted') || options.has('modified')) {
    const conflicted = new Set(unmergedOf(entries).map(({ path }) => path));
    const changes = new Map(compareWork(entries, work).map((change) => [change.path, change]));
    for (const entry of entries) {
      if (!pathspec.matches(entry.path)) continue;
      const change = changes.get(entry.path);
      const gone = fileOf(work.get(entry.path)) === null;
      if (options.has('deleted') && gone) write(entry);
      if (options.has('modified') && (change !== undefined || conflicted.has(entry.path))) write(entry);
    }
  }
  const missing = options.has('error-unmatch') ? pathspec.unmatched(seen) : null;
  if (missing !== null) throw failure(`pathspec '${missing}' did not match any file(s) known to git\nDid you forget to 'git add'?`);
  return 0;
}

function expandFolders(paths: readonly string[], files: readonly string[]): readonly string[] {
  return paths.flatMap((path) => (path.endsWith('/') ? files.filter((file) => file.startsWith(path)) : [path]));
}
