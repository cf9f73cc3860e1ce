import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CustomCommand } from 'just-bash';
import type { Clock } from '../../../src/platform/platform.ts';
import { StepClock } from '../support/clock.ts';
import { ScriptedPython } from '../support/python.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

const python = () =>
  new ScriptedPython({
    'polite.py': async ({ interrupted, print }) => {
      print('training\n');
      await interrupted;
      print('KeyboardInterrupt\n', 'stderr');
      return 130;
    },
    'stubborn.py': () => new Promise(() => {}),
  });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** The thread is free once. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** How often the thread is free before the next ms passes: enough for everything that needs no timer. */
const TURNS = 100;

/** The ms of timers that pass until `work` ends; they pass only while one is set and nothing comes of leaving the thread free. */
async function msUntil(work: Promise<unknown>): Promise<number> {
  let ended = false;
  void work.finally(() => (ended = true));
  for (let ms = 0; ;) {
    for (let i = 0; i < TURNS && !ended; i++) await turn();
    if (ended) return ms;
    if (vi.getTimerCount() === 0) continue;
    vi.advanceTimersByTime(1);
    ms++;
  }
}

interface StoppedOptions {
  readonly clock?: Clock;
  readonly python?: ScriptedPython;
  readonly commands?: () => readonly CustomCommand[];
  /** Typed before. */
  readonly setup?: string;
}

/** Presses Ctrl+C as soon as `started` is on the screen and the thread is free; `waited` is the ms of timers until the prompt is back. */
async function stopped(line: string, { setup = SETUP, ...options }: StoppedOptions = {}) {
  let begun = () => {};
  const started = new Promise<void>((resolve) => (begun = resolve));
  const terminal: Terminal = new Terminal(computerWith({ python: python(), ...options }), {
    interactive: true,
    onOutput: (_stream, text) => {
      if (text.startsWith('started')) begun();
    },
  });
  await terminal.type(setup);
  const running = terminal.type(`echo started; ${line}; echo never`);
  await started;
  await turn();
  terminal.session.interrupt();
  const waited = await msUntil(running);
  return { terminal, answer: await running, waited };
}

const SETUP = 'kept=yes; cd /tmp; list=(1 2); keep() { echo function; }; set -o pipefail';
/** What a `Session` promises: the prompt comes back within so many ms. */
const PROMISED = 300;

const CLEAN = { stdout: 'started\n', stderr: '', exitCode: 130, cwd: '/tmp' };

describe('Ctrl+C', () => {
  it.each([
    'while true; do :; done',
    'while :; do x=1; done',
    'until false; do :; done',
    'for ((;;)); do echo x > /dev/null; done',
    'for i in $(seq 1000); do for j in $(seq 1000); do :; done; done',
    'spin() { while true; do inner; done; }; inner() { for i in 1 2 3; do :; done; }; spin',
    '( while :; do :; done )',
    '{ while :; do :; done; } | cat',
    'echo "$(while :; do :; done)"',
    'while :; do :; done > log 2>&1',
    "eval 'while :; do :; done'",
    "echo 'while :; do :; done' > spin.sh; . ./spin.sh",
    "echo 'while :; do :; done' > spin.sh; bash spin.sh",
    "echo 'while :; do :; done' > spin.sh; chmod +x spin.sh; ./spin.sh",
    "bash -c 'while :; do :; done' | cat",
    'timeout 100 bash -c "while :; do :; done"',
    'while read l; do :; done < <(while :; do :; done)',
    'while ! false || true; do true && true || false; done',
    'read answer',
    'cat',
    'python stubborn.py',
    'python stubborn.py | cat',
    'x=$(python stubborn.py)',
    'while true; do python polite.py > /dev/null 2>&1; done',
  ])('stops %s', async (line) => {
    const { terminal, answer, waited } = await stopped(line);
    expect(answer).toEqual(CLEAN);
    // No shell construct needs the last resort; a process that does not listen is waited for.
    expect(waited).toBeLessThanOrEqual(line.includes('stubborn') ? PROMISED : 0);
    expect(await terminal.type('echo $? $kept ${list[1]} $-; keep; pwd')).toMatchObject({
      stdout: expect.stringMatching(/^130 yes 2 \S*\nfunction\n\/tmp\n$/),
    });
    terminal.session.close();
  });

  it('lets Python say its last word', async () => {
    const host = python();
    const { terminal, answer } = await stopped('python3 polite.py', { python: host });
    expect(answer).toEqual({ ...CLEAN, stdout: 'started\ntraining\n', stderr: 'KeyboardInterrupt\n' });
    expect(host.ended).toEqual(['interrupted']);
    terminal.session.close();
  });

  it('kills a Python that does not listen', async () => {
    const host = python();
    const { terminal, waited } = await stopped('python3 stubborn.py', { python: host });
    expect(host.ended).toEqual(['killed']);
    expect(waited).toBeLessThanOrEqual(PROMISED);
    terminal.session.close();
  });

  it('wakes a sleeper on a clock that stands still', async () => {
    class StoppedClock extends StepClock {
      override sleep(_ms: number, signal?: AbortSignal): Promise<void> {
        return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
      }
    }
    const { terminal, answer } = await stopped('sleep 1000', { clock: new StoppedClock() });
    expect(answer).toEqual(CLEAN);
    terminal.session.close();
  });

  it('ends a command that cannot be interrupted, and the shell comes back as it was', async () => {
    const hanging = { name: 'hang', execute: () => new Promise<never>(() => {}) };
    const { terminal, answer, waited } = await stopped('hang', {
      commands: () => [hanging],
      setup: "cd /tmp; export kept=yes; keep() { echo function; }; alias again='keep'; set -o pipefail; shopt -s nullglob",
    });
    expect(answer).toEqual(CLEAN);
    expect(waited).toBeLessThanOrEqual(PROMISED);
    const after = await terminal.type("echo $? $kept; keep; again; false | true; echo $?; echo none*; bash -c 'echo $kept'");
    expect(after).toEqual({ stdout: '130 yes\nfunction\nfunction\n1\n\nyes\n', stderr: '', exitCode: 0, cwd: '/tmp' });
    terminal.session.close();
  });

  it('reaches a line that has not begun yet', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    const running = terminal.type('while true; do :; done');
    terminal.session.interrupt();
    expect(await running).toMatchObject({ exitCode: 130 });
    terminal.session.close();
  });

  it('is not needed for what has a limit: the shell says so and keeps its state', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    await terminal.type('kept=yes; cd /tmp');
    expect(await terminal.type('seq 100000000000')).toMatchObject({
      stderr: 'bash: seq: iteration limit exceeded (1000000)\n',
      exitCode: 126,
    });
    expect(await terminal.type('echo $? $kept')).toEqual({ stdout: '126 yes\n', stderr: '', exitCode: 0, cwd: '/tmp' });
    terminal.session.close();
  });

  it('does nothing at the prompt', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    terminal.session.interrupt();
    expect(await terminal.type('echo still here')).toMatchObject({ stdout: 'still here\n', exitCode: 0 });
    terminal.session.interrupt();
    expect(await terminal.type('echo $?')).toMatchObject({ stdout: '0\n' });
    terminal.session.close();
  });

  it('leaves the thread free while a loop runs', async () => {
    // Every look at the clock finds it 1 ms later: so the gaps say how long the loop kept the thread, on any machine.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => ++now);
    onTestFinished(() => void vi.restoreAllMocks());
    const terminal = new Terminal(computerWith(), { interactive: true });
    const running = terminal.type('while true; do [ 1 -lt 2 ] && x=$((x + 1)); done');
    await turn();
    const gaps: number[] = [];
    for (let last = now; gaps.length < 20; last = now) {
      await turn();
      gaps.push(now - last);
    }
    terminal.session.interrupt();
    expect(await running).toMatchObject({ exitCode: 130 });
    terminal.session.close();
    expect(gaps.filter((gap) => gap === 0 || gap > 50)).toEqual([]);
  });

  it('leaves bytes as they are where a command takes a breath first', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const computer = computerWith();
    computer.files.writeSync('/home/you/bytes', bytes);
    const terminal = new Terminal(computer, { interactive: true });
    // Long enough for many breaths; each round makes and reads what is not text.
    await terminal.type(
      'for i in {1..300}; do gzip -c bytes | zcat > copy; cmp=$(cat copy | md5sum); [ "$cmp" = "$(md5sum < bytes)" ] || echo "round $i"; done',
    );
    expect(terminal.chunks).toEqual([]);
    expect(computer.files.readSync('/home/you/copy')).toEqual(bytes);
    terminal.session.close();
  });

  it('ends what runs when the session is closed', async () => {
    const host = python();
    const terminal: Terminal = new Terminal(computerWith({ python: host }), {
      interactive: true,
      onOutput: () => void turn().then(() => terminal.session.close()),
    });
    expect(await terminal.type('echo started; python stubborn.py')).toMatchObject({ exitCode: 130 });
    expect(host.ended).toEqual(['killed']);
  });
});
