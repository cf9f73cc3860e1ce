/** Bringing refs over from a remote: what fetch, pull, clone and remote update have in common. */
import type { GitCall } from './call.ts';
import { fatal } from './errors.ts';
import type { Repository } from './repository.ts';
import { mapRef } from './revision.ts';
import type { Advertisement } from './transport.ts';
import { connect } from './transport.ts';
import { isAncestor } from './walk.ts';
import { worktreeUsing } from './worktrees.ts';

export interface FetchOptions {
  readonly prune: boolean;
  /** All tags, none, or those that point into what is fetched. */
  readonly tags: 'all' | 'none' | 'follow';
  readonly force: boolean;
  readonly depth: number | null;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** A ref that was asked for, for FETCH_HEAD and for pull. */
export interface FetchedHead {
  readonly id: string;
  readonly ref: string;
  readonly forMerge: boolean;
}

export interface FetchResult {
  readonly heads: readonly FetchedHead[];
  readonly ok: boolean;
  readonly advertisement: Advertisement;
}

/** One ref to store: where it comes from and where it goes to, null for FETCH_HEAD only. */
interface Mapping {
  readonly source: string;
  readonly id: string;
  readonly target: string | null;
  readonly force: boolean;
  readonly forMerge: boolean;
}

/** The address that a remote's name or a URL stands for. */
export function remoteUrl(call: GitCall, name: string, push = false): string {
  const url = (push ? call.settings.all(`remote.${name}.pushurl`)[0] : undefined) ?? call.settings.all(`remote.${name}.url`)[0] ?? name;
  let best: readonly [base: string, prefix: string] | null = null;
  for (const { key, value } of call.settings.entries()) {
    const base = /^url\.(.+)\.insteadof$/.exec(key)?.[1];
    if (base !== undefined && url.startsWith(value) && value.length > (best?.[1].length ?? 0)) best = [base, value];
  }
  return best === null ? url : best[0] + url.slice(best[1].length);
}

/** A path or URL without what does not matter: the slash and `.git` at the end. */
const forHumans = (url: string): string => url.replace(/\/+$/, '').replace(/\.git$/, '');

/** Fetches from a remote, writes what git writes, and leaves FETCH_HEAD. */
export async function fetchFrom(call: GitCall, name: string, specs: readonly string[], options: FetchOptions): Promise<FetchResult> {
  const { repository } = call;
  const url = remoteUrl(call, name);
  const remote = connect(call, url);
  const advertisement = await remote.advertise();
  const configured = call.settings.all(`remote.${name}.fetch`);
  const mappings = mapRefs(call, name, advertisement, specs, configured, options);
  await remote.fetch(
    repository,
    mappings.map(({ id }) => id),
    options.depth,
  );
  if (options.tags === 'follow') {
    const stores = specs.length === 0 || mappings.some(({ target }) => target !== null);
    const tags = followedTags(repository, advertisement, mappings, stores);
    // What a tag names may be here already, and the tag itself not.
    const missing = tags.flatMap(({ id }) => (repository.objects.has(id) ? [] : id));
    if (missing.length > 0) await remote.fetch(repository, missing, null);
    mappings.push(...tags);
  }
  const report = new Report(call, forHumans(url), options);
  if (options.prune) prune(call, advertisement, specs.length > 0 ? specs : configured, report, options.dryRun);
  let ok = true;
  const width = Math.max(10, ...mappings.filter((mapping) => isNews(repository, mapping)).map(({ source }) => shortRef(source).length));
  for (const mapping of mappings) if (!store(call, mapping, report, width, options)) ok = false;
  call.err(report.text);
  const heads = mappings
    .filter(({ target, source }) => !(target?.startsWith('refs/tags/') && !specs.some((spec) => spec.includes(source))))
    .map(({ id, source, forMerge }) => ({ id, ref: source, forMerge }));
  if (!options.dryRun) writeFetchHead(call, url, heads);
  return { heads, ok, advertisement };
}

function mapRefs(
  call: GitCall,
  name: string,
  { refs }: Advertisement,
  specs: readonly string[],
  configured: readonly string[],
  options: FetchOptions,
): Mapping[] {
  const mappings: Mapping[] = [];
  const merge = call.settings.get(`branch.${call.repository.branch ?? ''}.merge`);
  const upstream = call.settings.get(`branch.${call.repository.branch ?? ''}.remote`) === name ? merge : undefined;
  const add = (mapping: Mapping): void => {
    if (!mappings.some(({ source, target }) => source === mapping.source && target === mapping.target)) mappings.push(mapping);
  };
  for (const spec of specs) {
    const force = spec.startsWith('+') || options.force;
    const [source = '', target] = spec.replace(/^\+/, '').split(':');
    if (source.includes('*')) {
      for (const [ref, id] of refs) {
        const to = mapRef(spec, ref);
        if (to !== null) add({ source: ref, id, target: to, force, forMerge: false });
      }
      continue;
    }
    const full = findRemoteRef(refs, source === '' ? 'HEAD' : source);
    if (full === null) throw fatal(`couldn't find remote ref ${source}`);
    const id = refs.get(full) as string;
    const to =
      target === undefined || target === ''
        ? null
        : target.startsWith('refs/')
          ? target
          : full.startsWith('refs/tags/')
            ? `refs/tags/${target}`
            : `refs/heads/${target}`;
    add({ source: full, id, target: to, force, forMerge: true });
    // What is asked for by name moves its remote-tracking branch too.
    for (const one of configured) {
      const tracking = mapRef(one, full);
      if (tracking !== null && to === null) add({ source: full, id, target: tracking, force: true, forMerge: false });
    }
  }
  if (specs.length === 0) {
    const begin = mappings.length;
    for (const [ref, id] of refs) {
      for (const spec of configured) {
        const target = mapRef(spec, ref);
        if (target !== null) add({ source: ref, id, target, force: spec.startsWith('+') || options.force, forMerge: upstream === ref });
      }
    }
    if (configured.length === 0) {
      const head = refs.get('HEAD');
      if (head !== undefined) add({ source: 'HEAD', id: head, target: null, force: false, forMerge: true });
    } else if (upstream !== undefined) {
      const at = mappings.findIndex(({ source }, index) => index >= begin && source === upstream);
      if (at > begin) mappings.unshift(...mappings.splice(at, 1));
    }
  }
  if (options.tags === 'all')
    for (const [ref, id] of refs)
      if (ref.startsWith('refs/tags/')) add({ source: ref, id, target: ref, force: options.force, forMerge: false });
  return mappings;
}

function findRemoteRef(refs: ReadonlyMap<string, string>, name: string): string | null {
  return (
    [name, `refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`, `refs/remotes/${name}`].find((candidate) => refs.has(candidate)) ??
    null
  );
}

/** Tags that point at objects that are here now. */
function followedTags(
  repository: Repository,
  { refs, peeled }: Advertisement,
  mappings: readonly Mapping[],
  wanted: boolean,
): readonly Mapping[] {
  if (!wanted) return [];
  return [...refs].flatMap(([ref, id]): readonly Mapping[] => {
    if (!ref.startsWith('refs/tags/') || repository.refs.exists(ref) || mappings.some(({ target }) => target === ref)) return [];
    const target = peeled.get(ref) ?? id;
    if (!repository.objects.has(target)) return [];
    return [{ source: ref, id, target: ref, force: false, forMerge: false }];
  });
}

function isNews(repository: Repository, { target, id }: Mapping): boolean {
  return target === null || repository.refs.resolve(target) !== id;
}

/** `refs/heads/main` -> `main`. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags|remotes)\//, '');
}

class Report {
  readonly #call: GitCall;
  readonly #url: string;
  readonly #options: FetchOptions;
  text = '';

  constructor(call: GitCall, url: string, options: FetchOptions) {
    this.#call = call;
    this.#url = url;
    this.#options = options;
  }

  line(mark: string, summary: string, from: string, to: string, width: number, note = ''): void {
    if (this.#options.quiet && mark !== '!') return;
    if (this.text === '') this.text = `From ${this.#url}\n`;
    this.text += ` ${mark} ${summary.padEnd(summaryWidth(this.#call))} ${from.padEnd(width)} -> ${to}${note === '' ? '' : `  (${note})`}\n`;
  }
}

/** Two abbreviated ids and three dots. */
export function summaryWidth(call: GitCall): number {
  return 2 * Math.max(7, call.settings.int('core.abbrev') ?? 7) + 3;
}

function store(call: GitCall, mapping: Mapping, report: Report, width: number, options: FetchOptions): boolean {
  const { repository } = call;
  const { source, id, target, force } = mapping;
  const from = shortRef(source);
  const kind = source.startsWith('refs/tags/') ? 'tag' : source.startsWith('refs/heads/') ? 'branch' : 'ref';
  if (target === null) {
    report.line('*', kind === 'ref' ? (source === 'HEAD' ? 'branch' : 'ref') : kind, from, 'FETCH_HEAD', width);
    return true;
  }
  const to = shortRef(target);
  const before = repository.refs.resolve(target);
  const action = call.env.get('GIT_REFLOG_ACTION') ?? 'fetch';
  const move = (what: string): void => {
    if (!options.dryRun) repository.refs.update(target, id, target.startsWith('refs/tags/') ? null : call.change(`${action}: ${what}`));
  };
  const user = before === null ? null : worktreeUsing(repository, target);
  if (user !== null) throw fatal(`refusing to fetch into branch '${target}' checked out at '${user}'`);
  if (before === id) {
    if (options.verbose) report.line('=', '[up to date]', from, to, width);
    return true;
  }
  if (before === null) {
    report.line('*', kind === 'tag' ? '[new tag]' : kind === 'branch' ? '[new branch]' : '[new ref]', from, to, width);
    move(kind === 'tag' ? 'storing tag' : kind === 'branch' ? 'storing head' : 'storing ref');
    return true;
  }
  if (target.startsWith('refs/tags/')) {
    if (!force) {
      report.line('!', '[rejected]', from, to, width, 'would clobber existing tag');
      return false;
    }
    report.line('t', '[tag update]', from, to, width);
    move('updating tag');
    return true;
  }
  const [old, next] = [call.short(before), call.short(id)];
  if (isAncestor(repository.objects, before, id)) {
    report.line(' ', `${old}..${next}`, from, to, width);
    move('fast-forward');
    return true;
  }
  if (!force) {
    report.line('!', '[rejected]', from, to, width, 'non-fast-forward');
    return false;
  }
  report.line('+', `${old}...${next}`, from, to, width, 'forced update');
  move('forced-update');
  return true;
}

function prune(call: GitCall, { refs }: Advertisement, specs: readonly string[], report: Report, dryRun: boolean): void {
  const { repository } = call;
  const kept = new Set<string>();
  const folders: string[] = [];
  for (const spec of specs) {
    const target = spec.replace(/^\+/, '').split(':')[1] ?? '';
    if (target.includes('*')) folders.push(target.slice(0, target.indexOf('*')));
    for (const ref of refs.keys()) {
      const mapped = mapRef(spec, ref);
      if (mapped !== null) kept.add(mapped);
    }
  }
  for (const folder of folders) {
    for (const [name] of repository.refs.list(folder)) {
      if (kept.has(name) || repository.refs.symbolic(name) !== null) continue;
      report.line('-', '[deleted]', '(none)', shortRef(name), 10);
      if (!dryRun) repository.refs.delete(name);
    }
  }
}

function writeFetchHead(call: GitCall, url: string, heads: readonly FetchedHead[]): void {
  const shown = forHumans(url);
  const line = ({ id, ref, forMerge }: FetchedHead): string => {
    const kind = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
    const what = ref === 'HEAD' ? shown : `${kind} '${shortRef(ref)}' of ${shown}`;
    return `${id}\t${forMerge ? '' : 'not-for-merge'}\t${what}\n`;
  };
  const unique = heads.filter((head, at) => heads.findIndex((other) => other.ref === head.ref) === at);
  const ordered = [...unique.filter(({ forMerge }) => forMerge), ...unique.filter(({ forMerge }) => !forMerge)];
  call.disk.write(`${call.repository.gitDir}/FETCH_HEAD`, ordered.map(line).join(''));
}
