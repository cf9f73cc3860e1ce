import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { World } from '../../src/world/world.ts';
import { median, type Figure } from './figure.ts';

const COMMITS = 10_000;
const FILES = 2_000;
const FOLDERS = 100;
const ROUNDS = 3;

/** What a repository of ten thousand commits and two thousand files is asked; each within ten times native git. */
const COMMANDS = [
  'git status',
  'git log --oneline',
  'git log --oneline -20',
  `git log --oneline -- ${pathOf(7)}`,
  'git checkout old',
  'git checkout main',
  'git diff old --stat',
  `git blame ${pathOf(7)}`,
];

/** Clone and everyday commands in a large repository over native git's time, in the same run. */
export async function largeFigures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-large-'));
  const git = (cwd: string, args: readonly string[], input?: string) =>
    execFileSync('git', args, { cwd, maxBuffer: 1e9, stdio: ['pipe', 'pipe', 'ignore'], ...(input === undefined ? {} : { input }) });
  const origin = join(folder, 'origin.git');
  git(folder, ['init', '-q', '--bare', '-b', 'main', origin]);
  git(origin, ['fast-import', '--quiet'], history());
  const platform = nodePlatform();
  const world = await World.begin({ platform, photos: [], repository: 'leaf' }, Date.UTC(2026, 2, 1));
  const [empty] = world.forge.snapshot().repositories;
  if (empty === undefined) throw new Error('the origin has no repository');
  const refs = git(origin, ['for-each-ref', '--format=%(refname) %(objectname)'])
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name = '', target = '']) => ({ name, target, symbolic: false }));
  const head = { name: 'HEAD', target: 'refs/heads/main', symbolic: true };
  world.forge.restore({
    version: 1,
    repositories: [{ ...empty, objects: objectsOf(git(origin, ['cat-file', '--batch', '--batch-all-objects'])), refs: [head, ...refs] }],
  });

  const session = world.computer.session({ interactive: false, onOutput: () => {} });
  const run = async (command: string) => {
    const { exitCode } = await session.run(command);
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}`);
  };
  const clone = join(folder, 'leaf');
  const figures: Figure[] = [];
  const compare = async (name: string, rounds: number, ours: () => Promise<void>, theirs: () => void) => {
    const [a, b]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      let began = performance.now();
      theirs();
      b.push(performance.now() - began);
      began = performance.now();
      await ours();
      a.push(performance.now() - began);
    }
    const [time, reference] = [median(a), median(b)];
    figures.push({
      name: `large repository: ${name}, ratio to native git`,
      value: Number((time / reference).toFixed(2)),
      unit: '',
      limit: 10,
      note: `${time.toFixed(0)} ms and ${reference.toFixed(0)} ms`,
    });
  };
  await compare(
    'git clone',
    1,
    () => run('cd ~ && git clone -q https://origin.fieldleaf.test/leaf.git && cd leaf'),
    () => void git(folder, ['clone', '-q', `file://${origin}`, clone]),
  );
  await run('git branch old HEAD~5000');
  git(clone, ['branch', 'old', 'HEAD~5000']);
  for (const command of COMMANDS) {
    // A checkout has something to do only when the other branch is checked out.
    const back = command === 'git checkout old' ? 'git checkout -q main' : command === 'git checkout main' ? 'git checkout -q old' : null;
    await compare(
      command,
      ROUNDS,
      async () => {
        await run(command);
        if (back !== null) await run(back);
      },
      () => {
        git(clone, command.split(' ').slice(1));
        if (back !== null) git(clone, back.split(' ').slice(1));
      },
    );
  }
  session.close();
  platform.python.dispose();
  rmSync(folder, { recursive: true });
  return figures;
}

function pathOf(file: number): string {
  return `part${file % FOLDERS}/file${file}.txt`;
}

/** A stream for `git fast-import`: the first commit writes every file, each later one changes one. */
function history(): string {
  const data = (text: string) => `data ${text.length}\n${text}\n`;
  const file = (index: number, text: string) => `M 100644 inline ${pathOf(index)}\n${data(text)}`;
  const commits = Array.from({ length: COMMITS }, (_, commit) => {
    const files =
      commit === 0
        ? Array.from({ length: FILES }, (__, index) => file(index, `file ${index}\n`)).join('')
        : file((commit * 7) % FILES, `file ${(commit * 7) % FILES}\nchange ${commit}\n${'a line that stays\n'.repeat(20)}`);
    const who = `You <you@fieldleaf.test> ${1_700_000_000 + commit * 60} +0000`;
    return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\n${data(`Change ${commit}`)}${files}`;
  });
  return `${commits.join('\n')}\ndone\n`;
}

/** The objects in the output of `git cat-file --batch`: a line `id type size`, the bytes, a newline. */
function objectsOf(batch: Buffer): { readonly id: string; readonly type: string; readonly bytes: Uint8Array }[] {
  const objects = [];
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf(10, at);
    const [id = '', type = '', size = '0'] = batch.toString('latin1', at, end).split(' ');
    objects.push({ id, type, bytes: new Uint8Array(batch.subarray(end + 1, end + 1 + Number(size))) });
    at = end + 2 + Number(size);
  }
  return objects;
}
