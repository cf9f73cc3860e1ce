import { afterAll, describe, expect, test } from 'vitest';
import { createReusingPythonHost } from '../../src/platform/node/platform.ts';
import { python } from './run-python.ts';

/** One worker only, so that every probe runs where the leak was tried. */
const host = createReusingPythonHost({ limit: 1 });
afterAll(() => host.dispose());

/** What one process does, and what the next must not see of it. */
const probes: Readonly<Record<string, { readonly leak: string; readonly look: string; readonly sees: string }>> = {
  'globals of main': { leak: 'x = 1', look: 'print("x" in globals())', sees: 'False' },
  'an attribute of builtins': {
    leak: 'import builtins; builtins.leaked = 1',
    look: 'import builtins; print(hasattr(builtins, "leaked"))',
    sees: 'False',
  },
  'a replaced builtin': { leak: 'import builtins; builtins.len = lambda x: 42', look: 'print(len([]))', sees: '0' },
  'an imported module': { leak: 'import json', look: 'import sys; print("json" in sys.modules)', sees: 'False' },
  'an attribute of a module': { leak: 'import json; json.leaked = 1', look: 'import json; print(hasattr(json, "leaked"))', sees: 'False' },
  'a patched method': {
    leak: 'import json; json.JSONEncoder.encode = lambda s, o: "no"',
    look: 'import json; print(json.dumps([1], indent=None, sort_keys=True))',
    sees: '[1]',
  },
  'a module of the program': {
    leak: 'open("mine.py", "w").write("X = 1"); import mine',
    look: 'import importlib.util; print(importlib.util.find_spec("mine"))',
    sees: 'None',
  },
  'sys.path': { leak: 'import sys; sys.path.append("/leak")', look: 'import sys; print("/leak" in sys.path)', sees: 'False' },
  'sys.argv': { leak: 'import sys; sys.argv.append("leak")', look: 'import sys; print(sys.argv)', sees: "['-c']" },
  'sys.meta_path': { leak: 'import sys; sys.meta_path.clear()', look: 'import sys; print(len(sys.meta_path))', sees: '3' },
  'the environment': {
    leak: 'import os; os.environ["LEAK"] = "1"',
    look: 'import os; print(os.environ.get("LEAK"), os.getenv("LEAK"))',
    sees: 'None None',
  },
  'the working directory': { leak: 'import os; os.chdir("/tmp")', look: 'import os; print(os.getcwd())', sees: '/home/you/leaf' },
  'a file': {
    leak: 'open("leak", "w").close(); open("/tmp/leak", "w").close()',
    look: 'import os; print(os.listdir("."), os.listdir("/tmp"))',
    sees: '[] []',
  },
  'a file in the standard library': {
    leak: 'import os; os.makedirs("/usr/lib/python3.14/site-packages", exist_ok=True); open("/usr/lib/python3.14/site-packages/leak.py", "w").close()',
    look: 'import os; print(os.listdir("/usr/lib/python3.14/site-packages"))',
    sees: '[]',
  },
  'the standard library itself': {
    leak: 'import os; os.remove("/usr/lib/python314.zip")',
    look: 'import colorsys; print(colorsys.__name__)',
    sees: 'colorsys',
  },
  'bytes written into the standard library': {
    leak: 'for mode in ("r+b", "wb", "ab"):\n    try:\n        with open("/usr/lib/python314.zip", mode) as f: f.write(b"junk" * 100_000)\n    except OSError: pass',
    look: 'import colorsys; print(colorsys.__name__)',
    sees: 'colorsys',
  },
  'a directory of the machine': {
    leak: 'import os, shutil; shutil.rmtree("/usr/lib/python3.14"); os.rmdir("/tmp")',
    look: 'import os; print(os.path.isdir("/tmp"), os.path.isdir("/usr/lib/python3.14/site-packages"))',
    sees: 'True True',
  },
  'an open descriptor': {
    leak: 'import os; [os.open("/dev/null", os.O_RDONLY) for _ in range(5)]',
    look: 'import os; print(os.open("/dev/null", os.O_RDONLY))',
    sees: '3',
  },
  'a closed stdout': { leak: 'import os; os.close(1)', look: 'print("here")', sees: 'here' },
  'a redirected stdout': {
    leak: 'import os; os.dup2(os.open("/tmp/x", os.O_CREAT | os.O_WRONLY), 1)',
    look: 'print("here")',
    sees: 'here',
  },
  'a replaced stdout': { leak: 'import io, sys; sys.stdout = io.StringIO()', look: 'print("here")', sees: 'here' },
  'what is left of stdin': { leak: 'import sys; sys.stdin.read(1)', look: 'import sys; print(repr(sys.stdin.read()))', sees: "'in'" },
  umask: { leak: 'import os; os.umask(0o077)', look: 'import os; print(oct(os.umask(0)))', sees: '0o22' },
  'a seed': {
    leak: 'import random; random.seed(1)',
    look: 'import random; print(random.random() == random.Random(1).random())',
    sees: 'False',
  },
  'a signal handler': {
    leak: 'import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)',
    look: 'import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)',
    sees: 'True',
  },
  'an exit handler': { leak: 'import atexit; atexit.register(print, "leak")', look: 'print("end")', sees: 'end' },
  'a trace function': {
    leak: 'import sys; sys.settrace(lambda *a: print("leak"))',
    look: 'import sys; print(sys.gettrace())',
    sees: 'None',
  },
  'a recursion limit': { leak: 'import sys; sys.setrecursionlimit(50)', look: 'import sys; print(sys.getrecursionlimit())', sees: '1000' },
  'a warning filter': {
    leak: 'import warnings; warnings.simplefilter("error")',
    look: 'import warnings; warnings.warn("w"); print("on")',
    sees: 'on',
  },
  'an option': { leak: '', look: 'print(__debug__)', sees: 'True' },
  'a monkeypatched type cache': {
    leak: 'import collections; collections.OrderedDict.leak = 1',
    look: 'import collections; print(hasattr(collections.OrderedDict, "leak"))',
    sees: 'False',
  },
  'a logging configuration': {
    leak: 'import logging; logging.basicConfig(level=0); logging.info("x")',
    look: 'import logging; print(logging.getLogger().handlers, logging.getLogger().level)',
    sees: '[] 30',
  },
  'a decimal context': {
    leak: 'import decimal; decimal.getcontext().prec = 3',
    look: 'import decimal; print(decimal.getcontext().prec)',
    sees: '28',
  },
  'memory of the one before': {
    leak: 'x = b"SECRET-OF-THE-ONE-BEFORE" * 3_000_000',
    look: 'import ctypes; print(ctypes.string_at(50_000_000, 10_000).count(b"SECRET-OF"))',
    sees: '0',
  },
  'an exit in the middle': { leak: 'import os; os._exit(3)', look: 'print("here")', sees: 'here' },
  'an exit by sys.exit': { leak: 'import sys; sys.exit(3)', look: 'print("here")', sees: 'here' },
  'an uncaught exception': { leak: '1/0', look: 'import sys; print(hasattr(sys, "last_exc"))', sees: 'False' },
  'a sleep': { leak: 'import time; time.sleep(1000)', look: 'import time; print(round(time.time()) - 1767603600)', sees: '0' },
  'out of memory': { leak: 'x = []\nwhile True: x.append("a" * 1_000_000)', look: 'print("here")', sees: 'here' },
  'a stack overflow': { leak: 'x = []\nfor _ in range(1_000_000): x = [x]\nrepr(x)', look: 'print("here")', sees: 'here' },
  'a fatal error': { leak: 'import os; os.abort()', look: 'print("here")', sees: 'here' },
};

describe('nothing of one process reaches the next', () => {
  test.each(Object.entries(probes))('%s', async (_name, { leak, look, sees }) => {
    await python(host, { args: ['-O', '-c', leak], stdin: 'leftover' });
    const { stdout } = await python(host, { args: ['-c', look], stdin: 'in' });
    expect(stdout.trimEnd()).toBe(sees);
  });
});

test('two hundred processes in one interpreter', async () => {
  for (let i = 0; i < 200; i++) {
    const { stdout } = await python(host, { args: ['a.py'], files: { 'a.py': `import json, random\nprint(json.dumps({"i": ${i}}))` } });
    expect(stdout).toBe(`{"i": ${i}}\n`);
  }
});
