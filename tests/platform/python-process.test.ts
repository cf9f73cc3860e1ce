import { afterAll, describe, expect, test } from 'vitest';
import { createPythonHost } from '../../src/platform/node/platform.ts';
import { monday, python, startPython, treeOf, type Ran } from './run-python.ts';

const host = createPythonHost();
afterAll(() => host.dispose());

const outcome = ({ exitCode, reason }: Ran): Pick<Ran, 'exitCode' | 'reason'> => ({ exitCode, reason });

/** Starts a program and does `act` as soon as it has printed `ready`. */
async function whenReady(code: string, act: (process: ReturnType<typeof startPython>) => void): Promise<Ran> {
  let ready = false;
  const process = startPython(host, {
    args: ['-c', code],
    onOutput(_stream, bytes) {
      if (ready || !Buffer.from(bytes).toString().includes('ready')) return;
      ready = true;
      act(process);
    },
  });
  return process.ran;
}

describe('what CPython here says', () => {
  const said = {
    '-V': { args: ['-V'], stdout: 'Python 3.14.2\n', stderr: '', exitCode: 0 },
    '--version': { args: ['--version'], stdout: 'Python 3.14.2\n', stderr: '', exitCode: 0 },
    'nothing to run': {
      args: [],
      stdout: '',
      stderr:
        "python3: the interactive prompt needs a terminal, and this is none. Put the program into a file and run 'python3 file.py', or pass it along: python3 -c 'print(1 + 1)'\n",
      exitCode: 2,
    },
    'a missing file': {
      args: ['x/y.py'],
      stdout: '',
      stderr: "python3: can't open file '/home/you/leaf/x/y.py': [Errno 2] No such file or directory\n",
      exitCode: 2,
    },
    'an unknown option': {
      args: ['-Z'],
      stdout: '',
      stderr:
        "unknown option -Z\nusage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry 'python3 -h' for more information.\n",
      exitCode: 2,
    },
    'an option without its argument': {
      args: ['-W'],
      stdout: '',
      stderr:
        "Argument expected for the -W option\nusage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry 'python3 -h' for more information.\n",
      exitCode: 2,
    },
    'a traceback': {
      args: ['a.py'],
      files: { 'a.py': 'def f(x):\n    return 1 / x\n\nf(0)\n' },
      stdout: '',
      stderr: `Traceback (most recent call last):
  File "/home/you/leaf/a.py", line 4, in <module>
    f(0)
    ~^^^
  File "/home/you/leaf/a.py", line 2, in f
    return 1 / x
           ~~^~~
ZeroDivisionError: division by zero
`,
      exitCode: 1,
    },
    'a traceback of -c': {
      args: ['-c', 'x = 0\n1 / x'],
      stdout: '',
      stderr:
        'Traceback (most recent call last):\n  File "<string>", line 2, in <module>\n    1 / x\n    ~~^~~\nZeroDivisionError: division by zero\n',
      exitCode: 1,
    },
    'a syntax error': {
      args: ['a.py'],
      files: { 'a.py': 'x = 1\nprint(x y)\n' },
      stdout: '',
      stderr:
        '  File "/home/you/leaf/a.py", line 2\n    print(x y)\n          ^^^\nSyntaxError: invalid syntax. Perhaps you forgot a comma?\n',
      exitCode: 1,
    },
    "Linux's number in a traceback": {
      args: ['-c', 'open("none.csv")'],
      stdout: '',
      stderr:
        'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\n    open("none.csv")\n    ~~~~^^^^^^^^^^^^\n' +
        "FileNotFoundError: [Errno 2] No such file or directory: 'none.csv'\n",
      exitCode: 1,
    },
    'an impossible hash seed': {
      args: ['-c', '1'],
      env: { PYTHONHASHSEED: 'many' },
      stdout: '',
      stderr:
        'Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be "random" or an integer in range [0; 4294967295]\nPython runtime state: preinitialized\n',
      exitCode: 1,
    },
  };
  test.each(Object.entries(said))('%s', async (_name, { stdout, stderr, exitCode, ...invocation }) => {
    const ran = await python(host, invocation);
    expect({ stdout: ran.stdout, stderr: ran.stderr, exitCode: ran.exitCode }).toEqual({ stdout, stderr, exitCode });
  });
});

describe('what is not here', () => {
  const page = 'Python runs apart from the page here and cannot reach its JavaScript';
  const impure = 'this Python takes packages of pure Python only, and this one is not';
  const absent =
    "it is not installed: 'pip install' takes packages of pure Python, from wheels on this computer or an index that it reaches";
  const command = 'it is a command of this computer: call it in the terminal or in a workflow step';
  const programs = 'this Python cannot start other programs: call them from the shell or from a workflow step';
  const network = 'this computer has no network: Python sees only the files on it';
  const refused = {
    js: { args: ['-c', 'import js'], last: `ModuleNotFoundError: No module named 'js'\npython3: ${page}.` },
    pyodide: {
      args: ['-c', 'from pyodide.ffi import run_sync'],
      last: `ModuleNotFoundError: No module named 'pyodide'\npython3: ${page}.`,
    },
    numpy: { args: ['-c', 'import numpy as np'], last: `ModuleNotFoundError: No module named 'numpy'\npython3: ${impure}.` },
    requests: { args: ['-c', 'import requests'], last: `ModuleNotFoundError: No module named 'requests'\npython3: ${absent}.` },
    pip: { args: ['-m', 'pip', 'install', 'numpy'], last: `/usr/bin/python3: No module named pip\npython3: ${command}.` },
    venv: {
      args: ['-m', 'venv', '.venv'],
      last: `/usr/bin/python3: No module named venv\npython3: ${command}.`,
    },
    subprocess: {
      args: ['-c', 'import subprocess; subprocess.run(["git", "log"])'],
      last: `OSError: [Errno 138] emscripten does not support processes.\npython3: ${programs}.`,
    },
    fork: { args: ['-c', 'import os; os.fork()'], last: `OSError: [Errno 38] Function not implemented\npython3: ${programs}.` },
    multiprocessing: {
      args: ['-c', 'import multiprocessing\nmultiprocessing.Pool(2)'],
      last: `ModuleNotFoundError: No module named '_multiprocessing'\npython3: ${programs}.`,
    },
    threads: {
      args: ['-c', 'import threading; threading.Thread(target=print).start()'],
      last: "RuntimeError: can't start new thread\npython3: this Python has one thread only: do the work in a loop, or with asyncio.",
    },
    'the network by name': {
      args: ['-c', 'import urllib.request; urllib.request.urlopen("http://example.com")'],
      last: `urllib.error.URLError: <urlopen error [Errno -3] Try again>\npython3: ${network}.`,
    },
    'the network by number': {
      args: ['-c', 'import socket; socket.socket().connect(("10.0.0.1", 80))'],
      last: `OSError: [Errno 101] Network unreachable\npython3: ${network}.`,
    },
    'a server': { args: ['-m', 'http.server'], last: `socket.gaierror: [Errno -3] Try again\npython3: ${network}.` },
  };
  test.each(Object.entries(refused))('%s', async (_name, { args, last }) => {
    const { stderr, exitCode } = await python(host, { args });
    expect({ end: stderr.trimEnd().split('\n').slice(-last.split('\n').length).join('\n'), exitCode }).toEqual({ end: last, exitCode: 1 });
  });

  test('os.system says so and fails as a shell without the command does', async () => {
    const { stdout, stderr } = await python(host, {
      args: ['-c', 'import os; print(os.waitstatus_to_exitcode(os.system("touch /tmp/x")))'],
    });
    expect({ stdout, stderr }).toEqual({ stdout: '127\n', stderr: 'sh: this Python cannot start other programs: touch /tmp/x\n' });
  });
});

describe('time', () => {
  test("starts at the world's, in UTC, and sleeping costs nobody anything", async () => {
    const code = `
import asyncio, datetime, time
began, real = time.time(), time.perf_counter()
print(datetime.datetime.now().isoformat(timespec='minutes'), time.tzname, time.localtime().tm_hour)
time.sleep(3600)
asyncio.run(asyncio.sleep(1800))
print(round(time.time() - began, 1), round(time.perf_counter() - real, 1), datetime.datetime.now().isoformat(timespec='minutes'))
open('note', 'w').close()
import os
print(datetime.datetime.fromtimestamp(os.stat('note').st_mtime).isoformat(timespec='minutes'))
`;
    const { stdout, slept } = await python(host, { args: ['-c', code] });
    expect(stdout).toBe(
      "2026-01-05T09:00 ('UTC', 'UTC') 9\n5400.0 5400.0 2026-01-05T10:30\n2026-01-05T10:30\n".replace(
        '5400.0 5400.0',
        stdout.match(/54\d\d\.\d 54\d\d\.\d/)?.[0] ?? '',
      ),
    );
    expect(Math.round(slept / 1000)).toBe(5400);
  });

  test.each(['time.sleep(-1)', 'time.sleep("1")'])('%s fails as it should', async (call) => {
    const { stderr, slept } = await python(host, { args: ['-c', `import time; ${call}`] });
    expect([stderr.trimEnd().split('\n').at(-1)?.split(':')[0], slept]).toEqual([call.includes('"') ? 'TypeError' : 'ValueError', 0]);
  });
});

describe('chance', () => {
  test('random differs from process to process, and agrees where it is seeded', async () => {
    const code =
      'import random, secrets, uuid, tempfile, os; print(random.random(), secrets.token_hex(4), uuid.uuid4(), os.path.basename(tempfile.mktemp())); random.seed(7); print(random.random())';
    const [a, b] = await Promise.all([python(host, { args: ['-c', code] }), python(host, { args: ['-c', code] })]);
    const [unseeded, seeded] = [a, b]
      .map(({ stdout }) => stdout.trim().split('\n'))
      .reduce<[string[][], string[]]>(
        (all, [x = '', y = '']) => [
          [...all[0], x.split(' ')],
          [...all[1], y],
        ],
        [[], []],
      );
    expect(unseeded[0]?.filter((value, at) => value === unseeded[1]?.[at])).toEqual([]);
    expect(seeded[0]).toBe(seeded[1]);
  });

  test('PYTHONHASHSEED decides the order of sets', async () => {
    const hash = async (seed?: string): Promise<string> =>
      (await python(host, { args: ['-c', 'print(hash("leaf"))'], env: seed === undefined ? {} : { PYTHONHASHSEED: seed } })).stdout;
    const [unset, zero, one, oneAgain, random, otherRandom] = await Promise.all([
      hash(),
      hash('0'),
      hash('1'),
      hash('1'),
      hash('random'),
      hash('random'),
    ]);
    expect(unset).toBe(zero);
    expect(one).toBe(oneAgain);
    expect(new Set([zero, one, random, otherRandom]).size).toBe(4);
  });
});

describe('files', () => {
  test('come back as the program left them', async () => {
    const code = `
import os
open('new.txt', 'w').write('ü')
open('same.txt', 'w').write('same')
open('changed.txt', 'a').write('+')
os.chmod('tool.sh', 0o755)
os.symlink('new.txt', 'link')
os.makedirs('out/deep')
os.remove('gone.txt')
os.rename('data/a.csv', 'data/b.csv')
import shutil; shutil.rmtree('old')
os.remove('was-file'); os.mkdir('was-file')
open('secret', 'w').close(); os.chmod('secret', 0o600)
open('/tmp/elsewhere', 'w').write('t')
f = open('left-open.txt', 'w'); f.write('flushed')
`;
    const files = {
      'same.txt': 'same',
      'changed.txt': 'c',
      'tool.sh': '#!/bin/sh',
      'gone.txt': '',
      'data/a.csv': '1',
      'old/x/y': '',
      'was-file': '',
      'a.py': code,
    };
    const { written, removed, exitCode, stderr } = await python(host, { args: ['a.py'], files });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const at = '/home/you/leaf';
    expect(written).toEqual({
      '/tmp': 'directory 777',
      '/tmp/elsewhere': 't 644',
      [`${at}/changed.txt`]: 'c+ 644',
      [`${at}/data/b.csv`]: '1 644',
      [`${at}/left-open.txt`]: 'flushed 644',
      [`${at}/link`]: '-> new.txt',
      [`${at}/new.txt`]: 'ü 644',
      [`${at}/out`]: 'directory 755',
      [`${at}/out/deep`]: 'directory 755',
      [`${at}/secret`]: ' 600',
      [`${at}/tool.sh`]: '#!/bin/sh 755',
      [`${at}/was-file`]: 'directory 755',
    });
    expect([...removed].sort()).toEqual(['data/a.csv', 'gone.txt', 'old', 'old/x', 'old/x/y', 'was-file'].map((name) => `${at}/${name}`));
    expect(removed.indexOf(`${at}/old/x/y`)).toBeLessThan(removed.indexOf(`${at}/old`));
  });

  test('arrive with their modes, times and links', async () => {
    const code = `
import os
s = os.stat('tool.sh')
print(oct(s.st_mode), s.st_mtime, os.readlink('link'), open('link').read(), open('/etc/motd').read())
try: open('locked', 'w')
except PermissionError: print('locked')
`;
    const tree = [
      ...treeOf('/home/you/leaf', { 'tool.sh': 'x', 'a.py': code, '/etc/motd': 'hello' }).map((entry) =>
        entry.path.endsWith('tool.sh') ? { ...entry, mode: 0o750, mtime: 1_700_000_000_000 } : entry,
      ),
      { path: '/home/you/leaf/locked', type: 'file', bytes: new Uint8Array(0), mode: 0o444, mtime: monday } as const,
      { path: '/home/you/leaf/link', type: 'symlink', target: 'tool.sh', mtime: monday } as const,
    ];
    let text = '';
    const { changes } = await host.start({
      args: ['a.py'],
      cwd: '/home/you/leaf',
      env: {},
      files: tree,
      stdin: new Uint8Array(0),
      now: monday,
      onOutput: (_stream, bytes) => (text += Buffer.from(bytes).toString()),
    }).exited;
    expect(text).toBe('0o100750 1700000000.0 tool.sh x hello\nlocked\n');
    expect(changes).toEqual({ written: [], removed: [] });
  });

  test('a full disk is an error, not the end of the worker', async () => {
    const small = createPythonHost({ diskLimit: 8_000_000 });
    const { stderr, exitCode } = await python(small, { args: ['-c', 'f = open("big", "wb")\nwhile True: f.write(bytes(1_000_000))'] });
    small.dispose();
    expect([stderr.trimEnd().split('\n').at(-1), exitCode]).toEqual(['OSError: [Errno 28] No space left on device', 1]);
  });
});

describe('output', () => {
  test('arrives while the program runs, line by line, whole characters', async () => {
    const { reason, stdout } = await whenReady('import time\nprint("rea", end=""); print("dy", flush=True)\nwhile True: pass', (process) =>
      process.interrupt(),
    );
    expect([reason, stdout]).toEqual(['interrupted', 'ready\n']);
    const chunks: string[] = [];
    const strict = new TextDecoder('utf-8', { fatal: true });
    const { stdout: leaves } = await python(host, {
      args: ['-c', 'import sys, os\nfor i in range(3000):\n    for byte in "🍃".encode(): os.write(1, bytes([byte]))'],
      onOutput: (_stream, bytes) => chunks.push(strict.decode(bytes)),
    });
    expect(chunks.join('')).toBe('🍃'.repeat(3000));
    expect(leaves).toBe('🍃'.repeat(3000));
  });

  test('10 MB of it', async () => {
    const { stdout } = await python(host, { args: ['-c', 'for i in range(100_000): print("x" * 99)'] });
    expect(stdout.length).toBe(10_000_000);
  });

  test('the streams keep their order', async () => {
    const lines: string[] = [];
    await python(host, {
      args: ['-c', 'import sys\nfor i in range(50):\n    print("out", i)\n    print("err", i, file=sys.stderr)'],
      onOutput: (_stream, bytes) => lines.push(...Buffer.from(bytes).toString().trimEnd().split('\n')),
    });
    expect(lines).toEqual(Array.from({ length: 50 }, (_, i) => [`out ${i}`, `err ${i}`]).flat());
  });

  test('what is not text comes through unchanged', async () => {
    const parts: Uint8Array[] = [];
    await python(host, {
      args: ['-c', 'import sys; sys.stdout.buffer.write(bytes(range(256)) + b"\\xf0\\x9f")'],
      onOutput: (_stream, bytes) => parts.push(bytes),
    });
    expect(Buffer.concat(parts)).toEqual(Buffer.from([...Array.from({ length: 256 }, (_, i) => i), 0xf0, 0x9f]));
  });
});

describe('the end', () => {
  test('an interrupt raises KeyboardInterrupt, and the files are kept', async () => {
    const ran = await whenReady(
      'open("kept", "w").write("k")\nimport atexit; atexit.register(print, "bye")\nprint("ready")\nwhile True: pass',
      (process) => process.interrupt(),
    );
    expect({ ...outcome(ran), stdout: ran.stdout, written: ran.written }).toEqual({
      exitCode: 130,
      reason: 'interrupted',
      stdout: 'ready\nbye\n',
      written: { '/home/you/leaf/kept': 'k 644' },
    });
    expect(ran.stderr).toMatch(
      /^Traceback \(most recent call last\):\n {2}File "<string>", line \d, in <module>\n(?: {4}.*\n)+KeyboardInterrupt\n$/,
    );
  });

  const stubborn = {
    'ignores the signal': 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint("ready")\nwhile True: pass',
    'catches it for ever': 'print("ready")\nwhile True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass',
    'is inside one long call': 'print("ready", flush=True)\nsum(range(10**12))',
    'never ends its exit handler': 'import atexit\ndef f():\n    while True: pass\natexit.register(f)\nprint("ready")\nwhile True: pass',
  };
  test.each(Object.entries(stubborn))('an interrupt ends a program that %s', async (_name, code) => {
    const ran = await whenReady(code, (process) => process.interrupt());
    expect(outcome(ran)).toEqual({ exitCode: 130, reason: 'interrupted' });
  });

  test('a program may catch the interrupt and end in its own way', async () => {
    const ran = await whenReady(
      'try:\n    print("ready")\n    while True: pass\nexcept KeyboardInterrupt:\n    print("saved")\n    raise SystemExit(4)',
      (process) => process.interrupt(),
    );
    expect({ ...outcome(ran), stdout: ran.stdout }).toEqual({ exitCode: 4, reason: 'exited', stdout: 'ready\nsaved\n' });
  });

  test('a kill is at once', async () => {
    const ran = await whenReady('print("ready")\nwhile True: pass', (process) => process.kill());
    expect(outcome(ran)).toEqual({ exitCode: 137, reason: 'killed' });
  });

  test('what a killed process had written a while ago is kept', async () => {
    const code =
      'import time\nopen("kept", "w").write("k")\nbegun = time.monotonic()\nwhile time.monotonic() < begun + 0.5: pass\nprint("ready")\nwhile True: pass';
    const { written } = await whenReady(code, (process) => process.kill());
    expect(written).toEqual({ '/home/you/leaf/kept': 'k 644' });
  });

  test('before it has begun', async () => {
    const [killed, interrupted] = [startPython(host, { args: ['-c', 'print(1)'] }), startPython(host, { args: ['-c', 'print(1)'] })];
    killed.kill();
    interrupted.interrupt();
    expect([outcome(await killed.ran), outcome(await interrupted.ran)]).toEqual([
      { exitCode: 137, reason: 'killed' },
      { exitCode: 130, reason: 'interrupted' },
    ]);
  });

  const hungry = {
    'a list that grows': 'x = []\nwhile True: x.append("a" * 1_000_000)',
    'one string that doubles': 'x = "a"\nwhile True: x += x',
    'many small objects': 'x = []\nwhile True: x.append([0] * 1000)',
    'one huge object': 'bytearray(3_000_000_000 // 2)',
  };
  test.each(Object.entries(hungry))('memory: %s', async (_name, code) => {
    const ran = await python(host, { args: ['-c', `${code}\n`] });
    expect(outcome(ran)).toEqual({ exitCode: 137, reason: 'out-of-memory' });
    expect(ran.stderr).toMatch(
      /MemoryError\npython3: out of memory: a process may use 512 MB here, and this one was stopped. Work on less data at a time.\n$/,
    );
  });

  test("a MemoryError that is caught is the program's own matter", async () => {
    const ran = await python(host, {
      args: [
        '-c',
        'try:\n    x = []\n    while True: x.append("a" * 1_000_000)\nexcept MemoryError:\n    n = len(x); del x; print(n > 300)',
      ],
    });
    expect({ ...outcome(ran), stdout: ran.stdout }).toEqual({ exitCode: 0, reason: 'exited', stdout: 'True\n' });
  });

  test.each([
    ['nests too deeply', 'x = []\nfor _ in range(1_000_000): x = [x]\nrepr(x)', /stack overflow|RecursionError/],
    ['aborts', 'import os; os.abort()', /Fatal Python error/],
  ])('a program that %s', async (_name, code, said) => {
    const ran = await python(host, { args: ['-c', `${code}\n`] });
    expect(ran.stderr).toMatch(said);
    expect(ran.reason).toBe('exited');
    expect([1, 134]).toContain(ran.exitCode);
  });
});

test('without a stored image the first process need not wait for one to be made', async () => {
  const newcomer = createPythonHost({ cacheFolder: null });
  const warm = newcomer.warm();
  const code =
    'import asyncio, json, sys\nprint(json.dumps([1]), sys.argv)\nasync def f(): await asyncio.sleep(5)\nasyncio.run(f())\n1 / 0';
  const ran = await Promise.all([1, 2].map(() => python(newcomer, { args: ['-c', code, 'x'] })));
  await warm;
  ran.push(await python(newcomer, { args: ['-c', code, 'x'] }));
  newcomer.dispose();
  expect(new Set(ran.map(({ stdout, stderr, exitCode }) => JSON.stringify([stdout, stderr, exitCode]))).size).toBe(1);
  expect(ran[0]?.stdout).toBe("[1] ['-c', 'x']\n");
});

describe('several at once', () => {
  test('do not meet', async () => {
    const code =
      'import os, sys\nopen("mine", "w").write(sys.argv[1])\nsys.stdin.read()\nprint(sys.argv[1], os.listdir("."), sorted(sys.modules)[:1])';
    const names = ['a', 'b', 'c', 'd', 'e'];
    const ran = await Promise.all(names.map((name) => python(host, { args: ['-c', code, name], files: { [name]: name } })));
    expect(ran.map(({ stdout }) => stdout)).toEqual(
      names.map((name) => `${name} ${JSON.stringify([name, 'mine']).replaceAll('"', "'").replace(',', ', ')} ['__main__']\n`),
    );
  });

  test('disposing ends all of them', async () => {
    const other = createPythonHost();
    const started = [1, 2, 3].map(() => startPython(other, { args: ['-c', 'while True: pass'] }));
    await other.warm();
    other.dispose();
    const ended = await Promise.all(started.map(({ ran }) => ran));
    expect(ended.map(({ exitCode }) => exitCode).every((code) => code === 137 || code === 127)).toBe(true);
    expect(outcome(await python(other, { args: ['-V'] }))).toEqual({ exitCode: 127, reason: 'exited' });
  });
});
