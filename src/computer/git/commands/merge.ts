import type { GitCall } from '../call.ts';
import { detectRenames, writeDiff } from '../diff.ts';
import { cleanMessage, editorOf, runEditor } from '../editor.ts';
import { EMPTY_TREE } from '../objects.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { requireHook, runHook } from '../hooks.ts';
import type { Favour } from '../merge-drivers.ts';
import { applyOutcome, mergeCommits, refuseUnmerged } from '../merging.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { clearOperation, subjectOf, writeCommit } from '../record.ts';
import type { Repository } from '../repository.ts';
import { fullRefName, resolveCommit, upstreamRef } from '../revision.ts';
import { cachedPairs, pairsWithRenames, treePairs } from '../sides.ts';
import { ancestors, isAncestor, mergeBases } from '../walk.ts';
import { switchFiles } from '../worktree.ts';
import { formatDate } from '../date.ts';
import { decode } from '../disk.ts';
import { branchArgument } from '../branches.ts';
import { commit as commitCommand } from './commit.ts';
import { reset } from './reset.ts';

const SPEC = new OptionSpec(
  'merge',
  'usage: git merge [<options>] [<commit>...]\n   or: git merge --abort\n   or: git merge --continue\n',
  '-n --stat --summary --log[=] --squash --commit -e,--edit --cleanup= --ff --ff-only --rerere-autoupdate --verify-signatures -s,--strategy=* -X,--strategy-option=*' +
    ' -m,--message=* -F,--file= --into-name= -v,--verbose -q,--quiet --abort --quit --continue --allow-unrelated-histories --progress -S,--gpg-sign[=] --autostash' +
    ' --overwrite-ignore --signoff --no-verify,--verify',
);

/** What is to be merged: a commit and how a message calls it. */
export interface MergeHead {
  readonly id: string;
  /** As it stands behind `>>>>>>>`. */
  readonly label: string;
  /** `branch 'topic'`. */
  readonly title: string;
}

export interface MergeOptions {
  readonly ff: 'yes' | 'no' | 'only';
  readonly squash: boolean;
  readonly commit: boolean;
  readonly quiet: boolean;
  readonly stat: boolean;
  readonly edit: boolean;
  readonly strategy: 'ort' | 'ours';
  readonly favour: Favour;
  readonly message: string | null;
  readonly allowUnrelated: boolean;
  readonly verify: boolean;
  /** How many commits of the other side the message lists; 0 for none. */
  readonly log: number;
  /** For the reflog: `merge topic`, `pull`. */
  readonly action: string;
}

export async function merge(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  const repository = call.workRepository;
  if (options.has('abort')) return abort(call);
  if (options.has('quit')) {
    clearOperation(repository);
    return 0;
  }
  if (options.has('continue')) {
    if (operationOf(repository)?.kind !== 'merge') throw fatal('There is no merge in progress (MERGE_HEAD missing).');
    return commitCommand(call, []);
  }
  for (const name of ['gpg-sign', 'verify-signatures', 'autostash']) if (options.has(name)) throw unsupported(`'git merge --${name}'`);
  refuseUnmerged(call, 'Merging');
  const operation = operationOf(repository);
  if (operation?.kind === 'merge')
    throw fatal('You have not concluded your merge (MERGE_HEAD exists).\nPlease, commit your changes before you merge.');
  if (operation?.kind === 'cherry-pick')
    throw fatal('You have not concluded your cherry-pick (CHERRY_PICK_HEAD exists).\nPlease, commit your changes before you merge.');
  const names = options.args.length > 0 ? options.args : [defaultUpstream(call)];
  const heads = names.map((name) => mergeHead(call, name));
  return runMerge(call, heads, await mergeOptions(call, options, `merge ${names.join(' ')}`));
}

function defaultUpstream(call: GitCall): string {
  const upstream = upstreamRef(call, null);
  if (upstream === null)
    throw fatal(
      call.repository.branch === null ? 'No commit specified and merge.defaultToUpstream not set.' : 'No remote for the current branch.',
    );
  return upstream.replace(/^refs\/(remotes|heads)\//, '');
}

async function mergeOptions(call: GitCall, options: Options, action: string): Promise<MergeOptions> {
  const last = options.last('ff', 'ff-only');
  const configured = call.settings.get('merge.ff');
  const ff =
    options.has('ff-only') && last === 'ff-only'
      ? 'only'
      : options.negated('ff')
        ? 'no'
        : options.has('ff')
          ? 'yes'
          : configured === 'only'
            ? 'only'
            : configured === 'false'
              ? 'no'
              : 'yes';
  const strategies = options.list('strategy');
  for (const strategy of strategies)
    if (!['ort', 'recursive', 'resolve', 'ours'].includes(strategy)) throw unsupported(`merge strategy '${strategy}'`);
  const file = options.value('file');
  const fromFile = file === undefined ? null : file === '-' ? decode(call.stdin) : call.disk.readText(call.resolve(file));
  if (file !== undefined && fromFile === null) throw fatal(`could not read file '${file}'`);
  const parts = options.list('message');
  if (options.has('squash') && ff === 'no') throw fatal("options '--squash' and '--no-ff.' cannot be used together");
  return {
    ff,
    squash: options.has('squash'),
    commit: !options.negated('commit'),
    quiet: options.has('quiet'),
    stat: !options.has('n') && !options.negated('stat') && !options.negated('summary') && call.settings.bool('merge.stat') !== false,
    edit: options.has('edit'),
    strategy: strategies.includes('ours') ? 'ours' : 'ort',
    favour: favourOf(options),
    message: parts.length > 0 ? `${parts.join('\n\n').replace(/\n*$/, '')}\n` : fromFile,
    allowUnrelated: options.has('allow-unrelated-histories'),
    verify: !options.has('no-verify'),
    log: logWanted(call, options),
    action,
  };
}

function logWanted(call: GitCall, options: Options): number {
  const value = options.has('log')
    ? options.value('log') || 'true'
    : options.negated('log')
      ? 'false'
      : (call.settings.get('merge.log') ?? 'false');
  return value === 'true' ? 20 : value === 'false' ? 0 : Number(value) || 0;
}

/** What the other side brings, as a message with `--log` lists it. */
function commitList(call: GitCall, head: string, { id, title }: MergeHead, limit: number): string {
  const { objects } = call.repository;
  const own = ancestors(objects, [head]);
  const news = [...ancestors(objects, [id])].filter((other) => !own.has(other) && objects.commit(other).parents.length < 2);
  news.sort((one, other) => objects.commit(other).committer.time - objects.commit(one).committer.time);
  const name = /'(.*)'/.exec(title)?.[1] ?? title;
  const lines = news.slice(0, limit).map((other) => `  ${subjectOf(objects.commit(other).message)}\n`);
  return `\n* ${name}:${news.length > limit ? ` (${news.length} commits)` : ''}\n${lines.join('')}${news.length > limit ? '  ...\n' : ''}`;
}

/** `-X ours`, `-X theirs`. */
export function favourOf(options: Options): Favour {
  let favour: Favour = null;
  for (const option of options.list('strategy-option')) {
    if (option === 'ours' || option === 'theirs') favour = option;
    else if (!/^(patience|histogram|diff-algorithm=.*|ignore-.*|no-renames|find-renames.*|renormalize|no-renormalize)$/.test(option))
      throw fatal(`unknown strategy option: -X${option}`);
    else throw unsupported(`-X${option}`);
  }
  return favour;
}

/** The commit behind a name and what a merge's message calls it. */
function mergeHead(call: GitCall, typed: string): MergeHead {
  const name = branchArgument(call, typed);
  const id = resolveCommit(call, name);
  if (id === null) throw new GitExit(`merge: ${name} - not something we can merge\n`, 1);
  const full = fullRefName(call, name);
  const title = full?.startsWith('refs/heads/')
    ? `branch '${full.slice(11)}'`
    : full?.startsWith('refs/tags/')
      ? `tag '${full.slice(10)}'`
      : full?.startsWith('refs/remotes/')
        ? `remote-tracking branch '${full.slice(13)}'`
        : (earlier(call, name) ?? `commit '${name}'`);
  return { id, label: name, title };
}

/** `topic~2` is called an early part of its branch. */
function earlier(call: GitCall, name: string): string | null {
  const [, branch] = /^(.+?)(?:~\d*|\^)+$/.exec(name) ?? [];
  return branch !== undefined && call.repository.refs.exists(`refs/heads/${branch}`) ? `branch '${branch}' (early part)` : null;
}

/** `Merge branch 'topic' into dev`: main and its like are not mentioned. */
export function mergeMessage(call: GitCall, heads: readonly Pick<MergeHead, 'title'>[], from?: string): string {
  const groups = new Map<string, string[]>();
  for (const { title } of heads) {
    const [, kind = '', name = ''] = /^(\S+(?: branch)?) (.*)$/.exec(title) ?? [];
    groups.set(kind, [...(groups.get(kind) ?? []), name]);
  }
  const plural: Readonly<Record<string, string>> = {
    branch: 'branches',
    'remote-tracking branch': 'remote-tracking branches',
    tag: 'tags',
    commit: 'commits',
  };
  const parts = Array.from(groups, ([kind, names]) => {
    const list = names.length === 1 ? (names[0] as string) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    return `${names.length === 1 ? kind : (plural[kind] ?? kind)} ${list}`;
  });
  const branch = call.repository.branch ?? 'HEAD';
  const suppressed = ['main', 'master', call.settings.get('init.defaultbranch') ?? 'master', ...call.settings.all('merge.suppressdest')];
  const into = suppressed.includes(branch) ? '' : ` into ${branch}`;
  return `Merge ${parts.join(', ')}${from === undefined ? '' : ` of ${from}`}${into}\n`;
}

/** Merges commits into HEAD, as `git merge` and `git pull` do. */
export async function runMerge(call: GitCall, all: readonly MergeHead[], how: MergeOptions, fallback?: string): Promise<number> {
  const repository = call.workRepository;
  const { objects } = repository;
  const { head } = repository;
  const say = (text: string): void => {
    if (!how.quiet) call.out(text);
  };
  if (head === null) return startFrom(call, all[0] as MergeHead, how);
  const heads = all.filter(({ id }) => !isAncestor(objects, id, head));
  const [first] = heads;
  repository.refs.update('ORIG_HEAD', head, null);
  if (first === undefined) {
    say('Already up to date.\n');
    return 0;
  }
  if (heads.length > 1) throw unsupported('a merge of more than two histories');
  const canForward = isAncestor(objects, head, first.id);
  if (canForward && how.ff !== 'no' && how.strategy !== 'ours') return fastForward(call, head, first, how);
  if (how.ff === 'only') throw fatal('Not possible to fast-forward, aborting.');
  if (mergeBases(objects, head, first.id).length === 0 && !how.allowUnrelated) throw fatal('refusing to merge unrelated histories');
  const staged = await detectRenames(cachedPairs(repository, head, new Pathspec(call, [])));
  if (staged.length > 0) {
    const list = `\n  ${staged.map(({ path }) => path).join(' ')}`;
    // Git puts things back as they were, and says so in the log.
    repository.refs.log('HEAD', head, head, call.change(`${call.env.get('GIT_REFLOG_ACTION') ?? how.action}: updating HEAD`));
    throw new GitExit(
      `error: Your local changes to the following files would be overwritten by merge:${list}\nMerge with strategy ${how.strategy} failed.\n`,
      2,
    );
  }
  const message = (how.message ?? fallback ?? mergeMessage(call, all)) + (how.log > 0 ? commitList(call, head, first, how.log) : '');
  if (how.strategy === 'ours') return conclude(call, head, first, objects.commit(head).tree, message, how, []);
  const outcome = await mergeCommits(call, head, first.id, { ours: 'HEAD', theirs: first.label }, how.favour);
  try {
    applyOutcome(call, head, outcome, { operation: 'merge', before: 'merge' });
  } catch (error) {
    if (error instanceof GitExit) throw new GitExit(`${error.text}Merge with strategy ort failed.\n`, 2);
    throw error;
  }
  if (outcome.clean) return conclude(call, head, first, outcome.tree, message, how, outcome.messages);
  for (const text of outcome.messages) call.line(text);
  const conflicts = outcome.conflictPaths.map((path) => `#\t${path}\n`).join('');
  if (how.squash) {
    call.disk.write(`${repository.gitDir}/SQUASH_MSG`, squashMessage(call, head, first));
    call.disk.write(`${repository.gitDir}/MERGE_MSG`, `\n# Conflicts:\n${conflicts}`);
    say('Squash commit -- not updating HEAD\n');
  } else writeMergeState(repository, first, `${message}\n# Conflicts:\n${conflicts}`, how, outcome.tree);
  call.line('Automatic merge failed; fix conflicts and then commit the result.');
  return 1;
}

/** A branch without commits takes over another one's. */
function startFrom(call: GitCall, head: MergeHead, how: MergeOptions): number {
  const { repository } = call;
  if (how.squash) throw fatal('Squash commit into empty head not supported yet');
  if (how.ff === 'no') throw fatal('Non-fast-forward commit does not make sense into an empty head');
  switchFiles(call, new Map(), repository.files(head.id), { operation: 'merge', before: 'merge' });
  repository.refs.update('HEAD', head.id, call.change('initial pull'));
  return 0;
}

async function fastForward(call: GitCall, head: string, target: MergeHead, how: MergeOptions): Promise<number> {
  const { repository } = call;
  const say = (text: string): void => {
    if (!how.quiet) call.out(text);
  };
  say(`Updating ${call.short(head)}..${call.short(target.id)}\n`);
  try {
    switchFiles(call, repository.files(head), repository.files(target.id), { operation: 'merge', before: 'merge' });
  } catch (error) {
    if (error instanceof GitExit) throw new GitExit(error.text, 1);
    throw error;
  }
  say(how.message === null ? 'Fast-forward\n' : 'Fast-forward (no commit created; -m option ignored)\n');
  if (how.squash) {
    call.disk.write(`${repository.gitDir}/SQUASH_MSG`, squashMessage(call, head, target));
    say('Squash commit -- not updating HEAD\n');
  } else repository.refs.update('HEAD', target.id, call.change(`${call.env.get('GIT_REFLOG_ACTION') ?? how.action}: Fast-forward`));
  if (how.stat) say(await changeStat(call, head, target.id));
  if (!how.squash) await runHook(call, 'post-merge', ['0']);
  return 0;
}

/** What changed between two commits, as after a merge. */
async function changeStat(call: GitCall, before: string, after: string): Promise<string> {
  const pairs = await pairsWithRenames(call, treePairs(call.repository, before, after, new Pathspec(call, [])));
  return writeDiff(call, pairs, { stat: true, summary: true });
}

async function conclude(
  call: GitCall,
  head: string,
  other: MergeHead,
  tree: string,
  prepared: string,
  how: MergeOptions,
  messages: readonly string[],
): Promise<number> {
  const { repository } = call;
  const say = (text: string): void => {
    if (!how.quiet) call.out(text);
  };
  for (const text of messages) call.line(text);
  if (how.squash) {
    call.disk.write(`${repository.gitDir}/SQUASH_MSG`, squashMessage(call, head, other));
    say('Squash commit -- not updating HEAD\n');
    call.err('Automatic merge went well; stopped before committing as requested\n');
    return 0;
  }
  if (!how.commit) {
    writeMergeState(repository, other, prepared, how, tree);
    call.err('Automatic merge went well; stopped before committing as requested\n');
    return 0;
  }
  let message = prepared;
  if (how.verify) await requireHook(call, 'pre-merge-commit');
  if (how.edit) {
    const file = `${repository.gitDir}/MERGE_MSG`;
    writeMergeState(repository, other, prepared, how, tree);
    call.disk.write(
      file,
      `${prepared}\n# Please enter a commit message to explain why this merge is necessary,\n# especially if it merges an updated upstream into a topic branch.\n#\n# Lines starting with '#' will be ignored, and an empty message aborts\n# the commit.\n`,
    );
    await runEditor(call, file, editorOf(call));
    message = cleanMessage(call.disk.readText(file) ?? '', 'strip');
    if (message === '') throw new GitExit('Aborting commit due to empty commit message.\n', 1);
  } else message = cleanMessage(prepared, 'whitespace');
  const id = writeCommit(call, { tree, parents: [head, other.id], message });
  const made = how.strategy === 'ours' ? "Merge made by the 'ours' strategy." : "Merge made by the 'ort' strategy.";
  repository.refs.update('HEAD', id, call.change(`${call.env.get('GIT_REFLOG_ACTION') ?? how.action}: ${made}`));
  clearOperation(repository);
  say(`${made}\n`);
  if (how.stat) say(await changeStat(call, head, id));
  await runHook(call, 'post-merge', ['0']);
  return 0;
}

function writeMergeState(repository: Repository, other: MergeHead, message: string, how: MergeOptions, tree: string): void {
  const { disk, gitDir } = repository;
  disk.write(`${gitDir}/MERGE_HEAD`, `${other.id}\n`);
  disk.write(`${gitDir}/MERGE_MSG`, message);
  disk.write(`${gitDir}/MERGE_MODE`, how.ff === 'no' ? 'no-ff' : '');
  disk.write(`${gitDir}/AUTO_MERGE`, `${tree === '' ? EMPTY_TREE : tree}\n`);
}

/** The commits that a squash melts together, as its message lists them. */
function squashMessage(call: GitCall, head: string, other: MergeHead): string {
  const { objects } = call.repository;
  const excluded = new Set<string>();
  const queue = [head];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (excluded.has(id)) continue;
    excluded.add(id);
    queue.push(...objects.commit(id).parents);
  }
  const found: string[] = [];
  const seen = new Set<string>();
  const walk = [other.id];
  for (let id = walk.pop(); id !== undefined; id = walk.pop()) {
    if (seen.has(id) || excluded.has(id)) continue;
    seen.add(id);
    found.push(id);
    walk.push(...objects.commit(id).parents);
  }
  found.sort((one, two) => objects.commit(two).committer.time - objects.commit(one).committer.time);
  const entries = found
    .filter((id) => objects.commit(id).parents.length < 2)
    .map((id) => {
      const { author, message } = objects.commit(id);
      const body = message
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`.trimEnd() || '    ')
        .join('\n');
      return `\ncommit ${id}\nAuthor: ${author.name} <${author.email}>\nDate:   ${formatDate(author, 'default', call.now())}\n\n${body}\n`;
    });
  return `Squashed commit of the following:\n${entries.join('')}`;
}

async function abort(call: GitCall): Promise<number> {
  const { repository } = call;
  if (operationOf(repository)?.kind !== 'merge') throw fatal('There is no merge to abort (MERGE_HEAD missing).');
  const code = await reset(call, ['-q', '--merge']);
  clearOperation(repository);
  return code;
}
