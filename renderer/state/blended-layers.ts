import type { BlobId } from '#common/contract/blobs.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import type { Layer } from '#common/document/records.ts';
import type { Kept } from '#common/raster/fade.ts';
import type { LayerStack } from '../compositor/layer-stack.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';

/** What is blended for good. */
export interface Blending {
  readonly title: string; // of the work, for the person
  readonly of: LayerStack;
  readonly from: readonly Layer[]; // whose pixels these are
  readonly kept?: Kept; // px of the stack; left out: all of it
}

/** Blends layers for good while the person sees how far it is.
 * @throws Error when the layers were changed meanwhile, and when the person gives it up */
export async function blendedLayers(app: AppState, { title, of, from, kept }: Blending): Promise<NewImage> {
  const { canvas, document, engine, work } = app;
  const ids = from.flatMap(({ id, image, mask }) => [id, image, ...(mask ? [mask] : [])]);
  const before = ids.map((id) => document.store.get(id));
  const tiles = await work.run(title, async (steps) => {
    const blends = await canvas.requireCompositor().ask('blended', { of, ...(kept && { kept }) }, steps);
    const stored = (tile: (typeof blends)[number]): BlobId | null | Promise<BlobId> =>
      typeof tile === 'string' ? (tile as BlobId) : tile && engine.require().blobs.put(tile);
    return await Promise.all(blends.map(stored));
  });
  const isSame = document.isOpen && ids.every((id, i) => document.store.get(id) === before[i]);
  if (!isSame) throw new Error(t('layers.changedMeanwhile'));
  return { extent: of.extent, depth: of.depth, channels: 4, tiles };
}
