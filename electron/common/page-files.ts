const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
};

/** A file of the page, by the path of its address. */
export interface PageFile {
  readonly segments: readonly string[]; // from the page's folder
  readonly type: string; // media type
}

/** Which file an address path means; undefined where it means none: another folder, a hidden file, a kind the page does not have.
 * Plain names only, so that no reading of the path can leave the folder.
 * @param pathname as in a URL, percent-encoded */
export function pageFile(pathname: string): PageFile | undefined {
  const segments = (pathname === '/' ? '/index.html' : pathname).slice(1).split('/');
  if (!pathname.startsWith('/') || !segments.every((segment) => /^[\w-][\w.-]*$/.test(segment))) return undefined;
  const ending = segments.at(-1)!.split('.').at(-1)!;
  return Object.hasOwn(types, ending) ? { segments, type: types[ending]! } : undefined;
}
