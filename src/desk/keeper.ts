import { StoreError, type Store } from '../platform/platform.ts';
import type { SaveState } from '../world/contract.ts';
import type { World } from '../world/world.ts';
import { TakenOverError } from './owned-store.ts';

/** How long after a change a save begins, in real ms: long enough to be one save per command, short enough that a crash costs little. */
const SAVE_AFTER = 250;

/** After a save that failed it is tried again by itself: first after so many real ms, then after twice as many each time, at most a minute. */
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 60_000;

export interface KeeperOptions {
  readonly store: Store;
  readonly key: string;
  /** Everything to keep, at this instant. */
  readonly content: () => Uint8Array;
  readonly onState: (state: SaveState) => void;
}

/** Keeps one blob up to date on the learner's device: soon after each change, never two saves at once, and says so when it cannot. */
export class Keeper {
  readonly #options: KeeperOptions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #failures = 0;
  /** The save at work, and how many changes it holds. */
  #saving: { readonly changes: number; readonly ended: Promise<void> } | null = null;
  /** How many changes there were, and how many of them are on disk. */
  #changes = 0;
  #kept = 0;
  #stopped = false;
  state: SaveState = { status: 'saved', at: 0 };

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Something changed. */
  touch(): void {
    if (this.#stopped) return;
    this.#changes++;
    this.#saveSoon();
  }

  /** Keeps up with a world: whatever changes in it is saved. Returns how to stop. */
  follow(world: World): () => void {
    const touch = () => this.touch();
    const stops = [world.computer.files.onChange(touch), world.on(touch), world.pipelines.on(touch)];
    return () => stops.forEach((stop) => stop());
  }

  /**
   * Saves what is not saved yet; resolves when everything up to now is on disk, whatever changes meanwhile.
   * @throws StoreError when the save that holds it fails, TakenOverError when another tab keeps the exercise now; nothing is saved after that
   */
  async flush(): Promise<void> {
    const wanted = this.#changes;
    // What began before the last change does not hold it; how it ends says nothing of the next.
    if (this.#saving !== null && this.#saving.changes < wanted) await this.#saving.ended.catch(() => {});
    if (this.#stopped || this.#kept >= wanted) return;
    await (this.#saving ?? this.#begin()).ended;
  }

  /** Saves nothing from now on, and says why: what is stored must not be overwritten. */
  stop(message: string): void {
    this.#stopped = true;
    this.#clearTimers();
    this.#tell({ status: 'unsaved', reason: 'failed', message });
  }

  #saveSoon(): void {
    if (this.#timer !== null || this.#saving !== null) return;
    this.#timer = setTimeout(() => this.#begin(), SAVE_AFTER);
  }

  #clearTimers(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#timer = null;
    this.#retry = null;
  }

  #begin(): { readonly changes: number; readonly ended: Promise<void> } {
    this.#clearTimers();
    const changes = this.#changes;
    const ended = this.#save().then(
      () => {
        this.#saving = null;
        this.#kept = changes;
        this.#failures = 0;
        if (this.#changes > changes && !this.#stopped) this.#saveSoon();
      },
      (error: unknown) => {
        this.#saving = null;
        // The world lives on in memory.
        if (!this.#stopped) this.#retry = setTimeout(() => this.#begin(), Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** this.#failures++));
        throw error;
      },
    );
    // Whoever waits in `flush` is told; the timers have nobody to tell but the page, which hears of the state.
    ended.catch(() => {});
    this.#saving = { changes, ended };
    return this.#saving;
  }

  async #save(): Promise<void> {
    this.#tell({ status: 'saving' });
    try {
      await this.#options.store.save(this.#options.key, this.#options.content());
      this.#tell({ status: 'saved', at: Date.now() });
    } catch (error) {
      if (error instanceof TakenOverError) {
        this.stop(error.message);
        throw error;
      }
      const reason = error instanceof StoreError ? error.reason : 'failed';
      this.#tell({ status: 'unsaved', reason, message: MESSAGES[reason] });
      throw error;
    }
  }

  #tell(state: SaveState): void {
    this.state = state;
    this.#options.onState(state);
  }
}

/** What the page says when something cannot be kept, by the reason. */
export const MESSAGES: Readonly<Record<StoreError['reason'], string>> = {
  quota: 'This device has no room left for the browser. Your work goes on, but only in this tab: export it, or free some space.',
  forbidden:
    'The browser keeps nothing for this page (a private window?). Your work goes on, but only in this tab: export it before you close it.',
  failed: 'The browser could not save. Your work goes on, but only in this tab: export it before you close it.',
};
