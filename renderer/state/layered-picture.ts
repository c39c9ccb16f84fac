import type { LayeredPicture, TiledPixels } from '#common/contract/pictures.ts';
import { projectId } from '#common/document/records.ts';
import type { Image, Layer, LayerId, Version } from '#common/document/records.ts';
import type { DocumentStore } from '#common/document/store.ts';
import type { LayerStack, StackLayer } from '../compositor/layer-stack.ts';

/** Layers as they are seen, from the bottom up. */
export const visibleLayers = (store: DocumentStore): Layer[] =>
  store
    .require(projectId)
    .layerOrder.map((id) => store.require(id))
    .filter(({ isVisible, opacity }) => isVisible && opacity > 0);

/** What the canvas shows with a result laid over it, which is not a layer yet. */
export function withResult(stack: LayerStack, store: DocumentStore, { id, image, mask, offset }: Version): LayerStack {
  if (!image) return stack;
  const { canvas } = store.require(projectId);
  const place = { x: offset.x - canvas.x, y: offset.y - canvas.y };
  const layer: StackLayer = { id, image, mask, offset: place, opacity: 1, blend: 'normal' };
  const images = { ...stack.images, [image]: store.require(image), ...(mask && { [mask]: store.require(mask) }) };
  return { ...stack, layers: [...stack.layers, layer], images };
}

/** The picture a document began with, without anything laid over it. */
export const withoutEdits = (stack: LayerStack): LayerStack => ({ ...stack, layers: stack.layers.slice(0, 1) });

/** What the engine is to read of a document. @param layers of this document, from the bottom up */
export function layeredPicture(store: DocumentStore, layers: readonly Layer[]): LayeredPicture {
  const { name, canvas, depth, profile } = store.require(projectId);
  const pixelsOf = (id: Image['id']): TiledPixels => {
    const { extent, channels, depth, tiles } = store.require(id);
    return { extent, channels, depth, tiles };
  };
  return {
    ...{ name, depth, profile, extent: { width: canvas.width, height: canvas.height } },
    layers: layers.map(({ image, mask, offset, opacity, blend }) => ({
      ...{ pixels: pixelsOf(image), mask: mask && pixelsOf(mask), opacity, blend },
      offset: { x: offset.x - canvas.x, y: offset.y - canvas.y },
    })),
  };
}

/** The visible layers below one. */
export function layersBelow(store: DocumentStore, id: LayerId): Layer[] {
  const { layerOrder } = store.require(projectId);
  const below = new Set(layerOrder.slice(0, layerOrder.indexOf(id)));
  return visibleLayers(store).filter((layer) => below.has(layer.id));
}
