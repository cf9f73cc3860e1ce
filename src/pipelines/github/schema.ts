/** Holds a workflow file against GitHub's own schema (`@actions/workflow-parser`) and says what is wrong in a sentence. */
import { convertWorkflowTemplate, NoOperationTraceWriter } from '@actions/workflow-parser';
import { TemplateContext, TemplateValidationErrors } from '@actions/workflow-parser/templates/template-context';
import type { ObjectReader } from '@actions/workflow-parser/templates/object-reader';
import { MappingDefinition } from '@actions/workflow-parser/templates/schema/mapping-definition';
import { readTemplate } from '@actions/workflow-parser/templates/template-reader';
import {
  BooleanToken,
  type LiteralToken,
  MappingToken,
  NullToken,
  NumberToken,
  SequenceToken,
  StringToken,
} from '@actions/workflow-parser/templates/tokens/index';
import type { TokenRange } from '@actions/workflow-parser/templates/tokens/token-range';
import { WORKFLOW_ROOT } from '@actions/workflow-parser/workflows/workflow-constants';
import { getWorkflowSchema } from '@actions/workflow-parser/workflows/workflow-schema';
import type { Diagnostic } from '../contract.ts';
import { type Located, type Place, problem } from '../yaml.ts';
import { explain } from './messages.ts';
import { FilePlaces } from './paths.ts';

/** Nobody reads more, and a file of nothing but mistakes shouldn't hold the editor up. */
const MAX_ERRORS = 100;

/** GitHub's schema. It looks a file's keys up in plain objects, so these must not have `constructor` and the like from their prototype. */
function workflowSchema(): ReturnType<typeof getWorkflowSchema> {
  const schema = getWorkflowSchema();
  for (const definition of Object.values(schema.definitions)) {
    if (definition instanceof MappingDefinition) Object.setPrototypeOf(definition.properties, null);
  }
  return schema;
}

/** What the schema and GitHub's converter have against this file. */
export function checkAgainstSchema(file: string, root: Located): readonly Diagnostic[] {
  const errors = new TemplateValidationErrors(MAX_ERRORS);
  const context = new TemplateContext(errors, workflowSchema(), new NoOperationTraceWriter());
  const fileId = context.getFileId(file);
  const template = readTemplate(context, WORKFLOW_ROOT, new LocatedReader(root, fileId), fileId);
  // The converter is declared asynchronous for reusable workflows, which it isn't asked to fetch: its errors are there when it returns.
  // After a schema error it would add junk.
  if (errors.count === 0 && template !== undefined) void convertWorkflowTemplate(context, template);
  if (errors.count === 0) return [];
  const places = new FilePlaces(root);
  const found = new Map<string, Diagnostic>();
  for (const error of errors.getErrors()) {
    if (SAID_ELSEWHERE.test(error.rawMessage)) continue;
    const at = placeOf(error.range) ?? root.at;
    const ofMapping = /^(Required property is missing|There's not enough info|A mapping was not expected)/.test(error.rawMessage);
    const place = ofMapping ? places.mappingAt(at) : places.at(at);
    const diagnostic = problem(file, place.mark, explain(error.rawMessage, place));
    found.set(`${at.line}:${at.column}:${diagnostic.message}`, diagnostic);
  }
  return [...found.values()];
}

/** The reader of the plan says these, and only where they stand. */
const SAID_ELSEWHERE =
  /^(Job '.*' depends on |The workflow must contain at least one job with no dependencies|Unexpected value '(background|wait|wait-all|cancel)'$)/s;

function placeOf(range: TokenRange | undefined): Place | null {
  return range === undefined
    ? null
    : { line: range.start.line, column: range.start.column, endLine: range.end.line, endColumn: range.end.column };
}

type Step =
  | { readonly type: 'literal'; readonly token: LiteralToken }
  | { readonly type: 'sequence'; readonly token: SequenceToken }
  | { readonly type: 'mapping'; readonly token: MappingToken }
  | { readonly type: 'sequence end' | 'mapping end' };

/** Feeds our own reading of the YAML to the schema, so that the file is parsed once and aliases are bounded. */
class LocatedReader implements ObjectReader {
  readonly #steps: readonly Step[];
  #next = 0;

  constructor(root: Located, file: number) {
    this.#steps = [...stepsOf(root, file)];
  }
  #take<T extends Step['type']>(type: T): Extract<Step, { type: T }> | undefined {
    const step = this.#steps[this.#next];
    if (step?.type !== type) return undefined;
    this.#next++;
    return step as Extract<Step, { type: T }>;
  }
  allowLiteral(): LiteralToken | undefined {
    return this.#take('literal')?.token;
  }
  allowSequenceStart(): SequenceToken | undefined {
    return this.#take('sequence')?.token;
  }
  allowSequenceEnd(): boolean {
    return this.#take('sequence end') !== undefined;
  }
  allowMappingStart(): MappingToken | undefined {
    return this.#take('mapping')?.token;
  }
  allowMappingEnd(): boolean {
    return this.#take('mapping end') !== undefined;
  }
  validateStart(): void {}
  validateEnd(): void {
    if (this.#next !== this.#steps.length) throw new Error('The file goes on after its end.');
  }
}

function* stepsOf(node: Located, file: number): Generator<Step> {
  const range = rangeOf(node.at);
  if (node.kind === 'sequence') {
    yield { type: 'sequence', token: new SequenceToken(file, range, undefined) };
    for (const item of node.items) yield* stepsOf(item, file);
    yield { type: 'sequence end' };
  } else if (node.kind === 'mapping') {
    yield { type: 'mapping', token: new MappingToken(file, range, undefined) };
    for (const entry of node.entries) {
      yield { type: 'literal', token: new StringToken(file, rangeOf(entry.keyAt), entry.key, undefined, undefined, undefined) };
      yield* stepsOf(entry.value, file);
    }
    yield { type: 'mapping end' };
  } else {
    yield { type: 'literal', token: literal(node.value, file, range, node.source ?? undefined, node.blockHeader ?? undefined) };
  }
}

function literal(value: string | number | boolean | null, file: number, range: TokenRange, source?: string, header?: string): LiteralToken {
  if (value === null) return new NullToken(file, range, undefined);
  if (typeof value === 'number') return new NumberToken(file, range, value, undefined);
  if (typeof value === 'boolean') return new BooleanToken(file, range, value, undefined);
  return new StringToken(file, range, value, undefined, source, header);
}

function rangeOf(at: Place): TokenRange {
  return { start: { line: at.line, column: at.column }, end: { line: at.endLine, column: at.endColumn } };
}
