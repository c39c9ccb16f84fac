import { net, protocol, session } from 'electron';
import type { WebContents } from 'electron';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { contentSecurityPolicy, securityHeaders } from '#common/content-security-policy.ts';
import { pageFile } from '#common/page-files.ts';

export const pageOrigin = 'app://editar';

/** Before the program is ready: the page's scheme behaves as https does. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the page's files, and nothing else, under its scheme.
 * @param folder of the built page */
export function servePage(folder: string): void {
  protocol.handle('app', (request) => answer(request, folder));
}

async function answer({ url, method }: Request, folder: string): Promise<Response> {
  const headers = securityHeaders(contentSecurityPolicy());
  const { host, pathname } = new URL(url);
  const file = host === 'editar' && method === 'GET' ? pageFile(pathname) : undefined;
  if (!file) return new Response('There is no such file.', { status: 404, headers });
  try {
    const { body } = await net.fetch(pathToFileURL(join(folder, ...file.segments)).href);
    return new Response(body, { headers: { ...headers, 'Content-Type': file.type } });
  } catch {
    return new Response('There is no such file.', { status: 404, headers });
  }
}

/** A page may copy and paste when somebody asks for it, and nothing else that the program does not give by itself. */
export function limitPermissions(): void {
  const isAllowed = (permission: string): boolean =>
    permission === 'clipboard-sanitized-write' || permission === 'clipboard-read';
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(isAllowed(permission)));
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => isAllowed(permission));
}

/** Keeps a window on our page: no other address, no further windows, no embedded pages. */
export function confine(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Whether a message comes from the main frame of our page. Node knows no origin of such schemes, so its parts are compared. */
export function isOurPage(url: string | undefined, isMainFrame: boolean): boolean {
  if (!isMainFrame || url === undefined || !URL.canParse(url)) return false;
  const { protocol: scheme, host } = new URL(url);
  return `${scheme}//${host}` === pageOrigin;
}
