/** `bc`: GNU's calculator, with decimal numbers of any length. It imports the commands' own and nothing else. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import { fromLatin1 } from '../../files/content.ts';
import { resolvePath } from '../../files/path.ts';
import type { CommandHost } from '../host.ts';
import { readOptions } from '../options.ts';
import { failed } from '../result.ts';
import {
  add,
  arctangent,
  compare,
  decimal,
  decimalText,
  divide,
  exponential,
  inBase,
  logarithm,
  modulo,
  multiply,
  negated,
  ONE,
  parseDecimal,
  raised,
  scaledTo,
  sine,
  squareRoot,
  subtract,
  toNumber,
  ZERO,
  type Decimal,
} from './decimal.ts';
import { BcSyntaxError, parseBc, type Expression, type Statement, type Variable } from './parse.ts';

const VERSION = 'bc 1.07.1\nCopyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.\n';
/** Steps that a program may take before it is taken for endless. */
const STEPS = 2_000_000;
/** The scale that `-l` begins with. */
const LIBRARY_SCALE = 20;
const LINE = 69;

export async function bc(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const names = { mathlib: 'l', quiet: 'q', standard: 's', warn: 'w', interactive: 'i', version: 'v' };
  const options = readOptions(args, { letters: 'lqswiv', names });
  if (typeof options === 'string') return failed(`bc: ${options}\nusage: bc [-hilqsvw] [long-options] [file ...]\n`);
  if (options.flags.has('v')) return { stdout: VERSION, stderr: '', exitCode: 0 };
  const sources: string[] = [];
  for (const name of options.operands) {
    const path = resolvePath(ctx.cwd, name);
    if (!host.files.existsSync(path)) return failed(`File ${name} is unavailable.\n`);
    sources.push(new TextDecoder().decode(host.files.readSync(path)));
  }
  const typed = new TextDecoder().decode(fromLatin1(ctx.stdin as unknown as string));
  if (typed === '' && sources.length === 0 && host.streams().stdin)
    return failed("bc: there is no calculator prompt here: echo '2 + 3' | bc, or bc <<< '2 + 3'\n");
  const calculator = new Calculator(options.flags.has('l'));
  for (const source of [...sources, typed]) calculator.run(source);
  return { stdout: calculator.stdout, stderr: calculator.stderr, exitCode: 0 };
}

/** What ends a statement early. */
class BcError extends Error {}
class Leaving {
  readonly kind: 'break' | 'continue' | 'quit' | 'return';
  readonly value: Decimal;

  constructor(kind: Leaving['kind'], value: Decimal = ZERO) {
    this.kind = kind;
    this.value = value;
  }
}

class Calculator {
  stdout = '';
  stderr = '';
  readonly #hasLibrary: boolean;
  readonly #variables = new Map<string, Decimal>();
  readonly #functions = new Map<string, Extract<Statement, { type: 'define' }>>();
  #scale: number;
  #inputBase = 10;
  #outputBase = 10;
  #steps = 0;
  #isOver = false;

  constructor(hasLibrary: boolean) {
    this.#hasLibrary = hasLibrary;
    this.#scale = hasLibrary ? LIBRARY_SCALE : 0;
  }

  run(source: string): void {
    for (const line of this.#parsed(source)) {
      // `quit` is obeyed when it is read.
      if (this.#isOver || line.some(({ type }) => type === 'quit')) {
        this.#isOver = true;
        return;
      }
      this.#runLine(line);
    }
  }

  #runLine(line: readonly Statement[]): void {
    try {
      for (const statement of line) this.#execute(statement);
    } catch (error) {
      if (error instanceof Leaving) this.#isOver = error.kind === 'quit';
      else if (error instanceof BcError) this.stderr += `Runtime error (func=(main), adr=3): ${error.message}\n`;
      else throw error;
    }
  }

  /** What can be read: after a mistake bc goes on with the next line. */
  #parsed(source: string): readonly (readonly Statement[])[] {
    try {
      return parseBc(source);
    } catch (error) {
      if (!(error instanceof BcSyntaxError)) throw error;
      this.stderr += `(standard_in) ${error.line}: syntax error\n`;
      const lines = source.split('\n');
      lines[error.line - 1] = '';
      return lines.some((line) => line.trim() !== '') ? this.#parsed(lines.join('\n')) : [];
    }
  }

  #execute(statement: Statement): void {
    if (++this.#steps > STEPS) throw new BcError('this computer ends a calculation after two million steps');
    switch (statement.type) {
      case 'expression':
        return this.#show(statement.expression);
      case 'print':
        for (const part of statement.parts) this.stdout += typeof part === 'string' ? part : this.#text(this.#value(part));
        return;
      case 'block':
        for (const each of statement.body) this.#execute(each);
        return;
      case 'if':
        if (isTrue(this.#value(statement.condition))) this.#execute(statement.so);
        else if (statement.otherwise !== null) this.#execute(statement.otherwise);
        return;
      case 'loop':
        return this.#loop(statement);
      case 'define':
        this.#functions.set(statement.name, statement);
        return;
      case 'return':
        throw new Leaving('return', statement.value === null ? ZERO : this.#value(statement.value));
      default:
        throw new Leaving(statement.type);
    }
  }

  #show(expression: Expression): void {
    const value = this.#value(expression);
    if (expression.type === 'assign') return;
    this.#variables.set('last', value);
    this.stdout += `${wrapped(this.#text(value))}\n`;
  }

  #loop({ before, condition, after, body }: Extract<Statement, { type: 'loop' }>): void {
    if (before !== null) this.#value(before);
    while (condition === null || isTrue(this.#value(condition))) {
      try {
        this.#execute(body);
      } catch (error) {
        if (error instanceof Leaving && error.kind === 'break') return;
        if (!(error instanceof Leaving && error.kind === 'continue')) throw error;
      }
      if (after !== null) this.#value(after);
    }
  }

  #text(value: Decimal): string {
    return this.#outputBase === 10 ? decimalText(value) : inBase(value, this.#outputBase);
  }

  #value(expression: Expression): Decimal {
    if (++this.#steps > STEPS) throw new BcError('this computer ends a calculation after two million steps');
    switch (expression.type) {
      case 'number':
        return this.#number(expression.text);
      case 'variable':
        return this.#get(expression);
      case 'unary': {
        const operand = this.#value(expression.operand);
        return expression.operator === '-' ? negated(operand) : truth(!isTrue(operand));
      }
      case 'binary':
        return this.#binary(expression.operator, this.#value(expression.left), () => this.#value(expression.right));
      case 'assign': {
        const { target, operator, value } = expression;
        const right = this.#value(value);
        const result = operator === '=' ? right : this.#binary(operator[0]!, this.#get(target), () => right);
        this.#set(target, result);
        return result;
      }
      case 'step': {
        const before = this.#get(expression.target);
        const after = add(before, decimal(expression.by));
        this.#set(expression.target, after);
        return expression.isBefore ? after : before;
      }
      case 'call':
        return this.#call(expression.name, expression.args);
    }
  }

  #number(text: string): Decimal {
    if (this.#inputBase === 10) return parseDecimal(text.replace(/[A-F]/g, '9'));
    const base = BigInt(this.#inputBase);
    const units = [...text.split('.')[0]!].reduce((sum, digit) => sum * base + BigInt(parseInt(digit, 16)), 0n);
    if (text.includes('.')) throw new BcError('fractions are read in base 10 only');
    return decimal(units);
  }

  #binary(operator: string, left: Decimal, lazyRight: () => Decimal): Decimal {
    if (operator === '&&') return truth(isTrue(left) && isTrue(lazyRight()));
    if (operator === '||') return truth(isTrue(left) || isTrue(lazyRight()));
    const right = lazyRight();
    switch (operator) {
      case '+':
        return add(left, right);
      case '-':
        return subtract(left, right);
      case '*':
        return multiply(left, right, this.#scale);
      case '/':
      case '%':
        if (right.units === 0n) throw new BcError('Divide by zero');
        return (operator === '/' ? divide : modulo)(left, right, this.#scale);
      case '^':
        if (left.units === 0n && right.units < 0n) throw new BcError('Divide by zero');
        return raised(left, toNumber(right), this.#scale);
      default: {
        const order = compare(left, right);
        return truth(
          { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0, '==': order === 0, '!=': order !== 0 }[operator] ?? false,
        );
      }
    }
  }

  #get({ name, index }: Variable): Decimal {
    if (index !== null) return this.#variables.get(`${name}[${toNumber(this.#value(index))}]`) ?? ZERO;
    if (name === 'scale') return decimal(this.#scale);
    if (name === 'ibase') return decimal(this.#inputBase);
    if (name === 'obase') return decimal(this.#outputBase);
    return this.#variables.get(name) ?? ZERO;
  }

  #set({ name, index }: Variable, value: Decimal): void {
    if (index !== null) this.#variables.set(`${name}[${toNumber(this.#value(index))}]`, value);
    else if (name === 'scale') this.#scale = Math.max(0, toNumber(value));
    else if (name === 'ibase') this.#inputBase = Math.min(16, Math.max(2, toNumber(value)));
    else if (name === 'obase') this.#outputBase = Math.max(2, toNumber(value));
    else this.#variables.set(name, value);
  }

  #call(name: string, args: readonly Expression[]): Decimal {
    const defined = this.#functions.get(name);
    if (defined !== undefined) return this.#callDefined(defined, args);
    const [value = ZERO] = args.map((arg) => this.#value(arg));
    switch (name) {
      case 'sqrt':
        if (value.units < 0n) throw new BcError('Square root of a negative number');
        return squareRoot(value, this.#scale);
      case 'length':
        return decimal(decimalText(value).replace(/[-.]/g, '').length);
      case 'scale':
        return decimal(value.scale);
    }
    if (this.#hasLibrary) {
      const scale = this.#scale;
      if (name === 'e') return exponential(value, scale);
      if (name === 'l')
        return value.units > 0n ? logarithm(value, scale) : divide(subtract(ONE, raised(decimal(10), scale, 0)), ONE, scale);
      if (name === 's') return sine(value, scale);
      if (name === 'c') return sine(value, scale, true);
      if (name === 'a') return arctangent(value, scale);
    }
    throw new BcError(`Function ${name} not defined.`);
  }

  #callDefined({ parameters, locals, body }: Extract<Statement, { type: 'define' }>, args: readonly Expression[]): Decimal {
    if (args.length !== parameters.length) throw new BcError('Parameter number mismatch');
    const values = args.map((arg) => this.#value(arg));
    const names = [...parameters, ...locals];
    const before = names.map((name) => this.#variables.get(name));
    names.forEach((name, i) => this.#variables.set(name, values[i] ?? ZERO));
    try {
      this.#execute(body);
      return ZERO;
    } catch (error) {
      if (error instanceof Leaving && error.kind === 'return') return error.value;
      if (error instanceof RangeError) throw new BcError('this computer calls functions some thousand deep at most');
      throw error;
    } finally {
      names.forEach((name, i) => this.#variables.set(name, before[i] ?? ZERO));
    }
  }
}

const isTrue = ({ units }: Decimal): boolean => units !== 0n;
const truth = (value: boolean): Decimal => scaledTo(value ? ONE : ZERO, 0);

/** Long numbers go on in the next line behind a backslash. */
function wrapped(text: string): string {
  return text.length <= LINE ? text : (text.match(new RegExp(`.{1,${LINE - 1}}`, 'g')) ?? []).join('\\\n');
}
