/**
 * Probes of the learner's gate. Each change is pushed in a copy of the company of its own, by the learner and under the same message,
 * so that a pipeline can judge it by nothing but what it changes: small corrections must go live, worse models must not, and the gate
 * must measure on the photos that were set apart.
 */
import type { Check, CheckProgress, Observed, Place, Probe, Verdict } from '../../src/checks/contract.ts';
import { apartLeaves, type ApartLeaf, labelCount, labelFilesAt, type LeafFile, leavesAt, relabelled } from '../_fieldleaf/leaves.ts';
import { type Deployment, ENVIRONMENT, liveDeployment, MARGIN, type Score, workflowPlace } from './releases.ts';
import { fails, listed, two } from './wording.ts';

type Files = Parameters<Probe['pushChange']>[1];

/** Every probe's commit has it. */
const MESSAGE = 'Go over the photos again';
const PROBES = 4;
/** A training set has at least so many photos. */
const ENOUGH_PHOTOS = 60;
/** Small corrections to try before the gate is said to stop them all: a gate without any margin stops some by chance. */
const CORRECTIONS = 3;

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
  readonly answers: readonly unknown[] | null;
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
  let stopped: string | null = null;
  for (let variant = 0; variant < CORRECTIONS; variant++) {
    const { deployment, why } = await attempt(world, corrected(material, variant));
    if (deployment === null) stopped = why;
    else if (deployment.digest !== live.digest) return null;
  }
  if (stopped !== null) {
    return fails({
      value: 'stops everything',
      observed: `In copies of your company a few labels and photos were corrected. It did not reach the phone: ${stopped}.`,
      expected: 'An ordinary correction, which leaves the score about where it is, goes live.',
      lookAt: [{ text: 'what the gate asks for', place: workflow }],
      hint: 'gate-stops-everything',
    });
  }
  return labelsUnused('In copies of your company a few labels and photos were corrected. The same package as before went live.', workflow);
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

/** A few photos set apart change places: the score moves, the model does not. */
async function sameModel(world: Observed, live: Deployment, { apart, leaves }: Material, workflow: Place): Promise<Verdict | null> {
  let outcome: Outcome | null = null;
  let exchanged = 0;
  for (const pairs of [4, 1]) {
    const swaps = pairsOfDifferentSpecies(apart, pairs).flatMap(([one, other]) => [[one, other] as const, [other, one] as const]);
    exchanged = swaps.length;
    outcome = await attempt(world, inPlaceOf(leaves, swaps), apart);
    if (outcome.deployment !== null) break;
  }
  if (outcome === null) return null;
  const change = `In a copy of your company ${exchanged} of the ${apart.length} photos set apart for the gate changed places.`;
  if (outcome.deployment === null) {
    return fails({
      value: 'no margin for chance',
      observed: `${change} The model was the same, and it did not reach the phone: ${outcome.why}.`,
      expected: 'The gate leaves a small margin for chance, and lets somebody correct the photos that it asks about.',
      lookAt: [{ text: 'what the gate asks for', place: workflow }],
      hint: 'gate-stops-everything',
    });
  }
  const before = await world.ask(
    live.digest,
    apart.map((leaf) => leaf.photo),
  );
  if (outcome.deployment.digest !== live.digest && JSON.stringify(outcome.answers) !== JSON.stringify(before)) {
    return fails({
      value: 'learns from test photos',
      observed: `${change} The model that went live answered differently from before.`,
      expected: 'The model has not seen the photos it is tested on, so it stays as it is when they change.',
      lookAt: [{ text: 'which photos the model learns from', place: { kind: 'file', path: 'train.py' } }],
      hint: 'perfect-score',
    });
  }
  if (outcome.deployment.testedScore === live.testedScore) {
    return fails({
      value: 'score not measured',
      observed: `${change} The deploy step was still told ${live.testedScore}, to the last digit.`,
      expected: 'The score that reaches the deploy step is measured in the same run, on the photos that were set apart.',
      lookAt: [{ text: 'where the deploy step takes tested-score from', place: workflow }],
      hint: 'score-not-measured',
    });
  }
  return null;
}

/** Pushes one change in a copy of the company. `ask` are photos to ask about when it goes live. */
async function attempt(world: Observed, files: Files, ask: readonly ApartLeaf[] = []): Promise<Outcome> {
  return world.fork(async (fork) => {
    const runs = await fork.pushChange(MESSAGE, files);
    const ids = new Set(runs.map((run) => run.id));
    const deployment = fork.deployments(ENVIRONMENT).findLast((candidate) => ids.has(candidate.runId)) ?? null;
    const stopped = runs.flatMap((run) => run.jobs).find((job) => job.conclusion === 'failure');
    const why = runs.length === 0 ? 'no run started' : stopped === undefined ? 'no job delivered it' : `job ${stopped.name} failed`;
    if (deployment === null) return { deployment, why, score: null, answers: null };
    const answers =
      ask.length === 0
        ? null
        : await fork.ask(
            deployment.digest,
            ask.map((leaf) => leaf.photo),
          );
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

/** Two labels of each file changed, and two photos exchanged; other ones in each variant. */
function corrected({ labels, photos }: Material, variant: number): Files {
  const at = (count: number, part: number) => Math.floor((count * part) / 7);
  const files: Record<string, string | Uint8Array> = {};
  for (const [path, text] of labels) {
    const chosen = new Set([at(labelCount(text), 1 + variant), at(labelCount(text), 3 + variant)]);
    files[path] = relabelled(text, (label) => chosen.has(label));
  }
  const [one, other] = [photos[at(photos.length, 2 + variant)], photos[at(photos.length, 4 + variant)]];
  if (one !== undefined && other !== undefined) Object.assign(files, { [one.path]: other.bytes, [other.path]: one.bytes });
  return files;
}

/** Files in which each first photo is replaced by the second, wherever it lies. */
function inPlaceOf(leaves: readonly LeafFile[], swaps: readonly (readonly [ApartLeaf, ApartLeaf])[]): Files {
  const instead = new Map(swaps.map(([leaf, other]) => [leaf.key, other.bytes]));
  return Object.fromEntries(leaves.flatMap(({ path, key }) => (instead.has(key) ? [[path, instead.get(key) ?? null]] : [])));
}

function pairsOfDifferentSpecies(leaves: readonly ApartLeaf[], count: number): readonly (readonly [ApartLeaf, ApartLeaf])[] {
  const pairs: [ApartLeaf, ApartLeaf][] = [];
  const left = [...leaves];
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
