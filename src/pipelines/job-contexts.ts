/** The contexts that a job's expressions see, and the environment that its processes get. */
import type { Computer } from '../computer/contract.ts';
import { hashOfHashes } from './actions/digest.ts';
import { findFiles } from './actions/glob.ts';
import type { Conclusion } from './contract.ts';
import type { Scope } from './expressions/evaluate.ts';
import { fillValue } from './expressions/template.ts';
import type { Json } from './expressions/values.ts';
import { defaultVariables, type Dictionary, runnerContext } from './github/contexts.ts';
import type { Located } from './yaml.ts';

export type Environment = Readonly<Record<string, string>>;

/** What stays the same for the whole job. */
export interface JobFacts {
  readonly github: Dictionary;
  readonly token: string;
  readonly needs: Json;
  readonly matrix: Json;
  readonly strategy: Json;
  readonly vars: Environment;
  readonly secrets: Environment;
  readonly runnerName: string;
  readonly debug: boolean;
  readonly workspace: string;
}

/** What steps change as they go. */
export interface JobProgress {
  readonly status: Conclusion;
  /** The steps context: results and outputs of the steps that have ended, by id. */
  readonly steps: Dictionary;
  readonly computer: Computer | null;
}

/** What `env` of the job itself, and everything around the steps, may see. */
export function jobScope(facts: JobFacts): Scope {
  return {
    contexts: {
      github: () => ({ ...facts.github, token: facts.token }),
      needs: () => facts.needs,
      matrix: () => facts.matrix,
      strategy: () => facts.strategy,
      vars: () => facts.vars,
      secrets: () => ({ ...facts.secrets, GITHUB_TOKEN: facts.token }),
      inputs: () => ({}),
      runner: () => runnerContext(facts.runnerName, facts.debug),
    },
    functions: {},
  };
}

/** What a step's expressions may see. `github` adds what is the step's own: `action`, and the files it can write to. */
export function stepScope(facts: JobFacts, progress: () => JobProgress, environment: Environment, github: Dictionary = {}): Scope {
  const is = (status: Conclusion) => () => progress().status === status;
  return {
    contexts: {
      ...jobScope(facts).contexts,
      github: () => ({ ...facts.github, token: facts.token, ...github }),
      env: () => environment,
      job: () => ({ status: progress().status, container: {}, services: {} }),
      jobs: () => ({}),
      steps: () => progress().steps,
    },
    functions: {
      success: is('success'),
      failure: is('failure'),
      cancelled: is('cancelled'),
      always: () => true,
      hashfiles: (...patterns) => hashFiles(progress().computer, facts.workspace, patterns.map(String)),
    },
  };
}

/** Only files of the workspace count. Source: "Expressions", `hashFiles`. */
function hashFiles(computer: Computer | null, workspace: string, patterns: readonly string[]): string {
  if (computer === null) return '';
  const { files } = computer;
  const found = findFiles(files, patterns.join('\n'), workspace, (path) => path.startsWith(`${workspace}/`)).files;
  return found.length === 0 ? '' : hashOfHashes(found.map((path) => files.readSync(path)));
}

/** An `env:` of the file with its expressions filled in. @throws Error with a sentence */
export function fillEnvironment(env: Located | null, scope: Scope): Environment {
  const value = env === null ? null : fillValue(env, scope);
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error('`env` is not a mapping of names to values.');
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, textOf(item)]));
}

function textOf(value: Json): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'Array' : 'Object';
}

/** What a process finds in its environment: what was set, and over it the variables that can't be overwritten. */
export function processEnvironment(facts: JobFacts, scope: Scope, environment: Environment, paths: readonly string[]): Environment {
  const github = scope.contexts['github']?.() as Dictionary;
  const { CI = 'true', ...defaults } = defaultVariables(github, runnerContext(facts.runnerName, facts.debug));
  const path: Environment = paths.length === 0 ? {} : { PATH: [...paths, '/usr/local/bin', '/usr/bin', '/bin'].join(':') };
  return { CI, ...path, ...environment, ...defaults };
}
