import type { RgbImage } from '../../api.ts';

/** Bytes to [-1, 1] as the reference computes it: x / 255 · 2 − 1 in double precision, stored as fp32 (editar.md section 2).
 * @returns [3, height, width] */
export function normalizedPixels({ width, height, data }: RgbImage): Float32Array {
  const plane = width * height;
  const pixels = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) pixels[channel * plane + i] = (data[i * 3 + channel] / 255) * 2 - 1;
  }
  return pixels;
}

/** Clamps to [-1, 1] and rounds half up to bytes (editar.md section 2). @param pixels [3, height, width] @returns HWC bytes */
export function rgbBytes(pixels: Float32Array, width: number, height: number): Uint8Array {
  const plane = width * height;
  const bytes = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = Math.min(1, Math.max(-1, pixels[channel * plane + i]));
      bytes[i * 3 + channel] = Math.floor(((value + 1) / 2) * 255 + 0.5);
    }
  }
  return bytes;
}
