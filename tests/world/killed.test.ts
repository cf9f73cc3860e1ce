import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileTree } from '../../src/platform/platform.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { pack, unpack } from '../../src/world/pack.ts';
import { World, type WorldOptions, type WorldSnapshot } from '../../src/world/world.ts';

/**
 * The tab is killed in the middle of each of these operations: a snapshot is what is on the disk then, and it can be taken between any two
 * changes. After a reload the repository must pass native git's fsck, what was done before must be there, and work must go on.
 */
const OPERATIONS: readonly string[] = [
  'git add -A',
  'git commit -am "Water it"',
  'git commit -am "Water it" && git push',
  'git commit --amend --no-edit -a',
  'git stash push -m later',
  'git stash push -u && git stash pop',
  'git checkout -- notes.txt',
  'git restore .',
  'git reset --hard HEAD~1',
  'git reset --soft HEAD~1',
  'git reset HEAD~1',
  'git clean -fd',
  'git rm -f notes.txt',
  'git mv notes.txt words.txt',
  'git tag v1 && git push --tags',
  'git tag -a v2 -m "Second"',
  'git branch other && git branch -d other',
  'git branch -m main trunk',
  'git stash && git switch feature',
  'git switch -c new && git commit -am x && git push -u origin new',
  'git stash && git merge --no-edit feature',
  'git stash && git merge --no-ff --no-edit feature && git push',
  'git stash && git merge --squash feature',
  'git stash && git merge clash',
  'git stash && git merge clash; git checkout --theirs notes.txt && git add notes.txt && git commit --no-edit',
  'git stash && git merge clash; git merge --abort',
  'git stash && git rebase feature',
  'git stash && git rebase clash; git rebase --abort',
  'git stash && git rebase clash; git checkout --theirs notes.txt && git add . && GIT_EDITOR=true git rebase --continue',
  'git stash && GIT_SEQUENCE_EDITOR="sed -i 2s/pick/squash/" GIT_EDITOR=true git rebase -i HEAD~2',
  'git stash && git cherry-pick feature',
  'git stash && git cherry-pick clash; git cherry-pick --abort',
  'git stash && git revert --no-edit HEAD',
  'git stash && git pull',
  'git stash && git pull --rebase && git push',
  'git fetch',
  'git fetch --prune && git remote -v',
  'git push origin --delete feature',
  'git push --force-with-lease origin clash:feature',
  'git clone https://origin.fieldleaf.test/leaf.git ../again',
  'git worktree add ../beside feature',
  'git notes add -m "Looked at" HEAD',
  'git bisect start HEAD HEAD~2 && git bisect run false; git bisect reset',
  'git config user.email other@fieldleaf.test',
  'git rm -r --cached . && git add .',
  'mkdir -p deep/er && for i in 1 2 3; do echo $i > deep/er/$i; done && git add deep && git commit -m Deep',
  'for i in 1 2 3 4 5 6; do echo $i >> notes.txt; git commit -qam $i; done',
  'git stash && gh pr create --head feature --title Feature --body "" && gh pr merge 1 --merge',
  'git commit -am "Water it" && git push && fieldleaf wait',
  'rm -rf .git && git init -q && git add . && git commit -qm Anew',
];

/** How many moments of each operation are tried: the first and the last changes, and some between. */
const MOMENTS = 8;

const platform = nodePlatform({ reuse: true });
const options: WorldOptions = { platform, repository: 'leaf', photos: [] };
const root = mkdtempSync(join(tmpdir(), 'plumbline-killed-'));

const START = `
git config --global user.name You && git config --global user.email you@fieldleaf.test
git clone https://origin.fieldleaf.test/leaf.git && cd leaf
git checkout -b main
mkdir -p .github/workflows
printf 'on: push\\njobs:\\n  test:\\n    runs-on: ubuntu-latest\\n    steps:\\n      - uses: actions/checkout@v4\\n      - run: test -s notes.txt\\n      - run: sleep 5\\n' > .github/workflows/ci.yml
echo one > notes.txt && echo a > a.txt && git add . && git commit -m "Begin"
echo two >> notes.txt && git commit -am "Two"
git push -u origin main
git checkout -b feature && echo f > f.txt && git add . && git commit -m "Feature" && git push -u origin feature
git checkout -b clash main && echo other > notes.txt && git commit -am "Clash"
git checkout main && echo three >> a.txt && git commit -am "Three"
git clone https://origin.fieldleaf.test/leaf.git ../theirs && cd ../theirs && echo t > t.txt && git add . && git commit -m "Theirs" && git push
cd ../leaf && rm -rf ../theirs
echo mine >> notes.txt && echo new > new.txt
fieldleaf wait
`;

let start: WorldSnapshot;

beforeAll(async () => {
  const world = await World.begin(options, Date.UTC(2026, 2, 14, 8));
  expect(await world.play(START)).toEqual({ exitCode: 0 });
  await world.markBeginning();
  start = world.snapshot();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Everything that ever was on the disk while the operation ran, but for moments that follow closely on others. */
async function momentsOf(operation: string): Promise<{ readonly moments: readonly WorldSnapshot[]; readonly after: World }> {
  const world = World.restore(options, start);
  const all: WorldSnapshot[] = [];
  const keep = () => all.push(world.snapshot());
  world.computer.files.onChange(keep);
  world.on(keep);
  world.pipelines.on(keep);
  const session = world.computer.session({ interactive: false, cwd: '/home/you/leaf', onOutput: () => {} });
  await session.run(operation);
  const step = Math.max(1, (all.length - 1) / (MOMENTS - 1));
  const wanted = new Set(Array.from({ length: MOMENTS }, (_, i) => Math.min(all.length - 1, Math.round(i * step))));
  return { moments: all.filter((_, i) => wanted.has(i)), after: world };
}

/** The files below a folder, on the real disk. */
function writeOut(files: FileTree, folder: string, to: string): void {
  for (const entry of files) {
    if (!entry.path.startsWith(`${folder}/`)) continue;
    const path = join(to, entry.path.slice(folder.length + 1));
    mkdirSync(dirname(path), { recursive: true });
    if (entry.type === 'directory') mkdirSync(path, { recursive: true });
    else if (entry.type === 'symlink') symlinkSync(entry.target, path);
    else writeFileSync(path, entry.bytes, { mode: entry.mode });
  }
}

const native = (folder: string, ...args: readonly string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

const fsck = (folder: string) => native(folder, 'fsck', '--strict', '--no-dangling', '--no-progress');

/** Subjects of everything that can be reached, also over what branches were before. */
const history = (folder: string) => native(folder, 'log', '--all', '--reflog', '--format=%s');

describe('killed in the middle of', () => {
  test.each(OPERATIONS)('%s', async (operation) => {
    const { moments, after } = await momentsOf(operation);
    await after.idle();
    for (const [i, moment] of moments.entries()) {
      const again = World.restore(options, unpack(pack(moment)) as WorldSnapshot);
      const files = again.computer.files.tree('/');
      const folder = join(root, String(OPERATIONS.indexOf(operation)), String(i));
      writeOut(files, '/home/you/leaf', folder);
      // Before the first commit of a repository begun anew there is nothing to look at.
      if (files.some(({ path }) => path === '/home/you/leaf/.git/HEAD')) expect(fsck(folder)).not.toMatch(/error|missing|broken/);
      if (!operation.startsWith('rm -rf .git')) expect(history(folder)).toContain('Three\n');
      let printed = '';
      const session = again.computer.session({ interactive: false, cwd: '/home/you', onOutput: (_stream, text) => (printed += text) });
      // What was committed and pushed before is on the origin, whole.
      const { exitCode } = await session.run(
        'git clone -q https://origin.fieldleaf.test/leaf.git whole && cd whole && git fsck --strict && git log --oneline origin/main',
      );
      expect({ exitCode, printed }).toMatchObject({ exitCode: 0, printed: expect.stringContaining('Theirs') });
      await again.idle();
      expect(again.pipelines.runs().map(({ status, conclusion }) => `${status} ${conclusion}`)).not.toContainEqual(
        expect.stringMatching(/in_progress|queued|failure/),
      );
      // Work goes on: nothing is locked, and a new commit can be made on a branch of its own.
      if (files.some(({ path }) => path === '/home/you/leaf/.git/HEAD')) {
        printed = '';
        await session.run(
          'cd ~/leaf && (git merge --abort || git rebase --abort || git cherry-pick --abort || git bisect reset) > /dev/null 2>&1; git status > /dev/null && git stash -q -u; git checkout -q -b after-the-crash && echo on > on.txt && git add on.txt && git commit -qm "Go on" && git log -1 --format=%s',
        );
        expect(printed).toContain('Go on\n');
      }
    }
  });
});
