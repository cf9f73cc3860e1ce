import { strToU8, zipSync, type Zippable } from 'fflate';
import type { FileSystem } from '../computer/contract.ts';

/** `os` of a zip's entries whose attributes are a Unix mode. Source: PKWARE's APPNOTE.TXT, "version made by". */
const UNIX = 3;
/** What a zip can say of a time, in ms since the epoch, whatever the time zone. */
const [EARLIEST, LATEST] = [Date.UTC(1980, 0, 2), Date.UTC(2099, 11, 30)];
const FILE = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;

/** A folder and everything in it as a zip, `.git` and empty folders too; modes and links are kept. @throws FileError when there is no such folder. */
export function folderZip(files: FileSystem, folder: string): Uint8Array {
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const entries: Zippable = {};
  for (const entry of files.tree(folder)) {
    const path = `${name}${entry.path.slice(folder.length)}`;
    const mode = entry.type === 'symlink' ? LINK | 0o777 : (entry.type === 'directory' ? FOLDER : FILE) | entry.mode;
    const options = { os: UNIX, attrs: mode * 0x10000, mtime: Math.min(Math.max(entry.mtime, EARLIEST), LATEST), level: 6 as const };
    if (entry.type === 'directory') entries[`${path}/`] = [new Uint8Array(), options];
    else entries[path] = [entry.type === 'file' ? entry.bytes : strToU8(entry.target), options];
  }
  return zipSync(entries);
}
