import type { GitCall } from '../call.ts';
import { fatal, unsupported } from '../errors.ts';
import { OptionSpec, type Options } from '../options.ts';
import { indexDiffers } from '../merging.ts';
import { requireCommit } from '../revision.ts';
import { compareWork } from '../status.ts';
import { ancestors, DateQueue } from '../walk.ts';
import { wildmatch } from '../wildmatch.ts';

const SPEC = new OptionSpec(
  'describe',
  'usage: git describe [--all] [--tags] [--contains] [--abbrev=<n>] [<commit-ish>...]\n   or: git describe [--all] [--tags] [--contains] [--abbrev=<n>] --dirty[=<mark>]\n',
  '--contains --debug --all --tags --long --first-parent --abbrev[=] --exact-match --candidates= --match=* --exclude=* --always --dirty[=] --broken[=]',
);

interface Name {
  readonly text: string;
  readonly annotated: boolean;
  /** The ref's own name, when the tag calls itself otherwise. */
  readonly ref: string | null;
  /** Seconds, of an annotated tag. */
  readonly time: number;
}

export function describe(call: GitCall, args: readonly string[]): number {
  const options = SPEC.parse(args);
  for (const name of ['contains', 'broken']) if (options.has(name)) throw unsupported(`'git describe --${name}'`);
  const names = options.args.length > 0 ? options.args : ['HEAD'];
  const mark = options.has('dirty') && isDirty(call) ? options.value('dirty') || '-dirty' : '';
  for (const name of names) call.line(describeCommit(call, options, requireCommit(call, name, `Not a valid object name ${name}`)) + mark);
  return 0;
}

function isDirty(call: GitCall): boolean {
  const repository = call.workRepository;
  return indexDiffers(call).length > 0 || compareWork(repository.index(), repository.workEntries()).length > 0;
}

function describeCommit(call: GitCall, options: Options, id: string): string {
  const { objects } = call.repository;
  const all = namesByCommit(call, options);
  const useLight = options.has('tags') || options.has('all');
  const usable = (commit: string): Name | undefined => {
    const name = all.get(commit);
    return name && (name.annotated || useLight) ? name : undefined;
  };
  const abbrev = options.has('abbrev') ? Number(options.value('abbrev') || 7) : undefined;
  const long = (name: string, depth: number): string => (abbrev === 0 ? name : `${name}-${depth}-g${call.short(id, abbrev)}`);
  const exact = usable(id);
  const said = (name: Name): void => {
    if (name.ref !== null) call.warn(`tag '${name.ref}' is externally known as '${name.text}'`);
  };
  if (exact) {
    said(exact);
    return options.has('long') || exact.ref !== null ? long(exact.text, 0) : exact.text;
  }
  if (options.has('exact-match')) throw fatal(`no tag exactly matches '${id}'`);
  if (all.size === 0 && !options.has('always')) throw fatal('No names found, cannot describe anything.');
  const candidates = nearest(call, options, id, usable);
  if (candidates.length === 0) {
    if (options.has('always')) return call.short(id, abbrev);
    const light = !useLight && [...ancestors(objects, [id])].some((commit) => all.has(commit));
    throw fatal(
      light
        ? `No annotated tags can describe '${id}'.\nHowever, there were unannotated tags: try --tags.`
        : `No tags can describe '${id}'.\nTry --always, or create some tags.`,
    );
  }
  const own = ancestors(objects, [id]);
  const depths = candidates.map(({ commit, name }) => {
    const reached = ancestors(objects, [commit]);
    return { name, depth: [...own].filter((other) => !reached.has(other)).length };
  });
  const best = depths.reduce((first, other) => (other.depth < first.depth ? other : first));
  said(best.name);
  return long(best.name.text, best.depth);
}

/** Up to so many names in the history, the youngest commits first. */
function nearest(
  call: GitCall,
  options: Options,
  id: string,
  usable: (commit: string) => Name | undefined,
): readonly { readonly commit: string; readonly name: Name }[] {
  const { objects } = call.repository;
  const found: { commit: string; name: Name }[] = [];
  const limit = Number(options.value('candidates') ?? 10);
  const queue = new DateQueue();
  const seen = new Set([id]);
  queue.push(objects.commit(id));
  for (let commit = queue.pop(); commit && found.length < limit; commit = queue.pop()) {
    const name = usable(commit.id);
    if (name) found.push({ commit: commit.id, name });
    for (const parent of options.has('first-parent') ? commit.parents.slice(0, 1) : commit.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push(objects.commit(parent));
    }
  }
  return found;
}

/** The best name of each commit: annotated tags before others, the youngest of several. */
function namesByCommit(call: GitCall, options: Options): ReadonlyMap<string, Name> {
  const { refs, objects } = call.repository;
  const names = new Map<string, Name>();
  const wanted = (name: string): boolean =>
    (options.list('match').length === 0 || options.list('match').some((pattern) => wildmatch(pattern, name, { pathname: false }))) &&
    !options.list('exclude').some((pattern) => wildmatch(pattern, name, { pathname: false }));
  for (const [ref, id] of refs.list()) {
    const isTag = ref.startsWith('refs/tags/');
    if (!isTag && !options.has('all')) continue;
    const short = options.has('all') ? ref.replace(/^refs\//, '') : ref.slice('refs/tags/'.length);
    if (!wanted(short.replace(/^(tags|heads|remotes)\//, ''))) continue;
    const annotated = isTag && objects.read(id).type === 'tag';
    const commit = objects.peel(id).id;
    const tag = annotated ? objects.tag(id) : null;
    const text = tag && !options.has('all') ? tag.name : short;
    const name: Name = { text, annotated, ref: text === short ? null : short, time: tag?.tagger?.time ?? 0 };
    const known = names.get(commit);
    if (known === undefined || (name.annotated && (!known.annotated || name.time > known.time))) names.set(commit, name);
  }
  return names;
}
