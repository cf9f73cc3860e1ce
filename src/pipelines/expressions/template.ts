/** Values of a pipeline file that may hold expressions: `python train.py --seed ${{ matrix.seed }}`. */
import type { Located, LocatedScalar, Place } from '../yaml.ts';
import { evaluate, evaluateText, type Scope } from './evaluate.ts';
import type { Json } from './values.ts';

export interface ExpressionPart {
  /** Without `${{ }}`. */
  readonly expression: string;
  readonly at: Place;
}

/** A scalar cut into text and expressions. */
export interface Template {
  readonly parts: readonly (string | ExpressionPart)[];
  readonly at: Place;
}

const OPEN = '${{';

/** Cuts a scalar at its `${{ }}`; a `}}` inside a quoted string of the expression doesn't end it. */
export function templateOf(scalar: LocatedScalar): Template {
  const text = scalar.value === null ? '' : String(scalar.value);
  const places = expressionPlaces(scalar);
  const parts: (string | ExpressionPart)[] = [];
  let rest = 0;
  for (const [index, { from, to }] of expressionSpans(text).entries()) {
    if (from > rest) parts.push(text.slice(rest, from));
    parts.push({ expression: text.slice(from + OPEN.length, to - 2).trim(), at: places[index] ?? scalar.at });
    rest = to;
  }
  if (rest < text.length) parts.push(text.slice(rest));
  return { parts, at: scalar.at };
}

/** The text of a template without expressions, or null when it has some. */
export function literalText(template: Template): string | null {
  return template.parts.every((part) => typeof part === 'string') ? template.parts.join('') : null;
}

/** The template as it stands in the file. */
export function writtenText(template: Template): string {
  return template.parts.map((part) => (typeof part === 'string' ? part : `\${{ ${part.expression} }}`)).join('');
}

/** Fills in the expressions. @throws ExpressionFailure */
export function fillText(template: Template, scope: Scope): string {
  return template.parts.map((part) => (typeof part === 'string' ? part : evaluateText(part.expression, scope))).join('');
}

/** Fills in a whole value: a scalar that is one expression gives what the expression gives, anything else keeps its shape. @throws ExpressionFailure */
export function fillValue(value: Located, scope: Scope): Json {
  if (value.kind === 'sequence') return value.items.map((item) => fillValue(item, scope));
  if (value.kind === 'mapping') return Object.fromEntries(value.entries.map((entry) => [entry.key, fillValue(entry.value, scope)]));
  if (typeof value.value !== 'string') return value.value;
  const template = templateOf(value);
  const [only, ...more] = template.parts;
  return only !== undefined && typeof only !== 'string' && more.length === 0 ? evaluate(only.expression, scope) : fillText(template, scope);
}

/** All expressions in a value, in the order they stand. */
export function expressionsIn(value: Located): readonly ExpressionPart[] {
  if (value.kind === 'sequence') return value.items.flatMap(expressionsIn);
  if (value.kind === 'mapping') return value.entries.flatMap((entry) => expressionsIn(entry.value));
  return templateOf(value).parts.filter((part) => typeof part !== 'string');
}

function expressionSpans(text: string): readonly { readonly from: number; readonly to: number }[] {
  const spans: { from: number; to: number }[] = [];
  let from = text.indexOf(OPEN);
  while (from >= 0) {
    let quoted = false;
    let to = -1;
    for (let i = from + OPEN.length; i < text.length; i++) {
      if (text[i] === "'") quoted = !quoted;
      else if (!quoted && text[i] === '}' && text[i + 1] === '}') {
        to = i + 2;
        break;
      }
    }
    if (to < 0) break;
    spans.push({ from, to });
    from = text.indexOf(OPEN, to);
  }
  return spans;
}

/** Where each expression stands in the file. The nth one in the value is the nth one in the source. */
function expressionPlaces(scalar: LocatedScalar): readonly Place[] {
  const source = scalar.source ?? String(scalar.value ?? '');
  return expressionSpans(source).map(({ from, to }) => {
    const before = source.slice(0, from);
    const lines = before.split('\n').length - 1;
    // A block's source begins on the line after its header.
    const line = scalar.at.line + lines + (scalar.blockHeader === null ? 0 : 1);
    const column = lines === 0 && scalar.blockHeader === null ? scalar.at.column + from : from - before.lastIndexOf('\n');
    const spansLines = source.slice(from, to).includes('\n');
    return { line, column, endLine: line, endColumn: spansLines ? column + OPEN.length : column + (to - from) };
  });
}
