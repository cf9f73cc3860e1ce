import { isRefName } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { cleanMessage, editMessageFile } from '../editor.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { encodeTag } from '../objects.ts';
import { OptionSpec, type Options } from '../options.ts';
import { attachRevisions, reachabilityFilter } from '../ref-filter.ts';
import { formatRef, sortRefs, type RefInfo } from '../ref-format.ts';
import { resolveRevision } from '../revision.ts';
import { wildmatch } from '../wildmatch.ts';
import { splitLines } from '../engine.ts';

const SPEC = new OptionSpec(
  'tag',
  'usage: git tag [-a | -s | -u <key-id>] [-f] [-m <msg> | -F <file>] [-e]\n               <tagname> [<commit> | <object>]\n   or: git tag -d <tagname>...\n   or: git tag [-n[<num>]] -l [<pattern>...]\n',
  '-l,--list -n[=] -d,--delete -v,--verify -a,--annotate -m,--message=* -F,--file= -e,--edit -s,--sign --cleanup= -u,--local-user= -f,--force --create-reflog' +
    ' --column[=] --contains[=] --no-contains[=] --merged[=] --no-merged[=] --sort=* --points-at[=] --format= --color[=] -i,--ignore-case',
);

export async function tag(call: GitCall, args: readonly string[]): Promise<number> {
  const attached = attachRevisions(
    args,
    /^--(contains|no-contains|merged|no-merged|points-at)$/,
    (next) => resolveRevision(call, next) !== null,
  );
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
  const reaches = reachabilityFilter(call, options);
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
    return reaches === null || (peeled.type === 'commit' && reaches(peeled.id));
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
    await editMessageFile(call, path);
    text = call.disk.readText(path) ?? '';
    if (cleanMessage(text, 'strip') === '') throw fatal('no tag message?');
  }
  return cleanMessage(text, 'strip');
}
