import { BACKDROPS, type Backdrop } from './backgrounds.ts';
import { FRAME, SHIFTS, TOKEN, type Background, type Place, type Style } from './scene.ts';
import { RESTYLE, type Picture } from './styles.ts';

/** How far the world reaches beyond a picture that is not shifted, to either side. Pixels, whole tokens. */
export const MARGIN = Math.max(...SHIFTS) * TOKEN;
/** Width of the world: every picture is a window of FRAME pixels into it. */
export const WORLD_WIDTH = FRAME + 2 * MARGIN;

const SAMPLES = 3; // per pixel and axis
const linears = new Map<Background, Float64Array>();
const pictures = new Map<string, Picture>();

/** Linear RGB of an empty world, FRAME rows of WORLD_WIDTH pixels interleaved; shared, do not change it. */
export function backdrop(background: Background): Float64Array {
  let found = linears.get(background);
  if (!found) linears.set(background, (found = paintBackdrop(BACKDROPS[background])));
  return found;
}

/** The empty world in a style; shared, do not change it. */
export function emptyWorld(background: Background, style: Style): Picture {
  const key = `${background} ${style}`;
  let found = pictures.get(key);
  if (!found) pictures.set(key, (found = inStyle(Uint8Array.from(backdrop(background), toByte), style)));
  return found;
}

/** A picture of the world in a style. @param photo [FRAME][WORLD_WIDTH][3] */
export function inStyle(photo: Uint8Array, style: Style): Picture {
  const picture: Picture = { width: WORLD_WIDTH, height: FRAME, data: photo };
  if (style === 'photo') return picture;
  const data = new Uint8Array(photo.length);
  RESTYLE[style](picture, { left: 0, top: 0, right: WORLD_WIDTH, bottom: FRAME }, data);
  return { ...picture, data };
}

/** What a shift shows of a world, [FRAME][FRAME][3]. */
export const windowOf = (world: Picture, shift: number): Uint8Array =>
  cutWorld(world, [shift * TOKEN, 0], FRAME, FRAME).data;

/** A part of a world, from a place on. */
export function cutWorld({ data }: Picture, [x, y]: Place, width: number, height: number): Picture {
  const out = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = worldPixel([x, y + row]) * 3;
    out.set(data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data: out };
}

/** Index in the world of the pixel at a place. */
export const worldPixel = ([x, y]: Place): number => y * WORLD_WIDTH + x + MARGIN;

/** Where a place of a picture is in the world. */
export const inWorld = ([x, y]: Place, shift = 0): Place => [x + shift * TOKEN, y];

/** Linear light to a display byte; gamma 2, so that only a square root is needed. */
export const toByte = (linear: number): number => Math.min(255, Math.floor(255 * Math.sqrt(linear) + 0.5));

function paintBackdrop(paint: Backdrop): Float64Array {
  const out = new Float64Array(FRAME * WORLD_WIDTH * 3);
  const share = 1 / (SAMPLES * SAMPLES);
  for (let pixel = 0; pixel < FRAME * WORLD_WIDTH; pixel++) {
    const column = (pixel % WORLD_WIDTH) - MARGIN;
    // The column right of an unshifted picture repeats its last one: styles see no more change there than at its border.
    const left = column === FRAME ? FRAME - 1 : column;
    for (let i = 0; i < SAMPLES * SAMPLES; i++) {
      const x = left + ((i % SAMPLES) + 0.5) / SAMPLES;
      const y = Math.floor(pixel / WORLD_WIDTH) + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES;
      const color = paint(x, y);
      for (let c = 0; c < 3; c++) out[pixel * 3 + c] += color[c as 0] * color[c as 0] * share;
    }
  }
  return out;
}
