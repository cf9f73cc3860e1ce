import { Bash } from 'just-bash/browser';
import { beforeEach, describe, expect, test } from 'vitest';
import { createFileSystem } from '../../../src/computer/files/file-system.ts';
import { gitCommand } from '../../../src/computer/git/git.ts';
import type { FileSystem } from '../../../src/computer/contract.ts';
import { createForge } from '../../../src/forge/forge.ts';
import { NOW } from './native.ts';

/** A computer's git without the rest of the computer: what native git cannot be asked, because it is about this world. */
class Desk {
  now = NOW;
  readonly clock = { now: () => this.now, sleep: async () => {}, busy: <T>(work: Promise<T>) => work };
  readonly files: FileSystem = createFileSystem({ clock: this.clock });
  readonly bash: Bash;
  env: Record<string, string> = { HOME: '/home/you', TERM: 'xterm-256color' };
  cwd = '/home/you';

  constructor(network: Parameters<typeof gitCommand>[0]['network']) {
    for (const path of ['/home/you', '/tmp', '/dev']) this.files.load([{ path, type: 'directory', mode: 0o755, mtime: NOW }]);
    const user = { name: 'You', email: 'you@fieldleaf.test' };
    this.bash = new Bash({
      fs: this.files,
      cwd: this.cwd,
      customCommands: [gitCommand({ clock: this.clock, network, files: this.files, user })],
    });
  }

  /** What a line prints, both streams, and how it ends when not well. */
  async run(line: string): Promise<string> {
    this.now += 60_000;
    const { stdout, stderr, exitCode, env } = await this.bash.exec(line, { cwd: this.cwd, env: this.env });
    this.cwd = env['PWD'] ?? this.cwd;
    return (stdout + stderr).replace(/ +$/gm, '') + (exitCode === 0 ? '' : `exit ${exitCode}\n`);
  }
}

const URL = 'https://origin.fieldleaf.test/leaf.git';
let forge: ReturnType<typeof createForge>;
let desk: Desk;
beforeEach(async () => {
  forge = createForge({ clock: { now: () => NOW, sleep: async () => {}, busy: (work) => work } });
  await forge.create('leaf');
  desk = new Desk(forge.network('you'));
});

describe('the origin', () => {
  beforeEach(async () => {
    await desk.run(`git clone -q ${URL} && cd leaf && echo 1 > a && git add . && git commit -qm One && git push -q`);
  });

  test.each([
    ['straight', () => forge.network('you')],
    ['by the protocol', () => ({ ...forge.network('you'), direct: () => null })],
  ])('gives %s what it was given', async (_how, network) => {
    const other = new Desk(network());
    expect(await other.run(`git clone ${URL}`)).toBe("Cloning into 'leaf'...\n");
    expect(await other.run('cd leaf && cat a && git log --oneline && git status -sb')).toBe(
      `1\n${await desk.run('git log --oneline')}## main...origin/main\n`,
    );
    await desk.run('echo 2 > b && git add . && git commit -qm Two && git tag v1 && git push -q origin main v1');
    const [one, two] = [await desk.run('git rev-parse --short HEAD~1'), await desk.run('git rev-parse --short HEAD')].map((text) =>
      text.trim(),
    );
    expect(await other.run('git pull')).toBe(
      `Updating ${one}..${two}\nFast-forward\n b | 1 +\n 1 file changed, 1 insertion(+)\n create mode 100644 b\n` +
        `From https://origin.fieldleaf.test/leaf\n   ${one}..${two}  main       -> origin/main\n * [new tag]         v1         -> v1\n`,
    );
    expect(await other.run('git fsck')).toBe('');
  });

  test('refuses what a branch is protected from, and says what to do instead', async () => {
    forge.repository('leaf').protect({
      pattern: 'stable',
      refuseDirectPush: true,
      refuseForcePush: true,
      refuseDeletion: true,
      reason: 'Let the pipeline move it.',
    });
    expect(await desk.run('git push origin main:stable')).toBe(
      'remote: error: Protected branch update failed for refs/heads/stable.\nremote: error: Let the pipeline move it.\n' +
        `To ${URL}\n ! [remote rejected] main -> stable (protected branch hook declined)\nerror: failed to push some refs to '${URL}'\nexit 1\n`,
    );
  });

  test('says lines of its own before the result', async () => {
    forge.remoteMessages = async () => ['', 'See the run: https://fieldleaf.test/runs/1', ''];
    expect(await desk.run('git push origin main:topic')).toBe(
      `remote:\nremote: See the run: https://fieldleaf.test/runs/1\nremote:\nTo ${URL}\n * [new branch]      main -> topic\n`,
    );
  });

  test.each([
    [
      'a repository that is not there',
      'https://origin.fieldleaf.test/root.git',
      "fatal: repository 'https://origin.fieldleaf.test/root.git/' not found\n",
    ],
    [
      'another host',
      'https://github.com/leaf/leaf.git',
      "fatal: unable to access 'https://github.com/leaf/leaf.git/': Could not resolve host: github.com\n",
    ],
    [
      'a host by ssh',
      'git@github.com:leaf/leaf.git',
      'ssh: Could not resolve hostname github.com: Name or service not known\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n',
    ],
  ])('%s is out of reach', async (_what, url, message) => {
    expect(await desk.run(`git clone -q ${url} elsewhere`)).toBe(`${message}exit 128\n`);
    expect(await desk.run('test -e elsewhere')).toBe('exit 1\n');
  });
});

describe('without an editor', () => {
  beforeEach(async () => {
    await desk.run(
      'git init -q && echo 1 > a && git add . && git commit -qm One && git switch -qc topic && echo 2 > a && git commit -qam Two && git switch -q main && echo 3 > a && git commit -qam Three',
    );
  });

  test('a commit without a message says what it wants', async () => {
    const wanted = 'error: There is no editor in this terminal\nPlease supply the message using either -m or -F option.\nexit 1\n';
    expect(await desk.run('echo 4 > a && git commit -a')).toBe(wanted);
    expect(await desk.run('git status -s && git log --format=%s -1')).toBe(' M a\nThree\n');
  });

  test('a message that is ready is taken: a merge and a rebase go on', async () => {
    await desk.run('git merge topic');
    expect(await desk.run('echo both > a && git add a && git commit && git log -1 --format=%s')).toMatch(
      /^\[main [0-9a-f]{7}\] Merge branch 'topic'\nMerge branch 'topic'\n$/,
    );
    await desk.run('git reset -q --hard HEAD~1 && git switch -q topic && git rebase main');
    expect(await desk.run('echo both > a && git add a && git rebase --continue && git log --format=%s')).toContain('Two\nThree\nOne\n');
  });

  test('an interactive rebase does not pretend', async () => {
    expect(await desk.run('git rebase -i HEAD~1')).toBe('error: There is no editor in this terminal\nexit 1\n');
    expect(await desk.run('git status')).toBe('On branch main\nnothing to commit, working tree clean\n');
  });
});

test('an editor that is a command is used', async () => {
  await desk.run(
    'git init -q && git commit -q --allow-empty -m One && git commit -q --allow-empty -m Two && echo 1 > a && git add a && git commit -qm Three',
  );
  expect(await desk.run(`GIT_EDITOR="sed -i 's/Three/3/'" git commit --amend > /dev/null && git log -1 --format=%s`)).toBe('3\n');
  expect(await desk.run(`GIT_SEQUENCE_EDITOR="sed -i '/Two/d'" git rebase -qi --root && git log --format=%s`)).toBe('3\nOne\n');
});

test('hooks run, may stop a commit, and are told about the push', async () => {
  await desk.run(`git clone -q ${URL} && cd leaf && git commit -q --allow-empty -m One`);
  await desk.run(`printf '#!/bin/sh\\necho checking\\ntest ! -e broken\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit`);
  expect(await desk.run('echo 1 > a && git add a && git commit -qm Two')).toBe('checking\n');
  expect(await desk.run('touch broken && git add . && git commit -qm Three; git log -1 --format=%s')).toBe('Two\nchecking\n');
  await desk.run(`printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-push && chmod +x .git/hooks/pre-push`);
  expect(await desk.run('git push')).toBe(`error: failed to push some refs to '${URL}'\nexit 1\n`);
});

test('an alias may be a shell command that runs git itself', async () => {
  await desk.run(
    `git init -q && git commit -q --allow-empty -m One && git config alias.twice '!git log -1 --format=%s && git log -1 --format=%s'`,
  );
  expect(await desk.run('git twice')).toBe('One\nOne\n');
});

test('times are the computer’s own, and everything says so', async () => {
  await desk.run('git init -q && git commit -q --allow-empty -m One');
  desk.now += 3 * 3_600_000;
  expect(
    await desk.run(`git log --format='%an <%ae> %ar' && git log --since='2 hours ago' --oneline && git log --since=yesterday --format=%s`),
  ).toBe('You <you@fieldleaf.test> 3 hours ago\nOne\n');
});

test.each([
  ['git submodule status', "git: 'submodule' is not supported here. See 'git --help'.\nexit 1\n"],
  ['git add -i', "fatal: 'git add --interactive' is not supported here\nexit 128\n"],
  ['git commit -S -m x', "fatal: 'git commit --gpg-sign' is not supported here\nexit 128\n"],
  ['git log -L 1,2:a', 'fatal: -L is not supported here\nexit 128\n'],
])('%s is refused plainly', async (command, said) => {
  await desk.run('git init -q && git commit -q --allow-empty -m One');
  expect(await desk.run(command)).toBe(said);
});

test('what just-git packs is read as before', async () => {
  await desk.run(`git clone -q ${URL} && cd leaf`);
  for (let version = 0; version < 5; version++)
    await desk.run(`seq 1 200 > model && echo ${version} >> model && git add . && git commit -qm "Version ${version}"`);
  const before = await desk.run('git log -p && git push -q && git ls-tree -r HEAD');
  await desk.run('git gc');
  expect(await desk.run('git count-objects')).toBe('0 objects, 0 kilobytes\n');
  expect(await desk.run('git log -p && git push -q && git ls-tree -r HEAD')).toBe(before);
  expect(await desk.run('echo 1 > more && git add . && git commit -qm More && git push -q && git fsck && git status -sb')).toBe(
    '## main...origin/main\n',
  );
});

test('bytes go through as they are', async () => {
  desk.files.writeSync('/home/you/photo', Uint8Array.of(0, 255, 254, 10, 128));
  await desk.run(
    'git init -q && git add . && git commit -qm Photo && git show HEAD:photo > copy && git cat-file blob HEAD:photo | wc -c > size',
  );
  expect(desk.files.readSync('/home/you/copy')).toEqual(Uint8Array.of(0, 255, 254, 10, 128));
  expect(await desk.run('cat size')).toMatch(/^\s*5\n$/);
});
