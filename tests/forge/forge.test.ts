import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createForge, NotFoundError } from '../../src/forge/forge.ts';
import type { Push } from '../../src/forge/contract.ts';

const NOW = Date.UTC(2026, 10, 2, 9);
const clock = { now: () => NOW, sleep: async () => {}, busy: <T>(work: Promise<T>) => work };
const run = promisify(execFile);

/** Native git talks to the forge over real HTTP: the judge of the protocol is somebody else's client. */
let root: string;
let http: Server;
let port: number;
let forge: ReturnType<typeof createForge>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'forge-'));
  http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const init: RequestInit = { method: request.method ?? 'GET', headers: request.headers as Record<string, string> };
      if (request.method === 'POST') init.body = Buffer.concat(chunks);
      const answer = await forge.network('ada').fetch?.(new Request(`${forge.url}${request.url}`, init));
      response.writeHead(answer?.status ?? 500, Object.fromEntries(answer?.headers ?? []));
      response.end(Buffer.from((await answer?.arrayBuffer()) ?? new ArrayBuffer(0)));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  port = (http.address() as { port: number }).port;
});
afterAll(() => {
  http.close();
  rmSync(root, { recursive: true });
});

let count = 0;
let work: string;
async function git(...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@fieldleaf.test',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@fieldleaf.test',
    GIT_AUTHOR_DATE: '2026-11-02T09:00:00Z',
    GIT_COMMITTER_DATE: '2026-11-02T09:00:00Z',
  };
  try {
    const { stdout, stderr } = await run('git', args, { cwd: work, env });
    return (stdout + stderr).replaceAll(`http://127.0.0.1:${port}`, 'ORIGIN').replace(/ +$/gm, '');
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return `${(stdout + stderr).replaceAll(`http://127.0.0.1:${port}`, 'ORIGIN').replace(/ +$/gm, '')}exit ${code}\n`;
  }
}

async function commitFile(path: string, text: string, message: string): Promise<void> {
  mkdirSync(join(work, path, '..'), { recursive: true });
  writeFileSync(join(work, path), text);
  await git('add', '-A');
  await git('commit', '-qm', message);
}

beforeEach(async () => {
  forge = createForge({ clock });
  await forge.create('leaf');
  work = join(root, `work-${count++}`);
  mkdirSync(work);
  await git('init', '-q', '-b', 'main');
  await git('remote', 'add', 'origin', `http://127.0.0.1:${port}/leaf.git`);
});

test('native git pushes, the hook hears of it, and reads agree with native git', async () => {
  const pushes: Push[] = [];
  forge.onPush((push) => pushes.push(push));
  await commitFile('README.md', 'leaf\n', 'Begin');
  await commitFile('src/train.py', 'print(1)\n', 'Train\n\nBecause a model must learn.');
  expect(await git('push', '-q', 'origin', 'main')).toBe('');
  const head = (await git('rev-parse', 'HEAD')).trim();
  const first = (await git('rev-parse', 'HEAD~1')).trim();
  expect(pushes).toEqual([
    { repository: 'leaf', by: 'ada', at: NOW, updates: [{ ref: 'refs/heads/main', before: null, after: head, forced: false }] },
  ]);

  const origin = forge.repository('leaf');
  await git('tag', '-a', 'v1', '-m', 'First');
  await git('push', '-q', 'origin', 'v1');
  expect([...(await origin.refs())]).toEqual([
    ['refs/heads/main', head],
    ['refs/tags/v1', (await git('rev-parse', 'v1')).trim()],
  ]);
  expect(
    await Promise.all(['main', 'v1', head, head.slice(0, 7), 'HEAD', 'nothing', 'ffffffff'].map((name) => origin.resolve(name))),
  ).toEqual([head, head, head, head, head, null, null]);
  const at = Date.UTC(2026, 10, 2, 9);
  const ada = { name: 'Ada', email: 'ada@fieldleaf.test', at };
  expect(await origin.log('main')).toEqual([
    {
      id: head,
      parents: [first],
      tree: (await git('rev-parse', 'HEAD^{tree}')).trim(),
      message: 'Train\n\nBecause a model must learn.\n',
      author: ada,
      committer: ada,
    },
    { id: first, parents: [], tree: (await git('rev-parse', 'HEAD~1^{tree}')).trim(), message: 'Begin\n', author: ada, committer: ada },
  ]);
  expect(await origin.tree(head, '/job')).toEqual([
    { path: '/job/README.md', type: 'file', bytes: new TextEncoder().encode('leaf\n'), mode: 0o644, mtime: at },
    { path: '/job/src', type: 'directory', mode: 0o755, mtime: at },
    { path: '/job/src/train.py', type: 'file', bytes: new TextEncoder().encode('print(1)\n'), mode: 0o644, mtime: at },
  ]);
  expect(await origin.file(head, 'src/train.py')).toEqual(new TextEncoder().encode('print(1)\n'));
  expect([await origin.file(head, 'src'), await origin.file(head, 'src/nothing')]).toEqual([null, null]);
  expect([await origin.changedPaths(null, head), await origin.changedPaths(first, head)]).toEqual([
    ['README.md', 'src/train.py'],
    ['src/train.py'],
  ]);
});

test('an unknown id or repository is named in the error', async () => {
  const id = 'f'.repeat(40);
  await expect(forge.repository('leaf').commit(id)).rejects.toThrow(new NotFoundError(`Repository 'leaf' has no commit ${id}.`));
  expect(() => forge.repository('root')).toThrow(new NotFoundError("The origin has no repository 'root'."));
});

describe('a protected branch', () => {
  const reason = 'Push to a branch and let the pipeline move stable.';
  beforeEach(async () => {
    await commitFile('a', '1\n', 'One');
    await commitFile('a', '2\n', 'Two');
    await git('push', '-q', 'origin', 'main', 'main:stable', 'main:release/1');
  });

  test.each([
    [
      'a direct push',
      { refuseDirectPush: true },
      ['push', 'origin', 'main:stable'],
      'Protected branch update failed for refs/heads/stable.',
      'main -> stable',
    ],
    [
      'a force push',
      { refuseForcePush: true },
      ['push', '-f', 'origin', 'HEAD~2:stable'],
      "Cannot force-push to the protected branch 'stable'.",
      'HEAD~2 -> stable',
    ],
    ['a deletion', { refuseDeletion: true }, ['push', 'origin', ':stable'], "Cannot delete the protected branch 'stable'.", 'stable'],
  ])('refuses %s as a real host does', async (_what, rule, command, line, arrow) => {
    const before = (await git('rev-parse', 'HEAD')).trim();
    await commitFile('a', '3\n', 'Three');
    forge
      .repository('leaf')
      .protect({ pattern: 'stable', refuseDirectPush: false, refuseForcePush: false, refuseDeletion: false, reason, ...rule });
    const pushes: Push[] = [];
    forge.onPush((push) => pushes.push(push));
    expect(await git(...command)).toBe(
      `remote: error: ${line}\nremote: error: ${reason}\nTo ORIGIN/leaf.git\n ! [remote rejected] ${arrow} (protected branch hook declined)\n` +
        `error: failed to push some refs to 'ORIGIN/leaf.git'\nexit 1\n`,
    );
    expect(await forge.repository('leaf').resolve('stable')).toBe(before);
    expect(pushes).toEqual([]);
  });

  test('lets other branches of the same push through, and matches globs within one folder', async () => {
    const origin = forge.repository('leaf');
    origin.protect({ pattern: 'release/*', refuseDirectPush: true, refuseForcePush: true, refuseDeletion: true, reason });
    await commitFile('a', '3\n', 'Three');
    expect(await git('push', 'origin', 'main', 'main:release/1', 'main:release/1/fix')).toMatch('! [remote rejected] main -> release/1 (');
    const head = (await git('rev-parse', 'HEAD')).trim();
    expect([await origin.resolve('main'), (await origin.resolve('release/1')) === head]).toEqual([head, false]);
  });
});

test('lines of the origin arrive at the client before the result', async () => {
  forge.remoteMessages = async (push) => [`Look at ${push.updates[0]?.ref}:`, '  .github/workflows/ship.yml:3:5: no such runner'];
  await commitFile('a', '1\n', 'One');
  expect(await git('push', 'origin', 'main')).toBe(
    'remote: Look at refs/heads/main:\nremote:   .github/workflows/ship.yml:3:5: no such runner\nTo ORIGIN/leaf.git\n * [new branch]      main -> main\n',
  );
});

test('a snapshot is plain data, and what is restored from it clones as before and goes its own way', async () => {
  await commitFile('a', '1\n', 'One');
  await git('push', '-q', 'origin', 'main');
  forge.repository('leaf').protect({ pattern: 'main', refuseDirectPush: true, refuseForcePush: true, refuseDeletion: true, reason: 'No.' });
  const snapshot = structuredClone(forge.snapshot());
  const first = forge;
  forge = createForge({ clock });
  forge.restore(snapshot);
  expect(forge.snapshot()).toEqual(first.snapshot());
  await commitFile('b', '1\n', 'Two');
  await git('push', '-q', 'origin', 'main:other');
  expect([forge.repositories(), await first.repository('leaf').resolve('other')]).toEqual([['leaf'], null]);
  expect(await git('clone', '-q', `http://127.0.0.1:${port}/leaf.git`, 'copy')).toBe('');
});

test('a snapshot of 50 commits over 600 files restores to the same refs and files', async () => {
  for (let file = 0; file < 600; file++) {
    mkdirSync(join(work, `photos/${file % 12}`), { recursive: true });
    writeFileSync(join(work, `photos/${file % 12}/${file}.pgm`), `P5\n${file}\n${'leaf '.repeat(200)}`);
  }
  for (let commit = 0; commit < 50; commit++) await commitFile('model.json', `{"v":${commit}}\n`, `Train ${commit}`);
  await git('push', '-q', 'origin', 'main');
  const other = createForge({ clock });
  other.restore(forge.snapshot());
  expect([...(await other.repository('leaf').refs())]).toEqual([...(await forge.repository('leaf').refs())]);
  expect(await other.repository('leaf').tree('main')).toEqual(await forge.repository('leaf').tree('main'));
});
