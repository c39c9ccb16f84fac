import { FRAME } from './scene.ts';

const SIZE = FRAME * FRAME;
const LOW = 0.1;
const HIGH = 0.2;
// exp(-i * i / 2) for i = -2..2, normalised to sum 1.
const GAUSS = [
  0.054488684549642945, 0.24420134200323332, 0.40261994689424746, 0.24420134200323332, 0.054488684549642945,
];
const TAN_22 = 0.41421356237309503; // sqrt(2) - 1

/**
 * Edge map of a rendered picture, white on black: kornia's Canny (0.1, 0.2) with tolerant maximum suppression, which
 * keeps one-pixel contours on flat artwork ("kornia-stable" in the conditions specification, section 2).
 */
export function edgeMap(rgb: Uint8Array): Uint8Array {
  const [gx, gy] = sobel(blur(grey(rgb)));
  const magnitude = new Float64Array(SIZE);
  for (let i = 0; i < SIZE; i++) magnitude[i] = Math.sqrt(gx[i] * gx[i] + gy[i] * gy[i] + 1e-6);
  return paint(connect(thin(magnitude, gx, gy)));
}

function grey(rgb: Uint8Array): Float64Array {
  const out = new Float64Array(SIZE);
  for (let i = 0; i < SIZE; i++) out[i] = (0.299 * rgb[i * 3] + 0.587 * rgb[i * 3 + 1] + 0.114 * rgb[i * 3 + 2]) / 255;
  return out;
}

const reflect = (i: number): number => (i < 0 ? -i : i >= FRAME ? 2 * FRAME - 2 - i : i);
const clamp = (i: number): number => Math.max(0, Math.min(FRAME - 1, i));

function blur(image: Float64Array): Float64Array {
  const half = new Float64Array(SIZE);
  const out = new Float64Array(SIZE);
  for (let y = 0; y < FRAME; y++)
    for (let x = 0; x < FRAME; x++)
      for (let k = -2; k <= 2; k++) half[y * FRAME + x] += GAUSS[k + 2] * image[y * FRAME + reflect(x + k)];
  for (let y = 0; y < FRAME; y++)
    for (let x = 0; x < FRAME; x++)
      for (let k = -2; k <= 2; k++) out[y * FRAME + x] += GAUSS[k + 2] * half[reflect(y + k) * FRAME + x];
  return out;
}

function sobel(image: Float64Array): [gx: Float64Array, gy: Float64Array] {
  const gx = new Float64Array(SIZE);
  const gy = new Float64Array(SIZE);
  for (let y = 0; y < FRAME; y++) {
    const [above, row, below] = [clamp(y - 1) * FRAME, y * FRAME, clamp(y + 1) * FRAME];
    for (let x = 0; x < FRAME; x++) {
      const [left, right] = [clamp(x - 1), clamp(x + 1)];
      gx[row + x] =
        image[above + right] -
        image[above + left] +
        2 * (image[row + right] - image[row + left]) +
        image[below + right] -
        image[below + left];
      gy[row + x] =
        image[below + left] -
        image[above + left] +
        2 * (image[below + x] - image[above + x]) +
        image[below + right] -
        image[above + right];
    }
  }
  return [gx, gy];
}

/** 2 = strong, 1 = weak, 0 = nothing. */
function thin(magnitude: Float64Array, gx: Float64Array, gy: Float64Array): Uint8Array {
  const out = new Uint8Array(SIZE);
  for (let y = 0; y < FRAME; y++) {
    for (let x = 0; x < FRAME; x++) {
      const i = y * FRAME + x;
      const m = magnitude[i];
      if (m <= LOW) continue;
      const [dx, dy] = direction(gx[i], gy[i]);
      if (m - at(magnitude, x + dx, y + dy) > -1e-5 && m - at(magnitude, x - dx, y - dy) > 1e-5)
        out[i] = m > HIGH ? 2 : 1;
    }
  }
  return out;
}

const at = (image: Float64Array, x: number, y: number): number =>
  x < 0 || y < 0 || x >= FRAME || y >= FRAME ? 0 : image[y * FRAME + x];

/** Gradient direction rounded to one of eight neighbours. */
function direction(gx: number, gy: number): readonly [number, number] {
  const [ax, ay] = [Math.abs(gx), Math.abs(gy)];
  const dx = ax > ay * TAN_22 ? Math.sign(gx) : 0;
  const dy = ay > ax * TAN_22 ? Math.sign(gy) : 0;
  return dx === 0 && dy === 0 ? [1, 0] : [dx, dy];
}

/** Weak pixels that touch a strong one, directly or through other weak ones, become strong. */
function connect(classes: Uint8Array): Uint8Array {
  const stack: number[] = [];
  classes.forEach((value, i) => value === 2 && stack.push(i));
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const [x, y] = [i % FRAME, Math.floor(i / FRAME)];
    for (let k = 0; k < 9; k++) {
      const [nx, ny] = [x + (k % 3) - 1, y + Math.floor(k / 3) - 1];
      if (nx < 0 || ny < 0 || nx >= FRAME || ny >= FRAME || classes[ny * FRAME + nx] !== 1) continue;
      classes[ny * FRAME + nx] = 2;
      stack.push(ny * FRAME + nx);
    }
  }
  return classes;
}

function paint(classes: Uint8Array): Uint8Array {
  const out = new Uint8Array(SIZE * 3);
  for (let i = 0; i < SIZE; i++) if (classes[i] === 2) out.fill(255, i * 3, i * 3 + 3);
  return out;
}
