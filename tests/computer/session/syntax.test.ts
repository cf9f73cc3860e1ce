import { describe, expect, it } from 'vitest';
import { computerWith, Terminal } from '../support/terminal.ts';

const UNFINISHED = [
  'if true; then',
  'if true; then echo a',
  'if true; then :; else',
  'if [ 1 ]',
  'for i in 1 2',
  'for i in 1 2; do',
  'while true',
  'until false; do echo x',
  'case x in',
  'case x in a)',
  '{',
  '{ echo a',
  '(',
  '( echo a',
  'f() {',
  'f()',
  'echo "abc',
  "echo 'abc",
  'echo `ls',
  'echo $(ls',
  'echo ${x',
  'x=(1 2',
  '[[ a == b',
  '((1 + 2',
  'cat <<EOF',
  'cat <<EOF\nabc',
  "cat <<'EOF'\nabc",
  'cat <<-EOF\n\tabc',
  'cat <<A <<B\n1\nA\n2',
  'echo a \\',
  'echo a \\\n',
  'echo a &&',
  'echo a && # why',
  'echo a ||',
  'echo a |',
  'echo "a\nb',
  "git commit -m 'first line\n\nsecond",
  'for i in 1; do\n  if true; then\n    echo $i\n  fi',
] as const;

const FINISHED = [
  '',
  '   # a comment',
  'echo hi',
  'echo a \\\\',
  'echo a # \\',
  'echo a # "',
  'echo a # |',
  'if true; then echo a; fi',
  'for i in 1 2; do echo $i; done',
  'cat <<EOF\nabc\nEOF',
  'cat <<EOF\nabc\nEOF\n',
  'cat <<-EOF\n\tabc\n\tEOF',
  'echo "a\nb"',
  'echo a &',
  'f() { echo "}"; }',
  "echo '<<EOF'",
  'echo $((1 << 3))',
  'echo a |\ncat',
  'x=(1\n2)',
] as const;

/** They are shown as errors at once: no further line could mend them. */
const WRONG: readonly (readonly [text: string, message: string])[] = [
  ['fi', "syntax error near unexpected token `fi'"],
  ['echo a; done', "syntax error near unexpected token `done'"],
  ['then', "syntax error near unexpected token `then'"],
  ['}', "syntax error near unexpected token `}'"],
  ['echo )', "syntax error near unexpected token `)'"],
  ['| cat', "syntax error near unexpected token `|'"],
  ['&& echo', "syntax error near unexpected token `&&'"],
  ['if fi', "syntax error near unexpected token `fi'"],
  ['echo a & & echo b', "syntax error near unexpected token `&'"],
  ['echo > ', "syntax error near unexpected token `newline'"],
  ['cat <', "syntax error near unexpected token `newline'"],
  ['while :; do :; done done', "syntax error near unexpected token `done'"],
];

const session = new Terminal(computerWith()).session;

describe('an unfinished statement', () => {
  it.each(UNFINISHED)('wants more: %j', (text) => {
    expect(session.needsMore(text)).toBe(true);
  });

  it.each(FINISHED)('is none: %j', (text) => {
    expect(session.needsMore(text)).toBe(false);
  });

  it.each(WRONG)('is none where it is wrong: %j', async (text, message) => {
    expect(session.needsMore(text)).toBe(false);
    const terminal = new Terminal();
    expect(await terminal.type(text)).toMatchObject({ stdout: '', stderr: `bash: ${message}\n`, exitCode: 2 });
    terminal.session.close();
  });
});
