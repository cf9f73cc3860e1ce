import type { GitCall } from '../call.ts';
import { OptionSpec } from '../options.ts';

const SPEC = new OptionSpec('pack-refs', 'usage: git pack-refs [--all] [--no-prune]\n', '--all --prune');

/** Brings loose refs together in `packed-refs`: tags and what is there already, or all with `--all`. */
export function packRefs(call: GitCall, args: readonly string[]): number {
  const options = SPEC.parse(args);
  const { refs, objects } = call.repository;
  refs.pack({
    wanted: (name) => options.has('all') || name.startsWith('refs/tags/'),
    keepLoose: options.negated('prune'),
    peel: (id) => objects.peel(id).id,
  });
  return 0;
}
