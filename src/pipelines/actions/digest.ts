/**
 * The digest of a tree of files: the same files give the same digest, wherever and whenever they were packed. It is the SHA-256 of a
 * header and, for each file in the order of its path's bytes, the path, a zero byte, the size in decimal, a zero byte and the content.
 * Modes and times are left out, because artifacts don't keep them. Written in JavaScript: on plain http a page has no crypto.subtle.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { FileTree } from '../../platform/platform.ts';

const HEADER = 'plumbline tree 1\n';

/** `sha256:` and 64 hex digits. Paths are taken as they are, so a tree is made relative to `/` first. */
export function treeDigest(tree: FileTree): string {
  const files = tree.flatMap((entry) => (entry.type === 'file' ? [{ path: utf8ToBytes(entry.path), bytes: entry.bytes }] : []));
  files.sort((a, b) => compareBytes(a.path, b.path));
  const hash = sha256.create().update(utf8ToBytes(HEADER));
  for (const { path, bytes } of files)
    hash
      .update(path)
      .update(utf8ToBytes(`\0${bytes.length}\0`))
      .update(bytes);
  return `sha256:${bytesToHex(hash.digest())}`;
}

/** The SHA-256 of bytes as 64 hex digits. */
export function hexDigest(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** `hashFiles`: the SHA-256 over the SHA-256 of each file, in order. Source: "Expressions", `hashFiles`. */
export function hashOfHashes(contents: readonly Uint8Array[]): string {
  const hash = sha256.create();
  for (const bytes of contents) hash.update(sha256(bytes));
  return bytesToHex(hash.digest());
}

/** The sum of the sizes of a tree's files. */
export function treeSize(tree: FileTree): number {
  return tree.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.bytes.length : 0), 0);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
