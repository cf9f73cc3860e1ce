/** What is allowed and yet can't be meant: an expression that reads a job or a step which isn't there gives an empty text, silently, on the service too. */
import { ContextAccess, type Expr, IndexAccess, Literal } from '@actions/expressions/ast';
import { parseExpression } from '../expressions/evaluate.ts';
import { expressionsIn } from '../expressions/template.ts';
import type { Diagnostic } from '../contract.ts';
import type { JobPlan, Plan } from '../plan.ts';
import { type Located, type LocatedMapping, type Place, problem } from '../yaml.ts';
import { calls, CONTEXT_NAMES, descendants, RUNNER_FUNCTIONS } from './conditions.ts';
import { closest, list } from './messages.ts';

/** Adds a warning for every reference to a need, an output or a step that doesn't exist. */
export function lintReferences(file: string, plan: Plan, root: LocatedMapping, diagnostics: Diagnostic[]): void {
  const jobs = root.entries.find(({ key }) => key === 'jobs')?.value;
  if (jobs?.kind !== 'mapping') return;
  for (const entry of jobs.entries) {
    const job = plan.jobs.find(({ id }) => id === entry.key);
    if (job === undefined) continue;
    for (const { expression, at } of [...expressionsIn(entry.value), ...conditionsIn(entry.value)]) {
      const tree = tryParse(expression);
      if (calls(tree, (name) => name === 'constructor' || name === '__proto__'))
        diagnostics.push(problem(file, at, 'There is no such function.'));
      for (const message of new Set(descendants(tree).flatMap((node) => complaints(node, job, plan))))
        diagnostics.push(problem(file, at, message, 'warning'));
    }
  }
}

/** Conditions without ${{ }}, which are expressions all the same. */
function conditionsIn(node: Located): readonly { readonly expression: string; readonly at: Place }[] {
  if (node.kind === 'sequence') return node.items.flatMap(conditionsIn);
  if (node.kind !== 'mapping') return [];
  return node.entries.flatMap(({ key, value }) => {
    if (key === 'if' && value.kind === 'scalar' && typeof value.value === 'string' && !value.value.includes('${{'))
      return [{ expression: value.value, at: value.at }];
    return key === 'with' || key === 'env' || key === 'matrix' ? [] : conditionsIn(value);
  });
}

function tryParse(expression: string): Expr | undefined {
  try {
    return parseExpression(expression, CONTEXT_NAMES, RUNNER_FUNCTIONS);
  } catch {
    return undefined;
  }
}

function complaints(node: Expr, job: JobPlan, plan: Plan): readonly string[] {
  const [context, name, property, output] = dottedPath(node) ?? [];
  if (name === undefined) return [];
  if (context === 'needs') return needsComplaint(name, property, output, job, plan);
  if (context === 'steps') {
    const ids = job.steps.flatMap(({ id }) => (id === null ? [] : [id]));
    if (includes(ids, name)) return [];
    const near = closest(name, ids);
    return [`No step of job ${job.id} has the id ${name}${near === null ? '' : `; one has ${near}`}: this is empty.`];
  }
  return [];
}

function needsComplaint(
  name: string,
  property: string | undefined,
  output: string | undefined,
  job: JobPlan,
  plan: Plan,
): readonly string[] {
  if (!includes(job.needs, name)) {
    const exists = plan.jobs.some(({ id }) => id.toLowerCase() === name.toLowerCase());
    const near = exists ? null : closest(name, job.needs);
    return [
      `Job ${job.id} reads \`needs.${name}\`, but ${near === null ? `\`needs\` doesn't list ${name}` : `it needs ${near}`}: this is empty.`,
    ];
  }
  const needed = plan.jobs.find(({ id }) => id.toLowerCase() === name.toLowerCase());
  if (
    property !== 'outputs' ||
    output === undefined ||
    needed === undefined ||
    includes(
      needed.outputs.map((known) => known.name),
      output,
    )
  )
    return [];
  const outputs = needed.outputs.map((known) => known.name);
  return [
    `Job ${name} has no output ${output}${outputs.length === 0 ? '; give it `outputs:`' : `; it has ${list(outputs)}`}. This is empty.`,
  ];
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((other) => other.toLowerCase() === name.toLowerCase());
}

/** `['needs', 'train', 'outputs', 'digest']` of `needs.train.outputs.digest`; null for anything computed. */
function dottedPath(node: Expr): readonly string[] | null {
  if (node instanceof ContextAccess) return [node.name.lexeme.toLowerCase()];
  if (!(node instanceof IndexAccess) || !(node.index instanceof Literal)) return null;
  const before = dottedPath(node.expr);
  return before === null ? null : [...before, node.index.literal.coerceString()];
}
