import { expect, test } from 'vitest';
import { company } from './company.ts';

test('a hello workflow runs to green', async () => {
  const { runWorkflow, pipelines } = company();
  const started = performance.now();
  const run = await runWorkflow(`
on: push
jobs:
  hello:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          echo "Hello from $GITHUB_REF_NAME"
          ls
          echo "greeting=hi" >> "$GITHUB_OUTPUT"
        id: greet
      - run: echo "\${{ steps.greet.outputs.greeting }} there"; sleep 30; false
      - run: echo never
      - run: echo always
        if: always()
`);
  console.log(performance.now() - started);
  console.log(JSON.stringify(run, null, 1));
  console.log(pipelines.log(run.id).map((l) => `${l.at - 1767603600000} ${l.step} ${l.kind} ${l.text}`).join('\n'));
  expect(run.conclusion).toBe('failure');
});
