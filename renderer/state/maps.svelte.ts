import { checkMap } from '#common/maps/check-map.ts';
import { canny } from '#models/maps';
import type { CannyDetector, CannyThresholds } from '#models/maps';
import type { MapFix } from '#common/maps/check-map.ts';
import { newMap } from '#common/maps/condition-map.ts';
import type { ConditionMap, MapKind } from '#common/maps/condition-map.ts';
import { mapForModel } from '#common/maps/fidelity.ts';
import { fixMap } from '#common/maps/fix-map.ts';
import { linearGradient } from '#common/maps/paint/depth.ts';
import type { ReadNote } from '#common/maps/read-map.ts';
import type { Extent } from '#common/geometry.ts';
import { MapWorker } from '../maps/map-worker.ts';
import { pixelsOf } from '../maps/picture-pixels.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { EditorState } from './editor.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { MapSettings } from './map-settings.svelte.ts';
import type { MapView } from './map-settings.svelte.ts';

/** A map on the workbench, and where it came from. */
export interface OpenMap {
  readonly map: ConditionMap;
  readonly madeBy: string; // in words, with what it is good for
  readonly notes: readonly ReadNote[];
  readonly canny?: { readonly detector: CannyDetector; readonly thresholds: CannyThresholds }; // how edges were found
  readonly isPainted?: boolean; // something was drawn since
}

type Maps = Readonly<Partial<Record<MapKind, OpenMap | undefined>>>;

const mostSteps = 40; // that can be undone
const mostBytes = 256 * 2 ** 20; // of the maps in them
const blankSide = 512; // of a map without a picture

/** Condition maps of the open picture: one of each kind, how they are shown, and what was done to them. */
export class MapsState {
  kind = $state<MapKind>('canny');
  readonly settings = new MapSettings();
  #maps = $state.raw<Maps>({});
  /** Counts every change of pixels, strokes under way included. */
  revision = $state(0);
  #checked = $state(0); // counts finished changes: checks are not made while a stroke is under way
  #undo = $state.raw<readonly Maps[]>([]);
  #redo = $state.raw<readonly Maps[]>([]);
  regions = $state.raw<Int32Array>(); // of the picture, to be named
  isExtracting = $state(false);

  open = $derived(this.#maps[this.kind]);
  canUndo = $derived(this.#undo.length > 0);
  canRedo = $derived(this.#redo.length > 0);
  findings = $derived.by(() => {
    void this.#checked;
    return this.open ? checkMap(this.open.map, this.pictureSize) : [];
  });

  /** How the map is seen; without a picture it is seen alone. */
  view = $derived.by((): MapView => {
    const { view } = this.settings;
    return this.#editor.current || view === 'result' ? view : 'alone';
  });

  readonly #editor: EditorState;
  readonly #engine: EngineState;
  readonly #worker: MapWorker;
  #gesture: Maps | undefined; // what was there before a stroke
  #preview: Maps | undefined; // … before thresholds began to move
  #picture: ImageBitmap | undefined;

  constructor(editor: EditorState, engine: EngineState, worker = new MapWorker()) {
    this.#editor = editor;
    this.#engine = engine;
    this.#worker = worker;
  }

  /** Size of the open picture; undefined without one. */
  get pictureSize(): Extent | undefined {
    const bitmap = this.#editor.current?.bitmap;
    return bitmap && { width: bitmap.width, height: bitmap.height };
  }

  /** Puts a map in place of the one of its kind, as one step that can be undone. */
  put(map: ConditionMap, madeBy: string, notes: readonly ReadNote[] = []): void {
    this.#step({ ...this.#maps, [map.kind]: { map, madeBy, notes } });
    this.kind = map.kind;
  }

  remove(): void {
    this.#step({ ...this.#maps, [this.kind]: undefined });
  }

  /** An empty map as large as the picture. */
  putBlank(kind: MapKind): void {
    const size = this.pictureSize ?? { width: blankSide, height: blankSide };
    this.put(newMap(kind, size), t('maps.byHand'));
  }

  /** Depth that rises towards the lower edge: a beginning for painting, which knows nothing of the picture. */
  putRamp(): void {
    const map = newMap('depth', this.pictureSize ?? { width: blankSide, height: blankSide });
    linearGradient(map, { x: 0, y: 0 }, { x: 0, y: map.height }, { start: 0, end: 255 });
    this.put(map, t('maps.byRamp'));
  }

  /** Begins a change of pixels in place. */
  begin(): void {
    if (!this.open) return;
    this.#gesture = { ...this.#maps, [this.kind]: { ...this.open, map: copyOf(this.open.map) } };
  }

  /** Pixels were changed. */
  touch(): void {
    this.revision++;
  }

  /** Ends it as one step. */
  end(): void {
    if (!this.#gesture || !this.open) return;
    this.#maps = { ...this.#maps, [this.kind]: { ...this.open, isPainted: true } };
    this.#remember(this.#gesture);
    this.#gesture = undefined;
    this.#settle();
  }

  /** Ends it as if it had not begun. */
  bail(): void {
    if (!this.#gesture) return;
    this.#maps = this.#gesture;
    this.#gesture = undefined;
    this.#settle();
  }

  undo(): void {
    const before = this.#undo.at(-1);
    if (!before) return;
    this.#redo = [...this.#redo, this.#maps];
    this.#undo = this.#undo.slice(0, -1);
    this.#maps = before;
    this.#recallThresholds();
    this.#settle();
  }

  redo(): void {
    const after = this.#redo.at(-1);
    if (!after) return;
    this.#undo = [...this.#undo, this.#maps];
    this.#redo = this.#redo.slice(0, -1);
    this.#maps = after;
    this.#recallThresholds();
    this.#settle();
  }

  fix(fix: MapFix): void {
    if (!this.open) return;
    const { map, madeBy, notes } = this.open;
    this.put(fixMap(map, fix, this.pictureSize ?? map), madeBy, notes);
  }

  /** The map changed as a whole. */
  change(to: (map: ConditionMap) => ConditionMap): void {
    if (this.open) this.put(to(this.open.map), this.open.madeBy, this.open.notes);
  }

  /** Finds edges with the thresholds that are set. While a slider moves, only the newest are found, and all of it is one step. */
  async detectEdges(isFinal: boolean): Promise<void> {
    const bitmap = this.#readPicture();
    if (!bitmap) return;
    const { detector, thresholds } = this.settings;
    this.#preview ??= this.#maps;
    const data = await this.#worker.edges(detector, thresholds);
    if (!data || this.#picture !== bitmap) return;
    const { low, high } = thresholds;
    const madeBy = t('maps.byCanny', { detector: t(`maps.${detector}`), low: String(low), high: String(high) });
    const { width, height } = bitmap;
    const before = this.#preview;
    this.kind = 'canny';
    this.#maps = {
      ...this.#maps,
      canny: { map: { kind: 'canny', width, height, data }, madeBy, notes: [], canny: { detector, thresholds } },
    };
    if (isFinal && before) {
      this.#remember(before);
      this.#preview = undefined;
    }
    this.#settle();
  }

  /** Finds regions of similar colour, to be named with the region tool. */
  async findRegions(): Promise<void> {
    const bitmap = this.#readPicture();
    if (!bitmap) return;
    this.isExtracting = true;
    try {
      const regions = await this.#worker.regions(this.settings.regionScale);
      if (this.#picture !== bitmap || !regions) return;
      this.regions = regions;
      this.settings.tools.segmentation = 'region';
      const { width, height } = bitmap;
      if (!fits(this.#maps.segmentation?.map, bitmap))
        this.put(newMap('segmentation', { width, height }), t('maps.byRegions'));
    } finally {
      this.isExtracting = false;
    }
  }

  /** Lets an installed network make the map. */
  async extract(kind: 'depth' | 'segmentation'): Promise<void> {
    this.isExtracting = true;
    try {
      const picture = await this.#editor.upload();
      const { map, madeBy } = await this.#engine.require().maps.extract(picture, kind);
      this.put(map, madeBy);
    } finally {
      this.isExtracting = false;
    }
  }

  /** Opens a map's file. @param kind left out: the kind on the workbench */
  async read(bytes: Uint8Array, kind: MapKind = this.kind): Promise<void> {
    const { map, notes } = await this.#engine.require().maps.read(bytes, kind);
    this.put(map, t('maps.byFile'), notes);
  }

  /** The map as a PNG file's bytes. */
  async write(): Promise<Uint8Array> {
    if (!this.open) throw new Error('no map is open');
    return await this.#engine.require().maps.write(this.open.map);
  }

  /** The map as a model is given it, no larger than its square. Edges that were only found are found anew in the smaller picture, since
   * lines do not shrink well; whatever was painted is resampled by the rule of its kind. */
  forModel(square: number): ConditionMap {
    if (!this.open) throw new Error('no map is open');
    const { map, canny: how, isPainted } = this.open;
    const small = mapForModel(map, square);
    const bitmap = this.#editor.current?.bitmap;
    if (small === map || !how || isPainted || !bitmap) return small;
    return { ...small, data: canny(pixelsOf(bitmap, small), how.detector, how.thresholds) };
  }

  /** Gives the worker the picture where it has another. */
  #readPicture(): ImageBitmap | undefined {
    const bitmap = this.#editor.current?.bitmap;
    if (bitmap && bitmap !== this.#picture) {
      this.#picture = bitmap;
      this.#worker.setPicture(pixelsOf(bitmap));
      this.regions = undefined;
    }
    return bitmap;
  }

  /** The sliders say again what the map was found with. */
  #recallThresholds(): void {
    const how = this.#maps.canny?.canny;
    if (how) [this.settings.detector, this.settings.thresholds] = [how.detector, how.thresholds];
  }

  #step(maps: Maps): void {
    this.#remember(this.#maps);
    this.#maps = maps;
    this.#settle();
  }

  #remember(before: Maps): void {
    const size = Math.max(1, ...Object.values(before).map((open) => open?.map.data.length ?? 0));
    const most = Math.max(2, Math.min(mostSteps, Math.floor(mostBytes / size)));
    this.#undo = [...this.#undo, before].slice(-most);
    this.#redo = [];
  }

  #settle(): void {
    this.revision++;
    this.#checked++;
  }
}

const copyOf = (map: ConditionMap): ConditionMap => ({ ...map, data: map.data.slice() });
const fits = (map: Extent | undefined, { width, height }: Extent): boolean =>
  map !== undefined && map.width === width && map.height === height;
