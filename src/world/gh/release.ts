import type { Release } from '../../forge/contract.ts';
import { ago, bodyOf, GhError, iso, printJson, readBytes, table, type GhCall, type GhNoun } from './call.ts';
import { UsageError } from './flags.ts';

const url = ({ world, origin }: GhCall, tag: string): string => `${world.forge.url}/${origin.name}/releases/tag/${tag}`;

function chosen({ origin, args }: GhCall): Release {
  const [tag] = args.positional;
  if (tag !== undefined) return origin.releases.get(tag);
  const latest = origin.releases.list().find(({ draft, prerelease }) => !draft && !prerelease);
  if (latest === undefined) throw new GhError('release not found');
  return latest;
}

const FIELDS: Readonly<Record<string, (release: Release) => unknown>> = {
  assets: ({ assets }) => assets.map(({ name, bytes }) => ({ name, size: bytes.byteLength })),
  author: ({ author }) => ({ login: author }),
  body: ({ notes }) => notes,
  isDraft: ({ draft }) => draft,
  isPrerelease: ({ prerelease }) => prerelease,
  name: ({ title }) => title,
  publishedAt: ({ at }) => iso(at),
  tagName: ({ tag }) => tag,
};

async function create(call: GhCall): Promise<void> {
  const { args, origin, login } = call;
  const [tag, ...files] = args.positional;
  if (tag === undefined) throw new UsageError('tag required when not running interactively');
  const notes = args.has('generate-notes') ? await generatedNotes(call) : await bodyOf(call);
  if (notes === null) throw new UsageError('`--notes`, `--notes-file`, or `--generate-notes` required when not running interactively');
  const assets = await Promise.all(files.map(async (path) => ({ name: path.split('/').at(-1)!, bytes: await readBytes(call, path) })));
  const [title, target] = [args.value('title'), args.value('target')];
  await origin.releases.create(login, {
    tag,
    notes,
    draft: args.has('draft'),
    prerelease: args.has('prerelease'),
    ...(title === null ? {} : { title }),
    ...(target === null ? {} : { target }),
  });
  for (const asset of assets) origin.releases.upload(login, tag, asset);
  call.out(`${url(call, tag)}\n`);
}

/** The pull requests that were merged since the release before. */
async function generatedNotes(call: GhCall): Promise<string> {
  const [last] = call.origin.releases.list();
  const merged = call.origin.pullRequests
    .list()
    .filter(({ state, closedAt }) => state === 'merged' && (last === undefined || closedAt! > last.at));
  const lines = merged.map(({ title, author, number }) => `* ${title} by @${author} in #${number}`);
  return lines.length === 0 ? '' : `## What's Changed\n${lines.join('\n')}\n`;
}

function list(call: GhCall): void {
  const releases = call.origin.releases.list().slice(0, call.args.count('limit', 30));
  if (printJson(call, FIELDS, releases)) return;
  const latest = releases.find(({ draft, prerelease }) => !draft && !prerelease);
  const kind = (release: Release) => (release === latest ? 'Latest' : release.draft ? 'Draft' : release.prerelease ? 'Pre-release' : '');
  if (releases.length === 0) call.err('no releases found\n');
  else {
    table(
      call,
      ['TITLE', 'TYPE', 'TAG NAME', 'PUBLISHED'],
      releases.map((release) => [release.title, kind(release), release.tag, call.terminal ? ago(call, release.at) : iso(release.at)]),
    );
  }
}

function view(call: GhCall): void {
  const release = chosen(call);
  if (printJson(call, FIELDS, release)) return;
  const { title, tag, author, at, notes, assets, draft, prerelease } = release;
  if (!call.terminal) {
    const lines = assets.map(({ name }) => `asset:\t${name}\n`).join('');
    call.out(
      `title:\t${title}\ntag:\t${tag}\ndraft:\t${draft}\nprerelease:\t${prerelease}\nauthor:\t${author}\ncreated:\t${iso(at)}\nurl:\t${url(call, tag)}\n${lines}--\n${notes}\n`,
    );
    return;
  }
  call.out(`${title}\n${draft ? 'Draft' : prerelease ? 'Pre-release' : tag} • ${author} released this ${ago(call, at)}\n\n${notes}\n`);
  if (assets.length > 0) call.out(`\nAssets\n${assets.map(({ name, bytes }) => `${name}  ${bytes.byteLength} B\n`).join('')}`);
  call.out(`\nView in the Origin tab: ${url(call, tag)}\n`);
}

async function upload(call: GhCall): Promise<void> {
  const [tag, ...files] = call.args.positional;
  if (tag === undefined || files.length === 0) throw new UsageError('requires at least 2 arg(s)');
  for (const path of files) {
    const asset = { name: path.split('/').at(-1)!, bytes: await readBytes(call, path) };
    call.origin.releases.upload(call.login, tag, asset, call.args.has('clobber'));
  }
  if (call.terminal) call.out(`Successfully uploaded ${files.length} asset${files.length === 1 ? '' : 's'} to ${tag}\n`);
}

function download(call: GhCall): void {
  const { tag, assets } = chosen(call);
  const patterns = call.args.list('pattern').map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
      ),
  );
  const wanted = assets.filter(({ name }) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name)));
  if (wanted.length === 0)
    throw new GhError(patterns.length === 0 ? `no assets to download in ${tag}` : 'no assets match the file pattern');
  const folder = call.context.fs.resolvePath(call.context.cwd, call.args.value('dir') ?? '.');
  for (const { name, bytes } of wanted) {
    const path = `${folder}/${name}`;
    if (call.files.existsSync(path) && !call.args.has('clobber'))
      throw new GhError(`${path} already exists (use \`--clobber\` to overwrite file or \`--skip-existing\` to skip file)`);
    call.files.writeSync(path, bytes);
  }
}

async function remove(call: GhCall): Promise<void> {
  const [tag] = call.args.positional;
  if (tag === undefined) throw new UsageError('accepts 1 arg(s), received 0');
  if (!call.args.has('yes')) throw new UsageError('`--yes` required when not running interactively');
  call.origin.releases.remove(call.login, tag);
  if (call.args.has('cleanup-tag')) await call.git('push', '-q', 'origin', `:refs/tags/${tag}`);
  call.out(`✓ Deleted release ${tag}\n`);
}

/** `gh release`. */
export const release: GhNoun = {
  create: {
    flags: 'title=t notes=n notes-file=F draft=d! prerelease=p! target generate-notes! latest! verify-tag!',
    usage: '[<tag>] [<files>...]',
    run: create,
  },
  list: { flags: 'limit=L json', usage: '[flags]', run: list },
  view: { flags: 'json', usage: '[<tag>]', run: view },
  upload: { flags: 'clobber!', usage: '<tag> <files>...', run: upload },
  download: { flags: 'pattern=p* dir=D clobber!', usage: '[<tag>]', run: download },
  delete: { flags: 'yes=y! cleanup-tag!', usage: '<tag>', run: remove },
};
