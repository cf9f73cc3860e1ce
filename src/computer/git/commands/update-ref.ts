import { isRefName } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { requireRevision, resolveRevision } from '../revision.ts';

const UPDATE_REF = new OptionSpec(
  'update-ref',
  'usage: git update-ref [<options>] -d <refname> [<old-oid>]\n   or: git update-ref [<options>]    <refname> <new-oid> [<old-oid>]\n',
  '-m= -d --no-deref,--deref --stdin -z --create-reflog',
);

export function updateRef(call: GitCall, args: readonly string[]): number {
  const options = UPDATE_REF.parse(args);
  const { refs } = call.repository;
  if (options.has('stdin')) throw unsupported("'git update-ref --stdin'");
  const [name, value, expected] = options.args;
  if (name === undefined) throw new GitExit(UPDATE_REF.usage, 129);
  const check = (old: string | undefined): void => {
    const id = old === undefined || old === '' ? undefined : /^0+$/.test(old) ? null : requireRevision(call, old);
    if (id !== undefined && refs.resolve(name) !== id)
      throw fatal(`update_ref failed for ref '${name}': cannot lock ref '${name}': is at ${refs.resolve(name)} but expected ${id}`);
  };
  if (options.has('d')) {
    check(value);
    if (/^(MERGE_HEAD|CHERRY_PICK_HEAD|ORIG_HEAD)$/.test(name)) call.disk.remove(`${call.repository.gitDir}/${name}`);
    else refs.delete(name);
    return 0;
  }
  if (value === undefined) throw new GitExit(UPDATE_REF.usage, 129);
  const id = resolveRevision(call, value);
  if (id === null) throw fatal(`${value}: not a valid SHA1`);
  check(expected);
  if (name !== 'HEAD' && !(name.startsWith('refs/') && isRefName(name)) && !/^[A-Z_]+$/.test(name))
    throw fatal(`update_ref failed for ref '${name}': refusing to update ref with bad name '${name}'`);
  const change = call.change(options.value('m') ?? '');
  if (options.has('no-deref') && name === 'HEAD') refs.detach(id, change);
  else refs.update(name, id, change);
  return 0;
}
