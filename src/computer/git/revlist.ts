/** Which commits a range of revisions is, and in which order ("Commit Limiting", "History Simplification", "Commit Ordering" of git-log). */
import type { GitCall } from './call.ts';
import { findRenames } from './engine.ts';
import { fatal } from './errors.ts';
import type { CommitObject } from './objects.ts';
import type { ReflogEntry } from './refs.ts';
import { Pathspec } from './pathspec.ts';
import { ambiguous, fullRefName, lookUp, resolveCommit, resolveRevision } from './revision.ts';
import { treePairs } from './sides.ts';
import { ancestors, DateQueue, mergeBases, topological } from './walk.ts';
import { wildmatch } from './wildmatch.ts';

/** What arguments such as `main..topic ^v1 --all` ask for. */
export interface Range {
  readonly positive: readonly string[];
  readonly negative: readonly string[];
  /** As typed, in order: a command may have to know. */
  readonly names: readonly string[];
  /** Of `A...B`, which commits belong to A. */
  readonly left: ReadonlySet<string> | null;
  readonly paths: readonly string[];
  /** True when nothing was named and HEAD stands in. */
  readonly fallback: boolean;
}

export interface RangeOptions {
  readonly all?: boolean;
  readonly branches?: string | true;
  readonly tags?: string | true;
  readonly remotes?: string | true;
}

/** Reads revisions and paths; what is neither ends the command. `dashed` is what stood after `--`, or null. */
export function parseRange(call: GitCall, words: readonly string[], dashed: readonly string[] | null, options: RangeOptions = {}): Range {
  const { objects, refs } = call.repository;
  const positive: string[] = [];
  const negative: string[] = [];
  const names: string[] = [];
  const paths: string[] = [];
  let left: Set<string> | null = null;
  const commit = (name: string): string => {
    const peeled = resolveCommit(call, name === '' ? 'HEAD' : name);
    if (peeled === null) throw dashed === null ? ambiguous(call, name) : fatal(`bad revision '${name}'`);
    return peeled;
  };
  if (options.all) {
    for (const [, id] of refs.list()) positive.push(id);
    if (call.repository.head !== null) positive.push(call.repository.head);
  }
  for (const [prefix, pattern] of [
    ['refs/heads/', options.branches],
    ['refs/tags/', options.tags],
    ['refs/remotes/', options.remotes],
  ] as const) {
    if (pattern === undefined) continue;
    const glob = pattern === true ? '*' : /[*?[]/.test(pattern) ? pattern : `${pattern}/*`;
    for (const [name, id] of refs.list(prefix)) if (wildmatch(glob, name.slice(prefix.length), { pathname: false })) positive.push(id);
  }
  const someRefs = options.all || options.branches !== undefined || options.tags !== undefined || options.remotes !== undefined;
  let pathsBegun = false;
  for (const word of words) {
    if (pathsBegun) {
      paths.push(word);
      continue;
    }
    const three = /^(.*?)\.\.\.(.*)$/.exec(word);
    const two = three ? null : /^(.*?)\.\.(.*)$/.exec(word);
    const isRange = (three ?? two) !== null && lookUpSide(call, (three ?? two)?.[1] ?? '') && lookUpSide(call, (three ?? two)?.[2] ?? '');
    if (three && isRange) {
      const [one, other] = [commit(three[1] ?? ''), commit(three[2] ?? '')];
      const bases = mergeBases(objects, one, other);
      positive.push(one, other);
      negative.push(...bases);
      left = new Set(ancestors(objects, [one]));
    } else if (two && isRange) {
      negative.push(commit(two[1] ?? ''));
      positive.push(commit(two[2] ?? ''));
    } else if (word.startsWith('^') && word.length > 1) negative.push(commit(word.slice(1)));
    else if (/\^@$/.test(word)) positive.push(...objects.commit(commit(word.slice(0, -2))).parents);
    else if (/\^!$/.test(word)) {
      const id = commit(word.slice(0, -2));
      positive.push(id);
      negative.push(...objects.commit(id).parents);
    } else {
      const found = lookUp(call, word);
      if (found === null) {
        if (dashed !== null) throw fatal(`bad revision '${word}'`);
        if (!isPath(call, word)) throw two && !isRange && (two[1] !== '' || two[2] !== '') ? ambiguous(call, word) : ambiguous(call, word);
        pathsBegun = true;
        paths.push(word);
        continue;
      }
      if (
        dashed === null &&
        isPath(call, word) &&
        !/[~^:@]/.test(word) &&
        fullRefName(call, word) !== null &&
        !word.startsWith('refs/') &&
        word !== 'HEAD'
      ) {
        throw fatal(
          `ambiguous argument '${word}': both revision and filename\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
        );
      }
      positive.push(found.id);
    }
    names.push(word);
  }
  for (const path of pathsBegun ? paths.slice(1) : []) if (!isPath(call, path)) throw ambiguous(call, path);
  return { positive, negative, names, left, paths: [...paths, ...(dashed ?? [])], fallback: names.length === 0 && !someRefs };
}

function lookUpSide(call: GitCall, name: string): boolean {
  return resolveRevision(call, name === '' ? 'HEAD' : name) !== null;
}

/** True for something in the work tree, and for a pattern. */
function isPath(call: GitCall, word: string): boolean {
  return word.startsWith(':') || /[*?]/.test(word) || call.disk.entry(call.resolve(word).replace(/(?<=.)\/$/, '')) !== null;
}

export interface WalkOptions {
  maxCount?: number;
  skip?: number;
  /** Seconds. */
  since?: number;
  until?: number;
  authors?: readonly RegExp[];
  committers?: readonly RegExp[];
  greps?: readonly RegExp[];
  allMatch?: boolean;
  invertGrep?: boolean;
  minParents?: number;
  maxParents?: number;
  firstParent?: boolean;
  order?: 'default' | 'topo' | 'date';
  reverse?: boolean;
  fullHistory?: boolean;
  follow?: boolean;
  /** Parents are shown, so that those that are left out have to be bridged. */
  rewriteParents?: boolean;
  leftOnly?: boolean;
  rightOnly?: boolean;
  /** Looks into what a commit changed: `-S`, `-G`, `--diff-filter`. */
  content?: (commit: CommitObject) => Promise<boolean>;
}

/** A commit of a walk, with the parents that are shown for it. */
export interface Walked {
  readonly commit: CommitObject;
  readonly parents: readonly string[];
  /** With `--follow`, the file's name at that commit. */
  readonly path?: string;
  /** With `-g`, the entry and what it is called: `HEAD@{1}`. */
  readonly reflog?: { readonly selector: string; readonly entry: ReflogEntry };
}

/** The commits of a range. */
export async function walkRange(call: GitCall, range: Range, options: WalkOptions): Promise<readonly Walked[]> {
  const { objects } = call.repository;
  const tips = range.positive.flatMap((id) => {
    const peeled = objects.peel(id);
    return peeled.type === 'commit' ? peeled.id : [];
  });
  const excluded = range.negative.length > 0 ? ancestors(objects, range.negative) : new Set<string>();
  const follow = options.follow === true && range.paths.length === 1 ? range.paths[0] : undefined;
  if (follow !== undefined) return followFile(call, tips, excluded, new Pathspec(call, [follow]).items[0]?.path ?? follow, options);
  const pathspec = new Pathspec(call, range.paths);
  const sameAs = (commit: CommitObject, parent: string | null): boolean =>
    treePairs(call.repository, parent, commit.id, pathspec).length === 0;

  const simplified = new Map<string, readonly string[]>();
  const relevant = new Map<string, boolean>();
  /** The parents that are walked to, and whether the commit itself has anything to say about the paths. */
  const simplify = (commit: CommitObject): readonly string[] => {
    const known = simplified.get(commit.id);
    if (known) return known;
    const parents = options.firstParent ? commit.parents.slice(0, 1) : commit.parents;
    let kept: readonly string[] = parents;
    if (!pathspec.empty) {
      const same = parents.filter((parent) => sameAs(commit, parent));
      relevant.set(commit.id, parents.length === 0 ? !sameAs(commit, null) : same.length === 0);
      if (same.length > 0 && !options.fullHistory) kept = same.slice(0, 1);
      else if (options.fullHistory && parents.length > 1)
        relevant.set(commit.id, same.length < parents.length && parents.length - same.length === parents.length);
    }
    simplified.set(commit.id, kept);
    return kept;
  };

  const seen = new Set<string>();
  const queue = new DateQueue();
  const push = (id: string): void => {
    if (seen.has(id) || excluded.has(id)) return;
    seen.add(id);
    queue.push(objects.commit(id));
  };
  for (const tip of tips) push(tip);
  let commits: CommitObject[] = [];
  // Without a reason to see everything, a walk may stop as soon as it has what was asked for.
  const lazy = (options.order ?? 'default') === 'default' && !options.reverse && !options.rewriteParents && options.maxCount !== undefined;
  const enough = (options.maxCount ?? Number.POSITIVE_INFINITY) + (options.skip ?? 0);
  let shown = 0;
  const chosen: CommitObject[] = [];
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    if (options.since !== undefined && commit.committer.time < options.since) continue;
    commits.push(commit);
    for (const parent of simplify(commit)) push(parent);
    if (lazy && (relevant.get(commit.id) ?? true) && (await matches(commit, options, range))) {
      chosen.push(commit);
      if (++shown >= enough) break;
    }
  }
  if (options.order === 'topo' || options.order === 'date') commits = [...topological(commits, options.order, simplify)];
  const visible = lazy ? chosen : [];
  if (!lazy)
    for (const commit of commits) if ((relevant.get(commit.id) ?? true) && (await matches(commit, options, range))) visible.push(commit);
  const limited = visible.slice(options.skip ?? 0, options.maxCount === undefined ? undefined : (options.skip ?? 0) + options.maxCount);
  if (options.reverse) limited.reverse();
  const show = new Set(visible.map(({ id }) => id));
  const bridged = (id: string): readonly string[] => {
    // A commit that says nothing about the paths is passed over to what it leads to.
    for (let at: string | undefined = id; at !== undefined;) {
      if (show.has(at) || pathspec.empty || excluded.has(at) || !seen.has(at)) return [at];
      const next: readonly string[] = simplify(objects.commit(at));
      if (next.length > 1) return [at];
      at = next[0];
    }
    return [];
  };
  return limited.map((commit) => ({
    commit,
    parents: options.rewriteParents
      ? [...new Set(simplify(commit).flatMap(bridged))]
      : options.firstParent
        ? commit.parents.slice(0, 1)
        : commit.parents,
  }));
}

async function matches(commit: CommitObject, options: WalkOptions, range: Range): Promise<boolean> {
  const { author, committer, message, parents } = commit;
  if (options.until !== undefined && committer.time > options.until) return false;
  if (options.minParents !== undefined && parents.length < options.minParents) return false;
  if (options.maxParents !== undefined && options.maxParents >= 0 && parents.length > options.maxParents) return false;
  if (options.leftOnly && !range.left?.has(commit.id)) return false;
  if (options.rightOnly && range.left?.has(commit.id)) return false;
  const any = (expressions: readonly RegExp[] | undefined, text: string): boolean =>
    !expressions?.length || expressions.some((expression) => expression.test(text));
  if (!any(options.authors, `${author.name} <${author.email}>`) || !any(options.committers, `${committer.name} <${committer.email}>`))
    return false;
  if (options.greps?.length) {
    const found = options.allMatch
      ? options.greps.every((expression) => expression.test(message))
      : options.greps.some((expression) => expression.test(message));
    if (found === (options.invertGrep === true)) return false;
  }
  return options.content === undefined || options.content(commit);
}

/** One file's history beyond its renames: its name changes where a commit is found that renamed it. Merges say nothing here. */
async function followFile(
  call: GitCall,
  tips: readonly string[],
  excluded: ReadonlySet<string>,
  path: string,
  options: WalkOptions,
): Promise<readonly Walked[]> {
  const { repository } = call;
  const { objects } = repository;
  const found: Walked[] = [];
  const queue = new DateQueue();
  const seen = new Set<string>();
  const push = (id: string): void => {
    if (seen.has(id) || excluded.has(id)) return;
    seen.add(id);
    queue.push(objects.commit(id));
  };
  for (const tip of tips) push(tip);
  let name = path;
  const nothing: Range = { positive: [], negative: [], names: [], left: null, paths: [], fallback: false };
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    const parents = options.firstParent ? commit.parents.slice(0, 1) : commit.parents;
    for (const parent of parents) push(parent);
    if (parents.length > 1) continue;
    const own = repository.files(commit.id).get(name);
    const before = parents[0] === undefined ? undefined : repository.files(parents[0]).get(name);
    if (own === undefined ? before === undefined : before?.id === own.id && before.mode === own.mode) continue;
    if (await matches(commit, options, nothing)) found.push({ commit, parents, path: name });
    if (own !== undefined && before === undefined && parents[0] !== undefined) name = await oldName(call, commit, parents[0], name);
  }
  const skip = options.skip ?? 0;
  const limited = found.slice(skip, options.maxCount === undefined ? undefined : skip + options.maxCount);
  return options.reverse ? limited.reverse() : limited;
}

async function oldName(call: GitCall, commit: CommitObject, parent: string, name: string): Promise<string> {
  const { repository } = call;
  if (repository.files(parent).has(name)) return name;
  const pairs = treePairs(repository, parent, commit.id, new Pathspec(call, []));
  const removed = new Map(
    pairs.filter(({ status }) => status === 'D').map((pair) => [pair.path, pair.before?.content() ?? new Uint8Array(0)]),
  );
  const added = new Map(pairs.filter((pair) => pair.path === name).map((pair) => [pair.path, pair.after?.content() ?? new Uint8Array(0)]));
  return (await findRenames(removed, added))[0]?.from ?? name;
}
