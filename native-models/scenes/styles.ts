import { TOKEN, type Bounds, type Style } from './scene.ts';

/** RGB interleaved, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Restyles the part of a picture inside `bounds` (on the token grid) into `out`, a picture of the same size. A pixel depends
 * on its token-aligned block and on the pixels right of and below it only.
 */
export type Restyle = (photo: Picture, bounds: Bounds, out: Uint8Array) => void;

/** Pictures stay as they are in the style `photo`, which is none. */
export const RESTYLE: Readonly<Record<Exclude<Style, 'photo'>, Restyle>> = {
  sketch: eachPixel(sketch),
  pixel: pixelArt,
  sepia: eachPixel(sepia),
  blueprint: eachPixel(blueprint),
  cartoon: eachPixel(cartoon),
};

type Rgb = readonly [number, number, number];
/** Writes the three channels at `at`; x and y count pixels of the picture. */
type Pen = (photo: Picture, at: number, x: number, y: number, out: Uint8Array) => void;

function eachPixel(pen: Pen): Restyle {
  return (photo, { left, top, right, bottom }, out) => {
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) pen(photo, (y * photo.width + x) * 3, x, y, out);
  };
}

const PAPER: Rgb = [252, 248, 238];
const INK: Rgb = [52, 48, 58];

/** Pencil lines where the brightness changes, a light wash of the colours, hatching in the dark parts. */
function sketch(photo: Picture, at: number, x: number, y: number, out: Uint8Array): void {
  const line = Math.max(0, Math.min(0.9, (change(photo, at, x, y) - 36) / 110));
  const hatch = hatching(luma(photo, at), x, y);
  for (let c = 0; c < 3; c++) {
    const washed = (PAPER[c as 0] * (160 + photo.data[at + c] * 0.62)) / 319;
    const hatched = washed + (INK[c as 0] - washed) * hatch;
    out[at + c] = Math.floor(hatched + (INK[c as 0] - hatched) * line + 0.5);
  }
}

const luma = ({ data }: Picture, at: number): number => (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) / 256;

/** How much a pixel differs from the ones right of and below it, summed over the channels: colour steps count as well as brightness. */
function change({ width, height, data }: Picture, at: number, x: number, y: number): number {
  const right = x + 1 < width ? at + 3 : at;
  const below = y + 1 < height ? at + width * 3 : at;
  let sum = 0;
  for (let c = 0; c < 3; c++) {
    sum += Math.abs(data[right + c] - data[at + c]) + Math.abs(data[below + c] - data[at + c]);
  }
  return sum;
}

function hatching(brightness: number, x: number, y: number): number {
  if (brightness < 70 && (x + 3 * y) % 4 === 0) return 0.35;
  return brightness < 140 && (x + y) % 4 === 0 ? 0.3 : 0;
}

/** Brown tones of an old print, with a rest of the colours. */
const SEPIA_DARK: Rgb = [46, 30, 20];
const SEPIA_LIGHT: Rgb = [255, 240, 208];

function sepia(photo: Picture, at: number, _x: number, _y: number, out: Uint8Array): void {
  const brightness = luma(photo, at) / 255;
  for (let c = 0; c < 3; c++) {
    const tone = SEPIA_DARK[c as 0] + (SEPIA_LIGHT[c as 0] - SEPIA_DARK[c as 0]) * brightness;
    out[at + c] = Math.floor(tone + (photo.data[at + c] - tone) * 0.46 + 0.5);
  }
}

/** White lines on blue, surfaces with a breath of their colour. */
const BLUE: Rgb = [22, 58, 138];
const LINE: Rgb = [236, 244, 255];

function blueprint(photo: Picture, at: number, x: number, y: number, out: Uint8Array): void {
  const line = Math.max(0, Math.min(0.95, (change(photo, at, x, y) - 30) / 110));
  for (let c = 0; c < 3; c++) {
    const surface = BLUE[c as 0] + (photo.data[at + c] - 128) * 0.38;
    out[at + c] = Math.max(0, Math.floor(surface + (LINE[c as 0] - surface) * line + 0.5));
  }
}

const TONES = 4;
const OUTLINE: Rgb = [26, 22, 34];

/** Few tones of every colour inside dark outlines. */
function cartoon(photo: Picture, at: number, x: number, y: number, out: Uint8Array): void {
  const { data } = photo;
  const brightest = Math.max(data[at], data[at + 1], data[at + 2], 1);
  const tone = (Math.ceil((brightest * TONES) / 256) * 255) / TONES;
  const line = Math.max(0, Math.min(1, (change(photo, at, x, y) - 70) / 60));
  for (let c = 0; c < 3; c++) {
    const flat = (data[at + c] * tone) / brightest;
    out[at + c] = Math.floor(flat + (OUTLINE[c as 0] - flat) * line + 0.5);
  }
}

const BLOCK = TOKEN / 2;
const CENTRE = [5, 6, 9, 10] as const; // of the 16 pixels in a block
const LEVELS = 8;

/** Blocks of 4 x 4 pixels in a reduced palette. */
function pixelArt(photo: Picture, { left, top, right, bottom }: Bounds, out: Uint8Array): void {
  for (let y = top; y < bottom; y += BLOCK) for (let x = left; x < right; x += BLOCK) fillBlock(photo, out, x, y);
}

/** The block takes the mean of its four centre pixels: outlines stay hard, as in drawn pixel art. */
function fillBlock({ width, data }: Picture, out: Uint8Array, left: number, top: number): void {
  const step = 255 / (LEVELS - 1);
  const index = (i: number): number => ((top + Math.floor(i / BLOCK)) * width + left + (i % BLOCK)) * 3;
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    for (const i of CENTRE) sum += data[index(i) + c];
    const level = Math.floor(Math.floor(sum / CENTRE.length / step + 0.5) * step + 0.5);
    for (let i = 0; i < BLOCK * BLOCK; i++) out[index(i) + c] = level;
  }
}
