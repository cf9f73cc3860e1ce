import { describe, expect, test } from 'vitest';
import { company } from './company.ts';

/* What the editor underlines: whole diagnostics, with the range of the word. Messages for every rule are in conformance/. */
const { pipelines } = company();
const PATH = '.github/workflows/deliver.yml';
const validate = async (text: string) => (await pipelines.validate(PATH, text)).map(({ file, ...rest }) => (expect(file).toBe(PATH), rest));
const job = (steps: string) => `on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;

describe('diagnostics for the editor', () => {
  test('a workflow that is fine has none', async () => {
    expect(await validate(job('      - run: echo\n'))).toEqual([]);
  });

  test.each([
    [
      'a job that needs one which is not there',
      'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{ run: a }]\n  deploy:\n    needs: tests\n    runs-on: ubuntu-latest\n    steps: [{ run: a }]\n',
      [{ severity: 'error', line: 7, column: 12, endColumn: 17, message: 'Job deploy needs a job named tests; this file has test.' }],
    ],
    [
      'an expression in the third line of a script',
      job('      - run: |\n          echo one\n          echo two\n          echo ${{ gitub.sha }} three\n'),
      [
        {
          severity: 'error',
          line: 9,
          column: 16,
          endColumn: 32,
          message: 'Nothing is named `gitub` in expressions; did you mean `github`?',
        },
      ],
    ],
    [
      'an output that the other job does not have',
      'on: push\njobs:\n  gate:\n    runs-on: ubuntu-latest\n    outputs: { score: "1" }\n    steps: [{ run: a }]\n  deploy:\n    needs: gate\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ needs.gate.outputs.socre }}\n',
      [
        {
          severity: 'warning',
          line: 11,
          column: 19,
          endColumn: 50,
          message: 'Job gate has no output socre; it has `score`. This is empty.',
        },
      ],
    ],
    [
      'a key in another spelling',
      job('      - run: echo\n        working_directory: src\n'),
      [
        {
          severity: 'error',
          line: 7,
          column: 9,
          endColumn: 26,
          message: "`working_directory` isn't a key of a step; did you mean `working-directory`?",
        },
      ],
    ],
    [
      'two mistakes at once, in the order of the file',
      job('      - uses: actions/checkout@v3\n      - run: echo\n        shell: zsh\n'),
      [
        { severity: 'error', line: 6, column: 15, endColumn: 34, message: "actions/checkout@v3 isn't available here; v4 and newer are." },
        {
          severity: 'error',
          line: 8,
          column: 16,
          endColumn: 19,
          message: 'The runner has no shell named zsh; bash, sh and python are there.',
        },
      ],
    ],
    [
      'an open bracket',
      'on: push\njobs: [\n',
      [
        {
          severity: 'error',
          line: 3,
          column: 1,
          endColumn: 2,
          message: "This isn't valid YAML: a `[` that was opened above isn't closed.",
        },
      ],
    ],
  ])('%s', async (_name, text, expected) => {
    expect(await validate(text)).toEqual(expected);
  });
});
