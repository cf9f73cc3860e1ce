import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createFileSystem } from '../../../src/computer/files/file-system.ts';
import { checkoutInto } from '../../../src/computer/git/checkout.ts';
import { createForge } from '../../../src/forge/forge.ts';
import { createGit } from 'just-git';
import { clock, NativeGit, NOW } from './native.ts';
import { exportFolder } from '../../differential/git/ours.ts';

const url = 'https://origin.fieldleaf.test/leaf.git';
let forge: ReturnType<typeof createForge>;
let native: NativeGit;
let head: string;
let first: string;

beforeAll(async () => {
  native = new NativeGit();
  native.git('init', '-q', '-b', 'main');
  const files = Object.fromEntries(
    Array.from({ length: 700 }, (_, index) => [`photos/${index % 20}/${index}.pgm`, `P5 ${index} ${'leaf '.repeat(300)}`]),
  );
  first = native.commit('Begin', files);
  execFileSync('ln', ['-s', 'photos/0/0.pgm', join(native.root, 'link')]);
  execFileSync('sh', ['-c', `echo '#!/bin/sh' > run.sh; chmod +x run.sh`], { cwd: native.root });
  for (let commit = 0; commit < 50; commit++) head = native.commit(`Train ${commit}`, { 'model.json': `{"v":${commit}}\n` });
  native.git('tag', 'v1', first);
  forge = createForge({ clock });
  await forge.create('leaf');
  native.git('remote', 'add', 'origin', url);
  const git = createGit({ fs: native.toDisk(), network: forge.network('ada'), cwd: '/home/you/leaf' });
  for (const ref of ['main', 'v1']) expect(await git.exec(`push origin ${ref}`)).toMatchObject({ exitCode: 0 });
  return () => native.remove();
});

/** The job's folder as native git sees it. */
async function judge(files: ReturnType<typeof createFileSystem>): Promise<(...args: string[]) => string> {
  const target = join(native.root, '..', `plumbline-job-${process.pid}`);
  await exportFolder(files, '/home/runner/work', target);
  return (...args) => execFileSync('git', args, { cwd: target, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('a job gets a repository that native git accepts', () => {
  const checkOut = async (ref: string, commit: string, depth: number) => {
    const files = createFileSystem({ clock });
    await checkoutInto(files, forge.content('leaf'), { url, commit, ref, path: '/home/runner/work', depth, clock });
    const git = await judge(files);
    expect(git('fsck', '--strict')).toBe('');
    expect(git('status', '--porcelain')).toBe('');
    expect(git('rev-parse', 'HEAD')).toBe(`${commit}\n`);
    return git;
  };

  test('of a branch with all its history', async () => {
    const git = await checkOut('refs/heads/main', head, 0);
    expect([git('symbolic-ref', 'HEAD'), git('rev-parse', '@{u}')]).toEqual(['refs/heads/main\n', `${head}\n`]);
    expect(git('rev-list', '--count', 'HEAD')).toBe('51\n');
    expect(git('tag')).toBe('v1\n');
  });

  test('of a tag with all its history', async () => {
    const git = await checkOut('refs/tags/v1', first, 0);
    expect(() => git('symbolic-ref', '-q', 'HEAD')).toThrow();
    expect(git('rev-parse', 'origin/main')).toBe(`${head}\n`);
  });

  test.each([1, 2, 100])('of a branch, %i deep: no other commit, branch or tag', async (depth) => {
    const git = await checkOut('refs/heads/main', head, depth);
    expect(git('rev-list', '--count', 'HEAD')).toBe(`${Math.min(depth, 51)}\n`);
    expect(git('rev-parse', '--is-shallow-repository')).toBe(depth < 51 ? 'true\n' : 'false\n');
    expect([git('tag'), git('branch', '-r')]).toEqual(['', '  origin/main\n']);
    if (depth < 51) expect(() => git('cat-file', '-e', first)).toThrow();
  });

  test('of a tag, 1 deep', async () => {
    const git = await checkOut('refs/tags/v1', first, 1);
    expect([git('tag'), git('branch', '-r'), git('describe', '--tags')]).toEqual(['v1\n', '', 'v1\n']);
  });
});

test('a commit that is not on the origin is named', async () => {
  const request = { url, commit: 'f'.repeat(40), ref: 'refs/heads/main', path: '/work', depth: 1, clock };
  await expect(checkoutInto(createFileSystem({ clock }), forge.content('leaf'), request)).rejects.toThrow(
    `${url} has no commit ${'f'.repeat(40)}: it may have been removed by a force-push.`,
  );
});

test('a checkout gives the files that a clone gives', async () => {
  const [direct, cloned] = [createFileSystem({ clock: { now: () => NOW } }), createFileSystem({ clock: { now: () => NOW } })];
  await checkoutInto(direct, forge.content('leaf'), {
    url,
    commit: head,
    ref: 'refs/heads/main',
    path: '/home/runner/work',
    depth: 1,
    clock,
  });
  await createGit({ fs: cloned, network: forge.network('runner') }).exec(`clone ${url} /home/runner/work`);
  const work = (files: typeof direct) =>
    files
      .tree('/home/runner/work', (path) => path === '/home/runner/work/.git')
      .map((entry) => [entry.path, entry.type])
      .toSorted();
  expect(work(direct)).toEqual(work(cloned));
});
