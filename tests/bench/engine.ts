import { repositoryState } from '../../src/computer/git/history.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { World } from '../../src/world/world.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 15;

const WORKFLOW = `on: push
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
${'      - run: echo ${{ github.sha }}\n        env: { A: "${{ vars.A }}" }\n'.repeat(100)}`;

/** What the engine does while the learner types and saves, in Node, without the page. */
export async function engineFigures(): Promise<readonly Figure[]> {
  const platform = nodePlatform({ reuse: true });
  const world = await World.begin({ platform, photos: [], repository: 'leaf' }, Date.UTC(2026, 2, 1));
  const { home, files } = world.computer;
  const folder = `${home}/repo`;
  const session = world.computer.session({ interactive: false, onOutput: () => {} });
  await session.run(`mkdir ${folder} && cd ${folder} && git init -b main`);
  const encoder = new TextEncoder();
  for (let index = 0; index < 700; index++)
    files.writeSync(`${folder}/photos/${index % 20}/${index}.pgm`, encoder.encode(`P5 ${index} ${'leaf '.repeat(300)}`));
  await session.run('git add . && git commit -m first');
  try {
    const diagnostics = await times((round) => world.pipelines.validate('.github/workflows/ci.yml', `${WORKFLOW}# ${round}\n`));
    const state = await times((round) => {
      files.writeSync(`${folder}/photos/0/0.pgm`, encoder.encode(`round ${round}`));
      return repositoryState(files, folder);
    });
    const python = await times(() => session.run('python3 -c "import json, random"'));
    return [
      { name: 'Diagnostics of a workflow of 100 steps', value: diagnostics, unit: 'ms' },
      { name: 'State of a repository of 700 files, one written', value: state, unit: 'ms' },
      { name: 'python3 -c "import json, random", 700 files about, interpreter reused', value: python, unit: 'ms' },
    ];
  } finally {
    session.close();
    platform.python.dispose();
  }
}

/** The median of the rounds, in ms; the first, which loads and compiles, does not count. */
async function times(work: (round: number) => unknown): Promise<number> {
  const measured: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    await work(round);
    if (round > 0) measured.push(performance.now() - began);
  }
  return Number(median(measured).toFixed(1));
}
