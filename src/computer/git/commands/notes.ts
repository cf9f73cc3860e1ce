import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { cleanMessage, editorOf, runEditor } from '../editor.ts';
import { splitLines } from '../engine.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { defaultNotesRef, expandNotesRef, Notes } from '../notes.ts';
import { OptionSpec, type Options } from '../options.ts';
import { resolveRevision } from '../revision.ts';
import { show } from './log.ts';

const CONTENT = '[-m <msg> | -F <file> | (-c | -C) <object>]';
const SYNOPSIS: readonly string[] = [
  '[--ref <notes-ref>] [list [<object>]]',
  `[--ref <notes-ref>] add [-f] [--allow-empty] ${CONTENT} [<object>]`,
  '[--ref <notes-ref>] copy [-f] <from-object> <to-object>',
  `[--ref <notes-ref>] append [--allow-empty] ${CONTENT} [<object>]`,
  '[--ref <notes-ref>] edit [--allow-empty] [<object>]',
  '[--ref <notes-ref>] show [<object>]',
  '[--ref <notes-ref>] merge [-v | -q] [-s <strategy>] <notes-ref>',
  'merge --commit [-v | -q]',
  'merge --abort [-v | -q]',
  '[--ref <notes-ref>] remove [<object>...]',
  '[--ref <notes-ref>] prune [-n] [-v]',
  '[--ref <notes-ref>] get-ref',
];
const USAGE = `${SYNOPSIS.map((line, at) => `${at === 0 ? 'usage' : '   or'}: git notes ${line}\n`).join('')}\n    --ref <notes-ref>     use notes from <notes-ref>\n\n`;

const WRITING = '-m,--message=* -F,--file=* -c,--reedit-message=* -C,--reuse-message=* --allow-empty -f,--force';
const spec = (verb: string, synopsis: string, table: string): OptionSpec =>
  new OptionSpec(`notes ${verb}`, `usage: git notes ${verb} ${synopsis}\n\n`, table);

const MAIN = new OptionSpec('notes', USAGE, '--ref=');
const SPECS: Readonly<Record<string, OptionSpec>> = {
  list: spec('list', '[<object>]', ''),
  add: spec('add', '[<options>] [<object>]', WRITING),
  append: spec('append', '[<options>] [<object>]', WRITING),
  edit: spec('edit', '[<object>]', WRITING),
  copy: spec('copy', '[<options>] <from-object> <to-object>', '-f,--force --stdin --for-rewrite='),
  show: spec('show', '[<object>]', ''),
  remove: spec('remove', '[<object>]', '--ignore-missing --stdin'),
  prune: spec('prune', '[<options>]', '-n,--dry-run -v,--verbose'),
  'get-ref': spec('get-ref', '', ''),
};

/** `git notes`: text about commits that does not change them. */
export async function notes(call: GitCall, args: readonly string[]): Promise<number> {
  const main = MAIN.parse(args, { stopAtFirst: true });
  const [verb = 'list', ...rest] = main.args;
  call.expectRepository();
  if (verb === 'merge') throw unsupported("'git notes merge'");
  const own = Object.hasOwn(SPECS, verb) ? SPECS[verb] : undefined;
  if (own === undefined) throw new GitExit(`error: unknown subcommand: \`${verb}'\n${USAGE}`, 129);
  const options = own.parse(rest);
  const most = verb === 'copy' ? 2 : verb === 'prune' || verb === 'get-ref' ? 0 : 1;
  if (verb !== 'remove' && options.args.length > most) throw new GitExit(`error: too many arguments\n${own.usage}`, 129);
  const ref = main.has('ref') ? expandNotesRef(main.value('ref') ?? '') : defaultNotesRef(call);
  const all = new Notes(call, ref);
  switch (verb) {
    case 'list':
      return list(call, all, options);
    case 'show':
      return showNote(call, all, options);
    case 'get-ref':
      call.line(ref);
      return 0;
    case 'copy':
      return copy(call, all, options, own);
    case 'remove':
      return remove(call, all, options);
    case 'prune':
      return prune(call, all, options);
    default:
      return write(call, all, options, verb as 'add' | 'append' | 'edit');
  }
}

function objectOf(call: GitCall, name = 'HEAD'): string {
  const id = resolveRevision(call, name);
  if (id === null) throw fatal(`failed to resolve '${name}' as a valid ref.`);
  return id;
}

function list(call: GitCall, all: Notes, options: Options): number {
  if (options.args.length === 0) {
    for (const [note, object] of all.list()) call.line(`${note} ${object}`);
    return 0;
  }
  const object = objectOf(call, options.args[0]);
  const note = all.idOf(object);
  if (note === null) throw failure(`no note found for object ${object}.`);
  call.line(note);
  return 0;
}

async function showNote(call: GitCall, all: Notes, options: Options): Promise<number> {
  const object = objectOf(call, options.args[0]);
  const note = all.idOf(object);
  if (note === null) throw failure(`no note found for object ${object}.`);
  call.out(call.repository.objects.blob(note));
  return 0;
}

async function write(call: GitCall, all: Notes, options: Options, verb: 'add' | 'append' | 'edit'): Promise<number> {
  const object = objectOf(call, options.args[0]);
  const given = givenText(call, options);
  const old = all.textOf(object);
  if (verb === 'add' && old !== null) {
    if (!options.has('force')) {
      if (given !== null) throw existing('add', object);
      return write(call, all, options, 'edit');
    }
    call.err(`Overwriting existing notes for object ${object}\n`);
  }
  const reedited = options.list('reedit-message').length > 0;
  let text = given ?? '';
  if (given === null || reedited) text = await edited(call, object, given ?? (verb === 'append' || old === null ? '' : old));
  if (verb === 'append' && old !== null) text = text === '' ? old : `${old.replace(/\n*$/, '\n')}\n${text}`;
  if (text === '' && !options.has('allow-empty')) {
    call.err(`Removing note for object ${object}\n`);
    if (all.idOf(object) === null) return 0;
    all.remove(object);
    all.commit(`Notes removed by 'git notes ${verb}'`);
    return 0;
  }
  all.write(object, text);
  all.commit(`Notes added by 'git notes ${verb}'`);
  return 0;
}

const existing = (verb: string, object: string): GitExit =>
  failure(`Cannot ${verb} notes. Found existing notes for object ${object}. Use '-f' to overwrite existing notes`);

/** What -m, -F, -C and -c give, with an empty line between them; null without any. */
function givenText(call: GitCall, options: Options): string | null {
  const parts: string[] = [];
  const next = new Map<string, number>();
  for (const name of options.order) {
    const at = next.get(name) ?? 0;
    const value = options.list(name)[at];
    next.set(name, at + 1);
    if (value === undefined) continue;
    if (name === 'message') parts.push(cleanMessage(value, 'whitespace'));
    else if (name === 'file') parts.push(cleanMessage(fileText(call, value), 'whitespace'));
    else if (name === 'reuse-message' || name === 'reedit-message') parts.push(reused(call, value));
  }
  return parts.length === 0 ? null : parts.join('\n');
}

function fileText(call: GitCall, name: string): string {
  if (name === '-') return decode(call.stdin);
  const text = call.disk.readText(call.resolve(name));
  if (text === null) throw fatal(`could not open or read '${name}': No such file or directory`);
  return text;
}

function reused(call: GitCall, name: string): string {
  const id = objectOf(call, name);
  const { type, content } = call.repository.objects.read(id);
  if (type !== 'blob') throw fatal(`cannot read note data from non-blob object '${name}'.`);
  return decode(content);
}

async function edited(call: GitCall, object: string, text: string): Promise<string> {
  const file = `${call.repository.gitDir}/NOTES_EDITMSG`;
  const inner = call.at(call.cwd);
  await show(inner, ['--stat', '--no-notes', object]);
  const about = splitLines(inner.result(0).stdout).map(commented).join('');
  call.disk.write(file, `${text}\n#\n# Write/edit the notes for the following object:\n#\n${about}`);
  try {
    await runEditor(call, file, editorOf(call));
  } catch (error) {
    if (error instanceof GitExit)
      throw new GitExit(`${error.text}fatal: please supply the note contents using either -m or -F option\n`, 128);
    throw error;
  }
  return cleanMessage(call.disk.readText(file) ?? '', 'strip');
}

const commented = (line: string): string => (line === '' ? '#\n' : `# ${line}\n`);

function copy(call: GitCall, all: Notes, options: Options, own: OptionSpec): number {
  if (options.has('stdin') || options.has('for-rewrite')) throw unsupported("'git notes copy --stdin'");
  const [source, target] = options.args;
  if (source === undefined) throw new GitExit(`error: too few arguments\n${own.usage}`, 129);
  const [from, to] = [objectOf(call, source), objectOf(call, target)];
  if (all.idOf(to) !== null) {
    if (!options.has('force')) throw existing('copy', to);
    call.err(`Overwriting existing notes for object ${to}\n`);
  }
  const note = all.idOf(from);
  if (note === null) throw failure(`missing notes on source object ${from}. Cannot copy.`);
  all.set(to, note);
  all.commit("Notes added by 'git notes copy'");
  return 0;
}

function remove(call: GitCall, all: Notes, options: Options): number {
  const typed = options.has('stdin') ? splitLines(decode(call.stdin)) : [];
  const names = options.args.length === 0 && typed.length === 0 ? ['HEAD'] : [...options.args, ...typed];
  let [failed, removed] = [false, false];
  for (const name of names) {
    const object = resolveRevision(call, name);
    if (object === null) {
      call.err(`error: Failed to resolve '${name}' as a valid ref.\n`);
      failed = true;
    } else if (all.idOf(object) === null) {
      call.err(`Object ${name} has no note\n`);
      failed ||= !options.has('ignore-missing');
    } else {
      call.err(`Removing note for object ${name}\n`);
      all.remove(object);
      removed = true;
    }
  }
  if (removed && !failed) all.commit("Notes removed by 'git notes remove'");
  return failed ? 1 : 0;
}

/** Drops the notes about objects that are gone. */
function prune(call: GitCall, all: Notes, options: Options): number {
  const gone = all.list().filter(([, object]) => !call.repository.objects.has(object));
  for (const [, object] of gone) {
    if (options.has('verbose') || options.has('dry-run')) call.line(object);
    all.remove(object);
  }
  if (gone.length > 0 && !options.has('dry-run')) all.commit("Notes removed by 'git notes prune'");
  return 0;
}
