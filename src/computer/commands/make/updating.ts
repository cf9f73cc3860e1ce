/** Brings goals up to date: what they are made of first, then what is older than that. */
import { STANDSTILL } from '../../files/file-system.ts';
import { MakeError } from './errors.ts';
import type { Expansion } from './expand.ts';
import { inOrder } from './in-order.ts';
import { runRecipe, type RecipeOptions, type Shell } from './recipe.ts';
import { implicitRule, type Rule, type Rules, type Target } from './rules.ts';
import { Variables } from './variables.ts';
import { directoryOf, nameWithin } from './words.ts';

/** The files that make compares. */
export interface Disk {
  exists(name: string): boolean;
  /** ms since the epoch; null where there is no such file. */
  modified(name: string): Promise<number | null>;
  /** Of a directory nothing changes. */
  touch(name: string): Promise<void>;
  remove(name: string): void;
}

export interface UpdateOptions extends Omit<RecipeOptions, 'isSilent' | 'ignoresErrors' | 'isOneShell'> {
  readonly isSilent: boolean;
  readonly ignoresErrors: boolean;
  readonly keepsGoing: boolean;
  /** `-B` */
  readonly makesAlways: boolean;
}

type Status = 'ok' | 'failed' | 'interrupted' | 'needed';

interface State {
  status: Status | 'running';
  /** Its recipe was run, or it is a name that stands for work: what is made of it is older. */
  isNew: boolean;
  variables: Variables;
}

/** A prerequisite that was just made is newer than anything. */
const JUST_MADE = Infinity;

export class Update {
  readonly #rules: Rules;
  readonly #expansion: Expansion;
  readonly #disk: Disk;
  readonly #shell: Shell;
  readonly #options: UpdateOptions;
  readonly #states = new Map<string, State>();
  readonly #found = new Map<string, Rule | null>();
  readonly #made: string[] = [];
  #started = 0;

  constructor(rules: Rules, expansion: Expansion, disk: Disk, shell: Shell, options: UpdateOptions) {
    this.#rules = rules;
    this.#expansion = expansion;
    this.#disk = disk;
    this.#shell = shell;
    this.#options = options;
  }

  /** Whether anything says how `name` is made. */
  canMake(name: string): boolean {
    return this.#rules.targets.get(name)?.recipeRule !== undefined || this.#implicit(name) !== null;
  }

  /** Exit code of make: 0, 1 for `-q` where something is to be done, 2 after a failure, 130 after Ctrl+C. */
  async goals(names: readonly string[]): Promise<number> {
    const statuses: Status[] = [];
    for (const name of names) {
      const before = this.#started;
      const status = await this.#update(this.#rules.target(name), null, this.#expansion.variables);
      statuses.push(status);
      if (status === 'ok' && this.#started === before) this.#sayNothingDone(name);
      if (status === 'failed' && this.#options.keepsGoing) this.#notRemade(name);
      if (status === 'interrupted' || (status !== 'ok' && !this.#options.keepsGoing)) break;
    }
    this.#removeIntermediates();
    if (statuses.includes('interrupted')) return 130;
    if (statuses.includes('failed')) return 2;
    return statuses.includes('needed') ? 1 : 0;
  }

  #notRemade(name: string): void {
    const { me } = this.#options;
    if (this.#rules.target(name).isTarget && this.#dependsOnFailure(name))
      this.#shell.say('stderr', `${me}: Target '${name}' not remade because of errors.\n`);
  }

  #dependsOnFailure(name: string): boolean {
    return this.#prerequisitesOf(name).some((each) => this.#states.get(each)?.status === 'failed');
  }

  #prerequisitesOf(name: string): readonly string[] {
    const target = this.#rules.target(name);
    const found = this.#found.get(name);
    return [...(found?.prerequisites ?? []), ...target.prerequisites('prerequisites'), ...target.prerequisites('orderOnly')];
  }

  #sayNothingDone(name: string): void {
    if (this.#options.isSilent || this.#options.mode === 'question') return;
    const target = this.#rules.target(name);
    const isFile = !target.isPhony && (target.recipeRule !== undefined || this.#found.get(name) != null);
    this.#shell.say('stdout', `${this.#options.me}: ${isFile ? `'${name}' is up to date.` : `Nothing to be done for '${name}'.`}\n`);
  }

  async #update(target: Target, neededBy: Target | null, inherited: Variables): Promise<Status> {
    const known = this.#states.get(target.name);
    if (known !== undefined) return known.status === 'running' ? 'ok' : known.status;
    const state: State = { status: 'running', isNew: false, variables: this.#variablesOf(target, inherited) };
    this.#states.set(target.name, state);
    state.status = target.isDoubleColon ? await this.#updateEach(target, state) : await this.#updateOne(target, neededBy, state);
    return state.status;
  }

  #variablesOf(target: Target, inherited: Variables): Variables {
    const own = [...this.#rules.variablesFor(target.name), ...(target.variables === null ? [] : [target.variables])];
    return own.reduce((parent, variables) => layered(parent, variables), inherited);
  }

  /** `a::` with several rules: each is looked at for itself. */
  async #updateEach(target: Target, state: State): Promise<Status> {
    for (const rule of target.rules) {
      const status = await this.#carryOut(target, { ...rule, recipe: rule.recipe }, state, rule.prerequisites.length === 0);
      if (status !== 'ok') return status;
    }
    return 'ok';
  }

  async #updateOne(target: Target, neededBy: Target | null, state: State): Promise<Status> {
    const found = target.recipeRule === undefined && !target.isPhony ? this.#implicit(target.name) : null;
    if (!target.isTarget && found === null && !this.#disk.exists(target.name)) return this.#noRule(target, neededBy, state);
    const own = target.recipeRule;
    const rule: Rule = {
      targets: found?.targets ?? own?.targets ?? [target.name],
      prerequisites: [...(found?.prerequisites ?? []), ...target.prerequisites('prerequisites')],
      orderOnly: [...(found?.orderOnly ?? []), ...target.prerequisites('orderOnly')],
      recipe: found?.recipe ?? own?.recipe ?? null,
      isDoubleColon: false,
      isGrouped: found !== null ? found.targets.length > 1 : (own?.isGrouped ?? false),
      stem: found?.stem ?? own?.stem ?? '',
    };
    return this.#carryOut(target, rule, state, false);
  }

  #implicit(name: string): Rule | null {
    let found = this.#found.get(name);
    if (found !== undefined) return found;
    const implicit = implicitRule(this.#rules, name, (each) => this.#disk.exists(each));
    for (const each of implicit?.intermediates ?? []) this.#noteIntermediate(each);
    this.#found.set(name, (found = implicit));
    return found;
  }

  #noteIntermediate({
    name,
    rule,
  }: {
    readonly name: string;
    readonly rule: Rule & { readonly intermediates?: readonly { name: string; rule: Rule }[] };
  }): void {
    this.#found.set(name, rule);
    this.#rules.target(name).isIntermediate = true;
    for (const each of rule.intermediates ?? []) this.#noteIntermediate(each);
  }

  async #noRule(target: Target, neededBy: Target | null, state: State): Promise<Status> {
    const { me, keepsGoing } = this.#options;
    const otherwise = this.#rules.targets.get('.DEFAULT')?.recipeRule?.recipe;
    if (otherwise != null)
      return this.#make(target, { ...emptyRule(target.name), recipe: otherwise }, state, { changed: [], prerequisites: [] });
    const message = `No rule to make target '${target.name}'${neededBy === null ? '' : `, needed by '${neededBy.name}'`}`;
    if (!keepsGoing) throw new MakeError(message);
    this.#shell.say('stderr', `${me}: *** ${message}.\n`);
    return 'failed';
  }

  async #carryOut(target: Target, rule: Rule, state: State, isAlwaysMade: boolean): Promise<Status> {
    let status: Status = 'ok';
    const prerequisites: string[] = [];
    for (const [name, isOrderOnly] of [
      ...rule.prerequisites.map((each) => [each, false] as const),
      ...rule.orderOnly.map((each) => [each, true] as const),
    ]) {
      if (this.#states.get(name)?.status === 'running') {
        this.#shell.say('stderr', `${this.#options.me}: Circular ${target.name} <- ${name} dependency dropped.\n`);
        continue;
      }
      if (!isOrderOnly) prerequisites.push(name);
      if (await this.#isSkipped(name, target)) continue;
      const made = await this.#update(this.#rules.target(name), target, state.variables);
      if (made === 'interrupted' || (made !== 'ok' && !this.#options.keepsGoing)) return made;
      if (made !== 'ok') status = made;
    }
    if (status !== 'ok') return status;
    const modified = target.isPhony ? null : await this.#disk.modified(target.name);
    const times = await inOrder(prerequisites, (name) => this.#timeOf(name));
    const changed = prerequisites.filter((_, i) => modified === null || times[i]! > modified);
    const isNeeded = isAlwaysMade || modified === null || changed.length > 0 || this.#options.makesAlways;
    if (!isNeeded) return 'ok';
    if (rule.recipe === null) {
      state.isNew = target.isTarget && (modified === null || changed.some((name) => this.#states.get(name)?.isNew === true));
      return 'ok';
    }
    return this.#make(target, rule, state, {
      changed: modified === null || this.#options.makesAlways ? prerequisites : changed,
      prerequisites,
    });
  }

  /** A file on the way that is not there need not be made while what is made of it is newer than what it is made of. */
  async #isSkipped(name: string, target: Target): Promise<boolean> {
    if (!this.#rules.target(name).isIntermediate || this.#disk.exists(name) || this.#options.makesAlways) return false;
    const modified = await this.#disk.modified(target.name);
    const rule = this.#implicit(name);
    if (modified === null || rule === null) return false;
    const isOld = async (each: string) => {
      const time = await this.#disk.modified(each);
      return time === null ? this.#isSkipped(each, target) : time <= modified && !this.canMake(each);
    };
    return (await inOrder(rule.prerequisites, isOld)).every(Boolean);
  }

  async #timeOf(name: string): Promise<number> {
    const state = this.#states.get(name);
    if (state?.isNew === true) return JUST_MADE;
    const modified = await this.#disk.modified(name);
    return modified ?? (this.#rules.target(name).isIntermediate && state === undefined ? -Infinity : JUST_MADE);
  }

  async #make(
    target: Target,
    rule: Rule,
    state: State,
    { changed, prerequisites }: { readonly changed: readonly string[]; readonly prerequisites: readonly string[] },
  ): Promise<Status> {
    const recipe = rule.recipe!;
    const variables = new Variables(state.variables);
    for (const [name, value] of automatic(target.name, rule, prerequisites, changed))
      variables.set(name, { value, flavor: 'simple', origin: 'automatic' });
    const before = await this.#disk.modified(target.name);
    const expansion = this.#expansion.at(recipe.place).within(variables);
    const { status, hasStarted } = await runRecipe(recipe, target.name, expansion, this.#shell, this.#recipeOptions(target));
    if (hasStarted) this.#started++;
    if (status === 'failed' || status === 'interrupted') await this.#dropHalfMade(target, before, status);
    if (status !== 'ok') return status;
    if (this.#options.mode === 'touch' && !target.isPhony && hasStarted) await this.#touch(target.name);
    if (before !== (await this.#disk.modified(target.name))) await this.#notOlder(target, prerequisites);
    this.#afterMaking(target, rule, state, hasStarted);
    return 'ok';
  }

  /** A program whose clock stood still while it worked may leave a file that looks older than what it read. */
  async #notOlder({ name, isPhony }: Target, prerequisites: readonly string[]): Promise<void> {
    const modified = await this.#disk.modified(name);
    const times = await inOrder(prerequisites, (each) => this.#disk.modified(each));
    const isFile = !isPhony && modified !== null;
    if (isFile && times.some((time) => time !== null && time > modified && time < modified + STANDSTILL)) await this.#disk.touch(name);
  }

  #recipeOptions(target: Target): RecipeOptions {
    const { mode, isSilent, ignoresErrors, me } = this.#options;
    return {
      mode,
      me,
      isSilent: isSilent || this.#rules.holds('.SILENT', target.name),
      ignoresErrors: ignoresErrors || this.#rules.holds('.IGNORE', target.name),
      isOneShell: this.#rules.namedBy('.ONESHELL') !== null,
    };
  }

  async #touch(name: string): Promise<void> {
    if (!this.#options.isSilent) this.#shell.say('stdout', `touch ${name}\n`);
    await this.#disk.touch(name);
  }

  #afterMaking(target: Target, rule: Rule, state: State, hasStarted: boolean): void {
    const pretends = this.#options.mode !== 'run' && this.#options.mode !== 'touch';
    const isThere = this.#disk.exists(target.name);
    state.isNew = target.isPhony || !isThere || (pretends && hasStarted) || !hasStarted;
    if (isThere && !target.isPhony && hasStarted) {
      this.#made.push(target.name);
      state.isNew = pretends;
    }
    if (!rule.isGrouped) return;
    for (const name of rule.targets) {
      if (name === target.name || this.#states.has(name)) continue;
      this.#states.set(name, { status: 'ok', isNew: !this.#disk.exists(name) || pretends, variables: state.variables });
    }
  }

  async #dropHalfMade(target: Target, before: number | null, status: Status): Promise<void> {
    const after = await this.#disk.modified(target.name);
    if (target.isPhony || after === null || after === before) return;
    if (status !== 'interrupted' && this.#rules.namedBy('.DELETE_ON_ERROR') === null) return;
    if (this.#rules.holds('.PRECIOUS', target.name) && this.#rules.namedBy('.PRECIOUS')!.length > 0) return;
    this.#shell.say('stderr', `${this.#options.me}: *** Deleting file '${target.name}'\n`);
    this.#disk.remove(target.name);
  }

  #removeIntermediates(): void {
    const kept = (name: string) => this.#rules.holds('.PRECIOUS', name) || this.#rules.holds('.SECONDARY', name);
    const removed = this.#made.filter((name) => this.#rules.target(name).isIntermediate && !kept(name) && this.#disk.exists(name));
    if (removed.length === 0 || this.#options.mode !== 'run') return;
    if (!this.#options.isSilent) this.#shell.say('stdout', `rm ${removed.join(' ')}\n`);
    for (const name of removed) this.#disk.remove(name);
  }
}

const emptyRule = (name: string): Rule => ({
  targets: [name],
  prerequisites: [],
  orderOnly: [],
  recipe: null,
  isDoubleColon: false,
  isGrouped: false,
  stem: '',
});

/** `own` with `parent` behind it: what a target says holds for what it is made of, too. */
function layered(parent: Variables, own: Variables): Variables {
  const variables = new Variables(parent);
  for (const name of own.ownNames()) variables.set(name, own.get(name)!);
  for (const [name, isExported] of own.exported) variables.exported.set(name, isExported);
  return variables;
}

/** `$@`, `$<` and their like, with their forms for the directory and for the name in it. */
function automatic(
  target: string,
  rule: Rule,
  prerequisites: readonly string[],
  changed: readonly string[],
): readonly (readonly [string, string])[] {
  const once = (names: readonly string[]) => [...new Set(names)];
  const values: Readonly<Record<string, readonly string[]>> = {
    '@': [target],
    '<': prerequisites.slice(0, 1),
    '^': once(prerequisites),
    '+': prerequisites,
    '?': once(changed),
    '|': once(rule.orderOnly),
    '*': rule.stem === '' ? [] : [rule.stem],
  };
  return Object.entries(values).flatMap(([name, words]) => [
    [name, words.join(' ')] as const,
    [`${name}D`, words.map((word) => directoryOf(word).replace(/(?<=.)\/$/, '')).join(' ')] as const,
    [`${name}F`, words.map(nameWithin).join(' ')] as const,
  ]);
}
