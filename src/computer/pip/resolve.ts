/** Finds versions that go together: the newest of each, and older ones where these do not agree. */
import { PipError } from './errors.ts';
import { markerHolds } from './markers.ts';
import { requirementOf, shown, type Requirement, type Wanted } from './requirements.ts';
import type { Installed } from './site.ts';
import { NO_BUILDS, type Candidate, type Sources } from './sources.ts';
import { isPrerelease, normalName, satisfies } from './versions.ts';
import type { Wheel } from './wheel.ts';

/** A project at the version that was chosen for it. */
export interface Pin {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** Null where what is installed will do. */
  readonly wheel: Wheel | null;
  /** Whether a person asked for it, and not only another package. */
  readonly requested: boolean;
  readonly requires: readonly Requirement[];
}

export interface ResolveOptions {
  readonly sources: Sources;
  readonly installed: readonly Installed[];
  readonly withDependencies: boolean;
  /** Take the newest version where an older one is installed. */
  readonly upgrade: boolean;
  /** Install again what is installed. */
  readonly reinstall: boolean;
  say(line: string): void;
}

/** What has been decided, and what is still to be. */
interface State {
  readonly pins: ReadonlyMap<string, Pin>;
  readonly open: readonly Requirement[];
  /** Every demand that was met, for the message when two do not agree. */
  readonly demands: readonly Requirement[];
}

interface Conflict {
  readonly demands: readonly Requirement[];
  /** Where it is not that demands do not agree: nothing meets this one. */
  readonly missing?: PipError;
}

/** A search that goes on for longer than this many choices has lost its way. */
const MOST_CHOICES = 2000;

/** The projects to have, each after those that it needs; throws PipError in pip's words when there is no way. */
export async function resolve(wanted: Wanted, options: ResolveOptions): Promise<readonly Pin[]> {
  const search = new Search(wanted, options);
  const found = await search.from({ pins: new Map(), open: wanted.requirements, demands: [] });
  if (!('pins' in found)) throw found.missing ?? new PipError(conflictText(found));
  search.checkHashes();
  return inOrder(found.pins);
}

class Search {
  readonly #wanted: Wanted;
  readonly #options: ResolveOptions;
  readonly #announced = new Set<string>();
  readonly #hashed: boolean;
  /** Lines about requirements without a hash, and about files that have another. */
  readonly #unhashed: string[] = [];
  readonly #mismatches: string[] = [];
  #choices = 0;

  constructor(wanted: Wanted, options: ResolveOptions) {
    this.#wanted = wanted;
    this.#options = options;
    this.#hashed = wanted.requireHashes || wanted.requirements.some(({ hashes }) => hashes.length > 0);
    if (this.#hashed) this.#refuseUnpinned(wanted.requirements);
  }

  /** Decides what is open, one after the other. */
  async from(state: State): Promise<State | Conflict> {
    const [next, ...open] = state.open;
    if (next === undefined) return state;
    if (next.marker !== '' && !markerHolds(next.marker, '')) return this.from({ ...state, open });
    const requirement = next.location === null ? next : await this.#named(next);
    const demands = [...state.demands, requirement];
    const pinned = state.pins.get(requirement.key);
    if (pinned !== undefined) {
      if (!satisfies(pinned.version, requirement.specifier)) return { demands: demands.filter(({ key }) => key === requirement.key) };
      const extra = this.#dependencies(pinned.requires, requirement.extras, pinned);
      return this.from({ ...state, open: [...open, ...extra], demands });
    }
    let conflict: Conflict = { demands: demands.filter(({ key }) => key === requirement.key) };
    const choices = await this.#choicesFor(requirement, state.demands);
    // Another version of who asks for it may do with less.
    if (choices instanceof PipError) return { ...conflict, ...(conflict.demands.length > 1 ? {} : { missing: choices }) };
    for (const choose of choices) {
      if (++this.#choices > MOST_CHOICES) throw new PipError('ResolutionTooDeep: too many versions were tried: pin some of them with ==');
      const pin = await choose();
      const pins = new Map(state.pins).set(pin.key, pin);
      const dependencies = this.#options.withDependencies ? this.#dependencies(pin.requires, requirement.extras, pin) : [];
      const found = await this.from({ pins, open: [...open, ...dependencies], demands });
      if ('pins' in found) return found;
      conflict = found;
    }
    return conflict;
  }

  /** In one message what the hashes are about; throws when there is any. */
  checkHashes(): void {
    if (this.#unhashed.length > 0) throw new PipError(`${HASHES_MISSING}${this.#unhashed.join('')}`.trimEnd());
    if (this.#mismatches.length > 0) throw new PipError(`${HASHES_WRONG}${this.#mismatches.join('')}`.trimEnd());
  }

  async #named(requirement: Requirement): Promise<Requirement> {
    const { name } = await this.#options.sources.open(this.#options.sources.placeOf(requirement));
    return { ...requirement, name, key: normalName(name) };
  }

  /** What may be chosen for a requirement, the best first; what is to be said where there is nothing. */
  async #choicesFor(requirement: Requirement, demands: readonly Requirement[]): Promise<readonly (() => Promise<Pin>)[] | PipError> {
    const { sources, installed, upgrade, reinstall, say } = this.#options;
    const specifiers = [requirement, ...demands, ...this.#wanted.constraints]
      .filter(({ key }) => key === requirement.key)
      .map(({ specifier }) => specifier);
    const fits = (version: string): boolean => specifiers.every((specifier) => satisfies(version, specifier));
    const present = installed.find(({ key }) => key === requirement.key);
    const requested = !requirement.from.includes('==');
    if (requirement.location !== null) {
      const wheel = await sources.open(sources.placeOf(requirement));
      this.#checkHash(requirement, wheel);
      return [async () => pinOf(wheel, requested)];
    }
    const keeps = present !== undefined && !reinstall && fits(present.version) && !(upgrade && requested);
    if (keeps) {
      if (this.#announces(requirement.key))
        say(`Requirement already satisfied: ${shown(requirement)} in ${present.location} (${present.version})`);
      return [async () => installedPin(present)];
    }
    if (this.#announces(requirement.key)) say(`Collecting ${shown(requirement)}${from(requirement)}`);
    const all = await sources.candidates(requirement.key);
    const fitting = this.#allowed(all, specifiers).filter(({ version }) => fits(version));
    const usable = fitting.filter(({ runsHere }) => runsHere);
    if (usable.length === 0) return this.#nothingFor(requirement, all, fitting);
    return (await this.#hashedFirst(requirement, usable)).map(
      (candidate) => async () => pinOf(await sources.open(candidate.location), requested),
    );
  }

  #announces(key: string): boolean {
    return !this.#announced.has(key) && this.#announced.add(key) !== undefined;
  }

  /** Pre-releases only where they are asked for, or where there is nothing else (PEP 440, "Handling of pre-releases"). */
  #allowed(candidates: readonly Candidate[], specifiers: readonly string[]): readonly Candidate[] {
    const asked = this.#wanted.pre || specifiers.some((specifier) => /\d(?:a|b|rc|\.?dev)\d*/.test(specifier));
    const releases = candidates.filter(({ version }) => !isPrerelease(version));
    return asked || releases.length === 0 ? candidates : releases;
  }

  /** The candidates whose file has one of the hashes; where none has, the first, which is noted. */
  async #hashedFirst(requirement: Requirement, usable: readonly Candidate[]): Promise<readonly Candidate[]> {
    if (!this.#hashed) return usable;
    for (const candidate of usable) {
      const { sha256 } = await this.#options.sources.open(candidate.location);
      if (requirement.hashes.includes(`sha256:${sha256}`)) return [candidate];
    }
    this.#checkHash(requirement, await this.#options.sources.open(usable[0]!.location));
    return usable.slice(0, 1);
  }

  #checkHash(requirement: Requirement, wheel: Wheel): void {
    if (!this.#hashed || requirement.hashes.includes(`sha256:${wheel.sha256}`)) return;
    if (requirement.hashes.length === 0) {
      this.#unhashed.push(`    ${shown(requirement)} --hash=sha256:${wheel.sha256}\n`);
      return;
    }
    const expected = requirement.hashes.map((hash, index) => `        Expected ${index === 0 ? '' : '    or '}sha256 ${hash.slice(7)}\n`);
    this.#mismatches.push(
      `    ${shown(requirement)}${from(requirement)}:\n${expected.join('')}             Got        ${wheel.sha256}\n\n`,
    );
  }

  #refuseUnpinned(requirements: readonly Requirement[]): void {
    const loose = requirements.filter(({ specifier, location }) => location === null && !/^={2,3}[^*,]+$/.test(specifier));
    if (loose.length === 0) return;
    throw new PipError(`${NOT_PINNED}${loose.map((one) => `    ${shown(one)}${from(one)}\n`).join('')}`.trimEnd());
  }

  /** What a package needs, with these of its extras. */
  #dependencies(requires: readonly Requirement[], extras: readonly string[], { name, version }: Pin): readonly Requirement[] {
    if (!this.#options.withDependencies) return [];
    const wanted = ['', ...extras].map(normalName);
    const needed = requires
      .filter(({ marker }) => marker === '' || wanted.some((extra) => markerHolds(marker, extra)))
      .map((requirement) => ({ ...requirement, marker: '', from: `${name}==${version}` }));
    if (!this.#hashed) return needed;
    // Each must stand in the file, with its hashes.
    const listed = new Map(this.#wanted.requirements.map((requirement) => [requirement.key, requirement]));
    this.#refuseUnpinned(needed.filter(({ key }) => !listed.has(key)));
    return needed.map((requirement) => ({ ...requirement, hashes: listed.get(requirement.key)?.hashes ?? [] }));
  }

  #nothingFor(requirement: Requirement, all: readonly Candidate[], fitting: readonly Candidate[]): PipError {
    const versions = [...new Set(all.map(({ version }) => version))].reverse();
    const unusable = fitting[0];
    const why = unusable && `${unusable.filename}: ${NO_BUILDS}`;
    const unreachable = this.#options.sources.unreachable ? OUT_OF_REACH : '';
    return new PipError(
      `Could not find a version that satisfies the requirement ${shown(requirement)}${from(requirement)} (from versions: ${versions.join(', ') || 'none'})\n` +
        `ERROR: No matching distribution found for ${shown(requirement)}\n${why ?? unreachable}`.trimEnd(),
    );
  }
}

const OUT_OF_REACH =
  'This computer reaches no package index. Install a wheel that is on it: pip install ./name.whl, or pip install --no-index --find-links FOLDER name.';
const NOT_PINNED = 'In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:\n';
const HASHES_MISSING =
  'Hashes are required in --require-hashes mode, but they are missing from some requirements. Here is a list of those requirements along with the ' +
  'hashes their downloaded archives actually had. Add lines like these to your requirements files to prevent tampering. (If you did not enable ' +
  '--require-hashes manually, note that it turns on automatically when any package has a hash.)\n';
const HASHES_WRONG =
  'THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes. ' +
  'Otherwise, examine the package contents carefully; someone may have tampered with them.\n';

function from(requirement: Requirement): string {
  return requirement.from === '' ? '' : ` (from ${requirement.from})`;
}

function pinOf(wheel: Wheel, requested: boolean): Pin {
  return { key: normalName(wheel.name), name: wheel.name, version: wheel.version, wheel, requested, requires: wheel.requires };
}

function installedPin({ key, name, version, requires }: Installed): Pin {
  return {
    key,
    name,
    version,
    wheel: null,
    requested: false,
    requires: requires.map((line) => requirementOf(line, `${name}==${version}`)),
  };
}

function conflictText({ demands }: Conflict): string {
  const cause = (demand: Requirement): string => {
    const by = /^(.+)==(.+)$/.exec(demand.from);
    return by ? `    ${by[1]} ${by[2]} depends on ${shown(demand)}` : `    The user requested ${shown(demand)}`;
  };
  return (
    `Cannot install ${demands.map((demand) => (demand.from.includes('==') ? demand.from : shown(demand))).join(' and ')} because these package versions have conflicting dependencies.\n\n` +
    `The conflict is caused by:\n${demands.map(cause).join('\n')}\n\n` +
    "To fix this you could try to:\n1. loosen the range of package versions you've specified\n2. remove package versions to allow pip to attempt to solve the dependency conflict\n\n" +
    'ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts'
  );
}

/** Each after what it needs. */
function inOrder(pins: ReadonlyMap<string, Pin>): readonly Pin[] {
  const order = new Set<Pin>();
  const begun = new Set<Pin>();
  const visit = (pin: Pin): void => {
    if (begun.has(pin)) return;
    begun.add(pin);
    for (const { key } of pin.requires) if (pins.has(key)) visit(pins.get(key)!);
    order.add(pin);
  };
  for (const pin of pins.values()) visit(pin);
  return [...order];
}
