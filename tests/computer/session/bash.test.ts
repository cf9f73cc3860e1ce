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
  'set +e; exec nocmd; echo no': '`exec` of a command that is not there leaves the script alive',
  'echo $(( 1 / 0 )) | cat; echo on': 'such an error ends the line, not only its stage of the pipeline',
  'shopt -s globstar; mkdir -p d/e; echo **/': 'just-bash’s globstar finds files only',
  'x="it\'s a"; echo ${x@Q}': 'quoted in another way that means the same',
  'set -x; for i in a; do echo $i; done': 'the `for` line itself is not traced',
  'set -u; (echo $undefined; echo not) || echo rc $?': 'the message of a subshell lacks `bash: `',
  'umask 027; umask': 'files are always made with 0022, and umask says so',
  "printf '10\\n9\\n1e1\\n' | sort -g": 'refused: sort has -n',
  'g() { echo body; }; declare -f g': 'just-bash keeps no text of functions',
  "expr abc : 'a\\(.\\)'": 'just-bash’s expr counts, and gives no group',
  'x=5; echo $x{a,b}': 'just-bash expands the variable before the braces',
  "printf '\\377' | od -An -tx1": 'just-bash’s printf makes a character of a byte beyond 127',
  'coproc cat; echo no': 'refused',
  'select x in a b; do echo $x; break; done <<< 2': 'refused',
  'echo a > f; wc -L f': 'refused',
  'split -l 2 <(seq 5) part_; ls': 'refused: split reads files and stdin',
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
