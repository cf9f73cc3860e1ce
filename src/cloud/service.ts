import { z } from 'zod';
import { RealTimeLimit, type FileTree, type PythonHost, type PythonProcess } from '../platform/platform.ts';
import type { Answer, Photo, ServiceRunner } from './contract.ts';

const ROOT = '/srv/package';
const QUESTIONS = '/srv/questions.json';
/** Longer messages are cut: they end in a log, and a service could hand out there what it was asked. */
const ERROR_CHARACTERS = 300;
const ANSWERS = '/srv/answers.json';

/**
 * Real ms that a service has for all its answers: virtual time stands still while it computes, so only this tells one that never ends
 * from one that works. Shorter than the pipelines' own limit of a step, so that the deployment fails with a sentence about the service.
 */
const ANSWER_LIMIT = 90_000;

/**
 * Asks the package's `service/app.py` for one answer per photo. The questions are gone before the package is loaded: users' photos are
 * nothing that a service finds in a file. It is the driver's own file that carries the answers out, so that
 * what the service prints stays a log.
 */
const DRIVER = `
import importlib, json, math, os, sys, traceback

def last_line(error):
    line = traceback.format_exception_only(error)[-1].strip()
    return line if len(line) <= ${ERROR_CHARACTERS} else line[:${ERROR_CHARACTERS}] + '...'

def questions():
    with open('${QUESTIONS}') as file:
        rows = json.load(file)
    os.remove('${QUESTIONS}')
    return rows

def ask(questions):
    try:
        app = importlib.import_module('service.app')
        predict = app.predict
    except BaseException as error:
        traceback.print_exc()
        return {'started': False, 'error': last_line(error)}
    answers = []
    for rows in questions:
        try:
            answer = predict(rows)
            species = answer['species']
            if not isinstance(species, str):
                raise TypeError(f"predict returned {type(species).__name__} as species, not a string")
            votes = {str(k): float(v) for k, v in dict(answer.get('votes') or {}).items()}
            for name, share in votes.items():
                if not math.isfinite(share):
                    raise ValueError(f"predict returned {share} as the votes for {name}, not a number")
            answers.append({'species': species, 'votes': votes})
        except Exception as error:
            answers.append({'error': last_line(error)})
    return {'started': True, 'answers': answers}

sys.path.insert(0, '${ROOT}')
os.chdir('${ROOT}')
result = ask(questions())
with open('${ANSWERS}', 'w') as file:
    json.dump(result, file, allow_nan=False)
`;

const driverAnswer = z.union([z.object({ error: z.string() }), z.object({ species: z.string(), votes: z.record(z.string(), z.number()) })]);
const driverResults = z.union([
  z.object({ started: z.literal(false), error: z.string() }),
  z.object({ started: z.literal(true), answers: z.array(driverAnswer) }),
]);

/** What the driver wrote; null when it is not the driver's: code that was asked can end the process and leave a file of its own. */
function driverResult(text: string): z.infer<typeof driverResults> | null {
  try {
    return driverResults.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The service did not come up, or never answered: nothing can be served from this package. The message is fit for the deploy step's log. */
export class ServiceStartError extends Error {
  override readonly name = 'ServiceStartError';
}

/** Runs packages in Python processes of `python`; each call is one process that sees the package and nothing else. `limit` is in real ms. */
export function serviceRunner(python: PythonHost, now: () => number, limit = ANSWER_LIMIT): ServiceRunner {
  return {
    async predict(files: FileTree, photos: readonly Photo[], signal: AbortSignal): Promise<readonly Answer[]> {
      signal.throwIfAborted();
      let log = '';
      const decoder = new TextDecoder();
      const encoder = new TextEncoder();
      const at = now();
      const folder = (path: string) => ({ path, type: 'directory', mode: 0o755, mtime: at }) as const;
      const process = python.start({
        args: ['-c', DRIVER],
        cwd: '/srv',
        env: { PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' },
        files: [
          folder('/srv'),
          folder(ROOT),
          ...files.filter((entry) => entry.path !== '/').map((entry) => ({ ...entry, path: ROOT + entry.path })),
          { path: QUESTIONS, type: 'file', bytes: encoder.encode(JSON.stringify(photos.map(rowsOf))), mode: 0o644, mtime: at },
        ],
        stdin: new Uint8Array(),
        now: at,
        onOutput: (_stream, bytes) => {
          log = (log + decoder.decode(bytes, { stream: true })).slice(-4_000);
        },
      });
      const late = await endedWithin(process, limit, signal);
      signal.throwIfAborted();
      if (late)
        throw new ServiceStartError(
          `the service did not answer: it computed for ${Math.round(limit / 1000)} s of real time without coming to an end. Does service/app.py loop for ever?${tail(log)}`,
        );
      const exit = await process.exited;
      const written = exit.changes.written.find((entry) => entry.path === ANSWERS);
      if (written?.type !== 'file') {
        const why = exit.reason === 'out-of-memory' ? 'it ran out of memory' : `it ended with exit code ${exit.exitCode}`;
        throw new ServiceStartError(`the service gave no answer: ${why}${tail(log)}`);
      }
      const result = driverResult(decoder.decode(written.bytes));
      if (result === null)
        throw new ServiceStartError(`the service ended while it was asked, and left something else in ${ANSWERS}${tail(log)}`);
      if (!result.started) throw new ServiceStartError(`service/app.py does not start: ${result.error}${tail(log)}`);
      return photos.map((photo, i) => {
        const answer = result.answers[i];
        if (answer === undefined) return { photo: photo.id, ok: false, error: 'no answer' };
        return 'error' in answer ? { photo: photo.id, ok: false, error: answer.error } : { photo: photo.id, ok: true, ...answer };
      });
    },
  };
}

/** Waits for the process to end, and kills it when its time, from when it begins, is over or the signal says so; true when its time was over. */
async function endedWithin(process: PythonProcess, limit: number, signal: AbortSignal): Promise<boolean> {
  let late = false;
  const kill = () => process.kill();
  signal.addEventListener('abort', kill, { once: true });
  await process.begun;
  const clock = new RealTimeLimit(limit, () => {
    late = true;
    kill();
  });
  try {
    await process.exited;
    return late;
  } finally {
    clock.clear();
    signal.removeEventListener('abort', kill);
  }
}

/** What the service printed last, below a message. */
function tail(log: string): string {
  return log.trim() === '' ? '' : `\n${log.trim()}`;
}

function rowsOf(photo: Photo): number[][] {
  return Array.from({ length: photo.size }, (_, y) => [...photo.pixels.subarray(y * photo.size, (y + 1) * photo.size)]);
}
