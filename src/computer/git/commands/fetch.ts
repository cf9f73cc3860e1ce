import { defaultRemote, remoteNames } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal, unsupported } from '../errors.ts';
import { fetchFrom, type FetchOptions } from '../fetching.ts';
import { OptionSpec, type Options } from '../options.ts';

/** The options that fetch and pull share, for an `OptionSpec`. */
export const FETCH_OPTIONS =
  '--all -a,--append -f,--force --depth= --deepen= --shallow-since= --unshallow -k,--keep --multiple -n,--no-tags,--tags-off -t,--tags -p,--prune -P,--prune-tags --progress -q,--quiet -v,--verbose --dry-run' +
  ' -j,--jobs= --recurse-submodules[=] -u,--update-head-ok --refmap= --set-upstream -4 -6 --atomic --write-fetch-head --auto-gc --auto-maintenance';

const FETCH = new OptionSpec(
  'fetch',
  'usage: git fetch [<options>] [<repository> [<refspec>...]]\n   or: git fetch [<options>] <group>\n',
  FETCH_OPTIONS,
);

export async function fetch(call: GitCall, args: readonly string[]): Promise<number> {
  const options = FETCH.parse(args);
  call.expectRepository();
  if (options.has('all') || options.has('multiple')) {
    const names = options.has('all') ? remoteNames(call) : options.args;
    let code = 0;
    for (const name of names) {
      if (!options.has('quiet') && names.length > 1) call.out(`Fetching ${name}\n`);
      const { ok } = await fetchFrom(call, name, [], fetchOptions(call, options, name));
      if (!ok) code = 1;
    }
    return code;
  }
  const [name = defaultRemote(call), ...specs] = options.args;
  if (
    options.args.length === 0 &&
    remoteNames(call).length === 0 &&
    call.settings.get(`branch.${call.repository.branch ?? ''}.remote`) === undefined
  ) {
    throw fatal(
      'No remote repository specified.  Please, specify either a URL or a\nremote name from which new revisions should be fetched.',
    );
  }
  const { ok } = await fetchFrom(call, name, specs, fetchOptions(call, options, name));
  return ok ? 0 : 1;
}

/** What the options and the settings of a remote say about fetching from it. */
export function fetchOptions(call: GitCall, options: Options, remote: string): FetchOptions {
  for (const name of ['deepen', 'shallow-since', 'unshallow', 'recurse-submodules'])
    if (options.has(name) && options.value(name) !== 'no') throw unsupported(`'--${name}'`);
  const depth = depthOf(options);
  const pruning = options.choice('prune') ?? call.settings.bool(`remote.${remote}.prune`) ?? call.settings.bool('fetch.prune') ?? false;
  const tagOption = call.settings.get(`remote.${remote}.tagopt`);
  return {
    prune: pruning,
    tags:
      options.has('tags') || tagOption === '--tags'
        ? 'all'
        : options.has('no-tags') || options.negated('tags') || tagOption === '--no-tags'
          ? 'none'
          : 'follow',
    force: options.has('force'),
    depth,
    dryRun: options.has('dry-run'),
    verbose: options.has('verbose'),
    quiet: options.has('quiet'),
  };
}

/** How many commits of each history `--depth` asks for, or null for all of them. */
export function depthOf(options: Options): number | null {
  const depth = options.value('depth');
  if (depth !== undefined && !/^[1-9]\d*$/.test(depth)) throw fatal(`depth ${depth} is not a positive number`);
  return depth === undefined ? null : Number(depth);
}
