import type { NewThread } from '../../forge/contract.ts';
import { keep, kept } from '../parts/session-kept.ts';

/** Comments at lines that wait for their review to be sent, by pull request. A reload finds them again. */
export class Drafts {
  private readonly key: string;
  private all = $state.raw<ReadonlyMap<number, readonly NewThread[]>>(new Map());

  constructor(key: string) {
    this.key = key;
    this.all = draftsIn(kept(key));
  }

  of(pull: number): readonly NewThread[] {
    return this.all.get(pull) ?? [];
  }

  add(pull: number, draft: NewThread): void {
    this.set(pull, [...this.of(pull), draft]);
  }

  drop(pull: number, draft: NewThread): void {
    this.set(
      pull,
      this.of(pull).filter((other) => other !== draft),
    );
  }

  /** The review was sent. */
  sent(pull: number): void {
    this.set(pull, []);
  }

  /** Another world lies beneath. */
  begin(): void {
    this.all = new Map();
    keep(this.key, []);
  }

  private set(pull: number, drafts: readonly NewThread[]): void {
    this.all = new Map([...this.all, [pull, drafts]]);
    keep(this.key, [...this.all]);
  }
}

/** What was kept, if it still has the shape that it was kept in. */
function draftsIn(value: unknown): ReadonlyMap<number, readonly NewThread[]> {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Map(
    entries.flatMap((entry): readonly (readonly [number, readonly NewThread[]])[] => {
      const [pull, drafts]: readonly unknown[] = Array.isArray(entry) ? entry : [];
      return typeof pull === 'number' && Array.isArray(drafts) ? [[pull, drafts.filter(isDraft)]] : [];
    }),
  );
}

function isDraft(value: unknown): value is NewThread {
  if (typeof value !== 'object' || value === null) return false;
  const { path, line, side, body } = value as Partial<Record<keyof NewThread, unknown>>;
  return typeof path === 'string' && typeof line === 'number' && (side === 'before' || side === 'after') && typeof body === 'string';
}
