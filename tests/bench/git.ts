import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { World } from '../../src/world/world.ts';
import { type Figure, median } from './figure.ts';

/** What is typed all day, on a repository of 50 commits and 300 files. */
const COMMANDS = [
  'git status',
  'git status -sb',
  'git log --oneline',
  'git log -5',
  'git diff',
  'git add f1.txt',
  'git diff --cached',
  'git commit -m more',
  'git branch topic',
  'git switch topic',
  'git switch main',
  'git show HEAD',
  'git branch -d topic',
  'git tag v1',
  'git rev-parse HEAD',
];
const ROUNDS = 7;

/** Each command's median time in our computer over native git's (its process start included), in the same run and interleaved. */
export async function gitFigures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  const platform = nodePlatform();
  const world = await World.begin({ platform, photos: [], repository: 'leaf' }, Date.UTC(2026, 2, 1));
  const session = world.computer.session({ interactive: false, onOutput: () => {} });
  const native = (command: string) => execFileSync('bash', ['-c', command], { cwd: folder, stdio: 'ignore', env: NATIVE_ENV });
  const nativeGit = (command: string) =>
    execFileSync('git', command.split(' ').slice(1), { cwd: folder, stdio: 'ignore', env: NATIVE_ENV });
  const setUp = [
    'git init -b main',
    'for i in $(seq 1 300); do echo "line $i" > f$i.txt; done',
    'git add . && git commit -m first',
    'for i in $(seq 1 49); do echo "change $i" >> f$i.txt; git commit -am "change $i"; done',
  ];
  await session.run('mkdir -p ~/repo && cd ~/repo');
  for (const command of setUp) {
    await session.run(command);
    native(command);
  }
  const ratios: number[] = [];
  const times: number[] = [];
  for (const command of COMMANDS) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const change = `change of round ${round}, ${command}\n`;
      writeFileSync(join(folder, 'f1.txt'), change);
      await session.run(
        `echo "${change.trim()}" > f1.txt${command.includes('cached') || command.includes('commit') ? ' && git add f1.txt' : ''}`,
      );
      if (command.includes('cached') || command.includes('commit')) native('git add f1.txt');
      await undo(command, session, native);
      theirs.push(timed(() => nativeGit(command)));
      const began = performance.now();
      await session.run(command);
      ours.push(performance.now() - began);
    }
    times.push(median(ours));
    ratios.push(median(ours) / median(theirs));
  }
  session.close();
  platform.python.dispose();
  rmSync(folder, { recursive: true });
  const worst = ratios.indexOf(Math.max(...ratios));
  return [
    { name: 'git commands, median ratio to native git', value: round(median(ratios)), unit: '', limit: 0.6 },
    { name: 'git commands, median time', value: round(median(times)), unit: 'ms' },
    { name: `git commands, worst ratio (${COMMANDS[worst]})`, value: round(ratios[worst] ?? 0), unit: '' },
  ];
}

const NATIVE_ENV = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'You',
  GIT_AUTHOR_EMAIL: 'you@fieldleaf.test',
  GIT_COMMITTER_NAME: 'You',
  GIT_COMMITTER_EMAIL: 'you@fieldleaf.test',
};

/** Takes back what the command of the round before did, on both sides, outside the measured time. */
async function undo(command: string, session: { run(text: string): Promise<unknown> }, native: (command: string) => void): Promise<void> {
  const back: Readonly<Record<string, string>> = {
    'git branch topic': 'git branch -D topic || true',
    'git switch topic': 'git branch topic 2> /dev/null || true; git switch main || true',
    'git switch main': 'git switch topic || true',
    'git branch -d topic': 'git switch main || true; git branch topic || true',
    'git tag v1': 'git tag -d v1 || true',
  };
  const script = back[command];
  if (script === undefined) return;
  await session.run(script);
  native(script);
}

function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
