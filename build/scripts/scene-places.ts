import { EdgeTiles } from '../../native-models/scenes/edge-tiles.ts';
import { depthTile, renderFrame, segmentationTile } from '../../native-models/scenes/frame.ts';
import { conditionFrame, type Task } from '../../native-models/scenes/pairs.ts';
import { FREE_PLACES, type Layout } from '../../native-models/scenes/places.ts';
import {
  BACKGROUNDS,
  FRAME,
  SLOT_ORIGINS,
  TILE,
  TOKEN,
  type Background,
  type Place,
  type Scene,
  type SceneObject,
  type Style,
} from '../../native-models/scenes/scene.ts';
import { drawTile, restyleTile } from '../../native-models/scenes/tiles.ts';
import { objectsOf, WORLD, type World } from '../../native-models/scenes/world.ts';

/** A background in a style, or a kind of map. */
interface Look {
  readonly task: Task;
  readonly background: Background;
  readonly style: Style;
}

/** Looks of a level: pictures in every background and style, edge maps of every background, and the maps that show none. */
function looksOf({ styles }: World): Look[] {
  const photos = BACKGROUNDS.map((background) => ({ background, style: 'photo' as const }));
  return [
    ...BACKGROUNDS.flatMap((background) => styles.map((style) => ({ task: 'edit' as const, background, style }))),
    ...photos.map((world) => ({ task: 'canny' as const, ...world })),
    ...(['depth', 'segmentation'] as const).map((task) => ({ task, ...photos[0] })),
  ];
}

/** What `places` writes about a layout. Places are those of the world, whatever shift shows them. */
export function placesIndex(layout: Layout) {
  const world = WORLD[layout];
  const { shifts, isFree } = world;
  const places = isFree ? worldPlaces(shifts) : SLOT_ORIGINS;
  return { looks: looksOf(world), objects: objectsOf(world), places, homes: SLOT_ORIGINS, shifts, tile: TILE };
}

/** Every place of the world that one of the shifts shows, row by row. */
function worldPlaces(shifts: readonly number[]): Place[] {
  const [first, last] = [Math.min(...shifts) * TOKEN, FRAME - TILE + Math.max(...shifts) * TOKEN];
  const rows = [...new Set(FREE_PLACES.map(([, y]) => y))];
  const columns = Array.from({ length: (last - first) / TOKEN + 1 }, (_, i) => first + i * TOKEN);
  return rows.flatMap((y) => columns.map((x): Place => [x, y]));
}

type PlacesIndex = ReturnType<typeof placesIndex>;

/**
 * The pictures that belong to an index: per look the empty ones, shift by shift, then the tiles of every place. Photos of a
 * background are kept until the next one, 7 kB a tile: layouts with many objects want parts.
 * @param part i of n: the places whose number leaves i
 */
export function* placePictures(index: PlacesIndex, [part, parts]: readonly [number, number]): Generator<Uint8Array> {
  const places = index.places.filter((_, i) => i % parts === part);
  let photos = new PhotoTiles(BACKGROUNDS[0]);
  for (const look of index.looks) {
    if (photos.background !== look.background) photos = new PhotoTiles(look.background);
    for (const shift of index.shifts) yield emptyPicture(look, shift);
    for (const place of places) {
      const tiles = new Uint8Array(index.objects.length * TILE * TILE * 3);
      for (const [i, object] of index.objects.entries()) {
        tiles.set(tileOf(look, place, object, photos), i * TILE * TILE * 3);
      }
      yield tiles;
    }
  }
}

function emptyPicture({ task, background, style }: Look, shift: number): Uint8Array {
  const source = { background, style, shift, objects: [null, null, null] as const };
  return conditionFrame({ task, seed: 0, source, pairs: [] });
}

function tileOf({ task, background, style }: Look, place: Place, object: SceneObject, photos: PhotoTiles): Uint8Array {
  if (task === 'depth') return depthTile(object, place);
  if (task === 'segmentation') return segmentationTile(object, place);
  const photo = photos.of(place, object);
  if (task === 'canny') return photos.edges(place, photo);
  return style === 'photo' ? photo : restyleTile(background, style, place, object, photo);
}

/** The photos of a background, which its styles and its edge maps are made from. */
class PhotoTiles {
  readonly background: Background;
  readonly #kept = new Map<SceneObject, Map<Place, Uint8Array>>();
  readonly #edges = new Map<number, EdgeTiles>();

  constructor(background: Background) {
    this.background = background;
  }

  of(place: Place, object: SceneObject): Uint8Array {
    let places = this.#kept.get(object);
    if (!places) this.#kept.set(object, (places = new Map()));
    let photo = places.get(place);
    if (!photo) places.set(place, (photo = drawTile(this.background, 'photo', place, object)));
    return photo;
  }

  /** Edges depend a little on how far a picture reaches: they are those in the picture that is shifted least. */
  edges([x, y]: Place, photo: Uint8Array): Uint8Array {
    const column = Math.max(0, Math.min(FRAME - TILE, x));
    const shift = (x - column) / TOKEN;
    let edges = this.#edges.get(shift);
    if (!edges) {
      const empty: Scene = { background: this.background, style: 'photo', shift, objects: [null, null, null] };
      this.#edges.set(shift, (edges = new EdgeTiles(renderFrame(empty))));
    }
    return edges.of(photo, [column, y]);
  }
}
