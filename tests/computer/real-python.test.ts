import { afterAll, describe, expect, it } from 'vitest';
import { createPythonHost } from '../../src/platform/node/platform.ts';
import { VirtualClock } from '../../src/world/clock.ts';
import { computerWith, Terminal } from './support/terminal.ts';

const python = createPythonHost();
afterAll(() => python.dispose());

const SETUP = `mkdir -p leaf/tests; cd leaf
cat > gate.py <<'EOF'
import json, os, sys
from pathlib import Path

score = sum(float(line) for line in sys.stdin) if not sys.stdin.isatty() else 0
Path('out').mkdir(exist_ok=True)
Path('out/score.json').write_text(json.dumps({'score': score, 'stage': os.environ.get('STAGE')}))
print('score', score)
sys.exit(0 if score > 0.9 else 3)
EOF
cat > tests/test_gate.py <<'EOF'
import unittest

class Gate(unittest.TestCase):
    def test_it(self):
        self.assertEqual(1 + 1, 2)
EOF
`;

describe('Python, the real one, on this computer', () => {
  it('reads a pipe, writes files, sees the environment and returns its exit code', async () => {
    const computer = computerWith({ python });
    const terminal = new Terminal(computer);
    await terminal.type(SETUP);
    expect(await terminal.type("printf '0.5\\n0.45\\n' | STAGE=test python3 gate.py; echo $?; cat out/score.json")).toMatchObject({
      stdout: 'score 0.95\n0\n{"score": 0.95, "stage": "test"}',
      stderr: '',
    });
    expect(await terminal.script('python gate.py <<< 0.1\necho not reached')).toMatchObject({ stdout: 'score 0.1\n', exitCode: 3 });
    expect(await terminal.type('python -c \'import os; os.remove("gate.py"); print(os.getcwd())\'; ls')).toMatchObject({
      stdout: '/home/you/leaf\nout\ntests\n',
    });
    terminal.session.close();
  });

  it('runs tests and shows tracebacks', async () => {
    const terminal = new Terminal(computerWith({ python }));
    await terminal.type(SETUP);
    expect(await terminal.type('python -m unittest discover -s tests')).toMatchObject({
      stderr: expect.stringMatching(/Ran 1 test[\s\S]*OK/),
      exitCode: 0,
    });
    const broken = await terminal.type("echo 'def f():\n    return 1/0\nf()' > broken.py; python broken.py");
    expect(broken).toMatchObject({ stdout: '', exitCode: 1 });
    expect(broken.stderr).toMatch(/^Traceback[\s\S]*broken\.py", line 2, in f[\s\S]*ZeroDivisionError: division by zero\n$/);
    terminal.session.close();
  });

  it('moves and copies a repository with its history, and removes no folder that has one', async () => {
    const terminal = new Terminal(computerWith({ python }));
    await terminal.type('git init -q leaf; cd leaf; echo rows > data.csv; git add .; git commit -qm rows; cd ..; git init -q empty');
    const script = `python3 - <<'EOF'
import os, shutil
shutil.copytree('leaf', 'copy')
os.rename('leaf', 'moved')
try:
    os.rmdir('empty')
except OSError as error:
    print(error.strerror)
EOF`;
    expect(await terminal.type(script)).toMatchObject({ stdout: 'Directory not empty\n', stderr: '' });
    const look = (folder: string) => terminal.type(`git -C ${folder} log --format=%s; git -C ${folder} fsck; git -C ${folder} status -s`);
    for (const folder of ['moved', 'copy']) expect(await look(folder)).toMatchObject({ stdout: 'rows\n', stderr: '' });
    expect(await terminal.type('ls; ls -A empty')).toMatchObject({ stdout: 'copy\nempty\nmoved\n.git\n' });
    await terminal.type(`python3 -c 'import shutil; shutil.rmtree("moved")'`);
    expect(await terminal.type('ls')).toMatchObject({ stdout: 'copy\nempty\n', stderr: '' });
    terminal.session.close();
  });

  it('is stopped by Ctrl+C in a loop, and the session is kept', async () => {
    const terminal: Terminal = new Terminal(computerWith({ python }), {
      interactive: true,
      onOutput: (_stream, text) => {
        if (text.includes('started')) setTimeout(() => terminal.session.interrupt());
      },
    });
    await terminal.type('kept=yes');
    // One write: print() makes two of a line when nothing is buffered, and the interrupt could come between them.
    const program = (body: string) => `python3 -uc 'import sys\nsys.stdout.write("started\\n")\n${body}'; echo never`;
    expect(await terminal.type(program('while True: pass'))).toMatchObject({ stdout: 'started\n', exitCode: 130 });
    expect(await terminal.type('echo $? $kept')).toMatchObject({ stdout: '130 yes\n' });
    terminal.session.close();
  });

  it('talks with a person: input(), the prompt, Ctrl+C and Ctrl+D', async () => {
    const clock = new VirtualClock(0);
    const computer = computerWith({ python, clock });
    const other = new Terminal(computer);
    const rest: (string | null | (() => unknown))[] = [];
    const terminal: Terminal = new Terminal(computer, {
      interactive: true,
      onOutput: (_stream, text) => {
        if (!/(?:\? |>>> |\.\.\. )$/.test(text)) return;
        const next = rest.shift();
        if (typeof next === 'function') void next();
        else if (next !== undefined) terminal.session.input(next);
      },
    });
    const talk = async (line: string, ...answers: typeof rest) => {
      rest.push(...answers);
      const { stdout, stderr, exitCode } = await terminal.type(line);
      return [stdout, stderr, exitCode];
    };
    const interrupt = () => terminal.session.interrupt();
    const ask = 'name = input("name? "); print("hello", name)';
    expect(await talk(`python3 -c '${ask}'; echo $?`, 'Ada')).toEqual(['name? hello Ada\n0\n', '', 0]);
    const [out, , code] = await talk(`python3 -c '${ask}'; echo never`, interrupt);
    expect([out, code]).toEqual(['name? ', 130]);
    expect(await talk('echo $?')).toEqual(['130\n', '', 0]);
    // The line that a program did not wait for is the next reader's.
    const leave = 'import sys, signal; signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); open("waits", "w").close(); input("first? ")';
    const interruptOnceItWaits = async () => {
      await expect.poll(() => computer.files.existsSync('/home/you/waits')).toBe(true);
      interrupt();
    };
    expect(await talk(`python3 -c '${leave}'; read -p 'then? ' x; echo $x`, interruptOnceItWaits, 'mine')).toEqual([
      'first? mine\n',
      'then? ',
      0,
    ]);
    // What one writes is there for the other at once, and time does not stand still.
    const look = async () => {
      await expect.poll(() => computer.files.existsSync('/home/you/note')).toBe(true);
      expect(await other.type('cat note; sleep 60; echo more >> note')).toMatchObject({ stdout: 'first\n' });
      terminal.session.input('print(open("note").read().split(), round(time.time()))');
    };
    const write = 'import time, pathlib; _ = pathlib.Path("note").write_text("first\\n")';
    expect(await talk('python3 -q; echo $?; cat note', write, look, interrupt, 'exit(3)')).toEqual([
      ">>> >>> ['first', 'more'] 60\n>>> >>> 3\nfirst\nmore\n",
      '\nKeyboardInterrupt\n',
      0,
    ]);
    expect(await talk("printf '1\\n2\\n' | python3 -c 'print(input() + input())'")).toEqual(['12\n', '', 0]);
    terminal.session.close();
    other.session.close();
  });

  it.each<readonly [what: string, line: string, exitCode: number]>([
    ['10 MB of output', 'python3 -c \'for i in range(100_000): print("x" * 99)\' | wc -c', 0],
    ['a program that takes all memory', "python3 -c 'x = []\nwhile True: x.append(bytes(10**7))'", 137],
    ['a program that breaks the interpreter', "python3 -c 'import os; os.abort()'", 134],
  ])('survives %s', async (_what, line, exitCode) => {
    const terminal = new Terminal(computerWith({ python }));
    const answer = await terminal.type(line);
    expect(answer.exitCode).toBe(exitCode);
    if (exitCode === 0) expect(answer.stdout).toBe('10000000\n');
    expect(await terminal.type('python3 -c "print(1)"')).toMatchObject({ stdout: '1\n', stderr: '', exitCode: 0 });
    terminal.session.close();
  });

  it('survives the end of a terminal in the middle of a program, and keeps what that had written when it last waited', async () => {
    const computer = computerWith({ python });
    const [one, two] = [new Terminal(computer, { interactive: true }), new Terminal(computer)];
    const running = one.type(`python3 -c 'open("kept", "w").write("k")\ninput()'`);
    await expect.poll(() => computer.files.existsSync('/home/you/kept')).toBe(true);
    one.session.close();
    await running;
    expect(await two.type('cat kept; python3 -c "print(1)"')).toMatchObject({ stdout: 'k1\n', stderr: '', exitCode: 0 });
    two.session.close();
  });

  it('streams while it runs', async () => {
    const arrived: string[] = [];
    const terminal: Terminal = new Terminal(computerWith({ python }), {
      interactive: true,
      onOutput: (_stream, text) => {
        arrived.push(text);
        // Only a line that comes before the end can lead to this.
        if (text.includes('1')) setTimeout(() => terminal.session.interrupt());
      },
    });
    const { exitCode } = await terminal.type('python3 -uc \'print("epoch 1")\nwhile True: pass\'');
    expect([arrived.join('').split('\n')[0], exitCode]).toEqual(['epoch 1', 130]);
    terminal.session.close();
  });
});
