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

type Found = FilePlace & { readonly node: Located; readonly range: Place };

/** The keys and values of one file by where they stand. The file is walked once, however often it is asked. */
export class FilePlaces {
  readonly #root: Located;
  /** In the order of their beginnings; of those that begin together, inner ones last. */
  readonly #places: readonly Found[];
  readonly #mappings = new Map<string, Found>();

  constructor(root: Located) {
    this.#root = root;
    this.#places = [...places(root)].sort((a, b) => compare(a.range, b.range));
    for (const place of this.#places) {
      const begin = beginOf(place.range);
      if (place.part === 'value' && place.node.kind === 'mapping' && !this.#mappings.has(begin)) this.#mappings.set(begin, place);
    }
  }

  /** The innermost key or value that holds this place. */
  at(at: Place): FilePlace {
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare((this.#places[middle] as Found).range, at) <= 0) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= 0; index--) {
      const place = this.#places[index] as Found;
      if (holds(place.range, at)) return { ...place, mark: at };
    }
    return { path: [], part: 'value', node: this.#root, siblings: [], mark: at };
  }

  /** The mapping that begins at this place, for what is said of a mapping as a whole. */
  mappingAt(at: Place): FilePlace {
    return this.#mappings.get(beginOf(at)) ?? this.at(at);
  }
}

function beginOf({ line, column }: Place): string {
  return `${line}:${column}`;
}

function compare(a: Place, b: Place): number {
  return a.line - b.line || a.column - b.column;
}

/** Every key and value, outer ones first. */
function* places(
  node: Located,
  path: readonly (string | number)[] = [],
  siblings: readonly string[] = [],
  mark: Place | null = null,
): Generator<Found> {
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
  const beforeEnd = at.line < range.endLine || (at.line === range.endLine && at.column <= range.endColumn);
  return compare(range, at) <= 0 && beforeEnd;
}

/** The path with job names and indexes replaced, as the documentation writes it: `jobs.*.steps[*].uses`. */
export function pattern(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? '[*]' : index === 1 && path[0] === 'jobs' ? '.*' : index === 0 ? part : `.${part}`))
    .join('');
}
