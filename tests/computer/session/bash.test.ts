import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { hasProgram, NativeBash, onOurs, type Outcome } from '../support/native.ts';

const SCRIPTS = readFileSync(new URL('bash-scripts.txt', import.meta.url), 'utf8')
  .replace(/\n$/, '')
  .split('\n---\n');

/** Where this computer's shell differs, and why that is left for now. */
const DIFFERENT: Readonly<Record<string, string>> = {
  '[ a = ]; [ 1 -eq x ]; echo $?': 'just-bash’s `[` takes what is no condition for a false one, without a word',
  'x=08; echo $((x+1))': 'a number with 8 or 9 behind a leading 0 is taken for a decimal one',
  'echo ${x!y}': 'taken for unfinished',
  'shopt -s globstar; mkdir -p d/e; echo **/': 'just-bash’s globstar finds files only',
  'x="it\'s a"; echo ${x@Q}': 'quoted in another way that means the same',
  'umask 027; umask': 'files are always made with 0022, and umask says so',
  'g() { echo body; }; declare -f g': 'just-bash keeps no text of functions',
  'x=5; echo $x{a,b}': 'just-bash expands the variable before the braces',
  "printf '\\377' | od -An -tx1": 'just-bash’s printf makes a character of a byte beyond 127',
  'coproc cat; echo no': 'refused',
  'select x in a b; do echo $x; break; done <<< 2': 'refused',
};

const native = new NativeBash();
afterAll(() => {
  native.dispose();
  // The last line of the test's output: what docs/shell.md says.
  if (compared > 0)
    process.stdout.write(`${same} of ${compared} scripts identical with bash (${((100 * same) / compared).toFixed(1)} %)\n`);
});
let compared = 0;
let same = 0;

/** `bash: line 3: ` and `script.sh: line 3: ` as `bash: `: the lines are right where the shell gives them, but it does not always. */
function withoutPlaces(outcome: Outcome): Outcome {
  return { ...outcome, stderr: outcome.stderr.replace(/^bash: (?:\S+: )?line \d+: /gm, 'bash: ') };
}

describe.skipIf(!hasProgram('bash'))('a script does what it does on bash', () => {
  it.each(SCRIPTS.map((script, n) => [script, n] as const))('%s', async (script, n) => {
    const theirs = withoutPlaces(native.run(script, n));
    const ours = withoutPlaces(await onOurs(script));
    compared++;
    if (!(script in DIFFERENT)) same++;
    if (script in DIFFERENT) expect(ours).not.toEqual(theirs);
    else expect(ours).toEqual(theirs);
  });
});
