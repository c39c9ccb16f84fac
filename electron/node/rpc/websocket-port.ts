import type { RawData, WebSocket } from 'ws';
import type { MessagePortLike } from '#common/rpc/port.ts';

/** A socket of `ws` as a port. Text messages are no part of the protocol and close it. */
export function webSocketPort(socket: WebSocket): MessagePortLike {
  socket.on('error', () => socket.terminate()); // a message over the limit, a broken frame: the close that follows is enough
  return {
    send(bytes) {
      if (socket.readyState === socket.OPEN) socket.send(bytes);
    },
    close() {
      socket.close();
    },
    onMessage(listener) {
      socket.on('message', (data: RawData, isBinary: boolean) => {
        if (isBinary) listener(bytesOf(data));
        else socket.close(1003, 'binary messages only');
      });
    },
    onClose(listener) {
      if (socket.readyState === socket.CLOSED) listener();
      else socket.once('close', listener);
    },
  };
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
