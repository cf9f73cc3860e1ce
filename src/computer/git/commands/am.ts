import { patchedFiles, preparePatches, writeResults, type ApplyHow } from '../applying.ts';
import type { GitCall } from '../call.ts';
import { parseDate } from '../date.ts';
import { decode } from '../disk.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { requireHook, runHook } from '../hooks.ts';
import { readMail, splitMailbox, titleOf, type Mail } from '../mail.ts';
import { indexDiffers, mergeThree, applyOutcome } from '../merging.ts';
import type { Person } from '../objects.ts';
import { AM } from '../operation.ts';
import { OptionSpec, type Options } from '../options.ts';
import { narrow, parsePatch } from '../patch.ts';
import { indexTree, writeCommit } from '../record.ts';
import type { TreeFile } from '../repository.ts';
import { compareFiles, unmergedOf } from '../status.ts';
import { WhitespaceCheck, type WhitespaceAction } from '../whitespace.ts';
import { forceFiles } from '../worktree.ts';
import { signedOff } from './commit.ts';

const SPEC = new OptionSpec(
  'am',
  'usage: git am [<options>] [(<mbox> | <Maildir>)...]\n   or: git am [<options>] (--continue | --skip | --abort)\n',
  '-i,--interactive -3,--3way -q,--quiet -s,--signoff -u,--utf8 -k,--keep --keep-non-patch -m,--message-id --keep-cr -c,--scissors --quoted-cr=' +
    ' --whitespace= --ignore-space-change --ignore-whitespace --directory= --exclude=* --include=* -C= -p= --patch-format= --reject --resolvemsg=' +
    ' --continue -r,--resolved --skip --abort --quit --show-current-patch[=] --allow-empty --committer-date-is-author-date --ignore-date' +
    ' --rerere-autoupdate -S,--gpg-sign[=] --empty= -n,--no-verify',
);

const UNSUPPORTED = [
  'interactive',
  'keep-cr',
  'ignore-space-change',
  'ignore-whitespace',
  'directory',
  'exclude',
  'include',
  'C',
  'p',
  'reject',
  'gpg-sign',
  'scissors',
  'message-id',
  'empty',
  'allow-empty',
];

const INDEX: ApplyHow = { index: true, cached: false };

/** `git am`: commits out of mails. */
export async function am(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  for (const name of UNSUPPORTED) if (options.has(name)) throw unsupported(`'git am ${name.length === 1 ? '-' : '--'}${name}'`);
  const session = new Session(call);
  const resumes = ['continue', 'resolved', 'skip', 'abort', 'quit', 'show-current-patch'].find((name) => options.has(name));
  if (resumes === undefined) return begin(call, options, session);
  if (!session.active) throw fatal('Resolve operation not in progress, we are not resuming.');
  if (resumes === 'show-current-patch') {
    const what = options.value('show-current-patch');
    call.out(session.read(what === 'diff' ? 'patch' : session.number(session.next)));
    return 0;
  }
  if (resumes === 'quit') session.end();
  else if (resumes === 'abort') abort(call, session);
  else if (resumes === 'skip') {
    clean(call);
    session.next += 1;
    return run(call, session);
  } else {
    await resolve(call, session);
    return run(call, session);
  }
  return 0;
}

/** What `git am` keeps below `.git/rebase-apply`. */
class Session {
  readonly #call: GitCall;
  readonly #folder: string;

  constructor(call: GitCall) {
    this.#call = call;
    this.#folder = `${call.workRepository.gitDir}/${AM}`;
  }

  get active(): boolean {
    return this.#call.disk.exists(`${this.#folder}/applying`);
  }

  /** Empty where there is none. */
  read(name: string): string {
    return this.#call.disk.readText(`${this.#folder}/${name}`) ?? '';
  }

  write(name: string, text: string | Uint8Array): void {
    this.#call.disk.write(`${this.#folder}/${name}`, text);
  }

  flag(name: string): boolean {
    return this.read(name).trim() === 't';
  }

  setFlag(name: string, on: boolean): void {
    this.write(name, on ? 't\n' : 'f\n');
  }

  /** The file of a mail: four digits. */
  number(at: number): string {
    return String(at).padStart(4, '0');
  }

  get next(): number {
    return Number(this.read('next'));
  }

  set next(at: number) {
    this.write('next', `${at}\n`);
    this.#call.disk.remove(`${this.#folder}/patch`);
    this.#call.disk.remove(`${this.#folder}/final-commit`);
  }

  get last(): number {
    return Number(this.read('last'));
  }

  /** Where HEAD stands, so that an abort takes back nothing that somebody else did. */
  noteHead(): void {
    this.write('abort-safety', `${this.#call.repository.head ?? ''}\n`);
  }

  say(text: string): void {
    if (!this.flag('quiet')) this.#call.line(text);
  }

  end(): void {
    this.#call.disk.remove(this.#folder);
  }
}

async function begin(call: GitCall, options: Options, session: Session): Promise<number> {
  if (session.active) throw fatal(`previous rebase directory .git/${AM} still exists but mbox given.`);
  const { repository } = call;
  const texts = options.args.length === 0 ? [call.stdin] : options.args.map((name) => mailboxFile(call, name));
  const mails = texts.flatMap((bytes) => {
    const found = splitMailbox(decode(bytes).replace(/\r\n/g, '\n'));
    if (found === null) throw new GitExit('Patch format detection failed.\n', 128);
    return found;
  });
  for (const [at, mail] of mails.entries()) session.write(session.number(at + 1), mail);
  session.setFlag('threeway', options.choice('3way') ?? call.settings.bool('am.threeway') ?? false);
  session.setFlag('quiet', options.has('quiet'));
  session.setFlag('sign', options.has('signoff'));
  session.setFlag('utf8', !options.negated('utf8'));
  session.write('keep', options.has('keep') ? 't\n' : options.has('keep-non-patch') ? 'b\n' : 'f\n');
  session.write('apply-opt', options.has('whitespace') ? ` '--whitespace=${options.value('whitespace')}'\n` : '\n');
  session.write('dates', `${options.has('committer-date-is-author-date')} ${options.has('ignore-date')}\n`);
  session.write('applying', '');
  session.write('last', `${mails.length}\n`);
  session.next = 1;
  session.noteHead();
  if (repository.head !== null) repository.refs.update('ORIG_HEAD', repository.head, null);
  const dirty = indexDiffers(call);
  if (dirty.length > 0) throw fatal(`Dirty index: cannot apply patches (dirty: ${dirty.join(' ')})`);
  return run(call, session);
}

function mailboxFile(call: GitCall, name: string): Uint8Array {
  const path = call.resolve(name);
  if (call.disk.isDirectory(path)) throw unsupported('a Maildir');
  const bytes = call.disk.read(path);
  if (bytes === null) throw fatal(`could not open '${name}' for reading: No such file or directory`);
  return bytes;
}

async function run(call: GitCall, session: Session): Promise<number> {
  while (session.next <= session.last) {
    const mail = current(session);
    session.write('final-commit', mail.message);
    session.write('patch', mail.patch);
    await requireMessageHook(call, session);
    const message = session.read('final-commit');
    session.say(`Applying: ${titleOf(message)}`);
    const problems = applyMail(call, session, mail);
    let merged: 'applied' | 'nothing' | null = problems === '' ? 'applied' : null;
    if (merged === null && session.flag('threeway')) merged = await threeWay(call, session, mail, message);
    else call.err(problems);
    if (merged === null) return stopAt(call, session, message);
    if (merged === 'applied') await record(call, session, mail);
    session.next += 1;
    session.noteHead();
  }
  session.end();
  return 0;
}

function current(session: Session): Mail {
  const keep = session.read('keep').trim();
  return readMail(session.read(session.number(session.next)), keep === 't' ? 'all' : keep === 'b' ? 'other' : 'none');
}

async function requireMessageHook(call: GitCall, session: Session): Promise<void> {
  if (session.flag('sign')) session.write('final-commit', signedOff(call, session.read('final-commit')));
  await requireHook(call, 'applypatch-msg', [`${call.repository.gitDir}/${AM}/final-commit`]);
}

/** Puts the patch onto index and work tree; gives what is said when it does not fit. */
function applyMail(call: GitCall, session: Session, { patch }: Mail): string {
  const check = whitespaceCheck(call, session);
  try {
    const patches = parsePatch(narrow(patch));
    if (patches.length === 0) return 'error: No valid patches in input (allow with "--allow-empty")\n';
    const checked = patches.map((one) => check.patch(one));
    const { results, errors } = preparePatches(call, checked, INDEX);
    // Where a merge may still help, the first try is a quiet one.
    const report = session.flag('threeway') ? '' : check.report;
    if (errors !== '' || check.forbids) return report + errors + (report === '' ? '' : check.summary(false));
    call.err(report);
    writeResults(call, results, INDEX);
    if (report !== '') call.err(check.summary(true));
    return '';
  } catch (error) {
    if (error instanceof GitExit) return error.text;
    throw error;
  }
}

function whitespaceCheck(call: GitCall, session: Session): WhitespaceCheck {
  const [, given] = /--whitespace=([a-z-]+)/.exec(session.read('apply-opt')) ?? [];
  return new WhitespaceCheck((given ?? call.settings.get('apply.whitespace') ?? 'warn') as WhitespaceAction, `.git/${AM}/patch`);
}

/** Applies the patch to what it was made from and merges the result; null where that ends in a conflict. */
async function threeWay(call: GitCall, session: Session, { patch }: Mail, message: string): Promise<'applied' | 'nothing' | null> {
  const { repository } = call;
  const patches = parsePatch(narrow(patch));
  const base = new Map<string, TreeFile>();
  for (const one of patches) {
    if (one.oldPath === null) continue;
    const [id] = one.oldId === null ? [] : repository.objects.withPrefix(one.oldId);
    if (id === undefined) {
      call.err('error: sha1 information is lacking or useless (' + one.oldPath + ').\nerror: could not build fake ancestor\n');
      return null;
    }
    base.set(one.oldPath, { mode: one.oldMode ?? repository.files(repository.head).get(one.oldPath)?.mode ?? 0o100644, id });
  }
  session.say('Using index info to reconstruct a base tree...');
  const head = repository.files(repository.head);
  for (const { path, before, after } of compareFiles(head, base))
    if (after !== null) session.say(`${before === null ? 'A' : 'M'}\t${path}`);
  session.say('Falling back to patching base and 3-way merge...');
  const check = whitespaceCheck(call, session);
  const theirs = patchedFiles(
    call,
    base,
    patches.map((one) => check.patch(one)),
  );
  call.err(check.report + check.summary(true));
  if (theirs === null) {
    call.err('error: Did you hand edit your patch?\nIt does not apply to blobs recorded in its index.\n');
    return null;
  }
  const labels = { ours: 'HEAD', theirs: titleOf(message) };
  const outcome = await mergeThree(call, repository.writeTree(base), indexTree(repository), repository.writeTree(theirs), labels, null);
  applyOutcome(call, repository.head, outcome, { operation: 'merge', before: 'merge' });
  for (const line of outcome.messages) session.say(line);
  if (!outcome.clean) {
    call.err('error: Failed to merge in the changes.\n');
    return null;
  }
  if (repository.head !== null && outcome.tree === repository.objects.commit(repository.head).tree) {
    session.say('No changes -- Patch already applied.');
    return 'nothing';
  }
  return 'applied';
}

const ADVICE =
  'When you have resolved this problem, run "git am --continue".\nIf you prefer to skip this patch, run "git am --skip" instead.\n' +
  'To restore the original branch and stop patching, run "git am --abort".\n';

function stopAt(call: GitCall, session: Session, message: string): number {
  call.line(`Patch failed at ${session.number(session.next)} ${titleOf(message)}`);
  call.hint("Use 'git am --show-current-patch=diff' to see the failed patch", 'amWorkDir');
  call.out(ADVICE);
  return 128;
}

/** Commits what is staged, by the author of the mail. */
async function record(call: GitCall, session: Session, mail: Mail): Promise<void> {
  const { repository } = call;
  await requireHook(call, 'pre-applypatch');
  const [dateFromAuthor, dateIsNow] = session
    .read('dates')
    .trim()
    .split(' ')
    .map((word) => word === 'true');
  const author: Person = {
    name: mail.name,
    email: mail.email,
    ...(dateIsNow ? call.timeOf(undefined) : (parseDate(mail.date, call.now()) ?? call.timeOf(undefined))),
  };
  const committer = { ...call.person('committer'), ...(dateFromAuthor ? { time: author.time, zone: author.zone } : {}) };
  const message = session.read('final-commit');
  const parents = repository.head === null ? [] : [repository.head];
  const id = writeCommit(call, { tree: indexTree(repository), parents, message, author, committer });
  repository.refs.update('HEAD', id, call.change(`${call.env.get('GIT_REFLOG_ACTION') ?? 'am'}: ${titleOf(message)}`));
  await runHook(call, 'post-applypatch');
}

/** `--continue`: what has been staged by hand is the commit. */
async function resolve(call: GitCall, session: Session): Promise<void> {
  session.say(`Applying: ${titleOf(session.read('final-commit'))}`);
  if (indexDiffers(call).length === 0 && unmergedOf(call.repository.index()).length === 0) {
    call.out(
      "No changes - did you forget to use 'git add'?\nIf there is nothing left to stage, chances are that something else\n" +
        'already introduced the same changes; you might want to skip this patch.\n' +
        ADVICE,
    );
    throw new GitExit('', 128);
  }
  if (unmergedOf(call.repository.index()).length > 0) {
    call.out(
      "You still have unmerged paths in your index.\nYou should 'git add' each file with resolved conflicts to mark them as such.\n" +
        'You might run `git rm` on a file to accept "deleted by them" for it.\n' +
        ADVICE,
    );
    throw new GitExit('', 128);
  }
  await record(call, session, current(session));
  session.next += 1;
  session.noteHead();
}

/** Index and work tree as HEAD has them. */
function clean(call: GitCall): void {
  const { repository } = call;
  forceFiles(call, repository.files(repository.head));
}

function abort(call: GitCall, session: Session): void {
  const { repository } = call;
  const original = repository.refs.resolve('ORIG_HEAD');
  if (session.read('abort-safety').trim() !== (repository.head ?? '')) {
    call.warn("You seem to have moved HEAD since the last 'am' failure.\nNot rewinding to ORIG_HEAD");
    session.end();
    return;
  }
  if (original !== null) {
    forceFiles(call, repository.files(original));
    repository.refs.update('HEAD', original, call.change('am --abort'));
  }
  session.end();
}
