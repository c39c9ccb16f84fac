import type { ExportChoice } from '#common/contract/documents.ts';
import type { Settings } from '#common/contract/settings.ts';
import type { Depth } from '#common/raster/raster.ts';

type ExportFormat = ExportChoice['format'];

const lossy: readonly ExportFormat[] = ['jpeg', 'webp', 'avif'];
const deep: readonly ExportFormat[] = ['png', 'tiff'];

/** What a person last chose for exports. */
export class ExportState {
  format = $state<ExportFormat>('png');
  quality = $state(92);
  depth = $state<Depth>(16); // for documents that have 16 bits

  hasQuality = $derived(lossy.includes(this.format));
  /** Whether it holds metadata and recipe. */
  hasMetadata = $derived(this.format !== 'ora');

  /** Whether there is a depth to choose for a document of this depth. */
  hasDepth = (own: Depth): boolean => own === 16 && deep.includes(this.format);

  /** @param own depth of the document @param settings what is written besides the picture */
  choiceFor(own: Depth, { exportsRecipe, exportsMetadata, exportsPlace }: Settings): ExportChoice {
    const { format, quality } = this;
    return {
      ...{ format, quality, hasRecipe: exportsRecipe },
      ...{ keepsMetadata: exportsMetadata, keepsPlace: exportsMetadata && exportsPlace },
      ...(this.hasDepth(own) && { depth: this.depth }),
    };
  }
}
