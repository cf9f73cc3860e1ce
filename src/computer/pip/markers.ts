/** Environment markers (PEP 508): which requirements are for this Python. */
import { compare, satisfies } from './versions.ts';
import { PipError } from './errors.ts';

/** This Python's values; it says `emscripten`, as `sys.platform` does. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  implementation_name: 'cpython',
  implementation_version: '3.14.2',
  os_name: 'posix',
  platform_machine: 'wasm32',
  platform_python_implementation: 'CPython',
  platform_release: '4.0.9',
  platform_system: 'Emscripten',
  platform_version: '#1',
  python_full_version: '3.14.2',
  python_version: '3.14',
  sys_platform: 'emscripten',
};

const VERSIONS: ReadonlySet<string> = new Set(['python_version', 'python_full_version', 'implementation_version', 'platform_release']);
const TOKEN = /\s*(?:(\(|\)|and\b|or\b|not\s+in\b|in\b|===|~=|==|!=|<=|>=|<|>)|'([^']*)'|"([^"]*)"|([A-Za-z_][\w.]*))/y;

interface Token {
  readonly kind: 'symbol' | 'text' | 'name';
  readonly text: string;
}

/** Whether the marker holds here, with `extra` as the extra that was asked for (empty for none). Throws on a marker that is none. */
export function markerHolds(marker: string, extra: string): boolean {
  const tokens = tokensOf(marker);
  let at = 0;
  const isNext = (text: string): boolean => tokens[at]?.kind === 'symbol' && tokens[at]?.text === text;
  const invalid = (): never => {
    throw new PipError(`Invalid requirement: the marker ${marker.trim()} is no environment marker`);
  };
  const any = (): boolean => {
    let holds = all();
    while (isNext('or')) {
      at++;
      holds = all() || holds;
    }
    return holds;
  };
  const all = (): boolean => {
    let holds = one();
    while (isNext('and')) {
      at++;
      holds = one() && holds;
    }
    return holds;
  };
  const one = (): boolean => {
    if (isNext('(')) {
      at++;
      const holds = any();
      if (!isNext(')')) invalid();
      at++;
      return holds;
    }
    const [left, operator, right] = tokens.slice(at, at + 3);
    if (left === undefined || operator?.kind !== 'symbol' || right === undefined) return invalid();
    at += 3;
    return comparisonHolds(left, operator.text, right, extra);
  };
  const holds = any();
  return at === tokens.length ? holds : invalid();
}

function comparisonHolds(left: Token, operator: string, right: Token, extra: string): boolean {
  const value = ({ kind, text }: Token): string => (kind === 'text' ? text : text === 'extra' ? extra : (ENVIRONMENT[text] ?? ''));
  const [a, b] = [value(left), value(right)];
  if (operator === 'in') return b.includes(a);
  if (operator === 'not in') return !b.includes(a);
  const name = left.kind === 'name' ? left.text : right.text;
  if (VERSIONS.has(name))
    return left.kind === 'name' ? satisfies(a, `${operator}${b}`) : compare(a, b) === 0 || satisfies(b, `${flipped(operator)}${a}`);
  const normal = (text: string): string => (name === 'extra' ? text.toLowerCase().replace(/[-_.]+/g, '-') : text);
  switch (operator) {
    case '!=':
      return normal(a) !== normal(b);
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    default:
      return normal(a) === normal(b);
  }
}

function flipped(operator: string): string {
  return operator.replace(/[<>]/, (sign) => (sign === '<' ? '>' : '<'));
}

function tokensOf(marker: string): readonly Token[] {
  const tokens: Token[] = [];
  const text = marker.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new PipError(`Invalid requirement: the marker ${text} is no environment marker`);
    const [, symbol, single, double, name] = match;
    if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol.replace(/\s+/, ' ') });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'text', text: single ?? double ?? '' });
  }
  return tokens;
}
