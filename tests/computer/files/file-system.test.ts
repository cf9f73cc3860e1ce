import { describe, expect, it } from 'vitest';
import type { FileChange, FileSystem } from '../../../src/computer/contract.ts';
import { createFileSystem } from '../../../src/computer/files/file-system.ts';
import { promisesFor } from '../../../src/computer/files/promises.ts';
import { StepClock } from '../support/clock.ts';

const NINE = Date.UTC(2026, 2, 2, 9, 0, 0);
const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

function disk(quotaBytes?: number): FileSystem {
  return createFileSystem({ clock: new StepClock(NINE), ...(quotaBytes === undefined ? {} : { quotaBytes }) });
}

function withFiles(): FileSystem {
  const files = disk();
  files.writeSync('/home/you/a.txt', bytes('a'));
  files.writeSync('/home/you/leaf/train.py', bytes('print(1)\n'), 0o755);
  return files;
}

async function failure(work: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  return 'it worked';
}

describe('the file system', () => {
  it('keeps bytes, modes and times, and lists in order', async () => {
    const files = withFiles();
    expect(files.tree('/home')).toEqual([
      { path: '/home/you', type: 'directory', mode: 0o755, mtime: NINE + 2 },
      { path: '/home/you/a.txt', type: 'file', bytes: bytes('a'), mode: 0o644, mtime: NINE },
      { path: '/home/you/leaf', type: 'directory', mode: 0o755, mtime: NINE + 1 },
      { path: '/home/you/leaf/train.py', type: 'file', bytes: bytes('print(1)\n'), mode: 0o755, mtime: NINE },
    ]);
    expect(files.getAllPaths()).toEqual(['/', '/home', '/home/you', '/home/you/a.txt', '/home/you/leaf', '/home/you/leaf/train.py']);
    expect(await files.readdirWithFileTypes!('/home/you')).toEqual([
      { name: 'a.txt', isFile: true, isDirectory: false, isSymbolicLink: false },
      { name: 'leaf', isFile: false, isDirectory: true, isSymbolicLink: false },
    ]);
    expect(files.tree('/', (path) => path.endsWith('/leaf')).map((entry) => entry.path)).toEqual(['/home', '/home/you', '/home/you/a.txt']);
  });

  it.each<[string, (files: FileSystem) => Promise<unknown> | (() => unknown), string]>([
    ['a missing file', (files) => files.readFile('/none'), "ENOENT: no such file or directory, open '/none'"],
    ['a directory read as a file', (files) => files.readFile('/home'), "EISDIR: illegal operation on a directory, read '/home'"],
    ['a directory written as a file', (files) => files.writeFile('/home', 'x'), "EISDIR: illegal operation on a directory, open '/home'"],
    ['a file in a missing directory', (files) => files.writeFile('/none/x', 'x'), "ENOENT: no such file or directory, open '/none/x'"],
    ['a file used as a directory', (files) => files.readFile('/home/you/a.txt/b'), "ENOTDIR: not a directory, open '/home/you/a.txt/b'"],
    ['a trailing slash on a file', (files) => files.stat('/home/you/a.txt/'), "ENOTDIR: not a directory, stat '/home/you/a.txt/'"],
    ['a directory made twice', (files) => files.mkdir('/home/you'), "EEXIST: file already exists, mkdir '/home/you'"],
    [
      'a directory over a file',
      (files) => files.mkdir('/home/you/a.txt', { recursive: true }),
      "EEXIST: file already exists, mkdir '/home/you/a.txt'",
    ],
    ['a full directory removed', (files) => files.rm('/home/you'), "ENOTEMPTY: directory not empty, rm '/home/you'"],
    ['the root removed', (files) => files.rm('/', { recursive: true }), "EBUSY: resource busy or locked, rm '/'"],
    ['a missing file removed', (files) => () => files.removeSync('/none'), "ENOENT: no such file or directory, rm '/none'"],
    ['a directory copied flat', (files) => files.cp('/home', '/copy'), "EISDIR: illegal operation on a directory, cp '/home'"],
    [
      'a directory copied into itself',
      (files) => files.cp('/home', '/home/you/copy', { recursive: true }),
      "EINVAL: invalid argument, cp '/home': cannot copy a directory into itself, '/home/you/copy'",
    ],
    [
      'a directory moved into itself',
      (files) => files.mv('/home', '/home/you/inner'),
      "EINVAL: invalid argument, rename '/home': cannot move a directory into itself, '/home/you/inner'",
    ],
    ['a link read that is none', (files) => files.readlink('/home/you/a.txt'), "EINVAL: invalid argument, readlink '/home/you/a.txt'"],
    ['a hard link to a directory', (files) => files.link('/home', '/other'), "EPERM: operation not permitted, link '/home'"],
  ])('refuses %s', async (_case, attempt, message) => {
    expect(await failure(attempt(withFiles()))).toEqual({ code: message.slice(0, message.indexOf(':')), message });
  });

  it('follows symbolic links, and stops at a circle', async () => {
    const files = withFiles();
    await files.symlink('leaf', '/home/you/link');
    await files.symlink('/home/you/../you/link/train.py', '/home/you/deep');
    await files.symlink('circle', '/home/circle');
    expect(await files.readFile('/home/you/deep')).toBe('print(1)\n');
    expect(await files.realpath('/home/you/deep')).toBe('/home/you/leaf/train.py');
    expect(await files.realpath('/home/you/link/..')).toBe('/home/you');
    expect(await files.lstat('/home/you/link')).toMatchObject({ isSymbolicLink: true, size: 4 });
    expect(await failure(files.readFile('/home/circle'))).toMatchObject({ code: 'ELOOP' });
    await files.writeFile('/home/you/deep', 'print(2)\n');
    expect(text(files.readSync('/home/you/leaf/train.py'))).toBe('print(2)\n');
    await files.rm('/home/you/link');
    expect(files.existsSync('/home/you/leaf')).toBe(true);
    expect(files.existsSync('/home/you/deep')).toBe(false);
  });

  it('shares a hard link’s content and counts it once', async () => {
    const files = withFiles();
    await files.link('/home/you/a.txt', '/home/you/b.txt');
    await files.appendFile('/home/you/b.txt', 'bc');
    expect(await files.readFile('/home/you/a.txt')).toBe('abc');
    expect(files.usedBytes).toBe(3 + 9);
    await files.rm('/home/you/a.txt');
    expect(files.usedBytes).toBe(3 + 9);
    const twin = files.fork();
    await files.rm('/home/you/b.txt');
    expect([files.usedBytes, twin.usedBytes]).toEqual([9, 12]);
  });

  it('gives a changed file a later time although the clock stands still', async () => {
    const files = withFiles();
    const before = (await files.stat('/home/you/a.txt')).mtime.getTime();
    files.writeSync('/home/you/a.txt', bytes('b'));
    expect((await files.stat('/home/you/a.txt')).mtime.getTime()).toBe(before + 1);
    await files.utimes('/home/you/a.txt', new Date(0), new Date(5));
    expect((await files.stat('/home/you/a.txt')).mtime.getTime()).toBe(5);
  });

  it('forks into an independent disk that shares bytes', async () => {
    const files = withFiles();
    const twin = files.fork();
    expect(twin.readSync('/home/you/a.txt')).toBe(files.readSync('/home/you/a.txt'));
    await twin.appendFile('/home/you/a.txt', '!');
    await files.rm('/home/you/leaf', { recursive: true });
    expect([await files.readFile('/home/you/a.txt'), await twin.readFile('/home/you/a.txt')]).toEqual(['a', 'a!']);
    expect([files.existsSync('/home/you/leaf'), twin.existsSync('/home/you/leaf/train.py')]).toEqual([false, true]);
  });

  it('loads what another disk’s tree says', async () => {
    const files = withFiles();
    await files.symlink('a.txt', '/home/you/link');
    await files.chmod('/home/you/leaf', 0o700);
    const other = disk();
    other.writeSync('/home/you/leaf', bytes('in the way'));
    other.load(files.tree());
    expect(other.tree()).toEqual(files.tree());
    expect(other.usedBytes).toBe(files.usedBytes);
  });

  it('says what changed, once for each change', async () => {
    const files = withFiles();
    const changes: FileChange[] = [];
    const stop = files.onChange((change) => changes.push(change));
    await files.writeFile('/home/you/a.txt', 'b');
    await files.mv('/home/you/a.txt', '/home/you/c.txt');
    await files.rm('/home/you/leaf', { recursive: true });
    stop();
    await files.writeFile('/home/you/c.txt', 'c');
    expect(changes).toEqual([
      { path: '/home/you/a.txt', kind: 'written' },
      { path: '/home/you/a.txt', kind: 'removed' },
      { path: '/home/you/c.txt', kind: 'written' },
      { path: '/home/you/leaf', kind: 'removed' },
      { path: '/home/you/leaf/train.py', kind: 'removed' },
    ]);
  });

  const INSIDE = ['', '/empty', '/model', '/model/k.txt', '/train.py', '/weights'];
  it.each<{ does: string; act: (files: FileSystem) => Promise<void>; said: readonly FileChange[] }>([
    {
      does: 'removed',
      act: (files) => files.rm('/home/you/leaf', { recursive: true }),
      said: INSIDE.map((below) => ({ path: `/home/you/leaf${below}`, kind: 'removed' })),
    },
    {
      does: 'moved',
      act: (files) => files.mv('/home/you/leaf', '/home/you/tree'),
      said: [
        ...INSIDE.map((below): FileChange => ({ path: `/home/you/leaf${below}`, kind: 'removed' })),
        ...INSIDE.map((below): FileChange => ({ path: `/home/you/tree${below}`, kind: 'written' })),
      ],
    },
    {
      does: 'replaced by a file when another disk is loaded',
      act: async (files) => files.load([{ path: '/home/you/leaf', type: 'file', bytes: bytes('x'), mode: 0o644, mtime: NINE }]),
      said: [
        ...INSIDE.map((below): FileChange => ({ path: `/home/you/leaf${below}`, kind: 'removed' })),
        { path: '/home/you/leaf', kind: 'written' },
      ],
    },
  ])('says of everything in a folder that it is $does', async ({ act, said }) => {
    const files = disk();
    await files.mkdir('/home/you/leaf/empty', { recursive: true });
    files.writeSync('/home/you/leaf/model/k.txt', bytes('1'));
    files.writeSync('/home/you/leaf/train.py', bytes('K = 1'));
    await files.symlink('model', '/home/you/leaf/weights');
    const changes: FileChange[] = [];
    files.onChange((change) => changes.push(change));
    await act(files);
    expect(changes).toEqual(said);
  });

  it('keeps to its quota and says how full it is', async () => {
    const files = disk(1024 * 1024);
    files.writeSync('/a', new Uint8Array(1024 * 1000));
    expect(await failure(files.appendFile('/a', 'x'.repeat(30_000)))).toEqual({
      code: 'ENOSPC',
      message: "ENOSPC: no space left on device, write '/a': this computer's disk holds 1 MB and 1000 kB are used",
    });
    expect(files.usedBytes).toBe(1024 * 1000);
    files.writeSync('/a', new Uint8Array(10));
    files.writeSync('/b', new Uint8Array(1024 * 1024 - 10));
    expect(files.usedBytes).toBe(1024 * 1024);
  });

  it('reads and writes bytes in the encodings that just-bash uses', async () => {
    const files = disk();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const latin1 = String.fromCharCode(...all);
    await files.writeFile('/bytes', latin1, 'binary');
    expect(files.readSync('/bytes')).toEqual(all);
    expect(await files.readFileBytes!('/bytes')).toBe(latin1);
    expect(await files.readFile('/bytes', 'latin1')).toBe(latin1);
    await files.writeFile('/utf8', 'Blätter 🍃');
    expect(await files.readFile('/utf8')).toBe('Blätter 🍃');
    await files.writeFile('/base64', await files.readFile('/bytes', 'base64'), 'base64');
    await files.writeFile('/hex', await files.readFile('/bytes', 'hex'), 'hex');
    expect([files.readSync('/base64'), files.readSync('/hex')]).toEqual([all, all]);
  });

  it('does not keep the array of a caller who goes on writing into it', async () => {
    const files = disk();
    const buffer = bytes('abc');
    await files.writeFile('/a', buffer);
    buffer[0] = 0;
    expect(await files.readFile('/a')).toBe('abc');
  });

  it('speaks as fs.promises to isomorphic-git', async () => {
    const files = withFiles();
    const fs = promisesFor(files);
    await fs.symlink('a.txt', '/home/you/link');
    const look = async (path: string) => {
      const stat = await fs.lstat(path);
      return [stat.isFile(), stat.isDirectory(), stat.isSymbolicLink(), stat.mode.toString(8), stat.size];
    };
    expect(await look('/home/you/a.txt')).toEqual([true, false, false, '100644', 1]);
    expect(await look('/home/you')).toEqual([false, true, false, '40755', 0]);
    expect(await look('/home/you/link')).toEqual([false, false, true, '120777', 5]);
    expect(await fs.readFile('/home/you/a.txt')).toEqual(bytes('a'));
    expect(await fs.readFile('/home/you/a.txt', 'utf8')).toBe('a');
    expect(await failure(fs.stat('/none'))).toMatchObject({ code: 'ENOENT' });
    await fs.writeFile('/home/you/run', 'x', { mode: 0o755 });
    expect((await fs.stat('/home/you/run')).mode.toString(8)).toBe('100755');
  });
});
