import git from 'isomorphic-git';
import { describe, expect, it } from 'vitest';
import { createFileSystem } from '../../src/computer/files/file-system.ts';
import { promisesFor } from '../../src/computer/files/promises.ts';
import { StepClock } from './support/clock.ts';
import { ScriptedPython } from './support/python.ts';
import { computerWith, Terminal } from './support/terminal.ts';

describe('a computer', () => {
  it('has a home, and the environment of a login', async () => {
    const computer = computerWith();
    const terminal = new Terminal(computer);
    expect(computer.home).toBe('/home/you');
    expect((await terminal.type('env | sort; ls -A ~ /tmp')).stdout).toBe(
      [
        'HOME=/home/you',
        'HOSTNAME=fieldleaf',
        'LANG=C.UTF-8',
        'LOGNAME=you',
        'OLDPWD=/home/you',
        'PATH=/home/you/.local/bin:/usr/local/bin:/usr/bin:/bin',
        'PWD=/home/you',
        'SHELL=/bin/bash',
        'TERM=xterm-256color',
        'USER=you',
        '/home/you:\n\n/tmp:\n',
      ].join('\n'),
    );
    terminal.session.close();
  });

  it('starts from the files it is given, and leaves no device in them', async () => {
    const files = createFileSystem({ clock: new StepClock() });
    files.writeSync('/home/you/notes.md', new TextEncoder().encode('hello\n'));
    const computer = computerWith({ files });
    const terminal = new Terminal(computer, { interactive: true });
    expect(
      (await terminal.type('cat notes.md; echo x > /dev/null; echo tty > /dev/tty; diff <(echo a) <(echo a); ls /dev /usr/bin | wc -l'))
        .stdout,
    ).toMatch(/^hello\ntty\n\d+\n$/);
    expect(computer.files).toBe(files);
    expect(files.getAllPaths()).toEqual(['/', '/home', '/home/you', '/home/you/notes.md', '/tmp']);
    terminal.session.close();
  });

  it('has git, and isomorphic-git reads what it wrote, and the other way round', async () => {
    const computer = computerWith();
    const terminal = new Terminal(computer);
    await terminal.type('git init -q -b main leaf; cd leaf; echo 1 > model.json; git add .; git commit -qm "Ship a leaf"');
    const fs = { promises: promisesFor(computer.files) };
    const dir = '/home/you/leaf';
    expect((await git.log({ fs, dir })).map(({ commit }) => [commit.message, commit.author.name])).toEqual([['Ship a leaf\n', 'You']]);
    await terminal.type('echo 2 > model.json; echo new > notes.md');
    expect(await git.statusMatrix({ fs, dir })).toEqual([
      ['model.json', 1, 2, 1],
      ['notes.md', 0, 2, 0],
    ]);
    await git.add({ fs, dir, filepath: 'model.json' });
    await git.commit({
      fs,
      dir,
      message: 'From the other side',
      author: { name: 'You', email: 'you@fieldleaf.test', timestamp: 1_772_442_000 },
    });
    expect((await terminal.type('git log --oneline | cut -d" " -f2-; git status --short')).stdout).toBe(
      'From the other side\nShip a leaf\n?? notes.md\n',
    );
    terminal.session.close();
  });

  it('shows what git says on both streams in the order it is said, and keeps them apart where one is taken elsewhere', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    await terminal.type('git init -q --bare ../o.git; git init -q . && echo 1 > a && git add a && git commit -qm One');
    const seen = async (line: string) => {
      await terminal.type(line);
      return terminal.chunks.map(([, text]) => text).join('');
    };
    expect(await seen('git remote add origin ../o.git && git push -u origin main')).toBe(
      "To ../o.git\n * [new branch]      main -> main\nbranch 'main' set up to track 'origin/main'.\n",
    );
    expect(await seen('git switch -q -c x && echo 2 >> a && git switch main')).toBe(
      "M\ta\nSwitched to branch 'main'\nYour branch is up to date with 'origin/main'.\n",
    );
    expect(await seen('git switch x > out.txt; cat out.txt')).toBe("Switched to branch 'x'\nM\ta\n");
    expect((await terminal.type('echo "$(git switch main 2> /dev/null)"')).stdout).toBe(
      "M\ta\nYour branch is up to date with 'origin/main'.\n",
    );
    terminal.session.close();
  });

  it('takes a file of 50 MB', async () => {
    const computer = computerWith();
    const terminal = new Terminal(computer);
    const big = new Uint8Array(50_000_000).fill(97);
    for (let i = 99; i < big.length; i += 100) big[i] = 10;
    computer.files.writeSync('/home/you/big', big);
    expect(await terminal.type('wc -lc big; cp big copy; cat big > again; ls -l copy again; tail -c 3 big')).toMatchObject({
      stdout:
        '  500000 50000000 big\n' +
        '-rw-r--r-- 1 you you 50000000 Mar  2 09:00 again\n' +
        '-rw-r--r-- 1 you you 50000000 Mar  2 09:00 copy\n' +
        'aa\n',
      stderr: '',
    });
    terminal.session.close();
  });

  it('says when the disk is full, and goes on', async () => {
    const files = createFileSystem({ clock: new StepClock(), quotaBytes: 4096 });
    const python = new ScriptedPython({
      'grow.py': async ({ write }) => {
        write('/home/you/a', 'x'.repeat(2000));
        write('/home/you/b', 'x'.repeat(3000));
        return 0;
      },
    });
    const terminal = new Terminal(computerWith({ files, python }));
    await terminal.type('printf "x%.0s" {1..3000} > f');
    expect(await terminal.type('cat f > g')).toMatchObject({
      stderr: "bash: g: No space left on device (this computer's disk holds 4 kB and 3 kB are used)\n",
      exitCode: 1,
    });
    expect(await terminal.type('cp f h')).toMatchObject({ stderr: expect.stringContaining('no space left on device'), exitCode: 1 });
    expect(await terminal.type('rm f; python grow.py')).toMatchObject({
      stderr: "python3: no space left on device: this computer's disk holds 4 kB and 2 kB are used: /home/you/b\n",
      exitCode: 1,
    });
    expect(await terminal.type('rm -f a b g h; echo room again > f; cat f')).toMatchObject({ stdout: 'room again\n', exitCode: 0 });
    terminal.session.close();
  });

  it('runs a loop of 2,000 rounds, and forks a disk of 300 files', async () => {
    const computer = computerWith();
    const terminal = new Terminal(computer);
    for (let i = 0; i < 300; i++) computer.files.writeSync(`/home/you/d${i % 20}/f${i}`, new Uint8Array(4000));
    expect(await terminal.type('i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; echo $i')).toMatchObject({
      stdout: '2000\n',
      exitCode: 0,
    });
    expect(computer.files.fork().tree()).toEqual(computer.files.tree());
    terminal.session.close();
  });
});
