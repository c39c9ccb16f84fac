import type { BatchId, ItemFile } from '#common/contract/batch-service.ts';
import type { ItemReport } from '#common/contract/batch.ts';
import type { FileHandle } from '#common/contract/documents.ts';
import type { EngineServices } from '#common/contract/services.ts';

const maxKept = 600;

/** Where items are found: a batch or a plan, and the folder of its pictures. */
export interface Shelf {
  readonly id: BatchId;
  readonly folder: FileHandle;
}

/** Small pictures of the items of a batch, kept while there is room: scrolling back asks for nothing again. */
export class ItemPictures {
  readonly #kept = new Map<string, ImageBitmap>();

  /** @returns null where there is nothing to see @throws when the signal is aborted or the engine is gone */
  async get(
    { batch }: Pick<EngineServices, 'batch'>,
    shelf: Shelf,
    item: ItemReport,
    { side, variant }: Pick<ItemFile, 'side' | 'variant'>,
    signal: AbortSignal,
  ): Promise<ImageBitmap | null> {
    const key = keyOf(shelf, item, { side, variant });
    const kept = this.#kept.get(key);
    if (kept) {
      this.#keep(key, kept);
      return kept;
    }
    const bytes = await batch.thumbnail({ batch: shelf.id, index: item.index, side, variant }, signal);
    const bitmap = bytes && (await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>])));
    if (bitmap) this.#keep(key, bitmap);
    return bitmap;
  }

  /** Those asked for least lately go first. */
  #keep(key: string, bitmap: ImageBitmap): void {
    this.#kept.delete(key);
    this.#kept.set(key, bitmap);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** A result that was made anew is another picture. */
function keyOf(
  { id, folder }: Shelf,
  { index, input, outputs, seed, ms }: ItemReport,
  { side, variant }: Pick<ItemFile, 'side' | 'variant'>,
): string {
  return side === 'before' ? `${folder} ${input}` : [id, index, outputs?.[variant], seed, ms].join(' ');
}
