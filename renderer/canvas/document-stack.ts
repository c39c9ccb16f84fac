import type { BlobId } from '#common/contract/blobs.ts';
import { maxSmall } from '#common/contract/services.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { maskInUse } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import type { Condition, Image, Layer, SavedSelection } from '#common/document/records.ts';
import type { DocumentStore } from '#common/document/store.ts';
import { union } from '#common/geometry.ts';
import type { Bounds, Point } from '#common/geometry.ts';
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
    ...layers.map((layer) => stackLayer(layer, place(layer.offset))),
    ...maps.map((map) => stackedMap(map, place(map.offset))),
  ];
  const images = imagesOf(store, stacked);
  return { extent: { width: canvas.width, height: canvas.height }, depth, layers: stacked, images };
}

function imagesOf(store: DocumentStore, layers: readonly Pick<Layer, 'image' | 'mask'>[]): Record<string, Image> {
  const used = layers.flatMap(({ image, mask }) => (mask === null ? [image] : [image, mask]));
  return Object.fromEntries(used.map((id) => [id, store.require(id)]));
}

/** A layer as the compositor has it. @param offset on the canvas */
const stackLayer = (layer: Layer, offset: StackLayer['offset']): StackLayer & Pick<Layer, 'image' | 'mask'> => {
  const { id, image, opacity, blend } = layer;
  return { id, image, mask: maskInUse(layer), opacity, blend, offset };
};

/** Of edges only the white lines are seen. */
const stackedMap = ({ id, kind, image, opacity }: Condition, offset: StackLayer['offset']) =>
  ({ id, image, mask: null, opacity, blend: kind === 'canny' ? 'screen' : 'normal', offset }) as const;

/** A stack of one layer that fills its canvas: all of it shows. */
export function layerAlone(store: DocumentStore, layer: Layer, { isMasked }: { isMasked: boolean }): LayerStack {
  const image = store.require(layer.image);
  const mask = isMasked ? maskInUse(layer) : null;
  const images = { [layer.image]: image, ...(mask && { [mask]: store.require(mask) }) };
  const stacked: StackLayer = { ...plain, id: layer.id, image: layer.image, mask };
  return { extent: image.extent, depth: image.depth, layers: [stacked], images };
}

/** The canvas with a layer's mask in the place of everything: white where it shows. */
export function maskSeen(store: DocumentStore, { mask, offset }: Layer): LayerStack | undefined {
  if (!mask) return undefined;
  const { canvas, depth } = store.require(projectId);
  const place = { x: offset.x - canvas.x, y: offset.y - canvas.y };
  const layers = [{ ...plain, id: mask, image: mask, offset: place }];
  const { width, height } = canvas;
  return { extent: { width, height }, depth, layers, images: { [mask]: store.require(mask) } };
}

/** A stack of one image, strengths or pixels. */
export const imageAlone = (image: Image): LayerStack => ({
  extent: image.extent,
  depth: image.depth,
  layers: [{ ...plain, id: image.id, image: image.id }],
  images: { [image.id]: image },
});

/** How a kept selection lies on the canvas. */
export function selectionSeen(store: DocumentStore, { image, offset }: SavedSelection): LayerStack {
  const { canvas } = store.require(projectId);
  const { width, height } = canvas;
  const layer = { ...plain, id: image, image, offset: { x: offset.x - canvas.x, y: offset.y - canvas.y } };
  return { extent: { width, height }, depth: 8, layers: [layer], images: { [image]: store.require(image) } };
}

const plain = { mask: null, opacity: 1, blend: 'normal', offset: { x: 0, y: 0 } } as const;

/** Layers as they look together, without what is below; and where their common canvas begins, in document space.
 * @param layers at least one, from the bottom up @param within document space; left out: as far as they reach */
export function layersTogether(
  store: DocumentStore,
  layers: readonly Layer[],
  within: Bounds = reachOf(store, layers),
): { stack: LayerStack; offset: Point } {
  const { x, y, width, height } = within;
  const stacked = layers.map((layer, index) => {
    const placed = stackLayer(layer, { x: layer.offset.x - x, y: layer.offset.y - y });
    return index === 0 ? { ...placed, blend: 'normal' as const } : placed; // there is nothing to blend it with
  });
  const { depth } = store.require(projectId);
  return {
    stack: { extent: { width, height }, depth, layers: stacked, images: imagesOf(store, stacked) },
    offset: { x, y },
  };
}

/** As far as layers reach, document space. @param layers at least one */
export function reachOf(store: DocumentStore, layers: readonly Layer[]): Bounds {
  return layers.map(({ image, offset }) => ({ ...store.require(image).extent, ...offset })).reduce(union);
}

/** Tiles of a document, from wherever its blobs are. @param blobs asked anew for each tile, because connections come and go */
export const blobTiles = (blobs: () => EngineServices['blobs']): TileSource => ({
  tile: async (key) => ({ encoded: await blobs().get(key as BlobId) }),
  small: async (keys) => {
    const parts = Array.from({ length: Math.ceil(keys.length / maxSmall) }, (_, part) =>
      blobs().small(keys.slice(part * maxSmall, (part + 1) * maxSmall) as BlobId[]),
    );
    return (await Promise.all(parts)).flat();
  },
});
