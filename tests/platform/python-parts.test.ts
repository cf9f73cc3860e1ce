import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pyodideFileBytes } from '../../src/platform/browser/pyodide-files.ts';
import type { OutputStream } from '../../src/platform/platform.ts';
import { pyodideVersion } from '../../src/platform/python/cpython.ts';
import { imageKey, packImage, unpackImage } from '../../src/platform/python/image.ts';
import { createOutputQueue, unfinishedTail } from '../../src/platform/python/output.ts';
import { decodeAnswer, encodeAnswer } from '../../src/platform/python/answer.ts';
import { messageOf } from '../../src/platform/python/wire.ts';

const folder = path.dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));

test('the installed pyodide is the one that everything here leans on', () => {
  expect(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))).toMatchObject({ version: pyodideVersion });
  const sizes = Object.fromEntries(Object.keys(pyodideFileBytes).map((name) => [name, statSync(path.join(folder, name)).size]));
  expect(sizes).toEqual(pyodideFileBytes);
});

test('an answer comes out of shared memory as it was put in', () => {
  const file = { path: '/a', type: 'file', bytes: new Uint8Array([1, 2]), mode: 0o644, mtime: 5 } as const;
  const others = [
    { path: '/d', type: 'directory', mode: 0o755, mtime: 6 },
    { path: '/l', type: 'symlink', target: 'a', mtime: 7 },
    { path: '/e', type: 'file', bytes: new Uint8Array(0), mode: 0o600, mtime: 8 },
  ] as const;
  const answer = { body: new Uint8Array([9, 8, 7]), resumption: { now: 1.5, changes: { written: [file, ...others], removed: ['/x'] } } };
  const block = encodeAnswer(answer);
  const shared = new Uint8Array(new SharedArrayBuffer(block.length));
  shared.set(block);
  expect(decodeAnswer(shared)).toEqual(answer);
  const refusal = { error: 'EINTR', body: new Uint8Array(0), resumption: { now: 0, changes: { written: [], removed: [] } } };
  expect(decodeAnswer(encodeAnswer(refusal))).toEqual(refusal);
});

test.each([
  ['listen 8000\n', { kind: 'listen', port: 8000 }],
  ['accept 1\n', { kind: 'accept', port: 1 }],
  ['close 1\n', { kind: 'close', port: 1 }],
  ['answer 3\nab', { kind: 'answer', connection: 3, response: new TextEncoder().encode('ab') }],
  [
    'exchange https a.test 443\nx\n',
    { kind: 'exchange', scheme: 'https', host: 'a.test', port: 443, request: new TextEncoder().encode('x\n') },
  ],
])('a socket says %j', (message, meant) => {
  expect(messageOf(new TextEncoder().encode(message))).toEqual(meant);
});

test('an image survives being packed, and half a block is none', () => {
  const image = {
    memory: new Uint8Array(2 * 65536).fill(7),
    addresses: { prepare: 1, load: 2, forget: 3, explain: 4, gather: 5, seal: 6, prompt: 7, push: 8, auditHook: 9 },
  };
  const block = new Uint8Array(Buffer.concat(packImage(image)));
  expect(unpackImage(block)).toEqual(image);
  expect([unpackImage(block.subarray(0, 70_000)), unpackImage(new Uint8Array(3))]).toEqual([null, null]);
  expect(imageKey).toMatch(new RegExp(`^python-${pyodideVersion}-\\d+-[0-9a-f]{8}$`));
});

test.each([
  ['', 0],
  ['a', 0],
  ['\xc3', 1],
  ['\xc3\xbc', 0],
  ['a\xf0\x9f', 2],
  ['\xf0\x9f\x8d', 3],
  ['\xf0\x9f\x8d\x83', 0],
  ['\xe2\x82', 2],
  ['\xff', 0],
  ['\x80\x80\x80\x80', 0],
])('%j leaves %i bytes unfinished', (text, expected) => {
  expect(unfinishedTail(Buffer.from(text, 'latin1'))).toBe(expected);
});

test('output goes at once when it is quiet, and in batches when it is not', () => {
  let now = 0;
  const posts: [OutputStream, string][][] = [];
  const queue = createOutputQueue({
    now: () => now,
    post: (chunks) => posts.push(chunks.map(({ stream, bytes }) => [stream, Buffer.from(bytes).toString()])),
  });
  const write = (stream: OutputStream, text: string): void => queue.write(stream, Buffer.from(text));
  write('stdout', 'a');
  write('stdout', 'b');
  write('stderr', 'c');
  write('stdout', 'd');
  queue.tick();
  now = 20;
  queue.tick();
  now = 21;
  write('stdout', 'e');
  queue.write('stderr', Uint8Array.of(0xe2));
  queue.flush();
  queue.flush();
  expect(posts).toEqual([
    [['stdout', 'a']],
    [
      ['stdout', 'b'],
      ['stderr', 'c'],
      ['stdout', 'd'],
    ],
    [
      ['stdout', 'e'],
      ['stderr', '\ufffd'],
    ],
  ]);
});
