/** Notes: text attached to objects, kept in the tree of a ref of its own (git-notes). */
import type { GitCall } from './call.ts';
import { decode, encode } from './disk.ts';
import { writeCommit } from './record.ts';

const DEFAULT = 'refs/notes/commits';

/** A notes ref as it may be written: `review`, `notes/review` or in full. */
export function expandNotesRef(name: string): string {
  return name.startsWith('refs/notes/') ? name : name.startsWith('notes/') ? `refs/${name}` : `refs/notes/${name}`;
}

/** The ref that notes are written to and shown from. */
export function defaultNotesRef(call: GitCall): string {
  return call.env.get('GIT_NOTES_REF') ?? call.settings.get('core.notesref') ?? DEFAULT;
}

/** The notes below one ref: the id of a note by the id of what it is about. */
export class Notes {
  readonly ref: string;
  readonly #call: GitCall;
  readonly #notes: Map<string, string>;

  constructor(call: GitCall, ref: string) {
    this.ref = ref;
    this.#call = call;
    const { refs } = call.repository;
    const files = call.repository.files(refs.resolve(ref));
    // A large tree of notes is spread over folders by the digits of the ids.
    this.#notes = new Map(Array.from(files, ([path, { id }]) => [path.replaceAll('/', ''), id]));
  }

  idOf(object: string): string | null {
    return this.#notes.get(object) ?? null;
  }

  textOf(object: string): string | null {
    const id = this.idOf(object);
    return id === null ? null : decode(this.#call.repository.objects.blob(id));
  }

  /** Note and object, in the objects' order. */
  list(): readonly (readonly [note: string, object: string])[] {
    return [...this.#notes].sort(([one], [other]) => (one < other ? -1 : 1)).map(([object, note]) => [note, object]);
  }

  set(object: string, note: string): void {
    this.#notes.set(object, note);
  }

  write(object: string, text: string): void {
    this.set(object, this.#call.repository.objects.write('blob', encode(text)));
  }

  remove(object: string): void {
    this.#notes.delete(object);
  }

  /** Commits what has been changed: a ref of notes has a history of its own. */
  commit(message: string): void {
    const { repository } = this.#call;
    const tree = repository.writeTree(Array.from(this.#notes, ([path, id]) => [path, { mode: 0o100644, id }]));
    const before = repository.refs.resolve(this.ref);
    const id = writeCommit(this.#call, { tree, parents: before === null ? [] : [before], message: `${message}\n` });
    repository.refs.update(this.ref, id, this.#call.change(`notes: ${message}`));
  }
}

/** The notes that a log shows with its commits. */
export class ShownNotes {
  readonly #notes: readonly Notes[];

  /** `refs` may have `*` in them; null stands for what the settings say. */
  constructor(call: GitCall, refs: readonly string[] | null) {
    const configured = call.env.get('GIT_NOTES_DISPLAY_REF')?.split(':') ?? call.settings.all('notes.displayref');
    const names = refs ?? [defaultNotesRef(call), ...configured];
    const all = call.repository.refs.list('refs/notes/').map(([name]) => name);
    const found = names.flatMap((name) =>
      name.includes('*') ? all.filter((one) => matches(name, one)) : all.includes(name) ? [name] : [],
    );
    this.#notes = [...new Set(found)].map((ref) => new Notes(call, ref));
  }

  /** The sections below a message, each after an empty line, without the newline that ends the last one. */
  sections(object: string): string {
    return this.#notes
      .map((notes) => {
        const text = notes.textOf(object);
        if (text === null) return '';
        const title = notes.ref === DEFAULT ? 'Notes' : `Notes (${notes.ref.replace(/^refs\/notes\//, '')})`;
        return `\n${title}:\n${text.replace(/\n$/, '').replace(/^/gm, '    ')}\n`;
      })
      .join('');
  }

  /** The texts as they are, for `%N`. */
  raw(object: string): string {
    return this.#notes.map((notes) => notes.textOf(object) ?? '').join('');
  }
}

function matches(pattern: string, name: string): boolean {
  const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${expression}$`).test(name);
}
