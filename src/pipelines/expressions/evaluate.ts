/** Evaluates expressions with GitHub's own lexer, parser and evaluator; what a context holds comes in as plain values. */
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import type { Expr } from '@actions/expressions/ast';
import type { ExpressionData } from '@actions/expressions/data/expressiondata';
import type { FunctionDefinition } from '@actions/expressions/funcs/info';
import { fromData, type Json, toData, toJsonText } from './values.ts';

/** What an expression may see. Contexts are built when they are first looked at. */
export interface Scope {
  readonly contexts: Readonly<Record<string, () => Json>>;
  /** Functions beyond the language's own: `success`, `hashFiles`… by lower-case name. */
  readonly functions: Readonly<Record<string, (...args: readonly Json[]) => Json>>;
}

class ExpressionFailure extends Error {
  override readonly name = 'ExpressionFailure';
}

const OWN_FUNCTIONS = ['case', 'contains', 'endswith', 'format', 'fromjson', 'join', 'startswith', 'tojson'];

class Contexts extends data.Dictionary {
  readonly #known = new Map<string, ExpressionData>();
  readonly #scope: Scope;
  constructor(scope: Scope) {
    super();
    this.#scope = scope;
  }
  override get(name: string): ExpressionData {
    const folded = name.toLowerCase();
    const found = this.#known.get(folded);
    if (found !== undefined) return found;
    const value = toData(this.#scope.contexts[folded]?.() ?? null, folded === 'env');
    this.#known.set(folded, value);
    return value;
  }
}

/** The value of an expression (without `${{ }}`). @throws ExpressionFailure with a sentence that names the expression. */
export function evaluate(source: string, scope: Scope): Json {
  return attempt(source, () => fromData(run(source, scope)));
}

/** The value as text, as it is put into a string: null is empty, an object is `Object`. */
export function evaluateText(source: string, scope: Scope): string {
  return attempt(source, () => run(source, scope).coerceString());
}

/** Whether the value counts as true: everything but false, 0, NaN, the empty string and null. */
export function evaluateCondition(source: string, scope: Scope): boolean {
  return attempt(source, () => {
    const value = run(source, scope);
    return value.kind === data.Kind.Boolean
      ? value.value
      : value.kind === data.Kind.Number
        ? value.value !== 0 && !Number.isNaN(value.value)
        : value.kind === data.Kind.String
          ? value.value !== ''
          : value.kind !== data.Kind.Null;
  });
}

/** The syntax tree, with any context and function name allowed that the caller lists. */
export function parseExpression(source: string, contexts: readonly string[], functions: readonly string[]): Expr {
  const definitions = functions.map((name) => ({ name, description: '', minArgs: 0, maxArgs: 255 }));
  return new Parser(new Lexer(source).lex().tokens, [...contexts], definitions).parse();
}

function run(source: string, scope: Scope): ExpressionData {
  const functions = new Map<string, FunctionDefinition>();
  for (const [name, call] of Object.entries(scope.functions))
    functions.set(
      name,
      definition(name, (...args) => toData(call(...args.map(fromData)))),
    );
  functions.set('fromjson', definition('fromJSON', fromJson));
  functions.set(
    'tojson',
    definition('toJSON', (value) => new data.StringData(toJsonText(value ?? new data.Null()))),
  );
  // The library looks functions up in a plain object, which "has" these two.
  const guard = (name: string) => definition(name, () => fail(`Unrecognized function: '${name}'`));
  for (const name of ['constructor', '__proto__']) functions.set(name, guard(name));
  const tree = parseExpression(source, Object.keys(scope.contexts), [...Object.keys(scope.functions), ...OWN_FUNCTIONS]);
  if (tree === undefined) return fail('An expression was expected');
  return new Evaluator(tree, new Contexts(scope), functions).evaluate();
}

function definition(name: string, call: (...args: ExpressionData[]) => ExpressionData): FunctionDefinition {
  return { name, description: '', minArgs: 0, maxArgs: 255, call };
}

function fromJson(argument?: ExpressionData): ExpressionData {
  const text = argument?.coerceString() ?? '';
  if (text.trim() === '') fail('fromJSON got an empty text, which is not JSON');
  try {
    return toData(JSON.parse(text) as Json);
  } catch (error) {
    return fail(`fromJSON can't read \`${shorten(text)}\`: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function attempt<T>(source: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ExpressionFailure(
      `The expression \`${shorten(source)}\` can't be evaluated: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function fail(message: string): never {
  throw new Error(message);
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
