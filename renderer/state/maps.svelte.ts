import { untrack } from 'svelte';
import { setConditionLook } from '#common/document/canvas-commands.ts';
import { checkMap, isBlocking } from '#common/maps/check-map.ts';
import { canny } from '#models/maps';
import type { MapFinding, MapFix } from '#common/maps/check-map.ts';
import { cropMap, newMap } from '#common/maps/condition-map.ts';
import type { ConditionMap, MapKind } from '#common/maps/condition-map.ts';
import { kindOfFile, legendFileName } from '#common/maps/map-files.ts';
import { applyLegend, readLegend } from '#common/maps/read-legend.ts';
import { recogniseMap } from '#common/maps/recognise-map.ts';
import { mapForModel } from '#common/maps/fidelity.ts';
import { fixMap } from '#common/maps/fix-map.ts';
import { linearGradient } from '#common/maps/paint/depth.ts';
import type { ReadNote } from '#common/maps/read-map.ts';
import { resampleMap } from '#common/maps/resample-map.ts';
import type { FileHandle } from '#common/contract/documents.ts';
import type { MapBeside } from '#common/contract/map-service.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import { isMapRecipe, zRecipe } from '#common/contract/recipe.ts';
import type { Condition } from '#common/contract/recipe.ts';
import { intersect, boundsOf } from '#common/geometry.ts';
import type { Bounds, Extent } from '#common/geometry.ts';
import { thresholdsOf } from '../maps/canny-condition.ts';
import { MapWorker } from '../maps/map-worker.ts';
import { pixelsOf } from '../maps/picture-pixels.ts';
import { t } from '../i18n/i18n.svelte.ts';
import { DocumentMaps } from './document-maps.svelte.ts';
import type { AboutMap, OpenMap } from './document-maps.svelte.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { MapSettings } from './map-settings.svelte.ts';
import type { MapView } from './map-settings.svelte.ts';
import type { Problems } from './problems.svelte.ts';
import type { SeenPicture } from './seen-picture.svelte.ts';

/** What bringing a map here had to give up. */
export type MapNote = ReadNote | 'resized' | 'reshaped';

/** A map as a model is given it, and how it was found in a picture, where it was. */
export interface MapForModel {
  readonly map: ConditionMap;
  readonly condition: Condition | undefined;
}

interface Parts {
  readonly document: DocumentState;
  readonly engine: EngineState;
  readonly problems: Problems;
  readonly seen: SeenPicture;
}

const blankSide = 512; // of a map without a picture

/** Condition maps of the open document: one of each kind, and how they are shown. They are records of the document, so what is done to
 * them is undone, saved and recovered with everything else. */
export class MapsState {
  kind = $state<MapKind>('canny');
  readonly settings = new MapSettings();
  regions = $state.raw<Int32Array>(); // of the picture, to be named
  isExtracting = $state(false);
  /** Files beside the one that was opened, to be opened too. */
  beside = $state.raw<readonly MapBeside[]>([]);
  readonly #parts: Parts;
  readonly #pixels: DocumentMaps;
  readonly #worker: MapWorker;
  #picture: ImageBitmap | undefined; // that the worker has
  readonly #foundIn = new WeakMap<ConditionMap, ImageBitmap>(); // edges, to be found anew at the model's size
  readonly #notes = new WeakMap<ConditionMap, readonly MapNote[]>();
  readonly #findings = new WeakMap<ConditionMap, readonly MapFinding[]>();

  constructor(parts: Parts, worker = new MapWorker()) {
    this.#parts = parts;
    this.#pixels = new DocumentMaps(parts.document, parts.engine, parts.problems);
    this.#worker = worker;
  }

  /** The map on the workbench. */
  open = $derived.by(() => this.#pixels.of(this.kind));
  notes = $derived.by(() => (this.open && this.#notes.get(this.open.map)) ?? []);
  /** Of finished changes: nothing is checked while a stroke is under way. */
  findings = $derived.by(() => this.findingsOf(this.kind));
  hasPicture = $derived.by(() => this.#parts.document.layers.length > 0);

  /** How the map is seen; without a picture it is seen alone. */
  view = $derived.by((): MapView => {
    const { view } = this.settings;
    return this.hasPicture || view === 'result' ? view : 'alone';
  });

  /** Counts every change of pixels, strokes under way included. */
  get revision(): number {
    return this.#pixels.revision;
  }

  of(kind: MapKind): OpenMap | undefined {
    return this.#pixels.of(kind);
  }

  /** Size of the open picture; undefined without one. */
  get pictureSize(): Extent | undefined {
    return this.#canvas;
  }

  /** Follows the document that is open, until it is another one. Meant for an effect. @returns ends it */
  listen(): () => void {
    const { document } = this.#parts;
    void document.isOpen; // another one begins with none of this
    [this.regions, this.beside] = [undefined, []];
    untrack(() => void this.#follow()); // what it looks at then does not begin it anew
    return document.onChange(() => void this.#follow());
  }

  /** Resolves when all that was painted is in the document. */
  written(): Promise<void> {
    return this.#pixels.written();
  }

  findingsOf(kind: MapKind): readonly MapFinding[] {
    const open = this.#pixels.settled(kind);
    if (!open) return [];
    const place = this.canvasOn(open);
    const canvas = intersect(place, boundsOf(open.map));
    if (canvas.width < place.width || canvas.height < place.height) return checkMap(open.map, place);
    const known = this.#findings.get(open.map) ?? checkMap(open.map);
    this.#findings.set(open.map, known);
    return known;
  }

  /** Whether a picture can be painted from the map of a kind. */
  isReady(kind: MapKind): boolean {
    return this.of(kind) !== undefined && !this.findingsOf(kind).some(isBlocking);
  }

  /** The part of a map that lies under the canvas, in pixels of the map. */
  canvasOn({ map, offset }: Pick<OpenMap, 'map' | 'offset'>): Bounds {
    const canvas = this.#canvas;
    return canvas ? { ...canvas, x: canvas.x - offset.x, y: canvas.y - offset.y } : boundsOf(map);
  }

  /** Puts a map in place of the one of its kind. @param name of a document that begins with it */
  async put(map: ConditionMap, about: Partial<AboutMap>, notes: readonly MapNote[] = [], name = t('maps.untitled')) {
    this.kind = map.kind;
    this.#notes.set(map, notes);
    await this.#pixels.put(map, { extractor: '', recipe: null, names: {}, ...about }, t('maps.putName'), name);
  }

  remove(): Promise<void> {
    return this.#pixels.remove(this.kind, t('maps.removeName'));
  }

  /** An empty map as large as the picture. */
  putBlank(kind: MapKind): Promise<void> {
    return this.put(newMap(kind, this.#sizeForNew), { extractor: t('maps.byHand') });
  }

  /** Depth that rises towards the lower edge: a beginning for painting, which knows nothing of the picture. */
  putRamp(): Promise<void> {
    const map = newMap('depth', this.#sizeForNew);
    linearGradient(map, { x: 0, y: 0 }, { x: 0, y: map.height }, { start: 0, end: 255 });
    return this.put(map, { extractor: t('maps.byRamp') });
  }

  /** Begins a change of pixels in place. */
  begin(): void {
    this.#pixels.begin(this.kind);
  }

  /** Pixels were changed. */
  touch(): void {
    this.#pixels.touch();
  }

  /** Ends it as one gesture. */
  end(): void {
    void this.#parts.problems.attempt(() => this.#pixels.end(t('maps.paintName')));
  }

  /** Ends it as if it had not begun. */
  bail(): void {
    this.#pixels.bail();
  }

  async fix(fix: MapFix): Promise<void> {
    if (this.open) await this.change((map) => fixMap(map, fix, this.#sizeForNew));
  }

  /** The map changed as a whole. */
  async change(to: (map: ConditionMap) => ConditionMap): Promise<void> {
    if (!this.open) return;
    const { map, extractor, names } = this.open;
    await this.put(to(map), { extractor, names }, this.notes);
  }

  /** Whether the map lies over the picture where edits are made, as strongly as on the workbench. */
  setVisible(isVisible: boolean): void {
    const { opacity } = this.settings;
    this.#parts.document.act(t('maps.overPictureName'), (store) =>
      setConditionLook(store, this.kind, { isVisible, opacity }),
    );
  }

  /** How strongly the map is seen over the picture. No gesture: only how something is looked at. */
  setOpacity(opacity: number): void {
    this.settings.opacity = opacity;
    if (this.open?.isVisible) this.#parts.document.note((store) => setConditionLook(store, this.kind, { opacity }));
  }

  /** Finds edges with the thresholds that are set. While a slider moves, only the newest are found, and all of it is one gesture. */
  async detectEdges(isFinal: boolean): Promise<void> {
    const bitmap = await this.#readPicture();
    if (!bitmap) return;
    const { detector, thresholds } = this.settings;
    const data = await this.#worker.edges(detector, thresholds);
    if (!data || this.#picture !== bitmap) return;
    const { low, high } = thresholds;
    const extractor = t('maps.byCanny', { detector: t(`maps.${detector}`), low: String(low), high: String(high) });
    const { width, height } = bitmap;
    const map: ConditionMap = { kind: 'canny', width, height, data };
    const about = { extractor, names: {}, recipe: { version: 1, extract: { kind: 'canny', detector, low, high } } };
    this.#foundIn.set(map, bitmap);
    this.kind = 'canny';
    if (isFinal) await this.put(map, about);
    else this.#pixels.show(map, about);
  }

  /** Finds regions of similar colour, to be named with the region tool. */
  async findRegions(): Promise<void> {
    await this.#extracting(async () => {
      const bitmap = await this.#readPicture();
      const regions = bitmap && (await this.#worker.regions(this.settings.regionScale));
      if (!regions || this.#picture !== bitmap) return;
      this.regions = regions;
      this.settings.tools.segmentation = 'region';
      const { width, height } = bitmap;
      const { map } = this.of('segmentation') ?? {};
      if (map?.width !== width || map.height !== height)
        await this.put(newMap('segmentation', { width, height }), { extractor: t('maps.byRegions') });
    });
  }

  /** Lets an installed network make the map. @returns what the person should know of it */
  async extract(kind: 'depth' | 'segmentation', model: string): Promise<readonly string[]> {
    const { engine, seen } = this.#parts;
    return await this.#extracting(async () => {
      const picture = await engine.require().blobs.put(await seen.file());
      const { map, madeBy, notices } = await engine.require().maps.extract(picture, kind, model);
      await this.put(map, { extractor: madeBy, recipe: { version: 1, extract: { kind, model } } });
      return notices;
    });
  }

  /** Looks for maps beside the file that was opened. */
  async lookBeside(file: FileHandle): Promise<void> {
    this.beside = await this.#parts.engine.require().maps.beside(file);
  }

  async openBeside({ kind, name, blob, legend }: MapBeside): Promise<void> {
    const { blobs } = this.#parts.engine.require();
    const [bytes, names] = await Promise.all([blobs.get(blob), legend && blobs.get(legend)]);
    await this.read({ name, bytes }, kind, names ?? undefined);
  }

  /** What kind of map a picture's file is, by its name, else by its pixels; undefined for any other picture. */
  async kindOf({ name, bytes }: NamedBytes): Promise<MapKind | undefined> {
    const named = kindOfFile(name);
    if (named) return named;
    const { map } = await this.#parts.engine.require().maps.read(bytes, 'segmentation');
    return recogniseMap(map);
  }

  /** Opens a map's file. With a picture it is brought to the picture's size by the rule of its kind.
   * @param legend bytes of the file that names its classes */
  async read({ name, bytes }: NamedBytes, kind: MapKind, legend?: Uint8Array): Promise<void> {
    const { map: read, notes } = await this.#parts.engine.require().maps.read(bytes, kind);
    const { map, names } = legend
      ? applyLegend(read, readLegend(legend, legendFileName(name)))
      : { map: read, names: {} };
    const size = this.#canvas ?? map;
    const fitted = resampleMap(map, size);
    const isReshaped = Math.abs((map.width / map.height) * (size.height / size.width) - 1) > 0.01;
    const further = fitted === map ? [] : [isReshaped ? ('reshaped' as const) : ('resized' as const)];
    await this.put(fitted, { extractor: t('maps.byFile', { name }), names }, [...notes, ...further], name);
  }

  /** The map as a PNG file's bytes. */
  async write(): Promise<Uint8Array> {
    if (!this.open) throw new Error('no map is open');
    return await this.#parts.engine.require().maps.write(this.open.map);
  }

  /** The part under the canvas as a model is given it, no larger than its square. Edges that were only found are found anew in the
   * smaller picture, since lines do not shrink well; whatever was painted is resampled by the rule of its kind.
   * @throws Error when there is no such map */
  forModel(kind: MapKind, square: number): MapForModel {
    const open = this.#pixels.settled(kind);
    if (!open) throw new Error(`there is no ${kind} map`);
    const part = cropMap(open.map, this.canvasOn(open));
    const map = mapForModel(part, square);
    const condition = conditionOf(open);
    const picture = this.#foundIn.get(open.map);
    if (condition?.kind !== 'canny' || map === part || part !== open.map || !picture) return { map, condition };
    return {
      map: { ...map, data: canny(pixelsOf(picture, map), condition.detector, thresholdsOf(condition)) },
      condition,
    };
  }

  async #follow(): Promise<void> {
    await this.#pixels.follow();
    const condition = conditionOf(this.#pixels.of('canny'));
    if (condition?.kind !== 'canny') return;
    // the sliders say what the map was found with
    [this.settings.detector, this.settings.thresholds] = [condition.detector, thresholdsOf(condition)];
  }

  async #extracting<T>(work: () => Promise<T>): Promise<T> {
    this.isExtracting = true;
    try {
      return await work();
    } finally {
      this.isExtracting = false;
    }
  }

  /** Gives the worker the picture where it has another. */
  async #readPicture(): Promise<ImageBitmap | undefined> {
    const bitmap = await this.#parts.seen.look();
    if (bitmap && bitmap !== this.#picture) {
      this.#picture = bitmap;
      this.#worker.setPicture(pixelsOf(bitmap));
      this.regions = undefined;
    }
    return bitmap;
  }

  get #canvas(): Bounds | undefined {
    return this.#parts.document.project?.canvas;
  }

  get #sizeForNew(): Extent {
    const { width, height } = this.#canvas ?? { width: blankSide, height: blankSide };
    return { width, height };
  }
}

/** How the map is found in a picture, where it was found and nothing was painted since. */
function conditionOf(open: OpenMap | undefined): Condition | undefined {
  const recipe = zRecipe.safeParse(open?.recipe).data;
  return recipe && isMapRecipe(recipe) ? recipe.extract : undefined;
}
