import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { zBlobId } from '#common/contract/blobs.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';

const fullCodes = ['ENOSPC', 'EDQUOT'];
const part = '.part';

/** Bytes as files, each named by its SHA-256: `<folder>/ab/abcdef…`. The same bytes are stored once; a file is there whole or not at
 * all, and never changes. */
export class BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where a blob lies, whether it does or not. */
  path(id: BlobId): string {
    return join(this.#folder, id.slice(0, 2), id);
  }

  /** @throws AppError `disk-full`, `output-not-writable` */
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

  async has(id: BlobId): Promise<boolean> {
    const found = await stat(this.path(id)).catch(() => undefined);
    return found?.isFile() ?? false;
  }

  /** Deletes what nobody needs. Blobs younger than `minAgeMs` stay: whoever put them may not have noted them yet.
   * @returns how many files were deleted */
  async sweep(isNeeded: (id: BlobId) => boolean, minAgeMs: number, now = Date.now()): Promise<number> {
    let deleted = 0;
    for (const folder of await readdir(this.#folder).catch((): string[] => [])) {
      for (const name of await readdir(join(this.#folder, folder)).catch((): string[] => [])) {
        const id = zBlobId.safeParse(name).data;
        if (id ? isNeeded(id) : !name.endsWith(part)) continue; // what is not ours is left alone
        const file = join(this.#folder, folder, name);
        const found = await stat(file).catch(() => undefined);
        if (!found || now - found.mtimeMs < minAgeMs) continue;
        await rm(file, { force: true });
        deleted++;
      }
    }
    return deleted;
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
      const { code = '' } = cause as NodeJS.ErrnoException;
      throw fullCodes.includes(code)
        ? new AppError('disk-full', { path: this.#folder }, { cause })
        : new AppError('output-not-writable', { path: this.#folder, reason: `(${code})` }, { cause });
    }
    await rename(temporary, path);
  }
}

const blobIdOf = (bytes: Uint8Array): BlobId => createHash('sha256').update(bytes).digest('hex') as BlobId;
