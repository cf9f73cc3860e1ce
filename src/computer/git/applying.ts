/** Putting patches onto files: into the work tree, the index, or both (git-apply). */
import type { TreeEntry } from '../../platform/platform.ts';
import { applyBinary } from './binary-patch.ts';
import type { GitCall } from './call.ts';
import type { IndexEntry } from './index-file.ts';
import { objectId } from './objects.ts';
import { applyHunks, bytesText, textBytes, type FilePatch } from './patch.ts';
import { NO_ID } from './refs.ts';
import { contentOf, fileOf, type FileMap, type TreeFile } from './repository.ts';
import { indexEntry, WorkWriter } from './worktree.ts';

export interface ApplyHow {
  /** Looks at and changes the index (`--index`), or nothing but the index (`--cached`). */
  readonly index: boolean;
  readonly cached: boolean;
  readonly zeroContext?: boolean;
  /** `--reject`: applies what fits. */
  readonly reject?: boolean;
}

/** A file as it will be; null content for one that goes. */
export interface Result {
  readonly patch: FilePatch;
  readonly path: string;
  readonly content: string | null;
  readonly mode: number;
  /** Per hunk: how far from its place it was found, or null where it did not fit. */
  readonly offsets: readonly (number | null)[];
}

export interface Prepared {
  readonly results: readonly Result[];
  /** Lines for stderr, in git's words; nothing may be written while there are any. */
  readonly errors: string;
}

/** What an earlier patch of the same run has made of a file; null where it has removed it. */
type Earlier = Map<string, { readonly content: string; readonly mode: number } | null>;

/** Tries patches without changing anything. */
export function preparePatches(call: GitCall, patches: readonly FilePatch[], how: ApplyHow): Prepared {
  const place = new Place(call, how);
  const results: Result[] = [];
  let errors = '';
  for (const patch of patches) {
    const tried = place.try(patch);
    if (typeof tried === 'string') errors += tried;
    else results.push(tried);
  }
  return { results, errors };
}

/** Where patches are applied: files as they are, and as earlier patches leave them. */
class Place {
  readonly #how: ApplyHow;
  readonly #call: GitCall;
  readonly #index: ReadonlyMap<string, IndexEntry>;
  readonly #earlier: Earlier = new Map();

  constructor(call: GitCall, how: ApplyHow) {
    this.#call = call;
    this.#how = how;
    const entries = how.index || how.cached ? call.repository.index() : [];
    this.#index = new Map(entries.filter(({ stage, intentToAdd }) => stage === 0 && !intentToAdd).map((entry) => [entry.path, entry]));
  }

  try(patch: FilePatch): Result | string {
    const before = patch.oldPath === null ? null : this.#before(patch.oldPath);
    if (typeof before === 'string') return before;
    if (patch.newPath !== null && patch.newPath !== patch.oldPath) {
      const problem = this.#inTheWay(patch.newPath);
      if (problem !== null) return problem;
    }
    return this.#apply(patch, before);
  }

  #apply(patch: FilePatch, before: { readonly content: string; readonly mode: number } | null): Result | string {
    const shown = patch.oldPath ?? patch.newPath ?? '';
    const fails = (why: string): string => `${why}error: ${shown}: patch does not apply\n`;
    if (patch.binary) return fails(`error: cannot apply binary patch to '${shown}' without full index line\n`);
    if (patch.bytes !== null) {
      const old = textBytes(before?.content ?? '');
      const id = before === null ? NO_ID : objectId('blob', old);
      if (patch.oldId !== null && patch.oldId !== id)
        return fails(`error: the patch applies to '${shown}' (${id}), which does not match the current contents.\n`);
      const content = patch.kind === 'delete' ? null : bytesText(applyBinary(old, patch.bytes[0]));
      return this.#done(patch, content, before, []);
    }
    const { text, offsets } = applyHunks(before?.content ?? '', patch.hunks, {
      zeroContext: this.#how.zeroContext === true,
      keepGoing: this.#how.reject === true,
    });
    const failed = offsets.indexOf(null);
    if (failed !== -1 && !this.#how.reject) return fails(`error: patch failed: ${shown}:${patch.hunks[failed]?.oldStart}\n`);
    if (patch.kind === 'delete' && text !== '' && failed === -1) return fails('error: removal patch leaves file contents\n');
    return this.#done(patch, patch.kind === 'delete' && failed === -1 ? null : text, before, offsets);
  }

  /** Remembers what becomes of a file, for the patches that follow. */
  #done(patch: FilePatch, content: string | null, before: { readonly mode: number } | null, offsets: Result['offsets']): Result {
    const mode = patch.newMode ?? before?.mode ?? 0o100644;
    const path = patch.newPath ?? patch.oldPath ?? '';
    this.#earlier.set(path, content === null ? null : { content, mode });
    if (patch.kind === 'rename' && patch.oldPath !== null) this.#earlier.set(patch.oldPath, null);
    return { patch, path, content, mode, offsets };
  }

  /** A file before the patch, or what git says when it is not as the patch expects. */
  #before(path: string): { readonly content: string; readonly mode: number } | string {
    const earlier = this.#earlier.get(path);
    if (earlier) return earlier;
    if (earlier === null) return `error: ${path}: No such file or directory\n`;
    const entry = this.#index.get(path);
    if ((this.#how.index || this.#how.cached) && entry === undefined) return `error: ${path}: does not exist in index\n`;
    if (this.#how.cached && entry) return { content: bytesText(this.#call.repository.objects.blob(entry.id)), mode: entry.mode };
    const there = this.#work(path);
    const file = fileOf(there);
    if (there === null || file === null) {
      if (entry) return { content: bytesText(this.#call.repository.objects.blob(entry.id)), mode: entry.mode };
      return `error: ${path}: No such file or directory\n`;
    }
    if (entry && (entry.id !== file.id || entry.mode !== file.mode)) return `error: ${path}: does not match index\n`;
    return { content: bytesText(contentOf(there)), mode: file.mode };
  }

  #inTheWay(path: string): string | null {
    const earlier = this.#earlier.get(path);
    if (earlier === null) return null;
    if (this.#index.has(path)) return `error: ${path}: already exists in index\n`;
    const there = this.#how.cached ? null : this.#work(path);
    return (there !== null && there.type !== 'directory') || earlier !== undefined
      ? `error: ${path}: already exists in working directory\n`
      : null;
  }

  #work(path: string): TreeEntry | null {
    const { tryRepository: repository } = this.#call;
    return repository?.workTree ? repository.workEntry(path) : this.#call.disk.entry(this.#call.resolve(path));
  }
}

/** Outside of a repository paths begin where one stands. */
function workPath(call: GitCall, path: string): string {
  return call.tryRepository?.workTree ? call.tryRepository.pathOf(path) : call.resolve(path);
}

/** A path has several entries while it is in conflict. */
const slot = (path: string, stage = 0): string => `${path}\0${stage}`;

/** Writes what was prepared. */
export function writeResults(call: GitCall, results: readonly Result[], how: ApplyHow): void {
  const entries = how.index || how.cached ? new Map(call.repository.index().map((entry) => [slot(entry.path, entry.stage), entry])) : null;
  const gone = results.flatMap(({ patch, path, content }) => [
    ...(content === null ? [path] : []),
    ...(patch.kind === 'rename' && patch.oldPath !== null && patch.oldPath !== path ? [patch.oldPath] : []),
  ]);
  const writer = how.cached || !call.tryRepository?.workTree ? null : new WorkWriter(call);
  for (const path of gone) {
    if (writer !== null) writer.remove(path);
    else if (!how.cached) call.disk.remove(workPath(call, path));
    entries?.delete(slot(path));
  }
  for (const { path, content, mode } of results) {
    if (content === null) continue;
    const bytes = textBytes(content);
    const id = entries === null ? '' : call.repository.objects.write('blob', bytes);
    const file: TreeFile = { mode, id };
    if (writer !== null) {
      const entry = writer.writeContent(path, file, bytes);
      entries?.set(slot(path), entry);
    } else if (how.cached) entries?.set(slot(path), indexEntry(path, file));
    else call.disk.files.writeSync(workPath(call, path), bytes, mode === 0o100755 ? 0o755 : 0o644);
  }
  if (entries !== null) call.repository.writeIndex([...entries.values()]);
}

/** Files with patches applied to them, or null where one does not fit. */
export function patchedFiles(call: GitCall, base: FileMap, patches: readonly FilePatch[]): FileMap | null {
  const { objects } = call.repository;
  const files = new Map(base);
  for (const { oldPath, newPath, newMode, hunks } of patches) {
    const before = oldPath === null ? undefined : files.get(oldPath);
    const { text, offsets } = applyHunks(before === undefined ? '' : bytesText(objects.blob(before.id)), hunks);
    if (offsets.includes(null)) return null;
    if (oldPath !== null && oldPath !== newPath) files.delete(oldPath);
    if (newPath !== null) files.set(newPath, { mode: newMode ?? before?.mode ?? 0o100644, id: objects.write('blob', textBytes(text)) });
  }
  return files;
}
