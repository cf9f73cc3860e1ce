/** make's command line, and the MAKEFLAGS that hands it on to a make within. */
import { definitionIn, type Definition } from './lines.ts';

export interface Flags {
  readonly makefiles: string[];
  readonly directories: string[];
  readonly goals: string[];
  readonly definitions: Definition[];
  /** Letters of the switches: `B` `e` `i` `k` `n` `q` `s` `t` `w`. */
  readonly switches: Set<string>;
  /** `--no-print-directory` */
  quietAboutDirectories: boolean;
  /** `-h`, `-v`: text instead of work. */
  shows: 'help' | 'version' | null;
}

const SWITCHES = 'Beiknqstw';
/** Taken, and without a meaning here: there are no built-in rules, and recipes run one after the other. */
const IGNORED = 'rRbmS';
const LONG: Readonly<Record<string, string>> = {
  'always-make': 'B',
  directory: 'C',
  'dry-run': 'n',
  'environment-overrides': 'e',
  file: 'f',
  help: 'h',
  'ignore-errors': 'i',
  jobs: 'j',
  'just-print': 'n',
  'keep-going': 'k',
  'load-average': 'l',
  makefile: 'f',
  'no-builtin-rules': 'r',
  'no-builtin-variables': 'R',
  'no-keep-going': 'S',
  'no-print-directory': 'P',
  'output-sync': 'O',
  'print-directory': 'w',
  question: 'q',
  quiet: 's',
  recon: 'n',
  silent: 's',
  stop: 'S',
  touch: 't',
  version: 'v',
};

export const noFlags = (): Flags => ({
  makefiles: [],
  directories: [],
  goals: [],
  definitions: [],
  switches: new Set(),
  quietAboutDirectories: false,
  shows: null,
});

/** Reads words into `flags`; a string says what is wrong, as make words it. */
export function readFlags(args: readonly string[], flags: Flags): string | null {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      for (const rest of args.slice(i + 1)) takeOperand(rest, flags);
      return null;
    }
    if (arg.startsWith('--')) {
      const [, name = '', value] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
      const letter = Object.hasOwn(LONG, name) ? LONG[name]! : null;
      if (letter === null) return `make: unrecognized option '--${name}'\n`;
      if ('Cf'.includes(letter)) {
        const given = value ?? args[++i];
        if (given === undefined) return `make: option '--${name}' requires an argument\n`;
        take(letter, given, flags);
      } else take(letter, value ?? '', flags);
      continue;
    }
    if (!/^-./.test(arg)) {
      takeOperand(arg, flags);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      if ('Cf'.includes(letter)) {
        const given = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
        if (given === undefined) return `make: option requires an argument -- '${letter}'\n`;
        take(letter, given, flags);
        break;
      }
      if ('jlO'.includes(letter)) {
        // The number may be the next word.
        if (at + 1 === arg.length && /^[\d.]+$/.test(args[i + 1] ?? '') && letter !== 'O') i++;
        break;
      }
      if (!`${SWITCHES}${IGNORED}hv`.includes(letter)) return `make: invalid option -- '${letter}'\n`;
      take(letter, '', flags);
    }
  }
  return null;
}

function take(letter: string, value: string, flags: Flags): void {
  if (letter === 'C') flags.directories.push(value);
  else if (letter === 'f') flags.makefiles.push(value);
  else if (letter === 'h') flags.shows = 'help';
  else if (letter === 'v') flags.shows = 'version';
  else if (letter === 'P') flags.quietAboutDirectories = true;
  else if (SWITCHES.includes(letter)) flags.switches.add(letter);
  else if (letter === 'S') flags.switches.delete('k');
}

function takeOperand(arg: string, flags: Flags): void {
  const definition = definitionIn(arg);
  if (definition === null) flags.goals.push(arg);
  else {
    const before = flags.definitions.findIndex(({ name }) => name === definition.name);
    if (before >= 0) flags.definitions.splice(before, 1);
    flags.definitions.push(definition);
  }
}

/** MAKEFLAGS as words: its first one may lack the dash. */
export function wordsOfMakeflags(text: string): readonly string[] {
  const words = (text.trim().match(/(?:\\.|\$\$|[^\s\\])+/g) ?? []).map((word) => word.replace(/\\(.)/g, '$1').replaceAll('$$', () => '$'));
  const [first] = words;
  return first !== undefined && /^[A-Za-z]+$/.test(first) ? [`-${first}`, ...words.slice(1)] : words;
}

/** What a make within is told. */
export function makeflags({ switches, quietAboutDirectories, definitions }: Flags): string {
  const letters = [...switches].sort().join('');
  const names = definitions.map(
    ({ name, operator, value }) => `${name}${operator}${value.replace(/[\s\\]/g, '\\$&').replaceAll('$', () => '$$')}`,
  );
  return `${letters}${quietAboutDirectories ? ' --no-print-directory' : ''}${names.length === 0 ? '' : ` -- ${names.join(' ')}`}`;
}
