/** Where make's output goes: to the terminal as it comes, or into its result. */
import type { ExecResult } from 'just-bash';
import type { OutputStream } from '../../../platform/platform.ts';
import { fromLatin1, toLatin1 } from '../../files/content.ts';
import type { CommandHost } from '../host.ts';

/** UTF-8 that just-bash carries as one character for each byte. */
export const textOf = (bytes: string): string => new TextDecoder().decode(fromLatin1(bytes));

export class Output {
  readonly #host: CommandHost;
  readonly #isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  #stdout = '';
  #stderr = '';

  /** To be made before the command's first await. */
  constructor(host: CommandHost) {
    this.#host = host;
    this.#isTerminal = host.streams();
  }

  say(stream: OutputStream, text: string): void {
    if (this.#isTerminal[stream]) this.#host.write(stream, text);
    else if (stream === 'stdout') this.#stdout += toLatin1(new TextEncoder().encode(text));
    else this.#stderr += text;
  }

  /** What a command within did not print itself. */
  take({ stdout, stdoutKind, stdoutEncoding, stderr }: ExecResult): void {
    const isBytes = stdoutKind === 'bytes' || stdoutEncoding === 'binary';
    if (this.#isTerminal.stdout) this.#host.write('stdout', isBytes ? textOf(stdout) : stdout);
    else this.#stdout += isBytes ? stdout : toLatin1(new TextEncoder().encode(stdout));
    this.say('stderr', stderr);
  }

  result(exitCode: number): ExecResult {
    return { stdout: this.#stdout, stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr: this.#stderr, exitCode };
  }
}
