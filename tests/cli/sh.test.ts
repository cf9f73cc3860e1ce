import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readFolder, writeFolder } from '../../src/cli/folder.ts';
import { runScript } from '../../src/cli/sh.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import type { FileTree } from '../../src/platform/platform.ts';

const platform = nodePlatform({ reuse: true });
afterAll(() => platform.python.dispose());

const DATE = '2026-01-01T00:00:00Z';
const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_AUTHOR_DATE: DATE,
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_COMMITTER_DATE: DATE,
};

function sh(script: string, files: FileTree = [], env: Readonly<Record<string, string>> = {}) {
  return runScript({ platform, script, files, env, now: Date.UTC(2026, 0, 1), onOutput: () => {} });
}

const file = (path: string, text: string) =>
  ({ path, type: 'file', bytes: new TextEncoder().encode(text), mode: 0o644, mtime: 0 }) as const;

describe('plumbline sh', () => {
  test('gives each top-level command line with its own output and exit code, and the shell stays the same', async () => {
    const { exitCode, commands } = await sh(
      'x=5\n# a comment\n\nfor i in 1 2; do\n  echo $i$x\ndone\ncat <<END\nhere\nEND\nls nope\necho $?; cd /tmp\npwd\n',
    );
    expect(exitCode).toBe(0);
    expect(commands).toEqual([
      { line: 'x=5', stdout: '', stderr: '', exitCode: 0 },
      { line: 'for i in 1 2; do\n  echo $i$x\ndone', stdout: '15\n25\n', stderr: '', exitCode: 0 },
      { line: 'cat <<END\nhere\nEND', stdout: 'here\n', stderr: '', exitCode: 0 },
      { line: 'ls nope', stdout: '', stderr: "ls: cannot access 'nope': No such file or directory\n", exitCode: 2 },
      { line: 'echo $?; cd /tmp', stdout: '2\n', stderr: '', exitCode: 0 },
      { line: 'pwd', stdout: '/tmp\n', stderr: '', exitCode: 0 },
    ]);
  });

  test.each([
    ['exit', 'exit 3\necho never\n', 3, 1],
    ['a failure under set -e', 'set -e\nfalse\necho never\n', 1, 2],
    ['a syntax error', 'echo one\necho two )\necho never\n', 2, 2],
    ['nothing to do', '\n# only a comment\n', 0, 0],
  ])('ends with %s', async (_what, script, exitCode, count) => {
    const run = await sh(script);
    expect([run.exitCode, run.commands.length]).toEqual([exitCode, count]);
  });

  test('says on which line the syntax breaks', async () => {
    const { commands } = await sh('echo one\nif true; then\n  echo )\nfi\n');
    expect(commands.at(-1)?.stderr).toBe("bash: line 3: syntax error near unexpected token `)'\n");
  });

  test('leaves a repository that native git accepts, with identity and dates from the environment', async () => {
    const { commands, folder } = await sh(
      'git init -q && git add -A && git commit -qm First\ngit rev-parse HEAD\npython3 -c "print(open(\'a.txt\').read())"\n',
      [file('/a.txt', 'hi\n'), { path: '/link', type: 'symlink', target: 'a.txt', mtime: 0 }],
      IDENTITY,
    );
    expect(commands.at(-1)?.stdout).toBe('hi\n\n');
    const out = mkdtempSync(join(tmpdir(), 'plumbline-sh-'));
    try {
      writeFolder(folder, out);
      const git = (...args: string[]) => execFileSync('git', ['-C', out, ...args], { encoding: 'utf8' });
      git('fsck', '--strict');
      expect(git('log', '--format=%H %an <%ae> %aI')).toBe(
        `${commands[1]?.stdout.trim()} Ada <ada@example.org> ${DATE}\n`.replace('Z\n', '+00:00\n'),
      );
      expect(git('status', '--short')).toBe('');
      expect(readFolder(out, new Set(['.git'])).map(({ path, type }) => `${type} ${path}`)).toEqual(['file /a.txt', 'symlink /link']);
      expect(readFileSync(join(out, 'link'), 'utf8')).toBe('hi\n');
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  test('as a command: exits as its script does, and says which folder it cannot read', () => {
    const run = (input: string, ...args: string[]) => {
      const project = join(import.meta.dirname, '..', '..');
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'sh', ...args], {
        cwd: project,
        input,
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    expect(run('echo out; echo err >&2; exit 4')).toEqual({ status: 4, stdout: 'out\n', stderr: 'err\n' });
    expect(JSON.parse(run('echo $((6 * 7))', '--json').stdout)).toEqual({
      exitCode: 0,
      commands: [{ line: 'echo $((6 * 7))', stdout: '42\n', stderr: '', exitCode: 0 }],
    });
    const missing = run('true', '--files', '/no/such/folder');
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(/^plumbline: ENOENT: .*\/no\/such\/folder'\n$/)]);
  });
});
