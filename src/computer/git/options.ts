import { GitExit } from './errors.ts';

/**
 * The options of one command, written as in its synopsis: `-a,--all` is a flag, `-m,--message=` takes a value, `=*` may be repeated,
 * `[=]` may have a value attached, `-<n>` is a number by itself. Every long option has a `--no-` form.
 */
export class OptionSpec {
  readonly command: string;
  readonly usage: string;
  readonly #byShort = new Map<string, Option>();
  readonly #byLong = new Map<string, Option>();
  #number: string | null = null;

  constructor(command: string, usage: string, table: string) {
    this.command = command;
    this.usage = usage;
    for (const word of table.split(/\s+/).filter((part) => part !== '')) this.#define(word);
  }

  /** Reads options wherever they stand; what is left are the arguments. `stopAtFirst` leaves everything after the first argument alone. */
  parse(args: readonly string[], how: { readonly stopAtFirst?: boolean; readonly keepUnknown?: boolean } = {}): Options {
    const found = new Options();
    for (let at = 0; at < args.length; at++) {
      const arg = args[at] ?? '';
      if (arg === '--') {
        found.separator = found.args.length;
        found.args.push(...args.slice(at + 1));
        break;
      }
      const value = (option: Option): string => {
        const next = args[++at];
        if (next === undefined)
          throw this.#error(
            `${option.short && arg === `-${option.short}` ? `switch \`${option.short}'` : `option \`${option.name}'`} requires a value`,
          );
        return next;
      };
      if (arg.startsWith('--')) {
        if (!this.#long(arg, found, value, how.keepUnknown === true)) found.args.push(arg);
      } else if (arg.startsWith('-') && arg.length > 1) {
        if (!this.#shorts(arg, found, value, how.keepUnknown === true)) found.args.push(arg);
      } else if (how.stopAtFirst) {
        found.args.push(...args.slice(at));
        break;
      } else found.args.push(arg);
    }
    return found;
  }

  #long(arg: string, found: Options, value: (option: Option) => string, keepUnknown: boolean): boolean {
    const equals = arg.indexOf('=');
    const name = arg.slice(2, equals === -1 ? undefined : equals);
    const attached = equals === -1 ? null : arg.slice(equals + 1);
    const [option, negated] = this.#find(name);
    if (option === undefined) {
      if (keepUnknown) return false;
      throw this.#error(`unknown option \`${name}'`);
    }
    if (negated) found.set(option.name, null);
    else if (option.kind === 'flag' && attached !== null) throw this.#error(`option \`${option.name}' takes no value`);
    else if (option.kind === 'flag') found.set(option.name, '');
    else if (option.kind === 'optional') found.set(option.name, attached ?? '');
    else found.add(option.name, attached ?? value(option), option.kind === 'list');
    return true;
  }

  #find(name: string): readonly [option: Option | undefined, negated: boolean] {
    const exact = this.#byLong.get(name);
    if (exact) return [exact, false];
    const positive = name.startsWith('no-') ? this.#byLong.get(name.slice(3)) : undefined;
    if (positive) return [positive, true];
    const candidates = [...this.#byLong].filter(([long]) => long.startsWith(name));
    const targets = new Set(candidates.map(([, option]) => option));
    if (targets.size > 1) {
      const [one, two] = candidates.map(([long]) => `--${long}`);
      throw new GitExit(`error: ambiguous option: ${name} (could be ${one} or ${two})\n${this.usage}`, 129);
    }
    if (targets.size === 1) return [[...targets][0], false];
    const negatives = name.startsWith('no-') ? [...this.#byLong].filter(([long]) => long.startsWith(name.slice(3))) : [];
    return negatives.length === 1 ? [negatives[0]?.[1], true] : [undefined, false];
  }

  #shorts(arg: string, found: Options, value: (option: Option) => string, keepUnknown: boolean): boolean {
    if (this.#number !== null && /^-\d+$/.test(arg)) {
      found.set(this.#number, arg.slice(1));
      return true;
    }
    for (let at = 1; at < arg.length; at++) {
      const option = this.#byShort.get(arg[at] ?? '');
      if (option === undefined) {
        if (keepUnknown && at === 1) return false;
        throw this.#error(`unknown switch \`${arg[at]}'`);
      }
      const rest = arg.slice(at + 1);
      if (option.kind === 'flag') {
        found.set(option.name, '');
        continue;
      }
      if (option.kind === 'optional') found.set(option.name, rest);
      else found.add(option.name, rest === '' ? value(option) : rest, option.kind === 'list');
      break;
    }
    return true;
  }

  #define(word: string): void {
    if (word.startsWith('-<')) {
      this.#number = word.slice(2, -1);
      return;
    }
    const [, names = '', suffix = ''] = /^([^=[]+)(=\*?|\[=\])?$/.exec(word) ?? [];
    const forms = names.split(',');
    const long = forms.filter((form) => form.startsWith('--')).map((form) => form.slice(2));
    const short = forms.find((form) => !form.startsWith('--'))?.slice(1);
    const kind = suffix === '=' ? 'value' : suffix === '=*' ? 'list' : suffix === '[=]' ? 'optional' : 'flag';
    const option: Option = { name: long[0] ?? short ?? '', short, kind };
    if (short !== undefined) this.#byShort.set(short, option);
    for (const form of long) this.#byLong.set(form, option);
  }

  #error(message: string): GitExit {
    return new GitExit(`error: ${message}\n${this.usage}`, 129);
  }
}

interface Option {
  readonly name: string;
  readonly short: string | undefined;
  readonly kind: 'flag' | 'value' | 'list' | 'optional';
}

/** What was given: flags and values by long name (the short one where there is no other), and arguments. */
export class Options {
  readonly args: string[] = [];
  /** How many arguments stood before `--`; -1 without one. */
  separator = -1;
  /** Options in the order they were given, the last one at the end. */
  readonly order: string[] = [];
  readonly #values = new Map<string, string[]>();
  readonly #negated = new Set<string>();

  /** True when given, and not taken back by a later `--no-`. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** True when the last word on it was `--no-`. */
  negated(name: string): boolean {
    return this.#negated.has(name);
  }

  /** True, false with `--no-`, undefined when nothing was said. */
  choice(name: string): boolean | undefined {
    return this.has(name) ? true : this.negated(name) ? false : undefined;
  }

  value(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The one of several options that was given last, or undefined. */
  last(...names: readonly string[]): string | undefined {
    return this.order.findLast((name) => names.includes(name) && this.has(name));
  }

  set(name: string, value: string | null): void {
    this.#values.delete(name);
    this.#negated.delete(name);
    if (value === null) this.#negated.add(name);
    else this.#values.set(name, [value]);
    this.order.push(name);
  }

  add(name: string, value: string, many: boolean): void {
    this.#negated.delete(name);
    this.#values.set(name, many ? [...(this.#values.get(name) ?? []), value] : [value]);
    this.order.push(name);
  }

  /** Arguments before `--`. */
  get before(): readonly string[] {
    return this.separator === -1 ? this.args : this.args.slice(0, this.separator);
  }

  /** Arguments after `--`, or null without one. */
  get after(): readonly string[] | null {
    return this.separator === -1 ? null : this.args.slice(this.separator);
  }
}
