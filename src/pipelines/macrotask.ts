/** Calls back in the next turn of the event loop. A MessageChannel, because timers are held back to 4 ms in pages and to 1 s in hidden tabs. */
export function inNextMacrotask(callback: () => void): void {
  waiting.push(callback);
  const { port1, port2 } = (channel ??= open());
  port1.ref?.();
  port2.postMessage(null);
}

/** In Node a port that listens keeps the process alive; it may, but only while something waits. */
type Port = MessagePort & { ref?(): void; unref?(): void };

const waiting: (() => void)[] = [];
let channel: { readonly port1: Port; readonly port2: Port } | null = null;

function open(): { readonly port1: Port; readonly port2: Port } {
  const { port1, port2 } = new MessageChannel() as { port1: Port; port2: Port };
  port1.addEventListener('message', () => {
    const callback = waiting.shift();
    if (waiting.length === 0) port1.unref?.();
    callback?.();
  });
  port1.start();
  return { port1, port2 };
}
