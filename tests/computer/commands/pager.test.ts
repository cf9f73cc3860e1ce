import { describe, expect, it } from 'vitest';
import { computerWith, Terminal } from '../support/terminal.ts';

/** The terminal's answer: six rows, of which five are text. */
const SIX_ROWS = '\x1b[6;80R';

/** First and last line of text on each screen, and the row below, for keys pressed one by one. */
async function screens(command: string, keys: readonly string[]): Promise<readonly string[]> {
  const terminal = new Terminal(computerWith(), { interactive: true });
  await terminal.type(`seq -f 'line %g' 12 > f`);
  const done = terminal.type(command);
  for (const key of [SIX_ROWS, ...keys]) terminal.session.input(`${key}\n`);
  const { stdout, exitCode } = await done;
  terminal.session.close();
  expect([stdout.slice(0, 8), stdout.slice(-8), exitCode]).toEqual(['\x1b[?1049h', '\x1b[?1049l', 0]);
  return stdout
    .replace(/\x1b\[\?1l\x1b\[\?1049l$/, '')
    .split('\x1b[H\x1b[2J')
    .slice(2)
    .map((screen) => {
      // What is typed behind a slash is drawn over the last row.
      const [drawn = ''] = screen.split('\r\x1b[K');
      const rows = drawn.replace(/\x1b\[[\d;]*m/g, '').split('\r\n');
      return `${rows[0]} - ${rows.at(-2)} ${rows.at(-1)}`;
    });
}

const FIRST = 'line 1 - line 5 f (space: on, b: back, /: search, q: quit)';

describe('less at a terminal', () => {
  it.each<readonly [keys: readonly string[], last: string]>([
    [['q'], FIRST],
    [[' ', 'q'], 'line 6 - line 10 :'],
    [[' ', ' ', ' ', 'q'], 'line 8 - line 12 (END)'],
    [[' ', 'b', 'q'], 'line 1 - line 5 :'],
    [['j', '', 'k', 'q'], 'line 2 - line 6 :'],
    [['G', 'q'], 'line 8 - line 12 (END)'],
    [['G', 'g', 'q'], 'line 1 - line 5 :'],
    [['/', 'e', ' ', '4', '\x7f', '3', '', 'q'], 'line 3 - line 7 :'],
    [['/line [35]', 'n', 'q'], 'line 5 - line 9 :'],
    [['/line [35]', 'n', 'N', 'q'], 'line 3 - line 7 :'],
    [['/none', 'q'], 'line 1 - line 5 Pattern not found'],
    [['/(', 'q'], 'line 1 - line 5 Invalid pattern'],
    [['n', 'q'], 'line 1 - line 5 No previous regular expression'],
    [['x', 'q'], 'line 1 - line 5 space: on, b: back, j and k: a line, g and G: start and end, /: search, n and N: next and last, q: quit'],
  ])('%j', async (keys, last) => {
    const seen = await screens('less f', keys);
    expect([seen[0], seen.at(-1)]).toEqual([FIRST, last]);
  });

  it('pages what comes through a pipe, and manuals', async () => {
    expect(await screens('cat f | less', ['q'])).toEqual([FIRST.replace(' f ', '  ')]);
    expect((await screens('man tar', ['q']))[0]).toContain('Manual page tar (space');
  });

  it('is cat where its output goes elsewhere, and in a script', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    expect(await terminal.type('echo a > f; less f | tr a b; less f > g; cat g')).toMatchObject({ stdout: 'b\na\n' });
    terminal.session.close();
    const script = new Terminal(computerWith());
    expect(await script.type('echo a > f; less f; cat f | more')).toMatchObject({ stdout: 'a\na\n' });
    script.session.close();
  });

  it('is left by Ctrl+C and the end of input', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    await terminal.type('echo a > f');
    const ended = terminal.type('less f');
    terminal.session.input(null);
    expect(await ended).toMatchObject({ exitCode: 0 });
    const stopped = terminal.type('less f');
    await new Promise((resolve) => setImmediate(resolve));
    terminal.session.interrupt();
    expect(await stopped).toMatchObject({ exitCode: 130 });
    terminal.session.close();
  });
});
