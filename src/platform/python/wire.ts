/** What a program's sockets say to the host: a line of words, then bytes. */
import type { Notice, Question } from './protocol.ts';

/** Reads a message of the runner's sockets: `listen 8000`, `accept 8000`, `answer 3`, `close 8000`, `exchange http localhost 8000`. */
export function messageOf(message: Uint8Array): Question | Notice {
  const lineEnd = message.indexOf(10);
  const [verb, ...words] = new TextDecoder().decode(message.subarray(0, lineEnd)).split(' ');
  const bytes = message.slice(lineEnd + 1);
  const number = Number(words.at(-1));
  switch (verb) {
    case 'listen':
    case 'accept':
    case 'close':
      return { kind: verb, port: number };
    case 'answer':
      return { kind: verb, connection: number, response: bytes };
    case 'exchange':
      return { kind: verb, scheme: words[0] === 'https' ? 'https' : 'http', host: words[1] ?? '', port: number, request: bytes };
    default:
      throw new Error(`Python: no such message: ${verb}`);
  }
}
