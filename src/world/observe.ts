import type { Observed, Probe } from '../checks/contract.ts';
import type { Computer } from '../computer/contract.ts';
import type { Commit } from '../forge/contract.ts';
import type { Run } from '../pipelines/contract.ts';
import { RealTimeLimit, type Platform } from '../platform/platform.ts';
import { LEARNER } from './people.ts';
import type { World } from './world.ts';

/** How long a probe may compute, in real ms: a step that never ends must not hold up the other checks. It is a guard, not a measure. */
const PROBE_LIMIT = 180_000;

/**
 * What checks see of a world since its exercise began. When the signal is aborted, forks are thrown away and their probes end.
 * @throws Error when the world has no beginning (its start script has not run).
 */
export function observe(world: World, signal: AbortSignal = new AbortController().signal): Observed {
  const { began } = world;
  if (began === null) throw new Error('this world has no exercise yet');
  const origin = world.forge.repository(world.options.repository);
  return {
    origin,
    startCommit: began.commit,
    async commitsSinceStart() {
      const commits: Commit[] = [];
      let id = await origin.resolve('main');
      while (id !== null && id !== began.commit) {
        const commit = await origin.commit(id);
        commits.unshift(commit);
        id = commit.parents[0] ?? null;
      }
      return commits;
    },
    runs: () => world.pipelines.runs().filter((run) => run.id > began.runId),
    deployments: (environment) => world.cloud.deployments(environment),
    phone: () => world.cloud.phone(),
    hiddenScore: async (digest) => world.cloud.score(digest),
    ask: (digest, photos) => world.cloud.ask(digest, photos, signal),
    async fork(use) {
      signal.throwIfAborted();
      const limit = new ProbeLimit(signal);
      const copy = world.fork(limit.watching(world.options.platform));
      const faults: unknown[] = [];
      copy.onFault = (error) => faults.push(error);
      try {
        const result = await limit.within(use(probe(copy, signal)));
        // A fault of ours must not count against the learner: the check becomes unknown.
        if (faults.length > 0) throw faults[0];
        return result;
      } finally {
        copy.dispose();
      }
    },
  };
}

function probe(world: World, signal: AbortSignal): Probe {
  return {
    ...observe(world, signal),
    async pushChange(message, files) {
      const computer = learnersClone(world);
      const folder = `${computer.home}/${world.options.repository}`;
      let printed = '';
      const session = computer.session({ interactive: false, onOutput: (_stream, text) => (printed += text) });
      const run = async (command: string) => {
        const { exitCode } = await session.run(command);
        if (exitCode !== 0) throw new Error(`the probe could not push its change: ${command}\n${printed.slice(-1000)}`);
      };
      try {
        await run(`git clone -q ${world.forge.url}/${world.options.repository}.git ${folder} && cd ${folder}`);
        for (const [path, content] of Object.entries(files)) {
          if (content === null) computer.files.removeSync(`${folder}/${path}`);
          else computer.files.writeSync(`${folder}/${path}`, typeof content === 'string' ? new TextEncoder().encode(content) : content);
        }
        computer.files.writeSync('/tmp/message', new TextEncoder().encode(message));
        // Whoever merges branches into main is pushed a merge.
        const { exitCode } = await session.run('git rev-parse -q --verify HEAD^2');
        if (exitCode === 0) {
          await run('git switch -q -c change && git add -A && git commit -q -F /tmp/message && git switch -q main');
          await run('git merge -q --no-ff -F /tmp/message change && git push -q origin main');
        } else await run('git add -A && git commit -q -F /tmp/message && git push -q origin main');
      } finally {
        session.close();
      }
      await world.idle();
      const commit = await world.forge.repository(world.options.repository).resolve('main');
      return world.pipelines.runs().filter((run: Run) => run.commit === commit);
    },
  };
}

/** A second computer of the learner's, with their git configuration: what is pushed from it looks like a push of theirs. */
function learnersClone(world: World): Computer {
  const computer = world.machine(LEARNER);
  const config = '.gitconfig';
  const own = `${world.computer.home}/${config}`;
  if (world.computer.files.existsSync(own)) computer.files.writeSync(`${computer.home}/${config}`, world.computer.files.readSync(own));
  return computer;
}

/** Ends a probe that computes for too long, or of which the signal says that nobody waits for it any more. */
class ProbeLimit {
  readonly #signal: AbortSignal;
  readonly #over = Promise.withResolvers<never>();
  readonly #limit: RealTimeLimit;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#limit = new RealTimeLimit(PROBE_LIMIT, () =>
      this.#over.reject(
        new Error(
          'the pipeline did not end in three minutes of computing: does one of its steps wait for ever, or does training take very long?',
        ),
      ),
    );
  }

  /** A platform on which waiting for a place for Python is not counted. */
  watching(platform: Platform): Platform {
    const { python } = platform;
    return {
      ...platform,
      python: {
        warm: (onProgress) => python.warm(onProgress),
        dispose: () => python.dispose(),
        start: (job) => {
          const process = python.start(job);
          if (process.queued) {
            this.#limit.pause();
            void process.begun.then(() => this.#limit.resume());
          }
          return process;
        },
      },
    };
  }

  async within<T>(work: Promise<T>): Promise<T> {
    const stop = () => this.#over.reject(this.#signal.reason as Error);
    this.#signal.addEventListener('abort', stop, { once: true });
    if (this.#signal.aborted) stop();
    // A fork that is thrown away may fail in whatever it was doing; nobody waits for that.
    work.catch(() => {});
    try {
      return await Promise.race([work, this.#over.promise]);
    } finally {
      this.#limit.clear();
      this.#signal.removeEventListener('abort', stop);
    }
  }
}
