/** How one command's flags are written: long name without dashes, an optional letter, and whether a value follows. */
export interface Flag {
  readonly name: string;
  readonly letter?: string;
  readonly kind: 'switch' | 'value' | 'values';
}

/** `title=t` takes a value, `label=l*` may be given several times, `draft=d!` is a switch. */
export function flags(spec: string): readonly Flag[] {
  return spec
    .split(' ')
    .filter(Boolean)
    .map((text): Flag => {
      const [, name = text, letter, mark] = /^([\w-]+)(?:=(\w))?([*!]?)$/.exec(text) ?? [];
      const kind = mark === '!' ? 'switch' : mark === '*' ? 'values' : 'value';
      return letter === undefined ? { name, kind } : { name, letter, kind };
    });
}

/** The arguments of a command: those without a dash, and what its flags say. */
export class Arguments {
  readonly positional: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(positional: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.positional = positional;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last value of a flag, or null. */
  value(name: string): string | null {
    return this.#values.get(name)?.at(-1) ?? null;
  }

  /** All values of a flag; a value may list several, with commas between. */
  list(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).flatMap((value) => value.split(',')).map((value) => value.trim());
  }

  /** @throws UsageError when it is no whole number from 1. */
  count(name: string, otherwise: number): number {
    const value = this.value(name);
    if (value === null) return otherwise;
    if (!/^[1-9]\d*$/.test(value)) throw new UsageError(`invalid value for \`--${name}\`: ${value}`);
    return Number(value);
  }
}

/** The command was not written as it has to be; the message is what `gh` prints. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads a command's arguments. @throws UsageError */
export function readArguments(args: readonly string[], known: readonly Flag[]): Arguments {
  const positional: string[] = [];
  const values = new Map<string, string[]>();
  const note = (flag: Flag, value: string) => values.set(flag.name, [...(values.get(flag.name) ?? []), value]);
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === '--') {
      positional.push(...queue.splice(0));
    } else if (arg.startsWith('--')) {
      const [, name = '', given] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
      const flag = known.find((other) => other.name === name);
      if (flag === undefined) throw new UsageError(`unknown flag: --${name}`);
      const value = given ?? (flag.kind === 'switch' ? 'true' : queue.shift());
      if (value === undefined) throw new UsageError(`flag needs an argument: --${name}`);
      if (flag.kind !== 'switch' || value !== 'false') note(flag, value);
    } else if (arg.startsWith('-') && arg !== '-') {
      for (let at = 1; at < arg.length; at++) {
        const flag = known.find((other) => other.letter === arg![at]);
        if (flag === undefined) throw new UsageError(`unknown shorthand flag: '${arg[at]}' in ${arg}`);
        if (flag.kind === 'switch') {
          note(flag, 'true');
          continue;
        }
        const rest = arg.slice(at + 1).replace(/^=/, '');
        const value = rest === '' ? queue.shift() : rest;
        if (value === undefined) throw new UsageError(`flag needs an argument: '${flag.letter}' in ${arg}`);
        note(flag, value);
        break;
      }
    } else positional.push(arg);
  }
  return new Arguments(positional, values);
}
