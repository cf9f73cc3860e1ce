/** cli: the `plumbline` command. Runs the headless rooms in Node; the only room beside the screens that knows a terminal. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ExerciseError } from '../course/exercise.ts';
import { packAsset } from '../desk/asset.ts';
import { prepareStart, ScriptError } from '../desk/prepare.ts';
import { nodePlatform } from '../platform/node/platform.ts';
import { ExercisesFolder } from './exercises.ts';
import { isVerified, verifyExercise, type ExerciseReport, type OnRoute } from './verify.ts';

const USAGE = `usage: plumbline <command> [options]

  verify [id…]    run each exercise's matrix: solutions pass, the start fails, wrong attempts are caught
                  --json          print { ok, exercises: […] } and nothing else
                  --only ROUTE    only this route (solution, start, attempts/one-giant-commit…); may be given again
  worlds [id…]    build the worlds that exercises start from
                  --out DIR       where to (default: src/desk/browser/worlds)

Exit codes: 0 all is well, 1 something failed, 2 the command line or an exercise folder cannot be read.
`;

const PROJECT = join(import.meta.dirname, '..', '..');

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'verify':
      return verify(rest);
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
  const known = error instanceof ExerciseError || error instanceof ScriptError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`plumbline: ${known ? (error as Error).message : error instanceof Error ? error.stack : error}\n`);
  process.exitCode = error instanceof ScriptError ? 1 : 2;
}
