/** The host's side of a program's questions: it finds the answer and wakes the program up. */
import type { PythonJob, PythonPause, PythonResume } from '../platform.ts';
import { encodeAnswer, type Answer } from './answer.ts';
import { control, type Question, type Typed } from './protocol.ts';

/** What a question is answered with, but for what has become of the computer. */
export type Finding = Omit<Answer, 'resumption'>;

const nothing = new Uint8Array(0);
/** What Ctrl+C makes of a question. */
export const interruptedCall: Finding = { error: 'EINTR', body: nothing };
const unchanged: PythonResume = () => Promise.resolve({ now: Date.now(), changes: { written: [], removed: [] } });

/** Lines from a job's terminal. A line that was asked for and is not wanted any more, because of Ctrl+C, is the next one's. */
export class TypedLines {
  readonly #job: PythonJob;
  #line: Promise<string | null> | null = null;

  constructor(job: PythonJob) {
    this.#job = job;
  }

  /** The next line; `wanted` is asked when it comes. Null where it is not wanted any more. */
  async next(wanted: () => boolean): Promise<Typed | null> {
    this.#line ??= this.#job.terminal?.readLine() ?? Promise.resolve(null);
    const line = await this.#line;
    if (!wanted()) return null;
    this.#line = null;
    return line === null ? { key: 'end' } : { key: 'line', line };
  }
}

/** Says how the process stands to whom it may concern, and gives what to ask when its wait is over. */
export function paused(job: PythonJob, pause: PythonPause): PythonResume {
  return job.onPause?.(pause) ?? unchanged;
}

/** Finds the answer to a question. Null where Ctrl+C made it pointless. */
export async function findAnswer(_question: Question, lines: TypedLines, wanted: () => boolean): Promise<Finding | null> {
  const typed = await lines.next(wanted);
  if (typed === null) return null;
  return { body: typed.key === 'line' ? new TextEncoder().encode(`${typed.line}\n`) : nothing };
}

/** Puts an answer where the program looks, and wakes it. What is too long for the control block is given back: it waits for room. */
export function deliver(shared: Int32Array, turn: number, answer: Answer): Uint8Array | null {
  const block = encodeAnswer(answer);
  const inPlace = new Uint8Array(shared.buffer, control.words * 4);
  const fits = block.length <= inPlace.length;
  if (fits) inPlace.set(block);
  Atomics.store(shared, control.answerBytes, block.length);
  wake(shared, turn);
  return fits ? null : block;
}

/** Puts a long answer into the room that the program has made for it. */
export function fill(shared: Int32Array, turn: number, room: SharedArrayBuffer, block: Uint8Array): void {
  new Uint8Array(room).set(block);
  wake(shared, turn);
}

function wake(shared: Int32Array, turn: number): void {
  Atomics.store(shared, control.answered, turn);
  Atomics.notify(shared, control.answered);
}
