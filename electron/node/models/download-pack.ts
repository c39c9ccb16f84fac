import { createHash } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { parsePack, readPack } from '#models';
import type { OpenedPack, Pack } from '#models';
import { renamePatiently } from '#models/disk';
import { makeOutputFolder } from '../images/output-folder.ts';
import { checkSpace } from './disk-space.ts';
import { downloadFile } from './downloader.ts';
import type { DownloadWatch } from './downloader.ts';

export interface DownloadPackWatch extends Pick<DownloadWatch, 'signal' | 'pauseMs'> {
  /** Bytes of a file on the disk so far. */
  readonly onProgress?: (file: string, done: number, of: number) => void;
}

/** Far more than any pack.json. */
const maxPackBytes = 2 ** 20;

/** Fetches a pack into `<user>/<id>`. It appears there whole or not at all; what an interrupted attempt has left in
 * a hidden folder is continued by the next one.
 * @param address of a pack.json, or of the folder that holds one @param isTaken whether a pack of that name is installed
 * @throws AppError `download-failed`, `download-damaged`, `disk-full`, `output-not-writable`, `model-exists`; ModelError `pack-invalid` */
export async function downloadPack(
  address: string,
  user: string,
  isTaken: (id: string) => Promise<boolean>,
  { signal, pauseMs, onProgress }: DownloadPackWatch = {},
): Promise<OpenedPack> {
  const { url, text, pack } = await fetchPack(address, signal);
  if (await isTaken(pack.id)) throw new AppError('model-exists', { id: pack.id });
  const incoming = join(user, incomingName(pack));
  await makeOutputFolder(incoming);
  await checkSpace(user, await bytesToFetch(user, pack));
  for (const { file, bytes, sha256 } of pack.files) {
    const path = join(incoming, file);
    if ((await sizeOf(path)) === bytes) continue; // it got its name when its hash was right
    const report = (done: number): void => onProgress?.(file, done, bytes);
    await downloadFile({ url: new URL(file, url).href, path, bytes, sha256 }, { signal, pauseMs, onProgress: report });
  }
  signal?.throwIfAborted();
  await writeFile(join(incoming, 'pack.json'), text);
  await readPack(incoming);
  await renamePatiently(incoming, join(user, pack.id));
  return { folder: join(user, pack.id), pack };
}

/** Reads the pack.json of an address. @throws AppError `download-failed`; ModelError `pack-invalid` */
export async function fetchPack(address: string, signal?: AbortSignal) {
  const url = packUrl(address);
  const text = await fetchText(url, signal);
  return { url, text, pack: parsePack(text, url.href) };
}

/** Bytes that are yet to come, after what an interrupted attempt has left. @param user folder the packs go to */
export async function bytesToFetch(user: string, pack: Pack): Promise<number> {
  const folder = join(user, incomingName(pack));
  const left = await Promise.all(
    pack.files.map(async ({ file, bytes }) => {
      const path = join(folder, file);
      return bytes - Math.max(await sizeOf(path), await sizeOf(`${path}.part`));
    }),
  );
  return left.reduce((sum, bytes) => sum + Math.max(bytes, 0), 0);
}

/** @throws AppError `download-failed` for anything but https, or http on this machine */
function packUrl(address: string): URL {
  const url = new URL(/\.json$/.test(address) ? address : `${address.replace(/\/$/, '')}/pack.json`);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'https:' || isHere) return url;
  throw new AppError('download-failed', { url: address, reason: 'it is not encrypted; only https is used' });
}

async function fetchText(url: URL, signal?: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      if (bytes > maxPackBytes) throw new Error('it is too large for a pack.json');
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
  } catch (error) {
    signal?.throwIfAborted();
    const { cause, message } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new AppError('download-failed', { url: url.href, reason }, { cause: error });
  }
}

/** Named after what the pack consists of, so that nothing of another version is taken over. */
const incomingName = ({ id, files }: Pack): string =>
  `.download-${id}-${createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16)}`;

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
