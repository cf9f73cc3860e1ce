/** What the learner pushed and released in this exercise, and the places to look at it. */
import type { Observed, Place, Probe } from '../../src/checks/contract.ts';
import { two } from './wording.ts';

export type Deployment = ReturnType<Observed['deployments']>[number];
export type Run = ReturnType<Observed['runs']>[number];
export type Score = Awaited<ReturnType<Observed['hiddenScore']>>;
type Commit = Awaited<ReturnType<Observed['commitsSinceStart']>>[number];

export const ENVIRONMENT = 'production';
/** Guessing one of six species. */
export const CHANCE = 1 / 6;
/**
 * What a release must add to count: 9 of the 600 hidden photos. A release that changes nothing adds 0. In every order of the story's four or
 * five steps, at least three add that much; with 0.02 some orders give two.
 */
export const STEP = 0.015;
/** What a release must lose to take steps away; less is chance. */
const FALL = 0.03;
/** How far tested and served may differ. 180 honest variants differed by 0.08 at most; what cheats or breaks does by 0.17 or more. */
export const MARGIN = 0.1;

const MAIN = 'refs/heads/main';

/** Deployments to the phone's users by runs of the learner's own pushes to main, oldest first. */
export function deploymentsSinceStart(world: Observed): readonly Deployment[] {
  const own = new Set(world.runs().flatMap((run) => (run.ref === MAIN ? run.id : [])));
  return world.deployments(ENVIRONMENT).filter((deployment) => own.has(deployment.runId));
}

/** What each push brought to the phone, oldest first: the last deployment of each commit. */
export function releasesSinceStart(world: Observed): readonly Deployment[] {
  return [...new Map(deploymentsSinceStart(world).map((deployment) => [deployment.commit, deployment])).values()];
}

export function liveDeployment(world: Observed): Deployment | null {
  return world.deployments(ENVIRONMENT).at(-1) ?? null;
}

/** The score of what users had when the exercise began. */
export async function startScore(world: Observed): Promise<number> {
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
 * A release that serves something else than was tested is no step, though users may be better off for now: nobody knew what they got.
 */
export async function staircase(world: Observed, before: number): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const release of releasesSinceStart(world)) {
    const score = (await world.hiddenScore(release.digest)).balancedAccuracy;
    let top = steps.at(-1);
    while (top !== undefined && score <= top.score - FALL) {
      steps.pop();
      top = steps.at(-1);
    }
    if (score >= (top?.score ?? before) + STEP && (await wasTested(world, release, score))) steps.push({ runId: release.runId, score });
  }
  return steps;
}

/** Whether the score that came with a release was measured and is about what users got. */
async function wasTested(world: Observed, release: Deployment, served: number): Promise<boolean> {
  if (release.testedScore === null || !(Math.abs(release.testedScore - served) <= MARGIN)) return false;
  const path = world.runs().find((run) => run.id === release.runId)?.path;
  const workflow = path === undefined ? null : await world.origin.file(release.commit, path);
  // A number in the workflow itself was typed by somebody.
  return workflow === null || !/^\s*tested-score:\s*['"]?(?:\$\{\{\s*['"]?)?[\d.]/m.test(new TextDecoder().decode(workflow));
}

export function climb(before: number, steps: readonly Step[]): string {
  if (steps.length === 0) return `the score stayed near ${two(before)}`;
  return [two(before), ...steps.map((step) => `${two(step.score)} with run ${step.runId}`)].join(', then ');
}

export interface Push {
  readonly commit: Commit;
  readonly runs: readonly Run[];
  readonly deployment: Deployment | null;
  /** The run that delivered it from another branch or a tag, when none of its own did. */
  readonly elsewhere: Run | null;
}

/**
 * The newest commit on main that had something to deliver, or null before the first one. Commits that start no run are passed over when
 * the learner's pipeline leaves them out (prose, `paths-ignore`, `[skip ci]`) but starts by itself on a change of the service.
 */
export async function lastPush(world: Observed): Promise<Push | null> {
  const commits = await world.commitsSinceStart();
  let leftOut: Push | null = null;
  for (let i = commits.length - 1; i >= 0; i--) {
    const commit = commits[i];
    if (commit === undefined) continue;
    const runs = world.runs().filter((run) => run.commit === commit.id && run.ref === MAIN);
    const deployment = deploymentsSinceStart(world).findLast((candidate) => candidate.commit === commit.id) ?? null;
    const elsewhere = deployment === null ? deliveredElsewhere(world, commit.id) : null;
    if (runs.length > 0 || elsewhere !== null) {
      const push = { commit, runs, deployment, elsewhere };
      return leftOut === null || (await startsByItself(world)) ? push : leftOut;
    }
    const paths = await world.origin.changedPaths(commits[i - 1]?.id ?? world.startCommit, commit.id);
    if (!paths.every((path) => path.endsWith('.md'))) leftOut ??= { commit, runs, deployment, elsewhere };
  }
  return leftOut !== null && (await startsByItself(world)) ? null : leftOut;
}

function deliveredElsewhere(world: Observed, commit: string): Run | null {
  const ids = new Set(world.deployments(ENVIRONMENT).flatMap((deployment) => (deployment.commit === commit ? deployment.runId : [])));
  return world.runs().find((run) => ids.has(run.id) && run.ref !== MAIN) ?? null;
}

/** Whether a push to main that changes the service starts a run. */
async function startsByItself(world: Observed): Promise<boolean> {
  const tip = await world.origin.resolve('main');
  const service = tip === null ? null : await serviceFile(world, tip);
  if (service === null) return false;
  return world.fork(async (fork) => (await fork.pushChange('Say what the phone asks', withComment(service))).length > 0);
}

/** The Python file that defines predict(), by content: it travels in the package, so that a change to it is a new release. */
export async function serviceFile(world: Observed, commit: string): Promise<{ readonly path: string; readonly text: string } | null> {
  const decoder = new TextDecoder();
  const files = (await world.origin.tree(commit)).flatMap((entry) =>
    entry.type === 'file' && entry.path.endsWith('.py') && !entry.path.startsWith('/tests/')
      ? [{ path: entry.path.slice(1), text: decoder.decode(entry.bytes) }]
      : [],
  );
  const defines = (pattern: RegExp) => files.find(({ text }) => pattern.test(text));
  return defines(/^def predict\(/m) ?? defines(/^(?:from .* import .*\bpredict\b|predict\s*=)/m) ?? null;
}

export function withComment({ path, text }: { readonly path: string; readonly text: string }): Parameters<Probe['pushChange']>[1] {
  return { [path]: `${text}\n# The phone asks predict() for one photo at a time.\n` };
}

/** Where the pipeline that delivers is written: the workflow of the last run, or the first workflow file there is. */
export async function workflowPlace(world: Observed): Promise<Place> {
  const deliveries = new Set(world.deployments(ENVIRONMENT).map((deployment) => deployment.runId));
  const last = world.runs().findLast((run) => deliveries.has(run.id)) ?? world.runs().at(-1);
  if (last !== undefined) return { kind: 'file', path: last.path };
  const tip = (await world.origin.resolve('main')) ?? world.startCommit;
  const file = (await world.origin.tree(tip)).find((entry) => /^\/\.github\/workflows\/[^/]+\.ya?ml$/.test(entry.path));
  return file === undefined ? { kind: 'view', view: 'runs' } : { kind: 'file', path: file.path.slice(1) };
}

export function runPlace(run: Run | undefined, jobKey?: string): Place {
  if (run === undefined) return { kind: 'view', view: 'runs' };
  return jobKey === undefined ? { kind: 'run', runId: run.id } : { kind: 'run', runId: run.id, jobKey };
}
