import { afterAll, describe, expect, test } from 'vitest';
import { createPythonHost } from '../../src/platform/node/platform.ts';
import { converse, startPython, type Started, type Turn } from './run-python.ts';

const host = createPythonHost();
afterAll(() => host.dispose());

const ctrlC = (process: Started): void => process.interrupt();

/** As on a page without shared memory. */
const apart = createPythonHost({ waiting: false });
afterAll(() => apart.dispose());

interface Case {
  readonly code: string;
  readonly turns: readonly Turn[];
  readonly screen: string;
  readonly exitCode?: number;
}

const typed: Readonly<Record<string, Case>> = {
  'input() shows its prompt and waits for the line': {
    code: 'name = input("Your name? ")\nprint(f"Hello, {name}!")\nprint(input() + "?")',
    turns: ['Ada', 'ü🍃'],
    screen: 'Your name? Ada\nHello, Ada!\nü🍃\nü🍃?\n',
  },
  'Ctrl+D is the end of input, once': {
    code: 'try:\n    input("> ")\nexcept EOFError:\n    print("\\nend")\nprint(input("again> "))',
    turns: [null, 'more'],
    screen: '> ^D\nend\nagain> more\nmore\n',
  },
  'a loop over the lines': {
    code: 'import sys\nfor line in sys.stdin: print(len(line), flush=True)',
    turns: ['a', 'bcd', null],
    screen: 'a\n2\nbcd\n4\n^D',
  },
  'all until Ctrl+D': { code: 'import sys\nprint(repr(sys.stdin.read()))', turns: ['a', 'b', null], screen: "a\nb\n^D'a\\nb\\n'\n" },
  'a line longer than the control block': {
    code: 'print(len(input()), len(input()))',
    turns: ['x'.repeat(100_000), 'y'],
    screen: `${'x'.repeat(100_000)}\ny\n100000 1\n`,
  },
  'stdin is a terminal': {
    code: 'import sys, os\nprint(sys.stdin.isatty(), os.isatty(0), os.isatty(1))',
    turns: [],
    screen: 'True True False\n',
  },
  'Ctrl+C raises KeyboardInterrupt': {
    code: 'try:\n    input("> ")\nexcept KeyboardInterrupt:\n    print("\\nstopped")\nprint(input("again> "))',
    turns: [ctrlC, 'on'],
    screen: '> \nstopped\nagain> on\non\n',
  },
};

describe('a program at a terminal', () => {
  test.each(Object.entries(typed))('%s', async (_name, { code, turns, screen, exitCode = 0 }) => {
    expect(await converse(host, { args: ['-c', code] }, turns)).toEqual({ screen, exitCode, reason: 'exited' });
  });

  test('Ctrl+C ends one that waits', async () => {
    const { screen, ...end } = await converse(host, { args: ['-c', 'input("> ")'] }, [ctrlC]);
    expect(end).toEqual({ exitCode: 130, reason: 'interrupted' });
    expect(screen).toMatch(/^> Traceback \(most recent call last\):\n[\s\S]*KeyboardInterrupt\n$/);
  });

  test('others see its files while it waits, and it sees theirs and the time', async () => {
    const seen: string[] = [];
    const code =
      'open("mine", "w").write("m"); input(); import os, time; print(open("theirs").read(), os.path.exists("old"), round(time.time()))';
    const encoded = new TextEncoder().encode('t');
    const { screen } = await converse(
      host,
      {
        args: ['-c', code],
        files: { old: '' },
        onPause({ changes }) {
          seen.push(...changes.written.map(({ path }) => path));
          return async () => ({
            now: 2_000_000_000_000,
            changes: {
              written: [{ path: '/home/you/leaf/theirs', type: 'file', bytes: encoded, mode: 0o644, mtime: 0 }],
              removed: ['/home/you/leaf/old'],
            },
          });
        },
      },
      ['go'],
    );
    expect([seen, screen]).toEqual([['/home/you/leaf/mine'], 'go\nt False 2000000000\n']);
  });

  test('programs that wait leave room for others', async () => {
    const waiting: Started[] = [];
    const waits = [1, 2, 3].map(() => converse(host, { args: ['-c', 'input()'] }, [(process) => waiting.push(process)]));
    const { screen } = await converse(host, { args: ['-c', 'print("ran")'] }, []);
    await expect.poll(() => waiting.length).toBe(3);
    for (const process of waiting) process.kill();
    expect([screen, (await Promise.all(waits)).map(({ reason }) => reason)]).toEqual(['ran\n', ['killed', 'killed', 'killed']]);
  });
});

const prompt: Readonly<
  Record<string, Omit<Case, 'code'> & { readonly args?: readonly string[]; readonly files?: Record<string, string> }>
> = {
  'values, blocks and the last value': {
    turns: ['1 + 1', '_ * 21', 'for i in range(2):', '    print(i)', '', 'x = 5', 'x', null],
    screen: '>>> 1 + 1\n2\n>>> _ * 21\n42\n>>> for i in range(2):\n...     print(i)\n... \n0\n1\n>>> x = 5\n>>> x\n5\n>>> ^D\n',
  },
  tracebacks: {
    turns: ['def f(): return 1/0', '', 'f()', 'x y', 'exit(3)'],
    screen:
      '>>> def f(): return 1/0\n... \n>>> f()\nTraceback (most recent call last):\n  File "<python-input-1>", line 1, in <module>\n    f()\n    ~^^\n' +
      '  File "<python-input-0>", line 1, in f\n    def f(): return 1/0\n                    ~^~\nZeroDivisionError: division by zero\n' +
      '>>> x y\n  File "<python-input-2>", line 1\n    x y\n      ^\nSyntaxError: invalid syntax\n>>> exit(3)\n',
    exitCode: 3,
  },
  'Ctrl+C at the prompt and in a block': {
    turns: [ctrlC, 'if True:', ctrlC, 'quit'],
    screen: '>>> \nKeyboardInterrupt\n>>> if True:\n... \nKeyboardInterrupt\n>>> quit\n',
  },
  'input() at the prompt': { turns: ['input("? ") + "!"', 'yes', 'exit'], screen: '>>> input("? ") + "!"\n? yes\n\'yes!\'\n>>> exit\n' },
  '-i after a file': {
    args: ['-i', 'a.py', 'x'],
    files: { 'a.py': 'import sys\ny = sys.argv[1] * 3\n1 / 0\n' },
    turns: ['y', null],
    screen:
      'Traceback (most recent call last):\n  File "/home/you/leaf/a.py", line 3, in <module>\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n' +
      ">>> y\n'xxx'\n>>> ^D\n",
  },
};

describe('the interactive prompt', () => {
  test.each(Object.entries(prompt))('%s', async (_name, { args = ['-q'], files = {}, turns, screen, exitCode = 0 }) => {
    expect(await converse(host, { args, files }, turns)).toEqual({ screen, exitCode, reason: 'exited' });
  });

  test('says what it is', async () => {
    const { screen } = await converse(host, { args: [] }, ['help', null]);
    expect(screen).toMatch(
      /^Python 3\.14\.2 \(main, .*\) \[Clang [^\]\n]*\] on emscripten\nType "help", "copyright", "credits" or "license" for more information\.\n>>> help\nType help\(name\)/,
    );
  });

  test('Ctrl+C stops what runs there, and the prompt goes on', async () => {
    let stopped = false;
    let running: Started | null = null;
    const { screen, exitCode } = await converse(
      host,
      {
        args: ['-q'],
        onOutput: (_stream, bytes) => {
          if (stopped || !Buffer.from(bytes).toString().includes('ready')) return;
          stopped = true;
          running?.interrupt();
        },
      },
      [(process) => ((running = process), process.interrupt()), 'exec("print(\\"ready\\")\\nwhile True: pass")', 'print("on")', null],
    );
    expect(screen).toMatch(/KeyboardInterrupt\n>>> print\("on"\)\non\n>>> \^D\n$/);
    expect(exitCode).toBe(0);
  });
});

describe('without shared memory', () => {
  const sentence =
    'OSError: [Errno 5] I/O error\npython3: on this page a program cannot wait for what you type, because the page is not cross-origin isolated. ' +
    'Give it its input when it starts: echo Ada | python3 ask.py, or python3 ask.py < answers.txt.\n';

  test('a program that wants a line is told why it gets none', async () => {
    const { screen, ...end } = await converse(apart, { args: ['-c', 'input("? ")'] }, []);
    expect([screen.endsWith(sentence), end]).toEqual([true, { exitCode: 1, reason: 'exited' }]);
  });

  test('what was typed before it began is its input', async () => {
    const terminal = { takeTyped: () => 'Ada\n', readLine: () => Promise.resolve(null) };
    const ran = await startPython(apart, { args: ['-c', 'print(input(), end="")\ntry: input()\nexcept EOFError: print("!")'], terminal })
      .ran;
    expect([ran.stdout, ran.exitCode]).toEqual(['Ada!\n', 0]);
  });

  test('the interactive prompt works, and input() there says why it does not', async () => {
    const { screen, exitCode } = await converse(apart, { args: ['-q'] }, ['1 + 1', ctrlC, 'input()', 'exit(4)']);
    const [before, after] = screen.split('Traceback (most recent call last):\n');
    expect(before).toBe('>>> 1 + 1\n2\n>>> \nKeyboardInterrupt\n>>> input()\n');
    expect(after).toContain(`${sentence}>>> exit(4)\n`);
    expect(exitCode).toBe(4);
  });
});
