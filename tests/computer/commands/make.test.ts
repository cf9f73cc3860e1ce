import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { hasProgram, NativeBash, onOurs } from '../support/native.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

/** A makefile, `---`, and what is typed next to it. */
const CASES = readFileSync(new URL('make-cases.txt', import.meta.url), 'utf8')
  .replace(/\n$/, '')
  .split('\n===\n')
  .map((text) => {
    const [makefile = '', script = ''] = text.split('\n---\n');
    return { makefile, script };
  });

const native = new NativeBash();
afterAll(() => native.dispose());

const withMakefile = (makefile: string, script: string) => `cat > Makefile <<'END OF MAKEFILE'\n${makefile}\nEND OF MAKEFILE\n${script}`;

describe.skipIf(!hasProgram('make'))('make does what GNU make does', () => {
  it.each(CASES.map(({ makefile, script }, n) => [`${makefile}\n$ ${script}`, withMakefile(makefile, script), n] as const))(
    '%s',
    async (_, script, n) => {
      expect(await onOurs(script)).toEqual(native.run(script, n));
    },
  );
});

describe('what this make has not', () => {
  it.each<readonly [makefile: string, said: string]>([
    ['$(eval X = 1)\nall: ; @echo $(X)', "Makefile:1: *** $(eval …): this make does not have the function 'eval'.  Stop.\n"],
    ['vpath %.c src\nall: ; @echo', "Makefile:1: *** 'vpath' is not among what this make reads.  Stop.\n"],
    ['VPATH = src', 'Makefile:1: *** VPATH: this make looks for files where they are named, and nowhere else.  Stop.\n'],
    ['.SECONDEXPANSION:\nall: $$(X)', 'Makefile:1: *** .SECONDEXPANSION is not among what this make reads.  Stop.\n'],
  ])('says so: %s', async (makefile, stderr) => {
    expect(await onOurs(withMakefile(makefile, 'make'))).toEqual({ stdout: '', stderr, exitCode: 2 });
  });

  it.each(['--trace', '-d', '-p', '-W x', '-o x'])('says so: make %s', async (options) => {
    const { stderr, exitCode } = await onOurs(withMakefile('all: ; @echo', `make ${options}`));
    expect(stderr).toMatch(/^make: (?:invalid|unrecognized) option .*\nUsage: make /);
    expect(exitCode).toBe(2);
  });
});

describe('make in a terminal', () => {
  it('prints as it goes, and ends with Ctrl+C', async () => {
    const computer = computerWith();
    computer.files.writeSync('/home/you/Makefile', new TextEncoder().encode('all:\n\t@echo half > out; echo started\n\t@cat\n'));
    const terminal: Terminal = new Terminal(computer, {
      interactive: true,
      onOutput: (_, text) => {
        if (text === 'started\n') setImmediate(() => terminal.session.interrupt());
      },
    });
    expect(await terminal.type('make')).toMatchObject({
      stdout: 'started\n',
      stderr: 'make: *** [Makefile:3: all] Interrupt\n',
      exitCode: 130,
    });
    terminal.session.close();
  });
});
