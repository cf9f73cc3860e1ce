/** Ids for the terms of one page, the same in every build. */
const counts = new WeakMap<object, number>();

/** The next id for the page that `locals` belongs to. */
export function nextTermId(locals: object): string {
  const next = (counts.get(locals) ?? 0) + 1;
  counts.set(locals, next);
  return `term-${next}`;
}
