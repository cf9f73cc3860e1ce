import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ORIGIN_HOST } from './shared.ts';

/** What a run leaves behind, as native git sees it: files, and of every repository HEAD, refs, index, operation in progress and fsck. */
export interface Effects {
  readonly files: Readonly<Record<string, string>>;
  readonly repositories: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const OPERATIONS = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'ORIG_HEAD', 'rebase-merge/onto', 'rebase-merge/git-rebase-todo'];

/** Looks at a folder on the disk with native git. */
export function effectsOf(root: string): Effects {
  const files: Record<string, string> = {};
  const repositories: Record<string, Record<string, string>> = {};
  const visit = (folder: string, name: string): void => {
    if (existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))) {
      repositories[name] = repository(folder);
      return;
    }
    for (const entry of readdirSync(folder).sort()) {
      const path = join(folder, entry);
      const stat = lstatSync(path);
      const label = name === '' ? entry : `${name}/${entry}`;
      if (stat.isSymbolicLink()) files[label] = `-> ${readlinkSync(path)}`;
      else if (stat.isDirectory()) visit(path, label);
      else files[label] = `${(stat.mode & 0o100) === 0 ? '' : 'executable '}${readFileSync(path, 'latin1')}`;
    }
  };
  visit(root, '');
  return { files, repositories };
}

function repository(gitDir: string): Record<string, string> {
  const git = (...args: string[]): string => {
    try {
      return execFileSync('git', ['--git-dir', gitDir, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      return `exit ${(error as { status: number }).status}\n${(error as { stderr: string }).stderr}`;
    }
  };
  const bare = !existsSync(join(gitDir, 'index'));
  const state: Record<string, string> = {
    head: readFileSync(join(gitDir, 'HEAD'), 'utf8'),
    refs: git('for-each-ref', '--format=%(refname) %(objectname) %(symref)'),
    index: bare ? '' : git('ls-files', '--stage'),
    config: normalisedConfig(git('config', '--local', '--list')),
    fsck: git('fsck', '--strict', '--no-dangling', '--no-progress').replace(/^notice:.*\n/gm, ''),
  };
  const linked = join(gitDir, 'worktrees');
  for (const name of existsSync(linked) ? readdirSync(linked) : []) {
    for (const file of ['HEAD', 'gitdir', 'commondir', 'locked', 'ORIG_HEAD', 'logs/HEAD']) {
      const path = join(linked, name, file);
      if (existsSync(path)) state[`worktrees/${name}/${file}`] = readFileSync(path, 'utf8');
    }
  }
  for (const name of OPERATIONS) {
    const path = join(gitDir, name);
    if (existsSync(path)) state[name] = readFileSync(path, 'utf8');
  }
  return state;
}

function normalisedConfig(text: string): string {
  return text.split('\n').sort().join('\n').replaceAll(`https://${ORIGIN_HOST}`, `http://${ORIGIN_HOST}`);
}
