/**
 * Open files and how they are saved: every edit is kept at once as a draft on this device, written to the world after a
 * short pause, and never over a change that the learner has not seen.
 */
import type { Diagnostic } from '../pipelines/contract.ts';
import type { FileText, WorldClient } from '../world/contract.ts';
import { mergeBlocks, mergeMessage } from './code/merge.ts';
import { baseName } from './format.ts';

/**
 * `saved`: the world has it. `unsaved`: typed, not written yet. `saving`: being written. `conflict`: the file changed
 * underneath. `gone`: it was removed underneath. `failed`: the world refused it.
 */
export type SaveMark = 'saved' | 'unsaved' | 'saving' | 'conflict' | 'gone' | 'failed';

/** How long after the last key an edit is written, in ms. */
const PAUSE = 600;
/** How long after the first key of a burst a draft is kept, in ms. */
const DRAFT_PAUSE = 150;
/** Workflow files are checked this long after the last key, in ms. */
const CHECK_PAUSE = 300;

/** The byte-order mark that some programs put in front of UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

export function isWorkflow(path: string): boolean {
  return /\/\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
}

export class OpenFile {
  /** Where it lies, as an absolute path. A file that is renamed keeps its edits and undo history. */
  path = $state('');
  mark = $state<SaveMark>('saved');
  /** Why there is no text to edit. */
  without = $state<Exclude<FileText, { ok: true }> | null>(null);
  failure = $state('');
  diagnostics = $state.raw<readonly Diagnostic[]>([]);
  /** The text underneath, while in conflict. */
  theirs = $state.raw<string | null>(null);
  /** Text as the editor has it. */
  text = $state.raw('');
  /** What stands before the text in the file, and is kept out of the editor, which would count it as a character. */
  byteOrderMark = '';
  /** Text as last read or written. */
  base = '';
  /** Hashes of the texts that the disk may hold while a draft is kept. */
  bases: readonly number[] = [];
  /** Whether the save under way holds the last write. */
  inSave = false;
  /** As the world counts a file's versions; undefined for one that is not there yet. */
  version: number | undefined = undefined;
  /** Rises when the text was changed from outside the editor. */
  outside = $state(0);
  timer: ReturnType<typeof setTimeout> | null = null;
  checkTimer: ReturnType<typeof setTimeout> | null = null;
  draftTimer: ReturnType<typeof setTimeout> | null = null;
  writing: Promise<void> | null = null;

  constructor(path: string) {
    this.path = path;
  }

  get name(): string {
    return baseName(this.path);
  }
}

/** An edit that is not known to be on disk, and the texts that the file may have had underneath (as hashes). */
interface Draft {
  readonly path: string;
  readonly bases: readonly number[];
  readonly text: string;
}

/** Drafts outlive a reload that comes before the world is on disk: `localStorage`, one entry for each file. */
interface Drafts {
  put(draft: Draft): void;
  drop(path: string): void;
  all(): readonly Draft[];
}

function draftsOf(exerciseId: string): Drafts {
  const prefix = `plumbline:draft:${exerciseId}:`;
  return {
    put({ path, bases, text }) {
      try {
        localStorage.setItem(prefix + path, JSON.stringify({ bases, text }));
      } catch {
        // Too large or forbidden: the write that follows the pause has to do.
      }
    },
    drop(path) {
      try {
        localStorage.removeItem(prefix + path);
      } catch {
        // Nothing was kept.
      }
    },
    all() {
      try {
        return Object.keys(localStorage).flatMap((key) =>
          key.startsWith(prefix) ? (draftFrom(key.slice(prefix.length), localStorage.getItem(key)) ?? []) : [],
        );
      } catch {
        return [];
      }
    },
  };
}

function draftFrom(path: string, stored: string | null): Draft | null {
  try {
    const value: unknown = JSON.parse(stored ?? 'null');
    if (typeof value !== 'object' || value === null || !('bases' in value) || !('text' in value)) return null;
    return Array.isArray(value.bases) && typeof value.text === 'string'
      ? { path, bases: value.bases.filter((base) => typeof base === 'number'), text: value.text }
      : null;
  } catch {
    return null;
  }
}

interface Tabs {
  readonly paths: readonly string[];
  readonly active: string;
}

const tabsKey = (exerciseId: string): string => `plumbline:tabs:${exerciseId}`;

/** The tabs of the last visit, or null on the first. */
function keptTabs(exerciseId: string): Tabs | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(tabsKey(exerciseId)) ?? 'null');
    if (typeof value !== 'object' || value === null || !('paths' in value) || !Array.isArray(value.paths)) return null;
    return {
      paths: value.paths.filter((path): path is string => typeof path === 'string'),
      active: 'active' in value && typeof value.active === 'string' ? value.active : '',
    };
  } catch {
    return null;
  }
}

/** A number that tells texts apart (53 bits, cyrb53): equal texts have equal ones, and others hardly ever. */
function hashOf(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

export class OpenFiles {
  open = $state.raw<readonly OpenFile[]>([]);
  active = $state.raw<OpenFile | null>(null);
  /** Diagnostics of workflow files that are not open, by path. */
  others = $state.raw<ReadonlyMap<string, readonly Diagnostic[]>>(new Map());
  /** Where the editor is to go, once it has the file: line and column from 1. */
  goTo = $state.raw<{ readonly path: string; readonly line: number; readonly column: number; readonly nonce: number } | null>(null);
  /** Every known problem, by file, with absolute paths. */
  readonly problems: readonly { readonly path: string; readonly diagnostic: Diagnostic }[] = $derived.by(() => {
    const open = new Set(this.open.map((file) => file.path));
    return [
      ...this.open.flatMap((file) => [...file.diagnostics, ...mergeMarks(file)].map((diagnostic) => ({ path: file.path, diagnostic }))),
      ...[...this.others].filter(([path]) => !open.has(path)).flatMap(([path, list]) => list.map((diagnostic) => ({ path, diagnostic }))),
    ];
  });
  private readonly client: WorldClient;
  private readonly exerciseId: string;
  private readonly drafts: Drafts;
  private readonly say: (words: string) => void;

  constructor(client: WorldClient, exerciseId: string, say: (words: string) => void) {
    this.client = client;
    this.exerciseId = exerciseId;
    this.drafts = draftsOf(exerciseId);
    this.say = say;
  }

  get unsaved(): readonly OpenFile[] {
    return this.open.filter((file) => file.mark !== 'saved');
  }

  find(path: string): OpenFile | undefined {
    return this.open.find((file) => file.path === path);
  }

  /** Opens a file (an absolute path) in a tab and shows it. */
  async show(path: string, line?: number, column = 1): Promise<OpenFile> {
    let file = this.find(path);
    if (!file) {
      file = new OpenFile(path);
      this.open = [...this.open, file];
      this.active = file;
      await this.read(file);
    }
    this.active = file;
    if (line !== undefined) this.goTo = { path, line, column, nonce: (this.goTo?.nonce ?? 0) + 1 };
    return file;
  }

  /** Opens the tabs of the last visit that still have a file; the first visit begins with `first`, if it is there. */
  async restoreTabs(exists: (path: string) => boolean, first: string): Promise<void> {
    const kept = keptTabs(this.exerciseId) ?? { paths: [first], active: first };
    for (const path of kept.paths) if (exists(path)) await this.show(path);
    this.active = this.find(kept.active) ?? this.active;
  }

  /** Remembers the tabs. */
  keepTabs(): void {
    try {
      localStorage.setItem(
        tabsKey(this.exerciseId),
        JSON.stringify({ paths: this.open.map((file) => file.path), active: this.active?.path ?? '' } satisfies Tabs),
      );
    } catch {
      // The next visit begins without them.
    }
  }

  /** Begins a file that is not there yet: the first edit makes it. */
  begin(file: OpenFile): void {
    if (file.without?.reason === 'missing') file.without = null;
  }

  /** Closes a tab. Edits are written first; gives false, and keeps it open, when they cannot be. */
  async close(file: OpenFile): Promise<boolean> {
    await this.write(file);
    if (file.mark === 'conflict' || file.mark === 'failed') {
      this.active = file;
      return false;
    }
    this.drop(file);
    return true;
  }

  /** Closes a tab and forgets its edits. */
  drop(file: OpenFile): void {
    const index = this.open.indexOf(file);
    this.cancel(file);
    this.drafts.drop(file.path);
    this.open = this.open.filter((other) => other !== file);
    if (this.active === file) this.active = this.open[Math.min(index, this.open.length - 1)] ?? null;
  }

  /**
   * Renames a file or a folder. What is open there goes along: its edits, also those that cannot be written now, its draft and its undo
   * history.
   * @throws Error when the world refuses, or when an edit of a removed file would be hidden; everything is as it was then.
   */
  async rename(from: string, to: string): Promise<void> {
    const hidden = this.open.find((file) => isWithin(file.path, to));
    if (hidden) {
      this.active = hidden;
      throw new Error(`${hidden.name} is open at that place with what was removed there. Write it again or close it first.`);
    }
    await this.writeAll();
    const moved = this.open.filter((file) => isWithin(file.path, from));
    // Before the world does it: what it then tells of both places is heard for the new one.
    for (const file of moved) this.move(file, to + file.path.slice(from.length));
    try {
      await this.client.rename(from, to);
    } catch (error) {
      for (const file of moved) this.move(file, from + file.path.slice(to.length));
      throw error;
    }
    // Versions are counted by place.
    await Promise.all(moved.filter((file) => file.version !== undefined).map((file) => this.read(file)));
  }

  private move(file: OpenFile, path: string): void {
    this.drafts.drop(file.path);
    file.path = path;
    file.diagnostics = [];
    if (file.bases.length > 0) this.keepDraft(file);
    this.checkSoon(file);
  }

  /** Removes a file or a folder, and closes what is open there once it is gone. @throws Error when the world refuses; edits stay then. */
  async remove(path: string): Promise<void> {
    await this.client.remove(path);
    for (const file of this.open.filter((one) => isWithin(one.path, path))) this.drop(file);
  }

  /** The editor's text has changed. */
  edited(file: OpenFile, text: string): void {
    if (text === file.text) return;
    file.text = text;
    this.draftSoon(file);
    if (file.mark !== 'conflict' && file.mark !== 'gone') file.mark = 'unsaved';
    this.cancel(file);
    file.timer = setTimeout(() => void this.write(file), PAUSE);
    this.checkSoon(file);
  }

  /** Writes one file now (Ctrl+S). Gives when it is done or has failed visibly. */
  async write(file: OpenFile): Promise<void> {
    this.cancel(file);
    if (file.writing) await file.writing;
    if (file.mark !== 'unsaved' && file.mark !== 'failed') return;
    file.writing = this.writeNow(file, file.version);
    await file.writing;
    file.writing = null;
  }

  /** Writes everything that waits: before a command runs, and when the page is left. */
  async writeAll(): Promise<void> {
    await Promise.all(this.unsaved.map((file) => this.write(file)));
  }

  private async writeNow(file: OpenFile, version: number | undefined): Promise<void> {
    const { text } = file;
    file.mark = 'saving';
    try {
      const whole = file.byteOrderMark + text;
      const written =
        version === undefined ? await this.client.writeText(file.path, whole) : await this.client.writeText(file.path, whole, version);
      file.version = written.version;
      file.base = text;
      file.theirs = null;
      file.mark = file.text === text ? 'saved' : 'unsaved';
      // The world has it, the disk not yet: the draft stays until the world says that it is saved.
      file.inSave = false;
      this.keepDraft(file);
    } catch (error) {
      const underneath = await this.textOf(file).catch(() => null);
      if (underneath?.ok && underneath.version !== version && version !== undefined)
        this.conflict(file, underneath.text, underneath.version);
      else if (underneath && !underneath.ok && underneath.reason === 'missing') file.mark = 'gone';
      else {
        file.mark = 'failed';
        file.failure = error instanceof Error ? error.message : String(error);
      }
    }
  }

  private conflict(file: OpenFile, theirs: string, version: number | undefined): void {
    if (theirs === file.text) return this.accept(file, theirs, version);
    file.theirs = theirs;
    file.version = version;
    file.mark = 'conflict';
    this.cancel(file);
  }

  private accept(file: OpenFile, text: string, version: number | undefined): void {
    const changed = file.text !== text;
    file.base = text;
    file.text = text;
    file.version = version;
    file.theirs = null;
    file.without = null;
    file.mark = 'saved';
    // A draft of an earlier visit is not this reading's to drop.
    if (file.bases.length > 0) this.drafts.drop(file.path);
    file.bases = [];
    if (changed) file.outside += 1;
    this.checkSoon(file);
  }

  /** Ends a conflict, or the removal of a file, in favour of what the editor has. */
  async keepMine(file: OpenFile): Promise<void> {
    file.mark = 'unsaved';
    file.writing = this.writeNow(file, undefined);
    await file.writing;
    file.writing = null;
  }

  /** Ends a conflict in favour of the file. */
  takeTheirs(file: OpenFile): void {
    if (file.theirs !== null) this.accept(file, file.theirs, file.version);
  }

  /** Files changed in the world: open ones are read again, unless it was our own write. */
  async changed(paths: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      this.open
        .filter((file) => paths.has(file.path) || [...paths].some((path) => file.path.startsWith(`${path}/`)))
        .map(async (file) => {
          if (file.writing) await file.writing;
          await this.read(file);
        }),
    );
    await this.checkOthers([...paths].filter(isWorkflow));
  }

  private async read(file: OpenFile): Promise<void> {
    const found = await this.textOf(file);
    if (!found.ok) {
      if (found.reason === 'missing' && file.base !== '') file.mark = 'gone';
      else file.without = found;
      return;
    }
    if (found.version === file.version && file.mark !== 'gone') return;
    const edited = file.mark !== 'saved' && file.text !== file.base;
    if (edited && found.text !== file.base) this.conflict(file, found.text, found.version);
    else if (edited) file.version = found.version;
    else this.accept(file, found.text, found.version);
  }

  /** The file's text without its byte-order mark. */
  private async textOf(file: OpenFile): Promise<FileText> {
    const found = await this.client.readText(file.path);
    if (!found.ok) return found;
    file.byteOrderMark = found.text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
    return { ...found, text: found.text.slice(file.byteOrderMark.length) };
  }

  /** Brings back edits that a reload interrupted: written when the file is as it was, else shown as a conflict. */
  async restoreDrafts(): Promise<void> {
    for (const draft of this.drafts.all()) {
      const file = await this.show(draft.path);
      if (file.base === draft.text && file.without === null) this.drafts.drop(draft.path);
      else {
        const underneath = file.base;
        file.text = draft.text;
        file.bases = draft.bases;
        file.outside += 1;
        if (file.without?.reason === 'missing') file.mark = 'gone';
        else if (draft.bases.includes(hashOf(underneath))) {
          file.mark = 'unsaved';
          await this.write(file);
          this.say(`${file.name}: your last edit, from before the page was closed, is back.`);
        } else this.conflict(file, underneath, file.version);
      }
    }
  }

  /** Forgets every open file, for a world that began anew. */
  clear(): void {
    for (const file of this.open) this.drop(file);
    this.others = new Map();
  }

  /** A draft is kept a moment after the first key of a burst, not at each key: large files take a while to store. */
  private draftSoon(file: OpenFile): void {
    if (file.bases.length === 0) file.bases = [hashOf(file.base)];
    file.draftTimer ??= setTimeout(() => {
      file.draftTimer = null;
      if (file.mark !== 'saved') this.keepDraft(file);
    }, DRAFT_PAUSE);
  }

  private keepDraft(file: OpenFile): void {
    const base = hashOf(file.base);
    if (!file.bases.includes(base)) file.bases = [...file.bases, base];
    this.drafts.put({ path: file.path, bases: file.bases, text: file.text });
  }

  /** Keeps drafts of everything unsaved at this instant: the page may be about to go. */
  keepDrafts(): void {
    for (const file of this.unsaved) this.keepDraft(file);
  }

  /** The world is being saved, or has been: drafts of what that save holds are done with. */
  worldSaved(status: 'saving' | 'saved' | 'unsaved'): void {
    for (const file of this.open) {
      if (status === 'saving') file.inSave = file.mark === 'saved';
      else if (status === 'saved' && file.inSave && file.mark === 'saved') {
        file.inSave = false;
        file.bases = [];
        this.drafts.drop(file.path);
      }
    }
  }

  private cancel(file: OpenFile): void {
    if (file.timer !== null) clearTimeout(file.timer);
    file.timer = null;
  }

  private checkSoon(file: OpenFile): void {
    if (!isWorkflow(file.path)) return;
    if (file.checkTimer !== null) clearTimeout(file.checkTimer);
    file.checkTimer = setTimeout(() => void this.check(file), CHECK_PAUSE);
  }

  private async check(file: OpenFile): Promise<void> {
    const { text } = file;
    const diagnostics = await this.client.validateWorkflow(file.path, text).catch(() => []);
    if (file.text === text) file.diagnostics = diagnostics;
  }

  /** Checks workflow files that are not open, so that the list of problems is whole. */
  async checkOthers(paths: readonly string[]): Promise<void> {
    const next = new Map(this.others);
    for (const path of paths) {
      const found = await this.client.readText(path).catch(() => null);
      if (found?.ok) next.set(path, await this.client.validateWorkflow(path, found.text).catch(() => []));
      else next.delete(path);
    }
    this.others = next;
  }
}

/** Whether a path is the other one or lies below it. */
function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function mergeMarks(file: OpenFile): readonly Diagnostic[] {
  return mergeBlocks(file.text).map((block) => ({
    severity: 'error',
    file: file.path,
    line: block.start,
    column: 1,
    message: mergeMessage(block),
  }));
}
