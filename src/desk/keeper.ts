import { StoreError, type Store } from '../platform/platform.ts';
import type { SaveState } from '../world/contract.ts';
import type { World } from '../world/world.ts';

/** How long after a change a save begins, in real ms: long enough to be one save per command, short enough that a crash costs little. */
const SAVE_AFTER = 250;

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
  #saving: Promise<void> | null = null;
  #dirty = false;
  #stopped = false;
  state: SaveState = { status: 'saved', at: 0 };

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Something changed. */
  touch(): void {
    if (this.#stopped) return;
    this.#dirty = true;
    if (this.#timer !== null || this.#saving !== null) return;
    this.#timer = setTimeout(() => this.#begin(), SAVE_AFTER);
  }

  /** Keeps up with a world: whatever changes in it is saved. Returns how to stop. */
  follow(world: World): () => void {
    const touch = () => this.touch();
    const stops = [world.computer.files.onChange(touch), world.on(touch), world.pipelines.on(touch)];
    return () => stops.forEach((stop) => stop());
  }

  /** Saves what is not saved yet; resolves when everything up to now is on disk. @throws StoreError */
  async flush(): Promise<void> {
    while (!this.#stopped && (this.#saving !== null || this.#dirty)) {
      if (this.#saving === null) this.#begin();
      await this.#saving;
    }
  }

  /** Saves nothing from now on, and says why: what is stored must not be overwritten. */
  stop(message: string): void {
    this.#stopped = true;
    this.#tell({ status: 'unsaved', reason: 'failed', message });
  }

  #begin(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dirty = false;
    const saving = this.#save().then(
      () => {
        this.#saving = null;
        if (this.#dirty) this.touch();
      },
      (error: unknown) => {
        this.#saving = null;
        throw error;
      },
    );
    // Whoever waits in `flush` is told; the timer has nobody to tell but the page, which hears of the state.
    saving.catch(() => {});
    this.#saving = saving;
  }

  async #save(): Promise<void> {
    this.#tell({ status: 'saving' });
    try {
      await this.#options.store.save(this.#options.key, this.#options.content());
      this.#tell({ status: 'saved', at: Date.now() });
    } catch (error) {
      // The world lives on in memory: the next change tries again.
      this.#dirty = true;
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
