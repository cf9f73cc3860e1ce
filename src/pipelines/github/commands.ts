/** Commands in a step's output: `::error file=app.py,line=3::No such column`. Source: "Workflow commands for GitHub Actions". */
import type { LogLine } from '../contract.ts';
import type { Masker } from '../masks.ts';

export interface WorkflowCommand {
  readonly name: string;
  /** By lower-case name. */
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** What a step's output does besides being logged. */
export interface CommandEffects {
  log(kind: LogLine['kind'], text: string): void;
  annotate(severity: 'error' | 'warning' | 'notice', message: string, properties: Readonly<Record<string, string>>): void;
  setOutput(name: string, value: string): void;
  saveState(name: string, value: string): void;
  /** The step fails, whatever its exit code. */
  fail(): void;
}

const COMMANDS = [
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'add-mask',
  'echo',
  'set-output',
  'save-state',
  'set-env',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'stop-commands',
];
const SET_BY_FILE: Readonly<Record<string, string>> = {
  'set-output': 'GITHUB_OUTPUT',
  'save-state': 'GITHUB_STATE',
  'set-env': 'GITHUB_ENV',
  'add-path': 'GITHUB_PATH',
};

/** Cuts a step's output into lines and carries its commands out. Feed it text as it comes; `end` gives the last line. */
export class StepOutput {
  readonly #effects: CommandEffects;
  readonly #masker: Masker;
  readonly #debug: boolean;
  #rest = '';
  #echo = false;
  #stopToken: string | null = null;

  constructor(effects: CommandEffects, masker: Masker, options: { readonly debug: boolean }) {
    this.#effects = effects;
    this.#masker = masker;
    this.#debug = options.debug;
    this.#echo = options.debug;
  }

  write(text: string): void {
    if (!text.includes('\n')) {
      this.#rest += text;
      return;
    }
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  end(): void {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
  }

  #line(line: string): void {
    const command = parseCommand(line, this.#stopToken === null ? COMMANDS : [...COMMANDS, this.#stopToken.toLowerCase()]);
    if (command === null) this.#effects.log('output', line);
    else if (this.#stopToken === null) this.#carryOut(command, line);
    else {
      this.#effects.log('output', line);
      if (command.name === this.#stopToken.toLowerCase()) this.#stopToken = null;
    }
  }

  #carryOut(command: WorkflowCommand, line: string): void {
    const { name, data, properties } = command;
    const { log, annotate } = this.#effects;
    if (this.#echo && !['debug', 'error', 'warning', 'notice', 'group', 'endgroup', 'add-mask', 'echo'].includes(name)) log('output', line);
    switch (name) {
      case 'error':
      case 'warning':
      case 'notice':
        annotate(name, data, properties);
        return logMessage(log, name, data);
      case 'debug':
        if (this.#debug) log('debug', `##[debug]${data}`);
        return;
      case 'group':
        return log('group', data);
      case 'endgroup':
        return log('endgroup', '');
      case 'echo':
        return this.#switchEcho(data, line);
      case 'add-mask':
        if (data.trim() === '') return this.#warn("Can't add secret mask for empty string in ##[add-mask] command.");
        return this.#masker.add(data);
      case 'stop-commands':
        log('output', line);
        if (data === '' || COMMANDS.includes(data.toLowerCase()))
          return this.#refuse(line, `\`${data}\` can't be the word that lets commands go on: it is empty or a command itself.`);
        this.#stopToken = data;
        return;
      case 'add-matcher':
      case 'remove-matcher':
        return this.#warn(
          "Problem matchers aren't available here; the output is shown as it is. Use ::error file=…,line=…:: for annotations.",
        );
      case 'set-output':
      case 'save-state':
        return this.#deprecated(command, line);
      default:
        return this.#refuse(
          line,
          `The \`${name}\` command is disabled. Write to the file $${SET_BY_FILE[name]} instead: echo "NAME=value" >> "$${SET_BY_FILE[name]}"`,
        );
    }
  }

  #switchEcho(data: string, line: string): void {
    const word = data.trim().toLowerCase();
    if (word === 'on' || word === 'off') this.#echo = word === 'on';
    else this.#refuse(line, `Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`);
  }

  /** The service still carries these two out, with a warning. */
  #deprecated({ name, properties, data }: WorkflowCommand, line: string): void {
    const target = properties['name'] ?? '';
    if (target === '') return this.#refuse(line, `Required field 'name' is missing in ##[${name}] command.`);
    this.#warn(
      `The \`${name}\` command is deprecated and will be disabled soon. Write to the file $${SET_BY_FILE[name]} instead: echo "${target}=value" >> "$${SET_BY_FILE[name]}"`,
    );
    if (name === 'set-output') this.#effects.setOutput(target, data);
    else this.#effects.saveState(target, data);
  }

  #warn(message: string): void {
    this.#effects.annotate('warning', message, {});
    logMessage(this.#effects.log, 'warning', message);
  }

  #refuse(line: string, message: string): void {
    for (const text of [`Unable to process command '${line}' successfully.`, message]) {
      this.#effects.annotate('error', text, {});
      logMessage(this.#effects.log, 'error', text);
    }
    this.#effects.fail();
  }
}

/** `Error: …`, and further lines below it. */
export function logMessage(log: CommandEffects['log'], kind: 'error' | 'warning' | 'notice', message: string): void {
  const label = { error: 'Error', warning: 'Warning', notice: 'Notice' }[kind];
  message.split('\n').forEach((line, index) => log(kind, index === 0 ? `${label}: ${line}` : line));
}

/** Reads `::name key=value,key=value::data`, and the older `##[name key=value;]data`. Unknown names are not commands. */
export function parseCommand(line: string, known: readonly string[] = COMMANDS): WorkflowCommand | null {
  const trimmed = line.trimStart();
  if (trimmed.startsWith('::')) {
    const end = trimmed.indexOf('::', 2);
    if (end < 0) return null;
    return command(trimmed.slice(2, end), ',', trimmed.slice(end + 2), known);
  }
  const start = line.indexOf('##[');
  const close = start < 0 ? -1 : line.indexOf(']', start);
  return close < 0 ? null : command(line.slice(start + 3, close), ';', line.slice(close + 1), known);
}

function command(head: string, separator: string, data: string, known: readonly string[]): WorkflowCommand | null {
  const space = head.indexOf(' ');
  const name = (space < 0 ? head : head.slice(0, space)).toLowerCase();
  if (!known.includes(name)) return null;
  const properties: Record<string, string> = {};
  for (const pair of space < 0 ? [] : head.slice(space + 1).split(separator)) {
    const equals = pair.indexOf('=');
    if (equals > 0) properties[pair.slice(0, equals).trim().toLowerCase()] = unescapeProperty(pair.slice(equals + 1).trim());
  }
  return { name, properties, data: unescapeData(data) };
}

function unescapeData(text: string): string {
  return text.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%25/g, '%');
}

function unescapeProperty(text: string): string {
  return text
    .replace(/%0D/g, '\r')
    .replace(/%0A/g, '\n')
    .replace(/%3A/g, ':')
    .replace(/%2C/g, ',')
    .replace(/%5D/g, ']')
    .replace(/%3B/g, ';')
    .replace(/%25/g, '%');
}
