import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { contentSecurityPolicy, securityHeaders } from '#common/content-security-policy.ts';
import { pageFile } from '#common/page-files.ts';
import type { Access } from './access.ts';

/** Answers requests for the page's files. Everything else is refused, with a sentence for whoever reads it. */
export async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  access: Access,
  folder: string,
): Promise<void> {
  const policy = contentSecurityPolicy(access.origin.replace('http', 'ws'));
  for (const [name, value] of Object.entries(securityHeaders(policy))) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  if (!access.isOwnHost(request)) return refuse(response, 421, 'This server answers for its own address only.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET is answered.');
  const url = parseUrl(request.url ?? '', access.origin);
  if (!url) return refuse(response, 400, 'The address cannot be read.');
  if (url.pathname === '/' && access.isToken(url.searchParams.get('token'))) return letIn(response, access);
  if (!access.hasCookie(request)) {
    return refuse(response, 403, 'Open the address that EditAR Studio printed in the terminal when it started.');
  }
  // The path as it was sent: parsing would resolve `..` before it can be refused.
  return await sendFile((request.url ?? '').split('?')[0]!, request, response, folder);
}

function parseUrl(url: string, origin: string): URL | undefined {
  try {
    return new URL(url, origin);
  } catch {
    return undefined;
  }
}

/** The token moves from the address, where history and screenshots keep it, to a cookie no script can read. */
function letIn(response: ServerResponse, { cookie }: Access): void {
  response.writeHead(303, { 'Set-Cookie': cookie, Location: '/' }).end();
}

async function sendFile(
  pathname: string,
  { method }: IncomingMessage,
  response: ServerResponse,
  folder: string,
): Promise<void> {
  const file = pageFile(pathname);
  const path = file && join(folder, ...file.segments);
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (!file || path === undefined || !found?.isFile()) return refuse(response, 404, 'There is no such file.');
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': found.size });
  if (method === 'HEAD') response.end();
  else
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
