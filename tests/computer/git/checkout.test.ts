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

describe.each([
  ['straight from the origin', () => forge.network('runner')],
  ['by cloning', () => ({ ...forge.network('runner'), direct: () => null })],
])('%s', (_how, network) => {
  test.each([
    ['a branch', 'refs/heads/main', () => head, 'refs/heads/main'],
    ['a tag', 'refs/tags/v1', () => first, null],
  ])('a job gets %s as a repository that native git accepts', async (_what, ref, commit, branch) => {
    const files = createFileSystem({ clock });
    await checkoutInto(files, network(), { url, commit: commit(), ref, path: '/home/runner/work', clock });
    const git = await judge(files);
    expect(git('fsck', '--strict')).toBe('');
    expect(git('status', '--porcelain')).toBe('');
    expect(git('rev-parse', 'HEAD', 'origin/main').trim().split('\n')).toEqual([commit(), head]);
    if (branch) expect([git('symbolic-ref', 'HEAD'), git('rev-parse', '@{u}')]).toEqual([`${branch}\n`, `${head}\n`]);
    else expect(() => git('symbolic-ref', '-q', 'HEAD')).toThrow();
  });
});

test('a commit that is not on the origin is named', async () => {
  const request = { url, commit: 'f'.repeat(40), ref: 'refs/heads/main', path: '/work', clock };
  await expect(checkoutInto(createFileSystem({ clock }), forge.network('runner'), request)).rejects.toThrow(
    `${url} has no commit ${'f'.repeat(40)}: it may have been removed by a force-push.`,
  );
});

test('a checkout on the same machine asks nothing over the protocol, and gives what a clone gives', async () => {
  const network = forge.network('runner');
  const { fetch } = network;
  if (fetch === undefined) throw new Error('the origin answers through fetch');
  let asked = 0;
  const counting = { ...network, fetch: (...call: Parameters<typeof fetch>) => (asked++, fetch(...call)) };
  const request = { url, commit: head, ref: 'refs/heads/main', path: '/home/runner/work', clock };
  const [direct, cloned] = [createFileSystem({ clock: { now: () => NOW } }), createFileSystem({ clock: { now: () => NOW } })];
  await checkoutInto(direct, counting, request);
  expect(asked).toBe(0);
  await checkoutInto(cloned, { ...counting, direct: () => null }, request);
  expect(asked).toBeGreaterThan(0);
  const work = (files: typeof direct) =>
    files
      .tree('/home/runner/work', (path) => path === '/home/runner/work/.git')
      .map((entry) => [entry.path, entry.type])
      .toSorted();
  expect(work(direct)).toEqual(work(cloned));
});
