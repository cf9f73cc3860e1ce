/**
 * What must be true at the end of `ship-a-better-leaf`: read from the origin, the runs, the deployments and the phone's users.
 * The thresholds come from the measurements in README.md beside this file. Imports the contract of checks and nothing else.
 */
import type { Check, Observed, Place, Probe, Verdict } from '../../src/checks/contract.ts';

type Deployment = ReturnType<Observed['deployments']>[number];
type Run = ReturnType<Observed['runs']>[number];
type Score = Awaited<ReturnType<Observed['hiddenScore']>>;
type Commit = Awaited<ReturnType<Observed['commitsSinceStart']>>[number];
type LookAt = readonly { readonly text: string; readonly place?: Place }[];

/** Balanced accuracy on the hidden photos that is asked for. Honest routes reach 0.81 to 0.88. */
const TARGET = 0.8;
/** What a release must add to count. A release that changes nothing adds 0; the smallest of the story's five steps adds 0.02. */
const STEP = 0.03;
const RELEASES = 3;
/** How far tested and served may differ. 180 honest variants differed by 0.08 at most; what cheats or breaks does by 0.17 or more. */
const MARGIN = 0.1;
/** Virtual ms from the push to the first user who gets an answer from it. */
const LIMIT = 10 * 60_000;
/** Guessing one of six species. */
const CHANCE = 1 / 6;
const ENVIRONMENT = 'production';

const GENUS: Readonly<Record<string, string>> = {
  willow: 'Salix',
  linden: 'Tilia',
  birch: 'Betula',
  oak: 'Quercus',
  maple: 'Acer',
  ginkgo: 'Ginkgo',
};
/** A text file with the species on so many lines holds labels. The smallest that the story has holds 94. */
const LABEL_LINES = 60;

const noStepWaits: Check = {
  id: 'no-step-waits',
  title: 'No step waits for a person',
  after: ['push', 'run', 'deployment'],
  async check(world) {
    const waiting = world.runs().find((run) => run.jobs.some((job) => job.status === 'waiting'));
    if (waiting !== undefined) {
      const job = waiting.jobs.find((candidate) => candidate.status === 'waiting');
      return fails({
        value: `run ${waiting.number} waits`,
        observed: `Job ${job?.name ?? 'deploy'} of run ${waiting.number} waits${job?.reason ? `: ${job.reason}` : ' for somebody to approve it'}.`,
        expected: 'Every step after a push runs by itself.',
        lookAt: [{ text: `run ${waiting.number}`, place: runPlace(waiting, job?.key) }],
        hint: 'waits-for-person',
      });
    }
    const byHand = releasesSinceStart(world).find((deployment) => deployment.waitedForPerson);
    if (byHand !== undefined) {
      return fails({
        value: `run ${byHand.runId} by hand`,
        observed: `Somebody had to act before run ${byHand.runId} could deliver ${short(byHand.commit)}.`,
        expected: 'The push alone starts everything that leads to the phone.',
        lookAt: [{ text: `run ${byHand.runId}`, place: { kind: 'run', runId: byHand.runId } }],
        hint: 'started-by-hand',
      });
    }
    const push = await lastPush(world);
    if (push === null) return { status: 'pending', value: 'nothing pushed yet' };
    if (push.runs.length === 0) {
      return fails({
        value: 'no run started',
        observed: `Your last push to main, ${short(push.commit.id)}, started no run. To deliver it, somebody would have to start one.`,
        expected: 'A push to main starts the pipeline by itself.',
        lookAt: [{ text: 'what the workflow starts on', place: await workflowPlace(world) }],
        hint: 'started-by-hand',
      });
    }
    const count = new Set(releasesSinceStart(world).map((deployment) => deployment.runId)).size;
    return { status: 'holds', value: `0 waits, ${count} ${count === 1 ? 'release' : 'releases'}` };
  },
};

const testedIsServed: Check = {
  id: 'tested-is-served',
  title: 'What was tested is what is served',
  after: ['deployment'],
  async check(world) {
    const live = liveDeployment(world);
    if (live === null) return { status: 'pending', value: 'nothing is live' };
    const score = await world.hiddenScore(live.digest);
    const broken = serviceErrors(score, live);
    if (broken !== null) return broken;
    const tested = live.testedScore;
    if (tested === null || Number.isNaN(tested)) {
      return fails({
        value: 'no tested score',
        observed: `Run ${live.runId} delivered a package without saying what it scored in the gate.`,
        expected: 'The deploy step is given the score that the gate measured.',
        lookAt: [
          { text: 'the input tested-score of fieldleaf/deploy', place: await workflowPlace(world) },
          { text: `run ${live.runId}`, place: { kind: 'run', runId: live.runId } },
        ],
        hint: 'no-tested-score',
      });
    }
    const value = `tested ${two(tested)}, served ${two(score.balancedAccuracy)}`;
    const gap = tested - score.balancedAccuracy;
    const leaked = await learntFromTest(world, live.commit);
    if (leaked !== null && gap > -MARGIN) {
      return fails({
        value: `${leaked.photos} test photos learnt`,
        observed: `${leaked.file} names ${leaked.photos} of the photos that the gate asks about, so the gate's ${two(tested)} says little about other photos.`,
        expected: 'The model has not seen the photos it is tested on.',
        lookAt: [{ text: `the last rows of ${leaked.file}`, place: { kind: 'file', path: leaked.file } }],
        hint: 'perfect-score',
      });
    }
    if (Math.abs(gap) <= MARGIN) return { status: 'holds', value };
    const expected = `The two differ by ${two(MARGIN)} at most.`;
    const observed = `The gate measured ${two(tested)}. The same package gives ${two(score.balancedAccuracy)} on ${score.photos} photos that users took`;
    if (gap < 0) {
      return fails({
        value,
        observed: `${observed}: more than was tested.`,
        expected,
        lookAt: [{ text: `the gate of run ${live.runId}`, place: { kind: 'run', runId: live.runId } }],
        hint: 'tested-too-low',
      });
    }
    if (tested >= 0.97) {
      return fails({
        value,
        observed: `${observed}. Nothing else in this lesson scores above 0.90 on honest photos.`,
        expected,
        lookAt: [
          { text: 'what the model learns from', place: { kind: 'commit', id: live.commit } },
          { text: 'the photos in test/', place: { kind: 'file', path: 'test/labels.csv' } },
        ],
        hint: 'perfect-score',
      });
    }
    return fails({
      value,
      observed: `${observed}${score.balancedAccuracy < CHANCE + 0.1 ? `, where guessing gives ${two(CHANCE)}` : ''}.`,
      expected,
      lookAt: [
        { text: 'what the phone asks', place: { kind: 'file', path: 'service/app.py' } },
        { text: 'what the gate asks', place: { kind: 'file', path: 'evaluate.py' } },
      ],
      hint: 'skew',
      bars: score.recall,
    });
  },
};

const pushToPhone: Check = {
  id: 'push-to-phone',
  title: 'The last push reached the phone within 10 minutes',
  after: ['push', 'run', 'deployment'],
  async check(world) {
    const push = await lastPush(world);
    if (push === null) return { status: 'pending', value: 'nothing pushed yet' };
    const { commit, runs, deployment } = push;
    const expected = 'Users get answers from it within 10 minutes of the push.';
    if (deployment !== null) {
      const took = deployment.liveAt - deployment.pushedAt;
      if (took <= LIMIT) return { status: 'holds', value: `${duration(took)}, run ${deployment.runId}` };
      return fails({
        value: duration(took),
        observed: `Run ${deployment.runId} needed ${duration(took)} from the push to the phone.`,
        expected,
        lookAt: [{ text: `how long the jobs of run ${deployment.runId} took`, place: { kind: 'run', runId: deployment.runId } }],
        hint: 'slow',
      });
    }
    const underWay = runs.find((run) => run.status !== 'completed');
    if (underWay !== undefined) return { status: 'pending', value: `run ${underWay.number} is under way` };
    const broken = runs.find((run) => run.errors.length > 0);
    const error = broken?.errors[0];
    if (broken !== undefined && error !== undefined) {
      return fails({
        value: `run ${broken.number} did not start`,
        observed: `${error.file}:${error.line}:${error.column} ${error.message}`,
        expected,
        lookAt: [{ text: `line ${error.line} of ${error.file}`, place: { kind: 'file', path: error.file, line: error.line } }],
        hint: 'stopped-on-the-way',
      });
    }
    const stopped = runs.find((run) => run.conclusion !== 'success');
    if (stopped !== undefined) {
      const job =
        stopped.jobs.find((candidate) => candidate.conclusion === 'failure') ??
        stopped.jobs.find((candidate) => candidate.conclusion === 'cancelled');
      return fails({
        value: `run ${stopped.number} stopped`,
        observed: `Run ${stopped.number} of ${short(commit.id)} ended with ${stopped.conclusion ?? 'no result'}${job ? ` in job ${job.name}` : ''}. Users still have the version before it.`,
        expected,
        lookAt: [{ text: `the log of run ${stopped.number}`, place: runPlace(stopped, job?.key) }],
        hint: 'stopped-on-the-way',
      });
    }
    if (runs.length > 0) {
      return fails({
        value: 'not on the phone',
        observed: `The runs of ${short(commit.id)} ended well, but none of them delivered to ${ENVIRONMENT}.`,
        expected,
        lookAt: [
          { text: 'the last jobs of the run', place: runPlace(runs[0]) },
          { text: 'the deploy job', place: await workflowPlace(world) },
        ],
        hint: 'no-deploy',
      });
    }
    return fails({
      value: 'no run started',
      observed: `Your last push to main, ${short(commit.id)}, started no run.`,
      expected,
      lookAt: [{ text: 'what the workflow starts on', place: await workflowPlace(world) }],
      hint: 'started-by-hand',
    });
  },
};

const recognisesNewLeaves: Check = {
  id: 'recognises-new-leaves',
  title: 'The phone recognises leaves it has never seen',
  after: ['deployment'],
  async check(world) {
    const live = liveDeployment(world);
    if (live === null) return { status: 'pending', value: 'nothing is live' };
    const score = await world.hiddenScore(live.digest);
    if (score.balancedAccuracy >= TARGET) return { status: 'holds', value: two(score.balancedAccuracy) };
    const broken = serviceErrors(score, live);
    if (broken !== null) return broken;
    const ranked = Object.entries(score.recall).sort(([, a], [, b]) => a - b);
    const weakest = ranked.slice(0, 2).map(([species]) => species);
    const others = ranked.slice(2).reduce((sum, [, recall]) => sum + recall / (ranked.length - 2), 0);
    const starved = others - (ranked[1]?.[1] ?? 0) > 0.2;
    const hint = score.balancedAccuracy < 0.5 ? 'raw-units' : starved ? 'starved-species' : 'noisy-labels';
    const lookAt: Record<typeof hint, LookAt> = {
      'raw-units': [
        { text: 'the numbers that features() gives', place: { kind: 'file', path: 'fieldleaf/features.py' } },
        { text: 'how near two of them are', place: { kind: 'file', path: 'fieldleaf/knn.py' } },
      ],
      'starved-species': [
        { text: `how many ${weakest.join(' and ')} photos there are`, place: { kind: 'file', path: 'labels.csv' } },
        { text: 'incoming/', place: { kind: 'file', path: 'incoming/labels.csv' } },
      ],
      'noisy-labels': [
        { text: 'who labelled the photos', place: { kind: 'file', path: 'labels.csv' } },
        { text: 'what tools/suspects.py says', place: { kind: 'file', path: 'tools/suspects.py' } },
      ],
    };
    return fails({
      value: two(score.balancedAccuracy),
      observed: `${two(score.balancedAccuracy)} balanced accuracy on ${score.photos} hidden photos; weakest are ${weakest.join(' and ')}.`,
      expected: `${two(TARGET)} or more.`,
      lookAt: lookAt[hint],
      hint,
      bars: score.recall,
    });
  },
};

const threeReleases: Check = {
  id: 'three-releases',
  title: 'The improvement arrives in three or more releases',
  after: ['deployment'],
  async check(world) {
    const releases = releasesSinceStart(world);
    if (releases.length === 0) return { status: 'pending', value: `0 of ${RELEASES} so far` };
    const before = await startScore(world);
    const steps = await staircase(world, before);
    const value = `${steps.length} of ${RELEASES}`;
    if (steps.length >= RELEASES) return { status: 'holds', value: [before, ...steps.map((step) => step.score)].map(two).join(' → ') };
    const now = (await world.hiddenScore(releases[releases.length - 1]?.digest ?? '')).balancedAccuracy;
    if (now < TARGET) return { status: 'pending', value: `${value} so far` };
    const expected = `At least ${RELEASES} releases, each a push of its own that raises the score by ${two(STEP)} or more.`;
    const lookAt: LookAt = [
      { text: 'users per hour, with the releases', place: { kind: 'view', view: 'phone' } },
      { text: 'what each push contained', place: { kind: 'view', view: 'history' } },
    ];
    if (releases.length >= RELEASES) {
      return fails({
        value,
        observed: `${releases.length} releases reached the phone, but users noticed ${steps.length === 1 ? 'one' : steps.length} of them: ${climb(before, steps)}.`,
        expected,
        lookAt,
        hint: 'padded',
      });
    }
    return fails({
      value,
      observed: `From ${two(before)} to ${two(now)} in ${releases.length === 1 ? 'one release' : `${releases.length} releases`}: ${climb(before, steps)}.`,
      expected,
      lookAt,
      hint: 'one-batch',
    });
  },
};

const gateStillStops: Check = {
  id: 'gate-still-stops',
  title: 'The gate still stops a worse model',
  after: ['deployment'],
  async check(world) {
    for (const other of [noStepWaits, testedIsServed, pushToPhone, recognisesNewLeaves, threeReleases]) {
      if ((await other.check(world)).status !== 'holds') return { status: 'pending', value: 'tried when the others hold' };
    }
    const tip = await world.origin.resolve('main');
    const live = liveDeployment(world);
    if (tip === null || live === null) return { status: 'pending', value: 'nothing is live' };
    const labels = await labelFiles(world, tip);
    if (labels.size === 0) {
      return {
        status: 'unknown',
        why: `no text file on main has a species on ${LABEL_LINES} lines or more, so the labels that the model learns from could not be found`,
      };
    }
    const service = await serviceFile(world, tip);
    if (service === null)
      return { status: 'unknown', why: 'no Python file on main defines predict(), so no harmless change could be made to it' };
    const score = await world.hiddenScore(live.digest);
    return world.fork(async (fork) => {
      const harmless = await tryChange(fork, 'Explain what the phone asks', async (read) => ({
        [service]: `${(await read(service)) ?? ''}\n# The phone asks predict() for one photo at a time.\n`,
      }));
      if (harmless.deployment === null) {
        return fails({
          value: 'stops everything',
          observed: `In a copy of your company a teammate added a comment to ${service}. It did not reach the phone: ${harmless.why}.`,
          expected: 'A change that leaves every answer as it is goes live.',
          lookAt: [{ text: 'what the gate asks for', place: await workflowPlace(world) }],
          hint: 'gate-stops-everything',
        });
      }
      const worse = await tryChange(fork, 'Import labels from another list', async () =>
        Object.fromEntries([...labels].map(([path, text]) => [path, swapped(text)])),
      );
      if (worse.deployment === null) return { status: 'holds', value: `let 1 through, stopped 1: ${worse.why}` };
      const served = (await fork.hiddenScore(worse.deployment.digest)).balancedAccuracy;
      const files = listed([...labels.keys()]);
      if (served > score.balancedAccuracy - 0.1) {
        return fails({
          value: 'labels do not matter',
          observed: `In a copy of your company every label in ${files} was swapped for another species. What went live still scores ${two(served)}.`,
          expected: 'The pipeline trains what it delivers from the labels in the repository.',
          lookAt: [{ text: 'where the delivered model comes from', place: await workflowPlace(world) }],
          hint: 'labels-unused',
        });
      }
      return fails({
        value: `let ${two(served)} through`,
        observed: `In a copy of your company every label in ${files} was swapped for another species. The model went live and served ${two(served)}; yours serves ${two(score.balancedAccuracy)}.`,
        expected: 'The pipeline stops such a model before it reaches the phone.',
        lookAt: [{ text: 'the gate job', place: await workflowPlace(world) }],
        hint: 'gate-lets-through',
      });
    });
  },
};

export default [noStepWaits, testedIsServed, pushToPhone, recognisesNewLeaves, threeReleases, gateStillStops] satisfies readonly Check[];

type Failure = Omit<Extract<Verdict, { status: 'fails' }>, 'status'>;

function fails(failure: Failure): Verdict {
  return { status: 'fails', ...failure };
}

/** Deployments to the phone's users by runs of the learner's own pushes, oldest first. */
function releasesSinceStart(world: Observed): readonly Deployment[] {
  const own = new Set(world.runs().map((run) => run.id));
  return world.deployments(ENVIRONMENT).filter((deployment) => own.has(deployment.runId));
}

function liveDeployment(world: Observed): Deployment | null {
  return world.deployments(ENVIRONMENT).at(-1) ?? null;
}

/** The score of what users had when the exercise began. */
async function startScore(world: Observed): Promise<number> {
  const own = new Set(world.runs().map((run) => run.id));
  const first = world.deployments(ENVIRONMENT).findLast((deployment) => !own.has(deployment.runId));
  return first === undefined ? CHANCE : (await world.hiddenScore(first.digest)).balancedAccuracy;
}

interface Step {
  readonly runId: number;
  readonly score: number;
}

/**
 * The releases that users climbed without falling back: each raised the score by STEP or more over the one before it. A release that
 * falls back takes away the steps above it, so that going down and up again gains nothing, and taking a big batch back is a way out.
 */
async function staircase(world: Observed, before: number): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const { digest, runId } of releasesSinceStart(world)) {
    const score = (await world.hiddenScore(digest)).balancedAccuracy;
    let top = steps.at(-1);
    while (top !== undefined && score <= top.score - STEP) {
      steps.pop();
      top = steps.at(-1);
    }
    if (score >= (top?.score ?? before) + STEP) steps.push({ runId, score });
  }
  return steps;
}

function climb(before: number, steps: readonly Step[]): string {
  if (steps.length === 0) return `the score stayed near ${two(before)}`;
  return [two(before), ...steps.map((step) => `${two(step.score)} with run ${step.runId}`)].join(', then ');
}

interface Push {
  readonly commit: Commit;
  readonly runs: readonly Run[];
  readonly deployment: Deployment | null;
}

/** The newest commit on main that had something to deliver; commits that only touch prose may start no run. Null before the first one. */
async function lastPush(world: Observed): Promise<Push | null> {
  const commits = await world.commitsSinceStart();
  for (let i = commits.length - 1; i >= 0; i--) {
    const commit = commits[i];
    if (commit === undefined) continue;
    const runs = world.runs().filter((run) => run.commit === commit.id && run.ref === 'refs/heads/main');
    if (runs.length === 0) {
      const paths = await world.origin.changedPaths(commits[i - 1]?.id ?? world.startCommit, commit.id);
      if (paths.length > 0 && paths.every((path) => path.endsWith('.md'))) continue;
    }
    const deployment = world.deployments(ENVIRONMENT).findLast((candidate) => candidate.commit === commit.id);
    return { commit, runs, deployment: deployment ?? null };
  }
  return null;
}

function serviceErrors(score: Score, live: Deployment): Verdict | null {
  if (score.errors === 0) return null;
  return fails({
    value: `${score.errors} errors`,
    observed: `The service failed on ${score.errors} of ${score.photos} photos, first with: ${score.firstError ?? 'no message'}`,
    expected: 'predict() answers every photo.',
    lookAt: [
      { text: 'what the phone asks', place: { kind: 'file', path: 'service/app.py' } },
      { text: 'what the package holds', place: { kind: 'run', runId: live.runId } },
    ],
    hint: 'service-errors',
  });
}

/** Where the pipeline that delivers is written: the workflow of the last run, or the first workflow file there is. */
async function workflowPlace(world: Observed): Promise<Place> {
  const deliveries = new Set(world.deployments(ENVIRONMENT).map((deployment) => deployment.runId));
  const last = world.runs().findLast((run) => deliveries.has(run.id)) ?? world.runs().at(-1);
  if (last !== undefined) return { kind: 'file', path: last.path };
  const tip = (await world.origin.resolve('main')) ?? world.startCommit;
  const file = (await world.origin.tree(tip)).find((entry) => /^\/\.github\/workflows\/[^/]+\.ya?ml$/.test(entry.path));
  return file === undefined ? { kind: 'view', view: 'runs' } : { kind: 'file', path: file.path.slice(1) };
}

function runPlace(run: Run | undefined, jobKey?: string): Place {
  if (run === undefined) return { kind: 'view', view: 'runs' };
  return jobKey === undefined ? { kind: 'run', runId: run.id } : { kind: 'run', runId: run.id, jobKey };
}

/** Pushes one change into a fork and says whether users got it, or what stopped it. */
async function tryChange(
  fork: Probe,
  message: string,
  change: Parameters<Probe['pushChange']>[1],
): Promise<{ readonly deployment: Deployment | null; readonly why: string }> {
  const runs = await fork.pushChange(message, change);
  const ids = new Set(runs.map((run) => run.id));
  const deployment = fork.deployments(ENVIRONMENT).findLast((candidate) => ids.has(candidate.runId)) ?? null;
  const stopped = runs.flatMap((run) => run.jobs).find((job) => job.conclusion === 'failure');
  const why = runs.length === 0 ? 'no run started' : stopped === undefined ? 'no job delivered it' : `job ${stopped.name} failed`;
  return { deployment, why };
}

/**
 * The files on main that hold labels to learn from, wherever they are kept: texts that name a species on many lines.
 * Photos that were set apart for the gate when the exercise began stay as they are: the yardstick is not what is probed.
 */
async function labelFiles(world: Observed, commit: string): Promise<ReadonlyMap<string, string>> {
  const decoder = new TextDecoder();
  const apart = new Set<string>();
  for (const entry of await world.origin.tree(world.startCommit)) {
    if (entry.type === 'file' && entry.path.startsWith('/test/')) apart.add(decoder.decode(entry.bytes));
  }
  const found = new Map<string, string>();
  for (const entry of await world.origin.tree(commit)) {
    if (entry.type !== 'file' || /\.(py|md|ya?ml|sh|pgm)$/.test(entry.path)) continue;
    const text = decoder.decode(entry.bytes);
    if (!apart.has(text) && text.split('\n').filter((line) => SPECIES_WORD.test(line)).length >= LABEL_LINES)
      found.set(entry.path.slice(1), text);
  }
  return found;
}

/** Photos set apart for the gate that a label file to learn from names at this commit, whatever they are called by now; null when none is. */
async function learntFromTest(world: Observed, commit: string): Promise<{ readonly file: string; readonly photos: number } | null> {
  const decoder = new TextDecoder();
  const apart = new Set<string>();
  for (const entry of await world.origin.tree(world.startCommit)) {
    if (entry.type === 'file' && /^\/test\/.*\.pgm$/.test(entry.path)) apart.add(decoder.decode(entry.bytes));
  }
  const names = new Set<string>();
  for (const entry of await world.origin.tree(commit)) {
    if (entry.type === 'file' && entry.path.endsWith('.pgm') && apart.has(decoder.decode(entry.bytes))) names.add(baseName(entry.path));
  }
  for (const [file, text] of await labelFiles(world, commit)) {
    const photos = new Set([...text.matchAll(/[^\s,;"']+\.pgm/g)].map(([path]) => baseName(path)).filter((name) => names.has(name))).size;
    if (photos > 0) return { file, photos };
  }
  return null;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const COMMON = Object.keys(GENUS);
const LATIN = Object.values(GENUS);
const SPECIES_WORD = new RegExp(`\\b(?:${[...COMMON, ...LATIN].join('|')})\\b`, 'i');

/** Every label replaced by another species, in a way that no model can learn: which one depends on the line. */
function swapped(text: string): string {
  return text
    .split('\n')
    .map((line, n) =>
      line.replace(SPECIES_WORD, (word) => {
        const known = COMMON.findIndex((name) => name.toLowerCase() === word.toLowerCase());
        const names = known >= 0 ? COMMON : LATIN;
        const at = names.findIndex((name) => name.toLowerCase() === word.toLowerCase());
        return names[(at + 1 + (n % (names.length - 1))) % names.length] ?? word;
      }),
    )
    .join('\n');
}

/** The Python file that defines predict(), by content: it travels in the package, so that a change to it is a new release. */
async function serviceFile(world: Observed, commit: string): Promise<string | null> {
  const decoder = new TextDecoder();
  const files = (await world.origin.tree(commit)).flatMap((entry) =>
    entry.type === 'file' && entry.path.endsWith('.py') && !entry.path.startsWith('/tests/')
      ? [{ path: entry.path.slice(1), text: decoder.decode(entry.bytes) }]
      : [],
  );
  const defining =
    files.find(({ text }) => /^def predict\(/m.test(text)) ??
    files.find(({ text }) => /^(?:from .* import .*\bpredict\b|predict\s*=)/m.test(text));
  return defining?.path ?? null;
}

/** Two decimals, rounded down: 0.799 is not 0.80. */
function two(score: number): string {
  return (Math.floor(score * 100 + 1e-9) / 100).toFixed(2);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function short(commit: string): string {
  return commit.slice(0, 7);
}

/** Virtual ms as the course writes them: `6 min 51 s`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
