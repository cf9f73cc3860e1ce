import type { Observed, Probe } from '../checks/contract.ts';
import type { Computer } from '../computer/contract.ts';
import type { Commit } from '../forge/contract.ts';
import type { Run } from '../pipelines/contract.ts';
import { LEARNER, type World } from './world.ts';

/** How long a probe may compute, in real ms: a step that never ends must not hold up the other checks. It is a guard, not a measure. */
const PROBE_LIMIT = 180_000;

/**
 * What checks see of a world since its exercise began.
 * @throws Error when the world has no beginning (its start script has not run).
 */
export function observe(world: World): Observed {
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
    ask: (digest, photos) => world.cloud.ask(digest, photos),
    async fork(use) {
      const copy = world.fork();
      const faults: unknown[] = [];
      copy.onFault = (error) => faults.push(error);
      try {
        const result = await withinLimit(use(probe(copy)));
        // A fault of ours must not count against the learner: the check becomes unknown.
        if (faults.length > 0) throw faults[0];
        return result;
      } finally {
        copy.dispose();
      }
    },
  };
}

function probe(world: World): Probe {
  return {
    ...observe(world),
    async pushChange(message, files) {
      const before = new Set(world.pipelines.runs().map((run) => run.id));
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
        await run('git add -A');
        computer.files.writeSync('/tmp/message', new TextEncoder().encode(message));
        await run('git commit -q -F /tmp/message && git push -q origin main');
      } finally {
        session.close();
      }
      await world.idle();
      return world.pipelines.runs().filter((candidate: Run) => !before.has(candidate.id));
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

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error('the pipeline did not end in three minutes of computing: does one of its steps wait for ever?')),
      PROBE_LIMIT,
    );
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
