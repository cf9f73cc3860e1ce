/** Plain JSON values to and from the expression library's own. */
import { data } from '@actions/expressions';
import type { ExpressionData } from '@actions/expressions/data/expressiondata';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The library's dictionary loses keys such as `constructor` and `__proto__`, because it keeps them in a plain object. */
class SafeDictionary extends data.Dictionary {
  readonly #entries = new Map<string, { readonly key: string; readonly value: ExpressionData }>();
  readonly #fold: (key: string) => string;

  constructor(caseSensitive: boolean) {
    super();
    this.#fold = caseSensitive ? (key) => key : (key) => key.toLowerCase();
  }
  override add(key: string, value: ExpressionData): void {
    const folded = this.#fold(key);
    if (!this.#entries.has(folded)) this.#entries.set(folded, { key, value });
  }
  override get(key: string): ExpressionData | undefined {
    return this.#entries.get(this.#fold(key))?.value;
  }
  override values(): ExpressionData[] {
    return [...this.#entries.values()].map(({ value }) => value);
  }
  override pairs(): { key: string; value: ExpressionData }[] {
    return [...this.#entries.values()];
  }
}

/** `caseSensitive` is for the env context of a Linux runner; every other dictionary ignores case. */
export function toData(value: Json, caseSensitive = false): ExpressionData {
  if (value === null) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map((item: Json) => toData(item)));
  const dictionary = new SafeDictionary(caseSensitive);
  for (const [key, item] of Object.entries(value)) dictionary.add(key, toData(item as Json));
  return dictionary;
}

export function fromData(value: ExpressionData): Json {
  switch (value.kind) {
    case data.Kind.Null:
      return null;
    case data.Kind.String:
      return value.value;
    case data.Kind.Number:
      return value.value;
    case data.Kind.Boolean:
      return value.value;
    case data.Kind.Array:
      return value.values().map(fromData);
    case data.Kind.Dictionary:
      return Object.fromEntries(value.pairs().map(({ key, value: item }) => [key, fromData(item)]));
    default:
      throw new Error(`An expression gave a value of an unknown kind (${String((value as ExpressionData).kind)}).`);
  }
}

/** `toJSON()` as the service prints it: two spaces, keys in their order. */
export function toJsonText(value: ExpressionData, indent = ''): string {
  const inner = `${indent}  `;
  if (value.kind === data.Kind.Array) {
    const items = value.values();
    return items.length === 0 ? '[]' : `[\n${items.map((item) => inner + toJsonText(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (value.kind === data.Kind.Dictionary) {
    const pairs = value.pairs();
    return pairs.length === 0
      ? '{}'
      : `{\n${pairs.map(({ key, value: item }) => `${inner}${JSON.stringify(key)}: ${toJsonText(item, inner)}`).join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(fromData(value)) ?? 'null';
}
