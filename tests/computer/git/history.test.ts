import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bundle, commitChanges, history, repositoryState } from '../../../src/computer/git/history.ts';
import { computerWith, Terminal } from '../support/terminal.ts';
import { NativeGit } from './native.ts';

const FOLDER = '/home/you/leaf';
let native: NativeGit;
beforeEach(() => {
  native = new NativeGit();
  native.git('init', '-q', '-b', 'main');
});
afterEach(() => native.remove());

test('the graph has all refs, children before parents, and names on commits', async () => {
  const one = native.commit('One', { a: '1\n' });
  native.git('tag', '-a', 'v1', '-m', 'First');
  native.git('checkout', '-q', '-b', 'topic');
  const two = native.commit('Two', { b: '2\n' });
  native.git('checkout', '-q', 'main');
  const three = native.commit('Three\n\nWith a body.', { c: '3\n' });
  native.git('merge', '-q', '--no-ff', '-m', 'Merge', 'topic');
  native.git('update-ref', 'refs/remotes/origin/main', three);
  native.git('pack-refs', '--all');
  const four = native.git('rev-parse', 'HEAD').trim();
  const commits = await history(native.toDisk(), FOLDER);
  expect(commits.map(({ id, parents, refs }) => ({ id, parents, refs }))).toEqual([
    {
      id: four,
      parents: [three, two],
      refs: [
        { name: 'HEAD', kind: 'head' },
        { name: 'main', kind: 'branch' },
      ],
    },
    { id: three, parents: [one], refs: [{ name: 'origin/main', kind: 'remote' }] },
    { id: two, parents: [one], refs: [{ name: 'topic', kind: 'branch' }] },
    { id: one, parents: [], refs: [{ name: 'v1', kind: 'tag' }] },
  ]);
  expect(commits[1]).toMatchObject({
    message: 'Three\n\nWith a body.\n',
    author: { name: 'Ada', email: 'ada@fieldleaf.test', at: expect.any(Number) },
  });
  expect(await history(native.toDisk(), FOLDER, 2)).toEqual(commits.slice(0, 2));
});

test('packed objects are read, deltas too', async () => {
  for (let version = 0; version < 5; version++)
    native.commit(`Version ${version}`, { model: `${'weights '.repeat(500)}${version}\n`, [`${version}`]: `${version}` });
  const before = await history(native.toDisk(), FOLDER);
  native.git('repack', '-adfq', '--depth=10');
  native.git('prune-packed');
  expect(await history(native.toDisk(), FOLDER)).toEqual(before);
  expect((await commitChanges(native.toDisk(), FOLDER, before[0]?.id ?? '')).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    'added 4',
    'modified model',
  ]);
});

test('status letters, the branch and the distance to its upstream', async () => {
  native.commit('One', {
    kept: '1\n',
    changed: '1\n',
    staged: '1\n',
    gone: '1\n',
    'staged-gone': '1\n',
    '.gitignore': '*.log\n',
    'photos/a.pgm': 'P5',
  });
  native.git('clone', '-q', '--bare', '.', 'origin.git');
  native.git('remote', 'add', 'origin', 'origin.git');
  native.git('fetch', '-q', 'origin');
  native.git('branch', '-q', '-u', 'origin/main');
  rmSync(join(native.root, 'origin.git'), { recursive: true });
  native.git('commit', '-q', '--allow-empty', '-m', 'Ahead');
  const head = native.git('rev-parse', 'HEAD').trim();
  native.write('changed', '2\n');
  native.write('staged', '2\n');
  native.git('add', 'staged');
  native.git('rm', '-q', 'staged-gone');
  rmSync(join(native.root, 'gone'));
  native.write('added', '1\n');
  native.git('add', 'added');
  native.write('new/file', '1\n');
  native.write('x.log', 'ignored');
  expect(await repositoryState(native.toDisk(), FOLDER)).toEqual({
    branch: 'main',
    head,
    statuses: [
      { path: 'added', letter: 'A' },
      { path: 'changed', letter: 'M' },
      { path: 'gone', letter: 'D' },
      { path: 'new/file', letter: '?' },
      { path: 'staged', letter: 'M' },
      { path: 'staged-gone', letter: 'D' },
    ],
    ahead: 1,
    behind: 0,
  });
});

test('a conflict is U, a detached HEAD has no branch, and a folder without a repository is empty', async () => {
  native.commit('One', { f: '1\n' });
  native.git('checkout', '-q', '-b', 'topic');
  native.commit('Topic', { f: 'topic\n' });
  native.git('checkout', '-q', 'main');
  native.commit('Main', { f: 'main\n' });
  expect(() => native.git('merge', 'topic')).toThrow();
  expect((await repositoryState(native.toDisk(), FOLDER)).statuses).toEqual([{ path: 'f', letter: 'U' }]);
  native.git('merge', '--abort');
  native.git('checkout', '-q', '--detach');
  expect(await repositoryState(native.toDisk(), FOLDER)).toMatchObject({ branch: null, statuses: [] });
  const empty = native.toDisk();
  empty.removeSync(`${FOLDER}/.git`);
  expect([await history(empty, FOLDER), await repositoryState(empty, FOLDER)]).toEqual([
    [],
    { branch: null, head: null, statuses: [], ahead: 0, behind: 0 },
  ]);
});

test('changes of a commit have texts, but not of binary files', async () => {
  const first = native.commit('One', { text: 'a\n', 'photo.pgm': Uint8Array.of(80, 53, 0, 1) });
  native.git('rm', '-q', 'text');
  const second = native.commit('Two', { 'photo.pgm': Uint8Array.of(80, 53, 0, 2), new: 'b\n' });
  expect(await commitChanges(native.toDisk(), FOLDER, first)).toEqual([
    { path: 'photo.pgm', kind: 'added', before: null, after: null },
    { path: 'text', kind: 'added', before: null, after: 'a\n' },
  ]);
  expect(await commitChanges(native.toDisk(), FOLDER, second)).toEqual([
    { path: 'new', kind: 'added', before: null, after: 'b\n' },
    { path: 'photo.pgm', kind: 'modified', before: null, after: null },
    { path: 'text', kind: 'removed', before: 'a\n', after: null },
  ]);
});

test('native git clones a bundle, with branches, tags and every file', async () => {
  native.commit('One', { a: '1\n', 'deep/er/b': '2\n', photo: Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 251) });
  native.git('tag', '-a', 'v1', '-m', 'First');
  native.git('branch', 'topic');
  native.commit('Two', { a: '2\n' });
  native.write('leaf.bundle', await bundle(native.toDisk(), FOLDER));
  native.git('bundle', 'verify', 'leaf.bundle');
  native.git('clone', '-q', 'leaf.bundle', 'copy');
  expect(native.at('copy', 'fsck', '--strict')).toBe('');
  expect(native.at('copy', 'rev-parse', 'HEAD', 'v1', 'origin/topic')).toBe(native.git('rev-parse', 'HEAD', 'v1', 'topic'));
  expect(native.at('copy', 'status', '--porcelain')).toBe('');
  await expect(bundle(native.toDisk(), '/home/you')).rejects.toThrow(
    "There is no repository in /home/you: run 'git init' or 'git clone' first.",
  );
});

test('a file that became a folder is removed, and what is in the folder added; a new mode is a change', async () => {
  native.commit('One', { notes: 'n\n', 'run.sh': 'echo\n' });
  native.git('rm', '-q', 'notes');
  native.git('update-index', '--chmod=+x', 'run.sh');
  native.write('notes/day-1', 'one\n');
  native.git('add', 'notes/day-1');
  native.git('commit', '-q', '-m', 'Two');
  expect(await commitChanges(native.toDisk(), FOLDER, native.git('rev-parse', 'HEAD').trim())).toEqual([
    { path: 'notes', kind: 'removed', before: 'n\n', after: null },
    { path: 'notes/day-1', kind: 'added', before: null, after: 'one\n' },
    { path: 'run.sh', kind: 'modified', before: 'echo\n', after: 'echo\n' },
  ]);
});

test('a detached HEAD is named beside packed branches and annotated tags, also a tag of a tag', async () => {
  const one = native.commit('One', { a: '1\n' });
  native.git('tag', '-a', 'v1', '-m', 'First');
  native.git('tag', '-a', 'again', '-m', 'The first again', 'v1');
  native.commit('Two', { a: '2\n' });
  native.git('checkout', '-q', '--detach', one);
  native.git('pack-refs', '--all', '--prune');
  native.git('gc', '-q');
  const disk = native.toDisk();
  expect((await history(disk, FOLDER)).map(({ message, refs }) => [message, refs.map(({ name, kind }) => `${kind} ${name}`)])).toEqual([
    ['Two\n', ['branch main']],
    ['One\n', ['head HEAD', 'tag again', 'tag v1']],
  ]);
  expect(await repositoryState(disk, FOLDER)).toEqual({ branch: null, head: one, statuses: [], ahead: 0, behind: 0 });
});

test('a repository before its first commit has a branch and nothing else, and a shallow one ends where it was cut', async () => {
  expect(await repositoryState(native.toDisk(), FOLDER)).toEqual({ branch: 'main', head: null, statuses: [], ahead: 0, behind: 0 });
  expect(await history(native.toDisk(), FOLDER)).toEqual([]);
  await expect(bundle(native.toDisk(), FOLDER)).rejects.toThrow(
    `The repository in ${FOLDER} has no commits yet: make one, then export it.`,
  );
  native.commit('One', { a: '1\n' });
  const two = native.commit('Two', { a: '2\n' });
  native.git('clone', '-q', '--depth=1', `file://${native.root}`, 'cut');
  const commits = await history(native.toDisk(), `${FOLDER}/cut`);
  expect(commits.map(({ id, parents }) => ({ id, parents }))).toEqual([{ id: two, parents: [] }]);
});

test('a repository that our git made reads the same through it, and native git takes its bundle', async () => {
  const computer = computerWith();
  const terminal = new Terminal(computer);
  await terminal.type(`git init -q -b main leaf && cd leaf && git config user.name 'Inês Sørli'
echo 1 > model.json && mkdir photos && echo P5 > photos/a.pgm && git add . && git commit -qm 'Ship a leaf' && git tag -a v1 -m 'First light'
git switch -qc topic && echo t > topic && git add . && git commit -qm 'Try a topic' -m 'With a body.'
git switch -q main && echo 2 > model.json && git commit -qam 'Improve the leaf' && git merge -q --no-ff -m 'Take the topic' topic
git pack-refs --all`);
  const commits = await history(computer.files, FOLDER);
  const { stdout } = await terminal.type(`git log --all --date-order --format='%H|%P|%T|%an|%ae|%at|%ct|%s'`);
  expect(commits).toHaveLength(4);
  expect(
    commits.map(({ id, parents, tree, author, committer, message }) =>
      [id, parents.join(' '), tree, author.name, author.email, author.at / 1000, committer.at / 1000, message.split('\n')[0]].join('|'),
    ),
  ).toEqual(stdout.trim().split('\n'));
  expect(commits.flatMap(({ message, refs }) => refs.map(({ name }) => `${name}: ${message}`))).toEqual([
    'HEAD: Take the topic\n',
    'main: Take the topic\n',
    expect.stringMatching(/^topic: Try a topic\n\nWith a body.\n$/),
    'v1: Ship a leaf\n',
  ]);
  expect(await commitChanges(computer.files, FOLDER, commits[0]?.id ?? '')).toEqual([
    { path: 'topic', kind: 'added', before: null, after: 't\n' },
  ]);
  const asked = (await terminal.type('git rev-parse HEAD main topic v1')).stdout;
  native.write('leaf.bundle', await bundle(computer.files, FOLDER));
  native.git('clone', '-q', 'leaf.bundle', 'copy');
  expect(native.at('copy', 'fsck', '--strict')).toBe('');
  expect(native.at('copy', 'rev-parse', 'HEAD', 'main', 'origin/topic', 'v1')).toBe(asked);
  expect(native.at('copy', 'status', '--porcelain')).toBe('');
  await terminal.type('git gc && git checkout -q --detach topic');
  expect(await history(computer.files, FOLDER)).toEqual(
    commits.map((commit) => ({
      ...commit,
      refs: [
        ...(commit.message.startsWith('Try') ? [{ name: 'HEAD', kind: 'head' }] : []),
        ...commit.refs.filter(({ kind }) => kind !== 'head'),
      ],
    })),
  );
  terminal.session.close();
});

test('a git command that runs meanwhile does not change what is being read', async () => {
  native.commit('One', { a: '1\n' });
  native.commit('Two', { a: '2\n' });
  const disk = native.toDisk();
  const before = await history(disk, FOLDER);
  const reading = history(disk, FOLDER);
  disk.removeSync(`${FOLDER}/.git`);
  expect(await reading).toEqual(before);
});

test('the state of 700 files, again and again, costs reads by the folder, not by the file', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 700 }, (_, index) => [`photos/${index % 20}/${index}.pgm`, `P5 ${index} ${'leaf '.repeat(300)}`]),
  );
  for (let commit = 0; commit < 50; commit++) native.commit(`Commit ${commit}`, commit === 0 ? files : { model: `${commit}\n` });
  const disk = native.toDisk();
  await repositoryState(disk, FOLDER);
  for (let round = 0; round < 3; round++) {
    disk.writeSync(`${FOLDER}/photos/0/0.pgm`, new TextEncoder().encode(`round ${round}`));
    const read = vi.spyOn(disk, 'readSync');
    const { statuses } = await repositoryState(disk, FOLDER);
    expect(statuses).toEqual([{ path: 'photos/0/0.pgm', letter: 'M' }]);
    // HEAD and what it leads to: a branch, a commit and a tree for each of the 21 folders; the index, and what is ignored.
    expect(read.mock.calls.length).toBeLessThan(40);
    read.mockRestore();
  }
});
