/** Finds what stands at a place of a workflow file: `jobs.deploy.needs`. */
import type { Located, Place } from '../yaml.ts';

export interface FilePlace {
  /** Keys and indexes from the root: `['jobs', 'deploy', 'steps', 2, 'uses']`. */
  readonly path: readonly (string | number)[];
  /** Whether the key itself stands there, or its value. */
  readonly part: 'key' | 'value';
  readonly node: Located | null;
  /** Keys of the mapping around it. */
  readonly siblings: readonly string[];
  /** What to mark for it: the key that leads to it, or itself. */
  readonly mark: Place;
}

/** The innermost key or value that holds this place. */
export function placeInFile(root: Located, at: Place): FilePlace {
  let best: FilePlace = { path: [], part: 'value', node: root, siblings: [], mark: at };
  for (const place of places(root)) if (holds(place.range, at)) best = { ...place, mark: at };
  return best;
}

/** The mapping that begins at this place, for what is said of a mapping as a whole. */
export function mappingInFile(root: Located, at: Place): FilePlace {
  for (const place of places(root)) {
    if (place.part === 'value' && place.node.kind === 'mapping' && place.range.line === at.line && place.range.column === at.column)
      return place;
  }
  return placeInFile(root, at);
}

/** Every key and value, outer ones first. */
function* places(
  node: Located,
  path: readonly (string | number)[] = [],
  siblings: readonly string[] = [],
  mark: Place | null = null,
): Generator<FilePlace & { readonly node: Located; readonly range: Place }> {
  yield {
    path,
    part: 'value',
    node,
    siblings,
    range: node.at,
    mark: mark ?? { ...node.at, endLine: node.at.line, endColumn: node.at.column + 1 },
  };
  if (node.kind === 'sequence') for (const [index, item] of node.items.entries()) yield* places(item, [...path, index]);
  if (node.kind === 'mapping') {
    const keys = node.entries.map(({ key }) => key);
    for (const entry of node.entries) {
      yield { path: [...path, entry.key], part: 'key', node: entry.value, siblings: keys, range: entry.keyAt, mark: entry.keyAt };
      yield* places(entry.value, [...path, entry.key], keys, entry.keyAt);
    }
  }
}

function holds(range: Place, at: Place): boolean {
  const afterStart = at.line > range.line || (at.line === range.line && at.column >= range.column);
  const beforeEnd = at.line < range.endLine || (at.line === range.endLine && at.column <= range.endColumn);
  return afterStart && beforeEnd;
}

/** The path with job names and indexes replaced, as the documentation writes it: `jobs.*.steps[*].uses`. */
export function pattern(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? '[*]' : index === 1 && path[0] === 'jobs' ? '.*' : index === 0 ? part : `.${part}`))
    .join('');
}
