import { describe, expect, it } from 'vitest';
import { computerWith, Terminal } from '../support/terminal.ts';

const terminal = new Terminal(computerWith(), { interactive: true });
const plain = async () => (await terminal.session.prompt()).replace(/\x1b\[[0-9;]*m/g, '');

describe('the prompt', () => {
  it.each<readonly [line: string, prompt: string]>([
    [':', 'you@fieldleaf:~$ '],
    ['cd /tmp', 'you@fieldleaf:/tmp$ '],
    ['mkdir ~/leaf; cd ~/leaf', 'you@fieldleaf:~/leaf$ '],
    ['git init -q -b main', 'you@fieldleaf:~/leaf (main)$ '],
    ['mkdir src; cd src', 'you@fieldleaf:~/leaf/src (main)$ '],
    ['echo 1 > a; git add a; git commit -qm one; git checkout -q -b feature/scaler', 'you@fieldleaf:~/leaf/src (feature/scaler)$ '],
    [
      'echo 2 > a; git commit -qam two; git checkout -q main; echo 3 > a; git commit -qam three; git merge feature/scaler',
      'you@fieldleaf:~/leaf/src (main|MERGING)$ ',
    ],
    ['git merge --abort', 'you@fieldleaf:~/leaf/src (main)$ '],
    ['cd ~/leaf/.git/refs', 'you@fieldleaf:~/leaf/.git/refs (main)$ '],
    ['cd ~youth 2>/dev/null; mkdir /home/youth; cd /home/youth', 'you@fieldleaf:/home/youth$ '],
  ])('after %s', async (line, prompt) => {
    await terminal.type(line);
    expect(await plain()).toBe(prompt);
  });

  it('shows the commit where no branch is checked out', async () => {
    const { stdout } = await terminal.type('cd ~/leaf; git rev-parse --short HEAD; git checkout -q $(git rev-parse HEAD)');
    expect(await plain()).toBe(`you@fieldleaf:~/leaf (${stdout.trim()})$ `);
  });

  it('is coloured', async () => {
    await terminal.type('cd /tmp');
    expect(await terminal.session.prompt()).toBe('\x1b[1;32myou@fieldleaf\x1b[0m:\x1b[1;34m/tmp\x1b[0m$ ');
  });
});
