import type { LineResult, Session } from '../computer/contract.ts';
import type { UnderWay } from './under-way.ts';

/** Statements that the terminals remember. */
const HISTORY_LIMIT = 1_000;

interface Terminal {
  readonly columns: number;
  readonly onOutput: (text: string) => void;
  session: Session;
}

/** The page's terminals: each has a shell in the world of now, and all share one history. */
export class Terminals {
  readonly #underWay: UnderWay;
  readonly #open = new Map<number, Terminal>();
  #last = 0;
  /** What was typed, oldest first. */
  history: readonly string[];

  constructor(underWay: UnderWay, history: readonly string[]) {
    this.#underWay = underWay;
    this.history = history;
    underWay.follow(() => {
      for (const terminal of this.#open.values()) terminal.session = this.#newSession(terminal.columns, terminal.onOutput);
      return () => {
        for (const { session } of this.#open.values()) session.close();
      };
    });
  }

  /** Opens a terminal of so many columns in the repository's folder; gives its id. */
  open(columns: number, onOutput: (text: string) => void): number {
    const id = ++this.#last;
    this.#open.set(id, { columns, onOutput, session: this.#newSession(columns, onOutput) });
    return id;
  }

  /** Runs a statement typed at the prompt; resolves when it has ended. */
  async run(id: number, text: string): Promise<LineResult> {
    const session = this.session(id);
    if (text.trim() !== '') this.history = [...this.history, text].slice(-HISTORY_LIMIT);
    return this.#underWay.world.type(session, text);
  }

  /** Hangs up: the shell ends, and what runs in it is killed. The page's callback goes with it, and so does the port behind it. */
  close(id: number): void {
    this.#open.get(id)?.session.close();
    this.#open.delete(id);
  }

  /** A terminal's shell. @throws Error when there is no such terminal. */
  session(id: number): Session {
    const terminal = this.#open.get(id);
    if (terminal === undefined) throw new Error(`there is no terminal ${id}`);
    return terminal.session;
  }

  #newSession(columns: number, onOutput: (text: string) => void): Session {
    const { world, folder } = this.#underWay;
    return world.computer.session({ interactive: true, cwd: folder, columns, onOutput: (_stream, text) => onOutput(text) });
  }
}
