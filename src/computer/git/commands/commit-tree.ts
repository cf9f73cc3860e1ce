import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { fatal } from '../errors.ts';
import { encodeCommit } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { peelTo, requireCommit, resolveRevision } from '../revision.ts';

export function commitTree(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec('commit-tree', 'usage: git commit-tree <tree> [(-p <parent>)...]\n', '-p=* -m=* -F=').parse(args);
  const [name = ''] = options.args;
  const id = resolveRevision(call, name);
  const tree = id === null ? null : peelTo(call, id, 'tree');
  if (tree === null) throw fatal(`not a valid object name ${name}`);
  const parents = options.list('p').map((parent) => requireCommit(call, parent));
  const file = options.value('F');
  const message =
    options.list('m').length > 0
      ? options
          .list('m')
          .map((part) => `${part.replace(/\n*$/, '')}\n`)
          .join('\n')
      : file === undefined
        ? decode(call.stdin)
        : (call.disk.readText(call.resolve(file)) ?? '');
  call.line(
    call.repository.objects.write(
      'commit',
      encodeCommit({ tree, parents, author: call.person('author'), committer: call.person('committer'), message }),
    ),
  );
  return 0;
}
