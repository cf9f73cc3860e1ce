import { describe, expect, it } from 'vitest';
import { ScriptedPython } from '../support/python.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

interface Row {
  readonly script: string;
  readonly pipefail?: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** As `bash -e file`, or `bash -eo pipefail file` where the row says so. */
const ROWS: readonly Row[] = [
  { script: 'echo a\necho b', stdout: 'a\nb\n' },
  { script: 'echo a\nfalse\necho b', stdout: 'a\n', exitCode: 1 },
  { script: 'echo a\n(exit 7)\necho b', stdout: 'a\n', exitCode: 7 },
  { script: 'nocmd\necho b', stderr: 'bash: nocmd: command not found\n', exitCode: 127 },
  { script: 'exit 3\necho b', exitCode: 3 },
  { script: 'false || true\necho on', stdout: 'on\n' },
  { script: 'true && false || echo caught', stdout: 'caught\n' },
  { script: 'if false; then :; fi\nwhile false; do :; done\n! true\necho on', stdout: 'on\n' },
  { script: 'if ls nope 2>/dev/null; then echo y; else echo n; fi', stdout: 'n\n' },
  { script: 'ls nope 2>/dev/null || echo quietly', stdout: 'quietly\n' },
  { script: 'ls nope > log 2>&1\necho no', exitCode: 2 },
  { script: 'check() { false; echo went on; }\ncheck || echo no\ncheck\necho no', stdout: 'went on\n', exitCode: 1 },
  { script: '{ false; echo went on; } && echo and\necho end', stdout: 'went on\nand\nend\n' },
  { script: '(false; echo no) || true\necho on', stdout: 'no\non\n' },
  { script: '(false; echo no)\necho no', exitCode: 1 },
  { script: 'x=$(false)\necho no', exitCode: 1 },
  { script: 'x=$(false) || x=none\necho $x', stdout: 'none\n' },
  { script: 'echo "[$(false)]"\necho on', stdout: '[]\non\n' },
  { script: 'false || x=1\nif [ a = b ]; then :; else y=2; fi\necho $x $y', stdout: '1 2\n' },
  { script: 'grep z <<< abc || [ $? -eq 1 ]\necho on', stdout: 'on\n' },
  { script: 'f() { return 2; }\nf', exitCode: 2 },
  { script: 'set +e\nfalse\necho on\nset -e\nfalse\necho no', stdout: 'on\n', exitCode: 1 },
  { script: 'for i in 1 2 3; do [ $i = 2 ] && false; echo $i; done', stdout: '1\n', exitCode: 1 },
  { script: 'for i in 1 2 3; do test $i != 2; echo $i; done', stdout: '1\n', exitCode: 1 },
  { script: 'false | true\necho on', stdout: 'on\n' },
  { script: 'false | true\necho no', pipefail: true, exitCode: 1 },
  { script: 'echo x | grep z | cat\necho no', pipefail: true, exitCode: 1 },
  { script: 'false | true || echo caught', pipefail: true, stdout: 'caught\n' },
  { script: 'set -u\necho $nothing\necho no', stderr: 'bash: nothing: unbound variable\n', exitCode: 1 },
  { script: 'echo to file > out\ncat out\ncat <<EOF\n  here\nEOF', stdout: 'to file\n  here\n' },
  { script: 'echo a\nfi\necho b', stdout: 'a\n', stderr: "bash: line 2: syntax error near unexpected token `fi'\n", exitCode: 2 },
  { script: 'echo a\nif true; then\n  echo b', stdout: 'a\n', stderr: 'bash: line 4: syntax error: unexpected end of file\n', exitCode: 2 },
  { script: 'exit 0\nfi', exitCode: 0 },
  { script: 'python3 gate.py\necho no', stdout: 'score 0.81\n', stderr: 'below 0.9\n', exitCode: 1 },
  { script: 'python3 gate.py || echo "gate said $?"', stdout: 'score 0.81\ngate said 1\n', stderr: 'below 0.9\n' },
  { script: 'python3 gate.py | tee log\necho no', pipefail: true, stdout: 'score 0.81\n', stderr: 'below 0.9\n', exitCode: 1 },
  { script: '', stdout: '' },
  { script: '# only a comment\n\n', stdout: '' },
];

const python = new ScriptedPython({
  'gate.py': async ({ print }) => {
    print('score 0.81\n');
    print('below 0.9\n', 'stderr');
    return 1;
  },
});

describe('a script', () => {
  it.each(ROWS)('$script', async ({ script, pipefail, stdout = '', stderr = '', exitCode = 0 }) => {
    const terminal = new Terminal(computerWith({ python }));
    expect(await terminal.script(script, pipefail === undefined ? {} : { pipefail })).toEqual({
      stdout,
      stderr,
      exitCode,
      cwd: '/home/you',
    });
    terminal.session.close();
  });

  it('is a shell of its own: it starts where the session is and leaves only files behind', async () => {
    const terminal = new Terminal(computerWith(), { env: { STEP: 'test' } });
    await terminal.type('mkdir -p leaf; cd leaf; local_only=1; export SHARED=2');
    expect(await terminal.script('echo "$STEP [$local_only] $SHARED $PWD"; cd /; x=3; echo kept > /tmp/file')).toMatchObject({
      stdout: 'test [] 2 /home/you/leaf\n',
      cwd: '/home/you/leaf',
    });
    expect(await terminal.type('echo "[$x]"; cat /tmp/file')).toMatchObject({ stdout: '[]\nkept\n' });
    terminal.session.close();
  });

  it('ends with 130 when its signal is aborted, before or while it runs', async () => {
    const stop = new AbortController();
    const terminal: Terminal = new Terminal(computerWith(), { onOutput: () => setTimeout(() => stop.abort()) });
    expect(await terminal.script('echo started\nwhile true; do :; done', { signal: stop.signal })).toMatchObject({
      stdout: 'started\n',
      exitCode: 130,
    });
    expect(await terminal.script('echo no', { signal: stop.signal })).toMatchObject({ stdout: '', exitCode: 130 });
    expect(await terminal.script('echo again')).toMatchObject({ stdout: 'again\n', exitCode: 0 });
    terminal.session.close();
  });
});
