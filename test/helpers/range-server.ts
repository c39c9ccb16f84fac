import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  bytes: Uint8Array;
  etag?: string;
  /** Answers in full whatever part is asked for. */
  ignoresRanges?: boolean;
  /** For each coming request, how many bytes are sent before nothing more comes; when used up, all of them. Without a byte
   * the connection breaks at once, else when `breakConnections` is called. */
  cuts?: number[];
}

/** A server on this machine that serves files by range and can misbehave. */
export interface RangeServer extends AsyncDisposable {
  readonly url: string; // ends with a slash
  readonly files: Map<string, ServedFile>; // by name
  /** `Range` of every request, or `all`. */
  readonly requests: string[];
  bytesSent: number;
  breakConnections(): void;
}

export async function startRangeServer(files: Readonly<Record<string, ServedFile>>): Promise<RangeServer> {
  const http = createServer((request, response) => answer(server, request, response));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const server: RangeServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    files: new Map(Object.entries(files)),
    requests: [],
    bytesSent: 0,
    breakConnections: () => http.closeAllConnections(),
    [Symbol.asyncDispose]: () => {
      http.closeAllConnections();
      return new Promise((resolve) => void http.close(() => resolve()));
    },
  };
  return server;
}

function answer(server: RangeServer, { url, headers }: IncomingMessage, response: ServerResponse): void {
  const file = server.files.get(decodeURIComponent(url!.slice(1)));
  server.requests.push(headers.range ?? 'all');
  if (!file) return void response.writeHead(404).end();
  const { bytes, etag } = file;
  if (etag !== undefined) response.setHeader('etag', etag);
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = file.ignoresRanges || !isSame ? undefined : /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  if (!range) return send(server, file, bytes, response.writeHead(200, { 'content-length': bytes.length }));
  const first = Number(range[1]);
  const last = range[2] ? Math.min(Number(range[2]), bytes.length - 1) : bytes.length - 1;
  if (first >= bytes.length) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  const part = bytes.subarray(first, last + 1);
  response.writeHead(206, {
    'content-range': `bytes ${first}-${last}/${bytes.length}`,
    'content-length': part.length,
  });
  send(server, file, part, response);
}

function send(server: RangeServer, file: ServedFile, bytes: Uint8Array, response: ServerResponse): void {
  const cut = file.cuts?.shift();
  server.bytesSent += cut ?? bytes.length;
  if (cut === undefined) return void response.end(bytes);
  if (cut === 0) return void response.destroy();
  response.write(bytes.subarray(0, cut));
}
