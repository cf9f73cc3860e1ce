import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFileSystem } from '../../../src/computer/files/file-system.ts';
import type { FileSystem } from '../../../src/computer/contract.ts';

export const NOW = Date.UTC(2026, 10, 2, 9);
export const clock = { now: () => NOW, sleep: async () => {}, busy: <T>(work: Promise<T>) => work };

/** A folder on the disk with native git in it: the judge of what ours reads and writes. Dates move on by a minute per command. */
export class NativeGit {
  readonly root = mkdtempSync(join(tmpdir(), 'plumbline-native-'));
  #commands = 0;

  git(...args: string[]): string {
    return this.at('.', ...args);
  }

  at(folder: string, ...args: string[]): string {
    const date = `${NOW / 1000 + 60 * this.#commands++} +0000`;
    return execFileSync('git', args, {
      cwd: join(this.root, folder),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: this.root,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@fieldleaf.test',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@fieldleaf.test',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      },
    });
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  commit(message: string, files: Readonly<Record<string, string | Uint8Array>>): string {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** The folder as a computer's disk would have it, at `/home/you/leaf`. */
  toDisk(): FileSystem {
    const files = createFileSystem({ clock });
    const visit = (folder: string, target: string): void => {
      files.load([{ path: target, type: 'directory', mode: 0o755, mtime: NOW }]);
      for (const name of readdirSync(folder)) {
        const [path, copy] = [join(folder, name), `${target}/${name}`];
        const stat = lstatSync(path);
        if (stat.isSymbolicLink()) files.load([{ path: copy, type: 'symlink', target: readlinkSync(path), mtime: NOW }]);
        else if (stat.isDirectory()) visit(path, copy);
        else files.load([{ path: copy, type: 'file', bytes: new Uint8Array(readFileSync(path)), mode: stat.mode & 0o777, mtime: NOW }]);
      }
    };
    visit(this.root, '/home/you/leaf');
    return files;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
