/** cloud: environments, what is deployed to them, and the users who get its answers. Imports the platform's interface and nothing else. */
import type { Clock, FileTree } from '../platform/platform.ts';
import type { Answer, Deployment, PhoneState, Photo, ServedHour, ServedScore, ServiceRunner } from './contract.ts';
import { scoreAnswers } from './score.ts';
import { ServiceStartError } from './service.ts';
import { hoursBetween, visitsOf } from './traffic.ts';

/** The environment whose users hold a phone. */
export const PRODUCTION = 'production';

/** Whether two names mean the same environment. Source: GitHub, "Managing environments for deployment": names are not case-sensitive. */
export function isEnvironment(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}

/** How many photos the phone view shows. */
const RECENT = 16;

/** How far back the phone's chart goes, in ms: two days. */
const CHART_SPAN = 48 * 3_600_000;

export type DeploymentInput = Omit<Deployment, 'id' | 'liveAt'> & {
  readonly files: FileTree;
  /** Gives the deployment up; nothing goes live then. */
  readonly signal: AbortSignal;
};

export interface CloudSnapshot {
  readonly version: 1;
  readonly deployments: readonly Deployment[];
  readonly packages: readonly { readonly digest: string; readonly files: FileTree; readonly answers: readonly Answer[] }[];
  readonly taken: readonly TakenPhoto[];
}

/** A photo the learner took with the phone in the page. */
interface TakenPhoto {
  readonly at: number;
  readonly photo: number;
}

interface Package {
  readonly files: FileTree;
  readonly answers: readonly Answer[];
}

export interface CloudOptions {
  readonly clock: Clock;
  /** What users photograph. The learner never sees these as files. */
  readonly photos: readonly Photo[];
  readonly runner: ServiceRunner;
}

/** One company's cloud. */
export class Cloud {
  readonly #options: CloudOptions;
  #deployments: Deployment[] = [];
  #packages = new Map<string, Package>();
  #taken: TakenPhoto[] = [];

  constructor(options: CloudOptions) {
    this.#options = options;
  }

  /**
   * Starts the package, asks it for every photo once, and makes it live.
   * Gives the deployment, or the sentence that the deploy step prints when the service does not start or
   * never answers; the old one then stays live. Rejects with the signal's reason when the deployment is given up.
   */
  async deploy(
    input: DeploymentInput,
  ): Promise<{ readonly ok: true; readonly deployment: Deployment } | { readonly ok: false; readonly message: string }> {
    const { files, signal, ...rest } = input;
    if (!this.#packages.has(input.digest)) {
      try {
        this.#packages.set(input.digest, { files, answers: await this.#options.runner.predict(files, this.#options.photos, signal) });
      } catch (error) {
        if (error instanceof ServiceStartError) return { ok: false, message: error.message };
        throw error;
      }
    }
    signal.throwIfAborted();
    const deployment: Deployment = { ...rest, id: this.#deployments.length + 1, liveAt: this.#options.clock.now() };
    this.#deployments.push(deployment);
    return { ok: true, deployment };
  }

  /** Oldest first. */
  deployments(environment: string): readonly Deployment[] {
    return this.#deployments.filter((deployment) => isEnvironment(deployment.environment, environment));
  }

  /** Names of the environments that something was ever deployed to, as first written. */
  environments(): readonly string[] {
    const names: string[] = [];
    for (const { environment } of this.#deployments) if (!names.some((name) => isEnvironment(name, environment))) names.push(environment);
    return names;
  }

  /**
   * The package's score on the photos.
   * @throws Error when nothing with this digest was ever deployed.
   */
  score(digest: string): ServedScore {
    return scoreAnswers(digest, this.#options.photos, this.#package(digest).answers);
  }

  /**
   * Asks the package about other photos than the users'.
   * @throws Error when nothing with this digest was ever deployed, ServiceStartError when it does not answer this time; the signal's
   * reason when it is aborted.
   */
  async ask(digest: string, photos: readonly Photo[], signal: AbortSignal): Promise<readonly Answer[]> {
    return this.#options.runner.predict(this.#package(digest).files, photos, signal);
  }

  #package(digest: string): Package {
    const found = this.#packages.get(digest);
    if (found === undefined) throw new Error(`no package with digest ${digest} was deployed`);
    return found;
  }

  /** The learner takes a photo with the phone: the next one of the users' photos. */
  takePhoto(): void {
    const last = this.#taken.at(-1);
    // Far from the last one, so that two in a row are seldom of one species.
    const photo = (last === undefined ? 5 : last.photo + 37) % Math.max(1, this.#options.photos.length);
    this.#taken = [...this.#taken, { at: this.#options.clock.now(), photo }].slice(-RECENT);
  }

  phone(): PhoneState {
    const deployments = this.deployments(PRODUCTION);
    const live = deployments.at(-1) ?? null;
    const now = this.#options.clock.now();
    const previous = deployments.findLast((deployment) => deployment.digest !== live?.digest) ?? null;
    return {
      live,
      previous,
      score: live === null ? null : this.score(live.digest),
      hours: this.#hours(deployments, now),
      deployments,
      recent: this.#recent(deployments, now),
    };
  }

  #hours(deployments: readonly Deployment[], now: number): readonly ServedHour[] {
    const first = deployments[0];
    if (first === undefined) return [];
    return hoursBetween(Math.max(first.liveAt, now - CHART_SPAN), now).map((hour) => {
      const visits = visitsOf(hour, this.#options.photos.length).filter((visit) => visit.at < now && visit.at >= first.liveAt);
      const well = visits.filter((visit) => this.#served(deployments, visit.at, visit.photo).right).length;
      const last = deployments.findLast((deployment) => deployment.liveAt < hour + 3_600_000);
      return { at: hour, deploymentId: last?.id ?? null, well, badly: visits.length - well };
    });
  }

  #recent(deployments: readonly Deployment[], now: number): PhoneState['recent'] {
    const first = deployments[0];
    if (first === undefined || this.#options.photos.length === 0) return [];
    const visits = hoursBetween(Math.max(first.liveAt, now - CHART_SPAN / 2), now)
      .flatMap((hour) => visitsOf(hour, this.#options.photos.length))
      .filter((visit) => visit.at < now && visit.at >= first.liveAt);
    return [...visits, ...this.#taken]
      .sort((a, b) => a.at - b.at)
      .slice(-RECENT)
      .reverse()
      .flatMap(({ at, photo }) => {
        const { answer } = this.#served(deployments, at, photo);
        const shown = this.#options.photos[photo];
        return answer === null || shown === undefined ? [] : [{ photo: shown, answer }];
      });
  }

  /** What the user who took `photo` at `at` was told. */
  #served(deployments: readonly Deployment[], at: number, photo: number): { readonly answer: Answer | null; readonly right: boolean } {
    const deployment = deployments.findLast((candidate) => candidate.liveAt <= at);
    const answer = (deployment && this.#packages.get(deployment.digest)?.answers[photo]) ?? null;
    return { answer, right: answer !== null && answer.ok && answer.species === this.#options.photos[photo]?.species };
  }

  snapshot(): CloudSnapshot {
    return {
      version: 1,
      deployments: [...this.#deployments],
      packages: [...this.#packages].map(([digest, { files, answers }]) => ({ digest, files, answers })),
      taken: [...this.#taken],
    };
  }

  restore(snapshot: CloudSnapshot): void {
    this.#deployments = [...snapshot.deployments];
    this.#packages = new Map(snapshot.packages.map(({ digest, files, answers }) => [digest, { files, answers }]));
    this.#taken = [...snapshot.taken];
  }
}
