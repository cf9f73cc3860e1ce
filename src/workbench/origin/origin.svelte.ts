import type { ReviewVerdict } from '../../forge/contract.ts';
import type { OriginAction, OriginView, PullRequestView, WorldClient } from '../../world/contract.ts';
import type { OriginAddress } from './address.ts';
import { OriginCode } from './code.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import { openPullOf, proposable } from './proposals.ts';

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
  readonly drafts: Drafts;
  /** What the last action was refused with, below the control that asked for it. */
  refused = $state<string | null>(null);
  refusedAction = $state<OriginAction['type'] | null>(null);
  busy = $state(false);

  private readonly client: WorldClient;
  private readonly fault: (what: string, why: unknown) => void;
  private stale = false;
  private reading: Promise<void> | null = null;
  private watched = false;

  constructor(client: WorldClient, exerciseId: string, fault: (what: string, why: unknown) => void) {
    this.client = client;
    this.drafts = new Drafts(`plumbline:drafts:${exerciseId}`);
    this.code = new OriginCode(client);
    this.fault = fault;
  }

  /** Another world lies beneath: nothing of what was read or begun is true of it. */
  begin(): void {
    this.view = null;
    this.drafts.begin();
    this.proposing = null;
    this.code.begin();
    this.show('pulls');
    this.changed();
  }

  /** Somebody looks at it: read now, and on every change until the function that is returned is called. */
  watch(): () => void {
    this.watched = true;
    void this.read();
    return () => {
      this.watched = false;
    };
  }

  /** Something there is other than it was. Whoever does not look is not told. */
  changed(): void {
    if (this.watched) void this.read();
  }

  /** Reads again, once, however often that is asked for meanwhile; resolves when nothing newer is left to read. */
  read(): Promise<void> {
    this.stale = true;
    this.reading ??= this.readUntilFresh().finally(() => (this.reading = null));
    return this.reading;
  }

  private async readUntilFresh(): Promise<void> {
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

  /** Sends a review with the comments that were collected for it. */
  async review(number: number, verdict: ReviewVerdict, body: string): Promise<boolean> {
    const done = await this.act({ type: 'review', number, verdict, body, threads: this.drafts.of(number) });
    if (done) this.drafts.sent(number);
    return done;
  }

  /** The files of a branch or tag (`refs/heads/main`). */
  openCode(ref: string): void {
    this.show('code');
    this.code.choose(ref);
    this.code.open('', 'folder');
  }

  /** Goes where an address leads. */
  async open(address: Exclude<OriginAddress, { kind: 'run' }>): Promise<void> {
    if (address.kind === 'releases') return this.show('releases');
    await this.read();
    if (this.view === null) return;
    if (address.kind === 'number') this.openNumber(this.view, address.number);
    else this.propose(this.view, address.branch);
  }

  private openNumber({ pullRequests, cards }: OriginView, number: number): void {
    if (pullRequests.some((pull) => pull.number === number)) this.openPull(number);
    else if (cards.some(({ item }) => item.number === number)) this.openItem(number);
    else this.fault(`#${number} could not be opened`, 'The origin shows no pull request and no work item of this number.');
  }

  /** The form for a pull request from a branch, or the one that is open already. */
  private propose(view: OriginView, branch: string): void {
    this.show('pulls');
    const open = openPullOf(view, branch);
    if (open !== undefined) this.openPull(open);
    else if (proposable(view).some(({ name }) => name === branch)) this.proposing = branch;
    else this.fault('A pull request could not be begun', `The origin has no branch ${branch} to merge into ${view.defaultBranch}.`);
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
