import type { Collaboration, Setting, Settings } from './contract.ts';
import type { CollaborationRecord } from './record.ts';
import { NotFoundError, RefusedError } from './storage.ts';

/** Largest value in bytes. Source: "Using secrets in GitHub Actions" and "Variables", limits. */
const LARGEST_VALUE = 48 * 1024;

type Kind = 'secret' | 'variable';

/** Secrets and variables of one repository and of its environments. */
export class StoredSettings implements Settings {
  readonly #record: CollaborationRecord;

  constructor(record: CollaborationRecord) {
    this.#record = record;
  }

  list(kind: Kind): readonly Setting[] {
    return this.#record.data[listOf(kind)];
  }

  set(kind: Kind, name: string, value: string, environment: string | null): void {
    const upper = settingName(kind, name);
    const size = new TextEncoder().encode(value).length;
    if (size > LARGEST_VALUE) throw new RefusedError(`${upper} has ${size} bytes; a ${kind} has at most ${LARGEST_VALUE}.`);
    const setting: Setting = { name: upper, value, environment, at: this.#record.now };
    this.#keep(kind, [...this.#without(kind, upper, environment), setting]);
  }

  remove(kind: Kind, name: string, environment: string | null): void {
    const upper = name.toUpperCase();
    const rest = this.#without(kind, upper, environment);
    if (rest.length === this.list(kind).length) throw new NotFoundError(`There is no ${kind} ${upper}.`);
    this.#keep(kind, rest);
  }

  #without(kind: Kind, name: string, environment: string | null): readonly Setting[] {
    return this.list(kind).filter((other) => other.name !== name || !sameEnvironment(other.environment, environment));
  }

  #keep(kind: Kind, settings: readonly Setting[]): void {
    const sorted = settings.toSorted((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
    this.#record.update({ [listOf(kind)]: sorted } as Partial<Collaboration>);
    this.#record.tell({ type: 'settings', action: 'changed', by: '' });
  }
}

/** Environment names ignore case, as on the host. */
function sameEnvironment(one: string | null, other: string | null): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

/** A setting that holds in an environment: the environment's own before the repository's. */
export function settingsFor(settings: readonly Setting[], environment: string | null): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name, value, environment: of } of settings) if (of === null) values[name] = value;
  if (environment === null) return values;
  for (const { name, value, environment: of } of settings) if (of !== null && sameEnvironment(of, environment)) values[name] = value;
  return values;
}

function listOf(kind: Kind): 'secrets' | 'variables' {
  return kind === 'secret' ? 'secrets' : 'variables';
}

/** @throws RefusedError when the name breaks the host's rule. */
function settingName(kind: Kind, name: string): string {
  const upper = name.toUpperCase();
  if (!/^[A-Z_][A-Z0-9_]*$/.test(upper)) {
    throw new RefusedError(
      `A ${kind} name can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. It must start with a letter ([a-z], [A-Z]) or underscores (_).`,
    );
  }
  if (upper.startsWith('GITHUB_')) throw new RefusedError(`A ${kind} name must not start with GITHUB_.`);
  return upper;
}
