/** Bundle files: refs, what they need, and a pack ("gitformat-bundle" in Git's documentation). */
import type { GitCall } from './call.ts';
import { decode, encode, joinBytes } from './disk.ts';
import { failure, GitExit } from './errors.ts';
import type { Repository } from './repository.ts';

export interface Bundle {
  /** Name and id of each ref, in the order of the file. */
  readonly refs: readonly (readonly [name: string, id: string])[];
  /** Commits that whoever takes it must have. */
  readonly prerequisites: readonly string[];
  readonly pack: Uint8Array;
}

const SIGNATURE = '# v2 git bundle\n';

/** Reads a bundle; ends the command where there is none. */
export function readBundle(call: GitCall, name: string): Bundle {
  const bytes = name === '-' ? call.stdin : call.disk.read(call.resolve(name));
  if (bytes === null) throw failure(`could not open '${name}'`);
  const bundle = parseBundle(bytes);
  if (bundle === null) throw failure(`'${name}' does not look like a v2 or v3 bundle file`);
  return bundle;
}

/** True for a file that begins as a bundle does. */
function isBundle(bytes: Uint8Array): boolean {
  return decode(bytes.subarray(0, SIGNATURE.length)) === SIGNATURE;
}

export function parseBundle(bytes: Uint8Array): Bundle | null {
  if (!isBundle(bytes)) return null;
  const refs: (readonly [string, string])[] = [];
  const prerequisites: string[] = [];
  for (let at = SIGNATURE.length; ;) {
    const end = bytes.indexOf(10, at);
    if (end === -1) return null;
    const line = decode(bytes.subarray(at, end));
    at = end + 1;
    if (line === '') return { refs, prerequisites, pack: bytes.subarray(at) };
    if (line.startsWith('-')) prerequisites.push(line.slice(1, 41));
    else refs.push([line.slice(41), line.slice(0, 40)]);
  }
}

export function encodeBundle({ refs, pack }: Bundle, prerequisites: readonly (readonly [id: string, subject: string])[]): Uint8Array {
  const needs = prerequisites.map(([id, subject]) => `-${id} ${subject}\n`).join('');
  const heads = refs.map(([name, id]) => `${id} ${name}\n`).join('');
  return joinBytes([encode(`${SIGNATURE}${needs}${heads}\n`), pack]);
}

/** Ends the command when a repository does not have what a bundle builds on. */
export function requirePrerequisites(repository: Repository, { prerequisites }: Bundle): void {
  const missing = prerequisites.filter((id) => !repository.objects.has(id));
  if (missing.length === 0) return;
  throw new GitExit(`error: Repository lacks these prerequisite commits:\n${missing.map((id) => `error: ${id} \n`).join('')}`, 1);
}
