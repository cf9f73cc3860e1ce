/** Carries a process's output out of its worker: soon, in order, whole UTF-8 characters, and no faster than it is taken. */
import type { OutputStream } from '../platform.ts';
import type { OutputChunk } from './protocol.ts';

/** At most one message in this many ms; a quiet process's first write goes at once. */
const minimumInterval = 8;
const largestBatch = 64 * 1024;

export interface OutputQueue {
  write(stream: OutputStream, bytes: Uint8Array): void;
  /** Sends what has waited long enough; called often while the program runs. */
  tick(): void;
  /** Sends everything, an unfinished character too. */
  flush(): void;
}

export interface OutputQueueOptions {
  now(): number;
  post(chunks: readonly OutputChunk[], bytes: number): void;
}

/** Makes the queue of one process. */
export function createOutputQueue(options: OutputQueueOptions): OutputQueue {
  let waiting: OutputChunk[] = [];
  let waitingBytes = 0;
  let lastPost = -Infinity;
  const unfinished: Record<OutputStream, Uint8Array> = { stdout: new Uint8Array(0), stderr: new Uint8Array(0) };

  const post = (): void => {
    if (waiting.length === 0) return;
    const chunks = waiting;
    const bytes = waitingBytes;
    waiting = [];
    waitingBytes = 0;
    lastPost = options.now();
    options.post(merged(chunks), bytes);
  };
  const enqueue = (stream: OutputStream, bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    waiting.push({ stream, bytes });
    waitingBytes += bytes.length;
  };
  const due = (): boolean => waitingBytes >= largestBatch || options.now() - lastPost >= minimumInterval;

  return {
    write(stream, bytes) {
      const all = concatenated([unfinished[stream], bytes]);
      const end = all.length - unfinishedTail(all);
      unfinished[stream] = all.slice(end);
      enqueue(stream, all.subarray(0, end));
      if (waitingBytes > 0 && due()) post();
    },
    tick() {
      if (waitingBytes > 0 && due()) post();
    },
    flush() {
      for (const stream of ['stdout', 'stderr'] as const) {
        enqueue(stream, unfinished[stream]);
        unfinished[stream] = new Uint8Array(0);
      }
      post();
    },
  };
}

/** How many bytes at the end of `bytes` begin a UTF-8 character that is not complete. */
export function unfinishedTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf8 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function merged(chunks: readonly OutputChunk[]): OutputChunk[] {
  const runs: { stream: OutputStream; parts: Uint8Array[] }[] = [];
  for (const { stream, bytes } of chunks) {
    const last = runs.at(-1);
    if (last?.stream === stream) last.parts.push(bytes);
    else runs.push({ stream, parts: [bytes] });
  }
  return runs.map(({ stream, parts }) => ({ stream, bytes: concatenated(parts) }));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
