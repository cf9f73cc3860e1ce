/** `if:` of jobs and steps. Source: "Expressions", "Status check functions". */
import { Binary, type Expr, FunctionCall, Grouping, IndexAccess, Logical, Unary } from '@actions/expressions/ast';
import { literalText, templateOf } from '../expressions/template.ts';
import { parseExpression } from '../expressions/evaluate.ts';
import type { Diagnostic } from '../contract.ts';
import type { Condition } from '../plan.ts';
import { type LocatedScalar, type Place, problem } from '../yaml.ts';

const STATUS = ['success', 'failure', 'always', 'cancelled'];
export const CONTEXT_NAMES = [
  'github',
  'env',
  'vars',
  'job',
  'jobs',
  'steps',
  'runner',
  'secrets',
  'strategy',
  'matrix',
  'needs',
  'inputs',
];
export const RUNNER_FUNCTIONS = [...STATUS, 'hashfiles'];

export const ON_SUCCESS = 'success()';

/** The condition of a job or step; without a status function, `success()` comes before it. */
export function readCondition(file: string, scalar: LocatedScalar | null, at: Place, diagnostics: Diagnostic[]): Condition {
  if (scalar === null) return { expression: ON_SUCCESS, written: null, at };
  const template = templateOf(scalar);
  const written = String(scalar.value ?? '').trim();
  const literal = literalText(template);
  const [only, ...more] = template.parts;
  if (literal !== null) return { expression: withStatus(literal.trim()), written, at: scalar.at };
  if (only !== undefined && typeof only !== 'string' && more.length === 0)
    return { expression: withStatus(only.expression), written, at: scalar.at };
  // On the service too, text around an expression makes the whole a text, and a text that isn't empty is true.
  diagnostics.push(
    problem(
      file,
      scalar.at,
      'This condition is always true: there is text outside ${{ }}, which makes it a text. Put all of it inside, or leave ${{ }} out.',
      'warning',
    ),
  );
  const format = template.parts.filter((part) => typeof part !== 'string');
  let index = 0;
  const pattern = template.parts
    .map((part) => (typeof part === 'string' ? part.replace(/'/g, "''").replace(/[{}]/g, '$&$&') : `{${index++}}`))
    .join('');
  return { expression: withStatus(`format('${pattern}', ${format.map((part) => part.expression).join(', ')})`), written, at: scalar.at };
}

/** The expression with the dialect's default in front when it asks for no status itself. */
function withStatus(expression: string): string {
  if (expression === '') return ON_SUCCESS;
  return asksForStatus(expression) ? expression : `${ON_SUCCESS} && (${expression})`;
}

/** True when a status function is called anywhere in the expression. An expression that can't be read gives true: the schema reports it. */
function asksForStatus(expression: string): boolean {
  try {
    return calls(parseExpression(expression, CONTEXT_NAMES, RUNNER_FUNCTIONS), (name) => STATUS.includes(name));
  } catch {
    return true;
  }
}

/** True when the tree calls a function that `wanted` says yes to (lower-case names). */
export function calls(tree: Expr | undefined, wanted: (name: string) => boolean): boolean {
  return descendants(tree).some((node) => node instanceof FunctionCall && wanted(node.functionName.lexeme.toLowerCase()));
}

/** The tree and everything below it. */
export function descendants(tree: Expr | undefined): readonly Expr[] {
  if (tree === undefined) return [];
  if (tree instanceof FunctionCall) return [tree, ...tree.args.flatMap(descendants)];
  if (tree instanceof Logical) return [tree, ...tree.args.flatMap(descendants)];
  if (tree instanceof Binary) return [tree, ...descendants(tree.left), ...descendants(tree.right)];
  if (tree instanceof Unary) return [tree, ...descendants(tree.expr)];
  if (tree instanceof Grouping) return [tree, ...descendants(tree.group)];
  if (tree instanceof IndexAccess) return [tree, ...descendants(tree.expr), ...descendants(tree.index)];
  return [tree];
}
