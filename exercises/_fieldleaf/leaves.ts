/**
 * The leaves in a repository of Fieldleaf, known by what their photos show rather than by what the files are called: a learner may move,
 * rename and relabel them. For the checks of the exercises that start from this company.
 */
import type { Observed } from '../../src/checks/contract.ts';

type Photo = Parameters<Observed['ask']>[1][number];

/** A photo file at a commit. Two files with the same `key` show the same, however they are written. */
export interface LeafFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  /** What a service can be asked about; its species is not known. */
  readonly photo: Photo;
}

/** A photo that was set apart for the gate when the exercise began, with what the botanic garden says it is. */
export interface ApartLeaf extends LeafFile {
  readonly species: string;
}

/** A text that names many photos and many species, so that a model or a gate may read labels from it. */
export interface LabelFile {
  readonly path: string;
  readonly text: string;
  /** True when the photos that it names are those set apart for the gate: it is part of the yardstick, not of what is learnt. */
  readonly ofApart: boolean;
}

/** What became of the photos that were set apart. */
export interface Yardstick {
  /** How many there were. */
  readonly all: number;
  /** How many of them are still there, under whatever name. */
  readonly present: number;
  /** How many of those a label file of the gate names; null where labels are kept otherwise, as folders for example. */
  readonly labelled: number | null;
}

const GENUS: Readonly<Record<string, string>> = {
  willow: 'Salix',
  linden: 'Tilia',
  birch: 'Betula',
  oak: 'Quercus',
  maple: 'Acer',
  ginkgo: 'Ginkgo',
};
const COMMON = Object.keys(GENUS);
const LATIN = Object.values(GENUS);
const SPECIES_WORD = new RegExp(`\\b(?:${[...COMMON, ...LATIN].join('|')})\\b`, 'gi');
/** A text with so many photos and species in it holds labels. The smallest that the story has holds 94; a trained model names no photos. */
const LABELS = 60;
/** A label file of which so large a share names photos set apart is the gate's, though somebody may have added to it. */
const YARDSTICK_SHARE = 0.7;
/** Code, prose and configuration are not labels, however often they name a species. */
const NOT_LABELS = /\.(?:py|md|ya?ml|sh|pgm)$/;

const decoder = new TextDecoder();
const latin = new TextDecoder('latin1');

/** Photos that were read before, by the view of the world and the commit: a look asks for the same ones several times. */
const known = new WeakMap<Observed, Map<string, Promise<readonly LeafFile[]>>>();

/** The photos among a commit's files. */
export function leavesAt(world: Observed, commit: string): Promise<readonly LeafFile[]> {
  const byCommit = known.get(world) ?? new Map<string, Promise<readonly LeafFile[]>>();
  known.set(world, byCommit);
  const leaves = byCommit.get(commit) ?? readLeaves(world, commit);
  byCommit.set(commit, leaves);
  return leaves;
}

async function readLeaves(world: Observed, commit: string): Promise<readonly LeafFile[]> {
  return (await world.origin.tree(commit)).flatMap((entry) => {
    if (entry.type !== 'file' || !entry.path.endsWith('.pgm')) return [];
    const photo = readPgm(entry.bytes);
    return photo === null ? [] : [{ path: entry.path.slice(1), key: photo.id, bytes: entry.bytes, photo }];
  });
}

/** The photos that were set apart in `test/` when the exercise began. */
export async function apartLeaves(world: Observed): Promise<readonly ApartLeaf[]> {
  const species = new Map<string, string>();
  const labels = await world.origin.file(world.startCommit, 'test/labels.csv');
  for (const line of decoder.decode(labels ?? new Uint8Array()).split('\n')) {
    const [photo = '', name = ''] = line.split(',');
    species.set(`test/${photo}`, name);
  }
  return (await leavesAt(world, world.startCommit)).flatMap((leaf) => {
    const name = species.get(leaf.path);
    return name === undefined ? [] : [{ ...leaf, species: name, photo: { ...leaf.photo, species: name } }];
  });
}

/** The label files at a commit, wherever they are kept. */
export async function labelFilesAt(world: Observed, commit: string, leaves: readonly LeafFile[]): Promise<readonly LabelFile[]> {
  const apart = new Set((await apartLeaves(world)).map((leaf) => leaf.key));
  const byName = keysByName(leaves);
  return (await world.origin.tree(commit)).flatMap((entry) => {
    if (entry.type !== 'file' || NOT_LABELS.test(entry.path)) return [];
    const text = decoder.decode(entry.bytes);
    if ((text.match(SPECIES_WORD)?.length ?? 0) < LABELS) return [];
    const named = keysNamed(text, byName);
    if (named.length < LABELS) return [];
    return [{ path: entry.path.slice(1), text, ofApart: named.filter((key) => apart.has(key)).length > named.length * YARDSTICK_SHARE }];
  });
}

/** Looks at the yardstick as it is at a commit. */
export async function yardstickAt(world: Observed, commit: string): Promise<Yardstick> {
  const apart = new Set((await apartLeaves(world)).map((leaf) => leaf.key));
  const leaves = await leavesAt(world, commit);
  const present = new Set(leaves.map((leaf) => leaf.key).filter((key) => apart.has(key)));
  const byName = keysByName(leaves);
  const labelled = new Set<string>();
  for (const file of await labelFilesAt(world, commit, leaves)) {
    if (file.ofApart) for (const key of keysNamed(file.text, byName)) if (apart.has(key)) labelled.add(key);
  }
  return { all: apart.size, present: present.size, labelled: labelled.size === 0 ? null : labelled.size };
}

/** A label of a text that stands alone on its line with the name of one photo. */
export interface PhotoLabel {
  /** Line and label are counted from 0. */
  readonly line: number;
  readonly label: number;
  /** As it is written: `oak`, `Quercus`. */
  readonly species: string;
  readonly photo: string;
}

/** The labels of a text that stand alone on their line with the name of one of these photos. */
export function labelsOfPhotos(text: string, names: ReadonlySet<string>): readonly PhotoLabel[] {
  let label = 0;
  return text.split('\n').flatMap((content, line) => {
    const first = label;
    const [species, ...more] = content.match(SPECIES_WORD) ?? [];
    label += species === undefined ? 0 : 1 + more.length;
    const [photo, ...others] = namesIn(content).filter((name) => names.has(name));
    if (photo === undefined || others.length > 0 || species === undefined || more.length > 0) return [];
    return [{ line, label: first, species, photo }];
  });
}

/** The text with some of its labels (counted from 0) written anew. */
export function withLabels(text: string, anew: ReadonlyMap<number, string>): string {
  let label = -1;
  return text.replace(SPECIES_WORD, (word) => anew.get(++label) ?? word);
}

/** Names of photos' files, without folder and ending. */
export function photoNames(leaves: readonly LeafFile[]): ReadonlySet<string> {
  return new Set(keysByName(leaves).keys());
}

/** The text with each of its labels replaced by another species, in a way that no model can learn. */
export function relabelled(text: string): string {
  let label = -1;
  return text.replace(SPECIES_WORD, (word) => {
    label++;
    const names = COMMON.some((name) => isSameWord(name, word)) ? COMMON : LATIN;
    const at = names.findIndex((name) => isSameWord(name, word));
    return names[(at + 1 + (label % (names.length - 1))) % names.length] ?? word;
  });
}

/** How many labels a text has. */
export function labelCount(text: string): number {
  return text.match(SPECIES_WORD)?.length ?? 0;
}

/** The grey values of a PGM file, plain (P2) or binary (P5), as a photo whose id is what it shows; null for anything else. */
function readPgm(bytes: Uint8Array): Photo | null {
  const head = /^(P[25])\s+(?:#.*\n\s*)*(\d+)\s+(\d+)\s+(\d+)\s/.exec(latin.decode(bytes.subarray(0, 200)));
  if (head === null || head[2] !== head[3]) return null;
  const size = Number(head[2]);
  const rest = bytes.subarray(head[0].length);
  const pixels =
    head[1] === 'P5'
      ? rest.slice(0, size * size)
      : Uint8Array.from(decoder.decode(rest).replace(/#.*/g, '').match(/\d+/g) ?? [], Number);
  return pixels.length === size * size ? { id: pixels.join(' '), species: '', size, pixels } : null;
}

/** Keys of photos by the name of their file, without folder and ending: label files write it in different ways. */
function keysByName(leaves: readonly LeafFile[]): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>();
  for (const { path, key } of leaves) {
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.pgm$/, '');
    keys.set(name, [...(keys.get(name) ?? []), key]);
  }
  return keys;
}

function keysNamed(text: string, byName: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return namesIn(text).flatMap((name) => byName.get(name) ?? []);
}

/** Whatever in a text may be the name of a photo's file. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/[\w-]+/g)].map(([name]) => name);
}

function isSameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
