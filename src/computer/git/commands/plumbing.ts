/** Commands that scripts are made of. */
import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { splitLines } from '../engine.ts';
import { isRefName } from '../branches.ts';
import { encodeCommit, isFullId, objectId, TREE_MODE, type ObjectType } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { fromHere, Pathspec, quotePath, relativeToRoot } from '../pathspec.ts';
import { prettyCommit, resolveFormat } from '../pretty.ts';
import { indexTree } from '../record.ts';
import { formatRef, sortRefs } from '../ref-format.ts';
import { fileOf } from '../repository.ts';
import { walkRange } from '../revlist.ts';
import {
  ambiguous,
  fullRefName,
  lookUp,
  normalise,
  peelTo,
  requireCommit,
  requireRevision,
  resolveRevision,
  upstreamRef,
} from '../revision.ts';
import { compareWork, untrackedFiles, unmergedOf } from '../status.ts';
import { ancestors, isAncestor, mergeBases, reachableObjects } from '../walk.ts';
import { wildmatch } from '../wildmatch.ts';
import { indexEntry, indexOf } from '../worktree.ts';
import { stage } from './add.ts';
import { rangeOf, WALK_OPTIONS, walkOptions } from './log.ts';

const octal = (mode: number): string => mode.toString(8).padStart(6, '0');
const kindOf = (mode: number): string => (mode === TREE_MODE ? 'tree' : mode === 0o160000 ? 'commit' : 'blob');

const CAT_FILE = new OptionSpec(
  'cat-file',
  'usage: git cat-file <type> <object>\n   or: git cat-file (-e | -p) <object>\n   or: git cat-file (-t | -s) [--allow-unknown-type] <object>\n',
  '-e -p -t -s --allow-unknown-type --batch[=] --batch-check[=] --batch-all-objects --textconv --filters',
);

export function catFile(call: GitCall, args: readonly string[]): number {
  const options = CAT_FILE.parse(args);
  const { objects } = call.repository;
  if (options.has('batch') || options.has('batch-check'))
    return batch(
      call,
      options.has('batch'),
      options.has('batch-all-objects'),
      options.value(options.has('batch') ? 'batch' : 'batch-check') || '%(objectname) %(objecttype) %(objectsize)',
    );
  const what = options.last('e', 'p', 't', 's');
  const name = what === undefined ? options.args[1] : options.args[0];
  if (name === undefined) throw new GitExit(CAT_FILE.usage, 129);
  const id = resolveRevision(call, name);
  if (id === null) {
    if (what === 'e' && isFullId(name)) return 1;
    throw fatal(`Not a valid object name ${name}`);
  }
  if (!objects.has(id)) throw fatal(`Not a valid object name ${name}`);
  const { type, content } = objects.read(id);
  if (what === 'e') return 0;
  if (what === 't') call.line(type);
  else if (what === 's') call.line(String(content.length));
  else if (what === 'p') {
    if (type === 'tree')
      for (const { mode, name: file, id: child } of objects.tree(id))
        call.line(`${octal(mode)} ${kindOf(mode)} ${child}\t${quotePath(call, file)}`);
    else call.out(content);
  } else {
    const wanted = options.args[0] ?? '';
    if (!['commit', 'tree', 'blob', 'tag'].includes(wanted)) throw fatal(`invalid object type "${wanted}"`);
    const peeled = wanted === 'tag' ? (type === 'tag' ? id : null) : peelTo(call, id, wanted);
    if (peeled === null) throw fatal(`git cat-file ${name}: bad file`);
    call.out(objects.read(peeled).content);
  }
  return 0;
}

function batch(call: GitCall, withContent: boolean, all: boolean, format: string): number {
  const { objects } = call.repository;
  const names = all ? [...new Set(objects.ids())].sort() : splitLines(decode(call.stdin));
  for (const name of names) {
    const id = resolveRevision(call, name);
    if (id === null || !objects.has(id)) {
      call.line(`${name} missing`);
      continue;
    }
    const { type, content } = objects.read(id);
    call.line(format.replace('%(objectname)', id).replace('%(objecttype)', type).replace('%(objectsize)', String(content.length)));
    if (withContent) {
      call.out(content);
      call.out('\n');
    }
  }
  return 0;
}

const LS_TREE = new OptionSpec(
  'ls-tree',
  'usage: git ls-tree [<options>] <tree-ish> [<path>...]\n',
  '-d -r -t -z -l,--long --name-only,--name-status --object-only --full-name --full-tree --abbrev[=] --format=',
);

export function lsTree(call: GitCall, args: readonly string[]): number {
  const options = LS_TREE.parse(args);
  const { repository } = call;
  const [name, ...paths] = options.args;
  if (name === undefined) throw new GitExit(LS_TREE.usage, 129);
  const id = resolveRevision(call, name);
  if (id === null) throw fatal(`Not a valid object name ${name}`);
  const tree = peelTo(call, id, 'tree');
  if (tree === null) throw fatal('not a tree object');
  const end = options.has('z') ? '\0' : '\n';
  const base = options.has('full-tree') ? '' : call.prefix;
  const wanted = paths.map((path) => ({ path: normalise(base + path), inside: path.endsWith('/') }));
  const show = (path: string): string => {
    const shown = options.has('full-name') || options.has('full-tree') ? path : fromHere(call, path);
    return options.has('z') ? shown : quotePath(call, shown);
  };
  const write = (mode: number, child: string, path: string): void => {
    const short = options.has('abbrev') ? call.short(child, Number(options.value('abbrev')) || undefined) : child;
    if (options.has('object-only')) call.out(short + end);
    else if (options.has('name-only')) call.out(show(path) + end);
    else {
      const size = options.has('long')
        ? ` ${(mode === TREE_MODE || mode === 0o160000 ? '-' : String(repository.objects.read(child).content.length)).padStart(7)}`
        : '';
      call.out(`${octal(mode)} ${kindOf(mode)} ${short}${size}\t${show(path)}${end}`);
    }
  };
  const visit = (folder: string, prefix: string): void => {
    for (const item of repository.objects.tree(folder)) {
      const path = prefix + item.name;
      const isTree = item.mode === TREE_MODE;
      const below = isTree && wanted.some((one) => one.path.startsWith(`${path}/`) || (one.path === path && one.inside));
      const matched =
        wanted.length === 0
          ? base === '' || path.startsWith(base) || base.startsWith(`${path}/`)
          : wanted.some((one) => one.path === path || path.startsWith(`${one.path}/`));
      const deeper = isTree && ((options.has('r') && (matched || below)) || below || (wanted.length === 0 && base.startsWith(`${path}/`)));
      if (deeper) {
        if (options.has('t') && matched) write(item.mode, item.id, path);
        visit(item.id, `${path}/`);
      } else if (matched && (!options.has('d') || isTree) && !(wanted.length === 0 && base !== '' && !path.startsWith(base)))
        write(item.mode, item.id, path);
    }
  };
  visit(tree, '');
  return 0;
}

const HASH_OBJECT = new OptionSpec(
  'hash-object',
  'usage: git hash-object [-t <type>] [-w] [--stdin] [--] <file>...\n',
  '-t= -w --stdin --stdin-paths --no-filters,--filters --literally --path=',
);

export function hashObject(call: GitCall, args: readonly string[]): number {
  const options = HASH_OBJECT.parse(args);
  const type = (options.value('t') ?? 'blob') as ObjectType;
  const hash = (content: Uint8Array): void =>
    call.line(options.has('w') ? call.repository.objects.write(type, content) : objectId(type, content));
  if (options.has('stdin')) hash(call.stdin);
  const paths = [...options.args, ...(options.has('stdin-paths') ? splitLines(decode(call.stdin)) : [])];
  for (const path of paths) {
    const content = call.disk.read(call.resolve(path));
    if (content === null) throw fatal(`could not open '${path}' for reading: No such file or directory`);
    hash(content);
  }
  return 0;
}

const REV_LIST = new OptionSpec(
  'rev-list',
  'usage: git rev-list [<options>] <commit>... [--] [<path>...]\n',
  `--count --pretty[=] --format= --oneline --header --timestamp --no-object-names --use-bitmap-index --disk-usage[=] --quiet --abbrev-commit --abbrev[=] --graph --date= --no-commit-header --commit-header ${WALK_OPTIONS}`,
);

export async function revList(call: GitCall, args: readonly string[]): Promise<number> {
  const options = REV_LIST.parse(args, { keepUnknown: true });
  for (const name of ['graph', 'header', 'disk-usage']) if (options.has(name)) throw unsupported(`'git rev-list --${name}'`);
  if (options.before.length === 0 && !options.has('all') && !options.has('branches') && !options.has('tags') && !options.has('remotes'))
    throw new GitExit(REV_LIST.usage, 129);
  const range = rangeOf(call, options);
  const walk = walkOptions(call, options);
  const commits = await walkRange(call, range, walk);
  if (options.has('quiet')) return 0;
  if (options.has('count')) {
    if (options.has('left-right') && range.left) {
      const left = commits.filter(({ commit }) => range.left?.has(commit.id)).length;
      call.line(`${left}\t${commits.length - left}`);
      return 0;
    }
    const objects = options.has('objects')
      ? reachableObjects(call.repository.objects, range.positive, range.negative).size
      : commits.length;
    call.line(String(objects));
    return 0;
  }
  const named = options.last('pretty', 'format', 'oneline');
  const format =
    named === undefined
      ? null
      : named === 'oneline'
        ? 'oneline'
        : resolveFormat(call, named === 'format' ? formatText(options.value('format') ?? '') : (options.value('pretty') ?? ''));
  const abbreviate = options.has('abbrev-commit') || named === 'oneline';
  for (const walked of commits) {
    const id = abbreviate ? call.short(walked.commit.id) : walked.commit.id;
    const mark = options.has('left-right') ? (range.left?.has(walked.commit.id) ? '<' : '>') : '';
    const parents = options.has('parents') ? walked.parents.map((parent) => ` ${parent}`).join('') : '';
    const stamp = options.has('timestamp') ? `${walked.commit.committer.time} ` : '';
    if (format === null) call.line(`${stamp}${mark}${id}${parents}`);
    else {
      const text = prettyCommit(call, walked, {
        format,
        dateMode: options.value('date') ?? 'default',
        abbrevCommit: abbreviate,
        decorations: null,
      });
      if (/^t?format:/.test(format) && !options.negated('commit-header')) call.line(`commit ${id}`);
      call.line(text);
      if (!/^t?format:/.test(format) && format !== 'oneline') call.line('');
    }
  }
  if (options.has('objects')) listObjects(call, range.positive, range.negative);
  return 0;
}

const formatText = (text: string): string => (text.includes('%') ? `tformat:${text}` : text);

/** Trees and blobs with the path they were first seen at. */
function listObjects(call: GitCall, wants: readonly string[], haves: readonly string[]): void {
  const { objects } = call.repository;
  const wanted = reachableObjects(objects, wants, haves);
  const shown = new Set<string>();
  const visit = (id: string, path: string): void => {
    if (shown.has(id) || !wanted.has(id)) return;
    shown.add(id);
    call.line(`${id} ${path}`);
    if (wanted.get(id)?.type !== 'tree') return;
    for (const item of objects.tree(id)) visit(item.id, path === '' ? item.name : `${path}/${item.name}`);
  };
  for (const [id, { type }] of wanted) if (type === 'tag') call.line(`${id} ${objects.tag(id).name}`);
  for (const [id, { type }] of wanted) if (type === 'commit') visit(objects.commit(id).tree, '');
}

const MERGE_BASE = new OptionSpec(
  'merge-base',
  'usage: git merge-base [-a | --all] <commit> <commit>...\n   or: git merge-base --is-ancestor <commit> <commit>\n',
  '-a,--all --octopus --independent --is-ancestor --fork-point',
);

export function mergeBase(call: GitCall, args: readonly string[]): number {
  const options = MERGE_BASE.parse(args);
  const { objects } = call.repository;
  for (const name of ['octopus', 'fork-point']) if (options.has(name)) throw unsupported(`'git merge-base --${name}'`);
  const commits = options.args.map((name) => requireCommit(call, name, `Not a valid object name ${name}`));
  const [one, other] = commits;
  if (options.has('independent')) {
    for (const id of commits) if (!commits.some((another) => another !== id && isAncestor(objects, id, another))) call.line(id);
    return 0;
  }
  if (one === undefined || other === undefined) throw new GitExit(MERGE_BASE.usage, 129);
  if (options.has('is-ancestor')) return isAncestor(objects, one, other) ? 0 : 1;
  const bases = mergeBases(objects, one, other);
  for (const id of options.has('all') ? bases : bases.slice(0, 1)) call.line(id);
  return bases.length > 0 ? 0 : 1;
}

const FOR_EACH_REF = new OptionSpec(
  'for-each-ref',
  'usage: git for-each-ref [<options>] [<pattern>]\n',
  '-s,--shell -p,--perl --python --tcl --count= --format= --color[=] --sort=* --points-at= --merged[=] --no-merged[=] --contains[=] --no-contains[=] --ignore-case',
);

export function forEachRef(call: GitCall, args: readonly string[]): number {
  const options = FOR_EACH_REF.parse(args);
  const { refs, objects } = call.repository;
  for (const name of ['shell', 'perl', 'python', 'tcl']) if (options.has(name)) throw unsupported(`'git for-each-ref --${name}'`);
  const commitOf = (name: string): string | null => (options.has(name) ? requireCommit(call, options.value(name) || 'HEAD') : null);
  const [contains, merged, unmerged, points] = [
    commitOf('contains'),
    commitOf('merged'),
    commitOf('no-merged'),
    options.has('points-at') ? requireRevision(call, options.value('points-at') ?? '') : null,
  ];
  const wanted = (name: string, id: string): boolean => {
    const matched =
      options.args.length === 0 ||
      options.args.some(
        (pattern) =>
          name === pattern ||
          name.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`) ||
          wildmatch(pattern, name, { pathname: true }),
      );
    if (!matched) return false;
    const peeled = objects.peel(id);
    if (points !== null && points !== id && points !== peeled.id) return false;
    if (peeled.type !== 'commit') return contains === null && merged === null && unmerged === null;
    return (
      (!contains || isAncestor(objects, contains, peeled.id)) &&
      (!merged || isAncestor(objects, peeled.id, merged)) &&
      (!unmerged || !isAncestor(objects, peeled.id, unmerged))
    );
  };
  const found = refs
    .list()
    .filter(([name, id]) => wanted(name, id))
    .map(([name, id]) => ({ name, id }));
  const format = options.value('format') ?? '%(objectname) %(objecttype)\t%(refname)';
  for (const info of sortRefs(call, found, options.list('sort')).slice(0, Number(options.value('count') ?? Number.POSITIVE_INFINITY)))
    call.line(formatRef(call, info, format));
  return 0;
}

const SYMBOLIC_REF = new OptionSpec(
  'symbolic-ref',
  'usage: git symbolic-ref [-m <reason>] <name> <ref>\n   or: git symbolic-ref [-q] [--short] [--no-recurse] <name>\n   or: git symbolic-ref --delete [-q] <name>\n',
  '-q,--quiet -d,--delete --short --recurse -m=',
);

export function symbolicRef(call: GitCall, args: readonly string[]): number {
  const options = SYMBOLIC_REF.parse(args);
  const { refs } = call.repository;
  const [name, target] = options.args;
  if (name === undefined) throw new GitExit(SYMBOLIC_REF.usage, 129);
  const current = refs.symbolic(name);
  if (options.has('delete')) {
    if (current === null) throw fatal(`Cannot delete ${name}, not a symbolic ref`);
    if (name === 'HEAD') throw fatal("deleting 'HEAD' is not allowed");
    refs.delete(name);
  } else if (target !== undefined) {
    if (name === 'HEAD' && !target.startsWith('refs/')) throw fatal('Refusing to point HEAD outside of refs/');
    if (!isRefName(target)) throw fatal(`Refusing to set '${name}' to invalid ref '${target}'`);
    refs.setSymbolic(name, target);
  } else {
    if (current === null) {
      if (options.has('quiet')) return 1;
      throw fatal(`ref ${name} is not a symbolic ref`);
    }
    call.line(options.has('short') ? current.replace(/^refs\/(heads|tags|remotes)\//, '') : current);
  }
  return 0;
}

const SHOW_REF = new OptionSpec(
  'show-ref',
  'usage: git show-ref [-q | --quiet] [--verify] [--head] [-d | --dereference]\n',
  '-q,--quiet --verify --head -d,--dereference -s,--hash[=] --abbrev[=] --tags --heads --exclude-existing[=]',
);

export function showRef(call: GitCall, args: readonly string[]): number {
  const options = SHOW_REF.parse(args);
  const { refs, objects, head } = call.repository;
  const quiet = options.has('quiet');
  const write = (name: string, id: string): void => {
    if (quiet) return;
    const digits = Number(options.value('hash') || options.value('abbrev') || 0);
    const shown = digits > 0 || options.has('abbrev') ? call.short(id, digits || undefined) : id;
    call.line(options.has('hash') ? shown : `${shown} ${name}`);
    if (options.has('dereference') && objects.read(id).type === 'tag') call.line(`${objects.peel(id).id} ${name}^{}`);
  };
  if (options.has('verify')) {
    for (const name of options.args) {
      const id = name === 'HEAD' || name.startsWith('refs/') ? refs.resolve(name) : null;
      if (id !== null) write(name, id);
      else if (quiet) return 1;
      else throw fatal(`'${name}' - not a valid ref`);
    }
    return 0;
  }
  const only = [...(options.has('heads') ? ['refs/heads/'] : []), ...(options.has('tags') ? ['refs/tags/'] : [])];
  const matched = (name: string): boolean =>
    options.args.length === 0 || options.args.some((pattern) => name === pattern || name.endsWith(`/${pattern}`));
  const found = refs.list().filter(([name]) => (only.length === 0 || only.some((prefix) => name.startsWith(prefix))) && matched(name));
  if (options.has('head') && head !== null) write('HEAD', head);
  for (const [name, id] of found) write(name, id);
  return found.length > 0 || (options.has('head') && head !== null) ? 0 : 1;
}

const UPDATE_REF = new OptionSpec(
  'update-ref',
  'usage: git update-ref [<options>] -d <refname> [<old-oid>]\n   or: git update-ref [<options>]    <refname> <new-oid> [<old-oid>]\n',
  '-m= -d --no-deref,--deref --stdin -z --create-reflog',
);

export function updateRef(call: GitCall, args: readonly string[]): number {
  const options = UPDATE_REF.parse(args);
  const { refs } = call.repository;
  if (options.has('stdin')) throw unsupported("'git update-ref --stdin'");
  const [name, value, expected] = options.args;
  if (name === undefined) throw new GitExit(UPDATE_REF.usage, 129);
  const check = (old: string | undefined): void => {
    const id = old === undefined || old === '' ? undefined : /^0+$/.test(old) ? null : requireRevision(call, old);
    if (id !== undefined && refs.resolve(name) !== id)
      throw fatal(`update_ref failed for ref '${name}': cannot lock ref '${name}': is at ${refs.resolve(name)} but expected ${id}`);
  };
  if (options.has('d')) {
    check(value);
    if (/^(MERGE_HEAD|CHERRY_PICK_HEAD|ORIG_HEAD)$/.test(name)) call.disk.remove(`${call.repository.gitDir}/${name}`);
    else refs.delete(name);
    return 0;
  }
  if (value === undefined) throw new GitExit(UPDATE_REF.usage, 129);
  const id = resolveRevision(call, value);
  if (id === null) throw fatal(`${value}: not a valid SHA1`);
  check(expected);
  if (name !== 'HEAD' && !(name.startsWith('refs/') && isRefName(name)) && !/^[A-Z_]+$/.test(name))
    throw fatal(`update_ref failed for ref '${name}': refusing to update ref with bad name '${name}'`);
  const change = call.change(options.value('m') ?? '');
  if (options.has('no-deref') && name === 'HEAD') refs.detach(id, change);
  else refs.update(name, id, change);
  return 0;
}

export function revParse(call: GitCall, args: readonly string[]): number {
  let [verify, quiet, abbreviate, symbolic, short] = [false, false, false, 'no', 0];
  let fallback: string | undefined;
  let [pathsOnly, found] = [false, 0];
  let [revsOnly, noRevs, flagsHidden] = [false, false, false];
  const rest = [...args];
  const answer = (text: string): void => call.line(text);
  const show = (id: string, name: string): void => {
    found++;
    if (verify && found > 1) throw fatal('Needed a single revision');
    if (abbreviate) {
      const full = fullRefName(call, name);
      if (full !== null) {
        const target = full === 'HEAD' ? (call.repository.headRef ?? 'HEAD') : full;
        answer(target.replace(/^refs\/(heads|tags|remotes)\//, ''));
        return;
      }
      const upstream = /@\{(u|upstream)\}$/i.test(name) ? upstreamRef(call, name.replace(/@\{.*$/, '') || null) : null;
      answer(upstream?.replace(/^refs\/(remotes|heads)\//, '') ?? name);
    } else if (symbolic === 'full')
      answer(fullRefName(call, name) === 'HEAD' ? (call.repository.headRef ?? 'HEAD') : (fullRefName(call, name) ?? ''));
    else if (symbolic === 'yes') answer(name);
    else answer(short > 0 ? call.short(id, short) : id);
  };
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] ?? '';
    if (pathsOnly) {
      if (!revsOnly) answer(arg);
      continue;
    }
    if (arg === '--') {
      pathsOnly = true;
      if (!verify && !revsOnly) answer(arg);
      continue;
    }
    if (arg.startsWith('--') || arg === '-q') {
      const [name = '', value] = arg.split(/=(.*)/s);
      if (name === '--verify') verify = true;
      else if (name === '-q' || name === '--quiet') quiet = true;
      else if (name === '--short') [short, verify] = [Number(value ?? 0) || call.short('0'.repeat(40)).length, true];
      else if (name === '--abbrev-ref') abbreviate = true;
      else if (name === '--symbolic') symbolic = 'yes';
      else if (name === '--symbolic-full-name') symbolic = 'full';
      else if (name === '--default') fallback = rest[++at];
      else if (name === '--revs-only') revsOnly = true;
      else if (name === '--no-revs') noRevs = true;
      else if (name === '--no-flags') flagsHidden = true;
      else if (name === '--all') for (const [, id] of call.repository.refs.list()) answer(id);
      else if (name === '--branches') for (const [, id] of call.repository.refs.list('refs/heads/')) answer(id);
      else if (name === '--tags') for (const [, id] of call.repository.refs.list('refs/tags/')) answer(id);
      else if (name === '--remotes') for (const [, id] of call.repository.refs.list('refs/remotes/')) answer(id);
      else if (!aboutRepository(call, name, rest[at + 1], answer)) {
        if (verify) throw fatal('Needed a single revision');
        if (!revsOnly && !flagsHidden) answer(arg);
      } else if (name === '--git-path') at++;
      continue;
    }
    const range = /^(.*?)(\.{2,3})(.*)$/.exec(arg);
    if (range && resolveRevision(call, range[1] || 'HEAD') && resolveRevision(call, range[3] || 'HEAD')) {
      const [one, other] = [requireRevision(call, range[1] || 'HEAD'), requireRevision(call, range[3] || 'HEAD')];
      answer(other);
      if (range[2] === '..') answer(`^${one}`);
      else {
        answer(one);
        for (const base of mergeBases(call.repository.objects, one, other)) answer(`^${base}`);
      }
      continue;
    }
    const excluded = arg.startsWith('^');
    const name = excluded ? arg.slice(1) : arg;
    const id = lookUp(call, name)?.id ?? null;
    if (id !== null && !noRevs) {
      if (excluded) answer(`^${id}`);
      else show(id, name);
      continue;
    }
    if (verify) {
      if (quiet) return 1;
      throw fatal('Needed a single revision');
    }
    if (revsOnly) continue;
    answer(arg);
    if (call.disk.entry(call.resolve(arg)) === null) throw ambiguous(call, arg);
  }
  if (found === 0 && fallback !== undefined) {
    const id = resolveRevision(call, fallback);
    if (id !== null) show(id, fallback);
  }
  if (verify && found === 0) {
    if (quiet) return 1;
    throw fatal('Needed a single revision');
  }
  return 0;
}

function aboutRepository(call: GitCall, name: string, next: string | undefined, answer: (text: string) => void): boolean {
  const { repository } = call;
  const inside = repository.workTree !== null;
  switch (name) {
    case '--show-toplevel':
      if (repository.workTree === null) throw fatal('this operation must be run in a work tree');
      answer(repository.workTree);
      return true;
    case '--git-dir':
      answer(
        inside && call.prefix === '' && call.cwd === repository.workTree
          ? '.git'
          : call.cwd === repository.gitDir
            ? '.'
            : repository.gitDir,
      );
      return true;
    case '--absolute-git-dir':
      answer(repository.gitDir);
      return true;
    case '--git-common-dir':
      answer(inside && call.cwd === repository.workTree ? '.git' : repository.gitDir);
      return true;
    case '--git-path':
      answer(`${inside && call.cwd === repository.workTree ? '.git' : repository.gitDir}/${next ?? ''}`);
      return true;
    case '--is-inside-work-tree':
      answer(String(inside && !call.cwd.startsWith(repository.gitDir)));
      return true;
    case '--is-inside-git-dir':
      answer(String(call.cwd.startsWith(repository.gitDir)));
      return true;
    case '--is-bare-repository':
      answer(String(!inside));
      return true;
    case '--is-shallow-repository':
      answer(String(call.disk.exists(`${repository.gitDir}/shallow`)));
      return true;
    case '--show-prefix':
      answer(call.prefix);
      return true;
    case '--show-cdup':
      answer('../'.repeat(call.prefix.split('/').length - 1));
      return true;
    case '--show-superproject-working-tree':
      return true;
    case '--show-object-format':
      answer('sha1');
      return true;
  }
  return false;
}

const CHECK_IGNORE = new OptionSpec(
  'check-ignore',
  'usage: git check-ignore [<options>] <pathname>...\n   or: git check-ignore [<options>] --stdin\n',
  '-q,--quiet -v,--verbose --stdin -z -n,--non-matching --no-index,--index',
);

export function checkIgnore(call: GitCall, args: readonly string[]): number {
  const options = CHECK_IGNORE.parse(args);
  const repository = call.workRepository;
  const names = options.has('stdin') ? splitLines(decode(call.stdin)) : options.args;
  if (names.length === 0) throw fatal('no path specified');
  const tracked = options.has('no-index') ? new Set<string>() : new Set(repository.index().map(({ path }) => path));
  const ignore = repository.ignore(call.excludesFile);
  let matched = 0;
  for (const name of names) {
    const path = relativeToRoot(call, name);
    const rule = tracked.has(path)
      ? null
      : ignore.deciding(path, call.disk.entry(repository.pathOf(path))?.type === 'directory' || name.endsWith('/'));
    const shown = rule !== null && (options.has('verbose') || !rule.negated);
    if (shown) matched++;
    if (options.has('quiet')) continue;
    if (options.has('verbose')) {
      if (rule) call.line(`${rule.source}:${rule.line}:${rule.text}\t${name}`);
      else if (options.has('non-matching')) call.line(`::\t${name}`);
    } else if (shown) call.line(quotePath(call, name));
  }
  return matched > 0 ? 0 : 1;
}

const LS_FILES = new OptionSpec(
  'ls-files',
  'usage: git ls-files [<options>] [<file>...]\n',
  '-z -t -v -f --deduplicate -c,--cached -d,--deleted -m,--modified -o,--others -i,--ignored -s,--stage -k,--killed --directory --eol --no-empty-directory,--empty-directory -u,--unmerged --resolve-undo -x,--exclude=* -X,--exclude-from=* --exclude-per-directory= --exclude-standard --full-name --recurse-submodules --error-unmatch --with-tree= --abbrev[=] --debug --sparse --format=',
);

export function lsFiles(call: GitCall, args: readonly string[]): number {
  const options = LS_FILES.parse(args);
  const { repository } = call;
  for (const name of ['t', 'v', 'f', 'killed', 'eol', 'resolve-undo', 'format', 'debug', 'with-tree'])
    if (options.has(name)) throw unsupported(`'git ls-files ${name.length === 1 ? '-' : '--'}${name}'`);
  const pathspec = new Pathspec(call, options.args.length === 0 && call.prefix !== '' ? ['.'] : options.args);
  const end = options.has('z') ? '\0' : '\n';
  const entries = repository.index();
  const work = repository.workTree === null ? new Map() : repository.workEntries();
  const show = (path: string): string => {
    const shown = options.has('full-name') ? path : path.endsWith('/') ? `${fromHere(call, path.slice(0, -1))}/` : fromHere(call, path);
    return options.has('z') ? shown : quotePath(call, shown);
  };
  const others = options.has('others');
  const special = others || options.has('deleted') || options.has('modified') || options.has('unmerged');
  const seen: string[] = [];
  if (others) {
    const rules = options.has('exclude-standard') || options.has('ignored');
    const ignore = repository.ignore(call.excludesFile);
    const mode = options.has('directory') ? 'normal' : 'all';
    const nothing = { ignores: () => false } as unknown as typeof ignore;
    const { untracked, ignored } = untrackedFiles(entries, work, rules ? ignore : nothing, mode, options.has('ignored'));
    const all = options.has('ignored')
      ? expandFolders(
          ignored,
          [...work.keys()].filter((path) => work.get(path)?.type !== 'directory'),
        )
      : untracked;
    for (const path of all) {
      if (!pathspec.matches(path.replace(/\/$/, ''))) continue;
      seen.push(path);
      call.out(show(path) + end);
    }
  }
  const write = (entry: (typeof entries)[number]): void => {
    seen.push(entry.path);
    if (options.has('stage') || options.has('unmerged'))
      call.out(`${octal(entry.mode)} ${options.has('abbrev') ? call.short(entry.id) : entry.id} ${entry.stage}\t${show(entry.path)}${end}`);
    else call.out(show(entry.path) + end);
  };
  if (options.has('cached') || options.has('stage') || !special) {
    for (const [at, entry] of entries.entries()) {
      if (options.has('unmerged') && entry.stage === 0) continue;
      if (options.has('deduplicate') && entries[at - 1]?.path === entry.path) continue;
      if (pathspec.matches(entry.path)) write(entry);
    }
  } else if (options.has('unmerged')) {
    for (const entry of entries) if (entry.stage !== 0 && pathspec.matches(entry.path)) write(entry);
  }
  if (options.has('deleted') || options.has('modified')) {
    const conflicted = new Set(unmergedOf(entries).map(({ path }) => path));
    const changes = new Map(compareWork(entries, work).map((change) => [change.path, change]));
    for (const entry of entries) {
      if (!pathspec.matches(entry.path)) continue;
      const change = changes.get(entry.path);
      const gone = fileOf(work.get(entry.path)) === null;
      if (options.has('deleted') && gone) write(entry);
      if (options.has('modified') && (change !== undefined || conflicted.has(entry.path))) write(entry);
    }
  }
  const missing = options.has('error-unmatch') ? pathspec.unmatched(seen) : null;
  if (missing !== null) throw failure(`pathspec '${missing}' did not match any file(s) known to git\nDid you forget to 'git add'?`);
  return 0;
}

function expandFolders(paths: readonly string[], files: readonly string[]): readonly string[] {
  return paths.flatMap((path) => (path.endsWith('/') ? files.filter((file) => file.startsWith(path)) : [path]));
}

export function writeTree(call: GitCall, args: readonly string[]): number {
  new OptionSpec('write-tree', 'usage: git write-tree [--missing-ok] [--prefix=<prefix>/]\n', '--missing-ok').parse(args);
  const unmerged = unmergedOf(call.repository.index());
  if (unmerged.length > 0) {
    for (const { path } of unmerged) call.err(`${path}: unmerged (${unmerged[0]?.ours?.id ?? ''})\n`);
    throw fatal('git-write-tree: error building trees');
  }
  call.line(indexTree(call.repository));
  return 0;
}

export function readTree(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec('read-tree', 'usage: git read-tree (--empty | <tree-ish>)\n', '--empty --reset -q,--quiet').parse(args);
  const { repository } = call;
  if (options.args.length > 1) throw unsupported("'git read-tree' with several trees");
  repository.writeIndex(options.has('empty') ? [] : indexOf(repository, repository.files(requireRevision(call, options.args[0] ?? ''))));
  return 0;
}

export function commitTree(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec('commit-tree', 'usage: git commit-tree <tree> [(-p <parent>)...]\n', '-p=* -m=* -F=').parse(args);
  const [name = ''] = options.args;
  const id = resolveRevision(call, name);
  const tree = id === null ? null : peelTo(call, id, 'tree');
  if (tree === null) throw fatal(`not a valid object name ${name}`);
  const parents = options.list('p').map((parent) => requireCommit(call, parent));
  const file = options.value('F');
  const message =
    options.list('m').length > 0
      ? options
          .list('m')
          .map((part) => `${part.replace(/\n*$/, '')}\n`)
          .join('\n')
      : file === undefined
        ? decode(call.stdin)
        : (call.disk.readText(call.resolve(file)) ?? '');
  call.line(
    call.repository.objects.write(
      'commit',
      encodeCommit({ tree, parents, author: call.person('author'), committer: call.person('committer'), message }),
    ),
  );
  return 0;
}

const UPDATE_INDEX = new OptionSpec(
  'update-index',
  'usage: git update-index [<options>] [--] [<file>...]\n',
  '--add --remove --force-remove --refresh -q --chmod= --cacheinfo= --really-refresh',
);

export function updateIndex(call: GitCall, args: readonly string[]): number {
  const options = UPDATE_INDEX.parse(args);
  const repository = call.workRepository;
  const entries = new Map(repository.index().map((entry) => [entry.path, entry]));
  const work = repository.workEntries();
  const info = options.value('cacheinfo');
  if (info !== undefined) {
    const [mode = '', id = '', path = ''] = info.includes(',') ? info.split(',') : [info, options.args[0] ?? '', options.args[1] ?? ''];
    entries.set(path, indexEntry(path, { mode: Number.parseInt(mode, 8), id }));
  } else {
    for (const name of options.args) {
      const path = relativeToRoot(call, name);
      const entry = entries.get(path);
      const there = work.get(path);
      const chmod = options.value('chmod');
      if (options.has('force-remove') || (options.has('remove') && there === undefined)) entries.delete(path);
      else if (there === undefined)
        throw failure(`${path}: does not exist and --remove not passed\nfatal: Unable to process path ${path}`, 128);
      else if (entry === undefined && !options.has('add'))
        throw failure(`${path}: cannot add to the index - missing --add option?\nfatal: Unable to process path ${path}`, 128);
      else {
        const staged = stage(repository, path, there);
        entries.set(path, chmod === undefined ? staged : { ...staged, mode: chmod === '+x' ? 0o100755 : 0o100644 });
      }
    }
  }
  repository.writeIndex([...entries.values()]);
  return 0;
}

export function variable(call: GitCall, args: readonly string[]): number {
  const [name] = args;
  if (name === 'GIT_AUTHOR_IDENT' || name === 'GIT_COMMITTER_IDENT') {
    const { name: who, email, time, zone } = call.person(name === 'GIT_AUTHOR_IDENT' ? 'author' : 'committer');
    call.line(`${who} <${email}> ${time} ${zone}`);
    return 0;
  }
  if (name === 'GIT_DEFAULT_BRANCH') {
    call.line(call.settings.get('init.defaultbranch') ?? 'main');
    return 0;
  }
  throw new GitExit('usage: git var (-l | <variable>)\n', 129);
}

export function countObjects(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec(
    'count-objects',
    'usage: git count-objects [-v] [-H | --human-readable]\n',
    '-v,--verbose -H,--human-readable',
  ).parse(args);
  if (options.has('verbose')) throw unsupported("'git count-objects -v'");
  const { objects } = call.repository;
  const { count, kilobytes } = objects.looseFiles();
  call.line(`${count} objects, ${kilobytes} kilobytes`);
  return 0;
}

export function checkRefFormat(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec(
    'check-ref-format',
    'usage: git check-ref-format [--normalize] [<options>] <refname>\n   or: git check-ref-format --branch <branchname-shorthand>\n',
    '--branch --normalize --allow-onelevel',
  ).parse(args);
  const [name = ''] = options.args;
  if (options.has('branch')) {
    if (!isRefName(name)) throw fatal(`'${name}' is not a valid branch name`);
    call.line(name);
    return 0;
  }
  return isRefName(name) && (name.includes('/') || options.has('allow-onelevel')) ? 0 : 1;
}

/** Checks that everything that refs name is there and is what its id says. */
export function fsck(call: GitCall, args: readonly string[]): number {
  new OptionSpec(
    'fsck',
    'usage: git fsck [<options>]\n',
    '--full --strict --no-dangling,--dangling --unreachable --no-progress,--progress --lost-found --connectivity-only',
  ).parse(args);
  const { objects, refs, head } = call.repository;
  const known = new Set(objects.ids());
  let code = 0;
  for (const id of known) {
    const { type, content } = objects.read(id);
    if (objectId(type, content) === id) continue;
    call.err(`error: ${id}: hash-path mismatch\n`);
    code = 1;
  }
  const tips = [...refs.list().map(([, id]) => id), ...(head === null ? [] : [head])];
  const reachable = new Set(reachableObjects(objects, tips, []).keys());
  const named = new Set<string>(reachable);
  for (const id of known) {
    if (reachable.has(id)) continue;
    const { type } = objects.read(id);
    if (type === 'commit') for (const below of ancestors(objects, objects.commit(id).parents)) named.add(below);
    if (type === 'tree') for (const item of objects.tree(id)) named.add(item.id);
    if (type === 'commit') named.add(objects.commit(id).tree);
  }
  if (!args.includes('--no-dangling'))
    for (const id of [...known].sort()) if (!named.has(id)) call.line(`dangling ${objects.read(id).type} ${id}`);
  return code;
}
