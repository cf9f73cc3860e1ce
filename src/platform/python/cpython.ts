/** CPython's C interface as Pyodide's WebAssembly module exports it, as far as it is used here, and calls through it. */
import type { MemFileSystem, MemNode } from './tree.ts';

/** Version of Pyodide's package, with CPython 3.14.2 in it; everything here leans on this exact one. */
export const pyodideVersion = '314.0.7';

/** The Emscripten module: C names have an underscore before them, addresses are numbers, a null pointer is 0. */
export interface CPythonModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAP8: Int8Array;
  readonly HEAPU32: Uint32Array;
  readonly ENV: Record<string, string>;
  readonly FS: EmscriptenFileSystem;
  readonly _Py_EMSCRIPTEN_SIGNAL_HANDLING: number;
  readonly _PyExc_KeyboardInterrupt: number;
  readonly _PyExc_MemoryError: number;
  readonly __Py_NoneStruct: number;
  stringToNewUTF8(text: string): number;
  UTF8ToString(address: number): string;
  addFunction(callback: (...args: number[]) => number, signature: string): number;
  growMemory(bytes: number): number | undefined;
  stackSave(): number;
  stackRestore(pointer: number): void;
  _free(address: number): void;
  _Py_InitializeEx(installSignalHandlers: number): void;
  _Py_FinalizeEx(): number;
  _Py_CompileString(source: number, filename: number, start: number): number;
  _Py_DecRef(object: number): void;
  _Py_IncRef(object: number): void;
  _PyConfig_Set(name: number, value: number): number;
  _PyDict_New(): number;
  _PyDict_GetItemString(dict: number, name: number): number;
  _PyErr_Clear(): void;
  _PyErr_ExceptionMatches(exception: number): number;
  _PyErr_GetRaisedException(): number;
  _PyErr_PrintEx(setLast: number): void;
  _PyErr_SetRaisedException(exception: number): void;
  _PyEval_EvalCode(code: number, globals: number, locals: number): number;
  _PyException_SetTraceback(exception: number, traceback: number): number;
  _PyFloat_AsDouble(number: number): number;
  _PyObject_CallNoArgs(callable: number): number;
  _PyObject_CallOneArg(callable: number, argument: number): number;
  _PySys_AddAuditHook(hook: number, data: number): number;
  _PyTuple_GetItem(tuple: number, index: number): number;
  _PyUnicode_AsUTF8(text: number): number;
  _PyUnicode_FromString(text: number): number;
}

export interface DeviceOperations {
  open(stream: unknown): void;
  close(stream: unknown): void;
  read(stream: unknown, buffer: Int8Array, offset: number, length: number): number;
  write(stream: unknown, buffer: Int8Array, offset: number, length: number): number;
}

/** An open file. */
export interface FileStream {
  readonly node: MemNode;
}

export interface EmscriptenFileSystem extends MemFileSystem {
  readonly streams: readonly unknown[];
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: DeviceOperations): void;
  mkdev(path: string, mode: number, device: number): void;
  mknod(path: string, mode: number, device: number): unknown;
  open(path: string, flags: number, mode?: number): { readonly fd: number };
  close(stream: unknown): void;
  write(stream: FileStream, buffer: Uint8Array, offset: number, length: number, position?: number, canOwn?: boolean): number;
  doTruncate(stream: unknown, node: MemNode, length: number): void;
  readonly ErrnoError: new (number: number) => Error;
}

/** Wasm imports by module and name. */
export type WasmImports = Record<string, Record<string, unknown>>;

/** The default export of pyodide.asm.mjs. */
export type CPythonFactory = (settings: object) => Promise<CPythonModule>;

/** CPython's start symbol for a sequence of statements. */
const fileInput = 257;

function withText<T>(module: CPythonModule, text: string, use: (address: number) => T): T {
  const address = module.stringToNewUTF8(text);
  try {
    return use(address);
  } finally {
    module._free(address);
  }
}

/** Runs `source` in a namespace of its own and returns the addresses of the functions named. Throws when Python does. */
export function defineFunctions<Name extends string>(module: CPythonModule, source: string, names: readonly Name[]): Record<Name, number> {
  const compile = (text: number, filename: number): number => module._Py_CompileString(text, filename, fileInput);
  const code = withText(module, source, (text) => withText(module, '<plumbline>', (filename) => compile(text, filename)));
  const namespace = module._PyDict_New();
  if (code === 0 || module._PyEval_EvalCode(code, namespace, namespace) === 0) fail(module, 'the runner cannot be loaded');
  const found = names.map((name) => [name, withText(module, name, (text) => module._PyDict_GetItemString(namespace, text))] as const);
  return Object.fromEntries(found) as Record<Name, number>;
}

/** Calls a Python function with one text; its answer as text, or null when it raised (the exception stays set). */
export function callWithText(module: CPythonModule, callable: number, argument: string): string | null {
  return callWithObject(
    module,
    callable,
    withText(module, argument, (text) => module._PyUnicode_FromString(text)),
  );
}

/** As `callWithText` with a Python object, whose reference it takes. */
export function callWithObject(module: CPythonModule, callable: number, argument: number): string | null {
  const answer = module._PyObject_CallOneArg(callable, argument);
  module._Py_DecRef(argument);
  if (answer === 0) return null;
  const text = answer === module.__Py_NoneStruct ? '' : module.UTF8ToString(module._PyUnicode_AsUTF8(answer));
  module._Py_DecRef(answer);
  return text;
}

/** Sets one value of the running interpreter's configuration. */
export function configure(module: CPythonModule, name: string, value: number): void {
  if (withText(module, name, (text) => module._PyConfig_Set(text, value)) !== 0) fail(module, `cannot set ${name}`);
}

/** Whether the exception that is set is of the type whose C variable is given. */
export function raised(module: CPythonModule, type: number): boolean {
  return module._PyErr_ExceptionMatches(module.HEAPU32[type >>> 2] ?? 0) !== 0;
}

/** Prints the Python exception that is set, then throws: for faults of ours, never for a program's. */
export function fail(module: CPythonModule, what: string): never {
  module._PyErr_PrintEx(0);
  throw new Error(`Python: ${what}`);
}
