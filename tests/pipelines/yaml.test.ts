import { describe, expect, test, vi } from 'vitest';
import { Scalar } from 'yaml';
import { FilePlaces } from '../../src/pipelines/github/paths.ts';
import { type Located, readYaml } from '../../src/pipelines/yaml.ts';

/* Scalars without an anchor have no such property of their own: whoever asks for it comes here. */
Object.defineProperty(Scalar.prototype, 'anchor', {
  configurable: true,
  get: () => undefined,
  set(this: Scalar, value: string) {
    Object.defineProperty(this, 'anchor', { value, configurable: true, writable: true });
  },
});

/** Keys, lists and values without their places; the messages when it cannot be read. */
function plain(text: string): unknown {
  const document = readYaml('w.yml', text);
  const bare = (node: Located): unknown =>
    node.kind === 'scalar'
      ? node.value
      : node.kind === 'sequence'
        ? node.items.map(bare)
        : Object.fromEntries(node.entries.map(({ key, value }) => [key, bare(value)]));
  return document.ok ? bare(document.root) : document.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('an alias', () => {
  test.each([
    ['stands for the latest anchor before it', 'a: &x 1\nb: *x\nc: &x 2\nd: *x\n', { a: 1, b: 1, c: 2, d: 2 }],
    ['stands for the same wherever it is repeated', 'a: &x 1\nb: &y [*x]\nc: &x 2\nd: *y\ne: *x\n', { a: 1, b: [1], c: 2, d: [1], e: 2 }],
    ['may repeat an anchor of a name that was given again', 'a: &y [&x 1]\nb: &x 2\nc: *y\nd: *x\n', { a: [1], b: 2, c: [1], d: 2 }],
    ['may be a key', 'a: &x b\n*x : 1\n', { a: 'b', b: 1 }],
    ['may stand for an anchor of a key', '&x a: 1\nb: *x\n', { a: 1, b: 'a' }],
    ['of an anchor that comes later has none', 'a: *x\nb: &x 1\n', ['1:4 No anchor is named x.']],
    ['of no anchor has none', 'a: *x\n', ['1:4 No anchor is named x.']],
    ['inside its own anchor has no end', 'a: &x [*x]\n', ['1:8 The alias *x contains itself.']],
  ])('%s', (_what, text, expected) => {
    expect(plain(text)).toEqual(expected);
  });

  test('is found in one walk over the file, however many there are', () => {
    let looks = 0;
    const counted = vi.spyOn(Scalar.prototype, 'anchor' as never, 'get').mockImplementation((() => void looks++) as never);
    expect(plain(`a: [${'1,'.repeat(1000)}]\nb: &x [2]\nc: [${'*x,'.repeat(1000)}]\n`)).toMatchObject({ b: [2] });
    counted.mockRestore();
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(3000);
  });
});

describe('places in a file', () => {
  const read = (text: string): Located => {
    const document = readYaml('w.yml', text);
    if (!document.ok) throw new Error('This YAML cannot be read.');
    return document.root;
  };
  const at = (line: number, column: number) => ({ line, column, endLine: line, endColumn: column });

  test.each([
    ['a key', 2, 3, ['jobs', 'a'], 'key'],
    ['a value', 3, 14, ['jobs', 'a', 'runs-on'], 'value'],
    ['a key in a list in brackets', 4, 16, ['jobs', 'a', 'steps', 0, 'run'], 'key'],
    ['what an alias repeats', 5, 19, ['jobs', 'b', 'steps', 0, 'run'], 'value'],
    ['nothing', 9, 1, [], 'value'],
  ])('%s', (_what, line, column, path, part) => {
    const text = 'jobs:\n  a:\n    runs-on: x\n    steps: [ { run: echo } ]\n    d: &d [{ run: x }]\n  b: { steps: *d }\n';
    expect(new FilePlaces(read(text)).at(at(line, column))).toMatchObject({ path, part });
  });

  test('are looked for in one walk over the file, however many are asked for', () => {
    let walks = 0;
    const root = read('jobs:\n  a: 1\n');
    const counted: Located = Object.defineProperty({ ...root }, 'entries', {
      get: () => (walks++, root.kind === 'mapping' ? root.entries : []),
    });
    const places = new FilePlaces(counted);
    const before = walks;
    for (let asked = 0; asked < 100; asked++) {
      expect(places.at(at(2, 3)).path).toEqual(['jobs', 'a']);
      expect(places.mappingAt(at(2, 3)).path).toEqual(['jobs']);
    }
    expect(walks).toBe(before);
  });
});
