import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWorkflow } from '../../src/pipelines/github/parse.ts';
import { company } from './company.ts';

const FOLDER = join(import.meta.dirname, 'conformance');
const WORKFLOWS = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name, 'workflow.yml'), 'utf8'));
const SEED = 20260105;

/** What goes wrong when people type, paste and merge, and what somebody would try who means harm. */
const SNIPPETS = [
  '\t',
  ':',
  '- ',
  '"',
  "'",
  '${{',
  '}}',
  '{',
  '}',
  '[',
  ']',
  '*',
  '&a ',
  '*a',
  '!',
  '|',
  '>',
  '#',
  '\n',
  '\n\n',
  '  ',
  '@',
  '%',
  '`',
  '? ',
  '---\n',
  '\u0000',
  '\ufeff',
  '💡',
  '\r\n',
  '<<: *a',
  'null',
  '~',
  '1e999',
  '0x',
  'needs: job\n',
  'constructor()',
  '__proto__: x\n',
  '<<<<<<< HEAD\n',
];

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), text: fc.constantFrom(...SNIPPETS) }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat(), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('indent' as const), at: fc.nat(), by: fc.integer({ min: -4, max: 4 }) }),
  fc.record({ kind: fc.constant('repeat line' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('swap lines' as const), at: fc.nat() }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(text: string, change: Mutation): string {
  const lines = text.split('\n');
  const line = change.at % lines.length;
  const at = change.at % (text.length + 1);
  switch (change.kind) {
    case 'insert':
      return text.slice(0, at) + change.text + text.slice(at);
    case 'delete':
      return text.slice(0, at) + text.slice(at + change.count);
    case 'cut':
      return text.slice(0, at);
    case 'indent':
      return lines
        .map((content, index) =>
          index !== line
            ? content
            : change.by > 0
              ? ' '.repeat(change.by) + content
              : content.slice(Math.min(-change.by, content.length - content.trimStart().length)),
        )
        .join('\n');
    case 'repeat line':
      return [...lines.slice(0, line + 1), ...lines.slice(line)].join('\n');
    case 'swap lines':
      return lines
        .map((content, index) => (index === line ? (lines[line + 1] ?? content) : index === line + 1 ? (lines[line] ?? content) : content))
        .join('\n');
  }
}

const mutated = fc
  .record({ text: fc.constantFrom(...WORKFLOWS), changes: fc.array(mutation, { minLength: 1, maxLength: 4 }) })
  .map(({ text, changes }) => changes.reduce(mutate, text));

/** Fails when the answer is neither a plan nor errors with places in the file. */
function check(text: string): void {
  const { plan, diagnostics } = parseWorkflow('w.yml', text);
  const lines = text.split(/\r\n|\r|\n/).length;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(plan === null).toBe(errors.length > 0);
  expect(
    diagnostics.filter(
      ({ line, column, message }) =>
        !(Number.isInteger(line) && line >= 1 && line <= lines + 1 && Number.isInteger(column) && column >= 1 && message.length > 0),
    ),
  ).toEqual([]);
}

describe('malformed workflows', () => {
  test('2,000 mutated files give errors with places, or a plan', () => {
    fc.assert(fc.property(mutated, check), { numRuns: 2000, seed: SEED });
  });

  test('text that was never a workflow', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary' }),
          fc.array(fc.constantFrom(...SNIPPETS, 'on', 'jobs', 'push', 'steps', 'run')).map((parts) => parts.join('')),
        ),
        check,
      ),
      { numRuns: 1000, seed: SEED },
    );
  });

  test('what still has a plan after one mutation runs to an end', async () => {
    const texts = fc.sample(
      fc
        .record({
          text: fc.constantFrom(...WORKFLOWS.filter((text) => !text.includes('gpu-large') && !text.includes('self-hosted'))),
          change: mutation,
        })
        .map(({ text, change }) => mutate(text, change)),
      { numRuns: 150, seed: SEED },
    );
    for (const text of texts) {
      const world = company({ realLimit: 500 });
      const runs = await world.push({ '.github/workflows/ci.yml': text });
      await world.pipelines.idle();
      for (const run of runs) for (const job of run.jobs) if (job.status !== 'completed') expect(job.reason).toMatch(/^no runner has/);
      for (const run of runs)
        expect(
          run.status === 'completed'
            ? run.conclusion !== null
            : run.jobs.some(({ reason }) => reason?.startsWith('no runner has') === true),
        ).toBe(true);
    }
  }, 120_000);

  const job = (lines: string) => `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n${lines}`;
  // What holds a reader up is counted, and refused by its number; that there is an answer at all is the other half of the proof.
  test.each([
    ['a megabyte', `on: push\n# ${'x'.repeat(1_000_000)}\n`, 'This file has 1000012 characters; a workflow file may have 524288.'],
    [
      'indented without end',
      Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'This file has 2004999 characters; a workflow file may have 524288.',
    ],
    [
      'aliases that multiply',
      `on: push\nx0: &x0 [a,a,a,a,a,a,a,a,a,a]\n${Array.from({ length: 12 }, (_, i) => `x${i + 1}: &x${i + 1} [${Array(10).fill(`*x${i}`).join(',')}]`).join('\n')}\njobs: {}\n`,
      'This file holds more than 50000 values once its aliases are followed.',
    ],
    [
      'a long line of brackets in an expression',
      job(`    if: ${'('.repeat(2000)}true${')'.repeat(2000)}\n    steps: [{ run: x }]\n`),
      'This expression is nested too deeply (50 levels are allowed).',
    ],
    [
      'a very long expression',
      job(`    if: ${'true || '.repeat(5000)}true\n    steps: [{ run: x }]\n`),
      'This expression is too long (21,000 characters are allowed).',
    ],
  ])('%s is more than a workflow may hold', (_name, text, message) => {
    check(text);
    const { plan, diagnostics } = parseWorkflow('w.yml', text);
    expect({ plan, said: diagnostics.map((diagnostic) => diagnostic.message) }).toEqual({
      plan: null,
      said: [expect.stringContaining(message)],
    });
  });

  test('of two thousand mistakes a hundred are told', () => {
    const text = job(`    steps:\n${'      - rn: x\n'.repeat(2000)}`);
    check(text);
    expect(parseWorkflow('w.yml', text).diagnostics).toHaveLength(100);
  });

  test.each(['[', '- '])('%s a hundred thousand times is said to be too deep', (open) => {
    expect(parseWorkflow('w.yml', `on: push\njobs:\n  ${open.repeat(100_000)}\n`).diagnostics[0]?.message).toBe(
      'This file is nested too deeply to be read.',
    );
  });

  const workflow = `name: deliver
on:
  push:
    branches: [main]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
  gate:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: echo done
`;
  test.each([
    ['a colon forgotten', 'needs: test', 'needs test', 11, 'After `needs` a colon is missing.'],
    ['a space forgotten', 'needs: test', 'needs:test', 11, 'After `needs:` a space is missing.'],
    [
      'a colon in a value',
      'echo done',
      'echo done: ok',
      14,
      'This value holds a colon followed by a space, which YAML reads as another key. Put the value in quotes.',
    ],
    ['a tab', '    needs', '\tneeds', 11, 'YAML is indented with spaces; here stands a tab.'],
    [
      'a space too few',
      '    needs',
      '   needs',
      11,
      'The line below is indented as if it belonged to this value. Keys of one level begin in the same column.',
    ],
    [
      'a space too many',
      '    needs',
      '     needs',
      12,
      'This line begins in another column than its neighbours. What belongs to one level begins in the same column.',
    ],
    ['a bracket too many', '[main]', '[main]]', 4, "This isn't valid YAML: this `]` closes nothing."],
    ['a bracket too few', '[main]', '[main', 5, "This isn't valid YAML: a `[` that was opened above isn't closed."],
    ['a bracket too few at the top', 'name', 'oops: [\nname', 2, "This isn't valid YAML: a `[` that was opened above isn't closed."],
    ['a quote too few', 'echo done', '"echo done', 15, "This isn't valid YAML: a quote that was opened above isn't closed."],
  ])('%s is told once, in words', (_name, right, wrong, line, message) => {
    const { diagnostics } = parseWorkflow('w.yml', workflow.replace(right, wrong));
    expect(diagnostics.map((found) => [found.line, found.message])).toEqual([[line, message]]);
  });

  const deep = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
  test.each([
    ['nested a hundred thousand deep', `on: push\njobs: ${deep('[', ']', 100_000)}\n`],
    ['nested mappings', `on: push\njobs: ${'{a: '.repeat(5000)}1${'}'.repeat(5000)}\n`],
    ['an alias of itself', 'on: push\njobs: &a\n  b: *a\n'],
    ['an alias of itself as a key', 'on: push\njobs: &a\n  *a : 1\n'],
    ['an unknown alias', 'on: push\njobs: *nothing\n'],
    ['two documents', 'on: push\n---\njobs: {}\n'],
    ['keys that are not words', 'on: push\n? [a, b]\n: c\njobs: {}\n'],
    ['keys that objects have', 'on: push\nconstructor: 1\n__proto__: 2\njobs: { toString: { runs-on: x, steps: [{ run: y }] } }\n'],
    ['binary', 'on: push\njobs: !!binary aGVsbG8=\n'],
    ['a list of lists', '[[[[]]]]'],
    ['a conflict', 'on: push\n<<<<<<< HEAD\njobs: {}\n=======\njobs: {}\n>>>>>>> other\n'],
  ])('%s', (_name, text) => {
    check(text);
    expect(parseWorkflow('w.yml', text).plan).toBeNull();
  });
});
