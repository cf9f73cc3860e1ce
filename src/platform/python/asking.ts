/** The worker's side of a question: the program stands still until the host has answered. */
import type { PythonPause } from '../platform.ts';
import { decodeAnswer, type Answer } from './answer.ts';
import { control, type FromWorker, type Question } from './protocol.ts';

/** Asks the host and waits. Ctrl+C is an answer too: the error EINTR, with the signal set. */
export type Ask = (question: Question, pause: PythonPause) => Answer;

/** Makes the questions of one worker, whose control block is `shared`. */
export function createAsk(shared: Int32Array, post: (message: FromWorker) => void): Ask {
  const inPlace = new Uint8Array(shared.buffer, control.words * 4);
  let turn = 0;

  const waitFor = (wanted: number): void => {
    for (;;) {
      const answered = Atomics.load(shared, control.answered);
      if (answered === wanted) return;
      Atomics.wait(shared, control.answered, answered);
    }
  };

  return (question, pause) => {
    turn += 1;
    post({ type: 'question', turn, question, pause });
    waitFor(turn);
    const length = Atomics.load(shared, control.answerBytes);
    if (length <= inPlace.length) return decodeAnswer(inPlace.subarray(0, length));
    const room = new SharedArrayBuffer(length);
    turn += 1;
    post({ type: 'room', turn, room });
    waitFor(turn);
    return decodeAnswer(new Uint8Array(room));
  };
}
