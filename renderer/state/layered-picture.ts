import { onCanvas, visibleLayers } from '#common/document/layered-picture.ts';
import { projectId } from '#common/document/records.ts';
import type { Layer, LayerId, Version } from '#common/document/records.ts';
import type { DocumentStore } from '#common/document/store.ts';
import type { LayerStack, StackLayer } from '../compositor/layer-stack.ts';

/** What the canvas shows with a result laid over it, which is not a layer yet. */
export function withResult(stack: LayerStack, store: DocumentStore, { id, image, mask, offset }: Version): LayerStack {
  if (!image) return stack;
  const { canvas } = store.require(projectId);
  const layer: StackLayer = { id, image, mask, offset: onCanvas(offset, canvas), opacity: 1, blend: 'normal' };
  const images = { ...stack.images, [image]: store.require(image), ...(mask && { [mask]: store.require(mask) }) };
  return { ...stack, layers: [...stack.layers, layer], images };
}

/** The picture a document began with, without anything laid over it. */
export const withoutEdits = (stack: LayerStack): LayerStack => ({ ...stack, layers: stack.layers.slice(0, 1) });

/** The visible layers below one. */
export function layersBelow(store: DocumentStore, id: LayerId): Layer[] {
  const { layerOrder } = store.require(projectId);
  const below = new Set(layerOrder.slice(0, layerOrder.indexOf(id)));
  return visibleLayers(store).filter((layer) => below.has(layer.id));
}
