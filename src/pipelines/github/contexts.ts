/** The contexts and default variables of a job. Source: "Contexts reference", "Variables reference". */
import { hexDigest } from '../actions/digest.ts';
import type { Run, Trigger } from '../contract.ts';
import type { Json } from '../expressions/values.ts';

const SERVER = 'https://origin.fieldleaf.test';
const RUNNER_HOME = '/home/runner';
export const RUNNER_TEMP = `${RUNNER_HOME}/work/_temp`;
const RUNNER_TOOL_CACHE = '/opt/hostedtoolcache';

export type Dictionary = Readonly<Record<string, Json>>;

/** `fieldleaf/leaf` for a repository that is only called leaf. */
function fullName(repository: string): string {
  return repository.includes('/') ? repository : `fieldleaf/${repository}`;
}

/** Where the job works: `/home/runner/work/leaf/leaf`. */
export function workspaceOf(repository: string): string {
  const name = repository.split('/').at(-1) ?? repository;
  return `${RUNNER_HOME}/work/${name}/${name}`;
}

/** The github context as it is before a job begins. */
export function githubContext(run: Run, trigger: Trigger, message: string): Dictionary {
  const repository = fullName(trigger.repository);
  const [owner = ''] = repository.split('/');
  const isTag = trigger.ref.startsWith('refs/tags/');
  return {
    actor: run.actor,
    actor_id: String(idOf(run.actor)),
    api_url: `${SERVER}/api/v3`,
    base_ref: '',
    event: pushEvent(trigger, repository, message),
    event_name: trigger.event,
    event_path: `${RUNNER_TEMP}/_github_workflow/event.json`,
    graphql_url: `${SERVER}/api/graphql`,
    head_ref: '',
    ref: trigger.ref,
    ref_name: trigger.ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_protected: false,
    ref_type: isTag ? 'tag' : 'branch',
    repository,
    repository_id: String(idOf(repository)),
    repository_owner: owner,
    repository_owner_id: String(idOf(owner)),
    repositoryUrl: `git://origin.fieldleaf.test/${repository}.git`,
    retention_days: '90',
    run_attempt: '1',
    run_id: String(run.id),
    run_number: String(run.number),
    secret_source: 'Actions',
    server_url: SERVER,
    sha: trigger.after,
    triggering_actor: run.actor,
    workflow: run.workflow,
    workflow_ref: `${repository}/${run.path}@${trigger.ref}`,
    workflow_sha: trigger.after,
    workspace: workspaceOf(trigger.repository),
  };
}

/** The payload of a push. Source: "Webhook events and payloads", `push`. */
function pushEvent(trigger: Trigger, repository: string, message: string): Dictionary {
  const commit = {
    id: trigger.after,
    message,
    author: { name: trigger.actor, username: trigger.actor },
    timestamp: new Date(trigger.at).toISOString(),
  };
  return {
    after: trigger.after,
    base_ref: null,
    before: trigger.before ?? '0'.repeat(40),
    commits: [commit],
    created: trigger.before === null,
    deleted: false,
    forced: trigger.forced,
    head_commit: commit,
    pusher: { name: trigger.actor },
    ref: trigger.ref,
    repository: {
      name: repository.split('/').at(-1) ?? '',
      full_name: repository,
      default_branch: 'main',
      owner: { login: repository.split('/')[0] ?? '' },
    },
    sender: { login: trigger.actor },
  };
}

/** The token of a job: it opens nothing here, but it is a secret all the same. */
export function tokenOf(run: Run, jobKey: string): string {
  return `ghs_${hexDigest(new TextEncoder().encode(`${run.id} ${jobKey}`)).slice(0, 36)}`;
}

/** The runner context. */
export function runnerContext(name: string, debug: boolean): Dictionary {
  return {
    arch: 'X64',
    environment: 'github-hosted',
    name,
    os: 'Linux',
    temp: RUNNER_TEMP,
    tool_cache: RUNNER_TOOL_CACHE,
    ...(debug ? { debug: '1' } : {}),
  };
}

/** The variables that every step has: those of the github context that are texts, and the runner's. */
export function defaultVariables(github: Dictionary, runner: Dictionary): Readonly<Record<string, string>> {
  const exported = [
    'action',
    'actor',
    'actor_id',
    'api_url',
    'base_ref',
    'env',
    'event_name',
    'event_path',
    'graphql_url',
    'head_ref',
    'job',
    'output',
    'path',
    'ref',
    'ref_name',
    'ref_protected',
    'ref_type',
    'repository',
    'repository_id',
    'repository_owner',
    'repository_owner_id',
    'retention_days',
    'run_attempt',
    'run_id',
    'run_number',
    'server_url',
    'sha',
    'state',
    'step_summary',
    'triggering_actor',
    'workflow',
    'workflow_ref',
    'workflow_sha',
    'workspace',
  ];
  const variables: Record<string, string> = { CI: 'true', GITHUB_ACTIONS: 'true' };
  for (const name of exported) if (github[name] !== undefined) variables[`GITHUB_${name.toUpperCase()}`] = String(github[name]);
  for (const [name, value] of Object.entries(runner)) variables[`RUNNER_${name.toUpperCase()}`] = String(value);
  return variables;
}

/** A number that stays the same for a name, as ids of people and repositories do. */
function idOf(name: string): number {
  return Number.parseInt(hexDigest(new TextEncoder().encode(name)).slice(0, 7), 16);
}
