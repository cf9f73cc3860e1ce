/** What the gate measures with: the photos that were set apart, whether the model has learnt them, and whether the tested score is theirs. */
import type { Observed, Verdict } from '../../src/checks/contract.ts';
import { apartLeaves, type ApartLeaf, leavesAt, yardstickAt } from '../_fieldleaf/leaves.ts';
import { type Deployment, type Score, workflowPlace } from './releases.ts';
import { fails, two } from './wording.ts';

export type Answers = Awaited<ReturnType<Observed['ask']>>;

/** How many of the 240 photos set apart the gate must still be able to ask about. */
const PHOTOS = 228;
/**
 * How many of the photos set apart an honest model should rule out (not one vote for what they show) before it means something that it
 * rules out hardly any. 120 honest variants that should have ruled out 8 or more did so for half of them at least; a model that has learnt
 * the photos finds each among its own neighbours, and rules out none.
 */
const RULED_OUT = { expected: 8, share: 0.15 };
/** Photos to learn from that are copies of ones set apart, but for a few pixels: so many are no accident. */
const COPIES = 12;
/** Mean difference of the grey values that makes two photos the same. Between the course's own photos it is 10.9 and more. */
const SAME_PHOTO = 5;
/** How far the score that came with a package may be from what it scores on the photos set apart: room for a few more or other photos. */
export const SCORE_TOLERANCE = 0.05;

const asked = new WeakMap<Observed, Map<string, Promise<Answers>>>();

/** What a deployed package says to the photos set apart, in their order. */
export function answersToApart(world: Observed, digest: string, apart: readonly ApartLeaf[]): Promise<Answers> {
  const byDigest = asked.get(world) ?? new Map<string, Promise<Answers>>();
  asked.set(world, byDigest);
  const photos = apart.map((leaf) => leaf.photo);
  const answers = byDigest.get(digest) ?? world.ask(digest, photos);
  byDigest.set(digest, answers);
  return answers;
}

/**
 * Balanced accuracy of answers to the photos set apart, 0 to 1. `shown` says which photo, by its key, stands in the place of another:
 * the place keeps its label.
 */
export function scoreOn(apart: readonly ApartLeaf[], answers: Answers, shown: ReadonlyMap<string, string> = new Map()): number {
  const byKey = new Map(apart.map((leaf, i) => [leaf.key, answers[i]]));
  const table = new Map<string, { right: number; all: number }>();
  for (const { key, species } of apart) {
    const row = table.get(species) ?? { right: 0, all: 0 };
    table.set(species, row);
    const answer = byKey.get(shown.get(key) ?? key);
    row.all++;
    if (answer?.ok && answer.species === species) row.right++;
  }
  const recalls = [...table.values()].map(({ right, all }) => right / all);
  return recalls.reduce((sum, recall) => sum + recall, 0) / Math.max(1, recalls.length);
}

/** Says so when photos that the gate asks about are gone. */
export async function photosGone(world: Observed, live: Deployment): Promise<Verdict | null> {
  const { all, present, labelled } = await yardstickAt(world, live.commit);
  const left = Math.min(present, labelled ?? present);
  if (left >= PHOTOS) return null;
  return fails({
    value: `${left} of ${all} photos`,
    observed: `Of the ${all} photos that were set apart for the gate, ${left} are left${labelled !== null && labelled < present ? ' in its list of labels' : ' as PGM files'}.`,
    expected: 'The gate measures with the photos that were set apart, wherever they are kept.',
    lookAt: [
      { text: 'the photos in test/', place: { kind: 'file', path: 'test/labels.csv' } },
      { text: 'what the commit changed', place: { kind: 'commit', id: live.commit } },
    ],
    hint: 'yardstick-changed',
  });
}

/** Says so when the live model knows the photos that were set apart, by copies among what it learns from or by what it answers. */
export async function learntFromApart(world: Observed, live: Deployment, score: Score): Promise<Verdict | null> {
  const apart = await apartLeaves(world);
  const copies = await nearCopies(world, live.commit, apart);
  if (copies.length >= COPIES) {
    return knowsThem(
      live,
      `${copies.length} photos in the repository, ${copies[0]} for one, are photos that the gate asks about, but for a few pixels.`,
    );
  }
  const expected = (score.ruledOut / score.photos) * apart.length;
  if (expected < RULED_OUT.expected) return null;
  const answers = await answersToApart(world, live.digest, apart);
  // A service that only names its winner does not say what it ruled out.
  if (!answers.some((answer) => answer.ok && Object.keys(answer.votes).length > 1)) return null;
  const ruledOut = answers.filter((answer, i) => !answer.ok || !((answer.votes[apart[i]?.species ?? ''] ?? 0) > 0)).length;
  if (ruledOut > expected * RULED_OUT.share) return null;
  return knowsThem(
    live,
    `On ${score.ruledOut} of ${score.photos} photos that users took, not one vote went to the right species; on ${apart.length} photos that the gate asks about, that happened ${ruledOut === 0 ? 'never' : `${ruledOut} times`}. What users get has learnt these photos.`,
  );
}

function knowsThem(live: Deployment, observed: string): Verdict {
  return fails({
    value: 'test photos learnt',
    observed,
    expected: 'The model has not seen the photos it is tested on.',
    lookAt: [
      { text: 'which photos the model learns from', place: { kind: 'file', path: 'train.py' } },
      { text: 'what the commit changed', place: { kind: 'commit', id: live.commit } },
    ],
    hint: 'perfect-score',
  });
}

/** Says so when the score that came with the live package is not what it scores on the photos set apart. */
export async function notMeasured(world: Observed, live: Deployment, tested: number): Promise<Verdict | null> {
  const apart = await apartLeaves(world);
  const measured = scoreOn(apart, await answersToApart(world, live.digest, apart));
  if (Math.abs(tested - measured) <= SCORE_TOLERANCE) return null;
  return fails({
    value: `told ${two(tested)}, is ${two(measured)}`,
    observed: `The deploy step was told ${two(tested)}. On the ${apart.length} photos that were set apart, with the labels that the botanic garden gave them, the package scores ${two(measured)}.`,
    expected: 'The score is measured on all photos that were set apart, with their labels.',
    lookAt: [
      { text: 'what the gate asks', place: { kind: 'file', path: 'evaluate.py' } },
      { text: 'where the deploy step takes tested-score from', place: await workflowPlace(world) },
    ],
    hint: 'score-not-measured',
  });
}

/** Paths of photos that are nearly, but not quite, photos set apart. */
async function nearCopies(world: Observed, commit: string, apart: readonly ApartLeaf[]): Promise<readonly string[]> {
  const keys = new Set(apart.map((leaf) => leaf.key));
  const others = (await leavesAt(world, commit)).filter((leaf) => !keys.has(leaf.key));
  return others.filter((leaf) => apart.some((known) => isNearly(leaf.photo, known.photo))).map((leaf) => leaf.path);
}

function isNearly(one: ApartLeaf['photo'], other: ApartLeaf['photo']): boolean {
  if (one.size !== other.size) return false;
  const most = SAME_PHOTO * one.pixels.length;
  let difference = 0;
  for (let i = 0; i < one.pixels.length && difference <= most; i++) difference += Math.abs((one.pixels[i] ?? 0) - (other.pixels[i] ?? 0));
  return difference <= most;
}
