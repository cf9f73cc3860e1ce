import type { GitCall } from './call.ts';
import { mergeTrees, type MergeLabels } from './engine.ts';
import { encodeTree } from './objects.ts';
import type { Unmerged } from './status.ts';

/** A file in conflict with its markers, or null when one side has no file. */
export async function conflictContent(call: GitCall, { base, ours, theirs }: Unmerged, labels: MergeLabels): Promise<Uint8Array | null> {
  if (ours === null || theirs === null) return null;
  const { objects } = call.repository;
  const tree = (file: { readonly mode: number; readonly id: string } | null): string =>
    objects.write('tree', encodeTree(file === null ? [] : [{ mode: file.mode, name: 'f', id: file.id }]));
  const { treeHash } = await mergeTrees(objects, tree(base), tree(ours), tree(theirs), labels);
  const merged = objects.tree(treeHash)[0];
  return merged ? objects.blob(merged.id) : null;
}
