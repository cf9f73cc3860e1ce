import { describe, expect, it } from 'vitest';
import { ScriptedPython } from '../support/python.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

/** The thread is free once. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const python = () =>
  new ScriptedPython({
    'train.py': async ({ interrupted, print }) => {
      print('started\n');
      await interrupted;
      return 130;
    },
  });

/** A terminal where Ctrl+C is pressed each time that `started` is printed. */
function impatient(): Terminal {
  const terminal: Terminal = new Terminal(computerWith({ python: python() }), {
    interactive: true,
    onOutput: (_stream, text) => {
      if (text.includes('started')) void turn().then(() => terminal.session.interrupt());
    },
  });
  return terminal;
}

describe('a trap at the prompt', () => {
  it('is kept from line to line and run when the shell is left', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    await terminal.type("trap 'echo bye $?' EXIT; f() { exit 3; }");
    expect(await terminal.type('trap')).toMatchObject({ stdout: "trap -- 'echo bye $?' EXIT\n" });
    expect(await terminal.type('f')).toMatchObject({ stdout: 'bye 3\n', exitCode: 3 });
    expect(await terminal.type('trap; exit')).toMatchObject({ stdout: '' });
    terminal.session.close();
  });

  it('is run when the session ends', async () => {
    const computer = computerWith();
    const terminal = new Terminal(computer, { interactive: true });
    await terminal.type("touch lock; trap 'rm lock' EXIT");
    terminal.session.close();
    for (let i = 0; i < 50; i++) await turn();
    expect(computer.files.listSync('/home/you')).toEqual([]);
  });

  it('runs for a command that fails, and the shell goes on', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    await terminal.type("trap 'echo failed with $?' ERR");
    expect(await terminal.type('(exit 4); echo on')).toMatchObject({ stdout: 'failed with 4\non\n', exitCode: 0 });
    terminal.session.close();
  });
});

describe('Ctrl+C and a trap', () => {
  it('ends the command, runs the handler and goes on', async () => {
    const terminal = impatient();
    expect(await terminal.type("trap 'echo caught' INT; python train.py; echo after $?")).toMatchObject({
      stdout: 'started\ncaught\nafter 130\n',
      exitCode: 0,
    });
    terminal.session.close();
  });

  it('ends a shell that has none, and the one that started it runs its own', async () => {
    const terminal = impatient();
    await terminal.type("printf 'python train.py\\necho never\\n' > run.sh");
    expect(await terminal.type("trap 'echo caught' INT; bash run.sh; echo after $?")).toMatchObject({
      stdout: 'started\ncaught\nafter 130\n',
    });
    terminal.session.close();
  });

  it('leaves a loop through its handler', async () => {
    const terminal = impatient();
    expect(await terminal.type('trap \'stop=1\' INT; echo started; until [ -n "$stop" ]; do :; done; echo left')).toMatchObject({
      stdout: 'started\nleft\n',
      exitCode: 0,
    });
    terminal.session.close();
  });

  it('ends what runs at the third time, whatever the trap says', async () => {
    const terminal = impatient();
    expect(await terminal.type("trap '' INT; while true; do echo started; done; echo never")).toMatchObject({ exitCode: 130 });
    expect(await terminal.type('echo back')).toMatchObject({ stdout: 'back\n' });
    terminal.session.close();
  });

  it('gives a script that is stopped the time to clean up', async () => {
    const terminal = impatient();
    await terminal.type('printf \'trap "rm lock; echo cleaned" EXIT\\ntouch lock\\npython train.py\\necho never\\n\' > run.sh');
    expect(await terminal.type('bash run.sh; echo never')).toMatchObject({ stdout: 'started\ncleaned\n', exitCode: 130 });
    expect(await terminal.type('ls')).toMatchObject({ stdout: 'run.sh\n' });
    terminal.session.close();
  });
});

it('a signal that nobody catches ends a script, and not a prompt', async () => {
  const script = new Terminal();
  expect(await script.script("trap 'echo bye' EXIT; kill $$; echo never")).toMatchObject({ stdout: 'bye\n', exitCode: 143 });
  const terminal = new Terminal(computerWith(), { interactive: true });
  expect(await terminal.type('kill $$; kill -l TERM 130; kill -9 1')).toMatchObject({
    stdout: '15\nINT\n',
    stderr: 'bash: kill: (1) - No such process\n',
    exitCode: 1,
  });
});
