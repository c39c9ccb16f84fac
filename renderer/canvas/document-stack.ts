import type { BlobId } from '#common/contract/blobs.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { projectId } from '#common/document/records.ts';
import type { Condition, Image, Layer } from '#common/document/records.ts';
import type { DocumentStore } from '#common/document/store.ts';
import type { TileSource } from '../compositor/compositor.ts';
import type { LayerStack, StackLayer } from '../compositor/layer-stack.ts';

/** What is seen of a document: its visible layers, and over them the maps that are shown. Images are the records themselves, so that stacks
 * of one document show by identity what they share. */
export function documentStack(store: DocumentStore): LayerStack {
  const { canvas, depth, layerOrder } = store.require(projectId);
  const layers = layerOrder.map((id) => store.require(id)).filter(({ isVisible }) => isVisible);
  const maps = store
    .all()
    .filter((record) => record.type === 'condition')
    .filter(({ isVisible }) => isVisible);
  const place = ({ x, y }: Layer['offset']) => ({ x: x - canvas.x, y: y - canvas.y });
  const stacked = [
    ...layers.map(({ id, image, mask, opacity, blend, offset }) => ({
      id,
      image,
      mask,
      opacity,
      blend,
      offset: place(offset),
    })),
    ...maps.map((map) => stackedMap(map, place(map.offset))),
  ];
  const used = stacked.flatMap(({ image, mask }) => (mask === null ? [image] : [image, mask]));
  const images: Record<string, Image> = Object.fromEntries(used.map((id) => [id, store.require(id)]));
  return { extent: { width: canvas.width, height: canvas.height }, depth, layers: stacked, images };
}

const stackedMap = ({ id, image, opacity }: Condition, offset: StackLayer['offset']) =>
  ({ id, image, mask: null, opacity, blend: 'normal', offset }) as const;

/** Tiles of a document, from wherever its blobs are. @param blobs asked anew for each tile, because connections come and go */
export const blobTiles =
  (blobs: () => EngineServices['blobs']): TileSource =>
  async (key) => ({ encoded: await blobs().get(key as BlobId) });
