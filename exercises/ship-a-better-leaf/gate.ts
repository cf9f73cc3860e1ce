/**
 * Probes of the learner's gate. Each change is pushed in a copy of the company of its own, by the learner and under their own last message,
 * so that a pipeline can judge it by nothing but what it changes: small corrections must go live, worse models must not, and the gate
 * must measure on the photos that were set apart.
 */
import type { Check, CheckProgress, Observed, Place, Probe, Verdict } from '../../src/checks/contract.ts';
import {
  apartLeaves,
  type ApartLeaf,
  labelFilesAt,
  labelsOfPhotos,
  type LeafFile,
  leavesAt,
  photoNames,
  relabelled,
  withLabels,
} from '../_fieldleaf/leaves.ts';
import { type Deployment, ENVIRONMENT, liveDeployment, MARGIN, type Score, serviceFile, withComment, workflowPlace } from './releases.ts';
import { fails, listed, two } from './wording.ts';
import { type Answers, answersToApart, SCORE_TOLERANCE, scoreOn } from './yardstick.ts';

type Files = Parameters<Probe['pushChange']>[1];

const PROBES = 5;
/** A training set has at least so many photos. */
const ENOUGH_PHOTOS = 60;
/**
 * Ordinary changes, and how many pairs or rows each is about: rules of the house may forbid one kind, a gate without any margin stops some by
 * chance, and the small ones may change no answer.
 */
const CORRECTIONS = [
  { kind: 'labels and photos', count: 2 },
  { kind: 'labels', count: 2 },
  { kind: 'photos', count: 2 },
  { kind: 'rows', count: 3 },
  { kind: 'rows', count: 1 },
  { kind: 'labels and photos', count: 6 },
  { kind: 'labels and photos', count: 12 },
] as const;
/** A model that stays the same through so many changes is not made from what was changed, whatever stopped the others. */
const FROZEN = 3;
/** Share of the photos to learn from that change labels with each other to make a model whose score must be measured anew. */
const BLURRED = [0.25, 0.12];
/** How many pairs of photos set apart change places: fewer when the gate stops it, as it should when the score falls below its floor. */
const EXCHANGED_PAIRS = [20, 4, 1];
/**
 * By how much of the expected change the tested score must move: more photos in test/ dilute it, and a gate that asks about a part of them
 * moves it too much. Scores may be rounded.
 */
const MOVES = { least: 0.6, most: 1.3, rounding: 0.01 };
const CHANGELOG = 'CHANGELOG.md';
/** What keeps a push from starting a run, by "Skipping workflow runs" in GitHub's documentation. */
const SKIPS = /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/gi;

/** What there is to change in the learner's repository. */
interface Material {
  /** Label files that a model may learn from. */
  readonly labels: ReadonlyMap<string, string>;
  /** Photos that a model may learn from. */
  readonly photos: readonly LeafFile[];
  /** The photos set apart, with every place where they lie now. */
  readonly apart: readonly ApartLeaf[];
  readonly leaves: readonly LeafFile[];
}

interface Outcome {
  readonly deployment: Deployment | null;
  /** What stopped it. */
  readonly why: string;
  /** What users got from it, or null when it was stopped. */
  readonly score: Score | null;
  /** What it says to the photos that were set apart, when asked for. */
  readonly answers: Answers | null;
}

/** `others` are the outcomes that must hold before the gate is tried: a probe needs a pipeline that delivers. */
export function gateStillStops(others: readonly Check[]): Check {
  return {
    id: 'gate-still-stops',
    title: 'The gate still stops a worse model',
    after: ['deployment'],
    async check(world, tell) {
      for (const other of others) {
        if ((await other.check(world, () => {})).status !== 'holds') return { status: 'pending', value: 'tried when the others hold' };
      }
      const tip = await world.origin.resolve('main');
      const live = liveDeployment(world);
      if (tip === null || live === null) return { status: 'pending', value: 'nothing is live' };
      return probeGate(world, live, await materialAt(world, tip), tell);
    },
  };
}

async function probeGate(world: Observed, live: Deployment, material: Material, tell: (progress: CheckProgress) => void): Promise<Verdict> {
  const { labels, photos } = material;
  if (labels.size === 0 && photos.length < ENOUGH_PHOTOS) {
    return {
      status: 'unknown',
      why: `main has neither ${ENOUGH_PHOTOS} photos to learn from nor a text file with their labels, so no worse model could be made`,
    };
  }
  const workflow = await workflowPlace(world);
  const probes = [
    () => correction(world, live, material, workflow),
    () => measuredScore(world, live, material, workflow),
    () => worseModels(world, live, material, workflow),
    () => otherYardstick(world, material, workflow),
  ];
  for (const [done, probe] of probes.entries()) {
    tell({ done, of: PROBES });
    const failure = await probe();
    if (failure !== null) return failure;
  }
  return { status: 'holds', value: 'lets corrections through, stops worse models' };
}

/** A few labels and photos change places, or are left out: an ordinary change, which must go live and must reach the model. */
async function correction(world: Observed, live: Deployment, material: Material, workflow: Place): Promise<Verdict | null> {
  const outcomes: Outcome[] = [];
  for (const [variant, { kind, count }] of CORRECTIONS.entries()) {
    const { files, photos } = corrected(material, kind, count, variant);
    if (Object.keys(files).length === 0) continue;
    // Whoever learnt from the photos that changed says something else about these, if about no other.
    const asked = [...material.apart, ...photos];
    const outcome = await attempt(world, files, asked);
    outcomes.push(outcome);
    if (outcome.deployment !== null && JSON.stringify(outcome.answers) !== JSON.stringify(await answersTo(world, live.digest, asked)))
      return null;
  }
  const stopped = outcomes.filter((outcome) => outcome.deployment === null);
  if (stopped.length === outcomes.length) {
    return fails({
      value: 'stops everything',
      observed: `In copies of your company a few labels and photos were corrected. It did not reach the phone: ${stopped[0]?.why}.`,
      expected: 'An ordinary correction, which leaves the score about where it is, goes live.',
      lookAt: [{ text: 'what the gate asks for', place: workflow }],
      hint: 'gate-stops-everything',
    });
  }
  // A gate may stop the larger ones, and a few small ones may change no answer.
  const unchanged = outcomes.length - stopped.length;
  if (stopped.length > 0 && unchanged < FROZEN) return null;
  return labelsUnused(
    `In copies of your company labels and photos changed places, or were left out. ${unchanged} times the change went live, and each time the model answered as before.`,
    workflow,
  );
}

/**
 * Two models that are worse: one is wrong nearly always, as every label names another species; one guesses, as photos change places while
 * labels stay. Some repositories keep labels in no file, or measured features instead of photos: one of the two must make a difference.
 */
async function worseModels(world: Observed, live: Deployment, { labels, photos }: Material, workflow: Place): Promise<Verdict | null> {
  const honest = await world.hiddenScore(live.digest);
  const order = shuffled(photos.length);
  const changes = [
    labels.size > 0 && {
      what: `every label in ${listed([...labels.keys()])} was swapped for another species`,
      files: Object.fromEntries([...labels].map(([path, text]) => [path, relabelled(text)])),
    },
    photos.length >= ENOUGH_PHOTOS && {
      what: 'the photos to learn from changed places, so that labels were right by chance only',
      files: Object.fromEntries(photos.map(({ path }, i) => [path, photos[order[i] ?? i]?.bytes ?? null])),
    },
  ].filter((change) => change !== false);
  let stopped = 0;
  let unused: Verdict | null = null;
  for (const [n, { what, files }] of changes.entries()) {
    // The second tells users nothing, so that a gate cannot go by CHANGELOG.md.
    const { score } = await attempt(world, files, [], { isNoted: n === 0 });
    const served = score?.balancedAccuracy ?? 0;
    if (score === null) stopped++;
    else if (served > honest.balancedAccuracy - MARGIN)
      unused ??= labelsUnused(`In a copy of your company ${what}. What went live still scores ${two(served)}.`, workflow);
    else {
      return fails({
        value: `let ${two(served)} through`,
        observed: `In a copy of your company ${what}. The model went live and served ${two(served)}; yours serves ${two(honest.balancedAccuracy)}.`,
        expected: 'The pipeline stops such a model before it reaches the phone.',
        lookAt: [{ text: 'the gate job', place: workflow }],
        hint: 'gate-lets-through',
      });
    }
  }
  return stopped === 0 ? unused : null;
}

/** Every photo that was set apart shows another species than its label says: whoever measures on them gets a score near 0. */
async function otherYardstick(world: Observed, { apart, leaves }: Material, workflow: Place): Promise<Verdict | null> {
  const bySpecies = apart.toSorted((a, b) => (a.species < b.species ? -1 : a.species > b.species ? 1 : 0));
  const largest = Math.max(...Object.values(Object.groupBy(apart, (leaf) => leaf.species)).map((group) => group?.length ?? 0));
  const swaps = bySpecies.map((leaf, i) => [leaf, bySpecies[(i + largest) % bySpecies.length] ?? leaf] as const);
  const { deployment } = await attempt(world, inPlaceOf(leaves, swaps));
  if (deployment === null) return null;
  const said = deployment.testedScore === null ? '' : ` It was said to score ${two(deployment.testedScore)}.`;
  return fails({
    value: 'gate looks elsewhere',
    observed: `In a copy of your company every photo set apart for the gate was exchanged for one of another species. The model, wrong by that measure, went live.${said}`,
    expected: 'The gate measures on the photos that were set apart, and stops what scores low on them.',
    lookAt: [{ text: 'the photos that the gate job asks about', place: workflow }],
    hint: 'gate-looks-elsewhere',
  });
}

/** The score that is told must be measured: other photos to ask about give another one, or where these may not change, another model does. */
async function measuredScore(world: Observed, live: Deployment, material: Material, workflow: Place): Promise<Verdict | null> {
  const verdict = await sameModel(world, live, material, workflow);
  return verdict === 'stopped' ? otherModel(world, material, workflow) : verdict;
}

/**
 * Some photos set apart change places with ones of other species: the model stays as it is, and the score falls by as much as its answers
 * say. A gate that is stricter than that, or forbids changes of these photos, stops it.
 */
async function sameModel(
  world: Observed,
  live: Deployment,
  { apart, leaves }: Material,
  workflow: Place,
): Promise<Verdict | null | 'stopped'> {
  const before = await answersToApart(world, live.digest, apart);
  for (const pairs of EXCHANGED_PAIRS) {
    const swaps = pairsOfDifferentSpecies(apart, pairs).flatMap(([one, other]) => [[one, other] as const, [other, one] as const]);
    const { deployment, answers } = await attempt(world, inPlaceOf(leaves, swaps), apart);
    if (deployment === null || answers === null) continue;
    const change = `In a copy of your company ${swaps.length} of the ${apart.length} photos set apart for the gate changed places.`;
    const differs = JSON.stringify(answers) !== JSON.stringify(before);
    if (deployment.digest !== live.digest && differs && (await isReproducible(world, apart, before))) {
      return fails({
        value: 'learns from test photos',
        observed: `${change} The model that went live answered differently from before.`,
        expected: 'The model has not seen the photos it is tested on, so it stays as it is when they change.',
        lookAt: [{ text: 'which photos the model learns from', place: { kind: 'file', path: 'train.py' } }],
        hint: 'perfect-score',
      });
    }
    const shown = new Map(swaps.map(([leaf, other]) => [leaf.key, other.key]));
    const expected = scoreOn(apart, answers, shown) - scoreOn(apart, before);
    const told = (deployment.testedScore ?? 0) - (live.testedScore ?? 0);
    if (told < MOVES.most * expected - MOVES.rounding || told > MOVES.least * expected + MOVES.rounding || told === 0) {
      return fails({
        value: 'score not measured',
        observed: `${change} By the model's answers the tested score goes from ${two(live.testedScore ?? 0)} to ${two((live.testedScore ?? 0) + expected)}. The deploy step was told ${told === 0 ? `${live.testedScore} again, to the last digit` : two(deployment.testedScore ?? 0)}.`,
        expected: 'The score that reaches the deploy step is measured in the same run, on all photos that were set apart.',
        lookAt: [
          { text: 'what the gate asks', place: { kind: 'file', path: 'evaluate.py' } },
          { text: 'where the deploy step takes tested-score from', place: workflow },
        ],
        hint: 'score-not-measured',
      });
    }
    return null;
  }
  return 'stopped';
}

/** Many labels change places: the model is worse by an amount that nobody can know beforehand, and the score must say by how much. */
async function otherModel(world: Observed, material: Material, workflow: Place): Promise<Verdict | null> {
  for (const share of BLURRED) {
    const count = Math.floor((share * material.photos.length) / 2);
    const kind = material.labels.size > 0 ? 'labels' : 'photos';
    const { deployment, answers } = await attempt(world, corrected(material, kind, count, 0).files, material.apart);
    if (deployment === null || answers === null) continue;
    const measured = scoreOn(material.apart, answers);
    const told = deployment.testedScore ?? 0;
    if (Math.abs(told - measured) <= SCORE_TOLERANCE) return null;
    return fails({
      value: 'score not measured',
      observed: `In a copy of your company ${2 * count} ${kind} changed places. On the ${material.apart.length} photos set apart for the gate the model that went live scores ${two(measured)}. The deploy step was told ${two(told)}.`,
      expected: 'The score that reaches the deploy step is measured in the same run, on all photos that were set apart.',
      lookAt: [
        { text: 'what the gate asks', place: { kind: 'file', path: 'evaluate.py' } },
        { text: 'where the deploy step takes tested-score from', place: workflow },
      ],
      hint: 'score-not-measured',
    });
  }
  return null;
}

/** Whether the same photos and labels give the same model again: chance without a seed is not learning from the wrong photos. */
async function isReproducible(world: Observed, apart: readonly ApartLeaf[], before: Answers): Promise<boolean> {
  const tip = await world.origin.resolve('main');
  const service = tip === null ? null : await serviceFile(world, tip);
  if (service === null) return true;
  const { answers } = await attempt(world, withComment(service), apart);
  return answers === null || JSON.stringify(answers) === JSON.stringify(before);
}

/** What a deployed package says to photos; those set apart are asked once. */
async function answersTo(world: Observed, digest: string, photos: readonly LeafFile[]): Promise<Answers> {
  return world.ask(
    digest,
    photos.map((leaf) => leaf.photo),
  );
}

/**
 * Pushes one change in a copy of the company, as the learner writes: under their own last message, and with a line for users in case a rule of
 * theirs asks for that. `ask` are photos to ask about when it goes live.
 */
async function attempt(
  world: Observed,
  files: Files,
  ask: readonly LeafFile[] = [],
  { isNoted = true }: { readonly isNoted?: boolean } = {},
): Promise<Outcome> {
  return world.fork(async (fork) => {
    const tip = await fork.origin.resolve('main');
    const words = tip === null ? '' : (await fork.origin.commit(tip)).message;
    const log = tip === null || !isNoted ? null : await fork.origin.file(tip, CHANGELOG);
    const message = words.replace(SKIPS, '').trim() || 'Go over the photos again';
    const noted = log === null ? {} : { [CHANGELOG]: `${new TextDecoder().decode(log)}\n- Photos gone over again.\n` };
    const runs = await fork.pushChange(message, { ...noted, ...files });
    const ids = new Set(runs.map((run) => run.id));
    const deployment = fork.deployments(ENVIRONMENT).findLast((candidate) => ids.has(candidate.runId)) ?? null;
    const stopped = runs.flatMap((run) => run.jobs).find((job) => job.conclusion === 'failure');
    const why = runs.length === 0 ? 'no run started' : stopped === undefined ? 'no job delivered it' : `job ${stopped.name} failed`;
    if (deployment === null) return { deployment, why, score: null, answers: null };
    const answers = ask.length === 0 ? null : await answersTo(fork, deployment.digest, ask);
    return { deployment, why, score: await fork.hiddenScore(deployment.digest), answers };
  });
}

async function materialAt(world: Observed, commit: string): Promise<Material> {
  const apart = await apartLeaves(world);
  const keys = new Set(apart.map((leaf) => leaf.key));
  const leaves = await leavesAt(world, commit);
  const labels = (await labelFilesAt(world, commit, leaves)).filter((file) => !file.ofApart);
  return {
    labels: new Map(labels.map(({ path, text }) => [path, text])),
    photos: leaves.filter((leaf) => !keys.has(leaf.key)),
    apart: apart.filter((leaf) => leaves.some(({ key }) => key === leaf.key)),
    leaves,
  };
}

/** A change of photos and labels, and the photos that it is about. */
interface Change {
  readonly files: Files;
  readonly photos: readonly LeafFile[];
}

/**
 * So many pairs of labels, of photos, or of both change places, or so many rows are left out; other ones in each variant. Only labels of
 * photos that no other file names, where there are such: nothing contradicts the change. The number of photos of each species stays.
 */
function corrected(material: Material, kind: (typeof CORRECTIONS)[number]['kind'], count: number, variant: number): Change {
  const files = new Map<string, string | Uint8Array>();
  const changed = new Set<string>();
  if (kind !== 'photos') changeLabels(material, kind === 'rows' ? 'leave out' : 'exchange', count, variant, files, changed);
  if (kind === 'labels and photos' || kind === 'photos') {
    const exchanged = spread(material.photos, 2 * count, variant);
    for (let i = 0; i + 1 < exchanged.length; i += 2) {
      const [one, other] = [exchanged[i], exchanged[i + 1]];
      if (one === undefined || other === undefined) continue;
      files.set(one.path, other.bytes).set(other.path, one.bytes);
      changed.add(nameOf(one)).add(nameOf(other));
    }
  }
  return { files: Object.fromEntries(files), photos: material.photos.filter((leaf) => changed.has(nameOf(leaf))) };
}

/** Writes into `files` what becomes of the label files, and into `changed` the names of the photos. */
function changeLabels(
  { labels, photos }: Material,
  how: 'exchange' | 'leave out',
  count: number,
  variant: number,
  files: Map<string, string | Uint8Array>,
  changed: Set<string>,
): void {
  const names = photoNames(photos);
  const places = [...labels].flatMap(([path, text]) => labelsOfPhotos(text, names).map((place) => ({ path, ...place })));
  const mentions = new Map<string, number>();
  for (const { photo } of places) mentions.set(photo, (mentions.get(photo) ?? 0) + 1);
  const alone = places.filter(({ photo }) => mentions.get(photo) === 1);
  const chosen = spread(alone.length > 0 ? alone : places, how === 'exchange' ? 2 * count : count, variant);
  const pairs = how === 'exchange' ? pairsOf(chosen, (one, other) => one.species !== other.species && one.path === other.path) : [];
  const anew = new Map(pairs.flatMap(([one, other]) => [[one, other.species] as const, [other, one.species] as const]));
  const touched = how === 'exchange' ? [...anew.keys()] : chosen;
  for (const [path, text] of labels) {
    const here = touched.filter((place) => place.path === path);
    if (here.length === 0) continue;
    const gone = new Set(here.map(({ line }) => line));
    files.set(
      path,
      how === 'exchange'
        ? withLabels(text, new Map(here.map((place) => [place.label, anew.get(place) ?? place.species])))
        : text
            .split('\n')
            .filter((_, line) => !gone.has(line))
            .join('\n'),
    );
  }
  for (const { photo } of touched) changed.add(photo);
}

/** A photo's name as label files write it: without folder and ending. */
function nameOf({ path }: LeafFile): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.pgm$/, '');
}

/** So many of a list, from all over it; other ones in each variant. */
function spread<T>(items: readonly T[], count: number, variant: number): readonly T[] {
  const step = items.length / (count + 1);
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, i) => items[(Math.floor(step * (i + 1)) + 5 * variant) % items.length],
  ).filter((item) => item !== undefined);
}

/** Files in which each first photo is replaced by the second, wherever it lies. */
function inPlaceOf(leaves: readonly LeafFile[], swaps: readonly (readonly [ApartLeaf, ApartLeaf])[]): Files {
  const instead = new Map(swaps.map(([leaf, other]) => [leaf.key, other.bytes]));
  return Object.fromEntries(leaves.flatMap(({ path, key }) => (instead.has(key) ? [[path, instead.get(key) ?? null]] : [])));
}

/** Pairs from all over the list: a gate that asks about a part of it is to be noticed wherever that part lies. */
function pairsOfDifferentSpecies(leaves: readonly ApartLeaf[], count: number): readonly (readonly [ApartLeaf, ApartLeaf])[] {
  const mixed = shuffled(leaves.length).flatMap((i) => leaves[i] ?? []);
  return pairsOf(mixed, (one, other) => one.species !== other.species).slice(0, count);
}

/** Pairs each item with the first one behind it that suits it; what finds nobody is left out. */
function pairsOf<T>(items: readonly T[], suit: (one: T, other: T) => boolean): readonly (readonly [T, T])[] {
  const left = [...items];
  const pairs: [T, T][] = [];
  for (let one = left.shift(); one !== undefined; one = left.shift()) {
    const first = one;
    const partner = left.findIndex((other) => suit(first, other));
    const [other] = partner < 0 ? [] : left.splice(partner, 1);
    if (other !== undefined) pairs.push([first, other]);
  }
  return pairs;
}

/** 0 to count - 1 in an order that is always the same and follows no pattern (Fisher and Yates, with the generator of Park and Miller). */
function shuffled(count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = 1;
  for (let i = count - 1; i > 0; i--) {
    state = (state * 48_271) % 2_147_483_647;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j] ?? j, order[i] ?? i];
  }
  return order;
}

function labelsUnused(observed: string, workflow: Place): Verdict {
  return fails({
    value: 'labels do not matter',
    observed,
    expected: 'The pipeline trains what it delivers from the photos and labels in the repository.',
    lookAt: [{ text: 'where the delivered model comes from', place: workflow }],
    hint: 'labels-unused',
  });
}
