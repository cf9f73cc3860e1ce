/** checks: what an exercise asserts on a world, and the verdicts. Sees the world through contracts only. */
import type { CheckState } from '../world/contract.ts';
import type { Check, CheckProgress, Observed, Relevant, Verdict } from './contract.ts';

/** What is kept of a check between visits. */
export interface CheckMemory {
  readonly id: string;
  readonly verdict: Verdict | null;
  readonly checkedAfter: string | null;
  readonly hintsShown: number;
  /** What it is to be looked at again for: news that came before the last look ended. */
  readonly due?: string | null;
}

export interface CheckRunnerOptions {
  readonly checks: readonly Check[];
  /** Hint steps by the name that a verdict gives. */
  readonly hints: Readonly<Record<string, readonly string[]>>;
  /** A view of the world. The signal says that nobody waits for the look any more: its forks are thrown away. */
  readonly observe: (signal: AbortSignal) => Observed;
  readonly onChange: (states: readonly CheckState[]) => void;
  readonly memory?: readonly CheckMemory[];
}

interface Tracked {
  readonly check: Check;
  verdict: Verdict | null;
  checkedAfter: string | null;
  hintsShown: number;
  /** The look at work, or null: what ends it, and what it was begun for. */
  looking: { readonly stop: AbortController; readonly label: string } | null;
  /** How many probes of the present look are done; null when it has none. */
  progress: CheckProgress | null;
  /** What made it outdated, or null when the verdict is of now. */
  due: string | null;
}

/** Looks again at each check whenever something relevant happened: one at a time, in order, and never twice for the same news. */
export class CheckRunner {
  readonly #options: CheckRunnerOptions;
  readonly #tracked: Tracked[];
  #pass: Promise<void> | null = null;
  #stopped = false;

  constructor(options: CheckRunnerOptions) {
    this.#options = options;
    this.#tracked = options.checks.map((check) => {
      const memory = options.memory?.find(({ id }) => id === check.id);
      return {
        check,
        verdict: memory?.verdict ?? null,
        checkedAfter: memory?.checkedAfter ?? null,
        hintsShown: memory?.hintsShown ?? 0,
        looking: null,
        progress: null,
        due: memory?.due ?? null,
      };
    });
  }

  /** Something happened: the checks that it concerns are looked at soon. `label` is shown as *checked after …*. */
  notify(relevant: Relevant, label: string): void {
    for (const tracked of this.#tracked) if (tracked.check.after.includes(relevant)) outdate(tracked, label);
    void this.#run();
  }

  /** Looks at all checks; resolves when none is outdated. */
  async checkNow(label: string): Promise<void> {
    for (const tracked of this.#tracked) outdate(tracked, label);
    await this.#run();
  }

  /** Goes on where the last visit ended: looks at what was outdated or being looked at then. */
  resume(): void {
    void this.#run();
  }

  /** The world is gone: what is being looked at is thrown away, and nothing is told any more. */
  stop(): void {
    this.#stopped = true;
    for (const tracked of this.#tracked) {
      tracked.due = null;
      tracked.looking?.stop.abort();
    }
  }

  /** Resolves when no check is at work or outdated. */
  async settled(): Promise<void> {
    while (this.#pass !== null) await this.#pass;
  }

  /** Shows the next hint of a failing check; does nothing when there is none left. */
  showHint(id: string): void {
    const tracked = this.#tracked.find((candidate) => candidate.check.id === id);
    if (tracked === undefined || tracked.hintsShown >= this.#hintsOf(tracked).length) return;
    tracked.hintsShown++;
    this.#changed();
  }

  states(): readonly CheckState[] {
    return this.#tracked.map((tracked) => {
      const hints = this.#hintsOf(tracked);
      return {
        id: tracked.check.id,
        title: tracked.check.title,
        state: tracked.looking ? 'checking' : tracked.verdict === null ? 'idle' : 'settled',
        progress: tracked.progress,
        verdict: tracked.verdict,
        checkedAfter: tracked.checkedAfter,
        hints: { shown: hints.slice(0, tracked.hintsShown), total: hints.length },
      };
    });
  }

  memory(): readonly CheckMemory[] {
    return this.#tracked.map(({ check, verdict, checkedAfter, hintsShown, due, looking }) => ({
      id: check.id,
      verdict,
      checkedAfter,
      hintsShown,
      due: due ?? looking?.label ?? null,
    }));
  }

  #hintsOf({ verdict }: Tracked): readonly string[] {
    return verdict?.status === 'fails' ? (this.#options.hints[verdict.hint] ?? []) : [];
  }

  #changed(): void {
    this.#options.onChange(this.states());
  }

  #run(): Promise<void> {
    this.#pass ??= this.#passes().finally(() => {
      this.#pass = null;
      // Something may have become outdated after the last look and before this line.
      if (this.#nextDue() !== undefined) void this.#run();
    });
    return this.#pass;
  }

  async #passes(): Promise<void> {
    // Not before `#pass` is set: a look may bring news itself, and must not start a second pass.
    await null;
    for (let next = this.#nextDue(); next !== undefined; next = this.#nextDue()) {
      const label = next.due ?? '';
      const stop = new AbortController();
      next.due = null;
      next.looking = { stop, label };
      this.#changed();
      const looking = next;
      const verdict = await look(
        next.check,
        () => this.#options.observe(stop.signal),
        (progress) => {
          stop.signal.throwIfAborted();
          looking.progress = progress;
          this.#changed();
        },
      );
      next.looking = null;
      next.progress = null;
      if (this.#stopped) return;
      // What it saw is about a world that has moved on. It is due again, or was stopped for good.
      if (stop.signal.aborted) continue;
      const sameFailure = verdict.status === 'fails' && next.verdict?.status === 'fails' && verdict.hint === next.verdict.hint;
      if (!sameFailure) next.hintsShown = 0;
      next.verdict = verdict;
      next.checkedAfter = label;
      this.#changed();
    }
  }

  #nextDue(): Tracked | undefined {
    return this.#tracked.find((tracked) => tracked.due !== null);
  }
}

/** There is news: a look at work is about a world that has moved on, so it ends. */
function outdate(tracked: Tracked, label: string): void {
  tracked.due = label;
  tracked.looking?.stop.abort(new Error('There is news.'));
}

/** One look. Whatever goes wrong inside a check is `unknown`: it never counts for or against the learner. */
export async function look(check: Check, observe: () => Observed, tell: (progress: CheckProgress) => void = () => {}): Promise<Verdict> {
  try {
    return await check.check(observe(), tell);
  } catch (error) {
    return { status: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
}
