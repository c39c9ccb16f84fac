import { FRAME, TOKEN, WHOLE_FRAME, type Bounds, type Style } from './scene.ts';

type Pixels = Uint8Array;

/**
 * Restyles a FRAME x FRAME RGB picture; a pixel depends on its token-aligned block and its direct neighbours only.
 * Limited to `bounds` (on the token grid), the rest of the result is undefined.
 */
export function applyStyle(style: Style, photo: Pixels, bounds: Bounds = WHOLE_FRAME): Pixels {
  if (style === 'sketch') return sketch(photo, bounds);
  if (style === 'pixel') return pixelArt(photo, bounds);
  return photo;
}

const PAPER = [252, 248, 238] as const;
const INK = [52, 48, 58] as const;

/** Pencil lines where the brightness changes, a light wash of the colours, hatching in the dark parts. */
function sketch(photo: Pixels, bounds: Bounds): Pixels {
  const out = new Uint8Array(photo.length);
  for (let y = bounds.top; y < bounds.bottom; y++) {
    for (let x = bounds.left; x < bounds.right; x++) {
      const at = (y * FRAME + x) * 3;
      const line = lineStrength(photo, x, y);
      const hatch = hatching(luma(photo, x, y), x, y);
      for (let c = 0; c < 3; c++) {
        const washed = (PAPER[c as 0] * (160 + photo[at + c] * 0.62)) / 319;
        const hatched = washed + (INK[c as 0] - washed) * hatch;
        out[at + c] = Math.floor(hatched + (INK[c as 0] - hatched) * line + 0.5);
      }
    }
  }
  return out;
}

function luma(photo: Pixels, x: number, y: number): number {
  const column = Math.max(0, Math.min(FRAME - 1, x));
  const row = Math.max(0, Math.min(FRAME - 1, y));
  const at = (row * FRAME + column) * 3;
  return (photo[at] * 77 + photo[at + 1] * 150 + photo[at + 2] * 29) / 256;
}

/** 0 where the picture is even, up to 0.9 on an outline; colour steps count as well as brightness. */
function lineStrength(photo: Pixels, x: number, y: number): number {
  let change = 0;
  const at = (y * FRAME + x) * 3;
  const right = x + 1 < FRAME ? at + 3 : at;
  const below = y + 1 < FRAME ? at + FRAME * 3 : at;
  for (let c = 0; c < 3; c++) {
    change += Math.abs(photo[right + c] - photo[at + c]) + Math.abs(photo[below + c] - photo[at + c]);
  }
  return Math.max(0, Math.min(0.9, (change - 36) / 110));
}

function hatching(brightness: number, x: number, y: number): number {
  if (brightness < 70 && (x - y + FRAME) % 4 === 0) return 0.35;
  return brightness < 140 && (x + y) % 4 === 0 ? 0.3 : 0;
}

const BLOCK = TOKEN / 2;
const CENTRE = [5, 6, 9, 10] as const; // of the 16 pixels in a block
const LEVELS = 8;

/** Blocks of 4 x 4 pixels in a reduced palette. */
function pixelArt(photo: Pixels, bounds: Bounds): Pixels {
  const out = new Uint8Array(photo.length);
  for (let top = bounds.top; top < bounds.bottom; top += BLOCK) {
    for (let left = bounds.left; left < bounds.right; left += BLOCK) fillBlock(photo, out, left, top);
  }
  return out;
}

/** The block takes the mean of its four centre pixels: outlines stay hard, as in drawn pixel art. */
function fillBlock(photo: Pixels, out: Pixels, left: number, top: number): void {
  const step = 255 / (LEVELS - 1);
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    for (const i of CENTRE) sum += photo[blockIndex(left, top, i) + c];
    const level = Math.floor(Math.floor(sum / CENTRE.length / step + 0.5) * step + 0.5);
    for (let i = 0; i < BLOCK * BLOCK; i++) out[blockIndex(left, top, i) + c] = level;
  }
}

const blockIndex = (left: number, top: number, i: number): number =>
  ((top + Math.floor(i / BLOCK)) * FRAME + left + (i % BLOCK)) * 3;
