import type { GitCall } from '../call.ts';
import { cleanMessage, editMessageFile, editorOf, runEditor } from '../editor.ts';
import { splitLines } from '../engine.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { clearOperation, commitSummary, indexTree, firstLine, subjectOf } from '../record.ts';
import { parseRange, walkRange } from '../revlist.ts';
import { requireCommit } from '../revision.ts';
import { applyCommit, commitPicked, conflictMessage, refuseDirtyIndex, type Picked } from '../sequencer.ts';
import { unmergedOf } from '../status.ts';
import { forceFiles } from '../worktree.ts';
import { favourOf } from './merge.ts';
import { signedOff, withTrailer } from './commit.ts';
import { reset } from './reset.ts';
import { longStatus, statusContent } from './status.ts';

type Kind = 'cherry-pick' | 'revert';

const COMMON =
  '--quit --continue --abort --skip --cleanup= -n,--no-commit -e,--edit -s,--signoff -m,--mainline= --rerere-autoupdate --strategy= -X,--strategy-option=* -S,--gpg-sign[=]';
const CHERRY_PICK = new OptionSpec(
  'cherry-pick',
  'usage: git cherry-pick [<options>] <commit>...\n   or: git cherry-pick (--continue | --abort | --skip | --quit)\n',
  `${COMMON} -x -r --ff --allow-empty --allow-empty-message --keep-redundant-commits`,
);
const REVERT = new OptionSpec(
  'revert',
  'usage: git revert [<options>] <commit>...\n   or: git revert (--continue | --abort | --skip | --quit)\n',
  `${COMMON} --reference`,
);

export const cherryPick = (call: GitCall, args: readonly string[]): Promise<number> => run(call, 'cherry-pick', CHERRY_PICK.parse(args));
export const revert = (call: GitCall, args: readonly string[]): Promise<number> => run(call, 'revert', REVERT.parse(args));

async function run(call: GitCall, kind: Kind, options: Options): Promise<number> {
  for (const name of ['gpg-sign', 'reference']) if (options.has(name)) throw unsupported(`'git ${kind} --${name}'`);
  const { repository } = call;
  const sequence = `${repository.gitDir}/sequencer`;
  if (options.has('quit')) {
    clearOperation(repository);
    call.disk.remove(sequence);
    return 0;
  }
  if (options.has('abort')) return abort(call, kind);
  if (options.has('skip')) return skip(call, kind, options);
  if (options.has('continue')) return resume(call, kind, options);
  if (options.args.length === 0) throw new GitExit(kind === 'revert' ? REVERT.usage : CHERRY_PICK.usage, 129);
  const operation = operationOf(repository);
  const commits = await commitsOf(call, kind, options.args);
  if (operation?.kind === 'cherry-pick' || operation?.kind === 'revert') {
    if (repository.index().some(({ stage }) => stage !== 0)) refuseDirtyIndex(call, kind);
  }
  if (!options.has('no-commit')) refuseDirtyIndex(call, kind);
  const { head } = repository;
  if ((commits.length > 1 || options.args.some((name) => /\.\.|^\^|\^[@!]$/.test(name))) && head !== null) {
    call.disk.write(`${sequence}/head`, `${head}\n`);
    call.disk.write(`${sequence}/opts`, optionsFile(options));
  }
  const code = await applyAll(call, kind, options, commits);
  if (code === 0) call.disk.remove(sequence);
  return code;
}

function optionsFile(options: Options): string {
  const lines = ['no-commit', 'edit', 'signoff', 'x'].flatMap((name) =>
    options.has(name) ? `\t${name === 'x' ? 'record-origin' : name} = true\n` : [],
  );
  return lines.length === 0 ? '' : `[options]\n${lines.join('')}`;
}

/** The commits that arguments name, in the order they are applied. */
async function commitsOf(call: GitCall, kind: Kind, names: readonly string[]): Promise<readonly string[]> {
  if (!names.some((name) => /\.\.|^\^|\^[@!]$/.test(name))) {
    return names.map((name) => requireCommit(call, name, `bad revision '${name}'`));
  }
  const range = parseRange(call, names, null);
  const walked = await walkRange(call, range, { reverse: kind === 'cherry-pick', order: 'topo' });
  const ids = walked.map(({ commit }) => commit.id);
  if (ids.length === 0) throw fatal('empty commit set passed');
  return ids;
}

/** Applies commits until one stops; what is left is kept for `--continue`. */
async function applyAll(call: GitCall, kind: Kind, options: Options, commits: readonly string[]): Promise<number> {
  const { repository } = call;
  const sequence = `${repository.gitDir}/sequencer`;
  const several = call.disk.exists(`${sequence}/head`);
  for (const [at, id] of commits.entries()) {
    if (several) {
      const todo = commits
        .slice(at)
        .map((one) => `${kind === 'revert' ? 'revert' : 'pick'} ${call.short(one)} ${subjectOf(repository.objects.commit(one).message)}\n`);
      call.disk.write(`${sequence}/todo`, todo.join(''));
    }
    const code = await applyOne(call, kind, options, id);
    if (code !== 0) return code;
  }
  return 0;
}

async function applyOne(call: GitCall, kind: Kind, options: Options, id: string): Promise<number> {
  const { repository } = call;
  const mainline = options.value('mainline');
  if (mainline !== undefined && !/^[1-9]\d*$/.test(mainline)) throw failure(`option \`mainline' expects a number greater than zero`, 129);
  const { head } = repository;
  if (options.has('ff') && head !== null && repository.objects.commit(id).parents[0] === head) {
    forceFiles(call, repository.files(id));
    repository.refs.update('HEAD', id, call.change('cherry-pick: fast-forward'));
    return 0;
  }
  const picked = await applyCommit(call, id, {
    kind,
    mainline: mainline === undefined ? null : Number(mainline),
    favour: favourOf(options),
  });
  const message = messageOf(call, options, picked, id);
  const stop = `${repository.gitDir}/${kind === 'revert' ? 'REVERT_HEAD' : 'CHERRY_PICK_HEAD'}`;
  for (const text of picked.outcome.messages) call.line(text);
  if (!picked.outcome.clean) {
    call.disk.write(`${repository.gitDir}/MERGE_MSG`, conflictMessage(message, picked.outcome.conflictPaths));
    call.disk.write(`${repository.gitDir}/AUTO_MERGE`, `${picked.outcome.tree}\n`);
    if (!options.has('no-commit')) call.disk.write(stop, `${id}\n`);
    const verb = kind === 'revert' ? 'revert' : 'apply';
    call.err(`error: could not ${verb} ${call.short(id)}... ${firstLine(repository.objects.commit(id).message)}\n`);
    adviseConflict(call, kind, options.has('no-commit'));
    return 1;
  }
  if (options.has('no-commit')) {
    call.disk.write(`${repository.gitDir}/MERGE_MSG`, message);
    if (kind === 'revert') call.disk.write(stop, `${id}\n`);
    return 0;
  }
  const original = repository.objects.commit(id);
  const wasEmpty = original.parents[0] !== undefined && repository.objects.commit(original.parents[0]).tree === original.tree;
  if (picked.empty && !options.has('keep-redundant-commits') && !(options.has('allow-empty') && wasEmpty)) {
    call.disk.write(`${repository.gitDir}/MERGE_MSG`, message);
    call.disk.write(stop, `${id}\n`);
    return emptyPick(call, kind);
  }
  return finishOne(call, kind, options, picked, message);
}

function adviseConflict(call: GitCall, kind: Kind, noCommit: boolean): void {
  if (noCommit) {
    call.hint("after resolving the conflicts, mark the corrected paths\nwith 'git add <paths>' or 'git rm <paths>'", 'mergeConflict');
    return;
  }
  call.hint(
    `After resolving the conflicts, mark them with\n"git add/rm <pathspec>", then run\n"git ${kind} --continue".\nYou can instead skip this commit with "git ${kind} --skip".\n` +
      `To abort and get back to the state before "git ${kind}",\nrun "git ${kind} --abort".`,
    'mergeConflict',
  );
}

async function emptyPick(call: GitCall, kind: Kind): Promise<number> {
  const content = await statusContent(call, { untracked: 'normal', ignored: false, pathspec: new Pathspec(call, []), amend: false });
  call.out(longStatus(call, content, { template: false, amend: false }));
  if (kind === 'cherry-pick') {
    call.err(
      "The previous cherry-pick is now empty, possibly due to conflict resolution.\nIf you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\nOtherwise, please use 'git cherry-pick --skip'\n",
    );
  }
  return 1;
}

function messageOf(call: GitCall, options: Options, picked: Picked, id: string): string {
  let { message } = picked;
  if (options.has('x')) message = withTrailer(message, `(cherry picked from commit ${id})`);
  if (options.has('signoff')) message = signedOff(call, message);
  return message;
}

async function finishOne(call: GitCall, kind: Kind, options: Options, picked: Picked, message: string): Promise<number> {
  const { repository } = call;
  let text = message;
  // Revert asks for a message at a terminal; where there is none, it takes the one it made.
  if (
    options.has('edit') ||
    (kind === 'revert' && options.choice('edit') === undefined && call.env.get('GIT_PAGER_IN_USE') === 'true' && editorOf(call) !== null)
  ) {
    const file = `${repository.gitDir}/COMMIT_EDITMSG`;
    call.disk.write(
      file,
      `${message}\n# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n`,
    );
    await runEditor(call, file, editorOf(call));
    text = cleanMessage(call.disk.readText(file) ?? '', 'strip');
    if (text === '') throw new GitExit('Aborting commit due to empty commit message.\n', 1);
  }
  const id = commitPicked(call, text, picked.author, kind);
  clearOperation(repository);
  call.out(await commitSummary(call, id, { showDate: true }));
  return 0;
}

/** The commits that a stopped sequence has still to apply, the current one first. */
function todoOf(call: GitCall): readonly string[] {
  const text = call.disk.readText(`${call.repository.gitDir}/sequencer/todo`) ?? '';
  return splitLines(text).map((line) => requireCommit(call, line.split(' ')[1] ?? ''));
}

async function resume(call: GitCall, kind: Kind, options: Options): Promise<number> {
  const { repository } = call;
  const operation = operationOf(repository);
  const rest = todoOf(call);
  if (operation?.kind !== kind && rest.length === 0) throw failure(`no cherry-pick or revert in progress\nfatal: ${kind} failed`, 128);
  const entries = repository.index();
  if (unmergedOf(entries).length > 0) {
    call.err('error: Committing is not possible because you have unmerged files.\n');
    call.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
    for (const { path } of unmergedOf(entries)) call.line(`U\t${path}`);
    throw fatal('Exiting because of an unresolved conflict.');
  }
  if (operation?.kind === kind) {
    const original = repository.objects.commit(operation.commit);
    const file = `${repository.gitDir}/MERGE_MSG`;
    const prepared = call.disk.readText(file) ?? original.message;
    const { head } = repository;
    if (head !== null && indexTree(repository) === repository.objects.commit(head).tree && !options.has('allow-empty'))
      return emptyPick(call, kind);
    if (options.choice('edit') !== false) {
      const edited = `${repository.gitDir}/COMMIT_EDITMSG`;
      call.disk.write(edited, prepared);
      await editMessageFile(call, edited);
      call.disk.write(file, call.disk.readText(edited) ?? '');
    }
    const message = cleanMessage(call.disk.readText(file) ?? prepared, 'strip');
    if (message === '') throw new GitExit('Aborting commit due to empty commit message.\n', 1);
    const author = kind === 'revert' ? call.person('author') : original.author;
    const id = commitPicked(call, message, author, kind === 'revert' ? 'revert' : 'commit (cherry-pick)');
    clearOperation(repository);
    call.out(await commitSummary(call, id, { showDate: kind === 'cherry-pick' }));
  }
  const code = await applyAll(call, kind, options, operation?.kind === kind ? rest.slice(1) : rest);
  if (code === 0) call.disk.remove(`${repository.gitDir}/sequencer`);
  return code;
}

async function skip(call: GitCall, kind: Kind, options: Options): Promise<number> {
  const { repository } = call;
  const operation = operationOf(repository);
  const rest = todoOf(call);
  if (operation?.kind !== kind && rest.length === 0) throw failure(`no ${kind} in progress\nfatal: ${kind} failed`, 128);
  await reset(call, ['-q', '--merge', repository.head ?? 'HEAD']);
  clearOperation(repository);
  const code = await applyAll(call, kind, options, rest.slice(1));
  if (code === 0) call.disk.remove(`${repository.gitDir}/sequencer`);
  return code;
}

async function abort(call: GitCall, kind: Kind): Promise<number> {
  const { repository } = call;
  const operation = operationOf(repository);
  const start = call.disk.readText(`${repository.gitDir}/sequencer/head`)?.trim();
  if (operation?.kind !== 'cherry-pick' && operation?.kind !== 'revert' && start === undefined)
    throw failure(`no cherry-pick or revert in progress\nfatal: ${kind} failed`, 128);
  await reset(call, ['-q', '--merge', start ?? repository.head ?? 'HEAD']);
  clearOperation(repository);
  call.disk.remove(`${repository.gitDir}/sequencer`);
  return 0;
}
