import { createComputer } from '../../../src/computer/computer.ts';
import type { Computer, ComputerOptions, Session, SessionOptions } from '../../../src/computer/contract.ts';
import type { OutputStream } from '../../../src/platform/platform.ts';
import { StepClock } from './clock.ts';
import { ScriptedPython } from './python.ts';

export const YOU = { name: 'You', login: 'you', email: 'you@fieldleaf.test' };

export function computerWith(options: Partial<ComputerOptions> = {}): Computer {
  return createComputer({ clock: new StepClock(), python: new ScriptedPython(), user: YOU, hostname: 'fieldleaf', ...options });
}

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly cwd: string;
}

/** A session with its output caught. */
export class Terminal {
  readonly session: Session;
  readonly chunks: [OutputStream, string][] = [];

  constructor(computer: Computer = computerWith(), options: Partial<SessionOptions> = {}) {
    this.session = computer.session({
      interactive: false,
      ...options,
      onOutput: (stream, text) => {
        this.chunks.push([stream, text]);
        options.onOutput?.(stream, text);
      },
    });
  }

  async type(text: string): Promise<Answer> {
    this.chunks.length = 0;
    const { exitCode } = await this.session.run(text);
    return this.#answer(exitCode);
  }

  async script(text: string, options: Parameters<Session['script']>[1] = {}): Promise<Answer> {
    this.chunks.length = 0;
    const { exitCode } = await this.session.script(text, options);
    return this.#answer(exitCode);
  }

  #answer(exitCode: number): Answer {
    const all = (wanted: OutputStream) => this.chunks.flatMap(([stream, text]) => (stream === wanted ? [text] : [])).join('');
    return { stdout: all('stdout'), stderr: all('stderr'), exitCode, cwd: this.session.cwd };
  }
}
