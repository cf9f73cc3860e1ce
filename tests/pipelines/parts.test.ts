import { describe, expect, test } from 'vitest';
import { hashOfHashes, hexDigest, treeDigest } from '../../src/pipelines/actions/digest.ts';
import { findFiles } from '../../src/pipelines/actions/glob.ts';
import { satisfies } from '../../src/pipelines/actions/setup-python.ts';
import { createFileSystem } from '../../src/computer/files/file-system.ts';
import { pythonProcess } from '../../src/pipelines/durations.ts';
import { parseCommand } from '../../src/pipelines/github/commands.ts';
import { readAssignments } from '../../src/pipelines/github/files.ts';
import { Masker } from '../../src/pipelines/masks.ts';
import { expandMatrix } from '../../src/pipelines/matrix.ts';
import { missingRunner } from '../../src/pipelines/runners/labels.ts';
import { shellFor, shellProblem } from '../../src/pipelines/runners/shells.ts';
import { treeOf } from './company.ts';

describe('digests', () => {
  const absolute = (files: Readonly<Record<string, string>>) => treeOf(files);

  test('are the same for the same files, in any order and at any time', () => {
    const tree = absolute({ 'b.txt': '2', 'a/x': '1' });
    const again = [...absolute({ 'a/x': '1', 'b.txt': '2' })]
      .reverse()
      .map((entry) => ({ ...entry, mtime: 5, ...(entry.type === 'file' ? { mode: 0o755 } : {}) }));
    expect(treeDigest(again)).toBe(treeDigest(tree));
  });

  test('differ when a byte, a name or a border differs', () => {
    const digests = [{ a: '1' }, { a: '2' }, { b: '1' }, { a: '1', b: '' }, { a: '', b: '1' }, { 'a/b': '1' }, {}].map((files) =>
      treeDigest(absolute(files as Readonly<Record<string, string>>)),
    );
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('stay what they are: deployments are compared with older ones', () => {
    expect(treeDigest(absolute({ 'model.json': '{}\n', 'service/app.py': 'pass\n' }))).toMatchInlineSnapshot(
      `"sha256:d6e9318ab1aeb0bb964e53abefe106e174fc0ef38edfe0d9b8744ecc81f2366f"`,
    );
    expect(hexDigest(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hashOfHashes([new TextEncoder().encode('abc')])).toBe('4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358');
  });
});

describe('file patterns of actions', () => {
  const files = createFileSystem({ clock: { now: () => 0 } });
  files.load(
    treeOf(
      Object.fromEntries(
        ['w/a.txt', 'w/b.js', 'w/dist/a.js', 'w/dist/a.map', 'w/dist/deep/b.js', 'w/dist/deep/.hidden', 'w/[x]', 'v/out.txt'].map(
          (path) => [path, path],
        ),
      ),
    ),
  );

  test.each([
    ['dist', ['/w/dist/a.js', '/w/dist/a.map', '/w/dist/deep/.hidden', '/w/dist/deep/b.js'], ['/w/dist']],
    ['dist/', ['/w/dist/a.js', '/w/dist/a.map', '/w/dist/deep/.hidden', '/w/dist/deep/b.js'], ['/w/dist']],
    ['dist/*', ['/w/dist/a.js', '/w/dist/a.map', '/w/dist/deep/.hidden', '/w/dist/deep/b.js'], ['/w/dist']],
    ['dist/*.js', ['/w/dist/a.js'], ['/w/dist']],
    ['**/*.js', ['/w/b.js', '/w/dist/a.js', '/w/dist/deep/b.js'], ['/w']],
    ['dist/**\n!dist/**/*.js', ['/w/dist/a.map', '/w/dist/deep/.hidden'], ['/w/dist']],
    ['dist\n!dist/deep\ndist/deep/b.js', ['/w/dist/a.js', '/w/dist/a.map', '/w/dist/deep/b.js'], ['/w/dist']],
    ['a.txt', ['/w/a.txt'], ['/w/a.txt']],
    ['?.txt', ['/w/a.txt'], ['/w']],
    ['[ab].*', ['/w/a.txt', '/w/b.js'], ['/w']],
    ['[!a].*', ['/w/b.js'], ['/w']],
    ['# comment\n\n  a.txt  ', ['/w/a.txt'], ['/w/a.txt']],
    ['../v/*.txt', ['/v/out.txt'], ['/v']],
    ['/v', ['/v/out.txt'], ['/v']],
    ['nothing', [], ['/w/nothing']],
    ['!a.txt', [], []],
  ])('%j', (patterns, found, roots) => {
    expect(findFiles(files, patterns, '/w')).toEqual({ files: found, roots });
  });
});

describe('workflow commands', () => {
  test.each([
    [
      '::error file=a.py,line=3,endColumn=7::Missing, or wrong',
      { name: 'error', properties: { file: 'a.py', line: '3', endcolumn: '7' }, data: 'Missing, or wrong' },
    ],
    ['::group::', { name: 'group', properties: {}, data: '' }],
    ['  ::Notice ::x', { name: 'notice', properties: {}, data: 'x' }],
    ['::add-mask::a::b', { name: 'add-mask', properties: {}, data: 'a::b' }],
    ['##[warning]x', { name: 'warning', properties: {}, data: 'x' }],
    ['before ##[error file=a;line=2;]x', { name: 'error', properties: { file: 'a', line: '2' }, data: 'x' }],
    ['::error file=C%3A%2Ca::50%25%0Anext', { name: 'error', properties: { file: 'C:,a' }, data: '50%\nnext' }],
    ['::unknown::x', null],
    ['::error', null],
    [':: error::x', null],
    ['text ::error::x', null],
    ['', null],
  ])('%j', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });
});

describe('environment files', () => {
  test.each([
    [
      'a=1\nb=2\n',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a=1', [['a', '1']]],
    ['\n\na=\n', [['a', '']]],
    ['a=b<<c\n', [['a', 'b<<c']]],
    [
      'a<<EOF\none\n\ntwo\nEOF\nb=1\n',
      [
        ['a', 'one\n\ntwo'],
        ['b', '1'],
      ],
    ],
    ['a<<EOF\nEOF\n', [['a', '']]],
    ['a<<EOF\n EOF\nEOF\n', [['a', ' EOF']]],
    ['a<<=\nx\n=\n', [['a', 'x']]],
    ['with space=1\n', [['with space', '1']]],
    ['', []],
  ])('%j', (text, pairs) => {
    expect(readAssignments(text)).toEqual({ ok: true, pairs });
  });

  test.each([
    ['no equals sign\n', "Invalid format 'no equals sign'"],
    ['=x\n', "Invalid format '=x'. Name must not be empty"],
    ['<<EOF\nEOF\n', "Invalid format '<<EOF'. Name must not be empty and delimiter must not be empty"],
    ['a<<\nx\n', "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty"],
    ['a<<EOF\nx\n', "Invalid value. Matching delimiter not found 'EOF'"],
  ])('%j is refused', (text, message) => {
    expect(readAssignments(text)).toEqual({ ok: false, message });
  });
});

describe('masks', () => {
  const masked = (secrets: readonly string[], text: string) => {
    const masker = new Masker();
    for (const secret of secrets) masker.add(secret);
    return masker.mask(text);
  };

  test.each([
    [['abc'], 'abc xabcx ABC', '*** x***x ABC'],
    [['abc', 'bcd'], 'abcd', '***'],
    [['aa'], 'aaaa', '***'],
    [['ab', 'abab'], 'xababx', 'x***x'],
    [['line one\nline two'], 'line two, line one', '***, ***'],
    [['', '  '], 'a  b', 'a  b'],
    [['p@ss word'], 'https://x?q=p%40ss%20word', 'https://x?q=***'],
    [['say "x"'], '{"a":"say \\"x\\""}', '{"a":"***"}'],
  ])('%j in %j', (secrets, text, expected) => {
    expect(masked(secrets, text)).toBe(expected);
  });

  test.each(['', 'u', 'us', 'user:'])('a secret in base64 behind %j', (before) => {
    const shown = masked(['hunter2!!'], btoa(`${before}hunter2!!`));
    expect(shown).toContain('***');
    expect(shown.replace('***', '').length).toBeLessThanOrEqual(btoa(before).length + 4);
  });
});

test('shells have the flags that the documentation gives them', () => {
  expect(
    [null, 'bash', 'sh', 'python', 'bash {0}', 'bash -eux {0}', 'bash --noprofile --norc -eo pipefail {0}'].map(
      (option) => shellFor(option).shown,
    ),
  ).toEqual([
    '/usr/bin/bash -e {0}',
    '/usr/bin/bash --noprofile --norc -e -o pipefail {0}',
    '/usr/bin/sh -e {0}',
    '/usr/bin/python {0}',
    '/usr/bin/bash {0}',
    '/usr/bin/bash -eux {0}',
    '/usr/bin/bash --noprofile --norc -eo pipefail {0}',
  ]);
  expect(['bash -e', 'zsh', 'perl {0}', 'bash -O extglob {0}', 'python -u {0}', 'bash {0} arg'].map(shellProblem)).toEqual([
    'A custom shell needs {0} where the script goes: `bash -e {0}`.',
    'The runner has no shell named zsh; bash, sh and python are there.',
    'The runner has no shell named perl; bash, sh and python are there.',
    "The runner's bash knows -e, -u, -x, -o pipefail, -l, --noprofile and --norc; this asks for more.",
    "The runner can't pass options to python; write `shell: python`.",
    "The runner's bash knows -e, -u, -x, -o pipefail, -l, --noprofile and --norc; this asks for more.",
  ]);
});

test('python versions that were asked for', () => {
  const asked = [
    '3',
    '3.14',
    '3.14.2',
    '3.x',
    '3.*',
    'x',
    '>=3.10',
    '>=3.12 <4',
    '>= 3.12, < 3.15',
    '~=3.14.0',
    '^3.12',
    '3.14-dev',
    '==3.14.*',
    '!=3.13',
  ];
  const not = ['3.1', '3.11', '2.7', '3.14.1', '<3.14', '>=3.15', '~=3.13.0', '^4', 'pypy3.10', '>=3.10 <3.12', '!=3.14'];
  expect(asked.filter((version) => !satisfies('3.14.2', version))).toEqual([]);
  expect(not.filter((version) => satisfies('3.14.2', version))).toEqual([]);
});

test('matrices that can not be', () => {
  const message = (matrix: Parameters<typeof expandMatrix>[0]) => {
    const expansion = expandMatrix(matrix);
    return expansion.ok ? expansion.legs.length : expansion.message;
  };
  expect(
    [
      [],
      { a: 1 },
      { a: [] },
      {},
      { a: [1], exclude: [{ a: 1 }] },
      { include: 'x' },
      { a: Array(257).fill(1) },
      { a: Array(300).fill(1), b: Array(300).fill(1) },
      { a: [1], exclude: [{ a: 1 }], include: [{ b: 2 }] },
      { a: [[1], [2]] },
    ].map(message),
  ).toEqual([
    'The matrix is not a mapping of names to lists.',
    '`a` of the matrix is not a list.',
    '`a` of the matrix has no values, so there is no job.',
    'The matrix is empty.',
    '`exclude` leaves no job of the matrix.',
    '`include` of the matrix is not a list of mappings.',
    'This matrix makes 257 jobs; at most 256 are allowed.',
    'This matrix makes 90000 jobs; at most 256 are allowed.',
    1,
    2,
  ]);
});

test('labels that no runner has', () => {
  expect([['gpu-large'], ['self-hosted', 'linux'], ['ubuntu-latest', 'gpu'], ['ubuntu-latest', 'ubuntu-22.04']].map(missingRunner)).toEqual(
    [
      'no runner has the label gpu-large; ubuntu-latest, ubuntu-24.04 and ubuntu-22.04 do',
      'no runner has the labels self-hosted and linux; ubuntu-latest, ubuntu-24.04 and ubuntu-22.04 do',
      'no runner has the label gpu; ubuntu-latest, ubuntu-24.04 and ubuntu-22.04 do',
      'no runner has the labels ubuntu-latest and ubuntu-22.04 at once',
    ],
  );
});

test('how long Python takes depends on what it is asked', () => {
  expect(
    [['train.py'], ['-u', 'train.py'], ['-m', 'unittest'], ['-c', 'print(1)'], ['-'], [], ['--version']].map(
      (args) => pythonProcess(args) / 1000,
    ),
  ).toEqual([60, 60, 60, 5, 5, 5, 0]);
});
