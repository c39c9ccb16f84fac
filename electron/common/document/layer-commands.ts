import type { BlobId } from '../contract/blobs.ts';
import type { Point } from '../geometry.ts';
import { maxSide, newImageId, newLayerId, projectId } from './records.ts';
import type { Image, ImageId, Layer, LayerId } from './records.ts';
import type { DocumentStore } from './store.ts';
import { withTiles } from './tiles.ts';

// What a person does to layers. Each command is one change; gestures of several commands are marked by whoever calls.

/** An image as it is put into a document. */
export type NewImage = Omit<Image, 'id' | 'type'>;

export interface NewLayer extends Partial<Omit<Layer, 'id' | 'type' | 'image' | 'mask' | 'name'>> {
  readonly name: string;
  readonly image: NewImage; // of 4 channels
}

/** Adds a layer. @param index its place in the order, from the bottom; left out: on top */
export function addLayer(store: DocumentStore, { image, ...fields }: NewLayer, index?: number): LayerId {
  if (image.channels !== 4) throw new RangeError(`a layer of ${image.channels} channels`);
  return store.transact('user', () => {
    const layer = {
      ...({
        isVisible: true,
        isLocked: false,
        isMaskOn: true,
        opacity: 1,
        blend: 'normal',
        offset: { x: 0, y: 0 },
        version: null,
      } as const),
      ...({ ...fields, id: newLayerId(), type: 'layer', image: putImage(store, image), mask: null } as const),
    };
    store.put(layer);
    insertLayer(store, layer.id, index);
    return layer.id;
  });
}

/** Adds an image that nothing shows yet. */
export function putImage(store: DocumentStore, image: NewImage): ImageId {
  const id = newImageId();
  store.put({ ...image, id, type: 'image' });
  return id;
}

function insertLayer(store: DocumentStore, layer: LayerId, index?: number): void {
  const { layerOrder } = store.require(projectId);
  const at = index ?? layerOrder.length;
  store.update(projectId, { layerOrder: [...layerOrder.slice(0, at), layer, ...layerOrder.slice(at)] });
}

/** Removes a layer with its image and its mask. The version it came from stays. */
export function removeLayer(store: DocumentStore, id: LayerId): void {
  store.transact('user', () => {
    const { image, mask, version } = store.require(id);
    const { layerOrder } = store.require(projectId);
    store.update(projectId, { layerOrder: layerOrder.filter((other) => other !== id) });
    store.remove(id);
    if (version && store.get(version)?.layer === id) store.update(version, { layer: null });
    for (const unused of [image, mask]) if (unused) removeUnusedImage(store, unused);
  });
}

/** Removes an image unless a record refers to it. */
export function removeUnusedImage(store: DocumentStore, id: ImageId): void {
  const isUsed = store.all().some((record) => {
    if (record.type === 'layer') return record.image === id || record.mask === id;
    if (record.type === 'version') return record.image === id || record.mask === id;
    return (record.type === 'condition' || record.type === 'selection') && record.image === id;
  });
  if (!isUsed) store.remove(id);
}

/** Puts a copy above a layer. The copy has tiles of its own list, so painting on one leaves the other alone. */
export function duplicateLayer(store: DocumentStore, id: LayerId, name: string): LayerId {
  return store.transact('user', () => {
    const { image, mask, ...fields } = store.require(id);
    const copy: Layer = {
      ...{ ...fields, id: newLayerId(), name },
      image: putImage(store, store.require(image)),
      mask: mask && putImage(store, store.require(mask)),
    };
    store.put(copy);
    insertLayer(store, copy.id, store.require(projectId).layerOrder.indexOf(id) + 1);
    return copy.id;
  });
}

/** Pixels, and where they lie. */
export interface MergedPixels {
  readonly image: NewImage;
  readonly offset: Point;
}

/** Puts the pixels of layers into the lowest of them, which becomes an ordinary one without a mask. Others stay.
 * @param ids at least one, from the bottom up @param merged they, blended by whoever has their pixels */
export function mergeLayers(
  store: DocumentStore,
  [lowest, ...others]: readonly [LayerId, ...LayerId[]],
  { image, offset }: MergedPixels,
): void {
  store.transact('user', () => {
    const { image: oldImage, mask: oldMask } = store.require(lowest);
    const flat = { image: putImage(store, image), offset, mask: null, opacity: 1, blend: 'normal' } as const;
    store.update(lowest, { ...flat, isVisible: true, isMaskOn: true });
    for (const unused of [oldImage, oldMask]) if (unused) removeUnusedImage(store, unused);
    for (const other of others) removeLayer(store, other);
  });
}

export const renameLayer = (store: DocumentStore, id: LayerId, name: string): void => store.update(id, { name });

/** Moves layers in the order; they come to lie on each other as they did. @param index their new place, counted from the bottom without them */
export function reorderLayers(store: DocumentStore, ids: readonly LayerId[], index: number): void {
  const { layerOrder } = store.require(projectId);
  const others = layerOrder.filter((other) => !ids.includes(other));
  const moved = layerOrder.filter((other) => ids.includes(other));
  store.update(projectId, { layerOrder: [...others.slice(0, index), ...moved, ...others.slice(index)] });
}

/** Moves layers over the canvas. @param by px */
export function moveLayers(store: DocumentStore, ids: readonly LayerId[], { x, y }: Point): void {
  store.transact('user', () => {
    for (const id of ids) {
      const { offset } = store.require(id);
      store.update(id, { offset: { x: placeWithin(offset.x + x), y: placeWithin(offset.y + y) } });
    }
  });
}

const placeWithin = (place: number): number => Math.max(-maxSide, Math.min(maxSide, place));

/** How a layer is shown. */
export type LayerLook = Partial<Pick<Layer, 'opacity' | 'blend' | 'isVisible' | 'isLocked' | 'isMaskOn' | 'offset'>>;

export const setLayerLook = (store: DocumentStore, id: LayerId, look: LayerLook): void => store.update(id, look);

/** Gives a layer a mask, or takes it away. @param mask 1 channel of 8 bits, as large as the layer's image */
export function setLayerMask(store: DocumentStore, id: LayerId, mask: NewImage | null): void {
  store.transact('user', () => {
    const { mask: oldMask, image } = store.require(id);
    const { width, height } = store.require(image).extent;
    if (mask && (mask.channels !== 1 || mask.depth !== 8)) throw new RangeError('a mask has 1 channel of 8 bits');
    if (mask && (mask.extent.width !== width || mask.extent.height !== height)) {
      throw new RangeError(`a mask of ${mask.extent.width} × ${mask.extent.height} for ${width} × ${height} pixels`);
    }
    store.update(id, { mask: mask && putImage(store, mask), isMaskOn: true });
    if (oldMask) removeUnusedImage(store, oldMask);
  });
}

/** Makes what the mask hides transparent for good. @param image the layer's pixels under the mask, of the same size */
export function applyLayerMask(store: DocumentStore, id: LayerId, image: NewImage): void {
  store.transact('user', () => {
    const { image: oldImage } = store.require(id);
    store.update(id, { image: putImage(store, image) });
    removeUnusedImage(store, oldImage);
    setLayerMask(store, id, null);
  });
}

/** Pixels of a layer and of its mask over the same larger bounds. */
export interface GrownPixels extends MergedPixels {
  readonly mask: NewImage | null;
}

/** Lets a layer reach further; what it is stays. @throws RangeError for a mask where it has none, or none where it has one */
export function growLayer(store: DocumentStore, id: LayerId, { image, mask, offset }: GrownPixels): void {
  store.transact('user', () => {
    const layer = store.require(id);
    if ((layer.mask === null) !== (mask === null))
      throw new RangeError(`${id} and what it grows to differ in their masks`);
    store.update(layer.image, { extent: image.extent, tiles: image.tiles });
    if (layer.mask && mask) store.update(layer.mask, { extent: mask.extent, tiles: mask.tiles });
    store.update(id, { offset });
  });
}

/** The mask that hides something now. */
export const maskInUse = ({ mask, isMaskOn }: Pick<Layer, 'mask' | 'isMaskOn'>): ImageId | null =>
  isMaskOn ? mask : null;

/** Replaces some tiles of an image: what a stroke, a fill or an edit changed. @param changes by index */
export function replaceTiles(store: DocumentStore, id: ImageId, changes: ReadonlyMap<number, BlobId | null>): void {
  store.update(id, { tiles: withTiles(store.require(id).tiles, changes) });
}
