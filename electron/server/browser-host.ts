import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { maxBlobBytes } from '#common/contract/blobs.ts';
import { serveEngine } from '#node/rpc/engine-services.ts';
import type { HostedServices } from '#node/rpc/engine-services.ts';
import { webSocketPort } from '#node/rpc/websocket-port.ts';
import { Access } from './access.ts';
import { servePage } from './page.ts';

export interface BrowserHostConfig extends HostedServices {
  readonly pageFolder: string; // the built page
  readonly port?: number; // default: any free one
  readonly token?: string; // default: a new one
}

/** A running server on the loopback address. */
export interface BrowserHost extends AsyncDisposable {
  readonly address: string; // with the token, for the person's browser
  readonly origin: string;
}

const maxMessageBytes = maxBlobBytes + 2 ** 20; // a blob and the frame around it
const maxConnections = 16; // windows of one person

/** Serves the page and the engine to browsers on this machine. @throws Error `EADDRINUSE` when the port is taken */
export async function startBrowserHost(config: BrowserHostConfig): Promise<BrowserHost> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  const access = new Access(() => (server.address() as AddressInfo).port, config.token);
  server.on('request', (request, response) => {
    servePage(request, response, access, config.pageFolder).catch(() => response.destroy());
  });
  const sockets = serveSockets(server, access, config);
  await listen(server, config.port ?? 0);
  return {
    address: access.address,
    origin: access.origin,
    [Symbol.asyncDispose]: () => stop(server, sockets),
  };
}

function serveSockets(server: Server, access: Access, hosted: HostedServices): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status = socketStatus(request, access, sockets.clients.size);
    if (status !== 101) {
      socket.on('error', () => undefined); // gone before it could read the answer
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => serveEngine(webSocketPort(client), hosted));
  });
  return sockets;
}

function socketStatus(request: IncomingMessage, access: Access, connections: number): number {
  if (!access.isOwnHost(request)) return 421;
  if (!access.isOwnOrigin(request) || !access.hasCookie(request)) return 403;
  if (request.url !== '/rpc') return 404;
  return connections < maxConnections ? 101 : 503;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function stop(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
