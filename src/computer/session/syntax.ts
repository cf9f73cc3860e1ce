/** Reads shell text with just-bash's parser and says, as bash does, when it is unfinished or wrong. */
import './buffer.ts';
import { Bash, InMemoryFs } from 'just-bash/browser';
import type { Script, Statement } from './bash-ast.ts';

export type Parsed =
  | { readonly kind: 'complete'; readonly statements: Statement[] }
  /** More lines can make it complete. `line` is the last line, from 1. */
  | { readonly kind: 'incomplete'; readonly message: string; readonly line: number }
  /** `message` begins with `syntax error`; `line` counts from 1. */
  | { readonly kind: 'wrong'; readonly message: string; readonly line: number };

let parser: Bash | undefined;
let parsed: Script | undefined;

/** Parses shell text. */
export function parseShell(text: string): Parsed {
  if (text.trim() === '') return { kind: 'complete', statements: [] };
  const lastLine = text.replace(/\n+$/, '').split('\n').length;
  const unfinished: Parsed = { kind: 'incomplete', message: 'syntax error: unexpected end of file', line: lastLine + 1 };
  if (endsInContinuation(text)) return unfinished;
  const tree = readTree(text);
  if (tree instanceof Error) {
    const problem = problemOf(tree, unfinished);
    return problem === unfinished ? (emptyCondition(text) ?? unfinished) : problem;
  }
  for (const [i, statement] of tree.statements.entries()) {
    if (statement.deferredError !== undefined)
      return { kind: 'wrong', message: statement.deferredError.message, line: statement.line ?? 1 };
    if (!hasEmptyCommand(statement)) continue;
    if (i === tree.statements.length - 1) return unfinished;
    return { kind: 'wrong', message: "syntax error near unexpected token `;'", line: statement.line ?? 1 };
  }
  if (hasOpenHeredoc(tree)) return unfinished;
  const closing = emptyBody(tree);
  if (closing !== null) return { kind: 'wrong', message: `syntax error near unexpected token \`${closing}'`, line: lastLine };
  return { kind: 'complete', statements: tree.statements };
}

/** The parser is private to just-bash, but a transform plugin is shown the tree, before the first await of `exec`. */
function readTree(text: string): Script | Error {
  parser ??= parserWithView();
  parsed = undefined;
  void parser.exec(text, { rawScript: true });
  if (parsed !== undefined) return parsed;
  try {
    // `exec` turns errors into text; `transform` throws them.
    parser.transform(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return new Error('syntax error');
}

let printer: Bash | undefined;
let toPrint: Statement | undefined;

/** A statement as text, as `$BASH_COMMAND` tells it. */
export function shellText(statement: Statement): string {
  printer ??= new Bash({ fs: new InMemoryFs(), cwd: '/', commands: [], defenseInDepth: false });
  if (toPrint === undefined) {
    printer.registerTransformPlugin({
      name: 'print',
      transform: () => ({ ast: { type: 'Script', statements: toPrint === undefined ? [] : [toPrint] } }),
    });
  }
  toPrint = statement;
  return printer.transform(':').script.trim();
}

function parserWithView(): Bash {
  const bash = new Bash({ fs: new InMemoryFs(), cwd: '/', commands: [], defenseInDepth: false });
  bash.registerTransformPlugin({
    name: 'view',
    transform({ ast }) {
      parsed = ast;
      return { ast: { type: 'Script', statements: [] } };
    },
  });
  return bash;
}

interface ParserError extends Error {
  readonly line?: number;
  readonly token?: { readonly type: string; readonly value: string; readonly line: number };
}

function problemOf(error: ParserError, unfinished: Parsed): Parsed {
  const line = error.token?.line ?? (error.line !== undefined && error.line > 0 ? error.line : 1);
  if (/Expected redirection target/.test(error.message)) {
    const found = error.token === undefined || error.token.type === 'EOF' || error.token.type === 'NEWLINE' ? 'newline' : error.token.value;
    return { kind: 'wrong', message: `syntax error near unexpected token \`${found}'`, line };
  }
  const unmatched = /unexpected EOF while looking for matching [`'](.)'/.exec(error.message);
  if (unmatched !== null) return { kind: 'incomplete', message: `unexpected EOF while looking for matching \`${unmatched[1]}'`, line };
  if (error.token?.type === 'EOF') return unfinished;
  if (error.token !== undefined) {
    const found = error.token.type === 'NEWLINE' ? 'newline' : error.token.value;
    return { kind: 'wrong', message: `syntax error near unexpected token \`${found}'`, line };
  }
  return {
    kind: 'wrong',
    message: `syntax error: ${error.message.replace(/^Parse error at \d+:\d+: |^line \d+: /, '').replace(/^syntax error:? ?/, '')}`,
    line,
  };
}

/** `if then`: just-bash takes `then` for a command here, and waits for more. Text with quotes in it is left alone. */
function emptyCondition(text: string): Parsed | null {
  if (/['"`<]/.test(text)) return null;
  const found = /(?:^|[;&|\n(]|\b(?:then|else|do)\s)\s*(?:(?:if|elif)\s+(then)|(?:while|until)\s+(do))(?=\s|;|$)/.exec(text);
  if (found === null) return null;
  const line = text.slice(0, found.index + found[0].length).split('\n').length;
  return { kind: 'wrong', message: `syntax error near unexpected token \`${found[1] ?? found[2]}'`, line };
}

/** A backslash before the last newline, unless it is itself escaped or within a comment. */
function endsInContinuation(text: string): boolean {
  const backslashes = /(\\*)\n?$/.exec(text)?.[1]?.length ?? 0;
  return backslashes % 2 === 1 && !/(^|\s)#[^\n]*$/.test(text);
}

/** What the parser leaves where `a &&`, `a ||` and `a |` still want a command. */
function hasEmptyCommand(statement: Statement): boolean {
  const commands = statement.pipelines.flatMap((pipeline) => pipeline.commands);
  if (commands.length < 2) return false;
  return commands.some(
    (command) =>
      command.type === 'SimpleCommand' &&
      command.name === null &&
      command.args.length + command.assignments.length + command.redirections.length === 0,
  );
}

/** `{ }` and `( )`, which bash takes for mistakes: what ends the first of them. */
function emptyBody(node: unknown): string | null {
  if (typeof node !== 'object' || node === null) return null;
  if ('body' in node && Array.isArray(node.body) && node.body.length === 0 && 'type' in node) {
    if (node.type === 'Group') return '}';
    if (node.type === 'Subshell') return ')';
  }
  for (const value of Array.isArray(node) ? node : Object.values(node)) {
    const found = emptyBody(value);
    if (found !== null) return found;
  }
  return null;
}

function hasOpenHeredoc(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasOpenHeredoc);
  if (typeof node !== 'object' || node === null) return false;
  if ('type' in node && node.type === 'HereDoc' && 'terminated' in node && node.terminated === false) return true;
  return Object.values(node).some(hasOpenHeredoc);
}
