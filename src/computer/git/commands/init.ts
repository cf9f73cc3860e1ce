import type { GitCall } from '../call.ts';
import { Config } from '../config.ts';
import { fatal } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { Repository } from '../repository.ts';

const SPEC = new OptionSpec(
  'init',
  'usage: git init [-q | --quiet] [--bare] [--template=<template-directory>]\n' +
    '         [--separate-git-dir <git-dir>] [--object-format=<format>]\n' +
    '         [-b <branch-name> | --initial-branch=<branch-name>]\n' +
    '         [--shared[=<permissions>]] [<directory>]\n',
  '-q,--quiet --bare -b,--initial-branch= --template= --shared[=] --object-format= --separate-git-dir=',
);

const EXCLUDE =
  '# git ls-files --others --exclude-from=.git/info/exclude\n' +
  "# Lines that start with '#' are comments.\n" +
  '# For a project mostly in C, the following would be a good set of\n' +
  '# exclude patterns (uncomment them if you want to use them):\n# *.[oa]\n# *~\n';

/** Makes an empty repository, or leaves what is there and says so. */
export function makeRepository(
  call: GitCall,
  folder: string,
  options: { readonly bare: boolean; readonly branch: string | null },
): { readonly gitDir: string; readonly existed: boolean } {
  const { disk } = call;
  const gitDir = options.bare ? folder : folder === '/' ? '/.git' : `${folder}/.git`;
  const existed = Repository.at(disk, folder) !== null && disk.exists(`${gitDir}/HEAD`);
  for (const part of ['branches', 'hooks', 'info', 'objects/info', 'objects/pack', 'refs/heads', 'refs/tags'])
    disk.makeDirectory(`${gitDir}/${part}`);
  if (existed) return { gitDir, existed };
  const branch = options.branch ?? call.settings.get('init.defaultbranch') ?? 'main';
  disk.write(`${gitDir}/HEAD`, `ref: refs/heads/${branch}\n`);
  disk.write(`${gitDir}/description`, "Unnamed repository; edit this file 'description' to name the repository.\n");
  disk.write(`${gitDir}/info/exclude`, EXCLUDE);
  const config = new Config();
  config.set('core.repositoryformatversion', '0');
  config.set('core.filemode', 'true');
  config.set('core.bare', String(options.bare));
  if (!options.bare) config.set('core.logallrefupdates', 'true');
  disk.write(`${gitDir}/config`, config.toString());
  return { gitDir, existed };
}

export function init(call: GitCall, args: readonly string[]): number {
  const options = SPEC.parse(args);
  const format = options.value('object-format');
  if (format !== undefined && format !== 'sha1') throw fatal(`object format '${format}' is not supported here`);
  if (options.has('separate-git-dir')) throw fatal('--separate-git-dir is not supported here');
  const folder = call.resolve(options.args[0] ?? '.');
  const bare = options.has('bare');
  const branch = options.value('initial-branch') ?? null;
  const { gitDir, existed } = makeRepository(call, folder, { bare, branch });
  if (existed && branch !== null) call.warn(`re-init: ignored --initial-branch=${branch}`);
  if (!options.has('quiet')) call.line(`${existed ? 'Reinitialized existing' : 'Initialized empty'} Git repository in ${gitDir}/`);
  return 0;
}
