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
} from '../_fieldleaf/leaves.ts';
import { type Deployment, ENVIRONMENT, liveDeployment, MARGIN, type Score, serviceFile, withComment, workflowPlace } from './releases.ts';
import { fails, listed, two } from './wording.ts';
import { type Answers, answersToApart, scoreOn } from './yardstick.ts';

type Files = Parameters<Probe['pushChange']>[1];

const PROBES = 4;
/** A training set has at least so many photos. */
const ENOUGH_PHOTOS = 60;
/** How many labels and pairs of photos a correction changes. A gate without any margin stops some by chance; a few may change no answer. */
const CORRECTIONS = [2, 2, 3, 6, 12];
/** How many pairs of photos set apart change places: fewer when the gate stops it, as it should when the score falls below its floor. */
const EXCHANGED_PAIRS = [20, 4, 1];
/**
 * By how much of the expected change the tested score must move: more photos in test/ dilute it, and a gate that asks about a part of them
 * moves it too much. Scores may be rounded.
 */
const MOVES = { least: 0.4, most: 1.3, rounding: 0.01 };
const CHANGELOG = 'CHANGELOG.md';

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
    () => sameModel(world, live, material, workflow),
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

/** A few labels and photos corrected: an ordinary change, which must go live and must reach the model. */
async function correction(world: Observed, live: Deployment, material: Material, workflow: Place): Promise<Verdict | null> {
  const before = JSON.stringify(await answersToApart(world, live.digest, material.apart));
  const outcomes: Outcome[] = [];
  for (const [variant, photos] of CORRECTIONS.entries()) {
    const outcome = await attempt(world, corrected(material, variant, photos), material.apart);
    outcomes.push(outcome);
    if (outcome.deployment !== null && JSON.stringify(outcome.answers) !== before) return null;
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
  // A gate may stop the larger ones; only when none was stopped is it sure that they do not reach the model.
  if (stopped.length > 0) return null;
  return labelsUnused(
    `In copies of your company up to ${2 * Math.max(...CORRECTIONS)} labels and photos were changed. Each time the model that went live answered as before.`,
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
  for (const { what, files } of changes) {
    const { score } = await attempt(world, files);
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

/**
 * Some photos set apart change places with ones of other species: the model stays as it is, and the score falls by as much as its answers
 * say. A gate that is stricter than that, or forbids changes of these photos, stops it; then the score was compared at rest only.
 */
async function sameModel(world: Observed, live: Deployment, { apart, leaves }: Material, workflow: Place): Promise<Verdict | null> {
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

/** Pushes one change in a copy of the company. `ask` are photos to ask about when it goes live. */
async function attempt(world: Observed, files: Files, ask: readonly ApartLeaf[] = []): Promise<Outcome> {
  return world.fork(async (fork) => {
    const tip = await fork.origin.resolve('main');
    const subject = tip === null ? '' : (await fork.origin.commit(tip)).message.split('\n')[0];
    const log = tip === null ? null : await fork.origin.file(tip, CHANGELOG);
    // As the learner writes: their own last words, and a line for users, in case a rule of theirs asks for that.
    const message = subject?.replace(/\[[a-z -]*\]/g, '').trim() || 'Go over the photos again';
    const noted = log === null ? {} : { [CHANGELOG]: `${new TextDecoder().decode(log)}\n- Photos gone over again.\n` };
    const runs = await fork.pushChange(message, { ...noted, ...files });
    const ids = new Set(runs.map((run) => run.id));
    const deployment = fork.deployments(ENVIRONMENT).findLast((candidate) => ids.has(candidate.runId)) ?? null;
    const stopped = runs.flatMap((run) => run.jobs).find((job) => job.conclusion === 'failure');
    const why = runs.length === 0 ? 'no run started' : stopped === undefined ? 'no job delivered it' : `job ${stopped.name} failed`;
    if (deployment === null) return { deployment, why, score: null, answers: null };
    const answers = ask.length === 0 ? null : await answersToApart(fork, deployment.digest, ask);
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

/**
 * So many labels changed, of photos that no other file names (nothing contradicts the change), and so many pairs of photos exchanged;
 * other ones in each variant.
 */
function corrected({ labels, photos }: Material, variant: number, count: number): Files {
  const files: Record<string, string | Uint8Array> = {};
  const names = photoNames(photos);
  const places = [...labels].flatMap(([path, text]) => labelsOfPhotos(text, names).map((place) => ({ path, ...place })));
  const mentions = new Map<string, number>();
  for (const { photo } of places) mentions.set(photo, (mentions.get(photo) ?? 0) + 1);
  const alone = places.filter(({ photo }) => mentions.get(photo) === 1);
  const chosen = spread(alone.length > 0 ? alone : places, count, variant);
  for (const [path, text] of labels) {
    const here = new Set(chosen.filter((place) => place.path === path).map(({ label }) => label));
    if (here.size > 0) files[path] = relabelled(text, (label) => here.has(label));
  }
  const exchanged = spread(photos, 2 * count, variant);
  for (let i = 0; i + 1 < exchanged.length; i += 2) {
    const [one, other] = [exchanged[i], exchanged[i + 1]];
    if (one !== undefined && other !== undefined) Object.assign(files, { [one.path]: other.bytes, [other.path]: one.bytes });
  }
  return files;
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
  const left = shuffled(leaves.length).flatMap((i) => leaves[i] ?? []);
  const pairs: [ApartLeaf, ApartLeaf][] = [];
  while (pairs.length < count) {
    const one = left.shift();
    const partner = left.findIndex((leaf) => leaf.species !== one?.species);
    const [other] = partner < 0 ? [] : left.splice(partner, 1);
    if (one === undefined || other === undefined) break;
    pairs.push([one, other]);
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
