import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeBlocks, mergeMessage } from '../../src/workbench/code/merge.ts';
import { readPgm } from '../../src/workbench/code/pgm.ts';
import { foldersAbove, MOST_ENTRIES, nameProblem, treeOf, treeRows } from '../../src/workbench/code/tree.ts';
import { diffLines, diffSize, linesOf } from '../../src/workbench/history/diff.ts';
import { graphRows, laneCount } from '../../src/workbench/history/graph.ts';
import { commandOf } from '../../src/workbench/keys.ts';
import { sizeAfterKey } from '../../src/workbench/layout.svelte.ts';
import type { FileNode, GraphCommit } from '../../src/world/contract.ts';

describe('the file tree', () => {
  const ROOT = '/home/you/leaf';
  const file = (path: string): FileNode => ({ path: `${ROOT}/${path}`, type: 'file', sizeBytes: 1 });
  const nodes = [
    ...['train.py', 'data/10.pgm', 'data/9.pgm', '.github/workflows/ci.yml', '.git/HEAD'].map(file),
    { path: `${ROOT}/empty`, type: 'directory', sizeBytes: 0 } as const,
    { path: '/home/you/other', type: 'file', sizeBytes: 1 } as const,
  ];
  const rows = (open: readonly string[], letters: Readonly<Record<string, 'M' | '?'>> = {}) =>
    treeRows(
      treeOf(nodes, ROOT),
      new Set(open.map((path) => `${ROOT}/${path}`)),
      new Map(Object.entries(letters).map(([path, letter]) => [`${ROOT}/${path}`, letter])),
    );

  test('folders first, a folder with one folder shares its row, git’s own folder stays out', () => {
    expect(rows(['data']).map((row) => `${'  '.repeat(row.level - 1)}${row.name} ${row.position}/${row.of}`)).toEqual([
      '.github/workflows 1/4',
      'data 2/4',
      '  9.pgm 1/2',
      '  10.pgm 2/2',
      'empty 3/4',
      'train.py 4/4',
    ]);
  });
  test('a folded folder tells of changes inside', () => {
    expect(rows([], { 'data/9.pgm': '?', 'train.py': 'M' }).map((row) => [row.name, row.letter])).toEqual([
      ['.github/workflows', null],
      ['data', 'M'],
      ['empty', null],
      ['train.py', 'M'],
    ]);
  });
  test('a folder of thousands says what it leaves out', () => {
    const many = Array.from({ length: MOST_ENTRIES + 5 }, (_, n) => file(`big/${n}`));
    const list = treeRows(treeOf(many, ROOT), new Set([`${ROOT}/big`]), new Map());
    expect([list.length, list.at(-1)?.name]).toEqual([MOST_ENTRIES + 2, '5 more, see them in the terminal']);
  });
  test('the folders above a file', () => expect(foldersAbove(`${ROOT}/a/b/c.py`, ROOT)).toEqual([`${ROOT}/a/b`, `${ROOT}/a`]));
  test.each([
    ['notes.md', null],
    ['a/b.md', null],
    ['', 'A name needs at least one character.'],
    ['../x', 'A name cannot have empty parts, “.” or “..”.'],
    ['.git/config', 'The folder .git belongs to git.'],
    ['taken', 'taken exists already.'],
  ])('the name %j', (name, problem) => expect(nameProblem(name, (one) => one === 'taken')).toBe(problem));
});

describe('photos', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  test('text form, with comments and another white', () => {
    expect(readPgm(bytes('P2 # a leaf\n2 2\n# white\n15\n0 15\n5 10\n'))).toEqual({
      width: 2,
      height: 2,
      pixels: Uint8Array.from([0, 255, 85, 170]),
    });
  });
  test('binary form', () =>
    expect(readPgm(Uint8Array.from([...bytes('P5\n2 1\n255\n'), 7, 9]))).toEqual({ width: 2, height: 1, pixels: Uint8Array.from([7, 9]) }));
  test.each(['', 'P2\n2 2\n255\n1 2 3', 'P3\n1 1\n255\n1', 'P2\n-1 2\n255\n1', 'P2\n9999 9999\n255\n1', 'P5\n2 2\n255\nab'])(
    '%j is none',
    (text) => expect(readPgm(bytes(text))).toBeNull(),
  );
});

describe('unfinished merges', () => {
  test('their lines', () => {
    expect(mergeBlocks('a\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> b\nz\n<<<<<<< x\n=======\n>>>>>>> y\n')).toEqual([
      { start: 2, middle: 4, end: 6 },
      { start: 8, middle: 9, end: 10 },
    ]);
  });
  test.each([
    [{ start: 18, middle: 20, end: 22 }, 'line 19 and line 21'],
    [{ start: 18, middle: 21, end: 25 }, 'lines 19 to 20 and lines 22 to 24'],
    [{ start: 18, middle: 19, end: 21 }, 'nothing and line 20'],
  ])('%j says which lines to choose between', (block, lines) =>
    expect(mergeMessage(block)).toBe(`Merge not finished: choose between ${lines}, and remove the three marker lines.`),
  );
  test('a heading underlined with equals signs is none', () => expect(mergeBlocks('Title\n=======\n')).toEqual([]));
});

describe('diffs', () => {
  test('changed lines with some around them', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].join('\n');
    expect(
      diffLines(before, before.replace('e', 'E'), 1).map((line) =>
        line.kind === 'gap' ? `… ${line.skipped}` : `${line.kind} ${line.before}/${line.after} ${line.text}`,
      ),
    ).toEqual(['… 3', 'same 4/4 d', 'removed 5/null e', 'added null/5 E', 'same 6/6 f', '… 3']);
  });
  test('a new file, a removed one, none', () => {
    expect([diffSize(diffLines(null, 'a\nb\n')), diffSize(diffLines('a\n', null)), diffLines('a', 'a\n')]).toEqual([
      { added: 2, removed: 0 },
      { added: 0, removed: 1 },
      [],
    ]);
  });
  test('any two texts: without the removed lines it is the second, without the added ones the first', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after, 1000);
        const side = (kind: 'added' | 'removed'): string[] =>
          lines.flatMap((line) => (line.kind === 'same' || line.kind === kind ? [line.text] : []));
        if (before === after) expect(lines).toEqual([]);
        else expect([side('removed'), side('added')]).toEqual([linesOf(before), linesOf(after)]);
      }),
    );
  });
  test('two long texts with nothing in common do not take long', () => {
    const long = (word: string): string => Array.from({ length: 20_000 }, (_, n) => `${word} ${n}`).join('\n');
    expect(diffSize(diffLines(long('a'), long('b')))).toEqual({ added: 20_000, removed: 20_000 });
  });
});

describe('the commit graph', () => {
  const commit = (id: string, ...parents: string[]): GraphCommit => ({
    id,
    parents,
    tree: '',
    message: id,
    author: { name: '', email: '', at: 0 },
    committer: { name: '', email: '', at: 0 },
    refs: [],
  });
  const drawn = (commits: readonly GraphCommit[]): readonly string[] =>
    graphRows(commits).map((row) => `${row.commit.id} in ${row.lane}: ${row.below.map((line) => `${line.from}-${line.to}`).join(' ')}`);

  test('a straight line', () =>
    expect(drawn([commit('c', 'b'), commit('b', 'a'), commit('a')])).toEqual(['c in 0: 0-0', 'b in 0: 0-0', 'a in 0: ']));
  test('a branch meets the line where it began', () => {
    expect(drawn([commit('main', 'base'), commit('side', 'base'), commit('base')])).toEqual([
      'main in 0: 0-0',
      'side in 1: 0-0 1-0',
      'base in 0: ',
    ]);
  });
  test('a merge opens a lane for its second parent', () => {
    expect(drawn([commit('m', 'a', 'b'), commit('b', 'base'), commit('a', 'base'), commit('base')])).toEqual([
      'm in 0: 0-0 0-1',
      'b in 1: 0-0 1-1',
      'a in 0: 1-0 0-0',
      'base in 0: ',
    ]);
  });
  test('parents beyond the list run off the end', () => {
    const rows = graphRows([commit('b', 'unknown')]);
    expect([rows[0]?.below, laneCount(rows)]).toEqual([[{ from: 0, to: 0, colour: 0 }], 1]);
  });
});

describe('keys of the workbench', () => {
  const key = (over: Partial<KeyboardEvent>): Parameters<typeof commandOf>[0] => ({
    key: '',
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...over,
  });
  test.each([
    [{ key: 'F6' }, 'next-pane'],
    [{ key: 'F6', shiftKey: true }, 'previous-pane'],
    [{ key: 'Enter', ctrlKey: true }, 'check'],
    [{ key: 'Enter', metaKey: true }, 'check'],
    [{ key: '¡', code: 'Digit1', altKey: true }, 'code'],
    [{ key: '4', code: 'Digit4', altKey: true }, 'phone'],
    [{ key: '5', code: 'Digit5', altKey: true }, 'read'],
    [{ key: 'h', code: 'KeyH', altKey: true }, 'hint'],
    [{ key: 'E', code: 'KeyE', ctrlKey: true, shiftKey: true }, 'leave-terminal'],
    [{ key: '?', shiftKey: true }, 'keys'],
    [{ key: 'f', code: 'KeyF', altKey: true }, null],
    [{ key: 'Enter' }, null],
  ])('%j', (event, command) => expect(commandOf(key(event), false, true)).toBe(command));
  test('single letters stay out of text fields, and can be switched off', () =>
    expect([commandOf(key({ key: '?' }), true, true), commandOf(key({ key: '?' }), false, false)]).toEqual([null, null]));
});

test('a separator moves 16 px by arrows, and to its limits by Home and End', () => {
  expect(['ArrowLeft', 'ArrowRight', 'Home', 'End', 'a'].map((key) => sizeAfterKey(key, 432, 320, 440, 'right'))).toEqual([
    416,
    440,
    320,
    440,
    null,
  ]);
  expect(['ArrowUp', 'ArrowDown'].map((key) => sizeAfterKey(key, 240, 96, 600, 'up'))).toEqual([256, 224]);
});
