import { describe, expect, test } from 'vitest';
import { evaluate, evaluateText, type Scope } from '../../src/pipelines/expressions/evaluate.ts';
import { expressionsIn, fillText, templateOf } from '../../src/pipelines/expressions/template.ts';
import type { Json } from '../../src/pipelines/expressions/values.ts';
import { readYaml } from '../../src/pipelines/yaml.ts';

/* Rules from "Evaluate expressions in workflows and actions": literals, operators, loose equality, functions, object filters. */
const CONTEXT = {
  github: {
    ref: 'refs/heads/main',
    actor: 'Mei',
    event: {
      commits: [
        { id: 'a', author: { name: 'Mei' } },
        { id: 'b', author: { name: 'Tomas' } },
      ],
      labels: [],
    },
  },
  env: { NAME: 'leaf', name: 'other', constructor: 'built' },
  matrix: { seed: 42, big: 1e21, ratio: 0.1, flag: true, none: null, list: [1, 'two', false], 'with-dash': 'dash', __proto__key: 'x' },
} as const satisfies Record<string, Json>;

const scope: Scope = {
  contexts: { github: () => CONTEXT.github, env: () => CONTEXT.env, matrix: () => CONTEXT.matrix, empty: () => null },
  functions: { success: () => true, failure: () => false, hashfiles: (...patterns) => patterns.join('+') },
};

const TABLE: readonly (readonly [source: string, value: Json])[] = [
  // Literals
  ['true', true],
  ['false', false],
  ['null', null],
  ['711', 711],
  ['-9.2', -9.2],
  ['0xff', 255],
  ['-2.99e-2', -0.0299],
  ['.5', 0.5],
  ['+3', 3],
  ["'It''s'", "It's"],
  ["''", ''],
  ["'}}'", '}}'],
  // Equality: the same type
  ["'a' == 'a'", true],
  ["'Main' == 'MAIN'", true],
  ["'a' != 'b'", true],
  ['1 == 1.0', true],
  ['null == null', true],
  ['true == true', true],
  ["'ß' == 'SS'", true],
  // Equality: types differ, so both become numbers
  ['null == 0', true],
  ['null == false', true],
  ["null == ''", true],
  ['true == 1', true],
  ["true == '1'", true],
  ["true == 'true'", false],
  ["false == ''", true],
  ["'' == 0", true],
  ["' ' == 0", true],
  ["'1' == 1", true],
  ["'0x10' == 16", true],
  ["'1e2' == 100", true],
  ["'abc' == 0", false],
  ["'abc' != 0", true],
  ['github.event == github.event', true],
  ["github.event == ''", false],
  ["matrix.list == '1'", false],
  // Order
  ['1 < 2', true],
  ['2 <= 2', true],
  ['3 > 4', false],
  ["'b' > 'A'", true],
  ["'a' < 'B'", true],
  ["'10' > 9", true],
  ["'abc' > 1", false],
  ["'abc' < 1", false],
  ['true > false', true],
  ['null >= 0', true],
  ["'2' < '10'", false],
  // Precedence and grouping
  ['true || false && false', true],
  ['(true || false) && false', false],
  ['!true || true', true],
  ['!(true || true)', false],
  ['1 < 2 == true', true],
  ['!0', true],
  ["!''", true],
  ["!'x'", false],
  ['!!1', true],
  // && and || give operands
  ["'a' && 'b'", 'b'],
  ["'' && 'b'", ''],
  ["'' || 'b'", 'b'],
  ["'a' || 'b'", 'a'],
  ['0 || null', null],
  ["true && 'yes' || 'no'", 'yes'],
  ["false && 'yes' || 'no'", 'no'],
  // Property access
  ['github.ref', 'refs/heads/main'],
  ['GitHub.REF', 'refs/heads/main'],
  ["github['ref']", 'refs/heads/main'],
  ["github['Ref']", 'refs/heads/main'],
  ['github.missing', null],
  ['github.missing.deeper.still', null],
  ['github.ref.length', null],
  ["matrix['with-dash']", 'dash'],
  ['matrix.with-dash', 'dash'],
  ['empty.anything', null],
  ['github.event.commits[0].id', 'a'],
  ['github.event.commits[1].author.name', 'Tomas'],
  ['github.event.commits[7].id', null],
  ["github.event.commits['0'].id", 'a'],
  ['github.event.commits[-1].id', null],
  ['matrix.list[1]', 'two'],
  ['matrix.list.length', null],
  // On Linux the env context tells upper from lower case
  ['env.NAME', 'leaf'],
  ['env.name', 'other'],
  ['env.Name', null],
  ['env.constructor', 'built'],
  ['github.constructor', null],
  ['github.__proto__', null],
  // Object filters
  ['join(github.event.commits.*.id)', 'a,b'],
  ["join(github.event.commits.*.author.name, ' and ')", 'Mei and Tomas'],
  ["join(github.event.commits[*].id, '')", 'ab'],
  ['join(github.event.labels.*.name)', ''],
  ['join(github.ref.*)', ''],
  ["contains(github.event.commits.*.id, 'b')", true],
  // contains
  ["contains('Hello world', 'LLO')", true],
  ["contains('Hello', 'x')", false],
  ["contains(matrix.list, 'TWO')", true],
  ['contains(matrix.list, 1)', true],
  ["contains(matrix.list, '1')", true],
  ["contains(matrix.list, 'tw')", false],
  ['contains(1234, 23)', true],
  ["contains(null, '')", true],
  ["contains(github.event, 'commits')", false],
  // startsWith, endsWith
  ["startsWith('Hello world', 'he')", true],
  ["startsWith('Hello', 'lo')", false],
  ['startsWith(1234, 12)', true],
  ["endsWith('Hello world', 'LD')", true],
  ["endsWith(matrix.list, 'x')", false],
  // format
  ["format('Hello {0} {1}', 'Mona', 'the cat')", 'Hello Mona the cat'],
  ["format('{{Hello}} {0}', 'x')", '{Hello} x'],
  ["format('{0}{0}', 1)", '11'],
  ["format('{1}', 'a', true)", 'true'],
  ["format('{0}', null)", ''],
  ["format('{0}', github.event)", 'Object'],
  ["format('{0}', matrix.list)", 'Array'],
  // join
  ["join(matrix.list, ', ')", '1, two, false'],
  ["join('single')", 'single'],
  ['join(matrix.list)', '1,two,false'],
  ['join(github.event)', ''],
  // fromJSON and toJSON
  ["fromJSON('true')", true],
  ['fromJSON(\'[1, "x"]\')', [1, 'x']],
  ['fromJSON(\'{"a": {"b": null}}\')', { a: { b: null } }],
  ['fromJSON(\'{"constructor": 1}\').constructor', 1],
  ['toJSON(matrix.list)', '[\n  1,\n  "two",\n  false\n]'],
  ["toJSON('a\"b')", '"a\\"b"'],
  ['toJSON(null)', 'null'],
  ["toJSON(fromJSON('{}'))", '{}'],
  ['toJSON(fromJSON(\'{"b":1,"a":[]}\'))', '{\n  "b": 1,\n  "a": []\n}'],
  ['toJSON(fromJSON(\'{"2":1,"1":2}\'))', '{\n  "1": 2,\n  "2": 1\n}'],
  ['fromJSON(toJSON(matrix.list))[0]', 1],
  // case
  ["case(true, 'a', 'b')", 'a'],
  ["case(false, 'a', true, 'b', 'c')", 'b'],
  ["case(false, 'a', 'b')", 'b'],
  // Functions ignore case
  ["CONTAINS('a', 'A')", true],
  ["hashFiles('a', 'b')", 'a+b'],
  ['success() && !failure()', true],
  // White space
  ["  github . ref == 'refs/heads/main'  ", true],
  ["\n'a'\n==\n'A'\n", true],
];

const ERRORS: readonly (readonly [source: string, says: string])[] = [
  ['', 'An expression was expected'],
  ['github.', 'Unexpected symbol'],
  ['nothing.here', "Unrecognized named-value: 'nothing'"],
  ['upper(github.ref)', "Unrecognized function: 'upper'"],
  ['constructor()', "Unrecognized function: 'constructor'"],
  ['__proto__()', "Unrecognized function: '__proto__'"],
  ['"double"', 'Unexpected symbol: \'"double"\''],
  ['1 +', 'Unexpected'],
  ['github.ref = 1', "Unexpected symbol: '='"],
  ['FALSE', "Unrecognized named-value: 'FALSE'"],
  ['(true', 'Unexpected end of expression'],
  ['contains(1)', 'Too few parameters supplied'],
  ["startsWith('a', 'b', 'c')", 'Too many parameters supplied'],
  ["'open", 'Unexpected symbol'],
  ["fromJSON('')", 'fromJSON got an empty text'],
  ["fromJSON('{')", "fromJSON can't read `{`"],
  ["format('{0} {1}', 'a')", 'references more arguments than were supplied'],
  ["format('{', 'a')", 'format string is invalid'],
  ['case(1, 2, 3)', 'must evaluate to a boolean'],
  [`${'('.repeat(60)}1${')'.repeat(60)}`, 'Exceeded max expression depth'],
  [`'${'x'.repeat(21_001)}'`, 'ErrorExceededMaxLength'],
];

describe('expressions', () => {
  test.each(TABLE)('%s', (source, value) => {
    expect(evaluate(source, scope)).toEqual(value);
  });

  test.each(ERRORS)('%s is refused', (source, says) => {
    expect(() => evaluate(source, scope)).toThrow(says);
  });

  test.each([
    ['null', ''],
    ['true', 'true'],
    ['1.0', '1'],
    ['matrix.ratio', '0.1'],
    ['matrix.big', '1e+21'],
    ['-0', '0'],
    ['github.event', 'Object'],
    ['matrix.list', 'Array'],
  ])('%s as text is %s', (source, text) => {
    expect(evaluateText(source, scope)).toBe(text);
  });
});

describe('templates', () => {
  const scalar = (yaml: string) => {
    const document = readYaml('w.yml', yaml);
    if (!document.ok || document.root.kind !== 'mapping') throw new Error('not a mapping');
    const value = document.root.entries[0]?.value;
    if (value?.kind !== 'scalar') throw new Error('not a scalar');
    return value;
  };

  test.each([
    ['a: x ${{ env.NAME }} y', 'x leaf y'],
    ["a: ${{ 'a }} b' }}", 'a }} b'],
    ['a: ${{env.NAME}}${{ matrix.seed }}', 'leaf42'],
    ['a: "${{ env.NAME }}\\n"', 'leaf\n'],
    ['a: |\n  one\n  ${{ env.NAME }}\n', 'one\nleaf\n'],
    ['a: >-\n  one\n  ${{ env.NAME }}\n', 'one leaf'],
    ['a: no expression }} here', 'no expression }} here'],
    ['a: ${{ open', '${{ open'],
    ["a: it's ${{ env.NAME }}", "it's leaf"],
  ])('%j', (yaml, text) => {
    expect(fillText(templateOf(scalar(yaml)), scope)).toBe(text);
  });

  test('expressions know where they stand', () => {
    const places = (yaml: string) =>
      expressionsIn(scalar(yaml)).map(({ expression, at }) => [expression, at.line, at.column, at.endColumn]);
    expect(places('a: x ${{ env.NAME }} ${{ env.name }}')).toEqual([
      ['env.NAME', 1, 6, 21],
      ['env.name', 1, 22, 37],
    ]);
    expect(places('a: "x ${{ env.NAME }}"')).toEqual([['env.NAME', 1, 7, 22]]);
    expect(places('a: |\n  one\n    two ${{ env.NAME }}\n')).toEqual([['env.NAME', 3, 9, 24]]);
  });
});
