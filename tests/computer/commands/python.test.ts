import { describe, expect, it } from 'vitest';
import { StepClock } from '../support/clock.ts';
import { ScriptedPython } from '../support/python.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

const python = () =>
  new ScriptedPython({
    'train.py': async ({ read, write, remove }) => {
      write('/home/you/leaf/model.json', `from ${read('/home/you/leaf/data.csv')}`);
      write('/home/you/leaf/out/log.txt', 'new directory');
      remove('/home/you/leaf/old.json');
      return 0;
    },
    'fail.py': async ({ print }) => {
      print('Traceback\n', 'stderr');
      return 1;
    },
  });

describe('python', () => {
  it('may not sleep for more than a year, which would leave the dates that there are', async () => {
    const clock = new StepClock();
    const host = new ScriptedPython();
    const changes = { written: [], removed: [] };
    host.start = () => ({
      queued: false,
      begun: Promise.resolve(),
      exited: Promise.resolve({ exitCode: 0, reason: 'exited', changes, slept: 1e18 }),
      interrupt: () => {},
      kill: () => {},
    });
    const terminal = new Terminal(computerWith({ python: host, clock }));
    expect(await terminal.type('python3 -c "import time; time.sleep(1e15)"; date +%Y')).toMatchObject({
      stdout: '2026\n',
      stderr: 'python3: the program slept for more than a year, the longest that this computer sleeps at once.\n',
    });
    terminal.session.close();
  });

  it('sees the files, of repositories all but the objects, and its writes and removals come back', async () => {
    const host = python();
    const computer = computerWith({ python: host });
    const terminal = new Terminal(computer, { env: { STAGE: 'test' } });
    await terminal.type(
      'mkdir -p leaf/.git/objects/ab; cd leaf; echo secret > .git/config; echo object > .git/objects/ab/cd; echo rows > data.csv; touch old.json .gitignore; local_only=1',
    );
    expect(await terminal.type('python3 train.py --out model.json; cat model.json; ls')).toMatchObject({
      stdout: 'from rows\ndata.csv\nmodel.json\nout\n',
      exitCode: 0,
    });
    const [job] = host.jobs;
    expect({ args: job!.args, cwd: job!.cwd, now: job!.now, stage: job!.env['STAGE'], local: job!.env['local_only'] }).toEqual({
      args: ['train.py', '--out', 'model.json'],
      cwd: '/home/you/leaf',
      now: Date.UTC(2026, 2, 2, 9),
      stage: 'test',
      local: undefined,
    });
    expect(job!.files.map((entry) => entry.path)).toEqual([
      '/home',
      '/home/you',
      '/home/you/leaf',
      '/home/you/leaf/.git',
      '/home/you/leaf/.git/config',
      '/home/you/leaf/.gitignore',
      '/home/you/leaf/data.csv',
      '/home/you/leaf/old.json',
      '/tmp',
      '/home/you/leaf/.git/objects',
    ]);
    expect(computer.files.existsSync('/home/you/leaf/.git/objects/ab/cd')).toBe(true);
    terminal.session.close();
  });

  it.each<readonly [line: string, stderr: string, exitCode: number]>([
    ['python fail.py', 'Traceback\n', 1],
    ['python3 none.py', "python3: can't open file 'none.py': [Errno 2] No such file or directory\n", 2],
    ['python fail.py 2>/dev/null || true', '', 0],
    [
      'pip install -q numpy',
      'ERROR: Could not find a version that satisfies the requirement numpy (from versions: none)\n' +
        'ERROR: No matching distribution found for numpy\n' +
        'This computer reaches no package index. Install a wheel that is on it: pip install ./name.whl, or pip install --no-index --find-links FOLDER name.\n',
      1,
    ],
    ['python -m pip list', '', 0],
  ])('%s', async (line, stderr, exitCode) => {
    const terminal = new Terminal(computerWith({ python: python() }));
    expect(await terminal.type(line)).toMatchObject({ stdout: '', stderr, exitCode });
    terminal.session.close();
  });

  it('runs a script with a shebang', async () => {
    const host = python();
    const terminal = new Terminal(computerWith({ python: host }));
    await terminal.type("printf '#!/usr/bin/env python3\\nprint(1)\\n' > fail.py; chmod +x fail.py");
    expect(await terminal.type('./fail.py --fast')).toMatchObject({ exitCode: 2 });
    expect(host.jobs.map((job) => job.args)).toEqual([['./fail.py', '--fast']]);
    terminal.session.close();
  });

  it('takes nothing away that came into a folder while it ran', async () => {
    const computer = computerWith({
      python: new ScriptedPython({
        'tidy.py': async ({ remove }) => {
          computer.files.writeSync('/home/you/out/new.txt', new Uint8Array());
          remove('/home/you/out/old.txt');
          remove('/home/you/out');
          return 0;
        },
      }),
    });
    const terminal = new Terminal(computer);
    expect(await terminal.type('mkdir out; touch out/old.txt; python3 tidy.py; echo $?; ls out')).toMatchObject({
      stdout: '1\nnew.txt\n',
      stderr: 'python3: Directory not empty: /home/you/out\n',
    });
    terminal.session.close();
  });

  it('tells a program at the terminal how wide it is', async () => {
    const host = new ScriptedPython({ 'a.py': async () => 0 });
    const terminal = new Terminal(computerWith({ python: host }), { interactive: true, columns: 42 });
    await terminal.type('python3 a.py; python3 a.py | cat; COLUMNS=7 python3 a.py');
    expect(host.jobs.map(({ env }) => env['COLUMNS'])).toEqual(['42', undefined, '7']);
    terminal.session.close();
  });

  it('says that it waits when as many processes run as may', async () => {
    const exited = Promise.resolve({ exitCode: 0, reason: 'exited' as const, changes: { written: [], removed: [] } });
    const process = { queued: true, begun: Promise.resolve(), exited, interrupt: () => {}, kill: () => {} };
    const host = { start: () => process, warm: async () => {}, dispose: () => {} };
    const terminal = new Terminal(computerWith({ python: host }), { interactive: true });
    expect((await terminal.type('python3 a.py')).stderr).toBe(
      'python3: waiting for another program to end: as many run as this company has room for\n',
    );
    terminal.session.close();
  });

  it('moves the clock on by what the process slept', async () => {
    const clock = new StepClock(0);
    const exited = Promise.resolve({ exitCode: 0, reason: 'exited' as const, changes: { written: [], removed: [] }, slept: 5000 });
    const host = {
      start: () => ({ queued: false, begun: Promise.resolve(), exited, interrupt: () => {}, kill: () => {} }),
      warm: async () => {},
      dispose: () => {},
    };
    const terminal = new Terminal(computerWith({ python: host, clock }));
    await terminal.type('python wait.py');
    expect(clock.now()).toBe(5000);
    terminal.session.close();
  });

  it('says why a process ended when it did not end itself', async () => {
    const exited = Promise.resolve({ exitCode: 137, reason: 'out-of-memory' as const, changes: { written: [], removed: [] } });
    const host = {
      start: () => ({ queued: false, begun: Promise.resolve(), exited, interrupt: () => {}, kill: () => {} }),
      warm: async () => {},
      dispose: () => {},
    };
    const terminal = new Terminal(computerWith({ python: host }));
    expect(await terminal.type('python hungry.py')).toMatchObject({
      stderr: 'python3: out of memory: the process was stopped\n',
      exitCode: 137,
    });
    terminal.session.close();
  });
});
