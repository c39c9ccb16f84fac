import { RemoteError } from '#common/contract/errors.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import { addLayer, replaceTiles } from '#common/document/layer-commands.ts';
import type { NewLayer } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import type { Layer } from '#common/document/records.ts';
import { changedTiles } from '../compositor/layer-stack.ts';
import { intersect, isEmpty } from '#common/geometry.ts';
import type { Bounds, Extent, Point } from '#common/geometry.ts';
import type { Mask } from '#common/raster/masks.ts';
import { layerAlone, layersTogether, reachOf } from '../canvas/document-stack.ts';
import { visiblePart } from '../canvas/view.ts';
import { readFile } from '../host/browser-dialogs.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { blendedLayers } from './blended-layers.ts';
import { copyName } from './layer-names.ts';
import type { Clip } from './clip.ts';
import { readPicture, writePicture } from './system-clipboard.ts';

/** Pixels that are copied, cut, pasted and cleared, and pictures that become layers. Each rejects with what went wrong. */
export function createClipActions(app: AppState) {
  const { canvas, clip, document, engine, host, layers, problems, strokes, work } = app;

  /** What is selected of layers, with their masks; without a selection all of it. Undefined where there is nothing.
   * @param within document space; left out: as far as they reach */
  async function cutOut(these: readonly Layer[], within?: Bounds): Promise<Clip | undefined> {
    await strokes.settled();
    const { store } = document;
    const { canvas: corner } = store.require(projectId);
    const selected = canvas.selection.mask && movedMask(canvas.selection.mask, corner);
    const reach = within ?? reachOf(store, these);
    const part = selected ? intersect(selected.bounds, reach) : reach;
    if (these.length === 0 || isEmpty(part)) return undefined;
    const { stack, offset } = layersTogether(store, these, part);
    const kept = selected && ({ mask: movedMask(selected, { x: -part.x, y: -part.y }), side: 'inside' } as const);
    const title = t('layers.copying');
    const image = await blendedLayers(app, { title, of: stack, from: these, ...(kept && { kept }) });
    return image.tiles.every((tile) => tile === null) ? undefined : { image, offset, store };
  }

  /** A single layer as it is, whatever it does to those below. */
  const plainly = (these: readonly Layer[]): readonly Layer[] =>
    these.length === 1 ? these.map((layer) => ({ ...layer, opacity: 1, blend: 'normal' })) : these;

  /** Keeps pixels here and gives the system's clipboard a picture of them. @returns whether there was something */
  async function keep(making: Promise<Clip | undefined>): Promise<boolean> {
    clip.take(making);
    const png = making.then((made) => made && asPng(made));
    const writing = writePicture(png).catch(() => t('layers.copiedHereOnly')); // begun at once: browsers ask for a gesture
    const made = await making;
    if (!made) {
      problems.notice(t('layers.nothingToCopy'));
      return false;
    }
    void writing.then((sentence) => sentence && problems.notice(sentence));
    return true;
  }

  const asPng = ({ image, store }: Clip): Promise<Uint8Array> => {
    const { name, profile } = store.require(projectId);
    const layer = { pixels: image, mask: null, offset: { x: 0, y: 0 }, opacity: 1, blend: 'normal' } as const;
    const { extent, depth } = image;
    return engine.require().pictures.flatten({ name, extent, depth, profile, layers: [layer] });
  };

  async function copy(): Promise<void> {
    await keep(cutOut(plainly(layers.selected)));
  }

  /** Copies what is seen. */
  async function copySeen(): Promise<void> {
    const seen = document.layers.filter(({ isVisible }) => isVisible);
    await keep(cutOut(seen, document.store.require(projectId).canvas));
  }

  async function cut(): Promise<void> {
    const { chosen } = layers;
    if (chosen && mayClear() && (await keep(cutOut(plainly([chosen]))))) await clear(t('commands.edit.cut'));
  }

  /** Whether the chosen layer may be changed; else the person hears why not. */
  function mayClear(): boolean {
    const layer = layers.chosen;
    if (layer?.isLocked) problems.notice(t('layers.isLocked', { name: layer.name }));
    return layer !== undefined && !layer.isLocked;
  }

  /** Takes away what is selected of the chosen layer. */
  async function clear(name = t('commands.edit.clear')): Promise<void> {
    await strokes.settled();
    const layer = layers.chosen;
    const { mask } = canvas.selection;
    if (!layer || !mask || !mayClear()) return;
    const { x, y } = layers.cornerOf(layer);
    const image = document.store.require(layer.image);
    const kept = { mask: movedMask(mask, { x: -x, y: -y }), side: 'outside' } as const;
    const of = layerAlone(document.store, layer, { isMasked: false });
    const left = await blendedLayers(app, { title: t('layers.clearing'), of, from: [layer], kept });
    const changed = changedTiles(image, left);
    const indices = changed === 'all' ? [...left.tiles.keys()] : changed;
    const changes = new Map(indices.map((index) => [index, left.tiles[index]!]));
    document.act(name, (store) => replaceTiles(store, image.id, changes));
  }

  /** Puts all that is seen, or what is selected of it, on a layer of its own on top. */
  async function layerOfSeen(): Promise<void> {
    const seen = document.layers.filter(({ isVisible }) => isVisible);
    const made = await cutOut(seen, document.store.require(projectId).canvas);
    if (!made) return problems.notice(t('layers.nothingToCopy'));
    const layer = { name: t('layers.seenName'), image: made.image, offset: made.offset };
    document.act(t('commands.layer.stamp'), (store) => addLayer(store, layer));
  }

  /** Puts what is selected of the chosen layers on a layer of its own. */
  async function layerOfSelection(): Promise<void> {
    const made = await cutOut(plainly(layers.selected));
    if (!made) return problems.notice(t('layers.nothingToCopy'));
    const name = copyName(layers.chosen?.name ?? '');
    put(t('commands.layer.duplicate'), { name, image: made.image, offset: made.offset });
  }

  /** @param file of the system's clipboard, where a gesture brought one; left out: it is asked for */
  async function paste(file?: File): Promise<void> {
    const own = document.isOpen ? await clip.of(document.store) : undefined;
    if (own) {
      const { image } = own;
      const isSeen = !isEmpty(intersect({ ...image.extent, ...own.offset }, shownPart()));
      put(t('commands.edit.paste'), {
        ...{ name: t('layers.pasted'), image },
        offset: isSeen ? own.offset : middleFor(image.extent),
      });
    } else await pasteFile(file ?? (await fromSystem()));
  }

  async function fromSystem(): Promise<Blob | undefined> {
    return await readPicture().catch(() => {
      throw new Error(t('layers.clipboardClosed'));
    });
  }

  async function pasteFile(file: Blob | undefined): Promise<void> {
    if (!file) return problems.notice(t('layers.nothingToPaste'));
    const bytes = new Uint8Array(await file.arrayBuffer());
    await addPicture({ name: t('layers.pasted'), bytes }, t('commands.edit.paste'));
  }

  /** Makes a layer of a picture file, in the middle of what is seen, in the depth and colours of the document. */
  async function addPicture({ name, bytes }: NamedBytes, gesture = t('layers.addFileName')): Promise<void> {
    const { store } = document;
    const { depth, profile } = store.require(projectId);
    const image = await work.run(t('layers.addingFile', { name }), async ({ signal }) => {
      const blob = await engine.require().blobs.put(bytes);
      const tiles = await engine.require().documents.tiles(blob, { depth, profile, name });
      signal.throwIfAborted();
      return tiles;
    });
    if (!document.isOpen || document.store !== store) return;
    put(gesture, { name: name.replace(/\.[^.]*$/, '').slice(0, 255) || name, image, offset: middleFor(image.extent) });
  }

  /** One that cannot be read keeps none of the others out. Giving up ends all that have yet to come. */
  async function addFiles(files: readonly File[]): Promise<void> {
    const failures = new Map<string, unknown>(); // by name
    for (const file of files) {
      await addPicture(await readFile(file)).catch((error: unknown) => {
        if (!isOfPicture(error)) throw error;
        failures.set(file.name, error);
      });
    }
    const names = [...failures.keys()].join(', ');
    if (failures.size <= toldApart) for (const error of failures.values()) problems.report(error);
    else problems.report(new Error(t('layers.notAdded', { count: failures.size, all: String(files.length), names })));
  }

  async function chooseAndAdd(): Promise<void> {
    const picture = await host.dialogs.openPicture();
    if (picture) await addPicture(picture);
  }

  /** Above the chosen layer. */
  function put(gesture: string, layer: NewLayer): void {
    const index = layers.chosen ? document.layers.indexOf(layers.chosen) + 1 : undefined;
    document.act(gesture, (store) => addLayer(store, layer, index));
  }

  /** The part of the canvas that is seen, document space. */
  function shownPart(): Bounds {
    const { canvas: bounds } = document.store.require(projectId);
    const { view, screen } = canvas.viewport;
    const { x, y, width, height } = visiblePart(view, screen);
    return intersect({ x: x + bounds.x, y: y + bounds.y, width, height }, bounds);
  }

  /** Where something of that size lies in the middle of what is seen. What is as large as the canvas covers it. */
  function middleFor({ width, height }: Extent): Point {
    const { canvas: bounds } = document.store.require(projectId);
    if (width === bounds.width && height === bounds.height) return { x: bounds.x, y: bounds.y };
    const shown = shownPart();
    const part = isEmpty(shown) ? bounds : shown;
    return {
      x: Math.round(part.x + (part.width - width) / 2),
      y: Math.round(part.y + (part.height - height) / 2),
    };
  }

  return { copy, copySeen, cut, clear, layerOfSelection, layerOfSeen, paste, addFiles, chooseAndAdd };
}

const toldApart = 2; // failures: more are told in one sentence

/** Whether it is one file that is no good, and not the engine or the disk. */
const isOfPicture = (error: unknown): boolean =>
  error instanceof RemoteError && ['image-unreadable', 'image-too-large'].includes(error.code);

const movedMask = ({ bounds, data }: Mask, by: Point): Mask => ({
  data,
  bounds: { ...bounds, x: bounds.x + by.x, y: bounds.y + by.y },
});
