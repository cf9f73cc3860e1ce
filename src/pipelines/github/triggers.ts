/** Which workflows an event starts. Source: "Events that trigger workflows", "Workflow syntax for GitHub Actions" (`on`). */
import type { Diagnostic, Trigger } from '../contract.ts';
import { type Located, type LocatedEntry, type Place, problem } from '../yaml.ts';
import { filterName, patternProblem } from './patterns.ts';

export interface PushFilters {
  readonly branches: readonly string[] | null;
  readonly branchesIgnore: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly tagsIgnore: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly pathsIgnore: readonly string[] | null;
}

export interface Triggers {
  /** Null when the workflow doesn't listen to pushes. */
  readonly push: PushFilters | null;
  /** Events that are declared, as written. */
  readonly events: readonly string[];
}

const NO_FILTERS: PushFilters = { branches: null, branchesIgnore: null, tags: null, tagsIgnore: null, paths: null, pathsIgnore: null };

/** Reads `on:`. Events that can't start anything here are read and a warning says so. */
export function readTriggers(file: string, on: Located, diagnostics: Diagnostic[]): Triggers {
  const declared = events(on);
  for (const { name, at } of declared) {
    if (name !== 'push')
      diagnostics.push(problem(file, at, `\`${name}\` is read, but doesn't start runs here yet; \`push\` does.`, 'warning'));
  }
  const push = declared.find(({ name }) => name === 'push');
  return { push: push === undefined ? null : readPushFilters(file, push.value, diagnostics), events: declared.map(({ name }) => name) };
}

function events(on: Located): readonly { readonly name: string; readonly at: Place; readonly value: Located | null }[] {
  if (on.kind === 'scalar') return typeof on.value === 'string' ? [{ name: on.value, at: on.at, value: null }] : [];
  if (on.kind === 'sequence') return on.items.flatMap(events);
  return on.entries.map(({ key, keyAt, value }) => ({ name: key, at: keyAt, value }));
}

function readPushFilters(file: string, push: Located | null, diagnostics: Diagnostic[]): PushFilters {
  if (push?.kind !== 'mapping') return NO_FILTERS;
  const entry = (key: string) => push.entries.find((other) => other.key === key);
  const patterns = (key: string) => readPatterns(file, entry(key), diagnostics);
  for (const key of ['branches', 'tags', 'paths']) {
    const ignored = entry(`${key}-ignore`);
    if (entry(key) !== undefined && ignored !== undefined) {
      diagnostics.push(
        problem(file, ignored.keyAt, `\`${key}\` and \`${key}-ignore\` can't stand together. Keep \`${key}\` and exclude with \`!\`.`),
      );
    }
  }
  return {
    branches: patterns('branches'),
    branchesIgnore: patterns('branches-ignore'),
    tags: patterns('tags'),
    tagsIgnore: patterns('tags-ignore'),
    paths: patterns('paths'),
    pathsIgnore: patterns('paths-ignore'),
  };
}

function readPatterns(file: string, entry: LocatedEntry | undefined, diagnostics: Diagnostic[]): readonly string[] | null {
  if (entry === undefined) return null;
  const items = entry.value.kind === 'sequence' ? entry.value.items : [entry.value];
  const patterns: string[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar') continue;
    const pattern = String(item.value ?? '');
    const wrong = patternProblem(pattern);
    if (wrong !== null) diagnostics.push(problem(file, item.at, wrong));
    else patterns.push(pattern);
  }
  if (!entry.key.endsWith('-ignore') && patterns.length > 0 && patterns.every((pattern) => pattern.startsWith('!'))) {
    diagnostics.push(
      problem(
        file,
        entry.keyAt,
        `Every pattern of \`${entry.key}\` excludes, so nothing is let in. Begin with one that includes, such as \`'**'\`.`,
        'warning',
      ),
    );
  }
  return patterns;
}

/** Whether a push starts the workflow; when it doesn't, `why` says which filter said no. */
export type TriggerVerdict = { readonly starts: true } | { readonly starts: false; readonly why: string };

/** Holds a push against the filters. `changedPaths` is asked only when a path filter needs it. */
export async function startsOn(
  triggers: Triggers,
  trigger: Trigger,
  changedPaths: () => Promise<readonly string[]>,
): Promise<TriggerVerdict> {
  const filters = triggers.push;
  if (filters === null) return no('the workflow does not listen to `push`');
  const isTag = trigger.ref.startsWith('refs/tags/');
  const name = trigger.ref.replace(/^refs\/(heads|tags)\//, '');
  const kind = isTag ? 'tag' : 'branch';
  const included = isTag ? filters.tags : filters.branches;
  const ignored = isTag ? filters.tagsIgnore : filters.branchesIgnore;
  const other = isTag ? (filters.branches ?? filters.branchesIgnore) : (filters.tags ?? filters.tagsIgnore);
  // With a filter for one kind of ref only, pushes of the other kind start nothing.
  if (included === null && ignored === null && other !== null)
    return no(`only ${isTag ? 'branches' : 'tags'} are listed, and ${name} is a ${kind}`);
  if (included !== null) {
    const verdict = filterName(included, name);
    if (!verdict.matches)
      return no(
        verdict.by === null ? `no pattern of \`${isTag ? 'tags' : 'branches'}\` matches ${name}` : `\`${verdict.by}\` excludes ${name}`,
      );
  }
  if (ignored !== null) {
    const verdict = filterName(ignored, name);
    if (verdict.matches) return no(`\`${verdict.by}\` of \`${isTag ? 'tags' : 'branches'}-ignore\` matches ${name}`);
  }
  // Path filters are not evaluated for pushes of tags.
  if (isTag || (filters.paths === null && filters.pathsIgnore === null)) return { starts: true };
  const paths = await changedPaths();
  const { paths: wanted, pathsIgnore: unwanted } = filters;
  if (wanted !== null && !paths.some((path) => filterName(wanted, path).matches)) return no('no changed file matches `paths`');
  if (unwanted !== null && paths.length > 0 && paths.every((path) => filterName(unwanted, path).matches))
    return no('every changed file matches `paths-ignore`');
  return { starts: true };
}

function no(why: string): TriggerVerdict {
  return { starts: false, why };
}

/** Whether a commit message asks for no runs. Source: "Skipping workflow runs". */
export function asksToSkip(message: string): boolean {
  return /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/.test(message) || /\n\n(?:.*\n)*skip-checks: ?true\s*$/.test(message);
}
