import type { GitCall } from '../call.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { OptionSpec, type Options } from '../options.ts';
import type { Repository } from '../repository.ts';
import { detachedAdvice } from '../switching.ts';
import { connect, type Remote } from '../transport.ts';
import { forceFiles } from '../worktree.ts';
import { depthOf } from './fetch.ts';
import { makeRepository } from './init.ts';

const CLONE = new OptionSpec(
  'clone',
  'usage: git clone [<options>] [--] <repo> [<dir>]\n',
  '-v,--verbose -q,--quiet --progress --reject-shallow -n,--no-checkout --bare --mirror -l,--local --no-hardlinks,--hardlinks -s,--shared --recurse-submodules[=] --recursive[=] -j,--jobs= --template=' +
    ' --reference= --dissociate -o,--origin= -b,--branch= -u,--upload-pack= --depth= --shallow-since= --shallow-exclude= --single-branch --no-tags,--tags --shallow-submodules --separate-git-dir= -c,--config=* --server-option= -4 -6 --filter= --sparse --also-filter-submodules --remote-submodules --bundle-uri=',
);

export async function clone(call: GitCall, args: readonly string[]): Promise<number> {
  const options = CLONE.parse(args);
  for (const name of [
    'mirror',
    'shared',
    'reference',
    'shallow-since',
    'shallow-exclude',
    'separate-git-dir',
    'filter',
    'sparse',
    'bundle-uri',
  ])
    if (options.has(name)) throw unsupported(`'git clone --${name}'`);
  const [source, folder] = options.args;
  if (source === undefined) throw new GitExit(`fatal: You must specify a repository to clone.\n\n${CLONE.usage}\n`, 129);
  if (options.args.length > 2) throw new GitExit(`fatal: Too many arguments.\n\n${CLONE.usage}\n`, 129);
  const bare = options.has('bare');
  const guessed = source
    .replace(/\/+$/, '')
    .replace(/\/?\.git$|\.bundle$/, '')
    .replace(/^.*[/:]/, '');
  const directory = folder ?? (bare ? `${guessed}.git` : guessed);
  const path = call.resolve(directory);
  const isPath = !/^[a-z+]+:\/\//.test(source) && !/^[^/.]+[^/]*:/.test(source);
  const there = call.disk.entry(path);
  if (isPath && call.disk.entry(call.resolve(source)) === null && call.disk.entry(call.resolve(`${source}.git`)) === null)
    throw fatal(`repository '${source}' does not exist`);
  if (there !== null && (there.type !== 'directory' || call.disk.list(path).length > 0))
    throw fatal(`destination path '${directory}' already exists and is not an empty directory.`);
  const quiet = options.has('quiet');
  if (!quiet) call.err(`Cloning into ${bare ? 'bare repository ' : ''}'${directory}'...\n`);
  const existed = there !== null;
  try {
    return await fill(call, options, { source, path, bare, isPath, quiet });
  } catch (error) {
    call.disk.remove(path);
    if (existed) call.disk.makeDirectory(path);
    throw error;
  }
}

/** As git remembers the path that it cloned from: absolute, and otherwise as it was typed. */
function pathOf(call: GitCall, source: string): string {
  return source.startsWith('/') ? source : `${call.cwd}/${source}`;
}

async function fill(
  call: GitCall,
  options: Options,
  how: { readonly source: string; readonly path: string; readonly bare: boolean; readonly isPath: boolean; readonly quiet: boolean },
): Promise<number> {
  const { path, bare, quiet } = how;
  const url = how.isPath ? pathOf(call, call.disk.entry(call.resolve(how.source)) === null ? `${how.source}.git` : how.source) : how.source;
  const remote = connect(call, url);
  const theirs = await remote.advertise();
  /** Copied from another folder, which git says when it has finished. */
  const local = how.isPath && call.disk.isDirectory(call.resolve(url));
  const name = options.value('origin') ?? call.settings.get('clone.defaultremotename') ?? 'origin';
  const wanted = options.value('branch');
  const headBranch = theirs.head?.startsWith('refs/heads/') ? theirs.head.slice(11) : (call.settings.get('init.defaultbranch') ?? 'main');
  makeRepository(call, path, { bare, branch: headBranch });
  const inner = call.at(path);
  const { repository } = inner;
  const config = repository.config();
  config.set(`remote.${name}.url`, url);
  const depth = depthOf(options);
  const shallow = depth !== null && (!how.isPath || url.startsWith('file://'));
  if (depth !== null && !shallow) call.err('warning: --depth is ignored in local clones; use file:// instead.\n');
  const single = options.has('single-branch') || (shallow && !options.negated('single-branch'));
  const ref =
    wanted === undefined
      ? null
      : (['refs/heads/', 'refs/tags/'].map((prefix) => prefix + wanted).find((one) => theirs.refs.has(one)) ?? null);
  if (wanted !== undefined && ref === null) throw fatal(`Remote branch ${wanted} not found in upstream ${name}`);
  const chosen = ref ?? theirs.head ?? `refs/heads/${headBranch}`;
  const only = single && chosen.startsWith('refs/heads/') ? chosen : null;
  if (!bare)
    config.add(
      `remote.${name}.fetch`,
      only === null ? `+refs/heads/*:refs/remotes/${name}/*` : `+${only}:refs/remotes/${name}/${only.slice(11)}`,
    );
  for (const setting of options.list('config')) {
    const [key = '', value = 'true'] = setting.split(/=(.*)/s);
    config.add(key, value);
  }
  repository.writeConfig(config);
  const change = call.change(`clone: from ${url}`);
  const kept = [...theirs.refs].filter(([one]) =>
    one.startsWith('refs/heads/')
      ? only === null || one === only
      : one.startsWith('refs/tags/') && !options.has('no-tags') && !options.negated('tags') && only === null,
  );
  const follow = only === null ? [] : [...theirs.refs].filter(([one]) => one.startsWith('refs/tags/') && !options.has('no-tags'));
  await fetchAll(
    remote,
    repository,
    kept.map(([, id]) => id),
    shallow ? depth : null,
  );
  const stored = [...kept, ...follow.filter(([one, id]) => repository.objects.has(theirs.peeled.get(one) ?? id))];
  if (bare) for (const [one, id] of stored) repository.refs.update(one, id, null);
  else writePacked(repository, name, stored);
  if (theirs.refs.size === 0) {
    call.err('warning: You appear to have cloned an empty repository.\n');
    if (!bare) follows(call, repository, name, headBranch);
    if (local && !quiet) call.err('done.\n');
    return 0;
  }
  const head = theirs.refs.get(chosen);
  if (theirs.head !== null && theirs.refs.has(theirs.head) && !bare && (only === null || only === theirs.head))
    repository.refs.setSymbolic(`refs/remotes/${name}/HEAD`, `refs/remotes/${name}/${theirs.head.slice(11)}`);
  if (head === undefined) {
    const detached = theirs.refs.get('HEAD');
    if (detached !== undefined && theirs.head === null) repository.refs.detach(detached, change);
    else call.err('warning: remote HEAD refers to nonexistent ref, unable to checkout.\n');
  } else if (chosen.startsWith('refs/heads/')) {
    const branch = chosen.slice(11);
    repository.refs.setSymbolic('HEAD', chosen);
    repository.refs.update(chosen, head, bare ? null : change);
    if (!bare) follows(call, repository, name, branch);
  } else repository.refs.detach(repository.objects.peel(head).id, change);
  if (local && !quiet) call.err('done.\n');
  if (!bare && !options.has('no-checkout') && repository.head !== null) {
    if (chosen.startsWith('refs/tags/') && !quiet) call.err(detachedAdvice(repository.head));
    forceFiles(inner, repository.files(repository.head));
  }
  return 0;
}

/** Brings the objects over; what a bundle builds on cannot be in a new repository. */
async function fetchAll(remote: Remote, repository: Repository, wants: readonly string[], depth: number | null): Promise<void> {
  try {
    await remote.fetch(repository, wants, depth);
  } catch (error) {
    if (error instanceof GitExit && error.exitCode === 1) throw new GitExit(`${error.text}fatal: remote transport reported error\n`, 128);
    throw error;
  }
}

function follows(call: GitCall, repository: Repository, remote: string, branch: string): void {
  const config = repository.config();
  config.set(`branch.${branch}.remote`, remote);
  config.set(`branch.${branch}.merge`, `refs/heads/${branch}`);
  if (call.settings.get('branch.autosetuprebase') === 'always') config.set(`branch.${branch}.rebase`, 'true');
  repository.writeConfig(config);
}

function writePacked(repository: Repository, remote: string, refs: readonly (readonly [string, string])[]): void {
  const entries = refs
    .map(([name, id]) => [name.replace(/^refs\/heads\//, `refs/remotes/${remote}/`), id] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, id]) => {
      const peeled = repository.objects.peel(id).id;
      return `${id} ${name}\n${peeled === id ? '' : `^${peeled}\n`}`;
    });
  if (entries.length > 0)
    repository.disk.write(`${repository.gitDir}/packed-refs`, `# pack-refs with: peeled fully-peeled sorted \n${entries.join('')}`);
}
