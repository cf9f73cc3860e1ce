import { describe, expect, test } from 'vitest';
import { parseWorkflow } from '../../src/pipelines/github/parse.ts';
import { company } from './company.ts';

/* Every object has these names; a workflow that uses one has not written a key that is known. */
const NAMES = ['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty'];
const workflow = ({ on = 'push', job = '', step = 'run: echo', end = '' }) =>
  `on: ${on}\njobs:\n  job:\n    runs-on: ubuntu-latest\n${job}    steps:\n      - ${step}\n${end}`;

describe.each(NAMES)('%s', (name) => {
  test.each([
    ['a workflow', workflow({ end: `${name}: 2\n` }), `7:1 \`${name}\` isn't a key of a workflow.`],
    ['a workflow, with keys below it', workflow({ end: `${name}:\n  a: 2\n` }), `7:1 \`${name}\` isn't a key of a workflow.`],
    ['on', workflow({ on: `\n  ${name}:` }), `2:3 \`${name}\` isn't an event that starts workflows; \`push\` is.`],
    ['on.push', workflow({ on: `\n  push:\n    ${name}: 1` }), `3:5 \`${name}\` isn't a key of \`push\`.`],
    ['permissions', workflow({ end: `permissions:\n  ${name}: read\n` }), `8:3 \`${name}\` isn't known here.`],
    ['defaults', workflow({ end: `defaults:\n  ${name}: x\n` }), `8:3 \`${name}\` isn't a key of \`defaults\`.`],
    ['defaults.run', workflow({ end: `defaults:\n  run:\n    ${name}: x\n` }), `9:5 \`${name}\` isn't a key of \`defaults.run\`.`],
    ['a job', workflow({ job: `    ${name}: 2\n` }), `5:5 \`${name}\` isn't a key of a job.`],
    ['strategy', workflow({ job: `    strategy: { ${name}: 1 }\n` }), `5:17 \`${name}\` isn't a key of \`strategy\`.`],
    ['concurrency', workflow({ job: `    concurrency: { group: a, ${name}: 1 }\n` }), `5:30 \`${name}\` isn't a key of \`concurrency\`.`],
    ['environment', workflow({ job: `    environment: { name: a, ${name}: 1 }\n` }), `5:29 \`${name}\` isn't a key of \`environment\`.`],
    ['a step', workflow({ step: `run: echo\n        ${name}: 1` }), `7:9 \`${name}\` isn't a key of a step.`],
  ])('is not a key of %s', (_where, text, said) => {
    const { plan, diagnostics } = parseWorkflow('w.yml', text);
    expect(plan).toBeNull();
    expect(diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([expect.stringContaining(said)]);
  });

  test('is an input that an action does not know, not one that is refused', () => {
    expect(parseWorkflow('w.yml', workflow({ step: `uses: actions/checkout@v4\n        with: { ${name}: x }` })).diagnostics).toEqual([]);
  });

  test('may name what a workflow names itself', async () => {
    const firm = company();
    const run = await firm.runWorkflow(
      workflow({
        job: `    strategy: { matrix: { leaf: [1], include: [{ ${name}: 2 }] } }\n    outputs: { ${name}: "\${{ steps.say.outputs.${name} }}" }\n`,
        step:
          `id: say\n        run: echo ${name}=3 >> $GITHUB_OUTPUT; echo ${name}=4 >> $GITHUB_ENV\n` +
          `      - run: echo "\${{ matrix.${name} }} \${{ steps.say.outputs.${name} }} \${{ env.${name} }} $${name}"`,
      }),
    );
    const job = run.jobs[0];
    expect(firm.texts(run, `Run echo "2 3 4 $${name}"`)).toContain('2 3 4 4');
    expect(Object.entries(structuredClone(job?.outputs ?? {}))).toEqual([[name, '3']]);
  });
});
