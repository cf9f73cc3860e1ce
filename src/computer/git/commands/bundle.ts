import { encodeBundle, readBundle, requirePrerequisites, type Bundle } from '../bundle.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import { OptionSpec, type Options } from '../options.ts';
import { writePack } from '../pack.ts';
import { subjectOf } from '../record.ts';
import { fullRefName, resolveRevision } from '../revision.ts';
import { walkRange } from '../revlist.ts';
import { ingest } from '../transport.ts';
import { reachableObjects } from '../walk.ts';
import { rangeOf, WALK_OPTIONS, walkOptions } from '../walk-options.ts';

const USAGE =
  'usage: git bundle create [-q | --quiet | --progress | --all-progress] [--all-progress-implied]\n' +
  '                         [--version=<version>] <file> <git-rev-list-args>\n   or: git bundle verify [-q | --quiet] <file>\n' +
  '   or: git bundle list-heads <file> [<refname>...]\n   or: git bundle unbundle [--progress] <file> [<refname>...]\n\n';

const CREATE = new OptionSpec(
  'bundle create',
  USAGE,
  `-q,--quiet --progress --all-progress --all-progress-implied --version=${WALK_OPTIONS}`,
);
const READ = new OptionSpec('bundle', USAGE, '-q,--quiet --progress');

/** `git bundle`: a history in one file, to be carried without a network. */
export async function bundle(call: GitCall, args: readonly string[]): Promise<number> {
  const [action, ...rest] = args;
  if (action === 'create') return create(call, rest);
  if (action === 'verify' || action === 'list-heads' || action === 'unbundle') {
    const options = READ.parse(rest);
    const [file, ...names] = options.args;
    if (file === undefined) throw new GitExit(`need a <file> argument\n${USAGE}`, 129);
    const found = readBundle(call, file);
    if (action === 'verify') return verify(call, file, found, options.has('quiet'));
    if (action === 'unbundle') await unbundle(call, found);
    for (const [name, id] of found.refs) if (names.length === 0 || names.includes(name)) call.line(`${id} ${name}`);
    return 0;
  }
  throw new GitExit(`error: ${action === undefined ? 'need a subcommand' : `unknown subcommand: \`${action}'`}\n${USAGE}`, 129);
}

async function create(call: GitCall, args: readonly string[]): Promise<number> {
  const options = CREATE.parse(args, { keepUnknown: true });
  if (![undefined, '2'].includes(options.value('version'))) throw unsupported("'git bundle create --version=3'");
  const [file] = options.args;
  if (file === undefined) throw new GitExit(`need a <file> argument\n${USAGE}`, 129);
  options.args.shift();
  const { repository } = call;
  const named = options.args.length > 0 || ['all', 'branches', 'tags', 'remotes'].some((name) => options.has(name));
  if (!named) throw fatal('Refusing to create empty bundle.');
  const commits = await walkRange(call, rangeOf(call, options), walkOptions(call, options));
  const included = new Set(commits.map(({ commit }) => commit.id));
  const refs = namedRefs(call, options).filter(([, id]) => included.has(repository.objects.peel(id).id));
  if (refs.length === 0) throw fatal('Refusing to create empty bundle.');
  const prerequisites = [...new Set(commits.flatMap(({ commit }) => commit.parents))].filter((id) => !included.has(id));
  const objects = reachableObjects(
    repository.objects,
    refs.map(([, id]) => id),
    prerequisites,
  );
  const subjects = prerequisites.map((id) => [id, subjectOf(repository.objects.commit(id).message)] as const);
  const bytes = encodeBundle({ refs, prerequisites, pack: writePack([...objects.values()]) }, subjects);
  if (file === '-') call.out(bytes);
  else call.disk.write(call.resolve(file), bytes);
  return 0;
}

/** The refs that the arguments name, HEAD after all the others. */
function namedRefs(call: GitCall, options: Options): readonly (readonly [name: string, id: string])[] {
  const { refs, head } = call.repository;
  const found: (readonly [string, string])[] = [];
  const add = (name: string, id: string | null): void => {
    if (id !== null && !found.some(([known]) => known === name)) found.push([name, id]);
  };
  if (options.has('all')) {
    for (const [name, id] of refs.list()) add(name, id);
    add('HEAD', head);
  }
  for (const [option, prefix] of [
    ['branches', 'refs/heads/'],
    ['tags', 'refs/tags/'],
    ['remotes', 'refs/remotes/'],
  ] as const)
    if (options.has(option)) for (const [name, id] of refs.list(prefix)) add(name, id);
  for (const word of options.args) {
    if (word.startsWith('^')) continue;
    const tip = word.replace(/^.*\.\./, '').replace(/^\./, '') || 'HEAD';
    const name = fullRefName(call, tip);
    if (name !== null) add(name, resolveRevision(call, tip));
  }
  return found;
}

function verify(call: GitCall, file: string, found: Bundle, quiet: boolean): number {
  const { refs, prerequisites } = found;
  requirePrerequisites(call.repository, found);
  if (!quiet) {
    call.line(refs.length === 1 ? 'The bundle contains this ref:' : `The bundle contains these ${refs.length} refs:`);
    for (const [name, id] of refs) call.line(`${id} ${name}`);
    if (prerequisites.length === 0) call.line('The bundle records a complete history.');
    else {
      call.line(prerequisites.length === 1 ? 'The bundle requires this ref:' : `The bundle requires these ${prerequisites.length} refs:`);
      for (const id of prerequisites) call.line(`${id} `);
    }
    call.line('The bundle uses this hash algorithm: sha1');
  }
  call.err(`${file} is okay\n`);
  return 0;
}

async function unbundle(call: GitCall, found: Bundle): Promise<void> {
  requirePrerequisites(call.repository, found);
  await ingest(call.repository, found.pack);
}
