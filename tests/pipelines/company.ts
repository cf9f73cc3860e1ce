/** A company around the pipelines, as small as can be: commits are file trees in memory, computers, clock and shell are the real ones. */
import { createComputer } from '../../src/computer/computer.ts';
import { createPipelines, type PipelinesOptions } from '../../src/pipelines/pipelines.ts';
import type { DeployRequest, DeployResult, LogLine, Pipelines, PipelinesHost, PushTrigger, Run } from '../../src/pipelines/contract.ts';
import type { FileTree, PythonHost } from '../../src/platform/platform.ts';
import { VirtualClock } from '../../src/world/clock.ts';

export const START = Date.UTC(2026, 0, 5, 9, 0, 0);

export interface Company {
  readonly clock: VirtualClock;
  readonly pipelines: Pipelines;
  readonly host: PipelinesHost;
  readonly deployments: readonly DeployRequest[];
  /** Commits files (texts by path) and pushes; resolves with the runs it started, which go on. */
  push(
    files: Readonly<Record<string, string>>,
    options?: Partial<PushTrigger> & { readonly message?: string; readonly changed?: readonly string[] },
  ): Promise<readonly Run[]>;
  /** Pushes one workflow and lets its run end. */
  runWorkflow(workflow: string, files?: Readonly<Record<string, string>>): Promise<Run>;
  texts(run: Run, step?: string, jobKey?: string): readonly string[];
}

export interface CompanyOptions extends PipelinesOptions {
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environments?: readonly string[];
  readonly python?: PythonHost;
  readonly deploy?: (request: DeployRequest) => DeployResult | Promise<DeployResult>;
}

/** For tests that need no Python: starting one fails loudly. */
const NO_PYTHON: PythonHost = {
  start: () => {
    throw new Error('This test has no Python.');
  },
  warm: () => Promise.resolve(),
  dispose: () => {},
};

export function company(options: CompanyOptions = {}): Company {
  const clock = new VirtualClock(START);
  const commits = new Map<string, { readonly tree: FileTree; readonly message: string; readonly changed: readonly string[] }>();
  const deployments: DeployRequest[] = [];
  const commit = (id: string) => {
    const found = commits.get(id);
    if (found === undefined) throw new Error(`no commit ${id}`);
    return found;
  };
  const host: PipelinesHost = {
    clock,
    computer: (machine) =>
      createComputer({
        clock: machine.clock,
        python: machine.python(options.python ?? NO_PYTHON),
        user: { name: 'runner', login: 'runner', email: 'runner@fieldleaf.test' },
        hostname: 'runner',
      }),
    tree: async (_repository, id) => commit(id).tree,
    changedPaths: async (_repository, _from, to) => commit(to).changed,
    commitMessage: async (_repository, id) => commit(id).message,
    checkout: async (computer, _repository, id, _ref, path) => {
      computer.files.load(commit(id).tree.map((entry) => ({ ...entry, path: `${path}${entry.path}` })));
    },
    deploy: async (request) => {
      deployments.push(request);
      return (
        (await options.deploy?.(request)) ?? {
          ok: true,
          deploymentId: deployments.length,
          url: `https://${request.service}.fieldleaf.test`,
        }
      );
    },
    variables: () => options.vars ?? {},
    secrets: () => options.secrets ?? {},
    environments: () => options.environments ?? null,
    resolve: async (_repository, ref) => (ref === 'refs/heads/main' ? (commits.keys().next().value ?? null) : null),
  };
  const pipelines = createPipelines(host, options);

  async function push(
    files: Readonly<Record<string, string>>,
    more: Partial<PushTrigger> & { readonly message?: string; readonly changed?: readonly string[] } = {},
  ): Promise<readonly Run[]> {
    const after = (commits.size + 1).toString(16).padStart(40, 'a');
    commits.set(after, {
      tree: treeOf(files),
      message: more.message ?? 'Change the leaf\n\nBecause.',
      changed: more.changed ?? Object.keys(files),
    });
    const { message: _message, changed: _changed, ...trigger } = more;
    return pipelines.trigger({
      event: 'push',
      repository: 'leaf',
      ref: 'refs/heads/main',
      before: null,
      after,
      forced: false,
      actor: 'you',
      at: clock.now(),
      ...trigger,
    });
  }

  return {
    clock,
    pipelines,
    host,
    deployments,
    push,
    async runWorkflow(workflow, files = {}) {
      const [run] = await push({ ...files, '.github/workflows/ci.yml': workflow });
      if (run === undefined) throw new Error('the push started nothing');
      await pipelines.idle();
      return run;
    },
    texts: (run, step, jobKey) => textsOf(pipelines.log(run.id), run, step, jobKey),
  };
}

/** The lines of a step's own output: without its header, and without the lines of other steps. */
function textsOf(lines: readonly LogLine[], run: Run, step?: string, jobKey?: string): readonly string[] {
  const job = jobKey === undefined ? run.jobs[0] : run.jobs.find(({ key }) => key === jobKey);
  const number = step === undefined ? undefined : job?.steps.find(({ name }) => name === step)?.number;
  const own = lines.filter((line) => line.jobKey === job?.key && (number === undefined || line.step === number));
  const header = own.findIndex(({ kind }) => kind === 'endgroup');
  return (step === undefined ? own : own.slice(header + 1)).map(({ text }) => text);
}

export function treeOf(files: Readonly<Record<string, string>>): FileTree {
  const folders = new Set<string>();
  for (const path of Object.keys(files))
    path
      .split('/')
      .slice(0, -1)
      .forEach((_, index, parts) => folders.add(`/${parts.slice(0, index + 1).join('/')}`));
  return [
    ...[...folders].sort().map((path) => ({ path, type: 'directory' as const, mode: 0o755, mtime: START })),
    ...Object.entries(files).map(([path, text]) => ({
      path: `/${path}`,
      type: 'file' as const,
      bytes: new TextEncoder().encode(text),
      mode: 0o644,
      mtime: START,
    })),
  ];
}
