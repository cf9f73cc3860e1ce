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
    EDOM=33, ERANGE=34, ENAMETOOLONG=36, ENOSYS=38, ENOTEMPTY=39, ELOOP=40, ENOTSUP=95, EADDRINUSE=98, EADDRNOTAVAIL=99, ENETDOWN=100, ENETUNREACH=101,
    ECONNABORTED=103, ECONNRESET=104, ENOTCONN=107, ETIMEDOUT=110, ECONNREFUSED=111, EHOSTUNREACH=113,
)
LINUX_NUMBER = {getattr(errno, name): number for name, number in LINUX.items() if hasattr(errno, name)}

NETWORK_WORDS = {"EADDRINUSE": "Address already in use", "ECONNREFUSED": "Connection refused", "ENETUNREACH": "Network is unreachable"}
NO_REQUESTS = (
    "on this page a program cannot wait for others on the network, because the page is not cross-origin isolated. "
    "curl works here, and so does Python where the page's server sends the headers that isolate it"
)

NOT_INSTALLED = "it is not installed: 'pip install' takes packages of pure Python, from wheels on this computer or an index that it reaches"
NOT_PURE = "this Python takes packages of pure Python only, and this one is not"
COMMAND = "it is a command of this computer: call it in the terminal or in a workflow step"
APART = "Python runs apart from the page here and cannot reach its JavaScript"
NO_PROGRAMS = "this Python cannot start other programs: call them from the shell or from a workflow step"
MISSING = {
    "pip": COMMAND,
    "ensurepip": COMMAND,
    "venv": COMMAND,
    "curses": "this Python has no terminal of its own",
    "readline": "this Python has no terminal of its own",
    "tkinter": "this Python has no windows",
    "_multiprocessing": NO_PROGRAMS,
    "pytest": NOT_INSTALLED + ". 'python3 -m unittest' is here",
}
for _names, _why in (
    ("js pyodide_js pyodide _pyodide", APART),
    ("numpy pandas sklearn scipy matplotlib torch tensorflow pydantic", NOT_PURE),
    ("micropip joblib requests yaml flask fastapi", NOT_INSTALLED),
):
    for _name in _names.split():
        MISSING[_name] = _why


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


def _say(words, payload=b""):
    """Says something to the host over the network's device, and gives its answer."""
    device = os.open("/dev/network", os.O_RDWR)
    try:
        try:
            os.write(device, words.encode() + b"\n" + payload)
        except OSError as error:
            # As Linux has it, number and words: these are read more often than compared.
            name = errno.errorcode.get(error.errno)
            if name in NETWORK_WORDS:
                kind = ConnectionRefusedError if name == "ECONNREFUSED" else OSError
                raise kind(LINUX[name], NETWORK_WORDS[name]) from None
            raise
        answer = b""
        while part := os.read(device, 1 << 20):
            answer += part
        return answer
    finally:
        os.close(device)


def _is_whole(message):
    """Whether these bytes are a whole HTTP request."""
    head, end, body = message.partition(b"\r\n\r\n")
    if not end:
        return False
    fields = dict(line.lower().partition(b":")[::2] for line in head.split(b"\r\n")[1:])
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return body.endswith(b"0\r\n\r\n")
    return len(body) >= int(fields.get(b"content-length", b"0"))


def _amend_socket(module):
    """Sockets that carry whole HTTP messages between this program and the computer's network. There are no others here."""
    if not State.network:
        return
    original = module.socket

    class socket:
        _sent = _got = b""
        _scheme = "http"
        _port = _peer = _connection = _timeout = None

        def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
            self.family = module.AF_INET if family == -1 else family
            self.type = module.SOCK_STREAM if type == -1 else type
            self.proto = 0 if proto == -1 else proto
            self._io_refs, self._closed, self._ready = 0, False, []
            if self.type & module.SOCK_STREAM == 0 or self.family not in (module.AF_INET, module.AF_INET6):
                raise OSError(97, "Address family not supported by protocol")

        makefile, close = original.makefile, original.close
        _decref_socketios = original._decref_socketios
        __enter__, __exit__ = original.__enter__, original.__exit__

        def __repr__(self):
            return "<socket.socket family=%s, type=%s, laddr=%r>" % (self.family, self.type, self.getsockname())

        def fileno(self):
            return -1

        def setsockopt(self, *args):
            pass

        def getsockopt(self, *args):
            return 0

        def settimeout(self, timeout):
            self._timeout = timeout

        def gettimeout(self):
            return self._timeout

        def setblocking(self, flag):
            self._timeout = None if flag else 0.0

        def getsockname(self):
            return self._name if self._port else ("0.0.0.0", 0)

        def getpeername(self):
            return self._peer

        # A server's

        def bind(self, address):
            host, port = address[:2]
            self._port = int(_say("listen %d" % port))
            self._name = (host or "0.0.0.0", self._port)

        def listen(self, backlog=0):
            if self._port is None:
                self.bind(("0.0.0.0", 0))

        def _await(self):
            """Waits until there is somebody to accept."""
            if self._closed:
                raise OSError(9, "Bad file descriptor")
            if not self._ready:
                connection, _, request = _say("accept %d" % self._port).partition(b"\n")
                self._ready.append((int(connection), request))

        def accept(self):
            self._await()
            other = socket(self.family, self.type)
            other._connection, other._got = self._ready.pop(0)
            other._peer = ("127.0.0.1", 40000 + other._connection % 20000)
            other._name, other._port = self._name, None
            return other, other._peer

        # A client's

        def connect(self, address):
            self._peer = tuple(address[:2])

        def connect_ex(self, address):
            self.connect(address)
            return 0

        # Everybody's

        def send(self, data, flags=0):
            data = bytes(data)
            self._sent += data
            if self._connection is None and _is_whole(self._sent):
                self._exchange()
            return len(data)

        def sendall(self, data, flags=0):
            self.send(data)

        def _exchange(self):
            if self._peer is None:
                raise OSError(107, "Transport endpoint is not connected")
            request, self._sent = self._sent, b""
            try:
                self._got += _say("exchange %s %s %d" % (self._scheme, *self._peer), request)
            except ConnectionRefusedError:
                if _is_local(self._peer[0]):
                    raise
                raise module.gaierror(-2, "Name or service not known") from None

        def recv(self, size, flags=0):
            if self._connection is None and not self._got and self._sent:
                self._exchange()
            part, self._got = self._got[:size], self._got[size:]
            return part

        def recv_into(self, buffer, nbytes=0, flags=0):
            part = self.recv(nbytes or len(buffer))
            buffer[: len(part)] = part
            return len(part)

        def shutdown(self, how):
            if how != module.SHUT_RD:
                self._answer()

        def _answer(self):
            if self._connection is not None:
                connection, self._connection = self._connection, None
                _say("answer %d" % connection, self._sent)
                self._sent = b""

        def _real_close(self):
            self._answer()
            if self._port is not None:
                port, self._port = self._port, None
                _say("close %d" % port)

        def detach(self):
            self._closed = True
            return -1

    for name, number in (("SO_REUSEADDR", 2), ("SO_KEEPALIVE", 9), ("SO_REUSEPORT", 15), ("TCP_NODELAY", 1)):
        if not hasattr(module, name):
            setattr(module, name, number)
    socket.__module__ = "socket"
    module.socket = module.SocketType = socket

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        host = host.decode() if isinstance(host, bytes) else host
        if not host:
            host = "0.0.0.0" if flags & module.AI_PASSIVE else "127.0.0.1"
        number = {"http": 80, "https": 443}.get(port) if isinstance(port, str) and not port.isdigit() else int(port or 0)
        return [(module.AF_INET, type or module.SOCK_STREAM, 6, "", (host, number))]

    module.getaddrinfo = getaddrinfo
    module.gethostbyname = lambda host: "127.0.0.1" if _is_local(host) else host
    module.getfqdn = lambda name="": name if name not in ("", "0.0.0.0", "::") else module.gethostname()


def _is_local(host):
    return host in ("localhost", "127.0.0.1", "0.0.0.0", "::1", "::") or host == os.environ.get("HOSTNAME")


def _amend_ssl(module):
    """What is encrypted elsewhere goes to the same hosts here, which know by the scheme what is meant."""

    def wrap_socket(self, sock, server_side=False, **options):
        if server_side:
            raise OSError(95, "Operation not supported: servers speak plain HTTP on this computer")
        sock._scheme = "https"
        return sock

    if State.network:
        module.SSLContext.wrap_socket = wrap_socket


def _amend_socketserver(module):
    """Servers that wait for the next request, and answer one after the other: there are no threads here."""

    class Selector:
        def __enter__(self):
            return self

        def __exit__(self, *args):
            pass

        def register(self, server, events):
            self.server = server

        def select(self, timeout=None):
            self.server.socket._await()
            return [(self.server, 1)]

    if State.network:
        module._ServerSelector = Selector
        module.ThreadingMixIn.process_request = module.ThreadingMixIn.process_request_thread


AMENDED = {
    "asyncio.selector_events": _amend_selector_events,
    "socket": _amend_socket,
    "ssl": _amend_ssl,
    "socketserver": _amend_socketserver,
}


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
        self.inspect = self.no_user_site = False
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
                options.ignore_environment = options.isolated = options.safe_path = options.no_user_site = True
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
            elif letter == "s":
                options.no_user_site = True
            elif letter in "BdRSt":
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
    options.no_user_site |= value("PYTHONNOUSERSITE") is not None
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


def _add_packages(options, env):
    """The packages that pip has installed: those of the virtual environment that is active, or the person's own."""
    root = env.get("VIRTUAL_ENV") or ""
    if root:
        sys.prefix = sys.exec_prefix = root
        sys.executable = root + "/bin/python3"
    elif env.get("HOME") and not options.no_user_site:
        root = env["HOME"] + "/.local"
    folder = root + "/lib/python3.14/site-packages"
    if root and os.path.isdir(folder):
        sys.path.append(folder)


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
    return options.command is None and options.module is None and options.file in (None, "-")


def _program(options):
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
    if State.stdin == "nothing" and options.file is None:
        raise Stop(2, REPL + "\n")
    return _function(sys.stdin.buffer.read(), "<stdin>")


class State:
    """What must outlive the call: the program or the prompt, values for the interpreter's configuration, the options, what stdin is."""

    program = options = console = None
    config = {}
    stdin, network = "nothing", False


def prepare(spec):
    """Sets the process up. Answers 'configure name=address...' or 'exit code'. JSON without true, false and null is Python too."""
    args, env, stdin, network = eval(spec)
    State.stdin, State.network = stdin, network != "none"
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
        _add_packages(options, env)
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


def load(_):
    """After the interpreter is configured: answers 'run <address>', 'prompt', 'exit <code>', or raises what CPython prints."""
    options = State.options
    terminal = State.stdin.endswith("terminal")
    try:
        if options.inspect and not terminal:
            raise Stop(2, REPL + "\n")
        if terminal and _prompts(options):
            if not options.safe_path:
                sys.path.insert(0, "")
            State.console = _console(banner=not options.quiet)
            return "prompt"
        if options.inspect:
            State.console = _console(banner=False)
            State.console.run_first(partial(_program, options))
            return "prompt"
        State.program = _program(options)
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
            hint = hint or NO_PROGRAMS
        if isinstance(part, OSError) and State.network and type(part).__name__ == "gaierror":
            hint = hint or "this computer reaches only itself and the company's own hosts"
        elif isinstance(part, OSError) and not State.network and (type(part).__name__ == "gaierror" or part.errno in (101, 111)):
            hint = hint or "this computer has no network: Python sees only the files on it"
        if isinstance(part, OSError) and part.errno == 5 and part.filename is None and State.stdin == "unreachable-terminal":
            hint = hint or UNREACHABLE
        if isinstance(part, OSError) and part.errno == 100:
            hint = hint or NO_REQUESTS
        if isinstance(part, ModuleNotFoundError) and part.name:
            hint = hint or MISSING.get(part.name.partition(".")[0], "")
        if isinstance(part, ValueError) and str(part) == "Invalid file descriptor: -1":
            hint = hint or "asyncio has no network here: use http.server, or urllib.request"
        if isinstance(part, RuntimeError) and str(part) == "can't start new thread":
            hint = hint or "this Python has one thread only: do the work in a loop, or with asyncio"
    if isinstance(error, SystemExit) and State.options and State.options.module and isinstance(error.code, str):
        hint = MISSING.get(State.options.module.partition(".")[0], "")
    return "python3: %s.\n" % hint if hint else ""
`;
