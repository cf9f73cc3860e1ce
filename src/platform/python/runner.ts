/**
 * The part of a Python process that is written in Python: it reads the command line as CPython's own main does, and hands
 * back what to call. It runs in no module of the program's own, and no frame of it is below the program's first frame.
 */

/**
 * Modules that the image has ready. A program still sees them as not imported until it imports them. Each costs every
 * learner's first visit: asyncio and unittest.mock would be another 0.4 s.
 */
export const commonModules = [
  'argparse',
  'ast',
  'base64',
  'bisect',
  'calendar',
  'collections.abc',
  'configparser',
  'contextlib',
  'copy',
  'csv',
  'dataclasses',
  'datetime',
  'decimal',
  'enum',
  'fractions',
  'functools',
  'glob',
  'gzip',
  'hashlib',
  'heapq',
  'importlib.util',
  'inspect',
  'io',
  'itertools',
  'json',
  'linecache',
  'logging',
  'math',
  'operator',
  'pathlib',
  'pickle',
  'platform',
  'pprint',
  'random',
  're',
  'secrets',
  'shlex',
  'shutil',
  'signal',
  'statistics',
  'string',
  'struct',
  'subprocess',
  'tempfile',
  'textwrap',
  'threading',
  'timeit',
  'tomllib',
  'traceback',
  'types',
  'typing',
  'unittest',
  'urllib.parse',
  'uuid',
  'warnings',
  'weakref',
  'zipfile',
  'zlib',
] as const;

export const stdlibPath = '/usr/lib/python314.zip';

export const runnerSource = String.raw`
import errno, io, os, sys, zipimport
from _frozen_importlib import BuiltinImporter
from _frozen_importlib_external import SourceFileLoader, SourcelessFileLoader
from _functools import partial

FunctionType = type(lambda: None)
VERSION = "Python " + sys.version.split()[0]
STDLIB = "${stdlibPath}"
REPL = (
    "python3: the interactive prompt needs a terminal, and this is none. Put the program into a file and run 'python3 file.py', "
    "or pass it along: python3 -c 'print(1 + 1)'"
)
UNREACHABLE = (
    "on this page a program cannot wait for what you type, because the page is not cross-origin isolated. "
    "Give it its input when it starts: echo Ada | python3 ask.py, or python3 ask.py < answers.txt"
)
HELP = """usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...
Options that work here:
-b     : issue warnings about converting bytes/bytearray to str and comparing
         bytes/bytearray with str or bytes with int (-bb: issue errors)
-B     : don't write .pyc files on import (always so here)
-c cmd : program passed in as string (terminates option list)
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script; needs a terminal
-I     : isolate Python from the user's environment (implies -E and -P)
-m mod : run library module as a script (terminates option list)
-O     : remove assert and __debug__-dependent statements (-OO: docstrings too)
-P     : don't prepend a potentially unsafe path to sys.path
-q     : don't print version and copyright messages on interactive startup
-u     : force the stdout and stderr streams to be unbuffered
-v     : verbose (trace import statements)
-V     : print the Python version number and exit (also --version)
-W arg : warning control; arg is action:message:category:module:lineno
-x     : skip first line of source
-X opt : set implementation-specific option
file   : program read from script file
-      : program read from stdin
arg ...: arguments passed to program in sys.argv[1:]
"""

ABOUT = 'Type "help", "copyright", "credits" or "license" for more information.'
HELP_ON_HELP = """Type help(name) for help about a name, for example help(len) or help("json"), and dir(name) for what it has.
Leave with exit or Ctrl+D; Ctrl+C stops what runs. The documentation is at https://docs.python.org/3.14/.
"""

# Linux's numbers for what this C library numbers differently, so that a traceback reads as on the learner's servers.
LINUX = dict(
    EPERM=1, ENOENT=2, EIO=5, ENXIO=6, E2BIG=7, EBADF=9, ECHILD=10, EAGAIN=11, ENOMEM=12, EACCES=13, EBUSY=16, EEXIST=17, EXDEV=18,
    ENODEV=19, ENOTDIR=20, EISDIR=21, EINVAL=22, EMFILE=24, ENOTTY=25, EFBIG=27, ENOSPC=28, ESPIPE=29, EROFS=30, EMLINK=31, EPIPE=32,
    EDOM=33, ERANGE=34, ENAMETOOLONG=36, ENOSYS=38, ENOTEMPTY=39, ELOOP=40, ENOTSUP=95, EADDRINUSE=98, EADDRNOTAVAIL=99, ENETUNREACH=101,
    ECONNABORTED=103, ECONNRESET=104, ENOTCONN=107, ETIMEDOUT=110, ECONNREFUSED=111, EHOSTUNREACH=113,
)
LINUX_NUMBER = {getattr(errno, name): number for name, number in LINUX.items() if hasattr(errno, name)}

OFFLINE = "this Python has the standard library only, and no network to install anything from"
MISSING = {
    "js": "Python runs apart from the page here and cannot reach its JavaScript",
    "pyodide_js": "Python runs apart from the page here and cannot reach its JavaScript",
    "pyodide": "Python runs apart from the page here and cannot reach its JavaScript",
    "_pyodide": "Python runs apart from the page here and cannot reach its JavaScript",
    "micropip": OFFLINE,
    "pip": OFFLINE,
    "ensurepip": OFFLINE,
    "venv": "every process here starts from the same clean Python, so there is nothing for a virtual environment to keep apart",
    "curses": "this Python has no terminal of its own",
    "readline": "this Python has no terminal of its own",
    "tkinter": "this Python has no windows",
    "pytest": OFFLINE + ". 'python3 -m unittest' is here",
}
for _name in (
    "numpy", "pandas", "sklearn", "scipy", "matplotlib", "torch", "tensorflow", "joblib",
    "requests", "yaml", "flask", "fastapi", "pydantic",
):
    MISSING[_name] = OFFLINE


class Stash:
    """Finds the modules that the image has ready where the standard library's archive would have found them."""

    modules = {}

    def __init__(self, path):
        if not path.startswith(STDLIB):
            raise ImportError("only for the standard library")
        self.archive = zipimport.zipimporter(path)

    def find_spec(self, name, target=None):
        if name in ("pyodide", "_pyodide"):
            return None
        module = Stash.modules.pop(name, None)
        if module is None:
            spec = self.archive.find_spec(name, target)
            if name in AMENDED:
                spec.loader = Amending(spec.loader, AMENDED[name])
            return spec
        spec = type(module.__spec__)(name, Ready(module), origin=module.__spec__.origin, is_package=hasattr(module, "__path__"))
        if hasattr(module, "__path__"):
            spec.submodule_search_locations = list(module.__path__)
        return spec

    def invalidate_caches(self):
        self.archive.invalidate_caches()

    def __getattr__(self, name):
        return getattr(self.archive, name)


class Ready:
    """Loads a module by handing over the one that is ready."""

    def __init__(self, module):
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec
        # What it imported when it was made ready is expected beside it: catch_warnings looks itself up in sys.modules.
        for name, ready in Stash.modules.items():
            sys.modules.setdefault(name, ready)

    def __getattr__(self, name):
        return getattr(self.spec.loader, name)


def install_stash(names):
    """Imports names and everything they need, then makes them look as if they had not been imported."""
    before = set(sys.modules)
    for name in names:
        __import__(name)
    for name in list(sys.modules):
        if name not in before and str(getattr(sys.modules[name].__spec__, "origin", "")).startswith(STDLIB):
            Stash.modules[name] = sys.modules.pop(name)


def _private(name):
    """A standard module for our own use, which the program has still to import."""
    if name not in sys.modules and name not in Stash.modules:
        install_stash([name])
    return Stash.modules.get(name) or sys.modules[name]


class Amending:
    """Loads a module, then changes what cannot work here."""

    def __init__(self, loader, amend):
        self.loader, self.amend = loader, amend

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        self.amend(module)


def _amend_selector_events(module):
    """An event loop wakes itself up through a socket when another thread calls; here is neither."""

    def make(self):
        self._ssock = self._csock = None

    def close(self):
        pass

    module.BaseSelectorEventLoop._make_self_pipe = make
    module.BaseSelectorEventLoop._close_self_pipe = close


AMENDED = {"asyncio.selector_events": _amend_selector_events}


def seal(_):
    """What every process starts with."""
    sys.path_hooks.insert(0, Stash)
    sys.path_importer_cache.clear()
    sys.executable = sys._base_executable = "/usr/bin/python3"
    sys.dont_write_bytecode = True


def gather(names):
    """What a process from an image starts with besides."""
    install_stash(names.split())
    import gc
    gc.collect()
    gc.freeze()


class Stop(Exception):
    """Ends the process before the program begins."""

    def __init__(self, code, message="", stream=None):
        self.code, self.message, self.stream = code, message, stream


def _usage(message):
    return Stop(2, message + "\n" + HELP.partition("\n")[0] + "\nTry 'python3 -h' for more information.\n")


def _fatal(message):
    return Stop(1, "Fatal Python error: " + message + "\nPython runtime state: preinitialized\n")


class Options:
    def __init__(self):
        self.command = self.module = self.file = None
        self.args = []
        self.ignore_environment = self.isolated = self.safe_path = self.unbuffered = self.skip_first_line = False
        self.inspect = False
        self.optimize = self.verbose = self.bytes_warning = self.quiet = self.version = 0
        self.warn, self.x = [], {}


def _parse(args):
    options = Options()
    at = 0
    while at < len(args):
        arg = args[at]
        if arg == "-" or not arg.startswith("-"):
            break
        at += 1
        if arg == "--":
            break
        if arg.startswith("--"):
            if arg == "--version":
                options.version += 1
            elif arg in ("--help", "--help-all", "--help-env", "--help-xoptions"):
                raise Stop(0, HELP, "stdout")
            elif arg == "--check-hash-based-pycs":
                at += 1
            else:
                raise _usage("unknown option " + arg)
            continue
        letters = arg[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in "cmWX":
                if letters:
                    value, letters = letters, ""
                elif at < len(args):
                    value = args[at]
                    at += 1
                else:
                    raise _usage("Argument expected for the -%s option" % letter)
                if letter == "W":
                    options.warn.append(value)
                elif letter == "X":
                    name, equals, text = value.partition("=")
                    options.x[name] = text if equals else True
                else:
                    setattr(options, "command" if letter == "c" else "module", value)
                    options.args = args[at:]
                    return options
            elif letter == "V":
                options.version += 1
            elif letter in "h?":
                raise Stop(0, HELP, "stdout")
            elif letter == "E":
                options.ignore_environment = True
            elif letter == "I":
                options.ignore_environment = options.isolated = options.safe_path = True
            elif letter == "P":
                options.safe_path = True
            elif letter == "u":
                options.unbuffered = True
            elif letter == "x":
                options.skip_first_line = True
            elif letter == "O":
                options.optimize += 1
            elif letter == "v":
                options.verbose += 1
            elif letter == "b":
                options.bytes_warning += 1
            elif letter == "q":
                options.quiet += 1
            elif letter == "i":
                options.inspect = True
            elif letter in "BdRsSt":
                pass
            else:
                raise _usage("unknown option -" + letter)
    if at < len(args):
        options.file, options.args = args[at], args[at + 1 :]
    return options


def _integer(text):
    try:
        return max(0, int(text))
    except ValueError:
        return 1


def _read_environment(options, env):
    def value(name):
        return env.get(name) or None

    seed = value("PYTHONHASHSEED")
    if seed not in (None, "random") and not (seed.isdigit() and int(seed) <= 4294967295):
        raise _fatal('config_init_hash_seed: PYTHONHASHSEED must be "random" or an integer in range [0; 4294967295]')
    options.unbuffered |= value("PYTHONUNBUFFERED") is not None
    options.safe_path |= value("PYTHONSAFEPATH") is not None
    if value("PYTHONOPTIMIZE"):
        options.optimize = max(options.optimize, _integer(env["PYTHONOPTIMIZE"]))
    if value("PYTHONVERBOSE"):
        options.verbose = max(options.verbose, _integer(env["PYTHONVERBOSE"]))
    if value("PYTHONDEVMODE"):
        options.x.setdefault("dev", True)
    if value("PYTHONINTMAXSTRDIGITS"):
        options.x.setdefault("int_max_str_digits", env["PYTHONINTMAXSTRDIGITS"])
    if value("PYTHONWARNINGS"):
        options.warn[:0] = [part.strip() for part in env["PYTHONWARNINGS"].split(",") if part.strip()]
    return [os.path.abspath(part) for part in (value("PYTHONPATH") or "").split(":") if part], value("PYTHONIOENCODING")


def _open_streams(unbuffered, encoding):
    """Line by line, so that a program's output is seen as it is made; byte by byte after -u."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if unbuffered:
            raw = io.FileIO(fd, "wb", closefd=False)
            raw.name = "<%s>" % name
            stream = io.TextIOWrapper(raw, stream.encoding, stream.errors, newline="\n", write_through=True)
            stream.mode = "w"
            setattr(sys, name, stream)
            setattr(sys, "__%s__" % name, stream)
        else:
            stream.reconfigure(line_buffering=True)
        if encoding:
            codec, _, errors = encoding.partition(":")
            stream.reconfigure(encoding=codec or None, errors=(errors or None) if fd == 1 else None)
    if encoding:
        codec, _, errors = encoding.partition(":")
        sys.stdin.reconfigure(encoding=codec or None, errors=errors or None)


def _apply_warnings(options):
    filters = (["default"] if "dev" in options.x else []) + options.warn
    if options.bytes_warning:
        filters.append("error::BytesWarning" if options.bytes_warning > 1 else "default::BytesWarning")
    if filters:
        sys.warnoptions[:] = filters
        import warnings
        warnings._processoptions(sys.warnoptions)


def _digits(text):
    try:
        value = int(text)
        if value != 0 and value < 640:
            raise ValueError
    except (TypeError, ValueError):
        raise _fatal("config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.")
    sys.set_int_max_str_digits(value)


def _cannot_open(path, number, reason):
    return Stop(2, "python3: can't open file %r: [Errno %d] %s\n" % (path, number, reason))


def _script(options):
    main = sys.modules["__main__"].__dict__
    path = options.file if options.file.startswith("/") else os.getcwd().rstrip("/") + "/" + options.file

    for hook in sys.path_hooks:
        try:
            hook(path)
        except ImportError:
            continue
        import runpy
        sys.path.insert(0, path)
        return partial(runpy._run_module_as_main, "__main__", False)

    if not options.safe_path:
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    try:
        with open(path, "rb", buffering=0) as file:
            source = file.read()
    except OSError as error:
        raise _cannot_open(path, LINUX_NUMBER.get(error.errno, error.errno), os.strerror(error.errno)) from None
    main["__file__"] = path
    main["__cached__"] = None
    if path.endswith(".pyc"):
        main["__loader__"] = loader = SourcelessFileLoader("__main__", path)
        return FunctionType(loader.get_code("__main__"), main)
    main["__loader__"] = SourceFileLoader("__main__", path)
    if options.skip_first_line:
        source = b"\n" + source.partition(b"\n")[2]
    return _function(source, path)


def _function(source, filename):
    code = compile(source, filename, "exec", dont_inherit=True)
    return FunctionType(code, sys.modules["__main__"].__dict__)


def _prompts(options):
    return State.terminal and options.command is None and options.module is None and options.file in (None, "-")


def _program(options, stdin):
    if options.command is not None:
        if not options.safe_path:
            sys.path.insert(0, "")
        source = options.command + "\n"
        if source.lstrip("\r\n")[:1] in " \t":
            source = _private("textwrap").dedent(source)
        function = _function(source, "<string>")
        _private("linecache")._register_code(function.__code__, source, "<string>")
        return function
    if options.module is not None:
        if not options.safe_path:
            sys.path.insert(0, os.getcwd())
        import runpy
        return partial(runpy._run_module_as_main, options.module)
    if options.file is not None and options.file != "-":
        return _script(options)
    if not options.safe_path:
        sys.path.insert(0, "")
    if stdin == "nothing" and options.file is None:
        raise Stop(2, REPL + "\n")
    return _function(sys.stdin.buffer.read(), "<stdin>")


class State:
    """What must outlive the call: the program or the prompt, values for the interpreter's configuration, the options, what stdin is."""

    program = options = console = None
    config = {}
    terminal = unreachable = False


def prepare(spec):
    """Sets the process up. Answers 'configure name=address...' or 'exit code'. JSON without true, false and null is Python too."""
    args, env = eval(spec)
    # A main module of its own: what is in the image belongs to the image, and is not collected at the end.
    main = type(sys)("__main__")
    main.__builtins__ = sys.modules["builtins"]
    main.__loader__ = BuiltinImporter
    sys.modules["__main__"] = main
    os.environ.clear()
    os.environ.update(env)
    os.umask(0o022)
    if "random" in Stash.modules:
        Stash.modules["random"].seed()
    if "logging" in Stash.modules:
        import time
        Stash.modules["logging"]._startTime = time.time_ns()
    sys.orig_argv[:] = ["python3", *args]
    try:
        State.options = options = _parse(args)
        path, encoding = ([], None) if options.ignore_environment else _read_environment(options, env)
        if options.version:
            raise Stop(0, ("Python " + sys.version if options.version > 1 else VERSION) + "\n", "stdout")
        _open_streams(options.unbuffered, encoding)
        sys._xoptions.update(options.x)
        if "int_max_str_digits" in options.x:
            _digits(options.x["int_max_str_digits"])
        sys.path[:0] = path
        first = "-c" if options.command is not None else "-m" if options.module is not None else options.file or ""
        sys.argv[:] = [first, *options.args]
        State.config = {
            name: value
            for name, value in (
                ("optimization_level", options.optimize),
                ("verbose", options.verbose),
                ("bytes_warning", options.bytes_warning),
                ("quiet", options.quiet),
            )
            if value
        }
        _apply_warnings(options)
        return "configure " + " ".join("%s=%d" % (name, id(value)) for name, value in State.config.items())
    except Stop as stop:
        return _stopped(stop)


def load(stdin):
    """After the interpreter is configured: answers 'run <address>', 'prompt', 'exit <code>', or raises what CPython prints."""
    options = State.options
    State.terminal = stdin.endswith("terminal")
    State.unreachable = stdin == "unreachable-terminal"
    try:
        if options.inspect and not State.terminal:
            raise Stop(2, REPL + "\n")
        if _prompts(options):
            if not options.safe_path:
                sys.path.insert(0, "")
            State.console = _console(banner=not options.quiet)
            return "prompt"
        if options.inspect:
            State.console = _console(banner=False)
            State.console.run_first(partial(_program, options, stdin))
            return "prompt"
        State.program = _program(options, stdin)
        return "run %d" % id(State.program)
    except Stop as stop:
        return _stopped(stop)


def _console(banner):
    """The interactive prompt: CPython's own, but that it is given each line instead of reading it."""
    # Not kept from the program's sight: what the prompt imports looks for itself in sys.modules, as it does in CPython.
    import code, linecache

    class Console(code.InteractiveConsole):
        count = 0

        def run_first(self, program):
            """What -i runs before the prompt, whose failure does not keep the prompt from coming."""
            try:
                program()()
            except BaseException:
                self.showtraceback()

        def runsource(self, source, filename="", symbol="single"):
            filename = "<python-input-%d>" % self.count
            try:
                compiled = self.compile(source, filename, symbol)
            except (OverflowError, SyntaxError, ValueError):
                self.count += 1
                self.showsyntaxerror(filename, source=source)
                return False
            if compiled is None:
                return True
            self.count += 1
            linecache._register_code(compiled, source, filename)
            self.runcode(compiled)
            return False

        def showtraceback(self):
            error = sys.exception()
            hint = explain(error)
            super().showtraceback()
            sys.stderr.write(hint)

    console = Console(sys.modules["__main__"].__dict__)
    sys.ps1, sys.ps2 = ">>> ", "... "
    if banner:
        # The compiler's name is longer than CPython has room for: without its address.
        version = sys.version.partition(" (http")[0].rstrip("]") + "]"
        sys.stderr.write("Python %s on %s\n%s\n" % (version, sys.platform, ABOUT))
    return console


def prompt(_):
    """Shows the prompt."""
    console = State.console
    sys.stdout.write(str(sys.ps2 if console.buffer else sys.ps1))
    sys.stdout.flush()


def push(typed):
    """Gives the prompt 'line <text>', 'end' or 'interrupt', and shows the next one. Answers 'end' when the person leaves."""
    console = State.console
    key, _, line = typed.partition(" ")
    if key == "end":
        print()
        return "end"
    try:
        if key == "interrupt":
            raise KeyboardInterrupt
        if not console.buffer and line.strip() in ("exit", "quit", "help") and line.strip() not in console.locals:
            # The word alone is enough, as at the newer prompts of CPython.
            if line.strip() != "help":
                raise SystemExit
            sys.stdout.write(HELP_ON_HELP)
        else:
            console.push(line)
        prompt("")
    except KeyboardInterrupt:
        console.resetbuffer()
        sys.stderr.write("\nKeyboardInterrupt\n")
        prompt("")


def forget(_):
    """Lets go of the program, so that its objects end when the interpreter does."""
    State.program = State.console = None


def _stopped(stop):
    stream = sys.stdout if stop.stream == "stdout" else sys.stderr
    stream.write(stop.message)
    stream.flush()
    return "exit %d" % stop.code


def _chain(error):
    seen = []
    while error is not None and not any(error is other for other in seen):
        seen.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return seen


def explain(error):
    """Before an uncaught exception is printed: Linux's error numbers in it, and one sentence more where that helps."""
    hint = ""
    for part in _chain(error):
        if isinstance(part, OSError) and part.errno in LINUX_NUMBER and part.strerror == os.strerror(part.errno):
            part.errno = LINUX_NUMBER[part.errno]
        if isinstance(part, OSError) and (part.errno == 38 or "does not support processes" in str(part)):
            hint = hint or "this Python cannot start other programs: call them from the shell or from a workflow step"
        if isinstance(part, OSError) and (type(part).__name__ == "gaierror" or part.errno in (101, 111)):
            hint = hint or "this computer has no network: Python sees only the files on it"
        if isinstance(part, OSError) and part.errno == 5 and part.filename is None and State.unreachable:
            hint = hint or UNREACHABLE
        if isinstance(part, ModuleNotFoundError) and part.name:
            hint = hint or MISSING.get(part.name.partition(".")[0], "")
        if isinstance(part, RuntimeError) and str(part) == "can't start new thread":
            hint = hint or "this Python has one thread only: do the work in a loop, or with asyncio"
    if isinstance(error, SystemExit) and State.options and State.options.module and isinstance(error.code, str):
        hint = MISSING.get(State.options.module.partition(".")[0], "")
    return "python3: %s.\n" % hint if hint else ""
`;
