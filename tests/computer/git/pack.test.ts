import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex, objectId } from '../../../src/computer/git/objects.ts';
import { openPack, writeDeltaPack } from '../../../src/computer/git/pack.ts';
import { NativeGit } from './native.ts';

/** Versions of a file, each made of the one before by a change somewhere: as bytes. */
const versions = fc
  .tuple(
    fc.uint8Array({ maxLength: 3_000 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(40), fc.uint8Array({ maxLength: 300 })), { maxLength: 60 }),
  )
  .map(([first, changes]) => {
    const all = [first];
    for (const [at, removed, added] of changes) {
      const last = all.at(-1) ?? first;
      const start = at % (last.length + 1);
      all.push(Uint8Array.from([...last.subarray(0, start), ...added, ...last.subarray(start + removed)]));
    }
    return all;
  });

const packed = (contents: readonly Uint8Array[]) => {
  const ids = contents.map((content) => objectId('blob', content));
  const objects = new Map(
    contents.map((content, i) => [ids[i] ?? '', { id: ids[i] ?? '', object: { type: 'blob' as const, content }, base: ids[i - 1] }]),
  );
  return { ids, ...writeDeltaPack([...objects.values()]) };
};

test('what is packed as deltas is read as it was', () => {
  fc.assert(
    fc.property(versions, (contents) => {
      const { ids, pack, index } = packed(contents);
      const opened = openPack(index, pack);
      for (const [i, content] of contents.entries()) {
        expect(opened.read(ids[i] ?? '', () => expect.unreachable())?.content).toEqual(content);
      }
    }),
    { numRuns: 60 },
  );
});

test('native git verifies such a pack, and it is much smaller', () => {
  const native = new NativeGit();
  native.git('init', '-q');
  const line = (number: number) => `line ${number} of a file that changes little\n`;
  const text = Array.from({ length: 400 }, (_, number) => line(number));
  const contents = Array.from({ length: 120 }, (_, version) => {
    text[(version * 7) % 400] = `changed in version ${version}\n`;
    return new TextEncoder().encode(text.join(''));
  });
  // One beyond what three bytes of a size can say, and one much like it.
  const large = new Uint8Array(0x1_00_00_40).fill(7);
  const { pack, index, ids } = packed([...contents, large, Uint8Array.from(large).fill(8, 0, 5)]);
  const folder = join(native.root, '.git/objects/pack');
  mkdirSync(folder, { recursive: true });
  const name = join(folder, `pack-${hex(pack.subarray(pack.length - 20))}`);
  writeFileSync(`${name}.pack`, pack);
  writeFileSync(`${name}.idx`, index);
  expect(native.git('verify-pack', '-v', `${name}.idx`)).toMatch(/chain length = 50/);
  const shown = execFileSync('git', ['cat-file', 'blob', ids[60] ?? ''], { cwd: native.root });
  expect(new Uint8Array(shown)).toEqual(contents[60]);
  expect(pack.length).toBeLessThan(contents.reduce((sum, content) => sum + content.length, large.length) / 10);
  native.remove();
});
