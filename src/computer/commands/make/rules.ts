/** What a makefile says: which target is made of what, and how. */
import { MakeError, placeText, type Place } from './errors.ts';
import { directoryOf, nameWithin, stemOf, withStem } from './words.ts';
import type { Variables } from './variables.ts';

export interface Recipe {
  readonly place: Place;
  /** As they are written, without the tab; a line that goes on after `\` is one. */
  readonly lines: readonly string[];
}

export interface Rule {
  readonly targets: readonly string[];
  readonly prerequisites: readonly string[];
  readonly orderOnly: readonly string[];
  readonly recipe: Recipe | null;
  /** `::`, each of whose rules is carried out for itself. */
  readonly isDoubleColon: boolean;
  /** `&:`, whose recipe makes all of its targets at once. */
  readonly isGrouped: boolean;
  /** The part that `%` stood for in a static pattern rule. */
  readonly stem: string;
}

export interface PatternRule extends Omit<Rule, 'isGrouped' | 'stem'> {
  readonly place: Place;
}

/** A file, or a name that stands for work, as far as the makefile speaks of it. */
export class Target {
  readonly name: string;
  readonly rules: Rule[] = [];
  /** It stands in the makefile, as a target or as what one is made of. */
  isMentioned = false;
  isPhony = false;
  isIntermediate = false;
  variables: Variables | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get isTarget(): boolean {
    return this.rules.length > 0;
  }

  get isDoubleColon(): boolean {
    return this.rules[0]?.isDoubleColon === true;
  }

  get recipeRule(): Rule | undefined {
    return this.rules.find(({ recipe }) => recipe !== null);
  }

  /** All that it is made of, what the rule with the recipe names first. */
  prerequisites(kind: 'prerequisites' | 'orderOnly'): readonly string[] {
    const { recipeRule } = this;
    const rules = [...this.rules].filter((rule) => rule !== recipeRule);
    return [...(recipeRule === undefined ? [] : [recipeRule]), ...rules].flatMap((rule) => rule[kind]);
  }
}

/** Targets that say something about others and are none themselves. */
const SPECIAL = /^\.[A-Z_]+$/;

export class Rules {
  readonly targets = new Map<string, Target>();
  readonly patterns: PatternRule[] = [];
  readonly patternVariables: { readonly pattern: string; readonly variables: Variables }[] = [];
  /** The first target that can be a goal. */
  firstTarget = '';

  target(name: string): Target {
    let target = this.targets.get(name);
    if (target === undefined) this.targets.set(name, (target = new Target(name)));
    return target;
  }

  /** What `.PHONY: a b` and its like name; null where the special target does not occur. */
  namedBy(special: string): readonly string[] | null {
    const target = this.targets.get(special);
    return target?.isTarget === true ? target.prerequisites('prerequisites') : null;
  }

  /** Whether a special target is there for `name`, or for all. */
  holds(special: string, name: string): boolean {
    const names = this.namedBy(special);
    return names !== null && (names.length === 0 || names.includes(name));
  }

  /** Adds a rule; `warn` hears of a recipe that takes another's place. */
  add(rule: Rule, place: Place, warn: (text: string) => void): void {
    for (const name of rule.targets) {
      const target = this.target(name);
      target.isMentioned = true;
      const [first] = target.rules;
      if (first !== undefined && first.isDoubleColon !== rule.isDoubleColon)
        throw new MakeError(`target file '${name}' has both : and :: entries`, place);
      const before = rule.recipe === null || rule.isDoubleColon ? undefined : target.recipeRule;
      if (before?.recipe != null) {
        warn(`${placeText(rule.recipe!.place)}: warning: overriding recipe for target '${name}'\n`);
        warn(`${placeText(before.recipe.place)}: warning: ignoring old recipe for target '${name}'\n`);
        target.rules[target.rules.indexOf(before)] = { ...before, recipe: null };
      }
      target.rules.push(rule);
      if (this.firstTarget === '' && (!name.startsWith('.') || name.includes('/'))) this.firstTarget = name;
    }
    if (rule.targets.length > 0 && rule.targets.every((name) => SPECIAL.test(name))) {
      if (rule.targets.includes('.PHONY')) for (const name of rule.prerequisites) this.target(name).isPhony = true;
      if (rule.targets.includes('.INTERMEDIATE')) for (const name of rule.prerequisites) this.target(name).isIntermediate = true;
      return;
    }
    for (const name of [...rule.prerequisites, ...rule.orderOnly]) this.target(name).isMentioned = true;
  }

  addPattern(rule: PatternRule): void {
    // The same pattern a second time takes the place of the first; without a recipe it takes it away.
    const same = this.patterns.findIndex(
      ({ targets, prerequisites }) =>
        targets.join(' ') === rule.targets.join(' ') && prerequisites.join(' ') === rule.prerequisites.join(' '),
    );
    if (same >= 0) this.patterns.splice(same, 1);
    if (rule.recipe !== null) this.patterns.push(rule);
  }

  /** The variables of the patterns that match a target, the more general first. */
  variablesFor(name: string): readonly Variables[] {
    return this.patternVariables
      .map((each) => ({ ...each, stem: stemOf(each.pattern, name) }))
      .filter(({ stem }) => stem !== null)
      .sort((a, b) => b.stem!.length - a.stem!.length)
      .map(({ variables }) => variables);
  }
}

/** A pattern rule as it holds for one target. */
export interface Implicit extends Rule {
  /** Files that another pattern rule makes on the way and that nothing else speaks of. */
  readonly intermediates: readonly { readonly name: string; readonly rule: Implicit }[];
}

/** The pattern rule that can make `name`: the one with the shortest stem whose prerequisites are there or can be made. */
export function implicitRule(
  rules: Rules,
  name: string,
  exists: (name: string) => boolean,
  used: readonly PatternRule[] = [],
): Implicit | null {
  const isThere = (each: string) => rules.targets.get(each)?.isMentioned === true || exists(each);
  const candidates = rules.patterns
    .filter((rule) => !used.includes(rule))
    .flatMap((rule) => rule.targets.flatMap((pattern) => candidate(rule, pattern, name) ?? []))
    .sort((a, b) => a.length - b.length);
  for (const { rule, fill, stem } of candidates) {
    const prerequisites = rule.prerequisites.map(fill);
    if (prerequisites.every(isThere)) return { ...filled(rule, fill, stem, prerequisites), intermediates: [] };
  }
  for (const { rule, fill, stem } of candidates) {
    if (rule.isDoubleColon) continue;
    const prerequisites = rule.prerequisites.map(fill);
    const made = prerequisites
      .filter((each) => !isThere(each))
      .map((each) => ({ name: each, rule: implicitRule(rules, each, exists, [...used, rule]) }));
    if (made.every((each): each is { name: string; rule: Implicit } => each.rule !== null))
      return { ...filled(rule, fill, stem, prerequisites), intermediates: made };
  }
  return null;
}

/** A pattern without a slash is matched with the last part of the path, whose directory goes in front of what it is made of. */
function candidate(rule: PatternRule, pattern: string, name: string) {
  const directory = pattern.includes('/') || !name.includes('/') ? '' : directoryOf(name);
  const stem = stemOf(pattern, directory === '' ? name : nameWithin(name));
  if (stem === null || stem === '') return null;
  const fill = (each: string) => (each.includes('%') ? directory + withStem(each, stem) : each);
  return { rule, fill, stem: directory + stem, length: stem.length };
}

function filled(rule: PatternRule, fill: (name: string) => string, stem: string, prerequisites: readonly string[]): Rule {
  const { recipe, isDoubleColon } = rule;
  return {
    targets: rule.targets.map(fill),
    prerequisites,
    orderOnly: rule.orderOnly.map(fill),
    recipe,
    isDoubleColon,
    isGrouped: true,
    stem,
  };
}
