/** Reads makefiles: variables, conditionals, includes, and the rules. */
import { MakeError, placeText, type Place } from './errors.ts';
import type { Expansion } from './expand.ts';
import { definitionIn, logicalLines, outside, plainText, recipeText, type Definition, type Line } from './lines.ts';
import { Rules, type Recipe } from './rules.ts';
import { Variables, type Origin } from './variables.ts';
import { closing } from './expand.ts';
import { isGlob, stemOf, wordsOf } from './words.ts';

/** What reading needs of the make that it is part of. */
export interface Library {
  /** The text of a makefile; null where it is not there. */
  read(name: string): string | null;
  say(text: string): void;
}

interface Condition {
  readonly line: number;
  /** Whether its lines are read now. */
  taken: boolean;
  /** Whether one of its branches was, so that no `else` is. */
  done: boolean;
  hadElse: boolean;
}

/** A rule whose recipe is still being read. */
interface Pending {
  readonly place: Place;
  readonly targets: readonly string[];
  readonly targetPattern: string | null;
  readonly prerequisites: readonly string[];
  readonly orderOnly: readonly string[];
  readonly isDoubleColon: boolean;
  readonly isGrouped: boolean;
  readonly lines: string[];
  recipeLine: number;
}

const DIRECTIVE = /^(ifeq|ifneq|ifdef|ifndef|else|endif)(?=$|[\s(])\s*/;
const REFUSED = /^(vpath|load|private)(?=$|\s)/;

export class Reader {
  readonly rules = new Rules();
  readonly variables: Variables;
  /** Included files that were not there, and where they were asked for. */
  readonly missing: { readonly name: string; readonly place: Place; readonly isOptional: boolean }[] = [];
  readonly #expansion: Expansion;
  readonly #library: Library;
  #conditions: Condition[] = [];
  #pending: Pending | null = null;
  exportsAll = false;

  constructor(expansion: Expansion, library: Library) {
    this.#expansion = expansion;
    this.variables = expansion.variables;
    this.#library = library;
  }

  /** Reads one makefile, and those that it includes. */
  async read(name: string, text: string): Promise<void> {
    const outer = this.#conditions;
    this.#conditions = [];
    this.#append('MAKEFILE_LIST', ` ${name}`);
    const lines = logicalLines(text);
    for (let i = 0; i < lines.length; i++) i += await this.#line(lines, i, name);
    this.#finishRule();
    const open = this.#conditions.at(-1);
    if (open !== undefined) throw new MakeError("missing 'endif'", { file: name, line: lines.length + 1 });
    this.#conditions = outer;
  }

  /** Takes a `VAR=value` of the command line or of MAKEFLAGS. */
  async assign(definition: Definition, origin: Origin, place: Place | null): Promise<void> {
    await this.#define(this.variables, definition, origin, place);
  }

  get #isReading(): boolean {
    return this.#conditions.every(({ taken }) => taken);
  }

  /** Reads a line; gives how many more it took. */
  async #line(lines: readonly Line[], at: number, file: string): Promise<number> {
    const { raw, number } = lines[at]!;
    const place = { file, line: number };
    const prefix = this.variables.get('.RECIPEPREFIX')?.value[0] ?? '\t';
    if (raw.startsWith(prefix) && this.#pending !== null) {
      if (this.#isReading) this.#recipeLine(raw, number, prefix);
      return 0;
    }
    const text = plainText(raw).trimStart();
    if (text.trim() === '') return 0;
    const directive = DIRECTIVE.exec(text);
    if (directive !== null && definitionIn(text) === null) {
      await this.#conditional(directive[1]!, text.slice(directive[0].length).trim(), place);
      return 0;
    }
    if (!this.#isReading) return 0;
    const define = /^(override\s+|export\s+)?define\s+(\S+)\s*(=|::?=|\?=|\+=|!=)?\s*$/.exec(text);
    if (define !== null) return this.#multiLine(lines, at, define, place);
    if (raw.startsWith(prefix) && definitionIn(text) === null) throw new MakeError('recipe commences before first target', place);
    await this.#statement(text, raw, place);
    return 0;
  }

  #recipeLine(raw: string, number: number, prefix: string): void {
    const pending = this.#pending!;
    const text = recipeText(raw, prefix);
    if (pending.lines.length === 0) {
      if (text.trim() === '') return;
      pending.recipeLine = number;
    }
    pending.lines.push(text);
  }

  async #statement(text: string, raw: string, place: Place): Promise<void> {
    const expansion = this.#expansion.at(place);
    const refused = REFUSED.exec(text);
    if (refused !== null) throw new MakeError(`'${refused[1]}' is not among what this make reads`, place);
    const include = /^(-include|sinclude|include)(?:\s+(.*))?$/s.exec(text);
    if (include !== null) return this.#include(await expansion.expand(include[2] ?? ''), include[1] !== 'include', place);
    const undefine = /^(?:override\s+)?undefine\s+(.*)$/.exec(text);
    if (undefine !== null) return this.variables.delete((await expansion.expand(undefine[1]!)).trim());
    const [, modifiers = '', rest = ''] = /^((?:(?:export|unexport|override)(?:\s+|$))*)(.*)$/s.exec(text) ?? [];
    const definition = definitionIn(rest);
    if (definition !== null) {
      this.#finishRule();
      const origin = /\boverride\b/.test(modifiers) ? 'override' : 'file';
      const name = await this.#define(this.variables, definition, origin, place);
      if (/\bexport\b/.test(modifiers)) this.variables.exported.set(name, !/\bunexport\b/.test(modifiers));
      return;
    }
    if (/^(?:un)?export\b/.test(modifiers)) return this.#export(await expansion.expand(rest), modifiers.startsWith('export'));
    await this.#rule(text, raw, place);
  }

  #export(list: string, isExported: boolean): void {
    const names = wordsOf(list);
    if (names.length === 0) this.exportsAll = isExported;
    for (const name of names) this.variables.exported.set(name, isExported);
  }

  /** Gives the name. */
  async #define(variables: Variables, { name, operator, value }: Definition, origin: Origin, place: Place | null): Promise<string> {
    const expansion = place === null ? this.#expansion : this.#expansion.at(place).within(variables);
    const expanded = (await expansion.expand(name)).trim();
    if (expanded === '') throw new MakeError('empty variable name', place);
    if (expanded === 'VPATH') throw new MakeError('VPATH: this make looks for files where they are named, and nowhere else', place);
    const before = variables.get(expanded);
    if (operator === '?=' && before !== undefined) return expanded;
    if (operator === '=' || operator === '?=') variables.set(expanded, { value, flavor: 'recursive', origin, place });
    else if (operator === ':=') variables.set(expanded, { value: await expansion.expand(value), flavor: 'simple', origin });
    else if (operator === '!=') {
      const { stdout } = await this.#expansion.surroundings.shell(await expansion.expand(value));
      variables.set(expanded, { value: stdout.replace(/\n$/, '').replaceAll('\n', ' '), flavor: 'recursive', origin });
    } else {
      const added = before?.flavor === 'simple' ? await expansion.expand(value) : value;
      const flavor = before?.flavor ?? 'recursive';
      variables.set(expanded, { value: before === undefined || before.value === '' ? added : `${before.value} ${added}`, flavor, origin });
    }
    return expanded;
  }

  #append(name: string, text: string): void {
    const before = this.variables.get(name)?.value ?? '';
    this.variables.set(name, { value: before + text, flavor: 'simple', origin: 'file' });
  }

  async #multiLine(lines: readonly Line[], at: number, [, modifiers = '', name = '', operator = '=']: RegExpExecArray, place: Place) {
    this.#finishRule();
    const body: string[] = [];
    let depth = 1;
    let end = at + 1;
    for (; end < lines.length; end++) {
      const text = lines[end]!.raw.trim();
      if (/^(?:override\s+|export\s+)?define\s+\S/.test(text)) depth++;
      if (/^endef(?:\s|$)/.test(text) && --depth === 0) break;
      body.push(lines[end]!.raw);
    }
    if (end === lines.length) throw new MakeError("missing 'endef', unterminated 'define'", place);
    const defined = await this.#define(
      this.variables,
      { name, operator: operator === '::=' ? ':=' : (operator as Definition['operator']), value: body.join('\n') },
      modifiers.startsWith('override') ? 'override' : 'file',
      place,
    );
    if (modifiers.startsWith('export')) this.variables.exported.set(defined, true);
    return end - at;
  }

  async #conditional(directive: string, rest: string, place: Place): Promise<void> {
    if (directive === 'endif') {
      if (this.#conditions.pop() === undefined) throw new MakeError("extraneous 'endif'", place);
      return;
    }
    if (directive !== 'else') {
      const isLive = this.#isReading;
      const taken = isLive && (await this.#holds(directive, rest, place));
      this.#conditions.push({ line: place.line, taken, done: taken || !isLive, hadElse: false });
      return;
    }
    const condition = this.#conditions.at(-1);
    if (condition === undefined) throw new MakeError("extraneous 'else'", place);
    if (condition.hadElse) throw new MakeError("only one 'else' per conditional", place);
    const next = DIRECTIVE.exec(rest);
    if (next === null) condition.hadElse = true;
    condition.taken = !condition.done && (next === null || (await this.#holds(next[1]!, rest.slice(next[0].length), place)));
    condition.done ||= condition.taken;
  }

  async #holds(directive: string, rest: string, place: Place): Promise<boolean> {
    const expansion = this.#expansion.at(place);
    if (directive === 'ifdef' || directive === 'ifndef') {
      const variable = this.variables.get((await expansion.expand(rest)).trim());
      return (variable !== undefined && variable.value !== '') === (directive === 'ifdef');
    }
    const sides = comparedSides(rest);
    if (sides === null) throw new MakeError('invalid syntax in conditional', place);
    const [left, right] = [await expansion.expand(sides[0]), await expansion.expand(sides[1])];
    return (left === right) === (directive === 'ifeq');
  }

  async #include(list: string, isOptional: boolean, place: Place): Promise<void> {
    this.#finishRule();
    for (const word of wordsOf(list)) {
      const found = isGlob(word) ? this.#expansion.surroundings.wildcard(word) : [word];
      for (const name of found.length === 0 ? [word] : found) {
        const text = this.#library.read(name);
        if (text === null) this.missing.push({ name, place, isOptional });
        else await this.read(name, text);
      }
    }
  }

  async #rule(text: string, raw: string, place: Place): Promise<void> {
    this.#finishRule();
    const expansion = this.#expansion.at(place);
    let colon = outside(text, ':');
    let line = text;
    if (colon < 0) {
      line = await expansion.expand(text);
      colon = outside(line, ':');
      if (colon < 0) {
        if (line.trim() === '') return;
        throw new MakeError(/^ {8}/.test(raw) ? 'missing separator (did you mean TAB instead of 8 spaces?)' : 'missing separator', place);
      }
    }
    const isDoubleColon = line[colon + 1] === ':';
    const isGrouped = line[colon - 1] === '&';
    const targets = this.#fileNames(await expansion.expand(line.slice(0, isGrouped ? colon - 1 : colon)));
    const rest = line.slice(colon + (isDoubleColon ? 2 : 1)).replace(/^\s+/, '');
    if (targets.length === 0) {
      if (line.slice(0, colon).trim() === '') throw new MakeError('missing target', place);
      return;
    }
    const [, modifiers = '', assigned = ''] = /^((?:(?:export|override|private)\s+)*)(.*)$/s.exec(rest) ?? [];
    const definition = definitionIn(assigned);
    if (definition !== null) return this.#targetVariable(targets, definition, modifiers, place);
    await this.#ruleOf(targets, rest, { place, isDoubleColon, isGrouped });
  }

  async #ruleOf(targets: readonly string[], rest: string, kind: Pick<Pending, 'place' | 'isDoubleColon' | 'isGrouped'>): Promise<void> {
    if (targets.includes('.SECONDEXPANSION')) throw new MakeError('.SECONDEXPANSION is not among what this make reads', kind.place);
    const semicolon = outside(rest, ';');
    const named = await this.#expansion.at(kind.place).expand(semicolon < 0 ? rest : rest.slice(0, semicolon));
    const colon = outside(named, ':');
    const targetPattern = colon < 0 ? null : named.slice(0, colon).trim();
    if (targetPattern !== null && !targetPattern.includes('%')) throw new MakeError("target pattern contains no '%'", kind.place);
    const list = colon < 0 ? named : named.slice(colon + 1);
    const bar = wordsOf(list).indexOf('|');
    const words = wordsOf(list.replace(/(?<=\s|^)\|(?=\S)/g, '| '));
    this.#pending = {
      ...kind,
      targets,
      targetPattern,
      prerequisites: this.#fileNames((bar < 0 ? words : words.slice(0, bar)).join(' ')),
      orderOnly: bar < 0 ? [] : this.#fileNames(words.slice(bar + 1).join(' ')),
      lines: semicolon < 0 ? [] : [rest.slice(semicolon + 1).trimStart()],
      recipeLine: kind.place.line,
    };
  }

  async #targetVariable(targets: readonly string[], definition: Definition, modifiers: string, place: Place): Promise<void> {
    if (modifiers.includes('private')) throw new MakeError("'private' is not among what this make reads", place);
    for (const name of targets) {
      const variables = this.#variablesOf(name);
      const defined = await this.#define(variables, definition, modifiers.includes('override') ? 'override' : 'file', place);
      if (modifiers.includes('export')) variables.exported.set(defined, true);
    }
  }

  #variablesOf(name: string): Variables {
    if (name.includes('%')) {
      const known = this.rules.patternVariables.find(({ pattern }) => pattern === name)?.variables;
      const variables = known ?? new Variables(this.variables);
      if (known === undefined) this.rules.patternVariables.push({ pattern: name, variables });
      return variables;
    }
    return (this.rules.target(name).variables ??= new Variables(this.variables));
  }

  /** File names of a list: `./x` is `x`, and globs are what they match. */
  #fileNames(list: string): string[] {
    return wordsOf(list).flatMap((word) => {
      const name = word.replace(/\\([:#% ])/g, '$1').replace(/^(?:\.\/+)+(?=.)/, '');
      if (!isGlob(name)) return [name];
      const found = this.#expansion.surroundings.wildcard(name);
      return found.length === 0 ? [name] : found;
    });
  }

  #finishRule(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return;
    const { targets, prerequisites, orderOnly, isDoubleColon, isGrouped, place, targetPattern } = pending;
    const recipe: Recipe | null =
      pending.lines.length === 0 ? null : { place: { file: place.file, line: pending.recipeLine }, lines: pending.lines };
    const warn = (text: string) => this.#library.say(text);
    if (targetPattern !== null) {
      for (const target of targets) {
        const stem = stemOf(targetPattern, target);
        if (stem === null) {
          warn(`${placeText(place)}: target '${target}' doesn't match the target pattern\n`);
          continue;
        }
        const fill = (name: string) => name.replace('%', () => stem);
        const rule = { targets: [target], prerequisites: prerequisites.map(fill), orderOnly: orderOnly.map(fill) };
        this.rules.add({ ...rule, recipe, isDoubleColon, isGrouped: false, stem }, place, warn);
      }
      return;
    }
    const patterns = targets.map((target) => (target.includes('%') ? target : suffixPattern(target, prerequisites, recipe)));
    if (patterns.every((pattern) => pattern === null)) {
      this.rules.add({ targets, prerequisites, orderOnly, recipe, isDoubleColon, isGrouped, stem: '' }, place, warn);
      return;
    }
    const [first] = targets;
    const isSuffixRule = first !== undefined && !first.includes('%');
    if (patterns.some((pattern) => pattern === null)) throw new MakeError('mixed implicit and normal rules', place);
    const made = isSuffixRule ? [`%${suffixesOf(first)![0]}`] : prerequisites;
    this.rules.addPattern({ targets: patterns as string[], prerequisites: made, orderOnly, recipe, isDoubleColon, place });
  }
}

const KNOWN_SUFFIXES: ReadonlySet<string> = new Set('.out .a .o .c .cc .C .cpp .p .f .s .S .h .info .dvi .tex .texi .sh .el'.split(' '));

/** `.c.o` as its two suffixes. */
function suffixesOf(target: string): readonly [string, string] | null {
  const [, from, to] = /^(\.[A-Za-z]+)(\.[A-Za-z]+)$/.exec(target) ?? [];
  return from !== undefined && to !== undefined && KNOWN_SUFFIXES.has(from) && KNOWN_SUFFIXES.has(to) ? [from, to] : null;
}

/** The old way to write `%.o: %.c`. */
function suffixPattern(target: string, prerequisites: readonly string[], recipe: Recipe | null): string | null {
  const suffixes = prerequisites.length === 0 && recipe !== null ? suffixesOf(target) : null;
  return suffixes === null ? null : `%${suffixes[1]}`;
}

/** `(a,b)`, `"a" "b"` and `'a' 'b'`. */
function comparedSides(text: string): readonly [string, string] | null {
  if (text.startsWith('(')) {
    const end = closing(text, 0);
    const inner = text.slice(1, end < 0 ? text.length : end);
    const comma = outside(inner, ',');
    if (end < 0 || comma < 0) return null;
    return [inner.slice(0, comma).trimEnd(), inner.slice(comma + 1).trimStart()];
  }
  const [, , left, , right] = /^(["'])(.*?)\1\s*(["'])(.*?)\3$/s.exec(text) ?? [];
  return left === undefined || right === undefined ? null : [left, right];
}
