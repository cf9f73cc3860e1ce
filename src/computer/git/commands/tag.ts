import { isRefName } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { cleanMessage, editorOf, runEditor } from '../editor.ts';
import { failure, fatal, GitExit, unsupported } from '../errors.ts';
import { encodeTag } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { formatRef, sortRefs, type RefInfo } from '../ref-format.ts';
import { peelTo, resolveRevision } from '../revision.ts';
import { isAncestor } from '../walk.ts';
import { wildmatch } from '../wildmatch.ts';
import { splitLines } from '../engine.ts';

const SPEC = new OptionSpec(
  'tag',
  'usage: git tag [-a | -s | -u <key-id>] [-f] [-m <msg> | -F <file>] [-e]\n               <tagname> [<commit> | <object>]\n   or: git tag -d <tagname>...\n   or: git tag [-n[<num>]] -l [<pattern>...]\n',
  '-l,--list -n[=] -d,--delete -v,--verify -a,--annotate -m,--message=* -F,--file= -e,--edit -s,--sign --cleanup= -u,--local-user= -f,--force --create-reflog' +
    ' --column[=] --contains[=] --no-contains[=] --merged[=] --no-merged[=] --sort=* --points-at[=] --format= --color[=] -i,--ignore-case',
);

export async function tag(call: GitCall, args: readonly string[]): Promise<number> {
  const attached: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [arg = '', next] = [args[at], args[at + 1]];
    const takes =
      /^--(contains|no-contains|merged|no-merged|points-at)$/.test(arg) &&
      next !== undefined &&
      !next.startsWith('-') &&
      resolveRevision(call, next) !== null;
    attached.push(takes ? `${arg}=${next}` : arg);
    if (takes) at++;
  }
  const options = SPEC.parse(attached);
  for (const name of ['sign', 'local-user', 'verify']) if (options.has(name)) throw unsupported(`'git tag --${name}'`);
  if (options.has('delete')) return deleteTags(call, options);
  const listing = ['list', 'n', 'contains', 'no-contains', 'merged', 'no-merged', 'points-at', 'format', 'sort'].some((name) =>
    options.has(name),
  );
  const making = ['annotate', 'force', 'file', 'edit'].some((name) => options.has(name)) || options.list('message').length > 0;
  if (options.args.length === 0 && making && !listing) throw new GitExit(SPEC.usage, 129);
  if (listing || options.args.length === 0) return list(call, options);
  return create(call, options);
}

function deleteTags(call: GitCall, options: Options): number {
  const { refs } = call.repository;
  let code = 0;
  for (const name of options.args) {
    const id = refs.resolve(`refs/tags/${name}`);
    if (id === null) {
      call.err(`error: tag '${name}' not found.\n`);
      code = 1;
      continue;
    }
    refs.delete(`refs/tags/${name}`);
    call.line(`Deleted tag '${name}' (was ${call.short(id)})`);
  }
  return code;
}

function list(call: GitCall, options: Options): number {
  const { refs, objects } = call.repository;
  const commitOf = (name: string): string | null => {
    if (!options.has(name)) return null;
    const value = options.value(name) || 'HEAD';
    const id = resolveRevision(call, value);
    const commit = id === null ? null : peelTo(call, id, 'commit');
    if (commit === null) throw failure(`malformed object name ${value}`, 129);
    return commit;
  };
  const [contains, lacks, merged, unmerged] = ['contains', 'no-contains', 'merged', 'no-merged'].map(commitOf) as (string | null)[];
  const points = options.has('points-at') ? resolveRevision(call, options.value('points-at') || 'HEAD') : null;
  const wanted = ({ name, id }: RefInfo): boolean => {
    const short = name.slice(10);
    if (
      options.args.length > 0 &&
      !options.args.some((pattern) => wildmatch(pattern, short, { pathname: false, ignoreCase: options.has('ignore-case') }))
    )
      return false;
    const peeled = objects.peel(id);
    if (points !== null && id !== points && peeled.id !== points) return false;
    if ((contains || lacks || merged || unmerged) && peeled.type !== 'commit') return false;
    return (
      (!contains || isAncestor(objects, contains, peeled.id)) &&
      (!lacks || !isAncestor(objects, lacks, peeled.id)) &&
      (!merged || isAncestor(objects, peeled.id, merged)) &&
      (!unmerged || !isAncestor(objects, peeled.id, unmerged))
    );
  };
  const keys = options.list('sort').length > 0 ? options.list('sort') : call.settings.all('tag.sort');
  const tags = sortRefs(
    call,
    refs
      .list('refs/tags/')
      .map(([name, id]) => ({ name, id }))
      .filter(wanted),
    keys,
  );
  const format = options.value('format');
  const lines = options.has('n') ? Number(options.value('n') || 1) : 0;
  for (const info of tags) {
    const name = info.name.slice(10);
    if (format !== undefined) call.line(formatRef(call, info, format));
    else if (lines === 0) call.line(name);
    else {
      const { type } = objects.read(info.id);
      const message = type === 'tag' ? objects.tag(info.id).message : type === 'commit' ? objects.commit(info.id).message : '';
      call.line(`${name.padEnd(15)} ${splitLines(message).slice(0, lines).join('\n    ')}`);
    }
  }
  return 0;
}

async function create(call: GitCall, options: Options): Promise<number> {
  const { repository } = call;
  const { refs, objects } = repository;
  const [name = '', target = 'HEAD'] = options.args;
  if (options.args.length > 2) throw fatal('too many arguments');
  const id = resolveRevision(call, target);
  if (id === null) throw fatal(`Failed to resolve '${target}' as a valid ref.`);
  if (!isRefName(name) || name.startsWith('-')) throw fatal(`'${name}' is not a valid tag name.`);
  const ref = `refs/tags/${name}`;
  const before = refs.resolve(ref);
  if (before !== null && !options.has('force')) throw fatal(`tag '${name}' already exists`);
  let value = id;
  if (options.has('annotate') || options.list('message').length > 0 || options.has('file')) {
    const message = await messageFor(call, options, name);
    value = objects.write('tag', encodeTag({ object: id, type: objects.read(id).type, name, tagger: call.person('committer'), message }));
  }
  refs.update(ref, value, null);
  if (before !== null && before !== value) call.line(`Updated tag '${name}' (was ${call.short(before)})`);
  return 0;
}

async function messageFor(call: GitCall, options: Options, name: string): Promise<string> {
  const parts = options.list('message');
  const file = options.value('file');
  let text = parts.map((part) => `${part.replace(/\n*$/, '')}\n`).join('\n');
  if (file !== undefined) {
    const content = file === '-' ? decode(call.stdin) : call.disk.readText(call.resolve(file));
    if (content === null) throw fatal(`could not open or read '${file}': No such file or directory`);
    text = content;
  }
  if ((parts.length === 0 && file === undefined) || options.has('edit')) {
    const path = `${call.repository.gitDir}/TAG_EDITMSG`;
    call.disk.write(path, `${text}\n#\n# Write a message for tag:\n#   ${name}\n# Lines starting with '#' will be ignored.\n`);
    try {
      await runEditor(call, path, editorOf(call));
    } catch (error) {
      if (error instanceof GitExit) throw new GitExit(`${error.text}Please supply the message using either -m or -F option.\n`, 1);
      throw error;
    }
    text = call.disk.readText(path) ?? '';
    if (cleanMessage(text, 'strip') === '') throw fatal('no tag message?');
  }
  return cleanMessage(text, 'strip');
}
