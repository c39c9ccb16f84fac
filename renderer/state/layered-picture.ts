import { onCanvas, visibleLayers } from '#common/document/layered-picture.ts';
import { projectId } from '#common/document/records.ts';
import type { Layer, LayerId, Version } from '#common/document/records.ts';
import { lineage } from '#common/document/version-tree.ts';
import type { DocumentStore } from '#common/document/store.ts';
import type { LayerStack, StackLayer } from '../compositor/layer-stack.ts';

/** What the canvas shows with a result laid over it, which is not a layer yet. @param place a layer in whose place it is seen */
export function withResult(
  stack: LayerStack,
  store: DocumentStore,
  { id, image, mask, offset }: Version,
  place: LayerId | null = null,
): LayerStack {
  if (!image) return stack;
  const { canvas, layerOrder } = store.require(projectId);
  const layer: StackLayer = { id, image, mask, offset: onCanvas(offset, canvas), opacity: 1, blend: 'normal' };
  const images = { ...stack.images, [image]: store.require(image), ...(mask && { [mask]: store.require(mask) }) };
  if (!place) return { ...stack, layers: [...stack.layers, layer], images };
  const lower = new Set<string>(layerOrder.slice(0, layerOrder.indexOf(place)));
  const others = stack.layers.filter((other) => other.id !== place);
  const below = others.filter((other) => lower.has(other.id));
  return { ...stack, layers: [...below, layer, ...others.slice(below.length)], images };
}

/** What an edit sees of the canvas. @param of the layers of its picture */
export const onlyLayers = (stack: LayerStack, of: readonly LayerId[]): LayerStack => ({
  ...stack,
  layers: stack.layers.filter(({ id }) => of.includes(id as LayerId)),
});

/** The picture a document began with, without anything laid over it. */
export const withoutEdits = (stack: LayerStack): LayerStack => ({ ...stack, layers: stack.layers.slice(0, 1) });

/** The layers of the picture that a version was made from, as they are now: those below its own layer. Where it is none, those it was
 * made from in this session; else what is no edit or an edit that led to it.
 * @param of of this session; left out: it was made in another one */
export function sourceLayers(
  store: DocumentStore,
  { layer, parent }: Version,
  versions: readonly Version[],
  of?: readonly LayerId[],
): Layer[] {
  const { layerOrder } = store.require(projectId);
  if (layer && layerOrder.includes(layer)) return layersBelow(store, layer);
  const visible = visibleLayers(store);
  if (of) return visible.filter(({ id }) => of.includes(id));
  const before = new Set(parent ? lineage(versions, parent).map(({ id }) => id) : []);
  return visible.filter(({ version }) => version === null || before.has(version));
}

/** The visible layers below one. */
function layersBelow(store: DocumentStore, id: LayerId): Layer[] {
  const { layerOrder } = store.require(projectId);
  const below = new Set(layerOrder.slice(0, layerOrder.indexOf(id)));
  return visibleLayers(store).filter((layer) => below.has(layer.id));
}
