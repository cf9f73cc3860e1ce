import type { PythonAddress, PythonNetwork } from '../../platform/platform.ts';
import { requestBytes, requestOf, responseBytes, responseOf } from '../network/http.ts';
import type { Incoming, Listener, Ports } from '../network/ports.ts';

/** The computer's network as one process sees it; `end` frees what the process has taken. */
export class ProcessNetwork implements PythonNetwork {
  readonly #ports: Ports;
  readonly #listeners = new Map<number, Listener>();
  readonly #connections = new Map<number, Incoming>();
  #lastConnection = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  listen(wanted: number): number | null {
    const listener = this.#ports.listen(wanted);
    if (listener === null) return null;
    this.#listeners.set(listener.port, listener);
    return listener.port;
  }

  async accept(port: number): Promise<{ readonly connection: number; readonly request: Uint8Array }> {
    const listener = this.#listeners.get(port);
    if (listener === undefined) throw new Error(`nobody listens on port ${port}`);
    const incoming = await listener.next();
    const connection = ++this.#lastConnection;
    this.#connections.set(connection, incoming);
    return { connection, request: requestBytes(incoming.request) };
  }

  answer(connection: number, response: Uint8Array): void {
    this.#connections.get(connection)?.answer(responseOf(response));
    this.#connections.delete(connection);
  }

  close(port: number): void {
    this.#listeners.get(port)?.close();
    this.#listeners.delete(port);
  }

  async exchange(address: PythonAddress, bytes: Uint8Array): Promise<Uint8Array | null> {
    const request = requestOf(bytes, address);
    const response = request && (await this.#ports.fetch(request));
    if (response === null) return null;
    return response.status === 0 ? new Uint8Array(0) : responseBytes(response);
  }

  end(): void {
    for (const port of [...this.#listeners.keys()]) this.close(port);
  }
}
