import type { GitCall } from '../call.ts';
import { fatal, GitExit } from '../errors.ts';
import { octalMode, TREE_MODE, typeOfMode } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { fromHere, quotePath } from '../pathspec.ts';
import { normalise, peelTo, resolveRevision } from '../revision.ts';

const LS_TREE = new OptionSpec(
  'ls-tree',
  'usage: git ls-tree [<options>] <tree-ish> [<path>...]\n',
  '-d -r -t -z -l,--long --name-only,--name-status --object-only --full-name --full-tree --abbrev[=] --format=',
);

export function lsTree(call: GitCall, args: readonly string[]): number {
  const options = LS_TREE.parse(args);
  const { repository } = call;
  const [name, ...paths] = options.args;
  if (name === undefined) throw new GitExit(LS_TREE.usage, 129);
  const id = resolveRevision(call, name);
  if (id === null) throw fatal(`Not a valid object name ${name}`);
  const tree = peelTo(call, id, 'tree');
  if (tree === null) throw fatal('not a tree object');
  const end = options.has('z') ? '\0' : '\n';
  const base = options.has('full-tree') ? '' : call.prefix;
  const wanted = paths.map((path) => ({ path: normalise(base + path), inside: path.endsWith('/') }));
  const show = (path: string): string => {
    const shown = options.has('full-name') || options.has('full-tree') ? path : fromHere(call, path);
    return options.has('z') ? shown : quotePath(call, shown);
  };
  const write = (mode: number, child: string, path: string): void => {
    const short = options.has('abbrev') ? call.short(child, Number(options.value('abbrev')) || undefined) : child;
    if (options.has('object-only')) call.out(short + end);
    else if (options.has('name-only')) call.out(show(path) + end);
    else {
      const size = options.has('long')
        ? ` ${(mode === TREE_MODE || mode === 0o160000 ? '-' : String(repository.objects.read(child).content.length)).padStart(7)}`
        : '';
      call.out(`${octalMode(mode)} ${typeOfMode(mode)} ${short}${size}\t${show(path)}${end}`);
    }
  };
  const visit = (folder: string, prefix: string): void => {
    for (const item of repository.objects.tree(folder)) {
      const path = prefix + item.name;
      const isTree = item.mode === TREE_MODE;
      const below = isTree && wanted.some((one) => one.path.startsWith(`${path}/`) || (one.path === path && one.inside));
      const matched =
        wanted.length === 0
          ? base === '' || path.startsWith(base) || base.startsWith(`${path}/`)
          : wanted.some((one) => one.path === path || path.startsWith(`${one.path}/`));
      const deeper = isTree && ((options.has('r') && (matched || below)) || below || (wanted.length === 0 && base.startsWith(`${path}/`)));
      if (deeper) {
        if (options.has('t') && matched) write(item.mode, item.id, path);
        visit(item.id, `${path}/`);
      } else if (matched && (!options.has('d') || isTree) && !(wanted.length === 0 && base !== '' && !path.startsWith(base)))
        write(item.mode, item.id, path);
    }
  };
  visit(tree, '');
  return 0;
}
