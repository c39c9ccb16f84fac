import type { ExportChoice } from '#common/contract/documents.ts';
import type { Depth } from '#common/raster/raster.ts';

export type ExportFormat = ExportChoice['format'];

const lossy: readonly ExportFormat[] = ['jpeg', 'webp', 'avif'];
const deep: readonly ExportFormat[] = ['png', 'tiff'];
const layered: readonly ExportFormat[] = ['ora'];

/** What a person last chose for exports. */
export class ExportState {
  format = $state<ExportFormat>('png');
  quality = $state(92);
  depth = $state<Depth>(16); // for documents that have 16 bits
  keepsMetadata = $state(true);
  keepsPlace = $state(true);
  hasRecipe = $state(true);

  hasQuality = $derived(lossy.includes(this.format));
  isLayered = $derived(layered.includes(this.format));
  /** Whether it holds metadata and recipe. */
  hasMetadata = $derived(!this.isLayered);

  /** Whether there is a depth to choose for a document of this depth. */
  hasDepth = (own: Depth): boolean => own === 16 && deep.includes(this.format);

  /** @param own depth of the document */
  choiceFor(own: Depth): ExportChoice {
    const { format, quality, keepsMetadata, keepsPlace, hasRecipe } = this;
    return {
      ...{ format, quality, keepsMetadata, hasRecipe, keepsPlace: keepsMetadata && keepsPlace },
      ...(this.hasDepth(own) && { depth: this.depth }),
    };
  }
}
