import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createReusingPythonHost } from '../../src/platform/node/platform.ts';
import { python, type Invocation } from './run-python.ts';

const host = createReusingPythonHost();
const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'plumbline-')));
afterAll(() => {
  host.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

interface Case extends Invocation {
  /** Streams that both versions print alike; stdout when not given. */
  readonly same?: readonly ('stdout' | 'stderr')[];
}

const argv = 'import sys\nprint(sys.argv, __name__, __file__.rsplit("/", 1)[1], __package__, __spec__)\n';
const where = 'import os, sys\nprint([p.replace(os.getcwd(), "<cwd>") for p in sys.path[:1]], sys.argv)\n';
const both = ['stdout', 'stderr'] as const;

/** Runs on this machine's CPython and on ours; what is named in `same` and the exit code must agree. */
const cases: Readonly<Record<string, Case>> = {
  'a file': { args: ['a.py', 'x', '-y', '--z=1'], files: { 'a.py': argv } },
  'a file by a relative path': { args: ['./src/../src/a.py'], files: { 'src/a.py': argv + where } },
  'a missing file': { args: ['none.py'] },
  'a file in a missing directory': { args: ['no/where.py'], same: ['stdout'] },
  'a directory with __main__': {
    args: ['app', '1'],
    files: { 'app/__main__.py': 'import sys, part; print(sys.argv, part.X, __name__, __package__ == "")', 'app/part.py': 'X = 1' },
  },
  'a directory without __main__': { args: ['app'], files: { 'app/part.py': '' }, same: ['stdout'] },
  '-c': { args: ['-c', 'import sys; print(sys.argv, sys.path[0], __name__, "__file__" in globals())', '-c', 'b'] },
  '-c attached': { args: ['-cprint(1)'] },
  '-c after joined options': { args: ['-BuEc', 'print(2)'] },
  '-c without an argument': { args: ['-c'], same: ['stdout'] },
  '-m': {
    args: ['-m', 'pkg.tool', '--flag'],
    files: {
      'pkg/__init__.py': 'print("init")',
      'pkg/tool.py': 'import sys\nprint([a.rsplit("/", 1)[-1] for a in sys.argv], __name__, __package__, __spec__.name)\n',
    },
  },
  '-m of a package': { args: ['-m', 'pkg'], files: { 'pkg/__init__.py': '', 'pkg/__main__.py': 'print("main of", __package__)' } },
  '-m of nothing': { args: ['-m', 'nothing_of_that_name'] },
  '-m of a module that fails': { args: ['-m', 'bad'], files: { 'bad.py': 'raise SystemExit(3)' } },
  '-m json.tool': { args: ['-m', 'json.tool'], stdin: '{"b": [1, 2], "a": null}' },
  '-m unittest': {
    args: ['-m', 'unittest', 'test_leaf'],
    files: { 'test_leaf.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(1, 2)\n' },
  },
  '-m unittest that passes': {
    args: ['-m', 'unittest', '-q'],
    files: { 'test_leaf.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        print("ran")\n' },
  },
  'a program on stdin': { args: [], stdin: 'import sys\nprint(sys.argv, __name__)\n' },
  'a program on stdin with -': { args: ['-', 'x'], stdin: 'import sys\nprint(sys.argv)\n' },
  'input() after a program on stdin': { args: ['-'], stdin: 'print(input())\n' },
  'stdin read by lines': { args: ['-c', 'import sys\nfor line in sys.stdin: print(repr(line))'], stdin: 'a\nb\n\nc' },
  'input()': { args: ['-c', 'print(input("name? ") + "!"); print(input())'], stdin: 'Ada\nLovelace\n' },
  'input() at the end': { args: ['-c', 'try: input()\nexcept EOFError as e: print("EOF", e)'] },
  'input() at the end, uncaught': { args: ['-c', 'input()'] },
  'stdin in bytes': { args: ['-c', 'import sys; print(sys.stdin.buffer.read())'], stdin: 'ümlaut' },
  'an unknown option': { args: ['-Z'], same: ['stdout'] },
  'an unknown long option': { args: ['--nope'], same: ['stdout'] },
  'options that are accepted': { args: ['-u', '-B', '-q', '-E', '-s', '-X', 'dev', '-W', 'ignore', '-c', 'print(3)'] },
  '-W error': { args: ['-W', 'error', '-c', 'import warnings; warnings.warn("old")'] },
  '-W ignore': { args: ['-Wignore', '-c', 'import warnings; warnings.warn("old"); print(1)'], same: both },
  'a warning at the top': { args: ['-c', 'import warnings; warnings.warn("old", stacklevel=2)'] },
  PYTHONWARNINGS: { args: ['-c', 'import sys; print(sys.warnoptions)'], env: { PYTHONWARNINGS: 'error,ignore::DeprecationWarning' } },
  '-O': { args: ['-O', '-c', 'assert False; print(__debug__)'] },
  '-OO': { args: ['-OO', 'd.py'], files: { 'd.py': '"doc"\nprint(__doc__)' } },
  '-X options': { args: ['-X', 'a=b', '-Xc', '-c', 'import sys; print(sys._xoptions)'] },
  '-I': { args: ['-I', 'a.py'], files: { 'a.py': 'import sys, os\nprint(os.getcwd() in sys.path, "" in sys.path)' } },
  '-P': { args: ['-P', '-c', 'import sys; print("" in sys.path)'] },
  PYTHONPATH: { args: ['-c', 'import found; print(found.X)'], files: { 'lib/found.py': 'X = 9' }, env: { PYTHONPATH: 'lib' } },
  '-E hides PYTHONPATH': { args: ['-E', '-c', 'import found'], files: { 'lib/found.py': 'X = 9' }, env: { PYTHONPATH: 'lib' } },
  'the environment': {
    args: ['-c', 'import os; print(os.environ["SEED"], os.environ.get("HOME"), os.getenv("NOPE"))'],
    env: { SEED: '7' },
  },
  'sys.exit()': { args: ['-c', 'import sys; sys.exit()'], same: both },
  'sys.exit(None)': { args: ['-c', 'import sys; sys.exit(None)'], same: both },
  'sys.exit(3)': { args: ['-c', 'import sys; sys.exit(3)'], same: both },
  'sys.exit(True)': { args: ['-c', 'import sys; sys.exit(True)'], same: both },
  'sys.exit(256 + 4)': { args: ['-c', 'import sys; sys.exit(260)'], same: both },
  'sys.exit(-1)': { args: ['-c', 'import sys; sys.exit(-1)'], same: both },
  'sys.exit("words")': { args: ['-c', 'import sys; print("out"); sys.exit("words")'], same: both },
  'sys.exit([1])': { args: ['-c', 'import sys; sys.exit([1])'], same: both },
  'raise SystemExit': { args: ['-c', 'raise SystemExit(5)'], same: both },
  'os._exit': { args: ['-c', 'import os; print("lost?", flush=True); os._exit(9)'], same: both },
  'an uncaught exception': {
    args: ['a.py'],
    files: { 'a.py': 'def f(x):\n    return g(x)\n\ndef g(x):\n    raise ValueError(f"bad {x}")\n\nf(1)\n' },
  },
  'a traceback of names only': { args: ['a.py'], files: { 'a.py': 'raise ValueError("plain")\n' }, same: both },
  'a chained exception': {
    args: ['a.py'],
    files: { 'a.py': 'try:\n    raise KeyError("a")\nexcept KeyError as e:\n    raise RuntimeError("b") from e\n' },
    same: both,
  },
  'a missing file in a traceback': {
    args: ['a.py'],
    files: { 'a.py': 'try:\n    open("none")\nexcept OSError as e:\n    raise e from None\n' },
  },
  'a syntax error': { args: ['a.py'], files: { 'a.py': 'x = 1\nprint(x y)\n' }, same: ['stdout'] },
  'a syntax error in -c': { args: ['-c', 'def'], same: ['stdout'] },
  'an indentation error': { args: ['a.py'], files: { 'a.py': 'if True:\nprint(1)\n' }, same: both },
  'a broken import': { args: ['a.py'], files: { 'a.py': 'import nothing_of_that_name' }, same: both },
  'exit handlers': { args: ['-c', 'import atexit; atexit.register(print, "bye"); print("hi"); 1/0'] },
  'a file left open': {
    args: ['a.py'],
    files: { 'a.py': 'f = open("o.txt", "w"); f.write("kept")\nimport atexit; atexit.register(lambda: print(open("o.txt").read() == ""))' },
  },
  'an object that dies at the end': { args: ['-c', 'class A:\n    def __del__(self): print("gone")\na = A()\nprint("end")'] },
  'a hook for exceptions': { args: ['-c', 'import sys\nsys.excepthook = lambda *e: print("hook", e[0].__name__)\n1/0'], same: both },
  'a hook for exceptions that fails': { args: ['-c', 'import sys\nsys.excepthook = lambda *e: 1/0\nint("x")'] },
  'KeyboardInterrupt caught': {
    args: ['-c', 'try:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    print("caught")'],
    same: both,
  },
  'a signal to itself': {
    args: [
      '-c',
      'import os, signal\nsignal.signal(signal.SIGINT, lambda *a: print("got", a[0] == signal.SIGINT))\nos.kill(os.getpid(), signal.SIGINT)\nprint("after")',
    ],
    same: both,
  },
  'the frame below main': { args: ['-c', 'import sys; print(sys._getframe().f_back, sys._getframe().f_code.co_name)'], same: both },
  'a printed stack': { args: ['a.py'], files: { 'a.py': 'import traceback\ntraceback.print_stack()\n' }, same: both },
  'pickles of main': {
    args: ['a.py'],
    files: { 'a.py': 'import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))).__name__, A.__module__)\n' },
    same: both,
  },
  'a standard module shadowed': {
    args: ['a.py'],
    files: { 'a.py': 'import statistics\nprint(statistics.X)', 'statistics.py': 'X = "mine"' },
    same: both,
  },
  'submodules that are imported': {
    args: [
      '-c',
      'import xml.etree.ElementTree as E, json.decoder, unittest.mock, urllib.parse, collections.abc\nprint(E.fromstring("<a b=\'1\'/>").get("b"), json.decoder.JSONDecodeError.__name__)',
    ],
    same: both,
  },
  dataclasses: {
    args: [
      '-c',
      'from dataclasses import dataclass, asdict\n@dataclass(order=True, frozen=True)\nclass P:\n    x: int\n    y: int = 2\nprint(P(1), asdict(P(3)), P(1) < P(2))',
    ],
    same: both,
  },
  argparse: {
    args: ['a.py', '--n', 'x'],
    files: { 'a.py': 'import argparse\np = argparse.ArgumentParser()\np.add_argument("--n", type=int)\np.parse_args()\n' },
    same: both,
  },
  'random with a seed': {
    args: ['-c', 'import random\nr = random.Random(1936)\nprint([r.random() for _ in range(3)], r.choice("abc"), r.sample(range(9), 4))'],
    same: both,
  },
  'floats and ints': {
    args: ['-c', 'import math, statistics\nprint(math.pi, 0.1 + 0.2, 2**100, statistics.pstdev([1, 2, 4]), round(2.675, 2), 7 // -2)'],
    same: both,
  },
  'csv and json': {
    args: [
      '-c',
      'import csv, io, json\nw = io.StringIO(); csv.writer(w).writerow(["a,b", 1, None]); print(repr(w.getvalue()), json.dumps({"é": [1.5, None]}, sort_keys=True))',
    ],
    same: both,
  },
  asyncio: {
    args: [
      '-c',
      'import asyncio\nasync def f(n):\n    await asyncio.sleep(n / 100)\n    return n\nasync def main():\n    print(await asyncio.gather(f(2), f(1)))\nasyncio.run(main())',
    ],
    same: both,
  },
  'text that is not ASCII': { args: ['-c', 'print("Ginkgo 🍃 äöü")'], same: both },
  PYTHONIOENCODING: { args: ['-c', 'print("ä")'], env: { PYTHONIOENCODING: 'latin-1' }, same: both },
  'the current directory': {
    args: ['-c', 'import os; os.chdir("sub"); print(os.path.basename(os.getcwd()), os.listdir(".."))'],
    files: { 'sub/x': '' },
    same: both,
  },
  'recursion without end': { args: ['-c', 'def f(): f()\ntry: f()\nexcept RecursionError as e: print("deep")'], same: both },
  'no sleeping threads at the end': {
    args: ['-c', 'import threading; print(threading.active_count(), threading.current_thread().name)'],
    same: both,
  },
};

function reference(
  { args, files = {}, stdin = '', env = {} }: Case,
  cwd: string,
): { stdout: string; stderr: string; exitCode: number | null } {
  mkdirSync(cwd, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
    writeFileSync(path.join(cwd, name), text);
  }
  const environment = { HOME: '/home/you', PYTHONDONTWRITEBYTECODE: '1', LANG: 'C.UTF-8', PATH: process.env['PATH'] ?? '', ...env };
  const { stdout, stderr, status } = spawnSync('python3', args, { cwd, input: stdin, env: environment, encoding: 'utf8' });
  return { stdout, stderr, exitCode: status };
}

const installed = spawnSync('python3', ['-V']).status === 0;

describe.runIf(installed)('as CPython on this machine', () => {
  test.each(Object.entries(cases))('%s', async (name, invocation) => {
    const cwd = path.join(scratch, String(Object.keys(cases).indexOf(name)));
    const expected = reference(invocation, cwd);
    const ours = await python(host, { ...invocation, cwd });
    const pick = ({ stdout, stderr, exitCode }: { stdout: string; stderr: string; exitCode: number | null }) => ({
      exitCode,
      ...Object.fromEntries(
        (invocation.same ?? ['stdout']).map((stream) => [stream, stream === 'stdout' ? stdout : withoutMarkers(stderr)]),
      ),
    });
    expect(pick(ours), ours.stderr).toEqual(pick(expected));
  });
});

/** Newer versions mark more of a line; the marks are not compared. */
function withoutMarkers(stderr: string): string {
  return stderr.replace(/^\s+[~^]+\s*$\n/gm, '');
}
