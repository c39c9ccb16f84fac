import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { zBlobId } from '#common/contract/blobs.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { renamePatiently } from '#models/disk';
import { dataFailure } from '../images/atomic-write.ts';

const part = '.part';

/** A blob on the disk. */
export interface BlobFile {
  readonly id: BlobId;
  readonly bytes: number;
  readonly changedMs: number; // since 1970
}

/** Bytes as files, each named by its SHA-256: `<folder>/ab/abcdef…`. The same bytes are stored once; a file is there whole or not at
 * all, and never changes. */
export class BlobStore {
  readonly #folder: string;
  /** Called with the pixels of tiles that were just put, by whoever has them at hand. */
  noteTile: (id: BlobId, tile: TilePixels) => Promise<void> = () => Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where a blob lies, whether it does or not. */
  path(id: BlobId): string {
    return join(this.#folder, id.slice(0, 2), id);
  }

  /** @throws AppError `data-full`, `data-not-writable` */
  async put(bytes: Uint8Array): Promise<BlobId> {
    const id = blobIdOf(bytes);
    if (!(await this.has(id))) await this.#write(id, bytes);
    return id;
  }

  /** @throws RemoteError `blob-missing`; `blob-damaged` when the file does not have the bytes it is named by */
  async get(id: BlobId): Promise<Uint8Array> {
    const bytes = await readFile(this.path(id)).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'ENOENT' ? hostError('blob-missing', { id }) : cause;
    });
    if (blobIdOf(bytes) !== id) throw hostError('blob-damaged', { id });
    return bytes;
  }

  /** To be asked before work whose result would have no room. @throws AppError `data-full` */
  async requireRoom(bytes: number): Promise<void> {
    const found = await statfs(this.#folder).catch(() => undefined); // not every system tells
    if (found && found.bavail * found.bsize < bytes) throw new AppError('data-full', { folder: this.#folder });
  }

  async has(id: BlobId): Promise<boolean> {
    const found = await stat(this.path(id)).catch(() => undefined);
    return found?.isFile() ?? false;
  }

  /** Deletes what nobody needs. Blobs younger than `minAgeMs` stay: whoever put them may not have noted them yet.
   * @returns how many files were deleted */
  async sweep(isNeeded: (id: BlobId) => boolean, minAgeMs: number, now = Date.now()): Promise<number> {
    let deleted = 0;
    for await (const { id, path, changedMs } of this.#walk()) {
      if ((id && isNeeded(id)) || now - changedMs < minAgeMs) continue;
      await rm(path, { force: true });
      deleted++;
    }
    return deleted;
  }

  /** All blobs there are. */
  async files(): Promise<BlobFile[]> {
    const found: BlobFile[] = [];
    for await (const { id, bytes, changedMs } of this.#walk()) if (id) found.push({ id, bytes, changedMs });
    return found;
  }

  /** Blobs, and what was left of one that was being written, which has no id. What is not ours is left alone. */
  async *#walk(): AsyncGenerator<{ id: BlobId | undefined; path: string; bytes: number; changedMs: number }> {
    for (const folder of await readdir(this.#folder).catch((): string[] => [])) {
      for (const name of await readdir(join(this.#folder, folder)).catch((): string[] => [])) {
        const id = zBlobId.safeParse(name).data;
        if (!id && !name.endsWith(part)) continue;
        const path = join(this.#folder, folder, name);
        const found = await stat(path).catch(() => undefined);
        if (found) yield { id, path, bytes: found.size, changedMs: found.mtimeMs };
      }
    }
  }

  async #write(id: BlobId, bytes: Uint8Array): Promise<void> {
    const path = this.path(id);
    const temporary = `${path}.${randomUUID()}${part}`;
    try {
      await mkdir(join(this.#folder, id.slice(0, 2)), { recursive: true });
      await using file = await open(temporary, 'wx');
      await file.writeFile(bytes);
      await file.sync();
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined); // the first failure is the one to tell
      throw dataFailure(this.#folder, cause);
    }
    await renamePatiently(temporary, path);
  }
}

const blobIdOf = (bytes: Uint8Array): BlobId => createHash('sha256').update(bytes).digest('hex') as BlobId;
