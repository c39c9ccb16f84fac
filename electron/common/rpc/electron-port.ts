import type { MessagePortLike } from './port.ts';

/** What of Electron's `MessagePortMain` is used; main and engine process both have such ports, and this folder may import neither. */
export interface ElectronPort {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  on(event: 'message', listener: (message: { data: unknown }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

const noFrame = new Uint8Array(); // refused by whoever reads it

/** One of Electron's ports as a port of ours. */
export function electronPort(port: ElectronPort): MessagePortLike {
  return {
    send: (bytes) => port.postMessage(bytes),
    close: () => port.close(),
    onMessage(listener) {
      port.on('message', ({ data }) => listener(data instanceof Uint8Array ? data : noFrame));
      port.start();
    },
    onClose: (listener) => void port.once('close', listener),
  };
}
