import {
  FRAME,
  TILE,
  TOKEN,
  type Background,
  type Bounds,
  type Color,
  type Place,
  type SceneObject,
  type Style,
} from './scene.ts';
import { sprite } from './sprites.ts';
import { RESTYLE, type Picture } from './styles.ts';
import { backdrop, cutWorld, emptyWorld, MARGIN, toByte, WORLD_WIDTH, worldPixel } from './panorama.ts';

type Rgb = readonly [number, number, number];

/** Paint colours, sRGB-like 0..255. */
const PAINT: Readonly<Record<Color, Rgb>> = {
  red: [222, 52, 50],
  orange: [250, 142, 36],
  yellow: [252, 214, 62],
  green: [62, 170, 72],
  blue: [48, 112, 226],
  purple: [136, 72, 196],
  pink: [250, 134, 186],
  white: [244, 244, 240],
  black: [34, 33, 38],
  cyan: [36, 210, 216],
};
/** The second colour of stripes: chalk, and on white a dark one. */
const STRIPE: Rgb = [243, 243, 239];
const STRIPE_ON_WHITE: Rgb = [82, 88, 112];

const linear = (color: Rgb): Rgb => color.map((value) => (value / 255) * (value / 255)) as unknown as Rgb;

/** Puts an object into a world in linear light. @param place in the world */
export function composeObject(world: Float64Array, place: Place, object: SceneObject): void {
  mix(world, place, object, (column, row, red, green, blue) => {
    const at = worldPixel([place[0] + column, place[1] + row]) * 3;
    [world[at], world[at + 1], world[at + 2]] = [red, green, blue];
  });
}

/** Gives what an object makes of the ground, in linear light, pixel by pixel of its tile; only where it changes anything. */
function mix(
  ground: Float64Array,
  place: Place,
  object: SceneObject,
  put: (column: number, row: number, red: number, green: number, blue: number) => void,
): void {
  const { touched, through, paint, second, fixed } = sprite(object);
  const [red, green, blue] = linear(PAINT[object.color]);
  const [red2, green2, blue2] = linear(object.color === 'white' ? STRIPE_ON_WHITE : STRIPE);
  const start = worldPixel(place);
  for (const i of touched) {
    const column = i % TILE;
    const row = (i - column) / TILE;
    const at = (start + row * WORLD_WIDTH + column) * 3;
    const [open, own, other] = [through[i], paint[i], second[i]];
    put(
      column,
      row,
      ground[at] * open + red * own + fixed[i * 3] + red2 * other,
      ground[at + 1] * open + green * own + fixed[i * 3 + 1] + green2 * other,
      ground[at + 2] * open + blue * own + fixed[i * 3 + 2] + blue2 * other,
    );
  }
}

/** TILE x TILE RGB of one object at a place of the world, on its background. */
export function drawTile(background: Background, style: Style, place: Place, object: SceneObject): Uint8Array {
  const photo = cutWorld(emptyWorld(background, 'photo'), place, TILE, TILE).data;
  mix(backdrop(background), place, object, (column, row, red, green, blue) => {
    const at = (row * TILE + column) * 3;
    photo[at] = toByte(red);
    photo[at + 1] = toByte(green);
    photo[at + 2] = toByte(blue);
  });
  return style === 'photo' ? photo : restyleTile(background, style, place, object, photo);
}

/** A tile and the token right of and below it, whose pixels styles look at. */
const DRAFT = TILE + TOKEN;
const restyled = new Uint8Array(DRAFT * DRAFT * 3);

/** The tile in another style than photo; only what the object changes is restyled. @param photo the same tile as photo */
export function restyleTile(
  background: Background,
  style: Exclude<Style, 'photo'>,
  place: Place,
  object: SceneObject,
  photo: Uint8Array,
): Uint8Array {
  const { bounds } = sprite(object);
  const draft = cutDraft(background, place);
  copyRows(photo, TILE, draft.data, draft.width, bounds);
  RESTYLE[style](draft, bounds, restyled);
  const out = cutWorld(emptyWorld(background, style), place, TILE, TILE).data;
  copyRows(restyled, draft.width, out, TILE, bounds);
  return out;
}

/** The photo of a place before anything stands there. Places are on the token grid, so that patterns of styles keep their phase. */
function cutDraft(background: Background, [x, y]: Place): Picture {
  const width = Math.min(DRAFT, WORLD_WIDTH - MARGIN - x);
  return cutWorld(emptyWorld(background, 'photo'), [x, y], width, Math.min(DRAFT, FRAME - y));
}

function copyRows(from: Uint8Array, fromWidth: number, to: Uint8Array, toWidth: number, part: Bounds): void {
  for (let row = part.top; row < part.bottom; row++) {
    const pixels = from.subarray((row * fromWidth + part.left) * 3, (row * fromWidth + part.right) * 3);
    to.set(pixels, (row * toWidth + part.left) * 3);
  }
}
