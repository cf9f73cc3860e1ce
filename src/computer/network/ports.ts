/** The ports of one computer: who listens on them, and what is beyond them. */
import type { ServiceRequest, ServiceResponse, Services } from '../contract.ts';

/** A request that has come to a port. */
export interface Incoming {
  readonly request: ServiceRequest;
  /** Null when the server ends the connection without an answer. */
  answer(response: ServiceResponse | null): void;
}

const NO_ANSWER: ServiceResponse = { status: 0, reason: '', headers: {}, body: new Uint8Array(0) };
/** Where Linux begins to give away ports that nobody asked for. */
const FIRST_FREE = 32768;

/** A port that somebody listens on. */
export class Listener {
  readonly port: number;
  readonly #incoming: Incoming[] = [];
  readonly #waiting: ((incoming: Incoming) => void)[] = [];
  readonly #open = new Set<Incoming>();
  readonly #onClose: () => void;

  constructor(port: number, onClose: () => void) {
    this.port = port;
    this.#onClose = onClose;
  }

  /** The next request; never, once it is closed. */
  next(): Promise<Incoming> {
    return new Promise((resolve) => {
      const incoming = this.#incoming.shift();
      if (incoming === undefined) this.#waiting.push(resolve);
      else resolve(incoming);
    });
  }

  /** Resolves with the answer to `request`. */
  send(request: ServiceRequest): Promise<ServiceResponse> {
    return new Promise((resolve) => {
      const incoming: Incoming = {
        request,
        answer: (response) => {
          this.#open.delete(incoming);
          resolve(response ?? NO_ANSWER);
        },
      };
      this.#open.add(incoming);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#incoming.push(incoming);
      else waiting(incoming);
    });
  }

  /** Frees the port; who still waits for an answer gets none. */
  close(): void {
    this.#onClose();
    for (const incoming of this.#open) incoming.answer(null);
  }
}

/** What answers at the addresses that a computer reaches: its own servers, and what the world has beyond. */
export class Ports implements Services {
  readonly #hostname: string;
  readonly #beyond: Services | undefined;
  readonly #listeners = new Map<number, Listener>();

  constructor(hostname: string, beyond: Services | undefined) {
    this.#hostname = hostname;
    this.#beyond = beyond;
  }

  /** Takes a port, 0 for a free one; null where somebody else has it. */
  listen(wanted: number): Listener | null {
    const port = wanted === 0 ? this.#freePort() : wanted;
    if (this.#listeners.has(port)) return null;
    const listener = new Listener(port, () => this.#listeners.delete(port));
    this.#listeners.set(port, listener);
    return listener;
  }

  async fetch(request: ServiceRequest): Promise<ServiceResponse | null> {
    const { hostname, port, protocol } = new URL(request.url);
    const own = ['localhost', '127.0.0.1', '0.0.0.0', '[::1]', this.#hostname].includes(hostname);
    const listener = own && protocol === 'http:' ? this.#listeners.get(Number(port || '80')) : undefined;
    if (listener !== undefined) return listener.send(request);
    return (await this.#beyond?.fetch(request)) ?? null;
  }

  #freePort(): number {
    let port = FIRST_FREE;
    while (this.#listeners.has(port)) port++;
    return port;
  }
}
