import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { BandedPicture } from '../images/flatten.ts';
import { writePng } from '../images/png-stream.ts';

const hourMs = 60 * 60 * 1000;

export interface PackedLayer {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number; // since 1970
  readonly isInUse: boolean; // somebody may be about to read it
}

/** PNG files of layers as they were last saved, by what they were made from: saving again packs only what changed. */
export class LayerPictures {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param content everything that decides the pixels, as plain JSON @returns a file that holds them */
  async file(content: unknown, picture: () => BandedPicture, profile: Uint8Array | undefined): Promise<string> {
    const name = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const path = join(this.#folder, `${name}.png`);
    const now = new Date();
    const isThere = await utimes(path, now, now).then(
      () => true,
      () => false,
    );
    if (!isThere) await this.#make(path, picture(), profile);
    return path;
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

  async #make(path: string, picture: BandedPicture, profile: Uint8Array | undefined): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      await using file = await open(temporary, 'wx');
      await writePng(file, picture, profile);
      await file.sync(); // or a power cut could leave the name with half of the pixels
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await rename(temporary, path);
  }
}
