import type { Disk } from './disk.ts';
import { formatPerson, isFullId, parsePerson, type Person } from './objects.ts';

/** One line of a reflog: newest last in the file, first in what `log` gives. */
export interface ReflogEntry {
  readonly before: string;
  readonly after: string;
  readonly person: Person;
  readonly message: string;
}

/** Refs that each work tree has for itself. */
const OWN = /^refs\/(bisect|worktree|rewritten)(\/|$)/;

export const NO_ID = '0'.repeat(40);

/** Who moves refs and why, for the reflog. */
export interface RefChange {
  readonly person: Person;
  readonly message: string;
}

/** Refs of one repository: loose files, `packed-refs`, symbolic refs and reflogs. */
export class Refs {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #bare: boolean;
  readonly #common: string;

  /** `common` holds what all work trees share; `folder` is one work tree's own. */
  constructor(disk: Disk, folder: string, bare: boolean, common = folder) {
    this.#disk = disk;
    this.#folder = folder;
    this.#bare = bare;
    this.#common = common;
  }

  /** The folder that a ref is kept in ("REFS" of git-worktree). */
  #home(name: string): string {
    return name.startsWith('refs/') && !OWN.test(name) ? this.#common : this.#folder;
  }

  /** What a symbolic ref names, or null. */
  symbolic(name: string): string | null {
    const text = this.#disk.readText(`${this.#home(name)}/${name}`);
    return text?.startsWith('ref: ') ? text.slice(5).trim() : null;
  }

  /** The id behind a full ref name, following symbolic refs. */
  resolve(name: string, depth = 0): string | null {
    const text = this.#disk.readText(`${this.#home(name)}/${name}`)?.trim();
    if (text?.startsWith('ref: ')) return depth > 5 ? null : this.resolve(text.slice(5).trim(), depth + 1);
    if (text !== undefined && isFullId(text.slice(0, 40))) return text.slice(0, 40);
    return name.startsWith('refs/') ? (this.#packed().get(name) ?? null) : null;
  }

  exists(name: string): boolean {
    return this.resolve(name) !== null;
  }

  /** Refs below a prefix such as `refs/heads/`, sorted by name, with the ids they resolve to. */
  list(prefix = 'refs/'): readonly (readonly [name: string, id: string])[] {
    const found = new Map<string, string>();
    for (const [name, id] of this.#packed()) if (name.startsWith(prefix)) found.set(name, id);
    const visit = (folder: string): void => {
      const entries = new Set([this.#common, this.#folder].flatMap((home) => this.#disk.list(`${home}/${folder}`)));
      for (const entry of entries) {
        const name = `${folder}/${entry}`;
        if (this.#disk.isDirectory(`${this.#home(name)}/${name}`)) visit(name);
        else {
          const id = name.startsWith(prefix) && !name.endsWith('.lock') ? this.resolve(name) : null;
          if (id) found.set(name, id);
        }
      }
    };
    visit(prefix.startsWith('refs/') && prefix.endsWith('/') ? prefix.slice(0, -1) : 'refs');
    return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** A ref that is in the way of a new one (`refs/heads/a` of `refs/heads/a/b`, and the reverse), or null. */
  conflicting(name: string): string | null {
    const parts = name.split('/');
    for (let length = 3; length < parts.length; length++) {
      const prefix = parts.slice(0, length).join('/');
      if (this.exists(prefix)) return prefix;
    }
    return this.list(`${name}/`)[0]?.[0] ?? null;
  }

  /** Moves a ref, or what it stands for when it is symbolic, and writes the reflogs that git would. */
  update(name: string, id: string, change: RefChange | null): void {
    const target = this.#target(name);
    const before = this.resolve(target) ?? NO_ID;
    const path = `${this.#home(target)}/${target}`;
    if (this.#disk.isDirectory(path)) this.#disk.remove(path); // An empty folder that a deleted ref has left.
    this.#disk.write(path, `${id}\n`);
    if (change === null) return;
    this.log(target, before, id, change);
    if (target !== 'HEAD' && this.symbolic('HEAD') === target) this.log('HEAD', before, id, change);
  }

  /** Moves HEAD itself, detaching it from its branch. */
  detach(id: string, change: RefChange): void {
    const before = this.resolve('HEAD') ?? NO_ID;
    this.#disk.write(`${this.#folder}/HEAD`, `${id}\n`);
    this.log('HEAD', before, id, change);
  }

  setSymbolic(name: string, target: string): void {
    this.#disk.write(`${this.#home(name)}/${name}`, `ref: ${target}\n`);
  }

  delete(name: string): void {
    this.#disk.removeUpTo(`${this.#home(name)}/${name}`, `${this.#home(name)}/refs`);
    this.#disk.removeUpTo(`${this.#home(name)}/logs/${name}`, `${this.#home(name)}/logs`);
    const text = this.#disk.readText(`${this.#common}/packed-refs`);
    if (text === null || !this.#packed().has(name)) return;
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.slice(41) === name);
    lines.splice(at, lines[at + 1]?.startsWith('^') ? 2 : 1);
    this.#disk.write(`${this.#common}/packed-refs`, lines.join('\n'));
  }

  /** Writes loose refs, not symbolic ones, to `packed-refs` with what annotated tags stand for, and takes their files away. */
  pack(how: { wanted(name: string): boolean; readonly keepLoose: boolean; peel(id: string): string }): void {
    const packed = new Map(this.#packed());
    for (const [name, id] of this.list()) {
      if (OWN.test(name) || this.symbolic(name) !== null || !(how.wanted(name) || packed.has(name))) continue;
      packed.set(name, id);
      if (!how.keepLoose) this.#disk.removeUpTo(`${this.#common}/${name}`, `${this.#common}/refs`);
    }
    const lines = [...packed]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, id]) => `${id} ${name}\n${how.peel(id) === id ? '' : `^${how.peel(id)}\n`}`);
    this.#disk.write(`${this.#common}/packed-refs`, `# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`);
    for (const folder of ['heads', 'tags']) this.#disk.makeDirectory(`${this.#common}/refs/${folder}`);
  }

  /** Renames a branch with its reflog. */
  rename(from: string, to: string, change: RefChange): void {
    const id = this.resolve(from) ?? NO_ID;
    const log = this.#disk.read(`${this.#home(from)}/logs/${from}`);
    this.delete(from);
    this.#disk.write(`${this.#home(to)}/${to}`, `${id}\n`);
    if (log) this.#disk.write(`${this.#home(to)}/logs/${to}`, log);
    this.log(to, id, id, change);
  }

  /** Newest first. */
  reflog(name: string): readonly ReflogEntry[] {
    const text = this.#disk.readText(`${this.#home(name)}/logs/${name}`) ?? '';
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const tab = line.indexOf('\t');
        const [head, message] = tab === -1 ? [line, ''] : [line.slice(0, tab), line.slice(tab + 1)];
        return { before: head.slice(0, 40), after: head.slice(41, 81), person: parsePerson(head.slice(82)), message };
      })
      .reverse();
  }

  hasReflog(name: string): boolean {
    return this.#disk.exists(`${this.#home(name)}/logs/${name}`);
  }

  /** Replaces a reflog; `entries` newest first. */
  rewriteReflog(name: string, entries: readonly ReflogEntry[]): void {
    const lines = [...entries]
      .reverse()
      .map(({ before, after, person, message }) => `${before} ${after} ${formatPerson(person)}\t${message}\n`);
    this.#disk.write(`${this.#home(name)}/logs/${name}`, lines.join(''));
  }

  log(name: string, before: string, after: string, { person, message }: RefChange, force = false): void {
    const kept = name === 'HEAD' || /^refs\/(heads|remotes|notes)\//.test(name);
    const path = `${this.#home(name)}/logs/${name}`;
    if ((!kept || this.#bare) && !force && !this.#disk.exists(path)) return;
    if (this.#disk.isDirectory(path)) this.#disk.remove(path);
    const text = message.replace(/\s+/g, ' ').trim();
    const line = `${before} ${after} ${formatPerson(person)}${text === '' ? '' : `\t${text}`}\n`;
    this.#disk.write(path, (this.#disk.readText(path) ?? '') + line);
  }

  #target(name: string): string {
    const target = this.symbolic(name);
    return target === null ? name : this.#target(target);
  }

  #packed(): ReadonlyMap<string, string> {
    const refs = new Map<string, string>();
    for (const line of (this.#disk.readText(`${this.#common}/packed-refs`) ?? '').split('\n')) {
      if (isFullId(line.slice(0, 40))) refs.set(line.slice(41), line.slice(0, 40));
    }
    return refs;
  }
}
