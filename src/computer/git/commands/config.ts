import type { GitCall } from '../call.ts';
import { Config, normaliseKey, type ConfigEntry } from '../config.ts';
import { failure, fatal, GitExit } from '../errors.ts';
import { OptionSpec, type Options } from '../options.ts';
import { editorOf, runEditor } from '../editor.ts';
import { parseBool, type Layer } from '../settings.ts';

const USAGE = 'usage: git config [<options>]\n';

const SPEC = new OptionSpec(
  'config',
  USAGE,
  '--global --system --local --worktree -f,--file= --blob= --get --get-all --get-regexp --get-urlmatch --replace-all --add --unset --unset-all' +
    ' --rename-section --remove-section -l,--list --fixed-value -e,--edit --get-color --get-colorbool -t,--type= --bool --int --bool-or-int' +
    ' --bool-or-str --path --expiry-date -z,--null --name-only --includes --show-origin --show-scope --default=',
);

const ACTIONS = [
  'get',
  'get-all',
  'get-regexp',
  'replace-all',
  'add',
  'unset',
  'unset-all',
  'rename-section',
  'remove-section',
  'list',
  'edit',
];
const UNSUPPORTED = ['worktree', 'blob', 'get-urlmatch', 'get-color', 'get-colorbool', 'expiry-date'];

interface Found extends ConfigEntry {
  readonly layer: Layer;
}

export async function config(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  for (const name of UNSUPPORTED) if (options.has(name)) throw fatal(`--${name} is not supported here`);
  const actions = ACTIONS.filter((name) => options.has(name));
  if (actions.length > 1) throw new GitExit(`error: only one action at a time\n${USAGE}`, 129);
  const [key = '', value, pattern] = options.args;
  const action = actions[0] ?? (options.args.length === 1 ? 'get' : options.args.length >= 2 ? 'set' : null);
  if (action === null) throw new GitExit(USAGE, 129);
  switch (action) {
    case 'list':
      return list(call, options, () => true);
    case 'get-regexp': {
      const expression = new RegExp(key, 'i');
      return list(call, options, (entry) => expression.test(entry.key) && matchesValue(value, entry.value), true);
    }
    case 'get':
      return get(call, options, key, value, false);
    case 'get-all':
      return get(call, options, key, value, true);
    case 'edit':
      return edit(call, options);
  }
  const target = writeTarget(call, options);
  const file = new Config(call.disk.readText(target) ?? '');
  const code = change(call, options, action, file, key, value, pattern);
  if (code === 0) {
    call.disk.write(target, file.toString());
    call.refresh();
  }
  return code;
}

function change(
  call: GitCall,
  options: Options,
  action: string,
  file: Config,
  key: string,
  value: string | undefined,
  pattern: string | undefined,
): number {
  if (action === 'rename-section') {
    if (value === undefined) throw new GitExit(`error: wrong number of arguments, should be 2\n${USAGE}`, 129);
    if (!file.renameSection(key, value)) throw fatal(`no such section: ${key}`);
    return 0;
  }
  if (action === 'remove-section') {
    if (!file.removeSection(key)) throw fatal(`no such section: ${key}`);
    return 0;
  }
  checkKey(key);
  if (action === 'unset' || action === 'unset-all') {
    const count = file.all(key).length;
    if (count === 0) return 5;
    if (action === 'unset' && count > 1) {
      call.warn(`${key} has multiple values`);
      return 5;
    }
    file.unset(key);
    return 0;
  }
  if (value === undefined) throw new GitExit(`error: wrong number of arguments, should be 2\n${USAGE}`, 129);
  const normal = normaliseValue(options, value);
  if (action === 'add') file.add(key, normal);
  else if (action === 'replace-all') file.replaceAll(key, normal);
  else if (pattern !== undefined && !file.all(key).some((one) => matchesValue(pattern, one))) file.add(key, normal);
  else if (!file.set(key, normal)) {
    call.warn(`${key} has multiple values`);
    call.err(
      `error: cannot overwrite multiple values with a single value\n       Use a regexp, --add or --replace-all to change ${key}.\n`,
    );
    return 5;
  }
  return 0;
}

function checkKey(key: string): void {
  if (!key.includes('.') || key.startsWith('.')) throw failure(`key does not contain a section: ${key}`);
  if (key.endsWith('.')) throw failure(`key does not contain variable name: ${key}`);
  const name = key.slice(key.lastIndexOf('.') + 1);
  if (!/^[A-Za-z][-A-Za-z0-9]*$/.test(name) || !/^[-A-Za-z0-9]+(\.|$)/.test(key)) throw failure(`invalid key: ${key}`);
}

function readLayers(call: GitCall, options: Options): readonly Layer[] {
  const { layers } = call.settings;
  if (options.has('file')) {
    const path = call.resolve(options.value('file') ?? '');
    return [{ scope: 'command', path, config: new Config(call.disk.readText(path) ?? '') }];
  }
  if (options.has('system')) return layers.filter(({ scope }) => scope === 'system');
  if (options.has('global')) {
    const global = layers.filter(({ scope }) => scope === 'global');
    if (options.has('list') && !call.disk.exists(call.globalConfigPath)) {
      throw fatal(`unable to read config file '${call.globalConfigPath}': No such file or directory`);
    }
    return global;
  }
  if (options.has('local')) {
    if (call.tryRepository === null) throw fatal('--local can only be used inside a git repository');
    return layers.filter(({ scope }) => scope === 'local');
  }
  return layers;
}

function writeTarget(call: GitCall, options: Options): string {
  if (options.has('file')) return call.resolve(options.value('file') ?? '');
  if (options.has('system')) return call.systemConfigPath;
  if (options.has('global')) return call.globalConfigPath;
  if (call.tryRepository === null)
    throw fatal(options.has('local') ? '--local can only be used inside a git repository' : 'not in a git directory');
  return `${call.repository.commonDir}/config`;
}

function entriesOf(layers: readonly Layer[]): readonly Found[] {
  return layers.flatMap((layer) => layer.config.entries().map((entry) => ({ ...entry, layer })));
}

function list(call: GitCall, options: Options, wanted: (entry: Found) => boolean, space = false): number {
  if (options.has('system') && !call.disk.exists(call.systemConfigPath) && options.has('list')) {
    throw fatal(`unable to read config file '${call.systemConfigPath}': No such file or directory`);
  }
  const entries = entriesOf(readLayers(call, options)).filter(wanted);
  const end = options.has('null') ? '\0' : '\n';
  for (const entry of entries) {
    const separator = options.has('null') ? '\n' : space ? ' ' : '=';
    const shown = options.has('name-only') ? '' : entry.explicit ? `${separator}${typed(options, entry.key, entry.value)}` : '';
    call.out(`${origin(call, options, entry)}${entry.key}${shown}${end}`);
  }
  return space && entries.length === 0 ? 1 : 0;
}

function get(call: GitCall, options: Options, key: string, pattern: string | undefined, all: boolean): number {
  checkKey(key);
  const wanted = normaliseKey(key);
  const found = entriesOf(readLayers(call, options)).filter((entry) => entry.key === wanted && matchesValue(pattern, entry.value));
  const end = options.has('null') ? '\0' : '\n';
  if (found.length === 0) {
    const fallback = options.value('default');
    if (fallback === undefined) return 1;
    call.out(typed(options, key, fallback) + end);
    return 0;
  }
  for (const entry of all ? found : found.slice(-1))
    call.out(`${origin(call, options, entry)}${typed(options, wanted, entry.value)}${end}`);
  return 0;
}

function matchesValue(pattern: string | undefined, value: string): boolean {
  if (pattern === undefined) return true;
  return pattern.startsWith('!') ? !new RegExp(pattern.slice(1)).test(value) : new RegExp(pattern).test(value);
}

function origin(call: GitCall, options: Options, { layer }: Found): string {
  const scope = options.has('show-scope') ? `${layer.scope}\t` : '';
  if (!options.has('show-origin')) return scope;
  const path = layer.scope === 'local' && call.repository.workTree !== null && call.prefix === '' ? '.git/config' : layer.path;
  return `${scope}${path === null ? 'command line:' : `file:${path}`}\t`;
}

function typeOf(options: Options): string | null {
  const named = options.last('bool', 'int', 'bool-or-int', 'bool-or-str', 'path', 'type');
  return named === undefined ? null : named === 'type' ? (options.value('type') ?? null) : named;
}

function typed(options: Options, key: string, value: string): string {
  const type = typeOf(options);
  const bad = (kind: string) => fatal(`bad ${kind} config value '${value}' for '${key}'`);
  if (type === 'bool' || type === 'bool-or-str') {
    const parsed = parseBool(value);
    if (parsed === null && type === 'bool') throw bad('boolean');
    return parsed === null ? value : String(parsed);
  }
  if (type === 'int' || type === 'bool-or-int') {
    const [, digits, unit = ''] = /^(-?\d+)([kmg]?)$/i.exec(value) ?? [];
    if (digits !== undefined) return String(Number(digits) * ({ k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase()] ?? 1));
    const parsed = type === 'bool-or-int' ? parseBool(value) : null;
    if (parsed === null) throw fatal(`bad numeric config value '${value}' for '${key}': invalid unit`);
    return String(parsed);
  }
  return value;
}

function normaliseValue(options: Options, value: string): string {
  return typeOf(options) === null || typeOf(options) === 'path' ? value : typed(options, 'value', value);
}

async function edit(call: GitCall, options: Options): Promise<number> {
  const target = writeTarget(call, options);
  if (!call.disk.exists(target)) call.disk.write(target, '');
  await runEditor(call, target, editorOf(call), false);
  return 0;
}
