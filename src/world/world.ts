/**
 * world: one learner's company. It composes computer, forge, pipelines and cloud with a clock and an event log, and can be stored,
 * restored and forked. It imports those four rooms and the platform's interface.
 */
import { Cloud, isEnvironment, PRODUCTION, type CloudSnapshot } from '../cloud/cloud.ts';
import type { Photo } from '../cloud/contract.ts';
import { serviceRunner } from '../cloud/service.ts';
import { createComputer } from '../computer/computer.ts';
import type { Computer, ComputerOptions, LineResult, Session } from '../computer/contract.ts';
import type { Forge, ForgeEvent, ForgeSnapshot, Push } from '../forge/contract.ts';
import { createForge } from '../forge/forge.ts';
import { settingsFor } from '../forge/settings.ts';
import type {
  DeployRequest,
  DeployResult,
  Diagnostic,
  Pipelines,
  PipelinesHost,
  PipelinesSnapshot,
  Run,
  Trigger,
} from '../pipelines/contract.ts';
import { createPipelines, isWorkflowFile } from '../pipelines/pipelines.ts';
import type { Clock, FileTree, OutputStream, Platform } from '../platform/platform.ts';
import { checksOf } from './check-results.ts';
import { StandstillClock, VirtualClock } from './clock.ts';
import { fieldleafCommand, ghCommand } from './commands.ts';
import type { TeammateAction, WorldEvent, WorldEventBody } from './contract.ts';
import { isDevice } from './devices.ts';
import { factsOf } from './facts.ts';
import { AFTER_RELEASE, STATEMENT } from './pace.ts';
import { LEARNER, personOf, type Person } from './people.ts';
import { companyServices, serviceAddress } from './services.ts';
import { statementsOf } from './statements.ts';
import { Teammates, type TeammatesSnapshot } from './teammates.ts';

export interface WorldOptions {
  readonly platform: Platform;
  /** The repository on the origin: `leaf`. */
  readonly repository: string;
  /** What the phone's users photograph; part of the course, not of the snapshot. */
  readonly photos: readonly Photo[];
  /** What colleagues do by themselves; part of the course, not of the snapshot. */
  readonly teammates?: readonly TeammateAction[];
}

/** Where the exercise began: checks look at what happened since. */
export interface Beginning {
  /** Tip of main on the origin. */
  readonly commit: string;
  /** Highest run and deployment ids at that time. */
  readonly runId: number;
  readonly deploymentId: number;
  readonly at: number;
}

/** A whole world as plain data (structured-clonable; `pack` makes it a file). */
export interface WorldSnapshot {
  readonly version: 1;
  readonly now: number;
  readonly began: Beginning | null;
  readonly files: FileTree;
  readonly forge: ForgeSnapshot;
  readonly pipelines: PipelinesSnapshot;
  readonly cloud: CloudSnapshot;
  readonly events: readonly WorldEvent[];
  /** Pushes whose runs had not been created yet. */
  readonly triggers: readonly Trigger[];
  /** Absent in worlds that were kept before anybody in them could act. */
  readonly teammates?: TeammatesSnapshot;
}

/** Something the world could not do by itself while it lived on: a bug of ours, shown rather than swallowed. */
type FaultListener = (error: unknown) => void;

export class World {
  readonly clock: VirtualClock;
  readonly forge: Forge;
  readonly pipelines: Pipelines;
  readonly cloud: Cloud;
  readonly computer: Computer;
  readonly options: WorldOptions;
  began: Beginning | null;
  onFault: FaultListener = () => {};
  /** The learner typed `nano FILE`: the page opens its editor. */
  onOpenFile: (path: string) => void = () => {};

  #events: WorldEvent[];
  #listeners = new Set<(event: WorldEvent) => void>();
  /** Work that `idle` waits for besides runs: users who try a release, and teammates who are at something. */
  #pending = new Set<Promise<unknown>>();
  /** Pushes that are being looked at: runs may come of them. */
  #handling = new Set<Promise<unknown>>();
  readonly #teammates: Teammates;
  /** Pushes of which a run may still be created or has not ended. */
  #triggers = new Set<Trigger>();
  /** The learner's computer lives in it. */
  readonly #prompt: StandstillClock;
  #startedRuns: Set<number>;
  #completedRuns: Set<number>;

  private constructor(options: WorldOptions, now: number, files: ComputerOptions['files'], snapshot: WorldSnapshot | null) {
    this.options = options;
    this.clock = new VirtualClock(now);
    this.#prompt = new StandstillClock(this.clock);
    this.forge = createForge({ clock: this.clock });
    this.cloud = new Cloud({
      clock: this.clock,
      photos: options.photos,
      runner: serviceRunner(options.platform.python, () => this.clock.now()),
    });
    this.pipelines = createPipelines(this.#pipelinesHost());
    this.#events = [...(snapshot?.events ?? [])];
    this.began = snapshot?.began ?? null;
    if (snapshot !== null) {
      this.forge.restore(snapshot.forge);
      this.pipelines.restore(snapshot.pipelines);
      this.cloud.restore(snapshot.cloud);
    }
    this.#startedRuns = new Set(this.pipelines.runs().map((run) => run.id));
    this.#completedRuns = new Set(
      this.pipelines
        .runs()
        .filter((run) => run.status === 'completed')
        .map((run) => run.id),
    );
    this.computer = this.machine(LEARNER, {
      clock: this.#prompt,
      ...(files === undefined ? {} : { files }),
      commands: () => [fieldleafCommand(this)],
      onOpenFile: (path) => this.onOpenFile(path),
    });
    this.forge.person = (login) => personOf(login);
    this.forge.checks = (repository, commit) => (repository === options.repository ? checksOf(this.pipelines.runs(), commit) : []);
    this.forge.onEvent((event) => this.#collaborated(event));
    this.forge.onPush((push) => this.#pushed(push));
    this.forge.remoteMessages = (push) => this.#remoteMessages(push);
    this.pipelines.on((event) => {
      if (event.type === 'run') this.#runChanged(event.run.id, event.run.status === 'completed');
    });
    this.#teammates = new Teammates(
      {
        actions: options.teammates ?? [],
        clock: this.clock,
        url: this.forge.url,
        repository: options.repository,
        began: () => this.began?.at ?? null,
        machine: (person, machine) => this.machine(person, machine),
        factsOf: (event) => factsOf(event, this.forge.repository(options.repository), this.pipelines),
        record: (event) => this.record(event),
        track: (work) => this.#track(work),
      },
      snapshot?.teammates ?? null,
    );
    for (const trigger of snapshot?.triggers ?? []) this.#trigger(trigger);
  }

  /** A company with an empty repository on its origin and a learner with an empty home. `now` is virtual ms since the epoch. */
  static async begin(options: WorldOptions, now: number): Promise<World> {
    const world = new World(options, now, undefined, null);
    await world.forge.create(options.repository);
    return world;
  }

  /** The world as it was when the snapshot was taken; runs that were in progress are cancelled with a reason. */
  static restore(options: WorldOptions, snapshot: WorldSnapshot): World {
    const world = new World(options, snapshot.now, undefined, snapshot);
    world.computer.files.load(snapshot.files);
    return world;
  }

  /** Everything, at this instant. It contains no await, so it can be taken at any time. */
  snapshot(): WorldSnapshot {
    return { ...this.#withoutFiles(), files: this.computer.files.tree('/', isDevice) };
  }

  /**
   * An independent copy that shares unchanged bytes, on the same platform or on another. Runs that are under way are not part of it: they
   * belong to this world. Nor do teammates act in it: they answer to the learner, not to what a check tries.
   */
  fork(platform: Platform = this.options.platform): World {
    const options = { ...this.options, platform, teammates: [] };
    return new World(options, this.clock.now(), this.computer.files.fork(), { ...this.#withoutFiles(), files: [], triggers: [] });
  }

  #withoutFiles(): Omit<WorldSnapshot, 'files'> {
    const { pipelines, again } = this.#pipelinesToResume();
    return {
      version: 1,
      now: this.clock.now(),
      began: this.began,
      forge: this.forge.snapshot(),
      pipelines,
      cloud: this.cloud.snapshot(),
      events: [...this.#events],
      triggers: again,
      teammates: this.#teammates.snapshot(),
    };
  }

  /**
   * Runs cannot be stored half-way. Where none of a push's runs has ended, they are left out and the push is kept instead: after a reload
   * they run again from the beginning, as if the page had never been closed. Others are restored as cancelled, with the reason.
   */
  #pipelinesToResume(): { readonly pipelines: PipelinesSnapshot; readonly again: readonly Trigger[] } {
    const snapshot = this.pipelines.snapshot();
    const again = [...this.#triggers].filter((trigger) =>
      snapshot.runs.every((run) => !cameOf(trigger, run) || run.status !== 'completed'),
    );
    const left = new Set(snapshot.runs.filter((run) => again.some((trigger) => cameOf(trigger, run))).map((run) => run.id));
    // Ids go on from the highest: runs may be left out only when none that stays is newer.
    const newestKept = Math.max(0, ...snapshot.runs.filter((run) => !left.has(run.id)).map((run) => run.id));
    if ([...left].some((id) => id < newestKept)) {
      return { pipelines: snapshot, again: again.filter((trigger) => !snapshot.runs.some((run) => cameOf(trigger, run))) };
    }
    return {
      pipelines: {
        ...snapshot,
        runs: snapshot.runs.filter((run) => !left.has(run.id)),
        logs: snapshot.logs.filter((log) => !left.has(log.runId)),
        artifacts: snapshot.artifacts.filter((artifact) => !left.has(artifact.runId)),
      },
      again,
    };
  }

  /** Takes this moment as the beginning of the exercise. */
  async markBeginning(): Promise<void> {
    const commit = await this.forge.repository(this.options.repository).resolve('main');
    if (commit === null) throw new Error(`the repository ${this.options.repository} has no main branch yet: push one in start.sh`);
    const highest = (ids: readonly number[]) => Math.max(0, ...ids);
    this.began = {
      commit,
      runId: highest(this.pipelines.runs().map((run) => run.id)),
      deploymentId: highest(this.cloud.deployments(PRODUCTION).map((deployment) => deployment.id)),
      at: this.clock.now(),
    };
    this.#teammates.begin();
  }

  get events(): readonly WorldEvent[] {
    return this.#events;
  }

  on(listener: (event: WorldEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Adds to the event log. */
  record(body: WorldEventBody): void {
    const event: WorldEvent = { seq: this.#events.length + 1, at: this.clock.now(), ...body };
    this.#events.push(event);
    // Before anybody is told: whoever stores the world on hearing of it stores with it what others will do about it.
    this.#teammates.hear(body);
    for (const listener of this.#listeners) listener(event);
  }

  /** A computer in this company: a teammate's, or a job's. */
  machine(person: Person, options: MachineOptions = {}): Computer {
    const { clock = this.clock, commands } = options;
    const network = this.forge.network(person.login);
    const atTerminal = {
      login: person.login,
      pushesHandled: () => Promise.all(this.#handling),
      runsEnd: () => this.#runsEnd(clock),
    };
    return createComputer({
      python: this.options.platform.python,
      packageIndex: this.options.platform.packages,
      user: person,
      hostname: 'fieldleaf',
      network,
      services: companyServices({
        clock: this.clock,
        cloud: this.cloud,
        service: this.options.repository,
        originUrl: this.forge.url,
        origin: network,
      }),
      ...options,
      clock,
      commands: (terminal, files) => [ghCommand(this, atTerminal, terminal, files), ...(commands?.(terminal, files) ?? [])],
    });
  }

  /** Runs what a person typed at the prompt; it takes a virtual minute of their day. */
  async type(session: Session, text: string): Promise<LineResult> {
    const result = await session.run(text);
    this.#personPauses();
    return result;
  }

  /**
   * Types a script statement by statement, as a learner would, and stops at the first that fails. Virtual time stands still meanwhile but
   * for `sleep` and `fieldleaf wait`, so that the same script always gives the same world.
   */
  async play(script: string, onOutput: (stream: OutputStream, text: string) => void = () => {}): Promise<PlayResult> {
    const session = this.computer.session({ interactive: false, cwd: this.computer.home, onOutput });
    this.#prompt.hold();
    try {
      for (const statement of statementsOf(script, (text) => session.needsMore(text))) {
        const { exitCode } = await session.run(statement.text);
        if (exitCode !== 0) return { exitCode, line: statement.line, statement: statement.text };
        this.#personPauses();
      }
      return { exitCode: 0 };
    } finally {
      this.#prompt.release();
      session.close();
    }
  }

  /** Resolves when no run is queued or in progress and users have had their time with the last release. */
  async idle(): Promise<void> {
    await this.#prompt.letPass(async () => {
      do {
        this.#teammates.keepAppointments();
        await Promise.all([...this.#pending, ...this.#handling]);
        await this.pipelines.idle();
      } while (this.#pending.size + this.#handling.size > 0);
    });
  }

  /** Stops everything that runs. The world is not used afterwards. */
  dispose(): void {
    for (const run of this.pipelines.runs()) if (run.status !== 'completed') this.pipelines.cancel(run.id);
    this.#teammates.dispose();
    this.#listeners.clear();
  }

  #personPauses(): void {
    const { held } = this.#prompt;
    this.#prompt.release();
    this.clock.elapse(STATEMENT);
    if (held) this.#prompt.hold();
  }

  /** Resolves when every push has been looked at and no run is queued or in progress that could go on. */
  async #runsEnd(clock: Clock | StandstillClock): Promise<void> {
    const end = async () => {
      do {
        await Promise.all(this.#handling);
        await this.pipelines.idle();
      } while (this.#handling.size > 0);
    };
    await ('letPass' in clock ? clock.letPass(end) : end());
  }

  #track(work: Promise<unknown>, among = this.#pending): void {
    const tracked = work.catch((error: unknown) => this.onFault(error)).finally(() => among.delete(tracked));
    among.add(tracked);
  }

  #pushed(push: Push): void {
    for (const { ref, before, after, forced } of push.updates) {
      if (after === null) continue;
      this.#trigger({ event: 'push', repository: push.repository, ref, before, after, forced, actor: push.by, at: push.at });
    }
    // After the triggers are known: whoever stores the world on hearing of the push stores them with it.
    for (const { ref, before, after } of push.updates) this.record({ type: 'push', by: push.by, ref, before, after });
  }

  #collaborated(event: ForgeEvent): void {
    const { type, by } = event;
    if (type === 'work-item' || type === 'pull-request') this.record({ type, action: event.action, number: event.number, by });
    else if (type === 'release') this.record({ type, action: event.action, tag: event.tag, by });
  }

  #trigger(trigger: Trigger): void {
    this.#triggers.add(trigger);
    this.#track(
      this.clock.busy(this.pipelines.trigger(trigger)).then(
        (runs) => {
          if (runs.every((run) => run.status === 'completed')) this.#triggers.delete(trigger);
          this.record({ type: 'push.handled', ref: trigger.ref, runs: runs.map((run) => run.id) });
        },
        (error: unknown) => {
          this.#triggers.delete(trigger);
          throw error;
        },
      ),
      this.#handling,
    );
  }

  #runChanged(runId: number, completed: boolean): void {
    if (!completed) {
      if (!this.#startedRuns.has(runId)) this.record({ type: 'run.started', runId });
      this.#startedRuns.add(runId);
      return;
    }
    if (this.#completedRuns.has(runId)) return;
    this.#completedRuns.add(runId);
    for (const trigger of this.#triggers) {
      const runs = this.pipelines.runs().filter((run) => cameOf(trigger, run));
      if (runs.length > 0 && runs.every((run) => run.status === 'completed')) this.#triggers.delete(trigger);
    }
    this.record({ type: 'run.completed', runId });
  }

  async #remoteMessages(push: Push): Promise<readonly string[]> {
    const messages: string[] = [];
    for (const { ref, before, after } of push.updates) {
      if (after === null || !ref.startsWith('refs/heads/')) continue;
      if (before === null) messages.push(...(await this.#invitation(push.repository, ref.slice('refs/heads/'.length))));
      for (const diagnostic of await this.#workflowErrors(push.repository, after)) {
        messages.push(`${diagnostic.file}:${diagnostic.line}:${diagnostic.column} ${diagnostic.message}`);
      }
    }
    return messages;
  }

  /** Where a pull request for a new branch can be opened, as hosts say it after a push. */
  async #invitation(repository: string, branch: string): Promise<readonly string[]> {
    const origin = this.forge.repository(repository);
    if (branch === origin.defaultBranch || (await origin.resolve(`refs/heads/${origin.defaultBranch}`)) === null) return [];
    const address = `${this.forge.url}/${repository}/pull/new/${branch}`;
    return ['', `Create a pull request for '${branch}' with \`gh pr create\`, or by visiting:`, `     ${address}`, ''];
  }

  async #workflowErrors(repository: string, commit: string): Promise<readonly Diagnostic[]> {
    const tree = await this.forge.repository(repository).tree(commit);
    const found: Diagnostic[] = [];
    for (const entry of tree) {
      if (entry.type !== 'file' || !isWorkflowFile(entry.path)) continue;
      found.push(...(await this.pipelines.validate(entry.path.slice(1), new TextDecoder().decode(entry.bytes))));
    }
    return found.filter(({ severity }) => severity === 'error');
  }

  #pipelinesHost(): PipelinesHost {
    const runner: Person = { name: 'runner', login: 'runner', email: 'runner@fieldleaf.test' };
    const repository = (name: string) => this.forge.repository(name);
    return {
      clock: this.clock,
      computer: ({ clock, python }) => this.machine(runner, { hostname: 'runner', clock, python: python(this.options.platform.python) }),
      tree: (name, commit) => repository(name).tree(commit),
      changedPaths: (name, from, to) => repository(name).changedPaths(from, to),
      resolve: (name, ref) => repository(name).resolve(ref),
      commitMessage: async (name, commit) => (await repository(name).commit(commit)).message,
      checkout: async (computer, name, commit, ref, path, depth = 1) => {
        const { checkoutInto } = await import('../computer/git/checkout.ts');
        const url = `${this.forge.url}/${name}.git`;
        const content = this.forge.content(name);
        await checkoutInto(computer.files, content, { url, commit, ref, path, depth, clock: this.clock });
      },
      deploy: (request) => this.#deploy(request),
      variables: (name, environment) => settingsFor(repository(name).settings.list('variable'), environment),
      secrets: (name, environment) => settingsFor(repository(name).settings.list('secret'), environment),
      environments: () => null,
    };
  }

  async #deploy(request: DeployRequest): Promise<DeployResult> {
    // The company runs one service, which has the name of its repository; the app asks no other.
    const service = this.options.repository;
    if (request.service !== service) {
      return {
        ok: false,
        message: `There is no service ${request.service} in ${request.environment}: the app asks ${service}. Write \`service: ${service}\`.`,
      };
    }
    const run = this.pipelines.run(request.runId);
    const result = await this.cloud.deploy({
      environment: request.environment,
      service: request.service,
      digest: request.digest,
      commit: request.commit,
      runId: request.runId,
      actor: request.actor,
      pushedAt: request.pushedAt,
      testedScore: request.testedScore,
      waitedForPerson: run === undefined || run.event !== 'push',
      files: request.files,
      signal: request.signal,
    });
    if (!result.ok) return result;
    const { deployment } = result;
    this.record({
      type: 'deployment.created',
      deploymentId: deployment.id,
      environment: deployment.environment,
      digest: deployment.digest,
    });
    if (isEnvironment(deployment.environment, PRODUCTION)) this.#track(this.#usersTry());
    return { ok: true, deploymentId: deployment.id, url: serviceAddress(service, deployment.environment) };
  }

  async #usersTry(): Promise<void> {
    const from = this.clock.now();
    await this.clock.sleep(AFTER_RELEASE);
    const hours = this.cloud.phone().hours.filter((hour) => hour.at >= from);
    const sum = (pick: (hour: (typeof hours)[number]) => number) => hours.reduce((total, hour) => total + pick(hour), 0);
    this.record({ type: 'users.served', hour: from, well: sum((hour) => hour.well), badly: sum((hour) => hour.badly) });
  }
}

type MachineOptions = Partial<Omit<ComputerOptions, 'clock'>> & {
  /** By default the world's: other people's work takes no part in whether time stands still for the learner. */
  readonly clock?: Clock | StandstillClock;
};

export type PlayResult = { readonly exitCode: 0 } | { readonly exitCode: number; readonly line: number; readonly statement: string };

function cameOf(trigger: Trigger, run: Run): boolean {
  return run.event === trigger.event && run.ref === trigger.ref && run.commit === trigger.after && run.createdAt >= trigger.at;
}
