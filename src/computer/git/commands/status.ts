import type { GitCall } from '../call.ts';
import { paintOf, unpainted, type Paint } from '../colours.ts';
import { detectRenames, type Pair } from '../diff.ts';
import { fatal } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { fromHere, Pathspec, quoteBytes, quotePath } from '../pathspec.ts';
import { comparePaths, octalMode } from '../objects.ts';
import type { Repository, TreeFile } from '../repository.ts';
import { cachedPairs } from '../sides.ts';
import { workStatus, type Unmerged, type UntrackedMode } from '../status.ts';
import { operationOf, operationText, rebaseOf, type Operation } from '../operation.ts';
import { trackingLines, trackingOf, trackingWords } from '../tracking.ts';
import { workSide, blobSide } from '../sides.ts';
import { makePair } from '../diff.ts';

const SPEC = new OptionSpec(
  'status',
  'usage: git status [<options>] [--] <pathspec>...\n',
  '-v,--verbose -s,--short -b,--branch --show-stash --ahead-behind --porcelain[=] --long -z,--null -u,--untracked-files[=] --ignored[=]' +
    ' --ignore-submodules[=] --column[=] --renames -M,--find-renames[=]',
);

/** What a status is made from. */
export interface StatusContent {
  readonly repository: Repository;
  readonly initial: boolean;
  readonly staged: readonly Pair[];
  readonly unstaged: readonly Pair[];
  readonly unmerged: readonly Unmerged[];
  readonly untracked: readonly string[];
  readonly ignored: readonly string[];
  readonly untrackedMode: UntrackedMode;
  readonly operation: Operation | null;
}

export async function status(call: GitCall, args: readonly string[]): Promise<number> {
  const options = SPEC.parse(args);
  const porcelain = options.has('porcelain') ? options.value('porcelain') || 'v1' : null;
  if (porcelain !== null && !['v1', '1', 'v2', '2'].includes(porcelain)) throw fatal(`unsupported porcelain version '${porcelain}'`);
  const content = await statusContent(call, {
    untracked: untrackedMode(
      call,
      options.has('untracked-files') ? options.value('untracked-files') || 'all' : options.negated('untracked-files') ? 'no' : undefined,
    ),
    ignored: options.has('ignored') && options.value('ignored') !== 'no',
    pathspec: new Pathspec(call, options.args),
    amend: false,
  });
  const nul = options.has('null');
  const paint = paintOf(call, 'status', null);
  const short = options.has('short') || (call.settings.bool('status.short') === true && options.last('short', 'long') !== 'long');
  if (porcelain === 'v2' || porcelain === '2') porcelainV2(call, content, options.has('branch'), nul);
  else if (porcelain !== null || nul) shortStatus(call, content, { branch: options.has('branch'), nul, relative: false, paint: unpainted });
  else if (short)
    shortStatus(call, content, {
      branch: options.has('branch') || call.settings.bool('status.branch') === true,
      nul,
      relative: true,
      paint,
    });
  else {
    call.out(longStatus(call, content, { template: false, amend: false, paint }));
    if (options.has('show-stash')) {
      const count = content.repository.refs.reflog('refs/stash').length;
      if (count > 0) call.line(`Your stash currently has ${count} ${count === 1 ? 'entry' : 'entries'}`);
    }
  }
  return 0;
}

function untrackedMode(call: GitCall, given: string | undefined): UntrackedMode {
  const mode = given ?? call.settings.get('status.showuntrackedfiles') ?? 'normal';
  if (mode === 'no' || mode === 'normal' || mode === 'all') return mode;
  throw fatal(`Invalid untracked files mode '${mode}'`);
}

export async function statusContent(
  call: GitCall,
  wanted: { readonly untracked: UntrackedMode; readonly ignored: boolean; readonly pathspec: Pathspec; readonly amend: boolean },
): Promise<StatusContent> {
  const repository = call.workRepository;
  const ignore = repository.ignore(call.excludesFile);
  const raw = workStatus(repository, ignore, wanted.untracked, wanted.ignored);
  const { head } = repository;
  const base = wanted.amend && head !== null ? (repository.objects.commit(head).parents[0] ?? null) : head;
  const staged = cachedPairs(repository, base, wanted.pathspec).filter(({ status: letter }) => letter !== 'U');
  const work = repository.workEntries();
  const unstaged = raw.unstaged
    .filter(({ path }) => wanted.pathspec.matches(path))
    .map(({ path, before, after }) => makePair(path, blobSide(repository, before), after === null ? null : workSide(work.get(path))));
  const renames = call.settings.bool('status.renames') ?? true;
  return {
    repository,
    initial: base === null,
    staged: renames ? await detectRenames(staged) : staged,
    unstaged,
    unmerged: raw.unmerged.filter(({ path }) => wanted.pathspec.matches(path)),
    untracked: raw.untracked.filter(
      (path) => wanted.pathspec.matches(path.replace(/\/$/, '')) || wanted.pathspec.mayMatchBelow(path.replace(/\/$/, '')),
    ),
    ignored: raw.ignored.filter((path) => wanted.pathspec.matches(path.replace(/\/$/, ''))),
    untrackedMode: wanted.untracked,
    operation: operationOf(repository),
  };
}

const STAGED_LABELS = { A: 'new file', M: 'modified', D: 'deleted', R: 'renamed', T: 'typechange', C: 'copied', U: 'unmerged' } as const;

/** The status as prose. `template` is how it stands in a commit message's comment. */
export function longStatus(
  call: GitCall,
  content: StatusContent,
  how: { readonly template: boolean; readonly amend: boolean; readonly hints?: boolean; readonly paint?: Paint },
): string {
  const { repository, staged, unstaged, unmerged, untracked, ignored, operation } = content;
  const paint = how.paint ?? unpainted;
  const hints = how.hints ?? call.settings.bool('advice.statushints') ?? true;
  let text = '';
  const line = (row = ''): void => {
    text += `${row}\n`;
  };
  const hint = (row: string): void => {
    if (hints) line(`  (${row})`);
  };
  text += headLine(call, repository, paint);
  const tracking = content.initial || repository.branch === null ? '' : trackingLines(call, repository, hints);
  if (tracking !== '') text += `${tracking}\n`;
  if (operation !== null) text += operationText(call, repository, operation, unmerged.length > 0, hints);
  if (content.initial) {
    line();
    line(how.template ? 'Initial commit' : 'No commits yet');
    line();
  }
  const show = (path: string): string => quotePath(call, fromHere(call, path));
  const inMerge = operation !== null && (operation.kind === 'merge' || operation.kind === 'cherry-pick');
  const unstageHint = content.initial ? 'use "git rm --cached <file>..." to unstage' : 'use "git restore --staged <file>..." to unstage';
  if (staged.length > 0) {
    line('Changes to be committed:');
    if (!inMerge) hint(unstageHint);
    for (const pair of staged) {
      const name = pair.status === 'R' ? `${show(pair.oldPath)} -> ${show(pair.path)}` : show(pair.path);
      line(`\t${paint('added', `${`${STAGED_LABELS[pair.status]}:`.padEnd(12)}${name}`)}`);
    }
    line();
  }
  if (unmerged.length > 0) {
    line('Unmerged paths:');
    if (!inMerge) hint(unstageHint);
    const bothDeleted = unmerged.some(({ ours, theirs }) => ours === null && theirs === null);
    const deleteModify = unmerged.some(({ base, ours, theirs }) => base !== null && (ours === null) !== (theirs === null));
    const notDeleted = unmerged.some(({ ours, theirs }) => ours !== null || theirs !== null);
    if (!bothDeleted)
      hint(deleteModify ? 'use "git add/rm <file>..." as appropriate to mark resolution' : 'use "git add <file>..." to mark resolution');
    else if (!deleteModify && !notDeleted) hint('use "git rm <file>..." to mark resolution');
    else hint('use "git add/rm <file>..." as appropriate to mark resolution');
    for (const entry of unmerged) line(`\t${paint('changed', `${`${unmergedLabel(entry)}:`.padEnd(17)}${show(entry.path)}`)}`);
    line();
  }
  if (unstaged.length > 0) {
    line('Changes not staged for commit:');
    hint(
      unstaged.some(({ status: letter }) => letter === 'D')
        ? 'use "git add/rm <file>..." to update what will be committed'
        : 'use "git add <file>..." to update what will be committed',
    );
    hint('use "git restore <file>..." to discard changes in working directory');
    for (const pair of unstaged) line(`\t${paint('changed', `${`${STAGED_LABELS[pair.status]}:`.padEnd(12)}${show(pair.path)}`)}`);
    line();
  }
  const files = (title: string, command: string, paths: readonly string[]): void => {
    if (paths.length === 0) return;
    line(title);
    hint(`use "git ${command} <file>..." to include in what will be committed`);
    for (const path of paths) line(`\t${paint('changed', showFolder(call, path))}`);
    line();
  };
  files('Untracked files:', 'add', untracked);
  files('Ignored files:', 'add -f', ignored);
  const committable = staged.length > 0 || (operation?.kind === 'merge' && unmerged.length === 0);
  if (content.untrackedMode === 'no' && committable)
    line(`Untracked files not listed${hints ? ' (use -u option to show untracked files)' : ''}`);
  if (committable) return text;
  if (how.amend) line('No changes');
  else if (unstaged.length > 0 || unmerged.length > 0)
    line(`no changes added to commit${hints ? ' (use "git add" and/or "git commit -a")' : ''}`);
  else if (untracked.length > 0) line(`nothing added to commit but untracked files present${hints ? ' (use "git add" to track)' : ''}`);
  else if (content.initial) line(`nothing to commit${hints ? ' (create/copy files and use "git add" to track)' : ''}`);
  else if (content.untrackedMode === 'no') line(`nothing to commit${hints ? ' (use -u to show untracked files)' : ''}`);
  else line('nothing to commit, working tree clean');
  return text;
}

/** An untracked path from where one stands; a folder keeps its slash. */
function showFolder(call: GitCall, path: string): string {
  if (!path.endsWith('/')) return quotePath(call, fromHere(call, path));
  const shown = call.prefix.startsWith(path) ? fromHere(call, `${path}x`).slice(0, -1) || './' : `${fromHere(call, path.slice(0, -1))}/`;
  return quotePath(call, shown);
}

function headLine(call: GitCall, repository: Repository, paint: Paint): string {
  const rebase = rebaseOf(repository);
  if (rebase !== null) return `${paint('changed', 'interactive rebase in progress; onto ')}${call.short(rebase.onto)}\n`;
  const { branch } = repository;
  if (branch !== null) return `On branch ${branch}\n`;
  const detached = detachedAt(call, repository);
  return detached === null
    ? `${paint('changed', 'Not currently on any branch.')}\n`
    : `${paint('changed', `HEAD detached ${detached.moved ? 'from' : 'at'} `)}${detached.name}\n`;
}

/** What HEAD was detached at, by its reflog: a ref's name or a short id. */
export function detachedAt(call: GitCall, repository: Repository): { readonly name: string; readonly moved: boolean } | null {
  const entry = repository.refs.reflog('HEAD').find(({ message }) => /^checkout: moving from .+ to \S+$/.test(message));
  if (entry === undefined) return null;
  const target = entry.message.replace(/^.* to /, '');
  const { refs, objects } = repository;
  const named = [`refs/tags/${target}`, `refs/remotes/${target}`, `refs/heads/${target}`].find((name) => {
    const id = refs.resolve(name);
    return id !== null && objects.peel(id).id === entry.after;
  });
  const name = named ? named.replace(/^refs\/(tags|remotes|heads)\//, '') : call.short(entry.after);
  return { name, moved: repository.head !== entry.after };
}

function unmergedLabel({ base, ours, theirs }: Unmerged): string {
  if (base === null) return ours === null ? 'added by them' : theirs === null ? 'added by us' : 'both added';
  return ours === null ? (theirs === null ? 'both deleted' : 'deleted by us') : theirs === null ? 'deleted by them' : 'both modified';
}

function unmergedLetters({ base, ours, theirs }: Unmerged): string {
  if (base === null) return ours === null ? 'UA' : theirs === null ? 'AU' : 'AA';
  return ours === null ? (theirs === null ? 'DD' : 'DU') : theirs === null ? 'UD' : 'UU';
}

function shortStatus(
  call: GitCall,
  content: StatusContent,
  how: { readonly branch: boolean; readonly nul: boolean; readonly relative: boolean; readonly paint: Paint },
): void {
  const { paint } = how;
  const end = how.nul ? '\0' : '\n';
  const letter = (slot: 'added' | 'changed', mark: string): string => (mark === ' ' ? mark : paint(slot, mark));
  const show = (path: string): string => {
    if (how.nul) return path;
    const shown = how.relative ? (path.endsWith('/') ? showFolderPlain(call, path) : fromHere(call, path)) : path;
    return quoteBytes(shown, call.settings.bool('core.quotepath') ?? true, shown.includes(' '));
  };
  if (how.branch) call.out(`## ${branchHeader(call, content, paint)}${end}`);
  const letters = new Map<string, { staged: string; unstaged: string; from?: string }>();
  const at = (path: string) => {
    const known = letters.get(path) ?? { staged: ' ', unstaged: ' ' };
    letters.set(path, known);
    return known;
  };
  for (const pair of content.staged) {
    const entry = at(pair.path);
    entry.staged = pair.status;
    if (pair.status === 'R') entry.from = pair.oldPath;
  }
  for (const pair of content.unstaged) at(pair.path).unstaged = pair.status;
  const conflicts = new Map(content.unmerged.map((entry) => [entry.path, unmergedLetters(entry)]));
  for (const path of [...new Set([...letters.keys(), ...conflicts.keys()])].sort(comparePaths)) {
    const conflict = conflicts.get(path);
    const entry = letters.get(path);
    if (conflict !== undefined) call.out(`${paint('changed', conflict)} ${show(path)}${end}`);
    else if (entry?.from !== undefined)
      call.out(
        `${letter('added', entry.staged)}${letter('changed', entry.unstaged)} ${how.nul ? `${path}\0${entry.from}` : `${show(entry.from)} -> ${show(path)}`}${end}`,
      );
    else if (entry) call.out(`${letter('added', entry.staged)}${letter('changed', entry.unstaged)} ${show(path)}${end}`);
  }
  for (const path of content.untracked) call.out(`${paint('changed', '??')} ${show(path)}${end}`);
  for (const path of content.ignored) call.out(`${paint('changed', '!!')} ${show(path)}${end}`);
}

function showFolderPlain(call: GitCall, path: string): string {
  return call.prefix.startsWith(path) ? fromHere(call, `${path}x`).slice(0, -1) || './' : `${fromHere(call, path.slice(0, -1))}/`;
}

function branchHeader(call: GitCall, content: StatusContent, paint: Paint): string {
  const { repository } = content;
  const { branch } = repository;
  if (branch === null) return paint('changed', 'HEAD (no branch)');
  if (repository.head === null) return `No commits yet on ${paint('added', branch)}`;
  const tracking = trackingOf(call, repository, branch);
  if (tracking === null) return paint('added', branch);
  const parts = trackingWords(tracking);
  const counts = parts.map((part) => part.replace(/\d+$/, (count) => paint(part.startsWith('ahead') ? 'added' : 'changed', count)));
  return `${paint('added', branch)}...${paint('changed', tracking.name)}${parts.length > 0 ? ` [${counts.join(', ')}]` : ''}`;
}

function porcelainV2(call: GitCall, content: StatusContent, branchWanted: boolean, nul: boolean): void {
  const end = nul ? '\0' : '\n';
  const show = (path: string): string => (nul ? path : quotePath(call, path));
  const { repository } = content;
  if (branchWanted) {
    call.out(`# branch.oid ${repository.head ?? '(initial)'}${end}# branch.head ${repository.branch ?? '(detached)'}${end}`);
    const tracking = repository.branch === null ? null : trackingOf(call, repository, repository.branch);
    if (tracking) {
      call.out(`# branch.upstream ${tracking.name}${end}`);
      if (!tracking.gone && repository.head !== null) call.out(`# branch.ab +${tracking.ahead} -${tracking.behind}${end}`);
    }
  }
  const staged = new Map(content.staged.map((pair) => [pair.path, pair]));
  const unstaged = new Map(content.unstaged.map((pair) => [pair.path, pair]));
  const index = new Map(repository.index().map((entry) => [entry.path, entry]));
  const head = repository.files(repository.head);
  const id = (file: { readonly id: string } | null | undefined): string => file?.id ?? '0'.repeat(40);
  for (const path of [...new Set([...staged.keys(), ...unstaged.keys()])].sort(comparePaths)) {
    const [first, second, entry] = [staged.get(path), unstaged.get(path), index.get(path)];
    const letters = `${first?.status ?? '.'}${second?.status ?? '.'}`;
    const before = first ? first.before : (head.get(path) ?? null);
    const indexed = entry ?? null;
    const work = second ? second.after : entry;
    const modes = `${octalMode(before?.mode)} ${octalMode(indexed?.mode)} ${octalMode(work?.mode)} ${id(before)} ${id(indexed)}`;
    if (first?.status === 'R')
      call.out(`2 ${letters} N... ${modes} R${first.score} ${show(path)}${nul ? '\0' : '\t'}${show(first.oldPath)}${end}`);
    else call.out(`1 ${letters} N... ${modes} ${show(path)}${end}`);
  }
  const work = repository.workEntries();
  for (const entry of content.unmerged) {
    const { base, ours, theirs, path } = entry;
    const there: TreeFile | null = workSide(work.get(path));
    call.out(
      `u ${unmergedLetters(entry)} N... ${octalMode(base?.mode)} ${octalMode(ours?.mode)} ${octalMode(theirs?.mode)} ${octalMode(there?.mode)} ${id(base)} ${id(ours)} ${id(theirs)} ${show(path)}${end}`,
    );
  }
  for (const path of content.untracked) call.out(`? ${show(path)}${end}`);
  for (const path of content.ignored) call.out(`! ${show(path)}${end}`);
}
