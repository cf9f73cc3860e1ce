import type { GitCall } from '../call.ts';
import { cleanMessage, editMessageFile, editorOf } from '../editor.ts';
import { decode } from '../disk.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { requireHook, runHook } from '../hooks.ts';
import type { CommitObject, Person } from '../objects.ts';
import { operationOf } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { Pathspec } from '../pathspec.ts';
import { clearOperation, commitSummary, indexTree, firstLine, subjectOf, writeCommit } from '../record.ts';
import type { IndexEntry } from '../index-file.ts';
import { fileOf, type Repository } from '../repository.ts';
import { resolveCommit } from '../revision.ts';
import { unmergedOf } from '../status.ts';
import { approximateDate, parseDate } from '../date.ts';
import { stage, stageTracked } from './add.ts';
import { chooseToStage } from './choose-hunks.ts';
import { longStatus, statusContent } from './status.ts';
import { splitLines } from '../engine.ts';
import { indexOf } from '../worktree.ts';

const SPEC = new OptionSpec(
  'commit',
  'usage: git commit [-a | --interactive | --patch] [-s] [-v] [-u<mode>] [--amend]\n',
  '-q,--quiet -v,--verbose -F,--file= --author= --date= -m,--message=* -c,--reedit-message= -C,--reuse-message= --fixup= --squash= --reset-author' +
    ' --trailer=* -s,--signoff -t,--template= -e,--edit --cleanup= --status -S,--gpg-sign[=] -a,--all -i,--include --interactive -p,--patch -o,--only' +
    ' -n,--no-verify,--verify --dry-run --short --branch --ahead-behind --porcelain --long -z,--null --amend --no-post-rewrite,--post-rewrite' +
    ' -u,--untracked-files[=] --allow-empty --allow-empty-message --pathspec-from-file=',
);

export async function commit(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  for (const name of ['interactive', 'gpg-sign', 'pathspec-from-file']) if (options.has(name)) throw unsupported(`'git commit --${name}'`);
  const repository = call.workRepository;
  const { head } = repository;
  const amend = options.has('amend');
  const operation = operationOf(repository);
  if (amend && head === null) throw fatal('You have nothing to amend.');
  if (amend && operation?.kind === 'merge') throw fatal('You are in the middle of a merge -- cannot amend.');
  if (amend && operation?.kind === 'cherry-pick') throw fatal('You are in the middle of a cherry-pick -- cannot amend.');
  const amended = amend && head !== null ? repository.objects.commit(head) : null;
  const kept = repository.disk.read(`${repository.gitDir}/index`);
  if (options.has('all') && options.args.length > 0) throw fatal(`paths '${options.args[0]} ...' with -a does not make sense`);
  try {
    if (options.has('patch')) await chooseToStage(call, options.args);
    if (options.has('all')) stageTracked(call, new Pathspec(call, []));
    const restoreIndex = options.args.length > 0 && !options.has('patch') ? stagePaths(call, repository, options) : null;
    const unmerged = unmergedOf(repository.index());
    if (unmerged.length > 0) {
      for (const { path } of unmerged) call.line(`U\t${path}`);
      call.err('error: Committing is not possible because you have unmerged files.\n');
      call.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
      throw fatal('Exiting because of an unresolved conflict.');
    }
    if (!options.has('no-verify')) await requireHook(call, 'pre-commit');
    const parents = amended ? amended.parents : [...(head === null ? [] : [head]), ...(operation?.kind === 'merge' ? operation.heads : [])];
    const tree = indexTree(repository);
    const before = parents[0] === undefined ? null : repository.objects.commit(parents[0]).tree;
    const merging = operation?.kind === 'merge';
    const nothing = before === null ? repository.index().length === 0 : before === tree;
    const dry = options.has('dry-run') || options.has('short') || options.has('porcelain');
    if (dry || (nothing && !merging && !options.has('allow-empty') && !(amend && amended !== null && amended.parents.length > 1))) {
      return await nothingToCommit(call, options, operation?.kind ?? null, kept, amend && nothing && !dry);
    }
    const source = sourceCommit(call, options, amended, operation?.kind === 'cherry-pick' ? operation.commit : null);
    const message = await messageFor(call, options, repository, source, merging);
    const author = authorFor(call, options, source);
    const id = writeCommit(call, { tree, parents, message, author });
    if (restoreIndex !== null) restoreIndex();
    const what = amend
      ? ' (amend)'
      : head === null
        ? ' (initial)'
        : merging
          ? ' (merge)'
          : operation?.kind === 'cherry-pick'
            ? ' (cherry-pick)'
            : '';
    const action = call.env.get('GIT_REFLOG_ACTION');
    repository.refs.update('HEAD', id, call.change(`${action ?? `commit${what}`}: ${firstLine(message)}`));
    if (operation?.kind !== 'rebase' || repository.disk.exists(`${repository.gitDir}/CHERRY_PICK_HEAD`)) clearOperation(repository);
    repository.disk.remove(`${repository.gitDir}/MERGE_MSG`);
    endSequence(repository);
    await runHook(call, 'post-commit');
    if (amend && head !== null && !options.has('no-post-rewrite')) await runHook(call, 'post-rewrite', ['amend'], `${head} ${id}\n`);
    if (!options.has('quiet'))
      call.out(
        await commitSummary(call, id, {
          first: head === null,
          showDate: (source !== null && !options.has('reset-author')) || options.has('date'),
        }),
      );
    return 0;
  } catch (error) {
    // What -a or paths had staged was for a commit that did not happen.
    if (error instanceof GitExit && kept !== null && (options.has('all') || options.args.length > 0))
      repository.disk.write(`${repository.gitDir}/index`, kept);
    throw error;
  }
}

/** A commit made by hand may be the last thing that a sequence of picks waited for. */
function endSequence(repository: Repository): void {
  const todo = splitLines(repository.disk.readText(`${repository.gitDir}/sequencer/todo`) ?? '');
  if (todo.length <= 1) repository.disk.remove(`${repository.gitDir}/sequencer`);
}

/** `git commit <paths>`: only these, whatever else is staged. Gives what makes the index whole again afterwards. */
function stagePaths(call: GitCall, repository: Repository, options: Options): (() => void) | null {
  const pathspec = new Pathspec(call, options.args);
  if (operationOf(repository)?.kind === 'merge' && !options.has('include')) throw fatal('cannot do a partial commit during a merge.');
  const known = [...repository.index().map(({ path }) => path), ...repository.files(repository.head).keys()];
  const missing = pathspec.unmatched(known);
  if (missing !== null) throw failure(`pathspec '${missing}' did not match any file(s) known to git`);
  stageTracked(call, pathspec);
  if (options.has('include')) return null;
  const whole = repository.index();
  const work = repository.workEntries();
  const base = new Map(indexOf(repository, repository.files(repository.head)).map((entry) => [entry.path, entry]));
  const only = new Map<string, IndexEntry>(base);
  for (const path of new Set(known)) {
    if (!pathspec.matches(path)) continue;
    const there = work.get(path);
    if (there === undefined || fileOf(there) === null) only.delete(path);
    else only.set(path, stage(repository, path, there));
  }
  repository.writeIndex([...only.values()]);
  return () => repository.writeIndex(whole);
}

async function nothingToCommit(
  call: GitCall,
  options: Options,
  operation: string | null,
  kept: Uint8Array | null,
  amendedAway: boolean,
): Promise<number> {
  const { repository } = call;
  const content = await statusContent(call, {
    untracked: 'normal',
    ignored: false,
    pathspec: new Pathspec(call, []),
    amend: options.has('amend'),
  });
  if (options.has('short') || options.has('porcelain')) throw unsupported("'git commit --short'");
  call.out(longStatus(call, content, { template: true, amend: options.has('amend') }));
  if (amendedAway) {
    call.err(
      'You asked to amend the most recent commit, but doing so would make\nit empty. You can repeat your command with --allow-empty, or you can\nremove the commit entirely with "git reset HEAD^".\n',
    );
  }
  if (operation === 'cherry-pick') {
    call.err(
      "The previous cherry-pick is now empty, possibly due to conflict resolution.\nIf you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\nOtherwise, please use 'git cherry-pick --skip'\n",
    );
  }
  if (kept !== null) repository.disk.write(`${repository.gitDir}/index`, kept);
  return content.staged.length > 0 && options.has('dry-run') ? 0 : 1;
}

/** The commit that message and author are taken from, or null. */
function sourceCommit(call: GitCall, options: Options, amended: CommitObject | null, picked: string | null): CommitObject | null {
  const named = options.value('reuse-message') ?? options.value('reedit-message');
  if (named === undefined) return amended ?? (picked === null ? null : call.repository.objects.commit(picked));
  const peeled = resolveCommit(call, named);
  if (peeled === null) throw fatal(`could not lookup commit ${named}`);
  return call.repository.objects.commit(peeled);
}

function authorFor(call: GitCall, options: Options, source: CommitObject | null): Person {
  let author = source !== null && !options.has('reset-author') ? source.author : call.person('author');
  const named = options.value('author');
  if (named !== undefined) {
    const match = /^(.*?)\s*<([^>]*)>/.exec(named);
    const found = match ? { name: match[1] ?? '', email: match[2] ?? '' } : findAuthor(call, named);
    author = { ...author, ...found };
  }
  const date = options.value('date');
  if (date !== undefined) {
    const parsed = parseDate(date, call.now()) ?? { time: approximateDate(date, call.now()), zone: call.zone };
    author = { ...author, ...parsed };
  }
  return author;
}

function findAuthor(call: GitCall, pattern: string): { readonly name: string; readonly email: string } {
  const { repository } = call;
  const expression = new RegExp(pattern, 'i');
  for (let id = repository.head; id !== null;) {
    const { author, parents } = repository.objects.commit(id);
    if (expression.test(`${author.name} <${author.email}>`)) return author;
    id = parents[0] ?? null;
  }
  throw fatal(`--author '${pattern}' is not 'Name <email>' and matches no existing author`);
}

async function messageFor(
  call: GitCall,
  options: Options,
  repository: Repository,
  source: CommitObject | null,
  merging: boolean,
): Promise<string> {
  const given = givenMessage(call, options, repository, source);
  const prepared = given ?? preparedMessage(call, options, repository, source);
  const edits = options.choice('edit') ?? (given === null && !options.has('reuse-message'));
  const cleanup = options.value('cleanup') ?? call.settings.get('commit.cleanup') ?? 'default';
  if (!['default', 'strip', 'whitespace', 'verbatim', 'scissors'].includes(cleanup)) throw fatal(`Invalid cleanup mode ${cleanup}`);
  const mode = cleanup === 'default' ? (edits ? 'strip' : 'whitespace') : (cleanup as 'strip' | 'whitespace' | 'verbatim' | 'scissors');
  let text = options.has('signoff') ? signedOff(call, prepared) : prepared;
  for (const trailer of options.list('trailer')) text = withTrailer(text, trailer.replace(/^([^:=]+)[:=]\s*/, '$1: '));
  const file = `${repository.gitDir}/COMMIT_EDITMSG`;
  if (edits) {
    const editor = editorOf(call);
    call.disk.write(file, text + (await commentFor(call, merging)));
    if ((await runHook(call, 'prepare-commit-msg', [file, ...messageSource(call, options, given)])) !== 0) throw new GitExit('', 1);
    await editMessageFile(call, file, editor);
  } else {
    call.disk.write(file, text);
    if ((await runHook(call, 'prepare-commit-msg', [file, ...messageSource(call, options, given)])) !== 0) throw new GitExit('', 1);
  }
  if (!options.has('no-verify')) await requireHook(call, 'commit-msg', [file]);
  const message = cleanMessage(call.disk.readText(file) ?? '', mode, call.settings.get('core.commentchar') ?? '#');
  if (message.trim() === '' && !options.has('allow-empty-message')) throw new GitExit('Aborting commit due to empty commit message.\n', 1);
  return message;
}

/** What prepare-commit-msg is told about where the message comes from ("prepare-commit-msg" of githooks). */
function messageSource(call: GitCall, options: Options, given: string | null): readonly string[] {
  const named = options.value('reuse-message') ?? options.value('reedit-message');
  if (named !== undefined) return ['commit', named];
  if (given !== null) return ['message'];
  if (options.has('amend')) return ['commit', 'HEAD'];
  const { disk, gitDir } = call.repository;
  if (disk.exists(`${gitDir}/MERGE_MSG`)) return ['merge'];
  if (disk.exists(`${gitDir}/SQUASH_MSG`)) return ['squash'];
  return options.has('template') || call.settings.get('commit.template') !== undefined ? ['template'] : [];
}

/** A message that was given on the command line, or null. */
function givenMessage(call: GitCall, options: Options, repository: Repository, source: CommitObject | null): string | null {
  const parts = options.list('message');
  const file = options.value('file');
  if (parts.length > 0 && file !== undefined) throw fatal("options '-m' and '-F' cannot be used together");
  const fixup = options.value('fixup') ?? options.value('squash');
  if (fixup !== undefined) {
    const commit = resolveCommit(call, fixup.replace(/^(amend|reword):/, ''));
    if (commit === null) throw fatal(`could not lookup commit ${fixup}`);
    const verb = options.has('squash') ? 'squash' : 'fixup';
    return [`${verb}! ${subjectOf(repository.objects.commit(commit).message)}\n`, ...parts.map((part) => `\n${part}\n`)].join('');
  }
  if (parts.length > 0) return parts.map((part) => `${part.replace(/\n*$/, '')}\n`).join('\n');
  if (file === '-') return decode(call.stdin);
  if (file !== undefined) {
    const text = call.disk.readText(call.resolve(file));
    if (text === null) throw fatal(`could not read log file '${file}': No such file or directory`);
    return text;
  }
  if (options.has('reuse-message')) return source?.message ?? '';
  return null;
}

function preparedMessage(call: GitCall, options: Options, repository: Repository, source: CommitObject | null): string {
  if ((options.has('amend') || options.has('reedit-message')) && source !== null) return source.message;
  for (const name of ['MERGE_MSG', 'SQUASH_MSG']) {
    const text = call.disk.readText(`${repository.gitDir}/${name}`);
    if (text !== null) return text;
  }
  const template = options.value('template') ?? call.settings.get('commit.template');
  return template === undefined ? '' : (call.disk.readText(call.resolve(template.replace(/^~/, call.home))) ?? '');
}

async function commentFor(call: GitCall, merging: boolean): Promise<string> {
  const content = await statusContent(call, { untracked: 'normal', ignored: false, pathspec: new Pathspec(call, []), amend: false });
  const status = longStatus(call, content, { template: true, amend: false, hints: false });
  const head = merging
    ? '\nIt looks like you may be committing a merge.\nIf this is not correct, please run\n\tgit update-ref -d MERGE_HEAD\nand try again.\n\n'
    : '';
  const lines = `${head}\nPlease enter the commit message for your changes. Lines starting\nwith '#' will be ignored, and an empty message aborts the commit.\n\n${status}`;
  const commented = splitLines(lines.slice(1)).map((line) => (line === '' ? '#' : line.startsWith('\t') ? `#${line}` : `# ${line}`));
  return `\n${commented.join('\n')}\n`;
}

export function signedOff(call: GitCall, message: string): string {
  const { name, email } = call.person('committer');
  return withTrailer(message, `Signed-off-by: ${name} <${email}>`);
}

/** Adds a trailer to a message, in the last paragraph when that is one of trailers. */
export function withTrailer(message: string, trailer: string): string {
  const text = message.replace(/\n*$/, '');
  const last = text.slice(text.lastIndexOf('\n\n') + 2);
  if (splitLines(last).includes(trailer)) return `${text}\n`;
  const trailers = text.includes('\n\n') && splitLines(last).every((line) => /^([A-Za-z0-9-]+: |\(cherry picked from commit )/.test(line));
  return text === '' ? `\n${trailer}\n` : `${text}\n${trailers ? '' : '\n'}${trailer}\n`;
}
