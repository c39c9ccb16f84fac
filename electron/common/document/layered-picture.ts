import type { LayeredPicture, TiledPixels } from '../contract/pictures.ts';
import type { Bounds } from '../geometry.ts';
import { maskInUse } from './layer-commands.ts';
import { projectId } from './records.ts';
import type { Image, Layer, Project } from './records.ts';
import type { DocumentStore } from './store.ts';

/** Layers as they are seen, from the bottom up. */
export const visibleLayers = (store: DocumentStore): Layer[] =>
  store
    .require(projectId)
    .layerOrder.map((id) => store.require(id))
    .filter(({ isVisible, opacity }) => isVisible && opacity > 0);

/** What is to be read of a document. @param layers of this document, from the bottom up
 * @param canvas the part that is seen, document space; left out: the canvas as it is */
export function layeredPicture(
  store: DocumentStore,
  layers: readonly Layer[],
  canvas: Bounds = store.require(projectId).canvas,
): LayeredPicture {
  const { name, depth, profile } = store.require(projectId);
  return {
    ...{ name, depth, profile, extent: { width: canvas.width, height: canvas.height } },
    layers: layers.map((layer) => {
      const { image, offset, opacity, blend } = layer;
      const mask = maskInUse(layer);
      return {
        ...{
          pixels: tiledPixels(store.require(image)),
          mask: mask && tiledPixels(store.require(mask)),
          opacity,
          blend,
        },
        offset: onCanvas(offset, canvas),
      };
    }),
  };
}

/** An image without its id. */
const tiledPixels = ({ extent, channels, depth, tiles }: Image): TiledPixels => ({ extent, channels, depth, tiles });

/** From document space to the canvas. */
export const onCanvas = ({ x, y }: Layer['offset'], canvas: Project['canvas']): Layer['offset'] => ({
  x: x - canvas.x,
  y: y - canvas.y,
});
