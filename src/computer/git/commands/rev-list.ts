import type { GitCall } from '../call.ts';
import { GitExit, unsupported } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { prettyCommit, resolveFormat } from '../pretty.ts';
import { walkRange } from '../revlist.ts';
import { reachableObjects } from '../walk.ts';
import { rangeOf, WALK_OPTIONS, walkOptions } from '../walk-options.ts';

const REV_LIST = new OptionSpec(
  'rev-list',
  'usage: git rev-list [<options>] <commit>... [--] [<path>...]\n',
  `--count --pretty[=] --format= --oneline --header --timestamp --no-object-names --use-bitmap-index --disk-usage[=] --quiet --abbrev-commit --abbrev[=] --graph --date= --no-commit-header --commit-header ${WALK_OPTIONS}`,
);

export async function revList(call: GitCall, args: readonly string[]): Promise<number> {
  const options = REV_LIST.parse(args, { keepUnknown: true });
  for (const name of ['graph', 'header', 'disk-usage']) if (options.has(name)) throw unsupported(`'git rev-list --${name}'`);
  if (options.before.length === 0 && !options.has('all') && !options.has('branches') && !options.has('tags') && !options.has('remotes'))
    throw new GitExit(REV_LIST.usage, 129);
  const range = rangeOf(call, options);
  const walk = walkOptions(call, options);
  const commits = await walkRange(call, range, walk);
  if (options.has('quiet')) return 0;
  if (options.has('count')) {
    if (options.has('left-right') && range.left) {
      const left = commits.filter(({ commit }) => range.left?.has(commit.id)).length;
      call.line(`${left}\t${commits.length - left}`);
      return 0;
    }
    const objects = options.has('objects')
      ? reachableObjects(call.repository.objects, range.positive, range.negative).size
      : commits.length;
    call.line(String(objects));
    return 0;
  }
  const named = options.last('pretty', 'format', 'oneline');
  const format =
    named === undefined
      ? null
      : named === 'oneline'
        ? 'oneline'
        : resolveFormat(call, named === 'format' ? formatText(options.value('format') ?? '') : (options.value('pretty') ?? ''));
  const abbreviate = options.has('abbrev-commit') || named === 'oneline';
  for (const walked of commits) {
    const id = abbreviate ? call.short(walked.commit.id) : walked.commit.id;
    const mark = options.has('left-right') ? (range.left?.has(walked.commit.id) ? '<' : '>') : '';
    const parents = options.has('parents') ? walked.parents.map((parent) => ` ${parent}`).join('') : '';
    const stamp = options.has('timestamp') ? `${walked.commit.committer.time} ` : '';
    if (format === null) call.line(`${stamp}${mark}${id}${parents}`);
    else {
      const text = prettyCommit(call, walked, {
        format,
        dateMode: options.value('date') ?? 'default',
        abbrevCommit: abbreviate,
        decorations: null,
      });
      if (/^t?format:/.test(format) && !options.negated('commit-header')) call.line(`commit ${id}`);
      call.line(text);
      if (!/^t?format:/.test(format) && format !== 'oneline') call.line('');
    }
  }
  if (options.has('objects')) listObjects(call, range.positive, range.negative);
  return 0;
}

const formatText = (text: string): string => (text.includes('%') ? `tformat:${text}` : text);

/** Trees and blobs with the path they were first seen at. */
function listObjects(call: GitCall, wants: readonly string[], haves: readonly string[]): void {
  const { objects } = call.repository;
  const wanted = reachableObjects(objects, wants, haves);
  const shown = new Set<string>();
  const visit = (id: string, path: string): void => {
    if (shown.has(id) || !wanted.has(id)) return;
    shown.add(id);
    call.line(`${id} ${path}`);
    if (wanted.get(id)?.type !== 'tree') return;
    for (const item of objects.tree(id)) visit(item.id, path === '' ? item.name : `${path}/${item.name}`);
  };
  for (const [id, { type }] of wanted) if (type === 'tag') call.line(`${id} ${objects.tag(id).name}`);
  for (const [id, { type }] of wanted) if (type === 'commit') visit(objects.commit(id).tree, '');
}
