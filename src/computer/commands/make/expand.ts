/** Expands `$(…)` in makefile text. */
import { MakeError, type Place } from './errors.ts';
import { FUNCTIONS } from './functions.ts';
import { inOrder } from './in-order.ts';
import type { Variables } from './variables.ts';
import { stemOf, substituted, wordsOf } from './words.ts';

/** What expansion needs of the make that it is part of. */
export interface Surroundings {
  /** Standard output of a command, as `$(shell …)` takes it, and its exit code. */
  shell(command: string): Promise<{ readonly stdout: string; readonly exitCode: number }>;
  /** Names of files that match, in the working directory. */
  wildcard(pattern: string): readonly string[];
  /** The absolute path; null where there is no such file. */
  realPath(name: string): string | null;
  absolutePath(name: string): string;
  say(stream: 'stdout' | 'stderr', text: string): void;
}

export class Expansion {
  readonly variables: Variables;
  readonly surroundings: Surroundings;
  /** Where the text stands that is expanded now. */
  readonly place: Place | null;
  readonly #expanding: readonly string[];

  constructor(variables: Variables, surroundings: Surroundings, place: Place | null, expanding: readonly string[] = []) {
    this.variables = variables;
    this.surroundings = surroundings;
    this.place = place;
    this.#expanding = expanding;
  }

  within(variables: Variables): Expansion {
    return new Expansion(variables, this.surroundings, this.place, this.#expanding);
  }

  at(place: Place): Expansion {
    return new Expansion(this.variables, this.surroundings, place, this.#expanding);
  }

  async expand(text: string): Promise<string> {
    let result = '';
    for (let at = 0; at < text.length;) {
      const dollar = text.indexOf('$', at);
      if (dollar < 0 || dollar === text.length - 1) return result + text.slice(at);
      result += text.slice(at, dollar);
      const next = text[dollar + 1]!;
      if (next === '(' || next === '{') {
        const end = closing(text, dollar + 1);
        if (end < 0) throw new MakeError(this.#unterminated(text.slice(dollar + 2)), this.place);
        result += await this.#reference(text.slice(dollar + 2, end), next);
        at = end + 1;
        continue;
      }
      result += next === '$' ? '$' : await this.value(next);
      at = dollar + 2;
    }
    return result;
  }

  /** The expanded value of a variable; empty where it has none. */
  async value(name: string): Promise<string> {
    const variable = this.variables.get(name);
    if (variable === undefined) return '';
    if (variable.flavor === 'simple') return variable.value;
    if (this.#expanding.includes(name))
      throw new MakeError(`Recursive variable '${name}' references itself (eventually)`, variable.place ?? this.place);
    return new Expansion(this.variables, this.surroundings, this.place, [...this.#expanding, name]).expand(variable.value);
  }

  fail(message: string): never {
    throw new MakeError(message, this.place);
  }

  async #reference(inner: string, opening: string): Promise<string> {
    const call = /^([a-z][a-z-]*)(?:\s+|$)/.exec(inner);
    const known = call === null || call[0] === call[1] ? undefined : FUNCTIONS[call[1]!];
    if (call !== null && known !== undefined && Object.hasOwn(FUNCTIONS, call[1]!)) {
      const args = argumentsOf(inner.slice(call[0].length), opening, known.most);
      if (args.length < known.least || (known.least > 0 && args.length === 1 && args[0] === '' && known.least > 1))
        return this.fail(`insufficient number of arguments (${args.length}) to function '${call[1]}'`);
      const given = known.lazy === true ? args : await inOrder(args, (arg) => this.expand(arg));
      return known.run(this, given);
    }
    const reference = await this.expand(inner);
    const [, name, from, to] = /^([^:]+):([^=]*)=(.*)$/s.exec(reference) ?? [];
    if (name === undefined || from === undefined || to === undefined) return this.value(reference.trim());
    const [pattern, replacement] = from.includes('%') ? [from, to] : [`%${from}`, to.includes('%') ? to : `%${to}`];
    const words = wordsOf(await this.value(name));
    return words.map((word) => (stemOf(pattern, word) === null ? word : substituted(pattern, replacement, word))).join(' ');
  }

  #unterminated(rest: string): string {
    const name = /^([a-z][a-z-]*)\s/.exec(rest)?.[1];
    return name !== undefined && Object.hasOwn(FUNCTIONS, name)
      ? `unterminated call to function '${name}': missing ')'`
      : 'unterminated variable reference';
  }
}

/** Where the parenthesis or brace at `open` is closed; -1 where it is not. */
export function closing(text: string, open: number): number {
  const [opening, end] = text[open] === '(' ? ['(', ')'] : ['{', '}'];
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === opening) depth++;
    else if (text[i] === end && --depth === 0) return i;
  }
  return -1;
}

function argumentsOf(text: string, opening: string, most: number): string[] {
  const end = opening === '(' ? ')' : '}';
  const args: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === opening) depth++;
    else if (text[i] === end) depth--;
    else if (text[i] === ',' && depth === 0 && args.length < most - 1) {
      args.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...args, text.slice(from)];
}
