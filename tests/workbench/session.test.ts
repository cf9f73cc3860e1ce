import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { TerminalSession } from '../../src/workbench/terminal/session.ts';
import type { Mode, Screen } from '../../src/workbench/terminal/session.ts';
import type { WorldClient } from '../../src/world/contract.ts';

type Shell = Pick<
  WorldClient,
  | 'openTerminal'
  | 'terminalRun'
  | 'terminalNeedsMore'
  | 'terminalPrompt'
  | 'terminalComplete'
  | 'terminalInput'
  | 'terminalInterrupt'
  | 'terminalHistory'
  | 'closeTerminal'
>;

/** A shell that can be looked into, behind the part of the world that a session talks to. */
function shellOf(overrides: Partial<Shell> = {}) {
  const calls: string[] = [];
  let out: (text: string) => void = () => {};
  let end: ((code: number) => void) | null = null;
  let inputs = 0;
  const shell: Shell = {
    openTerminal: async (_columns, onOutput) => {
      out = onOutput;
      return { id: 1 };
    },
    terminalRun: (_id, text) => {
      calls.push(`run ${JSON.stringify(text)}`);
      inputs = 0;
      if (!/^(cat|train)/.test(text)) {
        out(`ran ${text}\n`);
        return Promise.resolve({ exitCode: 0, inputsRead: 0 });
      }
      return new Promise((resolve) => (end = (exitCode) => resolve({ exitCode, inputsRead: text.startsWith('cat') ? inputs : 0 })));
    },
    terminalNeedsMore: async (_id, text) => text.includes('do') && !text.includes('done'),
    terminalPrompt: async () => '$ ',
    terminalComplete: async () => ({ from: 0, candidates: [] }),
    terminalInput: async (_id, text) => {
      calls.push(`input ${JSON.stringify(text)}`);
      inputs += 1;
      if (text === null) end?.(0);
    },
    terminalInterrupt: async () => {
      calls.push('interrupt');
      end?.(130);
    },
    terminalHistory: async () => [],
    closeTerminal: async (id) => {
      calls.push(`close ${id}`);
      end?.(137);
    },
    ...overrides,
  };
  return { client: shell as unknown as WorldClient, calls, say: (text: string) => out(text), end: (code: number) => end?.(code) };
}

/** A screen as plain text: enough of a terminal to see lines, redrawn lines and the cursor's column. */
function screenOf(columns = 80): { readonly screen: Screen; text(): string; readonly writes: string[] } {
  let rows: string[] = [''];
  let row = 0;
  let column = 0;
  const writes: string[] = [];
  const put = (text: string): void => {
    // eslint-disable-next-line no-control-regex -- escape sequences are what a terminal is fed
    for (const [part] of text.matchAll(/\u001b\[[?0-9;]*[@-~]|[\s\S]/g)) {
      // eslint-disable-next-line no-control-regex -- as above
      const move = /^\u001b\[(\d*)([A-Z])$/.exec(part);
      if (move?.[2] === 'A') row -= Number(move[1] || 1);
      else if (move?.[2] === 'C') column += Number(move[1] || 1);
      else if (move?.[2] === 'J') {
        if (move[1] === '2') rows = [''];
        else rows = [...rows.slice(0, row), (rows[row] ?? '').slice(0, column)];
      } else if (move?.[2] === 'H') row = column = 0;
      else if (part === '\r') column = 0;
      else if (part === '\b') column -= 1;
      else if (part === '\n') {
        row += 1;
        column = 0;
        rows[row] ??= '';
      } else if (!part.startsWith('\u001b') && part !== '\u0007') {
        if (column === columns) {
          row += 1;
          column = 0;
          rows[row] ??= '';
        }
        const line = (rows[row] ?? '').padEnd(column);
        rows[row] = line.slice(0, column) + part + line.slice(column + 1);
        column += 1;
      }
    }
  };
  const screen: Screen = {
    columns,
    write: (text, done) => {
      writes.push(text);
      put(text);
      if (done) queueMicrotask(done);
    },
    cursorColumn: () => column,
  };
  return { screen, text: () => rows.map((line) => line.trimEnd()).join('\n'), writes };
}

async function opened(overrides: Partial<Shell> = {}, columns = 80) {
  const shell = shellOf(overrides);
  const view = screenOf(columns);
  const modes: Mode['name'][] = [];
  const waiting: ((mode: Mode) => void)[] = [];
  let flushed = 0;
  const session = new TerminalSession(shell.client, view.screen, {
    beforeRun: async () => void (flushed += 1),
    onMode: (mode) => {
      modes.push(mode.name);
      for (const tell of waiting.splice(0)) tell(mode);
    },
    onExit: () => {},
  });
  await session.open();
  /** Resolves when the session next comes into a mode. */
  const until = async (name: Mode['name']): Promise<void> => {
    while (session.mode.name !== name) await new Promise<Mode>((resolve) => waiting.push(resolve));
  };
  /** Lets everything that is only waiting for promises happen. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { ...shell, ...view, session, modes, until, settled, flushes: () => flushed };
}

describe('a terminal session', () => {
  test('closed while a command runs, it hangs up and shows nothing more', async () => {
    const it = await opened();
    it.session.input('train\r');
    await it.settled();
    await it.session.close();
    it.say('epoch 2\n');
    it.session.input('ls\r');
    await it.settled();
    expect({ text: it.text(), calls: it.calls, mode: it.session.mode.name }).toEqual({
      text: '$ train\n',
      calls: ['run "train"', 'close 1'],
      mode: 'closed',
    });
  });

  test('output of a command in the background goes above the line that is being typed', async () => {
    const it = await opened();
    it.session.input('echo hel');
    await it.settled();
    it.say('epoch 1\n');
    it.say('epoch 2\n');
    it.session.input('lo');
    await it.settled();
    expect(it.text()).toBe('epoch 1\nepoch 2\n$ echo hello');
    it.say('no newline');
    await it.settled();
    expect(it.text()).toBe('epoch 1\nepoch 2\nno newline\n$ echo hello');
    it.session.input('\r');
    await it.settled();
    expect(it.text()).toBe('epoch 1\nepoch 2\nno newline\n$ echo hello\nran echo hello\n$');
  });

  test('a long line that is being typed is wiped whole, and drawn again with the cursor where it was', async () => {
    const it = await opened({}, 10);
    it.session.input('echo 123456789\u001b[D\u001b[D');
    await it.settled();
    it.say('out\n');
    await it.settled();
    it.session.input('x');
    await it.settled();
    expect(it.text()).toBe('out\n$ echo 123\n4567x89');
  });

  test('a line that is entered while output is being drawn stands behind it', async () => {
    const it = await opened();
    it.session.input('ls');
    await it.settled();
    it.say('epoch 1\n');
    it.session.input('\r');
    await it.settled();
    expect(it.text()).toBe('epoch 1\n$ ls\nran ls\n$');
  });

  test('a program that asks for keys gets each of them, and shows them itself', async () => {
    const it = await opened();
    it.session.input('cat\r');
    await it.settled();
    it.say('\u001b[?1h');
    it.session.input(' /a\r\u001b[A\u001b[24;80R');
    it.say('\u001b[?1l');
    it.session.input('line\r\u0004');
    await it.until('prompt');
    const inputs = [' ', '/', 'a', '', '\u001b[A', '\u001b[24;80R', 'line'].map((key) => `input ${JSON.stringify(`${key}\n`)}`);
    expect(it.calls).toEqual(['run "cat"', ...inputs, 'input null']);
    expect(it.text()).toBe('$ cat\nline\n$');
  });

  test('keys that the program did not read are the prompt’s, without what the terminal answered', async () => {
    const it = await opened();
    it.session.input('train\r');
    await it.settled();
    it.say('\u001b[?1h');
    it.session.input('qls\u001b[24;80R');
    it.end(0);
    await it.until('prompt');
    await it.settled();
    expect(it.text()).toBe('$ train\n$ qls');
  });

  test('closed while it is being opened, it leaves no shell behind', async () => {
    const opening = Promise.withResolvers<{ readonly id: number }>();
    const shell = shellOf({ openTerminal: () => opening.promise });
    const session = new TerminalSession(shell.client, screenOf().screen, { beforeRun: async () => {}, onMode: () => {}, onExit: () => {} });
    const opened = session.open();
    await session.close();
    opening.resolve({ id: 7 });
    await opened;
    expect(shell.calls).toEqual(['close 7']);
  });

  test('runs a line after unsaved edits were written, and shows the next prompt', async () => {
    const it = await opened();
    it.session.input('ls\r');
    await it.settled();
    expect({ text: it.text(), calls: it.calls, flushes: it.flushes(), modes: it.modes }).toEqual({
      text: '$ ls\nran ls\n$',
      calls: ['run "ls"'],
      flushes: 1,
      modes: ['prompt', 'running', 'prompt'],
    });
  });

  test('asks for more until a statement is whole', async () => {
    const it = await opened();
    it.session.input('for i in 1; do\r');
    await it.until('continuing');
    it.session.input('echo $i; done\r');
    await it.settled();
    expect({ text: it.text(), calls: it.calls }).toEqual({
      text: '$ for i in 1; do\n> echo $i; done\nran for i in 1; do\necho $i; done\n$',
      calls: ['run "for i in 1; do\\necho $i; done"'],
    });
  });

  test('runs pasted lines one by one, and leaves the last without its line break to be edited', async () => {
    const it = await opened();
    it.session.input('\u001b[200~one\rtwo\rthree\u001b[201~');
    await it.settled();
    expect({ text: it.text(), calls: it.calls }).toEqual({
      text: '$ one\nran one\n$ two\nran two\n$ three',
      calls: ['run "one"', 'run "two"'],
    });
  });

  test('gives typed lines to a running command, and Ctrl+D ends its input', async () => {
    const it = await opened();
    it.session.input('cat\r');
    await it.until('running');
    await it.settled();
    it.session.input('hello\u007fp\r');
    it.session.input('\u0004');
    await it.until('prompt');
    expect(it.calls).toEqual(['run "cat"', 'input "hellp\\n"', 'input null']);
    expect(it.text()).toBe('$ cat\nhellp\n$');
  });

  test('the arrows bring back what was typed to a running command, and Tab indents', async () => {
    const it = await opened();
    it.session.input('cat\r');
    await it.until('running');
    await it.settled();
    it.session.input('one\r\ttwo\r');
    it.session.input('th\u001b[A\u001b[A\u001b[A\u001b[B!\r\u001b[A\u001b[B\r');
    it.session.input('\u0004');
    await it.until('prompt');
    expect(it.calls).toEqual(['run "cat"', 'input "one\\n"', 'input "    two\\n"', 'input "    two!\\n"', 'input "\\n"', 'input null']);
    expect(it.text()).toBe('$ cat\none\n    two\n    two!\n\n$');
  });

  test('what is typed while a short command runs is there at the next prompt', async () => {
    const it = await opened();
    it.session.input('one\r');
    await it.until('running');
    it.session.input('two\rthr');
    await it.until('prompt');
    await it.settled();
    await it.settled();
    it.session.input('ee\r');
    await it.settled();
    expect(it.calls).toEqual(['run "one"', 'run "two"', 'run "three"']);
  });

  test('Ctrl+C stops what runs, and drops the lines pasted behind it', async () => {
    const it = await opened();
    it.session.input('\u001b[200~cat\rnext\r\u001b[201~');
    await it.until('running');
    await it.settled();
    it.session.input('\u0003');
    await it.until('prompt');
    await it.settled();
    expect({ calls: it.calls, text: it.text() }).toEqual({ calls: ['run "cat"', 'interrupt'], text: '$ cat\n^C\n$' });
  });

  test.each([
    ['with Enter', async (it: Awaited<ReturnType<typeof opened>>) => it.session.input('\u001b[200~cat\rnext\r\u001b[201~\u0003')],
    [
      'just after it',
      async (it: Awaited<ReturnType<typeof opened>>) => {
        it.session.input('\u001b[200~cat\rnext\r\u001b[201~');
        await it.until('running');
        it.session.input('\u0003');
      },
    ],
    [
      'by a button',
      async (it: Awaited<ReturnType<typeof opened>>) => {
        it.session.input('\u001b[200~cat\rnext\r\u001b[201~');
        await it.until('running');
        it.session.interrupt();
      },
    ],
  ])('Ctrl+C that comes %s, before the command has begun, stops it too', async (_when, press) => {
    const it = await opened();
    await press(it);
    await it.settled();
    await it.settled();
    expect({ calls: it.calls, text: it.text() }).toEqual({ calls: ['run "cat"', 'interrupt'], text: '$ cat\n^C\n$' });
  });

  describe('while a command runs that reads nothing', () => {
    /** The command has run for longer than lines are held back, so that they are given to it. */
    async function training(line: string) {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      onTestFinished(() => void vi.useRealTimers());
      const it = await opened();
      it.session.input(line);
      await it.until('running');
      await it.settled();
      vi.advanceTimersByTime(1000);
      return it;
    }
    const PASTED = '\u001b[200~train\necho done\u001b[201~';

    test('Enter runs the line that was pasted behind it', async () => {
      const it = await training(PASTED);
      it.session.input('\r');
      it.end(0);
      await it.settled();
      expect({ calls: it.calls, text: it.text() }).toEqual({
        calls: ['run "train"', 'input "\\n"', 'run "echo done"'],
        text: '$ train\n\n$ echo done\nran echo done\n$',
      });
    });

    test('lines come to the prompt in order, the last without its Enter', async () => {
      const it = await training('train\r');
      it.session.input('one\rtwo\r');
      it.session.input('thr');
      it.end(1);
      await it.settled();
      await it.settled();
      it.session.input('ee\r');
      await it.settled();
      expect(it.calls).toEqual(['run "train"', 'input "one\\n"', 'input "two\\n"', 'run "one"', 'run "two"', 'run "three"']);
    });

    test.each([
      ['key', (it: Awaited<ReturnType<typeof opened>>) => it.session.input('\u0003')],
      ['button', (it: Awaited<ReturnType<typeof opened>>) => it.session.interrupt()],
    ])('the Ctrl+C %s discards what came before it, and nothing after it', async (_, interrupt) => {
      const it = await training(PASTED);
      it.session.input('\rone\rtw');
      let end = (): void => {};
      it.client.terminalInterrupt = async () => void (end = () => it.end(130));
      interrupt(it);
      it.session.input('later\r');
      end();
      await it.settled();
      expect(it.calls).toEqual(['run "train"', 'input "\\n"', 'input "one\\n"', 'input "later\\n"', 'run "later"']);
    });

    test('only what a reading command has left comes to the prompt', async () => {
      const it = await training('\u001b[200~cat\nnext\u001b[201~');
      it.session.input('hello\r\u0004');
      await it.settled();
      it.session.input('\r');
      await it.settled();
      expect(it.calls).toEqual(['run "cat"', 'input "hello\\n"', 'input null', 'run "next"']);
    });

    test('a world that began anew knows nothing of it', async () => {
      const it = await training(PASTED);
      it.session.input('\rone\rtw');
      it.session.began();
      it.end(130);
      await it.settled();
      expect({ calls: it.calls.length, line: it.text().split('\n').at(-1) }).toEqual({ calls: 3, line: '$' });
    });
  });

  test('Ctrl+C at the prompt drops the line', async () => {
    const it = await opened();
    it.session.input('half a\u0003');
    await it.settled();
    expect({ calls: it.calls, text: it.text() }).toEqual({ calls: [], text: '$ half a^C\n$' });
  });

  test('the prompt begins a row of its own after output without a line break', async () => {
    const it = await opened({ terminalRun: async () => (it.say('no end'), { exitCode: 0, inputsRead: 0 }) });
    it.session.input('printf\r');
    await it.settled();
    expect(it.text()).toBe('$ printf\nno end\n$');
  });

  test('completes one candidate with a space, a folder without, and shares what several begin with', async () => {
    const answers: Record<string, readonly string[]> = { g: ['git'], 'cat da': ['data/'], 'cat la': ['labels.csv', 'labels.txt'] };
    const it = await opened({
      terminalComplete: async (_id, line, cursor) => ({ from: line.lastIndexOf(' ', cursor - 1) + 1, candidates: answers[line] ?? [] }),
    });
    const lines: string[] = [];
    for (const start of Object.keys(answers)) {
      it.session.input(`${start}\t`);
      await it.settled();
      lines.push(it.text().split('\n').at(-1) ?? '');
      it.session.input('\u0015');
    }
    expect(lines).toEqual(['$ git', '$ cat data/', '$ cat labels.']);
  });

  test('a second Tab lists the candidates and keeps the line', async () => {
    const it = await opened({ terminalComplete: async () => ({ from: 4, candidates: ['labels.csv', 'labels.txt'] }) });
    it.session.input('cat labels.\t\t');
    await it.settled();
    expect(it.text()).toBe('$ cat labels.\nlabels.csv  labels.txt\n$ cat labels.');
  });

  test('asks before it lists very many', async () => {
    const candidates = Array.from({ length: 120 }, (_, n) => `f${n}`);
    const it = await opened({ terminalComplete: async () => ({ from: 0, candidates }) });
    it.session.input('f\t\t');
    await it.settled();
    expect(it.text()).toBe('$ f\nDisplay all 120 possibilities? (y or n)');
    it.session.input('n');
    await it.settled();
    expect(it.text()).toBe('$ f\nDisplay all 120 possibilities? (y or n) n\n$ f');
  });

  test('code from the lesson replaces what stands on the line, and is refused while a command runs', async () => {
    const it = await opened();
    it.session.input('half');
    expect(it.session.run('git status\ngit diff\n')).toBe(true);
    await it.settled();
    expect(it.calls).toEqual(['run "git status"', 'run "git diff"']);
    it.session.input('cat\r');
    await it.until('running');
    expect(it.session.run('ls')).toBe(false);
  });

  test('output that comes faster than it is drawn loses its oldest part, and says so', async () => {
    const it = await opened({
      terminalRun: async () => {
        for (let n = 0; n < 60; n += 1) it.say(`${'x'.repeat(99_999)}\n`);
        return { exitCode: 0, inputsRead: 0 };
      },
    });
    it.session.input('yes\r');
    await it.until('running');
    await it.until('prompt');
    const drawn = it.writes.join('').length;
    expect(drawn).toBeLessThan(2_500_000);
    expect(it.writes.some((text) => /MB of output not shown/.test(text))).toBe(true);
  });

  test('a call that fails is told, and the prompt comes back', async () => {
    const it = await opened({ terminalRun: async () => Promise.reject(new Error('the worker is gone')) });
    it.session.input('ls\r');
    await it.settled();
    expect(it.text()).toBe('$ ls\nthe worker is gone\n$');
  });

  test('a world that began anew clears the screen', async () => {
    const it = await opened();
    it.session.input('ls\r');
    await it.settled();
    it.session.began();
    await it.settled();
    expect(it.text()).toBe('$');
  });
});
