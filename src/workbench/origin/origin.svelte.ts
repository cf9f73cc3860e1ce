import type { NewThread, ReviewVerdict } from '../../forge/contract.ts';
import type { OriginAction, OriginView, PullRequestView, WorldClient } from '../../world/contract.ts';
import { OriginCode } from './code.svelte.ts';

export type OriginTab = 'code' | 'pulls' | 'board' | 'releases' | 'protection';

/** The origin as the page knows it: asked for when it is looked at, and again when something there has changed. */
export class Origin {
  view = $state.raw<OriginView | null>(null);
  tab = $state<OriginTab>('pulls');
  /** Number of the pull request that is open, and what was read of it. */
  selectedPull = $state<number | null>(null);
  pull = $state.raw<PullRequestView | null>(null);
  selectedItem = $state<number | null>(null);
  /** Branch that a pull request is written for. */
  proposing = $state<string | null>(null);
  readonly code: OriginCode;
  /** Comments at lines that wait for their review to be sent, by pull request. */
  private drafts = $state.raw<ReadonlyMap<number, readonly NewThread[]>>(new Map());
  /** What the last action was refused with, below the control that asked for it. */
  refused = $state<string | null>(null);
  refusedAction = $state<OriginAction['type'] | null>(null);
  busy = $state(false);

  private readonly client: WorldClient;
  private readonly fault: (what: string, why: unknown) => void;
  private stale = false;
  private reading = false;

  constructor(client: WorldClient, fault: (what: string, why: unknown) => void) {
    this.client = client;
    this.code = new OriginCode(client);
    this.fault = fault;
  }

  /** Something there is other than it was: read again, once, however often that is said meanwhile. */
  changed(): void {
    if (this.view !== null) void this.read();
  }

  async read(): Promise<void> {
    this.stale = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.stale) {
        this.stale = false;
        const number = this.selectedPull;
        const [view, pull] = await Promise.all([this.client.origin(), number === null ? null : this.client.pullRequest(number)]);
        this.view = view;
        if (number === this.selectedPull) this.pull = pull;
        else this.stale = true;
      }
    } catch (error) {
      this.selectedPull = null;
      this.fault('The origin could not be read', error);
    } finally {
      this.reading = false;
    }
  }

  show(tab: OriginTab): void {
    this.tab = tab;
    this.refused = null;
    this.selectedItem = null;
    this.openPull(null);
  }

  openPull(number: number | null): void {
    if (number !== null) this.tab = 'pulls';
    this.refused = null;
    this.selectedPull = number;
    this.pull = null;
    if (number !== null) void this.read();
  }

  openItem(number: number | null): void {
    if (number !== null) this.tab = 'board';
    this.refused = null;
    this.selectedItem = number;
  }

  draftsOf(number: number): readonly NewThread[] {
    return this.drafts.get(number) ?? [];
  }

  draft(number: number, thread: NewThread): void {
    this.setDrafts(number, [...this.draftsOf(number), thread]);
  }

  dropDraft(number: number, thread: NewThread): void {
    this.setDrafts(
      number,
      this.draftsOf(number).filter((other) => other !== thread),
    );
  }

  private setDrafts(number: number, drafts: readonly NewThread[]): void {
    this.drafts = new Map([...this.drafts, [number, drafts]]);
  }

  /** Sends a review with the comments that were collected for it. */
  async review(number: number, verdict: ReviewVerdict, body: string): Promise<boolean> {
    const done = await this.act({ type: 'review', number, verdict, body, threads: this.draftsOf(number) });
    if (done) this.setDrafts(number, []);
    return done;
  }

  /** The files of a branch or tag (`refs/heads/main`). */
  openCode(ref: string): void {
    this.show('code');
    this.code.choose(ref);
    this.code.open('', 'folder');
  }

  /** Does it as the learner; true when it was done. */
  async act(action: OriginAction): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    try {
      const opened = await this.client.actOnOrigin(action);
      if (action.type === 'open-pull') this.openPull(opened);
      await this.read();
      return true;
    } catch (error) {
      this.refused = error instanceof Error ? error.message : String(error);
      this.refusedAction = action.type;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
