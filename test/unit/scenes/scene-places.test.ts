import { expect, test } from 'vitest';
import { placePictures, placesIndex } from '../../../build/scripts/scene-places.ts';
import { edgeMap } from '../../../native-models/scenes/canny.ts';
import { cut, renderDepth, renderFrame, renderSegmentation } from '../../../native-models/scenes/frame.ts';
import { FREE_PLACES } from '../../../native-models/scenes/places.ts';
import {
  FRAME,
  SLOT_ORIGINS,
  TILE,
  type Place,
  type Scene,
  type SceneObject,
} from '../../../native-models/scenes/scene.ts';

const TILE_BYTES = TILE * TILE * 3;

test('the index of a level lists every object, place of the world and look', () => {
  const sizes = (['slots', 'free', 'sized', 'shifted', 'varied', 'full'] as const).map((layout) => {
    const { objects, places, looks, shifts } = placesIndex(layout);
    return [objects.length, places.length, looks.length, shifts.length];
  });
  expect(sizes).toEqual([
    [48, 3, 26, 1],
    [48, 88, 26, 1],
    [96, 88, 26, 1],
    [96, 136, 26, 7],
    [528, 136, 26, 7],
    [1080, 136, 44, 7],
  ]);
  expect(placesIndex('slots').places).toEqual(SLOT_ORIGINS);
  expect(placesIndex('free').places).toEqual(FREE_PLACES);
});

/** Few of everything that the full world has. */
function someOfIt() {
  const full = placesIndex('full');
  const looks = full.looks.filter(({ task, background, style }) =>
    task === 'edit' ? background === 'snow' && ['photo', 'cartoon'].includes(style) : background !== 'night',
  );
  const objects: SceneObject[] = [
    { kind: 'chair', color: 'cyan', size: 'small', material: 'striped', pose: 'turned' },
    { kind: 'snowman', color: 'black' },
  ];
  const places: Place[] = [
    [-16, 24],
    [40, 72],
    [96, 80],
  ];
  return { ...full, looks, objects, places, shifts: [-2, 0] };
}

test('its pictures are those of the scenes that show one object at a place', () => {
  const index = someOfIt();
  const pictures = placePictures(index, [0, 1]);
  const next = (): Uint8Array => pictures.next().value as Uint8Array;
  for (const { task, background, style } of index.looks) {
    const mapped = (scene: Scene): Uint8Array => {
      if (task === 'depth') return renderDepth(scene);
      if (task === 'segmentation') return renderSegmentation(scene);
      return task === 'canny' ? edgeMap(renderFrame(scene)) : renderFrame(scene);
    };
    for (const shift of index.shifts) {
      expect(Buffer.compare(next(), mapped({ background, style, shift, objects: [null, null, null] }))).toBe(0);
    }
    for (const [x, y] of index.places) {
      const shift = x < 0 ? x / 8 : x > FRAME - TILE ? (x - FRAME + TILE) / 8 : 0;
      const place = [x - shift * 8, y] as const;
      const tiles = next();
      index.objects.forEach((object, i) => {
        const scene: Scene = { background, style, shift, objects: [object, null, null], places: [place, null, null] };
        const shown = cut(mapped(scene), place);
        const told = tiles.subarray(i * TILE_BYTES, (i + 1) * TILE_BYTES);
        expect(Buffer.compare(told, shown), `${task} ${background} ${style} ${x} ${y} ${object.kind}`).toBe(0);
      });
    }
  }
  expect(pictures.next().done).toBe(true);
});

test('parts hold the places between them, each with every empty picture', () => {
  const { looks, ...rest } = someOfIt();
  const index = { ...rest, looks: looks.slice(0, 2) };
  const picturesOf = (part: number, parts: number): Uint8Array[] => [...placePictures(index, [part, parts])];
  const [whole, even, odd] = [picturesOf(0, 1), picturesOf(0, 2), picturesOf(1, 2)];
  expect(even.length + odd.length).toBe(whole.length + index.looks.length * index.shifts.length);
  const areEqual = (a: (Uint8Array | undefined)[], b: (Uint8Array | undefined)[]): boolean =>
    a.every((picture, i) => Buffer.compare(picture!, b[i]!) === 0);
  expect(areEqual(even.slice(0, 4), [whole[0], whole[1], whole[2], whole[4]])).toBe(true);
  expect(areEqual(odd.slice(0, 3), [whole[0], whole[1], whole[3]])).toBe(true);
});
