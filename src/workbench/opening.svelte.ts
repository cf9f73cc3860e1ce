/** What happens between Start and the prompt, as named steps with their bytes or times. */
import type { StateName } from './runs/status.ts';

export interface OpeningStep {
  readonly name: string;
  readonly state: StateName;
  /** Bytes so far, or how long it took. */
  readonly note: string;
  readonly fraction: number | null;
}

/** `open` once the prompt is there; `crashed` when the world's worker has died since. */
export type OpeningState = { readonly name: 'opening' | 'open' } | { readonly name: 'crashed'; readonly message: string };

export class Opening {
  steps = $state.raw<readonly OpeningStep[]>([]);
  state = $state.raw<OpeningState>({ name: 'opening' });
  private since = 0;

  /** Ends the step at work and begins the next. */
  begin(name: string): void {
    this.finish();
    this.since = performance.now();
    this.steps = [...this.steps, { name, state: 'running', note: '', fraction: null }];
  }

  progress(note: string, fraction: number | null): void {
    this.change((step) => ({ ...step, note, fraction }));
  }

  open(): void {
    this.finish();
    this.state = { name: 'open' };
  }

  crash(message: string): void {
    this.state = { name: 'crashed', message };
  }

  private finish(): void {
    const seconds = (performance.now() - this.since) / 1000;
    this.change((step) => ({ ...step, state: 'success', note: `${seconds.toFixed(1)} s`, fraction: 1 }));
  }

  private change(how: (step: OpeningStep) => OpeningStep): void {
    const last = this.steps.at(-1);
    if (last) this.steps = [...this.steps.slice(0, -1), how(last)];
  }
}
