/** `yq`: mikefarah's everyday expressions. Paths and edits work on the document itself, so that comments stay; all else is jq's work. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { Document, isNode, isScalar, parseAllDocuments, stringify, type ToStringOptions } from 'yaml';
import { fromLatin1 } from '../files/content.ts';
import { resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions, type Options } from './options.ts';
import { failed, printed } from './result.ts';

const SYNTAX = {
  letters: 'o:p:inrejPNI:MC',
  names: {
    'output-format': 'o',
    'input-format': 'p',
    inplace: 'i',
    'null-input': 'n',
    unwrapScalar: 'r',
    'exit-status': 'e',
    tojson: 'j',
    prettyPrint: 'P',
    'no-doc': 'N',
    indent: 'I',
    'no-colors': 'M',
    colors: 'C',
  },
};
const VERSION = 'yq (https://github.com/mikefarah/yq/) version v4.44.3\n';

/** What is wrong with an expression, for the person who wrote it. */
class ExpressionError extends Error {}

type Path = readonly (string | number)[];
/** Runs a jq program on a value; gives its results. */
type Jq = (program: string, input: unknown) => Promise<readonly unknown[]>;

export async function yq(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  if (args.includes('--version') || args.includes('-V')) return printed(VERSION);
  const words = args[0] === 'eval' || args[0] === 'e' ? args.slice(1) : args;
  if (words[0] === 'eval-all' || words[0] === 'ea')
    return failed('Error: eval-all is not among what this yq does: one file after the other is\n');
  const options = readOptions(
    words.map((word) => word.replace(/^-(o|p)=/, '-$1')),
    SYNTAX,
  );
  if (typeof options === 'string') return failed(`Error: ${options}\n`);
  const formats = [options.flags.get('o'), options.flags.get('p')].filter((format) => format !== undefined);
  const unknown = formats.find((format) => !['yaml', 'y', 'json', 'j', 'auto', 'a'].includes(format));
  if (unknown !== undefined) return failed(`Error: unknown format '${unknown}' please use [yaml|json]\n`);
  try {
    return await evaluate(host, options, ctx);
  } catch (error) {
    if (error instanceof ExpressionError) return failed(`Error: ${error.message}\n`);
    throw error;
  }
}

async function evaluate(host: CommandHost, options: Options, ctx: ResolvedCommandContext): Promise<ExecResult> {
  const { flags } = options;
  const isFile = (name: string) => name === '-' || host.files.existsSync(resolvePath(ctx.cwd, name));
  const [first = '.', ...rest] = options.operands;
  // `yq file.yaml` is short for `yq . file.yaml`.
  const [expression, names] = rest.length === 0 && isFile(first) && first !== '.' ? ['.', [first]] : [first, rest];
  if (flags.has('i') && names.length === 0)
    throw new ExpressionError('write in place flag only applicable when giving an expression and at least one file');
  const jq = jqOf(ctx);
  const program = withEnvironment(expression, ctx);
  const sources = flags.has('n') ? [null] : names.length === 0 ? ['-'] : names;
  let stdout = '';
  let isEmpty = true;
  for (const name of sources) {
    const isJson = flags.has('j') || /^j/.test(flags.get('o') ?? '') || (!flags.has('o') && name !== null && name.endsWith('.json'));
    const texts: string[] = [];
    for (const document of documentsOf(host, name, ctx)) {
      const results = await applied(document, program, jq);
      isEmpty &&= results.every((result) => valueOf(result) === null || valueOf(result) === false);
      texts.push(results.map((result) => written(result, isJson, flags)).join(''));
    }
    const text = texts.join(isJson || flags.has('N') ? '' : '---\n');
    if (flags.has('i') && name !== null) host.files.writeSync(resolvePath(ctx.cwd, name), new TextEncoder().encode(text));
    else stdout += (stdout === '' || isJson || flags.has('N') ? '' : '---\n') + text;
  }
  if (flags.has('e') && isEmpty) return { stdout, stderr: 'Error: no matches found\n', exitCode: 1, stdoutKind: 'text' };
  return printed(stdout);
}

function documentsOf(host: CommandHost, name: string | null, ctx: ResolvedCommandContext): readonly Document[] {
  if (name === null) return [emptyDocument()];
  const path = resolvePath(ctx.cwd, name);
  if (name !== '-' && !host.files.existsSync(path)) throw new ExpressionError(`open ${name}: no such file or directory`);
  const bytes = name === '-' ? fromLatin1(ctx.stdin as unknown as string) : host.files.readSync(path);
  const documents = parseAllDocuments(new TextDecoder().decode(bytes));
  if (!Array.isArray(documents)) return [emptyDocument()];
  const [problem] = documents.flatMap(({ errors }) => errors);
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line;
    throw new ExpressionError(
      `bad file '${name}': yaml: ${line === undefined ? '' : `line ${line}: `}${problem.message.split(' at line ')[0]}`,
    );
  }
  return documents as readonly Document[];
}

function emptyDocument(): Document {
  const document = new Document();
  document.contents = null;
  return document;
}

/** `strenv(NAME)` and `env(NAME)` as the texts and values that they stand for. */
function withEnvironment(expression: string, ctx: ResolvedCommandContext): string {
  return expression.replace(/\b(strenv|env)\(\s*(\w+)\s*\)/g, (_, kind: string, name: string) => {
    const value = ctx.exportedEnv?.[name];
    if (value === undefined) throw new ExpressionError(`value for env variable '${name}' not provided in env()`);
    return JSON.stringify(kind === 'strenv' ? value : (parseAllDocuments(value)[0]?.toJS() ?? value));
  });
}

function jqOf(ctx: ResolvedCommandContext): Jq {
  return async (program, input) => {
    if (ctx.exec === undefined) throw new ExpressionError('nothing can be run from here');
    const result = await ctx.exec('jq', { cwd: ctx.cwd, args: ['-c', program], stdin: JSON.stringify(input) });
    if (result.exitCode !== 0) throw new ExpressionError(result.stderr.trim().replace(/^jq: (?:error: )?/, ''));
    const bytes = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary';
    const text = bytes ? new TextDecoder().decode(fromLatin1(result.stdout)) : result.stdout;
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]));
  };
}

/** What an expression makes of a document: nodes where they are the document's own, values otherwise. */
async function applied(document: Document, expression: string, jq: Jq): Promise<readonly unknown[]> {
  const steps = split(expression);
  const edits = steps.findIndex((step) => editOf(step) === null);
  const leading = edits < 0 ? steps : steps.slice(0, edits);
  for (const step of leading) await edit(document, editOf(step)!, jq);
  const rest = steps.slice(leading.length).join(' | ');
  if (rest === '' || rest === '.') return [document];
  const path = literalPath(rest);
  if (path !== null) return [document.getIn(path, true) ?? null];
  return jq(rest, document.toJS());
}

/** The parts between top-level separators. */
function split(expression: string, separator = '|'): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const at of topLevel(expression)) {
    if (expression[at] !== separator || (separator === '|' && expression[at + 1] === '=')) continue;
    parts.push(expression.slice(from, at).trim());
    from = at + 1;
  }
  return [...parts, expression.slice(from).trim()];
}

/** Places outside of brackets and strings. */
function* topLevel(text: string): Generator<number> {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if ('([{'.includes(text[i]!)) depth++;
    else if (')]}'.includes(text[i]!)) depth--;
    else if (depth === 0) yield i;
  }
}

interface Edit {
  readonly paths: string;
  readonly operator: '=' | '|=' | '+=' | '-=' | '*=' | 'del';
  readonly value: string;
}

function editOf(step: string): Edit | null {
  const deleted = /^del\(([\s\S]*)\)$/.exec(step);
  if (deleted !== null) return { paths: deleted[1]!, operator: 'del', value: '' };
  for (const at of topLevel(step)) {
    if (step[at] !== '=' || step[at + 1] === '=' || '=!<>/'.includes(step[at - 1] ?? ' ')) continue;
    const operator = ('|+-*'.includes(step[at - 1] ?? ' ') ? `${step[at - 1]}=` : '=') as Edit['operator'];
    return { paths: step.slice(0, at - operator.length + 1).trim(), operator, value: step.slice(at + 1).trim() };
  }
  return null;
}

async function edit(document: Document, { paths, operator, value }: Edit, jq: Jq): Promise<void> {
  const root: unknown = document.toJS();
  const found = await pathsOf(paths, root, [[]], jq);
  if (operator === 'del') {
    for (const path of [...found].reverse()) document.deleteIn(path);
    return;
  }
  const [given] = operator === '|=' ? [] : await jq(value, root);
  for (const path of found) {
    const before = path.length === 0 ? root : ((document.toJS() === null ? undefined : valueAt(root, path)) ?? null);
    const [changed] =
      operator === '=' ? [given] : operator === '|=' ? await jq(value, before) : await jq(`.[0] ${operator[0]} .[1]`, [before, given]);
    (document as { contents: unknown }).contents ??= document.createNode({});
    if (path.length === 0) document.contents = document.createNode(changed) as typeof document.contents;
    else document.setIn(path, isScalarValue(changed) ? changed : document.createNode(changed));
  }
}

const isScalarValue = (value: unknown): boolean => typeof value !== 'object' || value === null;

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined),
    root,
  );
}

/** The paths that an expression leads to from those in `from`: keys, places, `[]`, `..`, `select(…)`, `|` and `,`. */
async function pathsOf(expression: string, root: unknown, from: readonly Path[], jq: Jq): Promise<readonly Path[]> {
  const alternatives = split(expression, ',');
  if (alternatives.length > 1) return (await Promise.all(alternatives.map((each) => pathsOf(each, root, from, jq)))).flat();
  let paths = from;
  for (const step of split(expression)) {
    const condition = /^select\(([\s\S]*)\)$/.exec(step)?.[1];
    paths = condition === undefined ? await followed(step, root, paths, jq) : await selected(condition, root, paths, jq);
  }
  return paths;
}

async function selected(condition: string, root: unknown, paths: readonly Path[], jq: Jq): Promise<readonly Path[]> {
  const holds = await Promise.all(
    paths.map(async (path) => (await jq(condition, valueAt(root, path) ?? null)).some((each) => each !== null && each !== false)),
  );
  return paths.filter((_, i) => holds[i]);
}

async function followed(step: string, root: unknown, from: readonly Path[], jq: Jq): Promise<readonly Path[]> {
  let paths = from;
  let rest = step;
  if (rest.startsWith('(')) {
    const end = [...topLevel(`${rest} `)][0]!;
    paths = await pathsOf(rest.slice(1, end - 1), root, paths, jq);
    rest = rest.slice(end);
  }
  while (rest !== '' && rest !== '.') {
    const all = /^\.?\[\]/.exec(rest);
    const key = all === null ? KEY.exec(rest) : null;
    if (rest.startsWith('..')) paths = paths.flatMap((path) => everywhere(root, path));
    else if (all !== null) paths = paths.flatMap((path) => keysOf(valueAt(root, path)).map((each) => [...path, each]));
    else if (key !== null) paths = paths.map((path) => [...path, keyIn(key)]);
    else throw new ExpressionError(`'${step}' is no path: this yq changes what paths, [] and select() lead to`);
    rest = rest.slice(rest.startsWith('..') ? 2 : (all ?? key)![0].length);
  }
  return paths;
}

function keysOf(value: unknown): readonly (string | number)[] {
  if (Array.isArray(value)) return [...value.keys()];
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

const everywhere = (root: unknown, path: Path): readonly Path[] => [
  path,
  ...keysOf(valueAt(root, path)).flatMap((key) => everywhere(root, [...path, key])),
];

const KEY = /^\.?\[(\d+)\]|^\.?\["((?:[^"\\]|\\.)*)"\]|^\."((?:[^"\\]|\\.)*)"|^\.([A-Za-z_][\w-]*)/;

const keyIn = (key: RegExpExecArray): string | number => (key[1] !== undefined ? Number(key[1]) : (key[2] ?? key[3] ?? key[4])!);

/** `.a.b[0]."c d"` as a path; null for what is more than that. */
function literalPath(expression: string): Path | null {
  const path: (string | number)[] = [];
  let rest = expression.trim();
  while (rest !== '') {
    const step = KEY.exec(rest);
    if (step === null || (path.length === 0 && !rest.startsWith('.'))) return null;
    path.push(keyIn(step));
    rest = rest.slice(step[0].length);
  }
  return path;
}

function valueOf(result: unknown): unknown {
  return result instanceof Document ? result.toJS() : isNode(result) ? (result.toJSON() as unknown) : result;
}

function written(result: unknown, isJson: boolean, flags: Options['flags']): string {
  const indent = Number(flags.get('I') ?? '2');
  if (isJson) return `${JSON.stringify(valueOf(result), null, indent)}\n`;
  const value = valueOf(result);
  // A number as it was written: `1.10` is not `1.1`.
  if (isScalar(result) && typeof value === 'number' && result.source !== undefined) return `${result.source}\n`;
  if (isScalarValue(value) && !(result instanceof Document && value === null)) return `${String(value)}\n`;
  const style: ToStringOptions = { indent: indent === 0 ? 2 : indent, lineWidth: 0, flowCollectionPadding: false, nullStr: 'null' };
  if (flags.has('P') || !(result instanceof Document || isNode(result))) return stringify(value, style);
  if (result instanceof Document) return result.contents === null ? '' : result.toString(style).replace(/^---\n/, '');
  const document = new Document();
  document.contents = result as never;
  return document.toString(style);
}
