import { isBranchName, remoteNames, setUpstream } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { parentOf } from '../disk.ts';
import { fatal, GitExit } from '../errors.ts';
import { runHook } from '../hooks.ts';
import { OptionSpec, type Options } from '../options.ts';
import { subjectOf } from '../record.ts';
import { NO_ID } from '../refs.ts';
import { Repository } from '../repository.ts';
import { fullRefName, previousBranch, resolveCommit } from '../revision.ts';
import { workStatus } from '../status.ts';
import { forceFiles } from '../worktree.ts';
import { worktreesOf, worktreeUsing, type Worktree } from '../worktrees.ts';

const SYNOPSIS = {
  add: '[-f] [--detach] [--checkout] [--lock [--reason <string>]]\n                        [-b <new-branch>] <path> [<commit-ish>]',
  list: '[-v | --porcelain [-z]]',
  lock: '[--reason <string>] <worktree>',
  move: '<worktree> <new-path>',
  prune: '[-n] [-v] [--expire <expire>]',
  remove: '[-f] <worktree>',
  repair: '[<path>...]',
  unlock: '<worktree>',
} as const;

type Verb = keyof typeof SYNOPSIS;

const USAGE = `${Object.entries(SYNOPSIS)
  .map(([verb, text], at) => `${at === 0 ? 'usage' : '   or'}: git worktree ${verb} ${text}\n`)
  .join('')}\n`;

const usageOf = (verb: Verb, options: string): string => `usage: git worktree ${verb} ${SYNOPSIS[verb]}\n\n${options}`;

const SPECS: Readonly<Record<Verb, OptionSpec>> = {
  add: new OptionSpec(
    'worktree add',
    usageOf(
      'add',
      '    -f, --force           checkout <branch> even if already checked out in other worktree\n' +
        '    -b <branch>           create a new branch\n' +
        '    -B <branch>           create or reset a branch\n' +
        '    -d, --detach          detach HEAD at named commit\n' +
        '    --checkout            populate the new working tree\n' +
        '    --lock                keep the new working tree locked\n' +
        '    --reason <string>     reason for locking\n' +
        '    -q, --quiet           suppress progress reporting\n' +
        '    --track               set up tracking mode (see git-branch(1))\n' +
        '    --guess-remote        try to match the new branch name with a remote-tracking branch\n\n',
    ),
    '-f,--force -b= -B= -d,--detach --checkout --lock --reason= -q,--quiet --track --guess-remote',
  ),
  list: new OptionSpec(
    'worktree list',
    usageOf(
      'list',
      '    --porcelain           machine-readable output\n' +
        '    -v, --verbose         show extended annotations and reasons, if available\n' +
        '    --expire <expiry-date>\n' +
        "                          add 'prunable' annotation to worktrees older than <time>\n" +
        '    -z                    terminate records with a NUL character\n\n',
    ),
    '--porcelain -v,--verbose --expire= -z',
  ),
  lock: new OptionSpec('worktree lock', usageOf('lock', '    --reason <string>     reason for locking\n\n'), '--reason='),
  move: new OptionSpec(
    'worktree move',
    usageOf('move', '    -f, --force           force move even if worktree is dirty or locked\n\n'),
    '-f,--force',
  ),
  prune: new OptionSpec(
    'worktree prune',
    usageOf(
      'prune',
      '    -n, --dry-run         do not remove, show only\n' +
        '    -v, --verbose         report pruned working trees\n' +
        '    --expire <expiry-date>\n' +
        '                          expire working trees older than <time>\n\n',
    ),
    '-n,--dry-run -v,--verbose --expire=',
  ),
  remove: new OptionSpec(
    'worktree remove',
    usageOf('remove', '    -f, --force           force removal even if worktree is dirty or locked\n\n'),
    '-f,--force',
  ),
  repair: new OptionSpec('worktree repair', usageOf('repair', ''), ''),
  unlock: new OptionSpec('worktree unlock', usageOf('unlock', ''), ''),
};

/** `git worktree`: several work trees over one repository. */
export async function worktree(call: GitCall, args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args;
  if (verb === undefined) throw new GitExit(`error: need a subcommand\n${USAGE}`, 129);
  if (!Object.hasOwn(SPECS, verb)) {
    const problem = verb.startsWith('--') ? `unknown option \`${verb.slice(2)}'` : `unknown subcommand: \`${verb}'`;
    throw new GitExit(`error: ${problem}\n${USAGE}`, 129);
  }
  call.expectRepository();
  const spec = SPECS[verb as Verb];
  const options = spec.parse(rest);
  const expected: Partial<Record<Verb, number>> = { list: 0, prune: 0, lock: 1, unlock: 1, remove: 1, move: 2 };
  const count = expected[verb as Verb];
  if (count !== undefined && options.args.length !== count) throw new GitExit(spec.usage, 129);
  switch (verb as Verb) {
    case 'add':
      return add(call, options);
    case 'list':
      return list(call, options);
    case 'lock':
      return lock(call, options);
    case 'unlock':
      return unlock(call, options);
    case 'move':
      return move(call, options);
    case 'remove':
      return remove(call, options);
    case 'prune':
      return prune(call, options);
    case 'repair':
      return repair(call, options);
  }
}

/** What is to be checked out in a new work tree. */
interface Plan {
  /** The branch, or null for a detached HEAD. */
  readonly branch: string | null;
  readonly makes: 'new' | 'reset' | null;
  readonly commit: string;
  readonly start: string;
  readonly said: string;
}

async function add(call: GitCall, options: Options): Promise<number> {
  const made = [options.has('b'), options.has('B'), options.has('detach')].filter(Boolean).length;
  if (made > 1) throw fatal("options '-b', '-B', and '--detach' cannot be used together");
  const [typed, start] = options.args;
  if (typed === undefined || options.args.length > 2) throw new GitExit(SPECS.add.usage, 129);
  if (options.has('reason') && !options.has('lock')) throw fatal("the option '--reason' requires '--lock'");
  const { repository } = call;
  const path = call.resolve(typed);
  const plan = planOf(call, options, path, start);
  if (!options.has('quiet')) call.err(`Preparing worktree (${plan.said})\n`);
  if (plan.makes === null && plan.branch !== null) checkPlace(call, options, typed, path);
  if (plan.makes === null && plan.branch !== null && !options.has('force')) {
    const user = worktreeUsing(repository, `refs/heads/${plan.branch}`);
    if (user !== null) throw fatal(`'${plan.branch}' is already checked out at '${user}'`);
  }
  if (plan.makes !== null) makeBranch(call, options, plan);
  checkPlace(call, options, typed, path);
  const linked = link(call, path, options, plan.branch);
  const person = call.change('');
  if (plan.branch === null) linked.refs.detach(plan.commit, person);
  else linked.refs.log('HEAD', NO_ID, plan.commit, person);
  if (!options.negated('checkout')) populate(call, linked, plan, options.has('quiet'));
  const inner = inWorktree(call, path);
  await runHook(inner, 'post-checkout', [NO_ID, plan.commit, '1']);
  return 0;
}

function planOf(call: GitCall, options: Options, path: string, start: string | undefined): Plan {
  const { refs } = call.repository;
  const named = options.value('b') ?? options.value('B');
  const from = start === '-' ? (previousBranch(call, 1) ?? '-') : (start ?? 'HEAD');
  const commitOf = (name: string): string => {
    const id = resolveCommit(call, name);
    if (id === null) throw fatal(`invalid reference: ${name}`);
    return id;
  };
  if (named !== undefined) return branchPlan(call, options, named, from, commitOf(from));
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (start === undefined && !options.has('detach')) {
    if (refs.exists(`refs/heads/${base}`)) return existingPlan(call, base);
    return branchPlan(call, options, base, 'HEAD', commitOf('HEAD'));
  }
  if (!options.has('detach') && refs.exists(`refs/heads/${from}`)) return existingPlan(call, from);
  if (!options.has('detach') && resolveCommit(call, from) === null) {
    const remotes = remoteNames(call).filter((remote) => refs.exists(`refs/remotes/${remote}/${from}`));
    if (remotes.length === 1) return branchPlan(call, options, from, `${remotes[0]}/${from}`, commitOf(`${remotes[0]}/${from}`));
  }
  const commit = commitOf(from);
  return { branch: null, makes: null, commit, start: from, said: `detached HEAD ${call.short(commit)}` };
}

function existingPlan(call: GitCall, branch: string): Plan {
  const commit = call.repository.refs.resolve(`refs/heads/${branch}`) as string;
  return { branch, makes: null, commit, start: branch, said: `checking out '${branch}'` };
}

function branchPlan(call: GitCall, options: Options, branch: string, start: string, commit: string): Plan {
  const { repository } = call;
  const old = repository.refs.resolve(`refs/heads/${branch}`);
  const reset = options.has('B') && old !== null;
  if (reset && !options.has('force')) {
    const user = worktreeUsing(repository, `refs/heads/${branch}`);
    if (user !== null) throw fatal(`'${branch}' is already checked out at '${user}'`);
  }
  const said = reset ? `resetting branch '${branch}'; was at ${call.short(old)}` : `new branch '${branch}'`;
  return { branch, makes: reset ? 'reset' : 'new', commit, start, said };
}

function makeBranch(call: GitCall, options: Options, plan: Plan): void {
  const { refs } = call.repository;
  const name = plan.branch as string;
  const ref = `refs/heads/${name}`;
  if (!isBranchName(name)) throw new GitExit(`fatal: '${name}' is not a valid branch name\n`, 255);
  if (plan.makes === 'new' && refs.exists(ref)) throw new GitExit(`fatal: a branch named '${name}' already exists\n`, 255);
  const other = refs.exists(ref) ? null : refs.conflicting(ref);
  if (other !== null) throw fatal(`cannot lock ref '${ref}': '${other}' exists; cannot create '${ref}'`);
  const how = plan.makes === 'reset' ? 'Reset to' : 'Created from';
  refs.update(ref, plan.commit, call.change(`branch: ${how} ${plan.start}`));
  const full = fullRefName(call, plan.start);
  const wanted = full?.startsWith('refs/remotes/') ? !options.negated('track') : options.has('track');
  if (full && wanted && /^refs\/(heads|remotes)\//.test(full)) call.out(setUpstream(call, name, full));
}

function checkPlace(call: GitCall, options: Options, typed: string, path: string): void {
  const there = call.disk.entry(path);
  if (there !== null && (there.type !== 'directory' || call.disk.list(path).length > 0)) throw fatal(`'${typed}' already exists`);
  const known = worktreesOf(call.repository).find((one) => one.path === path && one.name !== null);
  if (known === undefined) return;
  const force = options.order.filter((name) => name === 'force').length;
  if (force >= (known.locked === null ? 1 : 2)) {
    forget(call.repository, known);
    return;
  }
  if (known.locked !== null)
    throw fatal(`'${typed}' is a missing but locked worktree;\nuse 'add -f -f' to override, or 'unlock' and 'prune' or 'remove' to clear`);
  throw fatal(`'${typed}' is a missing but already registered worktree;\nuse 'add -f' to override, or 'prune' or 'remove' to clear`);
}

/** Makes the records of a new work tree, and the `.git` file that leads to them. */
function link(call: GitCall, path: string, options: Options, branch: string | null): Repository {
  const { disk, repository } = call;
  const wanted = path.slice(path.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]+/g, '-');
  let name = wanted;
  for (let number = 1; disk.exists(`${repository.commonDir}/worktrees/${name}`); number++) name = `${wanted}${number}`;
  const gitDir = `${repository.commonDir}/worktrees/${name}`;
  disk.makeDirectory(path);
  if (options.has('lock')) disk.write(`${gitDir}/locked`, options.value('reason') ?? 'added with --lock');
  disk.write(`${gitDir}/gitdir`, `${path}/.git\n`);
  disk.write(`${gitDir}/commondir`, '../..\n');
  disk.write(`${gitDir}/HEAD`, branch === null ? `${NO_ID}\n` : `ref: refs/heads/${branch}\n`);
  disk.write(`${path}/.git`, `gitdir: ${gitDir}\n`);
  return new Repository(disk, gitDir, path);
}

/** A call in another work tree, whatever this one's environment says. */
function inWorktree(call: GitCall, path: string): GitCall {
  const inner = call.at(path);
  inner.gitDir = null;
  inner.workTree = null;
  return inner;
}

/** As `git reset --hard` in the new work tree, which is how git fills it. */
function populate(call: GitCall, linked: Repository, plan: Plan, quiet: boolean): void {
  forceFiles(inWorktree(call, linked.workTree as string), linked.files(plan.commit));
  linked.refs.update('ORIG_HEAD', plan.commit, null);
  if (plan.branch !== null) linked.refs.log('HEAD', plan.commit, plan.commit, call.change('reset: moving to HEAD'));
  if (!quiet) call.line(`HEAD is now at ${call.short(plan.commit)} ${subjectOf(linked.objects.commit(plan.commit).message)}`);
}

function list(call: GitCall, options: Options): number {
  const [porcelain, verbose, nul] = [options.has('porcelain'), options.has('verbose'), options.has('z')];
  if (porcelain && verbose) throw fatal("options '--verbose' and '--porcelain' cannot be used together");
  if (nul && !porcelain) throw fatal("the option '-z' requires '--porcelain'");
  const all = worktreesOf(call.repository);
  if (porcelain) {
    for (const one of all) call.out(record(one).replaceAll('\n', nul ? '\0' : '\n'));
    return 0;
  }
  const width = Math.max(...all.map(({ path }) => path.length));
  for (const one of all) call.out(`${one.path.padEnd(width)} ${summary(call, one, verbose)}\n`);
  return 0;
}

function record({ path, repository, locked, prunable, name }: Worktree): string {
  const lines = [`worktree ${path}`];
  if (name === null && repository?.workTree === null) lines.push('bare');
  else {
    lines.push(`HEAD ${repository?.head ?? NO_ID}`);
    lines.push(repository?.headRef ? `branch ${repository.headRef}` : 'detached');
  }
  if (locked !== null) lines.push(locked === '' ? 'locked' : `locked ${locked}`);
  if (prunable !== null) lines.push(`prunable ${prunable}`);
  return `${lines.join('\n')}\n\n`;
}

function summary(call: GitCall, { repository, locked, prunable, name }: Worktree, verbose: boolean): string {
  if (name === null && repository?.workTree === null) return ' (bare)';
  const id = repository?.head ?? null;
  let text = ` ${id === null ? '0000000' : call.short(id)} ${repository?.branch ? `[${repository.branch}]` : '(detached HEAD)'}`;
  if (locked !== null) text += verbose && locked !== '' ? `\n\tlocked: ${locked}` : ' locked';
  if (prunable !== null) text += verbose ? `\n\tprunable: ${prunable}` : ' prunable';
  return text;
}

/** The work tree that an argument names, by its path or by the end of it. */
function find(call: GitCall, typed: string): Worktree {
  const path = call.resolve(typed);
  const all = worktreesOf(call.repository);
  const ends = all.filter((one) => one.path.endsWith(`/${typed}`));
  const found = all.find((one) => one.path === path) ?? (ends.length === 1 ? ends[0] : undefined);
  if (found === undefined) throw fatal(`'${typed}' is not a working tree`);
  return found;
}

function lock(call: GitCall, options: Options): number {
  const [typed = ''] = options.args;
  const one = find(call, typed);
  if (one.name === null) throw fatal('The main working tree cannot be locked or unlocked');
  if (one.locked !== null)
    throw fatal(one.locked === '' ? `'${typed}' is already locked` : `'${typed}' is already locked, reason: ${one.locked}`);
  call.disk.write(`${recordsOf(call.repository, one)}/locked`, options.has('reason') ? `${options.value('reason')}\n` : '');
  return 0;
}

function unlock(call: GitCall, options: Options): number {
  const [typed = ''] = options.args;
  const one = find(call, typed);
  if (one.name === null) throw fatal('The main working tree cannot be locked or unlocked');
  if (one.locked === null) throw fatal(`'${typed}' is not locked`);
  call.disk.remove(`${recordsOf(call.repository, one)}/locked`);
  return 0;
}

const recordsOf = (repository: Repository, { name }: Worktree): string => `${repository.commonDir}/worktrees/${name}`;

/** Ends the command for a work tree that is locked and not forced twice. */
function refuseLocked(options: Options, { locked }: Worktree, verb: 'move' | 'remove'): void {
  if (locked === null || options.order.filter((name) => name === 'force').length > 1) return;
  const reason = locked === '' ? '' : `, lock reason: ${locked}`;
  throw fatal(`cannot ${verb} a locked working tree${reason}\nuse '${verb} -f -f' to override or unlock first`);
}

function move(call: GitCall, options: Options): number {
  const [typed = '', target = ''] = options.args;
  const one = find(call, typed);
  if (one.name === null) throw fatal(`'${typed}' is a main working tree`);
  let to = call.resolve(target);
  const there = call.disk.entry(to);
  if (there?.type === 'directory') to = `${to}/${one.path.slice(one.path.lastIndexOf('/') + 1)}`;
  if (call.disk.entry(to) !== null) throw fatal(`target '${there?.type === 'directory' ? to : target}' already exists`);
  refuseLocked(options, one, 'move');
  if (call.disk.entry(one.path) === null) throw fatal(`validation failed, cannot move working tree: '${one.path}/.git' does not exist`);
  if (!call.disk.isDirectory(parentOf(to))) throw fatal(`failed to move '${one.path}' to '${to}': No such file or directory`);
  for (const entry of call.disk.files.tree(one.path)) call.disk.put({ ...entry, path: to + entry.path.slice(one.path.length) });
  call.disk.remove(one.path);
  call.disk.write(`${recordsOf(call.repository, one)}/gitdir`, `${to}/.git\n`);
  return 0;
}

function remove(call: GitCall, options: Options): number {
  const [typed = ''] = options.args;
  const one = find(call, typed);
  if (one.name === null) throw fatal(`'${typed}' is a main working tree`);
  refuseLocked(options, one, 'remove');
  if (call.disk.entry(one.path) !== null) {
    if (!options.has('force') && isDirty(call, one.path))
      throw fatal(`'${typed}' contains modified or untracked files, use --force to delete it`);
    call.disk.remove(one.path);
  }
  forget(call.repository, one);
  return 0;
}

function isDirty(call: GitCall, path: string): boolean {
  const { repository, excludesFile } = inWorktree(call, path);
  const { staged, unstaged, unmerged, untracked } = workStatus(repository, repository.ignore(excludesFile));
  return [staged, unstaged, unmerged, untracked].some((changes) => changes.length > 0);
}

/** Drops the records of a work tree, and the folder of all of them with the last one. */
function forget(repository: Repository, one: Worktree): void {
  const { disk, commonDir } = repository;
  disk.remove(recordsOf(repository, one));
  if (disk.list(`${commonDir}/worktrees`).length === 0) disk.remove(`${commonDir}/worktrees`);
}

function prune(call: GitCall, options: Options): number {
  for (const one of worktreesOf(call.repository)) {
    if (one.prunable === null) continue;
    if (options.has('verbose') || options.has('dry-run')) call.err(`Removing worktrees/${one.name}: ${one.prunable}\n`);
    if (!options.has('dry-run')) forget(call.repository, one);
  }
  return 0;
}

/** Makes records and `.git` files name each other again after a move by hand. */
function repair(call: GitCall, options: Options): number {
  const { disk, repository } = call;
  const moved = options.args.map((arg) => call.resolve(arg));
  for (const path of moved) {
    const [, gitDir] = /^gitdir: (.*)$/m.exec(disk.readText(`${path}/.git`) ?? '') ?? [];
    if (gitDir === undefined || disk.readText(`${gitDir}/gitdir`)?.trim() === `${path}/.git`) continue;
    call.err(`repair: gitdir incorrect: ${gitDir}/gitdir\n`);
    disk.write(`${gitDir}/gitdir`, `${path}/.git\n`);
  }
  for (const one of worktreesOf(repository)) {
    if (one.name === null || !disk.isDirectory(one.path)) continue;
    const expected = `gitdir: ${recordsOf(repository, one)}\n`;
    if (disk.readText(`${one.path}/.git`) === expected) continue;
    call.err(`repair: .git file broken: ${one.path}/.git\n`);
    disk.write(`${one.path}/.git`, expected);
  }
  return 0;
}
