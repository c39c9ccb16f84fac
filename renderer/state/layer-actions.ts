import type { BlobId } from '#common/contract/blobs.ts';
import * as layerCommands from '#common/document/layer-commands.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import { invertedMask, maskImage } from '#common/document/mask-tiles.ts';
import { projectId } from '#common/document/records.ts';
import type { Layer } from '#common/document/records.ts';
import type { Bounds } from '#common/geometry.ts';
import { tileCount } from '#common/document/tiles.ts';
import { combine, moveSelection } from '#common/raster/selection.ts';
import type { Mask } from '#common/raster/masks.ts';
import { imageAlone, layerAlone, layersTogether } from '../canvas/document-stack.ts';
import type { LayerStack } from '../compositor/layer-stack.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { blendedLayers } from './blended-layers.ts';
import { copyName } from './layer-names.ts';
import type { WorkSteps } from './long-work.svelte.ts';

/** For work that counts what it does. */
const stepOf =
  ({ signal, onShare }: WorkSteps) =>
  (done: number, of: number): void => {
    signal.throwIfAborted();
    onShare(done / of);
  };

/** What a person can do with layers and their masks. Those that need pixels reject with what went wrong. */
export function createLayerActions(app: AppState) {
  const { document, engine, canvas, layers, questions, strokes, work } = app;
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

  /** Each above itself. */
  function duplicate(of: readonly Layer[]): void {
    const copies = document.act(t('commands.layer.duplicate'), (store) =>
      of.map(({ id, name }) => layerCommands.duplicateLayer(store, id, copyName(name))),
    );
    layers.chooseAll(copies);
  }

  /** One always stays. */
  function remove(these: readonly Layer[]): void {
    if (document.layers.length <= these.length) return;
    document.act(t('commands.layer.remove'), (store) => {
      for (const { id } of these) layerCommands.removeLayer(store, id);
    });
  }

  /** Moves layers by one in the order. @param these from the bottom up */
  function step(these: readonly Layer[], by: 1 | -1): void {
    const edge = by === 1 ? these.at(-1) : these[0];
    const next = edge && document.layers[document.layers.indexOf(edge) + by];
    if (next) dropOn(these, next);
  }

  /** Puts layers where another one is: above it when they come from below. */
  function dropOn(these: readonly Layer[], target: Layer): void {
    const order = document.layers;
    const [lowest] = these;
    if (!lowest || these.includes(target)) return;
    const place = order.indexOf(target);
    const below = order.slice(0, place).filter((layer) => !these.includes(layer)).length;
    const index = order.indexOf(lowest) < place ? below + 1 : below;
    const ids = these.map(({ id }) => id);
    document.act(t('layers.orderName'), (store) => layerCommands.reorderLayers(store, ids, index));
  }

  function show(these: readonly Layer[], isVisible: boolean): void {
    document.act(t('layers.visibleName'), (store) => {
      for (const { id } of these) layerCommands.setLayerLook(store, id, { isVisible });
    });
  }

  /** Shows one layer alone, or all of them where it is alone already. */
  function showAlone({ id }: Layer): void {
    const isAlone = document.layers.every((layer) => layer.isVisible === (layer.id === id));
    document.act(t('layers.visibleName'), (store) => {
      for (const layer of document.layers)
        layerCommands.setLayerLook(store, layer.id, { isVisible: isAlone || layer.id === id });
    });
  }

  const below = (layer: Layer): Layer | undefined => document.layers[document.layers.indexOf(layer) - 1];

  const visible = (): Layer[] => document.layers.filter(({ isVisible }) => isVisible);

  /** Of several layers, these together. */
  async function mergeDown(these: readonly Layer[]): Promise<void> {
    await strokes.settled();
    const lower = these.length === 1 ? below(these[0]!) : undefined;
    const merged = lower ? [lower, ...these] : these;
    if (merged.length > 1) await merge(t('commands.layer.mergeDown'), merged);
  }

  /** Hidden layers stay where they are. */
  async function mergeVisible(): Promise<void> {
    await strokes.settled();
    await merge(t('commands.layer.mergeVisible'), visible());
  }

  /** Makes one layer, as large as the canvas, of what is seen. Hidden layers are asked about, because they go. */
  async function flatten(): Promise<void> {
    await strokes.settled();
    const hidden = document.layers.filter(({ isVisible }) => !isVisible);
    const text = t('layers.flattenText', { count: hidden.length });
    const question = { title: t('layers.flattenTitle'), text, yes: t('layers.flatten'), isDanger: true };
    if (hidden.length > 0 && (await questions.ask(question)) !== 'yes') return;
    const { canvas: bounds } = document.store.require(projectId);
    await merge(t('commands.layer.flatten'), visible(), { within: bounds, without: hidden });
  }

  /** @param within document space @param without layers that go with it */
  async function merge(
    name: string,
    [lowest, ...others]: readonly Layer[],
    { within, without = [] }: { readonly within?: Bounds; readonly without?: readonly Layer[] } = {},
  ): Promise<void> {
    if (!lowest) return;
    const merged = [lowest, ...others];
    const { stack, offset } = layersTogether(document.store, merged, within);
    const image = await blendedLayers(app, { title: t('layers.merging'), of: stack, from: [...merged, ...without] });
    document.act(name, (store) => {
      layerCommands.mergeLayers(store, [lowest.id, ...others.map(({ id }) => id)], { image, offset });
      for (const { id } of without) layerCommands.removeLayer(store, id);
    });
    layers.choose(lowest.id);
  }

  /** A mask that shows what is selected, or everything where nothing is. */
  async function addMask(layer: Layer): Promise<void> {
    const { mask } = canvas.selection;
    const { extent } = document.store.require(layer.image);
    const corner = layers.cornerOf(layer);
    const shown = mask && {
      ...mask,
      bounds: { ...mask.bounds, x: mask.bounds.x - corner.x, y: mask.bounds.y - corner.y },
    };
    const made = await work.run(t('layers.makingMask'), (steps) => maskImage(extent, shown, put, stepOf(steps)));
    changeMask(layer, t('commands.layer.addMask'), made);
    layers.choose(layer.id, 'mask');
  }

  async function invertMask(layer: Layer): Promise<void> {
    await strokes.settled();
    if (!layer.mask) return;
    const mask = document.store.require(layer.mask);
    const inverted = await work.run(t('layers.makingMask'), (steps) => invertedMask(mask, get, put, stepOf(steps)));
    changeMask(layer, t('commands.layer.invertMask'), inverted);
  }

  /** @throws Error when the layer's mask was changed while the new one was made */
  function changeMask(layer: Layer, name: string, mask: NewImage): void {
    const { store } = document;
    if (store.get(layer.id)?.mask !== layer.mask) throw new Error(t('layers.changedMeanwhile'));
    setMask(layer, name, mask);
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
    const image = await blendedLayers(app, { title: t('layers.applyingMask'), of: alone, from: [layer] });
    document.act(t('commands.layer.applyMask'), (store) => layerCommands.applyLayerMask(store, layer.id, image));
  }

  /** Selects where a layer has pixels that show, as strongly as they do. */
  async function selectPixels(layer: Layer): Promise<void> {
    const of = layerAlone(document.store, layer, { isMasked: true });
    await selectStrengths(layer, of, 'alpha');
  }

  async function selectMask(layer: Layer): Promise<void> {
    if (!layer.mask) return;
    const of = imageAlone(document.store.require(layer.mask));
    await selectStrengths(layer, of, 'brightness');
  }

  async function selectStrengths(layer: Layer, of: LayerStack, what: 'alpha' | 'brightness'): Promise<void> {
    const title = t('layers.selecting');
    const ask = (steps: WorkSteps) => canvas.requireCompositor().ask('strengths', { of, what }, steps);
    select(layer, await work.run(title, ask));
  }

  function select(layer: Layer, mask: Mask | null): void {
    const { selection } = canvas;
    const shape = mask && moveSelection(mask, layers.cornerOf(layer), selection.picture);
    selection.set(combine(null, shape, 'replace'));
  }

  const ofMasks = { addMask, invertMask, removeMask, switchMask, applyMask, selectMask };
  return {
    add,
    duplicate,
    remove,
    step,
    dropOn,
    show,
    showAlone,
    below,
    visible,
    mergeDown,
    mergeVisible,
    flatten,
    switchLock,
    selectPixels,
    ...ofMasks,
  };
}
