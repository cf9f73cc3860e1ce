/** Turns a matrix into jobs. Source: "Running variations of jobs in a workflow": combinations, `exclude`, then `include`. */
import type { Json } from './expressions/values.ts';

export type MatrixValues = Readonly<Record<string, Json>>;
export type Expansion = { readonly ok: true; readonly legs: readonly MatrixValues[] } | { readonly ok: false; readonly message: string };

/** More jobs than this a matrix may not make. Source: "Workflow syntax", `jobs.<job_id>.strategy.matrix`. */
const MAX_LEGS = 256;

/** All combinations in the order of the file, without the excluded ones, with what `include` adds. */
export function expandMatrix(matrix: Json): Expansion {
  if (!isObject(matrix)) return refuse('The matrix is not a mapping of names to lists.');
  const { include = [], exclude = [], ...axes } = matrix;
  for (const [name, values] of Object.entries(axes)) {
    if (!Array.isArray(values)) return refuse(`\`${name}\` of the matrix is not a list.`);
    if (values.length === 0) return refuse(`\`${name}\` of the matrix has no values, so there is no job.`);
  }
  if (!isListOfObjects(include)) return refuse('`include` of the matrix is not a list of mappings.');
  if (!isListOfObjects(exclude)) return refuse('`exclude` of the matrix is not a list of mappings.');
  const size = Object.values(axes).reduce<number>((product, values) => product * (values as readonly Json[]).length, 1);
  if (size > 100 * MAX_LEGS) return refuse(`This matrix makes ${size} jobs; at most ${MAX_LEGS} are allowed.`);
  const combinations = Object.entries(axes).reduce<readonly MatrixValues[]>(
    (legs, [name, values]) => legs.flatMap((leg) => (values as readonly Json[]).map((value) => ({ ...leg, [name]: value }))),
    Object.keys(axes).length === 0 ? [] : [{}],
  );
  const kept = combinations.filter((leg) => !exclude.some((excluded) => covers(excluded, leg)));
  const legs = addIncludes(kept, include, Object.keys(axes));
  if (legs.length === 0)
    return refuse(
      Object.keys(axes).length === 0 && include.length === 0 ? 'The matrix is empty.' : '`exclude` leaves no job of the matrix.',
    );
  if (legs.length > MAX_LEGS) return refuse(`This matrix makes ${legs.length} jobs; at most ${MAX_LEGS} are allowed.`);
  return { ok: true, legs };
}

/** An inclusion extends every combination whose original values it doesn't overwrite; when there is none it becomes a job of its own. */
function addIncludes(
  combinations: readonly MatrixValues[],
  include: readonly MatrixValues[],
  axes: readonly string[],
): readonly MatrixValues[] {
  const extended = combinations.map((original) => ({ original, values: original }));
  const added: MatrixValues[] = [];
  for (const inclusion of include) {
    const fits = extended.filter(({ original }) =>
      axes.every((axis) => !Object.hasOwn(inclusion, axis) || same(inclusion[axis] ?? null, original[axis] ?? null)),
    );
    if (fits.length === 0) added.push(inclusion);
    for (const leg of fits) leg.values = { ...leg.values, ...inclusion };
  }
  return [...extended.map(({ values }) => values), ...added];
}

/** A partial match is enough to exclude. */
function covers(excluded: MatrixValues, leg: MatrixValues): boolean {
  return Object.entries(excluded).every(([name, value]) => Object.hasOwn(leg, name) && same(value, leg[name] ?? null));
}

function same(a: Json, b: Json): boolean {
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name] ?? null, b[name] ?? null))
    );
  }
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item as Json, (b[index] as Json | undefined) ?? null));
  return a === b;
}

/** What stands in brackets behind the job's name: `7, ubuntu-latest`. */
export function legSuffix(leg: MatrixValues): string {
  const leaves = (value: Json): readonly string[] => {
    if (isObject(value)) return Object.values(value).flatMap(leaves);
    if (Array.isArray(value)) return value.flatMap((item: Json) => leaves(item));
    return value === null ? [] : [String(value)];
  };
  return leaves(leg)
    .filter((text) => text !== '')
    .join(', ');
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfObjects(value: Json): value is readonly MatrixValues[] {
  return Array.isArray(value) && value.every(isObject);
}

function refuse(message: string): Expansion {
  return { ok: false, message };
}
