import { afterAll, expect, test } from 'vitest';
import { createPythonHost } from '../../src/platform/node/platform.ts';
import { Cloud } from '../../src/cloud/cloud.ts';
import { serviceRunner } from '../../src/cloud/service.ts';
import type { Run } from '../../src/pipelines/contract.ts';
import type { PythonHost } from '../../src/platform/platform.ts';
import { VirtualClock } from '../../src/world/clock.ts';
import { company, START } from './company.ts';

/* Real Python: every process is an interpreter of its own, as a learner's is. */
const python = createPythonHost();
afterAll(() => python.dispose());

/** What unittest measures is real: it is the one thing in a log that differs from run to run. */
const MEASURED = /in \d+\.\d+s$/;

const seconds = (time: number | null) => ((time ?? 0) - START) / 1000;

test("shell: python runs the script with the step's files and environment", async () => {
  const world = company({ python });
  const run = await world.runWorkflow(`on: push
jobs:
  job:
    runs-on: ubuntu-latest
    env: { LEAF: oak }
    steps:
      - id: py
        shell: python
        run: |
          import os
          print("leaf", os.environ["LEAF"], os.getcwd())
          with open(os.environ["GITHUB_OUTPUT"], "a") as f:
              f.write("score=0.87\\n")
          with open(os.environ["GITHUB_STEP_SUMMARY"], "a") as f:
              f.write("### Score 0.87\\n")
          print("::warning file=train.py,line=2::few rows")
      - run: python -c "import sys; print(sys.version_info[:2]); sys.exit(3)"
      - run: echo "\${{ steps.py.outputs.score }}"
        if: always()
`);
  expect(run.jobs[0]?.steps.map(({ conclusion }) => conclusion)).toEqual(['success', 'success', 'failure', 'success', 'success']);
  expect(world.texts(run, 'Run import os')).toEqual(['leaf oak /home/runner/work/leaf/leaf', 'Warning: few rows']);
  expect(world.texts(run, 'Run python -c "import sys; print(sys.version_info[:2]); sys.exit(3)"')).toEqual([
    '(3, 14)',
    'Error: Process completed with exit code 3.',
  ]);
  expect(world.texts(run, 'Run echo "0.87"')).toEqual(['0.87']);
  expect(run.jobs[0]?.summary).toBe('### Score 0.87\n');
  expect(run.annotations.map(({ severity, file, line, message }) => [severity, file, line, message])).toContainEqual([
    'warning',
    'train.py',
    2,
    'few rows',
  ]);
});

const PIPELINE = `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: { python-version: '3.14' }
      - run: python -m unittest
  train:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: { python-version: '3.14' }
      - run: python train.py --out model
      - uses: actions/upload-artifact@v4
        with: { name: model, path: model }
  gate:
    needs: train
    runs-on: ubuntu-latest
    outputs: { score: '\${{ steps.evaluate.outputs.score }}' }
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: { python-version: '3.14' }
      - uses: actions/download-artifact@v4
        with: { name: model, path: model }
      - id: evaluate
        run: python evaluate.py model >> "$GITHUB_OUTPUT"
  deploy:
    needs: gate
    environment: production
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: { name: model, path: package }
      - id: ship
        uses: fieldleaf/deploy@v1
        with: { path: package, service: leaf, tested-score: '\${{ needs.gate.outputs.score }}' }
      - run: echo "\${{ steps.ship.outputs.digest }}"
`;
const FILES = {
  'test_leaf.py': 'import unittest\n\n\nclass Leaf(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(1 + 1, 2)\n',
  'train.py':
    'import json, pathlib, sys\nout = pathlib.Path(sys.argv[2])\nout.mkdir()\n(out / "model.json").write_text(json.dumps({"k": 5}))\nprint("trained")\n',
  'evaluate.py':
    'import json, pathlib, sys\nk = json.loads((pathlib.Path(sys.argv[1]) / "model.json").read_text())["k"]\nprint(f"score=0.{80 + k}")\n',
};

test('test, train, gate and deploy take six to eight virtual minutes, the same twice', async () => {
  const once = async () => {
    const world = company({ python });
    const run = await world.runWorkflow(PIPELINE, FILES);
    return {
      run: structuredClone(run),
      log: world.pipelines.log(run.id).map((line) => ({ ...line, text: line.text.replace(MEASURED, 'in …') })),
      deployments: world.deployments.map(({ signal: _signal, ...request }) => request),
    };
  };
  const first = await once();
  expect(first.run.conclusion).toBe('success');
  expect(
    first.deployments.map(({ environment, service, testedScore, digest, files }) => ({
      environment,
      service,
      testedScore,
      digest,
      files: files.map(({ path }) => path),
    })),
  ).toEqual([
    { environment: 'production', service: 'leaf', testedScore: 0.85, digest: first.run.artifacts[0]?.digest, files: ['/model.json'] },
  ]);
  const minutes = seconds(first.run.completedAt) / 60;
  expect(minutes).toBeGreaterThanOrEqual(6);
  expect(minutes).toBeLessThanOrEqual(8);
  expect(await once()).toEqual(first);
});

const LOOPING_SERVICE = {
  '.github/workflows/ci.yml':
    'on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n      - uses: actions/checkout@v4\n      - { name: Deploy, uses: fieldleaf/deploy@v1, with: { path: ., service: leaf } }\n',
  'service/app.py': 'def predict(rows):\n    print("looping", flush=True)\n    while True: pass\n',
};

/** A company that deploys to a real cloud, whose services run in the real Python; `looping` is called when the service has begun to loop. */
function withCloud(looping: () => void, limit?: number) {
  const watched: PythonHost = {
    ...python,
    start: (job) =>
      python.start({
        ...job,
        onOutput: (stream, bytes) => {
          job.onOutput(stream, bytes);
          if (new TextDecoder().decode(bytes).includes('looping')) looping();
        },
      }),
  };
  const clock = new VirtualClock(START);
  const photos = [{ id: 'p0', species: 'oak', size: 1, pixels: new Uint8Array([7]) }];
  const cloud = new Cloud({ clock, photos, runner: serviceRunner(watched, () => START, limit) });
  const world = company({
    deploy: async ({ environment, service, files, digest, commit, runId, actor, testedScore, pushedAt, signal }) => {
      const input = { environment, service, files, digest, commit, runId, actor, testedScore, pushedAt, signal, waitedForPerson: false };
      const result = await cloud.deploy(input);
      return result.ok ? { ok: true, deploymentId: result.deployment.id, url: '' } : result;
    },
  });
  return { world, cloud };
}

test('cancelling ends the deployment of a service that never answers', async () => {
  const looping = Promise.withResolvers<void>();
  const { world, cloud } = withCloud(looping.resolve);
  const [run] = await world.push(LOOPING_SERVICE);
  await looping.promise;
  world.pipelines.cancel(1);
  await world.pipelines.idle();
  expect([run?.conclusion, run?.jobs[0]?.steps[2]?.conclusion, cloud.deployments('production')]).toEqual(['cancelled', 'cancelled', []]);
});

test('a service that never answers fails its deployment', async () => {
  const { world, cloud } = withCloud(() => {}, 2000);
  const [run] = await world.push(LOOPING_SERVICE);
  await world.pipelines.idle();
  expect([run?.conclusion, run?.jobs[0]?.reason, cloud.deployments('production')]).toEqual(['failure', 'Deploy failed', []]);
  expect(world.texts(run as Run, 'Deploy').join('\n')).toContain(
    'Error: the service did not answer: it computed for 2 s of real time without coming to an end. Does service/app.py loop for ever?',
  );
});

test('cancelling ends a Python that never does', async () => {
  const world = company({ python });
  const [run] = await world.push({
    '.github/workflows/ci.yml':
      'on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: python loop.py\n      - run: echo tidy\n        if: always()\n',
    'loop.py': 'print("begin", flush=True)\nwhile True:\n    pass\n',
  });
  await new Promise<void>((resolve) => {
    world.pipelines.on((event) => {
      if (event.type === 'log' && event.lines.some(({ text }) => text === 'begin')) resolve();
    });
  });
  world.pipelines.cancel(1);
  await world.pipelines.idle();
  expect([run?.conclusion, run?.jobs[0]?.steps.map(({ conclusion }) => conclusion)]).toEqual([
    'cancelled',
    ['success', 'success', 'cancelled', 'success', 'success', 'success'],
  ]);
});

test('a Python that computes for ever is stopped at the timeout of its step', async () => {
  const world = company({ python, realLimit: 3000 });
  const run = await world.runWorkflow(`on: push
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - run: |
          python -u -c "
          print('begin')
          while True: pass"
        timeout-minutes: 5
`);
  expect(run.jobs[0]?.steps[1]?.conclusion).toBe('failure');
  const texts = world.texts(run, 'Run python -u -c "');
  expect(texts).toContain('The step computed for 3 s of real time without coming to an end.');
  expect(texts.at(-1)).toBe("Error: The action 'Run python -u -c \"' has timed out after 5 minutes.");
  expect(seconds(run.jobs[0]?.steps[1]?.completedAt ?? null)).toBe(10 + 300);
});
