import type { PythonHost } from '../platform/platform.ts';
import type { PythonState } from '../world/contract.ts';

/** Whether Python is there yet, for the page to show. */
export class PythonReadiness {
  readonly #host: PythonHost;
  readonly #onState: (state: PythonState) => void;
  state: PythonState = { status: 'cold' };

  constructor(host: PythonHost, onState: (state: PythonState) => void) {
    this.#host = host;
    this.#onState = onState;
  }

  /** Makes Python ready where it is not, and tells how far it is. Never rejects. */
  async warm(): Promise<void> {
    if (this.state.status === 'ready') return this.#tell(this.state);
    try {
      await this.#host.warm((fraction, what) => this.#tell({ status: 'loading', fraction, what }));
      this.#tell({ status: 'ready', version: '3.14' });
    } catch (error) {
      this.#tell({ status: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  #tell(state: PythonState): void {
    this.state = state;
    this.#onState(state);
  }
}
