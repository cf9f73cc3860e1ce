import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/world/clock.ts';
import { ScriptedPython } from '../support/python.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

const NINE = Date.UTC(2026, 2, 2, 9, 0, 0);

interface Options {
  readonly interactive?: boolean;
  readonly python?: ScriptedPython;
  readonly onOutput?: (text: string) => void;
}

function terminalWith({ interactive = true, python = new ScriptedPython(), onOutput = () => {} }: Options = {}): Terminal {
  const computer = computerWith({ clock: new VirtualClock(NINE), python });
  return new Terminal(computer, { interactive, onOutput: (_, text) => onOutput(text) });
}

/** What a person sees after each line. */
async function conversation(terminal: Terminal, lines: readonly string[]): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const line of lines) {
    await terminal.type(line);
    seen.push(terminal.chunks.map(([, text]) => text).join(''));
  }
  terminal.session.close();
  return seen;
}

const RUNNING = (number: number, command: string, mark = '+') => `[${number}]${mark}  Running                 ${command} &\n`;

describe('a command with & at a prompt', () => {
  it.each<readonly [lines: readonly string[], seen: readonly string[]]>([
    [
      ['sleep 100 &', 'jobs', 'echo $!', 'date +%T', 'kill %1', 'jobs'],
      ['[1] 4022\n', RUNNING(1, 'sleep 100'), '4022\n', '09:00:00\n', '[1]+  Terminated              sleep 100\n', ''],
    ],
    [
      ['sleep 100 & sleep 200 &', 'jobs', 'jobs -p', 'kill $!; jobs -l'],
      [
        '[1] 4022\n[2] 4023\n',
        RUNNING(1, 'sleep 100', '-') + RUNNING(2, 'sleep 200'),
        '4022\n4023\n',
        '[1]- 4022 Running                 sleep 100 &\n[2]+ 4023 Terminated              sleep 200\n',
      ],
    ],
    [
      ['sleep 5 &', 'date +%T; sleep 9; date +%T'],
      ['[1] 4022\n', '09:00:00\n09:00:09\n[1]+  Done                    sleep 5\n'],
    ],
    [
      ['sleep 5 &', 'fg', 'date +%T; jobs'],
      ['[1] 4022\n', 'sleep 5\n', '09:00:05\n'],
    ],
    [
      ['false & wait', 'kill %3; kill 77; fg; bg; wait 77'],
      [
        '[1] 4022\n[1]+  Exit 1                  false\n',
        'bash: kill: %3: no such job\nbash: kill: (77) - No such process\nbash: fg: current: no such job\nbash: bg: current: no such job\nbash: wait: pid 77 is not a child of this shell\n',
      ],
    ],
    [
      ['while :; do :; done &', 'echo here', 'kill -9 %1'],
      ['[1] 4022\n', 'here\n', '[1]+  Killed                  while :; do :; done\n'],
    ],
    [
      ['sleep 9 &', 'disown; jobs', 'pgrep sleep; pkill sleep; pgrep sleep || echo none'],
      ['[1] 4022\n', '', '4022\nnone\n'],
    ],
    [
      ['sleep 9 & (sleep 8; echo no) &', 'ps', 'ps -o pid,args', 'killall sleep; killall none'],
      [
        '[1] 4022\n[2] 4023\n',
        '    PID TTY          TIME CMD\n   4021 pts/0    00:00:00 bash\n   4022 pts/0    00:00:00 sleep\n   4023 pts/0    00:00:00 bash\n   4024 pts/0    00:00:00 ps\n',
        '    PID COMMAND\n   4021 bash\n   4022 sleep 9\n   4023 (sleep 8; echo no)\n   4025 ps -o pid,args\n',
        'none: no process found\n[1]-  Terminated              sleep 9\n',
      ],
    ],
  ])('%j', async (lines, seen) => {
    expect(await conversation(terminalWith(), lines)).toEqual(seen);
  });

  it('prints as it goes, and Ctrl+C does not reach it', async () => {
    const seen: string[] = [];
    const terminal = terminalWith({ onOutput: (text) => void seen.push(text) });
    await terminal.type('while true; do date +%T; sleep 3; done &');
    terminal.session.interrupt();
    await terminal.type('sleep 10; echo woke');
    expect(seen.join('')).toBe('[1] 4022\n09:00:00\n09:00:03\n09:00:06\n09:00:09\nwoke\n');
    const waiting = terminal.type('echo waiting; wait');
    await new Promise((resolve) => setImmediate(resolve));
    terminal.session.interrupt();
    expect(await waiting).toMatchObject({ exitCode: 130 });
    expect(await terminal.type('jobs -r')).toMatchObject({
      stdout: '[1]+  Running                 while true; do date +%T; sleep 3; done &\n',
    });
    terminal.session.close();
  });

  it('is a Python that stays until it is killed, or the terminal is closed', async () => {
    const python = new ScriptedPython({
      '-m http.server 8000': ({ print, interrupted }) => {
        print('Serving HTTP on 0.0.0.0 port 8000\n');
        return interrupted.then(() => 130);
      },
    });
    let serving = () => {};
    const terminal = terminalWith({ python, onOutput: (text) => void (text.startsWith('Serving') && serving()) });
    const served = async () => {
      const started = new Promise<void>((resolve) => (serving = resolve));
      await terminal.type('python3 -m http.server 8000 &');
      await started;
    };
    await served();
    await terminal.type('kill %1');
    expect(terminal.chunks.map(([, text]) => text).join('')).toBe('[1]+  Terminated              python3 -m http.server 8000\n');
    expect(python.ended).toEqual(['killed']);
    await served();
    terminal.session.close();
    expect(python.ended).toEqual(['killed', 'killed']);
  });
});

describe('a command with & in a script', () => {
  const SCRIPTS: readonly (readonly [script: string, stdout: string, stderr?: string])[] = [
    ['a=(1 "2 x"); declare -A m=([k]=v); f() { echo "$1 ${a[1]} ${m[k]} $x"; }; x=5; f hi & x=6; wait; echo $x', 'hi 2 x v 5\n6\n'],
    ['for i in 1 2 3; do (sleep $((4 - i)); echo $i) & done; wait; date +%T', '3\n2\n1\n09:00:03\n'],
    ['set -- p q; echo "$# $2" & wait', '2 q\n'],
    ['(exit 3) & wait $!; echo $?', '3\n'],
    ['set -e; false & echo on; wait $! || echo "code $?"', 'on\ncode 1\n'],
    ['sleep 100 & kill $!; wait $!; echo $?', '143\n', 'bash: line 1: 4022 Terminated              sleep 100\n'],
    ['sleep 3 & p=$!; sleep 1 & wait -n; date +%T; wait $p; date +%T', '09:00:01\n09:00:03\n'],
    ['(trap "echo term; exit 4" TERM; sleep 50; echo no) & sleep 1; kill $!; wait $!; echo $?', 'term\n4\n'],
    ['x=$(echo in & wait); echo $x "[$!]"', 'in []\n'],
    ['{ echo a & wait; echo b; } | tr a-z A-Z', 'A\nB\n'],
    ['{ sleep 2; echo late; } > log & sleep 1; cat log; wait; cat log', 'late\n'],
    ['cat & wait; echo $?', '0\n'],
    ['cd /tmp; pwd & cd /; wait; pwd', '/tmp\n/\n'],
    ['f() { local v=1; g & wait; }; g() { echo "g $v"; }; f', 'g 1\n'],
    ['set -o pipefail; false | true & wait $!; echo $?', '1\n'],
    ['(trap "echo bye" EXIT; echo in) & wait; echo end', 'in\nbye\nend\n'],
    ['echo "sleep 2 & wait; date +%T" > s.sh; bash s.sh; (sleep 3 & wait); date +%T', '09:00:02\n09:00:05\n'],
    ['alias hi="echo hello"; shopt -s expand_aliases nullglob; echo none* & wait', '\n'],
    ['x=$(sleep 2 & echo in; wait; date +%T); echo $x', 'in 09:00:02\n'],
    [
      '{ sleep 1; echo g; } & (sleep 2; exit 3) & for i in 1 2; do echo $i; done & f() { sleep 3; return 4; }; f & wait; echo $?; date +%T',
      '1\n2\ng\n0\n09:00:03\n',
    ],
    ['(exit 3) & a=$!; f() { return 4; }; f & b=$!; wait $a; echo $?; wait $b; echo $?', '3\n4\n'],
    ['nohup sleep 2 & wait $!; echo $?; nohup echo hi > out & wait; cat out; date +%T', '0\nhi\n09:00:02\n'],
    ['export E=1; bash -c "echo \\$E" & wait', '1\n'],
    ['while read l; do (echo "<$l>") & done < <(printf "a\\nb\\n"); wait', '<a>\n<b>\n'],
  ];

  it.each(SCRIPTS.map(([script, stdout, stderr = '']) => [script, stdout, stderr] as const))('%s', async (script, stdout, stderr) => {
    const terminal = terminalWith({ interactive: false });
    expect(await terminal.type(script)).toMatchObject({ stdout, stderr, exitCode: 0 });
    terminal.session.close();
  });
});

describe('timeout', () => {
  it.each<readonly [script: string, stdout: string]>([
    ['timeout 1 sleep 5; echo $?; date +%T', '124\n09:00:01\n'],
    ['timeout 5 sleep 1; echo $?; date +%T', '0\n09:00:01\n'],
    ['timeout 1 sleep 1; echo $?; date +%T', '0\n09:00:01\n'],
    ['timeout 1m bash -c "sleep 300; echo no"; echo $?; date +%T', '124\n09:01:00\n'],
    ['timeout 3 sh -c "while :; do date +%T; sleep 2; done"; echo $?; date +%T', '09:00:00\n09:00:02\n124\n09:00:03\n'],
    ['timeout 9 timeout 2 sleep 20; echo $?; date +%T', '124\n09:00:02\n'],
    ['timeout 2 timeout 9 bash -c "(sleep 20; echo no); echo no"; echo $?; date +%T', '124\n09:00:02\n'],
    ['timeout 2 sleep 20 & sleep 5; wait $!; echo $?; date +%T', '124\n09:00:05\n'],
  ])('%s', async (script, stdout) => {
    const terminal = terminalWith({ interactive: false });
    expect(await terminal.type(script)).toMatchObject({ stdout, stderr: '', exitCode: 0 });
    terminal.session.close();
  });
});
