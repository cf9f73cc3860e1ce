import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedFileError, pack, unpack } from '../../src/world/pack.ts';

test('any plain data with byte arrays comes back equal', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array());
  const data = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('node')),
      fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom('$bytes', '$entries', 'type')).filter((key) => key !== '__proto__'),
        tie('node'),
      ),
    ),
  })).node;
  fc.assert(
    fc.property(data, (value) => {
      expect(unpack(pack(value))).toEqual(value);
    }),
  );
});

test('shared bytes are stored once, and come back as one array apart from the file', () => {
  const bytes = new Uint8Array(10_000).fill(7);
  const packed = pack({ a: bytes, b: [bytes] });
  const back = unpack(packed) as { a: Uint8Array; b: [Uint8Array] };
  expect(packed.length).toBeLessThan(10_200);
  expect(back.a).toBe(back.b[0]);
  expect(back.a.buffer.byteLength).toBe(10_000);
});

test('arrays that lie upon each other are damage: one byte of a file could be taken many thousand times', () => {
  const bytes = new Uint8Array(1000);
  const packed = pack({ all: bytes, some: { $bytes: [0, 999] } });
  const text = new TextDecoder('latin1').decode(packed);
  // What `pack` wrote as an object that only looks like bytes becomes bytes that lie upon the others.
  const head = text.slice(12, text.length - 1000).replace('{"$entries":[["$bytes",[0,999]]]}', '{"$bytes":[0,999]}');
  const overlapping = Buffer.concat([packed.subarray(0, 8), new Uint8Array([head.length, 0, 0, 0]), Buffer.from(head), bytes]);
  expect(() => unpack(overlapping)).toThrow(DamagedFileError);
});

test('empty arrays among others stay themselves', () => {
  const [empty, bytes] = [new Uint8Array(0), new Uint8Array(1000).fill(1)];
  const back = unpack(pack([empty, bytes, empty, bytes, empty])) as readonly Uint8Array[];
  expect(back).toEqual([empty, bytes, empty, bytes, empty]);
  expect(back[3]).toBe(back[1]);
});

test('a Buffer is bytes, and an object that looks like our own is itself', () => {
  const data = { buffer: Buffer.from('abc'), matrix: { $bytes: [0, 1] }, deep: { $entries: { $bytes: 'x' } } };
  expect(unpack(pack(data))).toEqual({ ...data, buffer: new Uint8Array([97, 98, 99]) });
});

test('damage anywhere gives a DamagedFileError or other data, never another error', () => {
  const packed = pack({ name: 'leaf', bytes: new Uint8Array(50), list: [1, 2, { x: new Uint8Array(3) }] });
  for (let cut = 0; cut < packed.length; cut++) expect(() => unpack(packed.slice(0, cut))).toThrow(DamagedFileError);
  fc.assert(
    fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = packed.slice();
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      try {
        unpack(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedFileError);
      }
    }),
  );
  expect(() => unpack(new TextEncoder().encode('PK not ours at all'))).toThrow('This is not a Plumbline file.');
});
