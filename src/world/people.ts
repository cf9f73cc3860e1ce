/** The people of the company. */
export interface Person {
  readonly name: string;
  readonly login: string;
  readonly email: string;
}

const person = (name: string, login: string): Person => ({ name, login, email: `${login}@fieldleaf.test` });

/** The learner, as the company knows them. */
export const LEARNER: Person = person('You', 'you');

/** Who works with the learner: Mei builds the phone app, Tomas runs operations, Inês owns releases. */
export const TEAM: readonly Person[] = [person('Mei', 'mei'), person('Tomas', 'tomas'), person('Inês', 'ines')];

/** Whoever a login belongs to; a stranger is called by it. */
export function personOf(login: string): Person {
  return [LEARNER, ...TEAM].find((other) => other.login === login) ?? person(login, login);
}
