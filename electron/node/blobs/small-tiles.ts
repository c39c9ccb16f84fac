import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { BlobId } from '#common/contract/blobs.ts';
import { smallTile } from '#common/document/small-tile.ts';
import { decodeTile, tileHeaderBytes } from '#common/document/tile-codec.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { renamePatiently } from '#models/disk';
import type { BlobStore } from './blob-store.ts';
import { packTile } from './pack-tile.ts';

const inflate = promisify(inflateRaw); // on another thread
const atOnce = 8;
const mostBytes = 256 * 256 * 8; // of a tile's pixels: 4 channels of 16 bits

/** Tiles made four times smaller, so that a large document is seen before all of it is read. They are made when they are first asked for and
 * kept as files, `<folder>/ab/abcdef…` by the name of the tile; one that is lost or damaged is made again. */
export class SmallTiles {
  readonly #blobs: Pick<BlobStore, 'get'>;
  readonly #folder: string;

  constructor(blobs: Pick<BlobStore, 'get'>, folder: string) {
    this.#blobs = blobs;
    this.#folder = folder;
  }

  /** The bytes of small tiles, in the order of their names. @throws AppError `tile-damaged`; RemoteError `blob-missing`, `blob-damaged` */
  async get(ids: readonly BlobId[]): Promise<Uint8Array[]> {
    const found = new Array<Uint8Array>(ids.length);
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < ids.length) {
        const at = next++;
        found[at] = await this.#one(ids[at]!);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work));
    return found;
  }

  /** Makes the small tile of one whose pixels are at hand, so that nobody has to read them for it. What cannot be kept is made again later. */
  async note(id: BlobId, tile: TilePixels): Promise<void> {
    const file = this.#file(id);
    const isThere = await stat(file).catch(() => undefined);
    if (!isThere) await this.#keep(file, await packTile(smallTile(tile))).catch(() => undefined);
  }

  /** Deletes what was made before a time. @param before ms since 1970 */
  async sweep(before: number): Promise<void> {
    for (const folder of await readdir(this.#folder).catch((): string[] => [])) {
      for (const name of await readdir(join(this.#folder, folder)).catch((): string[] => [])) {
        const file = join(this.#folder, folder, name);
        const found = await stat(file).catch(() => undefined);
        if (found?.isFile() && found.mtimeMs < before) await rm(file, { force: true });
      }
    }
  }

  async #one(id: BlobId): Promise<Uint8Array> {
    const file = this.#file(id);
    const kept = await readFile(file).catch(() => undefined);
    if (kept && isWhole(kept)) return kept;
    const bytes = await packTile(smallTile(await this.#tile(id)));
    await this.#keep(file, bytes).catch(() => undefined); // it can be made again
    return bytes;
  }

  #file(id: BlobId): string {
    return join(this.#folder, id.slice(0, 2), id);
  }

  async #tile(id: BlobId): Promise<TilePixels> {
    const bytes = await this.#blobs.get(id);
    const room = { maxOutputLength: mostBytes, chunkSize: mostBytes / 2 }; // one piece for 8 bits
    const pixels = await inflate(bytes.subarray(tileHeaderBytes), room).catch(
      () => new Uint8Array(), // which is too few: said below
    );
    return decodeTile(bytes, () => pixels);
  }

  async #keep(file: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${file}.${randomUUID()}`;
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(temporary, bytes);
    await renamePatiently(temporary, file);
  }
}

/** A machine that stopped can leave a file of which not all was written. */
function isWhole(bytes: Uint8Array): boolean {
  try {
    return decodeTile(bytes).width > 0;
  } catch {
    return false;
  }
}
