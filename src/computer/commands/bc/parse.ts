/** bc's language as a tree. */

export type Expression =
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'variable'; readonly name: string; readonly index: Expression | null }
  | { readonly type: 'unary'; readonly operator: '-' | '!'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'assign'; readonly operator: string; readonly target: Variable; readonly value: Expression }
  | { readonly type: 'step'; readonly by: 1 | -1; readonly isBefore: boolean; readonly target: Variable }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] };

export type Variable = Extract<Expression, { type: 'variable' }>;

export type Statement =
  | { readonly type: 'expression'; readonly expression: Expression }
  | { readonly type: 'print'; readonly parts: readonly (string | Expression)[] }
  | { readonly type: 'block'; readonly body: readonly Statement[] }
  | { readonly type: 'if'; readonly condition: Expression; readonly so: Statement; readonly otherwise: Statement | null }
  | {
      readonly type: 'loop';
      readonly before: Expression | null;
      readonly condition: Expression | null;
      readonly after: Expression | null;
      readonly body: Statement;
    }
  | {
      readonly type: 'define';
      readonly name: string;
      readonly parameters: readonly string[];
      readonly locals: readonly string[];
      readonly body: Statement;
    }
  | { readonly type: 'return'; readonly value: Expression | null }
  | { readonly type: 'break' | 'continue' | 'quit' };

/** `line` counts from 1. */
export class BcSyntaxError extends Error {
  readonly line: number;

  constructor(line: number) {
    super('syntax error');
    this.line = line;
  }
}

interface Token {
  readonly text: string;
  readonly kind: 'number' | 'name' | 'string' | 'operator' | 'end';
  readonly line: number;
}

const TOKEN =
  /\/\*[\s\S]*?\*\/|#[^\n]*|\\\n|[ \t\r]+|(\d[\dA-F]*\.?[\dA-F]*|\.\d[\dA-F]*|[A-F][\dA-F]*)|([a-z][a-z\d_]*)|("[^"]*")|(\n|&&|\|\||[-+*/%^=<>!]=|\+\+|--|[-+*/%^=<>!(){}[\],;.])/gy;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  TOKEN.lastIndex = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) throw new BcSyntaxError(line);
    const [whole, number, name, string, operator] = found;
    if (number !== undefined) tokens.push({ text: number, kind: 'number', line });
    else if (name !== undefined) tokens.push({ text: name, kind: 'name', line });
    else if (string !== undefined) tokens.push({ text: string.slice(1, -1), kind: 'string', line });
    else if (operator !== undefined) tokens.push({ text: operator, kind: 'operator', line });
    line += whole.split('\n').length - 1;
    at += whole.length;
  }
  return [...tokens, { text: '', kind: 'end', line }];
}

const ASSIGNMENTS: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=']);
/** From the weakest to the strongest. */
const LEVELS: readonly (readonly string[])[] = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!='], ['+', '-'], ['*', '/', '%']];

/** The statements of a program, those of a line together: bc reads a line before it does any of it. */
export function parseBc(text: string): readonly (readonly Statement[])[] {
  const parser = new Parser(tokensOf(text));
  const lines: Statement[][] = [];
  let last = 0;
  for (const { statement, line } of parser.program()) {
    if (line !== last) lines.push([]);
    lines.at(-1)!.push(statement);
    last = line;
  }
  return lines;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#token.kind === 'end';
  }

  program(): readonly { readonly statement: Statement; readonly line: number }[] {
    return this.#list(() => this.isAtEnd);
  }

  statements(isOver: () => boolean): Statement[] {
    return this.#list(isOver).map(({ statement }) => statement);
  }

  #list(isOver: () => boolean): { readonly statement: Statement; readonly line: number }[] {
    const statements: { readonly statement: Statement; readonly line: number }[] = [];
    for (this.#skip(true); !isOver(); this.#skip(true)) {
      if (this.isAtEnd) this.#wrong();
      const { line } = this.#token;
      statements.push({ line, statement: this.#statement() });
      if (!isOver() && !this.isAtEnd && !this.#is(';') && !this.#is('\n')) this.#wrong();
    }
    return statements;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  #is(text: string): boolean {
    return this.#token.kind === 'operator' && this.#token.text === text;
  }

  #takes(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) this.#wrong();
  }

  #wrong(): never {
    throw new BcSyntaxError(this.#token.line);
  }

  #skip(semicolons: boolean): void {
    while (this.#is('\n') || (semicolons && this.#is(';'))) this.#at++;
  }

  #word(): string {
    if (this.#token.kind !== 'name') this.#wrong();
    return this.#tokens[this.#at++]!.text;
  }

  #takesWord(name: string): boolean {
    if (this.#token.kind !== 'name' || this.#token.text !== name) return false;
    this.#at++;
    return true;
  }

  #statement(): Statement {
    if (this.#takes('{')) {
      const body = this.statements(() => this.#is('}'));
      this.#expect('}');
      return { type: 'block', body };
    }
    if (this.#token.kind === 'string') return { type: 'print', parts: [this.#tokens[this.#at++]!.text] };
    if (this.#takesWord('if')) return this.#if();
    if (this.#takesWord('while')) {
      this.#expect('(');
      const condition = this.#expression();
      this.#expect(')');
      return { type: 'loop', before: null, condition, after: null, body: this.#body() };
    }
    if (this.#takesWord('for')) return this.#for();
    if (this.#takesWord('define')) return this.#define();
    if (this.#takesWord('print')) {
      const parts = [this.#printed()];
      while (this.#takes(',')) parts.push(this.#printed());
      return { type: 'print', parts };
    }
    if (this.#takesWord('return')) {
      const isBare = this.isAtEnd || this.#is(';') || this.#is('\n') || this.#is('}');
      return { type: 'return', value: isBare ? null : this.#expression() };
    }
    for (const type of ['break', 'continue', 'quit'] as const) if (this.#takesWord(type)) return { type };
    if (this.#takesWord('halt')) return { type: 'quit' };
    return { type: 'expression', expression: this.#expression() };
  }

  #body(): Statement {
    this.#skip(false);
    return this.#statement();
  }

  #printed(): string | Expression {
    if (this.#token.kind !== 'string') return this.#expression();
    const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', q: '"', a: '\x07', b: '\b', f: '\f', r: '\r' };
    return this.#tokens[this.#at++]!.text.replace(/\\(.)/g, (whole, letter: string) => escapes[letter] ?? whole);
  }

  #if(): Statement {
    this.#expect('(');
    const condition = this.#expression();
    this.#expect(')');
    const so = this.#body();
    const before = this.#at;
    this.#skip(true);
    if (this.#takesWord('else')) return { type: 'if', condition, so, otherwise: this.#body() };
    this.#at = before;
    return { type: 'if', condition, so, otherwise: null };
  }

  #for(): Statement {
    this.#expect('(');
    const before = this.#is(';') ? null : this.#expression();
    this.#expect(';');
    const condition = this.#is(';') ? null : this.#expression();
    this.#expect(';');
    const after = this.#is(')') ? null : this.#expression();
    this.#expect(')');
    return { type: 'loop', before, condition, after, body: this.#body() };
  }

  #define(): Statement {
    this.#takesWord('void');
    const name = this.#word();
    this.#expect('(');
    const parameters = this.#names(')');
    this.#expect(')');
    this.#skip(false);
    this.#expect('{');
    this.#skip(true);
    const locals = this.#takesWord('auto') ? this.#names(';') : [];
    const body = this.statements(() => this.#is('}'));
    this.#expect('}');
    return { type: 'define', name, parameters, locals, body: { type: 'block', body } };
  }

  #names(end: string): string[] {
    const names: string[] = [];
    while (!this.#is(end) && !this.#is('\n')) {
      names.push(this.#word());
      if (this.#takes('[')) this.#expect(']');
      if (!this.#takes(',')) break;
    }
    return names;
  }

  #expression(): Expression {
    const start = this.#at;
    const left = this.#level(0);
    if (this.#token.kind !== 'operator' || !ASSIGNMENTS.has(this.#token.text)) return left;
    const operator = this.#tokens[this.#at++]!.text;
    const value = this.#expression();
    return this.#assigned(left, operator, value, start);
  }

  /** `1 + a = 2` assigns to what stands right before the operator. */
  #assigned(left: Expression, operator: string, value: Expression, start: number): Expression {
    if (left.type === 'variable') return { type: 'assign', operator, target: left, value };
    if (left.type === 'binary') return { ...left, right: this.#assigned(left.right, operator, value, start) };
    return this.#wrong();
  }

  #level(depth: number): Expression {
    const operators = LEVELS[depth];
    if (operators === undefined) return this.#power();
    if (depth === 2 && this.#takes('!')) return { type: 'unary', operator: '!', operand: this.#level(2) };
    let left = this.#level(depth + 1);
    while (this.#token.kind === 'operator' && operators.includes(this.#token.text)) {
      const operator = this.#tokens[this.#at++]!.text;
      left = { type: 'binary', operator, left, right: this.#level(depth + 1) };
    }
    return left;
  }

  #power(): Expression {
    const left = this.#unary();
    if (!this.#takes('^')) return left;
    return { type: 'binary', operator: '^', left, right: this.#power() };
  }

  #unary(): Expression {
    if (this.#takes('-')) return { type: 'unary', operator: '-', operand: this.#unary() };
    for (const [text, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (!this.#takes(text)) continue;
      const target = this.#primary();
      return target.type === 'variable' ? { type: 'step', by, isBefore: true, target } : this.#wrong();
    }
    const operand = this.#primary();
    if (operand.type === 'variable' && this.#takes('++')) return { type: 'step', by: 1, isBefore: false, target: operand };
    if (operand.type === 'variable' && this.#takes('--')) return { type: 'step', by: -1, isBefore: false, target: operand };
    return operand;
  }

  #primary(): Expression {
    const { kind, text } = this.#token;
    if (kind === 'number') {
      this.#at++;
      return { type: 'number', text };
    }
    if (this.#takes('.')) return { type: 'variable', name: 'last', index: null };
    if (this.#takes('(')) {
      const inner = this.#expression();
      this.#expect(')');
      // In brackets it is a value, so that `(a = 1)` is printed and takes no assignment.
      return { type: 'binary', operator: '+', left: inner, right: { type: 'number', text: '0' } };
    }
    const name = this.#word();
    if (this.#takes('(')) {
      const args: Expression[] = [];
      while (!this.#is(')')) {
        args.push(this.#expression());
        if (!this.#takes(',')) break;
      }
      this.#expect(')');
      return { type: 'call', name, args };
    }
    if (!this.#takes('[')) return { type: 'variable', name, index: null };
    const index = this.#expression();
    this.#expect(']');
    return { type: 'variable', name, index };
  }
}
