/** The host's side of a program's questions: it finds the answer and wakes the program up. */
import type { PythonJob, PythonNetwork, PythonPause, PythonResume } from '../platform.ts';
import { encodeAnswer, type Answer } from './answer.ts';
import { control, type Notice, type Question, type Typed } from './protocol.ts';

/** What a question is answered with, but for what has become of the computer. */
export type Finding = Omit<Answer, 'resumption'>;

const nothing = new Uint8Array(0);
/** What Ctrl+C makes of a question. */
export const interruptedCall: Finding = { error: 'EINTR', body: nothing };
const unchanged: PythonResume = () => Promise.resolve({ now: null, changes: { written: [], removed: [] } });

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

/** Finds the answers to one process's questions. */
export class Answers {
  readonly #job: PythonJob;
  readonly #lines: TypedLines;
  /** Requests that were waited for when Ctrl+C came, by port. */
  readonly #requests = new Map<number, ReturnType<PythonNetwork['accept']>>();

  constructor(job: PythonJob, lines: TypedLines) {
    this.#job = job;
    this.#lines = lines;
  }

  /** The answer; `wanted` is asked when it is there. Null where Ctrl+C has made it pointless. */
  async to(question: Question, wanted: () => boolean): Promise<Finding | null> {
    if (question.kind === 'line') {
      const typed = await this.#lines.next(wanted);
      return typed && text(typed.key === 'line' ? `${typed.line}\n` : '');
    }
    const { network } = this.#job;
    if (network === undefined) return { error: 'ENETUNREACH', body: nothing };
    if (question.kind === 'listen') {
      const port = network.listen(question.port);
      return port === null ? { error: 'EADDRINUSE', body: nothing } : text(String(port));
    }
    if (question.kind === 'accept') return this.#accept(network, question.port, wanted);
    const body = await network.exchange(question, question.request);
    return body === null ? { error: 'ECONNREFUSED', body: nothing } : { body };
  }

  async #accept(network: PythonNetwork, port: number, wanted: () => boolean): Promise<Finding | null> {
    const coming = this.#requests.get(port) ?? network.accept(port);
    this.#requests.set(port, coming);
    const { connection, request } = await coming;
    if (!wanted()) return null;
    this.#requests.delete(port);
    return { body: joined(text(`${connection}\n`).body, request) };
  }
}

/** Does what a program said on its network. */
export function heed({ network }: PythonJob, notice: Notice): void {
  if (notice.kind === 'answer') network?.answer(notice.connection, notice.response);
  else network?.close(notice.port);
}

function text(words: string): Finding {
  return { body: new TextEncoder().encode(words) };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
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
