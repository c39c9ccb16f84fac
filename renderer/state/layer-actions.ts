import type { BlobId } from '#common/contract/blobs.ts';
import * as layerCommands from '#common/document/layer-commands.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import { invertedMask, maskImage } from '#common/document/mask-tiles.ts';
import { projectId } from '#common/document/records.ts';
import type { Layer } from '#common/document/records.ts';
import { tileCount } from '#common/document/tiles.ts';
import { combine, moveSelection } from '#common/raster/selection.ts';
import type { Mask } from '#common/raster/masks.ts';
import { imageAlone, layerAlone, layersTogether } from '../canvas/document-stack.ts';
import type { LayerStack } from '../compositor/layer-stack.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';

/** What a person can do with layers and their masks. Those that need pixels reject with what went wrong. */
export function createLayerActions({ document, engine, canvas, layers, strokes, work }: AppState) {
  const put = (bytes: Uint8Array): Promise<BlobId> => engine.require().blobs.put(bytes);
  const get = (id: BlobId): Promise<Uint8Array> => engine.require().blobs.get(id);

  /** An empty layer as large as the canvas, above a layer. */
  function add(above: Layer | undefined = layers.chosen): void {
    document.act(t('commands.layer.add'), (store) => {
      const { canvas: bounds, depth, layerOrder } = store.require(projectId);
      const extent = { width: bounds.width, height: bounds.height };
      const image: NewImage = { extent, depth, channels: 4, tiles: new Array<null>(tileCount(extent)).fill(null) };
      const name = t('layers.newName', { number: String(layerOrder.length + 1) });
      const index = above ? layerOrder.indexOf(above.id) + 1 : undefined;
      layerCommands.addLayer(store, { name, image, offset: { x: bounds.x, y: bounds.y } }, index);
    });
  }

  function duplicate(layer: Layer): void {
    const name = t('layers.copyOf', { name: layer.name }).slice(0, 255);
    document.act(t('commands.layer.duplicate'), (store) => layerCommands.duplicateLayer(store, layer.id, name));
  }

  function remove(layer: Layer): void {
    if (document.layers.length > 1) {
      document.act(t('commands.layer.remove'), (store) => layerCommands.removeLayer(store, layer.id));
    }
  }

  /** @param place counted from the bottom; beyond the ends: the last there is */
  function moveTo(layer: Layer, place: number): void {
    const to = Math.max(0, Math.min(document.layers.length - 1, place));
    if (document.layers[to]?.id === layer.id) return;
    document.act(t('layers.moveName'), (store) => layerCommands.reorderLayer(store, layer.id, to));
  }

  const below = (layer: Layer): Layer | undefined => document.layers[document.layers.indexOf(layer) - 1];

  async function mergeDown(upper: Layer): Promise<void> {
    await strokes.settled();
    const lower = below(upper);
    if (!lower) return;
    const { stack, offset } = layersTogether(document.store, lower, upper);
    const image = await blended(t('layers.merging'), stack, [lower, upper]);
    document.act(t('commands.layer.mergeDown'), (store) => {
      layerCommands.mergeDown(store, upper.id, { image, offset });
    });
    layers.choose(lower.id);
  }

  /** Blends layers while the person sees how far it is. @throws Error when they were changed meanwhile */
  async function blended(title: string, of: LayerStack, changing: readonly Layer[]): Promise<NewImage> {
    const ids = changing.flatMap(({ id, image, mask }) => [id, image, ...(mask ? [mask] : [])]);
    const before = ids.map((id) => document.store.get(id));
    const tiles = await work.run(title, async (steps) => {
      const blends = await canvas.requireCompositor().ask('blended', { of }, steps);
      return await Promise.all(blends.map((tile) => (typeof tile === 'string' ? (tile as BlobId) : tile && put(tile))));
    });
    const isSame = document.isOpen && ids.every((id, i) => document.store.get(id) === before[i]);
    if (!isSame) throw new Error(t('layers.changedMeanwhile'));
    return { extent: of.extent, depth: of.depth, channels: 4, tiles };
  }

  /** A mask that shows what is selected, or everything where nothing is. */
  async function addMask(layer: Layer): Promise<void> {
    const { mask } = canvas.selection;
    const { extent } = document.store.require(layer.image);
    const corner = cornerOf(layer);
    const shown = mask && {
      ...mask,
      bounds: { ...mask.bounds, x: mask.bounds.x - corner.x, y: mask.bounds.y - corner.y },
    };
    setMask(layer, t('commands.layer.addMask'), await maskImage(extent, shown, put));
    layers.choose(layer.id, 'mask');
  }

  async function invertMask(layer: Layer): Promise<void> {
    await strokes.settled();
    if (!layer.mask) return;
    const inverted = await invertedMask(document.store.require(layer.mask), get, put);
    setMask(layer, t('commands.layer.invertMask'), inverted);
  }

  function setMask({ id }: Layer, name: string, mask: NewImage | null): void {
    document.act(name, (store) => layerCommands.setLayerMask(store, id, mask));
  }

  const removeMask = (layer: Layer): void => setMask(layer, t('commands.layer.removeMask'), null);

  function switchMask({ id, isMaskOn }: Layer): void {
    document.act(t('layers.maskSwitchName'), (store) => layerCommands.setLayerLook(store, id, { isMaskOn: !isMaskOn }));
  }

  function switchLock({ id, isLocked }: Layer): void {
    document.act(t('layers.lockName'), (store) => layerCommands.setLayerLook(store, id, { isLocked: !isLocked }));
  }

  async function applyMask(layer: Layer): Promise<void> {
    await strokes.settled();
    const alone = layerAlone(document.store, { ...layer, isMaskOn: true }, { isMasked: true });
    const image = await blended(t('layers.applyingMask'), alone, [layer]);
    document.act(t('commands.layer.applyMask'), (store) => layerCommands.applyLayerMask(store, layer.id, image));
  }

  /** Selects where a layer has pixels that show, as strongly as they do. */
  async function selectPixels(layer: Layer): Promise<void> {
    const of = layerAlone(document.store, layer, { isMasked: true });
    select(layer, await canvas.requireCompositor().ask('strengths', { of, what: 'alpha' }));
  }

  async function selectMask(layer: Layer): Promise<void> {
    if (!layer.mask) return;
    const of = imageAlone(document.store.require(layer.mask));
    select(layer, await canvas.requireCompositor().ask('strengths', { of, what: 'brightness' }));
  }

  function select(layer: Layer, mask: Mask | null): void {
    const { selection } = canvas;
    const shape = mask && moveSelection(mask, cornerOf(layer), selection.picture);
    selection.set(combine(null, shape, 'replace'));
  }

  /** Of a layer, on the canvas. */
  function cornerOf({ offset }: Layer): Layer['offset'] {
    const { canvas: bounds } = document.store.require(projectId);
    return { x: offset.x - bounds.x, y: offset.y - bounds.y };
  }

  const ofMasks = { addMask, invertMask, removeMask, switchMask, applyMask, selectMask };
  return { add, duplicate, remove, moveTo, below, mergeDown, switchLock, selectPixels, ...ofMasks };
}
