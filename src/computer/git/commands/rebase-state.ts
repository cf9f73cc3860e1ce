import type { GitCall } from '../call.ts';
import type { Person } from '../objects.ts';
import { REBASE } from '../operation.ts';
import { clearOperation } from '../record.ts';

/** What `git rebase` keeps below `.git/rebase-merge`. */
export class RebaseState {
  readonly #call: GitCall;
  readonly #folder: string;

  constructor(call: GitCall) {
    this.#call = call;
    this.#folder = `${call.repository.gitDir}/${REBASE}`;
  }

  get active(): boolean {
    return this.#call.disk.exists(`${this.#folder}/onto`);
  }

  read(name: string): string | null {
    return this.#call.disk.readText(`${this.#folder}/${name}`);
  }

  write(name: string, text: string): void {
    this.#call.disk.write(`${this.#folder}/${name}`, text);
  }

  has(name: string): boolean {
    return this.#call.disk.exists(`${this.#folder}/${name}`);
  }

  remove(name: string): void {
    this.#call.disk.remove(`${this.#folder}/${name}`);
  }

  path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  /** The commit without files that stands for nothing at all, or null. */
  get root(): string | null {
    return this.read('squash-onto')?.trim() ?? null;
  }

  clear(): void {
    this.#call.disk.remove(this.#folder);
    this.#call.disk.remove(`${this.#call.repository.gitDir}/REBASE_HEAD`);
    clearOperation(this.#call.repository);
  }
}

/** An author as `author-script` keeps it. */
export function authorScript({ name, email, time, zone }: Person): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return `GIT_AUTHOR_NAME=${quote(name)}\nGIT_AUTHOR_EMAIL=${quote(email)}\nGIT_AUTHOR_DATE='@${time} ${zone}'\n`;
}

/** The author of the commit that a rebase stopped at, else whoever commits. */
export function readAuthor(call: GitCall, state: RebaseState): Person {
  const text = state.read('author-script') ?? '';
  const field = (name: string): string => (new RegExp(`^${name}='(.*)'$`, 'm').exec(text)?.[1] ?? '').replaceAll("'\\''", "'");
  const [, time = '0', zone = '+0000'] = /^@(\d+) (\S+)$/.exec(field('GIT_AUTHOR_DATE')) ?? [];
  return text === ''
    ? call.person('author')
    : { name: field('GIT_AUTHOR_NAME'), email: field('GIT_AUTHOR_EMAIL'), time: Number(time), zone };
}
