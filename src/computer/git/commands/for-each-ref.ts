import type { GitCall } from '../call.ts';
import { unsupported } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { attachRevisions } from '../ref-filter.ts';
import { formatRef, sortRefs } from '../ref-format.ts';
import { requireCommit, requireRevision } from '../revision.ts';
import { isAncestor } from '../walk.ts';
import { wildmatch } from '../wildmatch.ts';

const FOR_EACH_REF = new OptionSpec(
  'for-each-ref',
  'usage: git for-each-ref [<options>] [<pattern>]\n',
  '-s,--shell -p,--perl --python --tcl --count= --format= --color[=] --sort=* --points-at= --merged[=] --no-merged[=] --contains[=] --no-contains[=] --ignore-case',
);

export function forEachRef(call: GitCall, args: readonly string[]): number {
  const options = FOR_EACH_REF.parse(attachRevisions(args, /^--(contains|no-contains|merged|no-merged)$/, () => true));
  const { refs, objects } = call.repository;
  for (const name of ['shell', 'perl', 'python', 'tcl']) if (options.has(name)) throw unsupported(`'git for-each-ref --${name}'`);
  const commitOf = (name: string): string | null => (options.has(name) ? requireCommit(call, options.value(name) || 'HEAD') : null);
  const [contains, merged, unmerged, points] = [
    commitOf('contains'),
    commitOf('merged'),
    commitOf('no-merged'),
    options.has('points-at') ? requireRevision(call, options.value('points-at') ?? '') : null,
  ];
  const wanted = (name: string, id: string): boolean => {
    const matched =
      options.args.length === 0 ||
      options.args.some(
        (pattern) =>
          name === pattern ||
          name.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`) ||
          wildmatch(pattern, name, { pathname: true }),
      );
    if (!matched) return false;
    const peeled = objects.peel(id);
    if (points !== null && points !== id && points !== peeled.id) return false;
    if (peeled.type !== 'commit') return contains === null && merged === null && unmerged === null;
    return (
      (!contains || isAncestor(objects, contains, peeled.id)) &&
      (!merged || isAncestor(objects, peeled.id, merged)) &&
      (!unmerged || !isAncestor(objects, peeled.id, unmerged))
    );
  };
  const found = refs
    .list()
    .filter(([name, id]) => wanted(name, id))
    .map(([name, id]) => ({ name, id }));
  const format = options.value('format') ?? '%(objectname) %(objecttype)\t%(refname)';
  for (const info of sortRefs(call, found, options.list('sort')).slice(0, Number(options.value('count') ?? Number.POSITIVE_INFINITY)))
    call.line(formatRef(call, info, format));
  return 0;
}
