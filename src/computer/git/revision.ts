/** Names of objects ("SPECIFYING REVISIONS" in gitrevisions' documentation). */
import type { GitCall } from './call.ts';
import { approximateDate } from './date.ts';
import { fatal, type GitExit } from './errors.ts';
import { isFullId, TREE_MODE } from './objects.ts';
import { DateQueue } from './walk.ts';

const PSEUDO_REFS = /^(HEAD|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD|CHERRY_PICK_HEAD|REVERT_HEAD|REBASE_HEAD|BISECT_HEAD|AUTO_MERGE)$/;

/** The full name of a ref that a short name stands for, or null: the order is git's. */
export function fullRefName(call: GitCall, name: string): string | null {
  const { refs } = call.repository;
  if (name === '@') return 'HEAD';
  const candidates = [
    ...(name.startsWith('refs/') || PSEUDO_REFS.test(name) ? [name] : []),
    `refs/${name}`,
    `refs/tags/${name}`,
    `refs/heads/${name}`,
    `refs/remotes/${name}`,
    `refs/remotes/${name}/HEAD`,
  ];
  return candidates.find((candidate) => refs.exists(candidate)) ?? null;
}

/** The id of the object that a revision names, or null; ambiguous names are said on stderr as git says them. */
export function resolveRevision(call: GitCall, text: string): string | null {
  return lookUp(call, text)?.id ?? null;
}

/** What a revision names: the object and, of `rev:path`, its path and mode. */
export interface Named {
  readonly id: string;
  readonly path?: string;
  readonly mode?: number;
}

export function lookUp(call: GitCall, text: string): Named | null {
  const colon = findColon(text);
  if (colon !== -1)
    return text.startsWith(':/') && colon === 0 ? named(searchMessage(call, text.slice(2), null)) : pathIn(call, text, colon);
  const suffix = /(\^\{[^}]*\}|\^\d*|~\d*)$/.exec(text);
  if (suffix && suffix.index > 0) {
    const base = resolveRevision(call, text.slice(0, suffix.index));
    return base === null ? null : named(applySuffix(call, base, suffix[0]));
  }
  return named(baseRevision(call, text));
}

const named = (id: string | null): Named | null => (id === null ? null : { id });

/** The colon of `rev:path` or `:path`, outside of braces; -1 without one. */
function findColon(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}') depth--;
    else if (text[at] === ':' && depth === 0) return at;
  }
  return -1;
}

function pathIn(call: GitCall, text: string, colon: number): Named | null {
  const [revision, rawPath] = [text.slice(0, colon), text.slice(colon + 1)];
  const { repository } = call;
  const relative = (path: string): string => (/^\.\.?\//.test(path) ? normalise(call.prefix + path) : path);
  if (revision === '') {
    const [, stage = '0', path = ''] = /^(?:([0-3]):)?(.*)$/s.exec(rawPath) ?? [];
    const entry = repository.index().find((one) => one.path === relative(path) && one.stage === Number(stage));
    return entry ? { id: entry.id, path: entry.path, mode: entry.mode } : null;
  }
  const base = resolveRevision(call, revision);
  if (base === null || repository.objects.peel(base).type === 'blob') return null;
  const path = relative(rawPath).replace(/\/+$/, '');
  let item = { id: repository.treeOf(base), mode: TREE_MODE };
  for (const part of path.split('/').filter((name) => name !== '')) {
    if (item.mode !== TREE_MODE) return null;
    const next = repository.objects.tree(item.id).find(({ name }) => name === part);
    if (next === undefined) return null;
    item = next;
  }
  return { id: item.id, path, mode: item.mode };
}

/** `a/./b/../c` -> `a/c`. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function applySuffix(call: GitCall, base: string, suffix: string): string | null {
  const { objects } = call.repository;
  if (suffix.startsWith('^{')) return peelTo(call, base, suffix.slice(2, -1));
  const commit = peelTo(call, base, 'commit');
  if (commit === null) return null;
  if (suffix.startsWith('^')) {
    const number = suffix === '^' ? 1 : Number(suffix.slice(1));
    return number === 0 ? commit : (objects.commit(commit).parents[number - 1] ?? null);
  }
  let id: string | undefined = commit;
  for (let left = suffix === '~' ? 1 : Number(suffix.slice(1)); left > 0 && id !== undefined; left--) id = objects.commit(id).parents[0];
  return id ?? null;
}

/** Follows tags and commits to an object of a type: `commit`, `tree`, ``, `object`, or `/text` for a commit message. */
export function peelTo(call: GitCall, id: string, kind: string): string | null {
  const { objects } = call.repository;
  if (kind.startsWith('/')) return searchMessage(call, kind.slice(1), id);
  const { type } = objects.read(id);
  if (kind === 'object' || type === kind) return id;
  if (kind === '' || kind === 'commit') {
    const peeled = objects.peel(id);
    return kind === '' || peeled.type === 'commit' ? peeled.id : null;
  }
  if (kind === 'tree') {
    const peeled = objects.peel(id);
    return peeled.type === 'blob' ? null : peeled.type === 'tree' ? peeled.id : objects.commit(peeled.id).tree;
  }
  if (kind === 'blob') {
    const peeled = objects.peel(id);
    return peeled.type === 'blob' ? peeled.id : null;
  }
  return null;
}

function searchMessage(call: GitCall, pattern: string, from: string | null): string | null {
  const { objects, refs } = call.repository;
  const tips = from === null ? refs.list().map(([, id]) => id) : [from];
  const head = call.repository.head;
  if (from === null && head !== null) tips.push(head);
  const expression = new RegExp(pattern.replace(/^!!/, '!'), 'm');
  const queue = new DateQueue();
  const seen = new Set<string>();
  const push = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    queue.push(objects.commit(id));
  };
  for (const tip of tips) {
    const peeled = objects.peel(tip);
    if (peeled.type === 'commit') push(peeled.id);
  }
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    if (expression.test(commit.message)) return commit.id;
    for (const parent of commit.parents) push(parent);
  }
  return null;
}

function baseRevision(call: GitCall, text: string): string | null {
  const { refs, objects } = call.repository;
  const at = /^(.*)@\{([^}]*)\}$/s.exec(text);
  if (at) return reflogRevision(call, at[1] ?? '', at[2] ?? '');
  if (text === '@') return refs.resolve('HEAD');
  if (isFullId(text)) return objects.has(text) ? text : null;
  const full = fullRefName(call, text);
  if (full !== null) {
    const others = [`refs/tags/${text}`, `refs/heads/${text}`, `refs/remotes/${text}`].filter((name) => name !== full && refs.exists(name));
    if (others.length > 0 && !text.startsWith('refs/')) call.warn(`refname '${text}' is ambiguous.`);
    return refs.resolve(full);
  }
  const described = /-g([0-9a-f]{4,40})$/.exec(text);
  const prefix = described?.[1] ?? (/^[0-9a-f]{4,39}$/i.test(text) ? text.toLowerCase() : null);
  return prefix === null ? null : byPrefix(call, prefix);
}

function byPrefix(call: GitCall, prefix: string): string | null {
  const { objects } = call.repository;
  const found = objects.withPrefix(prefix);
  if (found.length <= 1) return found[0] ?? null;
  const commits = found.filter((id) => objects.peel(id).type === 'commit');
  if (commits.length === 1) return commits[0] ?? null;
  const describe = (id: string): string => {
    const { type } = objects.read(id);
    if (type !== 'commit') return `hint:   ${call.short(id)} ${type}\n`;
    const { committer, message } = objects.commit(id);
    return `hint:   ${call.short(id)} commit ${new Date(committer.time * 1000).toISOString().slice(0, 10)} - ${message.split('\n')[0]}\n`;
  };
  call.err(`error: short object ID ${prefix} is ambiguous\nhint: The candidates are:\n${found.map(describe).join('')}`);
  return null;
}

function reflogRevision(call: GitCall, name: string, what: string): string | null {
  const { refs } = call.repository;
  const back = /^-(\d+)$/.exec(what);
  if (back && name === '') {
    const branch = previousBranch(call, Number(back[1]));
    return branch === null ? null : resolveRevision(call, branch);
  }
  if (/^(u|upstream|push)$/i.test(what)) {
    const upstream = upstreamRef(call, name === '' || name === '@' || name === 'HEAD' ? null : name);
    return upstream === null ? null : refs.resolve(upstream);
  }
  const full = name === '' ? (call.repository.headRef ?? 'HEAD') : fullRefName(call, name);
  if (full === null) return null;
  const entries = refs.reflog(full);
  const shown = name === '' ? full.replace(/^refs\/heads\//, '') : name;
  if (/^\d+$/.test(what)) {
    const number = Number(what);
    const entry = entries[number];
    if (entry) return entry.after;
    if (number > 0 && number === entries.length) return entries.at(-1)?.before ?? null;
    if (number === 0) return refs.resolve(full);
    throw fatal(`log for '${shown}' only has ${entries.length} entries`);
  }
  const time = approximateDate(what, call.now());
  const entry = entries.find(({ person }) => person.time <= time);
  if (entry) return entry.after;
  const oldest = entries.at(-1);
  if (oldest)
    call.warn(`log for '${shown}' only goes back to ${new Date(oldest.person.time * 1000).toUTCString().replace('GMT', '+0000')}`);
  return oldest ? oldest.after : null;
}

/** The branch or commit that was checked out `number` switches ago, from HEAD's reflog, or null. */
export function previousBranch(call: GitCall, number: number): string | null {
  let left = number;
  for (const { message } of call.repository.refs.reflog('HEAD')) {
    const moved = /^checkout: moving from (.+) to \S+$/.exec(message);
    if (moved && --left === 0) return moved[1] ?? null;
  }
  return null;
}

/** The remote-tracking ref that a branch follows; of the current branch when none is named. Null without one. */
export function upstreamRef(call: GitCall, branch: string | null): string | null {
  const name = branch ?? call.repository.branch;
  if (name === null) return null;
  const remote = call.settings.get(`branch.${name}.remote`);
  const merge = call.settings.get(`branch.${name}.merge`);
  if (remote === undefined || merge === undefined) return null;
  if (remote === '.') return merge;
  for (const spec of call.settings.all(`remote.${remote}.fetch`)) {
    const target = mapRef(spec, merge);
    if (target !== null) return target;
  }
  return null;
}

/** Where a fetch refspec puts a ref, or null when it is about others. */
export function mapRef(spec: string, ref: string): string | null {
  const [source = '', target = ''] = spec.replace(/^\+/, '').split(':');
  if (!source.includes('*')) return source === ref && target !== '' ? target : null;
  const [before = '', after = ''] = source.split('*');
  if (!ref.startsWith(before) || !ref.endsWith(after) || ref.length < before.length + after.length) return null;
  return target.replace('*', ref.slice(before.length, ref.length - after.length));
}

/** A revision that must name something; ends the command as git does otherwise. */
export function requireRevision(call: GitCall, text: string): string {
  const id = resolveRevision(call, text);
  if (id === null) throw ambiguous(call, text);
  return id;
}

/** The commit that a revision names, itself or through a tag; null where it names none. */
export function resolveCommit(call: GitCall, text: string): string | null {
  const id = resolveRevision(call, text);
  return id === null ? null : peelTo(call, id, 'commit');
}

/** A revision that must name a commit. */
export function requireCommit(call: GitCall, text: string, message = `bad revision '${text}'`): string {
  const commit = resolveCommit(call, text);
  if (commit === null) throw fatal(message);
  return commit;
}

/** How git says that a word is neither a revision nor a file. */
export function ambiguous(call: GitCall, text: string): GitExit {
  const colon = findColon(text);
  if (colon > 0) {
    const [revision, path] = [text.slice(0, colon), text.slice(colon + 1)];
    const base = resolveRevision(call, revision);
    if (base === null) return fatal(`invalid object name '${revision}'.`);
    const onDisk = call.disk.entry(call.repository.pathOf(normalise(path))) !== null;
    return fatal(onDisk ? `path '${path}' exists on disk, but not in '${revision}'` : `path '${path}' does not exist in '${revision}'`);
  }
  return fatal(
    `ambiguous argument '${text}': unknown revision or path not in the working tree.\n` +
      `Use '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
  );
}
