import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { renamePatiently } from '#models/disk';
import type { Band, BandedPicture } from '../images/flatten.ts';
import { packRows } from '../images/png-rows.ts';
import type { PackedRows } from '../images/png-rows.ts';

const hourMs = 60 * 60 * 1000;

export interface PackedLayer {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number; // since 1970
  readonly isInUse: boolean; // somebody may be about to read it
}

const headBytes = 12; // CRC-32 of what follows, Adler-32 and number of the bytes before packing
const form = 1; // of these files

/** Rows of layers and of whole pictures as they were last packed for saving, by what they were made from: saving again packs only rows that
 * changed. What a stopped machine left damaged is known by its check sum and made again. */
export class LayerPictures {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Packs rows, unless they are there. */
  async keep(rows: Band, width: number): Promise<void> {
    const now = new Date();
    const path = this.#path(rows.content, 'rows');
    await utimes(path, now, now).catch(async () => void (await this.#make(path, rows, width)));
  }

  /** Rows as they are packed; made where they are not there. */
  async packed(rows: Band, width: number): Promise<PackedRows> {
    const path = this.#path(rows.content, 'rows');
    return unsealed(await readFile(path).catch(() => undefined)) ?? (await this.#make(path, rows, width));
  }

  /** The small picture of a whole one. @param make its PNG */
  async thumbnail({ bands }: BandedPicture, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const path = this.#path(
      bands.map(({ content }) => content),
      'png',
    );
    const kept = await readFile(path).catch(() => undefined);
    if (kept && hasEnd(kept)) return kept;
    const png = await make();
    await this.#keep(path, [png]);
    return png;
  }

  /** Deletes what was not asked for since. */
  async sweep(before: number): Promise<void> {
    for (const { path, usedMs } of await this.files()) if (usedMs < before) await rm(path, { force: true });
  }

  /** Deletes those that were not asked for longest until the others take no more than this; what was used in the last hour stays.
   * @param bytes of all files */
  async limit(bytes: number): Promise<void> {
    const files = (await this.files()).sort((a, b) => a.usedMs - b.usedMs);
    let total = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files) {
      if (total <= bytes || file.isInUse) return;
      await rm(file.path, { force: true });
      total -= file.bytes;
    }
  }

  async files(now = Date.now()): Promise<PackedLayer[]> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        const at = await stat(path).catch(() => undefined);
        return at ? [{ path, bytes: at.size, usedMs: at.mtimeMs, isInUse: now - at.mtimeMs < hourMs }] : [];
      }),
    );
    return found.flat();
  }

  #path(content: unknown, extension: string): string {
    const name = createHash('sha256').update(JSON.stringify({ form, content })).digest('hex');
    return join(this.#folder, `${name}.${extension}`);
  }

  async #make(path: string, rows: Band, width: number): Promise<PackedRows> {
    const packed = await packRows(await rows.read(), width);
    await this.#keep(path, sealed(packed));
    return packed;
  }

  /** What cannot be kept is made again. */
  async #keep(path: string, parts: readonly Uint8Array[]): Promise<void> {
    await this.#write(path, parts).catch(() => undefined);
  }

  /** Not flushed: it would cost more than making it again. */
  async #write(path: string, parts: readonly Uint8Array[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      await writeFile(temporary, parts, { flag: 'wx' });
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await renamePatiently(temporary, path);
  }
}

function sealed({ chunk, adler, bytes }: PackedRows): Uint8Array[] {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(adler, 4);
  head.writeUInt32BE(bytes, 8);
  head.writeUInt32BE(crc32(chunk, crc32(head.subarray(4))));
  return [head, chunk];
}

function unsealed(file: Buffer | undefined): PackedRows | undefined {
  if (!file || file.length < headBytes || crc32(file.subarray(4)) !== file.readUInt32BE()) return undefined;
  return { chunk: file.subarray(headBytes), adler: file.readUInt32BE(4), bytes: file.readUInt32BE(8) };
}

/** Whether a PNG is whole, as far as its end tells. */
const hasEnd = (png: Buffer): boolean => png.subarray(-8, -4).toString('latin1') === 'IEND';
