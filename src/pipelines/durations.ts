/**
 * How long things take in a run, in virtual milliseconds: the one place where these are stated. They are modelled, not measured, so that
 * the same push gives the same times on every machine. What isn't listed takes no time; `sleep` takes what it says. They are close to what
 * a small job takes on a hosted runner; a pipeline of test, train, gate and deploy comes to six to seven minutes.
 */
const SECOND = 1000;

/** From the moment a job could run until a free runner has picked it up. */
export const PICK_UP = 6 * SECOND;
/** *Set up job*: the runner prepares itself and fetches the actions. */
export const SET_UP_JOB = 4 * SECOND;
/** *Complete job*. */
export const COMPLETE_JOB = 1 * SECOND;
/** Any `run` step, for starting its shell. */
export const RUN_STEP = 1 * SECOND;
/** A step that comes after the job, such as *Post Run actions/checkout*. */
export const POST_STEP = 1 * SECOND;
export const CHECKOUT = 4 * SECOND;
export const SETUP_PYTHON = 9 * SECOND;
export const UPLOAD_ARTIFACT = 5 * SECOND;
export const DOWNLOAD_ARTIFACT = 4 * SECOND;
/** Handing a package over until the service answers with it. */
export const DEPLOY = 75 * SECOND;

/** A Python process. A program takes a minute; a line of it (`python -c`, or on stdin) five seconds; asking for the version takes nothing. */
export function pythonProcess(args: readonly string[]): number {
  const first = args.find((arg) => arg !== '-u' && arg !== '-B' && arg !== '-s');
  if (first === '--version' || first === '-V') return 0;
  return first === undefined || first === '-' || first === '-c' ? 5 * SECOND : 60 * SECOND;
}

/**
 * Real time, not virtual: how long a step may compute without letting virtual time pass before it counts as one that never ends. Its
 * `timeout-minutes` are virtual and say nothing about real time. The run then goes on at the virtual moment of the timeout.
 */
export const REAL_LIMIT = 120 * SECOND;
