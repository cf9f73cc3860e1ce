import type { JobRun, Run } from '../../pipelines/contract.ts';
import { isWorkflowFile } from '../../pipelines/pipelines.ts';
import { ago, elapsed, GhError, iso, printJson, table, type GhCall, type GhNoun } from './call.ts';
import { UsageError } from './flags.ts';

function chosen({ world, args }: GhCall): Run {
  const [name] = args.positional;
  if (name === undefined) throw new UsageError('run or job ID required when not running interactively');
  const run = world.pipelines.runs().find((other) => String(other.id) === name);
  if (run === undefined) throw new GhError(`could not find any workflow run with ID ${name}`);
  return run;
}

const FIELDS: Readonly<Record<string, (run: Run) => unknown>> = {
  conclusion: ({ conclusion }) => conclusion ?? '',
  createdAt: ({ createdAt }) => iso(createdAt),
  databaseId: ({ id }) => id,
  displayTitle: ({ title }) => title,
  event: ({ event }) => event,
  headBranch: ({ ref }) => branchOf(ref),
  headSha: ({ commit }) => commit,
  jobs: ({ jobs }) => jobs.map(({ name, status, conclusion }) => ({ name, status, conclusion: conclusion ?? '' })),
  name: ({ workflow }) => workflow,
  number: ({ number }) => number,
  startedAt: ({ startedAt }) => (startedAt === null ? null : iso(startedAt)),
  status: ({ status }) => status,
  workflowName: ({ workflow }) => workflow,
};

const branchOf = (ref: string): string => ref.replace(/^refs\/(heads|tags|pull)\//, '');

function mark({ status, conclusion }: Pick<JobRun, 'status' | 'conclusion'>): string {
  if (status !== 'completed') return '*';
  return conclusion === 'success' ? '✓' : conclusion === 'skipped' || conclusion === 'cancelled' ? '-' : 'X';
}

function list(call: GhCall): void {
  const { args, world } = call;
  const [branch, workflow, status] = [args.value('branch'), args.value('workflow'), args.value('status')];
  const runs = world.pipelines
    .runs()
    .filter((run) => branch === null || branchOf(run.ref) === branch)
    .filter((run) => workflow === null || run.workflow === workflow || run.path.endsWith(`/${workflow}`))
    .filter((run) => status === null || run.status === status || run.conclusion === status)
    .toSorted((one, other) => other.id - one.id)
    .slice(0, args.count('limit', 20));
  if (printJson(call, FIELDS, runs)) return;
  if (runs.length === 0) {
    call.err('no runs found\n');
    return;
  }
  const took = (run: Run) => (run.startedAt === null ? '0s' : elapsed((run.completedAt ?? call.now) - run.startedAt));
  table(
    call,
    ['STATUS', 'TITLE', 'WORKFLOW', 'BRANCH', 'EVENT', 'ID', 'ELAPSED', 'AGE'],
    runs.map((run) =>
      call.terminal
        ? [mark(run), run.title, run.workflow, branchOf(run.ref), run.event, String(run.id), took(run), ago(call, run.createdAt)]
        : [
            run.status,
            run.conclusion ?? '',
            run.title,
            run.workflow,
            branchOf(run.ref),
            run.event,
            String(run.id),
            took(run),
            iso(run.createdAt),
          ],
    ),
  );
}

function view(call: GhCall): number {
  const run = chosen(call);
  if (printJson(call, FIELDS, run)) return 0;
  const failedOnly = call.args.has('log-failed');
  if (call.args.has('log') || failedOnly) {
    printLog(call, run, failedOnly);
    return 0;
  }
  describe(call, run);
  return call.args.has('exit-status') && run.conclusion !== 'success' ? 1 : 0;
}

function printLog(call: GhCall, run: Run, failedOnly: boolean): void {
  if (run.status !== 'completed') throw new GhError(`run ${run.id} is still in progress; logs will be available when it is complete`);
  const wanted = call.args.value('job');
  for (const line of call.world.pipelines.log(run.id)) {
    const job = run.jobs.find((other) => other.key === line.jobKey);
    const step = job?.steps.find((other) => other.number === line.step);
    if (job === undefined || step === undefined || (wanted !== null && job.name !== wanted && job.key !== wanted)) continue;
    if (failedOnly && step.conclusion !== 'failure') continue;
    const prefix = {
      error: '##[error]',
      warning: '##[warning]',
      notice: '##[notice]',
      group: '##[group]',
      endgroup: '##[endgroup]',
      debug: '##[debug]',
      command: '[command]',
      output: '',
    };
    call.out(`${job.name}\t${step.name}\t${iso(line.at)} ${prefix[line.kind]}${line.text}\n`);
  }
}

function describe(call: GhCall, run: Run): void {
  call.out(`\n${mark(run)} ${branchOf(run.ref)} ${run.workflow} · ${run.id}\nTriggered via ${run.event} ${ago(call, run.createdAt)}\n\n`);
  for (const { file, line, column, message } of run.errors) call.out(`X ${file}:${line}:${column} ${message}\n\n`);
  if (run.jobs.length > 0) call.out('JOBS\n');
  for (const job of run.jobs) {
    const took = job.startedAt === null ? '' : ` in ${elapsed((job.completedAt ?? call.now) - job.startedAt)}`;
    call.out(`${mark(job)} ${job.name}${took} (ID ${job.key})\n`);
    if (job.reason !== null) call.out(`  ${job.reason}\n`);
    if (job.conclusion === 'failure') for (const step of job.steps) call.out(`  ${mark(step)} ${step.name}\n`);
  }
  const marks = { error: 'X', warning: '!', notice: '-' };
  if (run.annotations.length > 0) call.out('\nANNOTATIONS\n');
  for (const { severity, message, file, line, jobKey } of run.annotations)
    call.out(`${marks[severity]} ${message}\n${jobKey}: ${file}#${line}\n\n`);
  if (run.artifacts.length > 0) call.out(`\nARTIFACTS\n${run.artifacts.map(({ name }) => `${name}\n`).join('')}`);
  if (run.conclusion === 'failure' && run.errors.length === 0) call.out(`\nTo see what failed, try: gh run view ${run.id} --log-failed\n`);
}

async function watch(call: GhCall): Promise<number> {
  const run = chosen(call);
  await call.runsEnd();
  const ended = call.world.pipelines.run(run.id) ?? run;
  describe(call, ended);
  if (ended.status === 'completed') call.err(`\n${mark(ended)} Run ${ended.workflow} (${ended.id}) completed with '${ended.conclusion}'\n`);
  else
    call.err(`\nRun ${ended.workflow} (${ended.id}) waits: ${ended.jobs.find(({ reason }) => reason !== null)?.reason ?? ended.status}\n`);
  return call.args.has('exit-status') && ended.conclusion !== 'success' ? 1 : 0;
}

function cancel(call: GhCall): void {
  const run = chosen(call);
  if (run.status === 'completed') throw new GhError('Cannot cancel a workflow run that is completed');
  call.world.pipelines.cancel(run.id);
  call.out('✓ Request to cancel workflow submitted.\n');
}

function download(call: GhCall): void {
  const run = chosen(call);
  const names = call.args.list('name');
  const artifacts = run.artifacts.filter(({ name }) => names.length === 0 || names.includes(name));
  if (artifacts.length === 0)
    throw new GhError(
      names.length === 0 ? 'no valid artifacts found to download' : 'no artifact matches any of the names or patterns provided',
    );
  const folder = call.context.fs.resolvePath(call.context.cwd, call.args.value('dir') ?? '.');
  for (const { id, name } of artifacts) {
    const files = call.world.pipelines.artifact(run.id, id) ?? [];
    // One artifact that was asked for by name is unpacked without a folder of its own.
    const target = names.length === 1 ? folder : `${folder}/${name}`;
    for (const entry of files) if (entry.type === 'file') call.files.writeSync(`${target}${entry.path}`, entry.bytes, entry.mode);
  }
}

const refuse = (what: string) => (): never => {
  throw new GhError(what);
};

/** `gh run`. */
export const run: GhNoun = {
  list: { flags: 'limit=L branch=b workflow=w status=s json', usage: '[flags]', run: list },
  view: { flags: 'log! log-failed! job=j exit-status! json verbose=v!', usage: '[<run-id>]', run: view },
  watch: { flags: 'exit-status! interval=i compact!', usage: '<run-id>', run: watch },
  cancel: { flags: '', usage: '[<run-id>]', run: cancel },
  download: { flags: 'name=n* dir=D', usage: '[<run-id>]', run: download },
  rerun: {
    flags: 'failed! job=j debug=d!',
    usage: '[<run-id>]',
    run: refuse('this origin does not run a run again yet: push a commit, for instance with `git commit --allow-empty`'),
  },
};

/** `gh workflow`. */
export const workflow: GhNoun = {
  list: {
    flags: 'all=a!',
    usage: '[flags]',
    run: async (call) => {
      const commit = await call.origin.resolve(call.origin.defaultBranch);
      const files = commit === null ? [] : await call.origin.tree(commit);
      const paths = files.filter(({ path, type }) => type === 'file' && isWorkflowFile(path)).map(({ path }) => path.slice(1));
      const named = new Map(call.world.pipelines.runs().map((other) => [other.path, other.workflow]));
      table(
        call,
        ['NAME', 'STATE', 'ID'],
        paths.map((path, i) => [named.get(path) ?? path, 'active', String(i + 1)]),
      );
    },
  },
  run: {
    flags: 'ref=r field=f* raw-field=F*',
    usage: '[<workflow>]',
    run: refuse('this origin starts workflows on pushes only, so far: push a commit'),
  },
};
