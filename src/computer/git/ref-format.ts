/** Formats and orders of refs ("FIELD NAMES" of git-for-each-ref). */
import type { GitCall } from './call.ts';
import { formatDate } from './date.ts';
import { fatal } from './errors.ts';
import type { Person } from './objects.ts';
import { bodyOf, subjectOf } from './record.ts';
import { upstreamRef } from './revision.ts';
import { trackingOf, trackingWords } from './tracking.ts';
import { worktreeUsing } from './worktrees.ts';

export interface RefInfo {
  readonly name: string;
  readonly id: string;
  /** What stands for the name of a detached HEAD. */
  readonly title?: string;
}

/** Fills in `%(field)` and `%xx`; conditions and alignment are not supported and end the command. */
export function formatRef(call: GitCall, info: RefInfo, format: string): string {
  return format.replace(/%(?:%|\(([^)]*)\)|([0-9a-fA-F]{2}))/g, (whole, field: string | undefined, digits: string | undefined) => {
    if (whole === '%%') return '%';
    if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16));
    return fieldOf(call, info, field ?? '');
  });
}

function fieldOf(call: GitCall, info: RefInfo, field: string): string {
  const { objects, refs } = call.repository;
  const dereferenced = field.startsWith('*');
  const [name = '', modifier = ''] = (dereferenced ? field.slice(1) : field).split(/:(.*)/s);
  const own = objects.read(info.id);
  if (dereferenced && own.type !== 'tag') return '';
  const id = dereferenced ? objects.tag(info.id).object : info.id;
  const { type, content } = dereferenced ? objects.read(id) : own;
  const commit = type === 'commit' ? objects.commit(id) : null;
  const tag = type === 'tag' ? objects.tag(id) : null;
  const message = commit?.message ?? tag?.message ?? '';
  const person = (of: Person | null | undefined, part: string): string => {
    if (!of) return '';
    if (part === 'name') return of.name;
    if (part === 'email') return modifier === 'trim' ? of.email : modifier === 'localpart' ? of.email.replace(/@.*/, '') : `<${of.email}>`;
    if (part === 'date') return formatDate(of, modifier || 'default', call.now());
    return `${of.name} <${of.email}> ${of.time} ${of.zone}`;
  };
  const who = /^(author|committer|tagger|creator)(name|email|date)?$/.exec(name);
  if (who) {
    const of =
      who[1] === 'author'
        ? commit?.author
        : who[1] === 'committer'
          ? commit?.committer
          : who[1] === 'tagger'
            ? tag?.tagger
            : (commit?.committer ?? tag?.tagger);
    return person(of, who[2] ?? '');
  }
  switch (name) {
    case 'refname':
      return refName(info.title ?? info.name, modifier);
    case 'objectname':
      return modifier.startsWith('short') ? call.short(id, Number(modifier.split('=')[1]) || undefined) : id;
    case 'objecttype':
      return type;
    case 'objectsize':
      return String(content.length);
    case 'subject':
      return modifier === 'sanitize' ? subjectOf(message).replace(/[^A-Za-z0-9._]+/g, '-') : subjectOf(message);
    case 'body':
      return bodyOf(message);
    case 'contents':
      return modifier === 'subject'
        ? subjectOf(message)
        : modifier === 'body'
          ? bodyOf(message)
          : modifier.startsWith('lines=')
            ? message
                .split('\n')
                .slice(0, Number(modifier.slice(6)))
                .join('\n    ')
            : message;
    case 'tree':
      return commit?.tree ?? '';
    case 'parent':
      return commit?.parents.join(' ') ?? '';
    case 'numparent':
      return commit ? String(commit.parents.length) : '';
    case 'object':
      return tag?.object ?? '';
    case 'type':
      return tag?.type ?? '';
    case 'tag':
      return tag?.name ?? '';
    case 'HEAD':
      return call.repository.headRef === info.name ? '*' : ' ';
    case 'worktreepath':
      return worktreeUsing(call.repository, info.name) ?? '';
    case 'symref':
      return refName(refs.symbolic(info.name) ?? '', modifier);
    case 'upstream':
    case 'push': {
      const branch = info.name.startsWith('refs/heads/') ? info.name.slice(11) : null;
      const upstream = branch === null ? null : upstreamRef(call, branch);
      if (upstream === null || branch === null) return '';
      if (!modifier.startsWith('track')) return refName(upstream, modifier);
      const tracking = trackingOf(call, call.repository, branch);
      if (tracking === null) return '';
      const { ahead, behind, gone } = tracking;
      if (modifier === 'trackshort') return gone ? '' : ahead > 0 ? (behind > 0 ? '<>' : '>') : behind > 0 ? '<' : '=';
      const parts = trackingWords(tracking);
      return parts.length === 0 ? '' : modifier.includes('nobracket') ? parts.join(', ') : `[${parts.join(', ')}]`;
    }
    case 'color':
      return '';
  }
  throw fatal(`unknown field name: ${field}`);
}

function refName(name: string, modifier: string): string {
  if (modifier === 'short') return name.replace(/^refs\/(heads|tags|remotes)\//, '').replace(/^refs\//, '');
  const strip = /^(lstrip|strip|rstrip)=(-?\d+)$/.exec(modifier);
  if (!strip) return name;
  const parts = name.split('/');
  const count = Number(strip[2]);
  const kept = count < 0 ? -count : Math.max(0, parts.length - count);
  return (strip[1] === 'rstrip' ? parts.slice(0, kept) : parts.slice(parts.length - kept)).join('/');
}

/** Sorts by several keys, the last one given being the most important; names decide what is left. */
export function sortRefs<T extends RefInfo>(call: GitCall, refs: readonly T[], keys: readonly string[]): readonly T[] {
  const compare = (one: T, other: T): number => {
    for (const key of [...keys].reverse()) {
      const descending = key.startsWith('-');
      const field = descending ? key.slice(1) : key;
      const difference = compareBy(call, field, one, other);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
  };
  return [...refs].sort(compare);
}

function compareBy(call: GitCall, field: string, one: RefInfo, other: RefInfo): number {
  const version = /^(version|v):(.*)$/.exec(field);
  if (version) return compareVersions(fieldOf(call, one, version[2] ?? ''), fieldOf(call, other, version[2] ?? ''));
  if (/date$/.test(field)) return Number(fieldOf(call, one, `${field}:unix`)) - Number(fieldOf(call, other, `${field}:unix`));
  if (field === 'objectsize' || field === 'numparent') return Number(fieldOf(call, one, field)) - Number(fieldOf(call, other, field));
  const [first, second] = [fieldOf(call, one, field), fieldOf(call, other, field)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Runs of digits compare as numbers. */
function compareVersions(one: string, other: string): number {
  const [first, second] = [one.match(/\d+|\D+/g) ?? [], other.match(/\d+|\D+/g) ?? []];
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    const [left, right] = [first[at], second[at]];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    if (/^\d/.test(left) && /^\d/.test(right)) {
      if (Number(left) !== Number(right)) return Number(left) - Number(right);
    } else if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
