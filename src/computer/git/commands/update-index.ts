import type { GitCall } from '../call.ts';
import { failure } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { relativeToRoot } from '../pathspec.ts';
import { indexEntry } from '../worktree.ts';
import { stage } from './add.ts';

const UPDATE_INDEX = new OptionSpec(
  'update-index',
  'usage: git update-index [<options>] [--] [<file>...]\n',
  '--add --remove --force-remove --refresh -q --chmod= --cacheinfo= --really-refresh',
);

export function updateIndex(call: GitCall, args: readonly string[]): number {
  const options = UPDATE_INDEX.parse(args);
  const repository = call.workRepository;
  const entries = new Map(repository.index().map((entry) => [entry.path, entry]));
  const work = repository.workEntries();
  const info = options.value('cacheinfo');
  if (info !== undefined) {
    const [mode = '', id = '', path = ''] = info.includes(',') ? info.split(',') : [info, options.args[0] ?? '', options.args[1] ?? ''];
    entries.set(path, indexEntry(path, { mode: Number.parseInt(mode, 8), id }));
  } else {
    for (const name of options.args) {
      const path = relativeToRoot(call, name);
      const entry = entries.get(path);
      const there = work.get(path);
      const chmod = options.value('chmod');
      if (options.has('force-remove') || (options.has('remove') && there === undefined)) entries.delete(path);
      else if (there === undefined)
        throw failure(`${path}: does not exist and --remove not passed\nfatal: Unable to process path ${path}`, 128);
      else if (entry === undefined && !options.has('add'))
        throw failure(`${path}: cannot add to the index - missing --add option?\nfatal: Unable to process path ${path}`, 128);
      else {
        const staged = stage(repository, path, there);
        entries.set(path, chmod === undefined ? staged : { ...staged, mode: chmod === '+x' ? 0o100755 : 0o100644 });
      }
    }
  }
  repository.writeIndex([...entries.values()]);
  return 0;
}
