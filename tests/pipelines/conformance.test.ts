import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/pipelines/contract.ts';
import { company, type Company } from './company.ts';

/*
 * Each folder of conformance/ is a workflow, what is given, and what must come of it. The first line of workflow.yml names the section of
 * the service's documentation that the rule comes from. What expected.json doesn't mention is not compared.
 */
const FOLDER = join(import.meta.dirname, 'conformance');

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environments?: readonly string[];
  readonly ref?: string;
  readonly message?: string;
  readonly changed?: readonly string[];
  /** The message of a deployment that is refused. */
  readonly refusal?: string;
}

interface Case {
  readonly given?: Given;
  readonly expected: Readonly<Record<string, unknown>>;
}

const cases = readdirSync(FOLDER).sort();

describe('conformance', () => {
  test('there are enough cases, and each says where its rule comes from', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(cases.filter((name) => !readFileSync(join(FOLDER, name, 'workflow.yml'), 'utf8').startsWith('# Docs: '))).toEqual([]);
  });

  test.each(cases)('%s', async (name) => {
    const workflow = readFileSync(join(FOLDER, name, 'workflow.yml'), 'utf8');
    const { given = {}, expected } = JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as Case;
    const { refusal } = given;
    const world = company({
      ...(given.vars === undefined ? {} : { vars: given.vars }),
      ...(given.secrets === undefined ? {} : { secrets: given.secrets }),
      ...(given.environments === undefined ? {} : { environments: given.environments }),
      ...(refusal === undefined ? {} : { deploy: () => ({ ok: false, message: refusal }) }),
    });
    const runs = await world.push(
      { ...given.files, '.github/workflows/ci.yml': workflow },
      {
        ref: given.ref ?? 'refs/heads/main',
        ...(given.message === undefined ? {} : { message: given.message }),
        ...(given.changed === undefined ? {} : { changed: given.changed }),
      },
    );
    await world.pipelines.idle();
    const actual = {
      runs: runs.length,
      ...(runs[0] === undefined ? {} : described(world, runs[0])),
      warnings: await warnings(world, workflow),
    };
    expect(only(actual, expected)).toEqual(expected);
  });
});

async function warnings({ pipelines }: Company, workflow: string): Promise<readonly string[]> {
  const found = await pipelines.validate('.github/workflows/ci.yml', workflow);
  return found.flatMap(({ severity, line, column, message }) => (severity === 'warning' ? [`${line}:${column} ${message}`] : []));
}

function described(world: Company, run: Run): Readonly<Record<string, unknown>> {
  return {
    conclusion: run.conclusion,
    status: run.status,
    title: run.title,
    workflow: run.workflow,
    errors: run.errors.map((error) => `${error.line}:${error.column} ${error.message}`),
    annotations: run.annotations.map(
      ({ severity, file, line, column, title, message }) =>
        `${severity} ${file}:${line}:${column} ${title === null ? '' : `[${title}] `}${message}`,
    ),
    artifacts: Object.fromEntries(
      run.artifacts.map(({ id, name }) => [
        name,
        (world.pipelines.artifact(run.id, id) ?? []).flatMap((entry) => (entry.type === 'file' ? [entry.path] : [])),
      ]),
    ),
    deployments: world.deployments.map(({ environment, service, testedScore, files }) => ({
      environment,
      service,
      testedScore,
      files: files.flatMap((entry) => (entry.type === 'file' ? [entry.path] : [])),
    })),
    seconds: run.completedAt === null ? null : (run.completedAt - run.createdAt) / 1000,
    order: [...run.jobs]
      .filter(({ startedAt }) => startedAt !== null)
      .sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
      .map(({ name }) => name),
    jobs: Object.fromEntries(
      run.jobs.map((job) => [
        job.key,
        {
          name: job.name,
          status: job.status,
          conclusion: job.conclusion,
          reason: job.reason,
          environment: job.environment,
          outputs: job.outputs,
          summary: job.summary,
          steps: job.steps
            .filter(({ name }) => name !== 'Set up job' && name !== 'Complete job' && !name.startsWith('Post '))
            .map(({ outcome, conclusion }) => (outcome === conclusion ? conclusion : `${outcome}, then ${conclusion}`)),
          stepNames: job.steps.map(({ name }) => name),
          log: ownLines(world, run, job.key),
          setUp: world.texts(run, 'Set up job', job.key),
        },
      ]),
    ),
  };
}

/** What the job's own steps printed, without the header of each step. */
function ownLines(world: Company, run: Run, jobKey: string): readonly string[] {
  const job = run.jobs.find(({ key }) => key === jobKey);
  const own = (job?.steps ?? []).filter(({ name }) => name !== 'Set up job' && name !== 'Complete job' && !name.startsWith('Post '));
  return own.flatMap(({ number }) => {
    const lines = world.pipelines.log(run.id).filter((line) => line.jobKey === jobKey && line.step === number);
    const header = lines.findIndex(({ kind }) => kind === 'endgroup');
    return lines.slice(header + 1).map(({ text, kind }) => (kind === 'group' ? `> ${text}` : kind === 'endgroup' ? '<' : text));
  });
}

/** The parts of a value that the expectation has; lists as a whole. */
function only(actual: unknown, expected: unknown): unknown {
  if (typeof actual !== 'object' || actual === null || typeof expected !== 'object' || expected === null || Array.isArray(expected))
    return actual;
  return Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, only((actual as Record<string, unknown>)[key], value)]));
}
