/** The prompt, with the branch that is checked out. */
import type { FileSystem } from '../contract.ts';
import { isWithin, parentPath } from '../files/path.ts';

const GREEN = '\x1b[1;32m';
const BLUE = '\x1b[1;34m';
const MAGENTA = '\x1b[35m';
const RESET = '\x1b[0m';

const UNDER_WAY = [
  ['rebase-merge', 'REBASE'],
  ['rebase-apply', 'REBASE'],
  ['MERGE_HEAD', 'MERGING'],
  ['CHERRY_PICK_HEAD', 'CHERRY-PICKING'],
  ['REVERT_HEAD', 'REVERTING'],
  ['BISECT_LOG', 'BISECTING'],
] as const;

export interface PromptPlace {
  readonly login: string;
  readonly hostname: string;
  readonly home: string;
  readonly cwd: string;
}

/** `you@fieldleaf:~/leaf (main)$ ` with ANSI colours. */
export function promptText(files: FileSystem, { login, hostname, home, cwd }: PromptPlace): string {
  const place = isWithin(home, cwd) ? `~${cwd.slice(home.length)}` : cwd;
  const branch = branchAt(files, cwd);
  return `${GREEN}${login}@${hostname}${RESET}:${BLUE}${place}${RESET}${branch === null ? '' : ` ${MAGENTA}(${branch})${RESET}`}$ `;
}

/** The branch at `path`, the short commit id where none is checked out, null outside a repository. Reads `.git` directly: it is asked for at every prompt. */
function branchAt(files: FileSystem, path: string): string | null {
  const repository = repositoryAt(files, path);
  if (repository === null) return null;
  const head = textOf(files, `${repository}/HEAD`).trim();
  const name = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1] ?? head.slice(0, 7);
  const underWay = UNDER_WAY.find(([file]) => files.existsSync(`${repository}/${file}`));
  return underWay === undefined ? name : `${name}|${underWay[1]}`;
}

/** The `.git` directory of the repository that `path` is in. */
export function repositoryAt(files: FileSystem, path: string): string | null {
  for (let directory = path; ; directory = parentPath(directory)) {
    const candidate = directory === '/' ? '/.git' : `${directory}/.git`;
    if (files.existsSync(`${candidate}/HEAD`)) return candidate;
    if (directory === '/') return null;
  }
}

export function textOf(files: FileSystem, path: string): string {
  return new TextDecoder().decode(files.readSync(path));
}
