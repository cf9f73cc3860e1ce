/** Reads a command line as GNU's getopt does: short flags together, values attached or apart, long names with `=`. */

export interface Options {
  /** Each flag by its letter or long name, with its value; the last one given wins. */
  readonly flags: ReadonlyMap<string, string>;
  /** Every value of a flag that was given more than once, in order. */
  readonly all: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** What a command takes: `letters` as for getopt (`ab:` means that `-b` has a value), `names` that map long options to letters. */
export interface Syntax {
  readonly letters: string;
  readonly names?: Readonly<Record<string, string>>;
}

/** The options and operands; a string says what is wrong, as GNU words it, without the command's name. */
export function readOptions(args: readonly string[], { letters, names = {} }: Syntax): Options | string {
  const flags = new Map<string, string>();
  const all = new Map<string, string[]>();
  const operands: string[] = [];
  const note = (letter: string, value: string): void => {
    flags.set(letter, value);
    all.set(letter, [...(all.get(letter) ?? []), value]);
  };
  const takesValue = (letter: string): boolean => letters.includes(`${letter}:`);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') return { flags, all, operands: [...operands, ...args.slice(i + 1)] };
    if (arg.startsWith('--')) {
      const [, name = '', value] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
      const letter = Object.hasOwn(names, name) ? names[name]! : undefined;
      if (letter === undefined) return `unrecognized option '--${name}'`;
      if (!takesValue(letter)) note(letter, '');
      else if (value !== undefined || args[i + 1] !== undefined) note(letter, value ?? args[++i]!);
      else return `option '--${name}' requires an argument`;
    } else if (/^-./.test(arg)) {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at]!;
        if (letter === ':' || !letters.includes(letter)) return `invalid option -- '${letter}'`;
        if (!takesValue(letter)) {
          note(letter, '');
          continue;
        }
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
        if (value === undefined) return `option requires an argument -- '${letter}'`;
        note(letter, value);
        break;
      }
    } else operands.push(arg);
  }
  return { flags, all, operands };
}
