import { branchArgument, checkNewBranch, isBranchName, setUpstream } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { paintOf, type Paint, type Slot } from '../colours.ts';
import { cleanMessage, editorOf, runEditor } from '../editor.ts';
import { failure, fatal, GitExit } from '../errors.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { subjectOf } from '../record.ts';
import { fullRefName, resolveCommit, resolveRevision, upstreamRef } from '../revision.ts';
import { trackingOf, trackingWords } from '../tracking.ts';
import { isAncestor } from '../walk.ts';
import { worktreesOf, worktreeUsing } from '../worktrees.ts';
import { wildmatch } from '../wildmatch.ts';
import { attachRevisions, commitOption, reachabilityFilter } from '../ref-filter.ts';
import { formatRef, sortRefs, type RefInfo } from '../ref-format.ts';
import { detachedAt } from './status.ts';

const SPEC = new OptionSpec(
  'branch',
  'usage: git branch [<options>] [-r | -a] [--merged] [--no-merged]\n',
  '-v,--verbose -q,--quiet -t,--track[=] --set-upstream -u,--set-upstream-to= --unset-upstream --color[=] -r,--remotes --contains[=] --no-contains,--without[=]' +
    ' --abbrev[=] -a,--all -d,--delete -D -m,--move -M -c,--copy -C -l,--list --show-current --create-reflog --edit-description -f,--force --merged[=]' +
    ' --no-merged[=] --column[=] --sort=* --points-at= -i,--ignore-case --format= --recurse-submodules',
);

export async function branch(call: GitCall, args: readonly string[]): Promise<number> {
  // These take what follows when it is a revision, though it is not attached.
  const attached = attachRevisions(
    args,
    /^--(contains|no-contains|with|without|merged|no-merged)$/,
    (next) => call.tryRepository !== null && resolveRevision(call, next) !== null,
  );
  const options = SPEC.parse(attached);
  const { repository } = call;
  if (options.has('show-current')) {
    if (repository.branch !== null) call.line(repository.branch);
    return 0;
  }
  if (options.has('delete') || options.has('D')) return deleteBranches(call, options);
  if (options.has('move') || options.has('M')) return renameBranch(call, options, false);
  if (options.has('copy') || options.has('C')) return renameBranch(call, options, true);
  if (options.has('set-upstream-to')) return changeUpstream(call, options);
  if (options.has('unset-upstream')) {
    const name = branchArgument(call, options.args[0] ?? repository.branch ?? '');
    if (upstreamRef(call, name) === null) throw fatal(`Branch '${name}' has no upstream information`);
    const config = repository.config();
    config.unset(`branch.${name}.remote`);
    config.unset(`branch.${name}.merge`);
    repository.writeConfig(config);
    return 0;
  }
  if (options.has('edit-description')) return describe(call, options);
  const listing = ['list', 'all', 'remotes', 'contains', 'no-contains', 'merged', 'no-merged', 'points-at', 'format', 'sort'].some((name) =>
    options.has(name),
  );
  if (options.args.length === 0 || options.has('list') || (listing && !options.has('track'))) return list(call, options);
  return create(call, options);
}

function create(call: GitCall, options: Options): number {
  const [name = '', start = 'HEAD'] = options.args;
  if (options.args.length > 2) throw new GitExit(SPEC.usage, 129);
  const { repository } = call;
  const force = options.has('force');
  const user = force ? worktreeUsing(repository, `refs/heads/${name}`) : null;
  if (user !== null) throw fatal(`cannot force update the branch '${name}' checked out at '${user}'`);
  const ref = checkNewBranch(call, name, force);
  const existing = repository.refs.resolve(ref);
  const id = resolveCommit(call, start);
  if (id === null) throw fatal(`not a valid object name: '${start}'`);
  repository.refs.update(ref, id, call.change(existing === null ? `branch: Created from ${start}` : `branch: Reset to ${start}`));
  const full = fullRefName(call, start);
  const track = options.has('track') ? true : options.negated('track') ? false : null;
  if (
    full !== null &&
    (full.startsWith('refs/remotes/')
      ? (track ?? call.settings.get('branch.autosetupmerge') !== 'false')
      : track === true && full.startsWith('refs/heads/'))
  ) {
    const text = setUpstream(call, name, full);
    if (!options.has('quiet')) call.out(text);
  }
  return 0;
}

function deleteBranches(call: GitCall, options: Options): number {
  const { repository } = call;
  const { refs, objects } = repository;
  const remote = options.has('remotes');
  const force = options.has('D') || options.has('force');
  if (options.args.length === 0) throw fatal('branch name required');
  let code = 0;
  for (const argument of options.args) {
    const name = remote ? argument : branchArgument(call, argument);
    const ref = `${remote ? 'refs/remotes/' : 'refs/heads/'}${name}`;
    const user = remote ? null : worktreeUsing(repository, ref);
    if (user !== null) {
      call.err(`error: Cannot delete branch '${name}' checked out at '${user}'\n`);
      code = 1;
      continue;
    }
    const id = refs.resolve(ref);
    if (id === null) {
      call.err(remote ? `error: remote-tracking branch '${name}' not found.\n` : `error: branch '${name}' not found.\n`);
      code = 1;
      continue;
    }
    if (!force && !remote) {
      const upstream = upstreamRef(call, name);
      const [head, reference] = [repository.head, upstream === null ? null : refs.resolve(upstream)];
      const into = reference ?? head;
      const merged = into !== null && isAncestor(objects, id, into);
      if (reference !== null && head !== null) {
        const inHead = isAncestor(objects, id, head);
        if (merged && !inHead)
          call.warn(`deleting branch '${name}' that has been merged to\n         '${upstream}', but not yet merged to HEAD.`);
        if (!merged && inHead)
          call.warn(`not deleting branch '${name}' that is not yet merged to\n         '${upstream}', even though it is merged to HEAD.`);
      }
      if (!merged) {
        call.err(`error: The branch '${name}' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D ${name}'.\n`);
        code = 1;
        continue;
      }
    }
    refs.delete(ref);
    if (!remote) dropSection(call, `branch.${name}`);
    if (!options.has('quiet')) call.line(`Deleted ${remote ? 'remote-tracking ' : ''}branch ${name} (was ${call.short(id)}).`);
  }
  return code;
}

function dropSection(call: GitCall, section: string): void {
  const config = call.repository.config();
  if (config.removeSection(section)) call.repository.writeConfig(config);
  call.refresh();
}

function renameBranch(call: GitCall, options: Options, copy: boolean): number {
  const { repository } = call;
  const { refs } = repository;
  const force = options.has(copy ? 'C' : 'M') || options.has('force');
  const [first, second] = options.args;
  if (first === undefined) throw fatal('branch name required');
  const from = branchArgument(call, second === undefined ? (repository.branch ?? '') : first);
  const to = second ?? first;
  if (from === '') throw fatal(`cannot ${copy ? 'copy' : 'rename'} the current branch while not on any.`);
  const [source, target] = [`refs/heads/${from}`, `refs/heads/${to}`];
  const unborn = repository.headRef === source && !refs.exists(source);
  if (!refs.exists(source) && !unborn)
    throw isBranchName(from)
      ? failure(`refname ${source} not found\nfatal: Branch ${copy ? 'copy' : 'rename'} failed`, 128)
      : fatal(`Invalid branch name: '${from}'`);
  if (!isBranchName(to)) throw fatal(`'${to}' is not a valid branch name`);
  if (refs.exists(target) && !force && from !== to) throw fatal(`a branch named '${to}' already exists`);
  if (unborn) {
    refs.setSymbolic('HEAD', target);
    return 0;
  }
  const change = call.change(`Branch: ${copy ? 'copied' : 'renamed'} ${source} to ${target}`);
  if (copy) {
    const log = refs.reflog(source);
    const id = refs.resolve(source) as string;
    refs.update(target, id, null);
    if (log.length > 0) refs.rewriteReflog(target, log);
    refs.log(target, id, id, change);
  } else if (from !== to) {
    if (refs.exists(target)) refs.delete(target);
    const id = refs.resolve(source) as string;
    refs.rename(source, target, change);
    for (const { repository: user } of worktreesOf(repository)) {
      if (user?.headRef !== source) continue;
      user.refs.setSymbolic('HEAD', target);
      if (user.gitDir !== repository.gitDir) continue;
      refs.log('HEAD', id, '0'.repeat(40), change);
      refs.log('HEAD', '0'.repeat(40), id, change);
    }
  }
  const config = repository.config();
  if (copy)
    for (const { key, value } of config.entries())
      if (key.startsWith(`branch.${from}.`)) config.add(`branch.${to}${key.slice(7 + from.length)}`, value);
  if (!copy) config.renameSection(`branch.${from}`, `branch.${to}`);
  repository.writeConfig(config);
  return 0;
}

function changeUpstream(call: GitCall, options: Options): number {
  const upstream = options.value('set-upstream-to') ?? '';
  const { repository } = call;
  const name = branchArgument(call, options.args[0] ?? repository.branch ?? '');
  if (name === '') throw fatal(`could not set upstream of HEAD to ${upstream} when it does not point to any branch`);
  if (!repository.refs.exists(`refs/heads/${name}`)) {
    if (repository.branch === name) throw fatal(`no commit on branch '${name}' yet`);
    throw fatal(`branch '${name}' does not exist`);
  }
  const full = fullRefName(call, upstream);
  if (full === null || !/^refs\/(heads|remotes)\//.test(full)) {
    call.err(`fatal: the requested upstream branch '${upstream}' does not exist\n`);
    call.hint(
      'If you are planning on basing your work on an upstream\nbranch that already exists at the remote, you may need to\nrun "git fetch" to retrieve it.\n\n' +
        'If you are planning to push out a new local branch that\nwill track its remote counterpart, you may want to use\n"git push -u" to set the upstream config as you push.\n' +
        'Disable this message with "git config advice.setUpstreamFailure false"',
      'setUpstreamFailure',
    );
    return 128;
  }
  const text = setUpstream(call, name, full);
  if (!options.has('quiet')) call.out(text);
  return 0;
}

async function describe(call: GitCall, options: Options): Promise<number> {
  const name = options.args[0] ?? call.repository.branch;
  if (name === null || name === undefined) throw fatal('Cannot give description to detached HEAD');
  const file = `${call.repository.gitDir}/EDIT_DESCRIPTION`;
  call.disk.write(
    file,
    `${call.settings.get(`branch.${name}.description`) ?? ''}\n# Please edit the description for the branch\n#   ${name}\n# Lines starting with '#' will be stripped.\n`,
  );
  await runEditor(call, file, editorOf(call), false);
  const config = call.repository.config();
  config.set(`branch.${name}.description`, cleanMessage(call.disk.readText(file) ?? '', 'strip'));
  call.repository.writeConfig(config);
  return 0;
}

function list(call: GitCall, options: Options): number {
  const { repository } = call;
  const { refs, objects } = repository;
  const all = options.has('all');
  const remotes = options.has('remotes');
  const prefixes = all ? ['refs/heads/', 'refs/remotes/'] : remotes ? ['refs/remotes/'] : ['refs/heads/'];
  let entries: RefInfo[] = prefixes.flatMap((prefix) => refs.list(prefix).map(([name, id]) => ({ name, id })));
  const reaches = reachabilityFilter(call, options);
  const points = commitOption(call, options, 'points-at');
  const wanted = ({ id }: RefInfo): boolean => (reaches === null || reaches(id)) && (points === null || id === points);
  const short = (name: string): string => name.replace(/^refs\/(heads|remotes)\//, '');
  const matching = ({ name }: RefInfo): boolean =>
    options.args.length === 0 ||
    options.args.some((pattern) => wildmatch(pattern, short(name), { pathname: true, ignoreCase: options.has('ignore-case') }));
  entries = entries.filter((entry) => wanted(entry) && matching(entry));
  const keys = options.list('sort').length > 0 ? options.list('sort') : call.settings.all('branch.sort');
  entries = [...sortRefs(call, entries, keys)];
  const { head } = repository;
  if (repository.branch === null && head !== null && !remotes && options.args.length === 0 && wanted({ name: 'HEAD', id: head }))
    entries.unshift({ name: 'HEAD', id: head, title: detachedTitle(call) });
  const format = options.value('format');
  if (format !== undefined) {
    for (const entry of entries)
      call.line(entry.title !== undefined && format.includes('%(refname') ? entry.title : formatRef(call, entry, format));
    return 0;
  }
  const verbose = args(options);
  const shownName = (entry: RefInfo): string =>
    entry.title ?? (all && entry.name.startsWith('refs/remotes/') ? entry.name.slice(5) : short(entry.name));
  const users = new Map(worktreesOf(repository).flatMap(({ path, repository: user }) => (user?.headRef ? [[user.headRef, path]] : [])));
  const paint = paintOf(call, 'branch', options);
  const width = Math.max(0, ...entries.map((entry) => [...shownName(entry)].length));
  for (const entry of entries) {
    const current = entry.name === 'HEAD' || entry.name === repository.headRef;
    const target = refs.symbolic(entry.name);
    const slot: Slot = current
      ? 'current'
      : users.has(entry.name)
        ? 'worktree'
        : entry.name.startsWith('refs/remotes/')
          ? 'remote'
          : 'plain';
    const name = paint(slot, shownName(entry));
    const padded = paint(slot, padTo(shownName(entry), width));
    const elsewhere = current ? undefined : users.get(entry.name);
    const mark = current ? '* ' : elsewhere === undefined ? '  ' : '+ ';
    if (verbose === 0) call.line(`${mark}${name}${target && entry.name !== 'HEAD' ? ` -> ${short(target)}` : ''}`);
    else if (target && entry.name !== 'HEAD') call.line(`${mark}${padded} -> ${short(target)}`);
    else
      call.line(
        `${mark}${padded} ${call.short(entry.id)}${verbose > 1 && elsewhere !== undefined ? ` (${paint('worktree', elsewhere)})` : ''}${details(call, entry, verbose, paint)} ${subjectOf(objects.commit(entry.id).message)}`,
      );
  }
  return 0;
}

const padTo = (text: string, width: number): string => text + ' '.repeat(width - [...text].length);

const args = (options: Options): number => options.order.filter((name) => name === 'verbose').length;

function details(call: GitCall, { name }: RefInfo, verbose: number, paint: Paint): string {
  if (!name.startsWith('refs/heads/')) return '';
  const tracking = trackingOf(call, call.repository, name.slice(11));
  if (tracking === null) return '';
  const parts = trackingWords(tracking);
  if (verbose > 1) return ` [${paint('upstream', tracking.name)}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}]`;
  return parts.length > 0 ? ` [${parts.join(', ')}]` : '';
}

function detachedTitle(call: GitCall): string {
  const { repository } = call;
  const operation = operationOf(repository);
  if (operation?.kind === 'rebase') return `(no branch, rebasing ${operation.branch ?? 'detached HEAD'})`;
  if (operation?.kind === 'bisect') return `(no branch, bisect started on ${operation.start})`;
  const detached = detachedAt(call, repository);
  return detached === null ? '(no branch)' : `(HEAD detached ${detached.moved ? 'from' : 'at'} ${detached.name})`;
}
