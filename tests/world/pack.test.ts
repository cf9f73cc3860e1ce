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
