/** make's variables: where each came from says which of two values stays. */
import type { Place } from './errors.ts';

export type Origin = 'default' | 'environment' | 'file' | 'environment override' | 'command line' | 'override' | 'automatic';

export interface Variable {
  readonly value: string;
  /** A simple one (`:=`) was expanded when it was set. */
  readonly flavor: 'recursive' | 'simple';
  readonly origin: Origin;
  /** Where it was set. */
  readonly place?: Place | null;
}

const RANK: readonly Origin[] = ['default', 'environment', 'file', 'environment override', 'command line', 'override', 'automatic'];

/** The variables of a makefile, or those that hold for one target and what it is made of. */
export class Variables {
  readonly #parent: Variables | null;
  readonly #own = new Map<string, Variable>();
  /** Whether a variable is handed to the commands of recipes: `export`, `unexport`. */
  readonly exported: Map<string, boolean>;

  constructor(parent: Variables | null = null) {
    this.#parent = parent;
    this.exported = new Map(parent?.exported);
  }

  get(name: string): Variable | undefined {
    const inherited = this.#parent?.get(name);
    const own = this.#own.get(name);
    if (own === undefined || inherited === undefined) return own ?? inherited;
    // `make VAR=x` holds against what a target says of VAR.
    return rank(own) < rank(inherited) ? inherited : own;
  }

  /** Sets a variable unless its value comes from somewhere that counts for more. */
  set(name: string, variable: Variable): void {
    const before = this.#own.get(name);
    if (before === undefined || rank(before) <= rank(variable)) this.#own.set(name, variable);
  }

  delete(name: string): void {
    this.#own.delete(name);
  }

  /** Those that were set here rather than further out. */
  ownNames(): readonly string[] {
    return [...this.#own.keys()];
  }

  names(): readonly string[] {
    return [...new Set([...(this.#parent?.names() ?? []), ...this.#own.keys()])];
  }
}

const rank = ({ origin }: Variable): number => RANK.indexOf(origin);

/** The variables that make knows before it has read anything. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  AR: 'ar',
  CC: 'cc',
  CXX: 'g++',
  MAKE: 'make',
  MAKE_COMMAND: 'make',
  MAKE_HOST: 'x86_64-pc-linux-gnu',
  MAKE_VERSION: '4.3',
  MAKEFILES: '',
  RM: 'rm -f',
  '.DEFAULT_GOAL': '',
  '.RECIPEPREFIX': '',
  '.SHELLFLAGS': '-c',
  '.SHELLSTATUS': '',
};
