import { remoteNames } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { fetchFrom, remoteUrl, shortRef, type FetchOptions } from '../fetching.ts';
import { OptionSpec } from '../options.ts';
import { mapRef } from '../revision.ts';
import { connect } from '../transport.ts';
import { isAncestor } from '../walk.ts';

/** A fetch without any option. */
const PLAIN_FETCH: FetchOptions = { prune: false, tags: 'follow', force: false, depth: null, dryRun: false, verbose: false, quiet: false };

const USAGE =
  'usage: git remote [-v | --verbose]\n   or: git remote add [-t <branch>] [-m <master>] [-f] [--tags | --no-tags] [--mirror=<fetch|push>] <name> <url>\n   or: git remote rename [--[no-]progress] <old> <new>\n   or: git remote remove <name>\n';
const SPEC = new OptionSpec('remote', USAGE, '-v,--verbose');
const ADD = new OptionSpec(
  'remote add',
  'usage: git remote add [<options>] <name> <url>\n',
  '-f,--fetch --tags -t,--track=* -m,--master= --mirror[=]',
);
const SET_URL = new OptionSpec(
  'remote set-url',
  'usage: git remote set-url [--push] <name> <newurl> [<oldurl>]\n',
  '--push --add --delete',
);
const GET_URL = new OptionSpec('remote get-url', 'usage: git remote get-url [--push] [--all] <name>\n', '--push --all');
const SHOW = new OptionSpec('remote show', 'usage: git remote show [<options>] <name>\n', '-n');

export async function remote(call: GitCall, args: readonly string[]): Promise<number> {
  call.expectRepository();
  const options = SPEC.parse(args, { stopAtFirst: true });
  const [verb, ...rest] = options.args;
  if (verb === undefined) return list(call, options.has('verbose'));
  switch (verb) {
    case 'add':
      return add(call, rest);
    case 'remove':
    case 'rm':
      return remove(call, rest[0]);
    case 'rename':
      return rename(call, rest);
    case 'set-url':
      return setUrl(call, rest);
    case 'get-url': {
      const parsed = GET_URL.parse(rest);
      const name = known(call, parsed.args[0] ?? '', 2);
      if (parsed.has('all')) for (const url of call.settings.all(`remote.${name}.url`)) call.line(url);
      else call.line(remoteUrl(call, name, parsed.has('push')));
      return 0;
    }
    case 'show':
      return rest.filter((word) => !word.startsWith('-')).length === 0 ? list(call, false) : show(call, rest);
    case 'prune':
      return prune(call, rest);
    case 'update':
      for (const name of rest.length > 0 ? rest : remoteNames(call)) {
        call.out(`Fetching ${name}\n`);
        await fetchFrom(call, name, [], PLAIN_FETCH);
      }
      return 0;
    case 'set-head':
      return setHead(call, rest);
    case 'set-branches':
      throw unsupported("'git remote set-branches'");
  }
  throw new GitExit(`error: unknown subcommand: \`${verb}'\n${USAGE}`, 129);
}

function list(call: GitCall, verbose: boolean): number {
  for (const name of remoteNames(call)) {
    if (verbose) call.out(`${name}\t${remoteUrl(call, name)} (fetch)\n${name}\t${remoteUrl(call, name, true)} (push)\n`);
    else call.line(name);
  }
  return 0;
}

function known(call: GitCall, name: string, code: 2 | 128 = 2): string {
  if (!remoteNames(call).includes(name)) throw new GitExit(`error: No such remote '${name}'\n`, code);
  return name;
}

async function add(call: GitCall, args: readonly string[]): Promise<number> {
  const options = ADD.parse(args);
  const [name, url] = options.args;
  if (name === undefined || url === undefined || options.args.length > 2) throw new GitExit(ADD.usage, 129);
  if (options.has('mirror')) throw unsupported("'git remote add --mirror'");
  if (remoteNames(call).includes(name)) throw new GitExit(`error: remote ${name} already exists.\n`, 3);
  if (!/^[^\s~^:?*[\\]+$/.test(name) || name.startsWith('-')) throw fatal(`'${name}' is not a valid remote name`);
  const config = call.repository.config();
  config.set(`remote.${name}.url`, url);
  const tracked = options.list('track');
  for (const branch of tracked.length > 0 ? tracked : ['*'])
    config.add(`remote.${name}.fetch`, `+refs/heads/${branch}:refs/remotes/${name}/${branch}`);
  if (options.has('tags')) config.set(`remote.${name}.tagopt`, '--tags');
  if (options.negated('tags')) config.set(`remote.${name}.tagopt`, '--no-tags');
  call.repository.writeConfig(config);
  call.refresh();
  if (!options.has('fetch')) return 0;
  call.out(`Updating ${name}\n`);
  const { ok } = await fetchFrom(call, name, [], PLAIN_FETCH);
  return ok ? 0 : 1;
}

function remove(call: GitCall, name: string | undefined): number {
  if (name === undefined) throw new GitExit('usage: git remote remove <name>\n', 129);
  if (!remoteNames(call).includes(name)) throw new GitExit(`error: No such remote: '${name}'\n`, 2);
  const { repository } = call;
  const config = repository.config();
  config.removeSection(`remote.${name}`);
  for (const { key, value } of config.entries()) {
    const branch = /^branch\.(.+)\.remote$/.exec(key)?.[1];
    if (branch === undefined || value !== name) continue;
    config.unset(`branch.${branch}.remote`);
    config.unset(`branch.${branch}.merge`);
  }
  repository.writeConfig(config);
  for (const [ref] of repository.refs.list(`refs/remotes/${name}/`)) repository.refs.delete(ref);
  repository.disk.remove(`${repository.commonDir}/refs/remotes/${name}`);
  call.refresh();
  return 0;
}

function rename(call: GitCall, args: readonly string[]): number {
  const [from, to] = args.filter((word) => !word.startsWith('-'));
  if (from === undefined || to === undefined) throw new GitExit('usage: git remote rename [--[no-]progress] <old> <new>\n', 129);
  if (!remoteNames(call).includes(from)) throw new GitExit(`error: No such remote: '${from}'\n`, 2);
  if (remoteNames(call).includes(to)) throw new GitExit(`error: remote ${to} already exists.\n`, 3);
  const { repository } = call;
  const config = repository.config();
  config.renameSection(`remote.${from}`, `remote.${to}`);
  const specs = config.all(`remote.${to}.fetch`);
  config.unset(`remote.${to}.fetch`);
  for (const spec of specs) config.add(`remote.${to}.fetch`, spec.replace(`refs/remotes/${from}/`, `refs/remotes/${to}/`));
  for (const { key, value } of config.entries()) if (/^branch\..+\.remote$/.test(key) && value === from) config.set(key, to);
  repository.writeConfig(config);
  for (const [ref, id] of repository.refs.list(`refs/remotes/${from}/`)) {
    const target = `refs/remotes/${to}/${ref.slice(`refs/remotes/${from}/`.length)}`;
    const symbolic = repository.refs.symbolic(ref);
    const log = repository.refs.reflog(ref);
    repository.refs.delete(ref);
    if (symbolic !== null) repository.refs.setSymbolic(target, symbolic.replace(`refs/remotes/${from}/`, `refs/remotes/${to}/`));
    else {
      repository.refs.update(target, id, null);
      if (log.length > 0) repository.refs.rewriteReflog(target, log);
      repository.refs.log(target, id, id, call.change(`remote: renamed ${ref} to ${target}`));
    }
  }
  call.refresh();
  return 0;
}

function setUrl(call: GitCall, args: readonly string[]): number {
  const options = SET_URL.parse(args);
  const [name = '', url, old] = options.args;
  if (url === undefined) throw new GitExit(SET_URL.usage, 129);
  known(call, name);
  const key = `remote.${name}.${options.has('push') ? 'pushurl' : 'url'}`;
  const config = call.repository.config();
  if (options.has('add')) config.add(key, url);
  else if (options.has('delete')) {
    const kept = config.all(key).filter((one) => !new RegExp(url).test(one));
    if (kept.length === config.all(key).length) throw fatal(`No such URL found: ${url}`);
    config.unset(key);
    for (const one of kept) config.add(key, one);
  } else if (old !== undefined) {
    const all = config.all(key);
    if (!all.some((one) => new RegExp(old).test(one))) throw fatal(`No such URL found: ${old}`);
    config.unset(key);
    for (const one of all) config.add(key, new RegExp(old).test(one) ? url : one);
  } else config.replaceAll(key, url);
  call.repository.writeConfig(config);
  call.refresh();
  return 0;
}

async function show(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SHOW.parse(args);
  const [name = ''] = options.args;
  const { repository } = call;
  const { refs, objects } = repository;
  const url = remoteUrl(call, name);
  const theirs = await connect(call, url).advertise();
  let text = `* remote ${name}\n  Fetch URL: ${url}\n  Push  URL: ${remoteUrl(call, name, true)}\n  HEAD branch: ${theirs.head ? shortRef(theirs.head) : '(unknown)'}\n`;
  const heads = [...theirs.refs].filter(([ref]) => ref.startsWith('refs/heads/'));
  const specs = call.settings.all(`remote.${name}.fetch`);
  const mapped = (ref: string): string | null => specs.map((spec) => mapRef(spec, ref)).find((one) => one !== null) ?? null;
  const kept = new Set(heads.map(([ref]) => mapped(ref)));
  const stale = refs.list(`refs/remotes/${name}/`).flatMap(([ref]) => (kept.has(ref) || refs.symbolic(ref) !== null ? [] : ref));
  const rows: [string, string][] = heads.map(([ref]) => [
    shortRef(ref),
    refs.exists(mapped(ref) ?? '') ? 'tracked' : `new (next fetch will store in remotes/${name})`,
  ]);
  for (const ref of stale) rows.push([ref, "stale (use 'git remote prune' to remove)"]);
  rows.sort(([one], [other]) => (one < other ? -1 : 1));
  const column = (entries: readonly [string, string][]): string => {
    const width = Math.max(0, ...entries.map(([left]) => left.length));
    return entries.map(([left, right]) => `    ${left.padEnd(width)} ${right}\n`).join('');
  };
  if (rows.length > 0) text += `  Remote branch${rows.length === 1 ? '' : 'es'}:\n${column(rows)}`;
  const pulls = refs.list('refs/heads/').flatMap(([ref]): readonly [string, string][] => {
    const branch = shortRef(ref);
    const merge = call.settings.get(`branch.${branch}.merge`);
    return call.settings.get(`branch.${branch}.remote`) === name && merge !== undefined
      ? [[branch, `merges with remote ${shortRef(merge)}`]]
      : [];
  });
  if (pulls.length > 0) text += `  Local branch${pulls.length === 1 ? '' : 'es'} configured for 'git pull':\n${column(pulls)}`;
  const pushes = refs.list('refs/heads/').flatMap(([ref, id]): readonly [string, string][] => {
    const other = theirs.refs.get(ref);
    if (other === undefined) return [];
    const state =
      other === id ? 'up to date' : !objects.has(other) || !isAncestor(objects, other, id) ? 'local out of date' : 'fast-forwardable';
    return [[shortRef(ref), `pushes to ${shortRef(ref)} (${state})`]];
  });
  const width = Math.max(0, ...pushes.map(([left]) => left.length));
  const target = Math.max(0, ...pushes.map(([left]) => left.length));
  if (pushes.length > 0)
    text += `  Local ref${pushes.length === 1 ? '' : 's'} configured for 'git push':\n${pushes.map(([left, right]) => `    ${left.padEnd(width)} ${right.replace(/^pushes to (\S+)/, (_, ref: string) => `pushes to ${ref.padEnd(target)}`)}\n`).join('')}`;
  call.out(text);
  return 0;
}

async function prune(call: GitCall, args: readonly string[]): Promise<number> {
  const dry = args.some((word) => word === '-n' || word === '--dry-run');
  for (const name of args.filter((word) => !word.startsWith('-'))) {
    const url = remoteUrl(call, name);
    const { refs: theirs } = await connect(call, url).advertise();
    const { refs } = call.repository;
    const specs = call.settings.all(`remote.${name}.fetch`);
    const kept = new Set([...theirs.keys()].flatMap((ref) => specs.map((spec) => mapRef(spec, ref))));
    const stale = refs.list(`refs/remotes/${name}/`).flatMap(([ref]) => (kept.has(ref) || refs.symbolic(ref) !== null ? [] : ref));
    if (stale.length > 0) call.out(`Pruning ${name}\nURL: ${url}\n`);
    for (const ref of stale) {
      if (!dry) refs.delete(ref);
      call.line(` * [${dry ? 'would prune' : 'pruned'}] ${shortRef(ref)}`);
    }
  }
  return 0;
}

async function setHead(call: GitCall, args: readonly string[]): Promise<number> {
  const [name = '', branch] = args.filter((word) => !word.startsWith('-'));
  known(call, name);
  const { refs } = call.repository;
  const ref = `refs/remotes/${name}/HEAD`;
  if (args.includes('-d') || args.includes('--delete')) {
    refs.delete(ref);
    return 0;
  }
  let target = branch;
  if (args.includes('-a') || args.includes('--auto')) {
    const { head } = await connect(call, remoteUrl(call, name)).advertise();
    if (head === null) throw new GitExit('error: Cannot determine remote HEAD\n', 1);
    target = shortRef(head);
  }
  if (target === undefined) throw new GitExit('usage: git remote set-head <name> (-a | --auto | -d | --delete | <branch>)\n', 129);
  if (!refs.exists(`refs/remotes/${name}/${target}`)) throw new GitExit(`error: Not a valid ref: refs/remotes/${name}/${target}\n`, 1);
  refs.setSymbolic(ref, `refs/remotes/${name}/${target}`);
  if (args.includes('-a') || args.includes('--auto')) call.line(`${name}/HEAD set to ${target}`);
  return 0;
}
