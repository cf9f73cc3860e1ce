import { describe, expect, it } from 'vitest';
import { Terminal } from '../support/terminal.ts';

const run = async (line: string) => {
  const { stdout, stderr, exitCode } = await new Terminal().type(line);
  return { stdout, stderr, exitCode };
};

describe('a device that never ends', () => {
  it.each([
    ['head -c 1000000 /dev/zero | wc -c', '1000000\n'],
    ['head -c 2M < /dev/zero | wc -c', '2097152\n'],
    ['head --bytes=2MB /dev/urandom > noise; wc -c < noise', '2000000\n'],
    ['n=100000; head -c $n /dev/zero | wc -c', '100000\n'],
    ['head -c 3 /dev/zero | od -c', '0000000  \\0  \\0  \\0\n0000003\n'],
    ['tr -dc a-z < /dev/urandom | head -c 16 | wc -c', '16\n'],
    ['base64 /dev/urandom | cut -c 1-9 | head -n 5 | wc -l', '5\n'],
    ['for i in 1 2; do cat /dev/urandom; done | head -c 3 | wc -c', '3\n'],
    ['x=$(head -c 32 /dev/urandom | wc -c); echo $x', '32\n'],
    ['read -n 3 x < /dev/zero; echo $?', '0\n'],
    ['cat /dev/null; grep -r needle /dev; echo $?', '1\n'],
  ])('gives the part that is asked for: %s', async (line, stdout) => {
    expect(await run(line)).toEqual({ stdout, stderr: '', exitCode: 0 });
  });

  it.each([
    'cat /dev/zero',
    'cat /dev/zero | wc -c',
    'cp /dev/urandom copy',
    'sort /dev/urandom | head -1',
    '{ cat /dev/zero > file; } | head -c 2',
    'x=$(cat /dev/zero); echo $x',
    'if cat /dev/zero; then echo yes; fi',
    'bash -c "cat /dev/zero"',
  ])('ends whatever would read it for ever: %s', async (line) => {
    const device = /\/dev\/\w+/.exec(line)?.[0];
    expect(await run(line)).toEqual({
      stdout: '',
      stderr: `bash: ${device} never ends: stopped, as Ctrl+C would. Take a part of it: head -c 1000 ${device}\n`,
      exitCode: 130,
    });
  });

  it('leaves the session usable', async () => {
    const terminal = new Terminal();
    await terminal.type('cat /dev/zero');
    expect(await terminal.type('echo $?; head -c 2 /dev/zero | wc -c')).toMatchObject({ stdout: '130\n2\n', exitCode: 0 });
  });

  it('says so when more is asked for than the computer gives', async () => {
    expect(await run('head -c 3G /dev/zero > file')).toEqual({
      stdout: '',
      stderr: 'head: /dev/zero: this computer reads at most 67108864 bytes (64M) of a device that never ends\n',
      exitCode: 1,
    });
    expect(await run('cat /dev/zero | head -c 2M')).toEqual({
      stdout: '',
      stderr:
        'head: what never ends is cut after 1048576 bytes (1M) in a pipe, and that gave 1048576 of the 2097152 bytes asked for; head -c 2M /dev/zero reads more\n',
      exitCode: 1,
    });
    expect(await run('head -n 1 /dev/zero')).toMatchObject({ stdout: '', exitCode: 1 });
  });
});

it.each([
  ['printf abcdef | head -c 3', 'abc'],
  ['printf "%4000s" x | head -c 2k | wc -c', '2048\n'],
  ['printf abc > f; head -c 1K f', 'abc'],
  ['seq 20 | head | wc -l', '10\n'],
  ['seq 20 | head -3', '1\n2\n3\n'],
  ['seq 20 | head -n2', '1\n2\n'],
  ['seq 20 | head --lines 1', '1\n'],
  ['seq 2 > a; seq 3 > b; head -n 1 a b', '==> a <==\n1\n\n==> b <==\n1\n'],
])('head of what ends: %s', async (line, stdout) => {
  expect(await run(line)).toEqual({ stdout, stderr: '', exitCode: 0 });
});
