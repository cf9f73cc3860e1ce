import type { Scenario } from './scenarios.ts';

const FILES = ['a', 'b', 'src/c', 'src/d', 'docs/e.md'] as const;
const BRANCHES = ['main', 't1', 't2', 't3'] as const;

/** A linear congruential generator: the same seed gives the same scenario on every machine. Numbers from 0 up to 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A random evening's work: edits and commands in any order, also those that make no sense. */
export function randomScenario(seed: number, length: number): Scenario {
  const random = generator(seed);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(choices: readonly T[]): T => choices[upTo(choices.length)] as T;
  let count = 0;
  const edit = (): string => {
    const file = pick(FILES);
    const line = 1 + upTo(20);
    const change = pick([
      `sed -i '${line}s/.*/edit ${++count}/' ${file}`,
      `sed -i '${line}d' ${file}`,
      `sed -i '${line}a new ${++count}' ${file}`,
      `echo end ${++count} >> ${file}`,
      `printf 'def f${++count}():\\n    return ${count}\\n\\n' >> ${file}`,
    ]);
    return `[ -f ${file} ] && ${change}`;
  };
  const commands: readonly (readonly [weight: number, make: () => string])[] = [
    [10, edit],
    [6, () => `git commit -qam "Change ${++count}"`],
    [4, () => `git add -A && git commit -qm "All ${++count}"`],
    [3, () => `git switch -c ${pick(BRANCHES)}`],
    [6, () => `git switch ${pick(BRANCHES)}`],
    [4, () => `git merge ${pick(BRANCHES)}`],
    [1, () => 'git merge --abort'],
    [2, () => `git rebase ${pick(BRANCHES)}`],
    [1, () => 'git rebase --abort'],
    [1, () => 'git rebase --skip'],
    [2, () => `git cherry-pick ${pick(BRANCHES)}`],
    [1, () => 'git cherry-pick --abort'],
    [2, () => 'git stash'],
    [2, () => 'git stash pop'],
    [1, () => `git reset --hard HEAD~${upTo(2)}`],
    [1, () => `git reset ${pick(['--soft', '--mixed'])} HEAD~1`],
    [1, () => 'git revert --no-edit HEAD'],
    [1, () => 'git revert --abort'],
    [1, () => `git mv ${pick(FILES)} ${pick(['moved', 'src/moved', 'docs/m2'])}`],
    [1, () => `git rm -q ${pick(FILES)}`],
    [1, () => `git checkout ${pick(BRANCHES)} -- ${pick(FILES)}`],
    [1, () => 'git restore --staged .'],
    [3, () => pick(['git status', 'git status -s', 'git status --porcelain=v2'])],
    [4, () => pick(['git diff', 'git diff --cached', 'git diff HEAD --stat', `git diff ${pick(BRANCHES)} --stat`])],
    [4, () => pick(['git log --oneline --graph --all --decorate', 'git log --stat -3', 'git log -p -2', 'git show', 'git reflog -5'])],
    [
      2,
      () =>
        pick([`git log --oneline --follow ${pick(FILES)}`, `git log --oneline --graph -- ${pick(FILES)}`, `git blame -s ${pick(FILES)}`]),
    ],
    [2, () => pick(['git branch -vv', `git branch -d ${pick(BRANCHES)}`, 'git ls-files -s', 'git clean -fdq', 'git grep -n edit'])],
    [1, () => 'git commit -q --amend --no-edit'],
  ];
  const total = commands.reduce((sum, [weight]) => sum + weight, 0);
  const lines = [
    'git init -q .',
    'mkdir -p src docs',
    `for f in ${FILES.join(' ')}; do seq 1 20 > $f; done`,
    'git add . && git commit -qm Begin',
  ];
  for (const branch of ['t1', 't2'])
    lines.push(`git switch -qc ${branch} main`, edit(), edit(), `git add -A && git commit -qm "${branch}"`);
  lines.push('git switch -q main', edit(), 'git commit -qam "main"');
  while (lines.length < length) {
    let at = random() * total;
    lines.push((commands.find(([weight]) => (at -= weight) < 0) as (typeof commands)[number])[1]());
  }
  return { id: `random ${seed}`, origins: [], lines };
}
