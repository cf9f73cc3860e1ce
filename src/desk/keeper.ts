import { StoreError, type Store } from '../platform/platform.ts';
import type { SaveState } from '../world/contract.ts';

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
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.flush().catch(() => {});
    }, SAVE_AFTER);
  }

  /** Saves what is not saved yet. @throws StoreError */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#saving;
    if (!this.#dirty || this.#stopped) return;
    this.#dirty = false;
    this.#saving = this.#save().finally(() => {
      this.#saving = null;
    });
    await this.#saving;
    if (this.#dirty) this.touch();
  }

  /** No more saves; what is under way ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#saving?.catch(() => {});
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

const MESSAGES: Readonly<Record<StoreError['reason'], string>> = {
  quota: 'This device has no room left for the browser. Your work goes on, but only in this tab: export it, or free some space.',
  forbidden: 'The browser keeps nothing for this page (a private window?). Your work goes on, but only in this tab: export it before you close it.',
  failed: 'The browser could not save. Your work goes on, but only in this tab: export it before you close it.',
};
