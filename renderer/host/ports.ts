import type { MessagePortLike } from '#common/rpc/port.ts';

const noFrame = new Uint8Array(); // refused by whoever reads it

/** A port of the page as a port of ours. */
export function domPort(port: MessagePort): MessagePortLike {
  const closed = new Set<() => void>();
  const tellClosed = () => {
    for (const listener of closed) listener();
    closed.clear();
  };
  port.addEventListener('close', tellClosed);
  return {
    send: (bytes) => port.postMessage(bytes),
    close() {
      port.close();
      tellClosed(); // the event is for the other end only
    },
    onMessage(listener) {
      port.addEventListener('message', ({ data }) => listener(data instanceof Uint8Array ? data : noFrame));
      port.start();
    },
    onClose: (listener) => void closed.add(listener),
  };
}

/** An open socket as a port of ours. */
export function socketPort(socket: WebSocket): MessagePortLike {
  socket.binaryType = 'arraybuffer';
  return {
    send(bytes) {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    close: () => socket.close(),
    onMessage(listener) {
      socket.addEventListener('message', ({ data }) =>
        listener(data instanceof ArrayBuffer ? new Uint8Array(data) : noFrame),
      );
    },
    onClose: (listener) => socket.addEventListener('close', listener, { once: true }),
  };
}
