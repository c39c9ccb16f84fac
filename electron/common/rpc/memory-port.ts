import type { MessagePortLike } from './port.ts';

/** Two ends of a port inside one process. Messages arrive after the sender's own code has returned, as over a real transport. */
export function createMemoryPorts(): [MessagePortLike, MessagePortLike] {
  const [one, other] = [new MemoryPort(), new MemoryPort()];
  one.peer = other;
  other.peer = one;
  return [one, other];
}

class MemoryPort implements MessagePortLike {
  peer!: MemoryPort;
  #isClosed = false;
  #waiting: Uint8Array[] = [];
  #listener: ((bytes: Uint8Array) => void) | undefined;
  readonly #closeListeners: (() => void)[] = [];

  send(bytes: Uint8Array): void {
    const copy = bytes.slice(); // the ends share no memory
    queueMicrotask(() => this.peer.#receive(copy));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#closeListeners) listener();
    queueMicrotask(() => this.peer.close());
  }

  onMessage(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
    for (const bytes of this.#waiting.splice(0)) listener(bytes);
  }

  onClose(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#closeListeners.push(listener);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#listener) this.#listener(bytes);
    else this.#waiting.push(bytes);
  }
}
