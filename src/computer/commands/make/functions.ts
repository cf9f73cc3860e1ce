/** make's functions, by the name that follows `$(`. */
import type { Expansion } from './expand.ts';
import { inOrder } from './in-order.ts';
import { Variables } from './variables.ts';
import { directoryOf, matches, nameWithin, substituted, suffixOf, wordsOf } from './words.ts';

interface MakeFunction {
  readonly least: number;
  /** What follows so many arguments belongs to the last one. */
  readonly most: number;
  /** Its arguments are handed over as they are written. */
  readonly lazy?: true;
  run(expansion: Expansion, args: readonly string[]): string | Promise<string>;
}

const each = (work: (word: string) => string): MakeFunction => ({
  least: 1,
  most: 1,
  run: (_, [list = '']) => wordsOf(list).map(work).join(' '),
});

const listed = (least: number, work: (words: string[], expansion: Expansion) => string): MakeFunction => ({
  least,
  most: 1,
  run: (expansion, [list = '']) => work(wordsOf(list), expansion),
});

const pair = (work: (first: string, second: string) => string): MakeFunction => ({
  least: 2,
  most: 2,
  run: (_, [first = '', second = '']) => work(first, second),
});

const refused = (name: string): MakeFunction => ({
  least: 0,
  most: 1,
  lazy: true,
  run: (expansion) => expansion.fail(`$(${name} …): this make does not have the function '${name}'`),
});

/** A place in a list, as `$(word n,…)` counts: from 1. */
function position(expansion: Expansion, text: string, which: string, name: string, least: number): number {
  const trimmed = text.trim();
  if (!/^\d+$/.test(trimmed)) return expansion.fail(`non-numeric ${which} argument to '${name}' function: '${trimmed}'`);
  if (Number(trimmed) < least) return expansion.fail(`${which} argument to '${name}' function must be greater than 0`);
  return Number(trimmed);
}

const sorted = (words: readonly string[]): string[] => [...new Set(words)].sort((a, b) => (a < b ? -1 : 1));

export const FUNCTIONS: Readonly<Record<string, MakeFunction>> = {
  subst: {
    least: 3,
    most: 3,
    run: (_, [from = '', to = '', text = '']) => (from === '' ? text + to : text.replaceAll(from, () => to)),
  },
  patsubst: {
    least: 3,
    most: 3,
    run: (_, [pattern = '', replacement = '', text = '']) =>
      wordsOf(text)
        .map((word) => substituted(pattern.trim(), replacement.trim(), word))
        .join(' '),
  },
  strip: listed(0, (words) => words.join(' ')),
  findstring: pair((wanted, text) => (text.includes(wanted) ? wanted : '')),
  filter: pair((patterns, text) =>
    wordsOf(text)
      .filter((word) => matches(wordsOf(patterns), word))
      .join(' '),
  ),
  'filter-out': pair((patterns, text) =>
    wordsOf(text)
      .filter((word) => !matches(wordsOf(patterns), word))
      .join(' '),
  ),
  sort: listed(1, (words) => sorted(words).join(' ')),
  word: {
    least: 2,
    most: 2,
    run: (expansion, [n = '', text = '']) => wordsOf(text)[position(expansion, n, 'first', 'word', 1) - 1] ?? '',
  },
  wordlist: {
    least: 3,
    most: 3,
    run: (expansion, [from = '', to = '', text = '']) => {
      const first = position(expansion, from, 'first', 'wordlist', 1);
      return wordsOf(text)
        .slice(first - 1, position(expansion, to, 'second', 'wordlist', 0))
        .join(' ');
    },
  },
  words: listed(0, (words) => String(words.length)),
  firstword: listed(0, (words) => words[0] ?? ''),
  lastword: listed(0, (words) => words.at(-1) ?? ''),
  dir: each(directoryOf),
  notdir: each(nameWithin),
  suffix: listed(0, (words) =>
    words
      .map(suffixOf)
      .filter((suffix) => suffix !== '')
      .join(' '),
  ),
  basename: each((word) => word.slice(0, word.length - suffixOf(word).length)),
  addsuffix: pair((suffix, text) =>
    wordsOf(text)
      .map((word) => word + suffix)
      .join(' '),
  ),
  addprefix: pair((prefix, text) =>
    wordsOf(text)
      .map((word) => prefix + word)
      .join(' '),
  ),
  join: pair((first, second) => {
    const [a, b] = [wordsOf(first), wordsOf(second)];
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => `${a[i] ?? ''}${b[i] ?? ''}`).join(' ');
  }),
  wildcard: listed(1, (words, { surroundings }) => words.flatMap((word) => surroundings.wildcard(word)).join(' ')),
  realpath: listed(1, (words, { surroundings }) => words.flatMap((word) => surroundings.realPath(word) ?? []).join(' ')),
  abspath: listed(1, (words, { surroundings }) => words.map((word) => surroundings.absolutePath(word)).join(' ')),
  shell: {
    least: 0,
    most: 1,
    run: async ({ surroundings, variables }, [command = '']) => {
      const { stdout, exitCode } = await surroundings.shell(command);
      variables.set('.SHELLSTATUS', { value: String(exitCode), flavor: 'simple', origin: 'override' });
      return stdout.replace(/\n+$/, '').replaceAll('\n', ' ');
    },
  },
  foreach: {
    least: 3,
    most: 3,
    lazy: true,
    run: async (expansion, [name = '', list = '', text = '']) => {
      const variable = (await expansion.expand(name)).trim();
      const words = wordsOf(await expansion.expand(list));
      const results = await inOrder(words, (value) => {
        const variables = new Variables(expansion.variables);
        variables.set(variable, { value, flavor: 'simple', origin: 'automatic' });
        return expansion.within(variables).expand(text);
      });
      return results.join(' ');
    },
  },
  if: {
    least: 2,
    most: 3,
    lazy: true,
    run: async (expansion, [condition = '', then = '', otherwise = '']) =>
      expansion.expand((await expansion.expand(condition.trim())) === '' ? otherwise : then),
  },
  or: {
    least: 1,
    most: Infinity,
    lazy: true,
    run: async (expansion, args) => {
      for (const arg of args) {
        const value = await expansion.expand(arg.trim());
        if (value !== '') return value;
      }
      return '';
    },
  },
  and: {
    least: 1,
    most: Infinity,
    lazy: true,
    run: async (expansion, args) => {
      let value = '';
      for (const arg of args) {
        value = await expansion.expand(arg.trim());
        if (value === '') return '';
      }
      return value;
    },
  },
  call: {
    least: 1,
    most: Infinity,
    run: (expansion, [name = '', ...args]) => {
      const called = name.trim();
      const known = Object.hasOwn(FUNCTIONS, called) ? FUNCTIONS[called] : undefined;
      if (known !== undefined) return known.run(expansion, args);
      const definition = expansion.variables.get(called);
      if (definition === undefined) return '';
      const variables = new Variables(expansion.variables);
      [called, ...args].forEach((value, i) => variables.set(String(i), { value, flavor: 'simple', origin: 'automatic' }));
      // The parameters of a call around this one are not this one's.
      for (let i = args.length + 1; i < 10; i++) variables.set(String(i), { value: '', flavor: 'simple', origin: 'automatic' });
      return expansion.within(variables).expand(definition.value);
    },
  },
  value: { least: 1, most: 1, run: ({ variables }, [name = '']) => variables.get(name.trim())?.value ?? '' },
  origin: { least: 1, most: 1, run: ({ variables }, [name = '']) => variables.get(name.trim())?.origin ?? 'undefined' },
  flavor: { least: 1, most: 1, run: ({ variables }, [name = '']) => variables.get(name.trim())?.flavor ?? 'undefined' },
  info: {
    least: 0,
    most: 1,
    run: ({ surroundings }, [text = '']) => {
      surroundings.say('stdout', `${text}\n`);
      return '';
    },
  },
  warning: {
    least: 0,
    most: 1,
    run: ({ surroundings, place }, [text = '']) => {
      surroundings.say('stderr', `${place === null ? 'make' : `${place.file}:${place.line}`}: ${text}\n`);
      return '';
    },
  },
  error: { least: 0, most: 1, run: (expansion, [text = '']) => expansion.fail(text) },
  eval: refused('eval'),
  file: refused('file'),
  guile: refused('guile'),
};
