import type { Commit, FolderEntry } from '../forge/contract.ts';
import { NotFoundError } from '../forge/forge.ts';
import type { OriginFile, OriginFolder, OriginTip } from './contract.ts';
import { textOf } from './text.ts';
import type { World } from './world.ts';

/** Commits of a branch are counted up to this many. */
const MOST_COMMITS = 5_000;
/** Names of a folder that one answer holds. */
const PAGE = 200;
/** Files above this are not shown, in bytes. */
const LARGEST_FILE = 500_000;

/** Where a branch or tag (`refs/heads/main`) stands, and how many commits lead there. @throws NotFoundError */
export async function originTip(world: World, ref: string): Promise<OriginTip> {
  const origin = world.forge.repository(world.options.repository);
  const log = await origin.log(ref, MOST_COMMITS + 1);
  return { commit: log[0] as Commit, commits: Math.min(log.length, MOST_COMMITS), more: log.length > MOST_COMMITS };
}

/** One folder of a commit, a page of it that begins at `from`. @throws NotFoundError */
export async function originFolder(world: World, commit: string, path: string, from: number): Promise<OriginFolder> {
  const origin = world.forge.repository(world.options.repository);
  const entries = await origin.folder(commit, path);
  if (entries === null) throw new NotFoundError(`There is no folder ${path} at ${commit.slice(0, 7)}.`);
  return { path, total: entries.length, entries: foldersFirst(entries).slice(from, from + PAGE) };
}

/** One file of a commit as text, or why there is none. @throws NotFoundError when the commit is not there */
export async function originFile(world: World, commit: string, path: string): Promise<OriginFile> {
  return fileText(await world.forge.repository(world.options.repository).file(commit, path));
}

function fileText(bytes: Uint8Array | null): OriginFile {
  if (bytes === null) return { ok: false, reason: 'missing', sizeBytes: 0 };
  const sizeBytes = bytes.byteLength;
  if (sizeBytes > LARGEST_FILE) return { ok: false, reason: 'too-large', sizeBytes };
  const text = textOf(bytes);
  return text === null ? { ok: false, reason: 'binary', sizeBytes } : { ok: true, text, sizeBytes };
}

function foldersFirst(entries: readonly FolderEntry[]): readonly FolderEntry[] {
  const isFolder = ({ type }: FolderEntry): boolean => type === 'directory';
  return [...entries.filter(isFolder), ...entries.filter((entry) => !isFolder(entry))];
}
