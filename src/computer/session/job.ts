/** One line or script while it runs: where its output goes, what is typed to it, and Ctrl+C. */
import type { OutputStream } from '../../platform/platform.ts';
import type { Run } from './run.ts';
import type { Frame } from './traps.ts';

/** How long a command may take to notice Ctrl+C by itself before its shell is ended, in real ms. */
const GRACE = 240;
/** How often a trap may take Ctrl+C from one line. */
const CAUGHT_AT_MOST = 2;

/** Ctrl+C, which a process may answer, or the end of the session. */
export type StopReason = 'interrupted' | 'closed';

export class Job {
  interrupted = false;
  readonly #onOutput: (stream: OutputStream, text: string) => void;
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  #interruption = new AbortController();
  readonly #lastResort = new AbortController();
  readonly #typed: (string | null)[] = [];
  readonly #readers: ((line: string | null) => void)[] = [];
  #run: Run | null = null;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #inputsRead = 0;
  /** Of the command that runs: answers whether it goes on after Ctrl+C. */
  #catcher: (() => boolean) | null = null;
  /** How often Ctrl+C met a trap. */
  #caught = 0;

  constructor(onOutput: (stream: OutputStream, text: string) => void) {
    this.#onOutput = onOutput;
  }

  /** Aborted with a `StopReason`. */
  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Aborted when Ctrl+C has not helped. */
  get lastResort(): AbortSignal {
    return this.#lastResort.signal;
  }

  /** How many lines and ends of input have been read. */
  get inputsRead(): number {
    return this.#inputsRead;
  }

  /** From now on the job is what `run` runs. */
  attach(run: Run): void {
    this.#run = run;
    run.interrupted = this.interrupted;
    run.rested();
  }

  write(stream: OutputStream, text: string): void {
    if (text !== '' && !this.#ended) this.#onOutput(stream, text);
  }

  /** A character may come in two pieces. */
  writeBytes(stream: OutputStream, bytes: Uint8Array): void {
    this.write(stream, this.#decoders[stream].decode(bytes, { stream: true }));
  }

  input(text: string | null): void {
    const lines = text === null ? [null] : text.replace(/\n$/, '').split('\n');
    for (const line of lines) {
      const reader = this.#readers.shift();
      if (reader === undefined) this.#typed.push(line);
      else this.#give(line, reader);
    }
  }

  /** Once `unwanted` is aborted, the line is for whoever reads next, and the promise stays as it is. */
  readLine(unwanted?: AbortSignal): Promise<string | null> {
    if (this.interrupted) return Promise.resolve(null);
    return new Promise((resolve) => {
      if (this.#typed.length > 0) return this.#give(this.#typed.shift()!, resolve);
      this.#readers.push(resolve);
      unwanted?.addEventListener('abort', () => this.#forget(resolve), { once: true });
    });
  }

  /** Everything that has been typed and not read. */
  takeTyped(): string {
    const end = this.#typed.indexOf(null);
    const lines = this.#typed.splice(0, end === -1 ? this.#typed.length : end + 1);
    this.#inputsRead += lines.length;
    return lines.map((line) => (line === null ? '' : `${line}\n`)).join('');
  }

  /** Lets the command that runs have Ctrl+C for itself as long as `catcher` answers true. */
  catchInterrupt(catcher: (() => boolean) | null): void {
    this.#catcher = catcher;
  }

  interrupt(reason: StopReason): void {
    if (this.interrupted || this.#ended) return;
    if (reason === 'interrupted' && this.#catcher?.() === true) return this.#forgetTyped();
    if (reason === 'interrupted' && this.#run !== null && this.#isCaught(this.#run.frame, 'INT')) return;
    this.#stop(reason);
  }

  /** A signal of `kill`; true when it ends what runs. */
  deliver(name: string): boolean {
    if (this.interrupted || this.#ended || name === 'EXIT') return false;
    if (name === 'INT' && this.#catcher?.() === true) return false;
    if (name !== 'KILL' && this.#run !== null && this.#isCaught(this.#run.frame, name)) return false;
    this.#stop(name === 'INT' ? 'interrupted' : 'closed');
    return true;
  }

  #stop(reason: StopReason): void {
    this.interrupted = true;
    if (this.#run !== null) this.#run.interrupted = true;
    this.#interruption.abort(reason);
    for (const reader of this.#readers.splice(0)) reader(null);
    this.#grace = setTimeout(() => this.#lastResort.abort(), GRACE);
  }

  /**
   * A trap takes the signal, which ends the command that runs and no more. Nobody can close this terminal, so it takes Ctrl+C twice at most.
   */
  #isCaught(frame: Frame, name: string): boolean {
    let catcher: Frame | null = frame;
    while (catcher !== null && !catcher.catches(name)) catcher = catcher.parent;
    if (catcher === null) return false;
    if (name === 'INT' && ++this.#caught > CAUGHT_AT_MOST) {
      this.write('stderr', 'bash: stopped: this terminal ends what runs at the third Ctrl+C, trap or not\n');
      return false;
    }
    if (catcher.handler(name) === '') return true;
    catcher.pending.push(name);
    for (let ended = frame; ended !== catcher; ended = ended.parent!) ended.ended = true;
    const stopped = this.#interruption;
    this.#interruption = new AbortController();
    stopped.abort('interrupted');
    for (const reader of this.#readers.splice(0)) reader(null);
    return true;
  }

  end(): void {
    clearTimeout(this.#grace);
    for (const stream of ['stdout', 'stderr'] as const) this.write(stream, this.#decoders[stream].decode());
    this.#ended = true;
  }

  /** A terminal throws away what was typed before Ctrl+C; nobody else is to read it. */
  #forgetTyped(): void {
    this.#inputsRead += this.#typed.splice(0).length;
  }

  #forget(reader: (line: string | null) => void): void {
    const at = this.#readers.indexOf(reader);
    if (at !== -1) this.#readers.splice(at, 1);
  }

  #give(line: string | null, reader: (line: string | null) => void): void {
    this.#inputsRead++;
    reader(line);
  }
}
