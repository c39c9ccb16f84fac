/** All a transport must provide: whole messages, in order, both ways. */
export interface MessagePortLike {
  /** Sends one message. Does nothing once the port is closed. */
  send(bytes: Uint8Array): void;
  /** Closes both ends. Safe to call again. */
  close(): void;
  /** Called with every message. Set once, by whoever speaks over the port; messages that came before are kept for it. */
  onMessage(listener: (bytes: Uint8Array) => void): void;
  /** Called once when either end closes or the other process ends; at once where that has happened already. */
  onClose(listener: () => void): void;
}
