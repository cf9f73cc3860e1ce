import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { computerWith, Terminal } from '../support/terminal.ts';

const SCRIPTS = readFileSync(new URL('bash-scripts.txt', import.meta.url), 'utf8')
  .replace(/\n$/, '')
  .split('\n---\n');

/** Where this computer's shell differs, and why that is left for now. */
const DIFFERENT: Readonly<Record<string, string>> = {
  '[ a = ]; [ 1 -eq x ]; echo $?': 'just-bash’s `[` takes what is no condition for a false one, without a word',
  'x=08; echo $((x+1))': 'a number with 8 or 9 behind a leading 0 is taken for a decimal one',
  'echo ${x!y}': 'taken for unfinished',
  'set +e; exec nocmd; echo no': '`exec` of a command that is not there leaves the script alive',
  'echo $(( 1 / 0 )) | cat; echo on': 'such an error ends the line, not only its stage of the pipeline',
};

const bash = spawnSync('bash', ['--version']).status === 0;
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-bash-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
  // The last line of the test's output: what docs/shell.md says.
  if (compared > 0)
    process.stdout.write(`${same} of ${compared} scripts identical with bash (${((100 * same) / compared).toFixed(1)} %)\n`);
});
let compared = 0;
let same = 0;

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

function onBash(script: string, n: number): Outcome {
  const folder = join(scratch, String(n));
  const file = join(scratch, `${n}.sh`);
  writeFileSync(file, `${script}\n`);
  const { stdout, stderr, status } = spawnSync('bash', ['-c', `mkdir ${folder}; cd ${folder}; exec bash -e ${file}`], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8' },
  });
  return { stdout: stdout.replaceAll(folder, '/home/you'), stderr: withoutPlaces(stderr.replaceAll(file, 'bash')), exitCode: status };
}

async function onOurs(script: string): Promise<Outcome> {
  const terminal = new Terminal(computerWith());
  const { stdout, stderr, exitCode } = await terminal.script(script);
  terminal.session.close();
  return { stdout, stderr: withoutPlaces(stderr), exitCode };
}

/** `bash: line 3: ` and `script.sh: line 3: ` as `bash: `: the lines are right where the shell gives them, but it does not always. */
function withoutPlaces(text: string): string {
  return text.replace(/^bash: (?:\S+: )?line \d+: /gm, 'bash: ');
}

describe.skipIf(!bash)('a script does what it does on bash', () => {
  it.each(SCRIPTS.map((script, n) => [script, n] as const))('%s', async (script, n) => {
    const theirs = onBash(script, n);
    const ours = await onOurs(script);
    compared++;
    if (!(script in DIFFERENT)) same++;
    if (script in DIFFERENT) expect(ours).not.toEqual(theirs);
    else expect(ours).toEqual(theirs);
  });
});
