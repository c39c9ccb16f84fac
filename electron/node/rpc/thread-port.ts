import type { TransferListItem } from 'node:worker_threads';
import type { MessagePortLike } from '#common/rpc/port.ts';

/** What threads and their parents have in common. */
interface ThreadEnd {
  postMessage(message: unknown, transfer: readonly TransferListItem[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'close' | 'exit', listener: () => void): unknown;
  close?(): void; // of a port
  terminate?(): Promise<number>; // of a thread
}

/** Either end of the way to a thread as a port. Bytes are handed over, not copied. */
export function threadPort(end: ThreadEnd): MessagePortLike {
  return {
    send: (bytes) => end.postMessage(bytes, [bytes.buffer as ArrayBuffer]),
    close: () => void (end.close ? end.close() : end.terminate?.()),
    onMessage: (listener) => void end.on('message', (bytes) => listener(bytes as Uint8Array)),
    onClose: (listener) => void end.once(end.terminate ? 'exit' : 'close', listener),
  };
}
