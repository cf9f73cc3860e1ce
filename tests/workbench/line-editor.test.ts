import { describe, expect, test } from 'vitest';
import { LineEditor, inColumns, keysOf, pastedText, sharedStart } from '../../src/workbench/terminal/line-editor.ts';
import { cellWidth, cursorRowOf, drawLine } from '../../src/workbench/terminal/screen.ts';

/** Types keys; gives the line with the cursor as `|`. */
function typed(keys: string, history: readonly string[] = []): string {
  const editor = new LineEditor(history);
  for (const key of keysOf(keys)) editor.key(key);
  return `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`;
}

describe('keys at the prompt', () => {
  test.each([
    ['text goes in where the cursor is', 'ab\u001b[Dc', 'ac|b'],
    ['Ctrl+A and Home', 'git\u0001', '|git'],
    ['Ctrl+E and End', 'git\u0001\u0005', 'git|'],
    ['Alt+B goes a word back', 'git push origin\u001bb', 'git push |origin'],
    ['Alt+F goes a word on', 'git push\u0001\u001bf', 'git| push'],
    ['Ctrl+Left and Ctrl+Right', 'a.b-c\u001b[1;5D\u001b[1;5D\u001b[1;5C', 'a.b|-c'],
    ['Ctrl+K cuts to the end', 'git push\u0001\u001bf\u000b', 'git|'],
    ['Ctrl+U cuts to the start', 'git push\u001bb\u0015', '|push'],
    ['Ctrl+W cuts a word by spaces', 'cat a/b-c\u0017', 'cat |'],
    ['Alt+Backspace cuts a word by letters', 'cat a/b-c\u001b\u007f', 'cat a/b-|'],
    ['Alt+D cuts the word ahead', 'one two\u0001\u001bd', '| two'],
    ['Ctrl+Y brings the cut back', 'one two\u0017\u0001\u0019', 'two|one '],
    ['Ctrl+T swaps two', 'gti\u001b[D\u001b[D\u0014', 'tg|i'],
    ['Backspace takes a whole character', 'a👩‍🌾\u007f', 'a|'],
    ['an arrow steps over a whole character', 'e\u0301x\u001b[D\u001b[D', '|e\u0301x'],
    ['Delete takes the one ahead', 'ab\u0001\u001b[3~', '|b'],
    ['Ctrl+D does the same on a line with text', 'ab\u0001\u0004', '|b'],
    ['keys without a meaning do nothing', 'a\u001b[15~\u0007\u001bx', 'a|'],
  ])('%s', (_title, keys, line) => expect(typed(keys)).toBe(line));

  test.each([
    ['Up and Down go through the history', '\u001b[A\u001b[A\u001b[B', 'git push|'],
    ['what was typed comes back', 'ls\u001b[A\u001b[B', 'ls|'],
    ['Up stops at the oldest', '\u001b[A\u001b[A\u001b[A\u001b[A', 'git status|'],
    ['Ctrl+P and Ctrl+N do the same', '\u0010\u0010\u000e', 'git push|'],
    ['Ctrl+R finds the newest that holds it', '\u0012stat', 'git |status'],
    ['Ctrl+R again finds an older one', '\u0012git\u0012', '|git status'],
    ['Backspace in a search widens it', '\u0012stat\u007f\u007f\u007f\u007fpush', 'git |push'],
    ['an arrow ends the search on the line', '\u0012stat\u001b[C', 'git s|tatus'],
    ['Ctrl+G drops the search', '\u0012stat\u0007', '|'],
    ['Alt+. brings the last word of the line before', 'cat \u001b.', 'cat push|'],
    ['Alt+. again that of the one before', 'cat \u001b.\u001b.', 'cat status|'],
  ])('%s', (_title, keys, line) => expect(typed(keys, ['git status', 'git push'])).toBe(line));

  test('what a key asks for', () => {
    const ask = (text: string, key: string): string => {
      const editor = new LineEditor();
      if (text !== '') editor.insert(text);
      return editor.key(key).type;
    };
    expect([
      ask('ls', '\r'),
      ask('', '\u0003'),
      ask('', '\u0004'),
      ask('g', '\t'),
      ask('', '\u000c'),
      ask('', '\u001b[A'),
      ask('', '\u0001'),
    ]).toEqual(['submit', 'interrupt', 'eof', 'complete', 'clear', 'bell', 'none']);
  });

  test('the history leaves out empty lines, repeats and lines that begin with a space', () => {
    const editor = new LineEditor(['ls']);
    for (const line of ['ls', '', ' secret', 'pwd', 'pwd']) editor.remember(line);
    for (let n = 0; n < 3; n += 1) editor.key('\u001b[A');
    expect(editor.text).toBe('ls');
  });

  test('data is split into keys, and pasted text stays whole', () => {
    expect(keysOf('ab\u001b[A\u001bf\r\u001b[200~x\ry\u001b[201~\u0003')).toEqual([
      'ab',
      '\u001b[A',
      '\u001bf',
      '\r',
      '\u001b[200~x\ry\u001b[201~',
      '\u0003',
    ]);
    expect(pastedText('\u001b[200~one\r\ntwo\u0007\u001b[201~')).toBe('one\ntwo');
    expect(pastedText('x')).toBeNull();
  });
});

describe('completion', () => {
  test('the start that all share', () => {
    expect([sharedStart(['labels.csv', 'labels.txt']), sharedStart(['a', 'b']), sharedStart(['data/'])]).toEqual(['labels.', '', 'data/']);
  });
  test('candidates in columns, down first, by the last part of their path', () => {
    expect(inColumns(['src/a.py', 'src/bb.py', 'src/c/', 'src/dd'], 16)).toBe('a.py   c/\nbb.py  dd');
  });
});

describe('drawing a line', () => {
  test('widths: colours take no cell, wide characters two, marks none', () => {
    expect([cellWidth('\u001b[32mab\u001b[0m'), cellWidth('漢字'), cellWidth('e\u0301')]).toEqual([2, 4, 1]);
  });
  test('a line that wraps is drawn from its first row, with the cursor where it belongs', () => {
    expect(drawLine('$ ', 'abcdefgh', 2, 5, 0)).toEqual({ output: '\r\u001b[J$ abcdefgh\r\n\u001b[2A\r\u001b[4C', cursorRow: 0 });
    expect(drawLine('$ ', 'abcdefg', 7, 5, 1)).toEqual({ output: '\u001b[1A\r\u001b[J$ abcdefg\r\u001b[4C', cursorRow: 1 });
  });
  test('a row that is exactly full puts the cursor on the next', () => {
    expect(drawLine('$ ', 'abc', 3, 5, 0)).toEqual({ output: '\r\u001b[J$ abc\r\n\r', cursorRow: 1 });
  });
  test('the row of the cursor in another width', () =>
    expect([cursorRowOf('$ ', 'abcdefgh', 8, 5), cursorRowOf('$ ', 'abcdefgh', 8, 20)]).toEqual([2, 0]));
});
