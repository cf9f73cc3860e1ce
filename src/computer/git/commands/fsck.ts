import type { GitCall } from '../call.ts';
import { unsupported } from '../errors.ts';
import { keptObjects } from '../kept.ts';
import { objectId } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { ancestors } from '../walk.ts';

/** Checks that everything that refs name is there and is what its id says. */
export function fsck(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec(
    'fsck',
    'usage: git fsck [<options>]\n',
    '--full --strict --no-dangling,--dangling --unreachable --no-progress,--progress --lost-found --connectivity-only',
  ).parse(args);
  for (const name of ['lost-found', 'unreachable']) if (options.has(name)) throw unsupported(`'git fsck --${name}'`);
  const { objects } = call.repository;
  const known = new Set(objects.ids());
  let code = 0;
  for (const id of known) {
    const { type, content } = objects.read(id);
    if (objectId(type, content) === id) continue;
    call.err(`error: ${id}: hash-path mismatch\n`);
    code = 1;
  }
  const reachable = keptObjects(call.repository);
  const named = new Set<string>(reachable);
  for (const id of known) {
    if (reachable.has(id)) continue;
    const { type } = objects.read(id);
    if (type === 'commit') for (const below of ancestors(objects, objects.commit(id).parents)) named.add(below);
    if (type === 'tree') for (const item of objects.tree(id)) named.add(item.id);
    if (type === 'commit') named.add(objects.commit(id).tree);
  }
  if (!args.includes('--no-dangling'))
    for (const id of [...known].sort()) if (!named.has(id)) call.line(`dangling ${objects.read(id).type} ${id}`);
  return code;
}
