import { describe, expect, it } from 'vitest';
import { ScriptedPython } from '../support/python.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

/** Speaks in three steps; each waits for the test to have seen the one before. */
function steppedPython() {
  const steps: (() => void)[] = [];
  const step = () => new Promise<void>((resolve) => steps.push(resolve));
  const python = new ScriptedPython({
    'train.py': async ({ print }) => {
      print('epoch 1\n');
      await step();
      print('warning\n', 'stderr');
      await step();
      print('epoch 2\n');
      return 3;
    },
    // A character in two pieces.
    'leaf.py': async ({ job }) => {
      const bytes = new TextEncoder().encode('🍃\n');
      job.onOutput('stdout', bytes.slice(0, 2));
      job.onOutput('stdout', bytes.slice(2));
      return 0;
    },
    'stdin.py': async ({ job, print }) => {
      print(`${new TextDecoder().decode(job.stdin)}|${job.env['STAGE'] ?? ''}|${job.cwd}\n`);
      return 0;
    },
  });
  return { python, next: () => steps.shift()?.() };
}

/** What is on the terminal each time something arrives, while `line` runs. */
async function arrivals(line: string, interactive = false): Promise<readonly string[]> {
  const { python, next } = steppedPython();
  const seen: string[] = [];
  const terminal = new Terminal(computerWith({ python }), {
    interactive,
    onOutput: (stream, text) => {
      seen.push(`${stream}: ${text}`);
      setTimeout(next);
    },
  });
  // Where nothing streams, nothing arrives before the end: the steps are taken anyway.
  const ticking = setInterval(next, 1);
  const { exitCode } = await terminal.session.run(line);
  clearInterval(ticking);
  terminal.session.close();
  return [...seen, `exit: ${exitCode}`];
}

const LIVE = ['stdout: epoch 1\n', 'stderr: warning\n', 'stdout: epoch 2\n'];

describe('output', () => {
  it.each<readonly [line: string, seen: readonly string[]]>([
    ['echo a; echo b >&2; echo c', ['stdout: a\n', 'stderr: b\n', 'stdout: c\n', 'exit: 0']],
    ['for i in 1 2; do echo $i; done; echo end', ['stdout: 1\n', 'stdout: 2\n', 'stdout: end\n', 'exit: 0']],
    ['f() { echo in; echo err >&2; }; f; f | cat', ['stdout: in\n', 'stderr: err\n', 'stderr: err\n', 'stdout: in\n', 'exit: 0']],
    ['if true; then echo t; fi && { echo g; (echo s); }', ['stdout: t\n', 'stdout: g\n', 'stdout: s\n', 'exit: 0']],
    [
      'while read l; do echo "<$l>"; done <<< one; x=$(echo caught; echo shown >&2); echo $x',
      ['stdout: <one>\n', 'stderr: shown\n', 'stdout: caught\n', 'exit: 0'],
    ],
    ['echo "$(echo a; echo b)" $(( $(echo 2) + 1 ))', ['stdout: a\nb 3\n', 'exit: 0']],
    [
      "eval 'echo one; echo two'; bash -c 'echo three; echo four'",
      ['stdout: one\n', 'stdout: two\n', 'stdout: three\n', 'stdout: four\n', 'exit: 0'],
    ],
    ['printf "🍃 ä"', ['stdout: 🍃 ä', 'exit: 0']],
  ])('arrives as it is produced: %s', async (line, seen) => {
    expect(await arrivals(line)).toEqual(seen);
  });

  it.each<readonly [line: string, seen: readonly string[]]>([
    ['python3 train.py', [...LIVE, 'exit: 3']],
    ['python train.py 2>&1', [...LIVE, 'exit: 3']],
    ['f() { python train.py; }; if f; then :; else echo "rc $?"; fi', [...LIVE, 'stdout: rc 3\n', 'exit: 0']],
    ["echo 'python train.py' > s.sh; bash s.sh", [...LIVE, 'exit: 3']],
    ['timeout 60 env A=1 python train.py', [...LIVE, 'exit: 3']],
    ['time python train.py 2>/dev/null', ['stdout: epoch 1\n', 'stdout: epoch 2\n', expect.stringMatching(/^stderr: \nreal/), 'exit: 3']],
    ['python train.py | tr a-z A-Z', ['stderr: warning\n', 'stdout: EPOCH 1\nEPOCH 2\n', 'exit: 0']],
    ['python train.py > log; cat log', ['stderr: warning\n', 'stdout: epoch 1\nepoch 2\n', 'exit: 0']],
    ['python train.py > log 2>&1; wc -l < log', ['stdout: 3\n', 'exit: 0']],
    ['x=$(python train.py 2>/dev/null); echo "$x"', ['stdout: epoch 1\nepoch 2\n', 'exit: 0']],
    ['python leaf.py', ['stdout: 🍃\n', 'exit: 0']],
  ])('of Python streams where it is the terminal: %s', async (line, seen) => {
    expect(await arrivals(line)).toEqual(seen);
  });

  it('of an interactive session is the same', async () => {
    expect(await arrivals('echo a; python train.py; echo b >&2', true)).toEqual(['stdout: a\n', ...LIVE, 'stderr: b\n', 'exit: 0']);
  });
});

describe('input', () => {
  /** Types when asked, as a person would: once the prompt or the echo has been seen, or at once. */
  async function typed(line: string, input: readonly (string | null)[]) {
    const { python } = steppedPython();
    const terminal = new Terminal(computerWith({ python }), { interactive: true });
    const running = terminal.type(line);
    for (const text of input) terminal.session.input(text);
    const { stdout, stderr, exitCode } = await running;
    terminal.session.close();
    return [stdout, stderr, exitCode];
  }

  it.each<readonly [line: string, input: readonly (string | null)[], answer: readonly unknown[]]>([
    ['read name; echo "hello $name"', ['leaf'], ['hello leaf\n', '', 0]],
    ['read -p "name? " name; echo "hello $name"', ['leaf'], ['hello leaf\n', 'name? ', 0]],
    ['read -rp "a? " a; read b; echo "$a+$b"', ['1\n2'], ['1+2\n', 'a? ', 0]],
    ['cat > notes; cat notes', ['one', 'two', null], ['one\ntwo\n', '', 0]],
    ['read x; echo "[$x] $?"', [null], ['[] 1\n', '', 0]],
    ['for i in a b; do read l; echo "$i$l"; done', ['1', '2'], ['a1\nb2\n', '', 0]],
    ['while read l; do echo "<$l>"; done', ['x', 'y', null], ['<x>\n<y>\n', '', 0]],
    ['sort | head -1', ['b', 'a', null], ['a\n', '', 0]],
    ['ask() { read answer; }; ask; echo $answer', ['yes'], ['yes\n', '', 0]],
    // Not the terminal's:
    ['echo piped | { read l; echo "$l"; }; read l <<< here; echo $l', ['typed'], ['piped\nhere\n', '', 0]],
    ['while read a; do read b; echo "$a$b"; done <<< $\'1\\n2\'', ['typed'], ['12\n', '', 0]],
    ['echo x | STAGE=prod python stdin.py; python stdin.py <<< here', ['typed'], ['x\n|prod|/home/you\nhere\n||/home/you\n', '', 0]],
    // A Python process takes what has been typed when it starts.
    ['python stdin.py', ['typed', 'ahead'], ['typed\nahead\n||/home/you\n', '', 0]],
  ])('%s', async (line, input, answer) => {
    expect(await typed(line, input)).toEqual(answer);
  });

  it.each<readonly [line: string, input: readonly (string | null)[], read: number]>([
    ['echo a; ls', ['x', 'y'], 0],
    ['read l', ['x', 'y'], 1],
    ['read a; read b', ['x', null, 'y'], 2],
    ['cat', ['x', null, 'y'], 2],
    ['python stdin.py', ['x', null, 'y'], 2],
    ['python stdin.py | tail -1', ['x', 'y'], 2],
    ['read l; exit', ['x', 'y'], 1],
    ['fi', ['x'], 0],
    ['# nothing', ['x'], 0],
  ])('%s: what is not read is counted', async (line, input, read) => {
    const { python } = steppedPython();
    const terminal = new Terminal(computerWith({ python }), { interactive: true });
    const running = terminal.session.run(line);
    for (const text of input) terminal.session.input(text);
    expect((await running).inputsRead).toBe(read);
    terminal.session.close();
  });

  it('is empty for a script', async () => {
    const terminal = new Terminal();
    expect(await terminal.type('read x; echo "[$x]"; cat; sort')).toMatchObject({ stdout: '[]\n', exitCode: 0 });
    terminal.session.close();
  });
});

describe('Ctrl+D', () => {
  it.each<readonly [line: string, typed: readonly (string | null)[], stdout: string]>([
    ['cat', ['a\n', 'b\n', null], 'a\nb\n'],
    ['cat > f; cat f', ['a\n', null], 'a\n'],
    ['sort', ['b\n', 'a\n', null], 'a\nb\n'],
    ['wc -l; echo next', ['b\n', 'a\n', null], '2\nnext\n'],
    ['while read l; do echo "<$l>"; done; echo end', ['a\n', 'b\n', null], '<a>\n<b>\nend\n'],
    ['read x || echo eof', [null], 'eof\n'],
    ['cat | tr a b', ['a\n', null], 'b\n'],
    ['grep a; head -2', ['b\n', 'a\n', null, '1\n2\n3\n', null], 'a\n1\n2\n'],
    ["awk '{print $2}'; sed s/a/b/; cut -c1", ['a b\n', null, 'a\n', null, 'xyz\n', null], 'b\nb\nx\n'],
  ])('ends the input of %s', async (line, typed, stdout) => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    const answer = terminal.type(line);
    for (const text of typed) terminal.session.input(text);
    expect(await answer).toMatchObject({ stdout, stderr: '', exitCode: 0 });
    terminal.session.close();
  });
});
