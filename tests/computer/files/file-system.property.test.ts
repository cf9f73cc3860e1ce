import * as fc from 'fast-check';
import * as native from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../src/computer/contract.ts';
import { FileError } from '../../../src/computer/files/errors.ts';
import { createFileSystem } from '../../../src/computer/files/file-system.ts';
import { StepClock } from '../support/clock.ts';

type Operation =
  | { readonly do: 'write' | 'append'; readonly path: string; readonly text: string }
  | { readonly do: 'mkdir' | 'mkdir -p' | 'rm' | 'rm -r' | 'readlink' | 'list' | 'read'; readonly path: string }
  | { readonly do: 'mv' | 'link' | 'cp'; readonly path: string; readonly to: string }
  | { readonly do: 'symlink'; readonly path: string; readonly target: string };

const segment = fc.constantFrom('a', 'b', 'c');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
// None leads above the top: a real disk goes on there.
const target = fc.oneof(segment, fc.constantFrom('./b', 'a/b', 'a/../c'));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'append' as const), path, text: fc.string({ maxLength: 5 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('mkdir' as const, 'mkdir -p' as const), path }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('rm' as const, 'rm -r' as const, 'readlink' as const, 'list' as const, 'read' as const),
      path,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('mv' as const, 'link' as const, 'cp' as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('symlink' as const), path, target }) },
);

const scratch = native.mkdtempSync(join(tmpdir(), 'plumbline-files-'));
afterAll(() => native.rmSync(scratch, { recursive: true }));

/** Where several errors are true at once, systems differ in which they name; the table in file-system.test.ts is about the codes. */
const FAILED = 'failed';

/** What the operation gave. */
async function onOurs(files: FileSystem, step: Operation): Promise<unknown> {
  try {
    switch (step.do) {
      case 'write':
        return await files.writeFile(step.path, step.text);
      case 'append':
        return await files.appendFile(step.path, step.text);
      case 'mkdir':
        return await files.mkdir(step.path);
      case 'mkdir -p':
        return await files.mkdir(step.path, { recursive: true });
      case 'rm':
        return await files.rm(step.path);
      case 'rm -r':
        return await files.rm(step.path, { recursive: true });
      case 'readlink':
        return await files.readlink(step.path);
      case 'list':
        return await files.readdir(step.path);
      case 'read':
        return await files.readFile(step.path);
      case 'mv':
        return await files.mv(step.path, step.to);
      case 'link':
        return await files.link(step.path, step.to);
      case 'cp':
        return await files.cp(step.path, step.to);
      case 'symlink':
        return await files.symlink(step.target, step.path);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return FAILED;
  }
}

/** The same on a real disk. */
function onNative(root: string, step: Operation): unknown {
  const at = join(root, step.path);
  try {
    switch (step.do) {
      case 'write':
        return native.writeFileSync(at, step.text);
      case 'append':
        return native.appendFileSync(at, step.text);
      case 'mkdir':
        return native.mkdirSync(at);
      case 'mkdir -p':
        return void native.mkdirSync(at, { recursive: true });
      case 'rm':
        return native.lstatSync(at).isDirectory() ? native.rmdirSync(at) : native.unlinkSync(at);
      case 'rm -r':
        return native.rmSync(at, { recursive: true });
      case 'readlink':
        return native.readlinkSync(at);
      case 'list':
        return native.readdirSync(at).sort();
      case 'read':
        return native.readFileSync(at, 'utf8');
      case 'mv':
        return native.renameSync(at, join(root, step.to));
      case 'link':
        return native.linkSync(at, join(root, step.to));
      case 'cp':
        // Not copyFileSync: where the source is a directory it removes the destination.
        return native.writeFileSync(join(root, step.to), native.readFileSync(at));
      case 'symlink':
        return native.symlinkSync(step.target, at);
    }
  } catch {
    return FAILED;
  }
}

function nativeTree(root: string, below = ''): readonly string[] {
  return native
    .readdirSync(join(root, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${below}/${entry.name}`;
      if (entry.isDirectory()) return [`${path}/`, ...nativeTree(root, path)];
      if (entry.isSymbolicLink()) return [`${path} -> ${native.readlinkSync(join(root, path))}`];
      return [`${path} = ${native.readFileSync(join(root, path), 'utf8')}`];
    });
}

function ourTree(files: FileSystem): readonly string[] {
  return files.tree().map((entry) => {
    switch (entry.type) {
      case 'directory':
        return `${entry.path}/`;
      case 'symlink':
        return `${entry.path} -> ${entry.target}`;
      case 'file':
        return `${entry.path} = ${new TextDecoder().decode(entry.bytes)}`;
    }
  });
}

/** Bytes of the files, each file of several names once. */
function sizeOf(root: string): number {
  const seen = new Map<number, number>();
  const visit = (directory: string) => {
    for (const entry of native.readdirSync(directory, { withFileTypes: true })) {
      const at = join(directory, entry.name);
      if (entry.isDirectory()) visit(at);
      else if (entry.isFile()) seen.set(native.statSync(at).ino, native.statSync(at).size);
    }
  };
  visit(root);
  return [...seen.values()].reduce((sum, size) => sum + size, 0);
}

describe('the file system, whatever is done to it', () => {
  it('agrees with a real disk: results, failures, tree and size', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 40 }), async (steps) => {
        const root = join(scratch, String(run++));
        native.mkdirSync(root);
        const files = createFileSystem({ clock: new StepClock() });
        for (const step of steps) expect([step, await onOurs(files, step)]).toEqual([step, onNative(root, step)]);
        expect(ourTree(files)).toEqual(nativeTree(root));
        expect(files.usedBytes).toBe(sizeOf(root));
        native.rmSync(root, { recursive: true });
      }),
      { numRuns: 300 },
    );
  });

  it('forks into disks that do not see each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 20 }), fc.array(operation, { maxLength: 20 }), async (before, after) => {
        const files = createFileSystem({ clock: new StepClock() });
        for (const step of before) await onOurs(files, step);
        const kept = files.tree();
        const twin = files.fork();
        for (const step of after) await onOurs(twin, step);
        expect(files.tree()).toEqual(kept);
        const replay = createFileSystem({ clock: new StepClock() });
        for (const step of [...before, ...after]) await onOurs(replay, step);
        expect(ourTree(twin)).toEqual(ourTree(replay));
        expect(twin.usedBytes).toBe(replay.usedBytes);
      }),
      { numRuns: 200 },
    );
  });
});
