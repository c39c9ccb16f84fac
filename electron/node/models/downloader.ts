import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '#common/contract/errors.ts';
import { renamePatiently } from '#models/disk';
import { checkSpace } from './disk-space.ts';

export interface Download {
  readonly url: string;
  readonly path: string; // of the finished file; unfinished ones lie beside it as `<path>.part`
  readonly bytes: number;
  readonly sha256: string; // hex
}

export interface DownloadWatch {
  readonly signal?: AbortSignal;
  /** Bytes on the disk so far. */
  readonly onProgress?: (done: number) => void;
  /** Milliseconds before a broken connection is tried again, doubled each time. */
  readonly pauseMs?: number;
}

/** How often a download goes on after a broken connection, without a single byte in between. */
const maxFailures = 4;

/** Fetches one file. What an earlier attempt has left is continued if the server still has the same file; everything is
 * hashed on its way. The file appears under its name whole and right, or not at all.
 * @throws AppError `download-failed` (what came so far is kept for the next attempt), `download-damaged`, `disk-full`
 * (nothing is kept), or the signal's reason (kept) */
export async function downloadFile(download: Download, watch: DownloadWatch = {}): Promise<void> {
  const part = await Part.open(download, watch);
  try {
    await checkSpace(dirname(download.path), download.bytes - part.done, download.path);
    for (let failures = 0; part.done < download.bytes;) {
      const before = part.done;
      const failure = await transfer(part, download, watch.signal);
      if (failure === undefined) break;
      watch.signal?.throwIfAborted();
      failures = part.done > before ? 0 : failures + 1;
      if (failures === maxFailures) {
        throw new AppError('download-failed', { url: download.url, reason: failure.message }, { cause: failure });
      }
      await setTimeout((watch.pauseMs ?? 1000) * 2 ** failures, undefined, { signal: watch.signal });
    }
    await part.finish();
  } finally {
    await part.close();
  }
}

/** One connection, until the file is complete or the connection breaks.
 * @returns why it broke */
async function transfer(part: Part, { url, bytes }: Download, signal?: AbortSignal): Promise<Error | undefined> {
  try {
    const response = await fetch(url, { headers: part.headers(), signal });
    const size = sizeIn(response);
    if (size !== undefined && size !== bytes) {
      await response.body?.cancel();
      return await part.discard(`it has ${size} bytes instead of ${bytes}`);
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new AppError('download-failed', { url, reason: `the server answered ${response.status}` });
    }
    await part.accept(response);
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      if (part.done + piece.length > bytes) return await part.discard('it is longer than announced');
      await part.append(piece);
    }
    return part.done === bytes ? undefined : new Error('the connection ended early');
  } catch (error) {
    if (error instanceof AppError || (error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw await part.asFailure(error);
    const { cause } = error as Error;
    return cause instanceof Error ? cause : (error as Error);
  }
}

/** Bytes of the whole file as an answer tells it: with a part, alone, or where it has none of the part asked for. */
function sizeIn({ status, headers }: Response): number | undefined {
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  const length = total ?? (status === 200 ? headers.get('content-length') : null);
  return length === null ? undefined : Number(length);
}

/** The unfinished file, and beside it a note on which version of the source it belongs to. */
class Part {
  #hash: Hash = createHash('sha256');
  #validator: string | undefined;
  done = 0;

  private constructor(
    readonly download: Download,
    readonly watch: DownloadWatch,
    readonly handle: FileHandle,
  ) {}

  static async open(download: Download, watch: DownloadWatch): Promise<Part> {
    const path = `${download.path}.part`;
    const validator = await readNote(download);
    const kept = validator === undefined ? 0 : await sizeOf(path);
    const isUsable = kept > 0 && kept <= download.bytes;
    const part = new Part(download, watch, await open(path, isUsable ? 'r+' : 'w'));
    if (isUsable) await part.#takeOver(path, validator!, kept);
    return part;
  }

  /** Hashes what is there already. */
  async #takeOver(path: string, validator: string, bytes: number): Promise<void> {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 }))
      this.#hash.update(piece as Uint8Array);
    this.#validator = validator;
    this.done = bytes;
    this.watch.onProgress?.(this.done);
  }

  headers(): Record<string, string> {
    const identity = { 'accept-encoding': 'identity' };
    if (this.done === 0 || this.#validator === undefined) return identity;
    return { ...identity, range: `bytes=${this.done}-`, 'if-range': this.#validator };
  }

  /** Begins anew unless the answer continues what is there. */
  async accept(response: Response): Promise<void> {
    const continues = response.headers.get('content-range')?.startsWith(`bytes ${this.done}-`) ?? false;
    if (response.status === 206 && continues) return;
    await this.#restart();
    this.#validator = validatorOf(response);
    if (this.#validator !== undefined) await writeNote(this.download, this.#validator);
    else await rm(noteOf(this.download), { force: true });
  }

  async append(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length;) {
      const { bytesWritten } = await this.handle.write(piece, at, piece.length - at, this.done + at);
      at += bytesWritten;
    }
    this.#hash.update(piece);
    this.done += piece.length;
    this.watch.onProgress?.(this.done);
  }

  /** @throws AppError `download-damaged` */
  async finish(): Promise<void> {
    const { path, bytes, sha256 } = this.download;
    if (this.done !== bytes) await this.discard(`it has ${this.done} bytes instead of ${bytes}`);
    if (this.#hash.digest('hex') !== sha256) await this.discard('its content is not what was published');
    await this.handle.sync();
    await this.handle.close();
    await renamePatiently(`${path}.part`, path);
    await rm(noteOf(this.download), { force: true });
  }

  /** @throws AppError `download-damaged` */
  async discard(reason: string): Promise<never> {
    await this.#remove();
    throw new AppError('download-damaged', { url: this.download.url, reason });
  }

  /** A full disk is not left full. */
  async asFailure(error: unknown): Promise<unknown> {
    if (error instanceof AppError) return error;
    await this.#remove();
    return new AppError('disk-full', { path: this.download.path }, { cause: error });
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  async #restart(): Promise<void> {
    await this.handle.truncate(0);
    this.#hash = createHash('sha256');
    this.done = 0;
  }

  async #remove(): Promise<void> {
    await this.handle.truncate(0);
    await Promise.all([`${this.download.path}.part`, noteOf(this.download)].map((path) => rm(path, { force: true })));
  }
}

const noteOf = ({ path }: Download): string => `${path}.part.json`;

interface Note {
  readonly url: string;
  readonly validator: string;
}

/** The version that the unfinished file belongs to, if it came from the same address. */
async function readNote(download: Download): Promise<string | undefined> {
  try {
    const { url, validator } = JSON.parse(await readFile(noteOf(download), 'utf8')) as Partial<Note>;
    return url === download.url && typeof validator === 'string' ? validator : undefined;
  } catch {
    return undefined; // never begun, or cut off while writing the note: begin anew
  }
}

const writeNote = (download: Download, validator: string): Promise<void> =>
  writeFile(noteOf(download), JSON.stringify({ url: download.url, validator } satisfies Note));

/** What tells one version of a file from another: a strong entity tag, else its date. */
function validatorOf({ headers }: Response): string | undefined {
  const tag = headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : (headers.get('last-modified') ?? undefined);
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
