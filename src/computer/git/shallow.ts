import { parseCommit, parseTag, parseTree, type GitObject } from './objects.ts';

/** A history that was cut after so many commits. */
export interface ShallowHistory {
  readonly objects: ReadonlyMap<string, GitObject>;
  /** Commits that are there with their parents, and those whose parents stay away. */
  readonly whole: readonly string[];
  readonly cut: readonly string[];
}

/** What `--depth` brings of some ids: each one's nearest `depth` commits with all their files, and the tags that lead to them. */
export function shallowHistory(wants: readonly string[], depth: number, read: (id: string) => GitObject): ShallowHistory {
  const objects = new Map<string, GitObject>();
  const take = (id: string): GitObject => {
    const object = objects.get(id) ?? read(id);
    objects.set(id, object);
    return object;
  };
  const takeTree = (id: string): void => {
    if (objects.has(id)) return;
    for (const item of parseTree(take(id).content)) {
      if (item.mode === 0o040000) takeTree(item.id);
      else if (item.mode !== 0o160000) take(item.id);
    }
  };
  const peel = (id: string): string => {
    const { type, content } = take(id);
    return type === 'tag' ? peel(parseTag(id, content).object) : id;
  };
  const [whole, cut]: [string[], string[]] = [[], []];
  // A commit counts where it is nearest: level by level, it is seen there first.
  const seen = new Set<string>();
  let level = wants.map(peel);
  for (let left = depth; left > 0 && level.length > 0; left--) {
    const next: string[] = [];
    for (const id of level) {
      if (seen.has(id)) continue;
      seen.add(id);
      const { tree, parents } = parseCommit(id, take(id).content);
      takeTree(tree);
      if (left === 1 && parents.length > 0) cut.push(id);
      else whole.push(id);
      if (left > 1) next.push(...parents);
    }
    level = next;
  }
  return { objects, whole, cut };
}
