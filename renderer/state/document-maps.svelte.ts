import type { BlobId } from '#common/contract/blobs.ts';
import { emptyPicture, paintCondition, removeCondition, setCondition } from '#common/document/canvas-commands.ts';
import { conditionId, projectId } from '#common/document/records.ts';
import type { Condition, Image } from '#common/document/records.ts';
import { decodeTile, encodeTile } from '#common/document/tile-codec.ts';
import { tileCount } from '#common/document/tiles.ts';
import { boundsOf } from '#common/geometry.ts';
import { mapKinds, newMap } from '#common/maps/condition-map.ts';
import type { ConditionMap, MapKind } from '#common/maps/condition-map.ts';
import { changedTiles, imageChannelsOf, putTile, tileOfMap } from '#common/maps/map-tiles.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

/** What is told of a map besides its pixels. */
export type AboutMap = Pick<Condition, 'extractor' | 'recipe' | 'names'>;

/** A map with its pixels. They are never changed, but for those of a stroke under way, which has a copy of its own. */
export interface OpenMap extends AboutMap {
  readonly map: ConditionMap;
  readonly offset: Condition['offset'];
  readonly isVisible: boolean; // over the picture where edits are made
}

interface Known extends OpenMap {
  readonly tiles: Image['tiles'] | undefined; // what the pixels are of; undefined while they are not written yet
}

type Maps = Readonly<Partial<Record<MapKind, Known>>>;

const mostKept = 256 * 2 ** 20; // bytes of maps of before, so that undo need not read them again

/** The pixels of the document's maps, as its records say they are. What is painted is shown at once, then put among the blobs, then written
 * into the records as one gesture; what undo, opening and recovering change is read back. */
export class DocumentMaps {
  /** Counts every change of pixels, strokes under way included. */
  revision = $state(0);
  #open = $state.raw<Maps>({});
  readonly #document: DocumentState;
  readonly #engine: EngineState;
  readonly #problems: Problems;
  readonly #busy = new Map<MapKind, number>(); // changes that are on their way into the records
  readonly #reading = new Set<MapKind>(); // kinds whose pixels are on their way from the records
  #before: { readonly kind: MapKind; readonly known: Known } | undefined; // the stroke under way
  #kept: { readonly tiles: Image['tiles']; readonly map: ConditionMap }[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(document: DocumentState, engine: EngineState, problems: Problems) {
    this.#document = document;
    this.#engine = engine;
    this.#problems = problems;
  }

  of(kind: MapKind): OpenMap | undefined {
    return this.#open[kind];
  }

  /** The same as it was before the stroke that is under way. */
  settled(kind: MapKind): OpenMap | undefined {
    return this.#before?.kind === kind ? this.#before.known : this.#open[kind];
  }

  /** Resolves when all that was painted is in the records. */
  written(): Promise<void> {
    return this.#writing;
  }

  /** Reads what the records say and these pixels do not. */
  async follow(): Promise<void> {
    await Promise.all(mapKinds.map((kind) => this.#follow(kind)));
  }

  /** Shows pixels that are not to be written. */
  show(map: ConditionMap, about: AboutMap): void {
    const isVisible = this.#conditionOf(map.kind)?.isVisible ?? false;
    this.#set(map.kind, { ...about, map, offset: this.#corner, isVisible, tiles: undefined });
  }

  /** Puts a map in the place of the one of its kind. Without a document it begins one, as large as the map.
   * @param gesture name for the undo menu @param name of the document, where there is none */
  async put(map: ConditionMap, about: AboutMap, gesture: string, name: string): Promise<void> {
    this.show(map, about);
    await this.#write(map.kind, async () => {
      const { kind, width, height } = map;
      const tiles = await this.#store(map);
      if (!this.#document.isOpen) await this.#document.create(name, emptyPicture(name, boundsOf(map)).all());
      const image = { extent: { width, height }, channels: imageChannelsOf(kind), depth: 8, tiles } as const;
      this.#document.act(gesture, (store) => setCondition(store, { ...about, kind, image, offset: this.#corner }));
      this.#noteWritten(kind, map, tiles);
    });
  }

  async remove(kind: MapKind, gesture: string): Promise<void> {
    await this.written();
    this.#document.act(gesture, (store) => removeCondition(store, kind));
    this.#set(kind, undefined);
  }

  /** Begins a stroke: until it ends, its pixels may be changed in place. */
  begin(kind: MapKind): void {
    const known = this.#open[kind];
    if (!known || this.#reading.has(kind)) return;
    this.#before = { kind, known };
    this.#set(kind, { ...known, map: { ...known.map, data: known.map.data.slice() } });
  }

  /** Pixels of the stroke were changed. */
  touch(): void {
    this.revision++;
  }

  /** Ends a stroke as one gesture. */
  async end(gesture: string): Promise<void> {
    const { kind, known } = this.#before ?? {};
    if (!kind || !known) return;
    this.#before = undefined;
    const { map } = this.#open[kind]!;
    const changed = changedTiles(known.map, map);
    if (changed.length === 0) return this.#set(kind, known);
    this.#set(kind, { ...this.#open[kind]!, recipe: null });
    await this.#write(kind, async () => {
      const tiles = await this.#store(map, changed);
      this.#document.act(gesture, (store) =>
        paintCondition(store, kind, new Map(changed.map((index, i) => [index, tiles[i]!]))),
      );
      this.#noteWritten(kind, map, this.#imageOf(kind)!.tiles);
    });
  }

  /** Ends a stroke as if it had not begun. @returns whether one was under way */
  bail(): boolean {
    if (!this.#before) return false;
    const { kind, known } = this.#before;
    this.#before = undefined;
    this.#set(kind, known);
    return true;
  }

  /** One change after the other. Where one fails, the pixels are again what the records say. */
  #write(kind: MapKind, work: () => Promise<void>): Promise<void> {
    this.#busy.set(kind, (this.#busy.get(kind) ?? 0) + 1);
    const written = this.#writing.then(work);
    this.#writing = written
      .catch(() => this.#set(kind, undefined))
      .then(() => {
        this.#busy.set(kind, this.#busy.get(kind)! - 1);
        return this.#follow(kind);
      });
    return written.then(() => this.#writing);
  }

  async #follow(kind: MapKind): Promise<void> {
    if (this.#before?.kind === kind || (this.#busy.get(kind) ?? 0) > 0) return;
    const [condition, image] = [this.#conditionOf(kind), this.#imageOf(kind)];
    const known = this.#open[kind];
    if (!condition || !image) return known && this.#set(kind, undefined);
    const { extractor, recipe, names, offset, isVisible } = condition;
    const about = { extractor, recipe, names, offset, isVisible };
    if (known && sameTiles(known, image)) {
      if (!isToldOf(known, about)) this.#set(kind, { ...known, ...about });
      return;
    }
    this.#reading.add(kind);
    await this.#problems.attempt(async () => {
      const map = this.#kept.find(({ tiles }) => tiles === image.tiles)?.map ?? (await this.#load(kind, image, known));
      if (this.#imageOf(kind) === image && !this.#busy.get(kind))
        this.#set(kind, { ...about, map, tiles: image.tiles });
    });
    this.#reading.delete(kind);
  }

  /** @param known tiles that are the same are taken from it */
  async #load(kind: MapKind, { extent, tiles }: Image, known: Known | undefined): Promise<ConditionMap> {
    const isBase = known?.tiles?.length === tiles.length && known.map.width === extent.width;
    const map = isBase ? { ...known.map, data: known.map.data.slice() } : newMap(kind, extent);
    const blobs = this.#engine.require().blobs;
    const missing = tiles.flatMap((tile, index) => (isBase && known.tiles![index] === tile ? [] : [index]));
    await Promise.all(
      missing.map(async (index) => {
        const tile = tiles[index];
        putTile(map, index, tile ? decodeTile(await blobs.get(tile)) : null);
      }),
    );
    return map;
  }

  /** @param indices left out: all of its tiles */
  async #store(map: ConditionMap, indices?: readonly number[]): Promise<(BlobId | null)[]> {
    const { blobs } = this.#engine.require();
    const stored: (BlobId | null)[] = [];
    const wanted = indices ?? Array.from({ length: tileCount(map) }, (_, index) => index);
    for (let at = 0; at < wanted.length; at += atOnce) {
      const some = wanted.slice(at, at + atOnce).map(async (index) => {
        const tile = tileOfMap(map, index);
        return tile && (await blobs.put(encodeTile(tile)));
      });
      stored.push(...(await Promise.all(some)));
    }
    return stored;
  }

  #noteWritten(kind: MapKind, map: ConditionMap, tiles: Image['tiles']): void {
    this.#keep(map, tiles);
    const known = this.#open[kind];
    if (known?.map === map) this.#set(kind, { ...known, tiles });
    else if (this.#before?.known.map === map) this.#before = { kind, known: { ...this.#before.known, tiles } };
  }

  #keep(map: ConditionMap, tiles: Image['tiles']): void {
    this.#kept = [{ map, tiles }, ...this.#kept];
    let bytes = 0;
    this.#kept = this.#kept.filter((kept, place) => (bytes += kept.map.data.length) <= mostKept || place === 0);
  }

  #set(kind: MapKind, known: Known | undefined): void {
    this.#open = { ...this.#open, [kind]: known };
    this.revision++;
  }

  #conditionOf(kind: MapKind): Condition | undefined {
    return this.#document.isOpen ? this.#document.store.get(conditionId(kind)) : undefined;
  }

  #imageOf(kind: MapKind): Image | undefined {
    const condition = this.#conditionOf(kind);
    return condition && this.#document.store.get(condition.image);
  }

  /** Where a new map of the canvas begins. */
  get #corner(): Condition['offset'] {
    const { x, y } = this.#document.isOpen ? this.#document.store.require(projectId).canvas : { x: 0, y: 0 };
    return { x, y };
  }
}

const atOnce = 8; // tiles on their way

const isToldOf = (known: Known, about: Omit<OpenMap, 'map'>): boolean =>
  (Object.keys(about) as (keyof typeof about)[]).every((field) => known[field] === about[field]);

const sameTiles = ({ tiles, map }: Known, image: Image): boolean =>
  tiles === image.tiles ||
  (tiles?.length === image.tiles.length &&
    map.width === image.extent.width &&
    map.height === image.extent.height &&
    tiles.every((tile, index) => tile === image.tiles[index]));
