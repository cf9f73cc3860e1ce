/** cli: the `plumbline` command. Runs the headless rooms in Node; the only room beside the screens that knows a terminal. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ExerciseError } from '../course/exercise.ts';
import { packAsset } from '../desk/asset.ts';
import { prepareStart, ScriptError } from '../desk/prepare.ts';
import { nodePlatform } from '../platform/node/platform.ts';
import { ExercisesFolder } from './exercises.ts';
import { readFolder, writeFolder } from './folder.ts';
import { runScript } from './sh.ts';
import { isVerified, verifyExercise, type ExerciseReport, type OnRoute } from './verify.ts';

const USAGE = `usage: plumbline <command> [options]

  verify [id…]    run each exercise's matrix: solutions pass, the start fails, wrong attempts are caught
                  --json          print { ok, exercises: […] } and nothing else
                  --only ROUTE    only this route (solution, start, attempts/one-giant-commit…); may be given again
  sh              run a script from standard input in a fresh computer, as bash would
                  --files DIR     copy this folder into its working directory first
                  --out DIR       copy the working directory here afterwards, with its .git
                  --json          print { exitCode, commands: [{ line, stdout, stderr, exitCode }] } and nothing else
  worlds [id…]    build the worlds that exercises start from
                  --out DIR       where to (default: src/desk/browser/worlds)

Exit codes: 0 all is well, 1 something failed, 2 the command line or a folder cannot be read; those of sh are its script's.
`;

const PROJECT = join(import.meta.dirname, '..', '..');

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'verify':
      return verify(rest);
    case 'sh':
      return sh(rest);
    case 'worlds':
      return worlds(rest);
    case 'help':
    case '--help':
    case undefined:
      process.stdout.write(USAGE);
      return command === undefined ? 2 : 0;
    default:
      process.stderr.write(`plumbline: ${command} is not a command\n${USAGE}`);
      return 2;
  }
}

async function verify(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true } },
  });
  const folder = new ExercisesFolder(join(PROJECT, 'exercises'));
  const platform = nodePlatform({ reuse: true });
  const reports: ExerciseReport[] = [];
  try {
    for (const id of positionals.length > 0 ? positionals : folder.ids) {
      reports.push(await verifyExercise(await folder.load(id), platform, values.json ? () => {} : printRoute, values.only));
    }
  } finally {
    platform.python.dispose();
  }
  const ok = reports.every(isVerified);
  if (values.json) process.stdout.write(`${JSON.stringify({ ok, exercises: reports }, null, 2)}\n`);
  else
    process.stdout.write(
      ok ? (values.only ? 'These routes are as they should be.\n' : 'All exercises are verified.\n') : 'Not verified.\n',
    );
  return ok ? 0 : 1;
}

const printRoute: OnRoute = (exercise, route, ok, verdicts, ms, error) => {
  const failing = verdicts.filter(({ verdict }) => verdict.status !== 'holds');
  const what = failing.map(
    ({ id, verdict }) =>
      `${id}: ${verdict.status}${verdict.status === 'fails' ? ` (${verdict.hint}; ${verdict.observed})` : verdict.status === 'unknown' ? ` (${verdict.why})` : ''}`,
  );
  process.stdout.write(
    `${ok ? 'ok  ' : 'NOT '} ${exercise} ${route.padEnd(36)} ${(ms / 1000).toFixed(1).padStart(6)} s  ${what.length === 0 ? (verdicts.length === 0 ? '' : 'all hold') : what.join('\n       ')}\n`,
  );
  if (error !== undefined) process.stdout.write(`     ${error.replaceAll('\n', '\n     ')}\n`);
};

async function sh(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { json: { type: 'boolean' }, files: { type: 'string' }, out: { type: 'string' } },
  });
  const platform = nodePlatform();
  try {
    const { folder, ...result } = await runScript({
      platform,
      script: readFileSync(process.stdin.fd, 'utf8'),
      files: values.files === undefined ? [] : readFolder(values.files),
      env: process.env,
      now: Date.now(),
      onOutput: (stream, text) => {
        if (!values.json) process[stream].write(text);
      },
    });
    if (values.out !== undefined) writeFolder(folder, values.out);
    if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return result.exitCode;
  } finally {
    platform.python.dispose();
  }
}

async function worlds(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { out: { type: 'string' } } });
  const out = values.out ?? join(PROJECT, 'src', 'desk', 'browser', 'worlds');
  mkdirSync(out, { recursive: true });
  const folder = new ExercisesFolder(join(PROJECT, 'exercises'));
  const platform = nodePlatform({ reuse: true });
  try {
    for (const id of positionals.length > 0 ? positionals : folder.ids) {
      const { exercise, photoBytes, photos } = await folder.load(id);
      const start = await prepareStart(exercise, photos, platform);
      const solution = exercise.solutions.find(({ name }) => name === 'solution')?.script ?? '';
      const packed = packAsset({ format: 1, meta: exercise.meta, start, photos: photoBytes, solution });
      const zipped = gzipSync(packed, { level: 9 });
      writeFileSync(join(out, `${id}.world`), zipped);
      process.stdout.write(`${id}: ${(packed.length / 1e6).toFixed(2)} MB, ${(zipped.length / 1e6).toFixed(2)} MB to download\n`);
    }
  } finally {
    platform.python.dispose();
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // An error with a code is the command line's (TypeError) or the disk's: its message says which option or path.
  const known = error instanceof ExerciseError || error instanceof ScriptError || (error instanceof Error && 'code' in error);
  process.stderr.write(`plumbline: ${known ? (error as Error).message : error instanceof Error ? error.stack : error}\n`);
  process.exitCode = error instanceof ScriptError ? 1 : 2;
}
