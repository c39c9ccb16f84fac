import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { engineContract } from '#common/contract/services.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { createClient } from '#common/rpc/client.ts';
import { webSocketPort } from '#node/rpc/websocket-port.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request exactly as given: nothing is resolved, followed or added. */
export function get(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers, method }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

/** The cookie a browser gets for the address. */
export async function cookieFor(address: string): Promise<string> {
  const { origin, pathname, search } = new URL(address);
  const { headers } = await get(origin, pathname + search);
  return headers['set-cookie']![0].split(';')[0];
}

export async function openSocket(origin: string, headers: Record<string, string>, path = '/rpc'): Promise<WebSocket> {
  const socket = new WebSocket(origin.replace('http', 'ws') + path, { headers });
  await once(socket, 'open');
  return socket;
}

/** Services as a page has them. */
export async function connectTo(address: string): Promise<{ services: EngineServices; socket: WebSocket }> {
  const { origin } = new URL(address);
  const socket = await openSocket(origin, { origin, cookie: await cookieFor(address) });
  return { services: createClient(webSocketPort(socket), engineContract), socket };
}
