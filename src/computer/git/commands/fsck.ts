import type { GitCall } from '../call.ts';
import { objectId } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { ancestors, reachableObjects } from '../walk.ts';

/** Checks that everything that refs name is there and is what its id says. */
export function fsck(call: GitCall, args: readonly string[]): number {
  new OptionSpec(
    'fsck',
    'usage: git fsck [<options>]\n',
    '--full --strict --no-dangling,--dangling --unreachable --no-progress,--progress --lost-found --connectivity-only',
  ).parse(args);
  const { objects, refs, head } = call.repository;
  const known = new Set(objects.ids());
  let code = 0;
  for (const id of known) {
    const { type, content } = objects.read(id);
    if (objectId(type, content) === id) continue;
    call.err(`error: ${id}: hash-path mismatch\n`);
    code = 1;
  }
  const tips = [...refs.list().map(([, id]) => id), ...(head === null ? [] : [head])];
  const reachable = new Set(reachableObjects(objects, tips, []).keys());
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
