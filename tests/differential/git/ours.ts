import { Bash, type IFileSystem } from 'just-bash/browser';
import { chmodSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileSystem } from '../../../src/computer/files/file-system.ts';
import { gitCommand } from '../../../src/computer/git/git.ts';
import { createForge } from '../../../src/forge/forge.ts';
import { environment, GLOBAL_CONFIG, ORIGIN_HOST, timeOf, type LineResult } from './shared.ts';
import type { FileSystem } from '../../../src/computer/contract.ts';
import type { Scenario } from './scenarios.ts';

/** Runs a scenario in our computer, with the same absolute paths as the native run had. */
export async function runOurs(
  scenario: Scenario,
  root: string,
): Promise<{ readonly results: readonly LineResult[]; readonly files: FileSystem }> {
  let now = timeOf(0);
  const clock = { now: () => now, sleep: async () => {}, busy: <T>(work: Promise<T>) => work };
  const files = createFileSystem({ clock });
  const forge = createForge({ clock });
  for (const name of scenario.origins) await forge.create(name);
  const origin = forge.network('ada');
  const network = {
    allowed: [`http://${ORIGIN_HOST}/`],
    // The real origin speaks https; the native counterpart cannot without a certificate.
    fetch: (input: string | URL | Request, init?: RequestInit) => {
      const url = String(input instanceof Request ? input.url : input).replace(`http://${ORIGIN_HOST}`, forge.url);
      return origin.fetch?.(input instanceof Request ? new Request(url, input) : url, init) as Promise<Response>;
    },
  };
  for (const folder of ['/dev', '/tmp', `${root}/work`]) await files.mkdir(folder, { recursive: true });
  await files.mkdir(`${root}/home`, { recursive: true });
  await files.writeFile(`${root}/home/.gitconfig`, GLOBAL_CONFIG);
  const user = { name: 'Ada Lovelace', login: 'ada', email: 'ada@fieldleaf.test' };
  const bash = new Bash({ fs: files, cwd: `${root}/work`, customCommands: [gitCommand({ clock, network, files, user })] });
  let cwd = `${root}/work`;
  const results: LineResult[] = [];
  for (const [index, line] of scenario.lines.entries()) {
    now = timeOf(index);
    const result = await bash.exec(line, { cwd, env: environment(index, root), replaceEnv: false });
    results.push({ line, stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode });
    cwd = result.env['PWD'] ?? cwd;
  }
  return { results, files };
}

/** Writes a folder of ours to the disk, for native git to judge. */
export async function exportFolder(files: IFileSystem, from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const visit = async (source: string, target: string): Promise<void> => {
    for (const name of await files.readdir(source)) {
      const [path, copy] = [`${source}/${name}`, join(target, name)];
      const stat = await files.lstat(path);
      if (stat.isSymbolicLink) symlinkSync(await files.readlink(path), copy);
      else if (stat.isDirectory) {
        mkdirSync(copy);
        await visit(path, copy);
      } else {
        writeFileSync(copy, await files.readFileBuffer(path));
        if ((stat.mode & 0o111) !== 0) chmodSync(copy, lstatSync(copy).mode | 0o111);
      }
    }
  };
  await visit(from, to);
}
